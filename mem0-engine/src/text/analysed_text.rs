//! What the index keeps of a memory's text: its terms, who spoke, and whether it asks.
//!
//! It is written as one line, for example `anna : drive hatchback ?`. The terms of the speaker's
//! name and a colon come first, if a speaker is known; then the terms of the text; then a question
//! mark, if the text ends in a question. Neither mark can be a term.

use crate::text::analysis::index_terms;

const SPEAKER_END: &str = ":";
const ASKS: &str = "?";

/// Writes the line of a text and its speaker.
pub(crate) fn write(speaker: Option<&str>, text: &str) -> String {
    let mut parts = speaker.map(index_terms).unwrap_or_default();
    if !parts.is_empty() {
        parts.push(SPEAKER_END.to_owned());
    }
    parts.extend(index_terms(text));
    if asks(text) {
        parts.push(ASKS.to_owned());
    }
    parts.join(" ")
}

/// Whether a text ends in a question. Closing quotes, brackets and emoji after it are ignored.
fn asks(text: &str) -> bool {
    let last = text.chars().rev().find(|c| c.is_alphanumeric() || is_sentence_end(*c));
    last.is_some_and(|c| matches!(c, '?' | '？' | '؟' | '⁇' | '⁈'))
}

fn is_sentence_end(c: char) -> bool {
    matches!(c, '?' | '？' | '؟' | '⁇' | '⁈' | '.' | '!' | '…' | '。' | '！' | '۔' | '।')
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

    /// All terms in order, beginning with the speaker's.
    pub(crate) fn terms(self) -> impl Iterator<Item = &'a str> {
        let parts = self.line.split_ascii_whitespace();
        parts.filter(|part| !matches!(*part, SPEAKER_END | ASKS))
    }

    /// The terms of the speaker's name.
    pub(crate) fn speaker_terms(self) -> impl Iterator<Item = &'a str> {
        self.speaker.split_ascii_whitespace()
    }

    /// Whether the text ends in a question.
    pub(crate) fn asks(self) -> bool {
        self.line.ends_with(ASKS)
    }
}

#[cfg(test)]
mod tests {
    use fastrand::Rng;

    use super::*;

    #[test]
    fn a_written_line_is_read_back() {
        assert_eq!(write(Some("Anna"), "Who drove the hatchback?"), "anna : drove hatchback ?");
        assert_eq!(write(None, "A hatchback."), "hatchback");
        let line = write(Some("Mary Ann"), "Did the cat eat? Anna did.");
        let read = AnalysedText::read(&line);
        assert_eq!(read.terms().collect::<Vec<_>>(), ["mari", "ann", "cat", "eat", "anna"]);
        assert_eq!(read.speaker_terms().collect::<Vec<_>>(), ["mari", "ann"]);
        assert!(!read.asks());
        let line = write(None, "Anna: who?");
        assert_eq!(AnalysedText::read(&line).speaker_terms().count(), 0);
        assert!(AnalysedText::read(&line).asks());
    }

    #[test]
    fn a_name_without_terms_is_not_a_speaker() {
        for speaker in [None, Some(""), Some("🍕"), Some("the")] {
            assert_eq!(write(speaker, "soup"), "soup");
        }
        assert_eq!(write(Some("Anna"), ""), "anna :");
        assert_eq!(AnalysedText::read("").terms().count(), 0);
    }

    #[test]
    fn questions_end_in_a_question_mark_of_their_script() {
        for question in ["Where?", "“Where?”", "Where? 🍕", "寿司が好き？", "أين؟", "Where?!?"]
        {
            assert!(asks(question), "{question}");
        }
        for other in ["", "There.", "Where? There!", "Where? There", "寿司が好き？はい。", "🍕"]
        {
            assert!(!asks(other), "{other}");
        }
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
        let mut words = 0;
        for text in odd_texts() {
            let terms = index_terms(&text);
            let line = write(None, &text);
            assert_eq!(AnalysedText::read(&line).terms().collect::<Vec<_>>(), terms, "{text:?}");
            words += terms.len();
        }
        assert!(words > 100);
    }
}
