//! Measures what is learned of conversations with a model that replays facts which large models
//! wrote of them.
//!
//! ```text
//! cargo run --release -p mem0-benches --bin learning -- \
//!     [--embedder NAME] [--refused] [--json OUT] FOLDERS…
//! ```
//!
//! `benches/README.md` explains the sets and the figures.

mod change;
mod lifecycle;
#[allow(dead_code, reason = "shared with `retrieval`, which uses more of it")]
#[path = "../retrieval/locomo.rs"]
mod locomo;
mod platform;
mod prompt;
mod realmem;
mod recall;
mod replay;
#[allow(dead_code, reason = "shared with `retrieval`, which uses more of it")]
#[path = "../retrieval/set.rs"]
mod set;
mod updates;
mod words;

use std::error::Error;
use std::path::{Path, PathBuf};

use lexopt::{Arg, ValueExt};
use mem0_engine::BuiltIn;
use replay::Quotes;
use serde_json::json;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::read()?;
    let (mut recalls, mut changes) = (Vec::new(), Vec::new());
    for sessions in arguments.replayed()? {
        for quotes in Quotes::ALL {
            let (embedder, prints) = (arguments.embedder, arguments.refused);
            recalls.push(recall::measure(&sessions, embedder, quotes, prints).await?);
        }
    }
    for path in arguments.files("lifecycle")? {
        changes.extend(lifecycle::measure(&path, arguments.embedder).await?);
    }
    for path in arguments.files("halumem-updates")? {
        changes.extend(updates::measure(&path, arguments.embedder).await?);
    }
    recall::print(&recalls);
    change::print(&changes);
    if let Some(path) = arguments.json {
        std::fs::write(path, json!({"recall": recalls, "change": changes}).to_string())?;
    }
    Ok(())
}

#[derive(Default)]
struct Arguments {
    embedder: Option<BuiltIn>,
    /// Whether the facts that are not believed are printed.
    refused: bool,
    json: Option<PathBuf>,
    folders: Vec<PathBuf>,
}

impl Arguments {
    fn read() -> Result<Self, Box<dyn Error>> {
        let mut read = Self::default();
        let mut parser = lexopt::Parser::from_env();
        while let Some(argument) = parser.next()? {
            match argument {
                Arg::Long("embedder") => {
                    let name = parser.value()?.string()?;
                    let named = BuiltIn::ALL.iter().find(|built_in| built_in.name() == name);
                    read.embedder = Some(*named.ok_or("there is no such built-in embedder")?);
                }
                Arg::Long("refused") => read.refused = true,
                Arg::Long("json") => read.json = Some(parser.value()?.parse()?),
                Arg::Value(folder) => read.folders.push(folder.into()),
                other => return Err(other.unexpected().into()),
            }
        }
        if read.folders.is_empty() {
            return Err("name the folders that hold the conversations".into());
        }
        Ok(read)
    }

    /// The files of the folders whose names begin so.
    fn files(&self, beginning: &str) -> Result<Vec<PathBuf>, Box<dyn Error>> {
        let mut files = Vec::new();
        for folder in &self.folders {
            for entry in std::fs::read_dir(folder)? {
                let path = entry?.path();
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                if name.starts_with(beginning) {
                    files.push(path.clone());
                }
            }
        }
        files.sort();
        Ok(files)
    }

    /// The conversations that have facts beside them.
    fn replayed(&self) -> Result<Vec<recall::Replayed>, Box<dyn Error>> {
        let mut replayed = Vec::new();
        for folder in &self.folders {
            if has_observations(folder)? {
                replayed.extend(recall::of_locomo(folder)?);
            }
        }
        let (turns, facts) = (self.files("realmem-turns")?, self.files("realmem-facts")?);
        if let (Some(turns), Some(facts)) = (turns.first(), facts.first()) {
            replayed.push(realmem::read(turns, facts)?);
        }
        Ok(replayed)
    }
}

fn has_observations(folder: &Path) -> Result<bool, Box<dyn Error>> {
    for entry in std::fs::read_dir(folder)? {
        if entry?.file_name().to_string_lossy().ends_with(locomo::FACTS) {
            return Ok(true);
        }
    }
    Ok(false)
}
