//! Making a client does no I/O.

use std::time::Duration;

use mem0_client::{AsyncMemoryClient, CallOptions, Filter};

use crate::child;
use crate::server::{Server, ok};

/// Makes clients in every way, under the base URL given.
fn construct(base_url: &str) -> Vec<AsyncMemoryClient> {
    let made = [
        AsyncMemoryClient::new("m0-key").unwrap(),
        AsyncMemoryClient::from_env().unwrap(),
        AsyncMemoryClient::builder().api_key("m0-key").base_url(base_url).build().unwrap(),
        AsyncMemoryClient::builder().env().base_url("https://platform.invalid").build().unwrap(),
    ];
    let views = made.iter().map(|client| client.clone().with(CallOptions::new()));
    made.iter().cloned().chain(views).collect()
}

/// Asks a base URL that needs certificates, when a test has started this process for that.
#[tokio::test]
async fn asks_without_certificates_when_told_to() {
    if std::env::var_os(NO_CERTIFICATES).is_none() {
        return;
    }
    let builder = AsyncMemoryClient::builder().api_key("k").base_url("https://127.0.0.1:9");
    let client = builder.build().unwrap();
    let error = client.add("I climb", mem0_client::Scope::user("alice")).await.unwrap_err();
    assert_eq!(error.kind(), mem0_client::ErrorKind::Configuration, "{error:?}");
    assert!(!error.is_outcome_unknown() && !error.is_retryable());
    assert_eq!(error.attempts(), 1);
}

const NO_CERTIFICATES: &str = "MEM0_TEST_NO_CERTIFICATES";

#[cfg(target_os = "linux")]
#[test]
fn a_system_without_certificates_is_no_broken_connection() {
    child::run("construction::asks_without_certificates_when_told_to", |child| {
        child.env(NO_CERTIFICATES, "1");
        for name in ["SSL_CERT_FILE", "SSL_CERT_DIR"] {
            child.env(name, "/nonexistent/mem0");
        }
    });
}

const ENVIRONMENT: &str = "MEM0_TEST_ENVIRONMENT";

/// Reads the environment, when a test has started this process for that.
#[test]
fn reads_the_environment_when_told_to() {
    let Ok(expected) = std::env::var(ENVIRONMENT) else { return };
    let told = match AsyncMemoryClient::from_env() {
        Ok(client) => format!("{client:?}"),
        Err(error) => error.to_string(),
    };
    assert!(told.contains(&expected), "{told} should say {expected}");
}

#[test]
fn the_environment_gives_key_and_base_url() {
    for (key, base_url, expected) in [
        (None, None, "no API key"),
        (Some(" "), None, "no API key"),
        (Some("k"), None, "\"https://api.mem0.ai\""),
        (Some(" k\n"), Some(""), "\"https://api.mem0.ai\""),
        (Some("k"), Some("http://127.0.0.1:8888/mem0/"), "\"http://127.0.0.1:8888/mem0\""),
        (Some("k"), Some("nonsense"), "the base URL cannot be parsed"),
        (Some("a\nb"), None, "characters that an HTTP header cannot carry"),
    ] {
        child::run("construction::reads_the_environment_when_told_to", |child| {
            child.env(ENVIRONMENT, expected);
            for (name, value) in [(KEY, key), (BASE_URL, base_url)] {
                match value {
                    Some(value) => child.env(name, value),
                    None => child.env_remove(name),
                };
            }
        });
    }
}

const BASE_URL: &str = "MEM0_BASE_URL";
const KEY: &str = "MEM0_API_KEY";
const ORDER: &str = "MEM0_TEST_CONSTRUCT";

/// A path that is nowhere: looking it up marks a place in the list of system calls.
const BEGIN: &str = "/mem0-test-construction-begins";
const END: &str = "/mem0-test-construction-ends";

/// Makes clients between two marks, when a test has started this process for that.
#[test]
fn constructs_when_told_to() {
    let Ok(base_url) = std::env::var(ORDER) else { return };
    assert!(!std::path::Path::new(BEGIN).exists());
    let made = construct(&base_url);
    let shown = format!("{made:?}").len();
    let stream = made[0].get_all_stream(Filter::user_id("alice"));
    drop((made, stream));
    assert!(!std::path::Path::new(END).exists());
    assert!(shown > 0);
}

#[test]
fn no_request_is_made() {
    let (base, named) = (Server::start(|_| ok("{}")), Server::start(|_| ok("{}")));
    child::run("construction::constructs_when_told_to", |child| {
        child.env(ORDER, base.url()).env(BASE_URL, named.url()).env(KEY, "m0-key");
    });
    std::thread::sleep(Duration::from_millis(100));
    assert_eq!((base.connections(), named.connections()), (0, 0));
}

/// Needs `strace`; without it, `MEM0_SKIP_STRACE=1` leaves this out.
#[cfg(target_os = "linux")]
#[test]
fn no_system_call_opens_anything() {
    use std::process::Command;

    if std::env::var_os("MEM0_SKIP_STRACE").is_some_and(|skip| skip == "1") {
        return;
    }
    let listing = std::env::temp_dir().join(format!("mem0-strace-{}", std::process::id()));
    let output = Command::new("strace")
        .args(["-f", "-s", "200", "-o"])
        .arg(&listing)
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "construction::constructs_when_told_to"])
        .env(ORDER, "http://127.0.0.1:9/mem0")
        .env(BASE_URL, "http://127.0.0.1:9")
        .env(KEY, "m0-key")
        .output()
        .expect("strace is needed here; MEM0_SKIP_STRACE=1 leaves this test out");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let calls = std::fs::read_to_string(&listing).unwrap();
    std::fs::remove_file(&listing).unwrap();
    let begin = calls.lines().position(|line| line.contains(BEGIN)).unwrap();
    let end = calls.lines().position(|line| line.contains(END)).unwrap();
    let between: Vec<&str> = calls.lines().take(end).skip(begin + 1).collect();
    // Memory, locks, the clock and randomness. Everything else is I/O.
    let harmless = [
        "brk(",
        "mmap(",
        "munmap(",
        "mremap(",
        "mprotect(",
        "madvise(",
        "futex(",
        "getrandom(",
        "clock_gettime(",
        "sched_yield(",
        "sched_getaffinity(",
        "<... futex",
        "rt_sig",
    ];
    for call in between {
        let name = call.split_once(' ').map_or(call, |(_, call)| call.trim_start());
        assert!(harmless.iter().any(|allowed| name.starts_with(allowed)), "{call}");
    }
}
