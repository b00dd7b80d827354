//! Which words of a quote bear a fact.

use std::ops::Range;

use crate::extraction::checks::ground::{Ground, Place};
use crate::extraction::words::content::Content;
use crate::extraction::words::marks::{CONJUNCTIONS, SUBJECTS};
use crate::extraction::words::mood::has;
use crate::text::questions::asks;
use crate::text::sentences::sentences;

/// How much of a fact's words in a quote its sentences must have to bear it.
const LEAST_OF_SENTENCES: f32 = 0.7;

/// A longer run of sentences that tell is not preferred to a shorter one that asks.
const MOST_OF_A_RUN: usize = 4;

/// So many words of a fact tell which clause says it.
const FIRST: usize = 2;

/// The sentences of a quote that bear a fact: the fewest in a row that have most of its words in
/// the quote, rather those that tell than those that ask. What else was said around them is not
/// held against the fact: "We haven't met in weeks! I took up tennis. And you?"
pub(crate) fn bearing(ground: &Ground<'_>, place: &Place, text: &str) -> Place {
    let Some(said) = ground.said(place) else { return place.clone() };
    let words = |range: &Range<usize>| said.text.get(range.clone()).unwrap_or_default();
    let mut sentences = whole(&said.text);
    sentences.retain(|it| it.start < place.range.end && place.range.start < it.end);
    let fact = without_speakers(ground, text);
    let asks: Vec<bool> = sentences.iter().map(|range| asks(words(range))).collect();
    for range in &mut sentences {
        *range = range.start.max(place.range.start)..range.end.min(place.range.end);
    }
    let parts: Vec<Content> = sentences.iter().map(|range| Content::of(words(range))).collect();
    let run = fewest(&fact, &parts, LEAST_OF_SENTENCES, |at| asks.get(at) == Some(&true));
    match (sentences.get(run.start), sentences.get(run.end.saturating_sub(1))) {
        (Some(first), Some(last)) => Place { range: first.start..last.end, ..place.clone() },
        _ => place.clone(),
    }
}

/// The sentences of a text; the point of an ordinal ends none: "am 7. Juli".
fn whole(text: &str) -> Vec<Range<usize>> {
    let mut whole: Vec<Range<usize>> = Vec::new();
    for range in sentences(text) {
        let ends_in_ordinal = |before: &Range<usize>| {
            let before = text.get(before.clone()).unwrap_or_default();
            before.strip_suffix('.').is_some_and(|it| it.ends_with(|c: char| c.is_ascii_digit()))
        };
        match whole.last_mut() {
            Some(before) if ends_in_ordinal(before) => before.end = range.end,
            _ => whole.push(range),
        }
    }
    whole
}

/// The clauses of a sentence that say how a fact is meant: the fewest in a row that have the first
/// of its words, which are those of its verb in most languages. "It's scary, but it has been my
/// stress-buster" leaves nothing open.
pub(crate) fn clause<'a>(ground: &Ground<'_>, sentence: &'a str, text: &str) -> &'a str {
    let said = Content::of(sentence);
    let fact = without_speakers(ground, text).first_of(&said, FIRST);
    let clauses = clauses(sentence);
    let words = |range: &Range<usize>| sentence.get(range.clone()).unwrap_or_default();
    let parts: Vec<Content> = clauses.iter().map(|range| Content::of(words(range))).collect();
    let run = fewest(&fact, &parts, 1.0, |_| false);
    match (clauses.get(run.start), clauses.get(run.end.saturating_sub(1))) {
        (Some(first), Some(last)) => sentence.get(first.start..last.end).unwrap_or(sentence),
        _ => sentence,
    }
}

/// The quote with what stands around it up to the next "and" or comma, where it has a subject of
/// its own: "I moved in May and don't know anybody" denies no move.
pub(crate) fn around<'a>(sentence: &'a str, quote: &str) -> Option<&'a str> {
    const BOUNDS: [&str; 18] = [
        ",", ";", ":", ".", "!", "?", "(", ")", "，", "。", "；", " — ", " – ", " - ", " and ",
        " und ", " et ", " y ",
    ];
    let start = sentence.find(quote)?;
    let end = start + quote.len();
    let (before, behind) = (sentence.get(..start)?, sentence.get(end..)?);
    let from = BOUNDS.iter().filter_map(|it| Some(before.rfind(it)? + it.len())).max();
    let to = BOUNDS.iter().filter_map(|it| behind.find(it)).min();
    let around = sentence.get(from.unwrap_or(0)..end + to.unwrap_or(behind.len()))?;
    has(around, SUBJECTS).then_some(around)
}

/// The words of a fact that are not the name of somebody who speaks: people call each other by
/// name all the time.
fn without_speakers(ground: &Ground<'_>, text: &str) -> Content {
    let names = ground.speakers().collect::<Vec<_>>().join(" ");
    let whole = Content::of(text);
    let rest = Content::of(text).without(&Content::of(&names));
    if rest.is_empty() { whole } else { rest }
}

/// The fewest parts in a row that have this share of what all parts have of a fact; of those as
/// short, one that asks least, and has most.
fn fewest(
    fact: &Content,
    parts: &[Content],
    least: f32,
    asks: impl Fn(usize) -> bool,
) -> Range<usize> {
    let found: Vec<Vec<bool>> = parts.iter().map(|part| fact.found_in(part, true)).collect();
    let share = |run: &Range<usize>| {
        let parts = found.get(run.clone()).unwrap_or_default();
        fact.share_of(|word| parts.iter().any(|part| part.get(word) == Some(&true)))
    };
    let all = 0..parts.len();
    let enough = share(&all) * least - f32::EPSILON;
    let mut best: Option<((usize, usize), f32, Range<usize>)> = None;
    for start in all.clone() {
        // The shortest run from here; those that are longer than the best are not better.
        let most = best.as_ref().map_or(parts.len(), |(_, _, run)| run.len().max(MOST_OF_A_RUN));
        let mut runs = (start + 1..=parts.len().min(start + most)).map(|end| start..end);
        let Some(run) = runs.find(|run| share(run) >= enough) else { continue };
        let cost = (run.clone().filter(|at| asks(*at)).count(), run.len());
        let has = share(&run);
        let is_better = best
            .as_ref()
            .is_none_or(|(other, most, _)| cost < *other || cost == *other && has > *most);
        if is_better {
            best = Some((cost, has, run));
        }
    }
    best.map_or(all, |(_, _, run)| run)
}

/// The clauses of a sentence: what stands between its commas, dashes, and a "but". What has no
/// subject of its own belongs to the clause before: "I don't smoke, drink or gamble".
fn clauses(sentence: &str) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    for piece in pieces(sentence) {
        let words = sentence.get(piece.clone()).unwrap_or_default();
        match found.last_mut() {
            Some(before)
                if !has(words, SUBJECTS)
                    && !has(words, CONJUNCTIONS)
                    && !words.trim_end().ends_with(['?', '？']) =>
            {
                before.end = piece.end;
            }
            _ => found.push(piece),
        }
    }
    found
}

/// What stands between the signs that part clauses, and before a conjunction.
fn pieces(sentence: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut start = 0;
    let mut cut = |end: usize| {
        if sentence.get(start..end).is_some_and(|clause| !clause.trim().is_empty()) {
            found.push(start..end);
            start = end;
        }
    };
    let mut before = 0;
    for (at, c) in sentence.char_indices() {
        let ends = match c {
            ',' | ';' | ':' => sentence
                .get(at + c.len_utf8()..)
                .is_some_and(|rest| rest.starts_with(char::is_whitespace)),
            '，' | '；' | '：' | '、' | '،' | '؛' | '—' | '–' | '(' | ')' => true,
            '.' | '!' | '?' | '…' | '。' | '！' | '？' => true,
            '-' => sentence.get(..at).is_some_and(|it| it.ends_with(' ')),
            _ => false,
        };
        if ends {
            cut(at + c.len_utf8());
        } else if c == ' ' {
            let word = sentence.get(before..at).unwrap_or_default();
            if has(word, CONJUNCTIONS) {
                cut(before);
            }
            before = at + 1;
        }
    }
    cut(sentence.len());
    found
}
