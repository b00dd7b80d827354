//! That whoever asks for erasing is told by either client when it was not done, and that the
//! documentation of each deletion says what stays.

use std::fs;

use axum::Router;
use mem0_client::requests::DeleteMemory;
use mem0_client::{AsyncMemoryClient, DeleteScope, Error, ErrorKind};
use mem0_client_blocking::MemoryClient;
use serde_json::{Value, json};

/// A service that deletes and may not know of erasing.
fn service(answer: Value) -> Router {
    Router::new().fallback(async move || answer.to_string())
}

fn kinds<T>(outcomes: Vec<Result<T, Error>>) -> Vec<Option<ErrorKind>> {
    outcomes.into_iter().map(|outcome| outcome.err().map(|error| error.kind())).collect()
}

/// What one deletion, one of a scope, and a batch come to, by either client.
async fn deletions(answer: Value, erase: bool) -> [Vec<Option<ErrorKind>>; 2] {
    let one = move || DeleteMemory::new("m-1").erase(erase);
    let scope = move || DeleteScope::user("alice").erase(erase);
    let builder = AsyncMemoryClient::builder().api_key("k");
    let client = builder.service(service(answer.clone())).build().unwrap();
    let outcomes = vec![
        client.delete(one()).await.map(|_| ()),
        client.delete_all(scope()).await.map(|_| ()),
        client.batch_delete([one()]).await.unwrap().all().map(|_| ()),
    ];
    let blocking = std::thread::spawn(move || {
        let builder = MemoryClient::builder().api_key("k");
        let client = builder.service_with(move || service(answer.clone())).build().unwrap();
        kinds(vec![
            client.delete(one()).map(|_| ()),
            client.delete_all(scope()).map(|_| ()),
            client.batch_delete([one()]).unwrap().all().map(|_| ()),
        ])
    });
    [kinds(outcomes), blocking.join().unwrap()]
}

#[tokio::test]
async fn both_clients_fail_unless_the_answer_confirms_it() {
    let answer = json!({"message": "done", "event_id": "e-1"});
    let not_erased = vec![Some(ErrorKind::NotErased); 3];
    assert_eq!(deletions(answer.clone(), true).await, [not_erased.clone(), not_erased]);
    assert_eq!(deletions(answer.clone(), false).await, [vec![None; 3], vec![None; 3]]);
    let mut confirmed = answer;
    confirmed["erase"] = json!(true);
    assert_eq!(deletions(confirmed, true).await, [vec![None; 3], vec![None; 3]]);
}

/// The documentation of a method.
fn documentation(source: &str, method: &str) -> String {
    let declared = [format!("pub async fn {method}"), format!("pub fn {method}")];
    let lines: Vec<_> = source.lines().map(str::trim_start).collect();
    let at = |line: &str| {
        declared.iter().any(|declared| {
            line.strip_prefix(declared).is_some_and(|rest| rest.starts_with(['(', '<']))
        })
    };
    let end = lines.iter().position(|line| at(line)).unwrap_or_else(|| panic!("no {method}"));
    let before = lines[..end].iter().rev();
    let of_it = before.take_while(|line| line.starts_with("///") || line.starts_with("#["));
    let mut said: Vec<_> = of_it.map(|line| line.trim_start_matches('/').trim()).collect();
    said.reverse();
    said.join(" ")
}

#[test]
fn each_deletion_that_leaves_texts_says_so() {
    for folder in ["mem0-client", "mem0-client-blocking"] {
        for (file, method) in
            [("memories", "delete"), ("memories", "delete_all"), ("batch", "batch_delete")]
        {
            let path = format!("{folder}/src/operations/{file}.rs");
            let source = fs::read_to_string(crate::sources::root().join(&path)).unwrap();
            let said = documentation(&source, method);
            let names_what_stays = said.contains("history, in events and in the log of webhooks");
            assert!(names_what_stays && said.contains("::erase`]"), "{path}: {method}: {said}");
        }
    }
}
