//! Whether a text affirms, denies, or leaves open.

use crate::extraction::words::folding::spaced;
use crate::extraction::words::languages::language;
use crate::extraction::words::marks::{self, entries};
use crate::text::letters::is_unsegmented;

/// How a text says what it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Mood {
    /// It is not so, or not any more.
    pub(crate) denies: bool,
    /// It may be so, or is wished or planned.
    pub(crate) hedges: bool,
    /// It was so once.
    pub(crate) past: bool,
}

/// Whether a text has one of the marks.
pub(crate) fn has(text: &str, marks: &str) -> bool {
    has_in(&spaced(text), marks)
}

/// The same for a text of which the words are known.
pub(crate) fn has_in(spaced: &str, marks: &str) -> bool {
    marks.split_ascii_whitespace().any(|mark| {
        let is_run = mark.chars().next().is_some_and(is_unsegmented);
        let (mark, of) = mark.split_once('/').unwrap_or((mark, ""));
        let mark = mark.replace('_', " ");
        let is_there = match mark.strip_suffix('-') {
            _ if is_run => spaced.contains(mark.as_str()),
            Some(beginning) => spaced.contains(&format!(" {beginning}")),
            None => spaced.contains(&format!(" {mark} ")),
        };
        is_there && is_of(spaced, of)
    })
}

/// Whether a text may be in the language that a mark is of.
fn is_of(spaced: &str, of: &str) -> bool {
    let is = |name: &str| language(spaced).is_some_and(|language| language.name == name);
    match of.strip_prefix('!') {
        Some(other) => !is(other),
        None => of.is_empty() || is(of),
    }
}

/// How a text says what it says.
pub(crate) fn mood(text: &str) -> Mood {
    let mut spaced = spaced(without_answer(text));
    for phrase in entries(marks::NO_NEGATIONS).chain(entries(marks::NO_HEDGES)) {
        spaced = without(&spaced, phrase);
    }
    Mood {
        denies: has_in(&spaced, marks::NEGATIONS) || has_in(&spaced, marks::ENDINGS),
        hedges: has_in(&spaced, marks::HEDGES),
        past: has_in(&spaced, marks::PAST),
    }
}

/// A text without a phrase, which is of whole words where its script has spaces.
fn without(spaced: &str, phrase: &str) -> String {
    if phrase.chars().any(is_unsegmented) {
        return spaced.replace(phrase, " ");
    }
    spaced.replace(&format!(" {} ", phrase.replace('_', " ")), " ")
}

/// Whether a text begins with a "no" that answers.
pub(crate) fn is_no(text: &str) -> bool {
    let spaced = spaced(text);
    entries(marks::ANSWERS).any(|answer| {
        let is_run = answer.chars().next().is_some_and(is_unsegmented);
        let rest = spaced.trim_start().strip_prefix(answer);
        rest.is_some_and(|rest| is_run || rest.starts_with(' '))
    })
}

/// Without a "no" that answers what was asked before.
fn without_answer(text: &str) -> &str {
    let trimmed = text.trim_start();
    let end = trimmed.find([',', '.', '!', ';', ':', '，', '。', '、', '—', '–']);
    let first = end.and_then(|end| trimmed.get(..end)).unwrap_or_default();
    let is_answer = entries(marks::ANSWERS).any(|answer| answer == first.to_lowercase());
    match end {
        Some(end) if is_answer => trimmed
            .get(end..)
            .unwrap_or_default()
            .trim_start_matches(|c: char| !c.is_alphanumeric()),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_told_what_is_denied_and_what_is_left_open() {
        for text in [
            "I don't own a boat",
            "Ich esse kein Fleisch",
            "Je ne mange pas de viande",
            "No como carne",
            "Non mangio carne",
            "Я не ем мясо",
            "我不吃肉",
            "肉は食べない",
            "고기를 안 먹어요",
            "لا آكل اللحم",
            "I gave up meat",
            "I no longer smoke",
        ] {
            assert!(mood(text).denies, "{text}");
        }
        for text in [
            "I own a boat",
            "No, I live in Oslo.",
            "Ich esse Fleisch",
            "我吃肉",
            "Nein, ich mag Tee.",
        ] {
            assert!(!mood(text).denies, "{text}");
        }
        for text in [
            "I might move to Oslo",
            "Vielleicht ziehe ich nach Oslo",
            "Je voudrais un chien",
            "Quizás me mude",
            "我可能搬家",
            "引っ越すかもしれない",
            "Может быть, я перееду",
            "Maybe she is right",
        ] {
            assert!(mood(text).hedges, "{text}");
        }
        for text in ["I moved to Oslo in May", "Ich wohne in Oslo", "我搬家了", "The month of May"]
        {
            assert!(!mood(text).hedges, "{text}");
        }
        assert!(mood("I used to work at Acme").past && !mood("I work at Acme").past);
    }
}
