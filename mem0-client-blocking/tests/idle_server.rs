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
