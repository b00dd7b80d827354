//! Whether two facts say the same, or cannot.

use crate::extraction::checks::language::are_of_other_languages;
use crate::extraction::words::content::Content;
use crate::extraction::words::hard::{Hard, hard};
use crate::extraction::words::marks::RELATIONS;
use crate::extraction::words::mood::{Mood, has, mood};

/// The words of a fact or a memory, for comparing.
pub(crate) struct Compared {
    pub(crate) words: Content,
    hard: Hard,
    pub(crate) mood: Mood,
    pub(crate) has_relation: bool,
    text: String,
}

impl Compared {
    pub(crate) fn of(text: &str) -> Self {
        Self {
            words: Content::of(text),
            hard: hard(text),
            mood: mood(text),
            has_relation: has(text, RELATIONS),
            text: text.to_owned(),
        }
    }

    /// Whether a name, a number, a code, a unit or a negation keeps two apart: each has one that
    /// the other does not have, or they say it in another mood.
    pub(crate) fn is_apart_from(&self, other: &Self) -> bool {
        self.mood != other.mood || self.has_other_values(other)
    }

    /// The same without their moods.
    pub(crate) fn has_other_values(&self, other: &Self) -> bool {
        let (one, other) = (&self.hard, &other.hard);
        differ(&one.names, &other.names, is_same_name)
            || differ(&one.codes, &other.codes, |a, b| a == b)
            || differ(&numbers(one), &numbers(other), |a, b| a == b)
            || has_other_unit(one, other)
            || differ(&one.signs, &other.signs, |a, b| a == b)
    }

    /// Whether all of this is in the other, and nothing keeps them apart.
    pub(crate) fn is_within(&self, other: &Self) -> bool {
        let (one, two) = (&self.hard, &other.hard);
        !self.words.is_empty()
            && !self.is_apart_from(other)
            && self.words.is_within(&other.words)
            && one.names.iter().all(|name| two.names.iter().any(|it| is_same_name(name, it)))
            && one.codes.iter().all(|code| two.codes.contains(code))
            && numbers(one).iter().all(|number| numbers(two).contains(number))
            && (one.names.len() < 2 || in_order(&one.names, &two.names))
    }

    /// Whether each is in the other.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        self.is_within(other) && other.is_within(self)
    }

    /// Whether a code or a number is in both.
    pub(crate) fn shares_value(&self, other: &Self) -> bool {
        let (one, two) = (&self.hard, &other.hard);
        one.codes.iter().any(|code| two.codes.contains(code))
            || numbers(one).iter().any(|number| numbers(two).contains(number))
    }

    /// How much of the shorter is in the longer, from 0 to 1.
    pub(crate) fn likeness(&self, other: &Self) -> f32 {
        let (one, two) = (&self.words, &other.words);
        one.share_in(two, false).max(two.share_in(one, false))
    }

    /// How much it says beyond the other: its names, numbers, codes and words.
    pub(crate) fn is_richer_than(&self, other: &Self) -> bool {
        let size = |it: &Self| {
            (it.hard.numbers.len() + it.hard.codes.len() + it.hard.names.len(), it.words.len())
        };
        size(self) > size(other)
    }

    /// Whether its letters are for the most part of a script without capitals.
    pub(crate) fn is_without_capitals(&self) -> bool {
        let letters = || self.text.chars().filter(|c| c.is_alphabetic());
        let without = letters().filter(|c| !c.is_lowercase() && !c.is_uppercase()).count();
        without * 2 > letters().count()
    }

    pub(crate) fn is_in_another_language(&self, other: &Self) -> bool {
        are_of_other_languages(&self.text, &other.text)
    }
}

fn numbers(hard: &Hard) -> Vec<&str> {
    hard.numbers.iter().map(|(number, _)| number.as_str()).collect()
}

/// Whether each has something that the other does not have.
fn differ<T>(one: &[T], other: &[T], is_same: impl Fn(&T, &T) -> bool) -> bool {
    let lacks = |of: &[T], from: &[T]| of.iter().any(|a| !from.iter().any(|b| is_same(a, b)));
    lacks(one, other) && lacks(other, one)
}

/// Whether two names are the same, but for an ending of up to two letters.
fn is_same_name<A: AsRef<str> + ?Sized, B: AsRef<str> + ?Sized>(one: &A, other: &B) -> bool {
    let (one, other) = (one.as_ref(), other.as_ref());
    let alike = one.chars().zip(other.chars()).take_while(|(a, b)| a == b).count();
    let longer = one.chars().count().max(other.chars().count());
    // Ida and Ada, Maria and Mario are others; Москва and Москве are not.
    one == other || !one.is_ascii() && alike >= 4 && longer - alike <= 2
}

/// Whether the same number counts something else.
fn has_other_unit(one: &Hard, other: &Hard) -> bool {
    one.numbers.iter().any(|(number, unit)| {
        let same: Vec<_> = other.numbers.iter().filter(|(it, _)| it == number).collect();
        !unit.is_empty()
            && !same.is_empty()
            && same.iter().all(|(_, other)| !other.is_empty() && !is_same_unit(unit, other))
    })
}

/// A year is followed by any word, and a noun may be in the plural.
fn is_same_unit(one: &str, other: &str) -> bool {
    let is_small = |word: &str| {
        crate::text::function_words::is_stop_word(word)
            || crate::text::function_words::is_grammar(word)
    };
    let begins = one.chars().zip(other.chars()).take_while(|(a, b)| a == b).count();
    one == other || is_small(one) || is_small(other) || begins >= 3
}

/// Whether the names of one come in the same order in the other.
fn in_order(names: &[String], others: &[String]) -> bool {
    let places: Vec<_> = names
        .iter()
        .filter_map(|name| others.iter().position(|other| is_same_name(name, other)))
        .collect();
    places.is_sorted()
}
