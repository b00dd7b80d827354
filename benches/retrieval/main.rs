//! Measures how much of the evidence for a question the local platform finds, through its HTTP API.
//!
//! ```text
//! cargo run --release -p mem0-benches --bin retrieval -- \
//!     [--rerank] [--photos] [--json OUT] [FILE…]
//! ```
//!
//! Each file is a conversation in LoCoMo's format; without files, those of `benches/data` are
//! measured. `benches/README.md` explains the figures.

mod conversation;
mod measure;
mod platform;

use std::error::Error;
use std::path::{Path, PathBuf};

use conversation::Conversation;
use lexopt::{Arg, ValueExt};
use measure::{Measured, QUANTILES, Recall, measure};
use platform::Platform;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::read()?;
    let mut conversations = Vec::new();
    for file in &arguments.files {
        let read = Conversation::read(file);
        conversations.push(read.map_err(|error| format!("{}: {error}", file.display()))?);
    }
    let platform = Platform::with(&conversations, arguments.photos).await?;
    let measured = measure(&platform, &conversations, arguments.photos, arguments.rerank).await?;
    print(&measured);
    if let Some(path) = arguments.json {
        std::fs::write(path, serde_json::to_vec_pretty(&measured)?)?;
    }
    Ok(())
}

struct Arguments {
    rerank: bool,
    photos: bool,
    json: Option<PathBuf>,
    files: Vec<PathBuf>,
}

impl Arguments {
    fn read() -> Result<Self, Box<dyn Error>> {
        let mut read = Self { rerank: false, photos: false, json: None, files: Vec::new() };
        let mut parser = lexopt::Parser::from_env();
        while let Some(argument) = parser.next()? {
            match argument {
                Arg::Long("rerank") => read.rerank = true,
                Arg::Long("photos") => read.photos = true,
                Arg::Long("json") => read.json = Some(parser.value()?.parse()?),
                Arg::Value(file) => read.files.push(file.into()),
                other => return Err(other.unexpected().into()),
            }
        }
        if read.files.is_empty() {
            let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("data");
            for entry in std::fs::read_dir(own)? {
                let path = entry?.path();
                if path.extension().is_some_and(|extension| extension == "json") {
                    read.files.push(path);
                }
            }
            read.files.sort();
        }
        Ok(read)
    }
}

fn print(measured: &Measured) {
    let row = |name: &str, recall: &Recall| {
        let Recall { questions, at_10, at_30, in_budget } = recall;
        println!("| {name} | {questions} | {at_10:.3} | {at_30:.3} | {in_budget:.3} |");
    };
    println!("| | questions | @10 | @30 | in 1,000 tokens |");
    println!("| --- | --- | --- | --- | --- |");
    row("**all**", &measured.all);
    for (name, recall) in &measured.categories {
        row(name, recall);
    }
    for (name, recall) in &measured.conversations {
        row(&format!("conversation {name}"), recall);
    }
    let Some(best) = &measured.best_scores else { return };
    let quantiles = |name: &str, scores: &[f64; 5]| {
        let cells: Vec<_> = scores.iter().map(|score| format!("{score:.2}")).collect();
        println!("| {name} | {} |", cells.join(" | "));
    };
    println!(
        "\n| best score of a question |{}",
        QUANTILES.map(|q| format!(" {:.0} % |", q * 100.0)).concat()
    );
    println!("| --- |{}", " --- |".repeat(QUANTILES.len()));
    quantiles("asked in its own conversation", &best.own);
    quantiles("asked in another one", &best.other);
    println!("\nAn own best score is above another one in {:.3} of all pairs.", best.auc);
}
