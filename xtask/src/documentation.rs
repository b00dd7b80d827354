//! The documentation of `mem0-sdk` as a reader has it: what the page of a client begins with, and
//! every example, compiled and run in a package that depends on `mem0-sdk` alone.
//!
//! The doctests of the crates below it see those crates and what they depend on, and so would pass
//! where a reader's program does not compile.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::{Outcome, method_order, rustdoc_json};

/// Each crate that shows in the documentation of `mem0-sdk`, with the features that have examples.
const CRATES: [(&str, &str); 5] = [
    ("mem0-types", "chrono04,jiff,legacy,schemars,time03,webhook-signature"),
    ("mem0-http", ""),
    ("mem0-client", "legacy,schemars,testing,webhook-signature"),
    ("mem0-client-blocking", "legacy,schemars,testing,webhook-signature"),
    ("mem0-sdk", "legacy,schemars,testing,webhook-signature"),
];

/// The clients, each with its crate.
const CLIENTS: [(&str, &str); 2] =
    [("mem0-client", "AsyncMemoryClient"), ("mem0-client-blocking", "MemoryClient")];

/// What a program has beside the SDK: tokio and serde as README says, and the crates whose types an
/// example hands to the SDK.
const MANIFEST: &str = r#"[workspace]

[package]
name = "reader"
version = "0.0.0"
edition = "2024"
publish = false

[dependencies.mem0-sdk]
path = "../.."
features = ["chrono04", "jiff", "legacy", "schemars", "testing", "time03", "webhook-signature"]

[dependencies]
serde = { version = "1", features = ["derive"] }
serde_json = "1"
tokio = { version = "1", features = ["macros", "rt-multi-thread"] }
futures-util = { version = "0.3", default-features = false }

chrono = { version = "0.4", default-features = false }
jiff = { version = "1", default-features = false }
reqwest = { version = "0.13", default-features = false }
schemars = "1"
time = { version = "0.3", default-features = false }
tower-service = "0.3"
"#;

/// Crates that a guide names beside the SDK, and says so.
const NEED_MORE: [&str; 2] = ["mem0_server::", "hyper_util::"];

/// How a block of Rust begins.
const RUST: [&str; 4] = ["", "rust", "no_run", "compile_fail"];

/// Fewer would mean that some were not found.
const AT_LEAST: usize = 700;

/// Looks at the pages, then compiles and runs the examples.
pub(crate) fn check(root: &Path) -> Outcome {
    let mut source = String::new();
    let mut count = 0;
    let mut faults = Vec::new();
    for (name, features) in CRATES {
        let json = fs::read(rustdoc_json::write(root, name, features)?)?;
        let documentation = parse(&json)?;
        count += collect(&mut source, &documentation)?;
        if let Some((_, client)) = CLIENTS.iter().find(|(crate_name, _)| *crate_name == name) {
            faults.extend(method_order::faults(&documentation, client));
        }
    }
    if !faults.is_empty() {
        return Err(faults.join("\n").into());
    }
    if count < AT_LEAST {
        return Err(format!("only {count} examples were found in the documentation").into());
    }
    let package = root.join("target/reader");
    fs::create_dir_all(package.join("src"))?;
    fs::write(package.join("Cargo.toml"), MANIFEST)?;
    fs::write(package.join("src/lib.rs"), source)?;
    // The versions of the workspace, of which cargo drops what is not needed here.
    fs::copy(root.join("Cargo.lock"), package.join("Cargo.lock"))?;
    let status = Command::new(env!("CARGO"))
        .args(["test", "--offline", "--doc", "--quiet"])
        .current_dir(&package)
        .status()?;
    if !status.success() {
        return Err("an example does not work for a program that depends on mem0-sdk alone; \
                    its module above has the name of its file and line"
            .into());
    }
    println!("examples: {count} work in a package that depends on mem0-sdk alone");
    Ok(())
}

/// The tree of types may be deeper than serde_json reads by itself.
fn parse(json: &[u8]) -> Result<Value, serde_json::Error> {
    let mut reader = serde_json::Deserializer::from_slice(json);
    reader.disable_recursion_limit();
    serde::Deserialize::deserialize(&mut reader)
}

/// Writes each example as the documentation of a module that is named after its place, and counts
/// them.
fn collect(source: &mut String, documentation: &Value) -> Result<usize, std::fmt::Error> {
    let mut count = 0;
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut items: Vec<_> = documentation["index"].as_object().into_iter().flatten().collect();
    items.sort_by_key(|(id, _)| id.parse::<u64>().unwrap_or_default());
    // What another crate has is in that crate's file.
    for (_, item) in items.into_iter().filter(|(_, item)| item["crate_id"] == 0) {
        let span = &item["span"];
        let place: String = span["filename"]
            .as_str()
            .unwrap_or_default()
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
            .collect();
        let place = format!("{place}_{}", span["begin"][0]);
        for example in examples(item["docs"].as_str().unwrap_or_default()) {
            // A page has more than one example, and a macro more than one item at one place.
            let same = places.entry(place.clone()).or_default();
            *same += 1;
            writeln!(source, "#[doc = {example:?}]\npub mod {place}_{same} {{}}\n")?;
            count += 1;
        }
    }
    Ok(count)
}

/// The code blocks of a text. Those about the local platform inside a program, which guides have,
/// need its crates: the doctests of the package `tests` compile them.
fn examples(text: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if line.trim_start().starts_with("```") {
            let mut block = vec![line];
            let rest = lines.by_ref().inspect(|line| block.push(line));
            rest.take_while(|line| !line.trim_start().starts_with("```")).for_each(drop);
            let language = line.trim_start().trim_start_matches('`').split(',').next();
            if language.is_some_and(|name| RUST.contains(&name)) {
                blocks.push(block.join("\n"));
            }
        }
    }
    let needs_more = |block: &String| NEED_MORE.iter().any(|name| block.contains(name));
    blocks.retain(|block| !needs_more(block));
    blocks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_what_has_an_example() {
        let documentation = serde_json::json!({"index": {
            "1": {"crate_id": 0, "docs": "Adds.\n\n```\nlet \"a\";\n```", "span": {"filename": "a/b.rs", "begin": [7, 1]}},
            "2": {"crate_id": 0, "docs": "Nothing.", "span": {"filename": "a/b.rs", "begin": [9, 1]}},
            "3": {"crate_id": 5, "docs": "```\n```", "span": {"filename": "c.rs", "begin": [9, 1]}},
            "4": {"crate_id": 0, "docs": "```\n```\n```\n```", "span": {"filename": "a/b.rs", "begin": [7, 1]}},
            "5": {"crate_id": 0, "docs": null},
        }});
        let mut source = String::new();
        assert_eq!(collect(&mut source, &documentation).unwrap(), 3);
        assert!(source.starts_with("#[doc = \"```\\nlet \\\"a\\\";\\n```\"]\n"));
        assert!(source.contains("\npub mod a_b_rs_7_1 {}\n"), "{source}");
        assert!(source.contains("\npub mod a_b_rs_7_2 {}\n"), "{source}");
        assert!(source.contains("\npub mod a_b_rs_7_3 {}\n"), "{source}");
        assert_eq!(source.matches("pub mod").count(), 3);
        assert_eq!(examples("a\n```\nmem0_server::router();\n```\nb"), [""; 0]);
        assert_eq!(examples("```python\na\n```\n```no_run\nb\n```"), ["```no_run\nb\n```"]);
    }
}
