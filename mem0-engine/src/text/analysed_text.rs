//! What the index keeps of a memory's text: its words, who spoke, and whether it asks.
//!
//! It is written as one line, for example `anna : drive car ?`. The words of the speaker's
//! name and a colon come first, if a speaker is known; then the words of the text; then a question
//! mark, if the text [asks]. A word is its term, and each of its forms after a `|` (the
//! same word) or a `^` (one like it). None of these marks can be in a term.

use std::ops::Range;

use crate::text::analysis::{Word, index_words};
use crate::text::passages::Passage;
use crate::text::questions::asks;

const SPEAKER_END: &str = ":";
const ASKS: &str = "?";
const SAME: char = '|';
const LIKE: char = '^';

/// Writes the line of a text and its speaker.
pub(crate) fn write(speaker: Option<&str>, text: &str) -> String {
    write_passages(speaker, text, &[]).0
}

/// Writes the line of a text and its speaker. Also returns where its passages are, which are given
/// as ranges of its bytes; none if there is one.
pub(crate) fn write_passages(
    speaker: Option<&str>,
    text: &str,
    passages: &[Range<usize>],
) -> (String, Vec<Passage>) {
    let mut line = String::new();
    for word in speaker.map(index_words).unwrap_or_default() {
        write_word(&word, &mut line);
    }
    if !line.is_empty() {
        write_part(SPEAKER_END, &mut line);
    }
    let passages = if passages.len() > 1 { passages } else { &[] };
    // The text is analysed from one end of a passage to the next, so that it is known which words
    // are in which.
    let mut ends: Vec<_> = passages.iter().flat_map(|range| [range.start, range.end]).collect();
    ends.push(text.len());
    ends.sort_unstable();
    ends.dedup();
    let (mut from, mut characters, mut words) = (0, 0, 0);
    let mut reached = Vec::with_capacity(ends.len());
    for end in &ends {
        let part = text.get(from..*end).unwrap_or_default();
        for word in index_words(part) {
            write_word(&word, &mut line);
            words += 1;
        }
        if !passages.is_empty() {
            characters += part.chars().count();
        }
        from = *end;
        reached.push((characters as u32, words));
    }
    if asks(text) {
        write_part(ASKS, &mut line);
    }
    let at = |byte: usize| {
        let found = ends.binary_search(&byte).ok().and_then(|at| reached.get(at));
        found.copied().unwrap_or_default()
    };
    let passage = |range: &Range<usize>| {
        let ((start, first), (end, last)) = (at(range.start), at(range.end));
        Passage { place: start..end, words: first..last }
    };
    (line, passages.iter().map(passage).collect())
}

fn write_word(word: &Word, line: &mut String) {
    write_part(&word.term, line);
    for (mark, forms) in [(SAME, &word.forms.same), (LIKE, &word.forms.like)] {
        for form in forms {
            line.push(mark);
            line.push_str(form);
        }
    }
}

fn write_part(part: &str, line: &mut String) {
    if !line.is_empty() {
        line.push(' ');
    }
    line.push_str(part);
}

/// The parts of a line.
#[derive(Clone, Copy)]
pub(crate) struct AnalysedText<'a> {
    line: &'a str,
    speaker: &'a str,
}

impl<'a> AnalysedText<'a> {
    pub(crate) fn read(line: &'a str) -> Self {
        let speaker = line.split_once(SPEAKER_END).map_or("", |(speaker, _)| speaker);
        Self { line, speaker }
    }

    /// All words in order, beginning with the speaker's.
    pub(crate) fn words(self) -> impl Iterator<Item = AnalysedWord<'a>> {
        let parts = self.line.split_ascii_whitespace();
        parts.filter(|part| !matches!(*part, SPEAKER_END | ASKS)).map(AnalysedWord)
    }

    /// The words of the speaker's name.
    pub(crate) fn speaker_words(self) -> impl Iterator<Item = AnalysedWord<'a>> {
        self.speaker.split_ascii_whitespace().map(AnalysedWord)
    }

    /// Whether the text ends in a question.
    pub(crate) fn asks(self) -> bool {
        self.line.ends_with(ASKS)
    }
}

/// A word of a line: its term and its forms.
#[derive(Clone, Copy)]
pub(crate) struct AnalysedWord<'a>(&'a str);

impl<'a> AnalysedWord<'a> {
    pub(crate) fn term(self) -> &'a str {
        self.0.split([SAME, LIKE]).next().unwrap_or_default()
    }

    /// The forms of the same word.
    pub(crate) fn same(self) -> impl Iterator<Item = &'a str> {
        self.marked(SAME)
    }

    /// The forms of words like it.
    pub(crate) fn like(self) -> impl Iterator<Item = &'a str> {
        self.marked(LIKE)
    }

    fn marked(self, mark: char) -> impl Iterator<Item = &'a str> {
        let starts = self.0.match_indices([SAME, LIKE]);
        starts.filter_map(move |(start, _)| {
            let form = self.0.get(start..)?.strip_prefix(mark)?;
            form.split([SAME, LIKE]).next()
        })
    }
}

#[cfg(test)]
mod tests {
    use fastrand::Rng;

    use super::*;

    fn terms<'a>(words: impl Iterator<Item = AnalysedWord<'a>>) -> Vec<&'a str> {
        words.map(AnalysedWord::term).collect()
    }

    #[test]
    fn a_written_line_is_read_back() {
        assert_eq!(write(Some("Anna"), "Who drove the car?"), "anna : drove car ?");
        assert_eq!(write(None, "A car."), "car");
        let line = write(Some("Mary Ann"), "Did the cat eat? Anna did.");
        let read = AnalysedText::read(&line);
        assert_eq!(terms(read.words()), ["mari", "ann", "cat", "eat", "anna"]);
        assert_eq!(terms(read.speaker_words()), ["mari", "ann"]);
        assert!(!read.asks());
        let line = write(None, "Anna: who?");
        assert_eq!(AnalysedText::read(&line).speaker_words().count(), 0);
        assert!(AnalysedText::read(&line).asks());
    }

    #[test]
    fn a_name_without_terms_is_not_a_speaker() {
        for speaker in [None, Some(""), Some("!?"), Some("the")] {
            assert_eq!(write(speaker, "car"), "car");
        }
        assert_eq!(write(Some("Anna"), ""), "anna :");
        assert_eq!(AnalysedText::read("").words().count(), 0);
    }

    fn odd_texts() -> Vec<String> {
        let mut rng = Rng::with_seed(7);
        let pieces = [
            "NEAR(a b, 2)",
            "AND OR NOT",
            "^start",
            "col : x",
            "-minus",
            "pre*",
            "\"quoted\"",
            "'",
            "(",
            ")",
            "{a b}",
            "a+b",
            "\0",
            "\u{85}",
            "é",
            "e\u{301}",
            "ẞ",
            "İ",
            "ﬁ",
            "寿司",
            "すし",
            "スシ",
            "한국어",
            "ภาษา",
            "עברית",
            "العربية",
            "😀",
            "🏳️‍🌈",
            "\u{200d}",
            "\u{feff}",
            "½",
            "①",
            "Ⅷ",
            "a_b",
            "a.b@c.de",
            "https://x.y/?q=1",
            "don't",
            "o’clock",
            "C++",
            "C#",
            "3.14",
            "１２３",
            "𝒳",
            "\u{10ffff}",
            "x\u{fffd}y",
            "word",
        ];
        let mut texts: Vec<String> = pieces.iter().map(|piece| (*piece).to_owned()).collect();
        for _ in 0..300 {
            let mut text = String::new();
            for _ in 0..rng.usize(1..12) {
                text.push_str(pieces[rng.usize(..pieces.len())]);
                text.push_str([" ", "", "-", "\n"][rng.usize(..4)]);
            }
            texts.push(text);
            texts.push((0..rng.usize(1..20)).map(|_| rng.char(..)).collect());
        }
        texts
    }

    #[test]
    fn every_term_is_one_word_of_the_line_and_no_mark() {
        let mut count = 0;
        for text in odd_texts() {
            let words = index_words(&text);
            let own: Vec<_> = words.iter().map(|word| word.term.as_str()).collect();
            let line = write(None, &text);
            assert_eq!(terms(AnalysedText::read(&line).words()), own, "{text:?}");
            for (read, word) in AnalysedText::read(&line).words().zip(&words) {
                assert_eq!(read.same().collect::<Vec<_>>(), word.forms.same, "{text:?}");
                assert_eq!(read.like().collect::<Vec<_>>(), word.forms.like, "{text:?}");
            }
            count += words.len();
        }
        assert!(count > 100);
    }
}
