//! A store of vectors, its collections, and the filters that they translate.

mod filter;
mod record;

use std::fmt;
use std::sync::Arc;

pub use filter::{Bounds, StoreFilter};
pub use record::{
    KeywordQuery, Payload, ScoredRecord, StorePage, StoreRows, VectorQuery, VectorRecord,
};

use crate::{Embedding, Reply};

/// A store of vectors.
pub trait VectorStore: fmt::Debug + Send + Sync + 'static {
    /// Its provider's name, such as `qdrant`.
    fn name(&self) -> &str;

    /// Opens a collection, and makes it if there is none. Another number of dimensions than it has
    /// is a [`Configuration`](crate::ComponentErrorKind::Configuration) error.
    fn collection<'a>(&'a self, name: &'a str, dimensions: usize)
    -> Reply<'a, Arc<dyn Collection>>;

    /// The names of the collections that it has.
    fn collections(&self) -> Reply<'_, Vec<String>>;

    /// Removes a collection with all that it holds, and nothing of another. Removing one that is
    /// not there succeeds.
    fn delete_collection<'a>(&'a self, name: &'a str) -> Reply<'a, ()>;
}

/// A collection of vectors, each with an id and a payload.
pub trait Collection: fmt::Debug + Send + Sync + 'static {
    /// How long its vectors are.
    fn dimensions(&self) -> usize;

    /// Inserts records, or replaces those with the same ids: sending them twice changes nothing
    /// more. A vector of another length is a [`Configuration`](crate::ComponentErrorKind::Configuration)
    /// error, and then nothing is stored.
    fn insert<'a>(&'a self, records: &'a [VectorRecord]) -> Reply<'a, ()>;

    /// Replaces the vector, the payload, or both of a record; what is `None` stays. An id that is
    /// not there is an error.
    fn update<'a>(
        &'a self,
        id: &'a str,
        vector: Option<&'a Embedding>,
        payload: Option<&'a Payload>,
    ) -> Reply<'a, ()>;

    /// Deletes records. Deleting what is not there succeeds.
    fn delete<'a>(&'a self, ids: &'a [&'a str]) -> Reply<'a, ()>;

    /// One record.
    fn get<'a>(&'a self, id: &'a str) -> Reply<'a, Option<VectorRecord>>;

    /// The nearest records that the filter lets through, best first. A score is 0 to 1, and higher
    /// is nearer, whatever the store measures.
    fn search<'a>(&'a self, query: &'a VectorQuery) -> Reply<'a, Vec<ScoredRecord>>;

    /// A page of the records that the filter lets through, each once over all pages.
    fn list<'a>(&'a self, filter: &'a StoreFilter, page: &'a StorePage) -> Reply<'a, StoreRows>;

    /// Removes all records.
    fn reset(&self) -> Reply<'_, ()>;

    /// The records whose texts have the words, best first; `None` where the store has no search for
    /// words.
    fn keyword_search<'a>(
        &'a self,
        _query: &'a KeywordQuery,
    ) -> Option<Reply<'a, Vec<ScoredRecord>>> {
        None
    }
}
