//! Lists that are returned as they come, one page at a time.

use mem0_client::requests::GetMemoryExport;
use mem0_client::{
    EntityRef, Error, Filter, OrganizationRef, Outcomes, Page, ProjectRef, WaitOptions,
};
use serde_json::json;

use crate::platform::{Platform, Reply};

fn platform() -> Platform {
    Platform::new(|_| Reply::json(json!({"count": 7, "results": [{"id": "x"}]})))
}

fn is_whole<T>(page: Result<Page<T>, Error>) {
    let page = page.unwrap();
    assert_eq!((page.count, page.results.len() + page.malformed.len()), (Some(7), 1));
}

#[tokio::test(start_paused = true)]
async fn a_page_is_what_was_answered() {
    let client = platform().client();
    is_whole(client.get_entity(EntityRef::user("alice")).await);
    is_whole(client.get_entity_memories(EntityRef::user("alice")).await);
    is_whole(client.memory_events().await);
    is_whole(client.get_organizations().await);
    is_whole(client.get_projects(OrganizationRef::new("o-1")).await);
    is_whole(client.get_webhooks(ProjectRef::new("o-1", "p-1")).await);
}

#[cfg(feature = "legacy")]
#[tokio::test(start_paused = true)]
async fn a_page_of_an_old_operation_is_what_was_answered() {
    use mem0_client::Scope;
    let client = platform().client();
    is_whole(client.add_v1("I climb", Scope::user("alice")).await);
    is_whole(client.search_v1("dinner", Scope::user("alice")).await);
    is_whole(client.search_v2("dinner", Filter::user_id("alice")).await);
    is_whole(client.get_all_v1(Scope::user("alice")).await);
    is_whole(client.get_all_v2(Filter::user_id("alice")).await);
}

#[tokio::test(start_paused = true)]
async fn an_export_is_what_was_answered() {
    let platform = Platform::new(|_| Reply::json(json!({"likes": ["tea"]})));
    let latest = GetMemoryExport::latest(Filter::user_id("alice"));
    let client = platform.client();
    assert_eq!(client.get_memory_export(latest).await.unwrap(), json!({"likes": ["tea"]}));
}

#[tokio::test(start_paused = true)]
async fn outcomes_are_walked_by_value_and_by_reference() {
    let platform = Platform::new(|_| Reply::json(json!({"message": "done"})));
    let deleted: Outcomes<_> = platform.client().batch_delete(["m-1", "m-2"]).await.unwrap();
    assert_eq!((&deleted).into_iter().count(), deleted.len());
    assert_eq!(deleted.failed().count(), 0);
    let length = deleted.len();
    assert!(length > 0);
    assert_eq!(deleted.into_iter().filter(Result::is_ok).count(), length);
}

#[test]
fn a_time_to_wait_is_all_that_must_be_said() {
    let wait = WaitOptions::from(std::time::Duration::from_secs(7));
    assert_eq!(wait, WaitOptions::new().timeout(std::time::Duration::from_secs(7)));
}
