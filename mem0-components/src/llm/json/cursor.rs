//! A place in a text, and what may stand between two values.

use super::mend::{JsonMend, Mends};

/// How many bytes are looked at beyond a quote, to tell whether it ends a text.
const WINDOW: usize = 512;

/// Quotes that begin a text, each with those that end it.
const QUOTES: &[(char, &[char])] = &[
    ('"', &['"']),
    ('\'', &['\'']),
    ('`', &['`']),
    ('“', &['”', '“', '"']),
    ('”', &['”', '"']),
    ('„', &['“', '”', '"']),
    ('‘', &['’', '‘', '\'']),
    ('«', &['»']),
    ('「', &['」']),
    ('＂', &['＂', '"']),
];

#[derive(Debug, Clone)]
pub(super) struct Cursor<'a> {
    pub(super) text: &'a str,
    /// In bytes.
    pub(super) at: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(text: &'a str, at: usize) -> Self {
        Self { text, at }
    }

    pub(super) fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub(super) fn next(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.at += next.len_utf8();
        Some(next)
    }

    /// Goes on behind this, if it is what follows.
    pub(super) fn take(&mut self, expected: &str) -> bool {
        let is_there = self.rest().starts_with(expected);
        if is_there {
            self.at += expected.len();
        }
        is_there
    }

    /// Goes on behind what has this quality, and returns it.
    pub(super) fn take_while(&mut self, is_wanted: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let end = rest.find(|c| !is_wanted(c)).unwrap_or(rest.len());
        self.at += end;
        rest.get(..end).unwrap_or_default()
    }

    /// Some text from here on, and no more than a quote's end is judged by.
    pub(super) fn window(&self) -> Self {
        let mut end = (self.at + WINDOW).min(self.text.len());
        while !self.text.is_char_boundary(end) {
            end -= 1;
        }
        Self::new(self.text.get(..end).unwrap_or_default(), self.at)
    }

    /// Goes on behind spaces, invisible characters and comments.
    pub(super) fn skip_blank(&mut self, mends: &mut Mends) {
        loop {
            self.take_while(char::is_whitespace);
            if !self.take_while(is_invisible).is_empty() {
                mends.add(JsonMend::Invisible);
            } else if self.rest().starts_with("//") || self.peek() == Some('#') {
                self.take_while(|c| c != '\n');
                mends.add(JsonMend::Comments);
            } else if self.take("/*") {
                let rest = self.rest();
                self.at += rest.find("*/").map_or(rest.len(), |end| end + 2);
                mends.add(JsonMend::Comments);
            } else {
                return;
            }
        }
    }

    /// The next character behind what is blank, in JSON's spelling.
    pub(super) fn peek_mark(&mut self) -> Option<char> {
        self.skip_blank(&mut Mends::default());
        self.peek().map(narrow)
    }
}

/// Characters that are not seen: byte order marks, zero-width spaces and joiners, directions.
pub(super) fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{feff}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}'
            | '\u{2066}'..='\u{2069}' | '\u{ad}' | '\0'
    )
}

/// A character of JSON's punctuation for its full-width form.
pub(super) fn narrow(c: char) -> char {
    match c {
        '｛' => '{',
        '｝' => '}',
        '［' => '[',
        '］' => ']',
        '：' => ':',
        '，' => ',',
        other => other,
    }
}

/// The quotes that may end a text that this one begins; `None` where it is no quote.
pub(super) fn ends_of(quote: char) -> Option<&'static [char]> {
    QUOTES.iter().find(|(begin, _)| *begin == quote).map(|(_, ends)| *ends)
}

/// Whether it may be part of a name without quotes.
pub(super) fn is_of_name(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '$' | '-' | '.')
}
