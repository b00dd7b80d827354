//! The built-in embedder: it makes vectors without a model runtime, a download or a network.
//!
//! The vector of a text is the sum of its words' vectors in the word table, of
//! which only the direction is kept. A text without any known word has no direction and is similar
//! to nothing, so only its words can find it.

use mem0_components::{Embedder, Embedding, Purpose, Reply};

use crate::text::analysis::latin_words;
use crate::text::words::{DIMENSIONS, WordTable};

pub use crate::text::vector::Vector;

/// Names the table and the encoding of the vectors. Vectors made under another name cannot be
/// compared with these.
pub const MODEL: &str = "minilm-l6-static-256-v2";

/// The built-in embedder. It takes microseconds per sentence, and needs only a processor.
///
/// ```
/// use mem0_engine::embedder::BuiltInEmbedder;
///
/// let dog = BuiltInEmbedder.embed_now("I adopted a puppy");
/// assert!(dog.cosine(&BuiltInEmbedder.embed_now("she has a dog")) > 0.3);
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct BuiltInEmbedder;

impl BuiltInEmbedder {
    /// The direction of a text. It is [zero](Vector::is_zero) when no word is known: for an empty
    /// text, punctuation, emoji, and scripts other than Latin.
    pub fn embed_now(&self, text: &str) -> Vector {
        WordTable::shared().sum(latin_words(text).iter().map(String::as_str))
    }
}

impl Embedder for BuiltInEmbedder {
    fn model(&self) -> &str {
        MODEL
    }

    fn dimensions(&self) -> usize {
        DIMENSIONS
    }

    /// Unlimited, since a batch costs as much as its texts.
    fn max_batch(&self) -> usize {
        usize::MAX
    }

    fn embed<'a>(&'a self, texts: &'a [&'a str], _purpose: Purpose) -> Reply<'a, Vec<Embedding>> {
        let embedding = |text: &&str| {
            let vector = self.embed_now(text);
            let components = vector.as_bytes().iter();
            Embedding(components.map(|byte| f32::from(byte.cast_signed()) / 127.0).collect())
        };
        Box::pin(std::future::ready(Ok(texts.iter().map(embedding).collect())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn embed(text: &str) -> Vector {
        BuiltInEmbedder.embed_now(text)
    }

    /// FNV-1a, which is enough to notice a change.
    fn checksum(bytes: impl IntoIterator<Item = u8>) -> u64 {
        bytes.into_iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        })
    }

    #[test]
    fn embeddings_never_change() {
        let texts = ["User loves vegetable pizza", "Ich wohne in Würzburg", "What's the N4 exam?"];
        let checksums = texts.map(|text| checksum(embed(text).as_bytes().iter().copied()));
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
        assert_eq!(Vector::zero(DIMENSIONS).cosine(&embed("pizza")), 0.0);
    }

    #[test]
    fn long_and_odd_texts_are_no_trouble() {
        assert!(!embed(&"pizza ".repeat(20_000)).is_zero());
        assert!(embed(&"a".repeat(100_000)).is_zero());
        assert!(!embed("\0pizza\u{202e}\u{fffd} 🍕").is_zero());
    }
}
