//! Orders memories by how well they answer a query, and scores each answer.
//!
//! The score combines these signals:
//!
//! - **Words**: the share of the query's information that a memory's words hold (BM25's term
//!   weights, divided by those of a perfect match). It is taken of the memory alone, and of the
//!   memory together with its neighbours of the same add, since an answer often stands next to the
//!   words of the question.
//! - **Meaning**: how close the vectors of memory and query are (cosine).
//! - **Add**: what was said together with the best of all counts for a little more.
//! - **Passages**: of a long memory the best passage counts, by its words and by its vector, or all
//!   of its words together, if they hold more.
//! - **Speaker**: a query that names a speaker of the scope is better answered by that speaker's
//!   own words.
//! - **Questions**: a memory that asks, or that only repeats what is asked, comes behind what
//!   answers.
//! - **Time**: a query that names a time raises the memories of that time.
//!
//! The result is one number. The ranking sorts by it, and a caller sees it, less where it stands
//! alone, and cuts with `threshold`. It does not depend on which other memories are ranked.

mod asker;
mod bounds;
mod candidates;
mod chance;
mod lending;
mod passages;

use std::cell::OnceCell;
use std::cmp::{Ordering, Reverse};
use std::collections::HashMap;

use self::asker::{asker, share_of};
use self::candidates::{Candidate, NOTHING_IN_COMMON, above, highest};
use self::chance::Chance;
use self::lending::{Neighbour, with_lent};
use crate::giving_way::give_way_for_now;
use crate::retrieval::long_memories::PassageWords;
use crate::retrieval::nearest_words::NearestWords;
use crate::retrieval::query::Query;
use crate::retrieval::query::part::QueryPart;
use crate::retrieval::query_word::QueryWord;
use crate::retrieval::quotes::Phrase;
use crate::retrieval::score_breakdown::support;
use crate::retrieval::scoring::{
    Features, Mention, Mentioned, Mentions, NEIGHBOUR_WEIGHTS, OTHER_ASKER, OTHER_SPEAKER, Scored,
    Scorer, is_common,
};
use crate::retrieval::term_places::TermPlaces;
use crate::retrieval::time_context::TimeContext;
use crate::retrieval::visible_memories::VisibleMemories;
use crate::text::analysed_text::{AnalysedText, AnalysedWord};

/// Score this many candidates per requested hit, and at least [`LIKELY`], before pruning the others
/// by the best scores so far.
const LIKELY_FOR_ONE: usize = 4;
const LIKELY: usize = 64;

/// A word is above chance that at most one of so many memories has.
const RARE: usize = 10;

/// A memory's place in the ranking.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Ranked {
    /// Its index among the visible memories.
    pub(crate) place: usize,
    /// How well it answers.
    pub(crate) scored: Scored,
    /// The best evidence in its add, as a share of the best of all.
    pub(crate) best_of_add: f64,
}

/// The visible memories, ranked for one query.
pub(crate) struct Ranking<'a> {
    view: &'a VisibleMemories,
    query: &'a Query,
    times: &'a TimeContext,
    found: TermPlaces,
    /// The same in the sources of memories; `None` where these do not count.
    found_in_sources: Option<TermPlaces>,
    scorer: Scorer,
    /// For each part of the query, by place. Empty when it has no vector.
    cosines: Vec<Vec<f32>>,
    /// For each of these, what is chance among them.
    chances: OnceCell<Vec<Chance>>,
    /// For each memory, the share of the named speakers that it is by, or of the name of who asks
    /// that it has. Empty when nobody is named.
    speaking: Vec<f64>,
}

impl<'a> Ranking<'a> {
    pub(crate) fn new(view: &'a VisibleMemories, query: &'a Query, times: &'a TimeContext) -> Self {
        let words = &query.words;
        let found = TermPlaces::all(view, words);
        let by_sources = query.by_sources && view.has_sources();
        let found_in_sources = by_sources.then(|| TermPlaces::in_sources(view, words));
        let directions = query.parts.iter().map(|part| view.direction(part.vector.as_ref()?));
        let directions: Vec<_> = directions.collect();
        let has_direction: Vec<_> = directions.iter().map(Option::is_some).collect();
        let mut cosines =
            view.cosines(directions.into_iter().flatten().collect(), by_sources).into_iter();
        let cosines = has_direction.into_iter().map(|has| has.then(|| cosines.next()).flatten());
        let is_speaker =
            |word: &&QueryWord| word.portion() > 0.0 && word.spoken(view).next().is_some();
        let named: Vec<_> = words.iter().filter(is_speaker).collect();
        let (others_keep, speaking) = if !named.is_empty() {
            (OTHER_SPEAKER, share_of(view, &named, |word| word.spoken(view).collect()))
        } else if let Some(asker) = asker(view, &query.asker) {
            (OTHER_ASKER, asker)
        } else {
            (1.0, Vec::new())
        };
        Self {
            view,
            query,
            times,
            scorer: Scorer::new(words, &query.parts, view.len(), &found.containing, others_keep),
            found,
            found_in_sources,
            cosines: cosines.map(Option::unwrap_or_default).collect(),
            chances: OnceCell::new(),
            speaking,
        }
    }

    /// The best `count` memories, best first. Equal evidence is ordered by age (newer first), then
    /// in storage order. Memories that have nothing in common with the query are left out.
    ///
    /// Those are scored first that may be best. What cannot be better than the last of them is
    /// never scored.
    pub(crate) fn best(&self, count: usize) -> Vec<Ranked> {
        let mut bounds = self.bounds();
        let at_once = LIKELY.max(LIKELY_FOR_ONE * count);
        let mut candidates = highest(&bounds, at_once);
        let mut mentioned = self.scorer.nothing_mentioned();
        let mut best: Vec<Ranked> = Vec::new();
        let mut score = |candidates: &[Candidate], best: &mut Vec<Ranked>| -> f64 {
            let places = candidates.iter().map(|candidate| candidate.place);
            best.extend(places.filter_map(|place| self.scored(place, &mut mentioned)));
            if !(1..=best.len()).contains(&count) {
                return 0.0;
            }
            best.select_nth_unstable_by(count - 1, |a, b| {
                b.scored.evidence.total_cmp(&a.scored.evidence)
            });
            best.get(count - 1).map_or(0.0, |last| last.scored.least())
        };
        let mut least = score(&candidates, &mut best);
        for candidate in &candidates {
            if let Some(bound) = bounds.get_mut(candidate.place) {
                *bound = NOTHING_IN_COMMON;
            }
        }
        candidates.clear();
        candidates.extend(above(&bounds, least));
        candidates.sort_unstable_by(Candidate::order);
        for candidates in candidates.chunks(at_once) {
            if candidates.first().is_some_and(|first| first.most < least) {
                break;
            }
            least = score(candidates, &mut best);
        }
        self.beside_their_adds(&mut best);
        self.sorted(best, count)
    }

    /// One memory; `None` when it has nothing in common with the query.
    pub(crate) fn one(&self, place: usize) -> Option<Ranked> {
        self.scored(place, &mut self.scorer.nothing_mentioned())
    }

    /// Compares the best of each add with the best of all. An add's best is among the ranked ones
    /// if another of its memories can be among the first.
    fn beside_their_adds(&self, ranked: &mut [Ranked]) {
        if !self.query.has_neighbours {
            return;
        }
        let add = |ranked: &Ranked| self.view.memory(ranked.place).map(|memory| memory.event_seq);
        let (mut best, mut bests) = (0.0, HashMap::new());
        for one in ranked.iter() {
            let of_add: &mut f64 = bests.entry(add(one)).or_default();
            *of_add = of_add.max(one.scored.evidence);
            best = f64::max(best, one.scored.evidence);
        }
        for one in ranked.iter_mut().filter(|_| best > 0.0) {
            one.best_of_add = bests.get(&add(one)).map_or(0.0, |of_add| of_add / best);
            one.scored = one.scored.beside(one.best_of_add);
        }
    }

    /// The neighbours that lend to a memory, and how much each does.
    fn lending(&self, place: usize) -> impl Iterator<Item = (usize, f64)> + Clone {
        let has_neighbours = self.query.has_neighbours;
        let sides = has_neighbours.then(|| [self.view.before(place), self.view.after(place)]);
        let around =
            sides.into_iter().flatten().flat_map(|side| side.into_iter().zip(NEIGHBOUR_WEIGHTS));
        around.filter_map(|(place, weight)| Some((place?, weight)))
    }

    /// The score of a memory. `None` when it has nothing in common with the query.
    fn scored(&self, place: usize, mentioned: &mut Mentioned) -> Option<Ranked> {
        give_way_for_now();
        mentioned.clear();
        let found = |place: usize, weight: f64, into: &mut Mentions| {
            self.add_mentions(place, weight, into);
        };
        self.collect(place, found, mentioned);
        if let Some(passages) = self.view.passages(place) {
            let mentions = self.mentions_by_passage(self.found.mentions(place), passages);
            self.raise_shares(passages, &mentions, &mut mentioned.passages);
        }
        self.raise_to_sources(place, &mut mentioned.passages);
        let ranked = self.score(place, false, mentioned);
        let has_words = mentioned.own.counts.iter().any(|count| *count > 0.0)
            || mentioned.passages.iter().any(|share| *share > 0.0);
        let mut cosines = self.cosines.iter().filter_map(|cosines| cosines.get(place));
        let has_meaning = cosines.any(|cosine| *cosine != 0.0);
        (has_words || has_meaning || ranked.scored.evidence > 0.0).then_some(ranked)
    }

    /// Ranks a few memories again, more slowly and more exactly, on the same scale. `texts` are the
    /// analysed texts of these memories and of their neighbours, by place.
    ///
    /// Where a word of the query is missing, the word nearest in meaning counts for part of it, in
    /// the memory and in its neighbours.
    pub(crate) fn again(&self, pool: &[Ranked], texts: &HashMap<usize, String>) -> Vec<Ranked> {
        let words = texts.values().flat_map(|text| AnalysedText::read(text).words());
        let asked = self.query.words.iter().map(QueryWord::term);
        let nearest = NearestWords::of(asked, words.map(AnalysedWord::term));
        let read: HashMap<usize, (Mentions, Vec<f64>)> =
            texts.iter().map(|(place, text)| (*place, self.read(*place, text, &nearest))).collect();
        let ranked = pool.iter().map(|ranked| {
            let mut mentioned = self.scorer.nothing_mentioned();
            let found = |place: usize, weight: f64, into: &mut Mentions| {
                let Some((mentions, _)) = read.get(&place) else { return };
                into.texts += weight * mentions.texts;
                into.terms += weight * mentions.terms;
                for (count, more) in into.counts.iter_mut().zip(&mentions.counts) {
                    *count += weight * more;
                }
            };
            self.collect(ranked.place, found, &mut mentioned);
            if let Some((_, shares)) = read.get(&ranked.place) {
                mentioned.passages.clone_from(shares);
            }
            let Ranked { place, best_of_add, .. } = *ranked;
            let again = self.score(place, true, &mentioned);
            Ranked { scored: again.scored.beside(best_of_add), best_of_add, ..again }
        });
        self.sorted(ranked.collect(), pool.len())
    }

    /// The mentions in a memory with its analysed text, where the nearest words stand in for those
    /// that are missing, and the shares of its best passages.
    fn read(&self, place: usize, text: &str, nearest: &NearestWords<'_>) -> (Mentions, Vec<f64>) {
        give_way_for_now();
        let terms = self.query.words.len();
        let mut mentions = self.scorer.no_mentions();
        self.add_mentions(place, 1.0, &mut mentions);
        let passages = self.view.passages(place);
        let mut near = vec![0.0; terms];
        let mut near_in = vec![vec![0.0; terms]; passages.map_or(0, PassageWords::len)];
        for (at, word) in AnalysedText::read(text).words().enumerate() {
            nearest.raise(&mut near, word.term());
            for near in near_in.get_mut(passages.map_or(0..0, |it| it.at(at))).into_iter().flatten()
            {
                nearest.raise(near, word.term());
            }
        }
        for (count, near) in mentions.counts.iter_mut().zip(near) {
            *count = f64::max(*count, near);
        }
        let mut shares = Vec::new();
        if let Some(passages) = passages {
            let mut by_passage = self.mentions_by_passage(self.found.mentions(place), passages);
            for (mentions, near) in by_passage.iter_mut().zip(near_in) {
                let mut near: Vec<_> = near.into_iter().map(|near| near as f32).collect();
                for mention in mentions.iter() {
                    if let Some(near) = near.get_mut(usize::from(mention.term)) {
                        *near = near.max(mention.count);
                    }
                }
                let near = (0..).zip(near).filter(|(_, count)| *count > 0.0);
                *mentions = near.map(|(term, count)| Mention { term, count }).collect();
            }
            self.raise_shares(passages, &by_passage, &mut shares);
        }
        self.raise_to_sources(place, &mut shares);
        (mentions, shares)
    }

    /// Raises those of the ranked memories that have a phrase as it is. `texts` are their analysed
    /// texts, by place.
    pub(crate) fn quoting(
        &self,
        mut ranked: Vec<Ranked>,
        texts: &HashMap<usize, String>,
        phrases: &[Phrase],
    ) -> Vec<Ranked> {
        for one in &mut ranked {
            give_way_for_now();
            let has = |text: &String| phrases.iter().any(|phrase| phrase.is_in(text));
            if texts.get(&one.place).is_some_and(has) {
                one.scored = one.scored.quoted();
            }
        }
        let count = ranked.len();
        self.sorted(ranked, count)
    }

    /// The same memories with the scores to show, which depend on the scope's other memories.
    pub(crate) fn believed(&self, mut ranked: Vec<Ranked>) -> Vec<Ranked> {
        let support = if self.query.asks_everything { 1.0 } else { support(&self.cosines) };
        for one in &mut ranked {
            one.scored = one.scored.believed(support);
        }
        ranked
    }

    /// Whether a memory's meaning is nearer than chance lets unrelated ones be. Where the query has
    /// a meaning that the embedder cannot read, a rare word in common has to do.
    pub(crate) fn is_above_chance(&self, place: usize) -> bool {
        let is_unread =
            |part: &QueryPart| part.vector.as_ref().is_some_and(|vector| vector.is_zero());
        if self.query.parts.iter().all(is_unread) {
            let most = self.view.len().div_ceil(RARE);
            let found =
                || [Some(&self.found), self.found_in_sources.as_ref()].into_iter().flatten();
            let is_rare = |term: usize| {
                found().all(|found| found.containing.get(term).is_some_and(|it| *it <= most))
            };
            return found().flat_map(|found| found.mentions(place)).any(
                |Mention { term, .. }| {
                    let term = usize::from(*term);
                    let word = self.query.words.get(term);
                    is_rare(term) && word.is_some_and(|it| !is_common(it.term()))
                },
            );
        }
        let chances = || self.cosines.iter().map(|cosines| Chance::among(cosines)).collect();
        let chances = self.chances.get_or_init(chances);
        self.cosines.iter().zip(chances).any(|(cosines, chance)| {
            cosines.get(place).is_some_and(|cosine| chance.is_above(*cosine))
        })
    }

    /// The places of a memory and of its neighbours.
    pub(crate) fn window(&self, place: usize) -> impl Iterator<Item = usize> {
        let sides = [self.view.before(place), self.view.after(place)];
        [place].into_iter().chain(sides.into_iter().flatten().flatten())
    }

    fn add_mentions(&self, place: usize, weight: f64, into: &mut Mentions) {
        into.texts += weight;
        into.terms +=
            weight * self.view.memory(place).map_or(0.0, |memory| f64::from(memory.terms));
        for mention in self.found.mentions(place) {
            if let Some(count) = into.counts.get_mut(usize::from(mention.term)) {
                *count += weight * f64::from(mention.count);
            }
        }
    }

    fn collect(
        &self,
        place: usize,
        mentions: impl Fn(usize, f64, &mut Mentions),
        into: &mut Mentioned,
    ) {
        let Mentioned { own, window, list, .. } = into;
        mentions(place, 1.0, own);
        mentions(place, 1.0, window);
        mentions(place, 1.0, list);
        for (neighbour, weight) in self.lending(place) {
            mentions(neighbour, weight, list);
            if self.view.take_turns(place, neighbour) {
                mentions(neighbour, weight, window);
            }
        }
    }

    fn score(&self, place: usize, reranked: bool, mentioned: &Mentioned) -> Ranked {
        let memory = self.view.memory(place);
        let features = Features {
            entity: self.speaking.get(place).copied().unwrap_or_default(),
            asks: memory.is_some_and(|memory| memory.asks),
            repeats: self.repeats(place),
            time: memory.map_or(0.0, |memory| self.times.fit(memory)),
            freshness: memory.map_or(1.0, |memory| self.times.freshness(memory)),
            reranked,
            is_asked_for: self.query.asks_everything,
        };
        let lending = self.lending(place);
        let cosines = self.cosines.iter().map(|cosines| {
            let at = |at: usize| cosines.get(at).map_or(0.0, |it| f64::from(it.clamp(0.0, 1.0)));
            let neighbours = lending.clone().map(|(beside, weight)| Neighbour {
                cosine: at(beside),
                weight,
                takes_turns: self.view.take_turns(place, beside),
            });
            with_lent(at(place), neighbours)
        });
        let scored = self.scorer.score(&features, self.query.closeness, cosines, mentioned);
        Ranked { place, scored, best_of_add: 1.0 }
    }

    /// Whether a memory says nothing beyond the question: all of its words are the query's.
    fn repeats(&self, place: usize) -> bool {
        let said = self.view.memory(place).map_or(0, |memory| memory.said);
        let is_named = self.speaking.get(place).is_some_and(|share| *share > 0.0);
        // Another form of a word may be found by several words of the query, and a character by
        // the pair that it is in.
        let is_word = |mention: &&Mention| {
            let word = self.query.words.get(usize::from(mention.term));
            word.is_some_and(|word| word.portion() > 0.0)
        };
        let of_query = self.found.mentions(place).iter().filter(is_word);
        let of_query = of_query.map(|mention| mention.count.floor());
        self.query.asks_what && !is_named && said > 0 && of_query.sum::<f32>() >= said as f32
    }

    fn sorted(&self, mut ranked: Vec<Ranked>, count: usize) -> Vec<Ranked> {
        let created_at = |ranked: &Ranked| self.view.memory(ranked.place).map(|it| it.created_at);
        let order = |a: &Ranked, b: &Ranked| -> Ordering {
            let newer_first = || Reverse(created_at(a)).cmp(&Reverse(created_at(b)));
            b.scored
                .evidence
                .total_cmp(&a.scored.evidence)
                .then_with(newer_first)
                .then(a.place.cmp(&b.place))
        };
        if ranked.len() > count && count > 0 {
            ranked.select_nth_unstable_by(count - 1, order);
        }
        ranked.truncate(count);
        ranked.sort_unstable_by(order);
        ranked
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::candidates::STRIDE;
    use super::*;
    use crate::components::VectorKind;
    use crate::folder::text_index::{Indexed, read_passages};
    use crate::retrieval::memory_index::{IndexedMemory, MemoryIndex, speaker as hashed};
    use crate::retrieval::query::parts_of;
    use crate::retrieval::score_breakdown::ScoreParts;
    use crate::retrieval::time_expression;
    use crate::text::analysed_text;
    use crate::text::built_in::BuiltInEmbedder;

    fn query(text: &str) -> Query {
        let parts = parts_of(text);
        let vectors = parts.iter().map(|part| BuiltInEmbedder.embed_now(part)).collect();
        Query::new(&parts, vectors)
    }

    /// A message: its speaker and its text.
    type Said<'a> = (Option<&'a str>, &'a str);

    /// The memories of these messages: each list is one add, a second after the one before. Where
    /// no names are given, three take turns.
    fn scope(adds: &[&[Said<'_>]]) -> VisibleMemories {
        let mut growing = MemoryIndex::new(VectorKind { generation: 0, dimensions: 256 }).grow();
        let mut seq = 0;
        for (event_seq, add) in (0_i64..).zip(adds) {
            for (position, (speaker, text)) in (0_i64..).zip(*add) {
                seq += 1;
                let indexed = Indexed::of(*speaker, text);
                let passages = read_passages(indexed.passages.as_deref());
                let memory = IndexedMemory {
                    event_seq,
                    position,
                    created_at: event_seq * 1_000_000,
                    updated_at: event_seq * 1_000_000,
                    speaker: speaker
                        .map_or(position as u32 % 3, |name| hashed(b"user", Some(name.as_bytes()))),
                    ..IndexedMemory::new(seq)
                };
                let vectors = indexed.vectors.unwrap_or_default();
                growing.push(memory, &vectors, &indexed.terms, &passages, None);
            }
        }
        VisibleMemories::all(Arc::new(growing.done()))
    }

    /// The memories of these texts, each from its own add, oldest first.
    fn texts(texts: &[&str]) -> VisibleMemories {
        let adds: Vec<_> = texts.iter().map(|text| vec![(None, *text)]).collect();
        scope(&adds.iter().map(Vec::as_slice).collect::<Vec<_>>())
    }

    fn ranked(view: &VisibleMemories, query: &Query) -> Vec<Ranked> {
        Ranking::new(view, query, &TimeContext::default()).best(view.len())
    }

    /// All of the memories, ranked again.
    fn reranked(view: &VisibleMemories, query: &Query, said: &[&str]) -> Vec<Ranked> {
        let times = TimeContext::default();
        let ranking = Ranking::new(view, query, &times);
        let texts = said.iter().map(|text| analysed_text::write(None, text)).enumerate().collect();
        ranking.again(&ranking.best(view.len()), &texts)
    }

    fn places(ranked: &[Ranked]) -> Vec<usize> {
        ranked.iter().map(|ranked| ranked.place).collect()
    }

    fn words(text: &str) -> Query {
        query(text).without_meaning()
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
        for (query, answer) in [(words("When is the N4?"), 4), (query("祖母の好物は？"), 3)]
        {
            let ranked = ranked(&texts(&TEXTS), &query);
            assert_eq!(ranked[0].place, answer);
            assert!(ranked[0].scored.score > 0.35);
            assert_eq!(ranked[0].scored.breakdown.semantic, 0.0);
            assert!(ranked.get(1).is_none_or(|next| next.scored.score < 0.1));
        }
    }

    #[test]
    fn meaning_finds_what_words_cannot() {
        for (text, answer) in [("Which automobile was purchased?", 0), ("Which physician?", 2)] {
            let ranked = ranked(&texts(&TEXTS), &query(text));
            assert_eq!(ranked[0].place, answer, "{text}");
            assert_eq!(ranked[0].scored.breakdown.bm25, 0.0);
            assert!(ranked[0].scored.score > 0.1);
        }
    }

    #[test]
    fn a_query_without_an_answer_scores_low() {
        for text in
            ["Which volcano erupted?", "Who won the chess tournament?", "火山は噴火しましたか"]
        {
            let ranked = ranked(&texts(&TEXTS), &query(text));
            assert!(ranked.first().is_none_or(|best| best.scored.score < 0.2), "{text}");
        }
    }

    #[test]
    fn scores_and_their_parts_are_bounded_and_fall_along_the_ranking() {
        let long = TEXTS.join(" ").repeat(50);
        let mut all = TEXTS.to_vec();
        all.extend(["", "🍕", long.as_str(), "car car car car car car car car"]);
        let view = texts(&all);
        for text in ["a red car", "car", "", "the", "🍕", "祖母", TEXTS[0], long.as_str()] {
            let ranked = ranked(&view, &query(text));
            assert!(ranked.is_sorted_by(|a, b| a.scored.score >= b.scored.score));
            for Scored { score, breakdown, .. } in ranked.into_iter().map(|ranked| ranked.scored) {
                assert_eq!(score, (score * 1000.0).round() / 1000.0);
                let ScoreParts { semantic, bm25, entity, time, .. } = breakdown;
                for part in [score, semantic, bm25, entity, time] {
                    assert!((0.0..=1.0).contains(&part), "{text}: {part}");
                }
                let sum = semantic + bm25 + entity + time;
                assert!((sum - score).abs() < 1e-9, "{text}: {sum} and {score}");
            }
        }
    }

    #[test]
    fn a_score_grows_with_each_of_its_parts() {
        let view = texts(&TEXTS[..1]);
        let score = |query: &Query| ranked(&view, query)[0].scored.score;
        let (words_alone, both) = (score(&words("red car")), score(&query("red car")));
        let meaning_alone = score(&query("red car").without_words());
        assert!(words_alone > 0.0 && meaning_alone > 0.0);
        assert!(both > words_alone.max(meaning_alone));
        let view = texts(&["a red car", "a red bike", "a red", "a blue bike"]);
        let more = ranked(&view, &words("red car"));
        assert_eq!(more[0].place, 0);
        assert!(
            more[0].scored.score > more[1].scored.score
                && more.iter().all(|ranked| ranked.place != 3)
        );
    }

    #[test]
    fn a_score_does_not_depend_on_how_many_are_ranked() {
        let view = texts(&TEXTS);
        let query = query("Did she buy a red car?");
        let all = ranked(&view, &query);
        let times = TimeContext::default();
        for count in 1..all.len() {
            assert_eq!(Ranking::new(&view, &query, &times).best(count), all[..count]);
        }
        let again = reranked(&view, &query, &TEXTS);
        let ranking = Ranking::new(&view, &query, &times);
        for one in again {
            let text = analysed_text::write(None, TEXTS[one.place]);
            let alone = ranking.again(&[one], &HashMap::from([(one.place, text)]));
            assert_eq!(alone, [one]);
        }
    }

    /// Every memory is scored, and compared with each direction one by one.
    fn ranked_exhaustively(ranking: &Ranking<'_>) -> Vec<Ranked> {
        let mut mentioned = ranking.scorer.nothing_mentioned();
        let places = 0..ranking.view.len();
        let scored = places.filter_map(|place| ranking.scored(place, &mut mentioned));
        let mut all: Vec<_> = scored.collect();
        ranking.beside_their_adds(&mut all);
        ranking.sorted(all, usize::MAX)
    }

    /// Pruning loses none of the best memories, and changes no score, whatever is asked of
    /// whichever memories.
    #[test]
    fn the_best_of_many_are_those_of_all() {
        let mut rng = fastrand::Rng::with_seed(11);
        let words: Vec<_> = TEXTS.iter().flat_map(|text| text.split(' ')).collect();
        let some = |rng: &mut fastrand::Rng, most: usize| {
            let length = rng.usize(1..most);
            (0..length).map(|_| words[rng.usize(..words.len())]).collect::<Vec<_>>().join(" ")
        };
        let long = |rng: &mut fastrand::Rng| {
            (0..rng.usize(15..30)).map(|_| some(rng, 20) + ". ").collect::<String>()
        };
        // More than are bounded or looked up at once.
        let adds: Vec<Vec<_>> = (0..1_000)
            .map(|_| {
                let text = |rng: &mut fastrand::Rng| match rng.usize(..100) {
                    0 => long(rng),
                    1 => String::new(),
                    _ => some(rng, 12),
                };
                (0..rng.usize(1..5)).map(|_| text(&mut rng)).collect()
            })
            .collect();
        let speakers = [None, Some("Aya"), Some("The doctor")];
        let said: Vec<Vec<Said<'_>>> = adds
            .iter()
            .map(|add| add.iter().map(|text| (speakers[rng.usize(..3)], text.as_str())).collect())
            .collect();
        let all = scope(&said.iter().map(Vec::as_slice).collect::<Vec<_>>());
        assert!(all.len() > 2 * STRIDE && (0..all.len()).any(|at| all.passages(at).is_some()));
        let index = all.index();
        let few = VisibleMemories::new(index.clone(), |memory| memory.seq % 97 == 3);
        let most = VisibleMemories::new(index, |memory| memory.seq % 5 != 1);
        let now = 20 * crate::clock::MICROS_PER_DAY;
        let decaying = TimeContext { reference: 0, decay: true, ..TimeContext::default() };
        let named = TimeContext {
            named: time_expression::spans("20 days ago", now),
            ..TimeContext::default()
        };
        let (mut pruned, plain) = (0, TimeContext::default());
        for (view, times) in
            [(&all, &plain), (&all, &decaying), (&most, &plain), (&few, &named), (&all, &named)]
        {
            for turn in 0..4 {
                let sentences = if turn % 4 == 3 { 1 + rng.usize(..20) } else { 1 };
                let text = (0..sentences).map(|_| some(&mut rng, 8) + ". ").collect::<String>();
                let query = query(&text);
                for query in [
                    query.clone().without_meaning(),
                    query.clone().without_words(),
                    query.clone().without_neighbours(),
                    query.clone().of_sentences().for_everything(),
                    query,
                ] {
                    let ranking = Ranking::new(view, &query, times);
                    let all = ranked_exhaustively(&ranking);
                    let with_evidence = all.iter().filter(|it| it.scored.evidence > 0.0).count();
                    for count in [1, 10, 100, view.len()] {
                        let best = ranking.best(count);
                        assert!(best.len() <= count && best.len() >= with_evidence.min(count));
                        let compared = best.len().min(with_evidence);
                        assert_eq!(best[..compared], all[..compared], "{query:?}");
                        assert!(best[compared..].iter().all(|it| it.scored.evidence == 0.0));
                    }
                    let bounds = ranking.bounds();
                    let tenth = all.get(9).map_or(0.0, |it| it.scored.evidence);
                    pruned += bounds.iter().filter(|bound| **bound < tenth).count();
                    for one in &all[..with_evidence] {
                        assert!(bounds[one.place] >= one.scored.evidence, "{query:?}");
                    }
                }
            }
        }
        assert!(pruned > 10_000, "{pruned}");
    }

    #[test]
    fn scopes_of_no_one_and_two_memories_work() {
        let query = query("What car did you buy?");
        assert!(ranked(&texts(&[]), &query).is_empty());
        assert!(ranked(&texts(&TEXTS[..1]), &query)[0].scored.score > 0.2);
        assert!(ranked(&texts(&TEXTS[1..2]), &query)[0].scored.score < 0.2);
        let two = ranked(&texts(&[TEXTS[1], TEXTS[0]]), &query);
        assert_eq!(two[0].place, 1);
        assert!(two[0].scored.score > two[1].scored.score + 0.1);
    }

    #[test]
    fn equal_scores_are_ordered_by_age_then_by_storage() {
        let query = query("car");
        let view = scope(&[&[(None, "My car")], &[(None, "A car"), (None, "The car")]]);
        let ranked = ranked(&view, &words("car"));
        let highest: Vec<_> =
            ranked.iter().filter(|it| it.scored.score == ranked[0].scored.score).collect();
        assert_eq!(highest.iter().map(|it| it.place).collect::<Vec<_>>(), [1, 2]);
        let view = texts(&["My car", "My car", "My car"]);
        assert_eq!(places(&super::tests::ranked(&view, &query)), [2, 1, 0]);
    }

    #[test]
    fn neighbours_lend_their_words_but_count_less_than_own_words() {
        let query = words("What is the cat's name?");
        let question = (None, "What is the name of your cat?");
        let (answer, other) = ((None, "My cat is Biscuit"), (None, "Soup"));
        let view =
            scope(&[&[answer], &[question, answer], &[answer, question], &[question, other]]);
        let all = ranked(&view, &query);
        let score = |place| all.iter().find(|it| it.place == place).map(|it| it.scored.score);
        assert!(score(2) > score(0) && score(0) > Some(0.0));
        assert_eq!(score(2), score(3));
        // A memory with nothing of its own is not carried by its neighbours.
        assert_eq!(score(6), None);
        let alone = query.without_neighbours();
        let all = ranked(&view, &alone);
        let score = |place| all.iter().find(|it| it.place == place).map(|it| it.scored.score);
        assert_eq!(score(0), score(2));
    }

    #[test]
    fn what_one_speaker_says_in_a_row_lends_less() {
        let facts = ["The trip was splendid", "Zanzibar is hot", "The trip ended in May"];
        let scores = |speakers: [&str; 3]| {
            let said: Vec<_> = speakers.map(Some).into_iter().zip(facts).collect();
            let ranked = ranked(&scope(&[&said]), &words("trip to Zanzibar"));
            facts
                .iter()
                .enumerate()
                .map(|(place, _)| {
                    ranked.iter().find(|it| it.place == place).map_or(0.0, |it| it.scored.score)
                })
                .collect::<Vec<_>>()
        };
        let (list, turns) = (scores(["Ann", "Ann", "Ann"]), scores(["Ann", "Bo", "Ann"]));
        assert!(turns.iter().zip(&list).all(|(turn, fact)| turn > fact), "{turns:?}, {list:?}");
    }

    #[test]
    fn a_farther_neighbour_lends_less_than_a_nearer_one() {
        let (said, other) = ((None, "A lighthouse of stone"), (None, "Stone soup"));
        let score = |add: &[Said<'_>]| {
            let ranked = ranked(&scope(&[add]), &words("stone lighthouse"));
            ranked.iter().find(|it| it.place + 1 == add.len()).map(|it| it.scored.score)
        };
        let (near, far) = (score(&[said, other]), score(&[said, other, other]));
        let alone = score(&[said, other, other, other]);
        assert!(near > far && far > alone, "{near:?}, {far:?} and {alone:?}");
    }

    #[test]
    fn what_was_said_together_with_the_best_counts_a_little_more() {
        let (best, more) = ((None, "A lighthouse of grey stone"), (None, "The lighthouse leaks"));
        let (other, apart) = ((None, "Soup"), (None, "Cold soup"));
        // Four messages between them: they are no neighbours.
        let together = [best, other, apart, other, apart, more];
        let view = scope(&[&[more], &together, &[more]]);
        let all = ranked(&view, &words("grey stone lighthouse"));
        assert_eq!(places(&all)[..2], [1, 6]);
        let one = |place| all.iter().find(|it| it.place == place).map(|it| it.scored).unwrap();
        for place in [0, 7] {
            assert!(one(6).evidence > 1.05 * one(place).evidence);
            assert!(one(6).score > one(place).score);
        }
        let parts = one(6).breakdown;
        let sum = parts.semantic + parts.bm25 + parts.entity + parts.time;
        assert!((sum - one(6).score).abs() < 1e-9, "{parts:?}");
        // Not where memories stand by themselves.
        let all = ranked(&view, &words("grey stone lighthouse").without_neighbours());
        let one = |place| all.iter().find(|it| it.place == place).map(|it| it.scored).unwrap();
        assert_eq!(one(6).evidence, one(0).evidence);
    }

    #[test]
    fn a_named_speaker_ranks_above_one_who_mentions_the_name() {
        let query = words("What does Nadia love?");
        let nadia = (Some("Nadia"), "I love music");
        let kenji = (Some("Kenji"), "Nadia, Nadia, love is love, I love music too");
        let ranked = ranked(&scope(&[&[nadia], &[kenji]]), &query);
        let entities: Vec<_> =
            ranked.iter().map(|it| (it.place, it.scored.breakdown.entity)).collect();
        assert!(entities[0].0 == 0 && entities[0].1 > 0.1, "{entities:?}");
        assert_eq!(entities[1], (1, 0.0));
        // By words alone, the order is the other way round.
        let view = texts(&["nadia I love music", kenji.1]);
        assert_eq!(super::tests::ranked(&view, &query)[0].place, 1);
    }

    #[test]
    fn time_and_freshness_change_the_odds() {
        let view = texts(&[TEXTS[0], TEXTS[2]]);
        let query = query("a red car");
        let score = |times: &TimeContext, place| {
            let ranked = Ranking::new(&view, &query, times).best(2);
            ranked.iter().find(|it| it.place == place).map_or(0.0, |it| it.scored.score)
        };
        let plain = score(&TimeContext::default(), 0);
        let now = 20 * crate::clock::MICROS_PER_DAY;
        let on = |text| TimeContext {
            named: time_expression::spans(text, now),
            ..TimeContext::default()
        };
        // The memories are from the first day of 1970.
        let (right, late) = (on("20 days ago"), on("on 1969-12-30"));
        assert!(score(&right, 0) > score(&late, 0) && score(&late, 0) > plain);
        let old = TimeContext {
            reference: 900 * crate::clock::MICROS_PER_DAY,
            decay: true,
            ..TimeContext::default()
        };
        assert!(score(&old, 0) < plain);
        // The right time alone exceeds the default threshold, but not by much.
        assert!((0.1..0.3).contains(&score(&right, 1)), "{}", score(&right, 1));
    }

    #[test]
    fn reranking_lets_a_word_of_like_meaning_stand_in_for_a_missing_one() {
        let said = ["The doctor called", "The soup is cold"];
        let view = texts(&said);
        let query = words("Which physician?");
        assert!(ranked(&view, &query).is_empty());
        let (times, all) = (TimeContext::default(), [0, 1]);
        let ranking = Ranking::new(&view, &query, &times);
        let breakdown =
            ScoreParts { semantic: 0.0, bm25: 0.0, entity: 0.0, time: 0.0, passage: None };
        let scored = Scored { evidence: 0.0, score: 0.0, breakdown };
        let pool = all.map(|place| Ranked { place, scored, best_of_add: 1.0 });
        let texts = said.iter().map(|text| analysed_text::write(None, text)).enumerate().collect();
        let again = ranking.again(&pool, &texts);
        assert_eq!(again[0].place, 0);
        assert!(again[0].scored.score > 0.05 && again[1].scored.score == 0.0, "{again:?}");
    }

    #[test]
    fn rare_words_weigh_more_than_common_ones() {
        let ranked = ranked(&texts(&["people", "a harpsichord"]), &words("people harpsichord"));
        assert_eq!(ranked[0].place, 1);
    }

    #[test]
    fn nothing_of_the_content_is_in_debug_output() {
        assert!(!format!("{:?}", query("secret")).contains("secret"));
    }
}
