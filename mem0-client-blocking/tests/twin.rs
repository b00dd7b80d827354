//! Every method sends what its async twin sends, and answers the same.

use std::time::Duration;

use mem0_client_blocking::requests::{
    AddMemory, CreateEntity, DeleteMemory, GenerateProfile, GetUsers, SampleProfiles,
    UpdateProfileSettings,
};
use mem0_client_blocking::{
    AddMemoryOptions, AsyncMemoryClient, CallOptions, CreateWebhookOptions, DeleteEverything,
    DeleteScope, EntityRef, Feedback, Filter, GetAllMemoryOptions, MemberRole, MemoryUpdate,
    Message, ProjectRef, RetryPolicy, Scope, SearchMemoryOptions, UpdateMemoryOptions,
    UpdateProjectOptions, UpdateWebhookOptions, WaitOptions, WebhookEventType,
};
use serde_json::json;

use crate::platform::{Asked, Platform};

fn answer(asked: &Asked) -> (u16, serde_json::Value) {
    let first = !asked.target.contains("page=");
    let row = json!({"id": "m-1", "memory": "Hikes", "name": "alice", "type": "user"});
    let json = json!({
        "id": "e-1", "memory": "Hikes", "event_id": "e-1", "status": "SUCCEEDED",
        "org_id": "o-1", "project_id": "p-1", "webhook_id": "wh-1", "job_id": "j-1",
        "job": {"id": "j-1"}, "results": [row], "next": first.then_some("more"), "odd": asked.body.len(),
    });
    (200, json)
}

fn refusal(_: &Asked) -> (u16, serde_json::Value) {
    (429, json!({"detail": "Slow down."}))
}

/// Makes each call on both clients and compares what was asked and what was answered.
macro_rules! compare {
    ($platform:expr, $blocking:expr, $asynchronous:expr, $runtime:expr;
        $($name:ident: |$c:ident| $call:expr;)+) => {
        {$({
            let $c = $blocking;
            let answered = format!("{:?}", told($call));
            let blocking = $platform.take();
            let $c = $asynchronous;
            let twin = $runtime.block_on(async { format!("{:?}", told($call.await)) });
            let asynchronous = $platform.take();
            assert!(!blocking.is_empty(), "{} sends nothing", stringify!($name));
            assert_eq!(blocking, asynchronous, "{}", stringify!($name));
            assert_eq!(answered, twin, "{}", stringify!($name));
        })+
        [$(stringify!($name)),+]}
    };
}

/// What an answer or an error holds apart from times.
fn told<T: std::fmt::Debug>(
    answer: Result<T, mem0_client_blocking::Error>,
) -> Result<T, (String, Option<String>, u32)> {
    answer.map_err(|error| {
        (error.to_string(), error.operation().map(str::to_owned), error.attempts())
    })
}

fn compare_all(answering: fn(&Asked) -> (u16, serde_json::Value)) -> usize {
    let platform = Platform::new(answering);
    let blocking = platform.client();
    let asynchronous = AsyncMemoryClient::builder()
        .api_key("m0-key")
        .base_url("http://platform.test/mem0")
        .retry(RetryPolicy::none())
        .service(platform.clone())
        .build()
        .unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    // One question each.
    let wait = || WaitOptions::new().timeout(Duration::ZERO);
    let alice = || Filter::user_id("alice");
    let kitchen = || ProjectRef::new("o 1", "p 1");
    let hook =
        || CreateWebhookOptions::new("https://a.b/c", "Kitchen", [WebhookEventType::MemoryAdd]);
    let nightly = || GenerateProfile::new("alice").idempotency_key("nightly-1");
    let trace = || {
        let name = http::HeaderName::from_static("x-trace");
        CallOptions::new().header(name, http::HeaderValue::from_static("on"))
    };
    let compared = compare! {
        platform, &blocking, &asynchronous, runtime;
        ping: |c| c.ping();
        with: |c| c.with(trace()).ping();
        add: |c| c.add(
            [Message::user("I hike"), Message::assistant("Where?")],
            AddMemoryOptions::new(Scope::user("alice").with_run("r")).infer(false),
        );
        add_many: |c| c.add_many([AddMemory::new("I hike", Scope::user("alice"))]);
        add_and_wait: |c| c.add_and_wait("I hike", Scope::user("alice"), wait());
        search: |c| c.search("dinner", SearchMemoryOptions::new(alice()).top_k(3));
        get: |c| c.get("a/b");
        get_all: |c| c.get_all(GetAllMemoryOptions::new(alice()).page(2).page_size(7));
        update: |c| c.update("m-1", UpdateMemoryOptions::new().clear_expiration_date());
        delete: |c| c.delete(DeleteMemory::new("m-1").delete_linked(true));
        delete_all: |c| c.delete_all(DeleteScope::run("r 1"));
        history: |c| c.history("m-1");
        batch_update: |c| c.batch_update([MemoryUpdate::new("m-1").text("Climbs")]);
        batch_delete: |c| c.batch_delete(["m-1", "m-2"]);
        users: |c| c.users();
        delete_users: |c| c.delete_users(EntityRef::agent("bot"));
        stats: |c| c.stats();
        feedback: |c| c.feedback("m-1", Feedback::Positive);
        get_summary: |c| c.get_summary(alice());
        memory_events: |c| c.memory_events();
        get_entity: |c| c.get_entity(EntityRef::user("alice"));
        get_entity_filters: |c| c.get_entity_filters();
        create_entity: |c| c.create_entity(CreateEntity::run("r", "Trip"));
        get_entity_memories: |c| c.get_entity_memories(EntityRef::user("alice"));
        create_memory_export: |c| c.create_memory_export(json!({}), alice());
        get_memory_export: |c| c.get_memory_export("x-1");
        wait_for_export: |c| c.wait_for_export::<serde_json::Value>("x-1", wait());
        get_organizations: |c| c.get_organizations();
        create_organization: |c| c.create_organization("Research");
        get_organization: |c| c.get_organization("o 1");
        delete_organization: |c| c.delete_organization("o 1", DeleteEverything);
        get_organization_members: |c| c.get_organization_members("o 1");
        add_organization_member: |c| c.add_organization_member("o 1", "a@b.c", MemberRole::Reader);
        update_organization_member:
            |c| c.update_organization_member("o 1", "a@b.c", MemberRole::Owner);
        remove_organization_member: |c| c.remove_organization_member("o 1", "a@b.c");
        get_projects: |c| c.get_projects("o 1");
        create_project: |c| c.create_project("o 1", "Kitchen");
        get_project: |c| c.get_project(kitchen());
        update_project: |c| c.update_project(kitchen(), UpdateProjectOptions::new().decay(true));
        delete_project: |c| c.delete_project(kitchen(), DeleteEverything);
        get_project_members: |c| c.get_project_members(kitchen());
        add_project_member: |c| c.add_project_member(kitchen(), "a@b.c", MemberRole::Reader);
        update_project_member: |c| c.update_project_member(kitchen(), "a@b.c", MemberRole::Owner);
        remove_project_member: |c| c.remove_project_member(kitchen(), "a@b.c");
        get_webhooks: |c| c.get_webhooks(kitchen());
        create_webhook: |c| c.create_webhook(kitchen(), hook());
        update_webhook:
            |c| c.update_webhook("wh-1", UpdateWebhookOptions::new().name("Kitchen"));
        delete_webhook: |c| c.delete_webhook("wh-1");
        get_profile: |c| c.get_profile("alice");
        generate_profile: |c| c.generate_profile(nightly());
        sample_profiles: |c| c.sample_profiles(SampleProfiles::new().idempotency_key("12345678"));
        get_profile_job: |c| c.get_profile_job("j-1");
        get_profile_settings: |c| c.get_profile_settings();
        update_profile_settings:
            |c| c.update_profile_settings(UpdateProfileSettings::new().enabled(true));
        events: |c| c.events();
        event: |c| c.event("e-1");
        wait_for_event: |c| c.wait_for_event("e-1", wait());
        reset: |c| c.reset(DeleteEverything, wait());
    };

    let page = blocking.execute(GetUsers::new().page(2)).map(|page| page.into_value());
    let by_blocking = platform.take();
    let twin = runtime.block_on(asynchronous.execute(GetUsers::new().page(2)));
    assert_eq!(
        format!("{:?}", told(page)),
        format!("{:?}", told(twin.map(|page| page.into_value())))
    );
    assert_eq!(by_blocking, platform.take());

    let listed: Vec<_> = blocking.get_all_iter(alice()).take(3).map(told).collect();
    let by_iterator = platform.take();
    let streamed = runtime.block_on(async {
        let mut all = asynchronous.get_all_stream(alice());
        let mut streamed = Vec::new();
        while let Some(memory) = all.next().await {
            streamed.push(told(memory));
            if streamed.len() == 3 {
                break;
            }
        }
        streamed
    });
    assert_eq!(format!("{listed:?}"), format!("{streamed:?}"));
    assert_eq!(by_iterator, platform.take());
    // And the three above (`get_all_iter` is an `iter`), and `export`, which needs its feature.
    compared.len() + 4
}

/// The methods that make calls. Those that make a client are in `builder.rs`.
fn methods() -> usize {
    [
        include_str!("../src/operations/batch.rs"),
        include_str!("../src/client.rs"),
        include_str!("../src/operations/memories.rs"),
        include_str!("../src/operations/entities.rs"),
        include_str!("../src/operations/events.rs"),
        include_str!("../src/operations/exports.rs"),
        include_str!("../src/operations/organizations.rs"),
        include_str!("../src/operations/profiles.rs"),
        include_str!("../src/operations/project_members.rs"),
        include_str!("../src/operations/projects.rs"),
        include_str!("../src/operations/reset.rs"),
        include_str!("../src/operations/webhooks.rs"),
    ]
    .iter()
    .map(|source| source.matches("\n    pub fn ").count())
    .sum::<usize>()
        // `iter`, in `listing.rs`.
        + 1
}

#[test]
fn every_method_sends_and_answers_what_its_twin_does() {
    assert_eq!(compare_all(answer), methods());
}

#[test]
fn every_method_fails_as_its_twin_does() {
    assert_eq!(compare_all(refusal), methods());
}
