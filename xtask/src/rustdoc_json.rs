//! What rustdoc knows of a crate, as JSON.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Documents a crate, and gives the path of the JSON.
pub(crate) fn write(
    root: &Path,
    name: &str,
    features: &str,
) -> Result<PathBuf, Box<dyn std::error::Error>> {
    // A folder of its own: RUSTC_BOOTSTRAP, with which a stable rustdoc writes JSON, makes cargo
    // rebuild every crate that reads it.
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
    Ok(target.join("doc").join(format!("{}.json", name.replace('-', "_"))))
}
