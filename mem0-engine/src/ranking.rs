//! Orders memories by how well they answer a query, and says how sure that is.
//!
//! A candidate is scored from these sides:
//!
//! - **Words**: how much of the query's information they hold (BM25's term weights, as a share of
//!   what a perfect match would hold), in the memory itself and in the memory read together with
//!   its neighbours of the same add, since an answer often stands near the words of the question.
//! - **Meaning**: how close it lies (cosine).
//! - **Who speaks**: a query that names somebody who spoke in the scope is better answered by that
//!   one's own words.
//! - **What is asked does not answer**: a memory that ends in a question counts for less.
//! - **Time**: a query that names a time raises the memories of that time.
//!
//! One number comes out. It is what the ranking sorts by and what a caller sees and cuts with
//! `threshold`, and it does not depend on which other candidates are ranked.
//!
//! [`rerank`] looks at few candidates once more, and slower: each word of the query also finds the
//! word nearest in meaning.

use std::cmp::Reverse;
use std::fmt;

use crate::analysed_text::AnalysedText;
use crate::analysis::query_terms;
use crate::embedder::{Embedder, Vector};
use crate::late_interaction::NearestWords;
use crate::scoring::Scorer;

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
    /// For each of [`Query::terms`], in order.
    pub terms: Vec<TermStatistics>,
}

/// What the scope holds of one term.
#[derive(Debug, Clone, Copy, Default)]
pub struct TermStatistics {
    /// How many of its memories contain the term.
    pub containing: u64,
    /// Whether the term names somebody who speaks in it.
    pub is_speaker: bool,
}

impl ScopeStatistics {
    /// The statistics of a scope with so many memories, of which `matching` are at least those
    /// that contain a term of the query, as [`analysed_text::write`](crate::analysed_text::write)
    /// left them.
    pub fn count<'a>(
        query: &Query,
        memories: u64,
        matching: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        let mut terms = vec![TermStatistics::default(); query.terms.len()];
        for memory in matching {
            let memory = AnalysedText::read(memory);
            for (counted, term) in terms.iter_mut().zip(&query.terms) {
                if memory.terms().any(|own| own == term) {
                    counted.containing += 1;
                    counted.is_speaker |= memory.is_spoken_by(term);
                }
            }
        }
        Self { memories, terms }
    }
}

/// How many neighbours on each side lend their words.
pub const NEIGHBOURS: usize = 2;

/// A memory that may answer the query, in its stored form.
///
/// Texts are as [`analysed_text::write`](crate::analysed_text::write) left them.
#[derive(Clone, Copy)]
pub struct Candidate<'a> {
    /// Its id: decides between candidates that are equal in score and age.
    pub id: &'a str,
    /// When it was created, in any unit that grows: of two equally good ones the newer comes first.
    pub created_at: i64,
    /// Its analysed text.
    pub text: &'a str,
    /// The vector of its text.
    pub vector: Vector,
    /// The analysed texts of the memories before it in the same add, the nearest first, as far as
    /// they still exist and the caller may see them.
    pub before: [Option<&'a str>; NEIGHBOURS],
    /// The same for the memories after it.
    pub after: [Option<&'a str>; NEIGHBOURS],
    /// How well it fits the time that the query names, 0 to 1; 0 when it names none.
    pub time: f64,
    /// Which share of the odds that it answers is left at its age: 1 unless memories decay.
    pub freshness: f64,
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

/// The sides of a score.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScoreBreakdown {
    /// How close the meaning lies, 0 to 1.
    pub semantic: f64,
    /// Which share of the query's information its words hold, 0 to 1.
    pub bm25: f64,
    /// Which share of the speakers that the query names it is spoken by, 0 to 1.
    pub entity: f64,
}

/// Ranks all candidates, best first. Candidates that are equally good are ordered by age (newer
/// first), then by id.
pub fn rank(
    query: &Query,
    statistics: &ScopeStatistics,
    candidates: &[Candidate<'_>],
) -> Vec<Ranked> {
    sorted(candidates, &Scorer::new(query, statistics))
}

/// Ranks few candidates again, by a slower and better look, on the same scale.
///
/// Where a word of the query is missing, the word nearest in meaning stands in for a part of it,
/// in the candidate and in its neighbours.
pub fn rerank(
    query: &Query,
    statistics: &ScopeStatistics,
    candidates: &[Candidate<'_>],
) -> Vec<Ranked> {
    let texts = candidates.iter().flat_map(Candidate::texts);
    let terms = texts.flat_map(|text| AnalysedText::read(text).terms());
    let nearest = NearestWords::of(&query.terms, terms);
    sorted(candidates, &Scorer::new(query, statistics).with_nearest_words(nearest))
}

fn sorted(candidates: &[Candidate<'_>], scorer: &Scorer<'_>) -> Vec<Ranked> {
    let scores = scorer.score_all(candidates).into_iter().enumerate();
    let mut ranked: Vec<_> = candidates
        .iter()
        .zip(scores)
        .map(|(candidate, (index, (score, breakdown)))| {
            (candidate, Ranked { index, score, breakdown })
        })
        .collect();
    ranked.sort_by(|(a, a_ranked), (b, b_ranked)| {
        let newer_first = Reverse(a.created_at).cmp(&Reverse(b.created_at));
        b_ranked.score.total_cmp(&a_ranked.score).then(newer_first).then(a.id.cmp(b.id))
    });
    ranked.into_iter().map(|(_, ranked)| ranked).collect()
}

impl<'a> Candidate<'a> {
    /// Its own text and those of its neighbours.
    pub(crate) fn texts(&self) -> impl Iterator<Item = &'a str> {
        [Some(self.text)].into_iter().chain(self.before).chain(self.after).flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysed_text;

    /// The scores of a scope that holds these texts, each from an add of its own, oldest first.
    fn scores(query: &Query, texts: &[&str]) -> Vec<Ranked> {
        let stored: Vec<_> = texts.iter().map(|text| stored(text)).collect();
        let candidates: Vec<_> = stored.iter().map(candidate).collect();
        rank(query, &statistics(query, &stored), &candidates)
    }

    fn stored(text: &str) -> (String, Vector) {
        (analysed_text::write(None, text), Embedder::built_in().embed(text))
    }

    fn candidate((text, vector): &(String, Vector)) -> Candidate<'_> {
        Candidate {
            id: "",
            created_at: 0,
            text,
            vector: *vector,
            before: [None; NEIGHBOURS],
            after: [None; NEIGHBOURS],
            time: 0.0,
            freshness: 1.0,
        }
    }

    fn statistics(query: &Query, stored: &[(String, Vector)]) -> ScopeStatistics {
        let texts = stored.iter().map(|(text, _)| text.as_str());
        ScopeStatistics::count(query, stored.len() as u64, texts)
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
        for rank in [rank, rerank] {
            for ranked in rank(&query, &statistics, &all) {
                let alone = rank(&query, &statistics, &all[ranked.index..=ranked.index]);
                assert_eq!((alone[0].score, alone[0].breakdown), (ranked.score, ranked.breakdown));
            }
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
            let counted = |containing| TermStatistics { containing, ..TermStatistics::default() };
            let terms = containing.into_iter().map(counted).collect();
            let statistics = ScopeStatistics { memories, terms };
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
        let side = [Some(question.0.as_str()), None];
        let beside = Candidate { before: side, ..candidate(&answer) };
        let after = Candidate { after: side, ..candidate(&answer) };
        let candidates = [candidate(&answer), beside, after, candidate(&question)];
        let ranked = rank(&query, &ScopeStatistics::default(), &candidates);
        assert_eq!(ranked[0].index, 3);
        assert_eq!(ranked[1].score, ranked[2].score);
        assert!(ranked[1].score > 0.2 && ranked[0].score > ranked[1].score);
        assert_eq!((ranked[3].index, ranked[3].score), (0, 0.0));
    }

    #[test]
    fn a_farther_neighbour_lends_less_than_a_nearer_one() {
        let query = Query::from_parts(query_terms("lighthouse"), Vector::ZERO);
        let (said, other) = (analysed_text::write(None, "A lighthouse"), stored("Soup"));
        let beside = |before| {
            let candidate = Candidate { before, ..candidate(&other) };
            rank(&query, &ScopeStatistics::default(), &[candidate])[0].score
        };
        let (near, far) = (beside([Some(&said), None]), beside([Some("fence"), Some(&said)]));
        assert!(near > far && far > 0.05, "{near} and {far}");
        assert_eq!(beside([Some("fence"), Some("wall")]), 0.0);
    }

    #[test]
    fn whom_the_query_names_comes_before_who_names_them_more() {
        let query = Query::from_parts(query_terms("What does Nadia love?"), Vector::ZERO);
        let stored = [
            (Some("Nadia"), "I love music"),
            (Some("Kenji"), "Nadia, Nadia, love is love, I love music too"),
        ]
        .map(|(speaker, text)| (analysed_text::write(speaker, text), Vector::ZERO));
        let candidates = [candidate(&stored[0]), candidate(&stored[1])];
        let mut statistics = statistics(&query, &stored);
        let are_speakers = statistics.terms.iter().map(|term| term.is_speaker);
        assert_eq!(are_speakers.collect::<Vec<_>>(), [true, false]);
        let ranked = rank(&query, &statistics, &candidates);
        let entities: Vec<_> =
            ranked.iter().map(|ranked| (ranked.index, ranked.breakdown.entity)).collect();
        assert_eq!(entities, [(0, 1.0), (1, 0.0)]);
        // By the words alone it is the other way round.
        statistics.terms[0].is_speaker = false;
        assert_eq!(rank(&query, &statistics, &candidates)[0].index, 1);
    }

    #[test]
    fn time_and_freshness_change_the_odds() {
        let query = Query::new("a red car");
        let (right, wrong) = (stored(TEXTS[0]), stored(TEXTS[2]));
        let score = |candidate: Candidate<'_>| {
            rank(&query, &ScopeStatistics::default(), &[candidate])[0].score
        };
        let plain = score(candidate(&right));
        assert!(score(Candidate { time: 0.5, ..candidate(&right) }) > plain);
        assert!(
            score(Candidate { time: 1.0, ..candidate(&right) })
                > score(Candidate { time: 0.5, ..candidate(&right) })
        );
        assert!(score(Candidate { freshness: 0.5, ..candidate(&right) }) < plain);
        // Being of that time alone is found by default, and no more than that.
        let timely = score(Candidate { time: 1.0, ..candidate(&wrong) });
        assert!((0.1..0.3).contains(&timely), "{timely}");
    }

    #[test]
    fn reranking_lets_a_word_of_like_meaning_stand_in_for_a_missing_one() {
        let query = Query::from_parts(query_terms("Which physician?"), Vector::ZERO);
        let stored = [stored("The doctor called"), stored("The soup is cold")];
        let candidates = [candidate(&stored[0]), candidate(&stored[1])];
        let statistics = statistics(&query, &stored);
        assert!(rank(&query, &statistics, &candidates).iter().all(|ranked| ranked.score == 0.0));
        let again = rerank(&query, &statistics, &candidates);
        assert_eq!(again[0].index, 0);
        assert!(again[0].score > 0.05 && again[1].score == 0.0, "{again:?}");
    }

    #[test]
    fn rare_words_weigh_more_than_common_ones() {
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
