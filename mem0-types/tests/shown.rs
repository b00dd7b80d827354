//! `Shown` shows with their content what `Debug` hides.

use mem0_types::{
    AddMemoryOptions, Event, Filter, History, Memory, Message, Messages, Page, Scope, Shown,
};
use serde_json::json;

fn memory(text: &str) -> Memory {
    let mut memory = Memory::new("m-1", text);
    memory.metadata = json!({"source": text}).as_object().cloned();
    memory
}

/// What `assert_eq!` says of two values.
fn complaint<T: PartialEq + serde::Serialize>(one: &T, other: &T) -> String {
    let failed = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        assert_eq!(Shown(one), Shown(other));
    }));
    *failed.unwrap_err().downcast::<String>().unwrap()
}

#[test]
fn two_memories_that_differ_look_different() {
    let (hikes, climbs) = (memory("Hikes"), memory("Climbs"));
    // This is why.
    assert_eq!(format!("{hikes:?}"), format!("{climbs:?}"));
    let said = complaint(&hikes, &climbs);
    for part in ["\"memory\": \"Hikes\"", "\"memory\": \"Climbs\"", "\"source\": \"Climbs\""] {
        assert!(said.contains(part), "{said}");
    }
}

#[test]
fn whatever_has_content_can_be_shown() {
    let history: History =
        serde_json::from_value(json!({"id": "h-1", "new_memory": "NEEDLE"})).unwrap();
    let event: Event =
        serde_json::from_value(json!({"id": "NEEDLE", "status": "FAILED", "error": "odd"}))
            .unwrap();
    let page: Page<Memory> =
        serde_json::from_value(json!({"results": [{"id": "m-1", "memory": "NEEDLE"}], "count": 1}))
            .unwrap();
    let rows = page.results.clone();
    for shown in [
        format!("{:?}", Shown(memory("NEEDLE"))),
        format!("{:?}", Shown(&[memory("NEEDLE")])),
        format!("{:?}", Shown(Some(&memory("NEEDLE")))),
        format!("{:?}", Shown(&page)),
        format!("{:?}", Shown(rows)),
        format!("{:?}", Shown(&history)),
        format!("{:?}", Shown(&event)),
        format!("{:?}", Shown(Message::user("NEEDLE"))),
        format!("{:?}", Shown(Messages::from("NEEDLE"))),
        format!("{:?}", Shown(Scope::user("NEEDLE"))),
        format!("{:?}", Shown(Filter::user_id("NEEDLE"))),
        format!("{:?}", Shown(Filter::metadata("NEEDLE").eq(1) | Filter::no_user())),
        format!("{:?}", Shown(AddMemoryOptions::new(Scope::user("a")).includes("NEEDLE"))),
    ] {
        assert!(shown.contains("NEEDLE"), "{shown}");
    }
}

#[test]
fn it_compares_as_the_values_do() {
    assert_eq!(Shown(memory("Hikes")), Shown(memory("Hikes")));
    assert_ne!(Shown(memory("Hikes")), Shown(memory("Climbs")));
    assert!(Shown(1) < Shown(2));
}
