use std::sync::Arc;

use mem0_components::{
    ComponentError, ComponentErrorKind, ConfigError, Llm, LlmCapabilities, LlmMessage, LlmPart,
    LlmRequest, LlmRole, ResponseFormat, Settings, ToolChoice,
};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::schema::converted;
use super::service::{NAME, with_key};
use crate::chat::settings::ChatSettings;
use crate::chat::{
    ChatModel, ChatProtocol, Ended, Said, all, given, read, split, unreadable, usage,
};
use crate::connection::Outgoing;
use crate::place::segment;
use crate::sending::Sending;
use crate::vertex::access::Access;

const MODEL: &str = "gemini-2.0-flash";

struct GenerateContent {
    place: ModelPlace,
    /// What every request says of its answer.
    config: Map<String, Value>,
}

/// Where a model is.
enum ModelPlace {
    /// A path of Gemini's own address.
    Path(String),
    /// One of a project's on Vertex AI.
    Vertex { access: Access, model: String },
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    #[serde(default)]
    candidates: Vec<Candidate>,
    #[serde(default)]
    prompt_feedback: Option<Feedback>,
    #[serde(default)]
    usage_metadata: Option<Tokens>,
    #[serde(default)]
    model_version: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Feedback {
    #[serde(default)]
    block_reason: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Candidate {
    #[serde(default)]
    content: Option<Content>,
    #[serde(default)]
    finish_reason: Option<String>,
}

#[derive(Deserialize)]
struct Content {
    #[serde(default)]
    parts: Vec<Part>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Part {
    #[serde(default)]
    text: Option<String>,
    #[serde(default)]
    thought: bool,
    #[serde(default)]
    function_call: Option<Call>,
}

#[derive(Deserialize)]
struct Call {
    name: String,
    #[serde(default)]
    args: Value,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Tokens {
    #[serde(default)]
    prompt_token_count: Option<u64>,
    #[serde(default)]
    candidates_token_count: Option<u64>,
    #[serde(default)]
    thoughts_token_count: Option<u64>,
}

pub(crate) fn llm(
    settings: &mut Settings<'_>,
    chat: &ChatSettings,
    sending: &Sending,
) -> Result<Arc<dyn Llm>, ConfigError> {
    let of_variable = settings.variable("GOOGLE_GENAI_USE_VERTEXAI");
    let of_variable =
        of_variable.is_some_and(|text| matches!(text.as_str(), "1" | "true" | "True"));
    match settings.get("vertexai")?.unwrap_or(of_variable) {
        true => on_vertex(settings, chat, sending),
        false => {
            for field in ["project", "location"] {
                settings.get::<String>(field)?;
            }
            let service = with_key(settings, chat.api_key.as_ref(), sending)?;
            let model = chat.model_or(MODEL);
            let model = model.strip_prefix("models/").unwrap_or(&model);
            let path = format!("/v1beta/models/{}:generateContent", segment(model));
            Ok(made(service, chat, model, ModelPlace::Path(path)))
        }
    }
}

/// The same models on Vertex AI, with the token of a Google account.
pub(crate) fn on_vertex(
    settings: &mut Settings<'_>,
    chat: &ChatSettings,
    sending: &Sending,
) -> Result<Arc<dyn Llm>, ConfigError> {
    let (service, access) = Access::new(NAME, settings, sending)?;
    let model = chat.model_or(MODEL);
    let model = model.strip_prefix("models/").unwrap_or(&model);
    Ok(made(service, chat, model, ModelPlace::Vertex { access, model: model.to_owned() }))
}

fn made(
    service: crate::service::Service,
    chat: &ChatSettings,
    model: &str,
    place: ModelPlace,
) -> Arc<dyn Llm> {
    let config = [
        ("temperature", chat.temperature.or_default().map(Value::from)),
        ("topP", chat.top_p.or_default().map(Value::from)),
        ("maxOutputTokens", chat.max_tokens.or_default().map(Value::from)),
    ];
    let config = given(config);
    let mut capabilities = LlmCapabilities::text().with_json_schema().with_tools();
    capabilities.images = chat.sees_images;
    Arc::new(ChatModel {
        service,
        provider: NAME,
        name: format!("{NAME}/{model}"),
        capabilities,
        timeout: chat.timeout,
        protocol: GenerateContent { place, config },
    })
}

fn content((role, message): &(LlmRole, &LlmMessage)) -> Value {
    let part = |part: &LlmPart| match part {
        LlmPart::Image { media_type, base64 } => {
            json!({"inlineData": {"mimeType": media_type, "data": base64}})
        }
        LlmPart::Text(text) => json!({"text": text}),
        _ => Value::Null,
    };
    // The API knows no other roles.
    let role = if *role == LlmRole::Assistant { "model" } else { "user" };
    json!({"role": role, "parts": message.parts.iter().map(part).collect::<Vec<_>>()})
}

impl GenerateContent {
    fn path(&self) -> Result<String, ComponentError> {
        match &self.place {
            ModelPlace::Path(path) => Ok(path.clone()),
            ModelPlace::Vertex { access, model } => {
                Ok(format!("/v1beta1/{}:generateContent", access.model(model)?))
            }
        }
    }
}

impl ChatProtocol for GenerateContent {
    fn request(&self, request: &LlmRequest) -> Result<Outgoing, ComponentError> {
        let (instructions, messages) = split(request);
        let mut config = self.config.clone();
        if request.format != ResponseFormat::Text {
            config.insert("responseMimeType".to_owned(), "application/json".into());
        }
        if let ResponseFormat::JsonSchema { schema, .. } = &request.format {
            let schema = converted(schema).ok_or_else(|| too_deep("the JSON Schema"))?;
            config.insert("responseSchema".to_owned(), schema);
        }
        let mut body = Map::from_iter([
            ("contents".to_owned(), messages.iter().map(content).collect()),
            ("generationConfig".to_owned(), config.into()),
        ]);
        if let Some(instructions) = instructions {
            let system = json!({"role": "user", "parts": [{"text": instructions}]});
            body.insert("systemInstruction".to_owned(), system);
        }
        if !request.tools.is_empty() {
            let mut declarations = Vec::new();
            for tool in &request.tools {
                let parameters =
                    converted(&tool.parameters).ok_or_else(|| too_deep("the schema of a tool"))?;
                let mut declaration = json!({"name": tool.name, "description": tool.description});
                // The API refuses an object without fields.
                if parameters["properties"].as_object().is_some_and(|all| !all.is_empty()) {
                    declaration["parameters"] = parameters;
                }
                declarations.push(declaration);
            }
            body.insert("tools".to_owned(), json!([{"functionDeclarations": declarations}]));
            let names: Vec<&str> = request.tools.iter().map(|tool| tool.name.as_str()).collect();
            let calling = match request.tool_choice {
                ToolChoice::Required => json!({"mode": "ANY", "allowedFunctionNames": names}),
                ToolChoice::None => json!({"mode": "NONE"}),
                _ => json!({"mode": "AUTO"}),
            };
            body.insert("toolConfig".to_owned(), json!({"functionCallingConfig": calling}));
        }
        Ok(Outgoing::post(self.path()?, &Value::Object(body)))
    }

    fn read(&self, _: &LlmRequest, body: &[u8]) -> Result<Said, ComponentError> {
        let answer: Answer = read(NAME, body)?;
        let mut said = Said {
            usage: answer.usage_metadata.and_then(|tokens| {
                let output = tokens.candidates_token_count.or(Some(0));
                usage(tokens.prompt_token_count, all(output, &[tokens.thoughts_token_count]))
            }),
            model: answer.model_version,
            ..Said::default()
        };
        let Some(candidate) = answer.candidates.into_iter().next() else {
            let is_blocked = answer.prompt_feedback.is_some_and(|told| told.block_reason.is_some());
            return match is_blocked {
                true => Ok(Said { ended: Ended::Refused, ..said }),
                false => Err(unreadable(NAME, "it does not hold a message")),
            };
        };
        said.ended = match candidate.finish_reason.as_deref() {
            Some("MAX_TOKENS") => Ended::CutOff,
            Some(
                "SAFETY" | "RECITATION" | "LANGUAGE" | "BLOCKLIST" | "PROHIBITED_CONTENT" | "SPII"
                | "IMAGE_SAFETY",
            ) => Ended::Refused,
            Some("MALFORMED_FUNCTION_CALL" | "UNEXPECTED_TOOL_CALL") => {
                return Err(unreadable(NAME, "a call of a tool is not one"));
            }
            _ => Ended::Whole,
        };
        for part in candidate.content.map(|content| content.parts).unwrap_or_default() {
            if part.thought {
                continue;
            }
            said.text.push_str(&part.text.unwrap_or_default());
            if let Some(call) = part.function_call {
                said.calls.push((call.name, call.args));
            }
        }
        Ok(said)
    }
}

fn too_deep(what: &str) -> ComponentError {
    let error = ComponentError::new(NAME, ComponentErrorKind::Unsupported);
    error.detail(format!("{what} refers to itself, or is deeper than 64 levels"))
}
