//! The lock file is the workspace's, without what is not needed here.

/// Each package as `name version`.
fn packages(lock: &str) -> Vec<String> {
    let line = |text: &str, key| {
        let line = text.lines().find_map(|line| line.strip_prefix(key));
        line.map(|value| value.trim_matches('"').to_owned())
    };
    let package = |text| Some(format!("{} {}", line(text, "name = ")?, line(text, "version = ")?));
    lock.split("[[package]]").filter_map(package).collect()
}

#[test]
fn has_the_workspaces_versions() {
    let workspace = packages(include_str!("../../../Cargo.lock"));
    let own = packages(include_str!("../Cargo.lock"));
    assert!(own.len() > 100, "{}", own.len());
    let other: Vec<_> = own.iter().filter(|package| !workspace.contains(package)).collect();
    assert_eq!(
        other,
        ["mem0-consumer 0.0.0"],
        "see CONTRIBUTING.md for how to bring it up to date"
    );
}
