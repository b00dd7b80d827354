//! Conversions to and from the types of chrono 0.4, by the feature `chrono04`.

use chrono::{DateTime, Datelike, NaiveDate, TimeZone, Utc};

use super::date::Date;
use super::timestamp::Timestamp;
use crate::InvalidInput;

impl<Tz: TimeZone> From<DateTime<Tz>> for Timestamp {
    /// Written in UTC. Microseconds are kept and finer digits dropped. A time outside the years 1
    /// to 9999 is written as epoch seconds.
    ///
    /// ```
    /// use chrono::DateTime;
    /// use mem0_sdk::Timestamp;
    ///
    /// let time = DateTime::from_timestamp(1_700_000_000, 1_999).unwrap();
    /// assert_eq!(Timestamp::from(time).to_string(), "2023-11-14T22:13:20.000001Z");
    /// ```
    fn from(time: DateTime<Tz>) -> Self {
        Self::of_micros(time.timestamp_micros())
    }
}

impl TryFrom<&Timestamp> for DateTime<Utc> {
    type Error = InvalidInput;

    /// # Errors
    /// [`InvalidInput`] when the text is not a time, or is out of chrono's range.
    ///
    /// ```
    /// use chrono::{DateTime, Utc};
    /// use mem0_sdk::Timestamp;
    ///
    /// let time = DateTime::<Utc>::try_from(&Timestamp::from("2026-03-01T09:30:00-07:00"))?;
    /// assert_eq!(time.timestamp(), 1_772_382_600);
    /// # Ok::<(), mem0_sdk::InvalidInput>(())
    /// ```
    fn try_from(time: &Timestamp) -> Result<Self, InvalidInput> {
        time.convert(Self::from_timestamp_micros)
    }
}

impl From<Date> for NaiveDate {
    fn from(date: Date) -> Self {
        // Chrono has every day of the years 1 to 9999.
        Self::from_ymd_opt(i32::from(date.year()), u32::from(date.month()), u32::from(date.day()))
            .unwrap_or_default()
    }
}

impl TryFrom<NaiveDate> for Date {
    type Error = InvalidInput;

    /// # Errors
    /// [`InvalidInput`] outside the years 1 to 9999.
    fn try_from(date: NaiveDate) -> Result<Self, InvalidInput> {
        Self::of_parts(date.year(), date.month(), date.day())
    }
}
