use std::time::Duration;

use tokio::time::Instant;

/// `start` plus `wait`, or a moment decades away when the clock cannot count that far.
pub fn later(start: Instant, wait: Duration) -> Instant {
    const DECADES: Duration = Duration::from_secs(30 * 365 * 24 * 60 * 60);
    start.checked_add(wait).unwrap_or_else(|| start + DECADES)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_beyond_the_clock_takes_decades() {
        let now = Instant::now();
        let minute = Duration::from_secs(60);
        assert_eq!(later(now, minute) - now, minute);
        let years = (later(now, Duration::MAX) - now).as_secs_f64() / (365.0 * 24.0 * 3600.0);
        assert!((29.9..30.1).contains(&years), "{years}");
    }
}
