//! Ids that would mean something else on the wire, on every operation that takes one.

use mem0_types::requests::{
    AddMemory, BatchDelete, BatchUpdate, DeleteAllMemories, DeleteMemory, DeleteUsers,
    GetAllMemories, GetEvent, GetHistory, GetMemory, SearchMemories, UpdateMemory,
};
use mem0_types::{
    AddMemoryOptions, Call, DeleteScope, Endpoint, EntityRef, EntityType, Filter, InvalidInput,
    MemoryUpdate, Repeat, Scope,
};
use serde_json::Value;

type Takes = (&'static str, fn(&str) -> Result<Call, InvalidInput>);

/// Where an id goes into the path or the query.
const ADDRESSES: [Takes; 18] = [
    ("get", |id| GetMemory::new(id).into_call()),
    ("update", |id| UpdateMemory::new(id, "text").into_call()),
    ("delete", |id| DeleteMemory::new(id).into_call()),
    ("delete from &str", |id| DeleteMemory::from(id).into_call()),
    ("delete from String", |id| DeleteMemory::from(id.to_owned()).into_call()),
    ("delete linked", |id| DeleteMemory::new(id).delete_linked(true).into_call()),
    ("history", |id| GetHistory::new(id).into_call()),
    ("event", |id| GetEvent::new(id).into_call()),
    ("delete_users user", |id| DeleteUsers::new(EntityRef::user(id)).into_call()),
    ("delete_users agent", |id| DeleteUsers::new(EntityRef::agent(id)).into_call()),
    ("delete_users app", |id| DeleteUsers::new(EntityRef::app(id)).into_call()),
    ("delete_users run", |id| DeleteUsers::new(EntityRef::run(id)).into_call()),
    ("delete_users type", |kind| {
        DeleteUsers::new(EntityRef::new(EntityType::from(kind), "alice")).into_call()
    }),
    ("delete_all user", |id| DeleteAllMemories::new(DeleteScope::user(id)).into_call()),
    ("delete_all agent", |id| DeleteAllMemories::new(DeleteScope::agent(id)).into_call()),
    ("delete_all app", |id| DeleteAllMemories::new(DeleteScope::app(id)).into_call()),
    ("delete_all run", |id| DeleteAllMemories::new(DeleteScope::run(id)).into_call()),
    ("a call made by hand", |id| {
        Call::new("x", http::Method::GET, "/v9/{a}/{b}/", Repeat::Read)
            .segment("a", "fine")?
            .segment("b", id)
    }),
];

/// Where an id goes into the body.
const BODIES: [Takes; 13] = [
    ("add user", |id| AddMemory::new("Hi", Scope::user(id)).into_call()),
    ("add agent", |id| AddMemory::new("Hi", Scope::agent(id)).into_call()),
    ("add app", |id| AddMemory::new("Hi", Scope::app(id)).into_call()),
    ("add run", |id| AddMemory::new("Hi", Scope::run(id)).into_call()),
    ("add with_user", |id| AddMemory::new("Hi", Scope::run("r").with_user(id)).into_call()),
    ("add with_agent", |id| AddMemory::new("Hi", Scope::run("r").with_agent(id)).into_call()),
    ("add with_app", |id| AddMemory::new("Hi", Scope::run("r").with_app(id)).into_call()),
    ("add with_run", |id| {
        let options = AddMemoryOptions::new(Scope::user("u").with_run(id)).infer(false);
        AddMemory::new("Hi", options).into_call()
    }),
    ("batch_update", |id| {
        let fine = MemoryUpdate::new("m-1").text("x");
        BatchUpdate::new([fine, MemoryUpdate::new(id).text("x")]).into_call()
    }),
    ("batch_update metadata", |id| {
        let metadata = serde_json::json!({"k": 1});
        BatchUpdate::new([MemoryUpdate::new(id).metadata(metadata)]).into_call()
    }),
    ("batch_delete", |id| BatchDelete::new(["m-1", id]).into_call()),
    ("search any_of", |id| {
        let scope = Scope::user("u").with_agent(id);
        SearchMemories::new("q", Filter::any_of(&scope)).into_call()
    }),
    ("get_all all_of", |id| {
        let scope = Scope::user("u").with_run(id);
        GetAllMemories::new(Filter::all_of(&scope)).into_call()
    }),
];

type Compares = (&'static str, fn(&str) -> Filter);

/// Every condition that takes an id.
const CONDITIONS: [Compares; 13] = [
    ("user_id", |id| Filter::user_id(id)),
    ("user_id_ne", |id| Filter::user_id_ne(id)),
    ("user_id_in", |id| Filter::user_id_in(["fine", id])),
    ("agent_id", |id| Filter::agent_id(id)),
    ("agent_id_ne", |id| Filter::agent_id_ne(id)),
    ("agent_id_in", |id| Filter::agent_id_in(["fine", id])),
    ("app_id", |id| Filter::app_id(id)),
    ("app_id_ne", |id| Filter::app_id_ne(id)),
    ("app_id_in", |id| Filter::app_id_in(["fine", id])),
    ("run_id", |id| Filter::run_id(id)),
    ("run_id_ne", |id| Filter::run_id_ne(id)),
    ("run_id_in", |id| Filter::run_id_in(["fine", id])),
    ("memory_ids", |id| Filter::memory_ids(["fine", id])),
];

/// Every place for a condition in a filter, beside an entity that makes the filter valid.
const PLACES: [fn(Filter) -> Filter; 6] = [
    |odd| Filter::user_id("u") & odd,
    |odd| odd & Filter::user_id("u"),
    |odd| Filter::user_id("u") | odd,
    |odd| Filter::user_id("u") & !odd,
    |odd| Filter::any([Filter::user_id("u"), Filter::all([!Filter::any([odd])])]),
    |odd| Filter::all([odd, Filter::any_user()]),
];

const REFUSED: [&str; 24] = [
    "",
    " ",
    "\t",
    "\u{3000}",
    "*",
    " * ",
    "*\t",
    ".",
    "..",
    "../",
    "/..",
    "a/../b",
    "a\\..\\b",
    "./a",
    "a/.",
    "a\\.",
    "..\\..",
    "a/../../v1/memories",
    "a\0b",
    "a\nb",
    "\u{7f}",
    "a\u{85}",
    "\u{1b}[2J",
    "a\r\nAuthorization: x",
];

const ACCEPTED: [(&str, &str); 12] = [
    ("alice", "alice"),
    ("a/b", "a%2Fb"),
    ("%2e", "%252e"),
    ("%2e%2e", "%252e%252e"),
    ("é", "%C3%A9"),
    ("a/b c?d#e%é", "a%2Fb%20c%3Fd%23e%25%C3%A9"),
    ("a..b", "a..b"),
    ("...", "..."),
    ("**", "%2A%2A"),
    ("日本", "%E6%97%A5%E6%9C%AC"),
    ("a&b=c+d", "a%26b%3Dc%2Bd"),
    ("{memory_id}", "%7Bmemory_id%7D"),
];

fn refuses(place: &str, id: &str, result: Result<Call, InvalidInput>) {
    match result {
        Ok(call) => panic!("{place} accepted {id:?}: {:?}", call.path_and_query()),
        // A short odd id such as "." may occur in any sentence.
        Err(refused) if id.trim().len() > 3 => {
            assert!(!refused.to_string().contains(id.trim()), "{place}: {refused}");
            assert!(!format!("{refused:?}").contains(id.trim()), "{place}: {refused:?}");
        }
        Err(_) => {}
    }
}

#[test]
fn odd_ids_are_refused_everywhere() {
    for id in REFUSED {
        for (place, takes) in ADDRESSES.iter().chain(&BODIES) {
            refuses(place, id, takes(id));
        }
        for (place, condition) in CONDITIONS {
            for wrap in PLACES {
                let filter = wrap(condition(id));
                refuses(place, id, SearchMemories::new("q", filter.clone()).into_call());
                refuses(place, id, GetAllMemories::new(filter).into_call());
            }
        }
        for (place, condition) in &CONDITIONS[..12] {
            refuses(place, id, GetAllMemories::new(condition(id)).into_call());
            refuses(place, id, GetAllMemories::new(!condition(id)).into_call());
        }
    }
}

#[test]
fn a_refusal_never_repeats_the_id() {
    for id in ["NEEDLE-7f3a/..", "NEEDLE-7f3a\n", "\\..\\NEEDLE-7f3a"] {
        for (place, takes) in ADDRESSES.iter().chain(&BODIES) {
            let refused = takes(id).unwrap_err();
            assert!(!refused.to_string().contains("NEEDLE"), "{place}: {refused}");
            assert!(!format!("{refused:?}").contains("NEEDLE"), "{place}");
            assert!(!refused.field().is_empty() && !refused.message().is_empty());
        }
        for (place, condition) in CONDITIONS {
            let filter = Filter::user_id("u") & condition(id);
            let refused = GetAllMemories::new(filter).into_call().unwrap_err();
            assert!(!refused.to_string().contains("NEEDLE"), "{place}: {refused}");
            let name = place.trim_end_matches("_ne").trim_end_matches("_in");
            assert_eq!(refused.field(), name);
        }
    }
}

#[test]
fn ordinary_ids_are_encoded_byte_for_byte() {
    for (id, encoded) in ACCEPTED {
        for (place, takes) in ADDRESSES {
            let target = takes(id).unwrap().path_and_query().unwrap();
            assert!(target.contains(encoded), "{place}: {target}");
            assert!(target.is_ascii() && !target.contains(' '), "{place}: {target}");
        }
    }
    let path = |id| GetMemory::new(id).into_call().unwrap().path().unwrap();
    assert_eq!(path("a/b"), "/v1/memories/a%2Fb/");
    assert_eq!(path("%2e%2e"), "/v1/memories/%252e%252e/");
    let history = GetHistory::new("é?").into_call().unwrap();
    assert_eq!(history.path_and_query().unwrap(), "/v1/memories/%C3%A9%3F/history/");
}

#[test]
fn ordinary_ids_go_into_bodies_unchanged() {
    fn holds(json: &Value, id: &str) -> bool {
        match json {
            Value::String(text) => text == id,
            Value::Array(items) => items.iter().any(|item| holds(item, id)),
            Value::Object(fields) => fields.values().any(|value| holds(value, id)),
            _ => false,
        }
    }
    for (id, _) in ACCEPTED {
        for (place, takes) in BODIES {
            let call = takes(id).unwrap();
            let body: Value = serde_json::from_slice(call.body().unwrap()).unwrap();
            assert!(holds(&body, id), "{place}: {body}");
            assert_eq!(call.query_pairs().count(), 0);
        }
        for (place, condition) in CONDITIONS {
            let filter = Filter::user_id("u") & condition(id);
            let call = SearchMemories::new("q", filter).into_call().unwrap();
            let body: Value = serde_json::from_slice(call.body().unwrap()).unwrap();
            assert!(holds(&body["filters"]["AND"][1], id), "{place}: {body}");
        }
    }
}
