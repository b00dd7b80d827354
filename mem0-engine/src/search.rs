use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap};
use std::fmt;

use mem0_types::{Condition, Expression, Filter, Metadata, Timestamp};
use rusqlite::{Connection, params_from_iter};

use crate::access::Where;
use crate::embedder::Vector;
use crate::filter_sql::SqlFilter;
use crate::memories::{self, MemoryRecord};
use crate::ranking::{self, Candidate, NEIGHBOURS, Query, ScopeStatistics};
use crate::scope_match::scope_expression;
use crate::time_expression::{self, TimeSpan};
use crate::{Access, EngineError, clock, projects};

/// The most hits that one search may ask for.
pub const MAX_TOP_K: usize = 1000;

/// How many of the closest memories compete, however few hits are asked for; and how many of those
/// of a time that the query names.
const CANDIDATES: usize = 200;

/// How many hits are looked at again for one that is asked for, and how many at least.
const RERANKED_FOR_ONE: usize = 4;
const RERANKED_AT_LEAST: usize = 60;

/// In how many days a memory that decays loses half of what it can lose.
const HALF_LIFE_DAYS: f64 = 90.0;

/// What is left of the odds of a memory of any age: what is old and right beats what is new and
/// wrong.
const NEVER_DECAYS: f64 = 0.25;

/// How far apart in one add two memories may be and still count as neighbours: with one message
/// between them, which is the other speaker's when memories are kept by speaker.
const NEIGHBOUR_DISTANCE: i64 = 2;

/// What to search for.
#[derive(Clone)]
#[non_exhaustive]
pub struct SearchRequest {
    /// The question, not blank.
    pub query: String,
    /// What the memories must match. It cannot ask for `keywords`, which is for lists.
    pub filter: Filter,
    /// The most hits to return: 1 to [`MAX_TOP_K`], 10 by default.
    pub top_k: usize,
    /// The least score of a hit: 0 to 1, 0.1 by default; 0 lets everything through.
    pub threshold: f64,
    /// Whether expired memories are found too.
    pub show_expired: bool,
    /// With at least one of these categories; empty asks for none.
    pub categories: Vec<String>,
    /// Keys that must be there with an equal value.
    pub metadata: Option<Metadata>,
    /// Whether the best max(4 × `top_k`, 60) memories are ranked again by a slower look that
    /// compares word by word what is meant; `false` by default.
    pub rerank: bool,
    /// Whether memories are found by their words alone; `false` by default, which finds them by
    /// words and by meaning.
    pub keyword_search: bool,
    /// The moment that "last week" in the query counts from; now by default. Memories of the time
    /// that a query names come first.
    pub reference_date: Option<Timestamp>,
}

impl SearchRequest {
    /// A search with the default limits.
    pub fn new(query: impl Into<String>, filter: Filter) -> Self {
        Self {
            query: query.into(),
            filter,
            top_k: 10,
            threshold: 0.1,
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
        if !(1..=MAX_TOP_K).contains(&self.top_k) {
            return Err(EngineError::invalid("top_k", "must be between 1 and 1000"));
        }
        if !(0.0..=1.0).contains(&self.threshold) {
            return Err(EngineError::invalid("threshold", "must be between 0 and 1"));
        }
        if asks_for_keywords(&self.filter) {
            return Err(EngineError::invalid(
                "filters",
                "must not have 'keywords' in a search; list with it, or put the words in the query",
            ));
        }
        Ok(())
    }

    /// How many memories are looked at again.
    fn pool(&self) -> usize {
        if self.rerank { RERANKED_AT_LEAST.max(RERANKED_FOR_ONE * self.top_k) } else { self.top_k }
    }

    fn condition(&self) -> Result<SqlFilter, EngineError> {
        let mut parts = vec![SqlFilter::compile(&self.filter)?];
        if !self.show_expired {
            parts.push(SqlFilter::not_expired(clock::today()));
        }
        if !self.categories.is_empty() {
            parts.push(SqlFilter::categories(&self.categories));
        }
        parts.extend(self.metadata.as_ref().map(SqlFilter::metadata));
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

/// A memory that answers a search.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct SearchHit {
    /// The memory.
    pub memory: MemoryRecord,
    /// How well it answers, 0 to 1. Depends on the query, the memory, its neighbours of the same
    /// add, and how common the query's words are among the memories that the filter lets through.
    pub score: f64,
    /// What the score is made of.
    pub score_breakdown: ScoreBreakdown,
}

/// The parts of a score, each 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct ScoreBreakdown {
    /// How close the meaning lies.
    pub semantic: f64,
    /// How much of the query's information the words hold.
    pub bm25: f64,
    /// Which share of the speakers that the query names the memory is spoken by; 0 when it names
    /// none. A speaker is known by the `name` of a message.
    pub entity: f64,
}

/// Which halves of the search are on.
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

pub(crate) fn search(
    connection: &Connection,
    access: &Access,
    request: &SearchRequest,
    signals: Signals,
) -> Result<Vec<SearchHit>, EngineError> {
    request.check()?;
    let reference = match &request.reference_date {
        Some(date) => clock::micros("reference_date", date)?,
        None => clock::now(),
    };
    let whole = Query::new(&request.query);
    let has_meaning = signals.semantic && !request.keyword_search;
    let query = Query::from_parts(
        if signals.keyword { whole.terms().to_vec() } else { Vec::new() },
        if has_meaning { *whole.vector() } else { Vector::ZERO },
    );
    let times = Times {
        named: time_expression::spans(&request.query, reference),
        reference,
        decay: projects::decays(connection, access.project())?,
    };
    let scope = Scope::read(connection, &access.rows_with(request.condition()?))?;
    let filter = scope_expression(access.project(), &access.narrow(&request.filter));
    let mut terms = scope.matching(connection, &query, &filter)?;
    let matching = terms.values().map(String::as_str);
    let statistics = ScopeStatistics::count(&query, scope.rows.len() as u64, matching);
    let chosen = scope.candidates(&query, &times, &terms, CANDIDATES.max(request.pool()));
    scope.read_missing_terms(connection, &chosen, &mut terms)?;

    let names: Vec<_> = chosen.iter().map(|at| scope.name(*at)).collect();
    let candidates: Vec<_> = chosen
        .iter()
        .zip(&names)
        .filter_map(|(at, name)| scope.candidate(*at, name, &terms, &times))
        .collect();
    let mut ranking = ranking::rank(&query, &statistics, &candidates);
    let mut pool = chosen;
    if request.rerank {
        ranking.truncate(request.pool());
        let best = || ranking.iter().map(|ranked| ranked.index);
        let again: Vec<_> = best().filter_map(|at| candidates.get(at).copied()).collect();
        pool = best().filter_map(|at| pool.get(at).copied()).collect();
        ranking = ranking::rerank(&query, &statistics, &again);
    }
    let mut hits = Vec::new();
    for ranked in ranking {
        if hits.len() == request.top_k || ranked.score < request.threshold {
            break;
        }
        let row = pool.get(ranked.index).and_then(|at| scope.rows.get(*at));
        let Some(row) = row else { continue };
        hits.push(SearchHit {
            memory: memories::by_seq(connection, row.seq)?,
            score: ranked.score,
            score_breakdown: ScoreBreakdown {
                semantic: ranked.breakdown.semantic,
                bm25: ranked.breakdown.bm25,
                entity: ranked.breakdown.entity,
            },
        });
    }
    Ok(hits)
}

/// What the ages of memories mean to a search.
struct Times {
    /// The times that the query names.
    named: Vec<TimeSpan>,
    reference: i64,
    /// Whether the project's memories count for less as they age.
    decay: bool,
}

impl Times {
    /// How well a memory fits the time that the query names, 0 to 1.
    fn fit(&self, row: &ScopeRow) -> f64 {
        self.named.iter().map(|span| span.fit(row.created_at)).fold(0.0, f64::max)
    }

    /// Which share of its odds a memory keeps at its age.
    fn freshness(&self, row: &ScopeRow) -> f64 {
        if !self.decay {
            return 1.0;
        }
        let age = (self.reference - row.updated_at).max(0) as f64 / clock::MICROS_PER_DAY as f64;
        NEVER_DECAYS + (1.0 - NEVER_DECAYS) * (-age / HALF_LIFE_DAYS).exp2()
    }
}

/// What the search knows of each memory that the filter lets through.
struct ScopeRow {
    seq: i64,
    event_seq: i64,
    position: i64,
    created_at: i64,
    updated_at: i64,
    vector: Vector,
}

/// All memories that the filter lets through, in the order in which they were said.
///
/// Everything else of the search happens inside it, so that nothing outside can be found or change
/// a score.
struct Scope {
    rows: Vec<ScopeRow>,
    place: HashMap<i64, usize>,
}

/// The analysed terms of memories, by their `seq`.
type Terms = HashMap<i64, String>;

impl Scope {
    fn read(connection: &Connection, rows: &Where) -> Result<Self, EngineError> {
        // CROSS JOIN fixes the order: the filter first, by its index, then a look-up for each row.
        let sql = format!(
            "SELECT m.seq, m.event_seq, m.position, m.created_at, m.updated_at, i.vector \
             FROM memories AS m CROSS JOIN memory_index AS i ON i.seq = m.seq WHERE {}",
            rows.sql
        );
        let mut statement = connection.prepare(&sql)?;
        let mut found = statement.query(params_from_iter(&rows.values))?;
        let mut rows = Vec::new();
        while let Some(row) = found.next()? {
            rows.push(ScopeRow {
                seq: row.get(0)?,
                event_seq: row.get(1)?,
                position: row.get(2)?,
                created_at: row.get(3)?,
                updated_at: row.get(4)?,
                vector: row
                    .get_ref(5)?
                    .as_blob()
                    .ok()
                    .and_then(Vector::from_bytes)
                    .unwrap_or(Vector::ZERO),
            });
        }
        rows.sort_unstable_by_key(|row| (row.event_seq, row.position, row.seq));
        let place = rows.iter().enumerate().map(|(at, row)| (row.seq, at)).collect();
        Ok(Self { rows, place })
    }

    /// The memories with a word of the query, and their terms. `filter` is what the text index can
    /// decide itself.
    fn matching(
        &self,
        connection: &Connection,
        query: &Query,
        filter: &str,
    ) -> Result<Terms, EngineError> {
        let mut found = Terms::new();
        if query.terms().is_empty() || self.rows.is_empty() {
            return Ok(found);
        }
        let words: Vec<_> = query.terms().iter().map(|term| format!("\"{term}\"")).collect();
        let expression = format!("scope : ({filter}) AND terms : ({})", words.join(" OR "));
        let mut statement = connection.prepare_cached(
            "SELECT f.rowid, i.terms FROM memory_terms AS f \
             CROSS JOIN memory_index AS i ON i.seq = f.rowid WHERE f.memory_terms MATCH ?",
        )?;
        let mut rows = statement.query([expression])?;
        while let Some(row) = rows.next()? {
            let seq = row.get(0)?;
            if self.place.contains_key(&seq) {
                found.insert(seq, row.get(1)?);
            }
        }
        Ok(found)
    }

    /// The closest memories, those of the time that the query names, those with a word of it, and
    /// the neighbours of the latter.
    fn candidates(
        &self,
        query: &Query,
        times: &Times,
        matching: &Terms,
        limit: usize,
    ) -> Vec<usize> {
        let closeness = |row: &ScopeRow| query.semantic_candidate(&row.vector);
        let mut chosen = self.best(closeness, limit);
        let fit = |row: &ScopeRow| Some(times.fit(row)).filter(|fit| *fit > 0.0);
        if !times.named.is_empty() {
            chosen.extend(self.best(fit, limit));
        }
        for at in matching.keys().filter_map(|seq| self.place.get(seq).copied()) {
            chosen.insert(at);
            chosen.extend(self.before(at).into_iter().chain(self.after(at)).flatten());
        }
        chosen.into_iter().collect()
    }

    /// The rows for which `value` is highest, as far as they have one.
    fn best(&self, value: impl Fn(&ScopeRow) -> Option<f64>, limit: usize) -> BTreeSet<usize> {
        let rows = self.rows.iter().enumerate();
        let mut best: Vec<_> = rows.filter_map(|(at, row)| Some((value(row)?, at))).collect();
        best.sort_unstable_by(|(a, a_at), (b, b_at)| b.total_cmp(a).then(a_at.cmp(b_at)));
        best.into_iter().take(limit).map(|(_, at)| at).collect()
    }

    /// The neighbours before, the nearest first.
    fn before(&self, at: usize) -> [Option<usize>; NEIGHBOURS] {
        let before =
            |at: usize| at.checked_sub(1).filter(|before| self.are_neighbours(*before, at));
        let nearest = before(at);
        [nearest, nearest.and_then(before)]
    }

    /// The neighbours after, the nearest first.
    fn after(&self, at: usize) -> [Option<usize>; NEIGHBOURS] {
        let after = |at: usize| at.checked_add(1).filter(|after| self.are_neighbours(at, *after));
        let nearest = after(at);
        [nearest, nearest.and_then(after)]
    }

    fn are_neighbours(&self, first: usize, second: usize) -> bool {
        let (Some(first), Some(second)) = (self.rows.get(first), self.rows.get(second)) else {
            return false;
        };
        first.event_seq == second.event_seq
            && second.position - first.position <= NEIGHBOUR_DISTANCE
    }

    fn read_missing_terms(
        &self,
        connection: &Connection,
        chosen: &[usize],
        terms: &mut Terms,
    ) -> Result<(), EngineError> {
        let mut statement =
            connection.prepare_cached("SELECT terms FROM memory_index WHERE seq = ?")?;
        let wanted = chosen
            .iter()
            .flat_map(|at| [Some(*at)].into_iter().chain(self.before(*at)).chain(self.after(*at)))
            .flatten()
            .filter_map(|at| Some(self.rows.get(at)?.seq));
        for seq in wanted {
            if let Entry::Vacant(missing) = terms.entry(seq) {
                missing.insert(statement.query_row([seq], |row| row.get(0))?);
            }
        }
        Ok(())
    }

    /// A name that sorts as the memories were said.
    fn name(&self, at: usize) -> String {
        format!("{at:020}")
    }

    fn candidate<'a>(
        &self,
        at: usize,
        name: &'a str,
        terms: &'a Terms,
        times: &Times,
    ) -> Option<Candidate<'a>> {
        let row = self.rows.get(at)?;
        let text_of = |at: usize| Some(terms.get(&self.rows.get(at)?.seq)?.as_str());
        Some(Candidate {
            id: name,
            created_at: row.created_at,
            text: text_of(at)?,
            vector: row.vector,
            before: self.before(at).map(|at| text_of(at?)),
            after: self.after(at).map(|at| text_of(at?)),
            time: times.fit(row),
            freshness: times.freshness(row),
        })
    }
}
