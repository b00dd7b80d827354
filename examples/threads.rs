//! One blocking client for many threads, and inside a tokio runtime, on a local platform.
//!
//! ```console
//! $ cargo run --example threads
//! ```

use std::error::Error;
use std::thread;

use mem0_sdk::{AddMemoryOptions, Filter, MemoryClient, Scope};
use mem0_server::{Authentication, Engine, router};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let engine = Engine::open(folder.path())?;
    let platform = router(engine.clone(), Authentication::Off);
    // The closure runs inside the client's own runtime.
    let client = MemoryClient::builder().service_with(|| platform).build()?;

    // Clones share connections, limits and the retry budget.
    let threads: Vec<_> = ["alice", "bob", "carol", "dave"]
        .into_iter()
        .map(|user| {
            let client = client.clone();
            thread::spawn(move || {
                for day in 1..=25 {
                    let options = AddMemoryOptions::new(Scope::user(user)).infer(false);
                    client.add(format!("Day {day}, says {user}"), options)?;
                }
                let hits = client.search("day 7", Filter::user_id(user))?;
                Ok::<_, mem0_sdk::Error>((user, hits.results[0].memory.clone()))
            })
        })
        .collect();
    for thread in threads {
        let (user, found) = thread.join().map_err(|_| "a thread panicked")??;
        println!("{user}: {found}");
    }
    println!("{} users", client.users()?.results.len());

    // Inside a runtime a call blocks its thread, so it goes where blocking is allowed.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let counting = client.clone();
        let count = move || counting.get_all_iter(Filter::user_id("alice")).count();
        println!("in a runtime: {}", tokio::task::spawn_blocking(count).await?);
        // And dropping it there is fine.
        drop(client);
        Ok::<_, Box<dyn Error>>(())
    })?;
    runtime.block_on(engine.close())?;
    Ok(())
}
