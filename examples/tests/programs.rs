//! Each program of this folder, run to its end as its users run it.

use std::process::Command;

/// What the program prints.
#[track_caller]
fn run(example: &str) -> String {
    // Beside this test's own `deps` folder.
    let test = std::env::current_exe().unwrap();
    let program = test.parent().unwrap().parent().unwrap().join("examples").join(example);
    let output = Command::new(program).env_clear().output().unwrap();
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{told}\n{}", String::from_utf8_lossy(&output.stderr));
    told
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
fn webhook_receiver() {
    let told = run("webhook_receiver");
    let lines: Vec<&str> = told.lines().collect();
    assert_eq!(lines[..2], ["added m-1: Hikes", "answered with 204"]);
    assert!(lines[2].starts_with("refused: the delivery's webhook-signature"), "{told}");
    assert_eq!(lines[3], "answered with 401");
    assert_eq!(lines[4], "something else, with the fields [\"ingest_job\"]");
    assert_eq!(lines[5..], ["answered with 204"]);
}
