//! That `docs/coverage.md` is complete and true.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::answers::{Answer, fits};
use crate::recordings::Recording;

const PAGE: &str = include_str!("../../docs/coverage.md");

/// An operation's row.
struct Row {
    operation: &'static str,
    methods: Vec<&'static str>,
    recordings: Vec<&'static str>,
}

/// What stands between backticks.
fn quoted(cell: &'static str) -> Vec<&'static str> {
    cell.split('`').skip(1).step_by(2).collect()
}

fn rows() -> Vec<Row> {
    let cells = PAGE.lines().map(|line| line.split('|').map(str::trim).collect::<Vec<_>>());
    cells
        .filter(|cells| cells.len() == 7 && cells[1].starts_with('`'))
        .map(|cells| Row {
            operation: quoted(cells[1])[0],
            methods: quoted(cells[2]),
            recordings: quoted(cells[3]),
        })
        .collect()
}

/// What the specification has, and the operations that it leaves out.
pub(crate) fn operations() -> BTreeSet<String> {
    let specification: Value =
        serde_json::from_str(include_str!("../fixtures/openapi.json")).unwrap();
    let mut operations = BTreeSet::new();
    for (path, item) in specification["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys().filter(|key| *key != "parameters") {
            operations.insert(format!("{} {path}", method.to_uppercase()));
        }
    }
    assert_eq!(operations.len(), 55);
    operations.extend([
        "GET /v2/entities/user/{entity_id}/profile/".to_owned(),
        "POST /v2/profiles/jobs/".to_owned(),
        "GET /v2/profiles/jobs/{job_id}/".to_owned(),
        "GET /v2/profiles/settings/".to_owned(),
        "POST /v2/profiles/settings/".to_owned(),
    ]);
    operations
}

#[test]
fn every_operation_has_one_row_and_one_answer() {
    let listed: Vec<_> = rows().iter().map(|row| row.operation.to_owned()).collect();
    assert_eq!(listed.len(), 60);
    assert_eq!(listed.into_iter().collect::<BTreeSet<_>>(), operations());
    let answered: Vec<_> = Answer::all().into_iter().map(|answer| answer.operation).collect();
    assert_eq!(answered.len(), 60);
    assert_eq!(answered.into_iter().collect::<BTreeSet<_>>(), operations());
}

#[test]
fn every_row_names_methods_that_there_are_and_recordings_of_the_operation() {
    let methods = crate::parity::methods_of_the_async_client();
    let recordings: BTreeMap<String, Recording> = Recording::official()
        .into_iter()
        .chain(Recording::specified())
        .map(|recording| (recording.name.clone(), recording))
        .collect();
    for row in rows() {
        let operation = row.operation;
        assert!(!row.methods.is_empty() && !row.recordings.is_empty(), "{operation}");
        for method in row.methods {
            assert!(methods.iter().any(|known| known == method), "{operation}: {method}");
        }
        let (method, template) = operation.split_once(' ').unwrap();
        for name in row.recordings {
            let recording = recordings.get(name).unwrap_or_else(|| panic!("{operation}: {name}"));
            let is_of_it = recording
                .requests
                .iter()
                .any(|request| request.method == method && fits(template, &request.path));
            assert!(is_of_it, "{operation}: {name} sends something else");
        }
    }
}

/// The public fields of answers whose type is JSON, read from the sources.
fn fields_that_stay_json() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../mem0-types/src"), &mut found);
    found
}

fn read(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            read(&path, found);
            continue;
        }
        let source = fs::read_to_string(path).unwrap();
        for record in source.split("\nrecord! {").skip(1) {
            let record = &record[..record.find("\n}\n").unwrap()];
            let (_, rest) = record.split_once("pub struct ").unwrap();
            let (name, fields) = rest.split_once(" {").unwrap();
            let is_field = |line: &&str| !line.starts_with("//") && line.contains(" = \"");
            for line in fields.lines().map(str::trim).filter(is_field) {
                let Some((field, of_type)) = line.split_once(": ") else { continue };
                if of_type.contains("Value") || of_type.contains("Metadata") {
                    found.insert(format!("{name}::{field}"));
                }
            }
        }
    }
}

#[test]
fn every_field_that_stays_json_is_listed_with_a_reason() {
    let (_, table) = PAGE.split_once("## What stays JSON").unwrap();
    let listed: BTreeSet<String> = table
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once("` | "))
        .map(|(field, reason)| {
            assert!(reason.trim_end_matches(" |").len() > 5, "{field}");
            field.to_owned()
        })
        .collect();
    assert_eq!(listed, fields_that_stay_json());
}
