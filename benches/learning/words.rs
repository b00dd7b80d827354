//! Which of several texts holds most of another.

use std::collections::HashSet;

/// The words of a text, without the shortest.
fn words(text: &str) -> HashSet<String> {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| word.len() > 2);
    words.map(str::to_lowercase).collect()
}

/// How many words of a text another one has.
pub fn shared(text: &str, other: &str) -> usize {
    words(text).intersection(&words(other)).count()
}

/// The place of the text that shares most words with this one, if any does.
pub fn nearest<'a>(text: &str, others: impl Iterator<Item = &'a str>) -> Option<usize> {
    let shared = others.map(|other| shared(text, other)).enumerate();
    let best = shared.filter(|(_, shared)| *shared > 0);
    best.max_by_key(|(at, shared)| (*shared, std::cmp::Reverse(*at))).map(|(at, _)| at)
}
