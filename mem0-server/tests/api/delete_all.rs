use axum::http::Request;
use serde_json::{Value, json};

use crate::app::App;

const EVERYTHING: &str = "/v1/memories/?user_id=*&agent_id=*&app_id=*&run_id=*";

/// Four owners with one memory each.
async fn peopled() -> App {
    let app = App::new();
    app.store("Of alice", json!({"metadata": {"topic": "food", "n": 1}})).await;
    app.store("Also of alice", json!({})).await;
    app.store("Of bob", json!({"user_id": "bob"})).await;
    app.store("Of the bot", json!({"user_id": null, "agent_id": "bot"})).await;
    app
}

async fn left(app: &App) -> Vec<String> {
    let mut texts = app.texts_of(json!({"OR": [{"user_id": "*"}, {"agent_id": "*"}]})).await;
    texts.sort();
    texts
}

async fn carried_out(app: &App, path: &str) -> Value {
    let queued = app.delete(path).await.ok();
    assert_eq!(queued["message"], "Delete in progress. This may take some time.");
    let event = app.finished(&queued["event_id"]).await;
    assert_eq!(
        (&event["event_type"], &event["status"]),
        (&json!("DELETE_ALL"), &json!("SUCCEEDED"))
    );
    event
}

#[tokio::test]
async fn one_scope_goes_and_the_others_stay() {
    let app = peopled().await;
    carried_out(&app, "/v1/memories/?user_id=alice&source=CLI").await;
    assert_eq!(left(&app).await, ["Of bob", "Of the bot"]);
    carried_out(&app, "/v1/memories/?agent_id=bot").await;
    assert_eq!(left(&app).await, ["Of bob"]);
}

#[tokio::test]
async fn a_star_is_everyone_of_its_kind() {
    let app = peopled().await;
    carried_out(&app, "/v1/memories/?user_id=*").await;
    assert_eq!(left(&app).await, ["Of the bot"]);
}

#[tokio::test]
async fn four_stars_are_everything() {
    let app = peopled().await;
    carried_out(&app, EVERYTHING).await;
    assert_eq!(left(&app).await, [""; 0]);
}

/// The tool server of the official clients always sends two.
#[tokio::test]
async fn several_ids_are_what_has_all_of_them() {
    let app = App::new();
    let ids = |user: &str, agent: &str, run: &str| {
        let id = |id: &str| if id.is_empty() { Value::Null } else { json!(id) };
        json!({"user_id": id(user), "agent_id": id(agent), "run_id": id(run)})
    };
    let texts = async || {
        let any = json!({"OR": [{"user_id": "*"}, {"agent_id": "*"}, {"run_id": "*"}]});
        let mut texts = app.texts_of(any).await;
        texts.sort();
        texts.join(" ")
    };
    for (text, ids) in [
        ("u", ids("alice", "", "")),
        ("ua", ids("alice", "bot", "")),
        ("ur", ids("alice", "", "r")),
        ("uar", ids("alice", "bot", "r")),
        ("bobs", ids("bob", "bot", "r")),
        ("a", ids("", "bot", "")),
    ] {
        app.store(text, ids).await;
    }
    carried_out(&app, "/v1/memories/?user_id=alice&agent_id=nobody").await;
    carried_out(&app, "/v1/memories/?user_id=alice&run_id=null").await;
    assert_eq!(texts().await, "a bobs u ua uar ur");
    carried_out(&app, "/v1/memories/?user_id=alice&agent_id=bot&session_id=r").await;
    assert_eq!(texts().await, "a bobs u ua ur");
    carried_out(&app, "/v1/memories/?user_id=alice&agent_id=bot").await;
    assert_eq!(texts().await, "a bobs u ur");
    carried_out(&app, "/v1/memories/?user_id=alice&run_id=*").await;
    assert_eq!(texts().await, "a bobs u");
    carried_out(&app, "/v1/memories/?user_id=*&agent_id=*").await;
    assert_eq!(texts().await, "a u");
    carried_out(&app, "/v1/memories/?user_id=*&agent_id=*&app_id=*&run_id=r").await;
    assert_eq!(texts().await, "a u");
}

#[tokio::test]
async fn metadata_narrows_a_scope() {
    let app = peopled().await;
    let metadata = "%7B%22topic%22%3A%22food%22%7D";
    carried_out(&app, &format!("/v1/memories/?user_id=alice&metadata={metadata}")).await;
    assert_eq!(left(&app).await, ["Also of alice", "Of bob", "Of the bot"]);
}

#[tokio::test]
async fn the_servers_own_project_may_be_named() {
    let app = peopled().await;
    let ping = app.get("/v1/ping/").await.ok();
    let (org_id, project_id) = (ping["org_id"].as_str(), ping["project_id"].as_str());
    let path = format!(
        "/v1/memories/?user_id=bob&org_id={}&project_id={}",
        org_id.unwrap(),
        project_id.unwrap()
    );
    carried_out(&app, &path).await;
    assert_eq!(left(&app).await, ["Also of alice", "Of alice", "Of the bot"]);
}

#[tokio::test]
async fn an_unclear_deletion_deletes_nothing() {
    let app = peopled().await;
    for (query, words) in [
        ("", "One of the filters"),
        ("?", "One of the filters"),
        ("?metadata=%7B%7D", "One of the filters"),
        ("?user_id=", "user_id: is empty"),
        ("?user_id=%20", "user_id: is empty"),
        ("?user_id=alice&run_id=", "run_id: is empty"),
        ("?user_id=alice&session_id=", "run_id: is empty"),
        ("?run_id=a&session_id=b", "run_id: and session_id are the same"),
        ("?user_id=%FF", "user_id: must not contain U+FFFD"),
        ("?user_id=alice&agent_id=a%00", "agent_id: must not contain control characters"),
        ("?user_id=alice&user_id=bob", "user_id: must be given once"),
        ("?user_id=alice&metdata=%7B%7D", "metadata: must be spelled so; the request says metdata"),
        ("?user_id=alice&runId=r", "run_id: must be spelled so; the request says runId"),
        ("?user_id=alice&agent=a", "agent_id: must be spelled so; the request says agent"),
        ("?user_id=alice&color=red", "Unknown parameter \"color\""),
        ("?user_id=alice&metadata[topic]=food", "Unknown parameter"),
        ("?filters=%7B%27user_id%27%3A+%27alice%27%7D", "Unknown parameter \"filters\""),
        ("?userId=alice", "user_id: must be spelled so; the request says userId"),
        ("?user_id=alice&metadata=%7B%27a%27%3A1%7D", "metadata: must be a JSON object"),
        ("?user_id=alice&metadata=1", "metadata: must be a JSON object"),
        ("?user_id=alice&metadata=%7B%7D", "metadata: is empty, so nothing was deleted"),
        ("?user_id=alice&project_id=another", "project_id: is not the API key's"),
        ("?user_id=alice&org_id=another", "org_id: is not the API key's"),
    ] {
        app.delete(&format!("/v1/memories/{query}")).await.refuses("/error", words);
    }
    assert_eq!(left(&app).await.len(), 4);
    // What a body says would narrow the deletion, and not be seen.
    for (path, body) in [
        ("/v1/memories/", json!({"user_id": "alice"})),
        ("/v1/memories/?user_id=alice", json!({"run_id": "r"})),
        ("/v1/memories/?user_id=alice", json!({"metadata": {"topic": "food"}})),
        ("/v1/memories/?user_id=alice", json!(["run_id"])),
    ] {
        app.call("DELETE", path, body).await.refuses("/error", "must have no body");
    }
    let form = Request::delete("/v1/memories/?user_id=alice").body("run_id=r".into()).unwrap();
    app.send(form).await.refuses("/error", "must have no body");
    assert_eq!(left(&app).await.len(), 4);
    let path = "/v1/memories/?user_id=bob";
    app.call("DELETE", path, json!({"run_id": null, "source": "CLI"})).await.ok();
}
