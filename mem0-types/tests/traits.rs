//! The traits of every public type, asserted when the tests compile.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt::Debug;

use mem0_types::requests::*;
use mem0_types::*;
use serde::Serialize;
use serde::de::DeserializeOwned;

fn plain<T: Clone + PartialEq + Debug + Send + Sync + Unpin + 'static>() {}
fn incomparable<T: Clone + Debug + Send + Sync + Unpin + 'static>() {}
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

/// Asserts something of types, and returns their names.
macro_rules! of_each {
    ($check:ident: $($name:ty),+ $(,)?) => {{
        $( $check::<$name>(); )+
        [$( stringify!($name) ),+]
    }};
}

#[test]
fn every_public_type_has_the_usual_traits() {
    let mut named: Vec<&str> = Vec::new();
    named.extend(of_each!(
        plain:
        AddMemoryOptions, Call, CategoryCondition, Condition, Content, CreateProjectOptions,
        CreateWebhookOptions, CustomCategory, DeleteScope, EntityRef, ErrorBody, Expression,
        Extra, FeedbackOptions, GetAllMemoryOptions, IdCondition, InvalidInput, Malformed, Media,
        MemoryExportOptions, MemoryUpdate, Messages, MetadataCondition, ProjectCategory, Scope,
        SearchMemoryOptions, TextCondition, TimeComparison, UpdateMemoryOptions,
        UpdateProjectOptions, UpdateWebhookOptions,
    ));
    named.extend(of_each!(copied: Date, DeleteEverything, IdField, MediaKind, Repeat, TimeField));
    named.extend(
        of_each!(incomparable: CategoriesFilter, KeywordsFilter, MetadataFilter, TimeFilter),
    );
    named.extend(of_each!(plain: WebhookEvent<'static>));
    named.extend(of_each!(copied: Shown<u8>));
    named.extend(of_each!(
        request:
        AddMemory, AddOrganizationMember, AddProjectMember, BatchDelete, BatchUpdate,
        CreateEntity, CreateMemoryExport, CreateOrganization, CreateProject, CreateWebhook,
        DeleteAllMemories, DeleteMemory, DeleteOrganization, DeleteProject, DeleteUsers,
        DeleteWebhook, GenerateProfile, GetAllMemories, GetEntity, GetEntityFilters,
        GetEntityMemories, GetEvent, GetEvents, GetHistory, GetMemory, GetMemoryEvents,
        GetMemoryExport, GetOrganization, GetOrganizationMembers, GetOrganizations, GetProfile,
        GetProfileJob, GetProfileSettings, GetProject, GetProjectMembers, GetProjects, GetStats,
        GetSummary, GetUsers, GetWebhooks, Ping, RemoveOrganizationMember, RemoveProjectMember,
        SampleProfiles, SearchMemories, SendFeedback, UpdateMemory, UpdateOrganizationMember,
        UpdateProfileSettings, UpdateProject, UpdateProjectMember, UpdateWebhook,
    ));
    named.extend(of_each!(
        answer:
        AddMemoryResponse, BatchResponse, CreateMemoryExportResponse, CreateOrganizationResponse,
        CreateProfileJobResponse, CreateProjectResponse, CreatedEntity, DeleteMemoryResponse,
        Entity, EntityFilterOption, EntityFilterParameter, EntityFilters, EntityMemory, Event,
        EventData, EventResult, FeedbackResponse, Filter, History, Member, Members, Memory,
        MemorySource, Message, MessageResponse, Organization, Passage, PingResponse, Profile,
        ProfileEntities, ProfileEntitySettings, ProfileJob, ProfileJobResponse, ProfileSettings, Project,
        QueuedDelete, ScoreBreakdown, Skipped, Stats, Timestamp, Webhook, WebhookEventDetails,
        WebhookPayload,
        Page<Memory>,
    ));
    named.extend(of_each!(
        spelling:
        EntityType, EventStatus, EventType, Feedback, HistoryEvent, MemberRole, ProfileStatus,
        Role, WebhookAction, WebhookEventType,
    ));
    #[cfg(feature = "webhook-signature")]
    {
        named.extend(of_each!(incomparable: WebhookSecret));
        named.extend(of_each!(copied: WebhookSignatureError));
    }
    #[cfg(feature = "legacy")]
    {
        use mem0_types::legacy::*;
        named.extend(
            of_each!(request: AddV1, DeleteEntityV1, GetAllV1, GetAllV2, SearchV1, SearchV2),
        );
        named.extend(of_each!(
            plain: AddV1Options, GetAllV1Options, GetAllV2Options, SearchV1Options, SearchV2Options
        ));
        named.extend(of_each!(answer: AddV1Response));
    }

    // The listing is that of all features.
    let is_whole = cfg!(all(feature = "legacy", feature = "webhook-signature"));
    let named: BTreeSet<_> =
        named.iter().filter_map(|name| name.split(['<', ' ']).next()).collect();
    let listed: BTreeSet<_> = include_str!("../../docs/public-api/mem0-types.txt")
        .lines()
        .filter_map(|line| line.split_once("pub struct ").or_else(|| line.split_once("pub enum ")))
        .filter_map(|(_, path)| path.split(['<', '(', ' ']).next()?.rsplit("::").next())
        .collect();
    let missing: Vec<_> = listed.difference(&named).collect();
    assert!(!is_whole || missing.is_empty(), "say here which traits {missing:?} have");
}

/// One value of each type that is made of text, from every kind of text.
macro_rules! made_of_text {
    ($($name:ty),+ $(,)?) => {
        $({
            let owned = String::from("text");
            let made = [
                <$name>::from("text"),
                <$name>::from(&owned),
                <$name>::from(Cow::Borrowed("text")),
                <$name>::from(Cow::Owned(owned.clone())),
                <$name>::from(owned),
            ];
            assert!(made.iter().all(|one| *one == made[0]), stringify!($name));
        })+
    };
}

#[test]
fn types_made_of_text_take_every_kind_of_text() {
    made_of_text!(
        Content,
        CreateProjectOptions,
        DeleteMemory,
        EntityType,
        EventStatus,
        EventType,
        GenerateProfile,
        GetMemoryExport,
        GetProfileJob,
        HistoryEvent,
        MemberRole,
        Messages,
        ProjectCategory,
        Role,
        Timestamp,
        UpdateMemoryOptions,
    );
    let borrowed = EventType::from(Cow::Borrowed("ADD"));
    assert_eq!(borrowed, EventType::Add);
    let robot = Role::from("robot");
    assert!(Role::User == "user" && robot == "robot" && Role::User != "User");
}

#[test]
fn an_entity_becomes_a_scope_a_delete_scope_or_a_filter() {
    for (entity, scope, delete, filter) in [
        (EntityRef::user("x"), Scope::user("x"), DeleteScope::user("x"), Filter::user_id("x")),
        (EntityRef::agent("x"), Scope::agent("x"), DeleteScope::agent("x"), Filter::agent_id("x")),
        (EntityRef::app("x"), Scope::app("x"), DeleteScope::app("x"), Filter::app_id("x")),
        (EntityRef::run("x"), Scope::run("x"), DeleteScope::run("x"), Filter::run_id("x")),
    ] {
        assert_eq!(Filter::entity(&entity).unwrap(), filter);
        assert_eq!(DeleteScope::try_from(entity.clone()).unwrap(), delete);
        assert_eq!(Scope::try_from(entity).unwrap(), scope);
    }
    let robot = || EntityRef::new("robot", "x");
    assert_eq!(Filter::entity(&robot()).unwrap_err().field(), "entity_type");
    assert_eq!(DeleteScope::try_from(robot()).unwrap_err().field(), "entity_type");
    assert_eq!(Scope::try_from(robot()).unwrap_err().field(), "entity_type");
    assert_eq!(Entity::new("x").entity_ref(), None);
    // An id that means "any" is still refused when it is sent.
    let any = DeleteScope::try_from(EntityRef::user("*")).unwrap();
    assert_eq!(DeleteAllMemories::new(any).into_call().unwrap_err().field(), "user_id");
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
        (GetHistory::new("m").into_call(), "history", Repeat::Read),
        (
            BatchUpdate::new([MemoryUpdate::new("m").text("x")]).into_call(),
            "batch_update",
            Repeat::Idempotent,
        ),
        (BatchDelete::new(["m"]).into_call(), "batch_delete", Repeat::Idempotent),
        (GetUsers::new().into_call(), "users", Repeat::Read),
        (DeleteUsers::new(EntityRef::run("r")).into_call(), "delete_users", Repeat::Idempotent),
        (GetEvents::new().into_call(), "events", Repeat::Read),
        (GetEvent::new("e").into_call(), "event", Repeat::Read),
    ] {
        let call = call.unwrap();
        assert_eq!((call.operation(), call.repeat()), (operation, repeat));
    }
}
