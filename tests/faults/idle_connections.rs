//! Adds that come when the server closes the connections on which nothing has come for a while: 0
//! fail. The short form runs with the other tests; `cargo xtask full` runs the real times.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use mem0_client::{Error, Scope};
use tokio::runtime::Builder;
use tokio::time::timeout;

use crate::client::{Settings, Way, async_client, blocking_client};
use crate::script::well;
use crate::server::FaultServer;

/// How many clients there are, and when they add.
struct Plan {
    /// When the server closes a connection on which nothing has come.
    closing: Duration,
    /// For how long the clients use an idle connection; `None` is their own time.
    idle_timeout: Option<Duration>,
    clients: usize,
    adds: usize,
}

/// The clients' own time.
const IDLE_TIMEOUT: Duration = Duration::from_secs(4);

impl Plan {
    /// The real times if `MEM0_KEEP_ALIVE` is set, and short ones otherwise.
    fn closing_after(seconds: u64) -> Self {
        if std::env::var_os("MEM0_KEEP_ALIVE").is_some() {
            let closing = Duration::from_secs(seconds);
            return Self { closing, idle_timeout: None, clients: 400, adds: 10 };
        }
        let closing = Duration::from_millis(1000 + 5 * seconds);
        Self { closing, idle_timeout: Some(closing / 2), clients: 20, adds: 3 }
    }

    /// The pauses between two adds: as long as the server waits, a little less, a little more, and
    /// almost as long as the client uses a connection.
    fn pauses(&self) -> [Duration; 4] {
        const LITTLE: Duration = Duration::from_millis(10);
        let own = self.idle_timeout.unwrap_or(IDLE_TIMEOUT);
        [self.closing - LITTLE, self.closing, self.closing + LITTLE, own - LITTLE]
    }

    /// Starts so many clients for each pause, and fails if an add does.
    fn prove(&self, way: Way) {
        let closing = self.closing;
        let server = FaultServer::start(move |mut connection| async move {
            // A server waits longer for the first request of a connection than for the next.
            let mut heard = connection.request().await;
            while heard.is_some() {
                connection.send(&well()).await?;
                heard = timeout(closing, connection.request()).await.ok().flatten();
            }
            Some(())
        });
        let settings = Settings { idle_timeout: self.idle_timeout, ..Settings::new(server.url()) };
        let told = Told::default();
        match way {
            Way::Async => self.add_async(&settings, &told),
            Way::Blocking => self.add_blocking(&settings, &told),
        }
        let all = self.clients * self.adds * self.pauses().len();
        let failed = told.failed.lock().unwrap();
        let unknown = failed.iter().filter(|error| error.is_outcome_unknown()).count();
        println!(
            "{way:?}, closing after {closing:?}: {} of {all} adds failed, {unknown} with an unknown \
             outcome, on {} connections",
            failed.len(),
            server.connections(),
        );
        assert!(failed.is_empty(), "{} of {all}: {:?}", failed.len(), failed.first());
        assert_eq!((told.added.load(Ordering::SeqCst), server.requests()), (all, all));
    }

    fn add_async(&self, settings: &Settings, told: &Told) {
        let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let mut tasks = Vec::new();
        for pause in self.pauses() {
            for _ in 0..self.clients {
                let client = async_client(settings).unwrap();
                let (adds, told) = (self.adds, told.clone());
                tasks.push(runtime.spawn(async move {
                    for add in 0..adds {
                        if add > 0 {
                            tokio::time::sleep(pause).await;
                        }
                        told.tell(client.add("I climb", Scope::user("alice")).await.map(drop));
                    }
                }));
            }
        }
        runtime.block_on(async {
            for task in tasks {
                task.await.unwrap();
            }
        });
    }

    fn add_blocking(&self, settings: &Settings, told: &Told) {
        thread::scope(|scope| {
            for pause in self.pauses() {
                for _ in 0..self.clients {
                    let client = blocking_client(settings).unwrap();
                    scope.spawn(move || {
                        for add in 0..self.adds {
                            if add > 0 {
                                thread::sleep(pause);
                            }
                            told.tell(client.add("I climb", Scope::user("alice")).map(drop));
                        }
                    });
                }
            }
        });
    }
}

/// How the adds ended.
#[derive(Clone, Default)]
struct Told {
    added: Arc<AtomicUsize>,
    failed: Arc<Mutex<Vec<Error>>>,
}

impl Told {
    fn tell(&self, outcome: Result<(), Error>) {
        match outcome {
            Ok(()) => drop(self.added.fetch_add(1, Ordering::SeqCst)),
            Err(error) => self.failed.lock().unwrap().push(error),
        }
    }
}

#[test]
fn async_and_closed_after_5_s() {
    Plan::closing_after(5).prove(Way::Async);
}

#[test]
fn async_and_closed_after_30_s() {
    Plan::closing_after(30).prove(Way::Async);
}

#[test]
fn async_and_closed_after_60_s() {
    Plan::closing_after(60).prove(Way::Async);
}

#[test]
fn blocking_and_closed_after_5_s() {
    Plan::closing_after(5).prove(Way::Blocking);
}

#[test]
fn blocking_and_closed_after_30_s() {
    Plan::closing_after(30).prove(Way::Blocking);
}

#[test]
fn blocking_and_closed_after_60_s() {
    Plan::closing_after(60).prove(Way::Blocking);
}
