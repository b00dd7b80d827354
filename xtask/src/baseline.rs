//! Compares the listings of the public API with those of the last release. A removal or change
//! requires a version number that says so, and an entry in the changelog.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::{Outcome, output};

/// Compares the listings with those at the last tag `v…`, using `difference`. Passes with a message
/// if there is no such tag.
pub(crate) fn check(
    root: &Path,
    listings: &[&str],
    difference: fn(&str, &str) -> String,
) -> Outcome {
    let Ok(tag) = output(root, "git", &["describe", "--tags", "--abbrev=0", "--match", "v[0-9]*"])
    else {
        println!("public-api: there is no release to compare with");
        return Ok(());
    };
    let mut removed = Vec::new();
    for name in listings {
        let path = format!("docs/public-api/{name}.txt");
        // A listing that the release did not have is all new.
        let then = at(root, &tag, &path)?.unwrap_or_default();
        let now = fs::read_to_string(root.join(&path))?;
        let difference = difference(&then, &now);
        let lines = difference.lines().filter_map(|line| line.strip_prefix("- "));
        removed.extend(lines.map(str::to_owned));
    }
    let manifest = fs::read_to_string(root.join("Cargo.toml"))?;
    let changelog = fs::read_to_string(root.join("CHANGELOG.md"))?;
    let faults = faults(&removed, tag.trim_start_matches('v'), version(&manifest), &changelog);
    if faults.is_empty() {
        println!("public-api: {} lines of {tag} were removed or changed", removed.len());
        return Ok(());
    }
    Err(format!(
        "these lines of the public API were removed or changed since {tag}:\n{}\n{}",
        removed.join("\n"),
        faults.join("\n")
    )
    .into())
}

/// A file as it was at a tag; `None` if it did not exist.
fn at(root: &Path, tag: &str, path: &str) -> Result<Option<String>, Box<dyn std::error::Error>> {
    let shown =
        Command::new("git").args(["show", &format!("{tag}:{path}")]).current_dir(root).output()?;
    Ok(if shown.status.success() { Some(String::from_utf8(shown.stdout)?) } else { None })
}

/// The workspace's version.
fn version(manifest: &str) -> &str {
    let line = manifest.lines().find_map(|line| line.strip_prefix("version = \""));
    line.map_or("", |version| version.trim_end_matches('"'))
}

/// What a release with these removed lines still lacks.
fn faults(removed: &[String], released: &str, version: &str, changelog: &str) -> Vec<String> {
    let mut faults = Vec::new();
    if removed.is_empty() {
        return faults;
    }
    if breaks_at(released) == breaks_at(version) {
        faults.push(format!(
            "The version is {version}, which promises to be compatible with {released}: raise {} in Cargo.toml.",
            if released.starts_with("0.") { "0.x" } else { "the first number" }
        ));
    }
    let since = changelog.split(&format!("## [{released}]")).next().unwrap_or_default();
    if !since.lines().any(|line| matches!(line.trim(), "### Changed" | "### Removed")) {
        faults.push("Say it in CHANGELOG.md under \"### Changed\" or \"### Removed\".".to_owned());
    }
    faults
}

/// The part of a version that a breaking change raises.
fn breaks_at(version: &str) -> (&str, &str) {
    let mut parts = version.split('.');
    let major = parts.next().unwrap_or_default();
    (major, if major == "0" { parts.next().unwrap_or_default() } else { "" })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOLD: &str = "## [Unreleased]\n\n### Removed\n\n- x\n\n## [0.1.0]\n";
    const UNTOLD: &str = "## [Unreleased]\n\n### Added\n\n- x\n\n## [0.1.0]\n\n### Changed\n";

    #[test]
    fn what_is_gone_needs_a_version_and_a_word() {
        let gone = ["pub fn mem0_types::Scope::user()".to_owned()];
        let count = |version, changelog| faults(&gone, "0.1.0", version, changelog).len();
        assert_eq!(count("0.1.1", UNTOLD), 2);
        assert_eq!(count("0.2.0", UNTOLD), 1);
        assert_eq!(count("0.1.1", TOLD), 1);
        assert_eq!(count("0.2.0", TOLD), 0);
        assert_eq!(count("1.0.0", TOLD), 0);
        assert_eq!(faults(&gone, "1.4.0", "1.5.0", TOLD).len(), 1);
        assert_eq!(faults(&[], "0.1.0", "0.1.1", UNTOLD), [""; 0]);
    }

    #[test]
    fn the_version_is_that_of_the_workspace() {
        assert_eq!(
            version("[workspace.package]\nversion = \"0.1.0\"\nedition = \"2024\"\n"),
            "0.1.0"
        );
    }
}
