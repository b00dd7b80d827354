//! Conversions to and from the types of chrono 0.4, by the feature `chrono04`.

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, TimeZone, Utc};

use super::converted::converted;
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

impl TryFrom<&Timestamp> for DateTime<FixedOffset> {
    type Error = InvalidInput;

    /// In UTC.
    ///
    /// # Errors
    /// As for `DateTime<Utc>`.
    fn try_from(time: &Timestamp) -> Result<Self, InvalidInput> {
        DateTime::<Utc>::try_from(time).map(|time| time.fixed_offset())
    }
}

impl From<Date> for NaiveDate {
    fn from(date: Date) -> Self {
        // Chrono has every day of the years 1 to 9999.
        Self::from_ymd_opt(i32::from(date.year()), u32::from(date.month()), u32::from(date.day()))
            .unwrap_or_default()
    }
}

impl From<NaiveDate> for Date {
    /// A day before the year 1 becomes the first day of that year, and one after the year 9999 the
    /// last.
    fn from(date: NaiveDate) -> Self {
        Self::of_parts(date.year(), date.month(), date.day())
    }
}

impl From<NaiveDate> for Timestamp {
    /// The day alone, without a time.
    fn from(date: NaiveDate) -> Self {
        Date::from(date).into()
    }
}

converted! { DateTime<Utc>, DateTime<FixedOffset>; NaiveDate }
