//! Answers of an unexpected form, and error pages.

use std::error::Error as _;

use http::StatusCode;
use mem0_client::requests::{DeleteMemory, Ping};
use mem0_client::{ErrorKind, Filter, RetryPolicy, Scope};

use crate::platform::{KEY, Piece, Platform, Reply};

const SECRET: &str = "geheim";

#[tokio::test(start_paused = true)]
async fn a_wrong_answer_is_a_decode_error_that_shows_no_content() {
    for (answer, told) in [
        (Reply::text(200, ""), "it ends too early"),
        (Reply::text(200, "{\"id\": \"geheim\", \"memory\": \"geh"), "it ends too early"),
        (Reply::text(200, "<html><p>geheim</p></html>"), "it is not JSON near `<xxxx><x>xxxxxx<"),
        (Reply::text(200, b"{\"id\": \"geheim\xff\"}".as_slice()), "not UTF-8"),
        (Reply::text(200, "\"geheim\""), "a value is missing or of another type"),
        (Reply::text(200, "[\"geheim\"]"), "a value is missing or of another type"),
        (Reply::text(200, "null"), "a value is missing or of another type"),
        (Reply::text(200, r#"{"id": 1, "memory": "geheim"}"#), "missing field `id`"),
        (Reply::text(200, r#"{"memory": "geheim"}"#), "missing field `id`"),
    ] {
        let answer = std::sync::Mutex::new(Some(answer));
        let platform = Platform::new(move |_| {
            answer.lock().unwrap().take().unwrap().header("x-request-id", "r-7")
        });
        let error = platform.client().get("m-1").await.unwrap_err();
        let text = error.to_string();
        assert_eq!((error.kind(), error.code().as_str()), (ErrorKind::Decode, "DECODE"), "{text}");
        assert!(text.starts_with("get: ") && text.contains(told), "{text} should say {told}");
        assert!(!text.contains('\n'));
        assert_eq!((error.attempts(), error.operation()), (1, Some("get")));
        assert_eq!(error.status(), Some(StatusCode::OK));
        assert_eq!(error.request_id(), Some("r-7"));
        assert!(!error.is_retryable() && !error.is_outcome_unknown());
        for shown in [text, format!("{error:?}"), format!("{error:#?}"), error.suggestion().into()]
        {
            assert!(!shown.contains(SECRET), "{shown}");
        }
        assert!(error.source().is_none());
    }
}

/// The names in an answer without a fixed form are part of the place.
#[tokio::test(start_paused = true)]
async fn a_place_named_by_the_answer_stays_on_one_line() {
    let long = "a b".repeat(1000);
    for name in [r"a\nb\u0000c\u2028d", &long, KEY] {
        let answer = format!(r#"{{"{name}": {{"b": oops}}}}"#);
        let platform = Platform::new(move |_| Reply::text(200, answer.clone()));
        let error = platform.client().get_summary(None).await.unwrap_err();
        let text = error.to_string();
        assert_eq!(error.kind(), ErrorKind::Decode);
        assert!(!text.contains(|c: char| c.is_control() || c == '\u{2028}'), "{text:?}");
        assert!(text.chars().count() < 400 && !text.contains(KEY), "{text}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_decode_error_names_the_place() {
    for (answer, place) in [
        (r#"{"results": {"memory": "geheim"}}"#, "near `{\"xxxxxxx\": {\"xxxxxx\": "),
        (r#"{"count": 3}"#, "missing field `results`"),
        ("{\"results\": [\n{\"id\": \"m-1\"},\n{\"id\": geheim}]}", "near `{\"xx\": xxxxxx}]}`"),
    ] {
        let platform = Platform::new(move |_| Reply::text(200, answer));
        let error = platform.client().search("dinner", Filter::user_id("alice")).await;
        let text = error.unwrap_err().to_string();
        assert!(text.starts_with("search: ") && text.contains(place), "{text} should say {place}");
        assert!(!text.contains(SECRET), "{text}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_excerpt_masks_every_script() {
    let platform = Platform::new(|_| Reply::text(200, "{\"id\": 寿司🍣 ΑΒΓ ٣}"));
    let text = platform.client().get("m-1").await.unwrap_err().to_string();
    for content in ["寿", "🍣", "Α", "٣"] {
        assert!(!text.contains(content), "{text}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_add_whose_answer_cannot_be_read_may_have_happened() {
    for reply in [|| Reply::text(200, "<html>"), || Reply::text(200, vec![b'x'; 2000])] {
        let platform = Platform::new(move |_| reply());
        let client = platform.builder().response_limit(1000).build().unwrap();
        let error = client.add("I climb", Scope::user("alice")).await.unwrap_err();
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::Decode, 1), "{error}");
        assert!(error.is_outcome_unknown() && !error.is_retryable(), "{error}");
        for advice in ["unexpected form", "look before you send it again"] {
            assert!(error.suggestion().contains(advice), "{}", error.suggestion());
        }
        let error = client.get("m-1").await.unwrap_err();
        assert!(!error.is_outcome_unknown(), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_add_whose_request_timed_out_may_have_happened() {
    let platform = Platform::new(|_| Reply::status(408));
    let error = platform.client().add("I climb", Scope::user("alice")).await.unwrap_err();
    assert!(error.is_outcome_unknown() && !error.is_retryable(), "{error}");
    assert_eq!(error.suggestion(), "The service may have acted: look before you send it again");

    let platform = Platform::new(|_| Reply::fail(std::io::ErrorKind::ConnectionReset));
    let error = platform.client().add("I climb", Scope::user("alice")).await.unwrap_err();
    assert!(error.is_outcome_unknown() && error.suggestion().contains("look before you send"));
}

/// The client's own HTTP client does not decode what it did not ask for.
#[tokio::test(start_paused = true)]
async fn an_answer_that_is_still_encoded_says_so() {
    for (encoding, told) in [("br", true), ("identity", false)] {
        let platform = Platform::new(move |_| {
            Reply::text(200, b"\x0b\x02\x80".as_slice()).header("content-encoding", encoding)
        });
        let text = platform.client().ping().await.unwrap_err().to_string();
        let words = format!("the answer is encoded as `{encoding}`, which was not asked for");
        assert_eq!(text.contains(&words), told, "{text}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_of_the_limit_passes_and_one_byte_more_does_not() {
    let answer = |size: usize| {
        let mut json = r#"{"status": ""#.to_owned();
        json.extend(std::iter::repeat_n('x', size - json.len() - 2));
        json + "\"}"
    };
    for pieces in [1, 3, 100] {
        for (size, fits) in [(999, true), (1000, true), (1001, false)] {
            let platform = Platform::new(move |_| {
                let json = answer(size);
                let pieces = json.as_bytes().chunks(size.div_ceil(pieces));
                Reply::frames(200, pieces.map(|piece| Piece::Data(piece.to_vec().into())))
            });
            let client = platform.builder().response_limit(1000).build().unwrap();
            match client.ping().await {
                Ok(pong) => {
                    assert!(fits);
                    assert_eq!(pong.status.map(|status| status.len()), Some(size - 14));
                }
                Err(error) => {
                    assert!(!fits, "{error}");
                    let text = error.to_string();
                    assert_eq!(text, "ping: the answer is larger than 1000 bytes");
                    assert_eq!(error.kind(), ErrorKind::Decode);
                    assert_eq!(platform.requests(), 1);
                }
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_without_end_is_cut() {
    let piece = bytes::Bytes::from(vec![b' '; 64 * 1024]);
    let platform = Platform::new(move |_| Reply::frames(200, [Piece::Endless(piece.clone())]));
    let error = platform.client().ping().await.unwrap_err();
    assert_eq!(error.to_string(), "ping: the answer is larger than 67108864 bytes");
}

#[tokio::test(start_paused = true)]
async fn an_error_page_over_the_limit_keeps_its_status() {
    let platform = Platform::new(|_| {
        Reply::text(503, vec![b'x'; 5000]).header("retry-after", "1").header("cf-ray", "r-8")
    });
    let client = platform.builder().response_limit(1000).build().unwrap();
    let error = client.add("I climb", Scope::user("alice")).await.unwrap_err();
    assert_eq!(error.status(), Some(StatusCode::SERVICE_UNAVAILABLE), "{error}");
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Server, 3));
    assert_eq!(error.request_id(), Some("r-8"));
}

#[tokio::test(start_paused = true)]
async fn a_huge_error_page_is_one_short_line() {
    let platform = Platform::new(|_| {
        let mut page = "<html>\r\n\u{1b}[31m\u{7}\0<h1>Bad\tGateway</h1>\n".to_owned();
        page.extend(std::iter::repeat_n("no\n", 350_000));
        Reply::text(502, page)
    });
    let client = platform.builder().retry(RetryPolicy::none()).build().unwrap();
    let error = client.ping().await.unwrap_err();
    let text = error.to_string();
    assert!(text.starts_with("ping: 502 Bad Gateway: <html> "), "{text}");
    assert!(text.contains("<h1>Bad Gateway</h1> no no"), "{text}");
    assert!(text.chars().count() < 400 && !text.contains(char::is_control), "{text:?}");
    assert!(format!("{error:?}").len() < 1000);
    assert_eq!(error.details().unwrap().as_str().map(str::len), Some(1_050_036));
}

#[tokio::test(start_paused = true)]
async fn a_status_without_a_body_is_named() {
    let platform = Platform::new(|_| Reply::text(409, ""));
    let error = platform.client().get("m-1").await.unwrap_err();
    assert_eq!(error.to_string(), "get: 409 Conflict");
}

#[tokio::test(start_paused = true)]
async fn redirects_are_errors() {
    for status in [300, 301, 302, 303, 304, 307, 308] {
        let platform = Platform::new(move |_| {
            Reply::text(status, "").header("location", "http://elsewhere.test/")
        });
        let error = platform.client().add("I climb", Scope::user("alice")).await.unwrap_err();
        assert_eq!(error.status().map(|status| status.as_u16()), Some(status));
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::Server, 1));
        assert_eq!(error.code(), format!("HTTP_{status}"));
        assert!(!error.is_outcome_unknown());
    }
}

#[tokio::test(start_paused = true)]
async fn no_content_is_the_answer_of_a_delete_that_has_none() {
    let platform = Platform::new(|_| Reply::text(204, ""));
    let deleted = platform.client().execute(DeleteMemory::new("m-1")).await.unwrap();
    assert_eq!((deleted.status(), deleted.message.as_deref()), (StatusCode::NO_CONTENT, None));
    // A required field has no value here.
    assert!(platform.client().get("m-1").await.is_err());
}

#[tokio::test(start_paused = true)]
async fn an_answer_tells_what_surrounded_it() {
    let platform = Platform::new(|_| {
        Reply::text(200, r#"{"status": "ok"}"#)
            .header("x-request-id", "r-9")
            .after(std::time::Duration::from_secs(2))
    });
    let response = platform.client().execute(Ping::new()).await.unwrap();
    assert_eq!(response.request_id(), Some("r-9"));
    assert_eq!(response.headers()["x-request-id"], "r-9");
    assert_eq!(response.attempts(), 1);
    assert!(response.elapsed() >= std::time::Duration::from_secs(2));
    assert_eq!(response.status.as_deref(), Some("ok"));
    assert_eq!(response.into_value().status.as_deref(), Some("ok"));
}

#[tokio::test(start_paused = true)]
async fn an_error_tells_what_the_headers_said() {
    let platform = Platform::new(|_| {
        Reply::text(429, r#"{"error": "Slow down", "field": 1}"#)
            .header("retry-after", "200")
            .header("x-ratelimit-limit", "100")
            .header("x-ratelimit-remaining", "0")
    });
    let error = platform.client().ping().await.unwrap_err();
    assert_eq!(error.to_string(), "ping: 429 Too Many Requests: Slow down");
    let limit = error.rate_limit().unwrap();
    assert_eq!((limit.limit.as_deref(), limit.remaining.as_deref()), (Some("100"), Some("0")));
    assert_eq!(limit.reset, None);
    assert_eq!(error.suggestion(), "Rate limit exceeded. Please wait before making more requests");
    assert_eq!(error.headers().unwrap()["retry-after"], "200");
}
