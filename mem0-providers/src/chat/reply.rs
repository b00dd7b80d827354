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
    /// The names of tools, and their arguments: an object, or its text.
    pub(crate) calls: Vec<(String, Value)>,
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
        for (name, given) in self.calls {
            response.tool_calls.push(match (arguments(given), self.ended) {
                (Some(arguments), _) => ToolCall::new(name, arguments),
                (None, Ended::CutOff) => {
                    let detail = "the limit of tokens cut off a call of a tool; raise max_tokens";
                    return error(ComponentErrorKind::Unreadable, detail);
                }
                (None, _) => {
                    let detail = "the arguments of a call of a tool are not an object";
                    return error(ComponentErrorKind::Unreadable, detail);
                }
            });
        }
        response.finish = match self.ended {
            Ended::Refused => {
                return error(ComponentErrorKind::Refused, "by its policy on content");
            }
            Ended::Failed => {
                return error(ComponentErrorKind::Unavailable, "it failed while it answered");
            }
            _ if !response.tool_calls.is_empty() => FinishReason::ToolCalls,
            Ended::CutOff => FinishReason::Length,
            Ended::Whole if response.text.trim().is_empty() => {
                let detail = "it holds neither a text nor a call of a tool";
                return error(ComponentErrorKind::Unreadable, detail);
            }
            Ended::Whole => FinishReason::Stop,
        };
        if request.format != ResponseFormat::Text && response.tool_calls.is_empty() {
            let bare = bare(&response.text);
            if bare.len() < response.text.len() {
                response.text = bare.to_owned();
            }
        }
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

/// The fields that have a value.
pub(crate) fn given<'a>(
    fields: impl IntoIterator<Item = (&'a str, Option<Value>)>,
) -> Map<String, Value> {
    let given = fields.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    given.collect()
}

/// A count with the others that belong to it.
pub(crate) fn all(count: Option<u64>, others: &[Option<u64>]) -> Option<u64> {
    count.map(|count| others.iter().flatten().fold(count, |sum, one| sum.saturating_add(*one)))
}

/// The arguments of a call: an object, or its text, which may be in a code fence. `None` for
/// anything else.
fn arguments(given: Value) -> Option<Map<String, Value>> {
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
