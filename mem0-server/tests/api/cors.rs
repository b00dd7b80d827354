//! Pages of other origins: what a browser asks and reads before it lets one call the server.

use std::path::Path;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Request};
use mem0_engine::Engine;
use mem0_server::{ApiKeyHash, Authentication, RateLimit, RouterOptions, router_with};
use serde_json::json;
use tower::ServiceExt;

use crate::folder::Folder;

const PAGE: &str = "https://app.example";

struct Platform {
    app: Router,
    engine: Engine,
    _folder: Folder,
}

fn platform(origins: Option<&str>, per_minute: u32) -> Platform {
    let folder = Folder::new();
    let engine = folder.open();
    let mut options = RouterOptions::default();
    options.cors_origins = origins.map(|origins| origins.parse().unwrap());
    options.rate_limit = RateLimit::per_minute(per_minute);
    options.body_limit = 1000;
    let keys = Authentication::Keys(vec![ApiKeyHash::of("k")]);
    Platform { app: router_with(engine.clone(), keys, options), engine, _folder: folder }
}

/// The answer as a browser judges it.
struct Seen {
    status: u16,
    headers: HeaderMap,
}

impl Seen {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// The names in a header with a list, in lower case.
    fn listed(&self, name: &str) -> Vec<String> {
        let values = self.headers.get_all(name).iter();
        let text = values.map(|value| value.to_str().unwrap()).collect::<Vec<_>>().join(",");
        text.split(',').map(|name| name.trim().to_ascii_lowercase()).collect()
    }

    /// Whether a page of this origin may read the answer.
    fn may_be_read_by(&self, origin: &str) -> bool {
        assert_eq!(self.header("access-control-allow-credentials"), None);
        let allowed = self.header("access-control-allow-origin");
        assert!(allowed.is_none() || self.listed("vary").contains(&"origin".to_owned()));
        allowed.is_some_and(|allowed| allowed == "*" || allowed == origin)
    }
}

impl Platform {
    async fn send(&self, request: Request<Body>) -> Seen {
        let answer = self.app.clone().oneshot(request).await.unwrap();
        Seen { status: answer.status().as_u16(), headers: answer.headers().clone() }
    }

    /// Asks whether a page may send such a request, and says yes as a browser concludes it.
    async fn preflight(&self, origin: &str, method: &str, path: &str, headers: &str) -> bool {
        let request = Request::options(path)
            .header("origin", origin)
            .header("access-control-request-method", method)
            .header("access-control-request-headers", headers)
            .body(Body::empty())
            .unwrap();
        let seen = self.send(request).await;
        let methods = seen.listed("access-control-allow-methods");
        let allowed = seen.listed("access-control-allow-headers");
        // The wildcard does not cover Authorization, so each header must be named.
        (200..300).contains(&seen.status)
            && seen.may_be_read_by(origin)
            && methods.contains(&method.to_ascii_lowercase())
            && headers.split(',').all(|name| allowed.contains(&name.to_owned()))
    }

    async fn call(&self, origin: &str, method: &str, path: &str, key: &str, body: Body) -> Seen {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("origin", origin)
            .header("authorization", format!("Token {key}"))
            .header("content-type", "application/json")
            .body(body)
            .unwrap();
        self.send(request).await
    }
}

/// What the official TypeScript client sends, then what a client of one's own may.
const HEADERS: [&str; 2] = [
    "authorization,content-type,mem0-user-id,x-application,x-mem0-client,x-mem0-source",
    "authorization,content-type,idempotency-key,traceparent,x-request-id",
];

#[tokio::test]
async fn a_listed_page_asks_without_a_key_and_then_calls_every_operation() {
    let platform = platform(Some("http://localhost:3000, https://App.example:443"), 0);
    for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
        for path in ["/v3/memories/search/", "/v1/memories/", "/v1/nothing/", "/openapi.json"] {
            for headers in HEADERS {
                assert!(platform.preflight(PAGE, method, path, headers).await, "{method} {path}");
            }
        }
    }
    let add = json!({ "messages": "I like tea", "user_id": "alice", "infer": false, "typo": 1 });
    let body = || Body::from(add.to_string());
    let seen = platform.call(PAGE, "POST", "/v3/memories/add/", "k", body()).await;
    assert_eq!((seen.status, seen.may_be_read_by(PAGE)), (200, true));
    assert_eq!(seen.header("mem0-ignored-fields"), Some("typo"));
    assert_eq!(seen.header("access-control-allow-origin"), Some(PAGE));
    assert!(seen.listed("access-control-expose-headers").contains(&"mem0-ignored-fields".into()));
    let local = "http://localhost:3000";
    assert!(
        platform.call(local, "GET", "/v1/ping/", "k", Body::empty()).await.may_be_read_by(local)
    );
    platform.engine.close().await.unwrap();
}

#[tokio::test]
async fn an_answer_that_refuses_can_be_read_too() {
    let platform = platform(Some(PAGE), 2);
    let none = Body::empty;
    let late = Body::from_stream(futures_util::stream::once(async {
        Err::<Bytes, _>(std::io::Error::from(std::io::ErrorKind::TimedOut))
    }));
    let large = Body::from(vec![b'x'; 2000]);
    let add = "/v3/memories/add/";
    for (method, path, key, body, status) in [
        ("GET", "/v1/ping/", "wrong", none(), 401),
        ("GET", "/v1/nothing/", "k", none(), 404),
        ("PATCH", "/health", "k", none(), 405),
        ("POST", add, "k", large, 413),
        ("POST", add, "k", late, 408),
        ("GET", "/v1/ping/", "k", none(), 429),
    ] {
        let seen = platform.call(PAGE, method, path, key, body).await;
        assert_eq!((seen.status, seen.may_be_read_by(PAGE)), (status, true), "{method} {path}");
        let exposed = seen.listed("access-control-expose-headers");
        assert!(seen.header("x-request-id").is_some() && exposed.contains(&"x-request-id".into()));
        if status == 429 {
            for name in ["retry-after", "x-ratelimit-limit", "x-ratelimit-reset"] {
                assert!(seen.header(name).is_some() && exposed.contains(&name.into()), "{name}");
            }
        }
    }
    // A preflight costs nothing of a key's rate, and is answered when the rate is used up.
    assert!(platform.preflight(PAGE, "POST", add, HEADERS[0]).await);
    platform.engine.close().await.unwrap();
    let seen = platform.call(PAGE, "GET", "/ready", "k", none()).await;
    assert_eq!((seen.status, seen.may_be_read_by(PAGE)), (503, true));
}

#[tokio::test]
async fn other_pages_are_told_nothing() {
    let listed = platform(Some(PAGE), 0);
    let closed = platform(None, 0);
    for origin in [
        "https://app.example.evil",
        "https://evil.app.example",
        "http://app.example",
        "https://app.example:8443",
        "https://APP.example",
        "https://app.example/",
        "null",
        "",
    ] {
        assert!(!listed.preflight(origin, "POST", "/v1/ping/", HEADERS[0]).await, "{origin}");
        let seen = listed.call(origin, "GET", "/v1/ping/", "k", Body::empty()).await;
        assert!(!seen.may_be_read_by(origin), "{origin}");
        // A cache must not show one origin's answer to another.
        assert!(seen.listed("vary").contains(&"origin".to_owned()));
    }
    assert!(!closed.preflight(PAGE, "POST", "/v1/ping/", HEADERS[0]).await);
    let seen = closed.call(PAGE, "GET", "/v1/ping/", "k", Body::empty()).await;
    assert_eq!(seen.status, 200);
    let of_cors = |name: &str| name.starts_with("access-control-") || name == "vary";
    assert!(!seen.headers.keys().any(|name| of_cors(name.as_str())), "{:?}", seen.headers);
}

#[tokio::test]
async fn a_star_lets_every_page_call_but_not_without_a_key() {
    let platform = platform(Some("*"), 0);
    for origin in [PAGE, "null", "chrome-extension://abc"] {
        assert!(platform.preflight(origin, "DELETE", "/v1/memories/", HEADERS[0]).await);
        let seen = platform.call(origin, "GET", "/v1/ping/", "k", Body::empty()).await;
        assert_eq!((seen.status, seen.may_be_read_by(origin)), (200, true));
        let seen = platform.call(origin, "GET", "/v1/ping/", "", Body::empty()).await;
        assert_eq!((seen.status, seen.may_be_read_by(origin)), (401, true));
    }
}

/// The headers that the router's sources define.
fn own_headers(folder: &Path, found: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && path.file_name().unwrap() != "bin" {
            own_headers(&path, found);
        } else if path.is_file() {
            let source = std::fs::read_to_string(&path).unwrap();
            let names = source.split("HeaderName::from_static(\"").skip(1);
            found.extend(names.map(|rest| rest.split('"').next().unwrap().to_owned()));
        }
    }
}

#[tokio::test]
async fn a_page_may_read_every_header_of_our_own() {
    let platform = platform(Some(PAGE), 0);
    let seen = platform.call(PAGE, "GET", "/health", "k", Body::empty()).await;
    let exposed = seen.listed("access-control-expose-headers");
    let mut own = Vec::new();
    own_headers(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut own);
    assert!(own.len() >= 5, "{own:?}");
    for name in own {
        assert!(exposed.contains(&name), "{name} is not exposed");
    }
}

/// The binary's own layers stand outside of the router.
#[cfg(unix)]
#[test]
fn the_binary_takes_the_option_and_refuses_bad_origins() {
    use crate::server::{Server, command, exchange};

    let folder = Folder::new();
    for bad in ["https://app.example/", "app.example", "", "https://a.example, *"] {
        let output = command(folder.path()).args(["--cors-origins", bad]).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains("--cors-origins must be *, or origins such as"), "{said}");
    }
    let mut command = command(folder.path());
    command.args(["--api-key", "k"]).env("MEM0_SERVER_CORS_ORIGINS", PAGE);
    let server = Server::start(command);
    let mut stream = std::net::TcpStream::connect(server.address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let asked = format!(
        "OPTIONS /v3/memories/search/ HTTP/1.1\r\nhost: x\r\norigin: {PAGE}\r\n\
         access-control-request-method: POST\r\n\
         access-control-request-headers: authorization\r\n\r\n"
    );
    let (status, headers) = exchange(&mut stream, &asked);
    assert_eq!(status, 200);
    assert!(headers.contains(&format!("access-control-allow-origin: {PAGE}")), "{headers:?}");
    let sent = format!("GET /v1/ping/ HTTP/1.1\r\nhost: x\r\norigin: {PAGE}\r\n\r\n");
    let (status, headers) = exchange(&mut stream, &sent);
    assert_eq!(status, 401);
    assert!(headers.contains(&format!("access-control-allow-origin: {PAGE}")), "{headers:?}");
    drop(stream);
    server.stop();
}
