//! Answers: any bytes are decoded or become an error of one line, and a decoded value is written
//! back without loss.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::marker::PhantomData;
use std::sync::LazyLock;

use mem0_client::legacy::{AddV1, DeleteEntityV1, GetAllV1, GetAllV2, SearchV1, SearchV2};
use mem0_client::requests::*;
use mem0_client::*;
use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::answering::{Answering, KEY, wait};
use super::mutation;

/// An operation, with the check of any answer to it.
type Operation = (&'static str, fn(&[u8]));

const OPERATIONS: [Operation; 60] = [
    ("GET /v1/ping/", answer::<Ping>),
    ("POST /v3/memories/add/", answer::<AddMemory>),
    ("POST /v3/memories/search/", page::<SearchMemories, _>),
    ("POST /v3/memories/", page::<GetAllMemories, _>),
    ("GET /v1/memories/{memory_id}/", answer::<GetMemory>),
    ("PUT /v1/memories/{memory_id}/", answer::<UpdateMemory>),
    ("DELETE /v1/memories/{memory_id}/", answer::<DeleteMemory>),
    ("DELETE /v1/memories/", answer::<DeleteAllMemories>),
    ("GET /v1/memories/{memory_id}/history/", page::<GetHistory, _>),
    ("PUT /v1/batch/", answer::<BatchUpdate>),
    ("DELETE /v1/batch/", answer::<BatchDelete>),
    ("GET /v1/entities/", page::<GetUsers, _>),
    ("DELETE /v2/entities/{entity_type}/{entity_id}/", answer::<DeleteUsers>),
    ("GET /v1/events/", page::<GetEvents, _>),
    ("GET /v1/event/{event_id}/", answer::<GetEvent>),
    ("GET /v1/memories/events/", page::<GetMemoryEvents, _>),
    ("GET /v1/memories/{entity_type}/{entity_id}/", page::<GetEntityMemories, _>),
    ("GET /v2/entities/{entity_type}/{entity_id}/", page::<GetEntity, _>),
    ("GET /v1/entities/filters/", answer::<GetEntityFilters>),
    ("POST /v1/users/", answer::<CreateEntity>),
    ("POST /v1/agents/", answer::<CreateEntity>),
    ("POST /v1/apps/", answer::<CreateEntity>),
    ("POST /v1/runs/", answer::<CreateEntity>),
    ("GET /v1/stats/", answer::<GetStats>),
    ("POST /v1/summary/", answer::<GetSummary>),
    ("POST /v1/feedback/", answer::<SendFeedback>),
    ("POST /v1/exports/", answer::<CreateMemoryExport>),
    ("POST /v1/exports/get/", answer::<GetMemoryExport>),
    ("GET /v2/entities/user/{entity_id}/profile/", answer::<GetProfile>),
    ("POST /v2/profiles/jobs/", answer::<GenerateProfile>),
    ("GET /v2/profiles/jobs/{job_id}/", answer::<GetProfileJob>),
    ("GET /v2/profiles/settings/", answer::<GetProfileSettings>),
    ("POST /v2/profiles/settings/", answer::<UpdateProfileSettings>),
    ("GET /api/v1/orgs/organizations/", page::<GetOrganizations, _>),
    ("POST /api/v1/orgs/organizations/", answer::<CreateOrganization>),
    ("GET /api/v1/orgs/organizations/{org_id}/", answer::<GetOrganization>),
    ("DELETE /api/v1/orgs/organizations/{org_id}/", answer::<DeleteOrganization>),
    ("GET /api/v1/orgs/organizations/{org_id}/members/", answer::<GetOrganizationMembers>),
    ("POST /api/v1/orgs/organizations/{org_id}/members/", answer::<AddOrganizationMember>),
    ("PUT /api/v1/orgs/organizations/{org_id}/members/", answer::<UpdateOrganizationMember>),
    ("DELETE /api/v1/orgs/organizations/{org_id}/members/", answer::<RemoveOrganizationMember>),
    ("GET /api/v1/orgs/organizations/{org_id}/projects/", page::<GetProjects, _>),
    ("POST /api/v1/orgs/organizations/{org_id}/projects/", answer::<CreateProject>),
    ("GET /api/v1/orgs/organizations/{org_id}/projects/{project_id}/", answer::<GetProject>),
    ("PATCH /api/v1/orgs/organizations/{org_id}/projects/{project_id}/", answer::<UpdateProject>),
    ("DELETE /api/v1/orgs/organizations/{org_id}/projects/{project_id}/", answer::<DeleteProject>),
    (
        "GET /api/v1/orgs/organizations/{org_id}/projects/{project_id}/members/",
        answer::<GetProjectMembers>,
    ),
    (
        "POST /api/v1/orgs/organizations/{org_id}/projects/{project_id}/members/",
        answer::<AddProjectMember>,
    ),
    (
        "PUT /api/v1/orgs/organizations/{org_id}/projects/{project_id}/members/",
        answer::<UpdateProjectMember>,
    ),
    (
        "DELETE /api/v1/orgs/organizations/{org_id}/projects/{project_id}/members/",
        answer::<RemoveProjectMember>,
    ),
    ("GET /api/v1/webhooks/projects/{project_id}/", page::<GetWebhooks, _>),
    ("POST /api/v1/webhooks/projects/{project_id}/", answer::<CreateWebhook>),
    ("PUT /api/v1/webhooks/{webhook_id}/", answer::<UpdateWebhook>),
    ("DELETE /api/v1/webhooks/{webhook_id}/", answer::<DeleteWebhook>),
    ("POST /v1/memories/", page::<AddV1, _>),
    ("GET /v1/memories/", page::<GetAllV1, _>),
    ("POST /v1/memories/search/", page::<SearchV1, _>),
    ("POST /v2/memories/", page::<GetAllV2, _>),
    ("POST /v2/memories/search/", page::<SearchV2, _>),
    ("DELETE /v1/entities/{entity_type}/{entity_id}/", answer::<DeleteEntityV1>),
];

/// The first byte selects the operation, the rest is its answer.
pub fn arbitrary(data: &[u8]) {
    let Some((operation, body)) = data.split_first() else { return };
    let (_, check) = OPERATIONS[usize::from(*operation) % OPERATIONS.len()];
    check(body);
}

/// Checks the bytes of an answer.
type Check = fn(&[u8]);

/// Documented answers, with their checks.
static SAMPLES: LazyLock<Vec<(Check, Value)>> = LazyLock::new(|| {
    let mut samples = Vec::new();
    let mut take = |operation: &str, sample: &Value| {
        let found = OPERATIONS.iter().find(|(known, _)| *known == operation);
        let (_, check) = found.unwrap_or_else(|| panic!("no operation {operation}"));
        samples.push((*check, sample.clone()));
    };
    let answers = parsed(include_str!("../../tests/fixtures/answers.json"));
    for answer in answers.as_array().expect("a list of answers") {
        take(answer["operation"].as_str().expect("an operation"), &answer["answer"]);
    }
    let specification = parsed(include_str!("../../tests/fixtures/openapi.json"));
    for (path, methods) in specification["paths"].as_object().expect("paths") {
        for (method, operation) in methods.as_object().expect("methods") {
            let responses = operation["responses"].as_object().into_iter().flatten();
            for (_, response) in responses.filter(|(status, _)| status.starts_with('2')) {
                let answer = &response["content"]["application/json"];
                let examples = answer["examples"].as_object().into_iter().flatten();
                let examples = examples.map(|(_, example)| &example["value"]);
                for example in examples.chain(answer.get("example")) {
                    take(&format!("{} {path}", method.to_uppercase()), example);
                }
            }
        }
    }
    samples
});

fn parsed(json: &str) -> Value {
    serde_json::from_str(json).expect("a fixture is JSON")
}

/// The first byte selects a documented answer, the rest changes it.
pub fn mutated(data: &[u8]) {
    let Some((sample, steps)) = data.split_first() else { return };
    let (check, json) = &SAMPLES[usize::from(*sample) % SAMPLES.len()];
    check(mutation::mutated(json, steps).as_bytes());
}

/// A request whose answer has this body.
struct Ask<T>(PhantomData<fn() -> T>);

impl<T: serde::de::DeserializeOwned + Send + 'static> Endpoint for Ask<T> {
    type Response = T;

    fn into_call(self) -> Result<Call, InvalidInput> {
        Ping::new().into_call()
    }
}

fn decoded<E: Endpoint>(body: &[u8]) -> Option<E::Response>
where
    E::Response: Serialize + PartialEq + Debug,
{
    let client = Answering::new([body.to_vec()]).client();
    let read = match wait(client.execute(Ask::<E::Response>(PhantomData))) {
        Ok(response) => response.into_value(),
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::Decode);
            let told = format!("{error} {error:?}");
            assert!(!told.contains('\n') && !told.contains(KEY), "{told}");
            return None;
        }
    };
    let _ = format!("{read:?}");
    let written = serde_json::to_string(&read).expect("what was read can be written");
    let again: E::Response = serde_json::from_str(&written).expect("what was written can be read");
    assert!(again == read, "{written}");
    Some(read)
}

fn answer<E: Endpoint>(body: &[u8])
where
    E::Response: Serialize + PartialEq + Debug,
{
    decoded::<E>(body);
}

/// A page contains every row of the answer, valid or malformed. It is lost only if the list of rows
/// is missing.
fn page<E: Endpoint<Response = Page<T>>, T>(body: &[u8])
where
    T: Record + Serialize + PartialEq + Debug,
{
    let page = decoded::<E>(body);
    let rows = std::str::from_utf8(body).ok().and_then(rows);
    let Some(page) = page else {
        assert!(rows.is_none(), "the page was lost");
        return;
    };
    let rows = rows.expect("a page has a list of rows");
    assert_eq!(page.results.len() + page.malformed.len(), rows);
    let places: Vec<_> = page.malformed.iter().map(Malformed::index).collect();
    assert!(places.is_sorted_by(|one, next| one < next), "{places:?}");
    assert!(places.last().is_none_or(|last| *last < rows), "{places:?}");
}

/// The number of rows of an answer: those of the bare list, or of the first `results` that is a
/// list.
fn rows(text: &str) -> Option<usize> {
    let text = &*without_half_surrogates(text);
    let length = |json: &str| Some(serde_json::from_str::<Vec<&RawValue>>(json).ok()?.len());
    if text.trim_start().starts_with('[') {
        return length(text);
    }
    /// The values of each name, in order.
    #[derive(Default)]
    struct Fields(BTreeMap<String, Vec<Box<RawValue>>>);

    impl<'de> serde::Deserialize<'de> for Fields {
        fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            struct Visitor;

            impl<'de> serde::de::Visitor<'de> for Visitor {
                type Value = Fields;

                fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                    f.write_str("an object")
                }

                fn visit_map<A>(self, mut map: A) -> Result<Fields, A::Error>
                where
                    A: serde::de::MapAccess<'de>,
                {
                    let mut fields = Fields::default();
                    while let Some((name, json)) = map.next_entry::<String, Box<RawValue>>()? {
                        fields.0.entry(name).or_default().push(json);
                    }
                    Ok(fields)
                }
            }

            deserializer.deserialize_map(Visitor)
        }
    }

    let fields: Fields = serde_json::from_str(text).ok()?;
    fields.0.get("results")?.iter().find_map(|json| length(json.get()))
}
