//! A server that closes connections soon after they fall idle.

use std::time::Duration;

use mem0_client::{AsyncMemoryClient, Filter, Scope};
use tokio::runtime::Builder;

use crate::server::{Server, ok};

fn impatient() -> Server {
    Server::start_with(Some(Duration::from_millis(100)), |heard| match heard.line.as_bytes() {
        [b'G', ..] => ok(r#"{"status": "ok"}"#),
        _ => ok(r#"{"event_id": "e-1", "status": "PENDING", "results": []}"#),
    })
}

/// Twenty spaced calls each of a GET, a POST that may be repeated and one that must not.
async fn twenty_calls() {
    let server = impatient();
    let client =
        || AsyncMemoryClient::builder().api_key("k").base_url(server.url()).build().unwrap();
    let (reads, searches, adds) = (client(), client(), client());
    for _ in 0..20 {
        let (read, search, add) = tokio::join!(
            reads.ping(),
            searches.search("dinner", Filter::user_id("alice")),
            adds.add("I climb", Scope::user("alice")),
        );
        read.unwrap();
        search.unwrap();
        add.unwrap();
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
    let adds = server.heard().iter().filter(|heard| heard.line.contains("/add/")).count();
    assert_eq!((adds, server.heard().len()), (20, 60));
    // Most calls came on a new connection, or the server was no test.
    assert!(server.connections() >= 40, "{}", server.connections());
}

/// A task that never yields keeps its runtime from learning what the server closed.
async fn twenty_adds_of_a_busy_thread() {
    let server = impatient();
    let client = AsyncMemoryClient::builder().api_key("k").base_url(server.url()).build().unwrap();
    for _ in 0..20 {
        client.add("I climb", Scope::user("alice")).await.unwrap();
        std::thread::sleep(Duration::from_millis(250));
    }
    assert_eq!(server.heard().len(), 20);
}

/// All at once, since each takes five seconds.
#[test]
fn twenty_of_twenty_spaced_calls_succeed_in_every_runtime() {
    std::thread::scope(|scope| {
        scope.spawn(|| {
            Builder::new_current_thread().enable_all().build().unwrap().block_on(twenty_calls());
        });
        scope.spawn(|| {
            Builder::new_multi_thread().enable_all().build().unwrap().block_on(twenty_calls());
        });
        scope.spawn(|| {
            let runtime = Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(twenty_adds_of_a_busy_thread());
        });
    });
}
