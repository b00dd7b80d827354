//! That comments and pages are wrapped, and that the links of the pages lead somewhere.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The most characters of a line of a comment or of a page's prose.
const WIDTH: usize = 100;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The files with this ending, each with its text; without what tools build and install.
pub(crate) fn files(ending: &str) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    read_folder(&root(), ending, &mut found);
    found
}

fn read_folder(folder: &Path, ending: &str, found: &mut Vec<(PathBuf, String)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            if !name.starts_with('.') && name != "target" && name != "node_modules" {
                read_folder(&path, ending, found);
            }
        } else if name.ends_with(ending) {
            let text = fs::read_to_string(&path).unwrap();
            found.push((path, text));
        }
    }
}

/// The path as it is seen from the root.
fn place(path: &Path) -> String {
    path.strip_prefix(root()).unwrap().display().to_string()
}

/// Whether a line is too long and can be broken: neither a table's row, which cannot, nor a
/// single word, such as an address or a link, nor what a link's name stands for.
fn is_too_long(line: &str, text: &str) -> bool {
    let text = text.trim();
    let text = text.strip_prefix("- ").unwrap_or(text);
    let is_name_of_a_link = text.starts_with('[') && text.contains("]: ");
    let is_row = text.starts_with('|');
    line.chars().count() > WIDTH && text.contains(' ') && !is_row && !is_name_of_a_link
}

/// What a line says if it is a comment.
fn comment(line: &str) -> Option<&str> {
    let text = line.trim_start().strip_prefix("//")?;
    Some(text.strip_prefix(['/', '!']).unwrap_or(text))
}

fn long_comments(source: &str) -> Vec<usize> {
    let lines = source.lines().enumerate();
    lines
        .filter(|(_, line)| comment(line).is_some_and(|text| is_too_long(line, text)))
        .map(|(index, _)| index + 1)
        .collect()
}

/// The lines of a page outside of its code, each with its number.
fn prose(page: &str) -> Vec<(usize, &str)> {
    let mut is_code = false;
    let mut lines = Vec::new();
    for (index, line) in page.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            is_code = !is_code;
        } else if !is_code {
            lines.push((index + 1, line));
        }
    }
    lines
}

fn long_prose(page: &str) -> Vec<usize> {
    let lines = prose(page).into_iter();
    lines.filter(|(_, line)| is_too_long(line, line)).map(|(number, _)| number).collect()
}

#[track_caller]
fn assert_none(found: &[String], what: &str) {
    assert!(found.is_empty(), "{} {what}:\n{}", found.len(), found.join("\n"));
}

/// Rustfmt leaves comments as they are.
#[test]
fn comments_are_wrapped() {
    let mut found = Vec::new();
    let files = files(".rs");
    assert!(files.len() > 300, "only {} files", files.len());
    for (path, source) in &files {
        let lines = long_comments(source).into_iter();
        found.extend(lines.map(|line| format!("{}:{line}", place(path))));
    }
    assert_none(&found, "lines of comments are too long");

    let word = "a".repeat(WIDTH);
    let long = format!("{word} b");
    for (source, lines) in [
        (format!("// {long}\n/// {long}\n    //! - {long}\nlet a = 1;"), vec![1, 2, 3]),
        (format!("let {long}; // {long}"), vec![]),
        (format!("/// {word}\n/// - {word}\n/// | {long} |\n/// [a b]: {word}"), vec![]),
        (format!("// {}", &long[5..]), vec![]),
        (format!("// {}", &long[4..]), vec![1]),
    ] {
        assert_eq!(long_comments(&source), lines, "{source}");
    }
}

#[test]
fn the_prose_of_pages_is_wrapped() {
    let mut found = Vec::new();
    for (path, page) in files(".md") {
        let place = place(&path);
        found.extend(long_prose(&page).into_iter().map(|line| format!("{place}:{line}")));
    }
    assert_none(&found, "lines of prose are too long");

    let long = "a b ".repeat(WIDTH);
    assert_eq!(long_prose(&format!("{long}\n- {long}\n| {long} |")), [1, 2]);
    assert_eq!(long_prose(&format!("```text\n{long}\n```\n{long}")), [4]);
}

/// The address of a heading, as GitHub makes it.
fn anchor(heading: &str) -> String {
    let kept = |c: &char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_');
    heading.trim().to_lowercase().chars().filter(kept).collect::<String>().replace(' ', "-")
}

fn anchors(page: &str) -> BTreeSet<String> {
    let headings = prose(page).into_iter().filter(|(_, line)| line.starts_with('#'));
    headings.map(|(_, line)| anchor(line.trim_start_matches('#'))).collect()
}

/// The addresses that a page links to, without those of other hosts.
fn links(page: &str) -> Vec<String> {
    let lines: Vec<_> = prose(page).into_iter().map(|(_, line)| line).collect();
    let text = lines.join("\n");
    let addresses = text.split("](").skip(1).filter_map(|rest| rest.split_once(')'));
    let inline = addresses.map(|(address, _)| address);
    inline
        .chain(definitions(page).into_iter().map(|(_, address)| address))
        .map(str::to_owned)
        .filter(|address| !address.contains(':') && !address.contains(char::is_whitespace))
        .collect()
}

/// The links that a page defines by a name, as `[name]: address`.
fn definitions(page: &str) -> Vec<(&str, &str)> {
    let lines = prose(page).into_iter();
    lines.filter_map(|(_, line)| line.strip_prefix('[')?.split_once("]: ")).collect()
}

/// Why a link of the page at this path leads nowhere.
fn fault(path: &Path, page: &str, link: &str) -> Option<&'static str> {
    let (file, heading) = link.split_once('#').unwrap_or((link, ""));
    let target = path.parent().unwrap().join(file);
    if !file.is_empty() && !target.exists() {
        return Some("there is no such file");
    }
    if heading.is_empty() {
        return None;
    }
    let there = if file.is_empty() { page.to_owned() } else { fs::read_to_string(target).ok()? };
    (!anchors(&there).contains(heading)).then_some("there is no such heading")
}

#[test]
fn links_of_pages_lead_somewhere() {
    let mut found = Vec::new();
    let mut count = 0;
    for (path, page) in files(".md") {
        for link in links(&page) {
            count += 1;
            let fault = fault(&path, &page, &link);
            found.extend(fault.map(|fault| format!("{}: {link}: {fault}", place(&path))));
        }
    }
    assert_none(&found, "links lead nowhere");
    assert!(count > 50, "only {count} links");

    let page = "# What `a` costs, in 2 parts\n[a](#what-a-costs-in-2-parts) [b](#b) [c](no.md)";
    let faults: Vec<_> =
        links(page).iter().map(|link| fault(&root().join("README.md"), page, link)).collect();
    assert_eq!(faults, [None, Some("there is no such heading"), Some("there is no such file")]);
    assert_eq!(links("[a](https://a.example/b) ```\n[b](c d)"), [""; 0]);
}

/// A guide is a page of the repository, and a module of `mem0-sdk`, where a path to another file
/// leads nowhere: there the definition above the module counts.
#[test]
fn guides_are_modules_with_links_of_their_own() {
    let modules = fs::read_to_string(root().join("src/guides.rs")).unwrap();
    let mut count = 0;
    for (path, page) in files(".md") {
        if path.parent() != Some(&root().join("docs/guides")) {
            continue;
        }
        count += 1;
        let name = path.file_stem().unwrap().to_str().unwrap();
        let include = format!("#[doc = include_str!(\"../docs/guides/{name}.md\")]\n");
        let (above, below) = modules.split_once(&include).expect(name);
        let module = name.replace('-', "_");
        assert!(below.starts_with(&format!("pub mod {module} {{}}\n")), "{name}");
        assert!(modules.contains(&format!("[`{module}`]")), "{name} is not in the list");

        let above = above.rsplit_once("\n\n").map_or(above, |(_, above)| above);
        let above: Vec<_> = definitions(&above.replace("/// [", "["))
            .iter()
            .map(|(name, _)| name.to_string())
            .collect();
        let named: Vec<_> = definitions(&page).iter().map(|(name, _)| name.to_string()).collect();
        assert_eq!(named, above, "{name}: the links of the page and of src/guides.rs");
        let defined: Vec<_> = definitions(&page).iter().map(|(_, address)| *address).collect();
        let inline = links(&page)
            .into_iter()
            .find(|link| !link.starts_with('#') && !defined.contains(&link.as_str()));
        assert_eq!(inline, None, "{name}: give it a name, and define it in src/guides.rs too");
    }
    assert!(count > 10, "only {count} guides");
}
