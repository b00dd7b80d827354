use crate::retrieval::postings::{Kind, WordHash};
use crate::retrieval::visible_memories::VisibleMemories;
use crate::text::analysis::Word;

/// What another form of a word counts, when the word itself counts 1.
const SAME: f32 = 0.8;

/// What a word like it counts.
const LIKE: f32 = 0.5;

/// A word of a query: its term, and by what it is looked up.
#[derive(Clone)]
pub(crate) struct QueryWord {
    term: String,
    portion: f32,
    worth: f32,
    /// What is looked up, and what each mention of it counts; the term first.
    sought: Vec<(WordHash, f32)>,
}

impl QueryWord {
    pub(crate) fn of(word: Word) -> Self {
        let Word { term, forms, portion, worth } = word;
        let mut sought = vec![(WordHash::of(Kind::Term, &term), 1.0)];
        sought.push((WordHash::of(Kind::Same, &term), SAME));
        for form in &forms.same {
            sought.push((WordHash::of(Kind::Term, form), SAME));
            sought.push((WordHash::of(Kind::Same, form), SAME));
        }
        sought.push((WordHash::of(Kind::Like, &term), LIKE));
        for form in &forms.like {
            sought.push((WordHash::of(Kind::Term, form), LIKE));
            sought.push((WordHash::of(Kind::Like, form), LIKE));
        }
        Self { term, portion, worth, sought }
    }

    pub(crate) fn term(&self) -> &str {
        &self.term
    }

    /// How much of a word it stands for, up to 1; 0 for a character of a word.
    pub(crate) fn portion(&self) -> f64 {
        f64::from(self.portion)
    }

    /// What it says that it is in a memory, too, up to 1.
    pub(crate) fn worth(&self) -> f64 {
        f64::from(self.worth)
    }

    /// Counts its mentions at each place, where `places` are those that contain a word, ascending,
    /// each as often as it contains it.
    pub(crate) fn count<I: Iterator<Item = usize>>(
        &self,
        places: impl Fn(WordHash) -> I,
        counts: &mut PlaceCounts,
    ) {
        for (word, weight) in &self.sought {
            let mut places = places(*word).peekable();
            while let Some(place) = places.next() {
                let mut mentions = 1.0;
                while places.next_if_eq(&place).is_some() {
                    mentions += 1.0;
                }
                counts.raise(place, weight * mentions);
            }
        }
    }

    /// The places of the memories whose speaker's name has this word, in any form.
    pub(crate) fn spoken<'a>(
        &'a self,
        view: &'a VisibleMemories,
    ) -> impl Iterator<Item = usize> + 'a {
        let same = self.sought.iter().take_while(|(_, weight)| *weight > LIKE);
        same.flat_map(|(word, _)| view.spoken_by(*word))
    }
}

/// How often one term occurs at each place.
pub(crate) struct PlaceCounts {
    counts: Vec<f32>,
    /// The places with a count.
    counted: Vec<usize>,
}

impl PlaceCounts {
    pub(crate) fn new(places: usize) -> Self {
        Self { counts: vec![0.0; places], counted: Vec::new() }
    }

    /// Raises the count of a place. A word that is found by several of its forms counts once.
    fn raise(&mut self, place: usize, to: f32) {
        if let Some(count) = self.counts.get_mut(place) {
            if *count == 0.0 {
                self.counted.push(place);
            }
            *count = count.max(to);
        }
    }

    /// Hands each count over, and forgets it.
    pub(crate) fn take(&mut self, mut each: impl FnMut(usize, f32)) {
        for place in self.counted.drain(..) {
            if let Some(count) = self.counts.get_mut(place) {
                each(place, std::mem::take(count));
            }
        }
    }
}
