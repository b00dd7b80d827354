use mem0_sdk::{AddMemoryOptions, Filter, MemoryClient, Message, Scope};

fn main() -> Result<(), mem0_sdk::Error> {
    let client = MemoryClient::from_env()?;
    let talk = [Message::user("I moved to Rome"), Message::assistant("How is it there?")];
    client.add(talk, AddMemoryOptions::new(Scope::user("alice")).infer(false))?;
    let recent = Filter::user_id("alice") & Filter::created_at().gte("2026-01-01");
    for memory in client.get_all_iter(recent) {
        let memory = memory?;
        println!("{}: {}", memory.speaker().unwrap_or("alice"), memory.memory);
    }
    Ok(())
}
