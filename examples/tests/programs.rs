//! Each program of this folder, run to its end as its users run it.

use std::process::Command;

#[path = "programs/hosted_check.rs"]
mod hosted_check;

/// The program, beside this test's own `deps` folder.
fn program(example: &str) -> Command {
    let test = std::env::current_exe().unwrap();
    let program = test.parent().unwrap().parent().unwrap().join("examples").join(example);
    let mut command = Command::new(program);
    command.env_clear();
    command
}

/// What the program prints.
#[track_caller]
fn run(example: &str) -> String {
    let output = program(example).output().unwrap();
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{told}\n{}", String::from_utf8_lossy(&output.stderr));
    told
}

#[track_caller]
fn prints(example: &str, lines: &[&str]) {
    assert_eq!(run(example).lines().collect::<Vec<_>>(), lines);
}

#[test]
fn in_process() {
    prints(
        "in_process",
        &[
            "found: I adopted a puppy called Momo",
            "everybody: 2 users, alice: 1",
            "without the key: authentication",
            "with the key: ok",
            "the engine: I have a cat",
        ],
    );
}

#[test]
fn chat_backend() {
    prints(
        "chat_backend",
        &[
            "alice: I am allergic to nuts",
            "assistant: \"I see. I love nuts, by the way.\"",
            "alice: Can I eat peanuts?",
            // Not what the assistant loves.
            "assistant: \"You told me: I am allergic to nuts.\"",
            "page 1: \"assistant\": \"You told me: I am allergic to nuts.\"",
            "page 1: \"user\": \"Can I eat peanuts?\"",
            "page 1: \"assistant\": \"I see. I love nuts, by the way.\"",
            "page 2: \"user\": \"I am allergic to nuts\"",
            "everybody: 400 Bad Request",
            "forget me: 202 Accepted, 0 left",
            "once more: 204 No Content",
        ],
    );
}

#[test]
fn importer() {
    let told = run("importer");
    let lines: Vec<_> = told.lines().collect();
    assert_eq!(lines[0], "2 added, 0 were there");
    assert!(lines[1].starts_with("line 2: EOF"), "{told}");
    assert!(lines[2].starts_with("line 3: user_id: must not be `*`"), "{told}");
    assert_eq!(lines[3..], ["2 added, 2 were there"]);
}

#[test]
fn filters() {
    prints(
        "filters",
        &[
            "alice: Allergic to nuts, Moved to Rome, Tea, no sugar",
            "alice or bob: Allergic to cats, Allergic to nuts, Moved to Rome, Tea, no sugar",
            "from a form: Allergic to nuts",
            "not from a form: Moved to Rome, Tea, no sugar",
            "since 2025: Allergic to nuts, Moved to Rome",
            "in 2025: Allergic to nuts",
            "at dinner, or bob: Allergic to cats, Allergic to nuts",
            "without an id: filters: must name a user, agent, app or run in a condition that is not \
             negated, for example Filter::user_id(\"alice\") & …",
        ],
    );
}

#[test]
fn events() {
    prints(
        "events",
        &[
            "asked: PENDING, 0 memories",
            "done: SUCCEEDED, 1 memories",
            "stored: user: I moved to Rome",
            "stored: assistant: How is it there?",
            "listed: Some(Add) SUCCEEDED",
            "listed: Some(Add) SUCCEEDED",
            "still going on: Some(\"e-1\")",
        ],
    );
}

#[test]
fn streaming() {
    // 32 weeks of 0 to 6 km, and six days more.
    let kilometres = 32 * 21 + 15;
    let stream = format!("stream: 230 memories, {kilometres} km");
    let iterator = format!("iterator: {kilometres} km");
    prints("streaming", &[&stream, &iterator, "the first three: 3"]);
}

#[test]
fn retries() {
    prints(
        "retries",
        &[
            "get: Hikes after 3 attempts",
            "get: HTTP_503, true, 3 attempts",
            "add: 1 attempt, unknown: true",
            "add: PENDING",
            "ping: NET_TIMEOUT, true",
            "get: InvalidInput, sent 0",
        ],
    );
}

#[test]
fn multimodal() {
    let told = run("multimodal");
    let lines: Vec<_> = told.lines().collect();
    assert_eq!(
        lines[..3],
        ["a file: Image, 70 bytes to send", "as data:image/gif", "a reader: Mdx, 20 bytes to send"],
    );
    assert!(lines[3].starts_with("a song: content: must begin like a PNG"), "{told}");
    assert!(lines[4].starts_with("not sent: ") && lines[4].contains("infer is false"), "{told}");
    assert_eq!(lines[5], "beside text: 1 stored, 1 skipped");
    assert!(lines[6].contains("No LLM is configured"), "{told}");
    assert_eq!(lines.len(), 7);
}

#[test]
fn threads() {
    prints(
        "threads",
        &[
            "alice: Day 7, says alice",
            "bob: Day 7, says bob",
            "carol: Day 7, says carol",
            "dave: Day 7, says dave",
            "4 users",
            "in a runtime: 25",
        ],
    );
}

#[test]
fn fake_platform() {
    let told = run("fake_platform");
    let lines: Vec<_> = told.lines().collect();
    assert_eq!(
        lines[..4],
        [
            "Welcome back! Tea, as always?",
            "asked with {\"user_id\":\"alice\"}",
            "Welcome! What may I bring you?",
            "Welcome!",
        ],
    );
    assert!(lines[4].contains("fake.answer(\"users\", …)"), "{told}");
}

#[test]
fn typed_export() {
    let told = run("typed_export");
    for line in [
        "Alice eats Vegetarian, but no nuts, no milk.",
        "Table 7; by the window: None.",
        "Favourite wine: None.",
    ] {
        assert!(told.contains(line), "{line} in {told}");
    }
    assert!(told.contains("Without an LLM") && told.contains("`life_story`"), "{told}");
}

#[test]
fn agent_with_tools() {
    prints(
        "agent_with_tools",
        &[
            "alice remembers 1",
            "bob remembers 1",
            "alice recalls \"I am allergic to nuts\"",
            "bob recalls \"I eat nuts\"",
            "bob forgets hers: \"This user has not a memory with this id.\"",
            "listed meanwhile: 51 of 51",
            "alice has 101",
            "delete me: \"Ask the user to confirm.\"",
            "yes: {\"deleted\":101,\"left\":0,\"user unknown\":true}",
            "bob has 1",
            "the webhook heard of 151 deletions",
            "lost, and stored: 1",
            "lost: \"It may be stored or not: ask the user.\"",
        ],
    );
}

#[test]
fn webhook_receiver() {
    let told = run("webhook_receiver");
    let lines: Vec<&str> = told.lines().collect();
    assert_eq!(lines[..2], ["added m-1: Hikes", "answered with 204"]);
    assert!(lines[2].starts_with("refused: the delivery's webhook-signature"), "{told}");
    assert_eq!(lines[3], "answered with 401");
    assert_eq!(lines[4], "something else, with the fields ingest_job");
    assert_eq!(lines[5..], ["answered with 204"]);
}
