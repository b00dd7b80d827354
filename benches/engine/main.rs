//! Runs one kind of engine work in its own process, so that valgrind can count it and another build
//! can be timed against it: `engine FOLDER add|search MEMORIES CALLS [OPTIONS]`.
//!
//! Fills the folder with the given number of memories of one user if it does not exist. Then makes
//! the calls one after another, and prints how long they took, together and one by one, and how
//! much of the processors' time, which other programs hardly change (on Linux).
//!
//! - `--embedder NAME` makes the vectors: `static`, or `minilm`, which is the default.
//! - `--together N`: memories in an add; 1 by default.
//! - `--words N`: about so many words in sentences before a question, which alone has 11.
//! - `--again`: asks the same question each time.

#[path = "../load/texts.rs"]
#[expect(dead_code, reason = "`load` asks more of it")]
mod texts;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use lexopt::prelude::{Long, Value, ValueExt};
use mem0_client::{Filter, Message, Timestamp};
use mem0_engine::{AddRequest, BuiltIn, Engine, EntityIds, SearchRequest};

use crate::texts::{Row, Texts};

pub(crate) type Failure = Box<dyn std::error::Error + Send + Sync>;

/// The number of memories in each add that fills the folder.
const FILLED_AT_ONCE: usize = 500;

/// The words of a row, on average, and more rows than stand before a question.
const WORDS_OF_ROW: usize = 13;
const MOST: usize = 1_000;

struct Options {
    folder: PathBuf,
    work: String,
    memories: usize,
    calls: usize,
    embedder: BuiltIn,
    together: usize,
    words: usize,
    again: bool,
}

impl Options {
    fn read() -> Result<Self, Failure> {
        let (mut embedder, mut together, mut words) = (BuiltIn::default(), 1, 0);
        let (mut again, mut values) = (false, Vec::new());
        let mut parser = lexopt::Parser::from_env();
        while let Some(argument) = parser.next()? {
            match argument {
                Long("embedder") => {
                    let name = parser.value()?.string()?;
                    let named = BuiltIn::ALL.iter().find(|built_in| built_in.name() == name);
                    embedder = *named.ok_or_else(|| format!("{name} is not built in"))?;
                }
                Long("together") => together = parser.value()?.parse()?,
                Long("words") => words = parser.value()?.parse()?,
                Long("again") => again = true,
                Value(value) => values.push(value.string()?),
                other => return Err(other.unexpected().into()),
            }
        }
        let [folder, work, memories, calls] = values.as_slice() else {
            return Err("usage: engine FOLDER add|search MEMORIES CALLS [OPTIONS]".into());
        };
        Ok(Self {
            folder: folder.into(),
            work: work.clone(),
            memories: memories.parse()?,
            calls: calls.parse()?,
            embedder,
            together,
            words,
            again,
        })
    }
}

fn main() -> Result<(), Failure> {
    let options = Options::read()?;
    let texts = Texts::load()?;
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    runtime.block_on(run(&options, &texts))
}

async fn run(options: &Options, texts: &Texts) -> Result<(), Failure> {
    let Options { memories, together, .. } = *options;
    let is_filled = options.folder.join("mem0.db").exists();
    let engine = Engine::open_with_built_in(&options.folder, options.embedder)?;
    if !is_filled {
        let rows: Vec<usize> = (0..memories).collect();
        for at in rows.chunks(FILLED_AT_ONCE) {
            let rows: Vec<_> = at.iter().map(|at| texts.row(0, *at)).collect();
            engine.add(request("filled", &rows)?).await?;
        }
    }
    // What is read or made ready at the first call is no part of the others.
    search(&engine, texts.question(0, memories, usize::MAX / 5)).await?;
    let (mut taken, mut worked) = (Vec::with_capacity(options.calls), Vec::new());
    for call in 0..options.calls {
        let work = worked_so_far();
        let began = match options.work.as_str() {
            "add" => {
                let rows = call * together..(call + 1) * together;
                let rows: Vec<_> = rows.map(|at| texts.row(1, at)).collect();
                let began = Instant::now();
                if engine.add(request("added", &rows)?).await?.results.len() != together {
                    return Err("it was there already: take a new folder".into());
                }
                began
            }
            "search" => {
                let turn = if options.again { 0 } else { call };
                let question = texts.question(0, memories, turn);
                let sentences = (0..options.words / WORDS_OF_ROW).map(|n| turn * MOST + n);
                let mut query: String = sentences.map(|at| texts.row(2, at).text + ". ").collect();
                query.push_str(&question);
                let began = Instant::now();
                search(&engine, query).await?;
                began
            }
            other => return Err(format!("{other} is neither add nor search").into()),
        };
        taken.push(began.elapsed());
        worked.push(worked_so_far().saturating_sub(work));
    }
    report(&mut taken, &mut worked, together);
    engine.close().await?;
    Ok(())
}

async fn search(engine: &Engine, question: String) -> Result<(), Failure> {
    let mut request = SearchRequest::new(question, Filter::user_id("filled"));
    request.threshold = 0.0;
    match engine.search(request).await?.is_empty() {
        true => Err("nothing was found".into()),
        false => Ok(()),
    }
}

/// What the threads of this process have used of the processors' time.
fn worked_so_far() -> Duration {
    let threads = std::fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    let nanoseconds = threads.filter_map(|thread| {
        let said = std::fs::read_to_string(thread.path().join("schedstat")).ok()?;
        said.split(' ').next()?.parse::<u64>().ok()
    });
    Duration::from_nanos(nanoseconds.sum::<u64>())
}

fn report(taken: &mut [Duration], worked: &mut [Duration], together: usize) {
    let sum: Duration = taken.iter().sum();
    let at = |of: &[Duration], share: usize| {
        of.get(of.len() * share / 100).map_or(0.0, Duration::as_secs_f64) * 1e3
    };
    taken.sort_unstable();
    worked.sort_unstable();
    println!(
        "p50 {:.2} ms, p99 {:.2} ms; of processors {:.2}, {:.2}; {:.0} a second",
        at(taken, 50),
        at(taken, 99),
        at(worked, 50),
        at(worked, 99),
        (taken.len() * together) as f64 / sum.as_secs_f64(),
    );
}

fn request(user: &str, rows: &[Row]) -> Result<AddRequest, Failure> {
    let ids = EntityIds { user_id: Some(user.to_owned()), ..EntityIds::default() };
    let messages = rows.iter().map(|row| Message::user(&row.text)).collect();
    let mut request = AddRequest::new(messages, ids);
    request.infer = false;
    let Some(row) = rows.first() else { return Err("no row".into()) };
    request.timestamp = Timestamp::from_unix_micros(row.created_at);
    Ok(request)
}
