//! The path of every operation. Requests fill these templates, spans print them and the local
//! platform routes them.

/// `GET`: who the key belongs to.
pub const PING: &str = "/v1/ping/";
/// `POST`: add memories.
pub const ADD: &str = "/v3/memories/add/";
/// `POST`: search memories.
pub const SEARCH: &str = "/v3/memories/search/";
/// `POST`: list memories.
pub const LIST: &str = "/v3/memories/";
/// `DELETE`: all memories of a scope. `GET`, `POST`: list and add memories; deprecated.
pub const MEMORIES: &str = "/v1/memories/";
/// `GET`, `PUT`, `DELETE`: one memory.
pub const MEMORY: &str = "/v1/memories/{memory_id}/";
/// `GET`: the changes of one memory.
pub const HISTORY: &str = "/v1/memories/{memory_id}/history/";
/// `PUT`, `DELETE`: several memories at once.
pub const BATCH: &str = "/v1/batch/";
/// `GET`: users, agents, apps and runs.
pub const ENTITIES: &str = "/v1/entities/";
/// `GET`, `DELETE`: one user, agent, app or run.
pub const ENTITY: &str = "/v2/entities/{entity_type}/{entity_id}/";
/// `GET`: list events, which are queued work.
pub const EVENTS: &str = "/v1/events/";
/// `GET`: one event. Singular on the wire.
pub const EVENT: &str = "/v1/event/{event_id}/";
/// `GET`: one entity's memories with the messages that they came from.
pub const ENTITY_MEMORIES: &str = "/v1/memories/{entity_type}/{entity_id}/";
/// `GET`: the changes of all memories.
pub const MEMORY_EVENTS: &str = "/v1/memories/events/";
/// `GET`: what the dashboard can filter entities by.
pub const ENTITY_FILTERS: &str = "/v1/entities/filters/";
/// `POST`: create a user.
pub const USERS: &str = "/v1/users/";
/// `POST`: create an agent.
pub const AGENTS: &str = "/v1/agents/";
/// `POST`: create an app.
pub const APPS: &str = "/v1/apps/";
/// `POST`: create a run.
pub const RUNS: &str = "/v1/runs/";
/// `GET`: count what the project has.
pub const STATS: &str = "/v1/stats/";
/// `POST`: sum up memories.
pub const SUMMARY: &str = "/v1/summary/";
/// `POST`: judge a memory.
pub const FEEDBACK: &str = "/v1/feedback/";
/// `POST`: request an export.
pub const EXPORTS: &str = "/v1/exports/";
/// `POST`: read an export.
pub const EXPORT: &str = "/v1/exports/get/";
/// `GET`, `POST`: the account's organizations.
pub const ORGANIZATIONS: &str = "/api/v1/orgs/organizations/";
/// `GET`, `DELETE`: one organization.
pub const ORGANIZATION: &str = "/api/v1/orgs/organizations/{org_id}/";
/// `GET`, `POST`, `PUT`, `DELETE`: who has access to an organization.
pub const ORGANIZATION_MEMBERS: &str = "/api/v1/orgs/organizations/{org_id}/members/";
/// `GET`, `POST`: an organization's projects.
pub const PROJECTS: &str = "/api/v1/orgs/organizations/{org_id}/projects/";
/// `GET`, `PATCH`, `DELETE`: one project.
pub const PROJECT: &str = "/api/v1/orgs/organizations/{org_id}/projects/{project_id}/";
/// `GET`, `POST`, `PUT`, `DELETE`: who has access to a project.
pub const PROJECT_MEMBERS: &str =
    "/api/v1/orgs/organizations/{org_id}/projects/{project_id}/members/";
/// `GET`, `POST`: a project's webhooks.
pub const WEBHOOKS: &str = "/api/v1/webhooks/projects/{project_id}/";
/// `PUT`, `DELETE`: one webhook.
pub const WEBHOOK: &str = "/api/v1/webhooks/{webhook_id}/";
/// `GET`: one user's profile.
pub const PROFILE: &str = "/v2/entities/user/{entity_id}/profile/";
/// `POST`: generate profiles.
pub const PROFILE_JOBS: &str = "/v2/profiles/jobs/";
/// `GET`: the status of a profile job.
pub const PROFILE_JOB: &str = "/v2/profiles/jobs/{job_id}/";
/// `GET`, `POST`: the settings for profiles.
pub const PROFILE_SETTINGS: &str = "/v2/profiles/settings/";
/// `DELETE`: one entity by the platform's number for it. Deprecated.
pub const ENTITY_V1: &str = "/v1/entities/{entity_type}/{entity_id}/";
/// `POST`: search memories. Deprecated.
pub const SEARCH_V1: &str = "/v1/memories/search/";
/// `POST`: list memories. Deprecated.
pub const LIST_V2: &str = "/v2/memories/";
/// `POST`: search memories. Deprecated.
pub const SEARCH_V2: &str = "/v2/memories/search/";
