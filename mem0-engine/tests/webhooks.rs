use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use mem0_engine::{
    Delivering, Delivery, DeliveryOutcome, DeliveryRecord, DeliveryState, Engine, EngineError,
    MAX_WEBHOOKS, MemoryChange, NewWebhook, PageRequest, Resource, WebhookChange, WebhookRecord,
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

/// Waits until deliveries were made of all changes.
fn await_deliveries(folder: &Folder) {
    let (sql, start) = (folder.sql(), Instant::now());
    let pending = "SELECT count(*) FROM webhook_changes WHERE made_to IS NOT NULL";
    while sql.query_row(pending, [], |row| row.get::<_, i64>(0)).unwrap() > 0 {
        assert!(start.elapsed() < PATIENCE);
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
    logged(&engine, &webhook, |log| log.len() == 3 && all(DeliveryState::Queued)(log));
    assert_eq!(logged(&engine, &adds, |log| !log.is_empty()).len(), 1);

    let (_delivering, received) = deliver(&engine, 204);
    let mut told = Vec::new();
    for _ in 0..4 {
        let delivery = received.recv_timeout(PATIENCE).unwrap();
        if delivery.url == webhook.url {
            assert_eq!(delivery.secret, webhook.secret);
            told.push(details(&delivery));
        }
    }
    let tells = |event: &str, text: &str| {
        let data = json!({"memory": text, "role": "user", "actor_id": null});
        json!({"id": id, "data": data, "event": event})
    };
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
    logged(&engine, &webhook, |log| log.len() == 1);
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
    let log = logged(&engine, &webhook, |log| {
        log.len() == 2 && log.iter().all(|delivery| delivery.attempts == 1)
    });
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
    await_deliveries(&folder);
    // For each webhook, all deliveries but one are past their time: queued, delivered and failed
    // ones.
    let state = "UPDATE webhook_deliveries SET \
                 next_attempt_at = iif(seq % 3 = 0, next_attempt_at, NULL), \
                 delivered_at = iif(seq % 3 = 1, ?1, NULL)";
    assert_eq!(sql.execute(state, [aged(1)]).unwrap(), 2200);
    let age = "UPDATE webhook_changes SET created_at = iif(seq = 1, ?1, ?2)";
    assert_eq!(sql.execute(age, [aged(-1), aged(1)]).unwrap(), 1100);
    let age = "UPDATE exports SET created_at = iif(id = ?1, ?2, ?3)";
    sql.execute(age, rusqlite::params![old, aged(1), aged(-1)]).unwrap();
    // Nothing delivers, and nothing else happens.
    let left = |table: &str| -> i64 {
        sql.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap()
    };
    let start = Instant::now();
    let all_left = || ["webhook_deliveries", "webhook_changes", "exports"].map(left);
    while all_left() != [2, 1, 1] {
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
    logged(&engine, &webhook, |log| log.len() == 2);
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
    logged(&engine, &webhook, |log| log.len() == 3);
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
             WHERE change = (SELECT seq FROM webhook_changes WHERE memory_id = ?)",
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

/// A project of its own, seen by an engine.
fn project(engine: &Engine, name: &str) -> Engine {
    let organization = wait(engine.own_project()).unwrap().organization_id;
    let project = wait(engine.create_project(&organization, name, None)).unwrap();
    engine.with_access(wait(engine.access_to(&project.id)).unwrap())
}

#[test]
fn receivers_that_block_for_ever_keep_no_other_project_waiting() {
    const HOSTILE: usize = 20;
    let folder = Folder::new();
    let engine = folder.open();
    let hostile: Vec<_> = (0..HOSTILE).map(|n| project(&engine, &format!("Hostile {n}"))).collect();
    for hostile in &hostile {
        for n in 0..20 {
            make(hostile, &format!("blocks-{n}"), [MemoryAdd]);
        }
        store_one(hostile, "alice", "tea");
    }
    let healthy = project(&engine, "Healthy");
    make(&healthy, "healthy", [MemoryAdd]);

    let (go, hold) = mpsc::channel::<()>();
    let (hold, under_way) = (Mutex::new(hold), Arc::new(AtomicUsize::new(0)));
    let (sent, received) = mpsc::channel();
    let blocked = under_way.clone();
    let delivering = engine.deliver_with(move |delivery| {
        if delivery.url.contains("blocks") {
            blocked.fetch_add(1, Ordering::SeqCst);
            let _ = hold.lock().unwrap().recv();
        } else {
            let _ = sent.send(delivery.clone());
        }
        DeliveryOutcome::Answered(200)
    });
    let delivering = delivering.unwrap();
    // Once they have all places that they get.
    let start = Instant::now();
    while under_way.load(Ordering::SeqCst) < HOSTILE {
        assert!(start.elapsed() < PATIENCE);
        std::thread::sleep(Duration::from_millis(5));
    }
    for n in 0..30 {
        store_one(&healthy, "alice", &format!("fact {n}"));
        let told = received.recv_timeout(PATIENCE).expect("the healthy project waits");
        assert_eq!(details(&told)["data"]["memory"], format!("fact {n}"));
    }
    // Another one that comes only now, too.
    let late = project(&engine, "Later");
    make(&late, "later", [MemoryAdd]);
    store_one(&late, "alice", "tea");
    assert!(received.recv_timeout(PATIENCE).unwrap().url.ends_with("later"));
    // The threads are bounded.
    assert!(under_way.load(Ordering::SeqCst) <= 72);
    drop((go, delivering));
}

#[test]
fn receivers_that_hang_share_few_places_once_they_are_known() {
    let folder = Folder::new();
    let engine = folder.open();
    for n in 0..40 {
        make(&engine, &format!("blocks-{n}"), [MemoryAdd]);
    }
    let webhook = make(&engine, "healthy", [MemoryAdd]);
    store_one(&engine, "alice", "tea");
    await_deliveries(&folder);
    // As the last attempts left them.
    let known = "UPDATE webhooks SET in_time = (name = 'healthy')";
    assert_eq!(folder.sql().execute(known, []).unwrap(), 41);
    let (go, hold) = mpsc::channel::<()>();
    let (hold, under_way) = (Mutex::new(hold), Arc::new(AtomicUsize::new(0)));
    let blocked = under_way.clone();
    let delivering = engine.deliver_with(move |delivery| {
        if delivery.url.contains("blocks") {
            blocked.fetch_add(1, Ordering::SeqCst);
            let _ = hold.lock().unwrap().recv();
        }
        DeliveryOutcome::Answered(200)
    });
    logged(&engine, &webhook, all(DeliveryState::Delivered));
    let blocked = under_way.load(Ordering::SeqCst);
    assert!((0..=8).contains(&blocked), "{blocked} at once");
    drop((go, delivering));
}

#[test]
fn a_project_has_as_many_webhooks_as_it_may_and_keeps_more_of_an_older_folder() {
    let folder = Folder::new();
    let engine = folder.open();
    let project = wait(engine.own_project()).unwrap().id;
    let first = make(&engine, "first", [MemoryAdd]);
    for n in 1..MAX_WEBHOOKS {
        make(&engine, &format!("w{n}"), [MemoryAdd]);
    }
    let more = || NewWebhook::new("more", "https://example.com", [MemoryAdd]);
    let refused = wait(engine.create_webhook(&project, more())).unwrap_err();
    let EngineError::InvalidInput(refused) = refused else { panic!("{refused:?}") };
    let why = refused.to_string();
    assert!(
        refused.field() == "webhooks" && why.contains("100") && why.contains("delete"),
        "{why}"
    );
    // One that is deleted makes room, in this project and no other.
    wait(engine.delete_webhook(&first.id)).unwrap();
    wait(engine.create_webhook(&project, more())).unwrap();
    assert!(wait(engine.create_webhook(&project, more())).is_err());
    make(&self::project(&engine, "Other"), "other", [MemoryAdd]);

    let many = "INSERT INTO webhooks (id, project, created_at, updated_at, is_active, owner, name, \
                url, event_types, secret) SELECT id || '-again', project, created_at, updated_at, \
                is_active, owner, name, url, event_types, secret FROM webhooks WHERE project = 1";
    assert_eq!(folder.sql().execute(many, []).unwrap(), MAX_WEBHOOKS);
    assert_eq!(wait(engine.webhooks(&project)).unwrap().len(), 2 * MAX_WEBHOOKS);
    let why = wait(engine.create_webhook(&project, more())).unwrap_err().to_string();
    assert!(why.contains("has 200"), "{why}");
}

#[test]
fn what_a_webhook_hears_of_is_decided_at_the_change() {
    let folder = Folder::new();
    let engine = folder.open();
    let switch = |webhook: &WebhookRecord, change: WebhookChange| {
        wait(engine.update_webhook(&webhook.id, change)).unwrap();
    };
    let active = |is_active| WebhookChange { is_active: Some(is_active), ..Default::default() };
    let kinds = |kinds: &[WebhookEventType]| WebhookChange {
        event_types: Some(kinds.to_vec()),
        ..Default::default()
    };
    let (switched, changed) =
        (make(&engine, "switched", [MemoryAdd]), make(&engine, "changed", [MemoryAdd]));
    // Each change comes right before and right after what decides about it.
    for n in 0..20 {
        store_one(&engine, "alice", &format!("heard {n}"));
        switch(&switched, active(false));
        switch(&changed, kinds(&[MemoryDelete]));
        store_one(&engine, "alice", &format!("unheard {n}"));
        switch(&switched, active(true));
        switch(&changed, kinds(&[MemoryAdd]));
    }
    let deleted = make(&engine, "deleted", [MemoryAdd]);
    store_one(&engine, "alice", "heard by the deleted one, too");
    wait(engine.delete_webhook(&deleted.id)).unwrap();
    let late = make(&engine, "late", [MemoryAdd]);
    await_deliveries(&folder);
    for webhook in [&switched, &changed] {
        let log = wait(engine.deliveries(&webhook.id, PageRequest { page: 1, page_size: 100 }));
        let mut texts: Vec<_> = log
            .unwrap()
            .results
            .into_iter()
            .map(|delivery| delivery.payload)
            .map(|payload| payload["event_details"]["data"]["memory"].as_str().unwrap().to_owned())
            .collect();
        texts.reverse();
        let mut heard: Vec<_> = (0..20).map(|n| format!("heard {n}")).collect();
        heard.push("heard by the deleted one, too".to_owned());
        assert_eq!(texts, heard);
    }
    assert!(log(&engine, &late).is_empty());
}

#[test]
fn a_webhook_with_a_long_log_is_gone_at_once_and_its_log_after_it() {
    let folder = Folder::new();
    let engine = folder.open();
    let webhook = make(&engine, "all", [MemoryAdd]);
    let many: Vec<_> = (0..1200).map(|number| format!("fact {number}")).collect();
    store(&engine, user("alice"), &many.iter().map(String::as_str).collect::<Vec<_>>());
    await_deliveries(&folder);
    wait(engine.delete_webhook(&webhook.id)).unwrap();
    let project = wait(engine.own_project()).unwrap().id;
    assert!(wait(engine.webhooks(&project)).unwrap().is_empty());
    let gone = wait(engine.deliveries(&webhook.id, PageRequest::default())).unwrap_err();
    assert!(matches!(gone, EngineError::NotFound(Resource::Webhook)));
    let (_delivering, received) = deliver(&engine, 200);
    let left = || {
        ["webhooks", "webhook_deliveries", "webhook_subscriptions"].map(|table| {
            let sql = format!("SELECT count(*) FROM {table}");
            folder.sql().query_row(&sql, [], |row| row.get::<_, i64>(0)).unwrap()
        })
    };
    let start = Instant::now();
    while left() != [0; 3] {
        assert!(start.elapsed() < 2 * PATIENCE, "{:?}", left());
        std::thread::sleep(Duration::from_millis(20));
    }
    assert!(received.try_recv().is_err());
}

#[test]
fn deliveries_are_counted_and_so_are_the_webhooks_that_fail() {
    let folder = Folder::new();
    let engine = folder.open();
    let counts = || {
        let webhooks = wait(engine.figures()).unwrap().webhooks;
        let counted = [webhooks.queued, webhooks.delivered, webhooks.failed_attempts];
        (counted, webhooks.given_up, webhooks.failing)
    };
    // What was stored is counted a moment later.
    let counted = |right| {
        let start = Instant::now();
        while counts() != right {
            assert!(start.elapsed() < PATIENCE, "{:?}", counts());
            std::thread::sleep(Duration::from_millis(2));
        }
    };
    counted(([0, 0, 0], 0, 0));
    let (good, bad) = (make(&engine, "good", [MemoryAdd]), make(&engine, "bad", [MemoryAdd]));
    store(&engine, user("alice"), &["tea", "coffee", "water"]);
    let is_up = Arc::new(AtomicUsize::new(0));
    let up = is_up.clone();
    let delivering = engine.deliver_with(move |delivery| {
        let is_taken = delivery.url.ends_with("good") || up.load(Ordering::SeqCst) > 0;
        DeliveryOutcome::Answered(if is_taken { 200 } else { 500 })
    });
    let once = |log: &[DeliveryRecord]| log.len() == 3 && log.iter().all(|one| one.attempts == 1);
    logged(&engine, &bad, once);
    logged(&engine, &good, once);
    counted(([6, 3, 3], 0, 1));
    // When the last attempt fails, it is given up.
    let tried = "UPDATE webhook_deliveries SET attempts = 6, next_attempt_at = 1 \
                 WHERE next_attempt_at IS NOT NULL";
    drop(delivering);
    assert_eq!(folder.sql().execute(tried, []).unwrap(), 3);
    let up = is_up.clone();
    let delivering = engine.deliver_with(move |_| {
        DeliveryOutcome::Answered(if up.load(Ordering::SeqCst) > 0 { 200 } else { 500 })
    });
    let log = logged(&engine, &bad, all(DeliveryState::Failed));
    counted(([6, 3, 6], 3, 1));
    // Once all are taken, it no longer fails.
    is_up.store(1, Ordering::SeqCst);
    wait(engine.redeliver(&bad.id, &log[0].id)).unwrap();
    logged(&engine, &bad, |log| log[0].state == DeliveryState::Delivered);
    counted(([6, 4, 6], 3, 0));
    drop(delivering);
}
