use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What a language model is asked.
///
/// It can be written down and read back, so that a question which a restart cut off is the same
/// question afterwards. `Debug` shows sizes alone.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LlmRequest {
    /// The messages, oldest first.
    pub messages: Vec<LlmMessage>,
    /// The form of the answer; text by default.
    pub format: ResponseFormat,
    /// The tools that it may call; none by default.
    pub tools: Vec<Tool>,
    /// Whether it calls one of them; as it sees fit by default.
    #[serde(default)]
    pub tool_choice: ToolChoice,
}

impl LlmRequest {
    /// A request for text, without tools.
    ///
    /// ```
    /// use mem0_components::{LlmMessage, LlmRequest};
    ///
    /// let request = LlmRequest::new([
    ///     LlmMessage::system("You name what was said about food."),
    ///     LlmMessage::user("I had soup."),
    /// ]);
    /// assert_eq!(request.messages.len(), 2);
    /// ```
    pub fn new(messages: impl IntoIterator<Item = LlmMessage>) -> Self {
        Self {
            messages: messages.into_iter().collect(),
            format: ResponseFormat::Text,
            tools: Vec::new(),
            tool_choice: ToolChoice::Auto,
        }
    }

    /// The same, for an answer of this form.
    ///
    /// ```
    /// use mem0_components::{LlmMessage, LlmRequest, ResponseFormat};
    ///
    /// let request = LlmRequest::new([LlmMessage::user("Answer in JSON.")])
    ///     .format(ResponseFormat::JsonObject);
    /// assert!(request.format == ResponseFormat::JsonObject);
    /// ```
    #[must_use]
    pub fn format(self, format: ResponseFormat) -> Self {
        Self { format, ..self }
    }

    /// The same, with tools that may be called.
    ///
    /// ```
    /// use mem0_components::{LlmMessage, LlmRequest, Tool};
    ///
    /// let parameters = serde_json::json!({"type": "object", "properties": {}});
    /// let request = LlmRequest::new([LlmMessage::user("What time is it?")])
    ///     .tools([Tool::new("clock", "Tells the time.", parameters)]);
    /// assert_eq!(request.tools[0].name, "clock");
    /// ```
    #[must_use]
    pub fn tools(self, tools: impl IntoIterator<Item = Tool>) -> Self {
        Self { tools: tools.into_iter().collect(), ..self }
    }

    /// The same, with another choice among its tools.
    ///
    /// ```
    /// use mem0_components::{LlmMessage, LlmRequest, Tool, ToolChoice};
    ///
    /// let parameters = serde_json::json!({"type": "object", "properties": {}});
    /// let request = LlmRequest::new([LlmMessage::user("What time is it?")])
    ///     .tools([Tool::new("clock", "Tells the time.", parameters)])
    ///     .tool_choice(ToolChoice::Required);
    /// assert_eq!(request.tool_choice, ToolChoice::Required);
    /// ```
    #[must_use]
    pub fn tool_choice(self, tool_choice: ToolChoice) -> Self {
        Self { tool_choice, ..self }
    }
}

impl fmt::Debug for LlmRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LlmRequest")
            .field("messages", &self.messages.len())
            .field("tools", &self.tools.len())
            .finish_non_exhaustive()
    }
}

/// One message to a language model.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LlmMessage {
    /// Who says it.
    pub role: LlmRole,
    /// What it consists of, in order.
    pub parts: Vec<LlmPart>,
}

impl LlmMessage {
    /// Instructions.
    pub fn system(text: impl Into<String>) -> Self {
        Self::new(LlmRole::System, [LlmPart::Text(text.into())])
    }

    /// What is asked.
    pub fn user(text: impl Into<String>) -> Self {
        Self::new(LlmRole::User, [LlmPart::Text(text.into())])
    }

    /// What the model said before.
    pub fn assistant(text: impl Into<String>) -> Self {
        Self::new(LlmRole::Assistant, [LlmPart::Text(text.into())])
    }

    /// A message of several parts.
    pub fn new(role: LlmRole, parts: impl IntoIterator<Item = LlmPart>) -> Self {
        Self { role, parts: parts.into_iter().collect() }
    }

    /// Its texts, each on a line of its own.
    ///
    /// ```
    /// use mem0_components::{LlmMessage, LlmPart, LlmRole};
    ///
    /// let parts = ["I had soup.", "It was hot."].map(|text| LlmPart::Text(text.to_owned()));
    /// assert_eq!(LlmMessage::new(LlmRole::User, parts).text(), "I had soup.\nIt was hot.");
    /// ```
    pub fn text(&self) -> String {
        let texts = self.parts.iter().filter_map(|part| match part {
            LlmPart::Text(text) => Some(text.as_str()),
            LlmPart::Image { .. } => None,
        });
        texts.collect::<Vec<_>>().join("\n")
    }
}

impl fmt::Debug for LlmMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LlmMessage")
            .field("role", &self.role)
            .field("parts", &self.parts.len())
            .finish_non_exhaustive()
    }
}

/// Who says a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum LlmRole {
    /// Whoever instructs the model.
    System,
    /// Whoever asks.
    User,
    /// The model.
    Assistant,
}

/// A part of a message.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum LlmPart {
    /// Text.
    Text(String),
    /// An image, for a model with [`images`](crate::LlmCapabilities::images).
    Image {
        /// Its media type, such as `image/png`.
        media_type: String,
        /// Its bytes, as base64.
        base64: String,
    },
}

impl fmt::Debug for LlmPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.debug_struct("Text").field("bytes", &text.len()).finish(),
            Self::Image { media_type, base64 } => f
                .debug_struct("Image")
                .field("media_type", media_type)
                .field("bytes", &base64.len())
                .finish(),
        }
    }
}

/// The form of an answer.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ResponseFormat {
    /// Any text.
    #[default]
    Text,
    /// A JSON object.
    JsonObject,
    /// JSON in the form of a schema.
    JsonSchema {
        /// The schema's name: letters, digits, `_` and `-`.
        name: String,
        /// The JSON Schema. The properties that an object requires are asked for in the order of
        /// `required`, in which a model then writes them.
        schema: Value,
    },
}

impl fmt::Debug for ResponseFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Text => "Text",
            Self::JsonObject => "JsonObject",
            Self::JsonSchema { .. } => "JsonSchema",
        })
    }
}

/// Whether a model calls one of its tools. A request without tools has nothing to choose from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ToolChoice {
    /// As it sees fit.
    #[default]
    Auto,
    /// It calls one at least. A service that cannot be told so, such as Ollama, leaves it to the
    /// model.
    Required,
    /// It calls none.
    None,
}

/// A tool that a model may call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Tool {
    /// Its name: letters, digits, `_` and `-`.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// The JSON Schema of its arguments, an object.
    pub parameters: Value,
}

impl Tool {
    /// A tool.
    pub fn new(name: impl Into<String>, description: impl Into<String>, parameters: Value) -> Self {
        Self { name: name.into(), description: description.into(), parameters }
    }
}
