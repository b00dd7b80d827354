use serde_json::{Value, json};

use crate::app::{App, names, request};

async fn peopled() -> App {
    let app = App::new();
    app.store("One", json!({})).await;
    app.store("Two", json!({"agent_id": "bot/1 ü"})).await;
    app.store("Three", json!({"user_id": null, "run_id": "r"})).await;
    app
}

#[tokio::test]
async fn entities_are_listed_and_counted() {
    let app = peopled().await;
    let listed = app.get("/v1/entities/").await.ok();
    let totals = ["count", "total_users", "total_agents", "total_apps", "total_runs"]
        .map(|name| &listed[name]);
    assert_eq!(totals, [3, 1, 1, 0, 1]);
    let rows = listed["results"].as_array().unwrap();
    let found: Vec<_> = rows.iter().map(|row| json!([row["type"], row["name"]])).collect();
    let expected = [json!(["user", "alice"]), json!(["agent", "bot/1 ü"]), json!(["run", "r"])];
    assert_eq!(found, expected);
    assert_eq!(
        names(&rows[0]),
        ["created_at", "id", "metadata", "name", "owner", "type", "updated_at"]
    );
    assert_eq!(rows[0]["owner"], "local@example.com");

    let second = app.get("/v1/entities/?page=2&page_size=1").await.ok();
    assert_eq!(second["results"][0]["name"], "bot/1 ü");
    assert_eq!(second["next"], "http://localhost/v1/entities/?page=3&page_size=1");
    assert_eq!(second["previous"], "http://localhost/v1/entities/?page=1&page_size=1");
}

#[tokio::test]
async fn an_entity_is_found_by_its_name() {
    let app = peopled().await;
    let found = app.get("/v2/entities/agent/bot%2F1%20%C3%BC/").await.ok();
    assert_eq!(found.as_array().unwrap().len(), 1);
    assert_eq!((&found[0]["name"], &found[0]["type"]), (&json!("bot/1 ü"), &json!("agent")));
}

#[tokio::test]
async fn an_entity_goes_with_its_memories() {
    let app = peopled().await;
    let queued = app.delete("/v2/entities/agent/bot%2F1%20%C3%BC/").await.ok();
    assert_eq!(queued["message"], "Delete in progress. This may take some time.");
    let event = app.finished(&queued["event_id"]).await;
    assert_eq!(
        (&event["event_type"], &event["status"]),
        (&json!("DELETE_USER"), &json!("SUCCEEDED"))
    );
    assert_eq!(app.texts_of(json!({"user_id": "alice"})).await, ["One"]);
    let listed = app.get("/v1/entities/").await.ok();
    assert_eq!((&listed["total_agents"], &listed["total_users"]), (&json!(0), &json!(1)));
}

#[tokio::test]
async fn other_kinds_unknown_names_and_stars_are_refused() {
    let app = peopled().await;
    for method in ["GET", "DELETE"] {
        let send = async |path: &str| app.send(request(method, path, Value::Null)).await;
        send("/v2/entities/robot/x/").await.is(400, json!({"message": "Invalid entity type"}));
        send("/v2/entities/users/alice/").await.is(400, json!({"message": "Invalid entity type"}));
        send("/v2/entities/user/*/").await.refuses("/message", "entity_id: must not be *");
        send("/v2/entities/user/%2A/").await.refuses("/message", "entity_id: must not be *");
        send("/v2/entities/user/%FF/").await.refuses("/message", "not UTF-8");
        let unknown = json!({"message": "Entity not found"});
        send("/v2/entities/user/nobody/").await.is(404, unknown.clone());
        send("/v2/entities/app/alice/").await.is(404, unknown.clone());
        send("/v2/entities/user/%2e%2e/").await.is(404, unknown);
    }
    let page_size = request("GET", "/v1/entities/?page_size=0", Value::Null);
    app.send(page_size).await.refuses("/error", "page_size: must be between 1 and 200");
    assert_eq!(app.get("/v1/entities/").await.ok()["count"], 3);
}
