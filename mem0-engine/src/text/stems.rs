//! Snowball's stemmers.

use rust_stemmers::Stemmer;

pub(crate) use rust_stemmers::Algorithm;

/// Stems one lower-case English word.
pub(crate) fn stem(word: &str) -> String {
    stemmed(Algorithm::English, word)
}

/// Stems one lower-case word of a language.
pub(crate) fn stemmed(language: Algorithm, word: &str) -> String {
    Stemmer::create(language).stem(word).into_owned()
}
