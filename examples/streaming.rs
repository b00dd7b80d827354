//! All memories of a user, page by page: as a stream for the async client, as an iterator for the
//! blocking one.
//!
//! ```console
//! $ cargo run --example streaming
//! ```

use std::error::Error;

use mem0_sdk::{
    AddMemoryOptions, AsyncMemoryClient, Filter, GetAllMemoryOptions, MemoryClient, Message, Scope,
};
use mem0_server::{Authentication, Engine, router};

fn alice() -> GetAllMemoryOptions {
    GetAllMemoryOptions::new(Filter::user_id("alice")).page_size(50)
}

fn main() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let engine = Engine::open(folder.path())?;
    let platform = router(engine.clone(), Authentication::Off);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;

    let app = platform.clone();
    let client = AsyncMemoryClient::builder().service(app).build()?;
    runtime.block_on(async {
        let notes = (0..230).map(|day| Message::user(format!("Day {day}: {} km", day % 7)));
        let options = AddMemoryOptions::new(Scope::user("alice")).infer(false);
        client.add(notes.collect::<Vec<_>>(), options).await?;

        // One page in memory at a time, and nothing is asked before the first row is.
        let mut all = client.get_all_stream(alice());
        let (mut rows, mut kilometres) = (0, 0);
        while let Some(memory) = all.next().await {
            rows += 1;
            kilometres += kilometres_of(&memory?.memory);
        }
        println!("stream: {rows} memories, {kilometres} km");
        Ok::<_, mem0_sdk::Error>(())
    })?;

    let client = MemoryClient::builder().service_with(move || platform).build()?;
    let mut kilometres = 0;
    for memory in client.get_all_iter(alice()) {
        kilometres += kilometres_of(&memory?.memory);
    }
    println!("iterator: {kilometres} km");

    // An iterator like any other: this reads one page of five.
    let first = client.get_all_iter(alice()).take(3).collect::<Result<Vec<_>, _>>()?;
    println!("the first three: {}", first.len());
    runtime.block_on(engine.close())?;
    Ok(())
}

fn kilometres_of(note: &str) -> u32 {
    let number = note.split(' ').nth(2).and_then(|word| word.parse().ok());
    number.unwrap_or_default()
}
