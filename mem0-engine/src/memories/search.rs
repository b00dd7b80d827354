use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use mem0_types::{Condition, Date, Expression, Filter, Metadata, Timestamp};
use rusqlite::Connection;

use crate::components::reranking::Reranking;
use crate::components::{Made, VectorKind};
use crate::folder::filter_sql::SqlFilter;
use crate::folder::{text_index, vectors};
use crate::limits::{self, Answer, MAX_TEXT};
use crate::memories::record::{self, MemoryRecord};
use crate::retrieval::entity_scope::EntityScope;
use crate::retrieval::everything::asks_for_everything;
use crate::retrieval::index_cache::IndexCache;
use crate::retrieval::query::{self, Query};
use crate::retrieval::quotes::Phrase;
use crate::retrieval::ranking::{Ranked, Ranking};
use crate::retrieval::score_breakdown::{Passage, ScoreParts};
use crate::retrieval::scoring::Scored;
use crate::retrieval::time_context::TimeContext;
use crate::retrieval::time_expression;
use crate::retrieval::visible_memories::VisibleMemories;
use crate::tenancy::projects;
use crate::text::built_in::BuiltInEmbedder;
use crate::{Access, Engine, EngineError, clock};

/// The most hits of one search.
pub const MAX_TOP_K: usize = 1000;

/// With this threshold or a lower one, the [`FEW`] best memories are found where none reaches it,
/// if their meaning is nearer than chance.
const DEFAULT_THRESHOLD: f64 = 0.1;
const FEW: usize = 3;

/// How many of the best memories are looked through for what the query quotes.
const QUOTING: usize = 200;

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
    /// [reranker](Engine::with_reranker) if there is one, else by comparing the meanings of single
    /// words; `false` by default.
    pub rerank: bool,
    /// Whether memories are found by their words alone; `false` by default, which finds them by
    /// words and by meaning.
    pub keyword_search: bool,
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
            reference_date: None,
        }
    }

    fn check(&self) -> Result<(), EngineError> {
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

    /// How many memories are ranked again.
    fn pool(&self) -> usize {
        if self.rerank { RERANKED_AT_LEAST.max(RERANKED_FOR_ONE * self.top_k) } else { self.top_k }
    }

    /// Whether it has no conditions besides its filter.
    fn is_filter_alone(&self) -> bool {
        self.categories.is_empty() && self.metadata.is_none()
    }

    fn condition(&self) -> Result<SqlFilter, EngineError> {
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

impl Engine {
    /// Finds the memories that answer a question, best first.
    ///
    /// # Errors
    /// [`EngineError::InvalidInput`] for a blank or too long query, `top_k` or `threshold` outside
    /// its range, hits that take more than [`MAX_ANSWER`](crate::MAX_ANSWER), or a filter that a
    /// search does not support.
    pub async fn search(&self, request: SearchRequest) -> Result<Vec<SearchHit>, EngineError> {
        Ok(self.search_outcome(request).await?.hits)
    }

    /// The same, and what the search had to do without.
    ///
    /// ```
    /// # async fn search(engine: mem0_engine::Engine) -> Result<(), mem0_engine::EngineError> {
    /// use mem0_engine::{Filter, SearchRequest};
    ///
    /// let request = SearchRequest::new("what does she eat?", Filter::user_id("alice"));
    /// let outcome = engine.search_outcome(request).await?;
    /// if outcome.by_words_alone {
    ///     eprintln!("the embedder does not answer");
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As for [`search`](Self::search).
    pub async fn search_outcome(
        &self,
        mut request: SearchRequest,
    ) -> Result<SearchOutcome, EngineError> {
        request.check()?;
        let (top_k, reranking) = (request.top_k, self.reranking.as_ref());
        let reranking = reranking.filter(|_| request.rerank);
        if let Some(reranking) = reranking {
            // It looks at more than is returned.
            request.top_k = request.pool().min(reranking.max_documents()).max(top_k);
            request.rerank = false;
        }
        let request = Arc::new(request);
        let (mut hits, by_words_alone) = self.find(&request).await?;
        let mut not_reranked = false;
        if let Some(reranking) = reranking.filter(|_| !hits.is_empty()) {
            not_reranked = !self.rerank(reranking, &request.query, &mut hits).await;
            hits.truncate(top_k);
        }
        Ok(SearchOutcome { hits, by_words_alone, not_reranked })
    }

    /// The hits of a request, and whether they were found by words alone because the embedder is
    /// not there.
    async fn find(
        &self,
        request: &Arc<SearchRequest>,
    ) -> Result<(Vec<SearchHit>, bool), EngineError> {
        let (scopes, signals) = (self.scopes()?, self.signals);
        let parts = Arc::new(query::parts_of(&request.query));
        let mut addressed = None;
        let mut components = self.embedders().now();
        loop {
            let texts = addressed.as_ref().unwrap_or(&parts).iter();
            let texts: Vec<_> = texts.map(String::as_str).collect();
            // Before a reader is taken, since an embedder may take long.
            let made = match request.keyword_search {
                true => Made::Nothing,
                false => {
                    let owner = self.access().owner();
                    components.embed_question(owner, &texts, self.patience).await?
                }
            };
            let by_words_alone = made == Made::Nothing && !request.keyword_search;
            let (scopes, request, parts) = (scopes.clone(), request.clone(), parts.clone());
            let (kind, answer) = (components.vectors(), self.answer("top_k"));
            let is_addressed = addressed.is_some();
            let found = self.read(move |connection, access| {
                let generation = vectors::generation(connection)?;
                if generation != kind.generation {
                    return Ok(Err(generation));
                }
                let view = view(connection, access, &scopes, &request, kind)?;
                if !is_addressed
                    && matches!(made, Made::Vectors(_))
                    && let Some(addressed) = query::addressed(&parts, &view)
                {
                    return Ok(Ok(Found::Addressed(Arc::new(addressed))));
                }
                let made = (&**parts, made);
                let hits = search(connection, access, &view, &request, made, signals, answer)?;
                Ok(Ok(Found::Hits(hits)))
            });
            match found.await? {
                Ok(Found::Hits(hits)) => {
                    self.retrievals().count(self.access());
                    return Ok((hits, by_words_alone));
                }
                // It is embedded again, as if its speakers were asked.
                Ok(Found::Addressed(texts)) => addressed = Some(texts),
                // The folder has another embedder by now.
                Err(generation) => components = self.embedders().of(generation),
            }
        }
    }

    /// Has a reranker order hits. Returns whether it did.
    async fn rerank(&self, reranking: &Reranking, question: &str, hits: &mut [SearchHit]) -> bool {
        let asked = hits.len().min(reranking.max_documents());
        let Some(hits) = hits.get_mut(..asked) else { return false };
        let texts = hits.iter().map(|hit| hit.memory.memory.as_str());
        let Some(scores) = reranking.scores(question, texts, self.patience.search).await else {
            return false;
        };
        for (hit, score) in hits.iter_mut().zip(scores) {
            hit.rerank_score = Some(score);
        }
        // Of equal scores the search's order stays.
        let score = |hit: &SearchHit| hit.rerank_score.unwrap_or_default();
        hits.sort_by(|one, other| score(other).total_cmp(&score(one)));
        true
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

/// What a search found, and what it had to do without.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct SearchOutcome {
    /// The memories, best first.
    pub hits: Vec<SearchHit>,
    /// Whether the embedder is not there or did not answer, so that memories were found by their
    /// words alone.
    pub by_words_alone: bool,
    /// Whether the [reranker](Engine::with_reranker) did not answer, so that the order is the
    /// search's own.
    pub not_reranked: bool,
}

/// A memory found by a search.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct SearchHit {
    /// The memory.
    pub memory: MemoryRecord,
    /// How well it answers, 0 to 1. It depends on the query, the memory, its neighbours of the same
    /// add, and how common the query's words are in the memories that the filter matches.
    pub score: f64,
    /// The parts of the score, which add up to it.
    pub score_breakdown: ScoreParts,
    /// What [`SearchRequest::rerank`] gave it, 0 to 1: hits with it are ordered by it.
    pub rerank_score: Option<f64>,
}

/// Which halves of the search are switched on.
#[doc(hidden)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signals {
    pub semantic: bool,
    pub keyword: bool,
}

impl Default for Signals {
    fn default() -> Self {
        Self { semantic: true, keyword: true }
    }
}

/// What a reader comes back with.
enum Found {
    Hits(Vec<SearchHit>),
    /// The texts to embed, since the query names people who speak in the scope.
    Addressed(Arc<Vec<String>>),
}

fn search(
    connection: &Connection,
    access: &Access,
    view: &VisibleMemories,
    request: &SearchRequest,
    (parts, made): (&[String], Made),
    signals: Signals,
    mut answer: Answer,
) -> Result<Vec<SearchHit>, EngineError> {
    let reference = match &request.reference_date {
        Some(date) => clock::micros("reference_date", date)?,
        None => clock::now(),
    };
    let mut query = match made {
        Made::InPlace => {
            let vectors = parts.iter().map(|part| BuiltInEmbedder.embed_now(part));
            Query::new(parts, vectors.collect())
        }
        Made::Vectors(vectors) => Query::new(parts, vectors).of_sentences(),
        // It goes by its words.
        Made::Nothing => Query::new(parts, Vec::new()),
    };
    query = query.asked_as(&request.query);
    let phrases = Phrase::all(&request.query);
    if !signals.keyword {
        query = query.without_words();
    }
    if !signals.semantic || request.keyword_search {
        query = query.without_meaning();
    }
    if request.keyword_search {
        query = query.without_neighbours();
    } else if asks_for_everything(&request.query) {
        query = query.for_everything();
    }
    let times = TimeContext {
        named: time_expression::spans(&request.query, reference),
        reference,
        decay: projects::decays(connection, access.project())?,
    };
    let ranking = Ranking::new(view, &query, &times);
    let pool = request.pool();
    let mut ranked = ranking.best(if phrases.is_empty() { pool } else { pool.max(QUOTING) });
    if !phrases.is_empty() {
        let texts = written(connection, view, &ranked)?;
        ranked = ranking.quoting(ranked, &texts, &phrases);
    }
    ranked.truncate(pool);
    ranked = ranking.believed(ranked);
    let shown = |ranked: &Ranked| ranked.scored.score >= request.threshold;
    if request.threshold <= DEFAULT_THRESHOLD && !ranked.first().is_some_and(shown) {
        ranked.truncate(FEW);
        ranked.retain(|ranked| ranking.is_above_chance(ranked.place));
    } else {
        ranked.retain(shown);
    }
    let mut hits: Vec<_> = ranked.iter().map(|ranked| (ranked, None)).collect();
    if request.rerank {
        let again = rerank(connection, view, &ranking, &ranked, &phrases)?;
        let found: HashMap<_, _> = ranked.iter().map(|ranked| (ranked.place, ranked)).collect();
        let hit = |again: Ranked| Some((*found.get(&again.place)?, Some(again.scored.score)));
        hits = again.into_iter().filter_map(hit).collect();
    }
    hits.into_iter()
        .take(request.top_k)
        .filter_map(|(ranked, again)| Some((view.memory(ranked.place)?.seq, ranked, again)))
        .map(|(seq, ranked, rerank_score)| {
            let memory = record::taken_by_seq(connection, seq, &mut answer)?;
            let Scored { score, breakdown: mut score_breakdown, .. } = ranked.scored;
            if let Some(number) = ranking.passage(ranked.place) {
                let place = text_index::passage(connection, seq, number)?;
                score_breakdown.passage = place.map(Passage::at);
            }
            Ok(SearchHit { memory, score, score_breakdown, rerank_score })
        })
        .collect()
}

/// The memories that the request may find.
fn view(
    connection: &Connection,
    access: &Access,
    scopes: &IndexCache,
    request: &SearchRequest,
    kind: VectorKind,
) -> Result<VisibleMemories, EngineError> {
    let rows = access.rows_with(request.condition()?);
    let Some(scope) = EntityScope::of(access.project(), &access.narrow(&request.filter)) else {
        let (index, build) = scopes.passing(connection, access.project(), &rows, kind)?;
        return Ok(VisibleMemories::all(Arc::new(index)).with(build));
    };
    let index = scopes.scope(connection, &scope.key, kind)?;
    if !(scope.is_whole && request.is_filter_alone()) {
        return VisibleMemories::matching(index, connection, &rows);
    }
    let today = clock::date();
    let is_visible = |last: Option<Date>| last.is_none_or(|last| Some(last) >= today);
    if request.show_expired || is_visible(index.first_expiration()) {
        return Ok(VisibleMemories::all(index));
    }
    Ok(VisibleMemories::new(index, |memory| is_visible(memory.expiration_date)))
}

/// The same memories, compared more exactly. What they were found by stays their score.
fn rerank(
    connection: &Connection,
    view: &VisibleMemories,
    ranking: &Ranking<'_>,
    ranked: &[Ranked],
    phrases: &[Phrase],
) -> Result<Vec<Ranked>, EngineError> {
    let texts = texts(connection, view, ranking, ranked)?;
    let again = ranking.again(ranked, &texts);
    if phrases.is_empty() {
        return Ok(ranking.believed(again));
    }
    let written = written(connection, view, ranked)?;
    Ok(ranking.believed(ranking.quoting(again, &written, phrases)))
}

/// The ranked memories as they were written, by place.
fn written(
    connection: &Connection,
    view: &VisibleMemories,
    ranked: &[Ranked],
) -> Result<HashMap<usize, String>, EngineError> {
    let mut statement = connection.prepare_cached("SELECT text FROM memories WHERE seq = ?")?;
    let mut texts = HashMap::new();
    for Ranked { place, .. } in ranked {
        if let Some(memory) = view.memory(*place) {
            texts.insert(*place, statement.query_row([memory.seq], |row| row.get(0))?);
        }
    }
    Ok(texts)
}

/// The analysed texts of the ranked memories and their neighbours, by place.
fn texts(
    connection: &Connection,
    view: &VisibleMemories,
    ranking: &Ranking<'_>,
    ranked: &[Ranked],
) -> Result<HashMap<usize, String>, EngineError> {
    let mut statement =
        connection.prepare_cached("SELECT terms FROM memory_index WHERE seq = ?")?;
    let mut texts = HashMap::new();
    for place in ranked.iter().flat_map(|ranked| ranking.window(ranked.place)) {
        if let Some(memory) = view.memory(place)
            && !texts.contains_key(&place)
        {
            texts.insert(place, statement.query_row([memory.seq], |row| row.get(0))?);
        }
    }
    Ok(texts)
}
