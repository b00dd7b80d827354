use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};

use crate::app::{App, names, request};

const LIST: &str = "/v3/memories/";

fn of_alice() -> Value {
    json!({"filters": {"user_id": "alice"}})
}

async fn five() -> App {
    let app = App::new();
    for number in 1..=5 {
        app.store(&format!("Note {number}"), json!({"timestamp": 1_700_000_000 + number})).await;
    }
    app
}

fn texts(page: &Value) -> Vec<&str> {
    let rows = page["results"].as_array().unwrap().iter();
    rows.map(|row| row["memory"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_row_has_every_field_of_the_specification_and_no_score() {
    let app = App::new();
    let id =
        app.store("I love hiking", json!({"run_id": "trip", "timestamp": 1_700_000_000})).await;
    let page = app.post(LIST, of_alice()).await.ok();
    assert_eq!(names(&page), ["count", "next", "previous", "results"]);
    assert_eq!(
        (&page["count"], &page["next"], &page["previous"]),
        (&json!(1), &Value::Null, &Value::Null)
    );
    let row = &page["results"][0];
    assert_eq!(
        names(row),
        [
            "actor_id",
            "agent_id",
            "app_id",
            "categories",
            "created_at",
            "expiration_date",
            "id",
            "lifecycle_state",
            "memory",
            "metadata",
            "replaced_by",
            "role",
            "session_id",
            "structured_attributes",
            "synthesized",
            "updated_at",
            "user_id",
        ]
    );
    assert_eq!((&row["id"], &row["session_id"]), (&json!(id), &json!("trip")));
    assert_eq!((&row["metadata"], &row["categories"]), (&Value::Null, &Value::Null));
    assert_eq!(row["structured_attributes"]["year"], 2023);
    assert_eq!(row["structured_attributes"]["day_of_week"], "tuesday");
}

#[tokio::test]
async fn pages_lead_to_each_other() {
    let app = five().await;
    let page = async |path: &str| {
        let body = Body::from(of_alice().to_string());
        let request = Request::post(path).header("host", "mem0.test:8888").body(body).unwrap();
        app.send(request).await.ok()
    };
    let first = page("/v3/memories/?page_size=2&source=CLI").await;
    assert_eq!(first["count"], 5);
    assert_eq!(texts(&first), ["Note 5", "Note 4"]);
    let origin = "http://mem0.test:8888";
    assert_eq!(first["next"], format!("{origin}/v3/memories/?source=CLI&page=2&page_size=2"));
    assert_eq!(first["previous"], Value::Null);
    let second = page(first["next"].as_str().unwrap().strip_prefix(origin).unwrap()).await;
    assert_eq!(texts(&second), ["Note 3", "Note 2"]);
    assert_eq!(second["previous"], format!("{origin}/v3/memories/?source=CLI&page=1&page_size=2"));
    let third = page(second["next"].as_str().unwrap().strip_prefix(origin).unwrap()).await;
    assert_eq!(texts(&third), ["Note 1"]);
    assert_eq!(third["next"], Value::Null);
}

#[tokio::test]
async fn the_page_may_be_in_the_body_and_the_query_wins() {
    let app = five().await;
    let mut body = of_alice();
    body["page"] = json!(2);
    body["page_size"] = json!(2);
    let in_body = app.post(LIST, body.clone()).await.ok();
    assert_eq!(texts(&in_body), ["Note 3", "Note 2"]);
    assert_eq!(in_body["next"], "http://localhost/v3/memories/?page=3&page_size=2");
    let in_both = app.post("/v3/memories/?page=1&page_size=1", body).await.ok();
    assert_eq!(texts(&in_both), ["Note 5"]);
}

#[tokio::test]
async fn a_page_past_the_end_is_not_found() {
    let app = five().await;
    let missing = json!({"detail": "Invalid page."});
    app.post("/v3/memories/?page=2", of_alice()).await.is(404, missing.clone());
    app.post("/v3/memories/?page=18446744073709551615", of_alice()).await.is(404, missing.clone());
    app.get("/v1/entities/?page=2").await.is(404, missing.clone());
    app.get("/v1/events/?page=2").await.is(404, missing);
    // The first page of an empty list exists.
    let nothing = json!({"filters": {"user_id": "nobody"}});
    assert_eq!(app.post(LIST, nothing).await.ok()["results"], json!([]));
}

#[tokio::test]
async fn options_narrow_a_list() {
    let app = five().await;
    app.store("Long ago", json!({"timestamp": "2021-05-01T10:00:00Z"})).await;
    app.store("Expired", json!({"expiration_date": "2020-01-01"})).await;
    let count = async |options: Value| {
        let mut body = of_alice();
        body["latest_only"] = json!(true);
        for (name, value) in options.as_object().unwrap() {
            body[name] = value.clone();
        }
        app.post(LIST, body).await.ok()["count"].as_u64().unwrap()
    };
    assert_eq!(count(json!({})).await, 6);
    assert_eq!(count(json!({"show_expired": true})).await, 7);
    assert_eq!(count(json!({"start_date": "2023-11-14"})).await, 5);
    assert_eq!(count(json!({"end_date": "2023-11-13"})).await, 1);
    assert_eq!(count(json!({"start_date": "2021-05-01", "end_date": "2021-05-01"})).await, 1);
    assert_eq!(count(json!({"keywords": "long"})).await, 1);
    assert_eq!(count(json!({"categories": ["x"]})).await, 0);
}

#[tokio::test]
async fn fields_leave_the_others_out() {
    let app = App::new();
    let id = app.store("I love hiking", json!({"run_id": "r"})).await;
    let list = async |fields: Value| {
        let mut body = of_alice();
        body["fields"] = fields;
        app.send(request("POST", LIST, body)).await.ok()["results"][0].clone()
    };
    assert_eq!(names(&list(json!(["memory"])).await), ["created_at", "id", "memory"]);
    let run = list(json!(["run_id"])).await;
    assert_eq!(names(&run), ["created_at", "id", "memory", "session_id"]);
    assert_eq!((&run["id"], &run["session_id"]), (&json!(id), &json!("r")));
}

#[tokio::test]
async fn bad_lists_are_refused_by_name() {
    let app = App::new();
    for (query, fields, words) in [
        ("", json!({"filters": {"created_at": {"gte": "2024-01-01"}}}), "filters: must name"),
        ("", json!({"user_id": "alice"}), "user_id: must be inside filters"),
        ("", json!({"run_id": "r"}), "run_id: must be inside filters"),
        ("", json!({"page": 0}), "page: must be 1 or more"),
        ("", json!({"page": "2"}), "page: must be a whole number"),
        ("", json!({"page_size": 201}), "page_size: must be between 1 and 200"),
        ("?page=0", json!({}), "page: must be 1 or more"),
        ("?page=two", json!({}), "page: must be a whole number"),
        ("?page=", json!({}), "page: must be a whole number"),
        ("?page=1&page=2", json!({}), "page: must be given once"),
        ("?page_size=0", json!({}), "page_size: must be between 1 and 200"),
        ("?page_size=201", json!({}), "page_size: must be between 1 and 200"),
        ("", json!({"start_date": "yesterday"}), "start_date: must be a date"),
        ("", json!({"end_date": "2026-13-01"}), "end_date: must be a date"),
        ("", json!({"keywords": ["a"]}), "keywords: must be a string"),
        ("", json!({"categories": "food"}), "categories: must be a list"),
        ("", json!({"show_expired": 1}), "show_expired: must be true or false"),
        ("", json!({"latest_only": "x"}), "latest_only: must be true or false"),
    ] {
        let mut body = of_alice();
        for (name, value) in fields.as_object().unwrap() {
            body[name] = value.clone();
        }
        app.post(&format!("{LIST}{query}"), body).await.refuses("/detail", words);
    }
}
