//! The word table: the vectors and the frequencies of English words.
//!
//! `words/table.bin` has a 256-dimensional vector for each token of all-MiniLM-L6-v2's English
//! vocabulary, weighted by how rare the token is. A word is cut into those tokens (WordPiece). The
//! script that distilled the table is in `embedder/` of this crate.
//!
//! Words of other scripts have no vector.

use std::collections::HashMap;
use std::fmt;
use std::sync::LazyLock;

use crate::text::stems::stem;
use crate::text::vector::Vector;

/// The number of dimensions of the table's vectors.
pub(crate) const DIMENSIONS: usize = 256;

/// The longest word that is cut into pieces, in letters. A longer word has no vector.
const MAX_WORD_LETTERS: usize = 100;

const MAGIC: &[u8; 8] = b"M0TABLE1";

/// Vectors of words. Get the shared ones with [`WordTable::shared`].
pub(crate) struct WordTable {
    /// The tokens that start a word, with their rows.
    starts: HashMap<&'static str, usize>,
    /// The tokens that continue a word (without their `##`), with their rows.
    continuations: HashMap<&'static str, usize>,
    /// A factor for each row: its numbers are `factor × byte`.
    factors: Vec<f32>,
    rows: &'static [u8],
}

impl WordTable {
    /// The table of this crate, shared by the whole process. The first call reads the vocabulary,
    /// which takes a few milliseconds.
    pub(crate) fn shared() -> &'static Self {
        static SHARED: LazyLock<WordTable> = LazyLock::new(|| {
            // The table is part of the binary and its tests check it, so reading it cannot fail.
            WordTable::parse(include_bytes!("words/table.bin")).unwrap_or_else(WordTable::empty)
        });
        &SHARED
    }

    /// Whether a word is among the first `most` of the vocabulary, which begins with the most
    /// frequent.
    pub(crate) fn is_among_the_first(&self, most: usize, word: &str) -> bool {
        self.starts.get(word).is_some_and(|row| *row < most)
    }

    /// The direction of a term that [`index_terms`](crate::text::analysis::index_terms) made: that
    /// of the most frequent word with this stem. `None` for numbers and for terms in scripts other
    /// than Latin.
    pub(crate) fn vector_of_term(&self, term: &str) -> Option<Vector> {
        static WORDS: LazyLock<HashMap<String, &str>> = LazyLock::new(|| {
            let mut words = HashMap::new();
            for word in WordTable::shared().words_by_frequency() {
                words.entry(stem(word)).or_insert(word);
            }
            words
        });
        if !term.bytes().all(|byte| byte.is_ascii_lowercase()) {
            return None;
        }
        let vector = self.sum([WORDS.get(term).copied().unwrap_or(term)]);
        (!vector.is_zero()).then_some(vector)
    }

    /// The direction of the sum of some words.
    pub(crate) fn sum<'a>(&self, words: impl IntoIterator<Item = &'a str>) -> Vector {
        let mut sum = [0.0; DIMENSIONS];
        for row in words.into_iter().flat_map(|word| self.pieces(word)) {
            let start = row * DIMENSIONS;
            let Some(row_bytes) = self.rows.get(start..start + DIMENSIONS) else {
                continue;
            };
            let factor = self.factors.get(row).copied().unwrap_or_default();
            for (sum, byte) in sum.iter_mut().zip(row_bytes) {
                *sum += factor * f32::from(i8::from_ne_bytes([*byte]));
            }
        }
        Vector::pointing_along(&sum)
    }

    /// The words of the vocabulary that consist of letters only, most frequent first.
    pub(crate) fn words_by_frequency(&self) -> Vec<&'static str> {
        let mut words: Vec<_> = self
            .starts
            .iter()
            .filter(|(word, _)| word.len() > 1 && word.bytes().all(|b| b.is_ascii_lowercase()))
            .map(|(word, row)| (*row, *word))
            .collect();
        words.sort_unstable();
        words.into_iter().map(|(_, word)| word).collect()
    }

    /// WordPiece: takes the longest known token again and again. Returns nothing if one part is
    /// unknown.
    fn pieces(&self, word: &str) -> Vec<usize> {
        let mut rows = Vec::new();
        if word.len() > MAX_WORD_LETTERS {
            return rows;
        }
        let mut rest = word;
        while !rest.is_empty() {
            let known = if rows.is_empty() { &self.starts } else { &self.continuations };
            let longest = (1..=rest.len()).rev().find_map(|length| {
                let (piece, rest) = rest.split_at_checked(length)?;
                Some((*known.get(piece)?, rest))
            });
            let Some((row, after)) = longest else {
                return Vec::new();
            };
            rows.push(row);
            rest = after;
        }
        rows
    }

    /// Layout: magic, number of tokens and length of the vocabulary (u32, little-endian), the
    /// vocabulary (one token per line), a factor for each token (f32), a row of bytes for each
    /// token.
    fn parse(table: &'static [u8]) -> Option<Self> {
        let table = table.strip_prefix(MAGIC)?;
        let (count, table) = table.split_first_chunk()?;
        let (vocabulary_length, table) = table.split_first_chunk()?;
        let count = usize::try_from(u32::from_le_bytes(*count)).ok()?;
        let vocabulary_length = usize::try_from(u32::from_le_bytes(*vocabulary_length)).ok()?;
        let (vocabulary, table) = table.split_at_checked(vocabulary_length)?;
        let (factors, rows) = table.split_at_checked(count.checked_mul(4)?)?;
        if rows.len() != count.checked_mul(DIMENSIONS)? {
            return None;
        }
        let mut embedder = Self::empty();
        for (row, token) in std::str::from_utf8(vocabulary).ok()?.lines().enumerate() {
            match token.strip_prefix("##") {
                Some(continuation) => embedder.continuations.insert(continuation, row),
                None => embedder.starts.insert(token, row),
            };
        }
        embedder.factors =
            factors.as_chunks().0.iter().map(|factor| f32::from_le_bytes(*factor)).collect();
        embedder.rows = rows;
        (embedder.starts.len() + embedder.continuations.len() == count).then_some(embedder)
    }

    fn empty() -> Self {
        Self {
            starts: HashMap::new(),
            continuations: HashMap::new(),
            factors: Vec::new(),
            rows: &[],
        }
    }
}

impl fmt::Debug for WordTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WordTable").field("tokens", &self.factors.len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(word: &str) -> Vec<String> {
        let table = WordTable::shared();
        let token = |row: usize| {
            let at = |tokens: &HashMap<&str, usize>| {
                tokens.iter().find(|(_, at)| **at == row).map(|(token, _)| (*token).to_owned())
            };
            at(&table.starts).or_else(|| Some(format!("##{}", at(&table.continuations)?))).unwrap()
        };
        table.pieces(word).into_iter().map(token).collect()
    }

    #[test]
    fn the_table_is_whole() {
        let table = WordTable::shared();
        assert_eq!(table.factors.len(), 27_558);
        assert!(table.factors.iter().all(|factor| factor.is_finite() && *factor > 0.0));
        assert!(WordTable::parse(b"M0TABLE1").is_none());
        assert!(WordTable::parse(b"").is_none());
        let bytes = include_bytes!("words/table.bin");
        assert!(WordTable::parse(&bytes[..bytes.len() - 1]).is_none());
    }

    #[test]
    fn words_are_cut_as_the_model_cuts_them() {
        for (word, expected) in [
            ("pizza", "pizza"),
            ("unaffable", "una ##ffa ##ble"),
            ("embeddings", "em ##bed ##ding ##s"),
            ("hazelnuts", "hazel ##nut ##s"),
            ("antidisestablishmentarianism", "anti ##dis ##est ##ab ##lish ##ment ##arian ##ism"),
            ("gpt4", "gp ##t ##4"),
            ("qzxv", "q ##z ##x ##v"),
        ] {
            assert_eq!(pieces(word).join(" "), expected);
        }
        assert!(pieces(&"a".repeat(101)).is_empty());
        assert!(!pieces(&"a".repeat(100)).is_empty());
    }
}
