use mem0_sdk::{AsyncMemoryClient, Filter, Scope, WaitOptions};

#[tokio::main]
async fn main() -> Result<(), mem0_sdk::Error> {
    let client = AsyncMemoryClient::from_env()?; // MEM0_API_KEY, MEM0_BASE_URL; no I/O here, ever
    let diet = "I'm vegetarian and allergic to nuts";
    client.add_and_wait(diet, Scope::user("alice"), WaitOptions::new()).await?;
    for hit in client.search("can she eat peanuts?", Filter::user_id("alice")).await? {
        println!("{:.2}  {}", hit.score.unwrap_or_default(), hit.memory);
    }
    Ok(())
}
