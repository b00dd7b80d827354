//! Numbers and what is written with them: telephone numbers, dates, times, versions, ordinals.
//!
//! Each becomes the terms of its digits, so that it is found by its parts; the forms of the first
//! term are what its spellings have in common.

use crate::text::forms::Forms;
use crate::text::stems::stem;

/// A number that was read from a text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Number {
    /// Where it ends in the text.
    pub(crate) end: usize,
    /// Its terms, each with its forms.
    pub(crate) words: Vec<(String, Forms)>,
}

/// Telephone numbers in other spellings share their last digits.
const TELEPHONE_DIGITS: usize = 7;

/// Shorter rows of digits are not one code.
const LEAST_OF_CODE: usize = 8;

/// Longer rows of digits are not telephone numbers.
const MOST_TELEPHONE_DIGITS: usize = 20;

const UNITS: [&str; 33] = [
    "km", "m", "cm", "mm", "kg", "g", "mg", "lb", "lbs", "oz", "l", "ml", "gb", "mb", "kb", "tb",
    "min", "mins", "h", "hr", "hrs", "s", "sec", "ms", "px", "mph", "kmh", "k", "x", "am", "pm",
    "ft", "yo",
];

/// The English months, January first.
pub(crate) const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

const NAMED: [&str; 13] = [
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
    "eleven", "twelve",
];

/// Those that are nothing but ordinals, from the third.
const ORDINALS: [&str; 10] = [
    "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh",
    "twelfth",
];

/// The number that an English word names, if the word is seldom anything else.
pub(crate) fn named(word: &str) -> Option<usize> {
    let cardinal = NAMED.iter().position(|name| *name == word).filter(|number| *number >= 2);
    cardinal.or_else(|| Some(ORDINALS.iter().position(|name| *name == word)? + 3))
}

/// Reads what is written from the ASCII digit at `start`.
pub(crate) fn read(text: &[char], start: usize) -> Number {
    let parts = parts(text, start);
    let digits =
        |part: &Part| text.get(part.start..part.end).unwrap_or_default().iter().collect::<String>();
    let groups: Vec<String> = parts.iter().map(digits).collect();
    let separator = |number: usize| {
        let (Some(one), Some(next)) = (parts.get(number), parts.get(number + 1)) else {
            return "".into();
        };
        text.get(one.end..next.start).unwrap_or_default().iter().collect::<String>()
    };
    date(text, start, &parts, &groups, separator)
        .or_else(|| telephone(text, start, &parts, &groups, separator))
        .or_else(|| code(text, &parts, &groups, separator))
        .or_else(|| grouped(&parts, &groups, separator))
        .or_else(|| decimal(text, &parts, &groups, separator))
        .unwrap_or_else(|| plain(text, start))
}

/// A row of digits.
struct Part {
    start: usize,
    end: usize,
}

/// The rows of digits from `start` on with at most three separators between two of them.
fn parts(text: &[char], start: usize) -> Vec<Part> {
    let mut parts = Vec::new();
    let (mut at, mut total) = (start, 0);
    while total <= MOST_TELEPHONE_DIGITS {
        let end = at + text.iter().skip(at).take_while(|c| c.is_ascii_digit()).count();
        // Letters are not part of a row: `3pm`, `4x4`.
        parts.push(Part { start: at, end });
        total += end - at;
        let between = text.iter().skip(end).take_while(|c| is_separator(**c)).count();
        let follows = text.get(end + between).is_some_and(char::is_ascii_digit);
        if !(1..=3).contains(&between) || !follows {
            break;
        }
        at = end + between;
    }
    parts
}

fn is_separator(c: char) -> bool {
    matches!(c, ' ' | '-' | '(' | ')' | '.' | '/' | ',' | '\'' | ':')
}

/// Whether a word goes on after this place.
fn goes_on(text: &[char], end: usize) -> bool {
    text.get(end).is_some_and(|c| c.is_alphanumeric() && c.is_ascii())
}

/// `2024-05-24`, `24.05.2024`, `5/24/2024`.
fn date(
    text: &[char],
    start: usize,
    parts: &[Part],
    groups: &[String],
    separator: impl Fn(usize) -> String,
) -> Option<Number> {
    let [a, b, c, ..] = groups else { return None };
    let [.., end] = parts.get(..3)? else { return None };
    let (first, second) = (separator(0), separator(1));
    if first != second
        || !matches!(first.as_str(), "-" | "." | "/")
        || before(text, start).is_some_and(is_digit_mark)
    {
        return None;
    }
    let number = |text: &str| text.parse::<u32>().ok();
    let (year, (month, day)) = match (a.len(), b.len(), c.len()) {
        (4, 1..=2, 1..=2) => (a, (number(b)?, number(c)?)),
        (1..=2, 1..=2, 4) if first == "/" && number(b)? > 12 => (c, (number(a)?, number(b)?)),
        (1..=2, 1..=2, 4) => (c, (number(b)?, number(a)?)),
        _ => return None,
    };
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let mut forms = Forms::default();
    // 5/6/2024 may be of May or of June.
    let other = (first == "/" && c.len() == 4).then_some(day);
    for number in [Some(month), other].into_iter().flatten() {
        let name = MONTHS.get(number as usize - 1);
        name.into_iter().for_each(|name| forms.add_same(stem(name), 0));
    }
    let words = vec![
        (day.to_string(), Forms::default()),
        (month.to_string(), forms),
        (year.clone(), Forms::default()),
    ];
    Some(Number { end: end.end, words })
}

fn before(text: &[char], start: usize) -> Option<char> {
    text.get(start.checked_sub(1)?).copied()
}

fn is_digit_mark(c: char) -> bool {
    matches!(c, '.' | '-' | '/' | '+')
}

/// `+49 (0)171 123-45 67`, `(555) 123-4567`, `01711234567`.
fn telephone(
    text: &[char],
    start: usize,
    parts: &[Part],
    groups: &[String],
    separator: impl Fn(usize) -> String,
) -> Option<Number> {
    let joins = |separator: &str| !separator.contains([',', '\'', ':']);
    let count = (0..groups.len() - 1).take_while(|number| joins(&separator(*number))).count() + 1;
    let groups = groups.get(..count)?;
    let lengths: Vec<_> = groups.iter().map(String::len).collect();
    let total: usize = lengths.iter().sum();
    let first = groups.first()?;
    let is_international = before(text, start) == Some('+');
    let begins = is_international
        || before(text, start) == Some('(')
        || (first.starts_with('0') && first.len() > 1)
        || first.len() >= TELEPHONE_DIGITS
        || matches!(lengths.as_slice(), [3, 3, 4, ..] | [3, 4] | [1, 3, 3, 4, ..]);
    // As in France: 06.12.34.56.78.
    let is_dotted = is_international
        || first.starts_with('0')
            && first.len() > 1
            && count > 2
            && lengths.iter().all(|it| *it > 1)
        || matches!(lengths.as_slice(), [3, 3, 4] | [3, 4]);
    let is_spaced = |number: usize| separator(number).trim().is_empty();
    let only_dots = (0..count - 1).all(|number| separator(number) == ".") && count > 1;
    if !begins
        || !(TELEPHONE_DIGITS..=MOST_TELEPHONE_DIGITS).contains(&total)
        || goes_on(text, parts.get(count - 1)?.end)
        || (only_dots && !is_dotted)
        || (matches!(lengths.as_slice(), [3, 4]) && is_spaced(0))
    {
        return None;
    }
    let digits = groups.concat();
    let mut forms = Forms::default();
    // What follows a number may look like a part of it.
    let mut end = 0;
    for group in groups {
        end += group.len();
        if let Some(last) = end.checked_sub(TELEPHONE_DIGITS).and_then(|from| digits.get(from..end))
        {
            forms.add_same(format!("{last}t"), 0);
        }
    }
    if groups.len() > 1 {
        groups.iter().for_each(|group| forms.add_like(group.clone(), 2));
    }
    let words = vec![(digits, forms)];
    Some(Number { end: parts.get(count - 1)?.end, words })
}

/// `978-3-16-148410-0`, `1234 5678 9012 3456`.
fn code(
    text: &[char],
    parts: &[Part],
    groups: &[String],
    separator: impl Fn(usize) -> String,
) -> Option<Number> {
    let mark = separator(0);
    let count = (0..groups.len() - 1).take_while(|number| separator(*number) == mark).count() + 1;
    let groups = groups.get(..count)?;
    let is_card = count >= 3 && groups.iter().all(|group| group.len() == 4);
    let is_code = match mark.as_str() {
        "-" => count >= 3,
        " " => is_card,
        _ => false,
    };
    let end = parts.get(count - 1)?.end;
    let digits = groups.concat();
    if !is_code || digits.len() < LEAST_OF_CODE || goes_on(text, end) {
        return None;
    }
    let mut forms = Forms::default();
    groups.iter().for_each(|group| forms.add_like(group.clone(), 2));
    Some(Number { end, words: vec![(digits, forms)] })
}

/// `1,000`, `1.000`, `12 500`, `12,34,567`, `1'000.50`.
fn grouped(
    parts: &[Part],
    groups: &[String],
    separator: impl Fn(usize) -> String,
) -> Option<Number> {
    let mark = separator(0);
    if !matches!(mark.as_str(), "," | "." | "'" | " ") || !(1..=3).contains(&groups.first()?.len())
    {
        return None;
    }
    let follows = |number: &usize| {
        separator(*number) == mark && groups.get(number + 1).is_some_and(|group| group.len() == 3)
    };
    let count = match indian(groups, &mark, &separator) {
        0 => (0..groups.len() - 1).take_while(follows).count(),
        count => count,
    };
    // An address of a machine, or a list, goes on with other groups.
    if count == 0 || groups.first()?.starts_with('0') || separator(count) == mark {
        return None;
    }
    let mut term = groups.get(..=count)?.concat();
    let mut forms = Forms::default();
    let mut last = count;
    let fraction = separator(count);
    if mark == " " {
        // They may as well be numbers of their own.
        groups.get(..=count)?.iter().for_each(|group| forms.add_like(group.clone(), 1));
    }
    if fraction != mark && matches!(fraction.as_str(), "," | ".") {
        last += 1;
        forms.add_same(term.clone(), 0);
        term = format!("{term}.{}", groups.get(last)?);
    } else if mark == "." || mark == "," && count == 1 {
        // It may as well be a fraction.
        forms.add_same(groups.get(..=count)?.join("."), 0);
    }
    Some(Number { end: parts.get(last)?.end, words: vec![(term, forms)] })
}

/// After how many marks a number ends that is grouped as in India: `12,34,567`. 0 if it is not.
fn indian(groups: &[String], mark: &str, separator: impl Fn(usize) -> String) -> usize {
    let pairs = groups.iter().skip(1).take_while(|group| group.len() == 2).count();
    let is_whole = groups.first().is_some_and(|group| group.len() <= 2)
        && groups.get(pairs + 1).is_some_and(|group| group.len() == 3)
        && (0..=pairs).all(|number| separator(number) == ",");
    if mark == "," && pairs > 0 && is_whole { pairs + 1 } else { 0 }
}

/// `3.11`, `3,11`, `3.11.4`.
fn decimal(
    text: &[char],
    parts: &[Part],
    groups: &[String],
    separator: impl Fn(usize) -> String,
) -> Option<Number> {
    let mark = separator(0);
    if !matches!(mark.as_str(), "." | ",") {
        return None;
    }
    let count = (0..groups.len() - 1).take_while(|number| separator(*number) == mark).count();
    // A list has more commas.
    if mark == "," && count > 1 {
        return None;
    }
    let groups = groups.get(..=count)?;
    let mut forms = Forms::default();
    for shorter in 2..groups.len() {
        // Another version has the same beginning.
        forms.add_like(groups.get(..shorter)?.join("."), 0);
    }
    let end = parts.get(count)?.end;
    let mut alone = groups;
    if let [hour, minutes] = groups
        && mark == "."
        && minutes.len() == 2
        && let Some(time) = time_of(hour, minutes, &word_after(text, end))
    {
        if matches!(word_after(text, end).as_str(), "uhr" | "h" | "am" | "pm") {
            forms.add_same(time.clone(), 0);
        } else {
            // Many times have these minutes.
            alone = groups.get(..1)?;
        }
        forms.add_like(time, 0);
    }
    alone.iter().for_each(|group| forms.add_like(group.clone(), 1));
    Some(Number { end, words: vec![(groups.join("."), forms)] })
}

/// Digits, with what is written together with them: `7`, `3rd`, `5km`, `3pm`, `4x4`.
fn plain(text: &[char], start: usize) -> Number {
    let is_part = |c: &&char| c.is_alphanumeric() && c.is_ascii();
    let end = start + text.iter().skip(start).take_while(is_part).count();
    let written: String = text.get(start..end).unwrap_or_default().iter().collect();
    let digits = written.bytes().take_while(u8::is_ascii_digit).count();
    let (digits, letters) = written.split_at(digits);
    let mut words = Vec::new();
    let ordinal = matches!(letters, "st" | "nd" | "rd" | "th");
    if letters.is_empty() || ordinal || UNITS.contains(&letters) {
        let mut forms = Forms::default();
        let value = digits.trim_start_matches('0');
        if value != digits {
            forms.add_same(value, 1);
        }
        if let Some(time) = time(text, start, end, digits, letters) {
            // With a dot in it, as in 15.30, it may as well be a number.
            forms.add_like(time.clone(), 0);
            forms.add_same(time, 0);
        }
        words.push((digits.to_owned(), forms));
        if !(letters.is_empty() || ordinal) {
            words.push((letters.to_owned(), Forms::default()));
        }
    } else {
        words.push((written, Forms::default()));
    }
    Number { end, words }
}

/// The minute of the day that is written from here: `3pm`, `3 p.m.`, `3:30 pm`, `15:30`, `15 Uhr`.
fn time(text: &[char], start: usize, end: usize, digits: &str, letters: &str) -> Option<String> {
    let hour: u32 = digits.parse().ok().filter(|hour| *hour < 24 && digits.len() <= 2)?;
    if before(text, start) == Some(':') {
        return None;
    }
    let ahead: String = text.iter().skip(end).take(9).filter(|c| !matches!(c, '.')).collect();
    let minutes = ahead.strip_prefix(':').and_then(|ahead| ahead.get(..2)?.parse::<u32>().ok());
    let minutes = minutes.filter(|minute| *minute < 60);
    let after = if minutes.is_some() { ahead.get(3..)? } else { ahead.as_str() };
    let after = if letters.is_empty() { after.trim_start() } else { letters };
    let word: String = after.chars().take_while(|c| c.is_alphabetic()).collect();
    let hour = match word.as_str() {
        "am" if (1..=12).contains(&hour) => hour % 12,
        "pm" if (1..=12).contains(&hour) => hour % 12 + 12,
        "uhr" | "h" | "oclock" => hour,
        _ if minutes.is_some() => hour,
        _ => return None,
    };
    Some(format!("{hour}h{:02}", minutes.unwrap_or_default()))
}

/// The minute of the day of an hour and minutes, before a word that may say which half of the day.
fn time_of(hour: &str, minutes: &str, word: &str) -> Option<String> {
    let hour: u32 = hour.parse().ok().filter(|hour| *hour < 24)?;
    let minutes: u32 = minutes.parse().ok().filter(|minutes| *minutes < 60)?;
    let hour = match word {
        "am" if (1..=12).contains(&hour) => hour % 12,
        "pm" if (1..=12).contains(&hour) => hour % 12 + 12,
        _ => hour,
    };
    Some(format!("{hour}h{minutes:02}"))
}

/// The word from here on, after spaces, without its full stops.
fn word_after(text: &[char], at: usize) -> String {
    let ahead = text.iter().skip(at).take(9).filter(|c| **c != '.').skip_while(|c| **c == ' ');
    ahead.take_while(|c| c.is_alphabetic()).collect()
}
