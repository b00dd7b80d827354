//! Where the local platform answers what the published specification doesn't list.
//!
//! Each exception is a row of `docs/compatibility/platform.md`, found there by its label.

use serde_json::Value;

/// How an answer may depart from the specification.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Departure {
    /// A status that the operation doesn't list. Its body is still one of the platform's error
    /// shapes.
    Status(u16),
    /// A path that the specification doesn't have, with any status and body.
    Path,
    /// A field of the answer with this status whose value the schema doesn't allow, named as
    /// `results[].memory`.
    Field(u16, &'static str),
    /// A field of the answer with this status, or of each of its rows, that the schema doesn't
    /// have.
    InRows(u16, &'static str),
    /// An answer with this status that is the schema's list in an envelope: `{"results": […]}`, and
    /// an empty list of `relations` if there is one.
    Envelope(u16),
}

/// Every operation, and also every request that no operation takes.
pub const EVERY: &str = "every operation";

/// A request that no operation of the specification takes.
pub const UNKNOWN: &str = "an unknown path or method";

/// One row of the table.
#[derive(Debug)]
pub struct Exception {
    /// `GET /v1/ping/` with the specification's path template, [`EVERY`] or [`UNKNOWN`].
    pub operation: &'static str,
    /// What is allowed beyond the specification.
    pub departure: Departure,
    /// The row's label in `docs/compatibility/platform.md`.
    pub row: &'static str,
    /// Why the local platform does it.
    pub reason: &'static str,
}

const fn exception(
    operation: &'static str,
    departure: Departure,
    row: &'static str,
    reason: &'static str,
) -> Exception {
    Exception { operation, departure, row, reason }
}

use Departure::{Envelope, Field, InRows, Path, Status};

/// Every departure that [`super::Specification::validate`] lets pass.
pub const EXCEPTIONS: &[Exception] = &[
    exception(
        EVERY,
        Status(401),
        "S1",
        "a missing or wrong key is refused by every operation, listed or not",
    ),
    exception(
        "GET /health",
        Path,
        "S2",
        "readiness of a self-hosted server; the hosted service has none",
    ),
    exception("GET /ready", Path, "S2", "the same for writing"),
    exception("GET /openapi.json", Path, "S2", "what a self-hosted server answers"),
    exception(UNKNOWN, Status(404), "S3", "a path that the platform doesn't have"),
    exception(UNKNOWN, Status(405), "S3", "a method that the path doesn't take"),
    exception(
        "GET /v1/memories/{memory_id}/history/",
        Status(400),
        "S4",
        "an id that is no UUID, as on get",
    ),
    exception(
        "GET /v1/memories/{memory_id}/history/",
        Status(404),
        "S4",
        "an unknown memory, as on get",
    ),
    exception(
        "DELETE /v1/memories/",
        Status(400),
        "S5",
        "a delete without a filter deletes nothing",
    ),
    exception("GET /v1/entities/", Status(404), "S6", "a page past the end"),
    exception("GET /v1/events/", Status(404), "S6", "a page past the end"),
    exception("POST /v3/memories/", Status(404), "S6", "a page past the end"),
    exception("POST /v2/memories/", Status(404), "S6", "a page past the end"),
    exception(EVERY, Status(413), "S7", "a request body over the server's limit"),
    exception(EVERY, Status(414), "S7", "a query string of too many parameters"),
    exception(EVERY, Status(408), "S7", "a request body that does not arrive in time"),
    exception(EVERY, Status(429), "S7", "more requests than the key may send"),
    exception(
        "GET /v1/memories/{memory_id}/history/",
        Field(200, "[].user_id"),
        "S8",
        "null for a memory that has an agent, app or run and no user",
    ),
    exception(
        "GET /v1/memories/events/",
        Field(200, "results[].user_id"),
        "S8",
        "null for a memory that has an agent, app or run and no user",
    ),
    exception(
        "POST /v1/memories/search/",
        Field(200, "[].user_id"),
        "S8",
        "null for a memory that has an agent, app or run and no user",
    ),
    exception(
        "POST /v1/memories/search/",
        Field(200, "results[].user_id"),
        "S8",
        "null for a memory that has an agent, app or run and no user",
    ),
    exception(
        "POST /v2/memories/search/",
        Field(200, "[].user_id"),
        "S8",
        "null for a memory that has an agent, app or run and no user",
    ),
    exception(
        "GET /v2/entities/{entity_type}/{entity_id}/",
        Status(400),
        "S9",
        "a kind that there is not",
    ),
    exception(
        "GET /v2/entities/{entity_type}/{entity_id}/",
        Status(404),
        "S9",
        "an entity that nobody named",
    ),
    exception(
        "DELETE /v2/entities/{entity_type}/{entity_id}/",
        Status(404),
        "S9",
        "an entity that nobody named",
    ),
    exception("GET /v1/entities/", Status(400), "S10", "a page or page size that cannot be"),
    exception("GET /v1/events/", Status(400), "S10", "a page or page size that cannot be"),
    exception("GET /v1/memories/events/", Status(400), "S10", "a page or limit that cannot be"),
    exception(EVERY, Status(503), "S11", "the server stops, has no room, or lost its folder"),
    exception(EVERY, Status(507), "S29", "the disk is full"),
    exception(
        "GET /v1/memories/{memory_id}/history/",
        Field(200, "[].input[].role"),
        "S12",
        "the role that was added",
    ),
    exception(EVERY, Status(403), "S13", "the key may not do it"),
    exception(
        "GET /api/v1/orgs/organizations/{org_id}/projects/",
        Status(404),
        "S14",
        "an organization that the key may not see",
    ),
    exception(
        "POST /api/v1/orgs/organizations/{org_id}/projects/",
        Status(404),
        "S14",
        "an organization that the key may not see",
    ),
    exception(
        "DELETE /api/v1/orgs/organizations/{org_id}/members/",
        Status(400),
        "S15",
        "an address that cannot be, or the last owner's",
    ),
    exception(
        "PATCH /api/v1/orgs/organizations/{org_id}/projects/{project_id}/",
        Status(400),
        "S15",
        "a setting that cannot be",
    ),
    exception(
        "POST /api/v1/orgs/organizations/{org_id}/projects/{project_id}/members/",
        Status(400),
        "S15",
        "a member that cannot be",
    ),
    exception(
        "PUT /api/v1/orgs/organizations/{org_id}/projects/{project_id}/members/",
        Status(400),
        "S15",
        "a member that cannot be",
    ),
    exception(
        "DELETE /api/v1/orgs/organizations/{org_id}/projects/{project_id}/members/",
        Status(400),
        "S15",
        "an address that cannot be",
    ),
    exception(
        "GET /api/v1/orgs/organizations/{org_id}/projects/{project_id}/",
        Field(200, "agent_custom_instructions"),
        "S16",
        "a setting that can be changed, and so is shown where it was set",
    ),
    exception(
        "GET /api/v1/orgs/organizations/{org_id}/projects/",
        Field(200, "[].agent_custom_instructions"),
        "S16",
        "a setting that can be changed, and so is shown where it was set",
    ),
    exception(
        "GET /v2/entities/user/{entity_id}/profile/",
        Path,
        "S17",
        "profiles, a beta that it leaves out",
    ),
    exception("POST /v2/profiles/jobs/", Path, "S17", "profiles, a beta that it leaves out"),
    exception(
        "GET /v2/profiles/jobs/{job_id}/",
        Path,
        "S17",
        "profiles, a beta that it leaves out",
    ),
    exception("GET /v2/profiles/settings/", Path, "S17", "profiles, a beta that it leaves out"),
    exception("POST /v2/profiles/settings/", Path, "S17", "profiles, a beta that it leaves out"),
    exception("POST /v1/users/", Status(400), "S18", "an id, name or metadata that cannot be"),
    exception("POST /v1/agents/", Status(400), "S18", "an id, name or metadata that cannot be"),
    exception("POST /v1/apps/", Status(400), "S18", "an id, name or metadata that cannot be"),
    exception("POST /v1/runs/", Status(400), "S18", "an id, name or metadata that cannot be"),
    exception("POST /v1/feedback/", Status(404), "S19", "a memory that is not there"),
    exception("POST /v1/summary/", Status(400), "S20", "nobody sums up without an LLM"),
    exception(
        "DELETE /v1/entities/{entity_type}/{entity_id}/",
        Status(404),
        "S21",
        "a number that no entity of the kind has",
    ),
    exception("POST /v2/memories/search/", Status(400), "S22", "a search that cannot be"),
    exception(
        "POST /api/v1/webhooks/projects/{project_id}/",
        Field(201, "secret"),
        "S23",
        "what deliveries are signed with, shown this once",
    ),
    exception(
        "GET /api/v1/webhooks/{webhook_id}/deliveries/",
        Path,
        "S24",
        "the log of deliveries; the hosted service has none",
    ),
    exception(
        "POST /api/v1/webhooks/{webhook_id}/deliveries/{delivery_id}/redeliver/",
        Path,
        "S24",
        "sends a delivery once more; the hosted service cannot",
    ),
    exception("POST /v2/memories/", Envelope(200), "S25", "asked for by output_format"),
    exception("POST /v2/memories/search/", Envelope(200), "S25", "asked for by output_format"),
    exception("GET /v1/memories/", Envelope(200), "S25", "asked for by output_format"),
    exception("POST /v2/memories/", Field(400, "error"), "S26", "a list without filters"),
    exception(EVERY, Field(200, "role"), "S27", "who said a memory"),
    exception(EVERY, Field(200, "actor_id"), "S27", "who said a memory"),
    exception(EVERY, Field(200, "[].role"), "S27", "who said a memory"),
    exception(EVERY, Field(200, "[].actor_id"), "S27", "who said a memory"),
    exception(EVERY, Field(200, "results[].role"), "S27", "who said a memory"),
    exception(EVERY, Field(200, "results[].actor_id"), "S27", "who said a memory"),
    exception(EVERY, Field(200, "results[].data.role"), "S27", "who said a memory"),
    exception(EVERY, Field(200, "results[].data.actor_id"), "S27", "who said a memory"),
    exception(EVERY, Field(200, "results[].score_breakdown.time"), "S33", "a part of the score"),
    exception(EVERY, Field(200, "results[].score_breakdown.passage"), "S33", "where it is"),
    exception(
        "POST /v3/memories/add/",
        Field(200, "skipped"),
        "S28",
        "what an add did not take of its messages",
    ),
    exception(
        "POST /v1/memories/",
        Field(200, "[].skipped"),
        "S28",
        "what an add did not take of its messages",
    ),
    exception(
        "POST /v1/memories/",
        Field(200, "results[].skipped"),
        "S28",
        "what an add did not take of its messages",
    ),
    exception(
        "POST /v3/memories/add/",
        Field(200, "results[].reason"),
        "S30",
        "why a message became no memory",
    ),
    exception(
        "POST /v1/memories/",
        Field(200, "[].results"),
        "S30",
        "what became of the messages, as in v3",
    ),
    exception(
        "POST /v1/memories/",
        Field(200, "results[].results"),
        "S30",
        "what became of the messages, as in v3",
    ),
    exception(
        "DELETE /v1/memories/{memory_id}/",
        Field(200, "erase"),
        "S31",
        "confirms that what quotes the memory is erased too",
    ),
    exception(
        "DELETE /api/v1/orgs/organizations/{org_id}/",
        Status(400),
        "S32",
        "a body that says what the deletion would not see",
    ),
    exception(
        "DELETE /api/v1/orgs/organizations/{org_id}/projects/{project_id}/",
        Status(400),
        "S32",
        "a body that says what the deletion would not see",
    ),
    exception("DELETE /v1/memories/", Field(200, "erase"), "S31", "the same for a scope"),
    exception("DELETE /v1/batch/", Field(200, "erase"), "S31", "the same for a batch"),
    exception(
        "POST /v3/memories/search/",
        Field(200, "results[].rerank_score"),
        "S34",
        "what a reranker of the user's gave",
    ),
    exception(
        "POST /v2/memories/search/",
        Field(200, "[].rerank_score"),
        "S34",
        "the same in an older version",
    ),
    exception(
        "POST /v1/memories/search/",
        Field(200, "[].rerank_score"),
        "S34",
        "the same in an older version",
    ),
    exception(EVERY, InRows(200, "lifecycle_state"), "S35", "what became of a memory"),
    exception(EVERY, InRows(200, "replaced_by"), "S35", "what came in its place"),
    exception(EVERY, InRows(200, "kind"), "S35", "what kind of statement it is"),
    exception(EVERY, InRows(200, "polarity"), "S35", "whether it is so or not"),
    exception(EVERY, InRows(200, "state_key"), "S35", "what it is about"),
    exception(EVERY, InRows(200, "event_date"), "S35", "when it happens"),
    exception(EVERY, InRows(200, "event_start"), "S35", "when it happens"),
    exception(EVERY, InRows(200, "event_end"), "S35", "when it happens"),
    exception(EVERY, InRows(200, "time_precision"), "S35", "how exactly that is known"),
    exception(EVERY, InRows(200, "sources"), "S35", "what a memory was learned from"),
    exception(
        "GET /v1/memories/{memory_id}/history/",
        InRows(200, "reason"),
        "S35",
        "why a memory was retired or corrected",
    ),
    exception("GET /v1/memories/events/", InRows(200, "reason"), "S35", "the same for all"),
];

/// Whether `body` is one of the shapes in which the platform puts an error.
pub(super) fn is_error_shape(body: &Value) -> bool {
    let Some(object) = body.as_object() else {
        return false;
    };
    let reasons = ["detail", "error", "message"];
    match object.len() {
        1 => {
            object.iter().all(|(name, value)| reasons.contains(&name.as_str()) && value.is_string())
        }
        2 => body["error"].is_string() && body["details"]["message"].is_string(),
        _ => false,
    }
}
