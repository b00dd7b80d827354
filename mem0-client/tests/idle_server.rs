//! A server that closes connections soon after they fall idle.

use std::time::Duration;

use mem0_client::{AsyncMemoryClient, Error, Filter, Scope};
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

const SECOND: Duration = Duration::from_secs(1);

/// A server that closes after so long, and says so or not. Requests cross the closing in its last
/// tenth of a second.
fn closing(after: Duration, announced: bool) -> Server {
    let mut answer = ok(r#"{"event_id": "e-1", "status": "PENDING"}"#);
    if announced {
        let header = format!("\r\nKeep-Alive: timeout={}, max=100\r\n", after.as_secs());
        answer = answer.replacen("\r\n", &header, 1);
    }
    Server::start_closing(Some(after), SECOND / 10, move |_| answer.clone())
}

/// Adds with so long between them, and how many connections they took.
async fn spaced_adds(
    after: Duration,
    announced: bool,
    pause: Duration,
    busy: bool,
) -> Result<usize, Error> {
    let server = closing(after, announced);
    let client = AsyncMemoryClient::builder().api_key("k").base_url(server.url()).build()?;
    for number in 0..3 {
        match (number, busy) {
            (0, _) => {}
            (_, false) => tokio::time::sleep(pause).await,
            (_, true) => std::thread::sleep(pause),
        }
        client.add("I climb", Scope::user("alice")).await?;
    }
    assert_eq!(server.heard().len(), 3);
    Ok(server.connections())
}

/// Just under, at and just over the closing, in runtimes that idle, and that are busy, between calls.
#[test]
fn adds_at_the_time_of_closing_have_a_known_outcome() {
    let moment = Duration::from_millis(50);
    std::thread::scope(|scope| {
        for (after, announced) in [(SECOND, true), (5 * SECOND, false), (5 * SECOND, true)] {
            for pause in [after - moment, after, after + moment] {
                for (busy, spawned) in [(false, false), (true, false), (true, true)] {
                    scope.spawn(move || {
                        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
                        let adds = spaced_adds(after, announced, pause, busy);
                        let connections = match spawned {
                            false => runtime.block_on(adds),
                            true => runtime.block_on(runtime.spawn(adds)).unwrap(),
                        };
                        let what = format!("{after:?}, {announced}, {pause:?}, {busy}, {spawned}");
                        let connections = connections.unwrap_or_else(|e| panic!("{what}: {e:?}"));
                        assert_eq!(connections, 3, "{what}");
                    });
                }
            }
        }
    });
}

#[tokio::test]
async fn a_connection_is_used_again_until_shortly_before_the_closing() {
    let pause = Duration::from_millis(100);
    let unannounced = spaced_adds(SECOND, false, pause, false).await.unwrap();
    assert_eq!(unannounced, 1);
    // The first of them is given up, since it was made before anything was announced.
    let announced = spaced_adds(SECOND, true, pause, false).await.unwrap();
    assert_eq!(announced, 2);
    let later_than_expected = spaced_adds(60 * SECOND, true, pause, false).await.unwrap();
    assert_eq!(later_than_expected, 1);
}

#[tokio::test]
async fn an_idle_timeout_of_the_callers_holds() {
    let server = closing(60 * SECOND, true);
    let builder = AsyncMemoryClient::builder().api_key("k").base_url(server.url());
    let client = builder.idle_timeout(SECOND / 10).build().unwrap();
    for pause in [SECOND / 5, SECOND / 50, SECOND / 50] {
        client.add("I climb", Scope::user("alice")).await.unwrap();
        tokio::time::sleep(pause).await;
    }
    assert_eq!(server.connections(), 2);
}
