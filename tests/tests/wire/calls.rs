use http::{HeaderName, HeaderValue};
use mem0_client::{
    AddMemoryOptions, CallOptions, CustomCategory, Date, DeleteEverything, DeleteMemory,
    DeleteScope, EntityRef, Events, Filter, GetAllMemoryOptions, Media, MemoryUpdate, Message,
    Ping, Scope, SearchMemoryOptions, UpdateMemoryOptions, Users, WaitOptions,
};
use serde_json::json;

use crate::both_clients::Call;

/// Recordings of operations that the clients don't have yet.
pub(super) const LATER: [&str; 27] = [
    "create_export",
    "get_export_by_id",
    "get_export_by_filters",
    "get_summary",
    "get_profile",
    "generate_profile",
    "get_profile_settings",
    "update_profile_settings_enabled",
    "update_profile_settings_clear",
    "sample_profiles",
    "get_profile_job_id",
    "get_profile_job_url",
    "project_get",
    "project_get_fields",
    "project_create",
    "project_update",
    "project_delete",
    "project_members",
    "project_add_member",
    "project_update_member",
    "project_remove_member",
    "get_webhooks",
    "create_webhook",
    "update_webhook",
    "delete_webhook",
    "feedback",
    "feedback_clear",
];

/// Recordings that the clients never send, each with its row of `docs/compatibility.md`. The proofs are that
/// construction makes no system call (the tests `construction` of both clients) and that two ids do not compile
/// (`DeleteScope`).
pub(super) const REFUSED: [(&str, &str); 2] = [("construct", "C26"), ("delete_all", "C3")];

const ODD_ID: &str = "a/b c?d#e%é";

fn date(text: &str) -> Date {
    text.parse().unwrap()
}

fn talk() -> [Message; 2] {
    [
        Message::user("I'm a vegetarian and allergic to nuts."),
        Message::assistant("Got it! I'll remember that."),
    ]
}

fn full_add() -> AddMemoryOptions {
    let scope = Scope::user("alice").with_agent("bot").with_app("app").with_run("r-1");
    AddMemoryOptions::new(scope)
        .metadata(json!({"source": "chat", "n": 1, "ok": true, "nested": {"a": [1, 2]}}))
        .infer(false)
        .custom_categories(vec![CustomCategory::new("diet", "food")])
        .custom_instructions("only food")
        .timestamp(1_700_000_000)
        .expiration_date(date("2027-01-01"))
        .immutable(true)
        .includes("diet")
        .excludes("politics")
        .structured_data_schema(json!({"x": "y"}))
}

fn full_list() -> GetAllMemoryOptions {
    GetAllMemoryOptions::new(Filter::user_id("alice"))
        .start_date("2026-01-01")
        .end_date("2026-02-01")
        .categories(["food"])
        .show_expired(true)
        .latest_only(true)
}

fn full_search() -> SearchMemoryOptions {
    let filter = Filter::user_id("alice") | !Filter::agent_id_in(["a", "b"]);
    SearchMemoryOptions::new(filter)
        .top_k(7)
        .rerank(true)
        .threshold(0.25)
        .fields(["id", "memory"])
        .categories(["food"])
        .show_expired(false)
        .reference_date("2026-03-01")
        .latest_only(true)
        .keyword_search(true)
        .metadata(json!({"k": "v"}))
}

fn full_update() -> UpdateMemoryOptions {
    UpdateMemoryOptions::new()
        .text("t")
        .metadata(json!({"a": null, "b": 2}))
        .timestamp(1_700_000_001)
        .expiration_date(date("2027-05-05"))
}

/// Each recording of the official client with the call of ours that sends the same.
pub(super) fn official_calls() -> Vec<(&'static str, Call)> {
    vec![
        ("add_string", call!(add("I love hiking", Scope::user("alice")))),
        ("add_dict", call!(add(Message::user("hi"), Scope::agent("bot")))),
        ("add_messages_full", call!(add(talk(), full_add()))),
        ("add_none_dropped", call!(add("x", Scope::user("alice")))),
        (
            "add_image_url",
            call!(add(
                Message::user(Media::image_url("https://example.com/a.jpg")),
                Scope::user("alice")
            )),
        ),
        (
            "add_pdf_url",
            call!(add(
                Message::user(Media::pdf_url("https://example.com/a.pdf")),
                Scope::user("alice")
            )),
        ),
        ("add_mdx_b64", call!(add(Message::user(Media::mdx_bytes("# hi")), Scope::user("alice")))),
        ("get", call!(get("mem-1"))),
        ("get_escaped_id", call!(get(ODD_ID))),
        (
            "get_all_filters",
            call!(get_all(
                Filter::user_id("alice") & Filter::created_at().between("2024-01-01", "2024-12-31")
            )),
        ),
        (
            "get_all_page",
            call!(get_all(GetAllMemoryOptions::new(Filter::any_user()).page(2).page_size(50))),
        ),
        ("get_all_options", call!(get_all(full_list()))),
        ("search_min", call!(search(" what do I eat? ", Filter::user_id("alice")))),
        ("search_full", call!(search("q", full_search()))),
        ("search_unicode", call!(search("日本語 😀 \"quoted\"", Filter::user_id("アリス")))),
        ("update_text", call!(update("mem-1", "new"))),
        (
            "update_clear_expiration",
            call!(update("mem-1", UpdateMemoryOptions::new().clear_expiration_date())),
        ),
        ("update_full", call!(update("mem-1", full_update()))),
        ("delete", call!(delete("mem-1"))),
        ("delete_linked", call!(delete(DeleteMemory::new("mem-1").delete_linked(true)))),
        ("history", call!(history("mem-1"))),
        ("users", call!(users())),
        ("delete_users_one", call!(delete_users(EntityRef::agent("bot/1")))),
        ("delete_users_all", call!(reset(DeleteEverything, WaitOptions::default()))),
        ("reset", call!(reset(DeleteEverything, WaitOptions::default()))),
        (
            "batch_update",
            call!(batch_update([
                MemoryUpdate::new("m1").text("a"),
                MemoryUpdate::new("m2").text("b").metadata(json!({"k": 1})),
            ])),
        ),
        ("batch_delete", call!(batch_delete(["m1", "m2"]))),
    ]
}

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
                AddMemoryOptions::new(Scope::app("kitchen")).extra("timezone", "Europe/Rome")
            )),
        ),
        ("add_and_wait", call!(add_and_wait("x", Scope::user("alice"), WaitOptions::default()))),
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
        ("delete_all_any_user", call!(delete_all(DeleteScope::any_user()))),
        ("delete_users_user", call!(delete_users(EntityRef::user("a/b é")))),
        ("delete_all_agent", call!(delete_all(DeleteScope::agent("r 1&x=é")))),
        ("delete_all_any_agent", call!(delete_all(DeleteScope::any_agent()))),
        ("delete_users_agent", call!(delete_users(EntityRef::agent("a/b é")))),
        ("delete_all_app", call!(delete_all(DeleteScope::app("r 1&x=é")))),
        ("delete_all_any_app", call!(delete_all(DeleteScope::any_app()))),
        ("delete_users_app", call!(delete_users(EntityRef::app("a/b é")))),
        ("delete_all_run", call!(delete_all(DeleteScope::run("r 1&x=é")))),
        ("delete_all_any_run", call!(delete_all(DeleteScope::any_run()))),
        ("delete_users_run", call!(delete_users(EntityRef::run("a/b é")))),
        ("delete_all_project", call!(delete_all(DeleteScope::project(DeleteEverything)))),
        (
            "batch_update_metadata",
            call!(batch_update([MemoryUpdate::new("m1").metadata(json!({"k": null}))])),
        ),
        ("users_pages", call!(users())),
        ("users_page", call!(execute(Users::new().page(2).page_size(50)))),
        ("reset_pages", call!(reset(DeleteEverything, WaitOptions::default()))),
        ("events", call!(events())),
        ("events_page", call!(execute(Events::new().page(3).page_size(20)))),
        ("event", call!(event("e/1"))),
        ("wait_for_event", call!(wait_for_event("e-1", WaitOptions::default()))),
    ]
}
