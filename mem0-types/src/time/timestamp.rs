use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::de::Visitor;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Number;

use super::date::Date;
use crate::InvalidInput;
use crate::wire::from_text;

const MICROS_PER_SECOND: i64 = 1_000_000;
const MICROS_PER_DAY: i64 = 86_400 * MICROS_PER_SECOND;

const NOT_A_TIME: &str = "must be a date (YYYY-MM-DD), an ISO 8601 date-time or epoch seconds";

fn refused(why: &'static str) -> InvalidInput {
    InvalidInput::new("timestamp", why)
}

/// A time, kept exactly as it was written and parsed only when needed.
///
/// The platform writes `2026-03-01T09:30:00Z` and `2026-03-01T09:30:00.630547-07:00`. It also takes
/// a date without a time, and epoch seconds. A text that is not a time is kept unchanged; it has no
/// [`unix_micros`](Self::unix_micros) and no [`date`](Self::date).
///
/// The features `chrono04`, `jiff` and `time03` convert it to and from the types of these crates,
/// by `TryFrom`, which takes it or a reference to it, and by `From`. A text that is not a time is
/// an error then.
///
/// ```
/// use mem0_sdk::Timestamp;
///
/// let created = Timestamp::from("2026-03-01T09:30:00.630547-07:00");
/// assert_eq!(created.unix_micros(), Some(1_772_382_600_630_547));
/// assert_eq!(created.to_string(), "2026-03-01T09:30:00.630547-07:00");
/// assert_eq!(Timestamp::from("soon").unix_micros(), None);
/// ```
///
/// Times are compared and sorted by their moment, however they are written. A date without a time
/// comes just before its midnight in UTC and is not equal to it, since a filter may read it as the
/// whole day. A text that is not a time comes after all times. Digits beyond microseconds do not
/// count. For the spelling, compare what `to_string()` gives.
///
/// ```
/// use mem0_sdk::{Memory, Timestamp};
///
/// assert_eq!(Timestamp::from("2026-03-01T09:30:00-07:00"), "2026-03-01T16:30:00Z".into());
/// assert!(Timestamp::from("2026-03-01T09:30:00-07:00") > "2026-03-01T10:00:00Z".into());
///
/// fn oldest_first(memories: &mut [Memory]) {
///     memories.sort_by(|one, other| one.created_at.cmp(&other.created_at));
/// }
/// ```
#[derive(Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(Repr);

#[derive(Clone, Serialize)]
#[serde(untagged)]
enum Repr {
    Text(String),
    Seconds(Number),
}

impl<'de> Deserialize<'de> for Repr {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextOrNumber;

        impl Visitor<'_> for TextOrNumber {
            type Value = Repr;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text or a number")
            }

            fn visit_str<E>(self, text: &str) -> Result<Repr, E> {
                Ok(Repr::Text(text.to_owned()))
            }

            fn visit_string<E>(self, text: String) -> Result<Repr, E> {
                Ok(Repr::Text(text))
            }

            fn visit_i64<E>(self, seconds: i64) -> Result<Repr, E> {
                Ok(Repr::Seconds(seconds.into()))
            }

            fn visit_u64<E>(self, seconds: u64) -> Result<Repr, E> {
                Ok(Repr::Seconds(seconds.into()))
            }

            fn visit_f64<E: serde::de::Error>(self, seconds: f64) -> Result<Repr, E> {
                let number = Number::from_f64(seconds);
                number.map(Repr::Seconds).ok_or_else(|| E::custom("not a finite number"))
            }
        }

        deserializer.deserialize_any(TextOrNumber)
    }
}

impl Timestamp {
    /// This many seconds after 1970-01-01T00:00:00Z. Sent as a number.
    ///
    /// ```
    /// # use mem0_sdk::Timestamp;
    /// assert_eq!(Timestamp::from_unix(1_700_000_000).to_string(), "1700000000");
    /// ```
    pub fn from_unix(seconds: i64) -> Self {
        Self(Repr::Seconds(seconds.into()))
    }

    /// This many microseconds after 1970-01-01T00:00:00Z. Sent as RFC 3339 in UTC. `None` outside
    /// the years 1 to 9999.
    ///
    /// ```
    /// # use mem0_sdk::Timestamp;
    /// let moment = Timestamp::from_unix_micros(1_700_000_000_000_001).unwrap();
    /// assert_eq!(moment.to_string(), "2023-11-14T22:13:20.000001Z");
    /// ```
    pub fn from_unix_micros(micros: i64) -> Option<Self> {
        let date = Date::from_days_since_epoch(micros.div_euclid(MICROS_PER_DAY))?;
        let of_day = micros.rem_euclid(MICROS_PER_DAY);
        let (seconds, fraction) = (of_day / MICROS_PER_SECOND, of_day % MICROS_PER_SECOND);
        let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        Some(Self(Repr::Text(format!("{date}T{hour:02}:{minute:02}:{second:02}.{fraction:06}Z"))))
    }

    /// Microseconds since 1970-01-01T00:00:00Z; finer digits are dropped. A text without an offset
    /// is read as UTC, and a date without a time as its midnight. `None` when the text is not a
    /// time.
    ///
    /// ```
    /// # use mem0_sdk::Timestamp;
    /// assert_eq!(Timestamp::from("1970-01-02").unix_micros(), Some(86_400_000_000));
    /// ```
    pub fn unix_micros(&self) -> Option<i64> {
        match &self.0 {
            Repr::Seconds(number) => match number.as_i64() {
                Some(seconds) => seconds.checked_mul(MICROS_PER_SECOND),
                None => {
                    let micros = number.as_f64()? * MICROS_PER_SECOND as f64;
                    (micros.abs() < i64::MAX as f64).then_some(micros as i64)
                }
            },
            Repr::Text(text) => parse(text),
        }
    }

    /// As [`from_unix_micros`](Self::from_unix_micros), but as epoch seconds outside of its years.
    pub(super) fn of_micros(micros: i64) -> Self {
        Self::from_unix_micros(micros)
            .unwrap_or_else(|| Self::from_unix(micros.div_euclid(MICROS_PER_SECOND)))
    }

    /// The time as another crate's type, which may have a smaller range.
    #[cfg(any(feature = "chrono04", feature = "jiff", feature = "time03"))]
    pub(super) fn convert<T>(
        &self,
        of_micros: impl FnOnce(i64) -> Option<T>,
    ) -> Result<T, InvalidInput> {
        let micros = self.unix_micros().ok_or_else(|| refused(NOT_A_TIME))?;
        of_micros(micros).ok_or_else(|| refused("must be within the range of the type"))
    }

    /// The same time as whole epoch seconds.
    pub(crate) fn to_whole_seconds(&self) -> Option<Self> {
        Some(Self::from_unix(self.unix_micros()?.div_euclid(MICROS_PER_SECOND)))
    }

    /// The same time as a text: epoch seconds become RFC 3339, and a text stays as it is.
    pub(crate) fn into_text(self) -> Self {
        match &self.0 {
            Repr::Text(_) => self,
            Repr::Seconds(_) => self.unix_micros().and_then(Self::from_unix_micros).unwrap_or(self),
        }
    }

    /// The time as the standard library's type. `None` when the text is not a time.
    ///
    /// ```
    /// # use mem0_sdk::Timestamp;
    /// # use std::time::{Duration, UNIX_EPOCH};
    /// let moment = Timestamp::from("1970-01-01T00:00:01Z").to_system_time();
    /// assert_eq!(moment, Some(UNIX_EPOCH + Duration::from_secs(1)));
    /// ```
    pub fn to_system_time(&self) -> Option<SystemTime> {
        let micros = self.unix_micros()?;
        let distance = Duration::from_micros(micros.unsigned_abs());
        if micros >= 0 {
            UNIX_EPOCH.checked_add(distance)
        } else {
            UNIX_EPOCH.checked_sub(distance)
        }
    }

    /// The day in UTC. `None` when the text is not a time.
    ///
    /// ```
    /// # use mem0_sdk::{Date, Timestamp};
    /// let moment = Timestamp::from("2026-03-01T23:30:00-07:00");
    /// assert_eq!(moment.date(), Some(Date::new(2026, 3, 2)?));
    /// # Ok::<(), mem0_sdk::InvalidInput>(())
    /// ```
    pub fn date(&self) -> Option<Date> {
        Date::from_days_since_epoch(self.unix_micros()?.div_euclid(MICROS_PER_DAY))
    }
}

/// What times are compared by: the moment, and whether it was written with a clock. A text that is
/// not a time is compared as a text.
#[derive(PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Moment<'a> {
    Time { micros: i128, has_clock: bool },
    Other(&'a str),
}

impl Timestamp {
    fn moment(&self) -> Moment<'_> {
        match &self.0 {
            Repr::Text(text) => parse(text).map_or(Moment::Other(text), |micros| Moment::Time {
                micros: micros.into(),
                has_clock: text.trim().len() > "YYYY-MM-DD".len(),
            }),
            Repr::Seconds(number) => {
                let whole = number.as_i128().map(|seconds| seconds * i128::from(MICROS_PER_SECOND));
                let micros = whole.unwrap_or_else(|| match self.unix_micros() {
                    Some(micros) => micros.into(),
                    None => number.as_f64().map_or(0, |seconds| seconds as i128),
                });
                Moment::Time { micros, has_clock: true }
            }
        }
    }
}

impl PartialEq for Timestamp {
    fn eq(&self, other: &Self) -> bool {
        self.moment() == other.moment()
    }
}

impl Eq for Timestamp {}

impl PartialOrd for Timestamp {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Timestamp {
    fn cmp(&self, other: &Self) -> Ordering {
        self.moment().cmp(&other.moment())
    }
}

impl Hash for Timestamp {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.moment().hash(state);
    }
}

/// Refuses a text that is not a time, which a service may silently ignore.
pub(crate) fn check_time(
    field: &'static str,
    time: Option<&Timestamp>,
) -> Result<(), InvalidInput> {
    match time {
        Some(time) if time.unix_micros().is_none() => Err(InvalidInput::new(field, NOT_A_TIME)),
        _ => Ok(()),
    }
}

fn parse(text: &str) -> Option<i64> {
    let text = text.trim();
    let days = text.get(..10)?.parse::<Date>().ok()?.days_since_epoch();
    let midnight = days.checked_mul(MICROS_PER_DAY)?;
    let Some(separator) = text.get(10..)?.chars().next() else {
        return Some(midnight);
    };
    if !matches!(separator, 'T' | 't' | ' ') {
        return None;
    }
    let rest = text.get(11..)?;
    let clock_end = rest.find(['Z', 'z', '+', '-']).unwrap_or(rest.len());
    let (clock, offset) = (rest.get(..clock_end)?, rest.get(clock_end..)?);
    midnight.checked_add(clock_micros(clock.trim_end())?)?.checked_sub(offset_micros(offset)?)
}

fn two_digits(text: &str, limit: i64) -> Option<i64> {
    let digits = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
    let number = digits.then(|| text.parse::<i64>().ok()).flatten()?;
    (number <= limit).then_some(number)
}

fn clock_micros(clock: &str) -> Option<i64> {
    let (whole, fraction) = clock.split_once('.').unwrap_or((clock, "0"));
    let mut parts = whole.split(':');
    let hour = two_digits(parts.next()?, 23)?;
    let minute = two_digits(parts.next()?, 59)?;
    // 60 is a leap second. Seconds since the epoch do not count it.
    let second = parts.next().map_or(Some(0), |second| two_digits(second, 60))?;
    if parts.next().is_some()
        || fraction.is_empty()
        || !fraction.bytes().all(|b| b.is_ascii_digit())
    {
        return None;
    }
    let micros = fraction
        .bytes()
        .chain(std::iter::repeat(b'0'))
        .take(6)
        .fold(0, |sum, digit| sum * 10 + i64::from(digit - b'0'));
    Some((hour * 3600 + minute * 60 + second) * MICROS_PER_SECOND + micros)
}

fn offset_micros(offset: &str) -> Option<i64> {
    let sign = match offset.chars().next() {
        None => return Some(0),
        Some('Z' | 'z') => return (offset.len() == 1).then_some(0),
        Some('-') => -1,
        Some(_) => 1,
    };
    let digits = offset.get(1..)?;
    let (hours, minutes) = match digits.split_once(':') {
        Some(parts) => parts,
        None if digits.len() == 2 => (digits, "00"),
        None => (digits.get(..2)?, digits.get(2..)?),
    };
    Some(sign * (two_digits(hours, 23)? * 60 + two_digits(minutes, 59)?) * 60 * MICROS_PER_SECOND)
}

impl fmt::Debug for Timestamp {
    /// The time. A text that is not a time may be anything and is not shown.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.unix_micros() {
            Some(_) => write!(f, "Timestamp({self})"),
            None => f.write_str("Timestamp(not a time)"),
        }
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Repr::Text(text) => f.write_str(text),
            Repr::Seconds(number) => number.fmt(f),
        }
    }
}

from_text!(Timestamp, text => Self(Repr::Text(text.into_owned())));

impl From<Date> for Timestamp {
    fn from(date: Date) -> Self {
        Self(Repr::Text(date.to_string()))
    }
}

impl From<&Timestamp> for Timestamp {
    fn from(time: &Timestamp) -> Self {
        time.clone()
    }
}

impl TryFrom<&Timestamp> for SystemTime {
    type Error = InvalidInput;

    /// # Errors
    /// [`InvalidInput`] when the text is not a time, or is out of the system's range.
    fn try_from(time: &Timestamp) -> Result<Self, InvalidInput> {
        time.to_system_time().ok_or_else(|| refused(NOT_A_TIME))
    }
}

impl TryFrom<Timestamp> for SystemTime {
    type Error = InvalidInput;

    /// As from a reference.
    fn try_from(time: Timestamp) -> Result<Self, InvalidInput> {
        Self::try_from(&time)
    }
}

impl TryFrom<&Timestamp> for Date {
    type Error = InvalidInput;

    /// The day in UTC.
    ///
    /// # Errors
    /// [`InvalidInput`] when the text is not a time, or is outside the years 1 to 9999.
    fn try_from(time: &Timestamp) -> Result<Self, InvalidInput> {
        time.date().ok_or_else(|| refused(NOT_A_TIME))
    }
}

impl TryFrom<Timestamp> for Date {
    type Error = InvalidInput;

    /// As from a reference.
    fn try_from(time: Timestamp) -> Result<Self, InvalidInput> {
        Self::try_from(&time)
    }
}

impl From<i64> for Timestamp {
    fn from(seconds: i64) -> Self {
        Self::from_unix(seconds)
    }
}

impl From<SystemTime> for Timestamp {
    /// Microseconds are kept and finer digits dropped. A time after the year 9999 is written as
    /// epoch seconds.
    fn from(time: SystemTime) -> Self {
        let micros = match time.duration_since(UNIX_EPOCH) {
            Ok(after) => i64::try_from(after.as_micros()).unwrap_or(i64::MAX),
            Err(before) => i64::try_from(before.duration().as_micros()).map_or(i64::MIN, |m| -m),
        };
        Self::of_micros(micros)
    }
}

#[cfg(test)]
mod tests {
    use super::Timestamp;

    #[test]
    fn reads_the_spellings_that_the_platform_uses() {
        for (text, micros) in [
            ("2026-03-01T09:30:00Z", 1_772_357_400_000_000),
            ("2026-03-01 09:30:00Z", 1_772_357_400_000_000),
            ("2026-03-01T09:30:00", 1_772_357_400_000_000),
            ("2026-03-01T09:30Z", 1_772_357_400_000_000),
            ("2026-03-01T09:30:00.5+00:00", 1_772_357_400_500_000),
            ("2026-03-01T02:30:00.1234567-07:00", 1_772_357_400_123_456),
            ("2026-03-01T15:00:00+0530", 1_772_357_400_000_000),
            ("1969-12-31T23:59:59.999999Z", -1),
        ] {
            assert_eq!(Timestamp::from(text).unix_micros(), Some(micros), "{text}");
        }
    }

    #[test]
    fn a_text_that_is_not_a_time_has_no_micros() {
        for text in [
            "",
            "soon",
            "2026-03-01T",
            "2026-03-01T25:00:00Z",
            "2026-03-01X09:30:00Z",
            "2026-02-30T00:00:00Z",
            "2026-03-01T09:30:00Zz",
            "2026-03-01T09:30:00.Z",
            "2026-03-01T+9:30:00Z",
            "2026-03-01T09:30:00+é",
            "１999-01-01",
        ] {
            assert_eq!(Timestamp::from(text).unix_micros(), None, "{text}");
        }
    }

    #[test]
    fn keeps_what_was_written() {
        for json in ["\"2026-03-01T09:30:00.10Z\"", "1700000000", "1700000000.25", "\"soon\""] {
            let read: Timestamp = serde_json::from_str(json).unwrap();
            assert_eq!(serde_json::to_string(&read).unwrap(), json);
        }
        assert_eq!(Timestamp::from_unix(-3).unix_micros(), Some(-3_000_000));
    }

    #[test]
    fn writes_what_it_reads() {
        for micros in
            [0, -1, 1_772_382_600_630_547, 253_402_300_799_999_999, -62_135_596_800_000_000]
        {
            let written = Timestamp::from_unix_micros(micros).unwrap();
            assert_eq!(written.unix_micros(), Some(micros));
        }
        assert_eq!(Timestamp::from_unix_micros(i64::MAX), None);
    }
}
