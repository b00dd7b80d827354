//! Measures how much of the evidence for a question the local platform finds, through its HTTP API
//! and beside its rivals.
//!
//! ```text
//! cargo run --release -p mem0-benches --bin retrieval -- \
//!     [--embedder NAME] [--rerank] [--minilm PYTHON CACHE] [--only SET] [--categories] \
//!     [--json OUT] [SETS…]
//! cargo run --release -p mem0-benches --bin retrieval -- --compare BEFORE AFTER
//! ```
//!
//! `benches/README.md` explains the sets and the figures.

mod bm25;
mod figures;
mod locomo;
mod platform;
mod ranked;
mod report;
mod rivals;
mod set;

use std::error::Error;
use std::path::{Path, PathBuf};

use lexopt::{Arg, ValueExt};
use mem0_engine::BuiltIn;
use platform::Platform;
use ranked::{Outcome, Ranked};
use report::Measured;
use rivals::{MiniLm, Vectors};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::read()?;
    if let Some([before, after]) = &arguments.compare {
        return report::compare(before, after);
    }
    let mut sets = Vec::new();
    for path in &arguments.sets {
        sets.extend(set::read(path).map_err(|error| format!("{}: {error}", path.display()))?);
    }
    let only = &arguments.only;
    sets.retain(|set| only.is_empty() || only.contains(&set.name));
    let vectors = arguments.minilm.as_ref().map(|minilm| Vectors::of(&sets, minilm)).transpose()?;

    let platform = Platform::new(arguments.embedder)?;
    let mut measured = Vec::new();
    report::head();
    for set in &sets {
        let mut add = |contender: &str, ranked: Vec<Ranked>| {
            let asked = set.asked().zip(&ranked);
            let outcomes =
                asked.map(|((scope, _, question), ranked)| Outcome::of(scope, question, ranked));
            let (set, contender) = (set.name.clone(), contender.to_owned());
            let one = Measured { set, contender, outcomes: outcomes.collect() };
            one.print(arguments.by_category);
            measured.push(one);
        };
        let stored = platform.store(set).await?;
        add("Mem0", platform.ask(&stored, false).await?);
        if arguments.rerank {
            add("Mem0, `rerank`", platform.ask(&stored, true).await?);
        }
        add("BM25", rivals::bm25(set));
        if let Some(vectors) = &vectors {
            add("MiniLM", rivals::minilm(set, vectors));
            add("both", rivals::both(set, vectors));
        }
    }
    if let Some(path) = arguments.json {
        std::fs::write(path, serde_json::to_vec(&measured)?)?;
    }
    Ok(())
}

#[derive(Default)]
struct Arguments {
    embedder: Option<BuiltIn>,
    rerank: bool,
    minilm: Option<MiniLm>,
    only: Vec<String>,
    by_category: bool,
    json: Option<PathBuf>,
    compare: Option<[PathBuf; 2]>,
    sets: Vec<PathBuf>,
}

impl Arguments {
    fn read() -> Result<Self, Box<dyn Error>> {
        let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("data");
        let mut read = Self { sets: vec![own.join("everyday"), own], ..Self::default() };
        let mut parser = lexopt::Parser::from_env();
        while let Some(argument) = parser.next()? {
            match argument {
                Arg::Long("embedder") => {
                    let name = parser.value()?.string()?;
                    let named = BuiltIn::ALL.iter().find(|built_in| built_in.name() == name);
                    read.embedder = Some(*named.ok_or("there is no such built-in embedder")?);
                }
                Arg::Long("rerank") => read.rerank = true,
                Arg::Long("minilm") => {
                    let (python, cache) = (parser.value()?.parse()?, parser.value()?.parse()?);
                    read.minilm = Some(MiniLm { python, cache });
                }
                Arg::Long("only") => read.only.push(parser.value()?.string()?),
                Arg::Long("categories") => read.by_category = true,
                Arg::Long("json") => read.json = Some(parser.value()?.parse()?),
                Arg::Long("compare") => {
                    read.compare = Some([parser.value()?.parse()?, parser.value()?.parse()?]);
                }
                Arg::Value(path) => read.sets.push(path.into()),
                other => return Err(other.unexpected().into()),
            }
        }
        Ok(read)
    }
}
