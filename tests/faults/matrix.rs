//! That the fault matrix of `docs/reliability.md` is the rows that are run.

use std::collections::BTreeSet;

use crate::rows::ALL;

const PAGE: &str = include_str!("../../docs/reliability.md");

/// A part of the matrix as the page shows it.
fn table(heading: &str, faults: &[crate::fault::Fault]) -> String {
    let mut table = format!(
        "### {heading}\n\n| Fault | What may be repeated | An add | Test |\n|---|---|---|---|\n"
    );
    for fault in faults {
        let file = fault.file.rsplit_once("tests/faults/").map_or(fault.file, |(_, file)| file);
        let (text, name) = (fault.text.trim(), fault.name);
        let expected = fault.expected;
        table += &format!("| {text} | {expected} | [`{name}`](../tests/faults/{file}) |\n");
    }
    table
}

#[test]
fn the_page_shows_the_rows() {
    let tables = ALL.map(|(heading, faults)| table(heading, faults));
    for table in &tables {
        assert!(PAGE.contains(table.as_str()), "the page should have:\n\n{}", tables.join("\n"));
    }
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

/// The tests that are no rows, by file.
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
fn the_page_links_every_other_test() {
    for (file, source) in OTHERS {
        for after in source.split("#[test]\nfn ").skip(1) {
            let name = after.split('(').next().unwrap();
            let link = format!("[`{name}`](../tests/faults/{file})");
            let is_a_part = name == "load_when_told_to";
            assert!(is_a_part || PAGE.contains(&link), "the page does not link {link}");
        }
    }
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
