//! What goes over the wire, held against recordings, through both clients.

mod official_calls;
mod request_line;
mod specification;
mod specified_calls;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use mem0_client::requests::{GenerateProfile, SampleProfiles};
use mem0_client::{AsyncMemoryClient, ErrorKind, RetryPolicy};
use mem0_client_blocking::MemoryClient;
use serde_json::{Value, json};
use tokio::runtime::Runtime;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

use crate::answers::Answer;
use crate::both_clients::Call;
use crate::recordings::{Recording, Sent};
use official_calls::{DIFFERENT, REFUSED, official_calls};
use specified_calls::specified_calls;

const KEY: &str = "m0-test-key";

/// Whether the header says nothing of the call. Panics when it has another value than it must have.
fn is_of_the_transport(name: &str, value: &str) -> bool {
    let as_expected = match name {
        "accept" => value == "application/json",
        "content-length" => value.parse::<u64>().is_ok(),
        "host" => value.starts_with("127.0.0.1:"),
        "user-agent" => value
            .strip_prefix("mem0-rust/")
            .is_some_and(|version| version.split('.').all(|part| part.parse::<u32>().is_ok())),
        _ => return false,
    };
    assert!(as_expected, "{name}: {value}");
    true
}

/// A server that records what it is sent, on a thread of its own.
struct Recorder {
    runtime: Runtime,
    server: MockServer,
}

impl Recorder {
    fn start() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let server = runtime.block_on(MockServer::start());
        Self { runtime, server }
    }

    /// Answers with these in turn, and beyond them with something that the operation may answer.
    fn answer_with(&self, answers: &[Value]) {
        let answers = answers.to_vec();
        let waiting = Mutex::new(answers.into_iter());
        let respond = move |request: &Request| {
            let next = waiting.lock().unwrap().next();
            let (status, body) =
                next.map_or_else(|| ordinary_answer(request), |answer| (200, answer));
            ResponseTemplate::new(status).set_body_json(body)
        };
        self.runtime.block_on(async {
            self.server.reset().await;
            Mock::given(any()).respond_with(respond).mount(&self.server).await;
        });
    }

    fn recorded(&self) -> Vec<Sent> {
        let requests = self.runtime.block_on(self.server.received_requests()).unwrap();
        requests.iter().map(sent).collect()
    }

    fn async_client(&self) -> AsyncMemoryClient {
        AsyncMemoryClient::builder()
            .api_key(KEY)
            .base_url(self.server.uri())
            .retry(RetryPolicy::none())
            .build()
            .unwrap()
    }

    fn blocking_client(&self) -> MemoryClient {
        MemoryClient::builder()
            .api_key(KEY)
            .base_url(self.server.uri())
            .retry(RetryPolicy::none())
            .build()
            .unwrap()
    }

    /// What each client sends for the call, by the client's name.
    fn record(&self, recording: &Recording, call: &Call) -> [(&'static str, Vec<Sent>); 2] {
        let name = &recording.name;
        self.answer_with(&recording.answers);
        let client = self.async_client();
        self.runtime.block_on((call.on_async)(&client)).unwrap_or_else(|e| panic!("{name}: {e}"));
        let by_async = self.recorded();
        self.answer_with(&recording.answers);
        let client = self.blocking_client();
        (call.on_blocking)(&client).unwrap_or_else(|e| panic!("{name}: {e}"));
        [("async", by_async), ("blocking", self.recorded())]
    }
}

fn sent(request: &Request) -> Sent {
    let mut headers = BTreeMap::new();
    for (name, value) in &request.headers {
        let value = value.to_str().unwrap();
        if !is_of_the_transport(name.as_str(), value) {
            assert_eq!(headers.insert(name.to_string(), value.to_owned()), None);
        }
    }
    let body = match request.body.as_slice() {
        [] => Value::Null,
        json => serde_json::from_slice(json).unwrap(),
    };
    Sent {
        method: request.method.to_string(),
        path: request.url.path().to_owned(),
        query: request.url.query_pairs().into_owned().collect(),
        headers,
        body,
    }
}

/// What the specification says that the operation answers, but for two cases that decide what a
/// call does next.
fn ordinary_answer(request: &Request) -> (u16, Value) {
    let entity = |kind, name| json!({"id": name, "name": name, "type": kind});
    match (request.method.as_str(), request.url.path()) {
        ("GET", "/v1/entities/") => {
            (200, json!({"results": [entity("user", "alice"), entity("agent", "bot")]}))
        }
        // Without an event to wait for.
        ("DELETE", _) => (200, json!({"message": "Done."})),
        (method, path) => {
            let Answer { status, answer, .. } = Answer::to(method, path);
            (status, answer)
        }
    }
}

fn compare(recordings: &[Recording], calls: &[(&str, Call)]) {
    let recorder = Recorder::start();
    for (name, call) in calls {
        let recording = recordings.iter().find(|recording| recording.name == *name);
        let recording = recording.unwrap_or_else(|| panic!("no recording {name}"));
        let mut expected = recording.requests.clone();
        for (different, _, change) in DIFFERENT.iter().filter(|(different, ..)| different == name) {
            expected.iter_mut().for_each(change);
            assert_ne!(expected, recording.requests, "{different} does not differ");
        }
        for (client, sent) in recorder.record(recording, call) {
            assert_eq!(sent, expected, "{name} through the {client} client");
        }
    }
}

#[test]
fn both_clients_send_what_the_official_client_sends() {
    compare(&Recording::official(), &official_calls());
}

#[test]
fn both_clients_send_what_the_specification_says() {
    compare(&Recording::specified(), &specified_calls());
}

#[test]
fn every_recording_is_sent_or_refused() {
    let official = Recording::official();
    let known: Vec<&str> = official_calls()
        .iter()
        .map(|(name, _)| *name)
        .chain(REFUSED.iter().map(|(name, _)| *name))
        .collect();
    let unique: BTreeSet<&str> = known.iter().copied().collect();
    assert_eq!(unique.len(), known.len(), "a recording is named twice");
    assert_eq!(unique, official.iter().map(|recording| recording.name.as_str()).collect());

    let different = DIFFERENT.iter().map(|(name, row, _)| (*name, *row));
    for (name, row) in REFUSED.into_iter().chain(different) {
        let from = crate::compatibility::deviates_from(row);
        assert!(matches!(from, Some("client" | "both")), "{name}: {row} deviates from {from:?}");
    }

    let specified = Recording::specified();
    let called: Vec<_> = specified_calls().into_iter().map(|(name, _)| name.to_owned()).collect();
    assert_eq!(called, specified.iter().map(|r| r.name.clone()).collect::<Vec<_>>());
}

#[test]
fn every_method_that_sends_has_a_recording() {
    let called: BTreeSet<String> = official_calls()
        .iter()
        .chain(&specified_calls())
        .map(|(_, call)| call.method.to_owned())
        .collect();
    let sending: BTreeSet<String> = crate::parity::methods_of_the_async_client()
        .into_iter()
        .filter(|name| !["new", "from_env", "builder"].contains(&name.as_str()))
        .collect();
    assert_eq!(called, sending);
}

/// The official client pings in its constructor.
#[test]
fn making_a_client_sends_nothing() {
    let recorder = Recorder::start();
    recorder.answer_with(&[]);
    drop(recorder.async_client().clone());
    drop(recorder.blocking_client().clone());
    assert_eq!(recorder.recorded(), []);
}

/// The official client sends any key.
#[test]
fn a_short_idempotency_key_is_refused_and_nothing_sent() {
    let recorder = Recorder::start();
    recorder.answer_with(&[]);
    let client = recorder.blocking_client();
    let generate = GenerateProfile::new("alice").idempotency_key("idem-1");
    let sample = SampleProfiles::new().idempotency_key("idem-2");
    for refused in [client.generate_profile(generate), client.sample_profiles(sample)] {
        let error = refused.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        assert!(!error.to_string().contains("idem-"), "{error}");
    }
    assert_eq!(recorder.recorded(), []);
}

/// The official client takes several ids and sends them all, and its deletion of every entity needs
/// no argument.
#[test]
fn no_call_takes_several_scopes_or_none_at_all() {
    let arguments = |method| crate::parity::arguments_of_the_async_client(method);
    // Nothing else is made into one: a `Scope` or an `EntityRef` does not compile.
    assert_eq!(arguments("delete_all"), ["scope : impl Argument < DeleteScope >"]);
    assert_eq!(arguments("delete_users"), ["entity : impl Argument < EntityRef >"]);
    assert_eq!(
        arguments("reset"),
        ["confirmation : DeleteEverything", "wait : impl Argument < WaitOptions >"]
    );
}
