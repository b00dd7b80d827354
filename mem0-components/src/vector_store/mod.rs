//! A store of vectors, its collections, and the filters that they translate.

mod filter;
mod payload;
mod record;

use std::fmt;
use std::sync::Arc;

pub use filter::{Bounds, StoreFilter, compare_numbers};
pub use payload::Payload;
pub use record::{KeywordQuery, ScoredRecord, StorePage, StoreRows, VectorQuery, VectorRecord};

use crate::{Embedding, Reply};

/// A store of vectors.
///
/// An implementation is done when it passes `testing::check_vector_store`, which the feature
/// `testing` brings.
pub trait VectorStore: fmt::Debug + Send + Sync + 'static {
    /// Its provider's name, such as `qdrant`.
    fn name(&self) -> &str;

    /// Opens a collection, and makes it if there is none. What it holds stays.
    ///
    /// Another number of dimensions than it has is a
    /// [`Configuration`](crate::ComponentErrorKind::Configuration) error.
    fn collection<'a>(&'a self, name: &'a str, dimensions: usize)
    -> Reply<'a, Arc<dyn Collection>>;

    /// The names of the collections that it has.
    fn collections(&self) -> Reply<'_, Vec<String>>;

    /// Removes a collection with all that it holds, and nothing of another. Removing one that is
    /// not there succeeds.
    fn delete_collection<'a>(&'a self, name: &'a str) -> Reply<'a, ()>;
}

/// A collection of vectors, each with an id and a payload.
///
/// What was acknowledged is seen by every later call. A store that applies writes later than it
/// acknowledges them waits, or asks its server to.
///
/// A store may refuse these as [`Unsupported`](crate::ComponentErrorKind::Unsupported), and nothing
/// else:
///
/// - an id that is not a UUID;
/// - a record, or a filter, without any of `user_id`, `agent_id`, `app_id` and `run_id`;
/// - a field whose name it cannot keep, or whose type is not that of earlier records;
/// - a filter that it cannot translate, other than equality on the four ids, alone or joined by
///   [`And`](StoreFilter::And).
///
/// Neither an error nor `Debug` shows what a payload or a vector holds.
pub trait Collection: fmt::Debug + Send + Sync + 'static {
    /// How long its vectors are.
    fn dimensions(&self) -> usize;

    /// Inserts records, and replaces whole those with the same ids: sending them twice changes
    /// nothing more. The ids of one call differ from each other.
    ///
    /// A payload comes back as it was, and a vector with its direction. A vector of another length
    /// is a [`Configuration`](crate::ComponentErrorKind::Configuration) error, and then nothing is
    /// stored.
    fn insert<'a>(&'a self, records: &'a [VectorRecord]) -> Reply<'a, ()>;

    /// Replaces the vector, the whole payload, or both; what is `None` stays.
    ///
    /// An id that is not there is an error that is not transient. A vector of another length is a
    /// [`Configuration`](crate::ComponentErrorKind::Configuration) error.
    fn update<'a>(
        &'a self,
        id: &'a str,
        vector: Option<&'a Embedding>,
        payload: Option<&'a Payload>,
    ) -> Reply<'a, ()>;

    /// Deletes records. Deleting what is not there succeeds.
    fn delete<'a>(&'a self, ids: &'a [&'a str]) -> Reply<'a, ()>;

    /// One record; `None` where it is not there.
    fn get<'a>(&'a self, id: &'a str) -> Reply<'a, Option<VectorRecord>>;

    /// The nearest records that the filter lets through, best first: as many as the limit, or all
    /// that there are.
    ///
    /// A score is 0 to 1, and higher is nearer, whatever the store measures. A store that measures
    /// angles gives their cosine, and 0 where that is less. A vector of another length is a
    /// [`Configuration`](crate::ComponentErrorKind::Configuration) error.
    fn search<'a>(&'a self, query: &'a VectorQuery) -> Reply<'a, Vec<ScoredRecord>>;

    /// A page of the records that the filter lets through. Over all pages each is there once.
    fn list<'a>(&'a self, filter: &'a StoreFilter, page: &'a StorePage) -> Reply<'a, StoreRows>;

    /// Removes all records of this collection, and nothing of another.
    fn reset(&self) -> Reply<'_, ()>;

    /// The records whose texts have the words, among those that the filter lets through, best
    /// first; `None` where the store has no search for words.
    ///
    /// The texts are the payload's `data`, or its `text_lemmatized` where there is one. A record
    /// without any of the words is left out; whether all must occur is the store's affair. A score
    /// is 0 to 1, as in [`search`](Self::search).
    fn keyword_search<'a>(
        &'a self,
        _query: &'a KeywordQuery,
    ) -> Option<Reply<'a, Vec<ScoredRecord>>> {
        None
    }
}
