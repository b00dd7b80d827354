//! That `docs/platform.md` says of every operation what the local platform does with it.

use std::collections::{BTreeMap, BTreeSet};

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use mem0_engine::Engine;
use mem0_server::{Authentication, router};
use serde_json::{Value, json};
use tower_service::Service;

const PAGE: &str = include_str!("../../docs/platform.md");

/// What a row may say of an operation.
const STATES: [&str; 4] = ["complete", "complete without an LLM", "refused", "absent"];

/// Each operation with its state and what differs from the hosted service.
fn rows() -> BTreeMap<&'static str, (&'static str, &'static str)> {
    let cells = PAGE.lines().filter_map(|line| line.strip_prefix("| `")?.strip_suffix(" |"));
    let rows: Vec<_> = cells
        .map(|cells| {
            let (operation, rest) = cells.split_once("` | ").unwrap();
            (operation, rest.split_once(" | ").unwrap())
        })
        .collect();
    let table: BTreeMap<_, _> = rows.iter().copied().collect();
    assert_eq!(table.len(), rows.len(), "an operation has two rows");
    table
}

/// What the platform answers to the smallest request that there is.
fn answer(operation: &str) -> (u16, Value) {
    let (method, template) = operation.split_once(' ').unwrap();
    let path: Vec<_> = template
        .split('/')
        .map(|segment| match segment {
            "{entity_type}" => "user",
            "{memory_id}" => "3c90c3cc-0d44-4b50-8888-8dd25736052a",
            segment if segment.starts_with('{') => "x",
            segment => segment,
        })
        .collect();
    let folder = tempfile::tempdir().unwrap();
    let mut platform = router(Engine::open(folder.path()).unwrap(), Authentication::Off);
    let request = Request::builder().method(method).uri(path.join("/"));
    let request = request.body(Body::from(json!({}).to_string())).unwrap();
    super::local::platform::runtime().block_on(async {
        let response = platform.call(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap();
        (parts.status.as_u16(), serde_json::from_slice(&body).unwrap())
    })
}

#[test]
fn every_operation_has_one_row() {
    let listed: BTreeSet<String> = rows().keys().map(|operation| (*operation).to_owned()).collect();
    assert_eq!(listed, crate::coverage::operations());
    for (operation, (state, difference)) in rows() {
        assert!(STATES.contains(&state), "{operation} is {state}");
        assert!(!difference.trim().is_empty(), "{operation}");
    }
}

#[test]
fn the_states_are_what_the_router_does() {
    for (operation, (state, _)) in rows() {
        let (status, body) = answer(operation);
        let is_absent = status == 405 || body["detail"] == "Not found.";
        assert_eq!(is_absent, state == "absent", "{operation}: {status} {body}");
        let needs_an_llm = body.to_string().contains("No LLM is configured");
        assert_eq!(needs_an_llm, state == "refused", "{operation}: {status} {body}");
    }
}

#[test]
fn the_page_counts_right() {
    let count = |state| rows().values().filter(|(found, _)| *found == state).count();
    let counts = STATES.map(count);
    let stated = format!(
        "{} are complete, {} complete without an LLM, {} refused, {} absent",
        counts[0], counts[1], counts[2], counts[3]
    );
    let page = PAGE.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(page.contains(&stated), "not said: {stated}");
}
