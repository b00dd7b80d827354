use mem0_client::requests::{
    DeleteMemory, GenerateProfile, GetProject, SampleProfiles, UpdateProfileSettings,
};
use mem0_client::{
    AddMemoryOptions, CreateProjectOptions, CreateWebhookOptions, CustomCategory, Date,
    DeleteEverything, EntityRef, Feedback, FeedbackOptions, Filter, GetAllMemoryOptions, Media,
    MemberRole, MemoryExportOptions, MemoryUpdate, Message, ProjectRef, Scope, SearchMemoryOptions,
    UpdateMemoryOptions, UpdateProjectOptions, UpdateWebhookOptions, WaitOptions, WebhookEventType,
};
use serde_json::{Value, json};

use crate::both_clients::Call;
use crate::recordings::Sent;

/// What turns a recorded request into ours.
pub(super) type Change = fn(&mut Sent);

/// Recordings that the clients send but for one thing, each with its row of
/// `docs/compatibility/clients.md` and what differs.
pub(super) const DIFFERENT: [(&str, &str, Change); 6] = [
    ("create_export", "C33", |sent| {
        let filter = sent.body["filters"].take();
        sent.body["filters"] = json!({"AND": [filter]});
    }),
    ("project_get", "C34", without_repeated_ids),
    ("project_get_fields", "C34", without_repeated_ids),
    ("project_update", "C34", without_repeated_ids),
    ("generate_profile", "C35", longer_key),
    ("sample_profiles", "C35", longer_key),
];

/// The ids that the path has already.
fn without_repeated_ids(sent: &mut Sent) {
    let repeated = ["org_id", "project_id"];
    sent.query.retain(|(name, _)| !repeated.contains(&name.as_str()));
    if let Some(body) = sent.body.as_object_mut() {
        body.retain(|name, _| !repeated.contains(&name.as_str()));
    }
}

/// The recorded keys have six characters, and eight is the fewest that the platform takes.
fn longer_key(sent: &mut Sent) {
    if let Some(key) = sent.headers.get_mut("idempotency-key") {
        key.push_str("-long");
    }
}

/// Recordings that the clients never send, each with its row of `docs/compatibility/clients.md`.
/// The proofs are that construction makes no system call (the tests `construction` of both clients)
/// and that two ids do not compile (`DeleteScope`).
pub(super) const REFUSED: [(&str, &str); 2] = [("construct", "C26"), ("delete_all", "C3")];

pub(super) const ODD_ID: &str = "a/b c?d#e%é";

pub(super) fn date(text: &str) -> Date {
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
        ("delete_users_all", call!(reset(DeleteEverything, WaitOptions::new()))),
        ("reset", call!(reset(DeleteEverything, WaitOptions::new()))),
        (
            "batch_update",
            call!(batch_update([
                MemoryUpdate::new("m1").text("a"),
                MemoryUpdate::new("m2").text("b").metadata(json!({"k": 1})),
            ]) all),
        ),
        ("batch_delete", call!(batch_delete(["m1", "m2"]) all)),
        ("create_export", call!(create_memory_export(name_schema(), short_export()))),
        ("get_export_by_id", call!(get_memory_export("job-1"))),
        ("get_export_by_filters", call!(get_memory_export(Filter::user_id("alice")))),
        ("get_summary", call!(get_summary(Filter::user_id("alice")))),
        (
            "feedback",
            call!(feedback("mem-1", FeedbackOptions::new(Feedback::Positive).reason("good"))),
        ),
        ("feedback_clear", call!(feedback("mem-1", None))),
        ("project_get", call!(get_project(recorded_project()))),
        ("project_get_fields", call!(execute(recorded_fields()))),
        (
            "project_create",
            call!(create_project("org-1", CreateProjectOptions::new("P").description("d"))),
        ),
        ("project_update", call!(update_project(recorded_project(), recorded_settings()))),
        ("project_delete", call!(delete_project(recorded_project(), DeleteEverything))),
        ("project_members", call!(get_project_members(recorded_project()))),
        (
            "project_add_member",
            call!(add_project_member(recorded_project(), "x@y.z", MemberRole::Owner)),
        ),
        (
            "project_update_member",
            call!(update_project_member(recorded_project(), "x@y.z", MemberRole::Reader)),
        ),
        ("project_remove_member", call!(remove_project_member(recorded_project(), "x@y.z"))),
        ("get_webhooks", call!(get_webhooks(recorded_project()))),
        ("create_webhook", call!(create_webhook(recorded_project(), recorded_webhook()))),
        (
            "update_webhook",
            call!(update_webhook(
                "wh-1",
                UpdateWebhookOptions::new()
                    .name("n2")
                    .event_types(vec![WebhookEventType::MemoryDelete])
            )),
        ),
        ("delete_webhook", call!(delete_webhook("wh-1"))),
        ("get_profile", call!(get_profile("alice"))),
        (
            "generate_profile",
            call!(generate_profile(GenerateProfile::new("alice").idempotency_key("idem-1-long"))),
        ),
        (
            "sample_profiles",
            call!(sample_profiles(SampleProfiles::new().limit(3).idempotency_key("idem-2-long"))),
        ),
        ("get_profile_job_id", call!(get_profile_job("job-1"))),
        ("get_profile_job_url", call!(get_profile_job("/v2/profiles/jobs/job-9/"))),
        ("get_profile_settings", call!(get_profile_settings())),
        (
            "update_profile_settings_enabled",
            call!(update_profile_settings(UpdateProfileSettings::new().enabled(true))),
        ),
        (
            "update_profile_settings_clear",
            call!(update_profile_settings(
                UpdateProfileSettings::new().clear_schema().custom_instructions("x")
            )),
        ),
    ]
}

pub(super) fn name_schema() -> Value {
    json!({"type": "object", "properties": {"name": {"type": "string"}}})
}

fn short_export() -> MemoryExportOptions {
    MemoryExportOptions::new(Filter::user_id("alice")).export_instructions("short")
}

pub(super) fn recorded_project() -> ProjectRef {
    ProjectRef::new("org-1", "proj-1")
}

fn recorded_fields() -> GetProject {
    let fields = ["custom_categories", "custom_instructions"];
    GetProject::new("org-1", "proj-1").fields(fields)
}

fn recorded_settings() -> UpdateProjectOptions {
    UpdateProjectOptions::new()
        .custom_instructions("ci")
        .custom_categories(vec![CustomCategory::new("a", "b").into()])
}

fn recorded_webhook() -> CreateWebhookOptions {
    let event_types = [WebhookEventType::MemoryAdd, WebhookEventType::MemoryUpdate];
    CreateWebhookOptions::new("https://h.example/x", "n", event_types)
}
