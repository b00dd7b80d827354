//! What the index keeps of a memory's text: its terms, and what they cannot tell.
//!
//! Written as one line, for example `anna : drive hatchback ?`: the terms of who spoke and a colon, where a
//! speaker is known; the terms of the text; a question mark, where the text ends by asking. The
//! marks are words to no tokenizer, so that the full-text index can be made of the same line.

use crate::analysis::index_terms;

const SPEAKER_END: &str = ":";
const ASKS: &str = "?";

/// The line for a text, and for who spoke it.
///
/// ```
/// use mem0_engine::analysed_text;
///
/// assert_eq!(analysed_text::write(Some("Anna"), "Who drove the hatchback?"), "anna : drove hatchback ?");
/// assert_eq!(analysed_text::write(None, "A hatchback."), "hatchback");
/// ```
pub fn write(speaker: Option<&str>, text: &str) -> String {
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

/// Whether a text ends in a question: closing quotes, brackets and emoji after it don't count.
fn asks(text: &str) -> bool {
    let last = text.chars().rev().find(|c| c.is_alphanumeric() || is_sentence_end(*c));
    last.is_some_and(|c| matches!(c, '?' | '？' | '؟' | '⁇' | '⁈'))
}

fn is_sentence_end(c: char) -> bool {
    matches!(c, '?' | '？' | '؟' | '⁇' | '⁈' | '.' | '!' | '…' | '。' | '！' | '۔' | '।')
}

/// A line, taken apart.
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

    /// All terms in order, the speaker's first.
    pub(crate) fn terms(self) -> impl Iterator<Item = &'a str> {
        let parts = self.line.split_ascii_whitespace();
        parts.filter(|part| !matches!(*part, SPEAKER_END | ASKS))
    }

    /// Whether the speaker's name has this term.
    pub(crate) fn is_spoken_by(self, term: &str) -> bool {
        self.speaker.split_ascii_whitespace().any(|own| own == term)
    }

    /// Whether the text ends by asking.
    pub(crate) fn asks(self) -> bool {
        self.line.ends_with(ASKS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_read() {
        let line = write(Some("Mary Ann"), "Did the cat eat? Anna did.");
        let read = AnalysedText::read(&line);
        assert_eq!(read.terms().collect::<Vec<_>>(), ["mari", "ann", "cat", "eat", "anna"]);
        assert!(read.is_spoken_by("ann") && !read.is_spoken_by("anna") && !read.asks());
        let line = write(None, "Anna: who?");
        assert!(!AnalysedText::read(&line).is_spoken_by("anna"));
        assert!(AnalysedText::read(&line).asks());
    }

    #[test]
    fn a_speaker_without_terms_is_nobody() {
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
}
