//! Days, months and seasons as spans of days.

use mem0_types::{Date, Timestamp};

use crate::extraction::fact::Precision;

const MICROS_PER_DAY: i64 = 86_400_000_000;

/// Some days, counted from 1970-01-01, both inclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) from: i64,
    pub(crate) to: i64,
    pub(crate) precision: Precision,
}

impl Span {
    pub(crate) fn day(day: i64) -> Self {
        Self { from: day, to: day, precision: Precision::Day }
    }

    pub(crate) fn range(from: i64, to: i64) -> Self {
        Self { from, to, precision: Precision::Range }
    }

    /// A month, which may be counted beyond those of the year.
    pub(crate) fn month(year: i64, month: i64) -> Option<Self> {
        let (year, month) = normal_month(year, month);
        let (next_year, next) = normal_month(year, month + 1);
        let (from, to) = (day_of(year, month, 1)?, day_of(next_year, next, 1)? - 1);
        Some(Self { from, to, precision: Precision::Month })
    }

    pub(crate) fn year(year: i64) -> Option<Self> {
        let (from, to) = (day_of(year, 1, 1)?, day_of(year, 12, 31)?);
        Some(Self { from, to, precision: Precision::Year })
    }

    /// A season of the northern half: 0 is spring, and 3 the winter that begins in the year.
    pub(crate) fn season(year: i64, season: i64) -> Option<Self> {
        let first = 3 + 3 * season;
        let (from, to) = (Self::month(year, first)?.from, Self::month(year, first + 2)?.to);
        Some(Self { from, to, precision: Precision::Season })
    }

    pub(crate) fn has(&self, other: &Self) -> bool {
        self.from <= other.from && other.to <= self.to
    }

    pub(crate) fn has_day(&self, day: i64) -> bool {
        (self.from..=self.to).contains(&day)
    }
}

fn normal_month(year: i64, month: i64) -> (i64, i64) {
    (year + (month - 1).div_euclid(12), (month - 1).rem_euclid(12) + 1)
}

/// The day with these numbers, where there is one.
pub(crate) fn day_of(year: i64, month: i64, day: i64) -> Option<i64> {
    let (year, month, day) =
        (u16::try_from(year).ok()?, u8::try_from(month).ok()?, u8::try_from(day).ok()?);
    Some(day_number(Date::new(year, month, day).ok()?))
}

pub(crate) fn day_number(date: Date) -> i64 {
    let midnight = Timestamp::from(date.to_string()).unix_micros();
    midnight.unwrap_or_default().div_euclid(MICROS_PER_DAY)
}

pub(crate) fn date_of(day: i64) -> Option<Date> {
    Timestamp::from_unix_micros(day.checked_mul(MICROS_PER_DAY)?)?.date()
}

/// Monday is 0.
pub(crate) fn weekday(day: i64) -> i64 {
    (day + 3).rem_euclid(7)
}

/// The English name of a day's weekday.
pub(crate) fn weekday_name(date: Date) -> &'static str {
    const NAMES: [&str; 7] =
        ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
    let number = usize::try_from(weekday(day_number(date))).unwrap_or_default();
    NAMES.get(number).copied().unwrap_or_default()
}
