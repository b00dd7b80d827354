//! The deliveries of webhooks.

use mem0_types::{WebhookEvent, WebhookPayload};
use serde_json::{Value, json};

#[test]
fn every_documented_payload_is_recognised_and_written_back() {
    let details = |details: Value| json!({ "event_details": details });
    let added = json!({"id": "m-1", "data": {"memory": "Hikes"}, "event": "ADD"});
    let updated = json!({"id": "m-1", "data": {"memory": "Climbs"}, "event": "UPDATE"});
    let deleted = json!({"id": "m-1", "data": {"memory": "Climbs"}, "event": "DELETE"});
    let sorted = json!({"event": "CATEGORIZE", "memory_id": "m-1", "categories": ["sport"]});
    let categories = ["sport".to_owned()];
    for (payload, event) in [
        (details(added), WebhookEvent::Added { memory_id: "m-1", text: "Hikes" }),
        (details(updated), WebhookEvent::Updated { memory_id: "m-1", text: "Climbs" }),
        (details(deleted), WebhookEvent::Deleted { memory_id: "m-1" }),
        (details(sorted), WebhookEvent::Categorized { memory_id: "m-1", categories: &categories }),
        (details(json!({"event": "MERGE", "id": "m-1"})), WebhookEvent::Other),
        (details(json!({"event": "ADD", "id": 7})), WebhookEvent::Other),
        (json!({"job_id": "j-1", "status": "done"}), WebhookEvent::Other),
        (json!({"event_details": [1]}), WebhookEvent::Other),
    ] {
        let read = WebhookPayload::parse(payload.to_string().as_bytes()).unwrap();
        assert_eq!(read.event(), event, "{payload}");
        assert_eq!(serde_json::to_value(&read).unwrap(), payload);
        assert!(!format!("{read:?} {:?}", read.event()).contains("m-1"));
    }
}

#[test]
fn only_a_body_that_is_not_an_object_is_refused() {
    for body in ["", "null", "[]", "\"secret\"", "{", "{\"a\": }"] {
        let refused = WebhookPayload::parse(body.as_bytes()).unwrap_err();
        assert_eq!(refused.to_string(), "webhook: must be a JSON object", "{body}");
    }
    assert!(WebhookPayload::parse(b"\xff").is_err());
}

#[test]
fn a_damaged_payload_is_read_or_refused() {
    let body = br#"{"event_details": {"id": "m-1", "data": {"memory": "Hikes"}, "event": "ADD"}}"#;
    let mut random = fastrand::Rng::with_seed(7);
    for _ in 0..20_000 {
        let mut damaged = body.to_vec();
        for _ in 0..=random.usize(0..3) {
            let at = random.usize(0..damaged.len());
            damaged[at] = random.u8(..);
        }
        if let Ok(read) = WebhookPayload::parse(&damaged) {
            let _ = read.event();
            let again = serde_json::to_vec(&read).unwrap();
            assert_eq!(WebhookPayload::parse(&again).unwrap(), read);
        }
    }
}

#[cfg(feature = "webhook-signature")]
mod signed {
    use std::time::{Duration, SystemTime};

    use http::{HeaderMap, HeaderValue};
    use mem0_types::{WebhookSecret, WebhookSignatureError};

    const BODY: &[u8] = br#"{"test": 2432232314}"#;
    const SIGNATURE: &str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

    fn secret() -> WebhookSecret {
        WebhookSecret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap()
    }

    fn at(seconds: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
    }

    const SENT: u64 = 1_614_265_330;

    fn headers() -> HeaderMap {
        secret().sign("msg_p5jXN8AQM9LWM0D4loKWxJek", at(SENT), BODY)
    }

    /// The test vector of the specification's own libraries.
    #[test]
    fn the_published_vector() {
        let headers = headers();
        assert_eq!(headers["webhook-timestamp"], "1614265330");
        assert_eq!(headers["webhook-signature"], SIGNATURE);
        assert_eq!(secret().verify(&headers, BODY, at(SENT)), Ok(()));
    }

    #[test]
    fn the_time_may_differ_by_five_minutes() {
        for now in [SENT - 300, SENT + 300] {
            assert_eq!(secret().verify(&headers(), BODY, at(now)), Ok(()));
        }
        for now in [0, SENT - 301, SENT + 301] {
            let refused = secret().verify(&headers(), BODY, at(now));
            assert_eq!(refused, Err(WebhookSignatureError::Timestamp), "{now}");
        }
    }

    #[test]
    fn a_flipped_bit_anywhere_is_found() {
        for bit in 0..BODY.len() * 8 {
            let mut body = BODY.to_vec();
            body[bit / 8] ^= 1 << (bit % 8);
            let refused = secret().verify(&headers(), &body, at(SENT));
            assert_eq!(refused, Err(WebhookSignatureError::Signature), "{bit}");
        }
        let other = WebhookSecret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSx").unwrap();
        assert!(other.verify(&headers(), BODY, at(SENT)).is_err());
        let mut moved = headers();
        moved.insert("webhook-timestamp", HeaderValue::from_static("1614265331"));
        assert!(secret().verify(&moved, BODY, at(SENT)).is_err());
        let mut renamed = headers();
        renamed.insert("webhook-id", HeaderValue::from_static("msg_2"));
        assert!(secret().verify(&renamed, BODY, at(SENT)).is_err());
    }

    #[test]
    fn one_good_signature_among_several_is_enough() {
        for (value, good) in [
            (format!("v1,bm9uc2Vuc2U= {SIGNATURE}"), true),
            (format!("v1a,xyz {SIGNATURE} v2,x"), true),
            (SIGNATURE.replacen("v1,", "v2,", 1), false),
            ("v1,".to_owned(), false),
            ("v1,*".to_owned(), false),
            (String::new(), false),
            (SIGNATURE[..SIGNATURE.len() - 4].to_owned(), false),
        ] {
            let mut headers = headers();
            headers.insert("webhook-signature", value.parse().unwrap());
            assert_eq!(secret().verify(&headers, BODY, at(SENT)).is_ok(), good, "{value}");
        }
    }

    #[test]
    fn the_missing_header_is_named_and_the_secret_is_never_shown() {
        for name in ["webhook-id", "webhook-timestamp", "webhook-signature"] {
            let mut headers = headers();
            headers.remove(name);
            let refused = secret().verify(&headers, BODY, at(SENT)).unwrap_err();
            assert_eq!(refused, WebhookSignatureError::MissingHeader(name));
            assert!(refused.to_string().contains(name));
        }
        for secret in
            ["", "whsec_", "whsec_c2hvcnQ=", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_*"]
        {
            let refused = WebhookSecret::new(secret).unwrap_err().to_string();
            assert!(refused.starts_with("secret: must be") && !refused.contains("MfKQ"));
        }
        assert_eq!(format!("{:?}", secret()), "WebhookSecret([redacted])");
    }
}
