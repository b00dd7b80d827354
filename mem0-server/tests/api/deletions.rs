//! What every deletion refuses, so that nothing is kept that was to go, and nothing goes that was
//! to stay.

use serde_json::{Value, json};

use crate::app::{App, STRANGER};

#[tokio::test]
async fn erase_that_is_misspelt_or_misplaced_deletes_nothing() {
    let app = App::new();
    let id = app.store("swordfish", json!({})).await;
    let alone = format!("/v1/memories/{id}/");
    let spelled = "erase: must be spelled so; the request says ";
    for name in ["Erase", "erased", "ERASE", "eraes"] {
        let said = format!("{spelled}{name}, and nothing was done");
        app.delete(&format!("{alone}?{name}=true")).await.refuses("/error", &said);
        let scope = format!("/v1/memories/?user_id=alice&{name}=true");
        app.delete(&scope).await.refuses("/error", &said);
        let batch = json!({"memories": [{"memory_id": id}], name: true});
        app.call("DELETE", "/v1/batch/", batch).await.refuses("/error", &said);
        let entry = json!({"memories": [{"memory_id": id, name: true}]});
        app.call("DELETE", "/v1/batch/", entry).await.refuses("/error", &said);
    }
    let batch = json!({"memories": [{"memory_id": id}]});
    app.call("DELETE", "/v1/batch/?erase=true", batch)
        .await
        .refuses("/error", "erase: belongs in the body");
    for body in [json!({"erase": true}), json!({"delete_linked": true}), json!([1])] {
        app.call("DELETE", &alone, body.clone()).await.refuses("/error", "must have no body");
        let scope = "/v1/memories/?user_id=alice";
        app.call("DELETE", scope, body).await.refuses("/error", "must have no body");
    }
    assert_eq!(app.texts_of(json!({"user_id": "alice"})).await, ["swordfish"]);
    app.call("DELETE", &alone, json!({})).await.ok();
}

/// Every operation that deletes memories by its address alone.
#[tokio::test]
async fn a_deletion_with_a_body_that_it_does_not_read_deletes_nothing() {
    let app = App::new();
    let id = app.store("kept", json!({})).await;
    let own = app.engine.own_project().await.unwrap();
    let organization = format!("/api/v1/orgs/organizations/{}/", own.organization_id);
    let project = format!("{organization}projects/{}/", own.id);
    for path in [
        format!("/v1/memories/{id}/"),
        "/v1/memories/?user_id=alice".to_owned(),
        "/v2/entities/user/alice/".to_owned(),
        "/v1/entities/user/1/".to_owned(),
        organization,
        format!("{project}members/?email=x@y.z"),
        project,
    ] {
        let refused = app.call("DELETE", &path, json!({"run_id": "r"})).await;
        assert_eq!(refused.status, 400, "{path}: {}", refused.body);
        assert!(refused.body.to_string().contains("must have no body"), "{path}: {}", refused.body);
        // Clients that send an empty object, or what they add everywhere, mean nothing by it.
        for empty in [Value::Null, json!({}), json!({"source": "CLI", "run_id": null})] {
            let path = path
                .replace("alice", "nobody")
                .replace(&id, STRANGER)
                .replace("user/1/", "user/9/");
            let answer = app.call("DELETE", &path, empty).await;
            assert!(!answer.body.to_string().contains("body"), "{path}: {}", answer.body);
        }
    }
    assert_eq!(app.texts_of(json!({"user_id": "alice"})).await, ["kept"]);
}
