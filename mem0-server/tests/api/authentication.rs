use axum::body::Body;
use axum::http::Request;
use mem0_server::{ApiKeyHash, Authentication};
use serde_json::json;

use crate::app::{Answer, App, STRANGER};

fn app() -> App {
    let keys = ["m0-first", "m0-second"].map(ApiKeyHash::of);
    App::with(Authentication::Keys(keys.to_vec()))
}

async fn send(app: &App, method: &str, path: &str, authorization: Option<&[u8]>) -> Answer {
    let mut request = Request::builder().method(method).uri(path);
    if let Some(value) = authorization {
        request = request.header("authorization", value);
    }
    app.send(request.body(Body::empty()).unwrap()).await
}

async fn ping(app: &App, authorization: &[u8]) -> Answer {
    send(app, "GET", "/v1/ping/", Some(authorization)).await
}

#[tokio::test]
async fn each_of_the_keys_is_let_through() {
    let app = app();
    for authorization in ["Token m0-first", "Token m0-second", "token m0-first", "Token  m0-first "]
    {
        ping(&app, authorization.as_bytes()).await.ok();
    }
}

#[tokio::test]
async fn every_other_key_is_refused() {
    let app = app();
    for authorization in [
        &b"Token "[..],
        b"Token m0-firs",
        b"Token m0-first2",
        b"Token M0-FIRST",
        b"Token \xff",
        b"Token *",
    ] {
        let answer = ping(&app, authorization).await;
        assert_eq!(answer.status, 401);
        assert!(answer.body["detail"].as_str().unwrap().starts_with("Invalid API key. "));
        assert_eq!(answer.headers["www-authenticate"], "Token");
        assert!(!answer.body.to_string().contains("m0-"), "{}", answer.body);
    }
}

#[tokio::test]
async fn a_missing_or_differently_spelled_key_is_refused() {
    let app = app();
    for authorization in
        [None, Some(&b""[..]), Some(b"Token"), Some(b"Bearer m0-first"), Some(b"m0-first")]
    {
        let answer = send(&app, "GET", "/v1/ping/", authorization).await;
        assert_eq!(answer.status, 401);
        let detail = answer.body["detail"].as_str().unwrap();
        assert!(detail.contains("Authorization: Token <your API key>"), "{detail}");
    }
}

#[tokio::test]
async fn a_refusal_says_what_is_wrong_with_the_key() {
    let app = app();
    for (authorization, words) in [
        (None, "credentials were not provided. Send the header"),
        (Some(&b"Bearer m0-first"[..]), "does not begin with \"Token \""),
        (Some(b"m0-first"), "does not begin with \"Token \""),
        (Some(b"Token"), "There is none after \"Token\""),
        (Some(b"Token m0-other"), "does not know it, or it was revoked"),
    ] {
        let answer = send(&app, "GET", "/v1/ping/", authorization).await;
        assert_eq!(answer.status, 401);
        let detail = answer.body["detail"].as_str().unwrap();
        assert!(detail.contains(words) && !detail.contains("m0-"), "{detail}");
    }
}

#[tokio::test]
async fn no_operation_works_without_a_key() {
    let app = app();
    let memory = format!("/v1/memories/{STRANGER}/");
    let history = format!("{memory}history/");
    let event = format!("/v1/event/{STRANGER}/");
    let organization = format!("/api/v1/orgs/organizations/{STRANGER}/");
    let projects = format!("{organization}projects/");
    let project = format!("{projects}{STRANGER}/");
    for (method, path) in [
        ("GET", "/v1/ping/"),
        ("POST", "/v3/memories/add/"),
        ("POST", "/v3/memories/search/"),
        ("POST", "/v3/memories/"),
        ("DELETE", "/v1/memories/?user_id=*&agent_id=*&app_id=*&run_id=*"),
        ("GET", &memory),
        ("PUT", &memory),
        ("DELETE", &memory),
        ("GET", &history),
        ("PUT", "/v1/batch/"),
        ("DELETE", "/v1/batch/"),
        ("GET", "/v1/entities/"),
        ("GET", "/v2/entities/user/alice/"),
        ("DELETE", "/v2/entities/user/alice/"),
        ("GET", "/v1/events/"),
        ("GET", &event),
        ("GET", "/api/v1/orgs/organizations/"),
        ("POST", "/api/v1/orgs/organizations/"),
        ("DELETE", &organization),
        ("GET", &projects),
        ("PATCH", &project),
        ("DELETE", &project),
        // The methods of a path are not revealed either.
        ("PATCH", "/v1/ping/"),
    ] {
        let answer = send(&app, method, path, None).await;
        assert_eq!(answer.status, 401, "{method} {path}");
    }
}

#[tokio::test]
async fn health_and_unknown_paths_need_no_key() {
    let app = app();
    send(&app, "GET", "/health", None).await.is(200, json!({"status": "ok"}));
    send(&app, "GET", "/v1/nothing/", None)
        .await
        .is(404, json!({"detail": "Not found. The API has no such path."}));
}

#[tokio::test]
async fn no_keys_at_all_let_nobody_in() {
    let app = App::with(Authentication::Keys(Vec::new()));
    for authorization in [&b"Token "[..], b"Token x"] {
        assert_eq!(ping(&app, authorization).await.status, 401);
    }
}
