use mem0_components::{
    ComponentError, ComponentErrorKind, FinishReason, LlmRequest, LlmResponse, ResponseFormat,
    TokenUsage, ToolCall,
};
use serde_json::{Map, Value};

use super::json::bare;

/// What a model said, before it is known whether that is an answer.
#[derive(Default)]
pub(crate) struct Said {
    pub(crate) text: String,
    pub(crate) calls: Vec<ToolCall>,
    pub(crate) ended: Ended,
    pub(crate) usage: Option<TokenUsage>,
    pub(crate) model: Option<String>,
}

/// Why a model stopped.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) enum Ended {
    #[default]
    Whole,
    /// By the limit of tokens.
    CutOff,
    /// By a policy of the provider's.
    Refused,
    /// By a failure of the provider's.
    Failed,
}

impl Said {
    /// The answer to a request.
    pub(crate) fn response(
        self,
        provider: &str,
        request: &LlmRequest,
    ) -> Result<LlmResponse, ComponentError> {
        let error = |kind, detail: &str| Err(ComponentError::new(provider, kind).detail(detail));
        let mut response = LlmResponse::text(self.text);
        response.finish = match self.ended {
            Ended::Refused => {
                return error(ComponentErrorKind::Refused, "by its policy on content");
            }
            Ended::Failed => {
                return error(ComponentErrorKind::Unavailable, "it failed while it answered");
            }
            _ if !self.calls.is_empty() => FinishReason::ToolCalls,
            Ended::CutOff => FinishReason::Length,
            Ended::Whole if response.text.trim().is_empty() => {
                let detail = "it holds neither a text nor a call of a tool";
                return error(ComponentErrorKind::Unreadable, detail);
            }
            Ended::Whole => FinishReason::Stop,
        };
        if request.format != ResponseFormat::Text && self.calls.is_empty() {
            let bare = bare(&response.text);
            if bare.len() < response.text.len() {
                response.text = bare.to_owned();
            }
        }
        response.tool_calls = self.calls;
        response.usage = self.usage;
        response.model = self.model.filter(|name| !name.is_empty());
        Ok(response)
    }
}

/// The tokens of a request and its answer, where a service counts both.
pub(crate) fn usage(input: Option<u64>, output: Option<u64>) -> Option<TokenUsage> {
    match (input, output) {
        (Some(input @ 1..), Some(output @ 1..)) => Some(TokenUsage::new(input, output)),
        _ => None,
    }
}

/// The arguments of a call: an object, or its text, which may be in a code fence. `None` for
/// anything else.
pub(crate) fn arguments(given: Value) -> Option<Map<String, Value>> {
    match given {
        Value::Object(arguments) => Some(arguments),
        Value::Null => Some(Map::new()),
        Value::String(text) => match bare(&text) {
            "" => Some(Map::new()),
            text => serde_json::from_str(text).ok(),
        },
        _ => None,
    }
}
