use std::hash::{DefaultHasher, Hash, Hasher};

use crate::text::analysed_text::AnalysedWord;

/// Which rows contain which words. Words are kept as 64-bit hashes; that two words of one scope
/// share a hash is less likely than a disk failure.
#[derive(Debug, Default)]
pub(crate) struct Postings {
    /// In ascending order.
    words: Box<[WordHash]>,
    /// Where the words begin whose highest bits are 0, 1 and so on, and where the last ones end.
    /// There are about as many ranges as words.
    starts: Box<[u32]>,
    /// For each word, where its rows end in `rows`.
    ends: Box<[u32]>,
    /// Ascending for each word. A row is repeated as often as it contains the word.
    rows: Box<[u16]>,
}

/// The hash of a word, valid while the process runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct WordHash(u64);

/// What a word is in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    /// A term.
    Term,
    /// A form of a term.
    Same,
    /// A form of words like a term.
    Like,
}

impl WordHash {
    pub(crate) fn of(kind: Kind, word: &str) -> Self {
        let mut hasher = DefaultHasher::new();
        (kind, word).hash(&mut hasher);
        Self(hasher.finish())
    }

    /// Which of the ranges its highest bits are. Their number is a power of two.
    fn range(self, ranges: usize) -> usize {
        (self.0 >> (u64::BITS - ranges.trailing_zeros())) as usize
    }

    /// Those by which a word is found.
    pub(crate) fn all(word: AnalysedWord<'_>) -> impl Iterator<Item = Self> {
        let same = word.same().map(|form| Self::of(Kind::Same, form));
        let like = word.like().map(|form| Self::of(Kind::Like, form));
        [Self::of(Kind::Term, word.term())].into_iter().chain(same).chain(like)
    }
}

impl Postings {
    /// Postings of all words of all rows, each as often as it occurs.
    pub(crate) fn of(mut pairs: Vec<(WordHash, u16)>) -> Self {
        // Stable, since pairs that are extended are mostly sorted.
        pairs.sort();
        let (mut words, mut ends, mut rows) = (Vec::new(), Vec::new(), Vec::new());
        for run in pairs.chunk_by(|(a, _), (b, _)| a == b) {
            words.extend(run.first().map(|(word, _)| *word));
            rows.extend(run.iter().map(|(_, row)| *row));
            ends.push(u32::try_from(rows.len()).unwrap_or(u32::MAX));
        }
        // At least two, so that the shift is less than the width.
        let ranges = words.len().max(2).next_power_of_two();
        let mut starts = vec![0; ranges + 1];
        for word in &words {
            if let Some(count) = starts.get_mut(word.range(ranges) + 1) {
                *count += 1;
            }
        }
        let mut total = 0;
        for start in &mut starts {
            total += *start;
            *start = total;
        }
        Self { words: words.into(), starts: starts.into(), ends: ends.into(), rows: rows.into() }
    }

    /// The pairs that it was made [of](Self::of).
    pub(crate) fn pairs(&self) -> Vec<(WordHash, u16)> {
        let words = self.words.iter().enumerate();
        words.flat_map(|(at, word)| self.run(at).iter().map(|row| (*word, *row))).collect()
    }

    /// The rows that contain a word, ascending, each as often as it contains it.
    pub(crate) fn rows(&self, word: WordHash) -> &[u16] {
        let range = word.range(self.starts.len().saturating_sub(1).max(2));
        let bound = |at: usize| self.starts.get(at).map_or(0, |start| *start as usize);
        let (start, end) = (bound(range), bound(range + 1));
        let words = self.words.get(start..end).unwrap_or_default();
        words.iter().position(|it| *it == word).map_or(&[], |at| self.run(start + at))
    }

    fn run(&self, at: usize) -> &[u16] {
        let end = |at: usize| self.ends.get(at).map_or(0, |end| *end as usize);
        let start = at.checked_sub(1).map_or(0, end);
        self.rows.get(start..end(at)).unwrap_or_default()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    pub(crate) fn bytes(&self) -> usize {
        self.words.len() * (size_of::<WordHash>() + size_of::<u32>())
            + self.starts.len() * size_of::<u32>()
            + self.rows.len() * size_of::<u16>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_of_many_words_is_found() {
        let word = |number: u16| WordHash::of(Kind::Term, &number.to_string());
        for count in [1, 2, 3, 64, 1000] {
            let postings = Postings::of((0..count).map(|number| (word(number), number)).collect());
            for number in 0..2 * count {
                let rows: &[u16] = if number < count { &[number] } else { &[] };
                assert_eq!(postings.rows(word(number)), rows, "{number} of {count}");
            }
        }
        assert!([0, u64::MAX].map(|hash| WordHash(hash).range(2)) == [0, 1]);
    }

    #[test]
    fn each_word_leads_to_its_rows_as_often_as_they_have_it() {
        let [soup, fence, wall] =
            ["soup", "fence", "wall"].map(|word| WordHash::of(Kind::Term, word));
        let pairs = vec![(soup, 2), (fence, 0), (soup, 0), (soup, 2)];
        let postings = Postings::of(pairs);
        assert_eq!(postings.rows(soup), [0, 2, 2]);
        assert_eq!(postings.rows(fence), [0]);
        assert!(postings.rows(wall).is_empty() && Postings::default().rows(soup).is_empty());

        let mut more = postings.pairs();
        more.push((wall, 3));
        let more = Postings::of(more);
        assert_eq!((more.rows(soup), more.rows(wall)), (&[0, 2, 2][..], &[3][..]));
        assert!(more.bytes() > postings.bytes());
    }
}
