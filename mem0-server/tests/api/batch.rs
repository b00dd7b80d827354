use serde_json::{Value, json};

use crate::app::{App, STRANGER};

const BATCH: &str = "/v1/batch/";

async fn memory(app: &App, id: &str) -> Value {
    app.get(&format!("/v1/memories/{id}/")).await.ok()
}

#[tokio::test]
async fn a_batch_updates_each_with_its_own() {
    let app = App::new();
    let first = app.store("One", json!({"metadata": {"k": 0}})).await;
    let second = app.store("Two", json!({"metadata": {"k": 0}})).await;
    let body = json!({"memories": [
        {"memory_id": first, "text": "Uno"},
        {"memory_id": second, "metadata": {"l": 1}},
    ]});
    let answer = app.call("PUT", BATCH, body).await.ok();
    assert_eq!(answer, json!({"message": "Successfully updated 2 memories"}));
    assert_eq!(memory(&app, &first).await["memory"], "Uno");
    let second = memory(&app, &second).await;
    assert_eq!((&second["memory"], &second["metadata"]), (&json!("Two"), &json!({"k": 0, "l": 1})));
}

#[tokio::test]
async fn an_entry_of_a_batch_may_change_what_an_update_may() {
    let app = App::new();
    let id = app.store("One", json!({"expiration_date": "2998-01-01"})).await;
    let path = format!("/v1/memories/{id}/");
    for (expiration_date, then) in
        [(json!("2999-12-31"), json!("2999-12-31")), (json!(null), json!(null))]
    {
        let entry = json!({"memory_id": id, "expiration_date": expiration_date, "timestamp": 0});
        app.call("PUT", BATCH, json!({"memories": [entry]})).await.ok();
        let changed = app.get(&path).await.ok();
        assert_eq!(changed["expiration_date"], then);
        assert_eq!(changed["created_at"], "1970-01-01T00:00:00.000000Z");
    }
    let entry = json!({"memory_id": id, "expiration_date": "soon"});
    let refused = app.call("PUT", BATCH, json!({"memories": [entry]})).await;
    refused.refuses("/error", "memories[0]: expiration_date: must be a day");
    // Beside the entries it would change nothing, and the memory would stay for ever.
    for (name, value) in [
        ("expiration_date", json!("2999-12-31")),
        ("metadata", json!({"k": 1})),
        ("text", json!("x")),
        ("timestamp", json!(0)),
    ] {
        let body = json!({"memories": [{"memory_id": id, "text": "Two"}], name: value});
        let said = format!("{name}: belongs in the entries of memories, and nothing was done");
        app.call("PUT", BATCH, body).await.refuses("/error", &said);
    }
    let body = json!({"memories": [{"memory_id": id, "text": "Two"}], "expiresAt": "2999-12-31"});
    app.call("PUT", BATCH, body).await.refuses("/error", "expiration_date: belongs in the entries");
    assert_eq!(app.get(&path).await.ok()["memory"], "One");
}

#[tokio::test]
async fn a_batch_deletes_each() {
    let app = App::new();
    let first = app.store("One", json!({})).await;
    let second = app.store("Two", json!({})).await;
    app.store("Three", json!({})).await;
    let body = json!({"memories": [{"memory_id": first}, {"memory_id": second}]});
    let answer = app.call("DELETE", BATCH, body).await.ok();
    assert_eq!(answer, json!({"message": "Successfully deleted 2 memories"}));
    assert_eq!(app.texts_of(json!({"user_id": "alice"})).await, ["Three"]);
}

#[tokio::test]
async fn one_bad_entry_leaves_all_as_they_were() {
    let app = App::new();
    let good = app.store("As it was", json!({})).await;
    let stone = app.store("Set in stone", json!({"immutable": true})).await;
    for (bad, words) in [
        (json!({"memory_id": STRANGER, "text": "x"}), "memories[1]: Memory not found!"),
        (
            json!({"memory_id": "mem-1", "text": "x"}),
            "memories[1]: memory_id should be a valid UUID",
        ),
        (json!({"text": "x"}), "memories[1]: memory_id should be a valid UUID"),
        (
            json!({"memory_id": {"memory_id": good}}),
            "memories[1]: memory_id should be a valid UUID",
        ),
        (json!("mem-1"), "memories[1]: must be an object"),
        (json!({"memory_id": good}), "memories[1]: text: is required"),
        (json!({"memory_id": good, "text": " "}), "memories[1]: text: must not be empty"),
        (
            json!({"memory_id": good, "metadata": []}),
            "memories[1]: metadata: must be a JSON object",
        ),
        (
            json!({"memory_id": stone, "text": "x"}),
            "memories[1]: This memory was added as immutable",
        ),
    ] {
        let body = json!({"memories": [{"memory_id": good, "text": "Changed"}, bad]});
        app.call("PUT", BATCH, body).await.refuses("/error", words);
        assert_eq!(memory(&app, &good).await["memory"], "As it was");
    }
    let body = json!({"memories": [{"memory_id": good}, {"memory_id": STRANGER}]});
    app.call("DELETE", BATCH, body).await.refuses("/error", "memories[1]: Memory not found!");
    assert_eq!(memory(&app, &good).await["memory"], "As it was");
}

#[tokio::test]
async fn a_batch_has_1_to_1000_entries() {
    let app = App::new();
    for body in [json!({}), json!({"memories": []}), json!({"memories": "x"})] {
        for method in ["PUT", "DELETE"] {
            app.call(method, BATCH, body.clone()).await.refuses("/error", "memories: is required");
        }
    }
    let body = json!({"memories": vec![json!({"memory_id": STRANGER, "text": "x"}); 1001]});
    let too_many = |what: &str| json!({"error": format!("Maximum of 1000 memories can be {what} in a single request")});
    app.call("PUT", BATCH, body.clone()).await.is(400, too_many("updated"));
    app.call("DELETE", BATCH, body).await.is(400, too_many("deleted"));
}
