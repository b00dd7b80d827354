use std::fmt;

use mem0_types::{Condition, Expression, Filter, Metadata, Timestamp};

use crate::change::Lifecycle;
use crate::folder::filter_sql::SqlFilter;
use crate::limits::{self, MAX_TEXT};
use crate::{EngineError, clock};

/// The most hits of one search.
pub const MAX_TOP_K: usize = 1000;

/// The lowest score of a hit, unless a request says another.
pub(super) const DEFAULT_THRESHOLD: f64 = 0.1;

/// Reranks this many candidates per requested hit, and at least [`RERANKED_AT_LEAST`].
const RERANKED_FOR_ONE: usize = 4;
const RERANKED_AT_LEAST: usize = 60;

/// A search: the question and its options.
#[derive(Clone)]
#[non_exhaustive]
pub struct SearchRequest {
    /// The question: not blank, and at most [`MAX_TEXT`](crate::MAX_TEXT) long.
    pub query: String,
    /// The filter that the memories must match. It cannot contain `keywords`, which lists support.
    pub filter: Filter,
    /// The most hits to return: 1 to [`MAX_TOP_K`], 10 by default.
    pub top_k: usize,
    /// The lowest score of a hit: 0 to 1, 0.1 by default. Where no memory reaches 0.1 or less, the
    /// best three are found whose meaning is nearer than chance. With 0, nothing is cut off.
    pub threshold: f64,
    /// Whether expired memories are found too.
    pub show_expired: bool,
    /// Only memories with at least one of these categories; all if empty.
    pub categories: Vec<String>,
    /// Only memories whose metadata has these keys with equal values, or as
    /// [`DeleteAllRequest::metadata`](crate::DeleteAllRequest::metadata) compares them.
    pub metadata: Option<Metadata>,
    /// Whether the best max(4 × `top_k`, 60) memories are ranked again, more slowly: by a
    /// [reranker](crate::Engine::with_reranker) if there is one, else by comparing the meanings of
    /// single words; `false` by default.
    pub rerank: bool,
    /// Whether memories are found by their words alone; `false` by default, which finds them by
    /// words and by meaning.
    pub keyword_search: bool,
    /// Whether memories are found too that were merged into others; `false` by default.
    pub include_merged: bool,
    /// Whether only memories are found that hold: no superseded and no merged ones; `false` by
    /// default.
    pub latest_only: bool,
    /// Whether each memory comes with its [sources](crate::MemoryRecord::sources); `false` by
    /// default.
    pub include_sources: bool,
    /// The moment from which "last week" in the query counts; now by default. Memories of a time
    /// that the query names come first.
    pub reference_date: Option<Timestamp>,
}

impl SearchRequest {
    /// A search with the default options.
    pub fn new(query: impl Into<String>, filter: Filter) -> Self {
        Self {
            query: query.into(),
            filter,
            top_k: 10,
            threshold: DEFAULT_THRESHOLD,
            show_expired: false,
            categories: Vec::new(),
            metadata: None,
            rerank: false,
            keyword_search: false,
            include_merged: false,
            latest_only: false,
            include_sources: false,
            reference_date: None,
        }
    }

    pub(super) fn check(&self) -> Result<(), EngineError> {
        if self.query.trim().is_empty() {
            return Err(EngineError::invalid("query", "must not be empty"));
        }
        limits::check_length("query", self.query.len(), MAX_TEXT)?;
        if !(1..=MAX_TOP_K).contains(&self.top_k) {
            return Err(EngineError::invalid("top_k", "must be between 1 and 1000"));
        }
        if !(0.0..=1.0).contains(&self.threshold) {
            return Err(EngineError::invalid("threshold", "must be between 0 and 1"));
        }
        if asks_for_keywords(&self.filter) {
            return Err(EngineError::invalid(
                "filters",
                "must not contain 'keywords' in a search; use a list, or put the words in the query",
            ));
        }
        Ok(())
    }

    /// Whether it shows memories of which this became.
    pub(super) fn shows(&self, lifecycle: Lifecycle) -> bool {
        match lifecycle {
            Lifecycle::Active => true,
            Lifecycle::Superseded => !self.latest_only,
            Lifecycle::Merged => self.include_merged && !self.latest_only,
        }
    }

    /// How many memories are ranked again.
    pub(super) fn pool(&self) -> usize {
        if self.rerank { RERANKED_AT_LEAST.max(RERANKED_FOR_ONE * self.top_k) } else { self.top_k }
    }

    /// Whether it has no conditions besides its filter.
    pub(super) fn is_filter_alone(&self) -> bool {
        self.categories.is_empty() && self.metadata.is_none()
    }

    /// All that a memory must match but what became of it, which the index knows.
    pub(super) fn condition(&self) -> Result<SqlFilter, EngineError> {
        let mut parts = vec![SqlFilter::compile(&self.filter)?];
        if !self.show_expired {
            parts.push(SqlFilter::not_expired(clock::today()));
        }
        if !self.categories.is_empty() {
            parts.push(SqlFilter::categories(&self.categories));
        }
        parts.extend(self.metadata.as_ref().map(SqlFilter::metadata).transpose()?);
        SqlFilter::all(parts).limited()
    }
}

impl fmt::Debug for SearchRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SearchRequest")
            .field("filter", &self.filter)
            .field("top_k", &self.top_k)
            .field("threshold", &self.threshold)
            .finish_non_exhaustive()
    }
}

fn asks_for_keywords(filter: &Filter) -> bool {
    match filter.expression() {
        Expression::Condition(Condition::Keywords(_)) => true,
        Expression::And(parts) | Expression::Or(parts) => parts.iter().any(asks_for_keywords),
        Expression::Not(part) => asks_for_keywords(part),
        Expression::Raw(json) => Filter::from_json(json).is_ok_and(|read| asks_for_keywords(&read)),
        _ => false,
    }
}
