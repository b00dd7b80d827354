use mem0_http::{BoxError, NetworkError};

use super::make::INSECURE;
use super::*;

fn network(source: impl Into<BoxError>) -> Error {
    Error::network(NetworkError::new(source.into()), None)
}

#[test]
fn is_one_word_wide_and_crosses_threads() {
    fn crosses_threads<T: Send + Sync + 'static>() {}
    crosses_threads::<Error>();
    assert_eq!(size_of::<Error>(), size_of::<usize>());
}

#[test]
fn prints_one_line_of_bounded_length() {
    let body = ErrorBody::Text(format!("<html>\n{}</html>", "long ".repeat(1000)));
    let error = Error::answered(StatusCode::BAD_GATEWAY, HeaderMap::new(), body)
        .about("search")
        .after(3, Duration::ZERO);
    let text = error.to_string();
    assert!(text.starts_with("search: 502 Bad Gateway: <html> long long"), "{text}");
    assert!(text.ends_with("… (after 3 attempts)"), "{text}");
    assert!(!text.contains('\n') && text.chars().count() < 400);
}

#[test]
fn names_the_official_codes_and_suggestions() {
    for (status, code, suggestion) in [
        (400, "HTTP_400", "Please check your request parameters and try again"),
        (404, "HTTP_404", "The requested resource was not found"),
        (418, "HTTP_418", "Please try again later"),
        (504, "HTTP_504", "Gateway timeout. Please try again later"),
    ] {
        let status = StatusCode::from_u16(status).unwrap();
        let error = Error::answered(status, HeaderMap::new(), ErrorBody::Message(String::new()));
        assert_eq!((error.code().as_str(), error.suggestion()), (code, suggestion));
    }
    assert_eq!(Error::timeout("slow").code(), "NET_TIMEOUT");
    let refused = std::io::Error::from(std::io::ErrorKind::ConnectionRefused);
    assert_eq!(network(refused).code(), "NET_CONNECT");
    assert_eq!(network("reset").code(), "NET_GENERIC");
}

#[test]
fn says_why_there_is_no_connection() {
    let refused = network(std::io::Error::from(std::io::ErrorKind::ConnectionRefused));
    assert_eq!(refused.to_string(), "no connection to the platform: connection refused");
    assert_eq!(refused.suggestion(), "Please check your internet connection and try again");
    for (kind, text, suggestion) in [
        (NetworkErrorKind::Insecure, "no secure connection to the platform", INSECURE),
        (NetworkErrorKind::RefusedByProxy, "no connection to the platform", PROXY),
    ] {
        let error =
            Error::network(NetworkError { kind, reason: "", source: "certificate".into() }, None);
        assert_eq!((error.to_string().as_str(), error.suggestion()), (text, suggestion));
        assert!(error.is_connect());
    }
}

#[test]
fn a_kind_is_printed_as_a_label() {
    assert_eq!(ErrorKind::RateLimit.to_string(), "rate_limit");
    assert_eq!(ErrorKind::EventPending.to_string(), "event_pending");
}

#[test]
fn its_debug_output_says_what_happened() {
    let told = format!("{:?}", network("reset").about("search"));
    for part in ["Network", "search", "the connection to the platform broke", "attempts", "reset"] {
        assert!(told.contains(part), "{part} in {told}");
    }
}

#[test]
fn keeps_its_source_out_of_its_text() {
    let refused = Error::from(InvalidInput::new("query", "must not be empty")).about("search");
    assert_eq!(refused.to_string(), "search: query: must not be empty");
    let broken = network("secret socket");
    assert_eq!(broken.to_string(), "the connection to the platform broke");
    assert_eq!(broken.source().map(ToString::to_string).as_deref(), Some("secret socket"));
}
