//! Listings of the public API of the SDK's crates, one line per item. Every change of the API shows
//! in the diff of a commit.

use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use crate::{Outcome, baseline, foreign_types, rustdoc_json};

/// The toolchain that the listings are made with.
const RUST: &str = "1.95";

/// Each crate with the features that add to its API. TLS, HTTP/2 and compression do not, and
/// without them no C code is compiled.
const CRATES: [(&str, &str); 4] = [
    ("mem0-types", "legacy,schemars,webhook-signature"),
    ("mem0-client", "legacy,schemars,testing,tracing,webhook-signature"),
    ("mem0-client-blocking", "legacy,schemars,testing,tracing,webhook-signature"),
    ("mem0-sdk", "legacy,schemars,testing,tracing,webhook-signature"),
];

/// What mem0-client exports of mem0-http, which has no listing: nothing else of it is promised.
const EXPORTED: [&str; 2] = ["mem0_http::Body", "mem0_http::RetryPolicy"];

/// Parts of lines that are left out: the methods of a trait, whose `impl` has a line already, and
/// the traits of almost every type. A test of mem0-types asserts them for each of its types.
const UNTOLD: [&str; 15] = [
    "::clone(&self) -> ",
    "::cmp(&self, other: ",
    "::default() -> ",
    "::deserialize<",
    "::eq(&self, other: ",
    "::fmt(&self, f: ",
    "::from(",
    "::hash<",
    "::into_call(self) -> ",
    "::partial_cmp(&self, other: ",
    "::serialize<",
    "core::clone::Clone for ",
    "core::cmp::PartialEq for ",
    "core::fmt::Debug for ",
    "core::marker::StructuralPartialEq for ",
];

/// The public types that are `Send` but not `Sync`. All others are both.
const NOT_SYNC: [&str; 4] = [
    "mem0_client::Answer",
    "mem0_client::Listing",
    "mem0_client_blocking::Listing",
    "mem0_client_blocking::MemoryClientBuilder",
];

/// Writes the listings.
pub(crate) fn write(root: &Path) -> Outcome {
    if let Some(other) = other_toolchain(root)? {
        return Err(other.into());
    }
    for (name, features) in CRATES {
        let listing = listing(root, name, features)?;
        let path = snapshot(root, name);
        fs::create_dir_all(path.parent().unwrap_or(root))?;
        fs::write(&path, &listing)?;
        println!("docs/public-api/{name}.txt: {} lines", listing.lines().count());
    }
    Ok(())
}

/// Checks the committed listings: the crates that show in them, removals since the last release,
/// and whether they match the sources. With another toolchain the last check is skipped, with a
/// message.
pub(crate) fn check(root: &Path) -> Outcome {
    let names = CRATES.map(|(name, _)| name);
    foreign_types::check(root, &names)?;
    baseline::check(root, &names, difference)?;
    if let Some(other) = other_toolchain(root)? {
        println!("public-api: unchecked: {other}");
        return Ok(());
    }
    let mut stale = String::new();
    for (name, features) in CRATES {
        let listing = listing(root, name, features)?;
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

/// A message for another toolchain. rustdoc changes the format of its JSON, and the standard
/// library moves its types, so the same source has another listing.
fn other_toolchain(root: &Path) -> Result<Option<String>, Box<dyn std::error::Error>> {
    let version = crate::output(root, "rustc", &["--version"])?;
    Ok((!version.starts_with(&format!("rustc {RUST}."))).then(|| {
        format!(
            "the listings are those of Rust {RUST}, and this is {version}; use `cargo +{RUST} xtask`, or move RUST in \
             xtask/src/public_api.rs and the version of public-api in xtask/Cargo.toml"
        )
    }))
}

/// The crate's listing.
fn listing(root: &Path, name: &str, features: &str) -> Result<String, Box<dyn std::error::Error>> {
    let mut listing = String::new();
    for line in items(root, name, features)? {
        writeln!(listing, "{line}")?;
    }
    if name == "mem0-client" {
        let is_exported = |line: &String| EXPORTED.iter().any(|path| is_about(line, path));
        for line in items(root, "mem0-http", "tracing")?.into_iter().filter(is_exported) {
            writeln!(listing, "{line}")?;
        }
    }
    Ok(listing)
}

/// Whether the line is about this type or one of its methods.
fn is_about(line: &str, path: &str) -> bool {
    let is_member = |kind| {
        let rest = line.strip_prefix(kind).and_then(|rest| rest.strip_prefix(path));
        rest.is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
    };
    line.starts_with("impl") && line.ends_with(path)
        || ["pub struct ", "pub fn ", "pub type "].into_iter().any(is_member)
}

/// A line for each item.
fn items(
    root: &Path,
    name: &str,
    features: &str,
) -> Result<Vec<String>, Box<dyn std::error::Error>> {
    let json = rustdoc_json::write(root, name, features)?;
    // Lines that every type has say nothing about one: those of blanket implementations, and those
    // of auto traits, which are checked here.
    let builder = public_api::Builder::from_rustdoc_json(&json)
        .omit_blanket_impls(true)
        .include_function_parameter_names(true);
    let all: Vec<String> = builder.clone().build()?.items().map(ToString::to_string).collect();
    let faults = thread_safety(&all);
    // Of mem0-http only what mem0-client exports has users.
    if name != "mem0-http" && !faults.is_empty() {
        return Err(faults.into());
    }
    let api = builder.omit_auto_trait_impls(true).build()?;
    let mut lines = Vec::new();
    // An implementation is an item both of its type and of its trait.
    let mut seen = HashSet::new();
    for item in api.items() {
        let line = item.to_string();
        let tells = !UNTOLD.iter().any(|part| line.contains(part)) && !is_bare_header(&line);
        if tells && seen.insert(line.clone()) {
            lines.push(line);
        }
    }
    Ok(lines)
}

/// Whether a line is the head of an inherent `impl` without generics. Each of its items has a line
/// with the whole path.
fn is_bare_header(line: &str) -> bool {
    line.starts_with("impl ") && !line.contains(" for ")
}

/// Faults: public types without `Send` or `Sync`, and exceptions that are no longer needed.
fn thread_safety(lines: &[String]) -> String {
    let has = |of_trait: &str, path: &str| {
        lines.iter().any(|line| {
            let implements = line.split_once(&format!(" core::marker::{of_trait} for "));
            implements.is_some_and(|(head, of)| {
                head.starts_with("impl")
                    && of.strip_prefix(path).is_some_and(|rest| {
                        rest.is_empty() || rest.starts_with('<') || rest.starts_with(" where ")
                    })
            })
        })
    };
    let mut faults = String::new();
    for line in lines {
        let kinds = ["pub struct ", "pub enum ", "pub union "];
        let Some(rest) = kinds.iter().find_map(|kind| line.split_once(kind).map(|(_, rest)| rest))
        else {
            continue;
        };
        let path = rest.split(['<', '(', ' ']).next().unwrap_or(rest);
        let needs_sync = !NOT_SYNC.contains(&path);
        for (of_trait, is_needed) in [("Send", true), ("Sync", needs_sync)] {
            match (has(of_trait, path), is_needed) {
                (false, true) => faults += &format!("{path} is not {of_trait}\n"),
                (true, false) => faults += &format!("{path} is {of_trait} now: see NOT_SYNC\n"),
                _ => {}
            }
        }
    }
    faults
}

/// The lines that only one of the two has, in order. Listings are sorted, so moved lines do not
/// count.
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
    fn a_type_that_is_not_send_and_sync_is_found() {
        let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
        let sound = lines(
            "#[non_exhaustive] pub struct mem0_types::Page<T>\n\
             impl<T> core::marker::Send for mem0_types::Page<T> where T: core::marker::Send\n\
             impl<T> core::marker::Sync for mem0_types::Page<T> where T: core::marker::Sync\n\
             pub struct mem0_client::Listing<E>\n\
             impl<E> core::marker::Send for mem0_client::Listing<E>\n\
             impl<E> !core::marker::Sync for mem0_client::Listing<E>\n",
        );
        assert_eq!(thread_safety(&sound), "");
        let faulty = lines(
            "pub enum mem0_types::Kind\n\
             impl core::marker::Send for mem0_types::KindOfOther\n\
             impl !core::marker::Sync for mem0_types::Kind\n\
             pub struct mem0_client::Listing<E>\n\
             impl<E> core::marker::Send for mem0_client::Listing<E>\n\
             impl<E> core::marker::Sync for mem0_client::Listing<E>\n",
        );
        let told = thread_safety(&faulty);
        assert!(told.contains("mem0_types::Kind is not Send\n"), "{told}");
        assert!(told.contains("mem0_types::Kind is not Sync\n"), "{told}");
        assert!(told.contains("mem0_client::Listing is Sync now"), "{told}");
    }

    #[test]
    fn knows_what_a_line_is_about() {
        for (line, about) in [
            ("pub struct h::Body(_)", true),
            ("impl core::fmt::Debug for h::Body", true),
            ("pub fn h::Body::into_bytes(self) -> bytes::bytes::Bytes", true),
            ("pub struct h::BodyReader", false),
            ("pub fn h::send(body: h::Body)", false),
        ] {
            assert_eq!(is_about(line, "h::Body"), about, "{line}");
        }
    }

    #[test]
    fn shows_lines_that_only_one_side_has() {
        assert_eq!(difference("a\nb\nb\nc\n", "a\nb\nd\n"), "- b\n- c\n+ d\n");
        assert_eq!(difference("a\nb\n", "b\na\n"), "");
    }
}
