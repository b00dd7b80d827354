//! Whether a fact says no more than what was said.

use std::sync::LazyLock;

use crate::extraction::checks::bearing::{around, clause};
use crate::extraction::checks::ground::{Ground, Place};
use crate::extraction::conversation::Said;
use crate::extraction::fact::When;
use crate::extraction::times::{is_time_word, said};
use crate::extraction::words::content::Content;
use crate::extraction::words::folding::spaced;
use crate::extraction::words::hard::hard;
use crate::extraction::words::marks::{
    AGREEMENTS, ANSWERS, ENDINGS, HEDGES, JUST_NOW, NEGATIONS, PAST, PLANS, REASONS, entries,
};
use crate::extraction::words::mood::{has, is_no, mood};
use crate::text::letters::is_unsegmented;
use crate::text::questions::asks;

/// How much of a fact's words must have been said.
const LEAST_SAID: f32 = 0.34;

/// The same for scripts without spaces, where pairs of characters run across words.
const LEAST_OF_PAIRS: f32 = 0.3;

/// The same around a noun that may be a name.
const LEAST_AROUND_A_NOUN: f32 = 0.66;

/// Units by their names: each line is one.
const UNITS: [&str; 28] = [
    "km kilometer kilometers kilometre kilometres kilometern км",
    "mile miles mi",
    "m meter meters metre metres metern",
    "cm centimeter centimeters",
    "ft foot feet",
    "inch inches in",
    "kg kilo kilos kilogram kilograms",
    "lb lbs pound pounds",
    "pound pounds quid gbp £",
    "g gram grams gramm",
    "mg milligram milligrams milligramm",
    "ml milliliter milliliters",
    "l liter liters litre litres",
    "oz ounce ounces",
    "hour hours h hr hrs stunde stunden heure heures hora horas",
    "minute minutes min mins minuten minutos",
    "second seconds sec secs",
    "day days tag tage tagen jour jours día días",
    "week weeks woche wochen semaine semaines semana semanas",
    "month months monat monate monaten mois mes meses",
    "year years jahr jahre jahren an ans année années año años yo",
    "dollar dollars usd $",
    "euro euros eur €",
    "yen jpy ¥",
    "celsius",
    "fahrenheit",
    "gb gigabyte gigabytes",
    "mb megabyte megabytes",
];

/// Whether a fact's text says no more than its quote, in the company of what was said with it.
pub(crate) fn is_faithful(
    ground: &Ground<'_>,
    place: &Place,
    text: &str,
    when: Option<&When>,
    to: Option<usize>,
) -> bool {
    let (quote, sentence) = (ground.quoted(place), ground.sentence(place));
    has_only_said_names(ground, place, text, quote, when, to)
        && has_said_words(ground, place, text, to)
        && has_no_new_reason(ground, text)
        && (keeps_mood(text, clause(ground, sentence, text))
            || around(sentence, quote).is_some_and(|around| keeps_mood(text, around)))
}

fn has_only_said_names(
    ground: &Ground<'_>,
    place: &Place,
    text: &str,
    quote: &str,
    when: Option<&When>,
    to: Option<usize>,
) -> bool {
    let needed = hard(&without_as_of(ground, text));
    let source = &ground.source;
    let dates = dates(ground, place, when);
    let is_date = |number: &str| number.parse().is_ok_and(|number| dates.contains(&number));
    let numbers = needed.numbers.iter().all(|(number, unit)| {
        let is_said = source.has_number(number) || is_date(number) || is_date_code(number, &dates);
        is_said && has_unit(ground, unit)
    });
    // German writes every noun with a capital.
    let writes_nouns_so = writes_nouns_with_capitals(text)
        && writes_nouns_with_capitals(quote)
        && Content::of(text).share_in(&ground.words, true) >= LEAST_AROUND_A_NOUN;
    let names = needed.names.iter().all(|name| {
        source.has_name(name)
            || ground.knows_name(to, name)
            || writes_nouns_so
            || ground.conversation.observed.is_some() && is_time_word(name)
    });
    let codes = needed.codes.iter().all(|code| {
        let has_digits = code.chars().all(|c| c.is_ascii_digit());
        source.has_code(code) || has_digits && is_date(code) || is_date_code(code, &dates)
    });
    numbers && names && codes && needed.signs.iter().all(|sign| has_sign(ground, *sign))
}

/// A text without "as of" the day on which it was said, which does not date what it tells.
fn without_as_of(ground: &Ground<'_>, text: &str) -> String {
    let today = ground.conversation.observed.and_then(|observed| observed.day());
    let Some(today) = today else { return text.to_owned() };
    text.replace(&format!("as of {today}"), "")
}

/// `20261120`, of 2026-11-20.
fn is_date_code(code: &str, dates: &[u16]) -> bool {
    let part = |range| code.get(range).and_then(|part: &str| part.parse::<u16>().ok());
    let parts = [part(0..4), part(4..6), part(6..8)];
    code.len() == 8 && parts.iter().all(|part| part.is_some_and(|part| dates.contains(&part)))
}

/// The numbers that a date may be written with, of what was said and of the fact.
fn dates(ground: &Ground<'_>, place: &Place, when: Option<&When>) -> Vec<u16> {
    let mut numbers = ground.dates.clone();
    // What was just done is of the day on which it is told, and so is what an assistant did.
    let observed = ground.conversation.observed;
    let is_undated = observed.is_some_and(|it| said(ground.sentence(place), it).is_empty());
    let is_assistants = ground.said(place).is_some_and(Said::is_by_assistant);
    if is_undated && (is_assistants || has(ground.sentence(place), JUST_NOW)) {
        numbers.extend(
            observed
                .and_then(|it| it.day())
                .into_iter()
                .flat_map(|day| [day.year(), day.month().into(), day.day().into()]),
        );
    }
    for date in when.into_iter().flat_map(|when| [when.start, when.end]).flatten() {
        numbers.extend([date.year(), date.month().into(), date.day().into()]);
    }
    numbers
}

/// Whether a unit was said, by any of its names; another word after a number is none.
fn has_unit(ground: &Ground<'_>, word: &str) -> bool {
    let mut units =
        UNITS.iter().filter(|names| names.split(' ').any(|name| name == word)).peekable();
    units.peek().is_none()
        || units.any(|names| {
            let is_said = |name: &str| {
                ground.source.has_word(name)
                    || ground.source.has_measure(name)
                    || name
                        .chars()
                        .next()
                        .is_some_and(|sign| ground.source.has_sign(sign) && !sign.is_alphabetic())
            };
            word == "in" || word == "m" || names.split(' ').any(is_said)
        })
}

/// Whether a sign was said, or its name.
fn has_sign(ground: &Ground<'_>, sign: char) -> bool {
    let names = match sign {
        '$' => "dollar dollars usd bucks",
        '€' => "euro euros eur",
        '£' => "pound pounds gbp quid",
        '¥' => "yen jpy yuan rmb",
        '%' | '％' => "percent prozent",
        _ => "",
    };
    ground.source.has_sign(sign)
        || names.split_ascii_whitespace().any(|name| ground.source.has_word(name))
        || "元円".chars().any(|c| sign == '¥' && ground.source.has_sign(c))
}

fn writes_nouns_with_capitals(text: &str) -> bool {
    const GERMAN: &str = "der die das ist und nicht ich hat mit für ein eine einen mein meine im am \
        wohnt mag zu von dem den auf seit bei keine kein gegen";
    let spaced = spaced(text);
    GERMAN.split_ascii_whitespace().filter(|word| spaced.contains(&format!(" {word} "))).count()
        >= 1
        && !spaced.contains(" the ")
        && !spaced.contains(" is ")
}

/// Whether the words of a fact were said, and some of them in the quote itself, or in the question
/// that it answers.
fn has_said_words(ground: &Ground<'_>, place: &Place, text: &str, to: Option<usize>) -> bool {
    let all = without_dates(text);
    let known = to.and_then(|index| ground.conversation.known.get(index));
    let known = known.map_or_else(|| Content::of(""), |known| Content::of(&known.text));
    let said = Content::of(&all).without(mood_words());
    // What the memory that it points to says already was said before.
    let new = Content::of(&all).without(mood_words()).without(&known);
    let words = if new.is_empty() { said } else { new };
    let words = if words.is_empty() { Content::of(&all) } else { words };
    if words.is_empty() {
        return false;
    }
    let least = if text.chars().any(is_unsegmented) { LEAST_OF_PAIRS } else { LEAST_SAID };
    if words.share_in(&ground.words, true) < least {
        return false;
    }
    let quote = Content::of(ground.quoted(place));
    if words.meets(&quote) {
        return true;
    }
    answers(ground, place, text, &words)
}

/// Whether a quote says yes or no to a question that has the words of the fact.
fn answers(ground: &Ground<'_>, place: &Place, text: &str, words: &Content) -> bool {
    let before = ground.before(place.message).filter(|said| asks(last_sentence(&said.text)));
    let is_asked = before.is_some_and(|said| words.meets(&Content::of(last_sentence(&said.text))));
    let says_no = is_no(ground.quoted(place)) || mood(ground.quoted(place)).denies;
    let is_short = agreed(ground.quoted(place)).is_within(&Content::of(text));
    is_asked && is_short && mood(text).denies == says_no
}

/// What an answer says beyond yes and no.
fn agreed(quote: &str) -> Content {
    let mut quote = quote.to_owned();
    for word in entries(AGREEMENTS).filter(|word| word.chars().any(is_unsegmented)) {
        quote = quote.replace(word, " ");
    }
    Content::of(&quote).without(&Content::of(AGREEMENTS)).without(&Content::of(ANSWERS))
}

/// "Not", "might", "no longer" and the like, which are held against the quote on their own.
fn mood_words() -> &'static Content {
    static WORDS: LazyLock<Content> = LazyLock::new(|| {
        let marks = [NEGATIONS, ENDINGS, HEDGES, PAST].into_iter().flat_map(entries);
        let is_word = |mark: &&str| !mark.contains('_') && !mark.chars().any(is_unsegmented);
        let words: Vec<_> = marks.filter(is_word).chain(["longer"]).collect();
        Content::of(&words.join(" "))
    });
    &WORDS
}

/// A text without dates, which are held against what was said on their own.
fn without_dates(text: &str) -> String {
    let kept: Vec<_> = text.split_whitespace().filter(|word| !is_date(word)).collect();
    let kept = if kept.is_empty() { text.to_owned() } else { kept.join(" ") };
    if kept.chars().any(is_unsegmented) {
        return kept.chars().map(|c| if c.is_ascii_digit() { ' ' } else { c }).collect();
    }
    kept
}

/// Whether a text is nothing but a date.
fn is_date(text: &str) -> bool {
    text.split_whitespace().all(|word| {
        let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
        bare.chars().all(|c| !c.is_alphabetic()) || is_time_word(bare)
    })
}

fn last_sentence(text: &str) -> &str {
    let last = crate::text::sentences::sentences(text).pop();
    last.and_then(|range| text.get(range)).unwrap_or_default()
}

/// Whether no reason was put in: what follows "because" has words that were said.
fn has_no_new_reason(ground: &Ground<'_>, text: &str) -> bool {
    let spaced = spaced(text);
    entries(REASONS).all(|reason| {
        let is_run = reason.chars().next().is_some_and(is_unsegmented);
        let mark =
            if is_run { reason.to_owned() } else { format!(" {} ", reason.replace('_', " ")) };
        // A clause may stand on either side of it, in another language.
        spaced.match_indices(&mark).all(|(at, _)| {
            let behind = without_dates(spaced.get(at + mark.len()..).unwrap_or_default());
            // A date is held against what was said on its own.
            let behind = if is_date(&behind) { Content::of("") } else { Content::of(&behind) };
            behind.is_empty() || behind.share_in(&ground.words, true) >= 0.5
        })
    })
}

/// Whether what was left open stays open, and what was denied denied.
fn keeps_mood(text: &str, clause: &str) -> bool {
    let (said, told) = (mood(clause), mood(text));
    if said.hedges && !told.hedges && !has(text, PLANS) {
        return false;
    }
    if said.denies == told.denies {
        return true;
    }
    // Other words may say the same without a "not": "I don't eat meat" is vegetarian.
    has_new_word(&Content::of(text), &Content::of(clause))
}

/// Whether a text has a word that is not one of the quote's in another form: verbs change most,
/// and are short.
fn has_new_word(text: &Content, quote: &Content) -> bool {
    text.has_other_long_word(quote)
}
