//! The times that a text names, seen from the day on which it was said.

use crate::extraction::conversation::Observed;
use crate::extraction::fact::{Precision, When};
use crate::extraction::times::calendar::{Span, date_of, day_number};
use crate::extraction::times::given::Given;
use crate::extraction::times::reader::Reader;
use crate::extraction::times::vocabulary::{HOURS, RECURRING};
use crate::extraction::words::folding::spaced;
use crate::extraction::words::mood::has_in;

/// The times that a text names.
#[derive(Debug, Default)]
pub(crate) struct SaidTimes {
    /// Each with all that it may mean.
    times: Vec<Vec<Span>>,
    /// Times of the day, in minutes; those before noon may mean those after it.
    minutes: Vec<u16>,
    recurs: bool,
}

/// Reads the times that a text names.
pub(crate) fn said(text: &str, observed: Observed) -> SaidTimes {
    let Some(today) = observed.day() else { return SaidTimes::default() };
    let spaced = spaced(text);
    let words: Vec<String> = spaced
        .split(' ')
        .filter(|word| !word.is_empty())
        .map(|word| word.strip_suffix("'s").unwrap_or(word).to_owned())
        .collect();
    let mut reader = Reader {
        today: day_number(today),
        year: i64::from(today.year()),
        month: i64::from(today.month()),
        words,
        times: Vec::new(),
    };
    reader.digit_dates(text);
    reader.runs(&spaced);
    reader.phrases(&spaced);
    for at in 0..reader.words.len() {
        reader.word(at);
    }
    SaidTimes {
        times: reader.times,
        minutes: minutes(text, &spaced),
        recurs: has_in(&spaced, RECURRING),
    }
}

/// The times of the day that a text names: `15:30`, `3 pm`, `3h30`, noon.
fn minutes(text: &str, spaced: &str) -> Vec<u16> {
    let mut minutes: Vec<u16> = HOURS
        .iter()
        .filter(|(_, words)| has_in(spaced, words))
        .map(|(minute, _)| *minute)
        .collect();
    let letters: Vec<char> = text.to_lowercase().chars().collect();
    let mut at = 0;
    while at < letters.len() {
        let digits: String = letters
            .get(at..)
            .unwrap_or_default()
            .iter()
            .take_while(|c| c.is_ascii_digit())
            .collect();
        if digits.is_empty() {
            at += 1;
            continue;
        }
        let end = at + digits.len();
        let rest: String = letters.get(end..).unwrap_or_default().iter().take(12).collect();
        at = end;
        let Some(hour) = digits.parse::<u16>().ok().filter(|hour| *hour < 24) else { continue };
        let part = rest.strip_prefix([':', '.', 'h', '时', '時', '点', '點', '시']);
        let after: String = part
            .unwrap_or_default()
            .trim_start()
            .chars()
            .take_while(char::is_ascii_digit)
            .collect();
        let minute = after.parse::<u16>().ok().filter(|minute| *minute < 60 && after.len() == 2);
        let rest = rest.trim_start();
        let names_hour =
            ["am", "pm", "a.m", "p.m", "uhr", "o'clock", "h", "点", "點", "時", "时", "시"]
                .iter()
                .any(|word| rest.starts_with(word));
        if minute.is_some() || names_hour {
            minutes.push(hour * 60 + minute.unwrap_or_default());
        }
    }
    minutes
}

impl SaidTimes {
    pub(crate) fn is_empty(&self) -> bool {
        self.times.is_empty()
    }

    /// The time that a model gives, as far as it was said, and no finer. Where it gives another
    /// one, and only one was said, that one.
    pub(crate) fn believed(&self, given: &Given, is_recurring: bool) -> Option<When> {
        let recurring = is_recurring && self.recurs;
        let start = given.start.and_then(|span| self.as_said(span));
        let end = given.end.and_then(|span| self.as_said(span));
        let (start, end) = match (start, end) {
            (None, None) => {
                let [options] = self.times.as_slice() else { return None };
                let [only] = options.as_slice() else { return None };
                (Some(*only), None)
            }
            found => found,
        };
        let first = start.or(end)?;
        let precision = match (start, end) {
            (Some(start), Some(end)) if start != end => {
                // From one day to another is some days; otherwise as coarse as the coarser end.
                start.precision.max(end.precision).max(Precision::Range)
            }
            _ => first.precision,
        };
        let last = end.or(start.filter(|_| !given.is_open)).map(|span| span.to);
        let minute = given.minute.filter(|_| precision == Precision::Day && self.has(given.minute));
        Some(When {
            start: start.and_then(|span| date_of(span.from)),
            end: last.and_then(date_of),
            minute,
            precision: if minute.is_some() { Precision::Moment } else { precision },
            recurring,
        })
    }

    fn has(&self, minute: Option<u16>) -> bool {
        let Some(minute) = minute else { return false };
        self.minutes.iter().any(|said| *said % 720 == minute % 720 && *said <= minute)
    }

    /// A span of days as finely as it was said; `None` where it was not said.
    fn as_said(&self, span: Span) -> Option<Span> {
        let options = || self.times.iter().flatten();
        let around = options().filter(|option| option.has(&span)).min_by_key(|it| it.to - it.from);
        let inside =
            || options().filter(|option| span.has(option)).min_by_key(|it| it.to - it.from);
        match around {
            Some(around) if around.precision == Precision::Range && span.from < span.to => {
                Some(span)
            }
            Some(around) => Some(*around),
            // The model is coarser than what was said: a year rather than a day in it.
            None => inside().map(|inside| {
                let is_winter = span.precision == inside.precision;
                if is_winter { *inside } else { span }
            }),
        }
    }

    /// The numbers that the times are written with: days, months and years.
    pub(crate) fn numbers(&self) -> Vec<u16> {
        let dates =
            self.times.iter().flatten().flat_map(|span| [date_of(span.from), date_of(span.to)]);
        dates
            .flatten()
            .flat_map(|it| [it.year(), u16::from(it.month()), u16::from(it.day())])
            .collect()
    }
}
