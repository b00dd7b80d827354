//! Error answers: any body with any status becomes an error of one line that contains the body but
//! not the key.

use http::StatusCode;
use mem0_client::{ErrorBody, RetryPolicy};

use super::answering::{Answering, KEY, wait};

/// The first two bytes are the status, the rest is the body.
pub fn check(data: &[u8]) {
    let Some(([low, high], body)) = data.split_first_chunk() else { return };
    let read = ErrorBody::decode(body);
    let again = ErrorBody::decode(&serde_json::to_vec(&read).expect("a body can be written"));
    assert!(again == read);
    let _ = (read.message(), format!("{read:?}"));

    let status = 100 + u16::from_le_bytes([*low, *high]) % 900;
    let mut platform = Answering::new([body.to_vec()]);
    platform.status = StatusCode::from_u16(status).expect("a status");
    let client = platform.builder().retry(RetryPolicy::none()).build().expect("sound settings");
    let Err(error) = wait(client.ping()) else {
        assert!(platform.status.is_success());
        return;
    };
    assert_eq!(error.status(), Some(platform.status));
    let told = error.to_string();
    assert!(!told.chars().any(char::is_control), "{told:?}");
    assert!(told.chars().count() < 400, "{told}");
    let details = error.details().map(|details| details.to_string()).unwrap_or_default();
    let all = format!("{told} {error:?} {details} {} {}", error.code(), error.suggestion());
    assert!(!all.contains(KEY), "the key is shown");
}
