//! The phrases that a query has in quotes.

use crate::text::analysed_text::AnalysedText;
use crate::text::analysis::query_words;

/// Opening quotes, each with what closes it.
const QUOTES: [(char, char); 7] =
    [('"', '"'), ('“', '”'), ('„', '“'), ('«', '»'), ('「', '」'), ('『', '』'), ('‟', '”')];

/// Terms that stand in a row.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Phrase(Vec<String>);

impl Phrase {
    /// The phrases in quotes that have words.
    pub(crate) fn all(query: &str) -> Vec<Self> {
        let mut phrases = Vec::new();
        let mut rest = query;
        while let Some((at, open)) = rest.char_indices().find(|(_, c)| is_open(*c)) {
            rest = rest.get(at + open.len_utf8()..).unwrap_or_default();
            let close = QUOTES.iter().find(|(other, _)| *other == open).map(|(_, close)| *close);
            let Some((quoted, after)) = close.and_then(|close| rest.split_once(close)) else {
                continue;
            };
            // Without the characters that stand in the pairs before them.
            let words = query_words(quoted).into_iter().filter(|word| word.portion > 0.0);
            let terms: Vec<_> = words.map(|word| word.term).collect();
            if !terms.is_empty() {
                phrases.push(Self(terms));
            }
            rest = after;
        }
        phrases
    }

    /// Whether an analysed line has these terms in a row.
    pub(crate) fn is_in(&self, line: &str) -> bool {
        let terms: Vec<_> = AnalysedText::read(line).words().map(|word| word.term()).collect();
        terms.windows(self.0.len()).any(|row| row.iter().zip(&self.0).all(|(a, b)| *a == b))
    }
}

fn is_open(c: char) -> bool {
    QUOTES.iter().any(|(open, _)| *open == c)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::analysed_text;

    #[test]
    fn a_phrase_is_found_in_its_order_alone() {
        let phrases = Phrase::all("Where did I say \"the red car\", or “old bike” or \"\"?");
        assert_eq!(phrases.len(), 2);
        let line = |text| analysed_text::write(Some("Aya"), text);
        assert!(phrases[0].is_in(&line("I sold a red car yesterday")));
        assert!(!phrases[0].is_in(&line("My car is red")));
        assert!(phrases[1].is_in(&line("Old bikes")));
        assert!(Phrase::all("5\" wide, he said").is_empty() && Phrase::all("").is_empty());
        assert_eq!(Phrase::all("「東京」はどこ").len(), 1);
    }
}
