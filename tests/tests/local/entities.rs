use mem0_client::requests::{CreateEntity, GetEntityMemories, GetMemoryEvents};
use mem0_client::{
    AddMemoryOptions, EntityRef, ErrorKind, Filter, HistoryEvent, Scope, UpdateMemoryOptions,
};
use serde_json::json;

use super::operations::{listed, remember, store};
use super::platform::Client;

pub(super) async fn entities_are_made_known_before_they_have_memories(client: &Client) {
    let plan = json!({"plan": "free"});
    let alice = ask!(client.create_entity(CreateEntity::user("alice").metadata(plan.clone())));
    let alice = alice.unwrap();
    assert_eq!((alice.user_id.as_deref(), alice.name.as_deref()), (Some("alice"), None));
    assert_eq!(alice.metadata.as_ref(), plan.as_object());
    assert_eq!((alice.is_deleted, alice.graph_entities.as_ref()), (Some(false), None));
    let chef = ask!(client.create_entity(CreateEntity::agent("chef", "The chef"))).unwrap();
    assert_eq!((chef.agent_id.as_deref(), chef.name.as_deref()), (Some("chef"), Some("The chef")));
    let kitchen = ask!(client.create_entity(CreateEntity::app("kitchen", "Kitchen"))).unwrap();
    assert_eq!(kitchen.app_id.as_deref(), Some("kitchen"));
    let run = ask!(client.create_entity(CreateEntity::run("r-1", "First"))).unwrap();
    assert_eq!((run.run_id.as_deref(), run.name.as_deref()), (Some("r-1"), Some("First")));
    let mut numbers = [&alice, &chef, &kitchen, &run].map(|made| made.id.unwrap()).to_vec();
    numbers.dedup();
    assert_eq!(numbers.len(), 4);
    assert!([&chef, &kitchen, &run].iter().all(|made| made.project == alice.project));

    // An add does not make it another one, and making it known again gives it what is new.
    remember(client, "I like tea", "alice").await;
    let again = CreateEntity::user("alice").metadata(json!({"plan": "paid"}));
    let again = ask!(client.create_entity(again)).unwrap();
    assert_eq!((again.id, again.created_at), (alice.id, alice.created_at));
    let shown = ask!(client.get_entity(EntityRef::user("alice"))).unwrap();
    assert_eq!(shown.results[0].metadata.as_ref().unwrap()["plan"], "paid");
    let users = ask!(client.users()).unwrap();
    let names: Vec<_> = users.results.iter().map(|entity| entity.name.as_str()).collect();
    assert_eq!(names, ["alice", "chef", "kitchen", "r-1"]);
}

pub(super) async fn an_entity_lists_its_memories_and_what_they_came_from(client: &Client) {
    let metadata = json!({"source": "chat"});
    let options = AddMemoryOptions::new(Scope::user("alice")).metadata(metadata.clone());
    let first = store(client, "I have a puppy", options).await;
    remember(client, "I like tea", "alice").await;
    remember(client, "I like coffee", "bob").await;
    let change = UpdateMemoryOptions::new().text("I have a dog");
    ask!(client.update(first.clone(), change.clone())).unwrap();

    let page = ask!(client.get_entity_memories(EntityRef::user("alice"))).unwrap();
    assert_eq!((page.count, page.results.len()), (Some(2), 2));
    let dog = page.results.iter().find(|memory| memory.id == first).unwrap();
    assert_eq!(dog.memory, "I have a dog");
    assert_eq!((dog.is_updated, dog.metadata.as_ref()), (Some(true), metadata.as_object()));
    assert_eq!(dog.input[0].content.as_text(), Some("I have a puppy"));
    let tea = page.results.iter().find(|memory| memory.id != first).unwrap();
    assert_eq!((tea.memory.as_str(), tea.is_updated), ("I like tea", Some(false)));

    let nobody = ask!(client.get_entity_memories(EntityRef::run("alice"))).unwrap();
    assert_eq!(nobody.count, Some(0));
    let beyond = GetEntityMemories::new(EntityRef::user("alice")).page(2);
    let refused = ask!(client.get_entity_memories(beyond.clone())).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::NotFound);
}

pub(super) async fn the_history_of_all_memories_is_paged(client: &Client) {
    let id = remember(client, "I have a puppy", "alice").await;
    store(client, "I answer briefly", AddMemoryOptions::new(Scope::agent("bot"))).await;
    ask!(client.delete(id.clone())).unwrap();
    let page = ask!(client.execute(GetMemoryEvents::new().limit(2))).unwrap();
    assert_eq!((page.count, page.results.len()), (Some(3), 2));
    assert!(page.next.as_deref().unwrap().contains("limit=2"));
    let [deleted, added] = page.results.as_slice() else { panic!() };
    assert_eq!(
        (deleted.event.as_ref(), deleted.memory_id.as_ref()),
        (Some(&HistoryEvent::Delete), Some(&id))
    );
    assert_eq!(deleted.old_memory.as_deref(), Some("I have a puppy"));
    assert_eq!((added.agent_id.as_deref(), added.user_id.as_deref()), (Some("bot"), None));
    let last = ask!(client.execute(GetMemoryEvents::new().limit(2).page(2))).unwrap();
    assert_eq!((last.results.len(), last.next.as_deref()), (1, None));
    let refused = ask!(client.execute(GetMemoryEvents::new().limit(201))).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Validation);
}

pub(super) async fn filters_name_what_there_is(client: &Client) {
    remember(client, "I like tea", "alice").await;
    store(client, "I answer briefly", AddMemoryOptions::new(Scope::agent("bot"))).await;
    assert_eq!(listed(client, Filter::any_user()).await, ["I like tea"]);
    let filters = ask!(client.get_entity_filters()).unwrap();
    assert_eq!((filters.event_type, filters.users), (vec!["ADD".to_owned()], vec!["alice".into()]));
    assert!(filters.categories.is_empty());
    let [user, agent, app, run] = filters.parameters.as_slice() else { panic!() };
    let values = [user, agent, app, run].map(|one| one.options.len());
    assert_eq!(values, [1, 1, 0, 0]);
    assert_eq!(agent.name.as_deref(), Some("agent_id"));
    assert_eq!(agent.options[0].value.as_deref(), Some("bot"));
}
