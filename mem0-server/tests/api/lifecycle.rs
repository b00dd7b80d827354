//! What the API tells of memories that a model learned, replaced and merged.

use serde_json::{Value, json};

use crate::app::{App, names};

/// Alice lived in Lisbon and lives in Porto, and has a dog, a beagle. Returns their ids in this
/// order.
async fn learned() -> (App, [String; 4]) {
    let app = App::new();
    let store = async |text: &str| app.store(text, json!({})).await;
    let lisbon = store("Alice lives in Lisbon").await;
    let porto = store("Alice moved to Porto").await;
    let dog = store("Alice has a dog").await;
    let beagle = store("Alice has a dog, a beagle").await;
    app.sql(&format!(
        r#"UPDATE memories SET lifecycle = 'superseded', replaced_by = '{porto}' WHERE id = '{lisbon}';
        UPDATE memories SET lifecycle = 'merged', replaced_by = '{beagle}' WHERE id = '{dog}';
        UPDATE memories SET state_key = 'user:home_city', learned = '{{"subject":"user","state":"home_city",
        "kind":"state","polarity":"affirmed","event_start":"2026-05-03","event_end":"2026-06-01",
        "time_precision":"day","model":"m"}}' WHERE id = '{porto}';
        UPDATE history SET lifecycle = '{{"lifecycle_state":"superseded","replaced_by":"{porto}",
        "reason":"changed"}}' WHERE memory_id = '{lisbon}';
        INSERT INTO memory_sources (memory, event, role, actor, quote, text)
        SELECT seq, event_seq, 'user', 'Ann', 'moved to Porto', 'I moved to Porto!' FROM memories
        WHERE id = '{porto}';"#
    ));
    (app, [lisbon, porto, dog, beagle])
}

/// Every way of reading alice's memories in a list: the rows, with these fields or parameters.
async fn rows(app: &App, more: Value) -> Vec<(&'static str, Vec<Value>)> {
    let filters = json!({"user_id": "alice"});
    let mut bodies = [
        ("POST /v3/memories/", json!({"filters": filters})),
        ("POST /v2/memories/", json!({"filters": filters})),
        (
            "POST /v3/memories/search/",
            json!({"query": "Alice", "filters": filters, "threshold": 0}),
        ),
        (
            "POST /v2/memories/search/",
            json!({"query": "Alice", "filters": filters, "threshold": 0}),
        ),
        ("POST /v1/memories/search/", json!({"query": "Alice", "user_id": "alice"})),
        (
            "POST /v1/memories/search/",
            json!({"query": "Alice", "user_id": "alice", "only_metadata_based_search": true}),
        ),
    ];
    let mut all = Vec::new();
    for (operation, body) in &mut bodies {
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let (_, path) = operation.split_once(' ').unwrap();
        all.push((*operation, app.post(path, body.clone()).await.ok()));
    }
    let query: Vec<_> =
        more.as_object().unwrap().iter().map(|(name, value)| format!("&{name}={value}")).collect();
    let path = format!("/v1/memories/?user_id=alice{}", query.join(""));
    all.push(("GET /v1/memories/", app.get(&path).await.ok()));
    let rows = |answer: Value| match answer {
        Value::Array(rows) => rows,
        other => other["results"].as_array().unwrap().clone(),
    };
    all.into_iter().map(|(operation, answer)| (operation, rows(answer))).collect()
}

fn row<'a>(rows: &'a [Value], id: &str) -> Option<&'a Value> {
    rows.iter().find(|row| row["id"] == id)
}

#[tokio::test]
async fn every_list_and_search_hides_what_is_merged_and_tells_what_is_superseded() {
    let (app, [lisbon, porto, dog, beagle]) = learned().await;
    for (operation, rows) in rows(&app, json!({})).await {
        assert!(row(&rows, &dog).is_none(), "{operation}");
        let old = row(&rows, &lisbon).unwrap();
        assert_eq!(old["lifecycle_state"], "superseded", "{operation}");
        assert_eq!(old["replaced_by"], porto.as_str(), "{operation}");
        let new = row(&rows, &porto).unwrap();
        assert_eq!(new["lifecycle_state"], "active", "{operation}");
        for (name, value) in [
            ("replaced_by", Value::Null),
            ("kind", json!("state")),
            ("polarity", json!("affirmed")),
            ("state_key", json!("user:home_city")),
            ("event_date", json!("2026-05-03")),
            ("event_start", json!("2026-05-03")),
            ("event_end", json!("2026-06-01")),
            ("time_precision", json!("day")),
        ] {
            assert_eq!(new[name], value, "{operation} {name}");
        }
        assert!(!names(old).contains(&"kind") && !names(new).contains(&"sources"), "{operation}");
        if operation.contains("search") && row(&rows, &lisbon).unwrap()["score"].is_number() {
            let at = |id: &str| rows.iter().position(|row| row["id"] == id).unwrap();
            assert!(at(&porto) < at(&lisbon), "{operation}");
        }
    }
    for (operation, rows) in rows(&app, json!({"include_merged": true})).await {
        let merged = row(&rows, &dog).unwrap();
        assert_eq!(merged["lifecycle_state"], "merged", "{operation}");
        assert_eq!(merged["replaced_by"], beagle.as_str(), "{operation}");
    }
    for (operation, rows) in rows(&app, json!({"latest_only": true})).await {
        assert!(row(&rows, &lisbon).is_none() && row(&rows, &dog).is_none(), "{operation}");
        assert!(row(&rows, &porto).is_some(), "{operation}");
    }
    let listed = app.get("/v1/memories/user/alice/").await.ok();
    assert_eq!(listed["count"], 3);
    let rows = listed["results"].as_array().unwrap();
    assert_eq!(row(rows, &lisbon).unwrap()["lifecycle_state"], "superseded");
    let stats = app.get("/v1/stats/").await.ok();
    assert_eq!(stats["total_memories"], 3);
    // By its id, each is there.
    for (id, state) in [(&lisbon, "superseded"), (&porto, "active"), (&dog, "merged")] {
        assert_eq!(app.get(&format!("/v1/memories/{id}/")).await.ok()["lifecycle_state"], state);
    }
}

#[tokio::test]
async fn sources_are_told_to_whoever_asks() {
    let (app, [lisbon, porto, ..]) = learned().await;
    let whole = format!("/v1/memories/{porto}/?include_sources=true");
    let sources = app.get(&whole).await.ok()["sources"].clone();
    let source = &sources[0];
    assert_eq!(names(source), ["actor_id", "event_id", "quote", "role", "text"]);
    assert_eq!((&source["role"], &source["actor_id"]), (&json!("user"), &json!("Ann")));
    assert_eq!(source["quote"], "moved to Porto");
    assert_eq!(source["text"], "I moved to Porto!");
    let event = source["event_id"].as_str().unwrap();
    assert_eq!(app.get(&format!("/v1/event/{event}/")).await.ok()["id"], event);
    for (operation, rows) in rows(&app, json!({"include_sources": true})).await {
        assert_eq!(row(&rows, &porto).unwrap()["sources"], sources, "{operation}");
        assert_eq!(row(&rows, &lisbon).unwrap()["sources"], json!([]), "{operation}");
    }
    // As the clients read it.
    let memory: mem0_sdk::Memory = serde_json::from_value(app.get(&whole).await.ok()).unwrap();
    assert_eq!(memory.lifecycle_state.as_deref(), Some("active"));
    let source = memory.sources.unwrap().remove(0);
    assert_eq!((source.quote.as_deref(), source.speaker()), (Some("moved to Porto"), Some("Ann")));
    let plain = app.get(&format!("/v1/memories/{porto}/?include_sources=false")).await.ok();
    assert!(!names(&plain).contains(&"sources"));
    app.get(&format!("/v1/memories/{porto}/?include_sources=maybe"))
        .await
        .refuses("/error", "include_sources: must be true or false");
}

#[tokio::test]
async fn history_says_why_a_memory_was_retired() {
    let (app, [lisbon, porto, ..]) = learned().await;
    let history = app.get(&format!("/v1/memories/{lisbon}/history/")).await.ok();
    let entry = &history[0];
    assert_eq!(entry["lifecycle_state"], "superseded");
    assert_eq!((&entry["replaced_by"], &entry["reason"]), (&json!(porto), &json!("changed")));
    let history = app.get(&format!("/v1/memories/{porto}/history/")).await.ok();
    assert!(!names(&history[0]).contains(&"reason"));
    let all = app.get("/v1/memories/events/").await.ok();
    let rows = all["results"].as_array().unwrap();
    assert_eq!(rows.iter().filter(|row| row["reason"] == "changed").count(), 1);
}

#[tokio::test]
async fn what_is_linked_is_deleted_and_counted_where_that_is_asked_for() {
    let (app, [lisbon, porto, dog, beagle]) = learned().await;
    let delete = async |id: &str, query: &str| {
        let path = format!("/v1/memories/{id}/?{query}");
        app.delete(&path).await.ok()["cascade_count"].clone()
    };
    assert_eq!(delete(&porto, "delete_linked=true").await, 1);
    assert_eq!(delete(&beagle, "delete_linked=true&erase=true").await, 1);
    for id in [&lisbon, &porto, &dog, &beagle] {
        assert_eq!(app.get(&format!("/v1/memories/{id}/")).await.status, 404);
    }
    let (app, [lisbon, porto, ..]) = learned().await;
    assert_eq!(
        app.delete(&format!("/v1/memories/{porto}/")).await.ok()["cascade_count"],
        json!(null)
    );
    let lisbon = app.get(&format!("/v1/memories/{lisbon}/")).await.ok();
    assert_eq!(
        (&lisbon["lifecycle_state"], &lisbon["replaced_by"]),
        (&json!("active"), &json!(null))
    );
}
