//! `hosted_check`, against a local platform on a loopback port.

use std::net::SocketAddr;
use std::process::Output;
use std::sync::{Arc, Mutex};

use axum::body::Body;
use axum::extract::Request;
use axum::http::{Response, StatusCode, header};
use axum::middleware::{Next, from_fn};
use mem0_sdk::{AddMemoryOptions, AsyncMemoryClient, Filter, Memory, Page, Scope};
use mem0_server::{Authentication, Engine, router};
use tokio::runtime::Runtime;

use crate::program;

const KEY: &str = "m0-hosted-check-key";

/// A path that is answered with this status and this body instead.
type Answer = (&'static str, u16, &'static str);

/// A local platform that serves until it is dropped.
struct Served {
    runtime: Runtime,
    address: SocketAddr,
    /// The method and path of each request.
    asked: Arc<Mutex<Vec<String>>>,
    client: AsyncMemoryClient,
    _folder: tempfile::TempDir,
}

impl Served {
    /// With a memory of somebody else's.
    fn new(answers: &'static [Answer]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let engine = Engine::open(folder.path()).unwrap();
        let keys = Authentication::key(KEY);
        let asked = Arc::new(Mutex::new(Vec::new()));
        let noted = asked.clone();
        let app = router(engine, keys).layer(from_fn(move |request: Request, next: Next| {
            let path = request.uri().path().to_owned();
            noted.lock().unwrap().push(format!("{} {path}", request.method()));
            let answer = answers.iter().find(|(of, ..)| *of == path);
            async move {
                let Some((_, status, body)) = answer else { return next.run(request).await };
                let response = Response::builder().status(StatusCode::from_u16(*status).unwrap());
                let response = response.header(header::CONTENT_TYPE, "application/json");
                response.body(Body::from(*body)).unwrap()
            }
        }));
        let runtime = Runtime::new().unwrap();
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        let served = app.clone();
        runtime.spawn(async move { axum::serve(listener, served).await });
        let client = AsyncMemoryClient::builder().api_key(KEY).service(app).build().unwrap();
        let options = AddMemoryOptions::new(Scope::user("bob")).infer(false);
        runtime.block_on(client.add("Bob hikes", options)).unwrap();
        asked.lock().unwrap().clear();
        Self { runtime, address, asked, client, _folder: folder }
    }

    fn check(&self, arguments: &[&str]) -> Output {
        let mut command = program("hosted_check");
        command.args(arguments).env("MEM0_API_KEY", KEY);
        command.env("MEM0_BASE_URL", format!("http://{}", self.address)).output().unwrap()
    }

    fn bobs(&self) -> Page<Memory> {
        self.runtime.block_on(self.client.get_all(Filter::user_id("bob"))).unwrap()
    }

    /// Everybody whom the platform knows.
    fn users(&self) -> Vec<String> {
        let users = self.runtime.block_on(self.client.users()).unwrap();
        users.into_iter().map(|entity| entity.name).collect()
    }
}

/// The first three cells of a row.
fn cells<'a>(told: &'a str, operation: &str) -> [&'a str; 3] {
    let mut rows = told.lines().map(|line| line.split('|').map(str::trim).skip(1));
    let mut row = rows.find(|row| row.clone().next() == Some(operation)).unwrap().skip(1);
    [row.next().unwrap(), row.next().unwrap(), row.next().unwrap()]
}

#[test]
fn without_a_yes_nothing_is_sent() {
    let served = Served::new(&[]);
    for arguments in [&[][..], &["--no"], &["--yes", "--more"]] {
        let output = served.check(arguments);
        assert_eq!(output.status.code(), Some(2));
        let told = String::from_utf8(output.stdout).unwrap();
        assert!(told.contains("Nothing has been sent"), "{told}");
    }
    assert_eq!(served.asked.lock().unwrap().len(), 0);
}

#[test]
fn the_report_tells_nothing_of_anybody_and_nothing_is_left() {
    let served = Served::new(&[
        (
            "/v1/ping/",
            200,
            r#"{"status": "ok", "org_id": "o-1", "project_id": "p-1", "mood": "sunny", "id 7": 1}"#,
        ),
        ("/v1/stats/", 501, r#"{"detail": "Not here."}"#),
        ("/v1/entities/filters/", 404, r#"{"detail": "Not found."}"#),
    ]);
    let before = served.bobs();
    let output = served.check(&["--yes"]);
    let told = String::from_utf8(output.stdout).unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{told}{errors}");
    assert_eq!(errors, "");

    assert_eq!(cells(&told, "ping"), ["200", "yes", "(a name with other characters), mood"]);
    assert_eq!(cells(&told, "stats"), ["501", "", "not found"]);
    assert_eq!(cells(&told, "get_entity_filters"), ["404", "", "not found"]);
    for operation in [
        "add",
        "event",
        "events",
        "get_all",
        "search",
        "get",
        "update",
        "batch_update",
        "feedback",
        "history",
        "users",
        "get_entity",
        "get_memory_export",
        "delete_users",
    ] {
        assert_eq!(cells(&told, operation)[..2], ["200", "yes"], "{operation} in {told}");
    }
    assert_eq!(cells(&told, "create_entity")[..2], ["201", "yes"]);
    assert_eq!(cells(&told, "users")[2], "");
    assert_eq!(cells(&told, "get_summary"), ["400", "", "refused"]);
    // The project that ping named is nobody's.
    assert_eq!(cells(&told, "get_webhooks"), ["403", "", "refused"]);

    let asked = served.asked.lock().unwrap().clone();
    let deletions: Vec<_> = asked.iter().filter(|asked| asked.starts_with("DELETE")).collect();
    let [deletion] = deletions[..] else { panic!("{deletions:?}") };
    let user = deletion.strip_prefix("DELETE /v2/entities/user/").unwrap().trim_end_matches('/');
    for secret in [KEY, user, "mem0-check", "127.0.0.1", "o-1", "p-1", "sunny", "hik", "Rome"] {
        assert!(!told.contains(secret), "{secret} in {told}");
    }
    assert!(told.contains("against http://(another host)"), "{told}");

    assert_eq!(served.users(), ["bob"]);
    assert_eq!(served.bobs(), before);
}

#[test]
fn what_cannot_be_decoded_is_a_row_and_the_user_is_deleted_all_the_same() {
    let served = Served::new(&[
        ("/v3/memories/search/", 200, r#"{"rows": ["secret"]}"#),
        ("/v1/memories/events/", 200, r#"{"results": [{"memory_id": "m-1"}, {"id": "h-1"}]}"#),
        ("/v1/batch/", 400, r#"{"error": "secret"}"#),
    ]);
    let output = served.check(&["--yes"]);
    let told = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert_eq!(cells(&told, "search"), ["200", "no", "cannot be decoded"]);
    assert_eq!(cells(&told, "batch_update"), ["400", "", "refused"]);
    assert!(!told.contains("secret"), "{told}");
    assert_eq!(served.users(), ["bob"]);
}
