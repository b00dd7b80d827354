//! That the pages of `docs/compatibility` count right, and that every row which is named anywhere
//! is there.

use std::collections::{BTreeMap, BTreeSet};

use mem0_tests::openapi::EXCEPTIONS;

/// The page that counts the deviations of the others; it has no rows.
const INDEX: &str = include_str!("../../docs/compatibility/README.md");

/// Each page with rows, and the letters of its tables in their order.
const PAGES: [(&str, &str); 2] = [
    (include_str!("../../docs/compatibility/clients.md"), "CW"),
    (include_str!("../../docs/compatibility/platform.md"), "SPE"),
];

/// The most characters of a row: what else is known stands below its table.
const LONGEST_ROW: usize = 400;

/// A row's label and what it deviates from, as the last column has it.
fn rows() -> Vec<(&'static str, &'static str)> {
    PAGES.iter().flat_map(|(page, _)| rows_of(page)).collect()
}

fn rows_of(page: &'static str) -> Vec<(&'static str, &'static str)> {
    let cells = page.lines().filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |"));
    cells
        .map(|cells| cells.split(" | ").collect::<Vec<_>>())
        .filter(|cells| number(cells[0]).is_some())
        .map(|cells| {
            assert!(cells.len() > 2 && cells.iter().all(|cell| !cell.is_empty()), "{cells:?}");
            (cells[0], cells[cells.len() - 1])
        })
        .collect()
}

/// The number in a row's label.
fn number(label: &str) -> Option<usize> {
    let is_table = |letter| PAGES.iter().any(|(_, tables)| tables.contains(letter));
    label.strip_prefix(is_table)?.parse().ok()
}

/// What the row of this label deviates from.
pub(crate) fn deviates_from(label: &str) -> Option<&'static str> {
    rows().into_iter().find(|(known, _)| *known == label).map(|(_, from)| from)
}

/// The index and the pages in one line.
fn text() -> String {
    let pages = PAGES.iter().map(|(page, _)| *page);
    let words = std::iter::once(INDEX).chain(pages).flat_map(str::split_whitespace);
    words.collect::<Vec<_>>().join(" ")
}

/// The number that stands before these words, which stand on the pages once.
fn stated(words: &str) -> usize {
    let text = text();
    let (before, after) = text.split_once(words).unwrap_or_else(|| panic!("{words} is not said"));
    assert!(!after.contains(words), "{words} is said twice");
    let number = before.rsplit(|c: char| !c.is_ascii_digit()).next().unwrap();
    number.parse().unwrap_or_else(|_| panic!("no number before {words}"))
}

/// Each scenario's file with the number of its checks, as `tests/official/run` has them.
fn driven_integrations() -> BTreeSet<(String, u32)> {
    let run = include_str!("../official/run");
    let commands = run.lines().map(|line| line.split(' ').collect::<Vec<_>>());
    commands
        .filter_map(|words| match words[..] {
            ["drive", _, checks, "integration", _, name] => Some((format!("{name}.py"), checks)),
            ["drive", _, checks, "node_integration", name] => Some((format!("{name}.mjs"), checks)),
            _ => None,
        })
        .map(|(file, checks)| (file, checks.parse().unwrap()))
        .collect()
}

#[test]
fn the_page_of_integrations_lists_what_is_run() {
    let page = include_str!("../../docs/compatibility/integrations.md");
    let rows = page.lines().filter_map(|line| line.strip_suffix(" |")?.rsplit_once("` | "));
    let listed: BTreeSet<(String, u32)> = rows
        .map(|(before, checks)| (before.rsplit_once('`').unwrap().1, checks.parse().unwrap()))
        .map(|(file, checks)| (file.to_owned(), checks))
        .collect();
    assert_eq!(listed, driven_integrations());
    assert!(listed.len() > 10, "{listed:?}");

    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/official/integrations");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
    let there: BTreeSet<String> = files
        .map(|file| file.into_string().unwrap())
        .filter(|file| (file.ends_with(".py") || file.ends_with(".mjs")) && file != "scenario.py")
        .collect();
    assert_eq!(there, listed.into_iter().map(|(file, _)| file).collect());
}

#[test]
fn rows_are_numbered_without_gap_or_repetition() {
    assert!(rows_of(INDEX).is_empty());
    for (page, letters) in PAGES {
        let mut tables: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        let mut in_order = Vec::new();
        for (label, _) in rows_of(page) {
            in_order.push(&label[..1]);
            tables.entry(&label[..1]).or_default().push(number(label).unwrap());
        }
        in_order.dedup();
        assert_eq!(in_order.concat(), letters);
        for (table, numbers) in tables {
            assert_eq!(numbers, (1..=numbers.len()).collect::<Vec<_>>(), "{table}");
        }
    }
}

#[test]
fn a_row_is_short() {
    for line in PAGES.iter().flat_map(|(page, _)| page.lines()) {
        let is_short = line.chars().count() <= LONGEST_ROW;
        assert!(is_short || !line.starts_with('|'), "over {LONGEST_ROW} characters: {line}");
    }
}

/// The list below a table says more about its rows, and about no others.
#[test]
fn the_lists_below_a_table_name_its_rows_in_order() {
    for (page, letters) in PAGES {
        for (letter, section) in letters.chars().zip(page.split("\n| Row | ").skip(1)) {
            let items = section.lines().filter_map(|line| line.strip_prefix("- ")?.split_once(':'));
            let labels: Vec<_> = items.map(|(label, _)| label).collect();
            let of_the_table: Vec<_> = rows_of(page)
                .into_iter()
                .map(|(label, _)| label)
                .filter(|label| label.starts_with(letter))
                .collect();
            let places: Vec<_> = labels
                .iter()
                .filter(|label| number(label).is_some())
                .map(|label| of_the_table.iter().position(|known| known == label))
                .collect();
            assert!(!places.is_empty(), "{letter}");
            assert!(places.iter().all(Option::is_some), "{letter}: {labels:?}");
            assert!(places.is_sorted_by(|a, b| a < b), "{letter}: {labels:?}");
        }
    }
}

#[test]
fn the_deviations_are_as_many_as_is_said() {
    let mut counted = BTreeMap::from([("client", 0), ("specification", 0), ("both", 0), ("–", 0)]);
    for (label, from) in rows() {
        *counted.get_mut(from).unwrap_or_else(|| panic!("{label} deviates from {from}?")) += 1;
    }
    for from in ["specification", "client", "both"] {
        let words = format!("(`{from}`, {} rows)", counted[from]);
        assert!(text().contains(&words), "the index does not say {words}");
    }
    counted.remove("–");
    assert_eq!(stated(" rows are deviations"), counted.values().sum::<usize>());
}

#[test]
fn the_contradictions_are_as_many_as_is_said() {
    let all: Vec<_> = rows().into_iter().filter(|(label, _)| label.starts_with('C')).collect();
    let text = text();
    let (_, others) = text.split_once("how the official clients work: ").unwrap();
    let (others, _) = others.split_once(". ").unwrap();
    let others: Vec<_> = others.split([',', ' ']).filter_map(number).collect();
    assert!(others.is_sorted_by(|a, b| a < b) && others.last() <= Some(&all.len()), "{others:?}");
    assert_eq!(stated(" state what the sources leave out"), others.len());
    assert_eq!(stated(" of the rows each state one contradiction"), all.len() - others.len());
}

#[test]
fn an_exception_of_the_local_platform_deviates_from_the_specification() {
    for exception in EXCEPTIONS {
        assert_eq!(deviates_from(exception.row), Some("specification"), "{}", exception.row);
    }
}

/// The labels of rows in a text: a letter and a number that stand by themselves.
fn labels(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '_' | '%'))
        .filter(|word| number(word).is_some())
}

#[test]
fn every_row_that_is_named_is_there() {
    let known: BTreeSet<_> = rows().into_iter().map(|(label, _)| label).collect();
    let mut found = BTreeMap::new();
    for (path, text) in [".rs", ".md"].into_iter().flat_map(crate::prose::files) {
        let place = path.display().to_string();
        found.extend(labels(&text).map(|label| (label.to_owned(), place.clone())));
    }
    assert!(found.len() >= known.len(), "the pages themselves name every row");
    for (label, place) in found {
        assert!(known.contains(label.as_str()), "{place} names {label}, which is no row");
    }
    let words: Vec<_> = labels("see C3, %C3%A9, (E12); C3d, \"S1\" C_4").collect();
    assert_eq!(words, ["C3", "E12", "S1"]);
}
