//! The pieces of a query, which are compared one by one: its sentences and clauses, and what those
//! are cut into that are too long to ask one thing.

use crate::text::letters::{is_hangul, is_unsegmented};
use crate::text::passages::Length;
use crate::text::questions::{begins_question, is_marked, question_words};
use crate::text::sentences::{clauses, sentences};

/// A sentence is cut that has more half words, as passages count them.
const LONG: usize = 2 * 24;

/// The most half words of a piece of which nothing says where it ends.
const USUAL: usize = 2 * 16;

/// The half words of a question whose end nothing shows.
const QUESTION: usize = 2 * 8;

/// The half words around a question word that has its place within the question.
const BEFORE: usize = 2 * 6;
const AFTER: usize = 2 * 5;

/// What has fewer half words goes with what follows it.
const SHORT: usize = 2 * 3;

/// The pieces of a query, in order. Nothing but space is left out.
pub(crate) fn pieces(query: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    for sentence in sentences(query) {
        for clause in clauses(query.get(sentence).unwrap_or_default()) {
            if Length::within(clause, LONG) {
                pieces.push(clause);
                continue;
            }
            for clause in separated(clause) {
                match Length::within(clause, LONG) {
                    true => pieces.push(clause),
                    false => cut(clause, &mut pieces),
                }
            }
        }
    }
    pieces
}

/// What commas, dashes, bars, tabs and the like separate, and spaces in scripts without them.
fn separated(sentence: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut start = 0;
    let mut before = ' ';
    let mut chars = sentence.char_indices().peekable();
    let mut push = |start: &mut usize, end: usize, is_last: bool| {
        let text = sentence.get(*start..end).unwrap_or_default().trim();
        if is_last || !Length::within(text, SHORT) {
            if !text.is_empty() {
                found.push(text);
            }
            *start = end;
        }
    };
    while let Some((at, c)) = chars.next() {
        let end = at + c.len_utf8();
        let next = chars.peek().map_or(' ', |(_, next)| *next);
        let in_script = |c: char| is_unsegmented(c) && !is_hangul(c);
        let ends = match c {
            '\t' | '|' | '｜' | '•' | '—' | ';' | '；' | '，' | '、' | '：' | '،' | '؛' => {
                true
            }
            ',' | ':' => next.is_whitespace() || is_unsegmented(before),
            '-' | '–' | '·' => before.is_whitespace() && next.is_whitespace(),
            c if c.is_whitespace() => in_script(before) && in_script(next),
            _ => false,
        };
        if ends {
            push(&mut start, end, false);
        }
        before = c;
    }
    push(&mut start, sentence.len(), true);
    found
}

/// A place where a text may be cut, and the half words before it.
#[derive(Clone, Copy)]
struct Place {
    at: usize,
    before: usize,
}

/// Cuts a text around its questions, and elsewhere into pieces of about the same length.
fn cut<'a>(text: &'a str, pieces: &mut Vec<&'a str>) {
    let places = places(text);
    let last = places.len().saturating_sub(1);
    let mut done = 0;
    for (start, end) in questions(text, &places) {
        cut_evenly(text, places.get(done..=start), pieces);
        push(text, places.get(start..=end), pieces);
        done = end;
    }
    cut_evenly(text, places.get(done..=last), pieces);
}

/// Where words begin, and characters of scripts without spaces; then the end.
fn places(text: &str) -> Vec<Place> {
    let mut places = vec![];
    let (mut before, mut length) = (0, Length::default());
    let mut last = ' ';
    let in_script = |c: char| is_unsegmented(c) && !is_hangul(c);
    for (at, c) in text.char_indices() {
        let begins = last.is_whitespace() || in_script(last) || in_script(c);
        if begins && !c.is_whitespace() && (c.is_alphanumeric() || !in_script(c)) {
            places.push(Place { at, before });
        }
        before += length.of(c);
        last = c;
    }
    places.push(Place { at: text.len(), before });
    places
}

/// The questions in a text without an end of a sentence, as ranges of places that do not overlap.
fn questions(text: &str, places: &[Place]) -> Vec<(usize, usize)> {
    let last = places.len().saturating_sub(1);
    let length = places.last().map_or(0, |last| last.before);
    let of = |before: usize| places.partition_point(|place| place.before < before).min(last);
    let mut found: Vec<(usize, usize)> = Vec::new();
    for (number, place) in places.iter().enumerate() {
        let rest = text.get(place.at..).unwrap_or_default();
        let in_script = rest.starts_with(is_unsegmented);
        if !in_script && begins_question(rest) {
            found.push((number, of(place.before + QUESTION)));
        }
    }
    if is_marked(text) {
        // It ends where the text does, wherever it begins.
        let least = length.saturating_sub(LONG);
        let begun = |(start, _): &&mut (usize, usize)| {
            places.get(*start).is_some_and(|place| place.before >= least)
        };
        match found.last_mut().filter(begun) {
            Some((_, end)) => *end = last,
            None => found.push((of(length.saturating_sub(QUESTION)), last)),
        }
    }
    for range in question_words(text) {
        let before = |at: usize| {
            let number = places.partition_point(|place| place.at < at).min(last);
            places.get(number).map_or(length, |place| place.before)
        };
        let (start, end) = (before(range.start), before(range.end));
        found.push((of(start.saturating_sub(BEFORE)), of(end + AFTER)));
    }
    found.sort_unstable();
    let mut apart: Vec<(usize, usize)> = Vec::new();
    for (start, end) in found {
        let before = |place: usize| places.get(place).map_or(length, |place| place.before);
        match apart.last_mut() {
            // "Tell me what it is" is one question.
            Some((first, _)) if before(start) < before(*first) + BEFORE => {}
            Some((_, until)) if start < *until => {
                *until = start;
                apart.push((start, end));
            }
            _ => apart.push((start, end)),
        }
    }
    apart.retain(|(start, end)| start < end);
    apart
}

fn cut_evenly<'a>(text: &'a str, places: Option<&[Place]>, pieces: &mut Vec<&'a str>) {
    let Some(places @ [first, .., last]) = places else { return };
    let length = last.before - first.before;
    let count = length.div_ceil(USUAL).max(1);
    let mut start = 0;
    for number in 1..=count {
        let until = first.before + length * number / count;
        let end = places.partition_point(|place| place.before < until).min(places.len() - 1);
        let end = if number == count { places.len() - 1 } else { end };
        if start < end {
            push(text, places.get(start..=end), pieces);
            start = end;
        }
    }
}

fn push<'a>(text: &'a str, places: Option<&[Place]>, pieces: &mut Vec<&'a str>) {
    let Some([first, .., last]) = places else { return };
    let piece = text.get(first.at..last.at).unwrap_or_default().trim();
    if !piece.is_empty() {
        pieces.push(piece);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STORY: &str = "we went to the market on the hill and bought apples and bread and then \
        the rain came down on all of us so that everybody ran home";

    #[test]
    fn what_is_not_long_is_cut_only_where_it_ends() {
        let text = "Well, I - for one; tell me: where is it? Fine, thanks";
        assert_eq!(pieces(text), ["Well, I - for one; tell me: where is it?", "Fine, thanks"]);
        assert!(pieces(" \n").is_empty() && pieces("").is_empty());
    }

    #[test]
    fn a_question_begins_a_piece_of_a_text_without_marks() {
        for question in [
            "what is my blood type",
            "what medicine must i avoid",
            "who is my dentist",
            "tell me the code of my locker",
            "remind me which train i take",
            "do i eat pork",
            "wo ist mein Schlüssel",
            "où est ma tente",
            "¿dónde está mi llave",
            "где моя палатка",
        ] {
            let text = format!("{STORY} {question} {STORY}");
            let found = pieces(&text);
            assert!(found.iter().any(|piece| piece.starts_with(question)), "{found:#?}");
            assert!(found.iter().all(|piece| Length::within(piece, LONG)), "{found:#?}");
            assert_eq!(found.join(" "), text);
        }
    }

    #[test]
    fn a_question_stays_whole_between_other_marks() {
        for between in [" - ", "; ", ", ", " | ", ": ", "\t", " • ", " — ", " – "] {
            let text = [STORY, "the combination of my locker", STORY].join(between);
            let found = pieces(&text);
            let is_it = |piece: &&str| piece.starts_with("the combination of my locker");
            assert!(found.iter().any(is_it), "{found:#?}");
        }
        let story = "今天天气很好我们去公园玩了很久然后回家做饭看电视晚上又出去散步买了水果";
        for between in ["、", "，", "；", "：", " ", "|", ""] {
            let text = [story, "我的帐篷在哪里", story].join(between);
            let found = pieces(&text);
            assert!(found.iter().any(|piece| piece.contains("我的帐篷在哪里")), "{found:#?}");
            assert!(found.iter().all(|piece| piece.chars().count() <= 48), "{found:#?}");
        }
    }

    #[test]
    fn any_text_is_cut() {
        for text in [
            "x".repeat(10_000),
            "a ".repeat(10_000),
            "who ".repeat(10_000),
            "什么".repeat(10_000),
            "ที่ไหน".repeat(1_000),
            ", ".repeat(10_000),
            "?! ".repeat(1_000),
            "1,000-2,000:".repeat(1_000),
            "🍕🍕 ".repeat(1_000),
        ] {
            let found = pieces(&text);
            let kept: usize =
                found.iter().flat_map(|piece| piece.split_whitespace()).map(str::len).sum();
            assert_eq!(kept, text.split_whitespace().map(str::len).sum::<usize>());
        }
    }
}
