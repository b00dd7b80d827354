use std::collections::HashMap;
use std::ops::Range;
use std::sync::LazyLock;

use crate::analysed_text::AnalysedText;
use crate::analysis::{is_grammar, stem};
use crate::embedder::Embedder;
use crate::late_interaction::NearestWords;
use crate::ranking::{Candidate, NEIGHBOURS, Query, ScopeStatistics, ScoreBreakdown};

/// How fast further mentions of a term stop counting (BM25's k1).
const SATURATION: f64 = 1.2;

/// How much a long memory's mentions count for less (BM25's b).
const LENGTH_PENALTY: f64 = 0.3;

/// Terms of a memory of usual length. Fixed, so that a score doesn't hang on other memories' sizes.
const USUAL_TERMS: f64 = 12.0;

/// What the words of a memory and its neighbours together count, when its own words count 1.
const WINDOW_WEIGHT: f64 = 2.0;

/// What a neighbour's words count among those of the memory and its neighbours, the nearest first.
const NEIGHBOUR_WEIGHTS: [f64; NEIGHBOURS] = [1.0, 0.5];

/// The share of words at which words alone score one half.
const EVEN_WORDS: f64 = 0.3;

/// The cosine at which meaning alone would score one half. A text's sum of word vectors says far
/// less than a shared rare word, hence so high.
const EVEN_COSINE: f64 = 0.9;

/// The same where each word has been compared by itself.
const EVEN_COSINE_RERANKED: f64 = 1.1;

/// What is left of the odds when somebody else speaks than the query names.
const OTHER_SPEAKER: f64 = 0.5;

/// What is left of the odds when the memory ends in a question.
const ASKING: f64 = 0.7;

/// How much the odds grow when the memory is of the time that the query names.
const TIME_GROWTH: f64 = 2.0;

/// The odds that being of that time is worth by itself.
const TIME_ODDS: f64 = 0.05;

/// As many memories as the general frequency of words in English counts for: a young scope leans
/// on it, a grown one on its own statistics.
const PRIOR_MEMORIES: f64 = 100.0;

/// A query seen against the scope: what each of its terms weighs.
pub(crate) struct Scorer<'a> {
    query: &'a Query,
    positions: HashMap<&'a str, usize>,
    weights: Vec<f64>,
    total_weight: f64,
    /// The terms that name speakers.
    speakers: Vec<&'a str>,
    nearest: Option<NearestWords<'a>>,
    even_cosine: f64,
}

impl<'a> Scorer<'a> {
    pub(crate) fn new(query: &'a Query, statistics: &ScopeStatistics) -> Self {
        let memories = statistics.memories as f64;
        let counted = |position: usize| statistics.terms.get(position).copied().unwrap_or_default();
        let terms = || query.terms().iter().map(String::as_str).enumerate();
        let weights: Vec<_> = terms()
            .map(|(position, term)| {
                let containing = (counted(position).containing as f64).min(memories);
                let expected = PRIOR_MEMORIES * general_share(term);
                (1.0 + (memories + PRIOR_MEMORIES) / (containing + expected + 0.5)).ln()
            })
            .collect();
        let speakers = terms().filter(|(position, _)| counted(*position).is_speaker);
        Self {
            query,
            positions: terms().map(|(position, term)| (term, position)).collect(),
            total_weight: weights.iter().sum(),
            weights,
            speakers: speakers.map(|(_, term)| term).collect(),
            nearest: None,
            even_cosine: EVEN_COSINE,
        }
    }

    /// The score of each candidate, in order.
    pub(crate) fn score_all(&self, candidates: &[Candidate<'_>]) -> Vec<(f64, ScoreBreakdown)> {
        let mut read = TextsRead::new();
        for text in candidates.iter().flat_map(Candidate::texts) {
            read.entry(text.as_bytes().as_ptr_range()).or_insert_with(|| self.mentions(text));
        }
        candidates.iter().map(|candidate| self.score(candidate, &read)).collect()
    }

    fn score(&self, candidate: &Candidate<'_>, read: &TextsRead) -> (f64, ScoreBreakdown) {
        let text = AnalysedText::read(candidate.text);
        let semantic = self.query.vector().cosine(&candidate.vector).clamp(0.0, 1.0);
        let bm25 = self.words(candidate, read);
        let entity = self.entity(text);
        // Squares, so that strong evidence of one kind outweighs hints of both.
        let mut odds = (bm25 / EVEN_WORDS).powi(2) + (semantic / self.even_cosine).powi(2);
        if !self.speakers.is_empty() {
            odds *= OTHER_SPEAKER + (1.0 - OTHER_SPEAKER) * entity;
        }
        if text.asks() {
            odds *= ASKING;
        }
        odds = (odds + TIME_ODDS * candidate.time) * (1.0 + TIME_GROWTH * candidate.time);
        odds *= candidate.freshness;
        (in_thousandths(odds / (1.0 + odds)), ScoreBreakdown { semantic, bm25, entity })
    }

    /// Lets the nearest words stand in for those that are missing.
    #[must_use]
    pub(crate) fn with_nearest_words(mut self, nearest: NearestWords<'a>) -> Self {
        self.nearest = Some(nearest);
        self.even_cosine = EVEN_COSINE_RERANKED;
        self
    }

    fn entity(&self, text: AnalysedText<'_>) -> f64 {
        if self.speakers.is_empty() {
            return 0.0;
        }
        let speaking = self.speakers.iter().filter(|speaker| text.is_spoken_by(speaker)).count();
        speaking as f64 / self.speakers.len() as f64
    }

    /// Which share of the query's information the words hold, of the candidate and of it with its
    /// neighbours.
    fn words(&self, candidate: &Candidate<'_>, read: &TextsRead) -> f64 {
        let mentions = |text: &str| read.get(&text.as_bytes().as_ptr_range());
        let Some(own) = mentions(candidate.text) else { return 0.0 };
        let mut window = own.clone();
        for side in [candidate.before, candidate.after] {
            for (neighbour, weight) in side.into_iter().zip(NEIGHBOUR_WEIGHTS) {
                if let Some(neighbour) = neighbour.and_then(mentions) {
                    window.join(neighbour, weight);
                }
            }
        }
        (self.share(own) + WINDOW_WEIGHT * self.share(&window)) / (1.0 + WINDOW_WEIGHT)
    }

    fn mentions(&self, text: &str) -> Mentions {
        let mut mentions =
            Mentions { texts: 1.0, terms: 0.0, counts: vec![0.0; self.weights.len()] };
        let mut nearness = vec![0.0; self.weights.len()];
        for term in AnalysedText::read(text).terms() {
            mentions.terms += 1.0;
            let position = self.positions.get(term);
            if let Some(count) = position.and_then(|position| mentions.counts.get_mut(*position)) {
                *count += 1.0;
            }
            if let Some(nearest) = &self.nearest {
                nearest.raise(&mut nearness, term);
            }
        }
        for (count, near) in mentions.counts.iter_mut().zip(nearness) {
            *count = f64::max(*count, near);
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

/// What each text mentions, by where it lies in memory: most are a candidate's own and the
/// neighbour of four others, and reading them is most of the work.
type TextsRead = HashMap<Range<*const u8>, Mentions>;

/// How often each term of the query occurs in some texts.
#[derive(Clone)]
struct Mentions {
    texts: f64,
    terms: f64,
    counts: Vec<f64>,
}

impl Mentions {
    fn join(&mut self, other: &Self, weight: f64) {
        self.texts += weight * other.texts;
        self.terms += weight * other.terms;
        for (count, more) in self.counts.iter_mut().zip(&other.counts) {
            *count += weight * more;
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
    if is_grammar(term) {
        return 0.3;
    }
    // Zipf's law over a vocabulary of some 20,000 words, whose harmonic number is about 10.
    let rank = RANKS.get(term).copied().unwrap_or(RANKS.len()) as f64;
    (TERMS_IN_A_MEMORY / (10.0 * (rank + 10.0))).min(0.5)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::query_terms;

    #[test]
    fn words_that_are_rare_in_english_are_rare_here() {
        assert!(general_share("go") > general_share("harpsichord"));
        assert!(general_share(&stem("went")) > general_share("zzyzx"));
        let grammar = query_terms("ですね");
        assert!(general_share(&grammar[0]) > general_share(&query_terms("寿司")[0]));
    }
}
