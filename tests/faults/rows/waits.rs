//! What `Retry-After` may say, and clocks that are wrong.

use std::time::{Duration, SystemTime};

use mem0_client::ErrorKind;

use crate::fault::{Expected, STALLED, Scene, faults};
use crate::script::Step::{Drip, Read, Stall};
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

const SECOND: Duration = Duration::from_secs(1);

/// How long an attempt may take that is hasty, and no longer than an answer that drips.
const HASTE: Duration = Duration::from_millis(500);

const HOUR: i64 = 60 * 60;
const YEAR: i64 = 365 * 24 * 60 * 60;

/// One retry.
const REPEATED: Expected = Expected::well(2);

/// The wait is longer than anybody waits.
const TOLD: Expected =
    Expected::refused(ErrorKind::RateLimit, "HTTP_429", "Slow down.", "Please wait").retryable();

faults! {
    /// `Retry-After` of zero seconds.
    retry_after_0: busy_at_first(&["retry-after: 0"]) => REPEATED;
    /// `Retry-After` of a second.
    retry_after_1: busy_at_first(&["retry-after: 1"]) => REPEATED;
    /// `Retry-After` over the cap of 120 s, and within the deadline.
    retry_after_over_its_cap: busy_at_first(&["retry-after: 150"]) => TOLD;
    /// `Retry-After` of years.
    retry_after_huge: busy_at_first(&["retry-after: 18446744073709551615"]) => TOLD;
    /// `Retry-After` of too large a number: ignored.
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
    /// The server's clock is a year ahead, and the answer has no `Date`: nobody waits that long.
    clock_a_year_ahead_untold: dated(&[("retry-after", YEAR)]) => TOLD;
    /// Our clock is an hour behind the server's, and the answer has no `Date`: nobody waits that
    /// long.
    clock_an_hour_behind_untold: dated(&[("retry-after", HOUR)]) => TOLD;
    /// Our clock is set an hour ahead or back during a `Retry-After` of a second: the wait is a
    /// second.
    clock_jumps_in_a_wait: busy_at_first(&["retry-after: 1"]).while_the_clock_jumps(SECOND) => REPEATED;
    /// Our clock is set during a `Retry-After` date: the wait is as long as the server's dates say.
    clock_jumps_in_a_wait_by_date: busy_at_first(&[
        "date: Wed, 21 Oct 2015 07:28:00 GMT",
        "retry-after: Wed, 21 Oct 2015 07:28:01 GMT",
    ]).while_the_clock_jumps(SECOND) => REPEATED;
    /// Our clock is set while nothing is answered: the time-out comes neither earlier nor later.
    clock_jumps_in_a_stall: Scene::always([Read, Stall]).hasty().while_the_clock_jumps(HASTE) => STALLED;
    /// Our clock is set while the answer comes slowly, and in time.
    clock_jumps_in_an_answer: Scene::always([Read, Drip(well(), Duration::from_millis(5))])
        .while_the_clock_jumps(HASTE) => Expected::well(1);
    /// Every attempt is refused with 429.
    always_429: Scene::always([
        Read,
        send(answer("429 Too Many Requests", &["retry-after: 0"], r#"{"detail": "Slow down."}"#)),
    ]) => TOLD.attempts(2);
}
