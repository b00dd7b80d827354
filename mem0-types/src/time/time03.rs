//! Conversions to and from the types of time 0.3, by the feature `time03`.

use time::{Month, OffsetDateTime, UtcDateTime};

use super::converted::converted;
use super::date::Date;
use super::timestamp::Timestamp;
use crate::InvalidInput;

impl From<OffsetDateTime> for Timestamp {
    /// Written in UTC. Microseconds are kept and finer digits dropped. A time outside the years 1
    /// to 9999 is written as epoch seconds.
    ///
    /// ```
    /// use mem0_sdk::Timestamp;
    /// use time::OffsetDateTime;
    ///
    /// let time = OffsetDateTime::from_unix_timestamp_nanos(1_700_000_000_000_001_999).unwrap();
    /// assert_eq!(Timestamp::from(time).to_string(), "2023-11-14T22:13:20.000001Z");
    /// ```
    fn from(time: OffsetDateTime) -> Self {
        match i64::try_from(time.unix_timestamp_nanos().div_euclid(1000)) {
            Ok(micros) => Self::of_micros(micros),
            Err(_) => Self::from_unix(time.unix_timestamp()),
        }
    }
}

impl TryFrom<&Timestamp> for OffsetDateTime {
    type Error = InvalidInput;

    /// In UTC.
    ///
    /// # Errors
    /// [`InvalidInput`] when the text is not a time, or is out of time's range.
    ///
    /// ```
    /// use mem0_sdk::Timestamp;
    /// use time::OffsetDateTime;
    ///
    /// let time = OffsetDateTime::try_from(&Timestamp::from("2026-03-01T09:30:00-07:00"))?;
    /// assert_eq!((time.hour(), time.minute(), time.offset().is_utc()), (16, 30, true));
    /// # Ok::<(), mem0_sdk::InvalidInput>(())
    /// ```
    fn try_from(time: &Timestamp) -> Result<Self, InvalidInput> {
        time.convert(|micros| Self::from_unix_timestamp_nanos(i128::from(micros) * 1000).ok())
    }
}

impl From<UtcDateTime> for Timestamp {
    /// As from `OffsetDateTime`.
    fn from(time: UtcDateTime) -> Self {
        OffsetDateTime::from(time).into()
    }
}

impl TryFrom<&Timestamp> for UtcDateTime {
    type Error = InvalidInput;

    /// # Errors
    /// As for `OffsetDateTime`.
    fn try_from(time: &Timestamp) -> Result<Self, InvalidInput> {
        OffsetDateTime::try_from(time).map(Self::from)
    }
}

impl From<Date> for time::Date {
    fn from(date: Date) -> Self {
        let month = Month::January.nth_next(date.month() - 1);
        // The crate has every day of the years 1 to 9999.
        Self::from_calendar_date(i32::from(date.year()), month, date.day()).unwrap_or(Self::MAX)
    }
}

impl From<time::Date> for Date {
    /// A day before the year 1 becomes the first day of that year, and one after the year 9999 the
    /// last.
    fn from(date: time::Date) -> Self {
        Self::of_parts(date.year(), u8::from(date.month()), date.day())
    }
}

impl From<time::Date> for Timestamp {
    /// The day alone, without a time.
    fn from(date: time::Date) -> Self {
        Date::from(date).into()
    }
}

converted! { OffsetDateTime, UtcDateTime; time::Date }
