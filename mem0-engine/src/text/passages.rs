//! The passages of a long text: whole sentences together, each overlapping the one before.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::text::letters::{continues_word, is_unsegmented};
use crate::text::sentences::sentences;

/// The usual length of a passage, in half words. A character of a script without spaces is half a
/// word, so are a sign and eight letters more than a word has.
const USUAL: usize = 2 * 80;

/// A text that is not longer is one passage.
const LONG: usize = USUAL + USUAL / 2;

/// The most passages of a text. Those of a longer text are longer, so that none is dropped: the
/// longest memory's still fit what the sentence encoder reads at once.
pub(crate) const MOST: usize = 256;

/// The letters of a word beyond which it counts as several.
const LONG_WORD: usize = 16;

/// Where a passage is in its text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(from = "[u32; 4]", into = "[u32; 4]")]
pub(crate) struct Passage {
    /// In Unicode code points.
    pub(crate) place: Range<u32>,
    /// Among the words of the analysed text, not counting the speaker's.
    pub(crate) words: Range<u32>,
}

impl From<[u32; 4]> for Passage {
    fn from([start, end, first, last]: [u32; 4]) -> Self {
        Self { place: start..end, words: first..last }
    }
}

impl From<Passage> for [u32; 4] {
    fn from(Passage { place, words }: Passage) -> Self {
        [place.start, place.end, words.start, words.end]
    }
}

/// The passages of a text, as ranges of its bytes, in order. A text that is not long has one, which
/// is all of it.
pub(crate) fn passages(text: &str) -> Vec<Range<usize>> {
    let whole = 0..text.len();
    // No text has more half words than bytes, but for its first word.
    if text.len() < LONG || weight(text) <= LONG {
        return vec![whole];
    }
    let mut size = USUAL;
    loop {
        let found = together(&units(text, size), size);
        if found.len() <= MOST {
            return if found.is_empty() { vec![whole] } else { found };
        }
        size += (size * (found.len() - MOST) / MOST).max(size / 8);
    }
}

/// A sentence or a piece of one, and its length in half words.
type Unit = (Range<usize>, usize);

/// Sentences, of which those longer than a passage are cut into pieces.
fn units(text: &str, size: usize) -> Vec<Unit> {
    let mut units = Vec::new();
    for sentence in sentences(text) {
        let part = text.get(sentence.clone()).unwrap_or_default();
        match weight(part) {
            weight if weight <= size => units.push((sentence, weight)),
            _ => cut(part, sentence.start, size / 4, &mut units),
        }
    }
    units
}

/// Cuts a sentence before words, or within a word that is as long as two pieces.
fn cut(sentence: &str, offset: usize, size: usize, units: &mut Vec<Unit>) {
    let mut length = Length::default();
    let (mut start, mut within) = (0, 0);
    let mut after_word = false;
    for (at, c) in sentence.char_indices() {
        let in_word = continues_word(c) || is_unsegmented(c);
        if within >= size && (in_word && !after_word) || within >= 2 * size {
            units.push((offset + start..offset + at, within));
            (start, within) = (at, 0);
        }
        after_word = in_word;
        within += length.of(c);
    }
    units.push((offset + start..offset + sentence.len(), within));
}

/// Puts units together up to a size. A short last unit of a passage is the first of the next one,
/// and the last passage is filled from behind.
fn together(units: &[Unit], size: usize) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut first = 0;
    while first < units.len() {
        let (mut end, mut length) = (first, 0);
        while let Some((_, more)) = units.get(end)
            && (end == first || length + more <= size)
        {
            length += more;
            end += 1;
        }
        if end == units.len() {
            while let Some((_, more)) = first.checked_sub(1).and_then(|before| units.get(before))
                && length + more <= size
            {
                length += more;
                first -= 1;
            }
        }
        if let (Some((start, _)), Some((last, of_last))) = (units.get(first), units.get(end - 1)) {
            found.push(start.start..last.end);
            let next = units.get(end).map_or(0, |(_, length)| *length);
            let overlaps = end - first > 1 && *of_last <= size / 4 && of_last + next <= size;
            first = if overlaps && next > 0 { end - 1 } else { end };
        }
    }
    found
}

fn weight(text: &str) -> usize {
    let mut length = Length::default();
    text.chars().map(|c| length.of(c)).sum()
}

/// Counts half words, character by character.
#[derive(Default)]
pub(crate) struct Length {
    letters: usize,
}

impl Length {
    /// Whether a text has at most so many.
    pub(crate) fn within(text: &str, most: usize) -> bool {
        let (mut length, mut half_words) = (Self::default(), 0);
        text.chars().all(|c| {
            half_words += length.of(c);
            half_words <= most
        })
    }

    pub(crate) fn of(&mut self, c: char) -> usize {
        if !is_unsegmented(c) && continues_word(c) {
            self.letters += 1;
            return if self.letters % LONG_WORD == 1 { 2 } else { 0 };
        }
        self.letters = 0;
        usize::from(!c.is_whitespace())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(text: &str) -> Vec<&str> {
        passages(text).into_iter().map(|range| &text[range]).collect()
    }

    #[test]
    fn a_text_that_is_not_long_is_one_passage() {
        let usual = "She sold the red car. ".repeat(20);
        for text in ["", "Tea", &usual, &"x".repeat(200), &"寿司".repeat(100), &" ".repeat(9_000)]
        {
            assert_eq!(split(text), [text]);
        }
    }

    #[test]
    fn passages_are_whole_sentences_that_overlap() {
        let sentences: Vec<String> =
            (0..200).map(|n| format!("The {n} cats of my aunt sleep on the roof.")).collect();
        let text = sentences.join(" ");
        let found = split(&text);
        assert!((30..40).contains(&found.len()), "{}", found.len());
        for passage in &found {
            assert!(passage.starts_with("The ") && passage.ends_with("roof."), "{passage}");
            assert!((60..=80).contains(&passage.split(' ').count()), "{passage}");
        }
        for sentence in &sentences {
            assert!(found.iter().any(|passage| passage.contains(sentence.as_str())), "{sentence}");
        }
        for two in found.windows(2) {
            let last = two[0].rfind("The ").map(|at| &two[0][at..]).unwrap();
            assert!(two[1].contains(last), "{last}");
        }
    }

    #[test]
    fn a_text_of_any_script_is_covered_and_cut_between_its_words() {
        let words = |word: &str, between: &str| [word, between].concat().repeat(3_000);
        for (text, between) in [
            (words("pizza", " "), true),
            (words("Привет", ", "), true),
            (words("שלום", " "), true),
            (words("हिन्दी", " "), true),
            (words("寿司が好き", "、"), true),
            (words("寿司が好きです", "。"), true),
            (words("寿司が好き", ""), false),
            (words("ภาษา", ""), false),
            (words("x", ""), false),
            (words("🍕", ""), false),
        ] {
            let found = passages(&text);
            assert!(found.len() > 1, "{}", &text[..20.min(text.len() / 2)]);
            assert_eq!((found[0].start, found.last().unwrap().end), { (0, text.trim_end().len()) });
            for two in found.windows(2) {
                assert!(two[0].start < two[1].start && two[0].end < two[1].end);
                assert!(text[two[0].end.min(two[1].start)..two[1].start].trim().is_empty());
            }
            for range in &found {
                let passage = &text[range.clone()];
                assert!(weight(passage) <= USUAL + USUAL / 4, "{passage}");
                let first = text.chars().next().unwrap();
                assert!(!between || passage.starts_with(first), "{passage}");
            }
        }
    }

    #[test]
    fn the_passages_of_a_very_long_text_are_longer_and_none_is_dropped() {
        for text in [
            "The cats of my aunt sleep on the roof. ".repeat(26_000),
            "x".repeat(1_000_000),
            "a b ".repeat(250_000),
            "!".repeat(1_000_000),
            "寿司".repeat(150_000),
            "One.\n".repeat(200_000),
        ] {
            let found = passages(&text);
            assert!((MOST / 2..=MOST).contains(&found.len()), "{}", found.len());
            assert_eq!((found[0].start, found.last().unwrap().end), { (0, text.trim_end().len()) });
            assert!(found.windows(2).all(|two| two[1].start <= two[0].end + 1));
        }
    }
}
