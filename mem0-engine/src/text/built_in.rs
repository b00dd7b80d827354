//! The built-in embedder: a sentence's vector without a model runtime, a download or a network.
//!
//! `table.bin` holds one 256-dimensional vector for each token of all-MiniLM-L6-v2's English
//! vocabulary, already weighted by how rare the token is. Embedding a text is cutting it into
//! those tokens (WordPiece), adding up their vectors and keeping the direction. `embedder/` in
//! this crate has the script that distilled the table.
//!
//! The vocabulary is English: words of other scripts have no vector, and a text without any known
//! token embeds as [`Vector::ZERO`], which is similar to nothing. Such texts are found by their
//! keywords alone.

use std::collections::HashMap;
use std::fmt;
use std::sync::LazyLock;

use crate::text::analysis::{latin_words, stem};

/// Names the table and the way vectors are encoded. Vectors made under another name cannot be
/// compared with today's.
pub const MODEL: &str = "minilm-l6-static-256-v1";

/// Longest word, in letters, that is cut into pieces; a longer one has no vector.
const MAX_WORD_LETTERS: usize = 100;

const MAGIC: &[u8; 8] = b"M0TABLE1";

/// Turns text into vectors. Get the shared one with [`Embedder::built_in`].
pub struct Embedder {
    /// Tokens that start a word, and their rows.
    starts: HashMap<&'static str, usize>,
    /// Tokens that continue a word (without their `##`), and their rows.
    continuations: HashMap<&'static str, usize>,
    /// Each row's factor: its numbers are `factor × byte`.
    factors: Vec<f32>,
    rows: &'static [u8],
}

impl Embedder {
    /// The embedder that ships with this crate, shared by the whole process. The first call reads
    /// the vocabulary (a few milliseconds).
    pub fn built_in() -> &'static Self {
        static BUILT_IN: LazyLock<Embedder> = LazyLock::new(|| {
            // The table is part of the binary and its tests check it: there is no other outcome.
            Embedder::parse(include_bytes!("built_in/table.bin")).unwrap_or_else(Embedder::empty)
        });
        &BUILT_IN
    }

    /// The direction of a text, in microseconds per sentence, for any text.
    ///
    /// [`Vector::ZERO`] when no token is known: empty text, punctuation, emoji, other scripts.
    pub fn embed(&self, text: &str) -> Vector {
        self.sum(latin_words(text).iter().map(String::as_str))
    }

    /// The direction of one term, as [`index_terms`](crate::text::analysis::index_terms) makes them: that
    /// of the most frequent word with this stem. `None` for numbers, and for terms in other scripts
    /// than Latin.
    pub(crate) fn embed_term(&self, term: &str) -> Option<Vector> {
        static WORDS: LazyLock<HashMap<String, &str>> = LazyLock::new(|| {
            let mut words = HashMap::new();
            for word in Embedder::built_in().words_by_frequency() {
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

    fn sum<'a>(&self, words: impl IntoIterator<Item = &'a str>) -> Vector {
        let mut sum = [0.0; Vector::DIMENSIONS];
        for row in words.into_iter().flat_map(|word| self.pieces(word)) {
            let start = row * Vector::DIMENSIONS;
            let Some(row_bytes) = self.rows.get(start..start + Vector::DIMENSIONS) else {
                continue;
            };
            let factor = self.factors.get(row).copied().unwrap_or_default();
            for (sum, byte) in sum.iter_mut().zip(row_bytes) {
                *sum += factor * f32::from(i8::from_ne_bytes([*byte]));
            }
        }
        Vector::pointing_along(&sum)
    }

    /// The words of the vocabulary that are whole words of letters, most frequent first.
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

    /// WordPiece: the longest known token again and again, or nothing if one part is unknown.
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
    /// vocabulary (one token a line), a factor for each token (f32), a row of bytes for each.
    fn parse(table: &'static [u8]) -> Option<Self> {
        let table = table.strip_prefix(MAGIC)?;
        let (count, table) = table.split_first_chunk()?;
        let (vocabulary_length, table) = table.split_first_chunk()?;
        let count = usize::try_from(u32::from_le_bytes(*count)).ok()?;
        let vocabulary_length = usize::try_from(u32::from_le_bytes(*vocabulary_length)).ok()?;
        let (vocabulary, table) = table.split_at_checked(vocabulary_length)?;
        let (factors, rows) = table.split_at_checked(count.checked_mul(4)?)?;
        if rows.len() != count.checked_mul(Vector::DIMENSIONS)? {
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

impl fmt::Debug for Embedder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Embedder")
            .field("model", &MODEL)
            .field("tokens", &self.factors.len())
            .finish()
    }
}

/// The direction of a text's meaning, or no direction at all ([`Vector::ZERO`]).
///
/// One signed byte per dimension; only the direction counts, so there is no length to keep.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Vector([i8; Self::DIMENSIONS]);

impl Vector {
    /// How many dimensions a vector has, and how many bytes it takes.
    pub const DIMENSIONS: usize = 256;

    /// The vector of a text without any known token: its cosine with everything is 0.
    pub const ZERO: Self = Self([0; Self::DIMENSIONS]);

    /// The direction of `components`, as exactly as bytes allow.
    fn pointing_along(components: &[f32; Self::DIMENSIONS]) -> Self {
        let largest = components.iter().fold(0.0_f32, |largest, x| largest.max(x.abs()));
        if largest <= 0.0 || !largest.is_finite() {
            return Self::ZERO;
        }
        // The quotient lies in -1..=1, so that the cast keeps its value.
        Self(components.map(|x| (x / largest * 127.0).round() as i8))
    }

    /// The bytes to store.
    pub fn to_bytes(&self) -> [u8; Self::DIMENSIONS] {
        self.0.map(|component| u8::from_ne_bytes(component.to_ne_bytes()))
    }

    /// Reads what [`to_bytes`](Self::to_bytes) wrote; `None` unless there are exactly
    /// [`DIMENSIONS`](Self::DIMENSIONS) bytes, and none of them is the one that no vector has, -128.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let bytes: &[u8; Self::DIMENSIONS] = bytes.try_into().ok()?;
        let vector = bytes.map(|byte| i8::from_ne_bytes([byte]));
        (!vector.contains(&i8::MIN)).then_some(Self(vector))
    }

    /// Whether this is [`Vector::ZERO`].
    pub fn is_zero(&self) -> bool {
        *self == Self::ZERO
    }

    /// How alike two directions are: 1 the same, 0 unrelated (or one of them zero), -1 opposite.
    pub fn cosine(&self, other: &Self) -> f64 {
        let lengths = f64::from(self.dot(self)) * f64::from(other.dot(other));
        if lengths == 0.0 { 0.0 } else { f64::from(self.dot(other)) / lengths.sqrt() }
    }

    /// At most 256 × 128 × 128 in size: far from overflow.
    fn dot(&self, other: &Self) -> i32 {
        self.widened().dot(other)
    }

    /// The same, ready to be compared with many.
    pub(crate) fn widened(&self) -> WideVector {
        WideVector(self.0.map(i16::from))
    }
}

/// A vector that many others are compared with.
pub(crate) struct WideVector([i16; Vector::DIMENSIONS]);

impl WideVector {
    /// In a form that compilers make many products at once of, on every processor.
    pub(crate) fn dot(&self, other: &Vector) -> i32 {
        const AT_ONCE: usize = 16;

        let mut sums = [0; AT_ONCE];
        let (own, others) = (self.0.as_chunks::<AT_ONCE>().0, other.0.as_chunks::<AT_ONCE>().0);
        for (own, other) in own.iter().zip(others) {
            for (sum, (a, b)) in sums.iter_mut().zip(own.iter().zip(other)) {
                *sum += i32::from(*a) * i32::from(*b);
            }
        }
        sums.iter().sum()
    }
}

/// Vectors reveal content, so that only their being there is shown.
impl fmt::Debug for Vector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_zero() { "Vector::ZERO" } else { "Vector(..)" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn embed(text: &str) -> Vector {
        Embedder::built_in().embed(text)
    }

    fn pieces(word: &str) -> Vec<String> {
        let embedder = Embedder::built_in();
        let token = |row: usize| {
            let at = |tokens: &HashMap<&str, usize>| {
                tokens.iter().find(|(_, at)| **at == row).map(|(token, _)| (*token).to_owned())
            };
            at(&embedder.starts)
                .or_else(|| Some(format!("##{}", at(&embedder.continuations)?)))
                .unwrap()
        };
        embedder.pieces(word).into_iter().map(token).collect()
    }

    /// FNV-1a: enough to notice a change.
    fn checksum(bytes: impl IntoIterator<Item = u8>) -> u64 {
        bytes.into_iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        })
    }

    #[test]
    fn the_table_is_whole() {
        let embedder = Embedder::built_in();
        assert_eq!(embedder.factors.len(), 27_558);
        assert!(embedder.factors.iter().all(|factor| factor.is_finite() && *factor > 0.0));
        assert!(Embedder::parse(b"M0TABLE1").is_none());
        assert!(Embedder::parse(b"").is_none());
        let table = include_bytes!("built_in/table.bin");
        assert!(Embedder::parse(&table[..table.len() - 1]).is_none());
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

    #[test]
    fn embeddings_never_change() {
        let texts = ["User loves vegetable pizza", "Ich wohne in Würzburg", "What's the N4 exam?"];
        let checksums = texts.map(|text| checksum(embed(text).to_bytes()));
        assert_eq!(
            checksums,
            [0xa42b_9136_05be_0f36, 0xe96a_c125_b73e_89b2, 0x7912_a0ba_a91a_bf29]
        );
    }

    #[test]
    fn meanings_that_are_alike_are_close() {
        let query = embed("What food does the user like?");
        let pizza = query.cosine(&embed("User loves vegetable pizza"));
        let unrelated = query.cosine(&embed("The train to Berlin leaves at nine"));
        assert!(pizza > unrelated + 0.2, "{pizza} against {unrelated}");

        let car = embed("Which automobile was purchased?");
        assert!(car.cosine(&embed("I bought a car last week")) > 0.3);
    }

    #[test]
    fn spelling_and_grammar_make_no_difference() {
        assert_eq!(embed("PIZZA!"), embed("the pizza"));
        assert_eq!(embed("ｃａｆé"), embed("cafe"));
        assert_eq!(embed("cafe\u{301}"), embed("café"));
        assert!(!embed("what did they do").is_zero());
    }

    #[test]
    fn a_vector_survives_its_bytes() {
        let vector = embed("User loves vegetable pizza");
        assert_eq!(Vector::from_bytes(&vector.to_bytes()), Some(vector));
        assert!((vector.cosine(&vector) - 1.0).abs() < 1e-12);
        assert_eq!(Vector::from_bytes(&[0; 255]), None);
        assert_eq!(Vector::from_bytes(&[0; 257]), None);
        assert_eq!(Vector::from_bytes(&[0; 256]), Some(Vector::ZERO));
        assert_eq!(Vector::from_bytes(&[0x80; 256]), None);
        let extremes = Vector::from_bytes(&[0x81; 256]).unwrap();
        assert!((extremes.cosine(&extremes) - 1.0).abs() < 1e-12);
    }

    #[test]
    fn texts_without_known_words_have_no_direction() {
        for text in [
            "",
            " \t\n",
            "!?…",
            "🍕🎻",
            "寿司が好きです",
            "привет",
            "\0\u{7}\u{1b}",
            "\u{301}\u{302}",
        ] {
            assert!(embed(text).is_zero(), "{text:?}");
        }
        assert_eq!(Vector::ZERO.cosine(&embed("pizza")), 0.0);
    }

    #[test]
    fn long_and_odd_texts_are_no_trouble() {
        assert!(!embed(&"pizza ".repeat(20_000)).is_zero());
        assert!(embed(&"a".repeat(100_000)).is_zero());
        assert!(!embed("\0pizza\u{202e}\u{fffd} 🍕").is_zero());
    }

    #[test]
    fn nothing_of_the_content_is_in_debug_output() {
        assert_eq!(format!("{:?}", embed("secret")), "Vector(..)");
        assert_eq!(format!("{:?}", Vector::ZERO), "Vector::ZERO");
    }
}
