//! One row of the fault matrix as data, and what runs it.

use std::any::Any;
use std::fmt;
use std::thread;
use std::time::{Duration, Instant};

use mem0_client::{Error, ErrorKind};
use tokio_rustls::rustls::ServerConfig;

use crate::client::{Client, KEY, Operation, Settings, Way, in_time};
use crate::clock;
use crate::script::{Script, Step};
use crate::server::FaultServer;

/// How long a call may take, whatever happens to it.
const LIMIT: Duration = Duration::from_secs(30);

/// How much longer a call takes on a machine that is busy.
const LATE: Duration = Duration::from_secs(10);

/// How many bytes an answer may have in these tests.
pub(crate) const RESPONSE_LIMIT: usize = 100_000;

pub(crate) struct Fault {
    pub(crate) name: &'static str,
    /// The source file that has it.
    pub(crate) file: &'static str,
    pub(crate) text: &'static str,
    pub(crate) scene: fn() -> Scene,
    pub(crate) expected: Expected,
}

/// The faults of one file, each with a test under either client. The documentation of a row is its
/// text.
macro_rules! faults {
    ($($(#[doc = $text:literal])+ $name:ident: $scene:expr => $expected:expr;)+) => {
        pub(crate) const FAULTS: &[$crate::fault::Fault] = &[$(
            $crate::fault::Fault {
                name: stringify!($name),
                file: file!(),
                text: concat!($($text),+),
                scene: || $scene,
                expected: $expected,
            }
        ),+];

        mod under_the_async_client {
            $( #[test]
            fn $name() {
                $crate::fault::run(super::FAULTS, stringify!($name), $crate::client::Way::Async);
            } )+
        }

        mod under_the_blocking_client {
            $( #[test]
            fn $name() {
                $crate::fault::run(super::FAULTS, stringify!($name), $crate::client::Way::Blocking);
            } )+
        }
    };
}
pub(crate) use faults;

/// Who is there, and how the client is set up to meet them.
pub(crate) struct Scene {
    pub(crate) settings: Settings,
    server: Option<FaultServer>,
    script: Option<Script>,
    /// Whoever must not hear of anything.
    elsewhere: Option<FaultServer>,
    /// What has to stay open for as long.
    held: Option<Box<dyn Any>>,
    /// Whether a server that is well again would not be enough.
    lasting: bool,
    /// How long a call takes at least, during which the machine's clock is set.
    jumping: Option<Duration>,
}

impl Scene {
    /// Nobody of ours is there.
    pub(crate) fn nobody(base_url: impl Into<String>) -> Self {
        let mut settings = Settings::new(base_url);
        settings.response_limit = RESPONSE_LIMIT;
        let (server, script, elsewhere, held) = (None, None, None, None);
        Self { settings, server, script, elsewhere, held, lasting: false, jumping: None }
    }

    fn server(server: FaultServer, script: Script, base_url: String) -> Self {
        Self { server: Some(server), script: Some(script), ..Self::nobody(base_url) }
    }

    /// A server that goes through these exchanges, and repeats the last one.
    pub(crate) fn exchanges(exchanges: impl Into<Vec<Vec<Step>>>) -> Self {
        let script = Script::new(exchanges);
        let played = script.clone();
        let server = FaultServer::start(move |connection| played.clone().play(connection));
        let base_url = server.url();
        Self::server(server, script, base_url)
    }

    /// A server that does this in every exchange.
    pub(crate) fn always(steps: impl Into<Vec<Step>>) -> Self {
        Self::exchanges([steps.into()])
    }

    /// A server that does this over TLS.
    pub(crate) fn tls(config: ServerConfig, steps: impl Into<Vec<Step>>) -> Self {
        let script = Script::new([steps.into()]);
        let played = script.clone();
        let server =
            FaultServer::start_tls(config, move |connection| played.clone().play(connection));
        let base_url = format!("https://localhost:{}", server.port());
        Self { lasting: true, ..Self::server(server, script, base_url) }
    }

    /// Another base URL for the server's port.
    pub(crate) fn at(mut self, base_url: impl FnOnce(u16) -> String) -> Self {
        if let Some(server) = &self.server {
            self.settings.base_url = base_url(server.port());
        }
        self
    }

    /// Another base URL, which the server is the proxy for.
    pub(crate) fn proxying_for(mut self, base_url: &str) -> Self {
        self.settings.proxy = Some(std::mem::replace(&mut self.settings.base_url, base_url.into()));
        self
    }

    pub(crate) fn trusting(mut self, authority: String) -> Self {
        self.settings.root_certificate = Some(authority);
        self
    }

    /// Attempts end soon, since nothing will come.
    pub(crate) fn hasty(mut self) -> Self {
        self.settings.timeout = Duration::from_secs(1);
        self
    }

    /// Connecting ends soon.
    pub(crate) fn connecting_hastily(mut self) -> Self {
        self.settings.connect_timeout = Duration::from_millis(500);
        self
    }

    /// A server that nothing may reach, and the scene that knows its address.
    pub(crate) fn with_elsewhere(scene: impl FnOnce(String) -> Self) -> Self {
        let elsewhere = Script::new([vec![Step::Read, Step::Send(crate::script::well())]]);
        let elsewhere = FaultServer::start(move |connection| elsewhere.clone().play(connection));
        let scene = scene(elsewhere.url());
        Self { elsewhere: Some(elsewhere), ..scene }
    }

    pub(crate) fn lasting(mut self) -> Self {
        self.lasting = true;
        self
    }

    /// The machine's clock is set an hour ahead, and another time back, during a call; it still
    /// takes so long, and little longer.
    pub(crate) fn while_the_clock_jumps(mut self, takes: Duration) -> Self {
        self.jumping = Some(takes);
        self
    }

    pub(crate) fn holding(mut self, held: impl Any) -> Self {
        self.held = Some(Box::new(held));
        self
    }
}

/// What a call comes to. Of two values, the first is for what may be repeated, the second for an
/// add.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Expected {
    /// `None` is success.
    failure: Option<Failure>,
    attempts: [u32; 2],
    /// Whether requests come whole.
    heard: bool,
}

#[derive(Debug, Clone, Copy)]
struct Failure {
    kind: ErrorKind,
    code: &'static str,
    /// What the message says.
    says: &'static str,
    /// What the suggestion says.
    advice: &'static str,
    retryable: [bool; 2],
    /// Whether the outcome of a change is unknown.
    unknown: bool,
}

impl Expected {
    /// It succeeds after so many attempts.
    pub(crate) const fn well(attempts: u32) -> Self {
        Self { failure: None, attempts: [attempts; 2], heard: true }
    }

    const fn failure(failure: Failure, attempts: [u32; 2]) -> Self {
        Self { failure: Some(failure), attempts, heard: true }
    }

    /// An answer with this status, which says that nothing was done and is not repeated.
    pub(crate) const fn refused(
        kind: ErrorKind,
        code: &'static str,
        says: &'static str,
        advice: &'static str,
    ) -> Self {
        let retryable = [false; 2];
        Self::failure(Failure { kind, code, says, advice, retryable, unknown: false }, [1; 2])
    }

    pub(crate) const fn attempts(mut self, attempts: u32) -> Self {
        self.attempts = [attempts; 2];
        self
    }

    pub(crate) const fn retryable(mut self) -> Self {
        if let Some(failure) = &mut self.failure {
            failure.retryable = [true; 2];
        }
        self
    }

    /// Another message and another suggestion.
    pub(crate) const fn says(mut self, says: &'static str, advice: &'static str) -> Self {
        if let Some(failure) = &mut self.failure {
            failure.says = says;
            failure.advice = advice;
        }
        self
    }

    pub(crate) const fn unheard(mut self) -> Self {
        self.heard = false;
        self
    }

    pub(crate) const fn heard(mut self) -> Self {
        self.heard = true;
        self
    }
}

/// No connection: nothing was sent, so everything is tried again.
pub(crate) const UNCONNECTED: Expected = Expected::failure(
    Failure {
        kind: ErrorKind::Network,
        code: "NET_CONNECT",
        says: "no connection to 127.0.0.1:",
        advice: "Check that the server is running",
        retryable: [true; 2],
        unknown: false,
    },
    [2; 2],
)
.unheard();

/// The connection broke on the way: an add may have happened.
pub(crate) const BROKEN: Expected = Expected::failure(
    Failure {
        kind: ErrorKind::Network,
        code: "NET_GENERIC",
        says: "the connection to 127.0.0.1:",
        advice: "Check that the server is running",
        retryable: [true, false],
        unknown: true,
    },
    [2, 1],
);

/// No answer in time: an add may have happened.
pub(crate) const STALLED: Expected = Expected::failure(
    Failure {
        kind: ErrorKind::Timeout,
        code: "NET_TIMEOUT",
        says: "no answer from 127.0.0.1:",
        advice: "Check that the server is running and not overloaded",
        retryable: [true, false],
        unknown: true,
    },
    [2, 1],
);

/// An answer that is no answer to what was asked.
pub(crate) const UNREAD: Expected = Expected::failure(
    Failure {
        kind: ErrorKind::Decode,
        code: "DECODE",
        says: "the answer does not have the expected form",
        advice: "Check the base URL",
        retryable: [false; 2],
        unknown: true,
    },
    [1; 2],
);

/// What is said instead when an add may have happened.
const LOOK_FIRST: &str = "look before you send it again";

impl fmt::Display for Expected {
    /// As two cells of a table: for what may be repeated, and for an add.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cell = |index: usize| {
            let attempts = match self.attempts[index] {
                1 => "1 attempt".to_owned(),
                attempts => format!("{attempts} attempts"),
            };
            let Some(failure) = &self.failure else { return format!("succeeds, {attempts}") };
            let retryable = if failure.retryable[index] { ", retryable" } else { "" };
            let unknown = if failure.unknown && index == 1 { ", outcome unknown" } else { "" };
            format!("`{}`, {attempts}{retryable}{unknown}", failure.code)
        };
        write!(f, "{} | {}", cell(0), cell(1))
    }
}

/// Runs one fault with each operation, all at the same time, since some take theirs.
#[track_caller]
pub(crate) fn run(faults: &'static [Fault], name: &str, way: Way) {
    let fault = faults.iter().find(|fault| fault.name == name).unwrap();
    if (fault.scene)().jumping.is_none() {
        return meet_all(fault, way, || ());
    }
    if !clock::is_settable() {
        return clock::run_again();
    }
    for seconds in [clock::HOUR, -clock::HOUR] {
        clock::set(0);
        meet_all(fault, way, || {
            // By then the first exchange is over, and what takes long has begun.
            thread::sleep(Duration::from_millis(200));
            clock::set(seconds);
        });
    }
}

/// All operations at once, and what happens meanwhile.
fn meet_all(fault: &'static Fault, way: Way, meanwhile: impl FnOnce()) {
    let operations = [Operation::Search, Operation::Update, Operation::Add];
    let running = operations.map(|operation| thread::spawn(move || meet(fault, way, operation)));
    meanwhile();
    for thread in running {
        if let Err(panic) = thread.join() {
            std::panic::resume_unwind(panic);
        }
    }
}

fn meet(fault: &'static Fault, way: Way, operation: Operation) {
    let scene = (fault.scene)();
    let settings = scene.settings.clone();
    let case = format!("{}, {way:?}, {}", fault.name, operation.name());
    println!("{case}");
    let (client, result, took) = in_time(LIMIT, move || {
        let client = Client::new(way, &settings).unwrap();
        let began = Instant::now();
        let result = client.call(operation);
        (client, result, began.elapsed())
    });
    if let Some(takes) = scene.jumping {
        assert!(took >= takes && took < takes + LATE, "{case}: {took:?} for {takes:?}");
    }
    let Expected { failure, attempts, heard } = fault.expected;
    let attempts = attempts[usize::from(operation == Operation::Add)];
    match (failure, result) {
        (None, Ok(())) => {}
        (Some(failure), Err(error)) => judge(&case, operation, failure, attempts, &error),
        (None, Err(error)) => panic!("{case}: {error:?}"),
        (Some(_), Ok(())) => panic!("{case}: it succeeds"),
    }
    if let Some(server) = &scene.server {
        let requests = if heard { attempts as usize } else { 0 };
        server.wait_for_requests(requests);
        assert_eq!(server.requests(), requests, "{case}: requests");
        let connections = server.connections();
        assert!(
            (1..=attempts as usize).contains(&connections),
            "{case}: {connections} connections"
        );
    }
    if let Some(elsewhere) = &scene.elsewhere {
        assert_eq!(elsewhere.connections(), 0, "{case}: somebody else was asked");
    }
    // Whatever happened, the client is as good as before, and nothing of the answer is left over.
    if let (Some(server), Some(script), false) = (&scene.server, &scene.script, scene.lasting) {
        script.mend();
        let before = server.requests();
        let again = in_time(LIMIT, move || client.call(Operation::Search));
        again.unwrap_or_else(|error| panic!("{case}, and afterwards: {error:?}"));
        assert_eq!(server.requests(), before + 1, "{case}: requests afterwards");
    }
}

fn judge(case: &str, operation: Operation, failure: Failure, attempts: u32, error: &Error) {
    let Failure { kind, code, says, advice, retryable, unknown } = failure;
    let case = format!("{case}: {error:?}");
    assert_eq!(error.kind(), kind, "{case}");
    assert_eq!(error.code(), code, "{case}");
    assert_eq!(error.operation(), Some(operation.name()), "{case}");
    assert_eq!(error.attempts(), attempts, "{case}");
    let retryable = retryable[usize::from(operation == Operation::Add)];
    assert_eq!(error.is_retryable(), retryable, "{case}");
    let unknown = unknown && operation != Operation::Search;
    assert_eq!(error.is_outcome_unknown(), unknown, "{case}");
    assert_eq!(error.is_connect(), code == "NET_CONNECT", "{case}");
    assert!(error.elapsed() < LIMIT, "{case}");

    let text = error.to_string();
    assert!(text.starts_with(&format!("{}: ", operation.name())), "{text}");
    assert!(text.contains(says), "{text} should say {says}");
    let advice = if unknown && !retryable { LOOK_FIRST } else { advice };
    assert!(error.suggestion().contains(advice), "{} should say {advice}", error.suggestion());
    // Secrets, and lines that only pretend to be the log's.
    for shown in [text, format!("{error:?}"), error.suggestion().to_owned()] {
        assert!(!shown.contains(KEY) && !shown.contains(char::is_control), "{shown:?}");
    }
}
