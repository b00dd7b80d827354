use std::collections::HashMap;
use std::sync::LazyLock;

use crate::retrieval::query_word::QueryWord;
use crate::retrieval::score_breakdown::ScoreParts;
use crate::retrieval::visible_memories::NEIGHBOURS;
use crate::text::function_words::is_grammar;
use crate::text::stems::stem;
use crate::text::words::WordTable;

/// How soon further mentions of a term stop counting (BM25's k1).
const SATURATION: f64 = 1.2;

/// How much less the mentions in a long memory count (BM25's b).
const LENGTH_PENALTY: f64 = 0.3;

/// The number of terms in a typical memory. Fixed, so that a score does not depend on the sizes of
/// other memories.
const USUAL_TERMS: f64 = 12.0;

/// The weight of the words of a memory together with its neighbours. Its own words weigh 1.
const WINDOW_WEIGHT: f64 = 2.0;

/// The weights of the neighbours' words within that window, nearest first. The memory's own weigh
/// 1.
pub(crate) const NEIGHBOUR_WEIGHTS: [f64; NEIGHBOURS] = [1.0, 0.5];

/// The share of words at which words alone give a score of one half.
const EVEN_WORDS: f64 = 0.3;

/// The cosine at which meaning alone would give a score of one half. It is high because a sum of
/// word vectors says far less than a shared rare word.
const EVEN_COSINE: f64 = 0.9;

/// The same for memories that were ranked again, word by word.
const EVEN_COSINE_RERANKED: f64 = 1.1;

/// The factor on the odds when the speaker is not the one that the query names.
const OTHER_SPEAKER: f64 = 0.5;

/// The factor on the odds when the memory ends in a question.
const ASKING: f64 = 0.7;

/// How much the odds grow when the memory is of the time that the query names.
const TIME_GROWTH: f64 = 2.0;

/// The odds that the right time gives by itself.
const TIME_ODDS: f64 = 0.05;

/// The general frequency of English words counts like this many memories: a new scope relies on it,
/// a grown one on its own statistics.
const PRIOR_MEMORIES: f64 = 100.0;

/// How a term of a query occurs in the searched scope. Nothing outside the scope is counted, since
/// other people's memories must not change a score.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct TermStatistics {
    /// How many memories contain it.
    pub(crate) containing: usize,
    /// Whether it is part of a speaker's name.
    pub(crate) is_speaker: bool,
}

/// The weights of a query's terms in a scope.
pub(crate) struct Scorer {
    weights: Vec<f64>,
    total_weight: f64,
    names_speakers: bool,
}

/// What is known of a memory for one query, apart from its words.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Features {
    /// How close its meaning is, 0 to 1.
    pub(crate) semantic: f64,
    /// The share of the speakers named by the query that it is by, 0 to 1.
    pub(crate) entity: f64,
    /// Whether it ends in a question.
    pub(crate) asks: bool,
    /// How well it fits the time that the query names, 0 to 1; 0 when it names none.
    pub(crate) time: f64,
    /// The factor on its odds at its age: 1 unless memories decay.
    pub(crate) freshness: f64,
    /// Whether its words were compared one by one.
    pub(crate) reranked: bool,
}

impl Scorer {
    /// `statistics` has an entry for each word; `memories` is the size of the scope.
    pub(crate) fn new(words: &[QueryWord], memories: usize, statistics: &[TermStatistics]) -> Self {
        let memories = memories as f64;
        let weights: Vec<_> = words
            .iter()
            .zip(statistics)
            .map(|(word, counted)| {
                let containing = (counted.containing as f64).min(memories);
                let expected = PRIOR_MEMORIES * general_share(word.term());
                (1.0 + (memories + PRIOR_MEMORIES) / (containing + expected + 0.5)).ln()
            })
            .collect();
        Self {
            total_weight: weights.iter().zip(words).map(|(it, word)| it * word.portion()).sum(),
            weights,
            names_speakers: statistics.iter().any(|counted| counted.is_speaker),
        }
    }

    /// Mentions of no words.
    pub(crate) fn no_mentions(&self) -> Mentions {
        Mentions { texts: 0.0, terms: 0.0, counts: vec![0.0; self.weights.len()] }
    }

    /// The score of a memory: `own` are the mentions in itself, `window` those in itself and its
    /// neighbours.
    pub(crate) fn score(
        &self,
        memory: &Features,
        own: &Mentions,
        window: &Mentions,
    ) -> (f64, ScoreParts) {
        let Features { semantic, entity, .. } = *memory;
        let bm25 = (self.share(own) + WINDOW_WEIGHT * self.share(window)) / (1.0 + WINDOW_WEIGHT);
        let even_cosine = if memory.reranked { EVEN_COSINE_RERANKED } else { EVEN_COSINE };
        // Squares make strong evidence of one kind outweigh hints of both.
        let mut odds = (bm25 / EVEN_WORDS).powi(2) + (semantic / even_cosine).powi(2);
        if self.names_speakers {
            odds *= OTHER_SPEAKER + (1.0 - OTHER_SPEAKER) * entity;
        }
        if memory.asks {
            odds *= ASKING;
        }
        odds = (odds + TIME_ODDS * memory.time) * (1.0 + TIME_GROWTH * memory.time);
        odds *= memory.freshness;
        (odds / (1.0 + odds), ScoreParts { semantic, bm25, entity })
    }

    /// An upper bound on the share of the query's weight that any text with these mentions can
    /// hold.
    pub(crate) fn most_held(&self, mentions: &[Mention]) -> f64 {
        const LEAST_DAMPING: f64 = SATURATION * (1.0 - LENGTH_PENALTY);

        let mut held = 0.0;
        for mention in mentions {
            let weight = self.weights.get(usize::from(mention.term));
            let count = f64::from(mention.count);
            held += weight.copied().unwrap_or_default() * count / (count + LEAST_DAMPING);
        }
        if held > 0.0 { held / self.total_weight } else { 0.0 }
    }

    /// An upper bound on the odds of a memory whose own share is at most `own` and whose window's
    /// share is at most `window`. `window` may be the sum over the texts of the window, since a
    /// share grows more slowly than the mentions.
    pub(crate) fn most_odds(&self, own: f64, window: f64, semantic: f64, time: f64) -> f64 {
        // A sum in another order may differ in its last digits.
        const CERTAIN: f64 = 1.0 + 1e-9;
        const WORDS: f64 = CERTAIN / ((1.0 + WINDOW_WEIGHT) * EVEN_WORDS);
        const MEANING: f64 = CERTAIN / EVEN_COSINE;

        let words = WORDS * (own.min(1.0) + WINDOW_WEIGHT * window.min(1.0));
        let meaning = MEANING * semantic;
        let odds = words * words + meaning * meaning;
        (odds + TIME_ODDS * time) * (1.0 + TIME_GROWTH * time)
    }

    /// A lower bound on the odds of a memory with at least this score.
    pub(crate) fn least_odds(&self, score: f64) -> f64 {
        // The odds were more exact than the score.
        const CERTAIN: f64 = 1.0 - 1e-9;
        CERTAIN * score / (1.0 - score).max(f64::EPSILON)
    }

    /// The share of the query's information that these mentions hold, 0 to 1.
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
        (held / self.total_weight).min(1.0)
    }
}

/// How often a term of the query occurs in a memory.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Mention {
    pub(crate) term: u16,
    /// Another form of the term counts for less than 1.
    pub(crate) count: f32,
}

/// How often each term of the query occurs in one or more texts.
#[derive(Debug, Clone)]
pub(crate) struct Mentions {
    pub(crate) texts: f64,
    /// The number of all terms, those of the query and others.
    pub(crate) terms: f64,
    pub(crate) counts: Vec<f64>,
}

impl Mentions {
    pub(crate) fn clear(&mut self) {
        (self.texts, self.terms) = (0.0, 0.0);
        self.counts.fill(0.0);
    }
}

/// A score as it is shown: finer differences mean nothing to a reader.
pub(crate) fn in_thousandths(score: f64) -> f64 {
    (score * 1000.0).round() / 1000.0
}

/// Roughly the share of English memories that contain a term.
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
    fn rare_english_words_have_a_small_share() {
        assert!(general_share("go") > general_share("harpsichord"));
        assert!(general_share(&stem("went")) > general_share("zzyzx"));
        let grammar = query_terms("ですね");
        assert!(general_share(&grammar[0]) > general_share(&query_terms("寿司")[0]));
    }
}
