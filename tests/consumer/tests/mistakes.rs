//! A wrong argument is one error, with a sentence that says what fits.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// A line of a file, by the file's path.
type Place = (String, u64);

/// The errors of the program `mistakes`, as they are printed, by where they are.
fn errors() -> BTreeMap<Place, Vec<String>> {
    let checked = Command::new(env!("CARGO"))
        .args(["check", "--offline", "--locked", "--message-format=json"])
        .args(["--example", "mistakes", "--features", "mistakes"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    let mut errors: BTreeMap<Place, Vec<String>> = BTreeMap::new();
    for line in String::from_utf8(checked.stdout).unwrap().lines() {
        let message = &serde_json::from_str::<Value>(line).unwrap()["message"];
        let spans = message["spans"].as_array().cloned().unwrap_or_default();
        let Some(span) = spans.iter().find(|span| span["is_primary"] == true) else { continue };
        if message["level"] == "error" {
            let place = (span["file_name"].as_str().unwrap().to_owned(), line_of(span));
            errors.entry(place).or_default().push(message["rendered"].as_str().unwrap().to_owned());
        }
    }
    assert!(!errors.is_empty(), "{}", String::from_utf8_lossy(&checked.stderr));
    errors
}

fn line_of(span: &Value) -> u64 {
    span["line_start"].as_u64().unwrap()
}

/// The lines that end in `//~`, with the text that follows it.
fn expected() -> BTreeMap<Place, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("mistakes");
    let mut expected = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = format!("mistakes/{}", path.file_name().unwrap().to_str().unwrap());
        let source = fs::read_to_string(&path).unwrap();
        for (line, number) in source.lines().zip(1..) {
            if let Some((_, text)) = line.split_once("; //~ ") {
                expected.insert((name.clone(), number), text.to_owned());
            }
        }
    }
    expected
}

#[test]
fn each_mistake_is_one_error_that_says_what_to_write() {
    let (errors, expected) = (errors(), expected());
    assert!(expected.len() > 100, "{}", expected.len());
    let mut wrong = Vec::new();
    for (place, text) in &expected {
        match errors.get(place).map(Vec::as_slice).unwrap_or_default() {
            [only] if only.contains(text) => {}
            [only] => wrong.push(format!("{place:?} does not say {text}:\n{only}")),
            several => wrong.push(format!("{place:?} has {} errors", several.len())),
        }
    }
    let others = errors.keys().filter(|place| !expected.contains_key(*place));
    wrong.extend(others.map(|place| format!("{place:?} is not expected: {}", errors[place][0])));
    assert!(wrong.is_empty(), "{} of {}\n{}", wrong.len(), expected.len(), wrong.join("\n"));
}
