mod collection;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::{Collection, ComponentError, ComponentErrorKind, Reply, VectorStore};
use collection::{LyingCollection, Remembered};

/// A vector store that breaks one promise: for tests of code that uses a store, and of the suite
/// itself. It leaves the rest to the store behind it.
///
/// ```
/// use std::sync::Arc;
///
/// use mem0_components::testing::{Lie, LyingStore, MemoryStore, check_vector_store};
/// # use std::{pin::pin, task::{Context, Poll, Waker}};
/// # fn block_on<F: Future>(future: F) -> F::Output {
/// #     match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
/// #         Poll::Ready(output) => output,
/// #         Poll::Pending => unreachable!(),
/// #     }
/// # }
///
/// let store = LyingStore::new(Arc::new(MemoryStore::new()), Lie::DropsFilters);
/// let failed = block_on(check_vector_store(&store, "checked", 64)).unwrap_err();
/// assert!(failed.report().failed().any(|case| case == "filters_are_translated_exactly"));
/// ```
#[derive(Clone)]
pub struct LyingStore {
    store: Arc<dyn VectorStore>,
    lie: Lie,
    /// By collection: a collection that is opened twice lies in one way.
    remembered: Arc<Mutex<BTreeMap<String, Arc<Mutex<Remembered>>>>>,
}

/// What a [`LyingStore`] lies about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Lie {
    /// Inserts are acknowledged, and lost.
    LosesInserts,
    /// What was inserted is seen only after the next write.
    AppliesLate,
    /// Of two inserts with one id the first one wins, as if they were applied out of order.
    KeepsTheFirst,
    /// A record that replaces another keeps the fields that only the other had.
    MergesPayloads,
    /// A record that was inserted twice is found twice.
    DoublesRecords,
    /// A vector of another length is cut or filled up.
    TakesAnyLength,
    /// What stands before the record that is refused is stored.
    StoresHalfABatch,
    /// A batch without records is refused.
    RefusesEmptyBatches,
    /// An id is kept without its case and the white space around it.
    TidiesIds,
    /// Large integers come back as fractions.
    RoundsNumbers,
    /// Values within values come back as texts.
    FlattensPayloads,
    /// An update of a vector empties the payload.
    LosesPayloadOnUpdate,
    /// An update of a payload alone is acknowledged, and lost.
    LosesPayloadUpdates,
    /// An update of a record that is not there is acknowledged.
    AcknowledgesMissingUpdates,
    /// A delete of what is not there is refused.
    RefusesMissingDeletes,
    /// Deleted records are still found by a search.
    FindsDeleted,
    /// `get` returns a record for each id.
    GetsAnything,
    /// `Debug` shows the payload that was stored last.
    ShowsPayloads,
    /// `Debug` shows the vector that was stored last.
    ShowsVectors,
    /// Conditions other than those on `user_id` are left out of a filter.
    DropsFilters,
    /// Filters are left out of a search for words.
    DropsWordFilters,
    /// A filter takes records out of those that are nearest without it.
    FiltersAfterwards,
    /// Numbers are the texts that show them.
    ConfusesTypes,
    /// A name with a dot in it is a path.
    FollowsPaths,
    /// Filters on ids are refused.
    RefusesIdFilters,
    /// The farthest record comes first.
    ReversesOrder,
    /// Scores are distances: 0 for the nearest.
    ScoresByDistance,
    /// Scores are percentages.
    ScoresAboveOne,
    /// A search returns one record less than it may.
    ReturnsFewer,
    /// A search returns more records than it may.
    IgnoresLimit,
    /// Each page begins with the last record of the page before.
    RepeatsRows,
    /// There is never a second page.
    EndsAfterOnePage,
    /// A page has all the records.
    IgnoresPageSize,
    /// All collections are one.
    SharesCollections,
    /// A reset of one collection empties all whose names begin with its name.
    ResetsByPrefix,
    /// A delete of one collection deletes all whose names begin with its name.
    DeletesByPrefix,
    /// Opening a collection empties it.
    EmptiesOnOpening,
    /// A collection can be opened with any number of dimensions.
    OpensWithAnyDimensions,
    /// Collections are not listed.
    HidesCollections,
    /// Deleted collections are listed.
    ListsDeletedCollections,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl LyingStore {
    /// This store, with one promise broken.
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use mem0_components::testing::{Lie, LyingStore, MemoryStore};
    ///
    /// let store = LyingStore::new(Arc::new(MemoryStore::new()), Lie::FindsDeleted);
    /// # let _ = store;
    /// ```
    pub fn new(store: Arc<dyn VectorStore>, lie: Lie) -> Self {
        Self { store, lie, remembered: Arc::default() }
    }

    fn refused(&self, kind: ComponentErrorKind) -> ComponentError {
        ComponentError::new(self.store.name(), kind)
    }

    /// The real name of a collection.
    fn real<'a>(&self, name: &'a str) -> &'a str {
        match self.lie {
            // The suite's second collection has the name of the first one, and more.
            Lie::SharesCollections => name.split('_').next().unwrap_or(name),
            _ => name,
        }
    }
}

impl VectorStore for LyingStore {
    fn name(&self) -> &str {
        self.store.name()
    }

    fn collection<'a>(
        &'a self,
        name: &'a str,
        dimensions: usize,
    ) -> Reply<'a, Arc<dyn Collection>> {
        Box::pin(async move {
            let real = self.real(name);
            let mut opened = self.store.collection(real, dimensions).await;
            if opened.is_err() && self.lie == Lie::OpensWithAnyDimensions {
                self.store.delete_collection(real).await?;
                opened = self.store.collection(real, dimensions).await;
            }
            let collection = opened?;
            if self.lie == Lie::EmptiesOnOpening {
                collection.reset().await?;
            }
            let remembered = locked(&self.remembered).entry(real.to_owned()).or_default().clone();
            let (store, name) = (self.clone(), name.to_owned());
            Ok(Arc::new(LyingCollection { collection, store, name, remembered })
                as Arc<dyn Collection>)
        })
    }

    fn collections(&self) -> Reply<'_, Vec<String>> {
        Box::pin(async move {
            match self.lie {
                Lie::HidesCollections => Ok(Vec::new()),
                Lie::ListsDeletedCollections => {
                    Ok(locked(&self.remembered).keys().cloned().collect())
                }
                _ => self.store.collections().await,
            }
        })
    }

    fn delete_collection<'a>(&'a self, name: &'a str) -> Reply<'a, ()> {
        Box::pin(async move {
            if self.lie != Lie::ListsDeletedCollections {
                locked(&self.remembered).remove(self.real(name));
            }
            if self.lie == Lie::DeletesByPrefix {
                for other in self.store.collections().await? {
                    if other.starts_with(name) {
                        self.store.delete_collection(&other).await?;
                    }
                }
            }
            self.store.delete_collection(self.real(name)).await
        })
    }
}

impl fmt::Debug for LyingStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LyingStore").field("store", &self.store).field("lie", &self.lie).finish()
    }
}
