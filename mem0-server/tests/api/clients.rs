//! What clients and frameworks of the hosted platform send, beside the official clients.

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};

use crate::app::{App, names};

const SEARCHES: [&str; 2] = ["/v2/memories/search/", "/v2/memories/"];

/// The texts of an answer, sorted, whether it is bare or in an envelope.
fn texts(answer: &Value) -> String {
    let rows = answer.as_array().or_else(|| answer["results"].as_array()).unwrap();
    let mut texts: Vec<_> = rows.iter().map(|row| row["memory"].as_str().unwrap()).collect();
    texts.sort_unstable();
    texts.join(", ")
}

async fn peopled() -> App {
    let app = App::new();
    app.store("tea of alice", json!({"metadata": {"type": "short_term"}})).await;
    app.store("tea of bob", json!({"user_id": "bob"})).await;
    app.store("tea of the bot", json!({"user_id": null, "agent_id": "bot"})).await;
    app.store("tea of bob and the bot", json!({"user_id": "bob", "agent_id": "bot"})).await;
    app.store("tea of alice in a run", json!({"run_id": "r"})).await;
    app
}

/// As a crew of agents sends them: `filters` decide, and an id beside them widens nothing.
#[tokio::test]
async fn ids_beside_the_filters_of_v2_hide_those_of_others() {
    let app = peopled().await;
    let alice_or_bot = json!({"OR": [{"user_id": "alice"}, {"agent_id": "bot"}]});
    let all_of_alice = "tea of alice, tea of alice in a run";
    for (filters, beside, expected) in [
        (json!({"user_id": "alice"}), json!({"user_id": "alice"}), all_of_alice),
        (json!({"AND": [{"user_id": "alice"}]}), json!({"user_id": "alice"}), all_of_alice),
        (json!({"user_id": "alice"}), json!({"user_id": "*"}), all_of_alice),
        (json!({"user_id": "alice"}), json!({"user_id": null}), all_of_alice),
        (
            alice_or_bot.clone(),
            json!({"user_id": "alice"}),
            "tea of alice, tea of alice in a run, tea of the bot",
        ),
        (json!({"agent_id": "bot"}), json!({"user_id": "alice"}), "tea of the bot"),
        (
            json!({"agent_id": "bot"}),
            json!({"user_id": "bob"}),
            "tea of bob and the bot, tea of the bot",
        ),
        (
            json!({"run_id": "r"}),
            json!({"user_id": "alice", "run_id": "r"}),
            "tea of alice in a run",
        ),
        (
            json!({"run_id": "r"}),
            json!({"user_id": "alice", "session_id": "r"}),
            "tea of alice in a run",
        ),
        (json!({"run_id": "r"}), json!({"user_id": "bob"}), ""),
        (json!({"user_id": {"in": ["alice", "bob"]}}), json!({"user_id": "alice"}), all_of_alice),
        (json!({"user_id": "*"}), json!({"user_id": "alice"}), all_of_alice),
    ] {
        for path in SEARCHES {
            let mut body = json!({
                "query": "tea", "filters": filters, "limit": 50, "version": "v2", "threshold": 0.0,
            });
            body.as_object_mut().unwrap().extend(beside.as_object().unwrap().clone());
            let found = app.post(path, body).await.ok();
            assert_eq!(texts(&found), expected, "{path} {filters} {beside}");
        }
    }
    for (filters, beside, words) in [
        (json!({"user_id": "alice"}), json!({"user_id": "bob"}), "user_id: names another one"),
        (alice_or_bot, json!({"agent_id": "other"}), "agent_id: names another one than filters"),
        (json!({"run_id": "r"}), json!({"session_id": "s"}), "run_id: names another one"),
        (json!({"user_id": "alice"}), json!({"agent_id": ""}), "agent_id: must not be empty"),
        (json!({"user_id": "alice"}), json!({"agent_id": 7}), "agent_id: must be a string"),
    ] {
        for path in SEARCHES {
            let mut body = json!({"query": "tea", "filters": filters});
            body.as_object_mut().unwrap().extend(beside.as_object().unwrap().clone());
            app.post(path, body).await.refuses("/message", words);
        }
    }
}

#[tokio::test]
async fn an_older_answer_is_in_an_envelope_where_v1_1_asks_for_it() {
    let app = peopled().await;
    let body = |format: &str| {
        json!({
            "query": "tea", "filters": {"user_id": "alice"}, "user_id": "alice",
            "output_format": format,
        })
    };
    for path in SEARCHES {
        let found = app.post(path, body("v1.1")).await.ok();
        assert_eq!(names(&found), ["results"]);
        assert_eq!(texts(&found), "tea of alice, tea of alice in a run");
        assert!(app.post(path, body("v1.0")).await.ok().is_array());
        app.post(path, json!({"filters": {"user_id": "a"}, "query": "x", "output_format": 1}))
            .await
            .refuses("/message", "output_format: must be a string");
    }
    let found = app.post("/v1/memories/search/", body("v1.1")).await.ok();
    assert_eq!(names(&found), ["relations", "results"]);
    let listed = app.get("/v1/memories/?user_id=alice&output_format=v1.1").await.ok();
    assert_eq!((names(&listed), &listed["relations"]), (vec!["relations", "results"], &json!([])));
    assert_eq!(texts(&listed), "tea of alice, tea of alice in a run");
    let paged = "/v1/memories/?user_id=alice&output_format=v1.1&page=1&page_size=5";
    assert_eq!(app.get(paged).await.ok()["count"], 2);
}

/// The official docstring has the ids of an add in `filters`, and a framework sends them so.
#[tokio::test]
async fn an_add_takes_its_ids_from_flat_filters() {
    let app = App::new();
    for (index, (path, filters)) in [
        ("/v3/memories/add/", json!({"user_id": "alice"})),
        ("/v3/memories/add/", json!({"user_id": "alice", "agent_id": "bot", "app_id": null})),
        ("/v1/memories/", json!({"user_id": "alice", "session_id": "r"})),
        ("/v1/memories/", json!({"user_id": "alice"})),
    ]
    .into_iter()
    .enumerate()
    {
        let text = format!("text {index}");
        let mut body = json!({"messages": text, "filters": filters, "infer": false});
        if index == 3 {
            body["user_id"] = json!("alice");
        }
        app.post(path, body).await.ok();
    }
    assert_eq!(app.texts_of(json!({"user_id": "alice"})).await.len(), 4);
    assert_eq!(app.texts_of(json!({"agent_id": "bot"})).await, ["text 1"]);
    assert_eq!(app.texts_of(json!({"run_id": "r"})).await, ["text 2"]);
    // An add has a scope, and no other condition; nothing of one is left out.
    for filters in [
        json!({"AND": [{"user_id": "bob"}]}),
        json!({"user_id": {"in": ["bob"]}}),
        json!({"user_id": "bob", "metadata": {"k": 1}}),
        json!({"user_id": "bob", "created_at": "2026-01-01"}),
        json!({"user_id": 7, "agent_id": "b"}),
        json!({"run_id": "r", "session_id": "s"}),
        json!({"userId": "bob", "agent_id": "b"}),
    ] {
        for path in ["/v3/memories/add/", "/v1/memories/"] {
            let body = json!({"messages": "x", "filters": filters, "infer": false});
            let refused = app.post(path, body).await;
            refused.refuses("/details/message", "filters: must have nothing but the ids");
        }
    }
}

#[tokio::test]
async fn limit_is_top_k_in_every_search() {
    let app = peopled().await;
    for path in ["/v1/memories/search/", "/v2/memories/search/", "/v3/memories/search/"] {
        let search = async |options: Value| {
            let mut body = json!({"query": "tea", "threshold": 0});
            match path {
                "/v1/memories/search/" => body["user_id"] = json!("*"),
                _ => body["filters"] = json!({"user_id": "*"}),
            }
            body.as_object_mut().unwrap().extend(options.as_object().unwrap().clone());
            app.post(path, body).await
        };
        let count = async |options: Value| {
            let found = search(options).await.ok();
            found.as_array().or_else(|| found["results"].as_array()).unwrap().len()
        };
        assert_eq!(count(json!({})).await, 4);
        assert_eq!(count(json!({"limit": 2})).await, 2);
        assert_eq!(count(json!({"limit": 2, "top_k": 2})).await, 2);
        assert_eq!(count(json!({"limit": 2, "top_k": null})).await, 2);
        assert_eq!(count(json!({"limit": null, "top_k": 3})).await, 3);
        let pointer = if path.starts_with("/v3") { "/detail" } else { "/message" };
        let both = search(json!({"limit": 2, "top_k": 3})).await;
        both.refuses(pointer, "top_k: and limit are the same and must not differ");
        search(json!({"limit": 0})).await.refuses(pointer, "top_k: must be between 1 and 1000");
    }
}

#[tokio::test]
async fn every_search_has_the_same_options() {
    let app = App::new();
    app.store("My car is a hatchback", json!({"timestamp": 1_715_000_000})).await;
    app.store("Which automobile is it?", json!({"timestamp": 1_600_000_000})).await;
    app.store("An old automobile", json!({"expiration_date": "2020-01-01"})).await;
    for path in ["/v1/memories/search/", "/v2/memories/search/", "/v3/memories/search/"] {
        let search = async |query: &str, options: Value| {
            let mut body = json!({"query": query, "threshold": 0.05});
            match path {
                "/v1/memories/search/" => body["user_id"] = json!("alice"),
                _ => body["filters"] = json!({"user_id": "alice"}),
            }
            body.as_object_mut().unwrap().extend(options.as_object().unwrap().clone());
            app.post(path, body).await
        };
        let found = async |query, options| texts(&search(query, options).await.ok());
        let (car, automobile) = ("My car is a hatchback", "Which automobile is it?");
        let both = format!("{car}, {automobile}");
        assert_eq!(found("automobile", json!({})).await, both, "{path}");
        assert_eq!(found("automobile", json!({"rerank": true})).await, both, "{path}");
        assert_eq!(found("automobile", json!({"keyword_search": true})).await, automobile);
        let expired = json!({"keyword_search": true, "show_expired": true});
        assert_eq!(found("automobile", expired).await, format!("An old automobile, {automobile}"));
        // The sixth of May 2024.
        let last_month = json!({"reference_date": "2024-06-10", "keyword_search": true});
        assert_eq!(found("last month", last_month).await, car, "{path}");
        assert_eq!(found("last month", json!({"keyword_search": true})).await, "");
        let pointer = if path.starts_with("/v3") { "/detail" } else { "/message" };
        for (option, words) in [
            (json!({"reference_date": "soon"}), "reference_date: must be a date"),
            (json!({"rerank": 1}), "rerank: must be true or false"),
            (json!({"filter_memories": 1}), "filter_memories: must be true or false"),
            (json!({"enable_graph": "x"}), "enable_graph: must be true or false"),
        ] {
            search("x", option).await.refuses(pointer, words);
        }
    }
    let hit = async |rerank: bool| {
        let body = json!({"query": "car", "user_id": "alice", "rerank": rerank, "top_k": 1});
        app.post("/v1/memories/search/", body).await.ok()[0].clone()
    };
    let (plain, reranked) = (hit(false).await, hit(true).await);
    assert_eq!(plain["score"], reranked["score"]);
    assert!(plain["rerank_score"].is_null() && reranked["rerank_score"].is_f64());
}

/// An older client sends them, and leaving them out would show more than was meant.
#[tokio::test]
async fn the_search_of_v1_takes_filters_too() {
    let app = peopled().await;
    let search = async |body: Value| app.post("/v1/memories/search/", body).await;
    for (body, expected) in [
        (json!({"filters": {"run_id": "r"}}), "tea of alice in a run"),
        (json!({"filters": {"run_id": "r"}, "user_id": "alice"}), "tea of alice in a run"),
        (json!({"filters": {"run_id": "r"}, "user_id": "bob"}), ""),
        (json!({"filters": {}, "session_id": "r"}), "tea of alice in a run"),
        (json!({"metadata": {"type": "short_term"}, "user_id": "alice"}), "tea of alice"),
    ] {
        let mut body = body.clone();
        body["query"] = json!("tea");
        assert_eq!(texts(&search(body.clone()).await.ok()), expected, "{body}");
    }
    let nobody = json!({"query": "tea", "filters": {"metadata": {"type": "short_term"}}});
    search(nobody).await.refuses("/message", "At least one of the filters");
}

#[tokio::test]
async fn exports_take_ids_beside_their_filters_or_without() {
    let app = App::new();
    app.store("One", json!({"metadata": {"drink": "tea"}})).await;
    app.store("Two", json!({"metadata": {"drink": "milk"}, "run_id": "r"})).await;
    app.store("Three", json!({"user_id": "bob", "metadata": {"drink": "rum"}})).await;
    let schema = json!({"type": "object", "properties": {
        "drink": {"type": "array", "items": {"type": "string"}},
    }});
    for (scope, drinks) in [
        (json!({"user_id": "alice"}), json!(["milk", "tea"])),
        (json!({"user_id": "alice", "filters": {}}), json!(["milk", "tea"])),
        (json!({"user_id": "alice", "run_id": "r"}), json!(["milk"])),
        (json!({"session_id": "r"}), json!(["milk"])),
        (json!({"filters": {"user_id": "*"}, "user_id": "alice"}), json!(["milk", "tea"])),
        (json!({"filters": {"user_id": "alice"}, "user_id": "alice"}), json!(["milk", "tea"])),
    ] {
        let mut create = scope.clone();
        create["schema"] = schema.clone();
        let created = app.post("/v1/exports/", create).await;
        assert_eq!(created.status, 201, "{}", created.body);
        let by_id = json!({"memory_export_id": created.body["id"]});
        for read in [by_id, scope.clone()] {
            let mut export = app.post("/v1/exports/get/", read).await.ok();
            let found = export["drink"].as_array_mut().unwrap();
            found.sort_by_key(|drink| drink.to_string());
            assert_eq!(export["drink"], drinks, "{scope}");
        }
    }
    for path in ["/v1/exports/", "/v1/exports/get/"] {
        let body = json!({"schema": schema, "filters": {"user_id": "alice"}, "user_id": "bob"});
        app.post(path, body).await.refuses("/message", "user_id: names another one than filters");
        let nobody = app.post(path, json!({"schema": schema})).await;
        nobody.refuses("/message", "One of the filters: ");
    }
}

#[tokio::test]
async fn what_has_no_filters_is_refused_in_the_hosted_words() {
    let app = App::new();
    for path in ["/v2/memories/search/", "/v2/memories/", "/v3/memories/search/", "/v3/memories/"] {
        for body in [json!({}), json!({"filters": null}), json!({"filters": {}, "user_id": "a"})] {
            let mut body = body.clone();
            body["query"] = json!("tea");
            let refused = app.post(path, body).await;
            assert_eq!(names(&refused.body), ["error"]);
            refused.refuses("/error", "Filters are required and cannot be empty. ");
        }
    }
}

#[tokio::test]
async fn a_null_in_a_filter_means_no_id() {
    let app = peopled().await;
    for (filters, expected) in [
        (json!({"agent_id": "bot", "user_id": null}), "tea of the bot"),
        (json!({"AND": [{"agent_id": "bot"}, {"user_id": {"eq": null}}]}), "tea of the bot"),
        (json!({"agent_id": "bot", "user_id": {"ne": null}}), "tea of bob and the bot"),
        (json!({"agent_id": "bot", "NOT": [{"user_id": null}]}), "tea of bob and the bot"),
        (json!({"user_id": "alice", "run_id": null}), "tea of alice"),
        (json!({"user_id": "alice", "session_id": null}), "tea of alice"),
        (
            json!({"user_id": {"in": ["alice", null]}, "run_id": null}),
            "tea of alice, tea of the bot",
        ),
        (
            json!({"AND": [{"OR": [{"agent_id": "bot"}, {"user_id": "bob"}]}, {"agent_id": null}]}),
            "tea of bob",
        ),
    ] {
        for path in ["/v3/memories/search/", "/v3/memories/", SEARCHES[0], SEARCHES[1]] {
            let body = json!({"query": "tea", "filters": filters, "threshold": 0});
            assert_eq!(texts(&app.post(path, body).await.ok()), expected, "{path} {filters}");
        }
    }
    let alone = json!({"query": "tea", "filters": {"user_id": null}});
    app.post("/v3/memories/search/", alone)
        .await
        .refuses("/detail", "filters: must name a user_id");
}

/// A text that was cut in the middle of a character, as Python and JavaScript send it.
#[tokio::test]
async fn half_a_character_becomes_the_replacement_character() {
    let app = App::new();
    let send = async |method: &str, path: &str, body: &str| {
        let body = Body::from(body.to_owned());
        app.send(Request::builder().method(method).uri(path).body(body).unwrap()).await
    };
    let added = send(
        "POST",
        "/v3/memories/add/",
        r#"{"messages": [{"role": "user", "content": "cut \ud83d", "name": "\udfff"}],
            "user_id": "alice", "infer": false, "custom_instructions": "\ud83d",
            "metadata": {"\ud83d": ["\ud83d", {"x": "\ud83d\ude00"}]}, "\ud83d": 1}"#,
    )
    .await
    .ok();
    let id = added["results"][0]["id"].as_str().unwrap();
    let memory = app.get(&format!("/v1/memories/{id}/")).await.ok();
    assert_eq!(memory["memory"], "cut \u{fffd}");
    assert_eq!(memory["metadata"], json!({"\u{fffd}": ["\u{fffd}", {"x": "😀"}]}));
    let search = r#"{"query": "cut \udc00", "filters": {"user_id": "alice"}}"#;
    let found = send("POST", "/v3/memories/search/", search).await.ok();
    assert_eq!(texts(&found), "cut \u{fffd}");
    let update = r#"{"text": "again \ud83d"}"#;
    let updated = send("PUT", &format!("/v1/memories/{id}/"), update).await.ok();
    assert_eq!(updated["memory"], "again \u{fffd}");
    let entry = format!(r#"{{"memories": [{{"memory_id": "{id}", "text": "\ud83d"}}]}}"#);
    send("PUT", "/v1/batch/", &entry).await.ok();
    let feedback = format!(r#"{{"memory_id": "{id}", "feedback_reason": "\ud83d"}}"#);
    send("POST", "/v1/feedback/", &feedback).await.ok();

    // Two ids that each lost a character would be one.
    let lost = "must not contain U+FFFD, which stands for text that is not Unicode";
    let add = r#"{"messages": "Hi", "user_id": "a\ud83d"}"#;
    let refused = send("POST", "/v3/memories/add/", add).await;
    refused.refuses("/details/message", &format!("user_id: {lost}"));
    let run = r#"{"run_id": "\ud83d", "name": "x"}"#;
    send("POST", "/v1/runs/", run).await.refuses("/error", &format!("run_id: {lost}"));
    app.delete("/v1/memories/?user_id=a%ED%A0%80").await.refuses("/error", lost);
    let found = app.get("/v1/memories/?user_id=a%FF").await.ok();
    assert_eq!(found, json!([]));
}

#[tokio::test]
async fn a_body_that_is_not_utf_8_is_refused_with_the_place() {
    let app = App::new();
    for (body, words) in [
        (&b"{\"query\": \"caf\xe9\"}"[..], "query: is not UTF-8; send JSON in UTF-8"),
        (
            b"{\"query\": \"x\", \"filters\": {\"AND\": [{\"user_id\": \"\xed\xa0\x80\"}]}}",
            "filters.AND[0].user_id: is not UTF-8",
        ),
        (b"{\"caf\xe9\": 1}", "the name of a field: is not UTF-8"),
        (b"{\"query\": \"caf\xe9", "The request body is not UTF-8"),
    ] {
        let request = Request::post("/v3/memories/search/").body(Body::from(body)).unwrap();
        app.send(request).await.refuses("/detail", words);
    }
}
