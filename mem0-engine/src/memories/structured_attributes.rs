use mem0_types::{Date, Timestamp};
use serde::Serialize;

use crate::clock::MICROS_PER_DAY;

/// The parts of a memory's creation time, in UTC.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct StructuredAttributes {
    /// 1 to 9999.
    pub year: u16,
    /// 1 to 12.
    pub month: u8,
    /// 1 to 31.
    pub day: u8,
    /// 0 to 23.
    pub hour: u8,
    /// 0 to 59.
    pub minute: u8,
    /// `monday` to `sunday`.
    pub day_of_week: &'static str,
    /// The ISO 8601 week, 1 to 53.
    pub week_of_year: u8,
    /// 1 to 366.
    pub day_of_year: u16,
    /// 1 to 4.
    pub quarter: u8,
    /// Whether it was a Saturday or Sunday.
    pub is_weekend: bool,
}

const DAYS: [&str; 7] =
    ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

impl StructuredAttributes {
    /// The parts of a time. A text that is not a time counts as the epoch.
    pub(crate) fn of(time: &Timestamp) -> Self {
        let micros = time.unix_micros().unwrap_or_default();
        let (days, of_day) = (micros.div_euclid(MICROS_PER_DAY), micros.rem_euclid(MICROS_PER_DAY));
        let (year, month, day) =
            time.date().map_or((1970, 1, 1), |date| (date.year(), date.month(), date.day()));
        // 1970-01-01 was a Thursday.
        let weekday = (days + 3).rem_euclid(7);
        let day_of_year = days - first_day(year) + 1;
        Self {
            year,
            month,
            day,
            hour: small(of_day / 3_600_000_000),
            minute: small(of_day / 60_000_000 % 60),
            day_of_week: usize::try_from(weekday).ok().and_then(|at| DAYS.get(at)).unwrap_or(&""),
            week_of_year: small(iso_week(year, weekday, day_of_year)),
            day_of_year: u16::try_from(day_of_year).unwrap_or_default(),
            quarter: month.div_ceil(3),
            is_weekend: weekday >= 5,
        }
    }
}

fn small(number: i64) -> u8 {
    u8::try_from(number).unwrap_or_default()
}

/// The first of January, in days since 1970-01-01.
fn first_day(year: u16) -> i64 {
    let first = Date::new(year, 1, 1).ok().and_then(|date| Timestamp::from(date).unix_micros());
    first.unwrap_or_default().div_euclid(MICROS_PER_DAY)
}

/// A week belongs to the year that contains its Thursday.
fn iso_week(year: u16, weekday: i64, day_of_year: i64) -> i64 {
    let week = (day_of_year - weekday + 9) / 7;
    let weeks_in = |year: u16| {
        let first_weekday = (first_day(year) + 3).rem_euclid(7);
        let days = first_day(year.saturating_add(1)) - first_day(year);
        if first_weekday == 3 || (first_weekday == 2 && days == 366) { 53 } else { 52 }
    };
    if week < 1 {
        weeks_in(year.saturating_sub(1))
    } else if week > weeks_in(year) {
        1
    } else {
        week
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_times_apart() {
        let of = |text: &str| StructuredAttributes::of(&Timestamp::from(text));
        let friday = of("2026-02-13T23:05:59Z");
        assert_eq!(
            serde_json::to_value(&friday).unwrap(),
            serde_json::json!({
                "year": 2026, "month": 2, "day": 13, "hour": 23, "minute": 5,
                "day_of_week": "friday", "week_of_year": 7, "day_of_year": 44, "quarter": 1,
                "is_weekend": false,
            })
        );
        // ISO weeks as Python's date.isocalendar() gives them.
        for (text, week, day) in [
            ("2026-12-31T00:00:00Z", 53, "thursday"),
            ("2027-01-01T00:00:00Z", 53, "friday"),
            ("2027-01-04T00:00:00Z", 1, "monday"),
            ("2024-12-30T00:00:00Z", 1, "monday"),
            ("2021-01-03T00:00:00Z", 53, "sunday"),
            ("2020-12-31T00:00:00Z", 53, "thursday"),
            ("2016-01-01T00:00:00Z", 53, "friday"),
            ("1969-12-31T00:00:00Z", 1, "wednesday"),
        ] {
            assert_eq!((of(text).week_of_year, of(text).day_of_week), (week, day), "{text}");
        }
        assert_eq!(of("2024-12-31").day_of_year, 366);
        assert_eq!(of("2024-12-31").quarter, 4);
        assert!(of("2024-06-02").is_weekend);
    }
}
