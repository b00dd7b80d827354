//! The words of a text that say something.

use crate::extraction::words::marks::{SPEAKERS, entries};
use crate::text::analysis::{Word, index_words};
use crate::text::function_words::is_grammar;

/// The words of a text that say something: neither grammar nor "the user".
pub(crate) struct Content(Vec<Word>);

impl Content {
    pub(crate) fn of(text: &str) -> Self {
        // In scripts without spaces, the word for the user would run on into the next one.
        let mut text = text.to_owned();
        for name in entries(SPEAKERS).filter(|name| !name.is_ascii()) {
            if text.contains(name) {
                text = text.replace(name, " ");
            }
        }
        let mut words = index_words(&without_elisions(&text));
        words.retain(|word| {
            let is_part = word.portion < 1.0 || word.term.chars().count() > 1;
            let is_digit = word.term.bytes().all(|byte| byte.is_ascii_digit());
            (is_part || is_digit || !word.term.is_ascii())
                && !is_grammar(&word.term)
                && !is_speaker(&word.term)
        });
        // The characters of a run are in its pairs already.
        let has_pairs = words.iter().any(|word| crate::text::analysis::words_of(&word.term) < 1.0);
        if has_pairs {
            let is_alone = |word: &Word| crate::text::analysis::words_of(&word.term) == 0.0;
            if words.iter().any(|word| !is_alone(word)) {
                words.retain(|word| !is_alone(word));
            }
        }
        Self(words)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How much of this is in another text, from 0 to 1; 1 where there is nothing.
    ///
    /// Loosely: words that only begin alike count too.
    pub(crate) fn share_in(&self, other: &Self, loosely: bool) -> f32 {
        let found = self.found_in(other, loosely);
        self.share_of(|place| found.get(place) == Some(&true))
    }

    /// Which words of this are in another text, in the order of this.
    pub(crate) fn found_in(&self, other: &Self, loosely: bool) -> Vec<bool> {
        self.0.iter().map(|word| other.has(word, loosely)).collect()
    }

    /// How much of this has words that are found, from 0 to 1, by their places.
    pub(crate) fn share_of(&self, is_found: impl Fn(usize) -> bool) -> f32 {
        let (mut all, mut found) = (0.0, 0.0);
        for (place, word) in self.0.iter().enumerate() {
            let weight = weight(word);
            all += weight;
            if is_found(place) {
                found += weight;
            }
        }
        if all == 0.0 { 1.0 } else { found / all }
    }

    /// The first words of this that another text has; all of them in scripts without spaces,
    /// where words are pairs of characters.
    pub(crate) fn first_of(self, other: &Self, most: usize) -> Self {
        let is_paired = self.0.iter().any(|word| word.portion < 1.0);
        let mut words = self.0;
        words.retain(|word| other.has(word, true));
        if !is_paired {
            words.truncate(most);
        }
        Self(words)
    }

    /// Whether every word of this is in another text.
    pub(crate) fn is_within(&self, other: &Self) -> bool {
        self.0.iter().all(|word| other.has(word, false))
    }

    /// Whether a word of this is in another text.
    pub(crate) fn meets(&self, other: &Self) -> bool {
        self.0.iter().any(|word| other.has(word, true))
    }

    /// How many words, or pairs of characters, are in another text as well.
    pub(crate) fn in_common(&self, other: &Self) -> usize {
        self.0.iter().filter(|word| other.has(word, false)).count()
    }

    /// Whether this has a word that another text does not have in any form, and that is too long
    /// to be but the form of a verb.
    pub(crate) fn has_other_long_word(&self, other: &Self) -> bool {
        self.0.iter().any(|word| {
            let is_long = word.portion < 1.0 || word.term.chars().count() >= 6;
            is_long && !other.has(word, true)
        })
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// Without the words that another text has, too.
    pub(crate) fn without(self, other: &Self) -> Self {
        Self(self.0.into_iter().filter(|word| !other.has(word, false)).collect())
    }

    /// Whether a text has this word, or another form of it.
    pub(crate) fn has(&self, word: &Word, loosely: bool) -> bool {
        self.0.iter().any(|own| is_same(own, word) || loosely && is_like(own, word))
    }
}

/// `l'école` and `dell'anno` as two words each.
fn without_elisions(text: &str) -> String {
    const ELIDED: [&str; 16] = [
        "l", "d", "j", "m", "t", "s", "n", "c", "qu", "dell", "all", "nell", "sull", "un",
        "lorsqu", "jusqu",
    ];
    let text = text.replace('\u{2019}', "'");
    let mut kept = String::with_capacity(text.len());
    for (number, part) in text.split('\'').enumerate() {
        if number > 0 {
            let before = kept.rsplit(|c: char| !c.is_alphabetic()).next().unwrap_or_default();
            let is_elided = ELIDED.contains(&before.to_lowercase().as_str());
            let goes_on = part.chars().take_while(|c| c.is_alphabetic()).count() > 1;
            kept.push(if is_elided && goes_on { ' ' } else { '\'' });
        }
        kept.push_str(part);
    }
    kept
}

fn weight(word: &Word) -> f32 {
    if word.portion > 0.0 { word.portion } else { 0.25 }
}

fn is_same(one: &Word, other: &Word) -> bool {
    one.term == other.term
        || one.forms.same.contains(&other.term)
        || other.forms.same.contains(&one.term)
        || one.forms.same.iter().any(|form| other.forms.same.contains(form))
}

fn is_like(one: &Word, other: &Word) -> bool {
    one.forms.like.contains(&other.term)
        || other.forms.like.contains(&one.term)
        || one
            .forms
            .like
            .iter()
            .any(|form| other.forms.like.contains(form) || other.forms.same.contains(form))
        || one.forms.same.iter().any(|form| other.forms.like.contains(form))
        || begins_alike(&one.term, &other.term)
}

/// Whether two words begin alike for two thirds of the longer one, and for four letters.
fn begins_alike(one: &str, other: &str) -> bool {
    let alike = one.chars().zip(other.chars()).take_while(|(one, other)| one == other).count();
    let longer = one.chars().count().max(other.chars().count());
    alike >= 4 && alike * 3 >= longer * 2
}

fn is_speaker(term: &str) -> bool {
    entries(SPEAKERS).any(|name| name == term)
}
