//! Somebody sets the machine's clock while a process runs.
//!
//! A process's clock can be set when it was started with `clock.c` loaded before everything else;
//! so these tests run once more, in a process of their own.

use std::collections::HashSet;
use std::env;
use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::process::Command;
use std::sync::{Mutex, mpsc};
use std::thread;
use std::time::{Duration, SystemTime};

use mem0_client::{AddMemoryOptions, Filter, Scope, WaitOptions, WebhookEventType};
use mem0_engine::{DeliveryOutcome, NewWebhook};
use tokio::runtime::Builder;

use crate::client::{BOTH, Client, Settings, ask};
use crate::platform::Platform;

/// What names the file that says how far the clock is set.
const FILE: &str = "MEM0_TESTS_CLOCK";

pub(crate) const HOUR: i64 = 60 * 60;

/// Whether this process's clock can be set.
pub(crate) fn is_settable() -> bool {
    env::var_os(FILE).is_some()
}

/// Sets this process's clock so many seconds from the machine's.
pub(crate) fn set(seconds: i64) {
    let path = env::var_os(FILE).unwrap();
    let before = SystemTime::now();
    let was = i64::from_ne_bytes(fs::read(&path).unwrap().try_into().unwrap());
    let file = File::options().write(true).open(path).unwrap();
    file.write_all_at(&seconds.to_ne_bytes(), 0).unwrap();
    // That it is the clock which everything here is told the time by.
    let now = SystemTime::now();
    let apart = now.duration_since(before).unwrap_or_else(|error| error.duration());
    assert!(apart.as_secs().abs_diff((seconds - was).unsigned_abs()) < 60, "{apart:?}");
}

/// Runs the test that calls this once more, in a process whose clock can be set.
#[track_caller]
pub(crate) fn run_again() {
    if !cfg!(target_os = "linux") {
        println!("nothing was checked: this needs Linux");
        return;
    }
    let test = thread::current().name().unwrap().to_owned();
    let folder = tempfile::tempdir().unwrap();
    let library = folder.path().join("clock.so");
    compile(&library);
    let file = folder.path().join("seconds");
    fs::write(&file, 0_i64.to_ne_bytes()).unwrap();
    let output = Command::new(env::current_exe().unwrap())
        .args(["--exact", &test, "--nocapture"])
        .env("LD_PRELOAD", &library)
        .env(FILE, &file)
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && told.contains(" 1 passed"), "{told}{errors}");
}

fn compile(library: &Path) {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("faults/clock.c");
    // Whoever builds this has one, for SQLite.
    let compiler = env::var("CC").unwrap_or_else(|_| "cc".to_owned());
    let status = Command::new(compiler)
        .args(["-shared", "-fPIC", "-O1", "-o"])
        .args([library, &source])
        .status()
        .unwrap();
    assert!(status.success());
}

#[test]
fn the_local_platform_goes_on() {
    if !is_settable() {
        return run_again();
    }
    let platform = Platform::start(64, Duration::from_secs(20));
    let runtime = Builder::new_current_thread().build().unwrap();
    let project = runtime.block_on(platform.engine.own_project()).unwrap().id;
    let webhook = NewWebhook::new("w", "https://example.com/", [WebhookEventType::MemoryAdd]);
    runtime.block_on(platform.engine.create_webhook(&project, webhook)).unwrap();
    // Refuses what was stored at once for the first time, so that it is due again in five seconds.
    let (sent, received) = mpsc::channel();
    let refused = Mutex::new(HashSet::new());
    let delivering = platform.engine.deliver_with(move |delivery| {
        let is_first = refused.lock().unwrap().insert(delivery.id.clone());
        if is_first && delivery.payload.contains("stored at once") {
            let _ = sent.send(false);
            return DeliveryOutcome::Answered(500);
        }
        let _ = sent.send(true);
        DeliveryOutcome::Answered(200)
    });
    let _delivering = delivering.unwrap();

    let clients = BOTH.map(|way| Client::new(way, &Settings::new(platform.base_url())).unwrap());
    let mut texts = Vec::new();
    // Forth, back, back once more, and forth again.
    for (seconds, client) in [HOUR, 0, -HOUR, 0].into_iter().zip(clients.iter().cycle()) {
        let mut text = |when: &str| {
            texts.push(format!("{when}, as memory number {}", texts.len()));
            texts.last().unwrap().clone()
        };
        let options = AddMemoryOptions::new(Scope::user("alice")).infer(false);
        ask!(client.add(text("stored at once").as_str(), options)).unwrap();
        assert!(!received.recv_timeout(Duration::from_secs(10)).unwrap());
        // Until it is noted when the next attempt is due.
        thread::sleep(Duration::from_millis(500));
        set(seconds);
        // What was due is, after five seconds and not an hour.
        assert!(received.recv_timeout(Duration::from_secs(15)).unwrap(), "{seconds}");
        let options = AddMemoryOptions::new(Scope::user("alice"));
        let added = ask!(client.add(text("queued").as_str(), options)).unwrap();
        ask!(client.wait_for_event(&added.event_id, WaitOptions::default())).unwrap();
        assert!(received.recv_timeout(Duration::from_secs(10)).unwrap());

        let listed = ask!(client.get_all(Filter::user_id("alice"))).unwrap();
        let listed: HashSet<_> = listed.results.into_iter().map(|memory| memory.memory).collect();
        assert_eq!(listed, texts.iter().cloned().collect());
        let found = ask!(client.search("stored at once", Filter::user_id("alice"))).unwrap();
        assert_eq!(found.results.len(), texts.len());
    }
}
