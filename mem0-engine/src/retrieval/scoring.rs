use std::collections::HashMap;
use std::sync::LazyLock;

use crate::retrieval::score_breakdown::ScoreParts;
use crate::retrieval::visible_memories::NEIGHBOURS;
use crate::text::analysis::{is_grammar, stem};
use crate::text::words::WordTable;

/// How fast further mentions of a term stop counting (BM25's k1).
const SATURATION: f64 = 1.2;

/// How much a long memory's mentions count for less (BM25's b).
const LENGTH_PENALTY: f64 = 0.3;

/// Terms of a memory of usual length. Fixed, so that a score doesn't hang on other memories' sizes.
const USUAL_TERMS: f64 = 12.0;

/// What the words of a memory and its neighbours together count, when its own words count 1.
const WINDOW_WEIGHT: f64 = 2.0;

/// What a neighbour's words count among those of the memory and its neighbours, the nearest first.
pub(crate) const NEIGHBOUR_WEIGHTS: [f64; NEIGHBOURS] = [1.0, 0.5];

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

/// What a term of a query is in the searched scope. Memories of others must not change a score, so nothing else is
/// counted.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct TermStatistics {
    /// How many memories contain it.
    pub(crate) containing: usize,
    /// Whether it names somebody who speaks.
    pub(crate) is_speaker: bool,
}

/// What the terms of a query weigh in a scope.
pub(crate) struct Scorer {
    weights: Vec<f64>,
    total_weight: f64,
    names_speakers: bool,
}

/// A memory seen from one query, without its words.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Features {
    /// How close the meaning lies, 0 to 1.
    pub(crate) semantic: f64,
    /// Which share of the speakers that the query names it is spoken by, 0 to 1.
    pub(crate) entity: f64,
    /// Whether it ends in a question.
    pub(crate) asks: bool,
    /// How well it fits the time that the query names, 0 to 1; 0 when it names none.
    pub(crate) time: f64,
    /// Which share of the odds that it answers is left at its age: 1 unless memories decay.
    pub(crate) freshness: f64,
    /// Whether its words were compared one by one.
    pub(crate) reranked: bool,
}

impl Scorer {
    /// `statistics` has an entry for each of the terms, of a scope with so many memories.
    pub(crate) fn new(terms: &[String], memories: usize, statistics: &[TermStatistics]) -> Self {
        let memories = memories as f64;
        let weights: Vec<_> = terms
            .iter()
            .zip(statistics)
            .map(|(term, counted)| {
                let containing = (counted.containing as f64).min(memories);
                let expected = PRIOR_MEMORIES * general_share(term);
                (1.0 + (memories + PRIOR_MEMORIES) / (containing + expected + 0.5)).ln()
            })
            .collect();
        Self {
            total_weight: weights.iter().sum(),
            weights,
            names_speakers: statistics.iter().any(|counted| counted.is_speaker),
        }
    }

    /// No words at all.
    pub(crate) fn no_mentions(&self) -> Mentions {
        Mentions { texts: 0.0, terms: 0.0, counts: vec![0.0; self.weights.len()] }
    }

    /// The score of a memory with these mentions in itself, and in itself with its neighbours.
    pub(crate) fn score(
        &self,
        memory: &Features,
        own: &Mentions,
        window: &Mentions,
    ) -> (f64, ScoreParts) {
        let Features { semantic, entity, .. } = *memory;
        let bm25 = (self.share(own) + WINDOW_WEIGHT * self.share(window)) / (1.0 + WINDOW_WEIGHT);
        let even_cosine = if memory.reranked { EVEN_COSINE_RERANKED } else { EVEN_COSINE };
        // Squares, so that strong evidence of one kind outweighs hints of both.
        let mut odds = (bm25 / EVEN_WORDS).powi(2) + (semantic / even_cosine).powi(2);
        if self.names_speakers {
            odds *= OTHER_SPEAKER + (1.0 - OTHER_SPEAKER) * entity;
        }
        if memory.asks {
            odds *= ASKING;
        }
        odds = (odds + TIME_ODDS * memory.time) * (1.0 + TIME_GROWTH * memory.time);
        odds *= memory.freshness;
        (in_thousandths(odds / (1.0 + odds)), ScoreParts { semantic, bm25, entity })
    }

    /// No less than the share that texts hold which mention these terms, as often as they occur, the same ones beside each
    /// other.
    pub(crate) fn most_held(&self, terms: &[u16]) -> f64 {
        const LEAST_DAMPING: f64 = SATURATION * (1.0 - LENGTH_PENALTY);

        let mut held = 0.0;
        for run in terms.chunk_by(|a, b| a == b) {
            let weight = run.first().and_then(|term| self.weights.get(usize::from(*term)));
            let count = run.len() as f64;
            held += weight.copied().unwrap_or_default() * count / (count + LEAST_DAMPING);
        }
        if held > 0.0 { held / self.total_weight } else { 0.0 }
    }

    /// No less than the odds of a memory that holds no more by itself than `own`, and whose neighbours hold no more with it
    /// than `window`, each by itself: what is held grows ever more slowly with further mentions.
    pub(crate) fn most_odds(&self, own: f64, window: f64, semantic: f64, time: f64) -> f64 {
        // Sums in another order may differ in their last digits.
        const CERTAIN: f64 = 1.0 + 1e-9;
        const WORDS: f64 = CERTAIN / ((1.0 + WINDOW_WEIGHT) * EVEN_WORDS);
        const MEANING: f64 = CERTAIN / EVEN_COSINE;

        let words = WORDS * (own.min(1.0) + WINDOW_WEIGHT * window.min(1.0));
        let meaning = MEANING * semantic;
        let odds = words * words + meaning * meaning;
        (odds + TIME_ODDS * time) * (1.0 + TIME_GROWTH * time)
    }

    /// No more than the odds of a memory with at least this score.
    pub(crate) fn least_odds(&self, score: f64) -> f64 {
        // Half a thousandth was lost by rounding.
        let least = (score - 0.000_501).max(0.0);
        least / (1.0 - least)
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
#[derive(Debug, Clone)]
pub(crate) struct Mentions {
    pub(crate) texts: f64,
    /// Of all terms, the query's or not.
    pub(crate) terms: f64,
    pub(crate) counts: Vec<f64>,
}

impl Mentions {
    pub(crate) fn clear(&mut self) {
        (self.texts, self.terms) = (0.0, 0.0);
        self.counts.fill(0.0);
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
        let words = WordTable::shared().words_by_frequency();
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
    use crate::text::analysis::query_terms;

    #[test]
    fn words_that_are_rare_in_english_are_rare_here() {
        assert!(general_share("go") > general_share("harpsichord"));
        assert!(general_share(&stem("went")) > general_share("zzyzx"));
        let grammar = query_terms("ですね");
        assert!(general_share(&grammar[0]) > general_share(&query_terms("寿司")[0]));
    }
}
