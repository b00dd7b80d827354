//! Answers and arguments that are made to hurt.

use std::time::Duration;

use mem0_client::{AddMemoryOptions, Error, ErrorKind, Filter, Scope};
use serde_json::{Value, json};

use crate::client::{BOTH, Client, KEY, Settings, ask, in_time};
use crate::script::Step::Read;
use crate::script::{FITS_ALL, Script, answer, send};
use crate::server::FaultServer;

const DEPTH: usize = 10_000;

fn nested(depth: usize) -> String {
    format!("{}{}", "[".repeat(depth), "]".repeat(depth))
}

/// Both clients against a server that gives this answer to everything.
#[track_caller]
fn answered(status: &str, body: &str, check: fn(&Client)) {
    for way in BOTH {
        let script = Script::new([vec![Read, send(answer(status, &[], body))]]);
        let server = FaultServer::start(move |connection| script.clone().play(connection));
        in_time(Duration::from_secs(120), move || {
            check(&Client::new(way, &Settings::new(server.url())).unwrap());
        });
    }
}

/// Both clients against a server that nothing may reach.
#[track_caller]
fn refused(call: fn(&Client) -> Error, field: &str) {
    for way in BOTH {
        let script = Script::new([vec![Read, send(crate::script::well())]]);
        let server = FaultServer::start(move |connection| script.clone().play(connection));
        let settings = Settings::new(server.url());
        let error = in_time(Duration::from_secs(60), move || {
            // What is deep takes a deep stack to be made and dropped.
            let large = std::thread::Builder::new().stack_size(64 * 1024 * 1024);
            let calling = move || call(&Client::new(way, &settings).unwrap());
            large.spawn(calling).unwrap().join().unwrap()
        });
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error:?}");
        assert_eq!(error.invalid_input().map(|input| input.field()), Some(field), "{error:?}");
        assert_eq!((error.attempts(), server.connections()), (0, 0));
        assert!(error.to_string().len() < 400 && !error.to_string().contains("geheim"));
    }
}

#[test]
fn a_deep_answer() {
    let deep = nested(DEPTH);
    let row =
        |id: &str| format!(r#"{{"id": "{id}", "memory": "", "metadata": {deep}, "odd": {deep}}}"#);
    answered("200 OK", &row("m-1"), |client| {
        let memory = ask!(client.get("m-1")).unwrap();
        assert_eq!((memory.id.as_str(), memory.metadata.is_none()), ("m-1", true));
        assert_eq!(memory.extra().raw("odd").map(str::len), Some(2 * DEPTH));
        assert!(memory.extra().get::<Value>("odd").is_none());
    });
    let page = format!(r#"{{"odd": {deep}, "results": [{}, {}, {deep}]}}"#, row("m-1"), row("m-2"));
    answered("200 OK", &page, |client| {
        let page = ask!(client.search("dinner", Filter::user_id("alice"))).unwrap();
        assert_eq!((page.results.len(), page.malformed.len()), (2, 1));
    });
    answered("200 OK", &deep, |client| {
        let error = ask!(client.get("m-1")).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode);
        assert!(error.to_string().len() < 400, "{error}");
    });
    answered("400 Bad Request", &format!(r#"{{"detail": {deep}}}"#), |client| {
        let error = ask!(client.get("m-1")).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Validation);
        assert!(error.to_string().len() < 1000 && error.details().is_some(), "{error}");
    });
}

#[test]
fn numbers_beyond_all_types() {
    let page = r#"{"count": 99999999999999999999, "results": [
        {"id": "m-1", "memory": "", "score": 1e400, "metadata": {"n": 123456789012345678901234567890}},
        {"id": "m-2", "memory": "", "score": -0.0, "odd": 99999999999999999999999},
        {"id": 18446744073709551616, "memory": ""}]}"#;
    answered("200 OK", page, |client| {
        let page = ask!(client.search("dinner", Filter::user_id("alice"))).unwrap();
        assert_eq!((page.results.len(), page.malformed.len()), (2, 1));
        assert_eq!(page.count, None);
        assert_eq!(page.extra().raw("count"), Some("99999999999999999999"));
        assert_eq!(page.results[0].score, None);
        assert_eq!(page.results[0].extra().raw("score"), Some("1e400"));
        assert_eq!(page.results[1].extra().raw("odd"), Some("99999999999999999999999"));
    });
}

#[test]
fn names_that_come_twice() {
    let page = r#"{"results": [{"id": "m-1", "id": "m-2", "memory": "first", "memory": "second"}],
        "count": 1, "count": 2}"#;
    answered("200 OK", page, |client| {
        let page = ask!(client.search("dinner", Filter::user_id("alice"))).unwrap();
        let row = &page.results[0];
        assert_eq!((row.id.as_str(), row.memory.as_str(), page.count), ("m-1", "first", Some(1)));
    });
}

#[test]
fn halves_of_surrogate_pairs() {
    let page = r#"{"results": [{"id": "m-1", "memory": "\ud83c", "user_id": "\udf63"},
        {"id": "\ud83c", "memory": "?"}, {"id": "m-3", "\ud83c": 1}, {"id": "m-2", "memory": "\ud83c\udf63"}]}"#;
    answered("200 OK", page, |client| {
        let page = ask!(client.search("dinner", Filter::user_id("alice"))).unwrap();
        let last = page.results.last().unwrap();
        assert_eq!((last.id.as_str(), last.memory.as_str()), ("m-2", "\u{1f363}"));
        // Nothing is lost: what is no row is set aside.
        assert_eq!(page.results.len() + page.malformed.len(), 4);
    });
}

/// Below the limit on answers, and above what anybody says.
const LONG: usize = 50 * 1024 * 1024;

#[test]
fn fifty_megabytes_of_text() {
    let long = "o".repeat(LONG);
    answered("200 OK", &FITS_ALL.replacen("\"\"", &format!("\"{long}\""), 1), |client| {
        assert_eq!(ask!(client.get("m-1")).unwrap().memory.len(), LONG);
    });
    answered("200 OK", FITS_ALL, |client| client.add(&"o".repeat(LONG)).unwrap());
}

#[test]
fn deep_arguments() {
    fn deep() -> Value {
        (0..DEPTH).fold(json!("geheim"), |value, _| Value::Array(vec![value]))
    }
    refused(
        |client| {
            let options = AddMemoryOptions::new(Scope::user("alice"))
                .metadata(Value::Object([("a".to_owned(), deep())].into_iter().collect()));
            ask!(client.add("I climb", options)).unwrap_err()
        },
        "body",
    );
    refused(
        |client| {
            let filter =
                (0..DEPTH).fold(Filter::user_id("alice"), |filter, depth| match depth % 2 {
                    0 => filter | Filter::agent_id("geheim"),
                    _ => filter & Filter::run_id("geheim"),
                });
            ask!(client.search("dinner", filter)).unwrap_err()
        },
        "body",
    );
}

#[test]
fn ids_that_are_none() {
    refused(|client| ask!(client.get("geheim".repeat(100_000))).unwrap_err(), "path");
    refused(|client| ask!(client.get("geheim\r\nx-evil: 1")).unwrap_err(), "memory_id");
    refused(|client| ask!(client.get("geheim/../..")).unwrap_err(), "memory_id");
    refused(|client| ask!(client.delete("")).unwrap_err(), "memory_id");
    refused(|client| ask!(client.add("I climb", Scope::user("geheim\n"))).unwrap_err(), "user_id");
    refused(
        |client| ask!(client.search("x", Filter::user_id("geheim\u{0}"))).unwrap_err(),
        "user_id",
    );
}

fn configuration(settings: &Settings) {
    for way in BOTH {
        let error = Client::new(way, settings).map(drop).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration, "{settings:?}: {error:?}");
        let shown = format!("{error} {error:?} {}", error.suggestion());
        assert!(!shown.contains("geheim") && !shown.contains("evil"), "{shown}");
    }
}

#[test]
fn keys_that_are_none() {
    for key in
        ["", " \n", "geheim\nx-evil: 1", "geheim\r\n\r\nGET /evil", "geheim\u{0}", "geheim\u{7f}"]
    {
        let mut settings = Settings::new("http://127.0.0.1:9");
        settings.api_key = key.to_owned();
        configuration(&settings);
    }
}

#[test]
fn base_urls_that_are_none() {
    for base_url in [
        "",
        "evil.test",
        "http://",
        "http:// evil.test",
        "http://evil .test",
        "http://ev\nil.test",
        "http://evil.test/\r\nx-evil: 1",
        "http://evil.test/a\tb",
        "http://user@evil.test",
        "http://user:geheim@evil.test",
        "http://:geheim@evil.test",
        "http://evil.test#geheim",
        "http://evil.test/?key=geheim",
        "http://evil.test:99999",
        "http://[evil]",
        "http://[::1",
        "http://evil.test\u{0}",
        "http://%00evil.test",
        "http://xn--a.test",
        "http://256.1.1.1",
        "javascript:evil()",
        "ftp://evil.test",
    ] {
        configuration(&Settings::new(base_url));
    }
}

/// What is asked of whom, as a proxy sees it.
#[test]
fn base_urls_that_are_odd() {
    for (base_url, target, host) in [
        ("HTTP://Platform.TEST", "http://platform.test/v1/memories/m-1/", "platform.test"),
        ("  http://platform.test/\n", "http://platform.test/v1/memories/m-1/", "platform.test"),
        (
            "http://platform.test/a b/",
            "http://platform.test/a%20b/v1/memories/m-1/",
            "platform.test",
        ),
        ("http://platform.test/a/../b", "http://platform.test/b/v1/memories/m-1/", "platform.test"),
        (
            "http://b\u{fc}cher.test",
            "http://xn--bcher-kva.test/v1/memories/m-1/",
            "xn--bcher-kva.test",
        ),
        (
            "http://\u{5bff}\u{53f8}.test",
            "http://xn--sprr0q.test/v1/memories/m-1/",
            "xn--sprr0q.test",
        ),
        ("http://platform\u{3002}test", "http://platform.test/v1/memories/m-1/", "platform.test"),
        (
            "http://[2001:DB8::0001]:81",
            "http://[2001:db8::1]:81/v1/memories/m-1/",
            "[2001:db8::1]:81",
        ),
        ("http://0x7f000001", "http://127.0.0.1/v1/memories/m-1/", "127.0.0.1"),
    ] {
        for way in BOTH {
            let (told, heard) = std::sync::mpsc::channel();
            let proxy = FaultServer::start(move |mut connection| {
                let told = told.clone();
                async move {
                    let heard = connection.request().await?;
                    told.send(heard).unwrap();
                    connection.send(&crate::script::well()).await
                }
            });
            let mut settings = Settings::new(base_url);
            settings.proxy = Some(proxy.url());
            let client = &Client::new(way, &settings).unwrap();
            ask!(client.get("m-1")).unwrap();
            let heard = heard.recv().unwrap();
            assert_eq!(heard.line, format!("GET {target} HTTP/1.1"));
            assert!(heard.headers.contains(&format!("host: {host}")), "{heard:?}");
            assert!(heard.headers.contains(&format!("authorization: token {KEY}")), "{heard:?}");
        }
    }
}
