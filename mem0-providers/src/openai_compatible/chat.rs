use std::borrow::Cow;

use http::HeaderMap;
use mem0_components::{
    ComponentError, LlmMessage, LlmPart, LlmRequest, LlmRole, ResponseFormat, ToolChoice,
};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::chat::json::{is_strict, with_words};
use crate::chat::settings::ChatSettings;
use crate::chat::{ChatProtocol, Ended, Said, function, given, read, unreadable, usage};
use crate::connection::Outgoing;

/// Which forms of answers a service can be asked for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Formats {
    /// A JSON Schema, or any JSON object.
    Schema,
    /// A JSON Schema alone: any object is asked for by one.
    OnlySchema,
    /// Any JSON object.
    Object,
    /// None: JSON is asked for in words.
    Words,
}

/// `/chat/completions` of a service.
pub(crate) struct Completions {
    pub(crate) provider: &'static str,
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    /// What every request has.
    pub(crate) fields: Map<String, Value>,
    pub(crate) formats: Formats,
    /// The form that takes the place of any that is asked for.
    pub(crate) own_format: Option<Value>,
    pub(crate) image_detail: String,
}

#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    choices: Vec<Choice>,
    #[serde(default)]
    error: Option<Value>,
    #[serde(default)]
    usage: Option<Tokens>,
    #[serde(default)]
    model: Option<String>,
}

#[derive(Deserialize)]
struct Choice {
    message: Message,
    #[serde(default)]
    finish_reason: Option<String>,
}

#[derive(Deserialize)]
struct Message {
    #[serde(default)]
    content: Option<Content>,
    #[serde(default)]
    refusal: Option<String>,
    #[serde(default)]
    tool_calls: Option<Vec<Call>>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Content {
    Text(String),
    Parts(Vec<Part>),
}

/// A part of an answer; a thought has no text of its own.
#[derive(Deserialize)]
struct Part {
    #[serde(default)]
    text: Option<String>,
}

#[derive(Deserialize)]
struct Call {
    function: Function,
}

#[derive(Deserialize)]
struct Function {
    name: String,
    #[serde(default)]
    arguments: Value,
}

#[derive(Deserialize)]
struct Tokens {
    #[serde(default)]
    prompt_tokens: Option<u64>,
    #[serde(default)]
    completion_tokens: Option<u64>,
    #[serde(default)]
    total_tokens: Option<u64>,
}

impl Tokens {
    /// Those of the answer. xAI counts what a model thinks in the total alone.
    fn output(&self) -> Option<u64> {
        let beside_input =
            self.total_tokens.zip(self.prompt_tokens).map(|(all, input)| all.saturating_sub(input));
        self.completion_tokens.max(beside_input)
    }
}

impl Completions {
    fn message(&self, message: &LlmMessage) -> Value {
        let role = match message.role {
            LlmRole::System => "system",
            LlmRole::Assistant => "assistant",
            _ => "user",
        };
        let has_images = message.parts.iter().any(|part| matches!(part, LlmPart::Image { .. }));
        if !has_images {
            return json!({"role": role, "content": message.text()});
        }
        let part = |part: &LlmPart| match part {
            LlmPart::Image { media_type, base64 } => json!({"type": "image_url", "image_url": {
                "url": format!("data:{media_type};base64,{base64}"),
                "detail": self.image_detail,
            }}),
            LlmPart::Text(text) => json!({"type": "text", "text": text}),
            _ => Value::Null,
        };
        json!({"role": role, "content": message.parts.iter().map(part).collect::<Vec<_>>()})
    }

    fn format(&self, format: &ResponseFormat) -> Option<Value> {
        let by_schema = |name: &str, schema: &Value| {
            json!({"type": "json_schema", "json_schema": {
                "name": name, "schema": schema, "strict": is_strict(schema),
            }})
        };
        match (format, self.formats) {
            (ResponseFormat::JsonObject, Formats::Schema | Formats::Object) => {
                Some(json!({"type": "json_object"}))
            }
            (ResponseFormat::JsonObject, Formats::OnlySchema) => {
                Some(by_schema("object", &json!({"type": "object"})))
            }
            (
                ResponseFormat::JsonSchema { name, schema },
                Formats::Schema | Formats::OnlySchema,
            ) => Some(by_schema(name, schema)),
            _ => None,
        }
    }
}

impl ChatProtocol for Completions {
    fn request(&self, request: &LlmRequest) -> Result<Outgoing, ComponentError> {
        let mut body = self.fields.clone();
        let messages = match self.own_format.clone().or_else(|| self.format(&request.format)) {
            Some(format) => {
                body.insert("response_format".to_owned(), format);
                Cow::Borrowed(&request.messages[..])
            }
            None => with_words(request),
        };
        let messages: Vec<Value> = messages.iter().map(|message| self.message(message)).collect();
        if !request.tools.is_empty() {
            body.insert("tools".to_owned(), request.tools.iter().map(function).collect());
            let choice = match request.tool_choice {
                ToolChoice::Required => "required",
                ToolChoice::None => "none",
                _ => "auto",
            };
            body.insert("tool_choice".to_owned(), choice.into());
        }
        body.insert("messages".to_owned(), messages.into());
        let mut outgoing = Outgoing::post(self.path.clone(), &Value::Object(body));
        outgoing.headers.extend(self.headers.clone());
        Ok(outgoing)
    }

    fn read(&self, _: &LlmRequest, body: &[u8]) -> Result<Said, ComponentError> {
        let answer: Answer = read(self.provider, body)?;
        let Some(Choice { message, finish_reason }) = answer.choices.into_iter().next() else {
            return match answer.error {
                // A service that passes requests on may fail after it has said that all is well.
                Some(_) => Ok(Said { ended: Ended::Failed, ..Said::default() }),
                None => Err(unreadable(self.provider, "it does not hold a message")),
            };
        };
        let ended = match finish_reason.as_deref() {
            Some("content_filter") => Ended::Refused,
            Some("length" | "model_length") => Ended::CutOff,
            Some("error") => Ended::Failed,
            _ if message.refusal.as_deref().is_some_and(|words| !words.is_empty()) => {
                Ended::Refused
            }
            _ => Ended::Whole,
        };
        let text = match message.content {
            Some(Content::Text(text)) => text,
            Some(Content::Parts(parts)) => parts.into_iter().filter_map(|part| part.text).collect(),
            None => String::new(),
        };
        let calls = message.tool_calls.unwrap_or_default().into_iter();
        let calls = calls.map(|Call { function }| (function.name, function.arguments)).collect();
        let usage = answer.usage.and_then(|tokens| usage(tokens.prompt_tokens, tokens.output()));
        Ok(Said { text, calls, ended, usage, model: answer.model })
    }
}

/// How a model's name says that it thinks before it answers.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Thinking {
    None,
    /// It takes neither a temperature nor the old limit of tokens.
    Reasoning,
    /// The same, of the family that came next; a limit is what it is asked to keep.
    Gpt5,
    /// It takes what it is given, and its makers advise against numbers as low as ours.
    Open,
}

impl Thinking {
    fn of(model: &str) -> Self {
        let name = last_part(model);
        let is = |family: &str| {
            name.strip_prefix(family).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
        };
        if name == "gpt-5" || ["o1", "o3", "o4"].into_iter().any(is) {
            return Self::Reasoning;
        }
        if name.starts_with("gpt-5") {
            return Self::Gpt5;
        }
        let open = ["gpt-oss", "deepseek-r1", "qwq-", "-thinking"];
        match open.iter().any(|part| name.contains(part)) {
            true => Self::Open,
            false => Self::None,
        }
    }
}

/// Whether a model needs tokens to think with before it answers.
pub(crate) fn thinks(model: &str) -> bool {
    Thinking::of(model) != Thinking::None
}

fn last_part(model: &str) -> String {
    model.rsplit('/').next().unwrap_or(model).to_lowercase()
}

/// The fields of a request that come from the settings. `limits_reasoning` is whether a model that
/// reasons is held to the default limit of tokens, too.
pub(crate) fn parameters(
    chat: &ChatSettings,
    model: &str,
    limits_reasoning: bool,
) -> Map<String, Value> {
    let thinking = match (chat.is_reasoning_model, Thinking::of(model)) {
        (Some(true), _) => Thinking::Reasoning,
        (Some(false), _) => Thinking::None,
        (None, by_name) => by_name,
    };
    let name = last_part(model);
    let max_tokens = chat.max_tokens;
    let (temperature, top_p, limit) = match thinking {
        Thinking::None => {
            let (temperature, top_p) = (chat.temperature, chat.top_p);
            (temperature.or_default(), top_p.or_default(), max_tokens.or_default())
        }
        Thinking::Open => (chat.temperature.set, chat.top_p.set, max_tokens.or_default()),
        // Its later models take them, unless they are asked to think.
        Thinking::Gpt5 if name.starts_with("gpt-5.") || name.starts_with("gpt-5-chat") => {
            (chat.temperature.set, chat.top_p.set, max_tokens.or_default())
        }
        Thinking::Gpt5 => (None, None, max_tokens.or_default()),
        Thinking::Reasoning if limits_reasoning => (None, None, max_tokens.or_default()),
        Thinking::Reasoning => (None, None, max_tokens.set),
    };
    let of_limit = match thinking {
        Thinking::Reasoning | Thinking::Gpt5 => "max_completion_tokens",
        Thinking::None if name.starts_with("gpt-5") => "max_completion_tokens",
        _ => "max_tokens",
    };
    let effort = chat.reasoning_effort.clone().filter(|_| thinking != Thinking::None);
    let fields = [
        ("model", Some(Value::from(model))),
        ("temperature", temperature.map(Value::from)),
        ("top_p", top_p.map(Value::from)),
        (of_limit, limit.map(Value::from)),
        ("reasoning_effort", effort.map(Value::from)),
    ];
    given(fields)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn models_that_think_are_known_by_their_names() {
        for (model, expected) in [
            ("gpt-5", Thinking::Reasoning),
            ("gpt-5-mini", Thinking::Gpt5),
            ("gpt-5-nano-2025-08-07", Thinking::Gpt5),
            ("gpt-5.4-mini", Thinking::Gpt5),
            ("o3-mini", Thinking::Reasoning),
            ("o4-mini", Thinking::Reasoning),
            ("openai/o1", Thinking::Reasoning),
            ("openai/gpt-oss-120b", Thinking::Open),
            ("deepseek-ai/DeepSeek-R1", Thinking::Open),
            ("gpt-4o-mini", Thinking::None),
            ("llama-3.3-70b-versatile", Thinking::None),
            ("openchat", Thinking::None),
            ("o1x", Thinking::None),
        ] {
            assert_eq!(Thinking::of(model), expected, "{model}");
        }
    }
}
