//! Orders memories by how well they answer a query, and says how sure that is.
//!
//! A candidate is scored from two sides: how much of the query's information its words hold
//! (BM25's term weights, as a share of what a perfect match would hold) and how close its
//! meaning lies (cosine). Words count in the memory itself and in the memory read together with its
//! neighbours of the same add, since an answer often stands beside the words of the question.
//! One number comes out. It is what the ranking sorts by and what a caller sees and cuts with
//! `threshold`, and it does not depend on which other candidates are ranked.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::fmt;
use std::sync::LazyLock;

use crate::analysis::{is_hiragana, query_terms, stem};
use crate::embedder::{Embedder, Vector};

/// A query, analysed and embedded once.
#[derive(Clone)]
pub struct Query {
    terms: Vec<String>,
    vector: Vector,
}

impl Query {
    /// Analyses and embeds the text of a query. Any text will do.
    pub fn new(text: &str) -> Self {
        Self::from_parts(query_terms(text), Embedder::built_in().embed(text))
    }

    /// A query of these terms and this vector. With no terms only meaning counts, with
    /// [`Vector::ZERO`] only words do.
    pub fn from_parts(terms: Vec<String>, vector: Vector) -> Self {
        Self { terms, vector }
    }

    /// The distinct terms to find keyword candidates with; may be empty.
    pub fn terms(&self) -> &[String] {
        &self.terms
    }

    /// The query's direction; [`Vector::ZERO`] when none of its words is known.
    pub fn vector(&self) -> &Vector {
        &self.vector
    }

    /// How close a memory's meaning lies, to pick semantic candidates by (the highest first);
    /// `None` when the query or the memory has no vector.
    pub fn semantic_candidate(&self, memory: &Vector) -> Option<f64> {
        (!self.vector.is_zero() && !memory.is_zero()).then(|| self.vector.cosine(memory))
    }
}

/// Shows sizes only: terms are content.
impl fmt::Debug for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Query").field("terms", &self.terms.len()).finish_non_exhaustive()
    }
}

/// What the searched scope holds. Count only inside the scope: memories of others must not change
/// a score.
#[derive(Debug, Clone, Default)]
pub struct ScopeStatistics {
    /// How many memories the scope has.
    pub memories: u64,
    /// For each of [`Query::terms`], in order: how many memories of the scope contain it.
    pub containing: Vec<u64>,
}

/// A memory that may answer the query, in its stored form.
///
/// Terms are those of [`index_terms`](crate::analysis::index_terms), separated by spaces.
#[derive(Clone, Copy)]
pub struct Candidate<'a> {
    /// Its id: decides between candidates that are equal in score and age.
    pub id: &'a str,
    /// When it was created, in any unit that grows: of two equally good ones the newer comes first.
    pub created_at: i64,
    /// Its terms.
    pub terms: &'a str,
    /// The vector of its text.
    pub vector: Vector,
    /// The terms of the memory before it in the same add, if that one still exists and the caller
    /// may see it.
    pub before: Option<&'a str>,
    /// The terms of the memory after it in the same add, likewise.
    pub after: Option<&'a str>,
}

/// Shows that it is there: its terms are content.
impl fmt::Debug for Candidate<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Candidate").finish_non_exhaustive()
    }
}

/// A candidate's place in the ranking.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ranked {
    /// Which of the candidates this is.
    pub index: usize,
    /// How well it answers, 0 to 1; falls along the ranking.
    pub score: f64,
    /// What the score is made of.
    pub breakdown: ScoreBreakdown,
}

/// The two sides of a score.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScoreBreakdown {
    /// How close the meaning lies, 0 to 1.
    pub semantic: f64,
    /// Which share of the query's information its words hold, 0 to 1.
    pub bm25: f64,
}

/// Ranks all candidates, best first. Candidates that are equally good are ordered by age (newer
/// first), then by id.
pub fn rank(
    query: &Query,
    statistics: &ScopeStatistics,
    candidates: &[Candidate<'_>],
) -> Vec<Ranked> {
    let scorer = Scorer::new(query, statistics);
    let mut ranked: Vec<_> = candidates
        .iter()
        .enumerate()
        .map(|(index, candidate)| {
            let (score, breakdown) = scorer.score(candidate);
            (candidate, Ranked { index, score, breakdown })
        })
        .collect();
    ranked.sort_by(|(a, a_ranked), (b, b_ranked)| {
        let newer_first = Reverse(a.created_at).cmp(&Reverse(b.created_at));
        b_ranked.score.total_cmp(&a_ranked.score).then(newer_first).then(a.id.cmp(b.id))
    });
    ranked.into_iter().map(|(_, ranked)| ranked).collect()
}

/// How fast further mentions of a term stop counting (BM25's k1).
const SATURATION: f64 = 1.2;

/// How much a long memory's mentions count for less (BM25's b).
const LENGTH_PENALTY: f64 = 0.3;

/// Terms of a memory of usual length. Fixed, so that a score doesn't hang on other memories' sizes.
const USUAL_TERMS: f64 = 12.0;

/// What the words of a memory and its neighbours together count, when its own words count 1.
const WINDOW_WEIGHT: f64 = 1.5;

/// The share of words at which words alone score one half.
const EVEN_WORDS: f64 = 0.3;

/// The cosine at which meaning alone would score one half. A text's sum of word vectors says far
/// less than a shared rare word, hence so high.
const EVEN_COSINE: f64 = 0.9;

/// As many memories as the general frequency of words in English counts for: a young scope leans
/// on it, a grown one on its own statistics.
const PRIOR_MEMORIES: f64 = 100.0;

/// A query seen against the scope: what each of its terms weighs.
struct Scorer<'a> {
    query: &'a Query,
    positions: HashMap<&'a str, usize>,
    weights: Vec<f64>,
    total_weight: f64,
}

impl<'a> Scorer<'a> {
    fn new(query: &'a Query, statistics: &ScopeStatistics) -> Self {
        let memories = statistics.memories as f64;
        let weights: Vec<_> = query
            .terms
            .iter()
            .enumerate()
            .map(|(position, term)| {
                let containing = statistics.containing.get(position).copied().unwrap_or_default();
                let containing = (containing as f64).min(memories);
                let expected = PRIOR_MEMORIES * general_share(term);
                (1.0 + (memories + PRIOR_MEMORIES) / (containing + expected + 0.5)).ln()
            })
            .collect();
        let positions =
            query.terms.iter().enumerate().map(|(position, term)| (term.as_str(), position));
        Self { query, positions: positions.collect(), total_weight: weights.iter().sum(), weights }
    }

    fn score(&self, candidate: &Candidate<'_>) -> (f64, ScoreBreakdown) {
        let semantic = self.query.vector.cosine(&candidate.vector).clamp(0.0, 1.0);
        let own = self.mentions(candidate.terms);
        let mut window = own.clone();
        for neighbour in [candidate.before, candidate.after].into_iter().flatten() {
            window.join(&self.mentions(neighbour));
        }
        let bm25 = (self.share(&own) + WINDOW_WEIGHT * self.share(&window)) / (1.0 + WINDOW_WEIGHT);
        // Squares, so that strong evidence of one kind outweighs hints of both.
        let odds = (bm25 / EVEN_WORDS).powi(2) + (semantic / EVEN_COSINE).powi(2);
        (in_thousandths(odds / (1.0 + odds)), ScoreBreakdown { semantic, bm25 })
    }

    fn mentions(&self, terms: &str) -> Mentions {
        let mut mentions =
            Mentions { texts: 1.0, terms: 0.0, counts: vec![0.0; self.weights.len()] };
        for term in terms.split_ascii_whitespace() {
            mentions.terms += 1.0;
            let position = self.positions.get(term);
            if let Some(count) = position.and_then(|position| mentions.counts.get_mut(*position)) {
                *count += 1.0;
            }
        }
        mentions
    }

    /// Which share of the query's information these mentions hold, 0 to 1.
    fn share(&self, mentions: &Mentions) -> f64 {
        if self.total_weight <= 0.0 {
            return 0.0;
        }
        let length = mentions.terms / (mentions.texts * USUAL_TERMS);
        let damping = SATURATION * (1.0 - LENGTH_PENALTY + LENGTH_PENALTY * length);
        let held: f64 = self
            .weights
            .iter()
            .zip(&mentions.counts)
            .map(|(weight, count)| weight * count / (count + damping))
            .sum();
        held / self.total_weight
    }
}

/// How often each term of the query occurs in some texts.
#[derive(Clone)]
struct Mentions {
    texts: f64,
    terms: f64,
    counts: Vec<f64>,
}

impl Mentions {
    fn join(&mut self, other: &Self) {
        self.texts += other.texts;
        self.terms += other.terms;
        for (count, more) in self.counts.iter_mut().zip(&other.counts) {
            *count += more;
        }
    }
}

/// Finer differences mean nothing, and without them the newer of two like memories comes first.
fn in_thousandths(score: f64) -> f64 {
    (score * 1000.0).round() / 1000.0
}

/// Roughly which share of English memories contains a term.
fn general_share(term: &str) -> f64 {
    const TERMS_IN_A_MEMORY: f64 = 10.0;
    static RANKS: LazyLock<HashMap<String, usize>> = LazyLock::new(|| {
        let words = Embedder::built_in().words_by_frequency();
        let mut ranks = HashMap::new();
        for (rank, word) in words.into_iter().enumerate() {
            ranks.entry(stem(word)).or_insert(rank);
        }
        ranks
    });
    if is_hiragana(term) {
        return 0.3;
    }
    // Zipf's law over a vocabulary of some 20,000 words, whose harmonic number is about 10.
    let rank = RANKS.get(term).copied().unwrap_or(RANKS.len()) as f64;
    (TERMS_IN_A_MEMORY / (10.0 * (rank + 10.0))).min(0.5)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::index_terms;

    /// The scores of a scope that holds these texts, each from an add of its own, oldest first.
    fn scores(query: &Query, texts: &[&str]) -> Vec<Ranked> {
        let stored: Vec<_> = texts.iter().map(|text| stored(text)).collect();
        let candidates: Vec<_> = stored.iter().map(candidate).collect();
        rank(query, &statistics(query, &stored), &candidates)
    }

    fn stored(text: &str) -> (String, Vector) {
        (index_terms(text).join(" "), Embedder::built_in().embed(text))
    }

    fn candidate((terms, vector): &(String, Vector)) -> Candidate<'_> {
        Candidate { id: "", created_at: 0, terms, vector: *vector, before: None, after: None }
    }

    fn statistics(query: &Query, stored: &[(String, Vector)]) -> ScopeStatistics {
        let containing = |term: &String| {
            let has = |(terms, _): &&(String, Vector)| terms.split(' ').any(|other| other == term);
            stored.iter().filter(has).count() as u64
        };
        ScopeStatistics {
            memories: stored.len() as u64,
            containing: query.terms().iter().map(containing).collect(),
        }
    }

    const TEXTS: [&str; 6] = [
        "I bought a car last week, a red Toyota",
        "My sister Aya is getting married in May",
        "The doctor says that I have torn the cartilage in my knee",
        "祖母の好物は、蓮根の天ぷらです。",
        "I have an exam in July, the N4",
        "It rained all day and we stayed in",
    ];

    #[test]
    fn words_find_what_meaning_cannot() {
        let words = |text| Query::from_parts(query_terms(text), Vector::ZERO);
        for (query, answer) in [(words("When is the N4?"), 4), (Query::new("祖母の好物は？"), 3)]
        {
            let ranked = scores(&query, &TEXTS);
            assert_eq!(ranked[0].index, answer);
            assert!(ranked[0].score > 0.5);
            assert_eq!(ranked[0].breakdown.semantic, 0.0);
            assert!(ranked[1].score < 0.1);
        }
    }

    #[test]
    fn meaning_finds_what_words_cannot() {
        for (text, answer) in [("Which automobile was purchased?", 0), ("Which physician?", 2)] {
            let ranked = scores(&Query::new(text), &TEXTS);
            assert_eq!(ranked[0].index, answer, "{text}");
            assert_eq!(ranked[0].breakdown.bm25, 0.0);
            assert!(ranked[0].score > 0.1);
        }
    }

    #[test]
    fn a_query_without_an_answer_scores_low() {
        for text in
            ["Which volcano erupted?", "Who won the chess tournament?", "火山は噴火しましたか"]
        {
            assert!(scores(&Query::new(text), &TEXTS)[0].score < 0.2, "{text}");
        }
    }

    #[test]
    fn scores_and_their_parts_are_bounded_and_fall_along_the_ranking() {
        let long = TEXTS.join(" ").repeat(50);
        let mut texts = TEXTS.to_vec();
        texts.extend(["", "🍕", long.as_str(), "car car car car car car car car"]);
        for text in ["a red car", "car", "", "the", "🍕", "祖母", TEXTS[0], long.as_str()] {
            let ranked = scores(&Query::new(text), &texts);
            assert_eq!(ranked.len(), texts.len());
            assert!(ranked.is_sorted_by(|a, b| a.score >= b.score));
            for Ranked { score, breakdown, .. } in ranked {
                assert_eq!(score, (score * 1000.0).round() / 1000.0);
                for part in [score, breakdown.semantic, breakdown.bm25] {
                    assert!((0.0..=1.0).contains(&part), "{text}: {part}");
                }
            }
        }
    }

    #[test]
    fn a_score_grows_with_each_of_its_parts() {
        let words = Query::from_parts(query_terms("red car"), Vector::ZERO);
        let meaning = Query::from_parts(Vec::new(), *Query::new("red car").vector());
        let both = Query::new("red car");
        let score = |query: &Query| scores(query, &TEXTS[..1])[0].score;
        assert!(score(&words) > 0.0 && score(&meaning) > 0.0);
        assert!(score(&both) > score(&words).max(score(&meaning)));
        let more = scores(&words, &["a red car", "a red bike", "a blue bike"]);
        assert_eq!(more.iter().map(|ranked| ranked.index).collect::<Vec<_>>(), [0, 1, 2]);
        assert!(more[0].score > more[1].score && more[1].score > more[2].score);
    }

    #[test]
    fn a_score_does_not_depend_on_the_other_candidates() {
        let query = Query::new("Did she buy a red car?");
        let stored: Vec<_> = TEXTS.iter().map(|text| stored(text)).collect();
        let statistics = statistics(&query, &stored);
        let all: Vec<_> = stored.iter().map(candidate).collect();
        let together = rank(&query, &statistics, &all);
        for ranked in together {
            let alone = rank(&query, &statistics, &all[ranked.index..=ranked.index]);
            assert_eq!((alone[0].score, alone[0].breakdown), (ranked.score, ranked.breakdown));
        }
    }

    #[test]
    fn scopes_of_no_one_and_two_memories_work() {
        let query = Query::new("What car did you buy?");
        assert!(scores(&query, &[]).is_empty());
        assert!(scores(&query, &TEXTS[..1])[0].score > 0.5);
        assert!(scores(&query, &TEXTS[1..2])[0].score < 0.2);
        let two = scores(&query, &[TEXTS[1], TEXTS[0]]);
        assert_eq!(two[0].index, 1);
        assert!(two[0].score > two[1].score + 0.3);
    }

    #[test]
    fn missing_or_impossible_statistics_are_no_trouble() {
        let query = Query::new("a red car");
        let stored = stored(TEXTS[0]);
        for (memories, containing) in [(0, vec![]), (0, vec![9, 9]), (1, vec![u64::MAX, 0, 5])] {
            let statistics = ScopeStatistics { memories, containing };
            let score = rank(&query, &statistics, &[candidate(&stored)])[0].score;
            assert!(score > 0.3 && score < 1.0, "{score}");
        }
    }

    #[test]
    fn of_equals_the_newer_comes_first_and_then_the_id_decides() {
        let query = Query::new("car");
        let stored = stored(TEXTS[0]);
        let aged = |id, created_at| Candidate { id, created_at, ..candidate(&stored) };
        let candidates = [aged("b", 1), aged("a", 1), aged("c", 3), aged("d", 2)];
        let ranked = rank(&query, &ScopeStatistics::default(), &candidates);
        assert_eq!(ranked.iter().map(|ranked| ranked.index).collect::<Vec<_>>(), [2, 3, 1, 0]);
        assert!(ranked.iter().all(|other| other.score == ranked[0].score));
    }

    #[test]
    fn neighbours_lend_their_words_but_count_less_than_own_words() {
        let query = Query::from_parts(query_terms("What is the cat's name?"), Vector::ZERO);
        let (question, answer) = (stored("What is the name of your cat?"), stored("Biscuit"));
        let beside = Candidate { before: Some(&question.0), ..candidate(&answer) };
        let after = Candidate { after: Some(&question.0), ..candidate(&answer) };
        let candidates = [candidate(&answer), beside, after, candidate(&question)];
        let ranked = rank(&query, &ScopeStatistics::default(), &candidates);
        assert_eq!(ranked[0].index, 3);
        assert_eq!(ranked[1].score, ranked[2].score);
        assert!(ranked[1].score > 0.2 && ranked[0].score > ranked[1].score);
        assert_eq!((ranked[3].index, ranked[3].score), (0, 0.0));
    }

    #[test]
    fn rare_words_weigh_more_than_common_ones() {
        assert!(general_share("go") > general_share("harpsichord"));
        assert!(general_share(&stem("went")) > general_share("zzyzx"));
        let grammar = query_terms("ですね");
        assert!(general_share(&grammar[0]) > general_share(&query_terms("寿司")[0]));
        let query = Query::from_parts(query_terms("people harpsichord"), Vector::ZERO);
        let ranked = scores(&query, &["people", "a harpsichord"]);
        assert_eq!(ranked[0].index, 1);
    }

    #[test]
    fn nothing_of_the_content_is_in_debug_output() {
        let query = Query::new("secret");
        let stored = stored("secret");
        assert!(!format!("{query:?} {:?}", candidate(&stored)).contains("secret"));
    }
}
