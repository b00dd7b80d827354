use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::InvalidInput;
use crate::wire::Text;

/// A calendar day, written `YYYY-MM-DD` on the wire, as in `expiration_date`.
///
/// Days are in UTC. An expiration date is inclusive: the memory is still listed on that day.
///
/// The features `chrono04`, `jiff` and `time03` convert it to and from the types of these crates.
///
/// ```
/// use mem0_sdk::Date;
///
/// let date: Date = "2027-01-31".parse()?;
/// assert_eq!(date, Date::new(2027, 1, 31)?);
/// assert!("2027-02-30".parse::<Date>().is_err());
/// # Ok::<(), mem0_sdk::InvalidInput>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
}

impl Date {
    /// The day with these numbers.
    ///
    /// # Errors
    /// [`InvalidInput`] when the calendar has no such day, or the year is not between 1 and 9999.
    ///
    /// ```
    /// use mem0_sdk::Date;
    ///
    /// assert_eq!(Date::new(2028, 2, 29)?.to_string(), "2028-02-29");
    /// # Ok::<(), mem0_sdk::InvalidInput>(())
    /// ```
    pub fn new(year: u16, month: u8, day: u8) -> Result<Self, InvalidInput> {
        let valid = (1..=9999).contains(&year)
            && (1..=12).contains(&month)
            && (1..=days_in_month(year, month)).contains(&day);
        if valid {
            Ok(Self { year, month, day })
        } else {
            Err(InvalidInput::new("date", "must be a day of the calendar, as YYYY-MM-DD"))
        }
    }

    /// The day with these numbers, in the types that another crate has for them. A day before the
    /// year 1 becomes the first day, and one after 9999 the last.
    #[cfg(any(feature = "chrono04", feature = "jiff", feature = "time03"))]
    pub(super) fn of_parts<P: TryInto<u8>>(year: i32, month: P, day: P) -> Self {
        let parts = (u16::try_from(year), month.try_into(), day.try_into());
        let date = match parts {
            (Ok(year), Ok(month), Ok(day)) => Self::new(year, month, day).ok(),
            _ => None,
        };
        date.unwrap_or(if year < 1 { Self::FIRST } else { Self::LAST })
    }

    #[cfg(any(feature = "chrono04", feature = "jiff", feature = "time03"))]
    const FIRST: Self = Self { year: 1, month: 1, day: 1 };

    #[cfg(any(feature = "chrono04", feature = "jiff", feature = "time03"))]
    const LAST: Self = Self { year: 9999, month: 12, day: 31 };

    /// The year, 1 to 9999.
    ///
    /// ```
    /// # use mem0_sdk::Date;
    /// assert_eq!(Date::new(2027, 1, 31)?.year(), 2027);
    /// # Ok::<(), mem0_sdk::InvalidInput>(())
    /// ```
    pub fn year(self) -> u16 {
        self.year
    }

    /// The month, 1 to 12.
    ///
    /// ```
    /// # use mem0_sdk::Date;
    /// assert_eq!(Date::new(2027, 1, 31)?.month(), 1);
    /// # Ok::<(), mem0_sdk::InvalidInput>(())
    /// ```
    pub fn month(self) -> u8 {
        self.month
    }

    /// The day of the month, 1 to 31.
    ///
    /// ```
    /// # use mem0_sdk::Date;
    /// assert_eq!(Date::new(2027, 1, 31)?.day(), 31);
    /// # Ok::<(), mem0_sdk::InvalidInput>(())
    /// ```
    pub fn day(self) -> u8 {
        self.day
    }

    /// Days since 1970-01-01, negative before it.
    pub(crate) fn days_since_epoch(self) -> i64 {
        let (month, day) = (i64::from(self.month), i64::from(self.day));
        // Years are counted from March: the leap day comes last and no month is a special case.
        let year = i64::from(self.year) - i64::from(month <= 2);
        let era = year.div_euclid(400);
        let year_of_era = year.rem_euclid(400);
        let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        era * 146_097 + day_of_era - 719_468
    }

    /// The day that is `days` after 1970-01-01, within the years 1 to 9999.
    pub(crate) fn from_days_since_epoch(days: i64) -> Option<Self> {
        let days = days.checked_add(719_468)?;
        let era = days.div_euclid(146_097);
        let day_of_era = days.rem_euclid(146_097);
        let year_of_era =
            (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted_month = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
        let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        Self::new(u16::try_from(year).ok()?, u8::try_from(month).ok()?, u8::try_from(day).ok()?)
            .ok()
    }
}

fn days_in_month(year: u16, month: u8) -> u8 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

impl FromStr for Date {
    type Err = InvalidInput;

    fn from_str(text: &str) -> Result<Self, InvalidInput> {
        let refused = || InvalidInput::new("date", "must be a day of the calendar, as YYYY-MM-DD");
        let bytes = text.as_bytes();
        let shape = bytes.len() == 10
            && bytes.iter().enumerate().all(|(index, byte)| match index {
                4 | 7 => *byte == b'-',
                _ => byte.is_ascii_digit(),
            });
        if !shape {
            return Err(refused());
        }
        let number = |range: std::ops::Range<usize>| {
            text.get(range).and_then(|digits| digits.parse::<u16>().ok()).ok_or_else(refused)
        };
        let (month, day) = (number(5..7)?, number(8..10)?);
        Self::new(
            number(0..4)?,
            u8::try_from(month).map_err(|_| refused())?,
            u8::try_from(day).map_err(|_| refused())?,
        )
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl Serialize for Date {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Date {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Text(str::parse::<Self>))
    }
}

#[cfg(test)]
mod tests {
    use super::Date;

    #[test]
    fn counts_every_day_of_eight_centuries() {
        let mut days = Date::new(1600, 1, 1).unwrap().days_since_epoch();
        let mut previous = Date::from_days_since_epoch(days - 1).unwrap();
        while previous.year() < 2400 {
            let date = Date::from_days_since_epoch(days).unwrap();
            assert!(date > previous);
            assert_eq!(date.days_since_epoch(), days);
            assert_eq!(date.to_string().parse::<Date>().unwrap(), date);
            previous = date;
            days += 1;
        }
        assert_eq!(Date::new(1970, 1, 1).unwrap().days_since_epoch(), 0);
        assert_eq!(Date::new(2000, 3, 1).unwrap().days_since_epoch(), 11_017);
    }

    #[test]
    fn refuses_other_spellings() {
        for text in
            ["", "2027-1-1", "2027/01/01", "2027-02-29", "2027-13-01", "0000-01-01", "２０27-01-01"]
        {
            assert!(text.parse::<Date>().is_err(), "{text:?} was accepted");
        }
    }
}
