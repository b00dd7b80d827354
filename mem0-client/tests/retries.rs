//! Which failures are retried, by the class of the operation, and what the error says then.

use std::io;
use std::time::Duration;

use http::StatusCode;
use mem0_client::requests::{DeleteMemory, DeleteUsers};
use mem0_client::{
    AsyncMemoryClient, DeleteScope, EntityRef, Error, ErrorKind, Filter, MemoryUpdate, Outcomes,
    RetryPolicy, Scope,
};

use crate::platform::{Piece, Platform, Reply, timed, well};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Class {
    Read,
    Idempotent,
    Once,
}

const CLASSES: [Class; 3] = [Class::Read, Class::Idempotent, Class::Once];

/// One call of the class. The read is a POST, as search is.
async fn call(client: &AsyncMemoryClient, class: Class) -> Result<(), Error> {
    match class {
        Class::Read => client.search("dinner", Filter::user_id("alice")).await.map(|_| ()),
        Class::Idempotent => client.update("m-1", "Climbs").await.map(|_| ()),
        Class::Once => client.add("I climb", Scope::user("alice")).await.map(|_| ()),
    }
}

/// What is expected of a failure: the attempts of the classes read, idempotent and once; whether
/// the outcome is unknown for idempotent and once, which it never is for a read; the code and the
/// kind.
struct Row(&'static str, fn() -> Reply, [usize; 3], [bool; 2], &'static str, ErrorKind);

async fn check(Row(name, reply, attempts, unknown, code, kind): Row) {
    let unknown = [false, unknown[0], unknown[1]];
    for (class, (attempts, unknown)) in CLASSES.into_iter().zip(attempts.into_iter().zip(unknown)) {
        let platform = Platform::new(move |_| reply());
        let error = call(&platform.client(), class).await.unwrap_err();
        let told = format!("{name}, {class:?}: {error:?}");
        assert_eq!(platform.requests(), attempts, "{told}");
        assert_eq!(error.attempts() as usize, attempts, "{told}");
        assert_eq!(error.is_outcome_unknown(), unknown, "{told}");
        assert_eq!(error.is_retryable(), attempts > 1, "{told}");
        assert_eq!((error.code().as_str(), error.kind()), (code, kind), "{told}");
        let operation = match class {
            Class::Read => "search",
            Class::Idempotent => "update",
            Class::Once => "add",
        };
        assert_eq!(error.operation(), Some(operation));
        // All attempts send the same request.
        let first = platform.asked().remove(0);
        for again in platform.asked() {
            assert_eq!((&again.uri, &again.body), (&first.uri, &first.body));
            assert_eq!(
                (again.method, again.headers),
                (first.method.clone(), first.headers.clone())
            );
        }
    }
}

fn asked_back(status: u16) -> Reply {
    Reply::status(status).header("retry-after", "1")
}

#[tokio::test(start_paused = true)]
async fn statuses_are_retried_by_class() {
    use ErrorKind::{
        Authentication, NotFound, QuotaExceeded, RateLimit, Server, Timeout, Validation,
    };
    let never = [1, 1, 1];
    let not_once = [3, 3, 1];
    let always = [3, 3, 3];
    let known = [false, false];
    let unknown = [true, true];
    for row in [
        Row("301", || Reply::status(301), never, known, "HTTP_301", Server),
        Row("307", || Reply::status(307), never, known, "HTTP_307", Server),
        Row("400", || Reply::status(400), never, known, "HTTP_400", Validation),
        Row("400 asks back", || asked_back(400), never, known, "HTTP_400", Validation),
        Row("401", || Reply::status(401), never, known, "HTTP_401", Authentication),
        Row("403", || Reply::status(403), never, known, "HTTP_403", Authentication),
        Row("404", || Reply::status(404), never, known, "HTTP_404", NotFound),
        Row("405", || Reply::status(405), never, known, "HTTP_405", Server),
        Row("408", || Reply::status(408), not_once, unknown, "HTTP_408", Timeout),
        Row("408 asks back", || asked_back(408), not_once, unknown, "HTTP_408", Timeout),
        Row("409", || Reply::status(409), never, known, "HTTP_409", Validation),
        Row("413", || Reply::status(413), never, known, "HTTP_413", QuotaExceeded),
        Row("422", || Reply::status(422), never, known, "HTTP_422", Validation),
        Row("429", || Reply::status(429), always, known, "HTTP_429", RateLimit),
        Row("429 asks back", || asked_back(429), always, known, "HTTP_429", RateLimit),
        Row("500", || Reply::status(500), not_once, unknown, "HTTP_500", Server),
        Row("500 asks back", || asked_back(500), not_once, unknown, "HTTP_500", Server),
        Row("502", || Reply::status(502), not_once, unknown, "HTTP_502", Server),
        Row("503", || Reply::status(503), not_once, unknown, "HTTP_503", Server),
        Row("503 asks back", || asked_back(503), always, known, "HTTP_503", Server),
        Row(
            "503 asks back in words",
            || Reply::status(503).header("retry-after", "soon"),
            not_once,
            unknown,
            "HTTP_503",
            Server,
        ),
        Row("504", || Reply::status(504), not_once, unknown, "HTTP_504", Server),
        Row("599", || Reply::status(599), not_once, unknown, "HTTP_599", Server),
    ] {
        check(row).await;
    }
}

#[tokio::test(start_paused = true)]
async fn broken_connections_are_retried_by_class() {
    use ErrorKind::{Network, Timeout};
    use io::ErrorKind::{BrokenPipe, ConnectionRefused, ConnectionReset};
    let not_once = [3, 3, 1];
    let unknown = [true, true];
    for row in [
        Row(
            "refused",
            || Reply::fail(ConnectionRefused),
            [3, 3, 3],
            [false, false],
            "NET_CONNECT",
            Network,
        ),
        Row("reset", || Reply::fail(ConnectionReset), not_once, unknown, "NET_GENERIC", Network),
        Row("broken", || Reply::fail(BrokenPipe), not_once, unknown, "NET_GENERIC", Network),
        Row(
            "a service's own",
            || Reply::Fail("no".into()),
            not_once,
            unknown,
            "NET_GENERIC",
            Network,
        ),
        Row(
            "broken in the body",
            || Reply::frames(200, [Piece::Data("{".into()), Piece::Broken]),
            not_once,
            unknown,
            "NET_GENERIC",
            Network,
        ),
        Row("no answer", || Reply::Never, not_once, unknown, "NET_TIMEOUT", Timeout),
        Row(
            "no end of the body",
            || Reply::frames(200, [Piece::Data("{".into()), Piece::Stuck]),
            not_once,
            unknown,
            "NET_TIMEOUT",
            Timeout,
        ),
    ] {
        check(row).await;
    }
}

#[tokio::test(start_paused = true)]
async fn every_operation_has_its_class() {
    let platform = Platform::new(|_| Reply::status(500));
    let attempts = |error: Option<Error>| error.map(|error| error.attempts());
    for reads in 0..8 {
        let client = platform.client();
        let error = match reads {
            0 => client.ping().await.err(),
            1 => client.search("dinner", Filter::user_id("alice")).await.err(),
            2 => client.get("m-1").await.err(),
            3 => client.get_all(Filter::user_id("alice")).await.err(),
            4 => client.history("m-1").await.err(),
            5 => client.users().await.err(),
            6 => client.events().await.err(),
            _ => client.event("e-1").await.err(),
        };
        assert!(!error.as_ref().is_some_and(Error::is_outcome_unknown), "{error:?}");
        assert_eq!(attempts(error), Some(3));
    }
    for changes in 0..6 {
        let client = platform.client();
        let error = match changes {
            0 => client.update("m-1", "Climbs").await.err(),
            1 => client.delete("m-1").await.err(),
            2 => client.delete_all(DeleteScope::user("alice")).await.err(),
            3 => client.delete_users(EntityRef::user("alice")).await.err(),
            4 => client
                .batch_update([MemoryUpdate::new("m-1").text("Climbs")])
                .await
                .and_then(Outcomes::all)
                .err(),
            _ => client.batch_delete(["m-1"]).await.and_then(Outcomes::all).err(),
        };
        assert!(error.as_ref().is_some_and(Error::is_outcome_unknown), "{error:?}");
        assert_eq!(attempts(error), Some(3));
    }
    let error = platform.client().add("I climb", Scope::user("alice")).await.err();
    assert_eq!(attempts(error), Some(1));
}

#[tokio::test(start_paused = true)]
async fn a_retry_that_succeeds_is_a_success() {
    let platform = Platform::new(|asked| match asked.index {
        0 => Reply::status(500),
        1 => Reply::fail(io::ErrorKind::ConnectionReset),
        _ => well(),
    });
    let response = platform.client().execute(mem0_client::requests::Ping::new()).await.unwrap();
    assert_eq!((response.attempts(), response.status()), (3, StatusCode::OK));
    assert_eq!(platform.requests(), 3);
}

#[tokio::test(start_paused = true)]
async fn an_idempotency_key_that_was_made_is_that_of_every_attempt() {
    let platform = Platform::new(|_| Reply::status(429));
    let client = platform.client();
    for _ in 0..2 {
        assert_eq!(client.generate_profile("alice").await.unwrap_err().attempts(), 3);
    }
    let keys: Vec<_> =
        platform.asked().iter().map(|asked| asked.headers["idempotency-key"].clone()).collect();
    assert_eq!(keys.len(), 6);
    assert!(keys[..3].iter().all(|key| *key == keys[0]), "{keys:?}");
    assert!(keys[3..].iter().all(|key| *key == keys[3]), "{keys:?}");
    assert_ne!(keys[0], keys[3], "two calls are two jobs");
}

#[tokio::test(start_paused = true)]
async fn an_unknown_outcome_stays_unknown_whatever_comes_after() {
    let platform = Platform::new(|asked| match asked.index {
        0 => Reply::fail(io::ErrorKind::ConnectionReset),
        1 => Reply::status(429),
        _ => Reply::status(400),
    });
    let error = platform.client().update("m-1", "Climbs").await.unwrap_err();
    assert_eq!((error.attempts(), error.kind()), (3, ErrorKind::Validation));
    assert!(error.is_outcome_unknown());
}

#[tokio::test(start_paused = true)]
async fn the_waits_are_drawn_between_zero_and_a_doubling_bound() {
    const CALLS: usize = 100;
    let platforms: Vec<Platform> =
        std::iter::repeat_with(|| Platform::new(|_| Reply::status(500))).take(CALLS).collect();
    let mut calls = Vec::new();
    for platform in &platforms {
        let client = platform.builder().retry(RetryPolicy::new().max_retries(6)).build().unwrap();
        calls.push(tokio::spawn(async move { client.ping().await.unwrap_err().attempts() }));
    }
    for call in calls {
        assert_eq!(call.await.unwrap(), 7);
    }
    for (retry, longest) in [0.5, 1.0, 2.0, 4.0, 8.0, 8.0].into_iter().enumerate() {
        let waits: Vec<f64> = platforms
            .iter()
            .map(|platform| (platform.times()[retry + 1] - platform.times()[retry]).as_secs_f64())
            .collect();
        // tokio's timer rounds up to the next millisecond.
        assert!(waits.iter().all(|wait| *wait <= longest + 0.002), "{waits:?}");
        assert!(waits.iter().any(|wait| *wait < longest * 0.2), "{waits:?}");
        assert!(waits.iter().any(|wait| *wait > longest * 0.8), "{waits:?}");
        let mean = waits.iter().sum::<f64>() / CALLS as f64 / longest;
        assert!((0.35..0.65).contains(&mean), "retry {retry}: {mean}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_dropped_call_sends_nothing_more() {
    let platform = Platform::new(|_| Reply::status(500).header("retry-after", "10"));
    let client = platform.builder().max_connections(1).build().unwrap();
    let waited = tokio::time::timeout(Duration::from_secs(5), client.ping()).await;
    assert!(waited.is_err());
    tokio::time::sleep(Duration::from_secs(3600)).await;
    assert_eq!(platform.requests(), 1);
    // Its connection is free again.
    let (error, took) =
        timed(client.with(mem0_client::CallOptions::new().retry(RetryPolicy::none())).ping()).await;
    assert_eq!(error.unwrap_err().status(), Some(StatusCode::INTERNAL_SERVER_ERROR));
    assert_eq!(took, Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn a_missing_memory_on_the_retry_of_a_lost_delete_is_a_success() {
    for lost in [
        (|| Reply::fail(io::ErrorKind::ConnectionReset)) as fn() -> Reply,
        || Reply::status(500),
        || Reply::status(408),
        || Reply::Never,
    ] {
        let platform = Platform::new(move |asked| match asked.index % 2 {
            0 => lost(),
            _ => Reply::text(404, r#"{"error": "Memory not found!"}"#),
        });
        let client = platform.client();
        let deleted = client.execute(DeleteMemory::new("m-1")).await.unwrap();
        assert_eq!((deleted.attempts(), deleted.message.as_deref()), (2, None));
        client.execute(DeleteUsers::new(EntityRef::user("alice"))).await.unwrap();
        assert_eq!(platform.requests(), 4);
    }
}

/// For many memories the platform does not answer 404, and a misconfigured proxy knows nothing of
/// them.
#[tokio::test(start_paused = true)]
async fn a_404_tells_nothing_of_many_nor_of_what_a_proxy_does_not_know() {
    for (page, of_one) in [
        ("<html>default backend - 404</html>", false),
        ("", false),
        ("404 page not found", false),
        (r#"["gone"]"#, false),
        (r#"{"error": "Memory not found!"}"#, true),
        (r#"{"message": "Entity not found"}"#, true),
    ] {
        let platform = Platform::new(move |asked| match asked.index % 2 {
            0 => Reply::status(502),
            _ => Reply::text(404, page),
        });
        let client = platform.client();
        assert_eq!(client.delete("m-1").await.is_ok(), of_one, "{page}");
        assert_eq!(client.delete_users(EntityRef::user("alice")).await.is_ok(), of_one, "{page}");
        let all = client.delete_all(DeleteScope::user("alice")).await.unwrap_err();
        let many = client.batch_delete(["m-1", "m-2"]).await.unwrap();
        assert_eq!(many.failed().count(), 2, "{page}");
        for error in many.failed().map(|(_, error)| error).chain([&all]) {
            assert_eq!((error.kind(), error.attempts()), (ErrorKind::NotFound, 2), "{page}");
            assert!(error.is_outcome_unknown() && !error.is_retryable(), "{page}");
            assert!(error.suggestion().contains("look before"), "{}", error.suggestion());
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_missing_memory_is_an_error_when_no_delete_was_lost() {
    for (before, attempts) in [
        (None, 1),
        (Some((|| Reply::status(429)) as fn() -> Reply), 2),
        (Some(|| Reply::fail(io::ErrorKind::ConnectionRefused)), 2),
        (Some(|| Reply::status(503).header("retry-after", "1")), 2),
    ] {
        let platform = Platform::new(move |asked| match before {
            Some(before) if asked.index == 0 => before(),
            _ => Reply::status(404),
        });
        let error = platform.client().delete("m-1").await.unwrap_err();
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::NotFound, attempts));
        assert!(!error.is_outcome_unknown() && !error.is_retryable());
    }
    // Only after a delete is the memory expected to be missing.
    let platform = Platform::new(|asked| match asked.index {
        0 => Reply::status(500),
        _ => Reply::status(404),
    });
    let error = platform.client().update("m-1", "Climbs").await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::NotFound, 2));
}

#[tokio::test]
async fn a_port_where_nobody_listens_has_seen_nothing() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let client = AsyncMemoryClient::builder()
        .api_key("m0-key")
        .base_url(format!("http://127.0.0.1:{port}"))
        .retry(RetryPolicy::new().first_delay(Duration::from_millis(1)))
        .build()
        .unwrap();
    for class in CLASSES {
        let error = call(&client, class).await.unwrap_err();
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::Network, 3), "{error:?}");
        assert_eq!(error.code(), "NET_CONNECT");
        assert!(error.is_connect() && error.is_retryable() && !error.is_outcome_unknown());
    }
}
