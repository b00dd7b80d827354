use std::time::{Duration, SystemTime, UNIX_EPOCH};

use mem0_types::{Date, Timestamp};

use crate::EngineError;

pub(crate) const MICROS_PER_DAY: i64 = 86_400_000_000;

/// Microseconds since 1970-01-01T00:00:00Z.
pub(crate) fn now() -> i64 {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(elapsed.as_micros()).unwrap_or(i64::MAX)
}

/// The current day in UTC.
pub(crate) fn date() -> Option<Date> {
    timestamp(now()).date()
}

/// The current day in UTC, as the database writes days.
pub(crate) fn today() -> String {
    date().map(|date| date.to_string()).unwrap_or_default()
}

/// How long it is until the next day in UTC begins.
pub(crate) fn until_tomorrow() -> Duration {
    let rest = MICROS_PER_DAY - now().rem_euclid(MICROS_PER_DAY);
    Duration::from_micros(rest.unsigned_abs())
}

/// Writes a time of the database as RFC 3339 in UTC.
pub(crate) fn timestamp(micros: i64) -> Timestamp {
    Timestamp::from_unix_micros(micros)
        .unwrap_or_else(|| Timestamp::from_unix(micros.div_euclid(1_000_000)))
}

/// Converts a caller's time, which must lie within the years 1 to 9999.
pub(crate) fn micros(field: &'static str, time: &Timestamp) -> Result<i64, EngineError> {
    let micros = time.unix_micros().filter(|micros| Timestamp::from_unix_micros(*micros).is_some());
    micros.ok_or_else(|| {
        EngineError::invalid(
            field,
            "must be a date (YYYY-MM-DD), an ISO 8601 date-time or epoch seconds, within the \
             years 1 to 9999",
        )
    })
}

/// Whether a caller's time names a whole day rather than a moment.
pub(crate) fn is_whole_day(time: &Timestamp) -> bool {
    time.to_string().trim().parse::<Date>().is_ok()
}
