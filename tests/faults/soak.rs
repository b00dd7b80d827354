//! Full load with random faults, for as long as `MEM0_SOAK_SECONDS` says: what the process of the
//! clients takes of memory, threads and descriptors stays as it is.
//!
//! `cargo xtask full soak` runs it for ten minutes, and writes docs/data/soak.csv and soak.svg.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use fastrand::Rng;
use mem0_client::{AsyncMemoryClient, Error, Filter, RetryPolicy, Scope};
use mem0_client_blocking::MemoryClient;
use tokio::runtime::Builder;

use crate::client::{Settings, async_client, blocking_client};
use crate::plot;
use crate::script::{answer, head, well};
use crate::server::{Connection, FaultServer, wait_until};

const SECONDS: &str = "MEM0_SOAK_SECONDS";
const REPORT: &str = "MEM0_SOAK_REPORT";
/// Where the clients' process finds the server.
const BASE_URL: &str = "MEM0_SOAK_BASE_URL";

const TASKS: usize = 64;
const THREADS: usize = 8;
const RESPONSE_LIMIT: usize = 10_000;

/// One exchange in eight goes wrong in some way.
async fn fail_at_random(mut connection: Connection) -> Option<()> {
    let mut random = Rng::with_seed(connection.number as u64);
    loop {
        connection.something().await?;
        let fate = random.u8(0..100);
        if fate == 0 {
            connection.reset();
            return None;
        }
        connection.request().await?;
        match fate {
            1 => {
                connection.reset();
                return None;
            }
            2 => {
                let well = well();
                connection.send(&well[..random.usize(0..well.len())]).await?;
                connection.close().await;
                return None;
            }
            3 => return connection.stall().await,
            4 => connection.send(&answer("500 Oh No", &[], "")).await?,
            5 => connection.send(&answer("429 Too Many", &["retry-after: 0"], "")).await?,
            6 => connection.send(&answer("503 Busy", &["retry-after: 0"], "")).await?,
            7 => connection.send(b"garbage\r\n\r\n").await?,
            8 => connection.send(&answer("200 OK", &[], vec![b' '; 2 * RESPONSE_LIMIT])).await?,
            9 => connection.send(&answer("200 OK", &[], "<html>")).await?,
            10 => {
                connection.send(&head("200 OK", &["content-length: 20"])).await?;
                for byte in b"{\"id\": \"m-1\"}       " {
                    connection.send(&[*byte]).await?;
                    tokio::time::sleep(Duration::from_millis(1)).await;
                }
            }
            11 => connection.send(&answer("307 Elsewhere", &["location: /"], "")).await?,
            12 => {
                connection.send(&well()).await?;
                connection.close().await;
                return None;
            }
            _ => connection.send(&well()).await?,
        }
    }
}

fn settings(base_url: &str) -> Settings {
    let mut settings = Settings::new(base_url);
    settings.timeout = Duration::from_millis(500);
    settings.retry = RetryPolicy::new().first_delay(Duration::from_millis(5));
    settings.response_limit = RESPONSE_LIMIT;
    settings
}

/// How often calls ended in each way.
#[derive(Default)]
struct Tally(Mutex<BTreeMap<&'static str, u64>>);

impl Tally {
    fn note(&self, ended: Result<(), Error>) {
        let name = ended.map_or_else(|error| error.kind().as_str(), |()| "success");
        *self.0.lock().unwrap().entry(name).or_default() += 1;
    }
}

async fn call_async(client: &AsyncMemoryClient, choice: u8) -> Result<(), Error> {
    match choice {
        0 => client.search("dinner", Filter::user_id("alice")).await.map(drop),
        1 => client.get("m-1").await.map(drop),
        2 => client.update("m-1", "I climb").await.map(drop),
        3 => client.delete("m-1").await.map(drop),
        4 => match client.get_all_stream(Filter::user_id("alice")).next().await {
            Some(memory) => memory.map(drop),
            None => Ok(()),
        },
        _ => client.add("I climb", Scope::user("alice")).await.map(drop),
    }
}

fn call_blocking(client: &MemoryClient, choice: u8) -> Result<(), Error> {
    match choice {
        0 => client.search("dinner", Filter::user_id("alice")).map(drop),
        1 => client.get("m-1").map(drop),
        2 => client.update("m-1", "I climb").map(drop),
        3 => client.delete("m-1").map(drop),
        4 => {
            client.get_all_iter(Filter::user_id("alice")).next().map_or(Ok(()), |row| row.map(drop))
        }
        _ => client.add("I climb", Scope::user("alice")).map(drop),
    }
}

/// Both clients at once, until the time is over.
fn load(base_url: &str, until: Instant) -> Tally {
    let tally = Tally::default();
    let settings = settings(base_url);
    std::thread::scope(|scope| {
        let shared = blocking_client(&settings).unwrap();
        for _ in 0..THREADS {
            let (mut client, settings, tally) = (shared.clone(), &settings, &tally);
            scope.spawn(move || {
                while Instant::now() < until {
                    // Clients come and go, too.
                    if fastrand::u16(..1000) == 0 {
                        client = blocking_client(settings).unwrap();
                    }
                    tally.note(call_blocking(&client, fastrand::u8(..8)));
                }
            });
        }
        drop(shared);
        let (settings, tally) = (&settings, &tally);
        scope.spawn(move || {
            let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build();
            runtime.unwrap().block_on(async {
                let shared = async_client(settings).unwrap();
                let tasks = (0..TASKS).map(|_| {
                    let mut client = shared.clone();
                    async move {
                        while Instant::now() < until {
                            if fastrand::u16(..1000) == 0 {
                                client = async_client(settings).unwrap();
                            }
                            let call = call_async(&client, fastrand::u8(..8));
                            // Some callers do not wait for the end.
                            if fastrand::u8(..50) == 0 {
                                let soon = Duration::from_micros(fastrand::u64(..2000));
                                let _ = tokio::time::timeout(soon, call).await;
                            } else {
                                tally.note(call.await);
                            }
                        }
                    }
                });
                futures_util::future::join_all(tasks).await;
            });
        });
    });
    tally
}

/// How long to go on.
fn duration() -> Duration {
    let seconds = std::env::var(SECONDS).map_or(8, |seconds| seconds.parse().unwrap());
    Duration::from_secs(seconds)
}

/// What a process has at a moment.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sample {
    pub(crate) seconds: f64,
    pub(crate) resident_kib: u64,
    pub(crate) threads: u64,
    pub(crate) descriptors: u64,
    /// Requests that the server has had in all.
    pub(crate) requests: u64,
}

impl Sample {
    /// `None` once the process is over, and where there is no `/proc`.
    fn of(process: &str, seconds: f64, requests: usize) -> Option<Self> {
        let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
        let field = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name))?;
            line.split_whitespace().next()?.parse().ok()
        };
        let descriptors = fs::read_dir(format!("/proc/{process}/fd")).ok()?.count();
        Some(Self {
            seconds,
            resident_kib: field("VmRSS:")?,
            threads: field("Threads:")?,
            descriptors: descriptors as u64,
            requests: requests as u64,
        })
    }
}

/// The clients' process, when the test below has started it for that.
#[test]
fn load_when_told_to() {
    let Ok(base_url) = std::env::var(BASE_URL) else { return };
    // The first runtime of a process takes two descriptors for its signals that stay.
    drop(Builder::new_current_thread().enable_all().build());
    let before = Sample::of("self", 0.0, 0).unwrap();
    let tally = load(&base_url, Instant::now() + duration());
    println!("{:?}", tally.0.lock().unwrap());
    // Nothing is left of the clients.
    wait_until("threads and descriptors to be given back", || {
        let after = Sample::of("self", 0.0, 0).unwrap();
        after.threads == before.threads && after.descriptors == before.descriptors
    });
    let kinds = ["success", "decode", "network", "server", "timeout"];
    let tally = tally.0.into_inner().unwrap();
    for kind in kinds {
        assert!(tally.contains_key(kind), "no {kind}: {tally:?}");
    }
}

fn csv(samples: &[Sample]) -> String {
    let mut csv = "seconds,resident_kib,threads,descriptors,requests\n".to_owned();
    for Sample { seconds, resident_kib, threads, descriptors, requests } in samples {
        writeln!(csv, "{seconds:.1},{resident_kib},{threads},{descriptors},{requests}").unwrap();
    }
    csv
}

/// The median in the second quarter of the time, when all is warm, and in the last one.
fn early_and_late(samples: &[Sample], figure: fn(&Sample) -> u64) -> (u64, u64) {
    let quarter = samples.len() / 4;
    let median = |samples: &[Sample]| {
        let mut figures: Vec<u64> = samples.iter().map(figure).collect();
        figures.sort_unstable();
        figures[figures.len() / 2]
    };
    (median(&samples[quarter..2 * quarter]), median(&samples[3 * quarter..]))
}

#[test]
fn memory_threads_and_descriptors_stay_flat() {
    if !Path::new("/proc/self/fd").exists() {
        println!("nothing is checked: this system has no /proc");
        return;
    }
    let (server, duration) = (FaultServer::start(fail_at_random), duration());
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "soak::load_when_told_to", "--nocapture", "--test-threads=1"])
        .env(BASE_URL, server.url())
        .stdout(Stdio::inherit())
        .spawn()
        .unwrap();
    let (process, began) = (child.id().to_string(), Instant::now());
    let pause = (duration / 600).clamp(Duration::from_millis(50), Duration::from_secs(1));
    let mut samples = Vec::new();
    while began.elapsed() < duration {
        std::thread::sleep(pause);
        samples.extend(Sample::of(&process, began.elapsed().as_secs_f64(), server.requests()));
    }
    assert!(child.wait().unwrap().success(), "the clients failed");
    if let Ok(folder) = std::env::var(REPORT) {
        fs::write(Path::new(&folder).join("soak.csv"), csv(&samples)).unwrap();
        fs::write(Path::new(&folder).join("soak.svg"), plot::svg(&samples)).unwrap();
    }
    assert!(samples.len() >= 40, "only {} samples", samples.len());
    let (early, late) = early_and_late(&samples, |sample| sample.resident_kib);
    println!("resident: {early} KiB, then {late} KiB");
    assert!(late <= early + early / 8 + 4096, "memory grows from {early} to {late} KiB");
    let (early, late) = early_and_late(&samples, |sample| sample.threads);
    println!("threads: {early}, then {late}");
    assert!(late <= early + 2, "threads grow from {early} to {late}");
    let (early, late) = early_and_late(&samples, |sample| sample.descriptors);
    println!("descriptors: {early}, then {late}");
    assert!(late <= early + early / 4 + 16, "descriptors grow from {early} to {late}");
    let requests = samples[samples.len() - 1].requests;
    println!("requests: {requests}");
    assert!(requests >= 200 * duration.as_secs(), "only {requests} requests: this is no load");
}
