//! What goes to `tracing` and `log`: operations, never keys or content.

use std::error::Error as StdError;
use std::fmt::{Debug, Write as _};
use std::io;
use std::sync::{Arc, Mutex, OnceLock};

use mem0_client::{AsyncMemoryClient, Filter, Scope, WaitOptions};
use tracing::field::{Field, Visit};
use tracing::span;

use crate::platform::{KEY, Platform, Reply, well};
use crate::secrets::assert_hidden;
use crate::server::{Server, ok};

/// Writes down every span, event, field and line of the `log` crate.
#[derive(Clone, Default)]
struct Recorder(Arc<Mutex<String>>);

impl Recorder {
    fn add(&self, text: &str) {
        let mut all = self.0.lock().unwrap();
        all.push_str(text);
        all.push('\n');
    }

    fn text(&self) -> String {
        self.0.lock().unwrap().clone()
    }
}

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let _ = write!(self.0, " {}={value:?} {value:#?}", field.name());
    }

    fn record_error(&mut self, field: &Field, value: &(dyn StdError + 'static)) {
        let _ = write!(self.0, " {}={value} {value:?}", field.name());
    }
}

impl tracing::Subscriber for Recorder {
    fn enabled(&self, _: &tracing::Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, attributes: &span::Attributes<'_>) -> span::Id {
        let metadata = attributes.metadata();
        let mut line = Line(format!("span {} {}", metadata.level(), metadata.name()));
        attributes.record(&mut line);
        self.add(&line.0);
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, values: &span::Record<'_>) {
        let mut line = Line("record".to_owned());
        values.record(&mut line);
        self.add(&line.0);
    }

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, event: &tracing::Event<'_>) {
        let metadata = event.metadata();
        let level = metadata.level();
        let mut line = Line(format!("event {level} {} {}", metadata.target(), metadata.name()));
        event.record(&mut line);
        self.add(&line.0);
    }

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}

impl log::Log for Recorder {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        self.add(&format!("log {} {} {}", record.level(), record.target(), record.args()));
    }

    fn flush(&self) {}
}

/// Listens to this thread while the guards live. There are two subscribers: with a single one,
/// tracing asks only the thread that meets a span first whether anybody listens, which may be the
/// thread of another test.
fn listen(recorder: &Recorder) -> (tracing::Dispatch, tracing::subscriber::DefaultGuard) {
    let second = tracing::Dispatch::new(Recorder::default());
    (second, tracing::subscriber::set_default(recorder.clone()))
}

/// The lines that reqwest and the crates beneath it write to `log`, in all tests of this process.
fn logged() -> &'static Recorder {
    static LOGGED: OnceLock<Recorder> = OnceLock::new();
    LOGGED.get_or_init(|| {
        let recorder = Recorder::default();
        let boxed: Box<dyn log::Log> = Box::new(recorder.clone());
        log::set_boxed_logger(boxed).unwrap();
        log::set_max_level(log::LevelFilter::Trace);
        recorder
    })
}

/// One call of each kind. All words of its content begin with `geheim`.
async fn talk(client: &AsyncMemoryClient) {
    let filter =
        || Filter::user_id("geheim-user") & Filter::metadata("geheim-key").eq("geheim-value");
    let _ = client.add("geheim-text", Scope::user("geheim-user")).await;
    let _ = client.search("geheim-query", filter()).await;
    let _ = client.get("geheim-memory").await;
    let _ = client.update("geheim-memory", "geheim-text").await;
    let _ = client.delete("geheim-memory").await;
    let _ = client.delete_all(mem0_client::DeleteScope::user("geheim-user")).await;
    let _ = client.delete_users(mem0_client::EntityRef::user("geheim-user")).await;
    let _ = client.wait_for_event("geheim-event", WaitOptions::new()).await;
    let _ = client.get_all_stream(filter()).next().await;
    let _ = client.get("geheim/../memory").await;
}

#[tokio::test(start_paused = true)]
async fn spans_hold_the_operation_and_neither_key_nor_content() {
    let recorder = Recorder::default();
    let _guards = listen(&recorder);
    let platform = Platform::new(|asked| match asked.index % 4 {
        0 => Reply::status(503).header("retry-after", "1"),
        1 => Reply::fail(io::ErrorKind::ConnectionReset),
        2 => Reply::text(400, format!("{KEY} geheim-memory")),
        _ => well(),
    });
    for _ in 0..4 {
        talk(&platform.client()).await;
    }
    let text = recorder.text();
    assert_hidden(&text);
    assert!(!text.contains("geheim"), "{text}");
    for told in [
        "operation=\"search\"",
        "http.request.method=\"POST\"",
        "url.template=\"/v1/memories/{memory_id}/\"",
        "http.response.status_code=400",
        "attempt=1",
        "delay_ms=1000",
    ] {
        assert!(text.contains(told), "{told} in {text}");
    }
}

#[tokio::test]
async fn real_connections_log_neither_key_nor_content() {
    let recorder = Recorder::default();
    let logged = logged();
    let _guards = listen(&recorder);
    let server = Server::start(|heard| match heard.line.starts_with("GET") {
        true => format!("HTTP/1.1 400 No\r\ncontent-length: {}\r\n\r\n{KEY}", KEY.len()),
        false => ok(r#"{"id": "m-1", "event_id": "e-1", "status": "PENDING", "results": []}"#),
    });
    let client = AsyncMemoryClient::builder().api_key(KEY).base_url(server.url()).build().unwrap();
    talk(&client).await;
    assert!(server.heard().len() >= 9);
    for text in [recorder.text(), logged.text()] {
        assert_hidden(&text);
        assert!(!text.contains("geheim"), "{text}");
    }
    assert!(recorder.text().contains("operation=\"add\""));
    assert!(logged.text().contains("log "), "reqwest no longer logs: this test sees nothing");
}

#[tokio::test]
async fn a_success_is_told_to_nobody_who_did_not_ask_for_debugging() {
    let recorder = Recorder::default();
    let _guards = listen(&recorder);
    let server =
        Server::start(|_| ok(r#"{"id": "m-1", "event_id": "e-1", "status": "SUCCEEDED"}"#));
    let client = AsyncMemoryClient::builder().api_key(KEY).base_url(server.url()).build().unwrap();
    client.add("geheim-text", Scope::user("geheim-user")).await.unwrap();
    client.get("geheim-memory").await.unwrap();
    client.wait_for_event("geheim-event", WaitOptions::new()).await.unwrap();
    let told = recorder.text();
    let mut lines = 0;
    for line in told.lines() {
        let (kind, rest) = line.split_once(' ').unwrap_or_default();
        if ["span", "event"].contains(&kind) {
            lines += 1;
            assert!(rest.starts_with("DEBUG ") || rest.starts_with("TRACE "), "{line}");
        }
    }
    assert!(lines >= 6, "{told}");
}
