//! Checks which other crates show in the public API of the SDK. Their breaking releases would be
//! ours, so there are few, each with a reason, and of version 0.x only two crates of traits.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use crate::Outcome;

/// A crate that may show, with the version of its types, and the reason.
const ALLOWED: [(&str, &str, &str); 9] = [
    ("bytes", "1", "bodies, which requests share without copying"),
    (
        "futures-core",
        "0.3",
        "`Stream`, a trait that has not changed since 2019 and that every combinator is for",
    ),
    ("http", "1", "methods, statuses and headers"),
    ("http-body", "1", "the trait of a body, for services of the caller's own"),
    (
        "reqwest",
        "0.13",
        "in `http_client` and `http_client_with` alone, for who brings a reqwest client",
    ),
    ("schemars", "1", "feature `schemars`: the JSON Schema of an export's type"),
    ("serde_core", "1", "serde's traits, `Serialize` and `Deserialize`, are defined there"),
    ("serde_json", "1", "metadata, and fields that are not typed"),
    ("tower-service", "0.3", "`Service`, a trait that has not changed since 2019: the seam"),
];

/// Where a crate may show, if not everywhere.
const ONLY_IN: [(&str, &str); 2] =
    [("reqwest", "::http_client"), ("tower-service", "tower_service::Service")];

/// Crates that are the language's, and our own.
const OURS: [&str; 8] = [
    "alloc",
    "core",
    "std",
    "mem0_client",
    "mem0_client_blocking",
    "mem0_http",
    "mem0_sdk",
    "mem0_types",
];

/// Fails if a listing shows a crate that is not allowed, or another version of an allowed one.
pub(crate) fn check(root: &Path, listings: &[&str]) -> Outcome {
    let mut faults = versions(&fs::read_to_string(root.join("Cargo.lock"))?);
    for name in listings {
        let listing = fs::read_to_string(root.join(format!("docs/public-api/{name}.txt")))?;
        if listing.is_empty() {
            writeln!(faults, "docs/public-api/{name}.txt is empty")?;
        }
        for fault in foreign(&listing) {
            writeln!(faults, "docs/public-api/{name}.txt: {fault}")?;
        }
    }
    if faults.is_empty() {
        println!("public-api: only our own types and those of the allowed crates show");
        return Ok(());
    }
    Err(format!("{faults}See xtask/src/foreign_types.rs for what may show, and why.").into())
}

/// The allowed crates of which the lock file has no allowed version.
fn versions(lock: &str) -> String {
    let mut locked: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut name = "";
    for line in lock.lines() {
        if let Some(value) = value(line, "name") {
            name = value;
        } else if let Some(version) = value(line, "version") {
            locked.entry(name).or_default().insert(version);
        }
    }
    let mut faults = String::new();
    for (name, allowed, _) in ALLOWED {
        let versions = locked.get(name).into_iter().flatten();
        let has = versions.clone().any(|version| version.starts_with(&format!("{allowed}.")));
        if !has {
            let versions: Vec<_> = versions.collect();
            let _ =
                writeln!(faults, "{name}: version {allowed} may show, and {versions:?} is there");
        }
    }
    faults
}

fn value<'a>(line: &'a str, key: &str) -> Option<&'a str> {
    line.strip_prefix(key)?.strip_prefix(" = \"")?.strip_suffix('"')
}

/// Each crate that shows in the listing but may not, with the first such line.
fn foreign(listing: &str) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let mut faults = Vec::new();
    for line in listing.lines() {
        for name in crates(line) {
            let allowed = OURS.contains(&name)
                || ALLOWED.iter().any(|(allowed, ..)| allowed.replace('-', "_") == name)
                    && ONLY_IN.iter().all(|(only, place)| {
                        only.replace('-', "_") != name || line.contains(place)
                    });
            if !allowed && seen.insert(name) {
                faults.push(format!("{name} may not show here: {line}"));
            }
        }
    }
    faults
}

/// The crates of the paths in a line: the first name of each path with several.
fn crates(line: &str) -> impl Iterator<Item = &str> {
    let is_path = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b':');
    line.split(move |c: char| !c.is_ascii() || !is_path(c as u8))
        // `<T as Trait>::Item`, and `name: Type` without a space.
        .filter(|path| !path.starts_with(':'))
        .filter_map(|path| path.split_once("::").map(|(first, _)| first))
        .filter(|first| first.starts_with(|c: char| c.is_ascii_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crate_that_may_not_show_is_found_once_with_its_line() {
        let listing = "pub fn mem0_types::Timestamp::chrono(&self) -> chrono::naive::NaiveDate\n\
                       pub fn mem0_types::Timestamp::other(&self) -> chrono::naive::NaiveDate\n\
                       impl<T> core::convert::From<url::Url> for mem0_types::Scope\n\
                       pub type mem0_types::X::Error = <T as core::convert::TryFrom>::Error\n";
        let faults = foreign(listing);
        assert_eq!(faults.len(), 2, "{faults:?}");
        assert!(
            faults[0].contains("chrono") && faults[0].contains("::chrono(&self)"),
            "{faults:?}"
        );
        assert!(faults[1].starts_with("url "), "{faults:?}");
    }

    #[test]
    fn reqwest_shows_in_its_own_constructor_alone() {
        let constructor =
            "pub fn mem0_client::AsyncMemoryClientBuilder::http_client(self, c: reqwest::Client)";
        assert_eq!(foreign(constructor), [""; 0]);
        let elsewhere = "pub fn mem0_client::Error::source(self) -> reqwest::Error";
        assert_eq!(foreign(elsewhere).len(), 1);
    }

    #[test]
    fn another_version_of_a_crate_is_found() {
        let lock = |http: &str| {
            let others = ALLOWED.iter().filter(|(name, ..)| *name != "http");
            let mut lock = format!("name = \"http\"\nversion = \"{http}\"\n");
            for (name, version, _) in others {
                let _ = write!(lock, "name = \"{name}\"\nversion = \"{version}.7\"\n");
            }
            lock
        };
        assert_eq!(versions(&lock("1.5.0")), "");
        assert!(versions(&lock("2.0.0")).starts_with("http: version 1 may show"));
    }
}
