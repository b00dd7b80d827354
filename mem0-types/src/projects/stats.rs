use http::Method;

use crate::InvalidInput;
use crate::call::{Call, Endpoint, Repeat, request};
use crate::wire::{path, record};

request! {
    /// Counts the project's memories, entities and calls: `GET /v1/stats/`.
    pub struct GetStats {}
    example GetStats::new() => GET "/v1/stats/";
}

impl Endpoint for GetStats {
    type Response = Stats;

    fn into_call(self) -> Result<Call, InvalidInput> {
        Ok(Call::new("stats", Method::GET, path::STATS, Repeat::Read))
    }
}

record! {
    /// How many memories, entities and calls a project has.
    ///
    /// ```
    /// let stats: mem0_sdk::Stats = serde_json::from_str(r#"{"total_memories": 3}"#)?;
    /// assert_eq!(stats.total_memories, Some(3));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub struct Stats {
        required {}
        defaulted {}
        optional {
            /// How many memories there are.
            total_memories: u64 = "total_memories",
            /// How many searches and reads there were.
            total_retrieval_events: u64 = "total_retrieval_events",
            /// How many adds there were.
            total_add_events: u64 = "total_add_events",
            /// How many of the searches and reads came through the API.
            total_api_retrieval_events: u64 = "total_api_retrieval_events",
            /// How many searches and reads the plan allows.
            total_retrieval_events_limit: u64 = "total_retrieval_events_limit",
            /// How many users have memories.
            total_users_with_memories: u64 = "total_users_with_memories",
            /// How many agents have memories.
            total_agents_with_memories: u64 = "total_agents_with_memories",
            /// How many runs have memories.
            total_runs_with_memories: u64 = "total_runs_with_memories",
            /// How many memories a user has on average, a whole number.
            memories_per_user: u64 = "memories_per_user",
            /// How many memories an agent has on average, a whole number.
            memories_per_agent: u64 = "memories_per_agent",
            /// How many memories a run has on average, a whole number.
            memories_per_run: u64 = "memories_per_run",
        }
    }
}
