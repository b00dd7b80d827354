use mem0_engine::ProjectStats;
use serde::Serialize;

use crate::http::json::Json;
use crate::http::rejection::{Answer, InError};
use crate::http::view::View;

/// Without `total_retrieval_events_limit`, which a self-hosted server does not have.
#[derive(Serialize)]
pub(crate) struct StatsView {
    total_memories: u64,
    total_retrieval_events: u64,
    total_add_events: u64,
    total_api_retrieval_events: u64,
    total_users_with_memories: u64,
    total_agents_with_memories: u64,
    total_runs_with_memories: u64,
    memories_per_user: u64,
    memories_per_agent: u64,
    memories_per_run: u64,
}

impl From<ProjectStats> for StatsView {
    fn from(stats: ProjectStats) -> Self {
        Self {
            total_memories: stats.memories,
            total_retrieval_events: stats.retrievals,
            total_add_events: stats.adds,
            // All retrievals come through the API.
            total_api_retrieval_events: stats.retrievals,
            total_users_with_memories: stats.users,
            total_agents_with_memories: stats.agents,
            total_runs_with_memories: stats.runs,
            memories_per_user: stats.memories_per_user,
            memories_per_agent: stats.memories_per_agent,
            memories_per_run: stats.memories_per_run,
        }
    }
}

/// `GET /v1/stats/`
pub(crate) async fn stats(View(engine): View) -> Answer<StatsView, InError> {
    Ok(Json(engine.stats().await?.into()))
}
