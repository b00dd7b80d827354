//! Code without an SDK, as one might write it: a struct for each body, and unnamed fields are lost.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

#[derive(Serialize)]
pub struct SearchBody<'a> {
    pub query: &'a str,
    pub filters: Filters<'a>,
}

#[derive(Serialize)]
pub struct ListBody<'a> {
    pub filters: Filters<'a>,
}

#[derive(Serialize)]
pub struct Filters<'a> {
    pub user_id: &'a str,
}

#[derive(Serialize)]
pub struct AddBody<'a> {
    pub messages: [Message<'a>; 2],
    pub user_id: &'a str,
}

#[derive(Serialize)]
pub struct Message<'a> {
    pub role: &'a str,
    pub content: &'a str,
}

#[derive(Deserialize)]
pub struct Found {
    pub results: Vec<Memory>,
}

#[derive(Deserialize)]
pub struct Listed {
    pub count: u64,
    pub next: Option<String>,
    pub previous: Option<String>,
    pub results: Vec<Memory>,
}

#[derive(Deserialize)]
pub struct Added {
    pub message: String,
    pub status: String,
    pub event_id: String,
}

/// Every field of the answers, with the same meaning as in the SDK's type. Times stay text.
#[derive(Deserialize)]
pub struct Memory {
    pub id: String,
    pub memory: String,
    pub user_id: Option<String>,
    pub agent_id: Option<String>,
    pub app_id: Option<String>,
    #[serde(alias = "session_id")]
    pub run_id: Option<String>,
    pub metadata: Option<Map<String, Value>>,
    pub categories: Option<Vec<String>>,
    pub created_at: Option<String>,
    pub updated_at: Option<String>,
    pub expiration_date: Option<String>,
    pub score: Option<f64>,
    pub score_breakdown: Option<ScoreBreakdown>,
    pub structured_attributes: Option<Map<String, Value>>,
    pub replaced_by: Option<String>,
    pub synthesized: Option<bool>,
    pub lifecycle_state: Option<String>,
}

#[derive(Deserialize)]
pub struct ScoreBreakdown {
    pub semantic: Option<f64>,
    pub bm25: Option<f64>,
    pub entity: Option<f64>,
}

impl<'a> SearchBody<'a> {
    pub fn new(query: &'a str, user_id: &'a str) -> Self {
        Self { query, filters: Filters { user_id } }
    }
}

impl<'a> ListBody<'a> {
    pub fn new(user_id: &'a str) -> Self {
        Self { filters: Filters { user_id } }
    }
}

impl<'a> AddBody<'a> {
    pub fn new(messages: [(&'a str, &'a str); 2], user_id: &'a str) -> Self {
        Self { messages: messages.map(|(role, content)| Message { role, content }), user_id }
    }
}
