//! The list of all users, agents, apps and runs.

use mem0_client::{EntityType, ErrorKind};
use serde_json::{Value, json};

use crate::platform::{Platform, Reply};

fn row(kind: &str, name: &str) -> Value {
    json!({"type": kind, "name": name})
}

fn page(rows: &[Value], more: bool) -> Reply {
    let next = more.then_some("http://elsewhere.test/?page=900");
    Reply::json(json!({"count": 5, "next": next, "results": rows, "total_users": 3}))
}

async fn names(platform: &Platform) -> Vec<String> {
    let users = platform.client().users().await.unwrap();
    assert_eq!(users.next, None);
    users.into_iter().map(|entity| entity.name).collect()
}

#[tokio::test(start_paused = true)]
async fn all_pages_are_one_list() {
    let platform = Platform::new(|asked| match asked.page() {
        1 => page(&[row("user", "a"), row("agent", "a")], true),
        2 => page(&[row("agent", "a"), row("user", "b"), json!({"type": "user"})], true),
        _ => page(&[row("run", "c")], false),
    });
    let users = platform.client().users().await.unwrap();
    let all: Vec<_> = users
        .results
        .iter()
        .map(|entity| (entity.entity_type.clone().unwrap(), entity.name.as_str()))
        .collect();
    assert_eq!(
        all,
        [
            (EntityType::User, "a"),
            (EntityType::Agent, "a"),
            (EntityType::User, "b"),
            (EntityType::Run, "c"),
        ]
    );
    assert_eq!((users.malformed.len(), users.total_users()), (1, Some(3)));
    // A row came again although the list did not grow: a second reading shows that nothing moves.
    let targets: Vec<String> = platform.asked().iter().map(|asked| asked.target()).collect();
    let reading = ["/v1/entities/", "/v1/entities/?page=2", "/v1/entities/?page=3"];
    assert_eq!(targets, [reading, reading].concat());
}

#[tokio::test(start_paused = true)]
async fn a_page_that_brings_nothing_new_is_not_the_end() {
    let platform = Platform::new(|asked| match asked.page() {
        1 => page(&[row("user", "a")], true),
        2 => page(&[], true),
        3 => page(&[row("user", "a")], true),
        4 => page(&[json!({"type": "user"})], true),
        _ => page(&[row("user", "b")], false),
    });
    assert_eq!(names(&platform).await, ["a", "b"]);
}

#[tokio::test(start_paused = true)]
async fn a_page_that_has_gone_meanwhile_is_the_end() {
    let platform = Platform::new(|asked| match asked.page() {
        1 => page(&[row("user", "a")], true),
        _ => Reply::text(404, r#"{"detail": "Invalid page."}"#),
    });
    assert_eq!(names(&platform).await, ["a"]);
    assert_eq!(platform.requests(), 2 * 2);
}

#[tokio::test(start_paused = true)]
async fn an_error_on_a_later_page_is_no_shorter_list() {
    let platform = Platform::new(|asked| match asked.page() {
        1 => page(&[row("user", "a")], true),
        _ => Reply::status(401),
    });
    let error = platform.client().users().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Authentication);
}

#[tokio::test(start_paused = true)]
async fn a_list_without_end_is_an_error() {
    for rows in [vec![row("user", "a")], vec![]] {
        let platform = Platform::new(move |_| page(&rows, true));
        let error = platform.client().users().await.unwrap_err();
        assert_eq!((error.kind(), error.operation()), (ErrorKind::Decode, Some("users")));
        assert!(platform.requests() <= 101, "{}", platform.requests());
    }
}

#[tokio::test(start_paused = true)]
async fn the_bare_list_of_older_services_is_one_page() {
    let platform = Platform::new(|_| Reply::json(json!([row("user", "a"), row("user", "b")])));
    assert_eq!(names(&platform).await, ["a", "b"]);
    assert_eq!(platform.requests(), 1);
}
