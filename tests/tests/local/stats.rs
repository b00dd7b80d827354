use mem0_client::{AddMemoryOptions, ErrorKind, Feedback, FeedbackOptions, Filter, Scope};

use super::operations::{remember, store};
use super::platform::Client;

pub(super) async fn everything_is_counted(client: &Client) {
    let empty = ask!(client.stats()).unwrap();
    assert_eq!((empty.total_memories, empty.total_retrieval_events), (Some(0), Some(0)));
    assert_eq!((empty.memories_per_user, empty.total_retrieval_events_limit), (Some(0), None));
    let id = remember(client, "I like tea", "alice").await;
    for text in ["I like bread", "I like jam"] {
        remember(client, text, "alice").await;
    }
    remember(client, "I like coffee", "bob").await;
    store(client, "Briefly", AddMemoryOptions::new(Scope::agent("bot").with_run("r"))).await;

    ask!(client.search("tea", Filter::user_id("alice"))).unwrap();
    ask!(client.get_all(Filter::user_id("alice"))).unwrap();
    ask!(client.get(id.clone())).unwrap();
    // What was not found was not retrieved.
    ask!(client.get("3c90c3cc-0d44-4b50-8888-8dd25736052a")).unwrap_err();
    let stats = ask!(client.stats()).unwrap();
    assert_eq!((stats.total_memories, stats.total_add_events), (Some(5), Some(5)));
    assert_eq!(stats.total_retrieval_events, Some(3));
    assert_eq!(stats.total_api_retrieval_events, Some(3));
    assert_eq!((stats.total_users_with_memories, stats.memories_per_user), (Some(2), Some(2)));
    assert_eq!((stats.total_agents_with_memories, stats.memories_per_agent), (Some(1), Some(1)));
    assert_eq!((stats.total_runs_with_memories, stats.memories_per_run), (Some(1), Some(1)));
    ask!(client.search("tea", Filter::user_id("alice"))).unwrap();
    assert_eq!(ask!(client.stats()).unwrap().total_retrieval_events, Some(4));
}

pub(super) async fn feedback_is_kept_and_taken_back(client: &Client) {
    let id = remember(client, "I like tea", "alice").await;
    let wrong = FeedbackOptions::new(Feedback::VeryNegative).reason("She never said so");
    let given = ask!(client.feedback(id.clone(), wrong.clone())).unwrap();
    assert_eq!(given.feedback, Some(Feedback::VeryNegative));
    assert_eq!(given.feedback_reason.as_deref(), Some("She never said so"));
    let changed = ask!(client.feedback(id.clone(), Feedback::Positive)).unwrap();
    assert_eq!((changed.id.as_ref(), changed.feedback_reason), (given.id.as_ref(), None));
    let cleared = ask!(client.feedback(id.clone(), None::<Feedback>)).unwrap();
    assert_eq!((cleared.id, cleared.feedback), (given.id, None));

    for (id, kind, word) in [
        ("3c90c3cc-0d44-4b50-8888-8dd25736052a", ErrorKind::NotFound, "Memory not found!"),
        ("m-1", ErrorKind::Validation, "Invalid memory_id"),
    ] {
        let refused = ask!(client.feedback(id, Feedback::Positive)).unwrap_err();
        assert_eq!(refused.kind(), kind);
        assert!(refused.to_string().contains(word), "{refused}");
    }
    ask!(client.delete(id.clone())).unwrap();
    let gone = ask!(client.feedback(id.clone(), Feedback::Positive)).unwrap_err();
    assert_eq!(gone.kind(), ErrorKind::NotFound);
}

pub(super) async fn summaries_take_an_llm(client: &Client) {
    remember(client, "I like tea", "alice").await;
    for filter in [None, Some(Filter::user_id("alice"))] {
        let refused = ask!(client.get_summary(filter.clone())).unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Validation);
        assert!(refused.to_string().contains("No LLM is configured"), "{refused}");
    }
}
