mod newer_first;
mod request;
mod view;

use std::collections::HashMap;
use std::sync::Arc;

use rusqlite::Connection;

use crate::components::reranking::Reranking;
use crate::components::{Made, VectorKind};
use crate::folder::{found_by, text_index, vectors};
use crate::limits::Answer;
use crate::memories::lifecycle::sources;
use crate::memories::record::{self, MemoryRecord};
use crate::memories::search::newer_first::NewerFirst;
use crate::memories::search::request::DEFAULT_THRESHOLD;
use crate::memories::search::view::view;
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

pub use request::{MAX_TOP_K, SearchRequest};

/// With the default threshold or a lower one, the [`FEW`] best memories are found where none
/// reaches it, if their meaning is nearer than chance.
const FEW: usize = 3;

/// What stands between the texts of a memory and of its sources, so that no phrase is in both.
const BETWEEN: &str = "\n\0\n";

/// How many of the best memories are looked through for what the query quotes.
const QUOTING: usize = 200;

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
        let (FoundHits { mut hits, newer_first }, by_words_alone) = self.find(&request).await?;
        let mut not_reranked = false;
        if let Some(reranking) = reranking.filter(|_| !hits.is_empty()) {
            not_reranked = !self.rerank(reranking, &request.query, &mut hits).await;
            hits = newer_first.order(hits, |hit| hit.memory.id.clone());
            hits.truncate(top_k);
        }
        Ok(SearchOutcome { hits, by_words_alone, not_reranked })
    }

    /// The hits of a request, and whether they were found by words alone because the embedder is
    /// not there.
    async fn find(&self, request: &Arc<SearchRequest>) -> Result<(FoundHits, bool), EngineError> {
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

/// Which parts of the search are switched on.
#[doc(hidden)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signals {
    pub semantic: bool,
    pub keyword: bool,
    /// Whether memories are found by what they were learned from, too.
    pub sources: bool,
}

impl Default for Signals {
    fn default() -> Self {
        Self { semantic: true, keyword: true, sources: true }
    }
}

/// What a reader comes back with.
enum Found {
    Hits(FoundHits),
    /// The texts to embed, since the query names people who speak in the scope.
    Addressed(Arc<Vec<String>>),
}

/// Hits, best first, and which of them came in the places of which.
struct FoundHits {
    hits: Vec<SearchHit>,
    newer_first: NewerFirst<String>,
}

fn search(
    connection: &Connection,
    access: &Access,
    view: &VisibleMemories,
    request: &SearchRequest,
    (parts, made): (&[String], Made),
    signals: Signals,
    mut answer: Answer,
) -> Result<FoundHits, EngineError> {
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
    if !signals.sources {
        query = query.without_sources();
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
        let texts = written(connection, view, &ranked, query.by_sources)?;
        ranked = ranking.quoting(ranked, &texts, &phrases);
    }
    ranked.truncate(pool);
    let newer_first = NewerFirst::of(connection, view, &ranked)?;
    ranked = ranking.believed(newer_first.joined(&ranking, ranked));
    let shown = |ranked: &Ranked| ranked.scored.score >= request.threshold;
    if request.threshold <= DEFAULT_THRESHOLD && !ranked.iter().any(shown) {
        ranked.truncate(FEW);
        ranked.retain(|ranked| ranking.is_above_chance(ranked.place));
    } else {
        ranked.retain(shown);
    }
    let mut hits: Vec<_> = ranked.iter().map(|ranked| (ranked, None)).collect();
    if request.rerank {
        let quoted = (phrases.as_slice(), query.by_sources);
        let again = rerank(connection, view, &ranking, &ranked, quoted)?;
        let found: HashMap<_, _> = ranked.iter().map(|ranked| (ranked.place, ranked)).collect();
        let hit = |again: Ranked| Some((*found.get(&again.place)?, Some(again.scored.score)));
        hits = again.into_iter().filter_map(hit).collect();
    }
    let (mut found, mut ids) = (Vec::new(), HashMap::new());
    let ordered = newer_first.order(hits, |(ranked, _)| ranked.place);
    for (ranked, rerank_score) in ordered.into_iter().take(request.top_k) {
        let Some(seq) = view.memory(ranked.place).map(|memory| memory.seq) else { continue };
        let mut memory = record::taken_by_seq(connection, seq, &mut answer)?;
        if request.include_sources {
            memory.sources = Some(sources::read(connection, &memory.id, &mut answer)?);
        }
        let Scored { score, breakdown: mut score_breakdown, .. } = ranked.scored;
        if let Some(number) = ranking.passage(ranked.place) {
            let place = text_index::passage(connection, seq, number)?;
            score_breakdown.passage = place.map(Passage::at);
        }
        ids.insert(ranked.place, memory.id.clone());
        found.push(SearchHit { memory, score, score_breakdown, rerank_score });
    }
    Ok(FoundHits { hits: found, newer_first: newer_first.named(&ids) })
}

/// The memories that are nearest to a text by their own texts, whatever their score, for a job.
///
/// `parts` are the [parts](query::parts_of) of the text, and `made` is what the embedder made of
/// them.
pub(crate) fn nearest(
    connection: &Connection,
    access: &Access,
    scopes: &IndexCache,
    request: &SearchRequest,
    (parts, made): (&[String], Made),
    kind: VectorKind,
) -> Result<Vec<MemoryRecord>, EngineError> {
    let view = view(connection, access, scopes, request, kind)?;
    let signals = Signals { sources: false, ..Signals::default() };
    let answer = Answer::to("top_k", None);
    let found = search(connection, access, &view, request, (parts, made), signals, answer)?;
    Ok(found.hits.into_iter().map(|hit| hit.memory).collect())
}

/// The same memories, compared more exactly. What they were found by stays their score.
fn rerank(
    connection: &Connection,
    view: &VisibleMemories,
    ranking: &Ranking<'_>,
    ranked: &[Ranked],
    (phrases, by_sources): (&[Phrase], bool),
) -> Result<Vec<Ranked>, EngineError> {
    let texts = texts(connection, view, ranking, ranked)?;
    let again = ranking.again(ranked, &texts);
    if phrases.is_empty() {
        return Ok(ranking.believed(again));
    }
    let written = written(connection, view, ranked, by_sources)?;
    Ok(ranking.believed(ranking.quoting(again, &written, phrases)))
}

/// The ranked memories as they were written, by place, or also what they were learned from.
fn written(
    connection: &Connection,
    view: &VisibleMemories,
    ranked: &[Ranked],
    by_sources: bool,
) -> Result<HashMap<usize, String>, EngineError> {
    let mut statement = connection.prepare_cached("SELECT text FROM memories WHERE seq = ?")?;
    let mut texts = HashMap::new();
    for Ranked { place, .. } in ranked {
        let Some(memory) = view.memory(*place) else { continue };
        let mut text: String = statement.query_row([memory.seq], |row| row.get(0))?;
        if by_sources && view.sources(*place).is_some() {
            for source in found_by::sources_of(connection, memory.seq)? {
                text.push_str(BETWEEN);
                text.push_str(source.text());
            }
        }
        texts.insert(*place, text);
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
