use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use mem0_engine::{
    Delivering, Delivery, DeliveryOutcome, DeliveryRecord, DeliveryState, Engine, EngineError,
    MemoryChange, NewWebhook, PageRequest, Resource, WebhookChange, WebhookRecord,
};
use mem0_types::WebhookEventType::{self, MemoryAdd, MemoryDelete, MemoryUpdate};
use mem0_types::{EntityRef, EntityType, Filter};
use serde_json::{Value, json};

use crate::workbench::*;

const PATIENCE: Duration = Duration::from_secs(20);

fn make(
    engine: &Engine,
    name: &str,
    event_types: impl IntoIterator<Item = WebhookEventType>,
) -> WebhookRecord {
    let project = wait(engine.own_project()).unwrap().id;
    let webhook = NewWebhook::new(name, format!("https://example.com/{name}"), event_types);
    wait(engine.create_webhook(&project, webhook)).unwrap()
}

fn log(engine: &Engine, webhook: &WebhookRecord) -> Vec<DeliveryRecord> {
    wait(engine.deliveries(&webhook.id, PageRequest::default())).unwrap().results
}

/// Answers everything with this status, and passes it on.
fn deliver(engine: &Engine, status: u16) -> (Delivering, Receiver<Delivery>) {
    let (sent, received) = mpsc::channel();
    (deliver_to(engine, status, sent), received)
}

fn deliver_to(engine: &Engine, status: u16, sent: mpsc::Sender<Delivery>) -> Delivering {
    let delivering = engine.deliver_with(move |delivery| {
        let _ = sent.send(delivery.clone());
        DeliveryOutcome::Answered(status)
    });
    delivering.unwrap()
}

fn details(delivery: &Delivery) -> Value {
    let payload: Value = serde_json::from_str(&delivery.payload).unwrap();
    payload["event_details"].clone()
}

/// Waits until the log looks like this.
fn logged(
    engine: &Engine,
    webhook: &WebhookRecord,
    is_right: impl Fn(&[DeliveryRecord]) -> bool,
) -> Vec<DeliveryRecord> {
    let start = Instant::now();
    loop {
        let log = log(engine, webhook);
        if is_right(&log) {
            return log;
        }
        assert!(start.elapsed() < PATIENCE, "{log:?}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn all(state: DeliveryState) -> impl Fn(&[DeliveryRecord]) -> bool {
    move |log| !log.is_empty() && log.iter().all(|delivery| delivery.state == state)
}

#[test]
fn changes_are_delivered_in_order_to_the_webhooks_that_ask_for_them() {
    let folder = Folder::new();
    let engine = folder.open();
    let webhook = make(&engine, "all", [MemoryAdd, MemoryUpdate, MemoryDelete]);
    let adds = make(&engine, "adds", [MemoryAdd]);
    let id = store_one(&engine, "alice", "tea");
    let change = MemoryChange { text: Some("coffee".to_owned()), ..MemoryChange::default() };
    wait(engine.update(&id, change)).unwrap();
    wait(engine.delete(&id, false)).unwrap();
    assert_eq!(log(&engine, &adds).len(), 1);
    assert!(all(DeliveryState::Queued)(&log(&engine, &webhook)));

    let (_delivering, received) = deliver(&engine, 204);
    let mut told = Vec::new();
    for _ in 0..4 {
        let delivery = received.recv_timeout(PATIENCE).unwrap();
        if delivery.url == webhook.url {
            assert_eq!(delivery.secret, webhook.secret);
            told.push(details(&delivery));
        }
    }
    let tells =
        |event: &str, text: &str| json!({"id": id, "data": {"memory": text}, "event": event});
    assert_eq!(told, [tells("ADD", "tea"), tells("UPDATE", "coffee"), tells("DELETE", "coffee")]);
    let log = logged(&engine, &webhook, all(DeliveryState::Delivered));
    let kinds: Vec<_> = log.iter().map(|delivery| delivery.event_type.clone()).collect();
    assert_eq!(kinds, [MemoryDelete, MemoryUpdate, MemoryAdd]);
    assert!(log.iter().all(|delivery| delivery.attempts == 1 && delivery.last_error.is_none()));

    // While deliveries are being made, a change is delivered at once, also that of a queued add.
    let event = wait(engine.add(mem0_engine::AddRequest::new(
        vec![mem0_types::Message::user("ramen")],
        user("alice"),
    )));
    finished(&engine, &event.unwrap().event_id);
    let told = received.recv_timeout(PATIENCE).unwrap();
    assert_eq!(details(&told)["data"]["memory"], "ramen");
}

#[test]
fn a_webhook_receives_changes_of_its_project_only() {
    let folder = Folder::new();
    let engine = folder.open();
    let organization = wait(engine.own_project()).unwrap().organization_id;
    let kitchen = wait(engine.create_project(&organization, "Kitchen", None)).unwrap();
    let view = engine.with_access(wait(engine.access_to(&kitchen.id)).unwrap());
    let ours = make(&engine, "ours", [MemoryAdd]);
    let theirs = make(&view, "theirs", [MemoryAdd]);
    for number in 0..20 {
        store_one(&engine, "alice", &format!("ours {number}"));
        store_one(&view, "alice", &format!("theirs {number}"));
    }
    let (_delivering, received) = deliver(&engine, 200);
    for _ in 0..40 {
        let delivery = received.recv_timeout(PATIENCE).unwrap();
        let name = delivery.url.rsplit('/').next().unwrap().to_owned();
        assert!(details(&delivery)["data"]["memory"].as_str().unwrap().starts_with(&name));
    }
    assert_eq!(log(&engine, &ours).len(), 20);
    // Nobody else sees or changes it, or even learns that it exists.
    let gone = wait(engine.create_project(&organization, "Other", None)).unwrap();
    let keyhole = wait(engine.access_to(&gone.id)).unwrap();
    let scoped = engine.with_access(keyhole.only([EntityRef::user("alice")]).unwrap());
    let refused = wait(scoped.deliveries(&theirs.id, PageRequest::default())).unwrap_err();
    assert!(matches!(refused, EngineError::NotFound(Resource::Webhook)), "{refused:?}");
    assert!(matches!(
        wait(scoped.delete_webhook(&theirs.id)),
        Err(EngineError::NotFound(Resource::Webhook))
    ));
    assert!(wait(scoped.webhooks(&gone.id)).is_err());

    // The webhooks of a project are deleted with it.
    wait(engine.delete_project(&kitchen.id)).unwrap();
    let start = Instant::now();
    let left = || -> i64 {
        let sql = "SELECT (SELECT count(*) FROM webhooks) + (SELECT count(*) FROM projects)";
        folder.sql().query_row(sql, [], |row| row.get(0)).unwrap()
    };
    while left() > 3 {
        assert!(start.elapsed() < PATIENCE, "{} rows are left", left());
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_failed_delivery_is_repeated_less_and_less_often_and_then_given_up() {
    let folder = Folder::new();
    let engine = folder.open();
    let webhook = make(&engine, "all", [MemoryAdd]);
    store_one(&engine, "alice", "tea");
    // One channel for all rounds, since a call of the previous round may still be under way.
    let (sent, received) = mpsc::channel();
    for (before, seconds) in
        [Some(5), Some(30), Some(120), Some(600), Some(3600), Some(21600), None].iter().enumerate()
    {
        let sql = "UPDATE webhook_deliveries SET attempts = ?, next_attempt_at = 1";
        folder.sql().execute(sql, [before as u32]).unwrap();
        let delivering = deliver_to(&engine, 503, sent.clone());
        received.recv_timeout(PATIENCE).unwrap();
        let attempts = before as u32 + 1;
        let log = logged(&engine, &webhook, |log| log[0].attempts == attempts);
        assert_eq!(log[0].last_status, Some(503));
        assert!(log[0].last_error.as_ref().unwrap().contains("outside 200 to 299"));
        let Some(seconds) = seconds else {
            assert_eq!(log[0].state, DeliveryState::Failed);
            continue;
        };
        assert_eq!(log[0].state, DeliveryState::Queued);
        let micros =
            |time: &Option<mem0_types::Timestamp>| time.as_ref().unwrap().unix_micros().unwrap();
        let later = micros(&log[0].next_attempt_at) - micros(&log[0].last_attempt_at);
        assert_eq!(later, seconds * 1_000_000);
        drop(delivering);
    }

    // When it is queued again, it has all its attempts and keeps its id.
    let before = log(&engine, &webhook).remove(0);
    let again = wait(engine.redeliver(&webhook.id, &before.id)).unwrap();
    assert_eq!((again.state, again.attempts), (DeliveryState::Queued, 0));
    let (_delivering, received) = deliver(&engine, 200);
    assert_eq!(received.recv_timeout(PATIENCE).unwrap().id, before.id);
    logged(&engine, &webhook, all(DeliveryState::Delivered));
    let unknown = wait(engine.redeliver(&webhook.id, "x")).unwrap_err();
    assert!(matches!(unknown, EngineError::NotFound(Resource::Delivery)));
}

/// A receiver that answers nothing until it is released.
fn stuck(name: &'static str) -> (Sender<()>, impl Fn(&Delivery) + Send + Sync) {
    let (go, wait) = mpsc::channel::<()>();
    let wait = Mutex::new(wait);
    (go, move |delivery: &Delivery| {
        if delivery.url.ends_with(name) {
            let _ = wait.lock().unwrap().recv();
        }
    })
}

#[test]
fn a_slow_receiver_holds_up_only_itself_and_is_called_once_at_a_time() {
    let folder = Folder::new();
    let engine = folder.open();
    for name in ["slow", "one", "two"] {
        make(&engine, name, [MemoryAdd]);
    }
    let (go, hold) = stuck("slow");
    let (sent, received) = mpsc::channel();
    let slow = Arc::new(AtomicUsize::new(0));
    let calls = slow.clone();
    let delivering = engine.deliver_with(move |delivery| {
        if delivery.url.ends_with("slow") {
            calls.fetch_add(1, Ordering::SeqCst);
        }
        hold(delivery);
        let _ = sent.send(delivery.url.clone());
        DeliveryOutcome::Answered(200)
    });
    let delivering = delivering.unwrap();
    assert!(engine.deliver_with(|_| DeliveryOutcome::Answered(200)).is_err(), "two would repeat");
    for number in 0..10 {
        store_one(&engine, "alice", &format!("fact {number}"));
    }
    for _ in 0..20 {
        let url = received.recv_timeout(Duration::from_secs(5)).unwrap();
        assert!(!url.ends_with("slow"));
    }
    assert_eq!(slow.load(Ordering::SeqCst), 1);
    drop(go);
    for _ in 0..10 {
        assert!(received.recv_timeout(PATIENCE).unwrap().ends_with("slow"));
    }
    drop(delivering);
}

#[test]
fn a_panic_while_sending_fails_only_that_delivery() {
    let folder = Folder::new();
    let engine = folder.open();
    let webhook = make(&engine, "all", [MemoryAdd]);
    store(&engine, user("alice"), &["poison", "tea"]);
    let delivering = engine.deliver_with(|delivery| {
        assert!(!delivery.payload.contains("poison"), "on purpose");
        DeliveryOutcome::Answered(200)
    });
    let log = logged(&engine, &webhook, |log| log.iter().all(|delivery| delivery.attempts == 1));
    let states: Vec<_> = log.iter().map(|delivery| delivery.state).collect();
    assert_eq!(states, [DeliveryState::Delivered, DeliveryState::Queued]);
    drop(delivering);
}

#[test]
fn a_delivery_not_recorded_as_taken_is_repeated_after_a_restart() {
    let folder = Folder::new();
    let engine = folder.open();
    let webhook = make(&engine, "all", [MemoryAdd]);
    let (go, hold) = stuck("all");
    let (sent, received) = mpsc::channel();
    let delivering = engine.deliver_with(move |delivery| {
        let _ = sent.send(delivery.id.clone());
        hold(delivery);
        DeliveryOutcome::Answered(200)
    });
    store_one(&engine, "alice", "tea");
    let id = received.recv_timeout(PATIENCE).unwrap();
    // Closed without waiting, so the answer comes too late to be recorded.
    drop((engine, delivering));
    drop(go);
    let engine = folder.open();
    assert!(all(DeliveryState::Queued)(&log(&engine, &webhook)));
    let (_delivering, received) = deliver(&engine, 200);
    assert_eq!(received.recv_timeout(PATIENCE).unwrap().id, id);
}

#[test]
fn closing_waits_for_the_attempt_that_is_under_way() {
    let folder = Folder::new();
    let engine = folder.open();
    let webhook = make(&engine, "all", [MemoryAdd]);
    let (begun, begins) = mpsc::channel();
    let delivering = engine.deliver_with(move |_| {
        let _ = begun.send(());
        std::thread::sleep(Duration::from_millis(200));
        DeliveryOutcome::Answered(200)
    });
    store_one(&engine, "alice", "tea");
    begins.recv_timeout(PATIENCE).unwrap();
    wait(engine.close()).unwrap();
    drop((engine, delivering));
    assert!(all(DeliveryState::Delivered)(&log(&folder.open(), &webhook)));
}

#[test]
fn an_inactive_webhook_waits_and_a_deleted_one_is_forgotten() {
    let folder = Folder::new();
    let engine = folder.open();
    let webhook = make(&engine, "all", [MemoryAdd]);
    store_one(&engine, "alice", "tea");
    let active = |is_active| WebhookChange { is_active: Some(is_active), ..Default::default() };
    wait(engine.update_webhook(&webhook.id, active(false))).unwrap();
    store_one(&engine, "alice", "coffee");
    let (_delivering, received) = deliver(&engine, 200);
    assert!(received.recv_timeout(Duration::from_millis(200)).is_err());
    wait(engine.update_webhook(&webhook.id, active(true))).unwrap();
    assert_eq!(details(&received.recv_timeout(PATIENCE).unwrap())["data"]["memory"], "tea");
    assert_eq!(logged(&engine, &webhook, all(DeliveryState::Delivered)).len(), 1);

    wait(engine.update_webhook(&webhook.id, active(false))).unwrap();
    wait(engine.delete_webhook(&webhook.id)).unwrap();
    store_one(&engine, "alice", "water");
    assert!(received.recv_timeout(Duration::from_millis(200)).is_err());
    let rows = "SELECT count(*) FROM webhook_deliveries";
    assert_eq!(folder.sql().query_row(rows, [], |row| row.get::<_, i64>(0)).unwrap(), 0);
    let gone = wait(engine.update_webhook(&webhook.id, active(true))).unwrap_err();
    assert!(matches!(gone, EngineError::NotFound(Resource::Webhook)));
}

#[test]
fn deliveries_and_exports_are_removed_after_seven_days() {
    let folder = Folder::new();
    let engine = folder.open();
    let (quiet, idle) = (make(&engine, "quiet", [MemoryAdd]), make(&engine, "idle", [MemoryAdd]));
    let many: Vec<_> = (0..1100).map(|number| format!("fact {number}")).collect();
    let many: Vec<_> = many.iter().map(String::as_str).collect();
    store(&engine, user("alice"), &many);
    let schema = || json!({"type": "object", "properties": {}});
    let old = wait(engine.create_export(Filter::user_id("alice"), schema())).unwrap();
    let new = wait(engine.create_export(Filter::user_id("alice"), schema())).unwrap();
    let inactive = WebhookChange { is_active: Some(false), ..Default::default() };
    wait(engine.update_webhook(&idle.id, inactive)).unwrap();
    let now = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap().as_micros() as i64;
    let aged = |hours: i64| now - (7 * 24 + hours) * 3_600_000_000;
    let sql = folder.sql();
    sql.busy_timeout(PATIENCE).unwrap();
    // For each webhook, all deliveries but one are past their time: queued, delivered and failed
    // ones.
    let age = "UPDATE webhook_deliveries SET created_at = iif(seq IN \
               (SELECT min(seq) FROM webhook_deliveries GROUP BY webhook), ?1, ?2), \
               next_attempt_at = iif(seq % 3 = 0, next_attempt_at, NULL), \
               delivered_at = iif(seq % 3 = 1, ?2, NULL)";
    assert_eq!(sql.execute(age, [aged(-1), aged(1)]).unwrap(), 2200);
    let age = "UPDATE exports SET created_at = iif(id = ?1, ?2, ?3)";
    sql.execute(age, rusqlite::params![old, aged(1), aged(-1)]).unwrap();
    // Nothing delivers, and nothing else happens.
    let left = |table: &str| -> i64 {
        sql.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap()
    };
    let start = Instant::now();
    while (left("webhook_deliveries"), left("exports")) != (2, 1) {
        assert!(start.elapsed() < 2 * PATIENCE, "{}", left("webhook_deliveries"));
        std::thread::sleep(Duration::from_millis(20));
    }
    await_empty_log(&folder);
    assert_eq!((log(&engine, &quiet).len(), log(&engine, &idle).len()), (1, 1));
    wait(engine.export(&new)).unwrap();
    assert!(wait(engine.export(&old)).is_err());
}

#[test]
fn deleting_an_entity_empties_the_deliveries_that_quote_it() {
    let folder = Folder::new();
    let engine = folder.open();
    let webhook = make(&engine, "all", [MemoryAdd]);
    store_one(&engine, "alice", "swordfish");
    store_one(&engine, "bob", "tea");
    let event = wait(engine.delete_entity(EntityType::User, "alice")).unwrap().event_id;
    finished(&engine, &event);
    let texts: Vec<_> = log(&engine, &webhook)
        .into_iter()
        .map(|delivery| delivery.payload["event_details"]["data"]["memory"].clone())
        .collect();
    assert_eq!(texts, ["tea", ""]);
}

#[test]
fn an_invalid_webhook_is_refused() {
    let folder = Folder::new();
    let engine = folder.open();
    let project = wait(engine.own_project()).unwrap().id;
    let other = WebhookEventType::from("memory_forgotten");
    for (webhook, field) in [
        (NewWebhook::new(" ", "https://x.y", [MemoryAdd]), "name"),
        (NewWebhook::new("x", "x.y", [MemoryAdd]), "url"),
        (NewWebhook::new("x", "https://x.y", []), "event_types"),
        (NewWebhook::new("x", "https://x.y", [MemoryAdd, other]), "event_types"),
    ] {
        match wait(engine.create_webhook(&project, webhook)) {
            Err(EngineError::InvalidInput(refused)) => assert_eq!(refused.field(), field),
            other => panic!("{field}: {other:?}"),
        }
    }
    let webhook = make(&engine, "all", [MemoryAdd, MemoryAdd]);
    assert_eq!(webhook.event_types, [MemoryAdd]);
    assert!(!format!("{webhook:?}").contains(&webhook.secret));
    let nothing = wait(engine.update_webhook(&webhook.id, WebhookChange::default()));
    assert!(matches!(nothing, Err(EngineError::InvalidInput(_))));
    let reading = engine.with_access(engine.access().clone().read_only());
    assert!(matches!(wait(reading.delete_webhook(&webhook.id)), Err(EngineError::ReadOnly)));
}

#[test]
fn deliveries_queued_by_a_clock_that_was_ahead_are_due_at_the_next_start() {
    let folder = Folder::new();
    let engine = folder.open();
    let webhook = make(&engine, "w", [MemoryAdd]);
    let ids = ["new", "tried", "waiting"].map(|text| store_one(&engine, "alice", text));
    wait(engine.close()).unwrap();
    let sql = folder.sql();
    for (id, attempts, last, next) in
        [(&ids[0], 0, None, 3600), (&ids[1], 1, Some(3595), 3600), (&ids[2], 5, Some(-60), 3540)]
    {
        let at = |seconds: i64| -> i64 {
            let now = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap();
            now.as_micros() as i64 + seconds * 1_000_000
        };
        let changed = sql.execute(
            "UPDATE webhook_deliveries SET attempts = ?, last_attempt_at = ?, next_attempt_at = ? \
             WHERE memory_id = ?",
            (attempts, last.map(at), at(next), id),
        );
        assert_eq!(changed.unwrap(), 1);
    }
    drop(sql);
    let engine = folder.open();
    let (_delivering, received) = deliver(&engine, 200);
    let delivered = [(); 2].map(|()| details(&received.recv_timeout(PATIENCE).unwrap()));
    assert_eq!(
        delivered.map(|details| details["id"].clone()),
        [&ids[0], &ids[1]].map(|id| json!(id))
    );
    // A delivery that waited for its next attempt since before that keeps waiting.
    let log = logged(&engine, &webhook, |log| {
        log.iter().filter(|one| one.delivered_at.is_some()).count() == 2
    });
    let queued: Vec<_> = log.iter().filter(|one| one.state == DeliveryState::Queued).collect();
    assert_eq!((queued.len(), queued[0].attempts), (1, 5));
}
