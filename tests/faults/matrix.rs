//! That `docs/data` lists the faults that are run and no others, and that `docs/reliability.md`
//! counts them.

use std::collections::BTreeSet;

use crate::fault::Fault;
use crate::rows::ALL;

const PAGE: &str = include_str!("../../docs/reliability.md");
const MATRIX: &str = include_str!("../../docs/data/faults.csv");
const SCENARIOS: &str = include_str!("../../docs/data/fault-scenarios.csv");

/// A cell as CSV spells it.
fn cell(text: &str) -> String {
    if text.contains([',', '"']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

/// A fault as the matrix lists it.
fn line(part: &str, fault: &Fault) -> String {
    let file = fault.file.rsplit_once("tests/faults/").map_or(fault.file, |(_, file)| file);
    let expected = fault.expected.to_string();
    let (repeatable, add) = expected.split_once(" | ").unwrap();
    [part, fault.text.trim(), repeatable, add, file, fault.name].map(cell).join(",")
}

/// Fails with what the file lacks, and with what it has that is not run.
#[track_caller]
fn assert_lists(file: &str, listed: &[String], run: &[String]) {
    let lines_of = |lines: &[String], others: &[String]| -> String {
        let without = lines.iter().filter(|line| !others.contains(line));
        without.map(|line| format!("{line}\n")).collect()
    };
    let (missing, extra) = (lines_of(run, listed), lines_of(listed, run));
    assert!(
        missing.is_empty() && extra.is_empty(),
        "docs/data/{file} lacks:\n{missing}and has, which is not run:\n{extra}"
    );
}

#[test]
fn the_matrix_lists_the_rows_and_no_others() {
    let lines_of = |(part, rows): &(&str, &'static [Fault])| -> Vec<String> {
        rows.iter().map(|fault| line(part, fault)).collect()
    };
    let run: Vec<_> = ALL.iter().flat_map(lines_of).collect();
    let mut lines = MATRIX.lines();
    assert_eq!(lines.next(), Some("part,fault,what_may_be_repeated,an_add,file,test"));
    let listed: Vec<_> = lines.map(str::to_owned).collect();
    assert_lists("faults.csv", &listed, &run);
    assert_eq!(listed, run, "each row once, in the order of the sources");
}

#[test]
fn every_row_has_a_name_of_its_own() {
    let names: Vec<_> =
        ALL.iter().flat_map(|(_, faults)| *faults).map(|fault| fault.name).collect();
    let all: BTreeSet<_> = names.iter().collect();
    assert_eq!(all.len(), names.len());
    let said = format!("{} faults", names.len());
    assert!(PAGE.contains(&said), "the page should say that there are {said}");
}

/// The tests that are not rows, by file.
const OTHERS: [(&str, &str); 8] = [
    ("cancellation.rs", include_str!("cancellation.rs")),
    ("clock.rs", include_str!("clock.rs")),
    ("hostile.rs", include_str!("hostile.rs")),
    ("keep_alive.rs", include_str!("keep_alive.rs")),
    ("ledger.rs", include_str!("ledger.rs")),
    ("platform.rs", include_str!("platform.rs")),
    ("soak.rs", include_str!("soak.rs")),
    ("storm.rs", include_str!("storm.rs")),
];

#[test]
fn the_scenarios_list_the_other_tests_and_no_others() {
    let mut run = Vec::new();
    for (file, source) in OTHERS {
        let tests = source.split("#[test]\nfn ").skip(1);
        let names = tests.map(|after| after.split('(').next().unwrap());
        // The child process of a soak.
        let names = names.filter(|name| *name != "load_when_told_to");
        run.extend(names.map(|name| format!("{file},{name}")));
    }
    let mut lines = SCENARIOS.lines();
    assert_eq!(lines.next(), Some("part,claim,file,test"));
    let file_and_test = |line: &str| {
        let mut cells = line.rsplit(',');
        let (test, file) = (cells.next().unwrap(), cells.next().unwrap());
        format!("{file},{test}")
    };
    let listed: Vec<_> = lines.map(file_and_test).collect();
    assert_lists("fault-scenarios.csv", &listed, &run);
    assert_eq!(listed.len(), run.len(), "each test once");
}

#[test]
fn every_link_leads_to_a_test() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("faults");
    for link in PAGE.split("[`").skip(1) {
        let Some((name, rest)) = link.split_once("`](../tests/faults/") else { continue };
        let file = rest.split(')').next().unwrap();
        let source = std::fs::read_to_string(folder.join(file)).unwrap();
        let (row, test) = (format!("    {name}: "), format!("fn {name}()"));
        assert!(source.contains(&row) || source.contains(&test), "{file} has no {name}");
    }
}
