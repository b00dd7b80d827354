//! What every public type can do, asserted when the tests compile.

use std::fmt::Debug;

use mem0_types::*;
use serde::Serialize;
use serde::de::DeserializeOwned;

fn plain<T: Clone + PartialEq + Debug + Send + Sync + Unpin + 'static>() {}
fn copied<T: Copy + Eq + Debug + Send + Sync + 'static>() {}
fn request<T: Endpoint + Clone + PartialEq + Debug + Send + Sync + Unpin + 'static>() {}
fn answer<T>()
where
    T: Serialize + DeserializeOwned + Clone + PartialEq + Debug + Send + Sync + Unpin + 'static,
{
}
fn spelling<T>()
where
    T: for<'a> From<&'a str> + std::hash::Hash + Eq + std::fmt::Display + Serialize,
    T: DeserializeOwned + Clone + Debug + Send + Sync + 'static,
{
}

#[test]
fn every_public_type_has_the_usual_traits() {
    plain::<AddMemoryOptions>();
    plain::<Condition>();
    plain::<Content>();
    plain::<CustomCategory>();
    plain::<DeleteScope>();
    plain::<EntityRef>();
    plain::<ErrorBody>();
    plain::<Expression>();
    plain::<Extra>();
    plain::<GetAllMemoryOptions>();
    plain::<InvalidInput>();
    plain::<Malformed>();
    plain::<Media>();
    plain::<MemoryUpdate>();
    plain::<Messages>();
    plain::<Scope>();
    plain::<SearchMemoryOptions>();
    plain::<UpdateMemoryOptions>();

    copied::<Date>();
    copied::<DeleteEverything>();
    copied::<IdField>();
    copied::<MediaKind>();
    copied::<Repeat>();
    copied::<TimeField>();

    request::<AddMemory>();
    request::<BatchDelete>();
    request::<BatchUpdate>();
    request::<DeleteAllMemories>();
    request::<DeleteMemory>();
    request::<DeleteUsers>();
    request::<Events>();
    request::<GetAllMemories>();
    request::<GetEvent>();
    request::<GetMemory>();
    request::<MemoryHistory>();
    request::<Ping>();
    request::<SearchMemories>();
    request::<UpdateMemory>();
    request::<Users>();

    answer::<AddMemoryResponse>();
    answer::<BatchResponse>();
    answer::<DeleteMemoryResponse>();
    answer::<Entity>();
    answer::<Event>();
    answer::<EventData>();
    answer::<EventResult>();
    answer::<Filter>();
    answer::<History>();
    answer::<Memory>();
    answer::<Message>();
    answer::<Page<Memory>>();
    answer::<PingResponse>();
    answer::<QueuedDelete>();
    answer::<ScoreBreakdown>();
    answer::<Timestamp>();

    spelling::<EntityType>();
    spelling::<EventStatus>();
    spelling::<EventType>();
    spelling::<MemoryEvent>();
    spelling::<Role>();
}

#[test]
fn a_refusal_is_an_error_that_can_travel() {
    fn travels<E: std::error::Error + Send + Sync + 'static>(_: &E) {}
    let refused = GetMemory::new("").into_call().unwrap_err();
    travels(&refused);
    assert_eq!(refused.to_string(), "memory_id: must not be empty");
}

#[test]
fn a_call_can_be_sent_again() {
    fn travels<T: Clone + Debug + Send + Sync + Unpin + 'static>(_: &T) {}
    let call = AddMemory::new("Hi", Scope::user("alice")).into_call().unwrap();
    travels(&call);
    let again = call.clone();
    // The body is shared, not copied.
    assert_eq!(again.body().unwrap().as_ptr(), call.body().unwrap().as_ptr());
}

#[test]
fn each_operation_says_whether_it_may_be_repeated() {
    let alice = || Filter::user_id("alice");
    for (call, operation, repeat) in [
        (Ping::new().into_call(), "ping", Repeat::Read),
        (AddMemory::new("Hi", Scope::user("a")).into_call(), "add", Repeat::Once),
        (SearchMemories::new("q", alice()).into_call(), "search", Repeat::Read),
        (GetAllMemories::new(alice()).into_call(), "get_all", Repeat::Read),
        (GetMemory::new("m").into_call(), "get", Repeat::Read),
        (UpdateMemory::new("m", "x").into_call(), "update", Repeat::Idempotent),
        (DeleteMemory::new("m").into_call(), "delete", Repeat::Idempotent),
        (
            DeleteAllMemories::new(DeleteScope::user("a")).into_call(),
            "delete_all",
            Repeat::Idempotent,
        ),
        (MemoryHistory::new("m").into_call(), "history", Repeat::Read),
        (
            BatchUpdate::new([MemoryUpdate::new("m").text("x")]).into_call(),
            "batch_update",
            Repeat::Idempotent,
        ),
        (BatchDelete::new(["m"]).into_call(), "batch_delete", Repeat::Idempotent),
        (Users::new().into_call(), "users", Repeat::Read),
        (DeleteUsers::new(EntityRef::run("r")).into_call(), "delete_users", Repeat::Idempotent),
        (Events::new().into_call(), "events", Repeat::Read),
        (GetEvent::new("e").into_call(), "event", Repeat::Read),
    ] {
        let call = call.unwrap();
        assert_eq!((call.operation(), call.repeat()), (operation, repeat));
    }
}
