//! Wrong arguments to the async client.

use mem0_sdk::{AsyncMemoryClient, EntityRef, Error, Filter, Scope, WaitOptions};

pub async fn calls(client: AsyncMemoryClient) -> Result<(), Error> {
    client.add(42, Scope::user("a")).await?; //~ to add: a text, a `Message` or a list
    client.add(["Hi"], Scope::user("a")).await?; //~ a list of `Message`s
    client.add(vec![("user", "Hi")], Scope::user("a")).await?; //~ a list of `Message`s
    client.add("Hi", "alice").await?; //~ `Scope::user("alice")` or `AddMemoryOptions`
    client.add("Hi", Filter::user_id("alice")).await?; //~ `Scope::user("alice")`
    client.add("Hi", EntityRef::user("alice")).await?; //~ `Scope::user("alice")`
    client.add_and_wait("Hi", "alice", WaitOptions::new()).await?; //~ `Scope::user("alice")`
    client.add_and_wait("Hi", Scope::user("a"), 30).await?; //~ `WaitOptions`, or what can be made
    client.search("Hi", "alice").await?; //~ `Filter::user_id("alice")`
    client.search("Hi", Scope::user("alice")).await?; //~ `Filter::any_of(&scope)`
    client.search("Hi", EntityRef::user("alice")).await?; //~ `Filter::user_id("alice")`
    client.search(42, Filter::user_id("alice")).await?; //~ is not what is needed here: `String`
    client.search("Hi", Filter::metadata("plan")).await?; //~ `Filter::metadata("plan").eq("free")`
    client.get(42).await?; //~ write `&id.to_string()`
    client.get_all("alice").await?; //~ `Filter::user_id("alice")`
    client.get_all(Scope::user("alice")).await?; //~ `Filter::any_of(&scope)`
    client.update(42, "Climbs").await?; //~ write `&id.to_string()`
    client.update("m-1", 42).await?; //~ `UpdateMemoryOptions`, or what can be made
    client.delete(42).await?; //~ `DeleteMemory`, or what can be made
    client.delete_all(Scope::user("alice")).await?; //~ `DeleteScope::user("alice")`
    client.delete_all(EntityRef::user("alice")).await?; //~ `DeleteScope::user("alice")`
    client.delete_all("alice").await?; //~ `DeleteScope::user("alice")`
    client.delete_users("alice").await?; //~ `EntityRef::user("alice")`
    client.get_entity(Scope::user("alice")).await?; //~ `EntityRef::user("alice")`
    client.history(42).await?; //~ write `&id.to_string()`
    client.feedback("m-1", 42).await?; //~ `FeedbackOptions`, or what can be made
    client.get_summary(Scope::user("alice")).await?; //~ `Filter::any_of(&scope)`
    client.event(42).await?; //~ write `&id.to_string()`
    let queued = client.delete_users(EntityRef::user("alice")).await?;
    client.wait_for_event(queued.event_id, WaitOptions::new()).await?; //~ if let Some(event_id)
    client.wait_for_event("e-1", 30).await?; //~ `WaitOptions`, or what can be made
    client.get_profile(42).await?; //~ write `&id.to_string()`
    client.get_webhooks("p-1").await?; //~ `ProjectRef`, or what can be made
    client.get_projects(42).await?; //~ `OrganizationRef`, or what can be made
    client.batch_delete([1, 2]).await?; //~ `DeleteMemory`, or what can be made
    client.batch_update(["m-1"]).await?; //~ MemoryUpdate
    client.add_many(["Hi"]).await?; //~ AddMemory
    client.execute(42).await?; //~ a request of `mem0_sdk::requests`
    let _ = client.get_all_stream(Scope::user("alice")); //~ `Filter::any_of(&scope)`
    Ok(())
}
