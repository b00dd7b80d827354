//! The document that the server serves must match its answers. The answers of all other tests are
//! checked against it too, in `app`.

use axum::body::to_bytes;
use axum::http::StatusCode;
use mem0_server::{Authentication, router};
use serde_json::Value;
use tower::ServiceExt;

use crate::app::{STRANGER, own_document, request};
use crate::folder::Folder;

/// The paths of the requests. Each served operation must be among them.
const PATHS: &str = include_str!("../../../mem0-types/src/wire/path.rs");

fn paths() -> Vec<String> {
    let known = PATHS.lines().filter_map(|line| line.strip_prefix("pub const "));
    let mut paths: Vec<_> = known
        .filter_map(|line| Some(line.split_once(" = \"")?.1.split_once('"')?.0.to_owned()))
        .collect();
    paths.extend(
        own_document().names().iter().filter_map(|name| Some(name.split_once(' ')?.1.to_owned())),
    );
    paths.sort();
    paths.dedup();
    paths
}

#[tokio::test]
async fn every_route_is_in_the_document_and_nothing_else() {
    let folder = Folder::new();
    let engine = folder.open();
    let app = router(engine.clone(), Authentication::Off);
    let documented = own_document().names();
    assert!(paths().len() > 40);
    for path in paths() {
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
            let mut sent = path.clone();
            for name in path.split('/').filter(|segment| segment.starts_with('{')) {
                sent = sent.replace(name, STRANGER);
            }
            let answer = app.clone().oneshot(request(method, &sent, Value::Null)).await.unwrap();
            let status = answer.status();
            let body = to_bytes(answer.into_body(), usize::MAX).await.unwrap();
            // An operation on a missing resource reports that in its own way.
            let is_there = status != StatusCode::METHOD_NOT_ALLOWED
                && !body.starts_with(b"{\"detail\":\"Not found.");
            let is_documented = documented.contains(&format!("{method} {path}"));
            assert_eq!(is_there, is_documented, "{method} {path} answers {status}");
        }
    }
    engine.close().await.unwrap();
}

#[tokio::test]
async fn the_document_and_its_page_are_served_without_a_key() {
    let folder = Folder::new();
    let engine = folder.open();
    let app = router(engine, Authentication::Keys(Vec::new()));
    let get = async |path| {
        let answer = app.clone().oneshot(request("GET", path, Value::Null)).await.unwrap();
        assert_eq!(answer.status(), 200);
        let kind = answer.headers()["content-type"].to_str().unwrap().to_owned();
        let policy = answer.headers().get("content-security-policy").cloned();
        let body = to_bytes(answer.into_body(), usize::MAX).await.unwrap();
        (kind, policy, String::from_utf8(body.to_vec()).unwrap())
    };
    let (kind, _, document) = get("/openapi.json").await;
    assert_eq!(kind, "application/json");
    let document: Value = serde_json::from_str(&document).unwrap();
    assert_eq!(document["info"]["version"], env!("CARGO_PKG_VERSION"));
    let (kind, policy, page) = get("/docs").await;
    let policy = policy.unwrap();
    let policy: Vec<_> = policy.to_str().unwrap().split("; ").collect();
    assert!(policy.contains(&"default-src 'none'") && policy.contains(&"connect-src 'self'"));
    assert_eq!(kind, "text/html; charset=utf-8");
    assert!(page.contains("<a href=\"openapi.json\">"));
    // It works offline: only the document is loaded, from the same place as the page.
    assert!(page.contains("fetch(\"openapi.json\")"));
    // In the examples the page puts its own address here.
    let page = page.replacen("\"http://127.0.0.1:8888\"", "", 1);
    for external in ["http://", "https://", "//cdn", "src=", "@import", "<link"] {
        assert!(!page.contains(external), "{external}");
    }
}
