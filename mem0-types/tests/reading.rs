//! What answers and values say by their methods.

use std::time::{Duration, UNIX_EPOCH};

use mem0_types::requests::UpdateProfileSettings;
use mem0_types::{
    CustomCategory, Date, Endpoint, Entity, EntityRef, EventResult, EventStatus, Memory, Messages,
    Page, Timestamp,
};
use serde::de::DeserializeOwned;
use serde_json::json;

use crate::requests::body;

fn read<T: DeserializeOwned>(json: &str) -> T {
    serde_json::from_str(json).unwrap()
}

#[test]
fn entities_and_how_many_there_are() {
    let alice: Entity = read(r#"{"name": "alice", "type": "user"}"#);
    assert_eq!(alice.entity_ref(), Some(EntityRef::user("alice")));
    assert_eq!(read::<Entity>(r#"{"name": "alice"}"#).entity_ref(), None);
    let page: Page<Entity> = read(r#"{"results": [], "total_users": 3, "total_agents": 4}"#);
    assert_eq!((page.total_users(), page.total_agents()), (Some(3), Some(4)));
}

#[test]
fn events_and_their_results() {
    for (status, is_final) in
        [("PENDING", false), ("RUNNING", false), ("SUCCEEDED", true), ("FAILED", true)]
    {
        assert_eq!(EventStatus::from(status).is_final(), is_final, "{status}");
    }
    let result: EventResult = read(r#"{"id": "m-1", "event": "ADD", "data": {"memory": "Hikes"}}"#);
    assert_eq!(result.text(), Some("Hikes"));
}

#[test]
fn messages_categories_and_rows_that_do_not_fit() {
    assert_eq!(Messages::from("Hi").as_slice().len(), 1);
    let category = CustomCategory::new("food", "What they eat");
    assert_eq!((category.name(), category.description()), ("food", "What they eat"));
    let page: Page<Memory> = read(r#"[{"memory": "Hikes"}]"#);
    assert!(page.malformed[0].reason().contains("id"), "{}", page.malformed[0].reason());
}

#[test]
fn times_as_system_times_and_as_days() {
    for moment in [
        UNIX_EPOCH,
        UNIX_EPOCH + Duration::from_micros(1_700_000_000_000_001),
        UNIX_EPOCH - Duration::from_micros(1_700_000_000_000_001),
    ] {
        assert_eq!(Timestamp::from(moment).to_system_time(), Some(moment));
    }
    let late = Timestamp::from("2026-03-01T23:30:00-07:00");
    assert_eq!(late.date(), Some(Date::new(2026, 3, 2).unwrap()));
}

#[test]
fn profile_settings_are_switched_and_their_schema_is_described() {
    let sent = body(UpdateProfileSettings::new().enabled(true)).to_string();
    assert!(sent.contains(r#""enabled":true"#), "{sent}");
    let schema = |property| json!({"type": "object", "properties": {"diet": property}});
    let described = schema(json!({"type": "string", "description": "What they eat"}));
    let settings = UpdateProfileSettings::new().schema(described).clear_custom_instructions();
    let sent = body(settings).to_string();
    assert!(sent.contains("What they eat") && sent.contains(r#""custom_instructions":null"#));
    let bare = UpdateProfileSettings::new().schema(schema(json!({"type": "string"})));
    assert!(bare.into_call().is_err());
}
