//! Generated files and long checks: `cargo xtask`.

mod baseline;
mod documentation;
mod foreign_types;
mod full;
mod method_order;
mod public_api;
mod rust_versions;
mod rustdoc_json;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

const USAGE: &str = "\
cargo xtask public-api           write docs/public-api/CRATE.txt for each crate of the SDK
cargo xtask public-api --check   fail where one of them is out of date, shows what it may not, or breaks the last release
cargo xtask documentation        fail where an example needs more than mem0-sdk, or a client's page begins with rare methods
cargo xtask rust-versions        fail where a dependency needs a newer Rust than the crate that has it
cargo xtask full                 run every long check, and record each in docs/full.md
cargo xtask full NAME …          run these only";

type Outcome = Result<(), Box<dyn std::error::Error>>;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match arguments[..] {
        ["public-api"] => public_api::write(&root()),
        ["public-api", "--check"] => public_api::check(&root()),
        ["documentation"] => documentation::check(&root()),
        ["rust-versions"] => rust_versions::check(&root()),
        ["full", ref names @ ..] => full::run(&root(), names),
        _ => Err(USAGE.into()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// The folder of the repository.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The standard output of a program.
fn output(
    root: &Path,
    program: &str,
    arguments: &[&str],
) -> Result<String, Box<dyn std::error::Error>> {
    let output = Command::new(program).args(arguments).current_dir(root).output()?;
    if !output.status.success() {
        return Err(format!("{program} failed: {}", String::from_utf8_lossy(&output.stderr)).into());
    }
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}
