//! A server that closes connections soon after they fall idle.

use std::thread;
use std::time::Duration;

use mem0_client_blocking::{MemoryClient, Scope};

use crate::in_time;
use crate::server::{Server, ok};

fn impatient() -> Server {
    Server::start_with(Some(Duration::from_millis(100)), |_| {
        ok(r#"{"event_id": "e-1", "status": "PENDING"}"#)
    })
}

fn client(server: &Server) -> MemoryClient {
    MemoryClient::builder().api_key("k").base_url(server.url()).build().unwrap()
}

/// Twenty calls with pauses in which the server closes the connection.
fn twenty(call: impl Fn()) {
    for _ in 0..20 {
        call();
        thread::sleep(Duration::from_millis(250));
    }
}

#[track_caller]
fn assert_twenty(server: &Server) {
    assert_eq!(server.heard().len(), 20);
    // Most calls came on a new connection, or the server was no test.
    assert!(server.connections() >= 14, "{}", server.connections());
}

fn add(client: &MemoryClient) {
    client.add("I climb", Scope::user("alice")).unwrap();
}

/// All at once, since each takes five seconds.
#[test]
fn twenty_of_twenty_spaced_calls_succeed_wherever_they_are_made() {
    let ways: [fn(MemoryClient); 5] = [
        |client| twenty(|| drop(client.ping().unwrap())),
        |client| twenty(|| add(&client)),
        |client| {
            let runtime = tokio::runtime::Builder::new_multi_thread().build().unwrap();
            runtime.block_on(async { twenty(|| add(&client)) });
        },
        |client| {
            twenty(|| {
                let client = client.clone();
                thread::spawn(move || add(&client)).join().unwrap();
            });
        },
        // What this thread hears of one client says nothing of the other.
        |client| {
            let server = Server::start(|_| ok(r#"{"status": "ok"}"#));
            let other = self::client(&server);
            twenty(|| {
                other.ping().unwrap();
                add(&client);
            });
        },
    ];
    thread::scope(|scope| {
        for way in ways {
            scope.spawn(move || {
                let server = impatient();
                let client = client(&server);
                in_time(move || way(client));
                assert_twenty(&server);
            });
        }
    });
}

const SECOND: Duration = Duration::from_secs(1);

/// Adds with so long between them, each on a connection of its own.
fn spaced_adds(after: Duration, announced: bool, pause: Duration, inside_a_runtime: bool) {
    let mut answer = ok(r#"{"event_id": "e-1", "status": "PENDING"}"#);
    if announced {
        let header = format!("\r\nKeep-Alive: timeout={}\r\n", after.as_secs());
        answer = answer.replacen("\r\n", &header, 1);
    }
    // Requests cross the closing in its last tenth of a second.
    let server = Server::start_closing(Some(after), SECOND / 10, move |_| answer.clone());
    let client = client(&server);
    let adds = || {
        for _ in 0..3 {
            let added = client.add("I climb", Scope::user("alice"));
            added.unwrap_or_else(|error| panic!("{after:?}, {announced}, {pause:?}: {error:?}"));
            thread::sleep(pause);
        }
    };
    if inside_a_runtime {
        tokio::runtime::Builder::new_multi_thread().build().unwrap().block_on(async { adds() });
    } else {
        adds();
    }
    assert_eq!((server.heard().len(), server.connections()), (3, 3), "{after:?}, {announced}");
}

/// Just under, at and just over the closing. Nothing drives the client's runtime between calls.
#[test]
fn adds_at_the_time_of_closing_have_a_known_outcome() {
    let moment = Duration::from_millis(50);
    thread::scope(|scope| {
        for (after, announced) in [(SECOND, true), (5 * SECOND, false), (5 * SECOND, true)] {
            for pause in [after - moment, after, after + moment] {
                for inside_a_runtime in [false, true] {
                    scope.spawn(move || {
                        in_time(move || spaced_adds(after, announced, pause, inside_a_runtime));
                    });
                }
            }
        }
    });
}
