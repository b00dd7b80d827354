use mem0_client::requests::{GetEvents, Ping};
use mem0_client::{
    AddMemoryOptions, CallOptions, Date, DeleteScope, ErrorKind, Event, EventResult, EventStatus,
    EventType, Filter, GetAllMemoryOptions, HistoryEvent, Memory, MemoryUpdate, Message,
    OrganizationRef, Outcomes, Page, ProjectRef, Role, Scope, SearchMemoryOptions,
    UpdateMemoryOptions, WaitOptions,
};
use serde_json::{Value, json};

use super::platform::Client;

/// A UUID that no memory has.
const STRANGER: &str = "3c90c3cc-0d44-4b50-8888-8dd25736052a";

fn verbatim(scope: Scope) -> AddMemoryOptions {
    AddMemoryOptions::new(scope).infer(false)
}

fn date(text: &str) -> Date {
    text.parse().unwrap()
}

/// Stores one text as it is; its id.
pub(super) async fn store(client: &Client, text: &str, options: AddMemoryOptions) -> String {
    let added = ask!(client.add(text, options.clone().infer(false))).unwrap();
    assert_eq!(added.status, EventStatus::Succeeded);
    let [result] = added.results.as_slice() else { panic!("{} results", added.results.len()) };
    assert_eq!((result.event.as_ref(), result.text()), (Some(&HistoryEvent::Add), Some(text)));
    result.id.clone().unwrap()
}

pub(super) async fn remember(client: &Client, text: &str, user: &str) -> String {
    store(client, text, AddMemoryOptions::new(Scope::user(user))).await
}

pub(super) fn texts(page: &Page<Memory>) -> Vec<&str> {
    assert!(page.malformed.is_empty());
    page.results.iter().map(|memory| memory.memory.as_str()).collect()
}

fn sorted(mut texts: Vec<&str>) -> Vec<&str> {
    texts.sort_unstable();
    texts
}

pub(super) async fn listed(
    client: &Client,
    options: impl Into<GetAllMemoryOptions>,
) -> Vec<String> {
    let page = ask!(client.get_all(options)).unwrap();
    texts(&page).into_iter().map(str::to_owned).collect()
}

pub(super) async fn finished(client: &Client, event_id: Option<String>) -> Event {
    let event = ask!(client.wait_for_event(event_id.unwrap(), WaitOptions::new())).unwrap();
    assert_eq!(event.status, EventStatus::Succeeded);
    event
}

pub(super) async fn ping_says_whose_platform_it_is(client: &Client) {
    let answer = ask!(client.ping()).unwrap();
    assert_eq!(answer.status.as_deref(), Some("ok"));
    let organization = ask!(client.get_organization(OrganizationRef::own())).unwrap();
    assert_eq!(answer.org_id, Some(organization.org_id));
    let project = ask!(client.get_project(ProjectRef::own())).unwrap();
    assert!(answer.project_id.is_some() && answer.project_id == project.project_id);
    let executed = ask!(client.execute(Ping::new())).unwrap();
    assert_eq!((executed.status().as_u16(), executed.attempts()), (200, 1));
    assert_eq!(*executed, answer);
    let second = std::time::Duration::from_secs(1);
    let view = match client {
        Client::Async(client) => Client::Async(client.with(CallOptions::new().timeout(second))),
        Client::Blocking(client) => {
            Client::Blocking(client.with(CallOptions::new().timeout(second)))
        }
    };
    let view = &view;
    assert_eq!(ask!(view.ping()).unwrap(), answer);
}

pub(super) async fn inferred_messages_are_queued_and_found(client: &Client) {
    let (said, answered) = ("I moved to Rome in spring", "I found you a flat near the river");
    let talk = [Message::user(said), Message::assistant(answered)];
    let added = ask!(client.add(talk.clone(), Scope::user("alice").with_agent("bot"))).unwrap();
    assert_eq!((&added.status, added.results.len()), (&EventStatus::Pending, 0));

    let event = ask!(client.wait_for_event(&added.event_id, WaitOptions::new())).unwrap();
    assert_eq!(
        (event.id.as_str(), &event.status),
        (added.event_id.as_str(), &EventStatus::Succeeded)
    );
    assert_eq!(event.event_type, Some(EventType::Add));
    let results: Vec<_> = event.results.iter().map(|result| result.text().unwrap()).collect();
    assert_eq!(results, [said, answered]);
    // It says that it is no inference.
    assert_eq!(event.metadata.as_ref().unwrap()["inference"], "none");

    let hits = ask!(client.search("Where did she move to?", Filter::user_id("alice"))).unwrap();
    let [hit] = hits.results.as_slice() else { panic!("{:?}", texts(&hits)) };
    assert_eq!(hit.memory, said);
    assert_eq!((hit.user_id.as_deref(), hit.agent_id.as_deref()), (Some("alice"), None));
    let score = hit.score.unwrap();
    assert!((0.1..=1.0).contains(&score), "{score}");
    assert_eq!(hit.score_breakdown.as_ref().unwrap().entity, Some(0.0));

    let hits = ask!(client.search("a flat near the river", Filter::agent_id("bot"))).unwrap();
    assert_eq!(texts(&hits), [answered]);
    let both = Scope::user("alice").with_agent("bot");
    let hits = ask!(client.search("flat in Rome", Filter::all_of(&both))).unwrap();
    assert_eq!(texts(&hits), [""; 0]);
    let hits = ask!(client.search("flat in Rome", Filter::any_of(&both))).unwrap();
    assert_eq!(sorted(texts(&hits)), [answered, said]);

    let event = ask!(client.add_and_wait("I sail", Scope::user("bob"), WaitOptions::new()));
    assert_eq!(event.unwrap().results[0].text(), Some("I sail"));
}

pub(super) async fn verbatim_messages_are_there_at_once(client: &Client) {
    let scope = || Scope::user("alice").with_agent("bot").with_app("kitchen").with_run("r-1");
    let metadata = json!({"source": "chat", "nested": {"a": [1, null]}});
    let talk = [
        Message::system("Be brief"),
        Message::user("I eat no nuts").named("Alice"),
        Message::assistant("Noted"),
    ];
    let options = verbatim(scope())
        .metadata(metadata.clone())
        .timestamp(1_700_000_000)
        .expiration_date(date("2999-12-31"));
    let added = ask!(client.add(talk.clone(), options.clone())).unwrap();
    assert_eq!(added.status, EventStatus::Succeeded);
    let stored: Vec<_> = added.results.iter().map(|result| result.text().unwrap()).collect();
    assert_eq!(stored, ["I eat no nuts", "Noted"]);

    let memory = ask!(client.get(added.results[0].id.as_deref().unwrap())).unwrap();
    assert_eq!(memory.memory, "I eat no nuts");
    assert_eq!(memory.user_id.as_deref(), Some("alice"));
    assert_eq!(memory.agent_id.as_deref(), Some("bot"));
    assert_eq!(memory.app_id.as_deref(), Some("kitchen"));
    assert_eq!(memory.run_id.as_deref(), Some("r-1"));
    assert_eq!(Value::from(memory.metadata.unwrap()), metadata);
    assert_eq!(memory.expiration_date, Some(date("2999-12-31")));
    assert_eq!(memory.created_at.unwrap().unix_micros(), Some(1_700_000_000_000_000));
    assert!(memory.updated_at.unwrap().unix_micros() > Some(1_700_000_000_000_000));
    assert_eq!(memory.categories, None);
    assert_eq!(memory.structured_attributes.unwrap()["year"], 2023);

    // What is there already is not stored again, and that is no error.
    let again = ask!(client.add(talk.clone(), options.clone())).unwrap();
    assert_eq!(again.status, EventStatus::Succeeded);
    assert!(again.results.iter().all(EventResult::is_duplicate) && again.results.len() == 2);
    let all = Filter::all_of(&scope());
    assert_eq!(
        sorted(texts(&ask!(client.get_all(all.clone())).unwrap())),
        ["I eat no nuts", "Noted"]
    );
    let hits = ask!(client.search("nuts", all.clone())).unwrap();
    assert_eq!(hits.results[0].run_id.as_deref(), Some("r-1"));
}

pub(super) async fn expired_memories_hide(client: &Client) {
    let past = AddMemoryOptions::new(Scope::user("alice")).expiration_date(date("2020-01-01"));
    let id = store(client, "The milk is fresh", past).await;
    let list = || GetAllMemoryOptions::new(Filter::user_id("alice"));
    let search = || SearchMemoryOptions::new(Filter::user_id("alice"));
    assert_eq!(listed(client, list()).await, [""; 0]);
    assert_eq!(texts(&ask!(client.search("fresh milk", search())).unwrap()), [""; 0]);
    assert_eq!(listed(client, list().show_expired(true)).await, ["The milk is fresh"]);
    let hits = ask!(client.search("fresh milk", search().show_expired(true))).unwrap();
    assert_eq!(texts(&hits), ["The milk is fresh"]);
    assert_eq!(ask!(client.get(&id)).unwrap().expiration_date, Some(date("2020-01-01")));

    let cleared = UpdateMemoryOptions::new().clear_expiration_date();
    assert_eq!(ask!(client.update(&id, cleared.clone())).unwrap().expiration_date, None);
    assert_eq!(listed(client, list()).await, ["The milk is fresh"]);
    let today_or_later = UpdateMemoryOptions::new().expiration_date(date("2999-01-01"));
    let updated = ask!(client.update(&id, today_or_later.clone())).unwrap();
    assert_eq!(updated.expiration_date, Some(date("2999-01-01")));
    assert_eq!(texts(&ask!(client.search("fresh milk", search())).unwrap()), ["The milk is fresh"]);
}

pub(super) async fn filters_choose(client: &Client) {
    let said = |scope, time: &str| {
        let time = mem0_client::Timestamp::from(time).unix_micros().unwrap() / 1_000_000;
        verbatim(scope).timestamp(time)
    };
    let (a, b, c, d) =
        ("Alice likes sushi", "Alice flies to Oslo", "Bob likes sushi", "Bots like Rome");
    let first = said(Scope::user("alice"), "2024-01-15T10:00:00Z")
        .metadata(json!({"n": 1, "tags": ["x", "y"], "source": "chat"}));
    let first = store(client, a, first).await;
    let trip = said(Scope::user("alice").with_run("trip"), "2024-06-01T10:00:00Z");
    store(client, b, trip.metadata(json!({"n": 2}))).await;
    let kitchen = said(Scope::user("bob").with_app("kitchen"), "2025-03-01T10:00:00Z");
    store(client, c, kitchen.expiration_date(date("2999-01-01"))).await;
    let bot = said(Scope::agent("bot"), "2025-04-01T10:00:00Z").metadata(json!({"n": 1}));
    store(client, d, bot).await;

    let any = Filter::any_user;
    for (filter, expected) in [
        (Filter::user_id("alice"), vec![a, b]),
        (Filter::user_id("nobody"), vec![]),
        (Filter::user_id("alice") | Filter::agent_id("bot"), vec![a, b, d]),
        (Filter::user_id("alice") & Filter::run_id("trip"), vec![b]),
        (Filter::user_id_in(["alice", "bob"]), vec![a, b, c]),
        (any(), vec![a, b, c]),
        (Filter::any_agent(), vec![d]),
        (Filter::any_app(), vec![c]),
        (Filter::any_run(), vec![b]),
        (any() & Filter::user_id_ne("alice"), vec![c]),
        (any() & !Filter::user_id("alice"), vec![c]),
        // An id that is not there is not equal either.
        (any() & Filter::agent_id_ne("bot"), vec![a, b, c]),
        (any() & Filter::metadata("n").eq(1), vec![a]),
        (any() & Filter::metadata("n").ne(1), vec![b, c]),
        (any() & Filter::metadata("tags").contains("x"), vec![a]),
        (any() & Filter::created_at().gte("2024-06-01"), vec![b, c]),
        (any() & Filter::created_at().between("2024-01-01", "2024-12-31"), vec![a, b]),
        (any() & Filter::created_at().lt("2024-01-15T10:00:01Z"), vec![a]),
        (any() & Filter::expiration_date().exists(), vec![c]),
        (any() & !Filter::expiration_date().exists(), vec![a, b]),
        (any() & Filter::categories().contains("food"), vec![]),
        (any() & !Filter::categories().is_in(["food"]), vec![a, b, c]),
        (any() & Filter::memory_ids([first.as_str()]), vec![a]),
        (Filter::any([Filter::app_id("kitchen"), any() & Filter::metadata("n").eq(2)]), vec![b, c]),
        (Filter::raw(json!({"user_id": "alice", "run_id": {"ne": "trip"}})), vec![a]),
    ] {
        let expected = sorted(expected);
        let page = ask!(client.get_all(filter.clone())).unwrap();
        assert_eq!(sorted(texts(&page)), expected, "listed by {filter}");
        let all = SearchMemoryOptions::new(filter.clone()).threshold(0.0).top_k(100);
        let hits = ask!(client.search("who likes sushi in Oslo or Rome?", all.clone())).unwrap();
        assert_eq!(sorted(texts(&hits)), expected, "found by {filter}");
    }
    let keywords = |filter| any() & filter;
    assert_eq!(listed(client, keywords(Filter::keywords().icontains("SUSHI"))).await, [c, a]);
    assert_eq!(listed(client, keywords(Filter::keywords().contains("SUSHI"))).await, [""; 0]);

    let options = || GetAllMemoryOptions::new(Filter::any_user());
    assert_eq!(listed(client, options().keywords("sushi")).await, [c, a]);
    let within = options().start_date("2024-02-01").end_date("2025-03-01");
    assert_eq!(listed(client, within).await, [c, b]);
    assert_eq!(listed(client, options().categories(["food"])).await, [""; 0]);
    let page = ask!(client.get_all(options().fields(["memory"]).page_size(1))).unwrap();
    let [memory] = page.results.as_slice() else { panic!("{} results", page.results.len()) };
    assert_eq!((memory.memory.as_str(), &memory.user_id, &memory.updated_at), (c, &None, &None));

    let search = || SearchMemoryOptions::new(Filter::any_user()).threshold(0.0);
    let hits = ask!(client.search("sushi", search().metadata(json!({"n": 1})))).unwrap();
    assert_eq!(texts(&hits), [a]);
    let hits = ask!(client.search("sushi", search().categories(["food"]))).unwrap();
    assert_eq!(texts(&hits), [""; 0]);
    assert_eq!(ask!(client.search("sushi", search().top_k(1))).unwrap().results.len(), 1);
    let hits = ask!(client.search("sushi", search().threshold(1.0))).unwrap();
    assert_eq!(texts(&hits), [""; 0]);
    let everything = search().rerank(true).keyword_search(true).latest_only(true);
    let hits = ask!(client.search("sushi", everything.fields(["memory", "score"]))).unwrap();
    assert!(hits.results[0].score.is_some() && hits.results[0].user_id.is_none());
}

pub(super) async fn updates_change_what_they_name(client: &Client) {
    let options = AddMemoryOptions::new(Scope::user("alice"))
        .metadata(json!({"kept": 1, "changed": "old"}))
        .expiration_date(date("2999-01-01"));
    let id = store(client, "Likes tea", options).await;

    let updated = ask!(client.update(&id, "Likes coffee")).unwrap();
    assert_eq!(updated.memory, "Likes coffee");
    assert_eq!(Value::from(updated.metadata.unwrap()), json!({"kept": 1, "changed": "old"}));
    assert_eq!(updated.expiration_date, Some(date("2999-01-01")));
    let merged =
        UpdateMemoryOptions::new().metadata(json!({"changed": null, "new": [2]})).timestamp(86_400);
    let updated = ask!(client.update(&id, merged.clone())).unwrap();
    assert_eq!(updated.memory, "Likes coffee");
    let metadata = json!({"kept": 1, "changed": null, "new": [2]});
    assert_eq!(Value::from(updated.metadata.clone().unwrap()), metadata);
    assert_eq!(updated.created_at.as_ref().unwrap().unix_micros(), Some(86_400_000_000));
    assert_eq!(ask!(client.get(&id)).unwrap(), updated);

    // The old text is forgotten.
    let alice = || SearchMemoryOptions::new(Filter::user_id("alice")).threshold(0.0);
    let hits = ask!(client.search("coffee", alice())).unwrap();
    assert!(hits.results[0].score_breakdown.as_ref().unwrap().bm25 > Some(0.0));
    let hits = ask!(client.search("tea", alice())).unwrap();
    assert!(hits.results.iter().all(|hit| hit.score_breakdown.as_ref().unwrap().bm25 == Some(0.0)));

    let fixed = AddMemoryOptions::new(Scope::user("alice")).immutable(true);
    let fixed = store(client, "Born in May", fixed).await;
    let refused = ask!(client.update(&fixed, "Born in June")).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Validation);
    assert_eq!(ask!(client.get(&fixed)).unwrap().memory, "Born in May");
    let missing = ask!(client.update(STRANGER, "x")).unwrap_err();
    assert_eq!(missing.kind(), ErrorKind::NotFound);
}

pub(super) async fn history_is_kept(client: &Client) {
    let id = remember(client, "Likes tea", "alice").await;
    ask!(client.update(&id, "Likes coffee")).unwrap();
    ask!(client.delete(&id)).unwrap();
    let history = ask!(client.history(&id)).unwrap();
    for entry in &history.results {
        assert_eq!(entry.memory_id.as_deref(), Some(id.as_str()));
        assert_eq!(entry.user_id.as_deref(), Some("alice"));
    }
    let told: Vec<_> = history
        .results
        .iter()
        .map(|entry| {
            let (old, new) = (entry.old_memory.as_deref(), entry.new_memory.as_deref());
            (entry.event.clone().unwrap(), old.unwrap_or_default(), new.unwrap_or_default())
        })
        .collect();
    assert_eq!(
        told,
        [
            (HistoryEvent::Add, "", "Likes tea"),
            (HistoryEvent::Update, "Likes tea", "Likes coffee"),
            (HistoryEvent::Delete, "Likes coffee", ""),
        ]
    );
    let [input] = history.results[0].input.as_slice() else { panic!("more than one input") };
    assert_eq!((&input.role, input.content.as_text()), (&Role::User, Some("Likes tea")));
    assert_eq!(ask!(client.history(STRANGER)).unwrap_err().kind(), ErrorKind::NotFound);
}

pub(super) async fn duplicates_are_named(client: &Client) {
    let options = || AddMemoryOptions::new(Scope::user("alice")).infer(false);
    let first = ask!(client.add("Likes tea", options())).unwrap().results.remove(0);
    assert!(!first.is_duplicate());
    let again = ask!(client.add("Likes tea", options())).unwrap();
    assert!(again.results[0].is_duplicate());
    assert_eq!((&again.results[0].id, again.results[0].text()), (&first.id, Some("Likes tea")));
    for other in [
        options().metadata(json!({"k": 1})),
        options().timestamp(1_700_000_000),
        options().expiration_date(Date::new(2999, 1, 31).unwrap()),
    ] {
        let added = ask!(client.add("Likes tea", other.clone())).unwrap().results.remove(0);
        assert!(!added.is_duplicate());
        assert_ne!(added.id, first.id);
        let event = ask!(client.add_and_wait("Likes tea", other.infer(true), WaitOptions::new()));
        assert!(event.as_ref().unwrap().results[0].is_duplicate());
        assert_eq!(event.unwrap().results[0].id, added.id);
    }
}

pub(super) async fn batches_are_all_or_nothing(client: &Client) {
    let tea = remember(client, "Likes tea", "alice").await;
    let dogs = remember(client, "Likes dogs", "alice").await;
    let changes = || {
        [
            MemoryUpdate::new(&tea).text("Likes coffee"),
            MemoryUpdate::new(&dogs).metadata(json!({"sure": true})),
        ]
    };
    let answers = ask!(client.batch_update(changes())).and_then(Outcomes::all).unwrap();
    assert_eq!(answers.len(), 2);
    assert_eq!(answers[1].message.as_deref(), Some("Successfully updated 2 memories"));
    assert_eq!(ask!(client.get(&tea)).unwrap().memory, "Likes coffee");
    assert_eq!(ask!(client.get(&dogs)).unwrap().metadata.unwrap()["sure"], true);

    let half =
        || [MemoryUpdate::new(&tea).text("Likes water"), MemoryUpdate::new(STRANGER).text("x")];
    let refused = ask!(client.batch_update(half())).and_then(Outcomes::all).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Validation);
    assert!(refused.to_string().contains("memories[1]"), "{refused}");
    assert_eq!(ask!(client.get(&tea)).unwrap().memory, "Likes coffee");
    let refused =
        ask!(client.batch_delete([tea.as_str(), STRANGER])).and_then(Outcomes::all).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Validation);
    assert!(ask!(client.get(&tea)).is_ok());

    let answers = ask!(client.batch_delete([&tea, &dogs])).and_then(Outcomes::all).unwrap();
    assert_eq!(answers[0].message.as_deref(), Some("Successfully deleted 2 memories"));
    assert_eq!(listed(client, Filter::user_id("alice")).await, [""; 0]);
}

pub(super) async fn events_tell_what_happened(client: &Client) {
    let id = remember(client, "Likes tea", "alice").await;
    ask!(client.update(&id, "Likes coffee")).unwrap();
    ask!(client.delete(&id)).unwrap();
    let queued = ask!(client.delete_all(DeleteScope::user("alice"))).unwrap();
    finished(client, queued.event_id.clone()).await;

    let events = ask!(client.events()).unwrap();
    assert_eq!(events.count, Some(4));
    let kinds: Vec<_> =
        events.results.iter().map(|event| event.event_type.clone().unwrap()).collect();
    assert_eq!(kinds, [EventType::DeleteAll, EventType::Delete, EventType::Update, EventType::Add]);
    assert!(events.results.iter().all(|event| event.status == EventStatus::Succeeded));
    let page = ask!(client.execute(GetEvents::new().page(2).page_size(3))).unwrap();
    assert_eq!((page.results.len(), page.next.is_none()), (1, true));

    let event = ask!(client.event(queued.event_id.as_deref().unwrap())).unwrap();
    assert_eq!(event.payload.as_ref().unwrap()["user_id"], "alice");
    assert!(event.started_at.is_some() && event.completed_at.is_some());
    assert!(event.latency.unwrap() >= 0.0);
    assert_eq!(event.error, None);
    assert_eq!(ask!(client.event(STRANGER)).unwrap_err().kind(), ErrorKind::NotFound);
}

pub(super) async fn every_page_is_read(client: &Client) {
    let expected: Vec<String> = (0..25).map(|n| format!("fact {n}")).collect();
    for text in &expected {
        remember(client, text, "alice").await;
    }
    let options = || GetAllMemoryOptions::new(Filter::user_id("alice")).page_size(10);
    let page = ask!(client.get_all(options().page(3))).unwrap();
    assert_eq!((page.count, page.results.len()), (Some(25), 5));
    assert!(page.next.is_none() && page.previous.is_some());
    let beyond = ask!(client.get_all(options().page(4))).unwrap_err();
    assert_eq!(beyond.kind(), ErrorKind::NotFound);

    let mut read = Vec::new();
    match client {
        Client::Async(client) => {
            let mut all = client.get_all_stream(options());
            while let Some(memory) = all.next().await {
                read.push(memory.unwrap().memory);
            }
        }
        Client::Blocking(client) => {
            read.extend(client.get_all_iter(options()).map(|memory| memory.unwrap().memory));
        }
    }
    read.reverse();
    assert_eq!(read, expected);
}
