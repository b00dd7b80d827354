use std::time::{Duration, Instant};

use axum::http::StatusCode;
use mem0_engine::{Engine, NewKey};
use mem0_server::{ApiKeyHash, Authentication, Metrics, Receivers, deliver, metrics_router};
use mem0_types::EntityRef;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::app::{Answer, App, STRANGER, names, request};
use crate::receiver::{Receiver, Reply};

const PATIENCE: Duration = Duration::from_secs(20);

async fn hooks(engine: &Engine) -> String {
    let project = engine.own_project().await.unwrap().id;
    format!("/api/v1/webhooks/projects/{project}/")
}

/// Makes a webhook to this address for additions. Returns its path and its secret.
async fn make(app: &App, url: &str) -> (String, String) {
    let body = json!({"name": "Kitchen", "url": url, "event_types": ["memory_add"]});
    let made = app.post(&hooks(&app.engine).await, body).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
    let id = made.body["webhook_id"].as_str().unwrap();
    (format!("/api/v1/webhooks/{id}/"), made.body["secret"].as_str().unwrap().to_owned())
}

/// Waits until the newest delivery looks like this.
async fn logged(app: &App, webhook: &str, is_right: impl Fn(&Value) -> bool) -> Value {
    let start = Instant::now();
    loop {
        let log = app.get(&format!("{webhook}deliveries/")).await.ok();
        let newest = &log["results"][0];
        if is_right(newest) {
            return newest.clone();
        }
        assert!(start.elapsed() < PATIENCE, "{newest}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn a_webhook_comes_changes_and_goes() {
    let app = App::new();
    let path = hooks(&app.engine).await;
    let body = json!({"name": "Kitchen", "url": "https://example.com/hook", "project_id": "p",
                      "event_types": ["memory_add", "memory_categorize"]});
    let made = app.post(&path, body).await;
    assert_eq!(made.status, StatusCode::CREATED);
    assert!(made.body["secret"].as_str().unwrap().starts_with("whsec_"));
    assert_eq!(made.body["event_types"], json!(["memory_add", "memory_categorize"]));
    assert_eq!(made.body["owner"], "local@example.com");
    assert_eq!(made.body["project"], "Default project");
    assert_eq!(made.body["is_active"], true);
    let one = format!("/api/v1/webhooks/{}/", made.body["webhook_id"].as_str().unwrap());
    let change = json!({"name": "Pantry", "url": "http://127.0.0.1:1/", "is_active": false});
    let changed = app.call("PUT", &one, change).await.ok();
    assert_eq!(changed, json!({"message": "Webhook updated successfully"}));
    let listed = app.get(&path).await.ok();
    assert_eq!(listed.as_array().unwrap().len(), 1);
    assert_eq!(listed[0]["name"], "Pantry");
    assert_eq!(listed[0]["url"], "http://127.0.0.1:1/");
    assert_eq!(listed[0]["is_active"], false);
    // The secret is shown only once.
    assert!(!names(&listed[0]).contains(&"secret"));
    let gone = app.delete(&one).await.ok();
    assert_eq!(gone, json!({"message": "Webhook deleted successfully"}));
    assert_eq!(app.get(&path).await.ok(), json!([]));
}

#[tokio::test]
async fn an_invalid_value_is_refused_by_its_field() {
    let app = App::new();
    let path = hooks(&app.engine).await;
    let good = json!({"name": "x", "url": "https://x.y", "event_types": ["memory_add"]});
    for (field, value, words) in [
        ("name", Value::Null, "This field is required."),
        ("url", Value::Null, "This field is required."),
        ("event_types", Value::Null, "This field is required."),
        ("name", json!(""), "1 to 255"),
        ("url", json!("x.y"), "https:// or http://"),
        ("url", json!("https://x.y/\u{fffd}"), "in ASCII"),
        ("url", json!(1), "must be a string"),
        ("event_types", json!([]), "at least one"),
        ("event_types", json!(["memory:add"]), "unknown kind"),
        ("event_types", json!("memory_add"), "list of strings"),
        ("is_active", json!("yes"), "true or false"),
    ] {
        let mut body = good.clone();
        body[field] = value;
        app.post(&path, body).await.refuses(&format!("/{field}/0"), words);
    }
    app.post(&path, json!([])).await.refuses("/non_field_errors/0", "JSON object");
    let (one, _) = make(&app, "https://x.y").await;
    let nothing = app.call("PUT", &one, json!({})).await;
    nothing.refuses("/webhook/0", "must have a setting to change");
    let unknown = app.call("PUT", &one, json!({"event_types": ["x"]})).await;
    unknown.refuses("/event_types/0", "unknown kind");
}

#[tokio::test]
async fn one_webhook_more_than_a_project_may_have_is_refused() {
    let app = App::new();
    for _ in 0..mem0_engine::MAX_WEBHOOKS {
        make(&app, "https://x.y").await;
    }
    let body = json!({"name": "x", "url": "https://x.y", "event_types": ["memory_add"]});
    let path = hooks(&app.engine).await;
    app.post(&path, body).await.refuses("/webhooks/0", "must not be more than 100 in a project");
}

#[tokio::test]
async fn only_an_owner_of_the_project_has_webhooks() {
    let app = App::with(Authentication::Folder);
    let key = |name: &str| NewKey::new(ApiKeyHash::of(name), name);
    app.engine.create_key(key("owner")).await.unwrap();
    let (mut reading, mut bound, mut cook) = (key("reading"), key("bound"), key("cook"));
    reading.read_only = true;
    bound.scopes = vec![EntityRef::user("alice")];
    cook.owner = "cook@example.com".to_owned();
    let organization = app.engine.own_project().await.unwrap().organization_id;
    let kitchen = app.engine.create_project(&organization, "Kitchen", None).await.unwrap();
    cook.project_id = Some(kitchen.id);
    for key in [reading, bound, cook] {
        app.engine.create_key(key).await.unwrap();
    }
    let call = async |key: &str, method: &str, path: &str, body: Value| -> Answer {
        let mut request = request(method, path, body);
        request.headers_mut().insert("authorization", format!("Token {key}").parse().unwrap());
        app.send(request).await
    };
    let path = hooks(&app.engine).await;
    let body = json!({"name": "x", "url": "https://x.y", "event_types": ["memory_add"]});
    let made = call("owner", "POST", &path, body.clone()).await;
    let id = made.body["webhook_id"].as_str().unwrap();
    let one = format!("/api/v1/webhooks/{id}/");
    let log = format!("{one}deliveries/");
    let again = format!("{log}{STRANGER}/redeliver/");
    for key in ["reading", "bound", "cook"] {
        for (method, path) in [("GET", &path), ("POST", &path)] {
            let refused = call(key, method, path, body.clone()).await;
            assert_eq!(refused.status, 403, "{key} {method}: {}", refused.body);
            assert_eq!(names(&refused.body), ["error"]);
        }
        for (method, path) in [("PUT", &one), ("DELETE", &one), ("GET", &log), ("POST", &again)] {
            let refused = call(key, method, path, body.clone()).await;
            // It is not revealed that another project exists.
            let status = if key == "cook" { 404 } else { 403 };
            assert_eq!(refused.status, status, "{key} {method}: {}", refused.body);
            assert_eq!(names(&refused.body), ["error"]);
        }
    }
    let unknown = format!("/api/v1/webhooks/projects/{STRANGER}/");
    let refused = call("owner", "GET", &unknown, Value::Null).await;
    refused.is(403, json!({"error": "You don't have access to this project"}));
    let unknown = format!("/api/v1/webhooks/{STRANGER}/");
    let refused = call("owner", "DELETE", &unknown, Value::Null).await;
    refused.is(404, json!({"error": "Webhook not found"}));
    let refused = call("owner", "POST", &again, Value::Null).await;
    refused.is(404, json!({"error": "Delivery not found"}));
}

#[tokio::test]
async fn a_delivery_is_signed_logged_and_sent_once_more_when_asked_for() {
    let app = App::new();
    let _delivering = deliver(&app.engine, Receivers::Anywhere).unwrap();
    let receiver = Receiver::start(|_| Reply::Status(204));
    let (webhook, secret) = make(&app, &receiver.url()).await;
    let id = app.store("tea", json!({})).await;
    let first = receiver.next(PATIENCE);
    let told = json!({
        "id": id, "data": {"memory": "tea", "role": "user", "actor_id": null}, "event": "ADD",
    });
    assert_eq!(first.details(&secret), told);
    assert_eq!(first.headers["content-type"], "application/json");
    let logged_first = logged(&app, &webhook, |log| log["state"] == "delivered").await;
    assert_eq!(logged_first["id"], first.id());
    assert_eq!(logged_first["event_type"], "memory_add");
    assert_eq!((&logged_first["attempts"], &logged_first["last_status"]), (&json!(1), &json!(204)));
    assert_eq!(logged_first["payload"]["event_details"], told);
    assert!(logged_first["delivered_at"].is_string());

    let again = format!("{webhook}deliveries/{}/redeliver/", first.id());
    assert_eq!(app.post(&again, Value::Null).await.ok()["state"], "queued");
    let second = receiver.next(PATIENCE);
    assert_eq!((second.id(), second.details(&secret)), (first.id(), told));
    assert!(app.get(&format!("{webhook}deliveries/?page_size=0")).await.status == 400);
}

#[tokio::test]
async fn a_receiver_that_fails_once_gets_it_again() {
    let app = App::new();
    let _delivering = deliver(&app.engine, Receivers::Anywhere).unwrap();
    let receiver = Receiver::start(|number| Reply::Status(if number == 0 { 500 } else { 200 }));
    let (webhook, secret) = make(&app, &receiver.url()).await;
    app.store("tea", json!({})).await;
    let first = receiver.next(PATIENCE);
    let failed = logged(&app, &webhook, |log| log["attempts"] == 1).await;
    assert_eq!((&failed["state"], &failed["last_status"]), (&json!("queued"), &json!(500)));
    let second = receiver.next(PATIENCE);
    assert!(second.at - first.at > Duration::from_secs(4));
    // With a new signature, but the same id.
    assert_eq!(second.id(), first.id());
    second.details(&secret);
    assert_ne!(first.headers["webhook-timestamp"], second.headers["webhook-timestamp"]);
    let done = logged(&app, &webhook, |log| log["state"] == "delivered").await;
    assert_eq!((&done["attempts"], &done["last_error"]), (&json!(2), &Value::Null));
}

#[tokio::test]
async fn a_receiver_that_hangs_holds_up_no_other() {
    let app = App::new();
    let _delivering = deliver(&app.engine, Receivers::Anywhere).unwrap();
    let hanging = Receiver::start(|_| Reply::Nothing);
    let (slow, _) = make(&app, &hanging.url()).await;
    let others = [(); 2].map(|()| Receiver::start(|_| Reply::Status(200)));
    let mut secrets = Vec::new();
    for other in &others {
        secrets.push(make(&app, &other.url()).await.1);
    }
    for number in 0..5 {
        app.store(&format!("fact {number}"), json!({})).await;
        for (other, secret) in others.iter().zip(&secrets) {
            let details = other.next(PATIENCE).details(secret);
            assert_eq!(details["data"]["memory"], format!("fact {number}"));
        }
    }
    let log = app.get(&format!("{slow}deliveries/")).await.ok();
    assert_eq!(log["results"][4]["attempts"], 0, "the others were told before it was given up");
    hanging.next(PATIENCE);
    let is_first = |log: &Value| log["results"][4]["attempts"] == 1;
    let start = Instant::now();
    let log = loop {
        let log = app.get(&format!("{slow}deliveries/")).await.ok();
        if is_first(&log) {
            break log;
        }
        assert!(start.elapsed() < PATIENCE);
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    assert_eq!(log["results"][4]["last_error"], "the receiver did not answer in time");
    // One call at a time.
    assert_eq!(log["results"][0]["attempts"], 0);
}

#[tokio::test]
async fn odd_receivers_fail_in_words_of_the_servers_own() {
    let app = App::new();
    let _delivering = deliver(&app.engine, Receivers::Anywhere).unwrap();
    let elsewhere = Receiver::start(|_| Reply::Status(200));
    let target = elsewhere.url();
    let redirecting = Receiver::start(move |_| Reply::Redirect(target.clone()));
    let endless = Receiver::start(|_| Reply::Endless);
    let closing = Receiver::start(|_| Reply::Close);
    // Nothing listens on a port that was just released.
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut webhooks = Vec::new();
    for url in [
        redirecting.url(),
        endless.url(),
        closing.url(),
        format!("http://{free}/hook"),
        format!("https://{free}/hook"),
        "http://name.invalid/hook".to_owned(),
    ] {
        webhooks.push(make(&app, &url).await.0);
    }
    app.store("swordfish", json!({})).await;
    let refused = "the receiver refused the connection";
    let expected = [
        (json!(307), "queued", Some("the receiver answered with a status outside 200 to 299")),
        (json!(200), "delivered", None),
        (Value::Null, "queued", None),
        (Value::Null, "queued", Some(refused)),
        (Value::Null, "queued", Some(refused)),
        (Value::Null, "queued", None),
    ];
    for (webhook, (status, state, error)) in webhooks.iter().zip(expected) {
        let log = logged(&app, webhook, |log| log["attempts"] == 1).await;
        assert_eq!((&log["last_status"], &log["state"]), (&status, &json!(state)), "{log}");
        if let Some(error) = error {
            assert_eq!(log["last_error"], error);
        }
        let told = log["last_error"].to_string();
        assert!(!told.contains("swordfish") && !told.contains("127.0.0.1"), "{told}");
        assert_eq!(log["last_error"].is_null(), state == "delivered", "{log}");
    }
    assert!(elsewhere.all(Duration::from_millis(100)).is_empty(), "a redirect was followed");
}

#[tokio::test]
async fn a_server_that_calls_public_addresses_only_reaches_nothing_inside() {
    let app = App::new();
    let _delivering = deliver(&app.engine, Receivers::Public).unwrap();
    let receiver = Receiver::start(|_| Reply::Status(200));
    let named = receiver.url().replace("127.0.0.1", "localhost");
    let mut webhooks = Vec::new();
    for url in [receiver.url(), named] {
        webhooks.push(make(&app, &url).await.0);
    }
    app.store("tea", json!({})).await;
    for webhook in &webhooks {
        let log = logged(&app, webhook, |log| log["attempts"] == 1).await;
        let error = log["last_error"].as_str().unwrap();
        assert!(error.contains("not public"), "{error}");
    }
    assert!(receiver.all(Duration::from_millis(100)).is_empty());
}

#[tokio::test]
async fn what_becomes_of_deliveries_is_counted() {
    let app = App::new();
    let _delivering = deliver(&app.engine, Receivers::Anywhere).unwrap();
    let good = Receiver::start(|_| Reply::Status(200));
    let bad = Receiver::start(|_| Reply::Status(500));
    let (good, bad) = (make(&app, &good.url()).await.0, make(&app, &bad.url()).await.0);
    app.store("tea", json!({})).await;
    logged(&app, &good, |log| log["state"] == "delivered").await;
    logged(&app, &bad, |log| log["attempts"] == 1).await;
    let metrics = metrics_router(app.engine.clone(), Metrics::default());
    let answer = metrics.oneshot(request("GET", "/metrics", Value::Null)).await.unwrap();
    let text = axum::body::to_bytes(answer.into_body(), usize::MAX).await.unwrap();
    let text = String::from_utf8(text.to_vec()).unwrap();
    for line in [
        "# TYPE mem0_webhook_deliveries_queued_total counter",
        "mem0_webhook_deliveries_queued_total 2",
        "mem0_webhook_deliveries_delivered_total 1",
        "mem0_webhook_attempts_failed_total 1",
        "mem0_webhook_deliveries_given_up_total 0",
        "mem0_webhooks_failing 1",
    ] {
        assert!(text.lines().any(|known| known == line), "{line} is not in\n{text}");
    }
}
