//! Adds are never silently doubled, whatever becomes of their connections.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use fastrand::Rng;
use mem0_client::{Error, RetryPolicy, Scope};
use tokio::runtime::Builder;

use crate::client::{Settings, async_client, blocking_client, in_time};
use crate::script::{answer, head, well};
use crate::server::{Connection, FaultServer};

const ADDS: usize = 10_000;

/// What was added, and how often.
#[derive(Clone, Default)]
pub(crate) struct Ledger(Arc<Mutex<BTreeMap<String, usize>>>);

impl Ledger {
    /// Writes down the text of an add, and says how often it is there now.
    pub(crate) fn note(&self, add: &[u8]) -> usize {
        let add: serde_json::Value = serde_json::from_slice(add).unwrap();
        let text = add["messages"][0]["content"].as_str().unwrap().to_owned();
        let mut ledger = self.0.lock().unwrap();
        let count = ledger.entry(text).or_default();
        *count += 1;
        *count
    }

    pub(crate) fn count(&self, text: &str) -> usize {
        self.0.lock().unwrap().get(text).copied().unwrap_or_default()
    }
}

/// Answers adds, and fails at random points before and after it has acted.
async fn fail_at_random(mut connection: Connection, ledger: Ledger) -> Option<()> {
    // Each connection has a fate of its own, the same in every run.
    let mut random = Rng::with_seed(connection.number as u64);
    loop {
        connection.something().await?;
        match random.u8(0..30) {
            0 => {
                connection.reset();
                return None;
            }
            1 => {
                connection.part(random.usize(1..100)).await?;
                connection.reset();
                return None;
            }
            fate => {
                let heard = connection.request().await?;
                match fate {
                    2 => {
                        connection.reset();
                        return None;
                    }
                    3 => connection.send(&answer("429 Too Many", &["retry-after: 0"], "")).await?,
                    4 => connection.send(&answer("503 Busy", &["retry-after: 0"], "")).await?,
                    _ => drop(ledger.note(&heard.body)),
                }
                match fate {
                    3 | 4 => {}
                    5 => {
                        connection.reset();
                        return None;
                    }
                    6 | 7 => {
                        let well = well();
                        connection.send(&well[..random.usize(1..well.len())]).await?;
                        if fate == 6 {
                            connection.reset();
                        } else {
                            connection.close().await;
                        }
                        return None;
                    }
                    8 => connection.send(&answer("500 Oh No", &[], "")).await?,
                    9 => connection.send(&head("200 OK", &["content-length: 2"])).await?,
                    10 => connection.send(&answer("200 OK", &[], "<html>")).await?,
                    _ => connection.send(&well()).await?,
                }
                if fate == 9 {
                    connection.send(b"{]").await?;
                }
            }
        }
    }
}

fn text(add: usize) -> String {
    format!("I climbed mountain {add}")
}

/// Every add with what its caller was told.
type Told = Vec<(usize, Result<(), Error>)>;

fn by_tasks(settings: &Settings) -> Told {
    let client = async_client(settings).unwrap();
    let next = Arc::new(AtomicUsize::new(0));
    Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap().block_on(async {
        let tasks: Vec<_> = (0..64)
            .map(|_| {
                let (client, next) = (client.clone(), Arc::clone(&next));
                tokio::spawn(async move {
                    let mut told = Vec::new();
                    loop {
                        let add = next.fetch_add(1, Ordering::SeqCst);
                        if add >= ADDS {
                            return told;
                        }
                        let added = client.add(text(add), Scope::user("alice")).await;
                        told.push((add, added.map(drop)));
                    }
                })
            })
            .collect();
        let mut all = Vec::new();
        for task in tasks {
            all.extend(task.await.unwrap());
        }
        all
    })
}

fn by_threads(settings: &Settings) -> Told {
    let client = blocking_client(settings).unwrap();
    let next = AtomicUsize::new(0);
    thread::scope(|scope| {
        let adding = || {
            let mut told = Vec::new();
            loop {
                let add = next.fetch_add(1, Ordering::SeqCst);
                if add >= ADDS {
                    return told;
                }
                let added = client.add(text(add), Scope::user("alice"));
                told.push((add, added.map(drop)));
            }
        };
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(adding)).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    })
}

#[track_caller]
fn each_add_is_there_once_or_its_caller_knows(adding: fn(&Settings) -> Told) {
    let ledger = Ledger::default();
    let written = ledger.clone();
    let server = FaultServer::start(move |connection| fail_at_random(connection, written.clone()));
    let mut settings = Settings::new(server.url());
    settings.retry = RetryPolicy::new().max_retries(4).first_delay(Duration::from_millis(1));
    let told = in_time(Duration::from_secs(120), move || adding(&settings));
    assert_eq!(told.len(), ADDS);
    // Succeeded; unknown and there; unknown and not there; failed and not there.
    let mut counts = [0; 4];
    for (add, told) in told {
        let there = ledger.count(&text(add));
        let case = match told {
            Ok(()) => {
                assert_eq!(there, 1, "add {add} succeeded");
                0
            }
            Err(error) if error.is_outcome_unknown() => {
                assert!(there <= 1, "add {add} is there {there} times: {error:?}");
                assert!(!error.is_retryable(), "{error:?}");
                2 - there
            }
            Err(error) => {
                assert_eq!(there, 0, "add {add} failed: {error:?}");
                3
            }
        };
        counts[case] += 1;
    }
    println!("{counts:?}");
    assert!(counts[0] > ADDS / 2 && counts[1] > ADDS / 20 && counts[2] > ADDS / 50, "{counts:?}");
}

#[test]
fn ten_thousand_adds_by_tasks() {
    each_add_is_there_once_or_its_caller_knows(by_tasks);
}

#[test]
fn ten_thousand_adds_by_threads() {
    each_add_is_there_once_or_its_caller_knows(by_threads);
}
