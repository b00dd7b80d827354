pub(crate) mod part;

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};
use std::fmt;

use crate::retrieval::query::part::QueryPart;
use crate::retrieval::query_word::QueryWord;
use crate::retrieval::scoring::{Closeness, general_weight, is_common};
use crate::retrieval::visible_memories::VisibleMemories;
use crate::text::analysis::query_words;
use crate::text::passages::Length;
use crate::text::pieces::pieces;
use crate::text::questions::{SURELY_ASKS, asking, asks_what};
use crate::text::vector::Vector;

/// The most pieces that are looked at one by one. Those of a longer query are put together, apart
/// from at most [`MOST_ALONE`], so that the question is not lost among them.
const MOST_PIECES: usize = 16;
const MOST_ALONE: usize = 12;

/// So many pieces at each end stay alone, where people ask.
const ENDS: usize = 2;

/// A question is looked for among so many pieces at each end, far more than a pasted page has.
const LOOKED_AT: usize = 1_000;

/// A sentence whose words weigh less, such as a greeting, says nothing beside one that says more.
const SAYS_SOMETHING: f64 = 4.0;

/// The share of its evidence that a memory keeps when it matches a part of the query alone.
const PART: f64 = 0.8;

/// A query of more half words is a page. Where it asks something, what does not ask counts for
/// this much less.
const PAGE: usize = 2 * 60;
const BESIDE_QUESTION: f64 = 0.5;

/// Who asks has at most so many names.
const MOST_NAMES: usize = 3;

/// A text of so many bytes is not weighed, since a pasted page would hold up the caller's thread.
const SAYS_SOMETHING_FOR_SURE: usize = 1024;

/// The texts of a query that are embedded and compared: first the query without what says nothing,
/// then each of its sentences, if there are several.
pub(crate) fn parts_of(query: &str) -> Vec<String> {
    let pieces = pieces(query);
    if pieces.len() < 2 {
        return vec![query.to_owned()];
    }
    let groups = grouped(&pieces);
    let weight = |group: &str| match group.len() {
        ..SAYS_SOMETHING_FOR_SURE => {
            let words = query_words(group).into_iter();
            words.map(|word| general_weight(&word.term) * f64::from(word.portion)).sum()
        }
        _ => SAYS_SOMETHING,
    };
    let weighed: Vec<(f64, String)> =
        groups.into_iter().map(|group| (weight(&group), group)).collect();
    let most = weighed.iter().map(|(weight, _)| *weight).fold(0.0, f64::max);
    let saying = weighed.into_iter().filter(|(weight, _)| *weight >= most.min(SAYS_SOMETHING));
    let mut parts: Vec<_> = saying.map(|(_, group)| group).collect();
    if parts.len() > 1 {
        parts.insert(0, parts.join(" "));
    }
    parts
}

/// The pieces of a query, of which those of a longer one are put together, apart from
/// [those](alone) that may ask.
fn grouped(pieces: &[&str]) -> Vec<String> {
    if pieces.len() <= MOST_PIECES {
        return pieces.iter().map(|piece| (*piece).to_owned()).collect();
    }
    let alone = alone(pieces);
    let mut others: Vec<_> = (0..pieces.len()).filter(|place| !alone.contains(place)).collect();
    let together = others.len().div_ceil(MOST_PIECES - alone.len()).max(1);
    let mut groups: Vec<Vec<usize>> = alone.into_iter().map(|place| vec![place]).collect();
    groups.extend(others.chunks_mut(together).map(|group| group.to_vec()));
    groups.sort_unstable();
    let text = |group: Vec<usize>| {
        let pieces: Vec<_> = group.iter().filter_map(|place| pieces.get(*place).copied()).collect();
        pieces.join(" ")
    };
    groups.into_iter().map(text).collect()
}

/// The places of the pieces that stay alone: those at both ends, and those that look most like
/// questions. Of equal ones, those nearer to an end.
fn alone(pieces: &[&str]) -> Vec<usize> {
    let last = pieces.len() - 1;
    let to_end = |place: usize| place.min(last - place);
    let looked_at = (0..pieces.len()).filter(|place| to_end(*place) < LOOKED_AT);
    let mut seen = HashSet::new();
    let mut asking: Vec<_> = looked_at
        .filter_map(|place| {
            let piece = pieces.get(place).filter(|piece| seen.insert(**piece))?;
            let asking = if to_end(place) < ENDS { u8::MAX } else { asking(piece) };
            (asking > 0).then_some((Reverse(asking), to_end(place), place))
        })
        .collect();
    asking.sort_unstable();
    asking.truncate(MOST_ALONE);
    asking.into_iter().map(|(_, _, place)| place).collect()
}

/// The name before a line of a conversation, as in `Mary Ann: Where were we?`.
fn asker(query: &str) -> Option<&str> {
    let (name, said) = query.split_once([':', '：'])?;
    let name = name.trim();
    let is_name = !name.is_empty()
        && name.split_whitespace().count() <= MOST_NAMES
        && name
            .chars()
            .all(|c| c.is_alphabetic() || matches!(c, ' ' | '-' | '\'' | '’' | '.' | '·'))
        && !name.starts_with(char::is_lowercase)
        && !query_words(name).iter().any(|word| is_common(&word.term));
    (is_name && said.starts_with(|c: char| c.is_whitespace() || !c.is_ascii())).then_some(name)
}

/// The [parts](parts_of) of a query as if its speakers were asked, where it names somebody who
/// speaks in the scope: who speaks of himself says "I", and seldom his name. `None` where it names
/// nobody.
pub(crate) fn addressed(parts: &[String], view: &VisibleMemories) -> Option<Vec<String>> {
    if !view.has_speakers() {
        return None;
    }
    let mut known = HashMap::new();
    let mut is_speaker = |word: &str| {
        *known.entry(word.to_owned()).or_insert_with(|| {
            let mut words = query_words(word).into_iter().map(QueryWord::of).peekable();
            words.peek().is_some() && words.all(|word| word.spoken(view).next().is_some())
        })
    };
    let new: Vec<_> = parts.iter().map(|part| with_you(part, &mut is_speaker)).collect();
    new.iter().any(Option::is_some).then(|| {
        new.into_iter().zip(parts).map(|(new, part)| new.unwrap_or_else(|| part.clone())).collect()
    })
}

/// An English text that says "you" where it names speakers; `None` where it names nobody. A name
/// has a capital if anything in the text has one.
fn with_you(text: &str, mut is_speaker: impl FnMut(&str) -> bool) -> Option<String> {
    let has_capitals = text.contains(char::is_uppercase);
    let (mut new, mut rest) = (String::with_capacity(text.len()), text);
    let (mut names, mut is_after_name) = (false, false);
    while !rest.is_empty() {
        let is_word = rest.starts_with(char::is_alphanumeric);
        let end = rest.find(|c: char| c.is_alphanumeric() != is_word).unwrap_or(rest.len());
        let (run, after) = rest.split_at(end);
        rest = after;
        let may_be_name = is_word && (!has_capitals || run.starts_with(char::is_uppercase));
        if !(may_be_name && is_speaker(run)) {
            if is_word && !run.is_ascii() {
                return None;
            }
            new.push_str(run);
            is_after_name &= run.trim().is_empty();
            continue;
        }
        if is_after_name {
            // The second word of a name.
            new.truncate(new.trim_end().len());
        } else {
            new.push_str("you");
        }
        let owning = ["'s", "\u{2019}s"].iter().find_map(|s| rest.strip_prefix(s));
        let owning = owning.filter(|after| !after.starts_with(char::is_alphanumeric));
        if let Some(after) = owning {
            new.push('r');
            rest = after;
        }
        (names, is_after_name) = (true, owning.is_none());
    }
    names.then_some(new)
}

/// A query, analysed and embedded once.
#[derive(Clone)]
pub(crate) struct Query {
    /// The distinct words of all parts.
    pub(crate) words: Vec<QueryWord>,
    pub(crate) parts: Vec<QueryPart>,
    /// What its cosines say.
    pub(crate) closeness: Closeness,
    /// Whether neighbours lend their words and their meaning.
    pub(crate) has_neighbours: bool,
    /// Whether memories are found by their sources, too.
    pub(crate) by_sources: bool,
    /// Whether it asks for all that is known.
    pub(crate) asks_everything: bool,
    /// The name of who asks, if it is written as a line of a conversation.
    pub(crate) asker: Vec<QueryWord>,
    /// Whether it asks for something that it does not say.
    pub(crate) asks_what: bool,
}

impl Query {
    /// Analyses the [parts](parts_of) of a query, whose vectors are given. Any text is allowed.
    pub(crate) fn new(texts: &[String], vectors: Vec<Vector>) -> Self {
        let mut places = HashMap::<String, u16>::new();
        let mut words = Vec::new();
        let mut vectors = vectors.into_iter();
        let mut parts = Vec::with_capacity(texts.len());
        let is_page = texts.first().is_some_and(|all| !Length::within(all, PAGE));
        let asks = |text: &str| asking(text) >= SURELY_ASKS;
        let has_question = is_page && texts.iter().skip(1).any(|text| asks(text));
        for (number, text) in texts.iter().enumerate() {
            let mut of_part: Vec<u16> = Vec::new();
            for word in query_words(text) {
                let next = u16::try_from(words.len()).unwrap_or(u16::MAX);
                let place = *places.entry(word.term.clone()).or_insert(next);
                if place == next {
                    words.push(QueryWord::of(word));
                }
                of_part.push(place);
            }
            of_part.sort_unstable();
            let kept = if number == 0 { 1.0 } else { PART };
            let kept = if has_question && !asks(text) { kept * BESIDE_QUESTION } else { kept };
            parts.push(QueryPart { terms: of_part, vector: vectors.next(), kept });
        }
        let closeness = Closeness::OF_WORDS;
        let asks_what = texts.iter().any(|text| asks_what(text));
        Self {
            words,
            parts,
            closeness,
            has_neighbours: true,
            by_sources: true,
            asks_everything: false,
            asker: Vec::new(),
            asks_what,
        }
    }

    /// The same query, with vectors of an embedder that reads sentences.
    pub(crate) fn of_sentences(self) -> Self {
        Self { closeness: Closeness::OF_SENTENCES, ..self }
    }

    /// The same query without its words: only meaning counts.
    pub(crate) fn without_words(self) -> Self {
        let parts = self.parts.into_iter().map(|part| QueryPart { terms: Vec::new(), ..part });
        Self { words: Vec::new(), parts: parts.collect(), ..self }
    }

    /// The same query without its meaning: only words count.
    pub(crate) fn without_meaning(self) -> Self {
        let parts = self.parts.into_iter().map(|part| QueryPart { vector: None, ..part });
        Self { parts: parts.collect(), ..self }
    }

    /// The same query, where it asks for all that is known.
    pub(crate) fn for_everything(self) -> Self {
        Self { asks_everything: true, ..self }
    }

    /// The same query, where this is its text as it was asked: it may begin with the name of who
    /// asks.
    pub(crate) fn asked_as(self, query: &str) -> Self {
        let words = query_words(asker(query).unwrap_or_default());
        Self { asker: words.into_iter().map(QueryWord::of).collect(), ..self }
    }

    /// The same query for memories by their own texts.
    pub(crate) fn without_sources(self) -> Self {
        Self { by_sources: false, ..self }
    }

    /// The same query for memories by themselves, whatever stands beside them.
    pub(crate) fn without_neighbours(self) -> Self {
        Self { has_neighbours: false, ..self }
    }
}

/// Shows sizes only: the terms are content.
impl fmt::Debug for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Query").field("words", &self.words.len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_says_nothing_is_left_out() {
        let question = "What is the code of my locker?";
        for around in [
            format!("Hi! {question} Thanks in advance!"),
            format!("Good morning. {question}\nThank you so much"),
            format!("Hallo! {question} Danke"),
            question.to_owned(),
        ] {
            assert_eq!(parts_of(&around), [question], "{around}");
        }
        for around in ["你好！{}谢谢你！", "您好，请问，{}提前感谢！", "早上好！{}"]
        {
            let question = "我的车停在哪儿了？";
            assert_eq!(parts_of(&around.replace("{}", question)), [question], "{around}");
        }
        assert_eq!(parts_of("Hi! Thanks!").len(), 3);
        assert_eq!(parts_of(""), [""]);
    }

    #[test]
    fn each_sentence_that_says_something_is_a_part() {
        let parts = parts_of("My train was late again. Hello! Which dentist did my sister praise?");
        assert_eq!(
            parts,
            [
                "My train was late again. Which dentist did my sister praise?",
                "My train was late again.",
                "Which dentist did my sister praise?",
            ]
        );
        let long = "The baker sold seven rye loaves on Tuesday. ".repeat(400) + "Where is Aya?";
        let parts = parts_of(&long);
        assert!(parts.len() <= MOST_PIECES + 1, "{}", parts.len());
        assert_eq!(parts.last().map(String::as_str), Some("Where is Aya?"));
    }

    #[test]
    fn a_name_before_a_line_is_who_asks() {
        assert_eq!(asker("Mary Ann: where were we?"), Some("Mary Ann"));
        assert_eq!(asker("小明：我们去哪儿了？"), Some("小明"));
        for other in ["Question: where?", "https://x.example", "At 12:30", "note: x", "Hi", ": x"] {
            assert_eq!(asker(other), None, "{other}");
        }
        assert_eq!(asker("One two three four: where?"), None);
    }

    #[test]
    fn a_query_asks_the_speakers_that_it_names() {
        let names = ["Nadia", "nadia", "Ortiz", "Zoë"];
        let asked = |text: &str| with_you(text, |word| names.contains(&word));
        for (text, new) in [
            ("What does Nadia love?", "What does you love?"),
            ("What is Nadia's cat called?", "What is your cat called?"),
            ("Nadia\u{2019}s cat", "your cat"),
            ("Did Nadia Ortiz call Nadia Ortiz's aunt?", "Did you call your aunt?"),
            ("Do Nadia, Zoë and I agree?", "Do you, you and I agree?"),
            ("what does nadia love", "what does you love"),
        ] {
            assert_eq!(asked(text).as_deref(), Some(new));
        }
        // Nobody is named, or not as a name, or not in English.
        for text in ["What does Kenji love?", "Who is nadia?", "Что любит Nadia?", ""] {
            assert_eq!(asked(text), None, "{text}");
        }
    }

    #[test]
    fn terms_of_parts_are_those_of_the_query() {
        let query = Query::new(&["a red car".into(), "car fence car".into()], Vec::new());
        let terms: Vec<_> = query.words.iter().map(QueryWord::term).collect();
        assert_eq!(terms, ["red", "car", "fenc"]);
        let parts: Vec<_> = query.parts.iter().map(|part| part.terms.as_slice()).collect();
        assert_eq!(parts, [[0, 1], [1, 2]]);
    }
}
