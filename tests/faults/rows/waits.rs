//! What `Retry-After` may say, and clocks that are wrong.

use std::time::{Duration, SystemTime};

use mem0_client::ErrorKind;

use crate::fault::{Expected, Scene, faults};
use crate::script::Step::Read;
use crate::script::{answer, send, well};

/// Too many requests at first, with these headers, and an answer then.
fn busy_at_first(headers: &[&str]) -> Scene {
    let busy = answer("429 Too Many Requests", headers, r#"{"detail": "Slow down."}"#);
    Scene::exchanges([vec![Read, send(busy)], vec![Read, send(well())]])
}

/// A date so many seconds from now, as the machine's clock has it.
fn date(seconds: i64) -> String {
    let away = Duration::from_secs(seconds.unsigned_abs());
    let now = SystemTime::now();
    httpdate::fmt_http_date(if seconds < 0 { now - away } else { now + away })
}

fn dated(headers: &[(&str, i64)]) -> Scene {
    let headers: Vec<String> =
        headers.iter().map(|(name, seconds)| format!("{name}: {}", date(*seconds))).collect();
    busy_at_first(&headers.iter().map(String::as_str).collect::<Vec<_>>())
}

const YEAR: i64 = 365 * 24 * 60 * 60;

/// One retry.
const REPEATED: Expected = Expected::well(2);

/// The wait is longer than anybody waits.
const TOLD: Expected =
    Expected::refused(ErrorKind::RateLimit, "HTTP_429", "Slow down.", "Please wait").retryable();

faults! {
    /// `Retry-After` of no time at all.
    retry_after_0: busy_at_first(&["retry-after: 0"]) => REPEATED;
    /// `Retry-After` of a second.
    retry_after_1: busy_at_first(&["retry-after: 1"]) => REPEATED;
    /// `Retry-After` over the cap of 120 s, and within the deadline.
    retry_after_over_its_cap: busy_at_first(&["retry-after: 150"]) => TOLD;
    /// `Retry-After` of years.
    retry_after_huge: busy_at_first(&["retry-after: 18446744073709551615"]) => TOLD;
    /// `Retry-After` beyond all numbers: ignored.
    retry_after_beyond_numbers: busy_at_first(&["retry-after: 99999999999999999999999999"]) => REPEATED;
    /// A negative `Retry-After`: ignored.
    retry_after_negative: busy_at_first(&["retry-after: -1"]) => REPEATED;
    /// `Retry-After` of a fraction.
    retry_after_fraction: busy_at_first(&["retry-after: 0.25"]) => REPEATED;
    /// `Retry-After` at a date that has passed.
    retry_after_past_date: dated(&[("retry-after", -3600)]) => REPEATED;
    /// `Retry-After` that means nothing: ignored.
    retry_after_garbage: busy_at_first(&["retry-after: soon, \u{fffd}"]) => REPEATED;
    /// Two `Retry-After`: the first counts.
    retry_after_twice: busy_at_first(&["retry-after: 0", "retry-after: 600"]) => REPEATED;
    /// The server's clock is a year ahead: its date counts from its own.
    clock_a_year_ahead: dated(&[("date", YEAR), ("retry-after", YEAR + 1)]) => REPEATED;
    /// The server's clock is a year behind: its date counts from its own.
    clock_a_year_behind: dated(&[("date", -YEAR), ("retry-after", -YEAR + 1)]) => REPEATED;
    /// The server's clock is a year ahead, and nothing tells: no wait is as long.
    clock_a_year_ahead_untold: dated(&[("retry-after", YEAR)]) => TOLD;
    /// Every attempt is too many (429).
    always_429: Scene::always([
        Read,
        send(answer("429 Too Many Requests", &["retry-after: 0"], r#"{"detail": "Slow down."}"#)),
    ]) => TOLD.attempts(2);
}
