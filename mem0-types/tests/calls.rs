//! Calls made by hand: their paths and their bodies.

use std::cell::Cell;

use http::Method;
use mem0_types::{Call, InvalidInput, Repeat};
use serde::{Serialize, Serializer};
use serde_json::{Value, json};

fn call(template: &'static str) -> Call {
    Call::new("x", Method::GET, template, Repeat::Read)
}

#[test]
fn a_path_is_plain_and_below_the_base_url() {
    for template in ["/", "/v1/ping/", "/v1/ping", "/v1/a.b-c_d~e/", "/v1/!$&'()*+,;=:@/", "/.../"]
    {
        assert_eq!(call(template).path().unwrap(), template);
        assert_eq!(call(template).template(), template);
    }
    for template in [
        "",
        "v1/ping/",
        "https://elsewhere.example/v1/ping/",
        "//elsewhere.example/v1/ping/",
        "@elsewhere.example/v1/ping/",
        "/v1//ping/",
        "/v1/ping//",
        "/../v1/ping/",
        "/./v1/ping/",
        "/v1/../ping/",
        "/v1/ping/..",
        "/v1/ping/.",
        "/v1/a?b/ping/",
        "/v1/ping/?a=b",
        "/v1/ping/#a",
        "/v1/..\\ping/",
        "/v1/%2e%2e/ping/",
        "/v1/a b/",
        "/v1/a\nb/",
        "/v1/é/",
    ] {
        let refused = call(template).path().unwrap_err();
        assert_eq!(refused.field(), "path", "{template:?}");
        assert_eq!(call(template).path_and_query().unwrap_err(), refused);
    }
}

#[test]
fn each_name_of_a_path_has_one_segment() {
    let filled = |template, ids: &[&str]| -> Result<String, InvalidInput> {
        ids.iter().try_fold(call(template), |call, id| call.segment("id", *id))?.path()
    };
    assert_eq!(filled("/v9/{a}/b/{c}/", &["1", "/"]).unwrap(), "/v9/1/b/%2F/");
    assert_eq!(filled("/v9/{a}", &["{b}"]).unwrap(), "/v9/%7Bb%7D");
    for (template, ids) in [
        ("/v9/{a}/", &[][..]),
        ("/v9/{a}/", &["1", "2"]),
        ("/v9/", &["1"]),
        ("/v9/{a/", &["1"]),
        ("/v9/a}/", &[]),
        ("/v9/{a}}/", &["1"]),
        ("/v9/}{a}/", &["1"]),
    ] {
        assert_eq!(filled(template, ids).unwrap_err().field(), "path", "{template}");
    }
}

#[test]
fn a_query_is_encoded_pair_by_pair() {
    let call = call("/v1/").query("a b", "1&2").query("c", "=").query("d", "");
    assert_eq!(call.path_and_query().unwrap(), "/v1/?a%20b=1%262&c=%3D&d=");
    assert_eq!(call.query_pairs().collect::<Vec<_>>(), [("a b", "1&2"), ("c", "="), ("d", "")]);
}

#[test]
fn a_body_nests_128_levels_and_has_any_number_of_siblings() {
    let arrays = |levels| (1..levels).fold(json!([]), |inner, _| json!([inner]));
    let objects = |levels| (1..levels).fold(json!({}), |inner, _| json!({"a": inner}));
    for value in
        [arrays(128), objects(128), json!(vec![json!([]); 500]), json!(vec![json!({}); 500])]
    {
        let sent = call("/v1/").json(&value).unwrap();
        assert!(serde_json::to_vec(&value).unwrap() == **sent.body().unwrap());
    }
    for value in [arrays(129), objects(129), json!([arrays(64), {"a": objects(127)}])] {
        let refused = call("/v1/").json(&value).unwrap_err();
        assert_eq!(
            (refused.field(), refused.message()),
            ("body", "must not nest deeper than 128 levels")
        );
    }
}

/// Counts how often the text is written.
struct Counted<'a>(&'a str, &'a Cell<u32>);

impl Serialize for Counted<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.1.set(self.1.get() + 1);
        serializer.serialize_str(self.0)
    }
}

#[test]
fn a_small_body_is_written_once_and_a_large_one_whole() {
    for (length, times) in [(0, 1), (17, 1), (4094, 1), (4095, 2), (100_000, 2)] {
        let text = "a".repeat(length);
        let written = Cell::new(0);
        let sent = call("/v1/").json(&Counted(&text, &written)).unwrap();
        assert_eq!(serde_json::from_slice::<Value>(sent.body().unwrap()).unwrap(), text);
        assert_eq!(written.get(), times, "{length}");
    }
}
