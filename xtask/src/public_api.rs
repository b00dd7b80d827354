//! The listings of what the SDK's crates offer, one line for each item: a change to the public API shows in the diff of a
//! commit, and none happens unseen.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Outcome;

/// Each crate with the features that add to its API. TLS, HTTP/2 and compression don't, and without them nothing is written
/// in C.
const CRATES: [(&str, &str); 3] = [
    ("mem0-types", "legacy,schemars,webhook-signature"),
    ("mem0-client", "legacy,schemars,testing,tracing,webhook-signature"),
    ("mem0-client-blocking", "legacy,schemars,testing,tracing,webhook-signature"),
];

/// Parts of lines that say nothing: the methods of a trait whose `impl` has a line already, and auto traits that the compiler
/// keeps to itself or that nobody is promised. `Send` and `Sync` are promises.
const UNTOLD: [&str; 13] = [
    "::clone(&self) -> ",
    "::deserialize<",
    "::eq(&self, other: ",
    "::fmt(&self, f: ",
    "::from(",
    "::hash<",
    "::serialize<",
    "core::marker::Freeze for ",
    "core::marker::StructuralPartialEq for ",
    "core::marker::Unpin for ",
    "core::marker::UnsafeUnpin for ",
    "core::panic::unwind_safe::RefUnwindSafe for ",
    "core::panic::unwind_safe::UnwindSafe for ",
];

/// Writes the listings.
pub(crate) fn write(root: &Path) -> Outcome {
    for (name, features) in CRATES {
        let Some(listing) = listing(root, name, features)? else {
            return Err(unreadable().into());
        };
        let path = snapshot(root, name);
        fs::create_dir_all(path.parent().unwrap_or(root))?;
        fs::write(&path, &listing)?;
        println!("docs/public-api/{name}.txt: {} lines", listing.lines().count());
    }
    Ok(())
}

/// Compares the listings with those that are committed. Passes, and says so, where this toolchain's JSON cannot be read.
pub(crate) fn check(root: &Path) -> Outcome {
    let mut stale = String::new();
    for (name, features) in CRATES {
        let Some(listing) = listing(root, name, features)? else {
            println!("public-api: unchecked: {}", unreadable());
            return Ok(());
        };
        let committed = fs::read_to_string(snapshot(root, name)).unwrap_or_default();
        let difference = difference(&committed, &listing);
        if !difference.is_empty() {
            write!(stale, "docs/public-api/{name}.txt is out of date:\n{difference}\n")?;
        }
    }
    if stale.is_empty() {
        println!("public-api: the listings of {} crates are up to date", CRATES.len());
        return Ok(());
    }
    Err(format!("{stale}Run `cargo xtask public-api` and commit what it writes.").into())
}

fn snapshot(root: &Path, name: &str) -> PathBuf {
    root.join("docs/public-api").join(format!("{name}.txt"))
}

fn unreadable() -> String {
    format!(
        "this toolchain's rustdoc writes JSON of another format than {}, which the crate public-api in xtask/Cargo.toml \
         reads; use Rust 1.95, or take the version of public-api that fits this toolchain",
        rustdoc_types::FORMAT_VERSION
    )
}

/// The crate's listing, or `None` where this toolchain writes it in another format.
fn listing(
    root: &Path,
    name: &str,
    features: &str,
) -> Result<Option<String>, Box<dyn std::error::Error>> {
    // A folder of its own: RUSTC_BOOTSTRAP, by which a stable rustdoc writes JSON, makes cargo build anew what reads it.
    let target = root.join("target/public-api");
    let status = Command::new(env!("CARGO"))
        .args(["rustdoc", "--quiet", "--locked", "--lib", "-p", name])
        .args(["--no-default-features", "--features", features])
        .arg("--target-dir")
        .arg(&target)
        .args(["--", "-Zunstable-options", "--output-format=json", "--cap-lints=allow"])
        .env("RUSTC_BOOTSTRAP", "1")
        .env_remove("RUSTDOCFLAGS")
        .current_dir(root)
        .status()?;
    if !status.success() {
        return Err(format!("cargo could not document {name}").into());
    }
    let json = target.join("doc").join(format!("{}.json", name.replace('-', "_")));
    if format_version(&fs::read_to_string(&json)?) != Some(rustdoc_types::FORMAT_VERSION) {
        return Ok(None);
    }
    let api = public_api::Builder::from_rustdoc_json(json)
        // What every type has says nothing about one.
        .omit_blanket_impls(true)
        .include_function_parameter_names(true)
        .build()?;
    let mut listing = String::new();
    for item in api.items() {
        let line = item.to_string();
        if !UNTOLD.iter().any(|part| line.contains(part)) {
            writeln!(listing, "{line}")?;
        }
    }
    Ok(Some(listing))
}

/// Read by hand: the rest of the text can only be read once its format is known.
fn format_version(json: &str) -> Option<u32> {
    let (_, after) = json.rsplit_once("\"format_version\":")?;
    after.trim_start().split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

/// The lines that only one of the two has, each kind in its own order. Listings are sorted, so that moved lines do not count.
fn difference(committed: &str, now: &str) -> String {
    let mut text = String::new();
    for (sign, here, there) in [('-', committed, now), ('+', now, committed)] {
        let mut theirs: HashMap<&str, usize> = HashMap::new();
        for line in there.lines() {
            *theirs.entry(line).or_default() += 1;
        }
        for line in here.lines() {
            match theirs.get_mut(line) {
                Some(left) if *left > 0 => *left -= 1,
                _ => text.extend([sign, ' '].into_iter().chain(line.chars()).chain(['\n'])),
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_lines_that_only_one_side_has() {
        assert_eq!(difference("a\nb\nb\nc\n", "a\nb\nd\n"), "- b\n- c\n+ d\n");
        assert_eq!(difference("a\nb\n", "b\na\n"), "");
    }

    #[test]
    fn reads_the_format_in_front_of_the_rest() {
        let json =
            r#"{"root":1,"paths":{"a":{"docs":"\"format_version\":1"}},"format_version":57}"#;
        assert_eq!(format_version(json), Some(57));
        assert_eq!(format_version("{}"), None);
    }
}
