//! Filters: any JSON is a filter or refused with a message, and a printed filter reads back as the
//! same.

use mem0_client::requests::GetAllMemories;
use mem0_client::{Endpoint, Filter, GetAllMemoryOptions};
use serde_json::Value;

pub fn check(data: &[u8]) {
    let Ok(json) = serde_json::from_slice::<Value>(data) else { return };
    let raw = Filter::raw(json.clone());
    assert_eq!(raw.to_string(), json.to_string());
    assert_eq!(format!("{raw:?}"), "Raw");

    let filter = match Filter::from_json(&json) {
        Ok(filter) => filter,
        Err(refused) => {
            assert_eq!(refused.field(), "filters");
            assert!(!refused.message().is_empty());
            return;
        }
    };
    let printed = filter.to_string();
    let read: Filter = serde_json::from_str(&printed)
        .unwrap_or_else(|error| panic!("{error} in {printed} made of {json}"));
    assert!(read == filter, "{printed} made of {json} became {read}");
    assert_eq!(read.to_string(), printed);
    assert!(!!filter.clone() == filter, "{printed}");
    let _ = format!("{filter:?}");
    if let Ok(call) = GetAllMemories::new(GetAllMemoryOptions::new(filter.clone())).into_call() {
        assert!(filter.names_an_entity());
        let body: Value = serde_json::from_slice(call.body().expect("a body")).expect("JSON");
        assert_eq!(body["filters"], serde_json::to_value(&filter).expect("JSON"));
    }
}
