use std::time::Duration;

use mem0_client::requests::{DeleteMemory, GetUsers};
use mem0_client::{
    AddMemoryOptions, DeleteEverything, DeleteScope, EntityRef, EntityType, ErrorKind, EventType,
    Filter, Scope, WaitOptions,
};

use super::operations::{finished, listed, remember, store, texts};
use super::platform::Client;

/// For work that takes a millisecond or two.
fn soon() -> WaitOptions {
    WaitOptions::new().first_delay(Duration::from_millis(1))
}

pub(super) async fn deleting_one_memory(client: &Client) {
    let tea = remember(client, "Likes tea", "alice").await;
    let dogs = remember(client, "Likes dogs", "alice").await;
    let answer = ask!(client.delete(&tea)).unwrap();
    assert_eq!(answer.message.as_deref(), Some("Memory deleted successfully!"));
    assert_eq!(answer.cascade_count, None);
    let linked = || DeleteMemory::new(&dogs).delete_linked(true);
    assert_eq!(ask!(client.delete(linked())).unwrap().cascade_count, Some(0));
    for id in [&tea, &dogs] {
        assert_eq!(ask!(client.get(id)).unwrap_err().kind(), ErrorKind::NotFound);
        let again = ask!(client.delete(id)).unwrap_err();
        assert_eq!((again.kind(), again.code().as_str()), (ErrorKind::NotFound, "HTTP_404"));
    }
    assert_eq!(texts(&ask!(client.search("tea", Filter::user_id("alice"))).unwrap()), [""; 0]);
}

pub(super) async fn erased_memories_leave_no_history(client: &Client) {
    let erased = |id: &str| DeleteMemory::new(id).erase(true);
    let mut ids = Vec::new();
    for n in 0..5 {
        let id = remember(client, &format!("swordfish {n}"), "alice").await;
        ask!(client.update(&id, format!("swordfish again {n}"))).unwrap();
        ids.push(id);
    }
    let answer = ask!(client.delete(erased(&ids[0]))).unwrap();
    assert_eq!(answer.erase, Some(true));
    let batch = [erased(&ids[1]), erased(&ids[2])];
    ask!(client.batch_delete(batch)).unwrap().all().unwrap();
    // Kept at first, and erased later.
    assert_eq!(ask!(client.delete(&ids[3])).unwrap().erase, None);
    assert_eq!(ask!(client.history(&ids[3])).unwrap().results.len(), 3);
    let queued = ask!(client.delete_all(DeleteScope::user("alice").erase(true))).unwrap();
    assert_eq!(queued.erase, Some(true));
    finished(client, queued.event_id).await;
    for id in &ids {
        assert_eq!(ask!(client.history(id)).unwrap_err().kind(), ErrorKind::NotFound);
    }
    let events = serde_json::to_string(&ask!(client.events()).unwrap()).unwrap();
    assert!(!events.contains("swordfish"), "{events}");
    assert!(ask!(client.memory_events()).unwrap().results.is_empty());
}

pub(super) async fn whole_scopes_are_deleted(client: &Client) {
    // Ids of different kinds with one name stay apart.
    let scopes =
        || [Scope::user("same"), Scope::agent("same"), Scope::app("same"), Scope::run("same")];
    let kinds = ["user", "agent", "app", "run"];
    let everyone = || {
        Filter::any([Filter::any_user(), Filter::any_agent(), Filter::any_app(), Filter::any_run()])
    };
    for (scope, kind) in scopes().into_iter().zip(kinds) {
        store(client, &format!("of the {kind}"), AddMemoryOptions::new(scope)).await;
    }
    remember(client, "of another", "other").await;
    let mut left = 5;
    for (scope, kind) in [
        (DeleteScope::user("same"), "user"),
        (DeleteScope::agent("same"), "agent"),
        (DeleteScope::app("same"), "app"),
        (DeleteScope::run("same"), "run"),
    ] {
        let queued = ask!(client.delete_all(scope.clone())).unwrap();
        let event = finished(client, queued.event_id).await;
        assert_eq!(event.event_type, Some(EventType::DeleteAll));
        let all = listed(client, everyone()).await;
        left -= 1;
        assert_eq!(all.len(), left, "{all:?}");
        assert!(!all.contains(&format!("of the {kind}")));
    }

    let other_kinds = [Scope::agent("a"), Scope::app("b"), Scope::run("c")];
    for scope in other_kinds {
        store(client, "stays for now", AddMemoryOptions::new(scope)).await;
    }
    for (scope, left) in [
        (DeleteScope::every_user(DeleteEverything), 3),
        (DeleteScope::every_agent(DeleteEverything), 2),
        (DeleteScope::project(DeleteEverything), 0),
    ] {
        let queued = ask!(client.delete_all(scope.clone())).unwrap();
        finished(client, queued.event_id).await;
        assert_eq!(listed(client, everyone()).await.len(), left);
    }
    let nothing = ask!(client.delete_all(DeleteScope::user("nobody"))).unwrap();
    finished(client, nothing.event_id).await;
}

pub(super) async fn entities_are_listed_and_deleted(client: &Client) {
    for n in 0..105 {
        remember(client, "is here", &format!("u{n}")).await;
    }
    let scope = Scope::user("a/b é").with_agent("bot").with_run("r-1");
    store(client, "belongs to many", AddMemoryOptions::new(scope)).await;

    let users = ask!(client.users()).unwrap();
    assert_eq!((users.count, users.results.len()), (Some(108), 108));
    assert_eq!((users.total_users(), users.total_agents()), (Some(106), Some(1)));
    assert_eq!((users.total_apps(), users.total_runs()), (Some(0), Some(1)));
    let is = |kind: &EntityType, name: &str| {
        let found =
            users.results.iter().filter(|e| e.entity_type.as_ref() == Some(kind) && e.name == name);
        found.count()
    };
    assert_eq!((is(&EntityType::User, "u0"), is(&EntityType::User, "u104")), (1, 1));
    assert_eq!((is(&EntityType::Agent, "bot"), is(&EntityType::User, "bot")), (1, 0));
    let page = ask!(client.execute(GetUsers::new().page(2).page_size(100))).unwrap();
    assert_eq!((page.results.len(), page.next.is_none()), (8, true));

    let queued = ask!(client.delete_users(EntityRef::user("a/b é"))).unwrap();
    let event = finished(client, queued.event_id).await;
    assert_eq!(event.event_type, Some(EventType::DeleteUser));
    assert_eq!(listed(client, Filter::user_id("a/b é")).await, [""; 0]);
    assert_eq!(ask!(client.users()).unwrap().total_users(), Some(105));
    let missing = ask!(client.delete_users(EntityRef::user("a/b é"))).unwrap_err();
    assert_eq!(missing.kind(), ErrorKind::NotFound);
}

pub(super) async fn reset_leaves_nothing(client: &Client) {
    for n in 0..103 {
        remember(client, "is here", &format!("u{n}")).await;
    }
    store(client, "of a bot", AddMemoryOptions::new(Scope::agent("bot").with_app("k"))).await;
    let reset = ask!(client.reset(DeleteEverything, soon())).unwrap();
    assert!(reset.is_complete());
    assert_eq!(reset.entities.len(), 105);
    assert_eq!(ask!(client.users()).unwrap().results.len(), 0);
    let everyone = Filter::any_user() | Filter::any_agent() | Filter::any_app();
    assert_eq!(listed(client, everyone).await, [""; 0]);
    let again = ask!(client.reset(DeleteEverything, soon())).unwrap();
    assert!(again.is_complete() && again.entities.is_empty());
}
