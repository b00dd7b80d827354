//! The load that the local platform bears: a million memories, searches in scopes of several sizes,
//! and adds. A store written by hand on SQLite gets the same rows in the same run.
//!
//! ```text
//! cargo build --release -p mem0-server
//! cargo run --release -p mem0-benches --bin load -- [--memories N] [--scopes N] [--large N] \
//!     [--folder DIR] [--store-only] [--stream] [--rows FILE]
//! ```
//!
//! `benches/README.md` explains the figures.

mod engine_store;
mod raw_sqlite;
mod server;
mod stream;
mod texts;
mod timings;

use std::error::Error;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use engine_store::EngineStore;
use lexopt::{Arg, ValueExt};
use raw_sqlite::RawSqlite;
use server::Server;
use texts::{Row, Texts};
use timings::Timings;

type Failure = Box<dyn Error + Send + Sync>;

/// The number of rows of one add, and of one transaction of the store written by hand.
const BATCH: usize = 100;

/// The sizes of the scopes other than the largest.
const SIZES: [usize; 2] = [1_000, 10_000];

/// The number of searches for a percentile, the number of blocks they are made in, and one in how
/// many is also made by hand, which takes long.
const SEARCHES: usize = 2_000;
const BLOCKS: usize = 4;
const BY_HAND: usize = 10;

fn main() -> Result<(), Failure> {
    let arguments = Arguments::read()?;
    let temporary = tempfile::tempdir()?;
    let folder = arguments.folder.as_deref().unwrap_or(temporary.path());
    let (data, raw) = (folder.join("mem0-data"), folder.join("raw.db"));
    if arguments.stream {
        return stream::stream(&data);
    }
    let texts = Texts::load()?;
    if let Some(path) = &arguments.rows {
        return write_rows(&texts, path);
    }

    let plan = arguments.plan();
    let rows: usize = plan.iter().map(|scope| scope.memories).sum();
    println!("{} memories in {} scopes\n", rows, plan.len());
    if !data.exists() {
        store(&texts, &plan, &data, &raw)?;
    }
    if arguments.store_only {
        return Ok(());
    }
    println!("folder: {} MB; by hand: {} MB", megabytes(&data)?, megabytes(&raw)?);

    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(over_http(&texts, &plan, &data))?;
    searches(&texts, &plan, &data, &raw)?;
    runtime.block_on(in_flight(&texts, &plan, &data))?;
    adds(&texts, &data)
}

/// A user and their number of memories.
struct Scope {
    user: String,
    memories: usize,
}

/// Stores all memories, beginning with those of many small scopes in turn, as they would arrive.
fn store(texts: &Texts, plan: &[Scope], data: &Path, raw: &Path) -> Result<(), Failure> {
    let engine = EngineStore::open(data)?;
    let mut by_hand = RawSqlite::open(raw)?;
    let (mut own, mut theirs) = (Duration::ZERO, Duration::ZERO);
    let mut stored = 0;
    for (number, scope) in plan.iter().enumerate() {
        for start in (0..scope.memories).step_by(BATCH) {
            let end = scope.memories.min(start + BATCH);
            let rows: Vec<_> = (start..end).map(|at| texts.row(number, at)).collect();
            // Both stores get the same rows, one after the other; which is first alternates.
            let vectors = RawSqlite::vectors(&rows);
            for turn in 0..2 {
                let began = Instant::now();
                if (turn + start / BATCH + number).is_multiple_of(2) {
                    engine.add(&scope.user, &rows)?;
                    own += began.elapsed();
                } else {
                    by_hand.add(&scope.user, &rows, &vectors)?;
                    theirs += began.elapsed();
                }
            }
            stored += rows.len();
        }
        if number % 500 == 0 {
            eprint!("\r{stored} stored");
        }
    }
    eprintln!("\r{stored} stored");
    let (rate, by_hand) = (stored as f64 / own.as_secs_f64(), stored as f64 / theirs.as_secs_f64());
    println!("| adds of {BATCH}, one after the other | memories a second |");
    println!("| --- | --- |");
    println!("| Mem0 for Rust | {rate:.0} |");
    println!("| SQLite by hand, vectors given | {by_hand:.0} |");
    println!("| ratio | {:.2} |\n", rate / by_hand);
    engine.close()
}

/// Searches one at a time, alternating between a block with the engine and one with the store
/// written by hand. Blocks are used because a search by hand reads so much that the next search
/// finds the processor's caches empty.
fn searches(texts: &Texts, plan: &[Scope], data: &Path, raw: &Path) -> Result<(), Failure> {
    let engine = EngineStore::open(data)?;
    let by_hand = RawSqlite::open(raw)?;
    println!("| one at a time | | p50 ms | p99 ms | by hand p50 | p99 | ratio p50 | p99 |");
    println!("| --- | --- | --- | --- | --- | --- | --- | --- |");
    let mut sizes: Vec<_> = plan.iter().map(|scope| scope.memories).collect();
    sizes.sort_unstable();
    sizes.dedup();
    for size in sizes {
        let scopes: Vec<_> =
            plan.iter().enumerate().filter(|(_, scope)| scope.memories == size).collect();
        let searches = if size > 10_000 { SEARCHES / 10 } else { SEARCHES };
        // Scopes are chosen at random, so that most were not searched lately.
        let asked = |turn: usize| -> Result<_, Failure> {
            let at = texts.chance(turn, scopes.len());
            let (number, scope) = scopes.get(at).ok_or("there is no scope of this size")?;
            Ok((&scope.user, texts.question(*number, scope.memories, turn)))
        };
        let began = Instant::now();
        let (user, question) = asked(searches)?;
        engine.search(user, &question)?;
        let first = began.elapsed();
        let (mut own, mut theirs) = (Timings::default(), Timings::default());
        for block in 0..BLOCKS {
            let turns = searches / BLOCKS * block..searches / BLOCKS * (block + 1);
            for is_own in [block % 2 == 0, block % 2 != 0] {
                for turn in turns.clone().step_by(if is_own { 1 } else { BY_HAND }) {
                    let (user, question) = asked(turn)?;
                    if is_own {
                        own.time(|| engine.search(user, &question))?;
                    } else {
                        theirs.time(|| by_hand.search(user, &question))?;
                    }
                }
            }
        }
        println!(
            "| {} × {size} | first {:.1} ms | {own} | {theirs} | {:.2} | {:.2} |",
            scopes.len(),
            first.as_secs_f64() * 1000.0,
            own.millis(50) / theirs.millis(50),
            own.millis(99) / theirs.millis(99),
        );
    }
    println!();
    engine.close()
}

/// Many concurrent searches of small scopes, in this process.
async fn in_flight(texts: &Texts, plan: &[Scope], data: &Path) -> Result<(), Failure> {
    let engine = EngineStore::open(data)?;
    let small = plan.iter().map(|scope| scope.memories).min().unwrap_or_default();
    let scopes = plan.iter().take_while(|scope| scope.memories == small).count();
    println!("| in this process, scopes of {small} | p50 ms | p99 ms | a second |");
    println!("| --- | --- | --- | --- |");
    for at_once in [1, 64] {
        let (timings, rate) = timings::at_once(at_once, 10 * SEARCHES, |turn| {
            let number = texts.chance(turn, scopes);
            let question = texts.question(number, small, turn);
            let (engine, user) = (engine.engine(), user(number));
            async move { engine_store::search(&engine, &user, &question).await }
        })
        .await?;
        println!("| {at_once} in flight | {timings} | {rate:.0} |");
    }
    println!();
    engine.close()
}

/// Searches through the server, with our own client.
async fn over_http(texts: &Texts, plan: &[Scope], data: &Path) -> Result<(), Failure> {
    let server = Server::start(data)?;
    println!(
        "start: {:.0} ms until it answers; resident {} MB",
        server.started_within.as_secs_f64() * 1000.0,
        server.resident_megabytes()?
    );
    let small = plan.iter().map(|scope| scope.memories).min().unwrap_or_default();
    let scopes = plan.iter().take_while(|scope| scope.memories == small).count();
    println!("\n| over HTTP, scopes of {small} | p50 ms | p99 ms | a second |");
    println!("| --- | --- | --- | --- |");
    for at_once in [1, 64] {
        let (timings, rate) = timings::at_once(at_once, 10 * SEARCHES, |turn| {
            let number = texts.chance(turn, scopes);
            let question = texts.question(number, small, turn);
            let (client, user) = (server.client.clone(), user(number));
            async move { server::search(&client, &user, &question).await }
        })
        .await?;
        println!("| {at_once} in flight | {timings} | {rate:.0} |");
    }
    for (number, scope) in plan.iter().enumerate().filter(|(_, scope)| scope.memories > small) {
        let mut timings = Timings::default();
        for turn in 0..200 {
            let question = texts.question(number, scope.memories, turn);
            let began = Instant::now();
            server::search(&server.client, &scope.user, &question).await?;
            if turn > 0 {
                timings.push(began.elapsed());
            }
        }
        println!("| 1 in flight, a scope of {} | {timings} | |", scope.memories);
    }
    println!("\nresident afterwards: {} MB\n", server.resident_megabytes()?);
    server.stop()
}

/// Concurrent adds. Each is on disk when it is acknowledged.
fn adds(texts: &Texts, data: &Path) -> Result<(), Failure> {
    let engine = EngineStore::open(data)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    println!("| adds | p50 ms | p99 ms | memories a second |");
    println!("| --- | --- | --- | --- |");
    for (size, at_once) in [(1, 1), (1, 64), (BATCH, 1), (BATCH, 8)] {
        let (timings, rate) =
            runtime.block_on(timings::at_once(at_once, 5_000 / size.min(10), |turn| {
                let scope = usize::MAX / 2 + size + at_once;
                let rows: Vec<_> = (0..size).map(|at| texts.row(scope, turn * size + at)).collect();
                // A user that no earlier run used, since a text that exists already is not stored
                // again.
                let user = format!("adds-{}-{}", std::process::id(), turn % 100);
                let engine = engine.engine();
                async move { engine_store::add(&engine, &user, &rows).await }
            }))?;
        println!("| of {size}, {at_once} in flight | {timings} | {:.0} |", rate * size as f64);
    }
    engine.close()
}

/// Writes the rows of a scope of 10,000 and some questions, for a store in another language.
fn write_rows(texts: &Texts, path: &Path) -> Result<(), Failure> {
    let mut file = std::io::BufWriter::new(std::fs::File::create(path)?);
    for at in 0..10_000 {
        serde_json::to_writer(&mut file, &texts.row(0, at).text)?;
        file.write_all(b"\n")?;
    }
    for turn in 0..200 {
        serde_json::to_writer(&mut file, &[texts.question(0, 10_000, turn)])?;
        file.write_all(b"\n")?;
    }
    Ok(file.flush()?)
}

fn user(number: usize) -> String {
    format!("user-{number}")
}

fn megabytes(path: &Path) -> Result<u64, std::io::Error> {
    let mut bytes = 0;
    let folder = if path.is_dir() { path } else { path.parent().unwrap_or(path) };
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        if path.is_dir() || entry.path().to_string_lossy().starts_with(&*path.to_string_lossy()) {
            bytes += entry.metadata()?.len();
        }
    }
    Ok(bytes / 1_000_000)
}

struct Arguments {
    memories: usize,
    scopes: usize,
    large: usize,
    folder: Option<PathBuf>,
    rows: Option<PathBuf>,
    store_only: bool,
    stream: bool,
}

impl Arguments {
    fn read() -> Result<Self, Failure> {
        let mut read = Self {
            memories: 1_000_000,
            scopes: 10_000,
            large: 200_000,
            folder: None,
            rows: None,
            store_only: false,
            stream: false,
        };
        let mut parser = lexopt::Parser::from_env();
        while let Some(argument) = parser.next()? {
            match argument {
                Arg::Long("memories") => read.memories = parser.value()?.parse()?,
                Arg::Long("scopes") => read.scopes = parser.value()?.parse()?,
                Arg::Long("large") => read.large = parser.value()?.parse()?,
                Arg::Long("folder") => read.folder = Some(parser.value()?.into()),
                Arg::Long("store-only") => read.store_only = true,
                Arg::Long("stream") => read.stream = true,
                Arg::Long("rows") => read.rows = Some(parser.value()?.into()),
                other => return Err(other.unexpected().into()),
            }
        }
        Ok(read)
    }

    fn plan(&self) -> Vec<Scope> {
        let small = self.memories / self.scopes.max(1);
        let sizes = std::iter::repeat_n(small, self.scopes).chain(SIZES).chain([self.large]);
        sizes.enumerate().map(|(number, memories)| Scope { user: user(number), memories }).collect()
    }
}

/// The message that a row is stored as.
fn message(row: &Row) -> mem0_client::Message {
    mem0_client::Message::user(row.text.as_str())
}
