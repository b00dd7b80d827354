//! What requests about organizations, projects, webhooks, profiles and exports refuse before they
//! are sent.

use mem0_types::requests::*;
use mem0_types::*;
use serde_json::json;

fn field(request: impl Endpoint) -> String {
    let refused = request.into_call().unwrap_err();
    assert!(!refused.message().contains("secret"), "{refused}");
    refused.field().to_owned()
}

/// Ids that would address another resource, in each place of a path that takes one.
#[test]
fn no_id_leads_elsewhere() {
    for id in ["", " ", "*", "..", "a/../b", "a\\..\\b", "secret\n"] {
        assert_eq!(field(GetOrganization::new(id)), "org_id");
        assert_eq!(field(DeleteOrganization::new(id)), "org_id");
        assert_eq!(field(GetProjects::new(id)), "org_id");
        assert_eq!(field(CreateProject::new(id, "Kitchen")), "org_id");
        assert_eq!(field(GetProject::new("o-1", id)), "project_id");
        assert_eq!(field(GetProject::new(id, "p-1")), "org_id");
        assert_eq!(field(DeleteProject::new("o-1", id)), "project_id");
        assert_eq!(
            field(UpdateProject::new("o-1", id, UpdateProjectOptions::new().decay(true))),
            "project_id"
        );
        assert_eq!(field(GetOrganizationMembers::new(id)), "org_id");
        assert_eq!(field(GetProjectMembers::new("o-1", id)), "project_id");
        assert_eq!(field(RemoveProjectMember::new("o-1", id, "a@b.c")), "project_id");
        assert_eq!(field(GetWebhooks::new(id)), "project_id");
        assert_eq!(field(DeleteWebhook::new(id)), "webhook_id");
        assert_eq!(
            field(UpdateWebhook::new(id, UpdateWebhookOptions::new().name("n"))),
            "webhook_id"
        );
        assert_eq!(field(GetProfile::new(id)), "entity_id");
        assert_eq!(field(GenerateProfile::new(id)), "entity_id");
        assert_eq!(field(GetEntity::new(EntityRef::user(id))), "entity_id");
        assert_eq!(field(GetEntityMemories::new(EntityRef::user(id))), "entity_id");
        assert_eq!(field(CreateEntity::agent(id, "Bot")), "agent_id");
        assert_eq!(field(SendFeedback::new(id, Feedback::Positive)), "memory_id");
        assert_eq!(field(GetMemoryExport::by_id(id)), "memory_export_id");
    }
}

#[test]
fn a_profile_jobs_address_is_a_path_below_the_jobs() {
    for good in ["j-1", "/v2/profiles/jobs/j-1/", "/v2/profiles/jobs/j-1"] {
        let call = GetProfileJob::new(good).into_call().unwrap();
        assert_eq!(call.path().unwrap(), "/v2/profiles/jobs/j-1/");
    }
    for bad in [
        "https://elsewhere.example/v2/profiles/jobs/secret/",
        "//elsewhere.example/v2/profiles/jobs/secret/",
        "/v1/memories/",
        "/v2/profiles/jobs/secret/../../settings/",
        "/v2/profiles/jobs/%2e%2e/",
        "/v2/profiles/jobs/a?x=secret",
        "/v2/profiles/settings/",
    ] {
        assert_eq!(field(GetProfileJob::new(bad)), "job_id_or_status_url", "{bad}");
    }
    for bad in ["/v2/profiles/jobs/", "/v2/profiles/jobs//", "..", "/v2/profiles/jobs/../"] {
        assert!(GetProfileJob::new(bad).into_call().is_err(), "{bad}");
    }
}

#[test]
fn an_idempotency_key_is_8_to_128_visible_characters_and_made_when_absent() {
    let generate = |key: &str| GenerateProfile::new("alice").idempotency_key(key);
    for good in ["12345678", "!~-_./#8", &"x".repeat(128)] {
        let call = generate(good).into_call().unwrap();
        assert_eq!(call.headers()["idempotency-key"], good);
    }
    let long = "x".repeat(129);
    for bad in
        ["", "1234567", long.as_str(), "with space", "tab\tsecret", "line\nsecret", "schlüssel"]
    {
        assert_eq!(field(generate(bad)), "idempotency_key", "{bad}");
        assert_eq!(field(SampleProfiles::new().idempotency_key(bad)), "idempotency_key", "{bad}");
    }
    let made = || {
        let call = GenerateProfile::new("alice").into_call().unwrap();
        call.headers()["idempotency-key"].to_str().unwrap().to_owned()
    };
    let keys: std::collections::HashSet<String> = (0..1000).map(|_| made()).collect();
    assert_eq!(keys.len(), 1000);
    assert!(keys.iter().all(|key| key.len() == 32));
    // Retries send the same call and so the same key.
    let call = SampleProfiles::new().into_call().unwrap();
    assert_eq!(call.clone().headers(), call.headers());
}

#[test]
fn settings_that_change_nothing_or_cannot_be_are_refused() {
    assert_eq!(field(UpdateProject::new("o", "p", UpdateProjectOptions::new())), "project");
    assert_eq!(field(UpdateProject::new("o", "p", UpdateProjectOptions::new().name(" "))), "name");
    let twice = UpdateProjectOptions::new().extra("decay", true);
    assert_eq!(field(UpdateProject::new("o", "p", twice)), "decay");
    assert_eq!(field(CreateProject::new("o", " ")), "name");
    assert_eq!(field(CreateOrganization::new("")), "name");
    assert_eq!(field(CreateEntity::run("r", " ")), "name");
    assert_eq!(field(CreateEntity::user("u").metadata(json!([1]))), "metadata");
    assert_eq!(field(UpdateProfileSettings::new()), "settings");
    let bare = json!({"properties": {"diet": {"type": "string"}}});
    assert_eq!(field(UpdateProfileSettings::new().schema(bare)), "schema");
    assert_eq!(field(UpdateProfileSettings::new().schema(json!("secret"))), "schema");
    for limit in [0, 11] {
        assert_eq!(field(SampleProfiles::new().limit(limit)), "limit");
    }
}

#[test]
fn webhooks_and_members_need_addresses() {
    let hook = |url: &str| CreateWebhookOptions::new(url, "n", [WebhookEventType::MemoryAdd]);
    for url in ["", "example.com", "ftp://example.com", "https://exa mple.com", "https://a\nsecret"]
    {
        assert_eq!(field(CreateWebhook::new("p", hook(url))), "url", "{url}");
        let update = UpdateWebhookOptions::new().url(url);
        assert_eq!(field(UpdateWebhook::new("w", update)), "url", "{url}");
    }
    let none = CreateWebhookOptions::new("https://example.com", "n", []);
    assert_eq!(field(CreateWebhook::new("p", none)), "event_types");
    let unnamed =
        CreateWebhookOptions::new("https://example.com", " ", [WebhookEventType::MemoryAdd]);
    assert_eq!(field(CreateWebhook::new("p", unnamed)), "name");
    assert_eq!(field(UpdateWebhook::new("w", UpdateWebhookOptions::new())), "webhook");
    let empty = UpdateWebhookOptions::new().event_types(vec![]);
    assert_eq!(field(UpdateWebhook::new("w", empty)), "event_types");
    for email in ["", "ada", "a@b\nsecret"] {
        let role = MemberRole::Reader;
        assert_eq!(field(AddProjectMember::new("o", "p", email, role.clone())), "email");
        assert_eq!(field(UpdateOrganizationMember::new("o", email, role)), "email");
        assert_eq!(field(RemoveOrganizationMember::new("o", email)), "email");
    }
}

#[test]
fn an_export_needs_an_object_and_an_entity() {
    let alice = || Filter::user_id("alice");
    for schema in [json!("secret"), json!([]), json!(null)] {
        assert_eq!(field(CreateMemoryExport::new(schema, alice())), "schema");
    }
    let nobody = !Filter::user_id("alice");
    assert_eq!(field(CreateMemoryExport::new(json!({}), nobody.clone())), "filters");
    assert_eq!(field(GetMemoryExport::latest(nobody.clone())), "filters");
    assert_eq!(field(GetSummary::new(nobody)), "filters");
    let twice = MemoryExportOptions::new(alice()).extra("schema", 1);
    assert_eq!(field(CreateMemoryExport::new(json!({}), twice)), "schema");
}

#[test]
fn debug_output_of_requests_shows_nothing_of_them() {
    let shown = format!(
        "{:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?}",
        GetOrganization::new("secret"),
        AddProjectMember::new("secret", "secret", "secret@b.c", MemberRole::Owner),
        CreateWebhook::new(
            "secret",
            CreateWebhookOptions::new("https://secret", "secret", [WebhookEventType::MemoryAdd])
        ),
        GenerateProfile::new("secret").idempotency_key("secret-secret"),
        UpdateProfileSettings::new().custom_instructions("secret"),
        CreateEntity::user("secret").metadata(json!({"secret": 1})),
        GetMemoryExport::by_id("secret"),
        FeedbackOptions::new(Feedback::Positive).reason("secret"),
        UpdateProjectOptions::new().custom_instructions("secret"),
    );
    assert!(!shown.contains("secret"), "{shown}");
}
