use serde_json::{Value, json};

use crate::app::{App, names};

const SEARCH: &str = "/v3/memories/search/";

#[tokio::test]
async fn a_hit_has_every_field_of_the_specification() {
    let app = App::new();
    let fields = json!({"run_id": "trip", "metadata": {"topic": "food"}});
    let id = app.store("I am allergic to peanuts", fields).await;
    let body = json!({"query": "peanuts", "filters": {"user_id": "alice"}});
    let found = app.post(SEARCH, body).await.ok();
    assert_eq!(names(&found), ["results"]);
    let hit = &found["results"][0];
    assert_eq!(
        names(hit),
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
            "run_id",
            "score",
            "score_breakdown",
            "updated_at",
            "user_id",
        ]
    );
    assert_eq!((&hit["id"], &hit["memory"]), (&json!(id), &json!("I am allergic to peanuts")));
    assert_eq!((&hit["user_id"], &hit["run_id"]), (&json!("alice"), &json!("trip")));
    assert_eq!((&hit["agent_id"], &hit["expiration_date"]), (&Value::Null, &Value::Null));
    assert_eq!((&hit["metadata"], &hit["categories"]), (&json!({"topic": "food"}), &json!([])));
    assert_eq!(names(&hit["score_breakdown"]), ["bm25", "entity", "semantic"]);
    assert!(hit["score"].as_f64().unwrap() > 0.1);
}

#[tokio::test]
async fn a_hit_tells_the_passage_of_a_long_memory() {
    let app = App::new();
    let filler = "Wir sprachen über die Möbel im Büro. ".repeat(50);
    let text = format!("{filler}Mein Schließfach hat die Nummer 4471. {filler}");
    app.store(&text, json!({})).await;
    let body = json!({"query": "Schließfach", "filters": {"user_id": "alice"}});
    let found = app.post(SEARCH, body).await.ok();
    let passage = &found["results"][0]["score_breakdown"]["passage"];
    assert_eq!(names(passage), ["end", "start"]);
    let at = |name: &str| usize::try_from(passage[name].as_u64().unwrap()).unwrap();
    let (start, end) = (at("start"), at("end"));
    let passage: String = text.chars().skip(start).take(end - start).collect();
    assert!(passage.starts_with("Wir") && passage.contains("4471"), "{passage}");
    assert!(passage.len() < 1_000, "{passage}");
}

#[tokio::test]
async fn options_narrow_a_search() {
    let app = App::new();
    app.store("The red bike", json!({"metadata": {"n": 1}})).await;
    app.store("The red car", json!({"metadata": {"n": 2}})).await;
    app.store("The red boat", json!({"expiration_date": "2020-01-01"})).await;
    let search = async |options: Value| {
        let mut body = json!({
            "query": "red", "filters": {"user_id": "alice"}, "threshold": 0,
            // Accepted, but without effect here.
            "latest_only": true, "include_merged": false, "output_format": "v1.1", "source": "CLI",
        });
        for (name, value) in options.as_object().unwrap() {
            body[name] = value.clone();
        }
        app.post(SEARCH, body).await.ok()["results"].as_array().unwrap().len()
    };
    assert_eq!(search(json!({})).await, 2);
    assert_eq!(search(json!({"top_k": 1})).await, 1);
    assert_eq!(search(json!({"threshold": 1})).await, 0);
    assert_eq!(search(json!({"show_expired": true})).await, 3);
    assert_eq!(search(json!({"metadata": {"n": 2}})).await, 1);
    assert_eq!(search(json!({"categories": ["vehicles"]})).await, 0);
    assert_eq!(search(json!({"filters": {"user_id": "bob"}})).await, 0);
}

#[tokio::test]
async fn options_change_what_is_found_and_in_which_order() {
    let app = App::new();
    app.store("My car is a hatchback", json!({"timestamp": 1_715_000_000})).await;
    app.store("That automobile is his", json!({"timestamp": 1_600_000_000})).await;
    let search = async |query: &str, options: Value| -> Vec<String> {
        let mut body = json!({"query": query, "filters": {"user_id": "alice"}, "threshold": 0.05});
        for (name, value) in options.as_object().unwrap() {
            body[name] = value.clone();
        }
        let found = app.post(SEARCH, body).await.ok();
        let hits = found["results"].as_array().unwrap().iter();
        hits.map(|hit| hit["memory"].as_str().unwrap().to_owned()).collect()
    };
    let (car, automobile) = ("My car is a hatchback", "That automobile is his");
    assert_eq!(search("automobile", json!({})).await, [automobile, car]);
    assert_eq!(search("automobile", json!({"rerank": true})).await.len(), 2);
    assert_eq!(search("automobile", json!({"keyword_search": true})).await, [automobile]);
    // The sixth of May 2024.
    let last_month = json!({"reference_date": "2024-06-10", "keyword_search": true});
    assert_eq!(search("last month", last_month).await, [car]);
    assert!(search("last month", json!({"keyword_search": true})).await.is_empty());
}

#[tokio::test]
async fn fields_leave_the_others_out() {
    let app = App::new();
    let id = app.store("I love hiking", json!({"run_id": "r", "metadata": {"a": 1}})).await;
    let search = async |fields: Value| {
        let body = json!({"query": "hiking", "filters": {"user_id": "alice"}, "fields": fields});
        let request = crate::app::request("POST", SEARCH, body);
        app.send(request).await.ok()["results"][0].clone()
    };
    let asked = search(json!(["metadata"])).await;
    assert_eq!(names(&asked), ["created_at", "id", "memory", "metadata"]);
    assert_eq!((&asked["id"], &asked["metadata"]), (&json!(id), &json!({"a": 1})));
    let run = search(json!(["session_id"])).await;
    assert_eq!(names(&run), ["created_at", "id", "memory", "run_id"]);
    assert_eq!(names(&search(json!([])).await), ["created_at", "id", "memory"]);
    assert_eq!(names(&search(Value::Null).await).len(), 17);
}

#[tokio::test]
async fn bad_searches_are_refused_by_name() {
    let app = App::new();
    for (fields, words) in [
        (json!({"query": null}), "query: is required"),
        (json!({"query": "  "}), "query: must not be empty"),
        (json!({"query": 1}), "query: must be a string"),
        (json!({"filters": []}), "filters: must be a JSON object"),
        (json!({"filters": {"metadata": {"a": 1}}}), "filters: must name a user_id"),
        (json!({"filters": {"NOT": {"user_id": "a"}}}), "filters: must name a user_id"),
        (
            json!({"filters": {"user_id": "a", "colour": "red"}}),
            "Top-level key must be a logical operator or an allowed field",
        ),
        (
            json!({"filters": {"user_id": "a", "categories": "food"}}),
            "'categories' value must be a dictionary",
        ),
        (json!({"filters": {"user_id": {"like": "a"}}}), "Unsupported operator"),
        (
            json!({"filters": {"user_id": "a", "keywords": {"contains": "x"}}}),
            "must not contain 'keywords' in a search",
        ),
        (json!({"user_id": "alice"}), "user_id: must be inside filters"),
        (json!({"agent_id": "bot"}), "agent_id: must be inside filters"),
        (json!({"app_id": "app"}), "app_id: must be inside filters"),
        (json!({"run_id": "run"}), "run_id: must be inside filters"),
        (json!({"top_k": 0}), "top_k: must be between 1 and 1000"),
        (json!({"top_k": 1001}), "top_k: must be between 1 and 1000"),
        (json!({"top_k": -1}), "top_k: must be a whole number"),
        (json!({"top_k": 2.5}), "top_k: must be a whole number"),
        (json!({"top_k": "5"}), "top_k: must be a whole number"),
        (json!({"threshold": 1.1}), "threshold: must be between 0 and 1"),
        (json!({"threshold": -0.1}), "threshold: must be between 0 and 1"),
        (json!({"threshold": "0.1"}), "threshold: must be a number"),
        (json!({"show_expired": "yes"}), "show_expired: must be true or false"),
        (json!({"rerank": 1}), "rerank: must be true or false"),
        (json!({"reference_date": "soon"}), "reference_date: must be a date"),
        (json!({"fields": "memory"}), "fields: must be a list of strings"),
        (json!({"categories": [1]}), "categories: must be a list of strings"),
        (json!({"metadata": "a"}), "metadata: must be a JSON object"),
    ] {
        let mut body = json!({"query": "x", "filters": {"user_id": "alice"}});
        for (name, value) in fields.as_object().unwrap() {
            body[name] = value.clone();
        }
        app.post(SEARCH, body).await.refuses("/detail", words);
    }
}
