use std::sync::Arc;

use http::header;
use mem0_components::{
    ComponentError, LlmMessage, LlmPart, LlmRequest, LlmRole, ResponseFormat, ToolChoice,
};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::service::{NAME, signed};
use super::signature::Keys;
use crate::chat::json::{asked_in_words, is_closed};
use crate::chat::{ChatProtocol, Ended, Said, all, given, read, split, usage};
use crate::connection::Outgoing;

pub(super) struct Converse {
    pub(super) keys: Arc<Keys>,
    pub(super) path: String,
    pub(super) takes_system: bool,
    pub(super) schemas: Schemas,
    pub(super) temperature: Option<f64>,
    pub(super) top_p: Option<f64>,
    pub(super) max_tokens: Option<u64>,
    /// Further fields, which the model's maker knows.
    pub(super) more: Map<String, Value>,
}

/// How a model is held to a JSON Schema.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Schemas {
    ByFormat,
    /// It is made to call one tool, whose arguments are the answer.
    ByTool,
    /// It is not: it is asked in words.
    Never,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    output: Output,
    #[serde(default)]
    stop_reason: Option<String>,
    #[serde(default)]
    usage: Option<Tokens>,
}

#[derive(Deserialize)]
struct Output {
    message: Message,
}

#[derive(Deserialize)]
struct Message {
    content: Vec<Block>,
}

/// A part of an answer; a thought has neither.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Block {
    #[serde(default)]
    text: Option<String>,
    #[serde(default)]
    tool_use: Option<Call>,
}

#[derive(Deserialize)]
struct Call {
    name: String,
    #[serde(default)]
    input: Value,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Tokens {
    #[serde(default)]
    input_tokens: Option<u64>,
    /// Of the request, too, but counted apart: what a cache had, and what it took.
    #[serde(default)]
    cache_read_input_tokens: Option<u64>,
    #[serde(default)]
    cache_write_input_tokens: Option<u64>,
    #[serde(default)]
    output_tokens: Option<u64>,
}

fn message((role, message): &(LlmRole, &LlmMessage)) -> Value {
    let part = |part: &LlmPart| match part {
        LlmPart::Image { media_type, base64 } => {
            let format = media_type.rsplit('/').next().unwrap_or_default();
            json!({"image": {"format": format, "source": {"bytes": base64}}})
        }
        LlmPart::Text(text) => json!({"text": text}),
        _ => Value::Null,
    };
    let role = if *role == LlmRole::Assistant { "assistant" } else { "user" };
    json!({"role": role, "content": message.parts.iter().map(part).collect::<Vec<_>>()})
}

fn spec(name: &str, description: &str, schema: &Value) -> Value {
    json!({"toolSpec": {
        "name": name, "description": description, "inputSchema": {"json": schema},
    }})
}

impl Converse {
    /// The form that a tool is to have whose arguments are the answer.
    fn answer_tool<'a>(&self, request: &'a LlmRequest) -> Option<(&'a str, &'a Value)> {
        match &request.format {
            ResponseFormat::JsonSchema { name, schema }
                if self.schemas == Schemas::ByTool && request.tools.is_empty() =>
            {
                Some((name, schema))
            }
            _ => None,
        }
    }

    /// The form of the answer.
    fn format(&self, request: &LlmRequest) -> Option<Value> {
        match &request.format {
            ResponseFormat::JsonSchema { name, schema }
                if self.schemas == Schemas::ByFormat && is_closed(schema) =>
            {
                // Bedrock wants the schema as a text.
                let schema = json!({"name": name, "schema": schema.to_string()});
                Some(json!({"type": "json_schema", "structure": {"jsonSchema": schema}}))
            }
            _ => None,
        }
    }
}

impl ChatProtocol for Converse {
    fn request(&self, request: &LlmRequest) -> Result<Outgoing, ComponentError> {
        let (instructions, messages) = split(request);
        let mut instructions: Vec<String> = instructions.into_iter().collect();
        let mut tools: Vec<Value> = match request.tool_choice {
            // There is no choice that says so.
            ToolChoice::None => Vec::new(),
            _ => request
                .tools
                .iter()
                .map(|tool| spec(&tool.name, &tool.description, &tool.parameters))
                .collect(),
        };
        let mut choice = match request.tool_choice {
            ToolChoice::Required => Some(json!({"any": {}})),
            _ => None,
        };
        let mut body = Map::new();
        if let Some((name, schema)) = self.answer_tool(request) {
            tools.push(spec(name, "Takes your whole answer.", schema));
            choice = Some(json!({"tool": {"name": name}}));
        } else if let Some(format) = self.format(request) {
            body.insert("outputConfig".to_owned(), json!({"textFormat": format}));
        } else {
            instructions.extend(asked_in_words(&request.format));
        }
        let mut messages: Vec<Value> = messages.iter().map(message).collect();
        if !instructions.is_empty() && self.takes_system {
            let parts = instructions.iter().map(|text| json!({"text": text}));
            body.insert("system".to_owned(), parts.collect());
        } else if let Some(first) = messages.first_mut() {
            let content = first["content"].as_array_mut();
            let content = content.into_iter().flat_map(|content| content.drain(..));
            let parts = instructions.iter().map(|text| json!({"text": text})).chain(content);
            let parts: Vec<Value> = parts.collect();
            first["content"] = parts.into();
        }
        let config = [
            ("maxTokens", self.max_tokens.map(Value::from)),
            ("temperature", self.temperature.map(Value::from)),
            ("topP", self.top_p.map(Value::from)),
        ];
        body.insert("inferenceConfig".to_owned(), given(config).into());
        body.insert("messages".to_owned(), messages.into());
        if !self.more.is_empty() {
            body.insert("additionalModelRequestFields".to_owned(), self.more.clone().into());
        }
        if !tools.is_empty() {
            let mut config = json!({"tools": tools});
            if let Some(choice) = choice {
                config["toolChoice"] = choice;
            }
            body.insert("toolConfig".to_owned(), config);
        }
        let mut request = Outgoing::post(self.path.clone(), &Value::Object(body));
        request.headers.remove(header::ACCEPT);
        Ok(signed(&self.keys, request))
    }

    fn read(&self, request: &LlmRequest, body: &[u8]) -> Result<Said, ComponentError> {
        let answer: Answer = read(NAME, body)?;
        let mut said = Said {
            ended: match answer.stop_reason.as_deref() {
                Some("guardrail_intervened" | "content_filtered") => Ended::Refused,
                Some("max_tokens" | "model_context_window_exceeded") => Ended::CutOff,
                _ => Ended::Whole,
            },
            usage: answer.usage.and_then(|tokens| {
                let cached = [tokens.cache_read_input_tokens, tokens.cache_write_input_tokens];
                usage(all(tokens.input_tokens, &cached), tokens.output_tokens)
            }),
            ..Said::default()
        };
        let is_answer = self.answer_tool(request).is_some();
        for block in answer.output.message.content {
            match block.tool_use {
                // The arguments are the answer, and what stands before them is not.
                Some(call) if is_answer => said.text = call.input.to_string(),
                Some(call) => said.calls.push((call.name, call.input)),
                None => said.text.push_str(&block.text.unwrap_or_default()),
            }
        }
        Ok(said)
    }
}
