//! BM25 over the memories of a scope, as a rival.

use std::collections::HashMap;

use rust_stemmers::{Algorithm, Stemmer};

use crate::ranked::Ranking;

const K1: f64 = 1.2;
const B: f64 = 0.75;

/// Words that say nothing about a text. What stands behind an apostrophe is a word of its own here.
const STOP_WORDS: &str = "\
    a about above after again against all am an and any are as at be because been before being \
    below between both but by can cannot could did do does doing down during each few for from \
    further had has have having he her here hers herself him himself his how i if in into is it \
    its itself me more most my myself no nor not of off on once only or other ought our ours \
    ourselves out over own same she should so some such than that the their theirs them \
    themselves then there these they this those through to too under until up very was we were \
    what when where which while who whom why will with would you your yours yourself yourselves \
    d didn doesn don hadn hasn haven isn ll m re s t ve wasn weren wouldn";

pub struct Bm25 {
    /// For each term, the texts that have it and how often.
    postings: HashMap<String, Vec<(usize, f64)>>,
    /// The terms of each text.
    lengths: Vec<f64>,
}

impl Bm25 {
    pub fn new<'t>(texts: impl Iterator<Item = &'t str>) -> Self {
        let mut postings = HashMap::<String, Vec<(usize, f64)>>::new();
        let mut lengths = Vec::new();
        for (at, text) in texts.enumerate() {
            let terms = terms(text);
            lengths.push(terms.len() as f64);
            for term in terms {
                let texts = postings.entry(term).or_default();
                match texts.last_mut() {
                    Some((last, count)) if *last == at => *count += 1.0,
                    _ => texts.push((at, 1.0)),
                }
            }
        }
        Self { postings, lengths }
    }

    pub fn rank(&self, query: &str) -> Ranking {
        let count = self.lengths.len() as f64;
        let mean = self.lengths.iter().sum::<f64>() / count;
        let mut scores = vec![0.0; self.lengths.len()];
        let mut terms = terms(query);
        terms.sort();
        terms.dedup();
        for texts in terms.iter().filter_map(|term| self.postings.get(term)) {
            let holding = texts.len() as f64;
            let weight = (1.0 + (count - holding + 0.5) / (holding + 0.5)).ln();
            for (at, often) in texts {
                let damping = K1 * (1.0 - B + B * self.lengths[*at] / mean);
                scores[*at] += weight * often * (K1 + 1.0) / (often + damping);
            }
        }
        Ranking::of(scores)
    }
}

/// English stems of words of letters and digits without stop words, and overlapping pairs of the
/// characters of scripts that put no spaces between words.
fn terms(text: &str) -> Vec<String> {
    let stemmer = Stemmer::create(Algorithm::English);
    let mut terms = Vec::new();
    let text = text.to_lowercase();
    for run in text.split(|c: char| !c.is_alphanumeric()) {
        for part in split_where(run, has_no_spaces) {
            let mut chars = part.chars();
            if !part.starts_with(has_no_spaces) {
                if !STOP_WORDS.split(' ').any(|word| word == part) {
                    terms.push(stemmer.stem(part).into_owned());
                }
            } else if let Some(mut before) = chars.next() {
                if part.chars().count() == 1 {
                    terms.push(part.to_owned());
                }
                for next in chars {
                    terms.push([before, next].iter().collect());
                    before = next;
                }
            }
        }
    }
    terms
}

/// Parts of the text whose characters are all of a kind, or all not.
fn split_where(text: &str, is_of_kind: fn(char) -> bool) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let end = rest.find(|c| is_of_kind(c) != is_of_kind(first)).unwrap_or(rest.len());
        let (part, after) = rest.split_at(end);
        parts.push(part);
        rest = after;
    }
    parts
}

/// Whether a character is Han, Hiragana or Katakana.
fn has_no_spaces(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_stemmed_and_chinese_is_taken_in_pairs() {
        assert_eq!(terms("She's painting, e.g. lakes"), ["paint", "e", "g", "lake"]);
        assert_eq!(terms("Bart在圣诞节。好"), ["bart", "在圣", "圣诞", "诞节", "好"]);
    }

    #[test]
    fn a_rare_word_counts_more_and_a_text_without_any_is_not_found() {
        let texts = ["a red car", "a red boat", "a green bike"];
        let found = Bm25::new(texts.into_iter()).rank("red boats");
        assert_eq!(found.0.iter().map(|(at, _)| *at).collect::<Vec<_>>(), [1, 0]);
    }
}
