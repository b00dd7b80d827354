mod bounds;

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::retrieval::light_words::is_light;
use crate::retrieval::query::part::QueryPart;
use crate::retrieval::query_word::QueryWord;
use crate::retrieval::score_breakdown::{ScoreParts, in_thousandths};
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

/// A passage counts as no longer than this, since where it ends says little of what it is about.
const PASSAGE_TERMS: f64 = 30.0;

/// The weight of the words of a memory together with its neighbours. Its own words weigh 1.
const WINDOW_WEIGHT: f64 = 2.0;

/// The weights of the neighbours' words within that window, nearest first. The memory's own weigh
/// 1.
pub(crate) const NEIGHBOUR_WEIGHTS: [f64; NEIGHBOURS] = [1.0, 0.5];

/// The share of words at which words alone are evidence of 1.
const EVEN_WORDS: f64 = 0.3;

/// The total weight of a long query's words: a memory that holds so much of them holds enough,
/// however long the query is. Five rare words weigh about as much.
const ENOUGH_WEIGHT: f64 = 24.0;

/// The least total weight of a sentence among others, so that a word in common does not answer all
/// of them.
const LEAST_WEIGHT: f64 = 12.0;

/// The evidence of its own at which neighbours lend a memory half of their words.
const OWN_EVIDENCE: f64 = 0.04;

/// The same where its own speaker said what is beside it. That may be a list of facts, which have
/// nothing to do with each other, so that a chance resemblance doesn't do.
const LISTED_EVIDENCE: f64 = 0.3;

/// The factor on the evidence when the speaker is not the one that the query names.
pub(crate) const OTHER_SPEAKER: f64 = 0.4;

/// The same when the memory does not name who asks, where others do.
pub(crate) const OTHER_ASKER: f64 = 0.3;

/// The evidence that a memory stays below which is no more than a question, or than what is asked:
/// it is found where nothing answers.
const ASKING: f64 = 0.1;

/// How much the evidence grows when the memory is of the time that the query names.
const TIME_GROWTH: f64 = 2.0;

/// The evidence that the right time is by itself.
const TIME_EVIDENCE: f64 = 0.05;

/// The evidence that a memory is by itself where the query asks for all that is known.
pub(crate) const ASKED_FOR: f64 = 0.25;

/// How much the evidence grows when the memory has a phrase that the query quotes.
const QUOTED: f64 = 4.0;

/// How much more a memory counts where the best memory of its add is the best of all, than where
/// its add says nothing.
const BEST_ADD: f64 = 0.2;

/// The odds of a score are a sum of such weights × evidence to such powers: flat where meaning
/// alone speaks, so that what answers is above 0.1, and steeper where most words are there, so that
/// it is above 0.3. `docs/decisions` says how they were fitted.
const ODDS: [(f64, f64); 2] = [(0.32, 0.3), (0.055, 1.0)];

/// The general frequency of English words counts like this many memories: a new scope relies on it,
/// a grown one on its own statistics.
const PRIOR_MEMORIES: f64 = 100.0;

/// What a cosine says. It depends on what made the vectors.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Closeness {
    /// The cosine that is evidence of 1 by itself.
    even: f64,
}

impl Closeness {
    /// Of sums of word vectors, which say far less than a shared rare word.
    pub(crate) const OF_WORDS: Self = Self { even: 0.9 };

    /// Of vectors of whole sentences.
    pub(crate) const OF_SENTENCES: Self = Self { even: 0.8 };

    /// The same for memories that were ranked again, word by word.
    fn reranked(self) -> Self {
        Self { even: self.even + 0.2 }
    }

    /// The evidence of a cosine.
    pub(crate) fn evidence(self, cosine: f64) -> f64 {
        (cosine / self.even).powi(2)
    }
}

/// The weights of a query's terms in a scope.
pub(crate) struct Scorer {
    /// What each term says that is in a memory.
    weights: Vec<f64>,
    parts: Vec<PartOfQuery>,
    /// For each term, the parts that have it.
    parts_of_terms: Vec<Vec<usize>>,
    /// What the memories of others keep of their evidence, where the query is about somebody.
    others_keep: f64,
}

/// A part of a query: some of its terms.
struct PartOfQuery {
    terms: Vec<u16>,
    /// The weight of its words that counts as all of them.
    total_weight: f64,
    /// How much slower the share grows than the weight: overlapping pairs count the words of a run
    /// nearly twice where all of them are there, and once where one stands alone.
    slowing: f64,
    /// The share of its evidence that a memory keeps.
    kept: f64,
}

/// How well a memory answers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Scored {
    /// All that speaks for it, from 0 up. It orders; equal evidence is equal in rank.
    pub(crate) evidence: f64,
    /// The same, from 0 to 1, in thousandths.
    pub(crate) score: f64,
    pub(crate) breakdown: ScoreParts,
}

/// What is known of a memory for one query, apart from its words.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Features {
    /// The share of the speakers named by the query that it is by, or of the name of who asks that
    /// it has, 0 to 1.
    pub(crate) entity: f64,
    /// Whether it is no more than a question.
    pub(crate) asks: bool,
    /// Whether it only repeats what the query asks.
    pub(crate) repeats: bool,
    /// How well it fits the time that the query names, 0 to 1; 0 when it names none.
    pub(crate) time: f64,
    /// The factor on its odds at its age: 1 unless memories decay.
    pub(crate) freshness: f64,
    /// Whether its words were compared one by one.
    pub(crate) reranked: bool,
    /// Whether the query asks for all that is known.
    pub(crate) is_asked_for: bool,
}

impl Scorer {
    /// `parts` are the whole query and each of its parts. `containing` says how
    /// many memories contain each word, of the searched scope alone, since other people's must not
    /// change a score; `memories` is the size of the scope.
    pub(crate) fn new(
        words: &[QueryWord],
        parts: &[QueryPart],
        memories: usize,
        containing: &[usize],
        others_keep: f64,
    ) -> Self {
        let memories = memories as f64;
        let weights: Vec<_> = words
            .iter()
            .zip(containing)
            .map(|(word, containing)| {
                let containing = (*containing as f64).min(memories);
                let expected = PRIOR_MEMORIES * general_share(word.term());
                (1.0 + (memories + PRIOR_MEMORIES) / (containing + expected + 0.5)).ln()
            })
            .collect();
        let part = |(number, part): (usize, &QueryPart)| {
            let terms = &part.terms;
            let of = |count: fn(&QueryWord) -> f64| -> f64 {
                let word =
                    |term: &u16| words.get(usize::from(*term)).zip(weights.get(usize::from(*term)));
                terms.iter().filter_map(word).map(|(word, weight)| weight * count(word)).sum()
            };
            let weight = of(QueryWord::portion);
            let held = of(|word| if word.portion() > 0.0 { word.worth() } else { 0.0 });
            let least = if number == 0 { 0.0 } else { LEAST_WEIGHT };
            PartOfQuery {
                terms: terms.clone(),
                total_weight: weight.clamp(least, ENOUGH_WEIGHT),
                // So that a memory with all words once has the same share in every script.
                slowing: if held > 0.0 { (1.0 + SATURATION) * (1.0 - weight / held) } else { 0.0 },
                kept: part.kept,
            }
        };
        let parts: Vec<_> = parts.iter().enumerate().map(part).collect();
        let mut parts_of_terms = vec![Vec::new(); weights.len()];
        for (number, part) in parts.iter().enumerate() {
            for term in &part.terms {
                if let Some(parts) = parts_of_terms.get_mut(usize::from(*term)) {
                    parts.push(number);
                }
            }
        }
        Self {
            parts,
            parts_of_terms,
            others_keep,
            weights: weights
                .iter()
                .zip(words)
                .map(|(weight, word)| weight * word.worth())
                .collect(),
        }
    }

    /// Mentions of no words.
    pub(crate) fn no_mentions(&self) -> Mentions {
        Mentions { texts: 0.0, terms: 0.0, counts: vec![0.0; self.weights.len()] }
    }

    /// A memory without mentions.
    pub(crate) fn nothing_mentioned(&self) -> Mentioned {
        let none = || self.no_mentions();
        Mentioned { own: none(), passages: Vec::new(), window: none(), list: none() }
    }

    /// The score of a memory. `cosines` are those to the parts of the query.
    pub(crate) fn score(
        &self,
        memory: &Features,
        closeness: Closeness,
        cosines: impl Iterator<Item = f64>,
        mentioned: &Mentioned,
    ) -> Scored {
        let closeness = if memory.reranked { closeness.reranked() } else { closeness };
        let (mut words, mut meaning) = (0.0, 0.0);
        let Mentioned { own, passages, window, list } = mentioned;
        for (number, (part, cosine)) in self.parts.iter().zip(cosines).enumerate() {
            let of_passage = passages.get(number).copied().unwrap_or_default();
            let share = self.share(part, own).max(of_passage);
            let (of_words, of_meaning) = part.evidence(closeness.evidence(cosine), share, || {
                [self.share(part, window), self.share(part, list)]
            });
            if of_words + of_meaning > words + meaning {
                (words, meaning) = (of_words, of_meaning);
            }
        }
        if memory.is_asked_for && words + meaning < ASKED_FOR {
            (words, meaning) = (0.0, ASKED_FOR);
        }
        let (mut evidence, mut entity) = (words + meaning, 0.0);
        if self.others_keep < 1.0 {
            let of_somebody = (1.0 - self.others_keep) * memory.entity;
            entity = of_somebody / (self.others_keep + of_somebody);
            evidence *= self.others_keep + of_somebody;
        }
        if memory.asks || memory.repeats {
            evidence *= ASKING / (ASKING + evidence);
        }
        let timeless = evidence;
        evidence = (evidence + TIME_EVIDENCE * memory.time) * (1.0 + TIME_GROWTH * memory.time);
        let time = if evidence > 0.0 { 1.0 - timeless / evidence } else { 0.0 };
        if memory.freshness < 1.0 {
            evidence = evidence_of(odds_of(evidence) * memory.freshness);
        }
        let score = score_of(evidence);
        let breakdown = ScoreParts::shared_out(score, [meaning, words], entity, time);
        Scored { evidence, score, breakdown }
    }

    /// The share of each part's information that a passage with these mentions among so many terms
    /// holds, 0 to 1.
    pub(crate) fn shares(&self, mentions: &[Mention], terms: u32) -> impl Iterator<Item = f64> {
        let damping = damping(f64::from(terms).min(PASSAGE_TERMS));
        self.held(mentions, damping).map(|share| share.min(1.0))
    }

    /// What a passage is evidence of by itself, at best for any part of the query, where its shares
    /// and cosines are by part.
    pub(crate) fn of_passage(
        &self,
        closeness: Closeness,
        shares: impl Iterator<Item = f64>,
        cosines: impl Iterator<Item = f64>,
    ) -> f64 {
        let parts = self.parts.iter().zip(shares.zip(cosines));
        let evidence = parts.map(|(part, (share, cosine))| {
            let (words, meaning) = part.evidence(closeness.evidence(cosine), share, || [share; 2]);
            words + meaning
        });
        evidence.fold(0.0, f64::max)
    }

    fn held(&self, mentions: &[Mention], damping: f64) -> impl Iterator<Item = f64> {
        self.parts.iter().map(move |part| {
            let mut held = 0.0;
            for mention in mentions {
                if part.terms.binary_search(&mention.term).is_ok() {
                    let weight = self.weights.get(usize::from(mention.term));
                    let count = f64::from(mention.count);
                    held += weight.copied().unwrap_or_default() * count / (count + damping);
                }
            }
            part.share(held)
        })
    }

    /// The share of a part's information that these mentions hold, 0 to 1.
    fn share(&self, part: &PartOfQuery, mentions: &Mentions) -> f64 {
        let damping = damping(mentions.terms / mentions.texts);
        let held = |term: &u16| {
            let term = usize::from(*term);
            let (weight, count) = (self.weights.get(term)?, mentions.counts.get(term)?);
            (*count > 0.0).then(|| weight * count / (count + damping))
        };
        let held: f64 = part.terms.iter().filter_map(held).sum();
        part.share(held).min(1.0)
    }
}

impl PartOfQuery {
    /// The share of its information that so much weight is.
    fn share(&self, held: f64) -> f64 {
        if held <= 0.0 || self.total_weight <= 0.0 {
            return 0.0;
        }
        let share = held / self.total_weight;
        share / (1.0 + self.slowing * share)
    }

    /// The evidence of the words and of the meaning. What the neighbours lend depends on what the
    /// memory has itself, so that they never carry it alone.
    fn evidence(&self, meaning: f64, own: f64, beside: impl Fn() -> [f64; 2]) -> (f64, f64) {
        let of_words = |share: f64| (share / EVEN_WORDS).powi(2);
        let alone = of_words(own) + meaning;
        if alone <= 0.0 {
            return (0.0, 0.0);
        }
        let lent = |least: f64, share: f64| {
            (share - own).max(0.0) * alone.powi(2) / (alone.powi(2) + least.powi(2))
        };
        let [window, list] = beside();
        let together = own + lent(OWN_EVIDENCE, window).max(lent(LISTED_EVIDENCE, list));
        let share = (own + WINDOW_WEIGHT * together) / (1.0 + WINDOW_WEIGHT);
        (self.kept * of_words(share), self.kept * meaning)
    }
}

impl Scored {
    /// The same for a memory whose add's best evidence is this share of the best of all. Where an
    /// add tells what is asked for, its other memories tell more of it.
    pub(crate) fn beside(self, best: f64) -> Self {
        let evidence = self.evidence * (1.0 + BEST_ADD * best) / (1.0 + BEST_ADD);
        let score = score_of(evidence);
        Self { evidence, score, breakdown: self.breakdown.scaled(self.score, score) }
    }

    /// The same with a score that is believed so far. The order stays.
    pub(crate) fn believed(self, support: f64) -> Self {
        let score = score_of(self.evidence * support);
        Self { score, breakdown: self.breakdown.scaled(self.score, score), ..self }
    }

    /// The least evidence that it keeps beside the others of its add.
    pub(crate) fn least(&self) -> f64 {
        self.evidence / (1.0 + BEST_ADD)
    }

    /// The same for a memory that has a phrase of the query as it is.
    pub(crate) fn quoted(mut self) -> Self {
        self.evidence *= QUOTED;
        let score = score_of(self.evidence);
        self.breakdown.bm25 = in_thousandths(self.breakdown.bm25 + score - self.score);
        Self { score, ..self }
    }
}

/// How many mentions are worth half of all, in a text of so many terms.
fn damping(terms: f64) -> f64 {
    SATURATION * (1.0 - LENGTH_PENALTY + LENGTH_PENALTY * terms / USUAL_TERMS)
}

/// The score, 0 to 1 in thousandths, of so much evidence.
fn score_of(evidence: f64) -> f64 {
    let odds = odds_of(evidence);
    in_thousandths(odds / (1.0 + odds))
}

fn odds_of(evidence: f64) -> f64 {
    ODDS.iter().map(|(weight, power)| weight * evidence.powf(*power)).sum()
}

/// The evidence that has these odds, found by halving the powers of two between which it lies.
fn evidence_of(odds: f64) -> f64 {
    if odds <= 0.0 {
        return 0.0;
    }
    let (mut least, mut most) = (-64.0, 64.0);
    for _ in 0..48 {
        let middle = f64::midpoint(least, most);
        if odds_of(middle.exp2()) < odds { least = middle } else { most = middle }
    }
    f64::midpoint(least, most).exp2()
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

/// What a memory mentions of a query.
#[derive(Debug, Clone)]
pub(crate) struct Mentioned {
    /// In itself.
    pub(crate) own: Mentions,
    /// For each part of the query, the share that its best passage holds; empty if it has one.
    pub(crate) passages: Vec<f64>,
    /// In itself and what others said beside it.
    pub(crate) window: Mentions,
    /// In itself and all that is said beside it.
    pub(crate) list: Mentions,
}

impl Mentioned {
    pub(crate) fn clear(&mut self) {
        self.own.clear();
        self.window.clear();
        self.list.clear();
        self.passages.clear();
    }
}

impl Mentions {
    pub(crate) fn clear(&mut self) {
        (self.texts, self.terms) = (0.0, 0.0);
        self.counts.fill(0.0);
    }
}

/// What a term weighs where nothing is known of the scope.
pub(crate) fn general_weight(term: &str) -> f64 {
    (1.0 + PRIOR_MEMORIES / (PRIOR_MEMORIES * general_share(term) + 0.5)).ln()
}

/// Whether a term hardly says what a text is about.
pub(crate) fn is_common(term: &str) -> bool {
    is_grammar(term) || is_light(term)
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
    if is_common(term) {
        return 0.3;
    }
    // Zipf's law. Memories are about few things, so that the words for those come ten times as
    // often as in all English.
    let rank = RANKS.get(term).copied().unwrap_or(RANKS.len()) as f64;
    (TERMS_IN_A_MEMORY / (rank + 10.0)).min(0.5)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::analysis::query_terms;

    #[test]
    fn odds_and_evidence_are_each_others() {
        for evidence in [1e-9, 0.04, 1.0, 30.0] {
            assert!((evidence_of(odds_of(evidence)) / evidence - 1.0).abs() < 1e-9);
        }
        assert_eq!(evidence_of(0.0), 0.0);
    }

    #[test]
    fn rare_english_words_have_a_small_share() {
        assert!(general_share("go") > general_share("harpsichord"));
        assert!(general_share(&stem("went")) > general_share("zzyzx"));
        let grammar = query_terms("ですね");
        assert!(general_share(&grammar[0]) > general_share(&query_terms("寿司")[0]));
    }
}
