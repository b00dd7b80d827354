use mem0_client::legacy::{
    AddV1Options, GetAllV1Options, GetAllV2Options, SearchV1Options, SearchV2Options,
};
use mem0_client::requests::CreateEntity;
use mem0_client::{AddMemoryOptions, EntityType, ErrorKind, EventStatus, Filter, Scope};
use serde_json::json;

use super::operations::{finished, listed, remember, store, texts};
use super::platform::Client;

pub(super) async fn memories_are_added_and_listed_as_in_v1(client: &Client) {
    let ping = ask!(client.ping()).unwrap();
    // As version 0.1.98 of the official Python client sends it.
    let options = AddV1Options::new(Scope::user("alice"))
        .org_id(ping.org_id.unwrap())
        .project_id(ping.project_id.unwrap())
        .metadata(json!({"year": 2024, "topic": "pets"}))
        .output_format("v1.1")
        .version("v2");
    let added = ask!(client.add_v1("I have a puppy", options.clone())).unwrap();
    assert_eq!(added.results[0].status, Some(EventStatus::Pending));
    finished(client, added.results[0].event_id.clone()).await;
    // And as most of the specification's samples do.
    let added = ask!(client.add_v1("I like tea", AddV1Options::new(Scope::user("alice"))));
    finished(client, added.unwrap().results[0].event_id.clone()).await;

    let all = ask!(client.get_all_v1(Scope::user("alice"))).unwrap();
    assert_eq!(texts(&all), ["I like tea", "I have a puppy"]);
    assert_eq!(all.results[0].user_id.as_deref(), Some("alice"));
    assert_eq!(all.count, None);
    let paged = GetAllV1Options::new(Scope::user("alice")).page(2).page_size(1);
    let paged = ask!(client.get_all_v1(paged.clone())).unwrap();
    assert_eq!((paged.count, texts(&paged)), (Some(2), vec!["I have a puppy"]));
    let some = GetAllV1Options::new(Scope::user("alice")).limit(1);
    assert_eq!(texts(&ask!(client.get_all_v1(some.clone())).unwrap()), ["I like tea"]);
    let pets =
        GetAllV1Options::new(Scope::user("alice")).metadata(json!({"year": 2024, "topic": "pets"}));
    assert_eq!(texts(&ask!(client.get_all_v1(pets.clone())).unwrap()), ["I have a puppy"]);
    let none = GetAllV1Options::new(Scope::user("alice")).metadata(json!({"topic": "food"}));
    assert_eq!(texts(&ask!(client.get_all_v1(none.clone())).unwrap()), [""; 0]);
    let keywords = GetAllV1Options::new(Scope::user("alice")).keywords("TEA");
    assert_eq!(texts(&ask!(client.get_all_v1(keywords.clone())).unwrap()), ["I like tea"]);

    let exactly = AddV1Options::new(Scope::user("alice")).infer(false);
    let mut outcomes = Vec::new();
    for _ in 0..2 {
        let added = ask!(client.add_v1("I like figs", exactly.clone())).unwrap();
        outcomes.extend(
            added.results[0].results.iter().map(|one| (one.is_duplicate(), one.id.clone())),
        );
    }
    assert_eq!(outcomes.len(), 2);
    assert_eq!((outcomes[0].0, outcomes[1].0), (false, true));
    assert_eq!(outcomes[0].1, outcomes[1].1);

    let elsewhere = AddV1Options::new(Scope::user("alice")).project_id("another");
    let refused = ask!(client.add_v1("x", elsewhere.clone())).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Validation);
    assert!(refused.to_string().contains("project_id"), "{refused}");
}

pub(super) async fn memories_are_found_as_in_v1(client: &Client) {
    let pets = AddMemoryOptions::new(Scope::user("alice")).metadata(json!({"topic": "pets"}));
    store(client, "I have a puppy called Momo", pets).await;
    remember(client, "I like green tea", "alice").await;
    remember(client, "I like black tea", "bob").await;
    store(client, "I serve tea", AddMemoryOptions::new(Scope::agent("bot"))).await;

    let hits = ask!(client.search_v1("what tea?", Scope::user("alice"))).unwrap();
    assert_eq!(texts(&hits)[0], "I like green tea");
    assert_eq!(hits.results.len(), 2);
    assert!(hits.results[0].score > hits.results[1].score);
    let one = SearchV1Options::new(Scope::user("alice")).top_k(1).output_format("v1.1");
    let enveloped = ask!(client.search_v1("what tea?", one.clone())).unwrap();
    assert_eq!(texts(&enveloped), ["I like green tea"]);
    // The specification says that every hit has a user.
    let agents = ask!(client.search_v1("tea", Scope::agent("bot"))).unwrap();
    assert_eq!((texts(&agents), agents.results[0].user_id.as_deref()), (vec!["I serve tea"], None));
    let by_metadata = SearchV1Options::new(Scope::user("alice"))
        .metadata(json!({"topic": "pets"}))
        .only_metadata_based_search(true);
    let found = ask!(client.search_v1("nothing of it", by_metadata.clone())).unwrap();
    assert_eq!((texts(&found), found.results[0].score), (vec!["I have a puppy called Momo"], None));
}

pub(super) async fn v2_answers_bare_lists(client: &Client) {
    let scope = Scope::user("alice").with_agent("bot").with_run("r-1");
    store(client, "I have a puppy called Momo", AddMemoryOptions::new(scope)).await;
    remember(client, "I like green tea", "alice").await;
    let all = ask!(client.get_all_v2(Filter::user_id("alice"))).unwrap();
    assert_eq!(texts(&all), ["I like green tea", "I have a puppy called Momo"]);
    assert_eq!((all.count, all.results[1].run_id.as_deref()), (None, Some("r-1")));
    let second = GetAllV2Options::new(Filter::user_id("alice")).page(2).page_size(1);
    let second = ask!(client.get_all_v2(second.clone())).unwrap();
    assert_eq!(texts(&second), ["I have a puppy called Momo"]);
    let beyond = GetAllV2Options::new(Filter::user_id("alice")).page(3).page_size(1);
    let refused = ask!(client.get_all_v2(beyond.clone())).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::NotFound);

    let hits = ask!(client.search_v2("puppy", Filter::user_id("alice"))).unwrap();
    assert_eq!(texts(&hits), ["I have a puppy called Momo"]);
    assert_eq!(hits.results[0].agent_id.as_deref(), Some("bot"));
    assert_eq!(hits.results[0].run_id.as_deref(), Some("r-1"));
    let all = SearchV2Options::new(Filter::user_id("alice")).threshold(0.0);
    assert_eq!(ask!(client.search_v2("puppy", all.clone())).unwrap().results.len(), 2);
}

pub(super) async fn an_entity_is_deleted_by_its_number(client: &Client) {
    remember(client, "I like tea", "alice").await;
    remember(client, "I like coffee", "bob").await;
    let alice = ask!(client.create_entity(CreateEntity::user("alice"))).unwrap().id.unwrap();
    // The number of another kind is not hers.
    let refused = ask!(client.delete_entity_v1(EntityType::Agent, alice)).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::NotFound);
    let queued = ask!(client.delete_entity_v1(EntityType::User, alice)).unwrap();
    finished(client, queued.event_id).await;
    assert_eq!(listed(client, Filter::any_user()).await, ["I like coffee"]);
}
