use std::borrow::Cow;
use std::sync::Arc;

use mem0_components::{
    ComponentError, ConfigError, Llm, LlmCapabilities, LlmMessage, LlmPart, LlmRequest, LlmRole,
    ResponseFormat, Settings, ToolChoice,
};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::service::{NAME, service};
use crate::chat::json::with_words;
use crate::chat::settings::ChatSettings;
use crate::chat::{ChatModel, ChatProtocol, Ended, Said, function, given, read, usage};
use crate::connection::Outgoing;
use crate::sending::Sending;

struct Chat {
    model: String,
    options: Map<String, Value>,
}

#[derive(Deserialize)]
struct Answer {
    message: Message,
    #[serde(default)]
    model: Option<String>,
    #[serde(default)]
    done_reason: Option<String>,
    #[serde(default)]
    prompt_eval_count: Option<u64>,
    #[serde(default)]
    eval_count: Option<u64>,
}

#[derive(Deserialize)]
struct Message {
    #[serde(default)]
    content: Option<String>,
    #[serde(default)]
    tool_calls: Option<Vec<Call>>,
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

pub(crate) fn llm(
    settings: &mut Settings<'_>,
    chat: &ChatSettings,
    sending: &Sending,
) -> Result<Arc<dyn Llm>, ConfigError> {
    let service = service(settings, chat.api_key.as_ref(), sending)?;
    let model = chat.model_or("llama3.1:70b");
    let options = [
        ("temperature", chat.temperature.or_default().map(Value::from)),
        ("num_predict", chat.max_tokens.or_default().map(Value::from)),
        ("top_p", chat.top_p.or_default().map(Value::from)),
    ];
    let mut capabilities = LlmCapabilities::text().with_json_schema().with_tools();
    capabilities.images = chat.sees_images;
    Ok(Arc::new(ChatModel {
        service,
        provider: NAME,
        name: format!("{NAME}/{model}"),
        capabilities,
        timeout: chat.timeout,
        protocol: Chat { model, options: given(options) },
    }))
}

fn message(message: &LlmMessage) -> Value {
    let role = match message.role {
        LlmRole::System => "system",
        LlmRole::Assistant => "assistant",
        _ => "user",
    };
    let mut made = json!({"role": role, "content": message.text()});
    let images: Vec<&str> = message
        .parts
        .iter()
        .filter_map(|part| match part {
            LlmPart::Image { base64, .. } => Some(base64.as_str()),
            _ => None,
        })
        .collect();
    if !images.is_empty() {
        made["images"] = json!(images);
    }
    made
}

impl ChatProtocol for Chat {
    fn request(&self, request: &LlmRequest) -> Result<Outgoing, ComponentError> {
        let (messages, format) = match &request.format {
            // A mode alone lets some models write white space without end.
            ResponseFormat::JsonObject => (with_words(request), Some("json".into())),
            ResponseFormat::JsonSchema { schema, .. } => {
                (Cow::Borrowed(&request.messages[..]), Some(schema.clone()))
            }
            _ => (Cow::Borrowed(&request.messages[..]), None),
        };
        let tools = match request.tool_choice {
            ToolChoice::None => Vec::new(),
            _ => request.tools.iter().map(function).collect(),
        };
        let mut body = json!({
            "model": self.model,
            "stream": false,
            "options": self.options,
            "messages": messages.iter().map(message).collect::<Vec<_>>(),
            "tools": tools,
        });
        if let Some(format) = format {
            body["format"] = format;
        }
        Ok(Outgoing::post("/api/chat", &body))
    }

    fn read(&self, _: &LlmRequest, body: &[u8]) -> Result<Said, ComponentError> {
        let answer: Answer = read(NAME, body)?;
        let calls = answer.message.tool_calls.unwrap_or_default().into_iter();
        Ok(Said {
            text: answer.message.content.unwrap_or_default(),
            calls: calls.map(|Call { function }| (function.name, function.arguments)).collect(),
            ended: match answer.done_reason.as_deref() {
                Some("length") => Ended::CutOff,
                _ => Ended::Whole,
            },
            usage: usage(answer.prompt_eval_count, answer.eval_count),
            model: answer.model,
        })
    }
}
