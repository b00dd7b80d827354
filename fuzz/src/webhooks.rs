//! Webhooks: any delivery is read or refused, and only one that was signed with the secret is
//! verified.

use std::time::{Duration, SystemTime};

use http::{HeaderMap, HeaderName, HeaderValue};
use mem0_client::{WebhookPayload, WebhookSecret, WebhookSignatureError};

/// The first three lines are the id, the time and the signatures, the rest is the body.
pub fn check(data: &[u8]) {
    let _ = std::str::from_utf8(data).map(WebhookSecret::new);
    read(data);
    let mut lines = data.splitn(4, |byte| *byte == b'\n');
    let mut headers = HeaderMap::new();
    for name in ["webhook-id", "webhook-timestamp", "webhook-signature"] {
        let value = lines.next().and_then(|line| HeaderValue::from_bytes(line).ok());
        if let Some(value) = value {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
    let body = lines.next().unwrap_or_default();
    read(body);

    let secret = WebhookSecret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").expect("a secret");
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_614_265_330);
    let refused = secret.verify(&headers, body, now).expect_err("a forged signature");
    assert!(!refused.to_string().is_empty());

    let id = headers.get("webhook-id").and_then(|id| id.to_str().ok()).unwrap_or("msg_1");
    let signed = secret.sign(id, now, body);
    assert_eq!(secret.verify(&signed, body, now), Ok(()));
    let other = [body, b"x"].concat();
    assert_eq!(secret.verify(&signed, &other, now), Err(WebhookSignatureError::Signature));
}

fn read(body: &[u8]) {
    let Ok(payload) = WebhookPayload::parse(body) else { return };
    let _ = format!("{payload:?} {:?}", payload.event());
    let written = serde_json::to_vec(&payload).expect("what was read can be written");
    let again = WebhookPayload::parse(&written).expect("what was written can be read");
    assert!(again == payload);
    assert_eq!(format!("{:?}", again.event()), format!("{:?}", payload.event()));
}
