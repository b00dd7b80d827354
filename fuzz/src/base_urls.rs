//! Base URLs and ids in paths: every request goes to the configured authority, below the configured
//! path.

use http::Uri;
use mem0_client::{EntityRef, ErrorKind};
use url::Url;

use super::answering::{Answering, wait};

/// The first line is the base URL, the rest an id.
pub fn check(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let (base_url, id) = text.split_once('\n').unwrap_or((text, "m-1"));
    let platform = Answering::new(["{}"]);
    let client = match platform.builder().base_url(base_url).build() {
        Ok(client) => client,
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::Configuration);
            return;
        }
    };
    let base = Url::parse(base_url.trim()).expect("the base URL was accepted");
    let only = |template: &str, sent: usize| {
        let asked = platform.asked();
        assert_eq!(asked.len(), sent + 1, "{base_url:?}: {template} was not sent");
        below(&base, &asked[sent], template, id);
        sent + 1
    };

    // An empty answer to a ping is valid, so it succeeds. The other calls may fail, which does not
    // matter here.
    let pinged = wait(client.ping());
    assert!(pinged.is_ok(), "{base_url:?}: {pinged:?}");
    let mut sent = only("/v1/ping/", 0);
    if sends(wait(client.get(id)).err()) {
        sent = only("/v1/memories/{}/", sent);
    }
    if sends(wait(client.delete_users(EntityRef::user(id))).err()) {
        sent = only("/v2/entities/user/{}/", sent);
    }
    // An id, or an address of which only the id is used.
    if sends(wait(client.get_profile_job(id)).err()) {
        let asked = platform.asked();
        assert_eq!(asked.len(), sent + 1);
        let path = asked[sent].path();
        let id = path.strip_suffix('/').and_then(|path| path.rsplit('/').next());
        below(&base, &asked[sent], "/v2/profiles/jobs/{}/", &decoded(id.unwrap_or_default()));
    }
}

fn sends(error: Option<mem0_client::Error>) -> bool {
    error.is_none_or(|error| error.kind() != ErrorKind::InvalidInput)
}

/// The request goes to the base URL, and its path is the template with the id as one segment.
fn below(base: &Url, sent: &Uri, template: &str, id: &str) {
    assert_eq!(sent.scheme_str(), Some(base.scheme()));
    assert_eq!(sent.host(), base.host_str());
    assert_eq!(sent.port_u16(), base.port());
    assert!(!sent.authority().expect("an authority").as_str().contains('@'), "{sent}");
    assert_eq!(sent.query(), None);

    let prefix = base.path().trim_end_matches('/');
    let path = sent.path().strip_prefix(prefix).unwrap_or_else(|| panic!("{sent} leaves {base}"));
    let expected: Vec<&str> = template.split('/').collect();
    let segments: Vec<&str> = path.split('/').collect();
    assert_eq!(segments.len(), expected.len(), "{sent}");
    for (expected, segment) in expected.into_iter().zip(segments) {
        if expected == "{}" {
            assert_eq!(decoded(segment), id, "{sent}");
        } else {
            assert_eq!(segment, expected, "{sent}");
        }
    }
    // HTTP clients parse the address again, and must not find another one.
    let read = Url::parse(&sent.to_string()).expect("an address");
    assert_eq!((read.host_str(), read.port()), (base.host_str(), base.port()));
    assert_eq!(read.path(), sent.path());
}

fn decoded(segment: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = segment.as_bytes();
    while let [first, after @ ..] = rest {
        rest = after;
        if let (b'%', [high, low, after @ ..]) = (*first, after) {
            let digits = [*high, *low];
            let digits = std::str::from_utf8(&digits).expect("ASCII");
            bytes.push(u8::from_str_radix(digits, 16).expect("two hexadecimal digits"));
            rest = after;
        } else {
            bytes.push(*first);
        }
    }
    String::from_utf8(bytes).expect("the id is UTF-8")
}
