//! Reading the recordings of language models.

use mem0_components::{LlmMessage, LlmPart, LlmRequest, LlmRole, ResponseFormat, Tool, ToolChoice};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::recordings::{Exchange, read};

/// An image, in the place of the recorded address.
pub(crate) const PIXEL: &str = "iVBORw0KGgo=";

#[derive(Deserialize)]
pub(crate) struct Recording {
    pub(crate) provider: String,
    pub(crate) cases: Vec<Case>,
}

#[derive(Deserialize, Clone)]
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) config: Value,
    #[serde(default)]
    pub(crate) variables: Value,
    pub(crate) request: Value,
    pub(crate) exchanges: Vec<Exchange>,
    #[serde(default)]
    pub(crate) result: Value,
    #[serde(default)]
    pub(crate) error: Option<String>,
}

pub(crate) fn recording(provider: &str) -> Recording {
    let shared: Map<String, Value> = read("llms/shared.json");
    let whole: Value = read(&format!("llms/{provider}.json"));
    serde_json::from_value(resolved(&whole, &shared)).unwrap()
}

/// With what several recordings share in its place.
fn resolved(value: &Value, shared: &Map<String, Value>) -> Value {
    match value {
        Value::Object(fields) => match fields.get("shared").and_then(Value::as_str) {
            Some(name) => resolved(&shared[name], shared),
            None => {
                fields.iter().map(|(key, value)| (key.clone(), resolved(value, shared))).collect()
            }
        },
        Value::Array(items) => items.iter().map(|item| resolved(item, shared)).collect(),
        other => other.clone(),
    }
}

impl Case {
    /// The request in this crate's words.
    pub(crate) fn request(&self) -> LlmRequest {
        let messages = self.request["messages"].as_array().unwrap().iter().map(message);
        let mut request = LlmRequest::new(messages).format(format(&self.request));
        if let Some(tools) = self.request["tools"].as_array() {
            request = request.tools(tools.iter().map(tool));
        }
        request.tool_choice(match self.request["tool_choice"].as_str() {
            Some("required" | "any") => ToolChoice::Required,
            Some("none") => ToolChoice::None,
            _ => ToolChoice::Auto,
        })
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

fn message(given: &Value) -> LlmMessage {
    let role = match given["role"].as_str() {
        Some("system") => LlmRole::System,
        Some("assistant") => LlmRole::Assistant,
        _ => LlmRole::User,
    };
    let image = |base64: &str| LlmPart::Image {
        media_type: "image/png".to_owned(),
        base64: base64.to_owned(),
    };
    let mut parts = match &given["content"] {
        Value::Array(parts) => parts
            .iter()
            .map(|part| match part["type"].as_str() {
                Some("text") => LlmPart::Text(text(&part["text"])),
                _ => image(PIXEL),
            })
            .collect(),
        content => vec![LlmPart::Text(text(content))],
    };
    parts.extend(given["images"].as_array().into_iter().flatten().map(|one| image(&text(one))));
    LlmMessage::new(role, parts)
}

fn format(request: &Value) -> ResponseFormat {
    let given = &request["response_format"];
    let schema = |name: &Value, schema: &Value| ResponseFormat::JsonSchema {
        name: name.as_str().unwrap_or("answer").to_owned(),
        schema: schema.clone(),
    };
    match (given["type"].as_str(), &given["schema"]) {
        (Some("json_object"), Value::Null) => ResponseFormat::JsonObject,
        (Some("json_object"), given) => schema(&Value::Null, given),
        (Some("json_schema"), _) => {
            let given = &given["json_schema"];
            schema(&given["name"], if given["schema"].is_null() { given } else { &given["schema"] })
        }
        _ => ResponseFormat::Text,
    }
}

fn tool(given: &Value) -> Tool {
    let function = if given["function"].is_null() { given } else { &given["function"] };
    let parameters = if function["parameters"].is_null() { "input_schema" } else { "parameters" };
    Tool::new(text(&function["name"]), text(&function["description"]), function[parameters].clone())
}
