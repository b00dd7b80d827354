use std::collections::HashMap;

use crate::giving_way::give_way_for_now;
use crate::text::vector::Vector;
use crate::text::words::WordTable;

/// Two words with a smaller cosine are unrelated. Words picked at random rarely come closer.
const UNRELATED: f64 = 0.4;

/// What a word of the same meaning counts, when the query's own word counts 1.
const STAND_IN: f64 = 0.5;

/// How near some words are in meaning to each term of a query.
///
/// Each word is compared on its own, because one word among many hardly changes the vector of a
/// text.
pub(crate) struct NearestWords<'a> {
    /// For each word that is near to a term of the query: the terms' positions, and what the word
    /// counts for each.
    near: HashMap<&'a str, Vec<(usize, f64)>>,
}

impl<'a> NearestWords<'a> {
    pub(crate) fn of<'q>(
        query: impl Iterator<Item = &'q str>,
        words: impl Iterator<Item = &'a str>,
    ) -> Self {
        let table = WordTable::shared();
        let asked: Vec<_> = query
            .enumerate()
            .filter_map(|(position, term)| Some((position, table.vector_of_term(term)?)))
            .collect();
        let mut near = HashMap::new();
        for word in words {
            near.entry(word).or_insert_with(|| {
                give_way_for_now();
                compare(&asked, table.vector_of_term(word))
            });
        }
        near.retain(|_, counts| !counts.is_empty());
        Self { near }
    }

    /// Raises the count of each term of the query to what this word counts for it.
    pub(crate) fn raise(&self, counts: &mut [f64], word: &str) {
        for (position, near) in self.near.get(word).into_iter().flatten() {
            if let Some(count) = counts.get_mut(*position) {
                *count = count.max(*near);
            }
        }
    }
}

fn compare(asked: &[(usize, Vector)], word: Option<Vector>) -> Vec<(usize, f64)> {
    let Some(word) = word else { return Vec::new() };
    let near = asked.iter().filter_map(|(position, term)| {
        let above = (term.cosine(&word) - UNRELATED) / (1.0 - UNRELATED);
        (above > 0.0).then_some((*position, STAND_IN * above.min(1.0)))
    });
    near.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::analysis::query_terms;

    fn counts(query: &str, words: &str) -> Vec<f64> {
        let (query, words) = (query_terms(query), query_terms(words));
        let nearest =
            NearestWords::of(query.iter().map(String::as_str), words.iter().map(String::as_str));
        let mut counts = vec![0.0; query.len()];
        for word in &words {
            nearest.raise(&mut counts, word);
        }
        counts
    }

    #[test]
    fn a_word_stands_in_for_one_of_like_meaning() {
        let near = counts("physician purchased", "the doctor bought soup");
        assert!(near.iter().all(|count| (0.05..STAND_IN).contains(count)), "{near:?}");
        assert_eq!(counts("physician", "soup fence harpsichord"), [0.0]);
        assert!((counts("doctor", "doctors")[0] - STAND_IN).abs() < 0.01);
    }

    #[test]
    fn words_of_other_scripts_have_no_near_words() {
        assert_eq!(counts("寿司 привет", "寿司 привет すし"), [0.0; 4]);
    }
}
