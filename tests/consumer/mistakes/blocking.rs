//! Wrong arguments to the blocking client.

use mem0_sdk::{EntityRef, Error, Filter, MemoryClient, Scope, WaitOptions};

pub fn calls(client: MemoryClient) -> Result<(), Error> {
    client.add(42, Scope::user("a"))?; //~ to add: a text, a `Message` or a list
    client.add(["Hi"], Scope::user("a"))?; //~ a list of `Message`s
    client.add(vec![("user", "Hi")], Scope::user("a"))?; //~ a list of `Message`s
    client.add("Hi", "alice")?; //~ `Scope::user("alice")` or `AddMemoryOptions`
    client.add("Hi", Filter::user_id("alice"))?; //~ `Scope::user("alice")`
    client.add("Hi", EntityRef::user("alice"))?; //~ `Scope::user("alice")`
    client.add_and_wait("Hi", "alice", WaitOptions::new())?; //~ `Scope::user("alice")`
    client.add_and_wait("Hi", Scope::user("a"), 30)?; //~ `WaitOptions`, or what can be made
    client.search("Hi", "alice")?; //~ `Filter::user_id("alice")`
    client.search("Hi", Scope::user("alice"))?; //~ `Filter::any_of(&scope)`
    client.search("Hi", EntityRef::user("alice"))?; //~ `Filter::user_id("alice")`
    client.search(42, Filter::user_id("alice"))?; //~ is not what is needed here: `String`
    client.search("Hi", Filter::metadata("plan"))?; //~ `Filter::metadata("plan").eq("free")`
    client.get(42)?; //~ write `&id.to_string()`
    client.get_all("alice")?; //~ `Filter::user_id("alice")`
    client.get_all(Scope::user("alice"))?; //~ `Filter::any_of(&scope)`
    client.update(42, "Climbs")?; //~ write `&id.to_string()`
    client.update("m-1", 42)?; //~ `UpdateMemoryOptions`, or what can be made
    client.delete(42)?; //~ `DeleteMemory`, or what can be made
    client.delete_all(Scope::user("alice"))?; //~ `DeleteScope::user("alice")`
    client.delete_all(EntityRef::user("alice"))?; //~ `DeleteScope::user("alice")`
    client.delete_all("alice")?; //~ `DeleteScope::user("alice")`
    client.delete_users("alice")?; //~ `EntityRef::user("alice")`
    client.get_entity(Scope::user("alice"))?; //~ `EntityRef::user("alice")`
    client.history(42)?; //~ write `&id.to_string()`
    client.feedback("m-1", 42)?; //~ `FeedbackOptions`, or what can be made
    client.get_summary(Scope::user("alice"))?; //~ `Filter::any_of(&scope)`
    client.event(42)?; //~ write `&id.to_string()`
    let queued = client.delete_users(EntityRef::user("alice"))?;
    client.wait_for_event(queued.event_id, WaitOptions::new())?; //~ if let Some(event_id)
    client.wait_for_event("e-1", 30)?; //~ `WaitOptions`, or what can be made
    client.get_profile(42)?; //~ write `&id.to_string()`
    client.get_webhooks("p-1")?; //~ `ProjectRef`, or what can be made
    client.get_projects(42)?; //~ `OrganizationRef`, or what can be made
    client.batch_delete([1, 2])?; //~ `DeleteMemory`, or what can be made
    client.batch_update(["m-1"])?; //~ MemoryUpdate
    client.add_many(["Hi"])?; //~ AddMemory
    client.execute(42)?; //~ a request of `mem0_sdk::requests`
    let _ = client.get_all_iter(Scope::user("alice")); //~ `Filter::any_of(&scope)`
    Ok(())
}
