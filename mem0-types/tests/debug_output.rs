//! `Debug` output holds neither ids nor content.

use std::fmt::Debug;

use mem0_types::requests::{
    AddMemory, BatchDelete, BatchUpdate, CreateEntity, DeleteAllMemories, DeleteMemory,
    DeleteUsers, GenerateProfile, GetAllMemories, GetEvent, GetHistory, GetMemory, GetMemoryExport,
    GetProfileJob, GetProject, SampleProfiles, SearchMemories, UpdateMemory, UpdateProfileSettings,
};
use mem0_types::{
    AddMemoryOptions, AddMemoryResponse, BatchResponse, Call, Condition, Content,
    CreateProjectOptions, CustomCategory, DeleteMemoryResponse, DeleteScope, Endpoint, Entity,
    EntityRef, ErrorBody, Event, EventResult, Expression, Feedback, FeedbackOptions, Filter,
    GetAllMemoryOptions, History, Media, Memory, MemoryUpdate, Message, Messages, Page,
    PingResponse, ProjectCategory, QueuedDelete, Repeat, Scope, SearchMemoryOptions, Timestamp,
    UpdateMemoryOptions, WebhookEvent,
};
use serde_json::{Value, json};

const NEEDLE: &str = "NEEDLE-7f3a";

fn hides(value: &impl Debug) {
    for text in [format!("{value:?}"), format!("{value:#?}")] {
        assert!(!text.contains("NEEDLE"), "{text}");
        assert!(!text.contains("TkVFRExFLTdmM2E"), "in base64: {text}");
        assert!(!text.is_empty());
    }
}

fn scope() -> Scope {
    Scope::user(NEEDLE).with_agent(NEEDLE).with_app(NEEDLE).with_run(NEEDLE)
}

fn keys() -> Value {
    json!({NEEDLE: {NEEDLE: [NEEDLE]}})
}

fn filters() -> Vec<Filter> {
    let times = || [Filter::created_at(), Filter::expiration_date()];
    let mut filters = vec![
        Filter::user_id(NEEDLE),
        Filter::user_id_ne(NEEDLE),
        Filter::agent_id_in([NEEDLE]),
        Filter::memory_ids([NEEDLE]),
        Filter::categories().is_in([NEEDLE]),
        Filter::categories().contains(NEEDLE),
        Filter::keywords().contains(NEEDLE),
        Filter::keywords().icontains(NEEDLE),
        Filter::metadata(NEEDLE).eq(NEEDLE),
        Filter::metadata(NEEDLE).ne(keys()),
        Filter::metadata(NEEDLE).contains(NEEDLE),
        Filter::any_of(&scope()),
        Filter::raw(keys()),
    ];
    for time in times() {
        filters.extend([
            time.is(NEEDLE),
            time.ne(NEEDLE),
            time.between(NEEDLE, NEEDLE),
            time.is_in([NEEDLE]),
        ]);
    }
    let all = Filter::all(filters.clone());
    let any = !Filter::any(filters.clone());
    filters.extend([all, any]);
    filters
}

#[test]
fn of_scopes_and_filters() {
    hides(&scope());
    hides(&Filter::metadata(NEEDLE));
    for filter in filters() {
        hides(&filter);
        hides(filter.expression());
        if let Expression::Condition(condition) = filter.expression() {
            hides(condition);
            match condition {
                Condition::Id(_, inner) => hides(inner),
                Condition::Time(_, inner) => hides(inner),
                Condition::Categories(inner) => hides(inner),
                Condition::Metadata(_, inner) => hides(inner),
                Condition::Keywords(inner) => hides(inner),
                _ => {}
            }
        }
    }
    for scope in [
        DeleteScope::user(NEEDLE),
        DeleteScope::agent(NEEDLE),
        DeleteScope::app(NEEDLE),
        DeleteScope::run(NEEDLE),
    ] {
        hides(&scope);
        hides(&DeleteAllMemories::new(scope));
    }
    for entity in [
        EntityRef::user(NEEDLE),
        EntityRef::agent(NEEDLE),
        EntityRef::app(NEEDLE),
        EntityRef::run(NEEDLE),
    ] {
        hides(&entity);
        hides(&DeleteUsers::new(entity));
    }
}

fn contents() -> [Content; 7] {
    [
        NEEDLE.into(),
        Content::Raw(keys()),
        Media::image_url(NEEDLE).into(),
        Media::image_bytes(NEEDLE, NEEDLE).into(),
        Media::pdf_bytes(NEEDLE).into(),
        Media::mdx_url(NEEDLE).into(),
        Media::text_bytes(NEEDLE).into(),
    ]
}

#[test]
fn of_messages_and_media() {
    let mut messages = Vec::new();
    for content in contents() {
        hides(&content);
        if let Content::Media(media) = &content {
            hides(media);
        }
        let message = Message::user(content).named(NEEDLE);
        hides(&message);
        messages.push(message);
    }
    hides(&Messages::from(messages));
    hides(&CustomCategory::new(NEEDLE, NEEDLE));
    hides(&Timestamp::from(NEEDLE));
    assert_eq!(format!("{:?}", Timestamp::from("2026-03-01")), "Timestamp(2026-03-01)");
}

fn request<E: Endpoint + Clone + Debug>(request: E) {
    hides(&request);
    if let Ok(call) = request.into_call() {
        hides(&call);
    }
}

#[test]
fn of_requests_and_options() {
    let add = AddMemoryOptions::new(scope())
        .metadata(keys())
        .custom_instructions(NEEDLE)
        .agent_custom_instructions(NEEDLE)
        .custom_categories(vec![CustomCategory::new(NEEDLE, NEEDLE)])
        .structured_data_schema(keys())
        .includes(NEEDLE)
        .excludes(NEEDLE)
        .extra("new_field", keys());
    hides(&add);
    request(AddMemory::new(NEEDLE, add.clone()));
    for content in contents() {
        request(AddMemory::new(Message::user(content).named(NEEDLE), add.clone()));
    }
    for filter in filters() {
        let search = SearchMemoryOptions::new(filter.clone() & Filter::user_id("u"))
            .fields([NEEDLE])
            .categories([NEEDLE])
            .metadata(keys())
            .reference_date(NEEDLE)
            .extra("new_field", keys());
        hides(&search);
        request(SearchMemories::new(NEEDLE, search));
        let list = GetAllMemoryOptions::new(filter & Filter::user_id("u"))
            .start_date(NEEDLE)
            .end_date(NEEDLE)
            .categories([NEEDLE])
            .fields([NEEDLE])
            .keywords(NEEDLE)
            .extra("new_field", keys());
        hides(&list);
        request(GetAllMemories::new(list));
    }
    let update = UpdateMemoryOptions::new()
        .text(NEEDLE)
        .metadata(keys())
        .timestamp(NEEDLE)
        .extra("new_field", keys());
    hides(&update);
    request(UpdateMemory::new(NEEDLE, update));
    let change = MemoryUpdate::new(NEEDLE).text(NEEDLE).metadata(keys());
    hides(&change);
    request(BatchUpdate::new([change]));
    request(BatchDelete::new([NEEDLE]));
    request(GetMemory::new(NEEDLE));
    request(DeleteMemory::new(NEEDLE));
    request(GetHistory::new(NEEDLE));
    request(GetEvent::new(NEEDLE));
    let call = Call::new("x", http::Method::PUT, "/{a}/", Repeat::Once)
        .segment("a", NEEDLE)
        .and_then(|call| call.query("q", NEEDLE).json(&keys()));
    hides(&call.unwrap());
}

/// Fills every string of an answer, and every unknown field.
fn answer<T: serde::de::DeserializeOwned + Debug>(json: Value) {
    hides(&serde_json::from_value::<T>(json.clone()).unwrap());
    let mut grown = json;
    grown["new_field"] = keys();
    hides(&serde_json::from_value::<T>(grown).unwrap());
}

fn memory() -> Value {
    json!({
        "id": NEEDLE, "memory": NEEDLE, "user_id": NEEDLE, "agent_id": NEEDLE, "app_id": NEEDLE,
        "run_id": NEEDLE, "session_id": NEEDLE, "metadata": keys(), "categories": [NEEDLE],
        "created_at": NEEDLE, "updated_at": NEEDLE, "expiration_date": NEEDLE, "score": NEEDLE,
        "score_breakdown": {"semantic": NEEDLE, "passage": {"start": 0, "end": 1, "x": NEEDLE}}, "structured_attributes": keys(),
        "replaced_by": NEEDLE, "synthesized": NEEDLE, "lifecycle_state": NEEDLE,
        "sources": [{"role": NEEDLE, "actor_id": NEEDLE, "text": NEEDLE, "quote": NEEDLE,
            "event_id": NEEDLE}],
    })
}

#[test]
fn of_answers() {
    answer::<Memory>(memory());
    let mut odd = memory();
    odd["memory"] = keys();
    answer::<Memory>(odd);
    let result = json!({"id": NEEDLE, "event": NEEDLE, "user_id": NEEDLE, "memory": NEEDLE,
        "data": {"memory": NEEDLE}});
    answer::<EventResult>(result.clone());
    answer::<AddMemoryResponse>(json!({"event_id": NEEDLE, "status": NEEDLE, "message": NEEDLE,
        "results": [result]}));
    answer::<Event>(json!({"id": NEEDLE, "status": NEEDLE, "event_type": NEEDLE,
        "payload": keys(), "metadata": keys(), "error": NEEDLE, "graph_status": NEEDLE,
        "results": [result]}));
    answer::<History>(json!({"id": NEEDLE, "memory_id": NEEDLE, "old_memory": NEEDLE,
        "new_memory": NEEDLE, "event": NEEDLE, "metadata": keys(), "embedding_qwen": NEEDLE,
        "input": [{"role": NEEDLE, "content": NEEDLE, "name": NEEDLE}]}));
    answer::<Entity>(json!({"id": NEEDLE, "name": NEEDLE, "type": NEEDLE, "owner": NEEDLE,
        "metadata": keys()}));
    answer::<PingResponse>(json!({"status": NEEDLE, "org_id": NEEDLE, "project_id": NEEDLE,
        "user_email": NEEDLE}));
    answer::<QueuedDelete>(json!({"message": NEEDLE, "event_id": NEEDLE}));
    answer::<DeleteMemoryResponse>(json!({"message": NEEDLE, "cascade_count": NEEDLE}));
    answer::<BatchResponse>(json!({"message": NEEDLE}));
    answer::<Message>(json!({"role": NEEDLE, "content": keys(), "name": NEEDLE}));
}

#[test]
fn of_fields_that_are_not_known() {
    for (json, told) in [
        (json!({"id": "m-1", "memory": "Hikes"}), r#"Memory{"id", "memory"}"#),
        (
            json!({"id": "m-1", "memory": "Hikes", NEEDLE: 1}),
            r#"Memory{"id", "memory", 1 other field}"#,
        ),
        (
            json!({"id": "m-1", "memory": "Hikes", "a": 1, "b": NEEDLE}),
            r#"Memory{"id", "memory", 2 other fields}"#,
        ),
    ] {
        let memory: Memory = serde_json::from_value(json).unwrap();
        assert_eq!(format!("{memory:?}"), told);
    }
}

#[test]
fn of_pages_and_malformed_rows() {
    let rows = json!([memory(), NEEDLE, [NEEDLE], keys(), {"id": 5, "memory": NEEDLE}, null]);
    let link = format!("https://api.mem0.ai/v3/memories/?page=2&user_id={NEEDLE}");
    answer::<Page<Memory>>(
        json!({"results": rows, "next": link, "previous": link, "count": NEEDLE}),
    );
    let page: Page<Memory> = serde_json::from_value(rows).unwrap();
    assert_eq!(page.malformed.len(), 5);
    for row in &page.malformed {
        hides(row);
        assert!(!row.reason().contains(NEEDLE), "{}", row.reason());
    }
}

#[test]
fn of_error_bodies() {
    for body in [
        json!({"detail": NEEDLE}),
        json!({"error": NEEDLE}),
        json!({"message": NEEDLE}),
        json!({"error": "400 Bad Request", "details": {"message": NEEDLE}}),
        json!({"errors": keys()}),
        keys(),
        json!([NEEDLE]),
        json!({"error": {"code": NEEDLE}}),
        json!(NEEDLE),
    ] {
        let read = ErrorBody::decode(body.to_string().as_bytes());
        hides(&read);
        assert!(read.message().contains(NEEDLE), "{body}");
    }
    hides(&ErrorBody::decode(NEEDLE.as_bytes()));
}

#[test]
fn of_errors_of_decoding() {
    for (what, error) in [
        ("page", serde_json::from_str::<Page<Memory>>(r#"{"results":"NEEDLE-7f3a"}"#).err()),
        ("row", serde_json::from_str::<Page<Memory>>(r#""NEEDLE-7f3a""#).err()),
    ] {
        let error = error.unwrap();
        hides(&error);
        assert!(!error.to_string().contains(NEEDLE), "{what}: {error}");
    }
    let memory = serde_json::from_value::<Memory>(json!({"memory": NEEDLE})).unwrap_err();
    assert!(!memory.to_string().contains(NEEDLE), "{memory}");
    for filter in [
        json!({NEEDLE: 1}),
        json!({"user_id": {NEEDLE: NEEDLE}}),
        json!({"user_id": [NEEDLE]}),
        json!({"created_at": NEEDLE}),
        json!({"metadata": {NEEDLE: {NEEDLE: 1}}}),
        json!({"AND": NEEDLE}),
    ] {
        let error = serde_json::from_value::<Filter>(filter).unwrap_err();
        assert!(!error.to_string().contains(NEEDLE), "{error}");
    }
}

#[test]
fn of_requests_about_profiles_projects_and_exports() {
    hides(&CreateEntity::agent(NEEDLE, NEEDLE).metadata(keys()));
    hides(&GetMemoryExport::by_id(NEEDLE));
    hides(&GetMemoryExport::latest(Filter::user_id(NEEDLE)));
    hides(&FeedbackOptions::new(Feedback::Negative).reason(NEEDLE));
    hides(&UpdateProfileSettings::new().schema(keys()).custom_instructions(NEEDLE));
    hides(&GenerateProfile::new(NEEDLE));
    hides(&SampleProfiles::new());
    hides(&GetProfileJob::new(NEEDLE));
    hides(&CreateProjectOptions::new(NEEDLE).description(NEEDLE));
    hides(&GetProject::new(NEEDLE, NEEDLE));
    hides(&ProjectCategory::from(CustomCategory::new(NEEDLE, NEEDLE)));
    let read: Memory = serde_json::from_value(memory()).unwrap();
    hides(read.extra());
    hides(&WebhookEvent::Other);
    hides(&WebhookEvent::Added { memory_id: NEEDLE, text: NEEDLE });
    #[cfg(feature = "legacy")]
    {
        use mem0_types::legacy::{SearchV1, SearchV2};
        hides(&SearchV1::new(NEEDLE, Scope::user(NEEDLE)));
        hides(&SearchV2::new(NEEDLE, Filter::user_id(NEEDLE)));
    }
}
