use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::Value;

use crate::{
    Collection, ComponentError, ComponentErrorKind, Embedding, KeywordQuery, Payload, Reply,
    ScoredRecord, StoreFilter, StorePage, StoreRows, VectorQuery, VectorRecord, VectorStore,
};

/// A vector store that breaks one promise, in front of one that keeps it: for tests of what stands
/// on a store, and of the suite itself.
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
    /// `Debug` shows what was stored last.
    ShowsContent,
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

#[derive(Default)]
struct Remembered {
    inserted: BTreeMap<String, usize>,
    held_back: Vec<VectorRecord>,
    deleted: Vec<VectorRecord>,
    last: Option<VectorRecord>,
}

struct LyingCollection {
    collection: Arc<dyn Collection>,
    store: LyingStore,
    name: String,
    remembered: Arc<Mutex<Remembered>>,
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

impl LyingCollection {
    fn lie(&self) -> Lie {
        self.store.lie
    }

    /// A record as it is stored; `None` where it is not.
    async fn stored(&self, record: &VectorRecord) -> Result<Option<VectorRecord>, ComponentError> {
        let mut record = record.clone();
        match self.lie() {
            Lie::LosesInserts => return Ok(None),
            Lie::KeepsTheFirst if self.collection.get(&record.id).await?.is_some() => {
                return Ok(None);
            }
            Lie::MergesPayloads => {
                if let Some(old) = self.collection.get(&record.id).await? {
                    let new = std::mem::replace(&mut record.payload, old.payload);
                    record.payload.extend(new);
                }
            }
            Lie::TakesAnyLength => record.vector = self.fitted(&record.vector),
            Lie::TidiesIds => record.id = record.id.trim().to_lowercase(),
            Lie::RoundsNumbers => record.payload.values_mut().for_each(round),
            Lie::FlattensPayloads => record.payload.values_mut().for_each(flatten),
            _ => {}
        }
        Ok(Some(record))
    }

    fn fitted(&self, vector: &Embedding) -> Embedding {
        let mut components = vector.components().to_vec();
        components.resize(self.collection.dimensions(), 0.0);
        Embedding::new(components)
    }

    /// Stores what was held back.
    async fn catch_up(&self) -> Result<(), ComponentError> {
        let held_back = std::mem::take(&mut locked(&self.remembered).held_back);
        if held_back.is_empty() { Ok(()) } else { self.collection.insert(&held_back).await }
    }

    fn filter(&self, filter: &StoreFilter) -> Result<StoreFilter, ComponentError> {
        match self.lie() {
            Lie::DropsFilters => Ok(owner(filter).unwrap_or_default()),
            Lie::RefusesIdFilters if names_run_id(filter) => {
                Err(self.store.refused(ComponentErrorKind::Unsupported))
            }
            _ => Ok(filter.clone()),
        }
    }

    /// The matching records, by a filter that is evaluated in another way.
    async fn matching(
        &self,
        filter: &StoreFilter,
        alter: fn(&mut Payload),
    ) -> Result<BTreeSet<String>, ComponentError> {
        let all = self.collection.list(&StoreFilter::All, &StorePage::first(usize::MAX)).await?;
        let matching = all.records.into_iter().filter(|record| {
            let mut payload = record.payload.clone();
            alter(&mut payload);
            filter.matches(&payload)
        });
        Ok(matching.map(|record| record.id).collect())
    }

    fn alteration(&self) -> Option<fn(&mut Payload)> {
        match self.lie() {
            Lie::ConfusesTypes => Some(confuse),
            Lie::FollowsPaths => Some(follow),
            _ => None,
        }
    }
}

/// The condition on `user_id`, without the rest.
fn owner(filter: &StoreFilter) -> Option<StoreFilter> {
    match filter {
        StoreFilter::Is(field, _) if field == "user_id" => Some(filter.clone()),
        StoreFilter::And(parts) => parts.iter().find_map(owner),
        _ => None,
    }
}

fn names_run_id(filter: &StoreFilter) -> bool {
    match filter {
        StoreFilter::Is(field, _) => field == "run_id",
        StoreFilter::And(parts) => parts.iter().any(names_run_id),
        _ => false,
    }
}

fn round(value: &mut Value) {
    if let (Value::Number(_), Some(number)) = (&*value, value.as_f64())
        && number.abs() > 1e15
    {
        *value = number.into();
    }
}

fn flatten(value: &mut Value) {
    if value.is_object() || value.is_array() {
        *value = value.to_string().into();
    }
}

fn confuse(payload: &mut Payload) {
    for value in payload.values_mut() {
        match value.as_str().map(str::parse::<f64>) {
            Some(Ok(number)) => *value = number.into(),
            _ => {
                if let Some(first) = value.as_array().and_then(|values| values.first()) {
                    *value = first.clone();
                }
            }
        }
    }
}

fn follow(payload: &mut Payload) {
    if let Some(within) = payload.get("a").and_then(|a| a.get("b")).cloned() {
        payload.insert("a.b".to_owned(), within);
    }
}

impl Collection for LyingCollection {
    fn dimensions(&self) -> usize {
        self.collection.dimensions()
    }

    fn insert<'a>(&'a self, records: &'a [VectorRecord]) -> Reply<'a, ()> {
        Box::pin(async move {
            self.catch_up().await?;
            if records.is_empty() && self.lie() == Lie::RefusesEmptyBatches {
                return Err(self.store.refused(ComponentErrorKind::Other));
            }
            let mut stored = Vec::new();
            for record in records {
                stored.extend(self.stored(record).await?);
            }
            {
                let mut remembered = locked(&self.remembered);
                for record in records {
                    *remembered.inserted.entry(record.id.clone()).or_default() += 1;
                    remembered.deleted.retain(|deleted| deleted.id != record.id);
                }
                remembered.last = records.last().cloned();
                if self.lie() == Lie::AppliesLate {
                    remembered.held_back = stored;
                    return Ok(());
                }
            }
            if self.lie() == Lie::StoresHalfABatch {
                for record in &stored {
                    self.collection.insert(std::slice::from_ref(record)).await?;
                }
                return Ok(());
            }
            self.collection.insert(&stored).await
        })
    }

    fn update<'a>(
        &'a self,
        id: &'a str,
        vector: Option<&'a Embedding>,
        payload: Option<&'a Payload>,
    ) -> Reply<'a, ()> {
        Box::pin(async move {
            self.catch_up().await?;
            let empty = Payload::new();
            let fitted = vector.map(|vector| self.fitted(vector));
            let updated = match (self.lie(), vector, payload) {
                (Lie::LosesPayloadOnUpdate, Some(_), None) => {
                    self.collection.update(id, vector, Some(&empty)).await
                }
                (Lie::LosesPayloadUpdates, None, Some(_)) => {
                    self.collection.update(id, None, None).await
                }
                (Lie::TakesAnyLength, ..) => {
                    self.collection.update(id, fitted.as_ref(), payload).await
                }
                _ => self.collection.update(id, vector, payload).await,
            };
            match updated {
                Err(_) if self.lie() == Lie::AcknowledgesMissingUpdates => Ok(()),
                updated => updated,
            }
        })
    }

    fn delete<'a>(&'a self, ids: &'a [&'a str]) -> Reply<'a, ()> {
        Box::pin(async move {
            self.catch_up().await?;
            if ids.is_empty() && self.lie() == Lie::RefusesEmptyBatches {
                return Err(self.store.refused(ComponentErrorKind::Other));
            }
            for id in ids {
                match self.collection.get(id).await? {
                    Some(record) => locked(&self.remembered).deleted.push(record),
                    None if self.lie() == Lie::RefusesMissingDeletes => {
                        return Err(self.store.refused(ComponentErrorKind::Other));
                    }
                    None => {}
                }
            }
            self.collection.delete(ids).await
        })
    }

    fn get<'a>(&'a self, id: &'a str) -> Reply<'a, Option<VectorRecord>> {
        Box::pin(async move {
            let found = match self.lie() {
                Lie::TidiesIds => self.collection.get(&id.trim().to_lowercase()).await?,
                _ => self.collection.get(id).await?,
            };
            if found.is_none() && self.lie() == Lie::GetsAnything {
                return Ok(locked(&self.remembered).last.clone());
            }
            Ok(found)
        })
    }

    fn search<'a>(&'a self, query: &'a VectorQuery) -> Reply<'a, Vec<ScoredRecord>> {
        Box::pin(async move {
            let mut altered = query.clone();
            altered.filter = self.filter(&query.filter)?;
            match self.lie() {
                Lie::TakesAnyLength => altered.vector = self.fitted(&query.vector),
                Lie::IgnoresLimit => altered.limit = query.limit.saturating_add(1),
                Lie::FiltersAfterwards => {
                    altered.filter = StoreFilter::All;
                    altered.limit = query.limit.saturating_mul(2);
                }
                Lie::ConfusesTypes | Lie::FollowsPaths => {
                    altered.filter = StoreFilter::All;
                    altered.limit = usize::MAX;
                }
                _ => {}
            }
            let mut hits = self.collection.search(&altered).await?;
            if let Some(alteration) = self.alteration() {
                let matching = self.matching(&query.filter, alteration).await?;
                hits.retain(|hit| matching.contains(&hit.id));
                hits.truncate(query.limit);
            }
            match self.lie() {
                Lie::FiltersAfterwards => {
                    hits.retain(|hit| query.filter.matches(&hit.payload));
                    hits.truncate(query.limit);
                }
                Lie::ReversesOrder => hits.reverse(),
                Lie::ScoresByDistance => {
                    hits.iter_mut().for_each(|hit| hit.score = 1.0 - hit.score);
                }
                Lie::ScoresAboveOne => hits.iter_mut().for_each(|hit| hit.score *= 100.0),
                Lie::ReturnsFewer => drop(hits.pop()),
                Lie::DoublesRecords => {
                    let remembered = locked(&self.remembered);
                    let twice =
                        hits.iter().filter(|hit| remembered.inserted.get(&hit.id) > Some(&1));
                    let twice: Vec<ScoredRecord> = twice.cloned().collect();
                    hits.extend(twice);
                }
                Lie::FindsDeleted => {
                    let remembered = locked(&self.remembered);
                    let deleted = remembered
                        .deleted
                        .iter()
                        .filter(|record| query.filter.matches(&record.payload))
                        .map(|record| ScoredRecord::new(&*record.id, 0.0, record.payload.clone()));
                    hits.extend(deleted);
                }
                _ => {}
            }
            Ok(hits)
        })
    }

    fn list<'a>(&'a self, filter: &'a StoreFilter, page: &'a StorePage) -> Reply<'a, StoreRows> {
        Box::pin(async move {
            let mut altered = page.clone();
            match self.lie() {
                Lie::IgnoresPageSize => altered.limit = usize::MAX,
                Lie::RepeatsRows if page.limit > 1 => altered.limit = page.limit - 1,
                _ => {}
            }
            let filtered = match self.alteration() {
                Some(_) => StoreFilter::All,
                None => self.filter(filter)?,
            };
            let mut rows = self.collection.list(&filtered, &altered).await?;
            if let Some(alteration) = self.alteration() {
                let matching = self.matching(filter, alteration).await?;
                rows.records.retain(|record| matching.contains(&record.id));
            }
            match self.lie() {
                Lie::EndsAfterOnePage => rows.next = None,
                Lie::RepeatsRows if page.after.is_some() => {
                    let first = rows.records.first().cloned();
                    rows.records.extend(first);
                }
                Lie::DoublesRecords => {
                    let remembered = locked(&self.remembered);
                    let twice = rows
                        .records
                        .iter()
                        .filter(|record| remembered.inserted.get(&record.id) > Some(&1));
                    let twice: Vec<VectorRecord> = twice.cloned().collect();
                    rows.records.extend(twice);
                }
                _ => {}
            }
            Ok(rows)
        })
    }

    fn reset(&self) -> Reply<'_, ()> {
        Box::pin(async move {
            self.collection.reset().await?;
            if self.lie() == Lie::ResetsByPrefix {
                for other in self.store.store.collections().await? {
                    if other.starts_with(&self.name) {
                        let dimensions = self.collection.dimensions();
                        self.store.store.collection(&other, dimensions).await?.reset().await?;
                    }
                }
            }
            Ok(())
        })
    }

    fn keyword_search<'a>(
        &'a self,
        query: &'a KeywordQuery,
    ) -> Option<Reply<'a, Vec<ScoredRecord>>> {
        if self.lie() != Lie::DropsWordFilters {
            return self.collection.keyword_search(query);
        }
        Some(Box::pin(async move {
            let query = query.clone().filter(StoreFilter::All);
            match self.collection.keyword_search(&query) {
                Some(answer) => answer.await,
                None => Ok(Vec::new()),
            }
        }))
    }
}

impl fmt::Debug for LyingStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LyingStore").field("store", &self.store).field("lie", &self.lie).finish()
    }
}

impl fmt::Debug for LyingCollection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("LyingCollection");
        shown.field("collection", &self.collection).field("lie", &self.lie());
        if self.lie() == Lie::ShowsContent {
            let last = locked(&self.remembered).last.clone();
            shown.field("last", &last.map(|record| record.payload));
        }
        shown.finish()
    }
}
