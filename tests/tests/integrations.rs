//! That what `docs/guides/integrations.md` tells one to type can be read by what reads it.

use std::collections::BTreeMap;
use std::io::Write;
use std::process::{Command, Stdio};

const PAGE: &str = include_str!("../../docs/guides/integrations.md");

/// The blocks of the page by their language.
fn blocks() -> BTreeMap<&'static str, Vec<&'static str>> {
    let mut found: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for part in PAGE.split("\n```").skip(1).step_by(2) {
        let (language, block) = part.split_once('\n').unwrap();
        found.entry(language).or_default().push(block);
    }
    found
}

/// Whether a program takes the block; `None` where there is no such program.
fn reads(program: &str, arguments: &[&str], block: &str) -> Option<bool> {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::null());
    let mut child = command.spawn().ok()?;
    child.stdin.take()?.write_all(block.as_bytes()).ok()?;
    Some(child.wait().ok()?.success())
}

/// The commands of a console, without what they print.
fn commands(console: &str) -> String {
    let lines = console.lines().filter_map(|line| line.strip_prefix("$ "));
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn every_block_can_be_read() {
    let blocks = blocks();
    let languages: Vec<_> = blocks.keys().copied().collect();
    assert_eq!(languages, ["console", "javascript", "json", "python", "yaml"]);
    let python = ["-c", "import ast, sys; ast.parse(sys.stdin.read())"];
    for (language, blocks) in blocks {
        for block in blocks {
            let taken = match language {
                "console" => reads("sh", &["-n"], &commands(block)),
                "javascript" => reads("node", &["--input-type=module", "--check"], block),
                "json" => Some(serde_json::from_str::<serde_json::Value>(block).is_ok()),
                "python" => reads("python3", &python, block),
                // A mapping of mappings, one a line.
                _ => Some(block.lines().all(|line| line.contains(':'))),
            };
            assert_ne!(taken, Some(false), "{language}: {block}");
        }
    }
    // What is not so is noticed, where the program is there.
    for (program, arguments) in [("sh", &["-n"][..]), ("python3", &python)] {
        assert_ne!(reads(program, arguments, "if ("), Some(true), "{program}");
    }
}

/// A row says of what is known whether it was run or only read.
#[test]
fn the_table_says_of_each_whether_it_was_run() {
    let rows: Vec<Vec<_>> = PAGE
        .lines()
        .filter(|line| line.starts_with("| ") && !line.starts_with("| Integration"))
        .map(|line| line.trim_matches('|').split(" | ").map(str::trim).collect())
        .collect();
    assert!(rows.len() > 25, "{}", rows.len());
    for row in &rows {
        assert_eq!(row.len(), 4, "{row:?}");
        assert!(["ran", "the client ran", "read", "–"].contains(&row[3]), "{row:?}");
    }
}
