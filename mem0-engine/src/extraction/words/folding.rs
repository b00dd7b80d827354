//! A text as it is compared: without case, width, quotes and the number of spaces.

use std::collections::HashSet;
use std::ops::Range;

use unicode_normalization::UnicodeNormalization;

use crate::text::letters::{continues_word, is_unsegmented, lower_case};

/// The longest piece of a text that a quote with dots in it may stand for, in characters.
const MOST_BETWEEN: usize = 400;

/// A text as it is compared, with the place of each character in the text itself.
pub(crate) struct Folded {
    letters: Vec<char>,
    places: Vec<Range<usize>>,
}

/// Folds a text.
pub(crate) fn fold(text: &str) -> Folded {
    let mut folded = Folded { letters: Vec::new(), places: Vec::new() };
    for (at, c) in text.char_indices() {
        let place = at..at + c.len_utf8();
        for c in [c].into_iter().nfkd().flat_map(char::to_lowercase) {
            let Some(c) = folded_letter(c) else { continue };
            if c == ' ' && folded.letters.last().is_none_or(|last| *last == ' ') {
                continue;
            }
            folded.letters.push(c);
            folded.places.push(place.clone());
        }
    }
    if folded.letters.last() == Some(&' ') {
        folded.letters.pop();
        folded.places.pop();
    }
    folded
}

/// The letter as it is compared; `None` for what writers and models add and leave out.
fn folded_letter(c: char) -> Option<char> {
    match c {
        c if c.is_whitespace() => Some(' '),
        '"'
        | '\''
        | '`'
        | '*'
        | '\u{2018}'..='\u{201f}'
        | '«'
        | '»'
        | '‹'
        | '›'
        | '「'
        | '」'
        | '『'
        | '』'
        | '\u{2bc}'
        | '\u{b4}' => None,
        '\u{ad}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2060}'..='\u{206f}'
        | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}' => None,
        '\u{2010}'..='\u{2015}' | '\u{2212}' => Some('-'),
        c => Some(c),
    }
}

impl Folded {
    pub(crate) fn is_empty(&self) -> bool {
        self.letters.is_empty()
    }

    pub(crate) fn text(&self) -> String {
        self.letters.iter().collect()
    }

    /// Where a quote stands, as ranges of the text's bytes; each place where it does. What it ends
    /// in may be another mark, and dots in it may stand for what was left out.
    pub(crate) fn places_of(&self, quote: &Self) -> Vec<Range<usize>> {
        let bare = trimmed(&quote.letters);
        let mut found = self.all(bare, 0);
        if found.is_empty() {
            found.extend(self.with_gaps(bare));
        }
        let place = |range: Range<usize>| {
            let first = self.places.get(range.start)?;
            let last = self.places.get(range.end.checked_sub(1)?)?;
            Some(first.start..last.end)
        };
        found.into_iter().filter_map(place).collect()
    }

    fn all(&self, piece: &[char], from: usize) -> Vec<Range<usize>> {
        let mut found = Vec::new();
        let Some(first) = piece.first() else { return found };
        let last = self.letters.len().saturating_sub(piece.len());
        for start in from..=last {
            let end = start + piece.len();
            let is_here = self.letters.get(start) == Some(first)
                && self.letters.get(start..end) == Some(piece)
                && self.is_edge(start)
                && self.is_edge(end);
            if is_here {
                found.push(start..end);
            }
        }
        found
    }

    /// Whether no word goes on across this place.
    fn is_edge(&self, at: usize) -> bool {
        let (Some(before), Some(after)) =
            (at.checked_sub(1).and_then(|at| self.letters.get(at)), self.letters.get(at))
        else {
            return true;
        };
        // A decomposed Hangul syllable is letters, too.
        let goes_on = |c: char| continues_word(c) && !('\u{1100}'..='\u{11ff}').contains(&c);
        !(goes_on(*before) && goes_on(*after))
    }

    fn with_gaps(&self, quote: &[char]) -> Option<Range<usize>> {
        let text: String = quote.iter().collect();
        let pieces: Vec<Vec<char>> = text
            .split("...")
            .map(|piece| trimmed(&piece.chars().collect::<Vec<_>>()).to_vec())
            .filter(|piece| !piece.is_empty())
            .collect();
        if pieces.len() < 2 {
            return None;
        }
        let mut whole: Option<Range<usize>> = None;
        for piece in &pieces {
            let from = whole.as_ref().map_or(0, |whole| whole.end);
            let next = self.all(piece, from).into_iter().next()?;
            let start = whole.map_or(next.start, |whole| whole.start);
            whole = Some(start..next.end);
        }
        whole.filter(|whole| whole.len() <= MOST_BETWEEN)
    }
}

/// Without spaces and marks at both ends.
fn trimmed(letters: &[char]) -> &[char] {
    let is_kept = |c: &char| c.is_alphanumeric() || !(c.is_ascii() || is_mark(*c));
    let start = letters.iter().position(is_kept).unwrap_or(letters.len());
    let end = letters.iter().rposition(is_kept).map_or(start, |last| last + 1);
    // What is nothing but signs stays.
    if start == end { letters } else { letters.get(start..end).unwrap_or_default() }
}

fn is_mark(c: char) -> bool {
    matches!(c, '。' | '、' | '，' | '！' | '？' | '؟' | '،' | '।' | '…' | '¿' | '¡' | '・')
}

/// The words of a text in lower case, each between two spaces: how [marks] are looked for.
///
/// [marks]: crate::extraction::words::marks
pub(crate) fn spaced(text: &str) -> String {
    let mut spaced = String::from(" ");
    for c in lower_case(text) {
        if continues_word(c) || is_unsegmented(c) {
            spaced.push(c);
        } else if !spaced.ends_with(' ') {
            spaced.push(' ');
        }
    }
    if !spaced.ends_with(' ') {
        spaced.push(' ');
    }
    spaced
}

/// The words of a text in lower case, without marks.
pub(crate) fn word_set(text: &str) -> HashSet<String> {
    let spaced = spaced(text);
    let bare = |word: &str| {
        let word = word.trim_matches('\'');
        word.strip_suffix("'s").unwrap_or(word).to_owned()
    };
    spaced.split(' ').filter(|word| !word.is_empty()).map(bare).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found<'a>(text: &'a str, quote: &str) -> Option<&'a str> {
        fold(text).places_of(&fold(quote)).into_iter().next().map(|range| &text[range])
    }

    #[test]
    fn a_quote_is_found_as_it_stands_however_it_was_copied() {
        for (text, quote, stands) in [
            ("I'm vegan, really.", "I’m Vegan", "I'm vegan"),
            ("She said “never again”!", "\"Never again.\"", "never again"),
            ("two  words\nhere", "two words here", "two  words\nhere"),
            ("Ich wohne in Köln.", "ich wohne in ko\u{308}ln", "Ich wohne in Köln"),
            ("Ｐｉｚｚａ please", "pizza", "Ｐｉｚｚａ"),
            ("我对花生过敏。", "对花生过敏", "对花生过敏"),
            ("저는 서울에 살아요", "서울에 살아요", "서울에 살아요"),
            ("I work **hard** as a nurse", "I work hard as a nurse", "I work **hard** as a nurse"),
            ("pre\u{ad}fix word", "prefix word", "pre\u{ad}fix word"),
            (
                "I started at Birch on Monday, and I love it",
                "I started at Birch ... I love it",
                "I started at Birch on Monday, and I love it",
            ),
            ("10–12 of them", "10-12 of them", "10–12 of them"),
        ] {
            assert_eq!(found(text, quote), Some(stands), "{text} {quote}");
        }
    }

    #[test]
    fn what_is_not_there_is_not_found() {
        for (text, quote) in [
            ("We went to the party.", "art"),
            ("I own a V60", "I own a V40"),
            ("I own a V60", ""),
            ("", "I"),
            ("b then a", "a ... b"),
            ("Tea", "..."),
        ] {
            assert_eq!(found(text, quote), None, "{text} {quote}");
        }
    }
}
