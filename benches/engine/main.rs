//! Runs one kind of engine work in its own process, so that valgrind can count it and another build
//! can be timed against it: `engine FOLDER add|search MEMORIES CALLS`.
//!
//! Fills the folder with the given number of memories of one user if it does not exist. Then makes
//! the calls one after another, and prints how long they took.

#[path = "../load/texts.rs"]
#[expect(dead_code, reason = "`load` asks more of it")]
mod texts;

use std::path::Path;
use std::time::Instant;

use mem0_client::{Filter, Message, Timestamp};
use mem0_engine::{AddRequest, Engine, EntityIds, SearchRequest};

use crate::texts::{Row, Texts};

pub(crate) type Failure = Box<dyn std::error::Error + Send + Sync>;

/// The number of memories in each add that fills the folder.
const FILLED_AT_ONCE: usize = 500;

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [folder, work, memories, calls] = arguments.as_slice() else {
        return Err("usage: engine FOLDER add|search MEMORIES CALLS".into());
    };
    let (memories, calls): (usize, usize) = (memories.parse()?, calls.parse()?);
    let texts = Texts::load()?;
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    runtime.block_on(run(Path::new(folder), work, memories, calls, &texts))
}

async fn run(
    folder: &Path,
    work: &str,
    memories: usize,
    calls: usize,
    texts: &Texts,
) -> Result<(), Failure> {
    let is_filled = folder.join("mem0.db").exists();
    let engine = Engine::open(folder)?;
    if !is_filled {
        let rows: Vec<usize> = (0..memories).collect();
        for at in rows.chunks(FILLED_AT_ONCE) {
            let rows: Vec<_> = at.iter().map(|at| texts.row(0, *at)).collect();
            engine.add(request("filled", &rows)?).await?;
        }
    }
    let began = Instant::now();
    for call in 0..calls {
        match work {
            "add" => {
                let added = engine.add(request("added", &[texts.row(1, call)])?).await?;
                if added.results.len() != 1 {
                    return Err("it was there already: take a new folder".into());
                }
            }
            "search" => {
                let question = texts.question(0, memories, call);
                let mut request = SearchRequest::new(question, Filter::user_id("filled"));
                request.threshold = 0.0;
                if engine.search(request).await?.is_empty() {
                    return Err("nothing was found".into());
                }
            }
            other => return Err(format!("{other} is neither add nor search").into()),
        }
    }
    println!("{:.3} ms", began.elapsed().as_secs_f64() * 1000.0);
    engine.close().await?;
    Ok(())
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
