use std::collections::HashSet;
use std::io::{BufRead, BufReader, Write};
use std::pin::Pin;
use std::process::{Command, Stdio};
use std::task::{Context, Waker};
use std::thread;
use std::time::{Duration, Instant};

use mem0_engine::{
    AddRequest, BuiltIn, DeleteAllRequest, Engine, MemoryChange, NewWebhook, PageRequest,
    UpdateRequest,
};
use mem0_types::{EntityType, EventStatus, Filter, Message, WebhookEventType};

use crate::workbench::*;

const FOLDER: &str = "MEM0_ENGINE_CRASH_TEST_FOLDER";

/// The killed process: it adds as fast as it can, and prints what was acknowledged.
#[test]
fn adds_until_it_is_killed() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let engine = Engine::open_with_built_in(folder, BuiltIn::Static).unwrap();
    let mut out = std::io::stdout().lock();
    for n in 0_u64.. {
        let text = format!("fact {} of {}", n, std::process::id());
        if n % 2 == 0 {
            let id = store_one(&engine, "alice", &text);
            writeln!(out, "stored\t{id}\t{text}").unwrap();
        } else {
            let add = AddRequest::new(vec![Message::user(text.clone())], user("alice"));
            let id = wait(engine.add(add)).unwrap().event_id;
            writeln!(out, "queued\t{id}\t{text}").unwrap();
        }
        out.flush().unwrap();
    }
}

#[test]
fn acknowledged_adds_survive_kill_9_and_none_is_doubled() {
    let folder = Folder::new();
    let mut rng = fastrand::Rng::with_seed(9);
    let mut stored = Vec::new();
    let mut queued = Vec::new();
    for _ in 0..20 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "crashes::adds_until_it_is_killed", "--nocapture"])
            .env(FOLDER, &folder.0)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        // Some of both kinds, however slow the machine is.
        let (mut deadline, mut told) = (None, 0);
        for line in lines {
            let line = line.unwrap();
            // The test runner's own lines have no tab, and may come before ours.
            let mut parts = line.rsplitn(3, '\t');
            let (Some(text), Some(id), Some(kind)) = (parts.next(), parts.next(), parts.next())
            else {
                continue;
            };
            let list = if kind.ends_with("stored") { &mut stored } else { &mut queued };
            list.push((id.to_owned(), text.to_owned()));
            told += 1;
            let deadline = *deadline
                .get_or_insert_with(|| Instant::now() + Duration::from_millis(rng.u64(20..150)));
            if told >= 4 && Instant::now() > deadline {
                // At any point of what the child does between two lines.
                thread::sleep(Duration::from_micros(rng.u64(..4000)));
                child.kill().unwrap();
            }
        }
        child.wait().unwrap();
    }
    assert!(stored.len() > 10 && queued.len() > 10, "{} and {}", stored.len(), queued.len());

    let engine = folder.open();
    for (id, text) in &stored {
        assert_eq!(&wait(engine.get(id)).unwrap().memory, text);
    }
    for (id, _) in &queued {
        let event = finished(&engine, id);
        assert_eq!(event.status, EventStatus::Succeeded);
        // If it were carried out twice, the second time would find its own text as a duplicate.
        assert_eq!(event.results.len(), 1);
    }
    let mut all = Vec::new();
    for page in 1.. {
        let mut request = mem0_engine::ListRequest::new(Filter::user_id("alice"));
        request.page = PageRequest { page, page_size: 200 };
        let page = wait(engine.list(request)).unwrap();
        let more = page.has_next();
        all.extend(page.results.into_iter().map(|memory| memory.memory));
        if !more {
            break;
        }
    }
    let distinct: HashSet<_> = all.iter().collect();
    assert_eq!(distinct.len(), all.len(), "a memory was stored twice");
    for (_, text) in stored.iter().chain(&queued) {
        assert!(distinct.contains(text), "an acknowledged memory is lost");
    }
}

const DELETING: &str = "MEM0_ENGINE_DELETING_TEST_FOLDER";
const LIFE: &str = "MEM0_ENGINE_DELETING_TEST_LIFE";

/// The dying process: it carries out what is queued, and prints when nothing is left. After the
/// given milliseconds it exits, as after a kill -9. The time starts with its work, so that a busy
/// machine gives it no extra time.
#[test]
fn carries_out_until_it_dies() {
    let Some(folder) = std::env::var_os(DELETING) else { return };
    let engine = Engine::open_with_built_in(folder, BuiltIn::Static).unwrap();
    println!("open\t");
    if let Ok(life) = std::env::var(LIFE) {
        let life = Duration::from_millis(life.parse().unwrap());
        thread::spawn(move || {
            thread::sleep(life);
            std::process::abort();
        });
    }
    wait(engine.close()).unwrap();
    println!("done\t");
}

const QUEUEING: &str = "MEM0_ENGINE_QUEUEING_TEST_FOLDER";
const DOOMED: &str = "MEM0_ENGINE_QUEUEING_TEST_PROJECT";
const LONG: &str = "00000000-0000-4000-8000-0000000000aa";

/// Polls a call once, which hands it to the engine.
fn handed_over<F: Future>(call: F) -> Pin<Box<F>> {
    let mut call = Box::pin(call);
    assert!(call.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    call
}

/// The first process: it exits as soon as everything is acknowledged, before much of it is carried
/// out.
#[test]
fn queues_and_dies() {
    let Some(folder) = std::env::var_os(QUEUEING) else { return };
    let engine = Engine::open_with_built_in(folder, BuiltIn::Static).unwrap();
    let alices = DeleteAllRequest { ids: user("alice"), ..DeleteAllRequest::default() };
    let later = AddRequest::new(vec![Message::user("later")], user("alice"));
    let deletion = handed_over(engine.delete_all(alices));
    let entity = handed_over(engine.delete_entity(EntityType::User, "bob"));
    let carols =
        DeleteAllRequest { ids: user("carol"), erase: true, ..DeleteAllRequest::default() };
    let erasing = handed_over(engine.delete_all(carols));
    let long = handed_over(engine.erase(LONG));
    let add = handed_over(engine.add(later));
    let doomed = std::env::var(DOOMED).unwrap();
    let project = handed_over(engine.delete_project(&doomed));
    let (deletion, entity) = (wait(deletion).unwrap().event_id, wait(entity).unwrap().event_id);
    let (add, erasing) = (wait(add).unwrap().event_id, wait(erasing).unwrap().event_id);
    wait(project).unwrap();
    wait(long).unwrap();
    println!("\nqueued\t{deletion}\t{entity}\t{add}\t{erasing}");
    std::process::abort();
}

#[test]
fn every_kind_of_queued_work_takes_effect_once_whenever_it_is_killed() {
    const EACH: usize = 1100;
    let folder = Folder::new();
    let engine = folder.open();
    let own = wait(engine.own_project()).unwrap();
    let doomed = wait(engine.create_project(&own.organization_id, "Doomed", None)).unwrap();
    let view = engine.with_access(wait(engine.access_to(&doomed.id)).unwrap());
    let texts: Vec<_> = (0..EACH).map(|n| format!("fact {n}")).collect();
    let texts: Vec<_> = texts.iter().map(String::as_str).collect();
    for user_id in ["alice", "bob", "carol"] {
        store(&engine, user(user_id), &texts);
    }
    // A memory with a history that is not erased in one step, under an id that the other process
    // knows.
    let long = store_one(&engine, "dave", "swordfish");
    let sql = "UPDATE memories SET id = ?1 WHERE id = ?2";
    folder.sql().execute(sql, [LONG, &long]).unwrap();
    folder
        .sql()
        .execute("UPDATE history SET memory_id = ?1 WHERE memory_id = ?2", [LONG, &long])
        .unwrap();
    let change = |n| MemoryChange { text: Some(format!("swordfish {n}")), ..Default::default() };
    let updates =
        (0..EACH - 100).map(|n| UpdateRequest { memory_id: LONG.to_owned(), change: change(n) });
    wait(engine.batch_update(updates.collect())).unwrap();
    store(&view, user("alice"), &texts);
    let kinds = [WebhookEventType::MemoryAdd, WebhookEventType::MemoryDelete];
    let webhook = NewWebhook::new("all", "https://example.com", kinds);
    let webhook = wait(engine.create_webhook(&own.id, webhook)).unwrap();
    drop((view, engine));
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "crashes::queues_and_dies", "--nocapture"]);
    let told = command.env(QUEUEING, &folder.0).env(DOOMED, &doomed.id).output().unwrap().stdout;
    let told = String::from_utf8(told).unwrap();
    let queued = told.lines().find_map(|line| line.strip_prefix("queued\t")).unwrap();
    let events: Vec<_> = queued.split('\t').collect();

    let mut rng = fastrand::Rng::with_seed(11);
    let (mut kills, mut done) = (0, false);
    while !done {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", "crashes::carries_out_until_it_dies", "--nocapture"]);
        command.env(DELETING, &folder.0);
        if kills < 40 {
            command.env(LIFE, rng.u64(0..10).to_string());
        }
        let told = command.output().unwrap().stdout;
        let told = String::from_utf8_lossy(&told);
        assert!(told.contains("open\t"), "it ended by itself");
        done = told.contains("done\t");
        kills += u32::from(!done);
    }
    assert!(kills > 3, "{kills} kills prove little");

    let engine = folder.open();
    let events: Vec<_> = events.iter().map(|id| wait(engine.event(id)).unwrap()).collect();
    let [alice, bob, later, carol] = <[_; 4]>::try_from(events).unwrap();
    for event in [&alice, &bob, &later, &carol] {
        assert_eq!(event.status, EventStatus::Succeeded);
    }
    // Counted over all the processes.
    assert_eq!(alice.metadata.unwrap()["deleted"], EACH);
    assert_eq!(bob.metadata.unwrap()["deleted"], EACH);
    assert_eq!(carol.metadata.unwrap()["deleted"], EACH);
    assert_eq!(later.results.len(), 1);
    assert!(list(&engine, Filter::user_id("bob")).is_empty());
    assert_eq!(crate::workbench::texts(&list(&engine, Filter::user_id("alice"))), ["later"]);
    let count = |sql: &str| -> usize {
        folder.sql().query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap().try_into().unwrap()
    };
    assert_eq!(count("SELECT count(*) FROM projects"), 1);
    let deletions = "SELECT count(*) FROM history WHERE event = 'DELETE'";
    assert_eq!(count(deletions), EACH, "bob's history is gone with him, and carol's was erased");
    assert_eq!(count("SELECT count(*) FROM history WHERE user_id IN ('carol', 'dave')"), 0);
    let quoting = "SELECT count(*) FROM events WHERE user_id IN ('carol', 'dave') \
                   AND event_type IN ('ADD', 'UPDATE') AND payload <> '{}'";
    assert_eq!(count(quoting), 0);
    let erased = "SELECT count(*) FROM events WHERE user_id = 'dave' AND event_type = 'DELETE' \
                  AND status = 'SUCCEEDED'";
    assert_eq!(count(erased), 1);
    // The changes were queued with each step: none is lost, none is doubled, and there is one
    // delivery of each.
    let pending = "SELECT count(*) FROM webhook_changes WHERE made_to IS NOT NULL";
    let start = Instant::now();
    while count(pending) > 0 {
        assert!(start.elapsed() < Duration::from_secs(60), "{} are pending", count(pending));
        thread::sleep(Duration::from_millis(5));
    }
    let deletions =
        "SELECT count(DISTINCT memory_id) FROM webhook_changes WHERE event_type = 'memory_delete'";
    assert_eq!(count(deletions), 3 * EACH + 1);
    assert_eq!(count("SELECT count(*) FROM webhook_changes"), 3 * EACH + 2);
    assert_eq!(count("SELECT count(DISTINCT change) FROM webhook_deliveries"), 3 * EACH + 2);
    let told = wait(engine.deliveries(&webhook.id, PageRequest::default())).unwrap();
    assert_eq!(told.count, 3 * EACH as u64 + 2);
}
