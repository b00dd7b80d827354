//! That each example of `openapi.json` does what its operation says, as it stands, in a shell.

use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex};

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use mem0_server::{ApiKeyHash, Authentication, router};
use serde_json::Value;

use crate::described::{DOCUMENT, operations};
use crate::folder::Folder;

/// Where the examples find a server.
const SERVER: &str = "http://127.0.0.1:8888";

/// Operations that need none: the first is always refused.
const WITHOUT: [&str; 1] = ["get_summary"];

/// Each operation's id, its name and its example.
fn examples() -> Vec<(String, String, String)> {
    let document: Value = serde_json::from_str(DOCUMENT).unwrap();
    let mut found = Vec::new();
    for (method, path, operation) in operations(&document) {
        let id = operation["operationId"].as_str().unwrap();
        let is_older = operation["tags"][0] == "Older versions";
        let samples = &operation["x-codeSamples"];
        assert_eq!(samples.is_null(), is_older || WITHOUT.contains(&id), "{id}");
        if let Some(source) = samples[0]["source"].as_str() {
            assert_eq!(samples.as_array().unwrap().len(), 1, "{id}");
            assert!(source.lines().all(|line| line.chars().count() <= 140), "{id}: {source}");
            found.push((id.to_owned(), format!("{method} {path}"), source.to_owned()));
        }
    }
    found
}

/// What a server was asked, with the status of each answer.
type Asked = Arc<Mutex<Vec<(String, u16)>>>;

async fn note(State(asked): State<Asked>, request: Request, next: Next) -> Response {
    let path = request.extensions().get::<MatchedPath>().map_or("?", MatchedPath::as_str);
    let name = format!("{} {path}", request.method());
    let response = next.run(request).await;
    asked.lock().unwrap().push((name, response.status().as_u16()));
    response
}

fn paste(script: &str, folder: &Path) {
    let mut shell = Command::new("sh");
    shell.args(["-eu", "-c", script]).env("MEM0_API_KEY", "m0-of-the-test").current_dir(folder);
    let output = shell.env("no_proxy", "*").output().unwrap();
    assert!(output.status.success(), "{script}\n{}", String::from_utf8_lossy(&output.stderr));
}

/// A fresh server for each, as one finds it who reads the page; and again, as one who tries twice.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_example_works_as_it_is_pasted() {
    if Command::new("curl").arg("--version").output().is_err() {
        eprintln!("there is no curl, so nothing was checked");
        return;
    }
    let examples = examples();
    assert!(examples.len() > 50, "{}", examples.len());
    for (id, operation, source) in examples {
        let folder = Folder::new();
        let engine = folder.open();
        let asked = Asked::default();
        let keys = Authentication::Keys(vec![ApiKeyHash::of("m0-of-the-test")]);
        let app = router(engine.clone(), keys).layer(from_fn_with_state(asked.clone(), note));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let server = tokio::spawn(async move { axum::serve(listener, app).await });
        assert!(source.contains(SERVER), "{id}");
        let script = source.replace(SERVER, &address);
        for _ in 0..2 {
            asked.lock().unwrap().clear();
            let (script, folder) = (script.clone(), folder.path().to_owned());
            tokio::task::spawn_blocking(move || paste(&script, &folder)).await.unwrap();
            let asked = asked.lock().unwrap().clone();
            let all_well = asked.iter().all(|(_, status)| (200..300).contains(status));
            assert!(all_well, "{id}: {asked:?}\n{source}");
            assert_eq!(asked.last().unwrap().0, operation, "{id}: {asked:?}");
        }
        server.abort();
        engine.close().await.unwrap();
    }
}
