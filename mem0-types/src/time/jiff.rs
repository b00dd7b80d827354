//! Conversions to and from the types of jiff 1, by the feature `jiff`.

use jiff::tz::TimeZone;
use jiff::{ZonedDateTime, civil};

use super::converted::converted;
use super::date::Date;
use super::timestamp::Timestamp;
use crate::InvalidInput;

impl From<jiff::Timestamp> for Timestamp {
    /// Written in UTC. Microseconds are kept and finer digits dropped. A time outside the years 1
    /// to 9999 is written as epoch seconds.
    ///
    /// ```
    /// use mem0_sdk::Timestamp;
    ///
    /// let time = jiff::Timestamp::new(1_700_000_000, 1_999).unwrap();
    /// assert_eq!(Timestamp::from(time).to_string(), "2023-11-14T22:13:20.000001Z");
    /// ```
    fn from(time: jiff::Timestamp) -> Self {
        let micros = time.as_nanosecond().div_euclid(1000);
        // Jiff ends in the year 9999, whose microseconds fit into 64 bits.
        Self::of_micros(i64::try_from(micros).unwrap_or(i64::MAX))
    }
}

impl TryFrom<&Timestamp> for jiff::Timestamp {
    type Error = InvalidInput;

    /// # Errors
    /// [`InvalidInput`] when the text is not a time, or is out of jiff's range.
    ///
    /// ```
    /// use mem0_sdk::Timestamp;
    ///
    /// let time = jiff::Timestamp::try_from(&Timestamp::from("2026-03-01T09:30:00-07:00"))?;
    /// assert_eq!(time.to_string(), "2026-03-01T16:30:00Z");
    /// # Ok::<(), mem0_sdk::InvalidInput>(())
    /// ```
    fn try_from(time: &Timestamp) -> Result<Self, InvalidInput> {
        time.convert(|micros| Self::from_microsecond(micros).ok())
    }
}

impl From<ZonedDateTime> for Timestamp {
    /// As from `jiff::Timestamp`: the moment, without the time zone.
    fn from(time: ZonedDateTime) -> Self {
        time.timestamp().into()
    }
}

impl TryFrom<&Timestamp> for ZonedDateTime {
    type Error = InvalidInput;

    /// In UTC.
    ///
    /// # Errors
    /// As for `jiff::Timestamp`.
    fn try_from(time: &Timestamp) -> Result<Self, InvalidInput> {
        jiff::Timestamp::try_from(time).map(|time| time.to_zoned_datetime(TimeZone::UTC))
    }
}

impl From<Date> for civil::Date {
    fn from(date: Date) -> Self {
        // Jiff has every day of the years 1 to 9999, and the numbers fit its signed types.
        Self::new(date.year() as i16, date.month() as i8, date.day() as i8).unwrap_or_default()
    }
}

impl From<civil::Date> for Date {
    /// A day before the year 1 becomes the first day of that year, and one after the year 9999 the
    /// last.
    fn from(date: civil::Date) -> Self {
        Self::of_parts(i32::from(date.year()), date.month(), date.day())
    }
}

impl From<civil::Date> for Timestamp {
    /// The day alone, without a time.
    fn from(date: civil::Date) -> Self {
        Date::from(date).into()
    }
}

converted! { jiff::Timestamp, ZonedDateTime; civil::Date }
