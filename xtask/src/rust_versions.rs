//! Compares the oldest Rust of each published crate with what its dependencies declare.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::Value;

use crate::{Outcome, output};

/// Fails if a dependency of a published crate needs a newer Rust than the crate declares, with
/// default or all features, on any system. Dependencies of tests are exempt.
pub(crate) fn check(root: &Path) -> Outcome {
    let mut faults = BTreeSet::new();
    for features in ["--features=default", "--all-features"] {
        let metadata = metadata(root, features)?;
        for published in metadata.published() {
            let dependencies = metadata.below(published);
            faults.extend(metadata.newer(published, &dependencies));
            let untold = dependencies.iter().filter(|id| metadata.rust_version(id).is_none());
            println!(
                "{features}: {} needs Rust {}, and its {} dependencies no newer one; {} of them declare none",
                metadata.name(published),
                metadata.rust_version(published).unwrap_or("of any version"),
                dependencies.len(),
                untold.count(),
            );
        }
    }
    if faults.is_empty() {
        return Ok(());
    }
    let faults: Vec<_> = faults.into_iter().collect();
    Err(format!("{}\nTake an older version of it, or raise rust-version.", faults.join("\n"))
        .into())
}

fn metadata(root: &Path, features: &str) -> Result<Metadata, Box<dyn std::error::Error>> {
    let arguments = ["metadata", "--locked", "--format-version=1", features];
    Ok(Metadata(serde_json::from_str(&output(root, env!("CARGO"), &arguments)?)?))
}

/// The output of `cargo metadata`.
struct Metadata(Value);

impl Metadata {
    fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
        value[name].as_array().map_or(&[], Vec::as_slice)
    }

    fn package(&self, id: &str) -> Option<&Value> {
        Self::list(&self.0, "packages").iter().find(|package| package["id"] == id)
    }

    fn name<'a>(&'a self, id: &'a str) -> &'a str {
        self.package(id).and_then(|package| package["name"].as_str()).unwrap_or(id)
    }

    fn rust_version(&self, id: &str) -> Option<&str> {
        self.package(id)?["rust_version"].as_str()
    }

    /// The members of the workspace that are published.
    fn published(&self) -> impl Iterator<Item = &str> {
        let members = Self::list(&self.0, "workspace_members").iter().filter_map(Value::as_str);
        members.filter(|id| self.package(id).is_some_and(|package| package["publish"].is_null()))
    }

    /// The packages that a package is built from: dependencies, their dependencies and those of
    /// build scripts, but not those of tests.
    fn below(&self, package: &str) -> BTreeSet<&str> {
        let nodes = Self::list(&self.0["resolve"], "nodes").iter();
        let nodes: BTreeMap<_, _> =
            nodes.filter_map(|node| Some((node["id"].as_str()?, node))).collect();
        let mut below = BTreeSet::new();
        let mut left = vec![package];
        while let Some(id) = left.pop() {
            for dependency in nodes.get(id).map_or(&[][..], |node| Self::list(node, "deps")) {
                let is_built =
                    Self::list(dependency, "dep_kinds").iter().any(|kind| kind["kind"] != "dev");
                if let Some(id) = dependency["pkg"].as_str()
                    && is_built
                    && below.insert(id)
                {
                    left.push(id);
                }
            }
        }
        below
    }

    /// A sentence for each dependency that declares a newer Rust than the package.
    fn newer(&self, package: &str, dependencies: &BTreeSet<&str>) -> Vec<String> {
        let Some(oldest) = self.rust_version(package) else {
            return vec![format!("{} does not say which Rust it needs", self.name(package))];
        };
        let newer = dependencies.iter().filter_map(|id| {
            let needed = self.rust_version(id)?;
            let version = self.package(id)?["version"].as_str()?;
            let (name, dependency) = (self.name(package), self.name(id));
            (numbers(needed) > numbers(oldest)).then(|| {
                format!("{name} promises Rust {oldest}, and {dependency} {version} needs {needed}")
            })
        });
        newer.collect()
    }
}

/// `1.85` and `1.85.0` are the same.
fn numbers(version: &str) -> [u64; 3] {
    let mut parts = version.split('.').map(|part| part.parse().unwrap_or_default());
    std::array::from_fn(|_| parts.next().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_as_numbers() {
        assert_eq!(numbers("1.85"), numbers("1.85.0"));
        assert!(numbers("1.100") > numbers("1.85.1") && numbers("1.85.1") > numbers("1.85"));
    }

    #[test]
    fn a_dependency_that_needs_a_newer_rust_is_named() {
        let package = |id: &str, rust: Value, publish: Value| serde_json::json!({"id": id, "name": id, "version": "1.2.3", "rust_version": rust, "publish": publish});
        let dependency =
            |id: &str, kind: Value| serde_json::json!({"pkg": id, "dep_kinds": [{"kind": kind}]});
        let metadata = Metadata(serde_json::json!({
            "packages": [
                package("ours", "1.85".into(), Value::Null),
                package("bench", "1.95".into(), serde_json::json!([])),
                package("direct", "1.60".into(), Value::Null),
                package("below", "1.86".into(), Value::Null),
                package("builds", "1.85.1".into(), Value::Null),
                package("tests", "1.95".into(), Value::Null),
                package("untold", Value::Null, Value::Null),
            ],
            "workspace_members": ["ours", "bench"],
            "resolve": {"nodes": [
                {"id": "ours", "deps": [
                    dependency("direct", Value::Null), dependency("builds", "build".into()),
                    dependency("tests", "dev".into()), dependency("untold", Value::Null),
                ]},
                {"id": "direct", "deps": [dependency("below", Value::Null)]},
            ]},
        }));
        assert_eq!(metadata.published().collect::<Vec<_>>(), ["ours"]);
        let below = metadata.below("ours");
        assert_eq!(below, BTreeSet::from(["below", "builds", "direct", "untold"]));
        let faults = metadata.newer("ours", &below);
        assert_eq!(
            faults,
            [
                "ours promises Rust 1.85, and below 1.2.3 needs 1.86",
                "ours promises Rust 1.85, and builds 1.2.3 needs 1.85.1",
            ]
        );
    }
}
