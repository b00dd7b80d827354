//! The path of every operation, once: requests fill these templates, spans print them and the
//! local platform routes them.

/// `GET`: who the key belongs to.
pub const PING: &str = "/v1/ping/";
/// `POST`: add memories.
pub const ADD: &str = "/v3/memories/add/";
/// `POST`: search memories.
pub const SEARCH: &str = "/v3/memories/search/";
/// `POST`: list memories.
pub const LIST: &str = "/v3/memories/";
/// `DELETE`: all memories of a scope.
pub const MEMORIES: &str = "/v1/memories/";
/// `GET`, `PUT`, `DELETE`: one memory.
pub const MEMORY: &str = "/v1/memories/{memory_id}/";
/// `GET`: how one memory came to be.
pub const HISTORY: &str = "/v1/memories/{memory_id}/history/";
/// `PUT`, `DELETE`: many memories at once.
pub const BATCH: &str = "/v1/batch/";
/// `GET`: users, agents, apps and runs.
pub const ENTITIES: &str = "/v1/entities/";
/// `DELETE`: one user, agent, app or run.
pub const ENTITY: &str = "/v2/entities/{entity_type}/{entity_id}/";
/// `GET`: queued work.
pub const EVENTS: &str = "/v1/events/";
/// `GET`: one piece of queued work. Singular on the wire.
pub const EVENT: &str = "/v1/event/{event_id}/";
