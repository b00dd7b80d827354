//! Which base URLs are refused, although a request could be sent to them.

use mem0_http::{BaseUrl, Secret};

use super::BASE_URL;
use crate::Error;

/// What the paths of the API begin with, behind their version.
const RESOURCES: [&str; 18] = [
    "agents", "apps", "batch", "entities", "event", "events", "exports", "feedback", "memories",
    "orgs", "ping", "profiles", "runs", "search", "stats", "summary", "users", "webhooks",
];

/// Pages about the API, which servers have beside it.
const PAGES: [&str; 5] = ["docs", "redoc", "swagger", "openapi.json", "openapi.yaml"];

/// Mem0's own hosts that are not the API.
const WEBSITES: [&str; 4] =
    ["mem0.ai:443", "www.mem0.ai:443", "app.mem0.ai:443", "docs.mem0.ai:443"];

/// The base URL in this text.
///
/// The client adds the whole path of an operation, so that an address that has a part of one would
/// only be answered with 404.
pub(super) fn base_url(text: &str, api_key: &Secret) -> Result<BaseUrl, Error> {
    let parsed = BaseUrl::parse(text).map_err(|refused| {
        Error::configuration(format!("{refused}; it should look like {BASE_URL}"))
    })?;
    if WEBSITES.contains(&parsed.address().as_str()) {
        return Err(Error::configuration(format!(
            "the base URL is that of a website of Mem0; use {BASE_URL}"
        )));
    }
    let (right, rest) = without_operation(&parsed);
    if rest.is_empty() {
        return Ok(parsed);
    }
    Err(Error::configuration(api_key.redact(&format!(
        "the base URL ends in `{rest}`, and the client itself adds the whole path; use {right}"
    ))))
}

/// The address without what belongs to an operation or a page about the API, and that.
fn without_operation(base_url: &BaseUrl) -> (String, String) {
    let whole = base_url.join("");
    let start = whole.find("://").map_or(0, |at| at + 3);
    let Some(path) = whole[start..].find('/').map(|at| start + at) else {
        return (whole, String::new());
    };
    let segments: Vec<&str> = whole[path..].split('/').filter(|part| !part.is_empty()).collect();
    let is = |at: usize, names: &[&str]| {
        segments.get(at).is_some_and(|part| names.contains(&part.to_ascii_lowercase().as_str()))
    };
    let is_version = |at: &usize| {
        is(*at, &["v1", "v2", "v3"]) && (at + 1 == segments.len() || is(at + 1, &RESOURCES))
    };
    let last = segments.len().saturating_sub(1);
    let Some(mut at) =
        (0..segments.len()).find(is_version).or_else(|| is(last, &PAGES).then_some(last))
    else {
        return (whole, String::new());
    };
    // Some paths have `/api` before their version.
    if at > 0 && is(at - 1, &["api"]) {
        at -= 1;
    }
    let join = |parts: &[&str]| parts.iter().map(|part| format!("/{part}")).collect::<String>();
    (format!("{}{}", &whole[..path], join(&segments[..at])), join(&segments[at..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> Option<String> {
        let key = Secret::new("Token ", "m0-3f9KEYc81d").unwrap();
        base_url(text, &key).err().map(|error| error.to_string())
    }

    #[test]
    fn an_address_with_a_part_of_an_operation_is_refused_with_the_right_one() {
        for (text, right) in [
            ("https://api.mem0.ai/v1", "https://api.mem0.ai"),
            ("https://api.mem0.ai/v1/", "https://api.mem0.ai"),
            ("https://api.mem0.ai/V2//", "https://api.mem0.ai"),
            ("https://api.mem0.ai/api/v1", "https://api.mem0.ai"),
            ("https://api.mem0.ai/v3/memories/add/", "https://api.mem0.ai"),
            ("https://api.mem0.ai/v1/ping", "https://api.mem0.ai"),
            ("http://127.0.0.1:8888/docs", "http://127.0.0.1:8888"),
            ("http://127.0.0.1:8888/mem0/openapi.json", "http://127.0.0.1:8888/mem0"),
            ("http://gateway.test/mem0/v2/", "http://gateway.test/mem0"),
            ("https://app.mem0.ai/dashboard", "https://api.mem0.ai"),
            ("https://docs.mem0.ai", "https://api.mem0.ai"),
        ] {
            let told = refused(text).unwrap_or_else(|| panic!("{text} is taken"));
            assert!(told.ends_with(&format!("use {right}")), "{text}: {told}");
        }
    }

    #[test]
    fn any_other_prefix_is_taken() {
        for text in [
            "https://api.mem0.ai",
            "https://api.mem0.ai/",
            "http://gateway.test/v1/mem0",
            "http://gateway.test/mem0/v4",
            "http://gateway.test/api",
            "http://gateway.test/docs/mem0",
            "http://v1.test",
        ] {
            assert_eq!(refused(text), None, "{text}");
        }
    }

    #[test]
    fn the_right_address_shows_no_key() {
        for text in [
            "http://gateway.test/m0-3f9KEYc81d/v1",
            "http://gateway.test/v1/?key=m0-3f9KEYc81d",
            "http://user:m0-3f9KEYc81d@gateway.test/v1",
        ] {
            let told = refused(text).unwrap_or_default();
            assert!(!told.is_empty() && !told.contains("3f9KEY"), "{told}");
        }
    }
}
