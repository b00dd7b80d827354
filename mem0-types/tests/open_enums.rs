//! Names that this version does not know.

use std::fmt::Debug;

use mem0_types::{Entity, EntityType, Event, EventStatus, EventType, HistoryEvent, Role};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;

fn survives<T>(known: &[&str])
where
    T: for<'a> From<&'a str> + DeserializeOwned + Serialize + PartialEq + Debug + ToString,
{
    let unknown = ["PROCESSING", "", "Add", "user ", "日本語 \"q\" \n"];
    for text in known.iter().chain(&unknown) {
        let json = serde_json::to_string(text).unwrap();
        let read: T = serde_json::from_str(&json).unwrap();
        assert_eq!(read, T::from(text));
        assert_eq!(read.to_string(), *text);
        assert_eq!(serde_json::to_string(&read).unwrap(), json);
        let is_other = format!("{read:?}").starts_with("Other");
        assert_eq!(is_other, unknown.contains(text), "{read:?}");
        let from_value: T = serde_json::from_value(json!(text)).unwrap();
        assert_eq!(from_value, read);
    }
    for odd in ["5", "null", "[]", "{}"] {
        assert!(serde_json::from_str::<T>(odd).is_err());
    }
}

#[test]
fn every_open_enum_keeps_them() {
    survives::<Role>(&["user", "assistant", "system"]);
    survives::<EventStatus>(&["PENDING", "RUNNING", "SUCCEEDED", "FAILED"]);
    survives::<EventType>(&[
        "ADD",
        "UPDATE",
        "DELETE",
        "SEARCH",
        "GET_ALL",
        "GET",
        "DELETE_ALL",
        "DELETE_USER",
    ]);
    survives::<HistoryEvent>(&["ADD", "UPDATE", "DELETE", "NOOP"]);
    survives::<EntityType>(&["user", "agent", "app", "run"]);
}

#[test]
fn answers_keep_them() {
    let sent = json!({"id": "e", "status": "PAUSED", "event_type": "DREAM",
        "results": [{"id": "m", "event": "MERGE"}]});
    let event: Event = serde_json::from_value(sent.clone()).unwrap();
    assert_eq!(event.status, EventStatus::Other("PAUSED".into()));
    assert_eq!(event.results[0].event, Some(HistoryEvent::Other("MERGE".into())));
    assert!(!event.status.is_final() && event.extra().is_empty());
    assert_eq!(serde_json::to_value(&event).unwrap(), sent);

    let sent = json!({"name": "acme", "type": "team"});
    let entity: Entity = serde_json::from_value(sent.clone()).unwrap();
    assert_eq!(entity.entity_type, Some(EntityType::from("team")));
    assert_eq!(serde_json::to_value(&entity).unwrap(), sent);
}
