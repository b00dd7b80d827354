//! Deleting every entity of a project.

use std::time::Duration;

use mem0_client::{DeleteEverything, ErrorKind, Reset, WaitOptions};
use serde_json::{Value, json};

use crate::platform::{Asked, Platform, Reply, timed};

/// Three pages of entities; the second page repeats one of the first, since one was added.
fn listing(asked: &Asked) -> Reply {
    let rows: Vec<Value> = match asked.page() {
        1 => vec![json!({"type": "user", "name": "a/b"}), json!({"type": "agent", "name": "bot"})],
        2 => {
            vec![json!({"type": "agent", "name": "bot"}), json!({"type": "app", "name": "kitchen"})]
        }
        _ => vec![json!({"type": "run", "name": "trip"})],
    };
    let count = if asked.page() == 1 { 4 } else { 5 };
    let next = (asked.page() < 3).then_some("more");
    Reply::json(json!({"count": count, "next": next, "results": rows}))
}

fn queued(asked: &Asked) -> Reply {
    let entity = asked.uri.path().trim_end_matches('/').rsplit('/').next().unwrap().to_owned();
    Reply::json(json!({"message": "Queued.", "event_id": format!("e-{entity}")}))
}

fn event(status: &str) -> Reply {
    Reply::json(json!({"id": "e", "status": status, "error": "stuck"}))
}

fn is_listing(asked: &Asked) -> bool {
    asked.uri.path() == "/v1/entities/"
}

fn is_delete(asked: &Asked) -> bool {
    asked.method == "DELETE"
}

async fn reset(platform: &Platform) -> Reset {
    platform.client().reset(DeleteEverything, WaitOptions::new()).await.unwrap()
}

fn deletes(platform: &Platform) -> Vec<String> {
    platform.asked().iter().filter(|asked| is_delete(asked)).map(Asked::target).collect()
}

const ALL: [&str; 4] = [
    "/v2/entities/user/a%2Fb/",
    "/v2/entities/agent/bot/",
    "/v2/entities/app/kitchen/",
    "/v2/entities/run/trip/",
];

#[tokio::test(start_paused = true)]
async fn each_entity_of_each_page_is_deleted_once_and_waited_for() {
    let platform = Platform::new(|asked| match asked {
        asked if is_listing(asked) => listing(asked),
        asked if is_delete(asked) => queued(asked),
        asked if asked.index < 20 => event("RUNNING"),
        _ => event("SUCCEEDED"),
    });
    let reset = reset(&platform).await;
    assert!(reset.is_complete());
    assert_eq!(reset.entities.len(), 4);
    assert_eq!(reset.entities[0].entity.entity_id(), "a/b");
    assert_eq!(deletes(&platform), ALL);
    // All pages first, then the deletes, then the events.
    let asked = platform.asked();
    assert!(asked[..3].iter().all(is_listing));
    assert!(asked[3..7].iter().all(is_delete));
    let waited: Vec<&str> = asked[7..].iter().map(|asked| asked.uri.path()).collect();
    assert!(waited.len() > 13 && waited.iter().all(|path| path.starts_with("/v1/event/e-")));
    for event in ["e-a%252Fb", "e-bot", "e-kitchen", "e-trip"] {
        assert!(waited.contains(&format!("/v1/event/{event}/").as_str()), "{event}: {waited:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn one_entity_that_stays_keeps_no_other() {
    let platform = Platform::new(|asked| match asked {
        asked if is_listing(asked) => listing(asked),
        asked if is_delete(asked) && asked.uri.path().contains("agent") => Reply::status(403),
        asked if is_delete(asked) => queued(asked),
        asked if asked.uri.path().contains("kitchen") => event("FAILED"),
        asked if asked.uri.path().contains("trip") => event("PENDING"),
        _ => event("SUCCEEDED"),
    });
    let (reset, took) = timed(reset(&platform)).await;
    let kinds: Vec<_> = reset
        .entities
        .iter()
        .map(|entity| (entity.entity.entity_id(), entity.outcome.as_ref().map_err(|e| e.kind())))
        .collect();
    assert_eq!(
        kinds,
        [
            ("a/b", Ok(&())),
            ("bot", Err(ErrorKind::Authentication)),
            ("kitchen", Err(ErrorKind::EventFailed)),
            ("trip", Err(ErrorKind::EventPending)),
        ]
    );
    assert!(!reset.is_complete());
    assert_eq!(deletes(&platform), ALL);
    assert!(took >= Duration::from_secs(60) && took < Duration::from_secs(61), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn nothing_is_deleted_when_the_entities_cannot_be_listed() {
    let platform = Platform::new(|asked| match asked.page() {
        3 => Reply::status(500),
        _ => listing(asked),
    });
    let wait = WaitOptions::new();
    let error = platform.client().reset(DeleteEverything, wait).await.unwrap_err();
    assert_eq!((error.kind(), error.operation()), (ErrorKind::Server, Some("users")));
    assert!(deletes(&platform).is_empty());
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_addressed_is_reported_and_not_sent() {
    let rows = json!([
        {"type": "user", "name": ".."},
        {"type": "user", "name": "*"},
        {"name": "whose"},
        {"type": "user", "name": "alice"},
        {"type": "user"},
    ]);
    let platform = Platform::new(move |asked| match asked {
        asked if is_listing(asked) => Reply::json(json!({"results": rows})),
        _ => Reply::json(json!({"message": "Deleted."})),
    });
    let reset = reset(&platform).await;
    assert_eq!(deletes(&platform), ["/v2/entities/user/alice/"]);
    let outcomes: Vec<_> = reset
        .entities
        .iter()
        .map(|entity| entity.outcome.as_ref().map_err(|error| error.kind()))
        .collect();
    let refused = Err(ErrorKind::InvalidInput);
    assert_eq!(outcomes, [refused, refused, refused, Ok(&())]);
    assert_eq!((reset.malformed.len(), reset.is_complete()), (1, false));
}

#[tokio::test(start_paused = true)]
async fn an_entity_that_is_gone_already_is_gone() {
    let platform = Platform::new(|asked| match asked {
        asked if is_listing(asked) => listing(asked),
        asked if asked.uri.path().contains("agent") => Reply::status(404),
        _ => Reply::json(json!({"message": "Deleted."})),
    });
    assert!(reset(&platform).await.is_complete());
    assert_eq!(deletes(&platform), ALL);
}

#[tokio::test(start_paused = true)]
async fn an_empty_project_is_reset_already() {
    let platform = Platform::new(|_| Reply::json(json!({"count": 0, "results": []})));
    let reset = reset(&platform).await;
    assert!(reset.is_complete() && reset.entities.is_empty());
    assert_eq!(platform.requests(), 1);
}

/// A 404 of a misconfigured proxy.
#[tokio::test(start_paused = true)]
async fn an_entity_that_only_a_proxy_does_not_know_is_left() {
    let platform = Platform::new(|asked| match asked {
        asked if is_listing(asked) => listing(asked),
        asked if asked.uri.path().contains("agent") => Reply::text(404, "<html>404</html>"),
        _ => Reply::json(json!({"message": "Deleted."})),
    });
    let reset = reset(&platform).await;
    assert!(!reset.is_complete());
    assert_eq!(reset.entities.iter().filter(|entity| entity.outcome.is_err()).count(), 1);

    // Nor does it mean that the page of entities before was the last.
    let platform = Platform::new(|asked| match asked.page() {
        3 => Reply::text(404, "<html>404</html>"),
        _ => listing(asked),
    });
    let error = platform.client().reset(DeleteEverything, WaitOptions::new()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert!(deletes(&platform).is_empty());
}
