//! The phrases that a query has in quotes.

use crate::text::letters::{continues_word, is_emoji, lower_case};

/// Opening quotes, each with what may close it.
const QUOTES: [(char, &str); 21] = [
    ('"', "\""),
    ('＂', "＂"),
    ('“', "”“"),
    ('”', "”"),
    ('„', "“”\""),
    ('‟', "”"),
    ('«', "»"),
    ('»', "«»"),
    ('‹', "›"),
    ('›', "‹›"),
    ('‚', "‘’"),
    ('‘', "’"),
    ('’', "’"),
    ('\'', "'"),
    ('＇', "＇"),
    ('`', "`'"),
    ('「', "」"),
    ('『', "』"),
    ('｢', "｣"),
    ('《', "》"),
    ('〝', "〞〟"),
];

/// Quotes that are apostrophes, too.
const APOSTROPHES: &str = "'’‘＇`";

/// A text that stands in quotes, in one case and one width.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Phrase(Vec<char>);

impl Phrase {
    /// The phrases in quotes that have words.
    pub(crate) fn all(query: &str) -> Vec<Self> {
        let letters: Vec<char> = query.chars().collect();
        let mut phrases = Vec::new();
        let mut at = 0;
        while at < letters.len() {
            let Some((from, to, end)) = quoted(&letters, at) else {
                at += row(&letters, at).max(1);
                continue;
            };
            let quoted: String = letters.get(from..to).unwrap_or_default().iter().collect();
            // Many put the mark of the sentence inside the quotes.
            let phrase = quoted.trim_matches(|c: char| c.is_whitespace() || is_quote(c));
            let phrase = phrase.trim_end_matches(|c: char| c.is_whitespace() || ends_sentence(c));
            if phrase.chars().any(|c| c.is_alphanumeric() || is_emoji(c)) {
                phrases.push(Self(folded(phrase)));
            }
            at = end;
        }
        phrases
    }

    /// Whether a text has this phrase as it is, but for case, width and spaces.
    pub(crate) fn is_in(&self, text: &str) -> bool {
        let text = folded(text);
        let goes_on = |one: Option<&char>, other: Option<&char>| {
            one.into_iter().chain(other).filter(|c| continues_word(**c) && **c != '\'').count() == 2
        };
        let mut windows = text.windows(self.0.len()).enumerate();
        windows.any(|(at, window)| {
            let before = at.checked_sub(1).and_then(|before| text.get(before));
            window == self.0
                && !goes_on(before, self.0.first())
                && !goes_on(self.0.last(), text.get(at + self.0.len()))
        })
    }
}

/// Where the text in quotes that open here begins and ends, and where the closing quotes end.
fn quoted(letters: &[char], open: usize) -> Option<(usize, usize, usize)> {
    let quote = *letters.get(open)?;
    let (_, closing) = QUOTES.iter().find(|(other, _)| *other == quote)?;
    let before = open.checked_sub(1).and_then(|before| letters.get(before));
    let is_apostrophe = APOSTROPHES.contains(quote);
    // A word goes on after an apostrophe, and a number of inches has such a mark after it.
    let is_open = match before {
        Some(before) if is_apostrophe => !continues_word(*before),
        Some(before) if quote == '"' => !before.is_numeric(),
        _ => true,
    };
    // Some double them, as in ""x"".
    let count = row(letters, open);
    let from = open + count;
    if !is_open || is_apostrophe && letters.get(from)?.is_whitespace() {
        return None;
    }
    let closes = |at: usize| {
        let row = letters.get(at..at + count);
        let is_closing = row.is_some_and(|row| row.iter().all(|c| closing.contains(*c)));
        let after = letters.get(at + count);
        is_closing && !(is_apostrophe && after.is_some_and(|after| continues_word(*after)))
    };
    let to = (from + 1..letters.len()).find(|at| closes(*at))?;
    Some((from, to, to + count))
}

/// How many quotes of one kind stand here in a row.
fn row(letters: &[char], at: usize) -> usize {
    let rest = letters.get(at..).unwrap_or_default();
    let quote = rest.first().filter(|c| is_quote(**c));
    rest.iter().take_while(|c| Some(*c) == quote).count()
}

fn is_quote(c: char) -> bool {
    QUOTES.iter().any(|(open, close)| *open == c || close.contains(c))
}

fn ends_sentence(c: char) -> bool {
    matches!(c, '.' | ',' | ';' | ':' | '!' | '?' | '…' | '。' | '，' | '、' | '！' | '？')
}

/// The characters of a text in one case and one width, with one space where there are several.
fn folded(text: &str) -> Vec<char> {
    let mut letters = lower_case(text);
    letters.iter_mut().filter(|c| c.is_whitespace()).for_each(|c| *c = ' ');
    letters.dedup_by(|one, before| *one == ' ' && *before == ' ');
    letters
}

#[cfg(test)]
mod tests {
    use super::*;

    fn phrases(query: &str) -> Vec<String> {
        Phrase::all(query).into_iter().map(|phrase| phrase.0.into_iter().collect()).collect()
    }

    #[test]
    fn what_stands_in_quotes_of_any_language_is_a_phrase() {
        for query in [
            "\"red car\"",
            "'red car'",
            "‘red car’",
            "“red car”",
            "„red car“",
            "„red car”",
            "”red car”",
            "’red car’",
            "«red car»",
            "« red car »",
            "»red car«",
            "»red car»",
            "‹red car›",
            "›red car‹",
            "‚red car‘",
            "＂red car＂",
            "＇red car＇",
            "\"\"red car\"\"",
            "\"\"\"Red  Car.\"\"\"",
            "``red car''",
            "「red car」",
            "『ｒｅｄ car』",
            "《red car》",
            "“red car,”",
        ] {
            let around = format!("Where did I say {query}, and when?");
            assert_eq!(phrases(&around), ["red car"], "{around}");
            assert_eq!(phrases(query), ["red car"]);
        }
        assert_eq!(phrases("\"the red car\", or “old bike” or \"\"?").len(), 2);
        assert_eq!(phrases("「東京」はどこ"), ["東京"]);
        assert_eq!(phrases("搜索\"红车\"和'don't stop'"), ["红车", "don't stop"]);
    }

    #[test]
    fn apostrophes_and_inches_are_not_quotes() {
        for query in [
            "",
            "I don't know the dogs' names or the cats' bowls",
            "I don’t know the dogs’ names or the cats’ bowls",
            "L'école d’été",
            "5\" wide, he said",
            "pipes of 5\" and 6\"",
            "'tis what I don't know",
            "\"\" and \"...\"",
        ] {
            assert_eq!(phrases(query), [""; 0], "{query}");
        }
    }

    #[test]
    fn a_phrase_is_found_as_it_is() {
        for (phrase, text) in [
            ("the red car", "I sold The Red\n Car yesterday"),
            ("to be or not to be", "He said: to be, or: \"To be or not to be.\""),
            ("don't stop", "Don’t stop me"),
            ("anna", "Anna's car"),
            ("东京", "我在东京住"),
            ("C++", "I like c++."),
        ] {
            assert!(Phrase::all(&format!("\"{phrase}\""))[0].is_in(text), "{phrase}");
        }
        for (phrase, text) in [
            ("car is red", "A car, red as wine"),
            ("house of cards", "in the house of the cards"),
            ("run late", "I am running late"),
            ("run late", "we run lately"),
            ("old bike", "Old bikes"),
            ("red car", "My car is red"),
            ("longer than it", "it"),
        ] {
            assert!(!Phrase::all(&format!("\"{phrase}\""))[0].is_in(text), "{phrase}");
        }
    }
}
