//! The README's examples are this crate's binaries, and do what they say.

use std::process::Command;

use crate::loopback::Loopback;

const README: &str = include_str!("../../../README.md");

/// The Rust code below this heading.
fn example(heading: &str) -> &'static str {
    let (_, section) = README.split_once(&format!("\n## {heading}\n")).unwrap();
    let (_, code) = section.split_once("```rust,no_run\n").unwrap();
    code.split_once("```").unwrap().0
}

/// What the program prints when its environment points it at this server.
fn printed(program: &str, platform: &Loopback) -> String {
    let output = Command::new(program)
        .env("MEM0_API_KEY", "m0-test")
        .env("MEM0_BASE_URL", platform.base_url())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn lines(platform: &Loopback) -> Vec<String> {
    platform.requests().into_iter().map(|request| request.line).collect()
}

#[test]
fn the_binaries_are_the_readmes_examples() {
    assert_eq!(include_str!("../src/bin/ten-lines-async.rs"), example("Ten lines, async"));
    assert_eq!(include_str!("../src/bin/ten-lines-blocking.rs"), example("Ten lines, blocking"));
}

#[test]
fn the_async_example_remembers_and_finds() {
    let platform = Loopback::answering(&[
        ("/v3/memories/add/", r#"{"event_id": "e-1", "status": "PENDING"}"#),
        ("/v1/event/e-1/", r#"{"id": "e-1", "status": "SUCCEEDED"}"#),
        (
            "/v3/memories/search/",
            r#"{"results": [{"id": "m-1", "memory": "Allergic to nuts", "score": 0.61}]}"#,
        ),
    ]);
    let text = printed(env!("CARGO_BIN_EXE_ten-lines-async"), &platform);
    assert_eq!(text, "0.61  Allergic to nuts\n");
    assert_eq!(
        lines(&platform),
        ["POST /v3/memories/add/", "GET /v1/event/e-1/", "POST /v3/memories/search/"]
    );
    assert!(platform.requests()[0].body.contains("I'm vegetarian and allergic to nuts"));
}

#[test]
fn the_blocking_example_adds_and_lists() {
    let platform = Loopback::answering(&[
        ("/v3/memories/add/", r#"{"event_id": "e-1", "status": "PENDING"}"#),
        (
            "/v3/memories/",
            r#"{"count": 3, "next": null, "results": [
                {"id": "m-1", "memory": "I moved to Rome", "role": "user", "actor_id": "Ann"},
                {"id": "m-2", "memory": "How is it there?", "role": "assistant"},
                {"id": "m-3", "memory": "Lives in Rome"}]}"#,
        ),
    ]);
    let text = printed(env!("CARGO_BIN_EXE_ten-lines-blocking"), &platform);
    assert_eq!(text, "Ann: I moved to Rome\nassistant: How is it there?\nalice: Lives in Rome\n");
    assert_eq!(lines(&platform), ["POST /v3/memories/add/", "POST /v3/memories/"]);
    let requests = platform.requests();
    assert!(requests[0].body.contains(r#""infer":false"#), "{}", requests[0].body);
    assert!(requests[1].body.contains("2026-01-01"), "{}", requests[1].body);
    assert!(requests[1].headers.contains(&"authorization: Token m0-test".to_owned()));
}
