use http::{HeaderName, HeaderValue};
use mem0_client::legacy::{
    AddV1Options, GetAllV1Options, GetAllV2Options, SearchV1Options, SearchV2Options,
};
use mem0_client::requests::{
    AddMemory, CreateEntity, GetEntityMemories, GetEvents, GetMemoryEvents, GetUsers, Ping,
    UpdateProfileSettings,
};
use mem0_client::{
    AddMemoryOptions, CallOptions, CreateWebhookOptions, CustomCategory, DeleteEverything,
    DeleteScope, EntityRef, EntityType, Filter, GetAllMemoryOptions, Media, MemberRole,
    MemoryUpdate, Message, OrganizationRef, ProjectRef, Scope, SearchMemoryOptions,
    UpdateMemoryOptions, UpdateProjectOptions, UpdateWebhookOptions, WaitOptions, WebhookEventType,
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::official_calls::{ODD_ID, date, name_schema, recorded_project};
use crate::both_clients::Call;

fn every_condition() -> Filter {
    Filter::all([
        Filter::any_user(),
        Filter::agent_id_ne("bot"),
        Filter::app_id_in(["a", "b"]),
        Filter::updated_at().gt("2026-01-01"),
        Filter::timestamp().lt(1_700_000_000),
        Filter::expiration_date().exists(),
        Filter::categories().is_in(["food"]),
        !Filter::categories().contains("work"),
        Filter::metadata("n").eq(1),
        Filter::metadata("n").ne(2),
        Filter::metadata("tags").contains("x"),
    ])
}

fn roles() -> [Message; 3] {
    [Message::system("Be brief"), Message::user("Hi").named("Alice"), Message::assistant("Hello")]
}

fn team() -> CallOptions {
    CallOptions::new().header(HeaderName::from_static("x-team"), HeaderValue::from_static("memory"))
}

fn one_a_page() -> GetAllMemoryOptions {
    GetAllMemoryOptions::new(Filter::user_id("alice")).page_size(1)
}

/// Each recording of our own with its call, in the file's order.
pub(super) fn specified_calls() -> Vec<(&'static str, Call)> {
    vec![
        ("ping", call!(ping())),
        ("execute", call!(execute(Ping::new()))),
        (
            "with",
            Call {
                method: "with",
                on_async: |client| Box::pin(async { client.with(team()).ping().await.map(drop) }),
                on_blocking: |client| client.with(team()).ping().map(drop),
            },
        ),
        (
            "add_txt_url",
            call!(add(
                Message::user(Media::text_url("https://example.com/a.txt")),
                Scope::user("alice")
            )),
        ),
        (
            "add_roles",
            call!(add(
                roles(),
                AddMemoryOptions::new(Scope::run("r-1"))
                    .infer(true)
                    .agent_custom_instructions("only promises")
            )),
        ),
        (
            "add_extra",
            call!(add(
                "x",
                AddMemoryOptions::new(Scope::app("kitchen")).extra("output_format", "v1.1")
            )),
        ),
        ("add_many", call!(add_many([AddMemory::new("x", Scope::user("alice"))]) all)),
        ("add_and_wait", call!(add_and_wait("x", Scope::user("alice"), WaitOptions::new()))),
        (
            "search_merged",
            call!(search(
                "q",
                SearchMemoryOptions::new(Filter::run_id("r-1")).include_merged(true)
            )),
        ),
        ("search_conditions", call!(search("q", every_condition()))),
        (
            "get_all_fields",
            call!(get_all(
                GetAllMemoryOptions::new(Filter::agent_id("bot"))
                    .fields(["memory"])
                    .keywords("sushi")
            )),
        ),
        (
            "get_all_conditions",
            call!(get_all(
                Filter::app_id("kitchen")
                    & Filter::memory_ids(["m-1", "m-2"])
                    & Filter::keywords().icontains("sushi")
            )),
        ),
        (
            "get_all_pages",
            Call {
                method: "get_all_stream",
                on_async: |client| {
                    Box::pin(async {
                        let mut all = client.get_all_stream(one_a_page());
                        while all.next().await.transpose()?.is_some() {}
                        Ok(())
                    })
                },
                on_blocking: |client| {
                    client.get_all_iter(one_a_page()).try_for_each(|m| m.map(drop))
                },
            },
        ),
        (
            "update_escaped_id",
            call!(update(ODD_ID, UpdateMemoryOptions::new().metadata(json!({"k": 1})))),
        ),
        (
            "update_expiration",
            call!(update("mem-1", UpdateMemoryOptions::new().expiration_date(date("2027-05-05")))),
        ),
        ("delete_escaped_id", call!(delete(ODD_ID))),
        ("history_escaped_id", call!(history(ODD_ID))),
        ("get_dots", call!(get("%2e%2e/%2E"))),
        ("delete_all_user", call!(delete_all(DeleteScope::user("r 1&x=é")))),
        ("delete_all_any_user", call!(delete_all(DeleteScope::every_user(DeleteEverything)))),
        ("delete_users_user", call!(delete_users(EntityRef::user("a/b é")))),
        ("delete_all_agent", call!(delete_all(DeleteScope::agent("r 1&x=é")))),
        ("delete_all_any_agent", call!(delete_all(DeleteScope::every_agent(DeleteEverything)))),
        ("delete_users_agent", call!(delete_users(EntityRef::agent("a/b é")))),
        ("delete_all_app", call!(delete_all(DeleteScope::app("r 1&x=é")))),
        ("delete_all_any_app", call!(delete_all(DeleteScope::every_app(DeleteEverything)))),
        ("delete_users_app", call!(delete_users(EntityRef::app("a/b é")))),
        ("delete_all_run", call!(delete_all(DeleteScope::run("r 1&x=é")))),
        ("delete_all_any_run", call!(delete_all(DeleteScope::every_run(DeleteEverything)))),
        ("delete_users_run", call!(delete_users(EntityRef::run("a/b é")))),
        ("delete_all_project", call!(delete_all(DeleteScope::project(DeleteEverything)))),
        (
            "batch_update_metadata",
            call!(batch_update([MemoryUpdate::new("m1").metadata(json!({"k": null}))]) all),
        ),
        ("users_pages", call!(users())),
        ("users_page", call!(execute(GetUsers::new().page(2).page_size(50)))),
        ("reset_pages", call!(reset(DeleteEverything, WaitOptions::new()))),
        ("events", call!(events())),
        ("events_page", call!(execute(GetEvents::new().page(3).page_size(20)))),
        ("event", call!(event("e/1"))),
        ("wait_for_event", call!(wait_for_event("e-1", WaitOptions::new()))),
        ("stats", call!(stats())),
        ("get_summary_all", call!(get_summary(None))),
        ("get_entity", call!(get_entity(EntityRef::agent("a/b é")))),
        ("get_entity_filters", call!(get_entity_filters())),
        (
            "create_user",
            call!(create_entity(CreateEntity::user("alice").metadata(json!({"team": 4})))),
        ),
        ("create_agent", call!(create_entity(CreateEntity::agent("x/1", "The name")))),
        ("create_app", call!(create_entity(CreateEntity::app("x/1", "The name")))),
        ("create_run", call!(create_entity(CreateEntity::run("x/1", "The name")))),
        ("get_entity_memories", call!(get_entity_memories(EntityRef::run("r 1")))),
        (
            "get_entity_memories_page",
            call!(get_entity_memories(GetEntityMemories::new(EntityRef::user("alice")).page(3))),
        ),
        ("memory_events", call!(memory_events())),
        ("memory_events_page", call!(execute(GetMemoryEvents::new().page(2).limit(50)))),
        (
            "stream_memory_events",
            Call {
                method: "stream",
                on_async: |client| {
                    Box::pin(async {
                        client.stream(GetMemoryEvents::new().limit(1)).into_page().await.map(drop)
                    })
                },
                on_blocking: |client| {
                    client.iter(GetMemoryEvents::new().limit(1)).into_page().map(drop)
                },
            },
        ),
        (
            "create_memory_export_structured",
            call!(create_memory_export(
                name_schema(),
                Filter::user_id("alice") | Filter::agent_id("bot")
            )),
        ),
        ("get_organizations", call!(get_organizations())),
        ("create_organization", call!(create_organization("Research"))),
        ("get_organization", call!(get_organization("org 1"))),
        ("get_organization_own", call!(get_organization(OrganizationRef::own()))),
        ("delete_organization", call!(delete_organization("org-1", DeleteEverything))),
        ("get_organization_members", call!(get_organization_members("org-1"))),
        (
            "add_organization_member",
            call!(add_organization_member("org-1", "x@y.z", MemberRole::Reader)),
        ),
        (
            "update_organization_member",
            call!(update_organization_member("org-1", "x@y.z", MemberRole::Owner)),
        ),
        ("remove_organization_member", call!(remove_organization_member("org-1", "x@y.z"))),
        ("get_projects", call!(get_projects("org-1"))),
        ("create_project_own", call!(create_project(OrganizationRef::own(), "Kitchen"))),
        (
            "get_project_own",
            Call {
                method: "get_project",
                on_async: |client| {
                    Box::pin(async {
                        client.get_project(ProjectRef::own()).await?;
                        client.clone().get_project(ProjectRef::own()).await.map(drop)
                    })
                },
                on_blocking: |client| {
                    client.get_project(ProjectRef::own())?;
                    client.clone().get_project(ProjectRef::own()).map(drop)
                },
            },
        ),
        ("get_project_in_own", call!(get_project(ProjectRef::in_own_organization("p-2")))),
        ("update_project_all", call!(update_project(recorded_project(), every_setting()))),
        (
            "update_project_reset",
            call!(update_project(
                recorded_project(),
                UpdateProjectOptions::new().custom_categories(vec![]).extra("version", "v3")
            )),
        ),
        ("get_webhooks_own", call!(get_webhooks(ProjectRef::own()))),
        (
            "create_webhook_inactive",
            call!(create_webhook(
                ProjectRef::new("org-1", "p/1"),
                CreateWebhookOptions::new(
                    "https://h.example/x",
                    "n",
                    [WebhookEventType::MemoryCategorize, WebhookEventType::IngestJobFailed]
                )
                .is_active(false)
            )),
        ),
        (
            "update_webhook_url",
            call!(update_webhook("wh 1", UpdateWebhookOptions::new().url("https://h.example/y"))),
        ),
        (
            "update_profile_settings_all",
            call!(update_profile_settings(
                UpdateProfileSettings::new()
                    .enabled(false)
                    .schema(json!({
                        "type": "object",
                        "properties": {"diet": {"type": "string", "description": "food"}},
                    }))
                    .clear_custom_instructions()
            )),
        ),
        (
            "add_v1",
            call!(add_v1(
                "hi",
                AddV1Options::new(Scope::user("alice").with_run("r-1"))
                    .output_format("v1.1")
                    .version("v2")
            )),
        ),
        ("add_v1_full", call!(add_v1("hi", full_add_v1()))),
        ("search_v1", call!(search_v1("q", full_search_v1()))),
        (
            "search_v2",
            call!(search_v2(
                "q",
                SearchV2Options::new(Filter::user_id("alice")).threshold(0.5).version("v2")
            )),
        ),
        ("get_all_v1", call!(get_all_v1(full_list_v1()))),
        (
            "get_all_v2",
            call!(get_all_v2(
                GetAllV2Options::new(Filter::user_id("alice"))
                    .fields(["memory"])
                    .page(2)
                    .page_size(50)
                    .org_id("o-1")
                    .project_id("p-1")
            )),
        ),
        ("delete_entity_v1", call!(delete_entity_v1(EntityType::Run, 17))),
        (
            "wait_for_export",
            Call {
                method: "wait_for_export",
                on_async: |client| {
                    Box::pin(async {
                        let wait = WaitOptions::new();
                        client.wait_for_export::<Person>("x-1", wait).await.map(drop)
                    })
                },
                on_blocking: |client| {
                    client.wait_for_export::<Person>("x-1", WaitOptions::new()).map(drop)
                },
            },
        ),
        (
            "export",
            Call {
                method: "export",
                on_async: |client| {
                    Box::pin(async {
                        let alice = Filter::user_id("alice");
                        client.export::<Person>(alice, WaitOptions::new()).await.map(drop)
                    })
                },
                on_blocking: |client| {
                    let alice = Filter::user_id("alice");
                    client.export::<Person>(alice, WaitOptions::new()).map(drop)
                },
            },
        ),
        (
            "add_observed",
            call!(add(
                "hi",
                AddMemoryOptions::new(Scope::user("alice"))
                    .prompt_profile_id("pp-1")
                    .temporal_reasoning(true)
                    .timezone("Europe/Rome")
                    .observation_datetime("2026-03-01T09:30:00Z")
                    .observation_date(date("2026-03-01"))
            )),
        ),
    ]
}

/// What the specification's example of an export holds.
#[derive(Deserialize, JsonSchema)]
#[allow(dead_code, reason = "only the schema matters here")]
struct Person {
    /// What they are called.
    name: String,
    likes: Vec<String>,
    age: Option<u8>,
}

fn full_add_v1() -> AddV1Options {
    AddV1Options::new(Scope::agent("bot"))
        .metadata(json!({"k": 1}))
        .includes("a")
        .excludes("b")
        .infer(false)
        .custom_categories(json!({"diet": "food"}))
        .custom_instructions("ci")
        .agent_custom_instructions("aci")
        .immutable(true)
        .async_mode(false)
        .timestamp(1_700_000_000)
        .expiration_date(date("2027-01-31"))
        .org_id("o-1")
        .project_id("p-1")
}

fn full_search_v1() -> SearchV1Options {
    SearchV1Options::new(Scope::user("alice"))
        .top_k(3)
        .fields(["memory"])
        .rerank(true)
        .keyword_search(true)
        .filter_memories(true)
        .org_id("o-1")
        .project_id("p-1")
        .metadata(json!({"k": 1}))
        .categories(["food"])
        .output_format("v1.1")
        .only_metadata_based_search(true)
}

fn full_list_v1() -> GetAllV1Options {
    GetAllV1Options::new(Scope::app("a b"))
        .metadata(json!({"k": "v", "n": 1}))
        .categories(["food", "work"])
        .org_id("o-1")
        .project_id("p-1")
        .fields(["memory"])
        .keywords("sushi")
        .page(2)
        .page_size(50)
        .limit(10)
        .start_date("2026-01-01")
        .end_date("2026-02-01")
}

fn every_setting() -> UpdateProjectOptions {
    UpdateProjectOptions::new()
        .name("Kitchen")
        .description("Food")
        .custom_instructions("ci")
        .agent_custom_instructions("")
        .custom_categories(vec!["travel".into(), CustomCategory::new("diet", "food").into()])
        .multilingual(true)
        .decay(false)
        .memory_depth("deep")
}
