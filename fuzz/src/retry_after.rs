//! `Retry-After`: whatever it says, a call ends within its deadline and never waits longer than the
//! cap.

use std::time::Duration;

use http::{HeaderValue, StatusCode, header};

use super::answering::{Answering, wait};

const CAP: Duration = Duration::from_secs(120);
const DEADLINE: Duration = Duration::from_secs(180);

/// The first line is `Retry-After`, an optional second one the answer's `Date`.
pub fn check(data: &[u8]) {
    let mut platform = Answering::new(["{}"]);
    platform.status = StatusCode::SERVICE_UNAVAILABLE;
    let mut lines = data.splitn(2, |byte| *byte == b'\n');
    for name in [header::RETRY_AFTER, header::DATE] {
        let Some(line) = lines.next() else { break };
        let Ok(value) = HeaderValue::from_bytes(line) else { return };
        platform.headers.insert(name, value);
    }
    let error = wait(platform.client().ping()).expect_err("the platform is never available");
    let asked = error.retry_after();
    assert!(error.elapsed() <= DEADLINE, "{:?}", error.elapsed());
    let attempts = error.attempts();
    match asked {
        Some(pause) if pause > CAP => assert_eq!(attempts, 1, "{pause:?}"),
        // A date without the answer's own date is relative to our clock, so the pause shrinks.
        Some(pause) if platform.headers.contains_key(header::DATE) => {
            let waited = pause * (attempts - 1);
            // The timer counts milliseconds.
            assert!(error.elapsed() + Duration::from_millis(5) >= waited, "{pause:?}");
            assert!(attempts == 3 || waited + pause >= DEADLINE, "{pause:?}, {attempts} attempts");
        }
        Some(_) => {}
        None => assert_eq!(attempts, 3),
    }
    assert_eq!(platform.asked().len(), attempts as usize);
}
