use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::Bound;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::{
    Collection, ComponentError, ComponentErrorKind, Embedding, KeywordQuery, Payload, Reply,
    ScoredRecord, StoreFilter, StorePage, StoreRows, VectorQuery, VectorRecord, VectorStore,
};

/// A vector store in memory, for tests: exact, and gone with its last clone. Clones share the
/// records.
///
/// A score is the cosine of the angle between two vectors, and 0 for what points away. Words are
/// looked for in the payload's `data` and `text_lemmatized`.
///
/// ```
/// use mem0_components::testing::MemoryStore;
/// use mem0_components::{Embedding, VectorQuery, VectorRecord, VectorStore};
/// # use std::{pin::pin, task::{Context, Poll, Waker}};
/// # fn block_on<F: Future>(future: F) -> F::Output {
/// #     match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
/// #         Poll::Ready(output) => output,
/// #         Poll::Pending => unreachable!(),
/// #     }
/// # }
///
/// # block_on(async {
/// let store = MemoryStore::new();
/// let memories = store.collection("memories", 2).await?;
/// let payload = serde_json::Map::from_iter([("user_id".to_owned(), "alice".into())]);
/// memories.insert(&[VectorRecord::new("m-1", Embedding::new([3.0, 4.0]), payload)]).await?;
///
/// let hits = memories.search(&VectorQuery::new(Embedding::new([1.0, 0.0]), 10)).await?;
/// assert_eq!(hits[0].id, "m-1");
/// assert!((hits[0].score - 0.6).abs() < 1e-6);
/// # Ok::<(), mem0_components::ComponentError>(())
/// # }).unwrap();
/// ```
#[derive(Clone, Default)]
pub struct MemoryStore {
    collections: Arc<Mutex<BTreeMap<String, Arc<MemoryCollection>>>>,
}

struct MemoryCollection {
    dimensions: usize,
    records: Mutex<BTreeMap<String, VectorRecord>>,
}

impl MemoryStore {
    /// A store without collections.
    ///
    /// ```
    /// use mem0_components::VectorStore;
    ///
    /// assert_eq!(mem0_components::testing::MemoryStore::new().name(), "memory");
    /// ```
    pub fn new() -> Self {
        Self::default()
    }

    fn collections(&self) -> MutexGuard<'_, BTreeMap<String, Arc<MemoryCollection>>> {
        self.collections.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl MemoryCollection {
    fn records(&self) -> MutexGuard<'_, BTreeMap<String, VectorRecord>> {
        self.records.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn check(&self, vector: &Embedding) -> Result<(), ComponentError> {
        let (length, dimensions) = (vector.components().len(), self.dimensions);
        if length == dimensions {
            return Ok(());
        }
        let detail = format!("a vector has {length} dimensions, and the collection {dimensions}");
        Err(error(ComponentErrorKind::Configuration, detail))
    }

    /// The best of the records that match, by a score; `None` leaves a record out.
    fn best(
        &self,
        filter: &StoreFilter,
        limit: usize,
        score: impl Fn(&VectorRecord) -> Option<f64>,
    ) -> Vec<ScoredRecord> {
        let records = self.records();
        let matching = records.values().filter(|record| filter.matches(&record.payload));
        let mut scored: Vec<(f64, &VectorRecord)> =
            matching.filter_map(|record| Some((score(record)?, record))).collect();
        scored.sort_by(|(one, _), (other, _)| other.total_cmp(one));
        scored
            .into_iter()
            .take(limit)
            .map(|(score, record)| ScoredRecord::new(&*record.id, score, record.payload.clone()))
            .collect()
    }
}

fn error(kind: ComponentErrorKind, detail: impl Into<String>) -> ComponentError {
    ComponentError::new("memory", kind).detail(detail)
}

impl VectorStore for MemoryStore {
    fn name(&self) -> &str {
        "memory"
    }

    fn collection<'a>(
        &'a self,
        name: &'a str,
        dimensions: usize,
    ) -> Reply<'a, Arc<dyn Collection>> {
        Box::pin(async move {
            let mut collections = self.collections();
            let collection = collections.entry(name.to_owned()).or_insert_with(|| {
                Arc::new(MemoryCollection { dimensions, records: Mutex::default() })
            });
            if collection.dimensions != dimensions {
                let detail = format!("the collection has {} dimensions", collection.dimensions);
                return Err(error(ComponentErrorKind::Configuration, detail));
            }
            Ok(Arc::clone(collection) as Arc<dyn Collection>)
        })
    }

    fn collections(&self) -> Reply<'_, Vec<String>> {
        Box::pin(async move { Ok(self.collections().keys().cloned().collect()) })
    }

    fn delete_collection<'a>(&'a self, name: &'a str) -> Reply<'a, ()> {
        Box::pin(async move {
            self.collections().remove(name);
            Ok(())
        })
    }
}

impl Collection for MemoryCollection {
    fn dimensions(&self) -> usize {
        self.dimensions
    }

    fn insert<'a>(&'a self, records: &'a [VectorRecord]) -> Reply<'a, ()> {
        Box::pin(async move {
            records.iter().try_for_each(|record| self.check(&record.vector))?;
            let new = records.iter().map(|record| (record.id.clone(), record.clone()));
            self.records().extend(new);
            Ok(())
        })
    }

    fn update<'a>(
        &'a self,
        id: &'a str,
        vector: Option<&'a Embedding>,
        payload: Option<&'a Payload>,
    ) -> Reply<'a, ()> {
        Box::pin(async move {
            vector.map_or(Ok(()), |vector| self.check(vector))?;
            let mut records = self.records();
            let Some(record) = records.get_mut(id) else {
                return Err(error(ComponentErrorKind::Other, "there is not a record with this id"));
            };
            if let Some(vector) = vector {
                record.vector = vector.clone();
            }
            if let Some(payload) = payload {
                record.payload = payload.clone();
            }
            Ok(())
        })
    }

    fn delete<'a>(&'a self, ids: &'a [&'a str]) -> Reply<'a, ()> {
        Box::pin(async move {
            let mut records = self.records();
            for id in ids {
                records.remove(*id);
            }
            Ok(())
        })
    }

    fn get<'a>(&'a self, id: &'a str) -> Reply<'a, Option<VectorRecord>> {
        Box::pin(async move { Ok(self.records().get(id).cloned()) })
    }

    fn search<'a>(&'a self, query: &'a VectorQuery) -> Reply<'a, Vec<ScoredRecord>> {
        Box::pin(async move {
            self.check(&query.vector)?;
            Ok(self.best(&query.filter, query.limit, |record| {
                Some(cosine(&query.vector, &record.vector).clamp(0.0, 1.0))
            }))
        })
    }

    fn list<'a>(&'a self, filter: &'a StoreFilter, page: &'a StorePage) -> Reply<'a, StoreRows> {
        Box::pin(async move {
            let records = self.records();
            let after = match &page.after {
                Some(id) => Bound::Excluded(id.as_str()),
                None => Bound::Unbounded,
            };
            let mut rest = records
                .range::<str, _>((after, Bound::Unbounded))
                .map(|(_, record)| record)
                .filter(|record| filter.matches(&record.payload));
            let rows: Vec<VectorRecord> = rest.by_ref().take(page.limit).cloned().collect();
            let next = rest.next().and(rows.last()).map(|last| last.id.clone());
            Ok(StoreRows::new(rows, next))
        })
    }

    fn reset(&self) -> Reply<'_, ()> {
        Box::pin(async move {
            self.records().clear();
            Ok(())
        })
    }

    fn keyword_search<'a>(
        &'a self,
        query: &'a KeywordQuery,
    ) -> Option<Reply<'a, Vec<ScoredRecord>>> {
        Some(Box::pin(async move {
            let wanted = words(&query.text);
            Ok(self.best(&query.filter, query.limit, |record| {
                let texts = ["data", "text_lemmatized"].map(|field| {
                    record.payload.get(field).and_then(|text| text.as_str()).unwrap_or_default()
                });
                let found = words(&texts.join(" ")).intersection(&wanted).count();
                (found > 0).then(|| found as f64 / wanted.len() as f64)
            }))
        }))
    }
}

fn words(text: &str) -> BTreeSet<String> {
    let lower = text.to_lowercase();
    let words = lower.split(|letter: char| !letter.is_alphanumeric());
    words.filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// The cosine of the angle between two vectors; 0 where one has no direction.
pub(super) fn cosine(one: &Embedding, other: &Embedding) -> f64 {
    let product = |one: &Embedding, other: &Embedding| -> f64 {
        let pairs = one.components().iter().zip(other.components());
        pairs.map(|(one, other)| f64::from(*one) * f64::from(*other)).sum()
    };
    let lengths = (product(one, one) * product(other, other)).sqrt();
    if lengths > 0.0 { product(one, other) / lengths } else { 0.0 }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryStore").field("collections", &*self.collections()).finish()
    }
}

impl fmt::Debug for MemoryCollection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let records = self.records().len();
        f.debug_struct("MemoryCollection")
            .field("dimensions", &self.dimensions)
            .field("records", &records)
            .finish()
    }
}
