//! Who said a memory is told at every door, in every version.

use serde_json::{Value, json};

use crate::app::App;

const ANN: [&str; 2] = ["user", "Ann"];

/// The first of these that is about hiking says that Ann said it.
#[track_caller]
fn is_anns(rows: &Value) {
    let rows = rows.get("results").unwrap_or(rows);
    let one = std::slice::from_ref(rows);
    let rows = rows.as_array().map_or(one, Vec::as_slice);
    let texts = ["memory", "new_memory"];
    let about = |row: &&Value| texts.iter().any(|text| row[*text] == "I love hiking");
    let row = rows.iter().find(about).unwrap_or_else(|| panic!("{rows:?}"));
    assert_eq!(["role", "actor_id"].map(|name| &row[name]), ANN, "{row}");
}

#[tokio::test]
async fn every_answer_with_a_memory_says_who_said_it() {
    let app = App::new();
    let talk = json!([
        {"role": "user", "content": "I love hiking", "name": "Ann"},
        {"role": "assistant", "content": "Noted"},
    ]);
    let body = json!({"messages": talk, "user_id": "alice", "infer": false});
    let added = app.post("/v3/memories/add/", body).await.ok();
    let data = |result: &Value| ["role", "actor_id"].map(|name| result["data"][name].clone());
    assert_eq!(data(&added["results"][0]), ANN);
    assert_eq!(data(&added["results"][1]), [json!("assistant"), Value::Null]);
    let event = app.finished(&added["event_id"]).await;
    assert_eq!(data(&event["results"][0]), ANN);
    assert_eq!(data(&app.get("/v1/events/").await.ok()["results"][0]["results"][0]), ANN);

    let id = added["results"][0]["id"].as_str().unwrap();
    let alone = format!("/v1/memories/{id}/");
    is_anns(&app.get(&alone).await.ok());
    let other = added["results"][1]["id"].as_str().unwrap();
    let unnamed = app.get(&format!("/v1/memories/{other}/")).await.ok();
    assert_eq!((&unnamed["role"], &unnamed["actor_id"]), (&json!("assistant"), &Value::Null));
    is_anns(&app.call("PUT", &alone, json!({"metadata": {"k": 1}})).await.ok());
    let alice = json!({"user_id": "alice"});
    let query = json!({"query": "hiking", "filters": alice, "user_id": null});
    is_anns(&app.post("/v3/memories/", json!({"filters": alice})).await.ok());
    is_anns(&app.post("/v2/memories/", json!({"filters": alice})).await.ok());
    is_anns(&app.get("/v1/memories/?user_id=alice").await.ok());
    is_anns(&app.get("/v1/memories/?user_id=alice&page=1&page_size=9").await.ok());
    is_anns(&app.post("/v3/memories/search/", query.clone()).await.ok());
    is_anns(&app.post("/v2/memories/search/", query).await.ok());
    for format in ["v1.0", "v1.1"] {
        let body = json!({"query": "hiking", "user_id": "alice", "output_format": format});
        is_anns(&app.post("/v1/memories/search/", body).await.ok());
    }
    is_anns(&app.get("/v1/memories/user/alice/").await.ok());
    is_anns(&app.get(&format!("{alone}history/")).await.ok());
    is_anns(&app.get("/v1/memories/events/").await.ok());
}

#[tokio::test]
async fn fields_pick_who_said_it_and_filters_do_not_pretend_to() {
    let app = App::new();
    app.store("I love hiking", json!({"metadata": {"role": "mine"}})).await;
    let alice = json!({"user_id": "alice"});
    let body = json!({"filters": alice, "fields": ["role"]});
    let row = app.post("/v3/memories/", body).await.ok()["results"][0].clone();
    assert_eq!((&row["role"], row.get("actor_id")), (&json!("user"), None));
    for field in ["role", "actor_id"] {
        let filters = json!({"AND": [alice, {field: "user"}]});
        for path in ["/v3/memories/", "/v3/memories/search/"] {
            let body = json!({"query": "hiking", "filters": filters});
            app.post(path, body)
                .await
                .refuses("/detail", "must be a logical operator or an allowed");
        }
    }
    // Metadata with that name is the caller's own.
    let mine = json!({"AND": [alice, {"metadata": {"role": "mine"}}]});
    assert_eq!(app.texts_of(mine).await, ["I love hiking"]);
}
