use http::{HeaderName, HeaderValue};
use mem0_components::{
    ComponentError, LlmMessage, LlmPart, LlmRequest, LlmRole, ResponseFormat, ToolChoice,
};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::chat::json::{asked_in_words, is_closed};
use crate::chat::{ChatProtocol, Ended, Said, all, given, read, split, usage};
use crate::connection::Outgoing;

pub(super) const NAME: &str = "anthropic";

const VERSION: &str = "2023-06-01";

pub(super) struct Messages {
    pub(super) model: String,
    pub(super) max_tokens: u64,
    pub(super) temperature: Option<f64>,
    pub(super) top_p: Option<f64>,
    /// Whether its answers can be held to a JSON Schema.
    pub(super) has_formats: bool,
}

#[derive(Deserialize)]
struct Answer {
    content: Vec<Block>,
    #[serde(default)]
    stop_reason: Option<String>,
    #[serde(default)]
    model: Option<String>,
    #[serde(default)]
    usage: Option<Tokens>,
}

/// A part of an answer; a thought is of another type.
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Block {
    Text {
        text: String,
    },
    ToolUse {
        name: String,
        #[serde(default)]
        input: Value,
    },
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
struct Tokens {
    #[serde(default)]
    input_tokens: Option<u64>,
    /// Of the request, too, but counted apart: what a cache had, and what it took.
    #[serde(default)]
    cache_read_input_tokens: Option<u64>,
    #[serde(default)]
    cache_creation_input_tokens: Option<u64>,
    #[serde(default)]
    output_tokens: Option<u64>,
}

/// How the form of an answer is asked for.
enum Asked<'a> {
    Nothing,
    Format(&'a Value),
    /// By a tool whose arguments are the answer.
    Tool(&'a str, &'a Value),
    Words(String),
}

impl Messages {
    fn asked<'a>(&self, request: &'a LlmRequest) -> Asked<'a> {
        match &request.format {
            ResponseFormat::JsonSchema { schema, .. } if self.has_formats && is_closed(schema) => {
                Asked::Format(schema)
            }
            ResponseFormat::JsonSchema { name, schema }
                if !self.has_formats && request.tools.is_empty() =>
            {
                Asked::Tool(name, schema)
            }
            format => asked_in_words(format).map_or(Asked::Nothing, Asked::Words),
        }
    }
}

fn message((role, message): &(LlmRole, &LlmMessage)) -> Value {
    let role = if *role == LlmRole::Assistant { "assistant" } else { "user" };
    let has_images = message.parts.iter().any(|part| matches!(part, LlmPart::Image { .. }));
    if !has_images {
        return json!({"role": role, "content": message.text()});
    }
    let part = |part: &LlmPart| match part {
        LlmPart::Image { media_type, base64 } => json!({"type": "image", "source": {
            "type": "base64", "media_type": media_type, "data": base64,
        }}),
        LlmPart::Text(text) => json!({"type": "text", "text": text}),
        _ => Value::Null,
    };
    json!({"role": role, "content": message.parts.iter().map(part).collect::<Vec<_>>()})
}

impl ChatProtocol for Messages {
    fn request(&self, request: &LlmRequest) -> Result<Outgoing, ComponentError> {
        let (mut instructions, messages) = split(request);
        let mut body = Map::new();
        let mut tools: Vec<Value> = request
            .tools
            .iter()
            .map(|tool| {
                json!({"name": tool.name, "description": tool.description,
                    "input_schema": tool.parameters})
            })
            .collect();
        let mut choice = match request.tool_choice {
            ToolChoice::Required => json!({"type": "any"}),
            ToolChoice::None => json!({"type": "none"}),
            _ => json!({"type": "auto"}),
        };
        match self.asked(request) {
            Asked::Nothing => {}
            Asked::Format(schema) => {
                let format = json!({"type": "json_schema", "schema": schema});
                body.insert("output_config".to_owned(), json!({"format": format}));
            }
            Asked::Tool(name, schema) => {
                tools.push(json!({"name": name, "description": "Takes your whole answer.",
                    "input_schema": schema}));
                choice = json!({"type": "tool", "name": name});
            }
            Asked::Words(words) => {
                instructions = Some(match instructions {
                    Some(instructions) => format!("{instructions}\n\n{words}"),
                    None => words,
                });
            }
        }
        if !tools.is_empty() {
            body.insert("tools".to_owned(), tools.into());
            body.insert("tool_choice".to_owned(), choice);
        }
        let fields = [
            ("model", Some(Value::from(self.model.clone()))),
            ("max_tokens", Some(self.max_tokens.into())),
            ("messages", Some(messages.iter().map(message).collect())),
            ("system", instructions.map(Value::from)),
            ("temperature", self.temperature.map(Value::from)),
            ("top_p", self.top_p.map(Value::from)),
        ];
        body.extend(given(fields));
        let version = HeaderName::from_static("anthropic-version");
        let request = Outgoing::post("/v1/messages", &Value::Object(body));
        Ok(request.header(version, HeaderValue::from_static(VERSION)))
    }

    fn read(&self, request: &LlmRequest, body: &[u8]) -> Result<Said, ComponentError> {
        let answer: Answer = read(NAME, body)?;
        let mut said = Said {
            ended: match answer.stop_reason.as_deref() {
                Some("refusal") => Ended::Refused,
                Some("max_tokens" | "model_context_window_exceeded") => Ended::CutOff,
                _ => Ended::Whole,
            },
            usage: answer.usage.and_then(|tokens| {
                let cached = [tokens.cache_read_input_tokens, tokens.cache_creation_input_tokens];
                usage(all(tokens.input_tokens, &cached), tokens.output_tokens)
            }),
            model: answer.model,
            ..Said::default()
        };
        let is_answer = matches!(self.asked(request), Asked::Tool(..));
        for block in answer.content {
            match block {
                // The arguments are the answer, and what stands before them is not.
                Block::ToolUse { input, .. } if is_answer => said.text = input.to_string(),
                Block::ToolUse { name, input } => said.calls.push((name, input)),
                Block::Text { text } => said.text.push_str(&text),
                Block::Other => {}
            }
        }
        Ok(said)
    }
}
