use std::fmt;

use super::{Payload, StoreFilter};
use crate::Embedding;

/// A record of a collection. `Debug` shows its id alone.
///
/// ```
/// use mem0_components::{Embedding, VectorRecord};
///
/// let payload = serde_json::Map::from_iter([("user_id".to_owned(), "alice".into())]);
/// let id = "0d6ff1c5-5f3c-4e0b-9a55-0a3a0c3c2b11";
/// let record = VectorRecord::new(id, Embedding::new([0.6, 0.8]), payload);
/// assert!(!format!("{record:?}").contains("alice"));
/// ```
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct VectorRecord {
    /// Its id; a UUID in everything that Mem0 stores.
    pub id: String,
    /// Its vector.
    pub vector: Embedding,
    /// What is kept beside it.
    pub payload: Payload,
}

impl VectorRecord {
    /// A record.
    pub fn new(id: impl Into<String>, vector: Embedding, payload: Payload) -> Self {
        Self { id: id.into(), vector, payload }
    }
}

impl fmt::Debug for VectorRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VectorRecord").field("id", &self.id).finish_non_exhaustive()
    }
}

/// A record that a search found. `Debug` shows its id and score alone.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct ScoredRecord {
    /// Its id.
    pub id: String,
    /// How near it is: 0 to 1, and higher is nearer.
    pub score: f64,
    /// What is kept beside its vector.
    pub payload: Payload,
}

impl ScoredRecord {
    /// A record that a search found.
    pub fn new(id: impl Into<String>, score: f64, payload: Payload) -> Self {
        Self { id: id.into(), score, payload }
    }
}

impl fmt::Debug for ScoredRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScoredRecord")
            .field("id", &self.id)
            .field("score", &self.score)
            .finish_non_exhaustive()
    }
}

/// What to find by a vector.
///
/// ```
/// use mem0_components::{Embedding, StoreFilter, VectorQuery};
///
/// let query = VectorQuery::new(Embedding::new([0.6, 0.8]), 10)
///     .filter(StoreFilter::is("user_id", "alice"));
/// assert_eq!(query.limit, 10);
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct VectorQuery {
    /// The vector to be near to.
    pub vector: Embedding,
    /// What the records must match.
    pub filter: StoreFilter,
    /// The most records to return.
    pub limit: usize,
}

impl VectorQuery {
    /// The nearest of all records, at most so many.
    pub fn new(vector: Embedding, limit: usize) -> Self {
        Self { vector, filter: StoreFilter::All, limit }
    }

    /// The same, among the records that match.
    #[must_use]
    pub fn filter(self, filter: StoreFilter) -> Self {
        Self { filter, ..self }
    }
}

/// What to find by words. `Debug` leaves the words out.
///
/// ```
/// use mem0_components::{KeywordQuery, StoreFilter};
///
/// let query = KeywordQuery::new("green tea", 10).filter(StoreFilter::is("user_id", "alice"));
/// assert!(!format!("{query:?}").contains("tea"));
/// ```
#[derive(Clone)]
#[non_exhaustive]
pub struct KeywordQuery {
    /// The words, as they were written.
    pub text: String,
    /// What the records must match.
    pub filter: StoreFilter,
    /// The most records to return.
    pub limit: usize,
}

impl KeywordQuery {
    /// The best of all records, at most so many.
    pub fn new(text: impl Into<String>, limit: usize) -> Self {
        Self { text: text.into(), filter: StoreFilter::All, limit }
    }

    /// The same, among the records that match.
    #[must_use]
    pub fn filter(self, filter: StoreFilter) -> Self {
        Self { filter, ..self }
    }
}

impl fmt::Debug for KeywordQuery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeywordQuery")
            .field("filter", &self.filter)
            .field("limit", &self.limit)
            .finish_non_exhaustive()
    }
}

/// Which part of a list to return.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct StorePage {
    /// The most rows to return.
    pub limit: usize,
    /// The [`next`](StoreRows::next) of the page before; `None` for the first page.
    pub after: Option<String>,
}

impl StorePage {
    /// The first page, with at most so many rows.
    pub fn first(limit: usize) -> Self {
        Self { limit, after: None }
    }

    /// The page after another one.
    ///
    /// ```
    /// use mem0_components::{StorePage, StoreRows};
    ///
    /// fn next_page(page: &StorePage, rows: &StoreRows) -> Option<StorePage> {
    ///     rows.next.as_ref().map(|next| StorePage::first(page.limit).after(next))
    /// }
    /// ```
    #[must_use]
    pub fn after(self, next: impl Into<String>) -> Self {
        Self { after: Some(next.into()), ..self }
    }
}

/// A page of a list.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct StoreRows {
    /// The records.
    pub records: Vec<VectorRecord>,
    /// What asks for the next page, in the store's own words; `None` after the last one.
    pub next: Option<String>,
}

impl StoreRows {
    /// A page, and what asks for the next one.
    pub fn new(records: Vec<VectorRecord>, next: Option<String>) -> Self {
        Self { records, next }
    }
}
