use mem0_client::{
    AddMemoryOptions, ErrorKind, Filter, Media, Message, Scope, SearchMemoryOptions, WaitOptions,
};
use serde_json::json;

use super::platform::{Client, KEY, LocalPlatform, at_once, runtime};

#[test]
fn a_wrong_key_is_an_authentication_error_that_does_not_show_it() {
    let platform = LocalPlatform::new();
    let wrong = "m0-wrong-key";
    let refused = [
        runtime().block_on(platform.async_client_with_key(wrong).ping()).unwrap_err(),
        platform.blocking_client_with_key(wrong).ping().unwrap_err(),
    ];
    for error in refused {
        assert_eq!(error.kind(), ErrorKind::Authentication);
        assert_eq!(error.status().unwrap(), 401);
        assert!(error.to_string().contains("API key"), "{error}");
        let shown = format!("{error} {error:?} {:?}", error.details());
        assert!(!shown.contains(wrong) && !shown.contains(KEY), "{shown}");
    }
}

/// What the platform itself refuses: the kind, the status and a word that says what to change.
async fn refused_by_the_platform(client: &Client) {
    let unknown = Filter::raw(json!({"user_id": "alice", "userId": "bob"}));
    let operator = Filter::raw(json!({"user_id": "alice", "created_at": {"eq": "2024-01-01"}}));
    let keywords = Filter::raw(json!({"user_id": "alice", "keywords": {"contains": "tea"}}));
    let media = [Message::user(Media::image_url("https://example.com/a.jpg"))];
    let errors = [
        (ask!(client.get("not-a-uuid")).map(drop), "UUID"),
        (ask!(client.get_all(unknown.clone())).map(drop), "an allowed field"),
        (ask!(client.search("tea", unknown.clone())).map(drop), "an allowed field"),
        (ask!(client.get_all(operator.clone())).map(drop), "created_at"),
        (ask!(client.search("tea", keywords.clone())).map(drop), "keywords"),
        (
            ask!(
                client.add(
                    "x",
                    AddMemoryOptions::new(Scope::user("alice"))
                        .extra("filters", json!({"user_id": {"in": ["alice"]}}))
                )
            )
            .map(drop),
            "filters",
        ),
    ];
    for (result, word) in errors {
        let error = result.unwrap_err();
        assert_eq!((error.kind(), error.code().as_str()), (ErrorKind::Validation, "HTTP_400"));
        assert!(error.to_string().contains(word), "{error}");
        assert_eq!(error.attempts(), 1, "{error}");
    }
    // Without an LLM nobody can look at a picture, and the event says so.
    let added = ask!(client.add(media.clone(), Scope::user("alice"))).unwrap();
    let failed = ask!(client.wait_for_event(&added.event_id, WaitOptions::new())).unwrap_err();
    assert_eq!(failed.kind(), ErrorKind::EventFailed);
    assert!(failed.to_string().contains("No LLM is configured"), "{failed}");
}

/// What never leaves the client.
async fn refused_before_it_is_sent(client: &Client) {
    let alice = || Filter::user_id("alice");
    let media = [Message::user(Media::image_url("https://example.com/a.jpg"))];
    let verbatim = || AddMemoryOptions::new(Scope::user("alice")).infer(false);
    for (result, field) in [
        (ask!(client.search("  ", alice())).map(drop), "query"),
        (ask!(client.search("q", SearchMemoryOptions::new(alice()).top_k(0))).map(drop), "top_k"),
        (ask!(client.search("q", !alice())).map(drop), "filters"),
        (
            ask!(client.search("q", alice() & Filter::keywords().contains("q"))).map(drop),
            "keywords",
        ),
        (ask!(client.get("..")).map(drop), "memory_id"),
        (ask!(client.add("x", Scope::user("*"))).map(drop), "user_id"),
        (ask!(client.add(media.clone(), verbatim())).map(drop), "messages"),
    ] {
        let error = result.unwrap_err();
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::InvalidInput, 0), "{error}");
        assert!(error.to_string().contains(field), "{error}");
    }
}

#[test]
fn the_platform_says_what_is_wrong() {
    super::under_both_clients(LocalPlatform::clients, refused_by_the_platform);
}

#[test]
fn the_clients_send_nothing_that_they_know_to_be_wrong() {
    let platform = LocalPlatform::new();
    let [client, blocking] = platform.clients();
    runtime().block_on(refused_before_it_is_sent(&client));
    at_once(refused_before_it_is_sent(&blocking));
    let events = platform.blocking_client().events().unwrap();
    assert_eq!(events.count, Some(0));
}
