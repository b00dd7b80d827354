//! The page of providers names those that there are.

use std::fs;
use std::path::Path;

use mem0_components::{ComponentKind, Registry};

/// The first column of the table of a section, and how many columns are not empty.
fn rows<'a>(page: &'a str, section: &str) -> Vec<(&'a str, usize)> {
    let (_, from) = page.split_once(&format!("\n## {section}\n")).unwrap();
    let section = from.split("\n## ").next().unwrap();
    let rows = section.lines().filter(|line| line.starts_with("| `")).skip(1);
    let rows = rows.map(|row| {
        let cells: Vec<_> = row.trim_matches('|').split('|').map(str::trim).collect();
        (cells[0].trim_matches('`'), cells.iter().filter(|cell| !cell.is_empty()).count())
    });
    rows.collect()
}

#[test]
fn the_page_has_a_row_for_each_provider_and_for_no_other() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/providers.md");
    let page = fs::read_to_string(page).unwrap();
    let registry = mem0_providers::register(Registry::empty());
    for (section, kind, columns) in [
        ("Language models", ComponentKind::Llm, 4),
        ("Embedders", ComponentKind::Embedder, 3),
        ("Rerankers", ComponentKind::Reranker, 3),
    ] {
        let rows = rows(&page, section);
        let names: Vec<_> = rows.iter().map(|(name, _)| *name).collect();
        assert_eq!(names, registry.names(kind).collect::<Vec<_>>(), "{section}");
        assert!(rows.iter().all(|(_, cells)| *cells == columns), "{rows:?}");
    }
}
