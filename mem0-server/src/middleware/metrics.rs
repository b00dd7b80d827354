use std::collections::BTreeMap;
use std::fmt::{self, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{Method, header};
use axum::response::IntoResponse;
use axum::routing::get;
use mem0_engine::{Engine, Room};

use crate::http::rejection::Rejection;

/// The upper bounds of the latency histogram's buckets, in seconds.
const BUCKETS: [f64; 11] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0];

/// Counts the answers of a [router](crate::router_with). Clones share the counts.
///
/// They contain operations, methods and statuses, but no request data.
#[derive(Clone, Default)]
pub struct Metrics(Arc<Counts>);

#[derive(Default)]
struct Counts {
    answers: Mutex<BTreeMap<(String, &'static str), Answers>>,
    open_connections: AtomicU64,
    closed_connections: AtomicU64,
    without_room: AtomicU64,
    room: OnceLock<Room>,
}

/// The answers of one operation.
#[derive(Default)]
struct Answers {
    by_status: BTreeMap<u16, u64>,
    /// How many took at most this bound of [`BUCKETS`], and longer than the one before.
    buckets: [u64; BUCKETS.len()],
    count: u64,
    seconds: f64,
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Metrics").finish_non_exhaustive()
    }
}

/// Counts a connection as open until it is dropped.
#[derive(Debug)]
pub struct OpenConnection(Metrics);

impl Drop for OpenConnection {
    fn drop(&mut self) {
        self.0.0.open_connections.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Metrics {
    /// Counts a connection. Call it when you accept one.
    #[must_use]
    pub fn connected(&self) -> OpenConnection {
        self.0.open_connections.fetch_add(1, Ordering::Relaxed);
        OpenConnection(self.clone())
    }

    /// A request was refused because there was no room in memory.
    pub(crate) fn had_no_room(&self) {
        self.0.without_room.fetch_add(1, Ordering::Relaxed);
    }

    /// A connection was closed to make room for another.
    pub(crate) fn closed_to_make_room(&self) {
        self.0.closed_connections.fetch_add(1, Ordering::Relaxed);
    }

    /// Shows how full this room is. The first router's counts.
    pub(crate) fn watch(&self, room: &Room) {
        let _ = self.0.room.set(room.clone());
    }

    pub(crate) fn answered(&self, method: &Method, path: &str, status: u16, took: Duration) {
        let seconds = took.as_secs_f64();
        let mut answers = self.0.answers.lock().unwrap_or_else(PoisonError::into_inner);
        let answers = answers.entry((path.to_owned(), known(method))).or_default();
        *answers.by_status.entry(status).or_default() += 1;
        answers.count += 1;
        answers.seconds += seconds;
        let mut buckets = answers.buckets.iter_mut().zip(BUCKETS);
        if let Some((bucket, _)) = buckets.find(|(_, limit)| seconds <= *limit) {
            *bucket += 1;
        }
    }

    /// The counts in Prometheus' text format, with the engine's statistics.
    async fn text(&self, engine: &Engine) -> Result<String, Rejection> {
        let figures = engine.figures().await?;
        let change = engine.embedder_change()?;
        let mut text = String::new();
        let webhooks = figures.webhooks;
        let numbers = [
            ("mem0_events_queued", "gauge", "Events that are queued.", Some(figures.queued_events)),
            (
                "mem0_database_bytes",
                "gauge",
                "Size of the database, including unused pages.",
                Some(figures.database_bytes),
            ),
            (
                "mem0_embedder_change_memories",
                "gauge",
                "Memories that another embedder is to embed, while the embedder is changed.",
                change.as_ref().map(|change| change.memories),
            ),
            (
                "mem0_embedder_change_done",
                "gauge",
                "Memories that the other embedder has embedded.",
                change.as_ref().map(|change| change.done),
            ),
            (
                "mem0_webhook_deliveries_queued_total",
                "counter",
                "Deliveries to webhooks that were queued.",
                Some(webhooks.queued),
            ),
            (
                "mem0_webhook_deliveries_delivered_total",
                "counter",
                "Deliveries to webhooks that a receiver has taken.",
                Some(webhooks.delivered),
            ),
            (
                "mem0_webhook_attempts_failed_total",
                "counter",
                "Attempts to deliver to webhooks that failed.",
                Some(webhooks.failed_attempts),
            ),
            (
                "mem0_webhook_deliveries_given_up_total",
                "counter",
                "Deliveries to webhooks that were given up.",
                Some(webhooks.given_up),
            ),
            (
                "mem0_webhooks_failing",
                "gauge",
                "Webhooks that are failing now.",
                Some(webhooks.failing),
            ),
            (
                "mem0_llm_calls_total",
                "counter",
                "Questions that the language model has answered.",
                figures.llm.map(|llm| llm.calls),
            ),
            (
                "mem0_llm_tokens_total",
                "counter",
                "Tokens of the language model's questions and answers.",
                figures.llm.map(|llm| llm.tokens),
            ),
            (
                "mem0_llm_in_flight",
                "gauge",
                "Questions to the language model that are out.",
                figures.llm.map(|llm| llm.in_flight),
            ),
            (
                "mem0_http_connections",
                "gauge",
                "Connections that are open.",
                Some(self.0.open_connections.load(Ordering::Relaxed)),
            ),
            (
                "mem0_http_bytes_in_flight",
                "gauge",
                "Memory taken for the bodies and answers of requests.",
                self.0.room.get().and_then(|room| u64::try_from(room.in_use()).ok()),
            ),
            (
                "process_resident_memory_bytes",
                "gauge",
                "Resident memory size in bytes.",
                resident_memory(),
            ),
        ];
        // Writing into a string cannot fail.
        for (name, kind, help, value) in numbers {
            let Some(value) = value else { continue };
            let _ = write!(text, "# HELP {name} {help}\n# TYPE {name} {kind}\n{name} {value}\n");
        }
        let counters = [
            (
                "mem0_http_refused_for_room_total",
                "Requests that were refused for lack of room in memory.",
                &self.0.without_room,
            ),
            (
                "mem0_http_connections_closed_for_room_total",
                "Connections that were closed to make room for others.",
                &self.0.closed_connections,
            ),
        ];
        for (name, help, count) in counters {
            let count = count.load(Ordering::Relaxed);
            let _ = write!(text, "# HELP {name} {help}\n# TYPE {name} counter\n{name} {count}\n");
        }
        let answers = self.0.answers.lock().unwrap_or_else(PoisonError::into_inner);
        let name = "mem0_http_requests_total";
        let _ = write!(text, "# HELP {name} Requests that were answered.\n# TYPE {name} counter\n");
        for ((path, method), answers) in answers.iter() {
            for (status, count) in &answers.by_status {
                let labels = format!("path=\"{path}\",method=\"{method}\",status=\"{status}\"");
                let _ = writeln!(text, "{name}{{{labels}}} {count}");
            }
        }
        let name = "mem0_http_request_seconds";
        let _ = write!(
            text,
            "# HELP {name} Time from a request's head to its answer's.\n# TYPE {name} histogram\n"
        );
        for ((path, method), answers) in answers.iter() {
            let labels = format!("path=\"{path}\",method=\"{method}\"");
            let mut within = 0;
            for (bucket, limit) in answers.buckets.iter().zip(BUCKETS) {
                within += bucket;
                let _ = writeln!(text, "{name}_bucket{{{labels},le=\"{limit}\"}} {within}");
            }
            let (count, seconds) = (answers.count, answers.seconds);
            let _ = write!(
                text,
                "{name}_bucket{{{labels},le=\"+Inf\"}} {count}\n{name}_sum{{{labels}}} {seconds}\n\
                 {name}_count{{{labels}}} {count}\n"
            );
        }
        Ok(text)
    }
}

/// The resident memory of this process, where the system reports it.
fn resident_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kilobytes: u64 = line.trim().strip_suffix(" kB")?.trim().parse().ok()?;
    kilobytes.checked_mul(1024)
}

/// `GET /metrics` in the text format that Prometheus reads.
///
/// This is a separate router, for an address that clients cannot reach: it asks for no key, and its
/// counts cover all projects.
pub fn metrics_router(engine: Engine, metrics: Metrics) -> Router {
    Router::new().route("/metrics", get(answer)).with_state((engine, metrics))
}

async fn answer(
    State((engine, metrics)): State<(Engine, Metrics)>,
) -> Result<impl IntoResponse, Rejection> {
    let text = metrics.text(&engine).await?;
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text))
}

/// A client may send any word as a method, so unknown ones are counted together.
pub(crate) fn known(method: &axum::http::Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "PUT" => "PUT",
        "PATCH" => "PATCH",
        "DELETE" => "DELETE",
        "OPTIONS" => "OPTIONS",
        _ => "other",
    }
}
