use std::fmt;

use mem0_types::Metadata;
use serde::{Deserialize, Serialize};

/// What a language model answered. `Debug` shows sizes alone.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LlmResponse {
    /// Its text, empty where it only calls tools.
    pub text: String,
    /// The tools that it calls, in order.
    pub tool_calls: Vec<ToolCall>,
    /// Why it ended.
    pub finish: FinishReason,
    /// What it cost, where the provider says so.
    pub usage: Option<TokenUsage>,
    /// The model that answered, by the name that the provider gives, where it does: an alias such
    /// as `gpt-4o` is answered by a dated version.
    #[serde(default)]
    pub model: Option<String>,
}

impl LlmResponse {
    /// A whole answer of text alone.
    ///
    /// ```
    /// use mem0_components::{FinishReason, LlmResponse};
    ///
    /// assert_eq!(LlmResponse::text("yes").finish, FinishReason::Stop);
    /// ```
    pub fn text(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }
}

impl fmt::Debug for LlmResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LlmResponse")
            .field("bytes", &self.text.len())
            .field("tool_calls", &self.tool_calls.len())
            .field("finish", &self.finish)
            .field("usage", &self.usage)
            .field("model", &self.model)
            .finish()
    }
}

/// Why an answer ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FinishReason {
    /// It is whole.
    #[default]
    Stop,
    /// The limit of tokens cut it off.
    Length,
    /// It calls tools.
    ToolCalls,
}

/// A call of a tool.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ToolCall {
    /// The tool's name.
    pub name: String,
    /// Its arguments.
    pub arguments: Metadata,
}

impl ToolCall {
    /// A call.
    pub fn new(name: impl Into<String>, arguments: Metadata) -> Self {
        Self { name: name.into(), arguments }
    }
}

impl fmt::Debug for ToolCall {
    /// The name alone: arguments are content.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ToolCall").field("name", &self.name).finish_non_exhaustive()
    }
}

/// How many tokens a request and its answer had.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TokenUsage {
    /// The request's.
    pub input: u64,
    /// The answer's.
    pub output: u64,
}

impl TokenUsage {
    /// So many tokens of the request, and so many of the answer.
    pub fn new(input: u64, output: u64) -> Self {
        Self { input, output }
    }
}
