//! Metadata as a type of the caller's own, in requests and in answers.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use mem0_types::requests::{AddMemory, BatchUpdate, CreateEntity, SearchMemories, UpdateMemory};
use mem0_types::{
    AddMemoryOptions, Call, CreatedEntity, Endpoint, Entity, EntityMemory, Event, Filter, History,
    InvalidInput, Memory, MemoryUpdate, Metadata, Scope, SearchMemoryOptions, UpdateMemoryOptions,
};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

#[derive(Clone, Serialize, Deserialize, PartialEq, Debug)]
struct Origin {
    source: Source,
    #[serde(default)]
    tags: Vec<String>,
}

#[derive(Clone, Copy, Serialize, Deserialize, PartialEq, Debug)]
#[serde(rename_all = "lowercase")]
enum Source {
    Chat,
    Form,
}

fn origin() -> Origin {
    Origin { source: Source::Chat, tags: vec!["vip".to_owned()] }
}

/// Every request that takes metadata, with this metadata.
fn requests<M: Serialize + Clone>(metadata: M) -> Vec<Result<Call, InvalidInput>> {
    let metadata = || metadata.clone();
    let alice = || Filter::user_id("alice");
    let add = AddMemoryOptions::new(Scope::user("alice")).metadata(metadata());
    let search = SearchMemoryOptions::new(alice()).metadata(metadata());
    let calls = vec![
        AddMemory::new("Hi", add).into_call(),
        SearchMemories::new("Hi", search).into_call(),
        UpdateMemory::new("m-1", UpdateMemoryOptions::new().metadata(metadata())).into_call(),
        BatchUpdate::new([MemoryUpdate::new("m-1").metadata(metadata())]).into_call(),
        CreateEntity::user("alice").metadata(metadata()).into_call(),
    ];
    #[cfg(feature = "legacy")]
    let calls = {
        use mem0_types::legacy::{
            AddV1, AddV1Options, GetAllV1, GetAllV1Options, SearchV1, SearchV1Options,
        };
        let scope = || Scope::user("alice");
        let mut calls = calls;
        calls.extend([
            AddV1::new("Hi", AddV1Options::new(scope()).metadata(metadata())).into_call(),
            SearchV1::new("Hi", SearchV1Options::new(scope()).metadata(metadata())).into_call(),
            GetAllV1::new(GetAllV1Options::new(scope()).metadata(metadata())).into_call(),
        ]);
        calls
    };
    calls
}

#[test]
fn a_type_of_ones_own_is_sent_as_its_json() {
    let typed = requests(origin());
    let json = requests(json!({"source": "chat", "tags": ["vip"]}));
    let map: Metadata = serde_json::from_value(json!({"source": "chat", "tags": ["vip"]})).unwrap();
    for ((typed, json), map) in typed.into_iter().zip(json).zip(requests(map)) {
        let (typed, json, map) = (typed.unwrap(), json.unwrap(), map.unwrap());
        let read = |call: &Call| {
            let body = call.body().map(|body| serde_json::from_slice::<Value>(body).unwrap());
            (call.path_and_query().unwrap(), body)
        };
        assert!(format!("{:?}", read(&typed)).contains("vip"), "{typed:?}");
        assert_eq!(read(&typed), read(&json));
        assert_eq!(read(&map), read(&json));
    }
}

#[test]
fn what_is_no_object_is_refused_when_it_is_sent() {
    let pairs = BTreeMap::from([((1, 2), "NEEDLE")]);
    for refused in
        [requests("NEEDLE"), requests(json!([1])), requests(pairs), requests(())].concat()
    {
        let refused = refused.unwrap_err();
        assert!(refused.field().ends_with("metadata"), "{refused}");
        assert!(refused.message().contains("object"), "{refused}");
        assert!(!refused.to_string().contains("NEEDLE"));
    }
}

#[test]
fn a_filter_takes_values_of_ones_own_type() {
    let chat =
        Filter::metadata("source").eq(Source::Chat) & !Filter::metadata("tags").contains("x");
    assert_eq!(
        chat,
        Filter::metadata("source").eq("chat") & !Filter::metadata("tags").contains("x")
    );
    assert_eq!(Filter::metadata("n").ne(Some(3)), Filter::metadata("n").ne(3));
    // A map whose keys are no texts is not JSON.
    let odd = Filter::user_id("alice") & Filter::metadata("n").eq(BTreeMap::from([((1, 2), 3)]));
    let refused = SearchMemories::new("Hi", odd).into_call().unwrap_err();
    assert_eq!(refused.field(), "filters");
    assert!(refused.message().contains("serde_json"), "{refused}");
}

fn reads<T: DeserializeOwned>(
    answer: Value,
    read: fn(&T) -> Result<Origin, InvalidInput>,
    read_map: fn(&T) -> Result<BTreeMap<String, Value>, InvalidInput>,
) {
    let with = |metadata: Value| {
        let mut answer = answer.clone();
        answer["metadata"] = metadata;
        serde_json::from_value::<T>(answer).unwrap()
    };
    assert_eq!(read(&with(json!({"source": "chat", "tags": ["vip"], "other": 1}))), Ok(origin()));
    let missing = read(&with(json!({"tags": []}))).unwrap_err();
    assert_eq!(missing.field(), "metadata");
    assert!(missing.message().ends_with("missing field `source`"), "{missing}");
    for odd in [json!({"source": "NEEDLE"}), json!({"source": "chat", "tags": "NEEDLE"})] {
        let odd = read(&with(odd)).unwrap_err();
        assert!(odd.message().contains("Origin: a key has another type"), "{odd}");
        assert!(!odd.to_string().contains("NEEDLE"));
    }
    assert_eq!(read_map(&with(Value::Null)), Ok(BTreeMap::new()));
}

#[test]
fn answers_read_metadata_into_a_type_of_ones_own() {
    let id = || json!({"id": "x-1"});
    reads::<Memory>(id(), Memory::metadata_as, Memory::metadata_as);
    reads::<History>(id(), History::metadata_as, History::metadata_as);
    reads::<EntityMemory>(id(), EntityMemory::metadata_as, EntityMemory::metadata_as);
    reads::<CreatedEntity>(json!({}), CreatedEntity::metadata_as, CreatedEntity::metadata_as);
    reads::<Entity>(json!({"name": "alice"}), Entity::metadata_as, Entity::metadata_as);
    let event = json!({"id": "e-1", "status": "SUCCEEDED"});
    reads::<Event>(event, Event::metadata_as, Event::metadata_as);
}

/// How often a text is in the sources of the crate.
fn count(folder: &Path, text: &str) -> usize {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries
        .map(|path| match path.is_dir() {
            true => count(&path, text),
            false => fs::read_to_string(&path).unwrap().matches(text).count(),
        })
        .sum()
}

#[test]
fn no_answer_with_metadata_is_left_out() {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    assert_eq!(count(&sources, "metadata: Metadata = "), 6);
    assert_eq!(count(&sources, "\ntyped_metadata!("), 6);
    assert_eq!(count(&sources, "metadata: Value"), 0, "a setter that takes JSON alone");
    assert_eq!(count(&sources, "metadata: Object as object"), 3 + 3);
}
