//! A language model, what it is asked, and what it answers.

mod json;
mod request;
mod response;

use std::fmt;

pub use json::{JsonFault, JsonFaultKind, JsonMend, JsonReading, JsonShape};
pub use request::{LlmMessage, LlmPart, LlmRequest, LlmRole, ResponseFormat, Tool, ToolChoice};
pub use response::{FinishReason, LlmResponse, TokenUsage, ToolCall};

use crate::Reply;

/// A language model.
///
/// An implementation is done when it passes `testing::check_llm`, which the feature `testing`
/// brings.
///
/// Settings such as the model, the temperature or a limit of tokens belong to the implementation,
/// which gets them from its configuration.
pub trait Llm: fmt::Debug + Send + Sync + 'static {
    /// Provider and model, such as `openai/gpt-5-mini`: for logs and events, never for decisions.
    fn name(&self) -> &str;

    /// What it can do; always the same. A request that asks for more is refused as
    /// [`Unsupported`](crate::ComponentErrorKind::Unsupported) before anything is sent.
    fn capabilities(&self) -> LlmCapabilities;

    /// Where what it is asked is sent: host and port, such as `api.openai.com:443`, and the proxy
    /// on the way there. `None`, the default, where it stays in this process.
    fn goes_to(&self) -> Option<String> {
        None
    }

    /// Answers once. Asking again may answer otherwise, and costs again.
    ///
    /// Neither an error nor `Debug` shows what was asked or answered.
    fn generate<'a>(&'a self, request: &'a LlmRequest) -> Reply<'a, LlmResponse>;
}

/// What a language model can do.
///
/// ```
/// use mem0_components::LlmCapabilities;
///
/// let capabilities = LlmCapabilities::text().with_json_schema().with_tools();
/// assert!(capabilities.json && capabilities.json_schema && capabilities.tools);
/// assert!(!capabilities.images);
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct LlmCapabilities {
    /// Answers with a JSON object when asked to.
    pub json: bool,
    /// Answers in the form of a JSON Schema.
    pub json_schema: bool,
    /// Calls tools.
    pub tools: bool,
    /// Reads images.
    pub images: bool,
    /// How many tokens of request and answer it takes together, where that is known.
    pub context: Option<usize>,
}

impl LlmCapabilities {
    /// A model that reads and writes text, and nothing more.
    pub fn text() -> Self {
        Self::default()
    }

    /// The same, with answers as JSON.
    #[must_use]
    pub fn with_json(self) -> Self {
        Self { json: true, ..self }
    }

    /// The same, with answers in the form of a JSON Schema, and as JSON.
    #[must_use]
    pub fn with_json_schema(self) -> Self {
        Self { json: true, json_schema: true, ..self }
    }

    /// The same, with tools.
    #[must_use]
    pub fn with_tools(self) -> Self {
        Self { tools: true, ..self }
    }

    /// The same, with images.
    #[must_use]
    pub fn with_images(self) -> Self {
        Self { images: true, ..self }
    }

    /// The same, for so many tokens of request and answer together.
    #[must_use]
    pub fn with_context(self, tokens: usize) -> Self {
        Self { context: Some(tokens), ..self }
    }

    /// A form of an answer that the model takes: this one, or the nearest. Where it does not follow
    /// a JSON Schema that is JSON, and where it has none, text: the messages must say more then.
    ///
    /// ```
    /// use mem0_components::{LlmCapabilities, ResponseFormat};
    ///
    /// let schema = serde_json::json!({"type": "object"});
    /// let wanted = ResponseFormat::JsonSchema { name: "facts".to_owned(), schema };
    /// let capabilities = LlmCapabilities::text().with_json();
    /// assert!(capabilities.nearest(wanted) == ResponseFormat::JsonObject);
    /// ```
    pub fn nearest(&self, format: ResponseFormat) -> ResponseFormat {
        match format {
            ResponseFormat::JsonSchema { .. } if self.json_schema => format,
            ResponseFormat::JsonSchema { .. } | ResponseFormat::JsonObject if self.json => {
                ResponseFormat::JsonObject
            }
            _ => ResponseFormat::Text,
        }
    }

    /// What a request asks for beyond this, in words; `None` when nothing.
    ///
    /// ```
    /// use mem0_components::{LlmCapabilities, LlmMessage, LlmRequest, ResponseFormat};
    ///
    /// let request = LlmRequest::new([LlmMessage::user("Answer in JSON.")])
    ///     .format(ResponseFormat::JsonObject);
    /// assert_eq!(LlmCapabilities::text().lacks(&request), Some("answers as JSON"));
    /// assert_eq!(LlmCapabilities::text().with_json().lacks(&request), None);
    /// ```
    pub fn lacks(&self, request: &LlmRequest) -> Option<&'static str> {
        let has_images = request
            .messages
            .iter()
            .flat_map(|message| &message.parts)
            .any(|part| matches!(part, LlmPart::Image { .. }));
        match &request.format {
            ResponseFormat::JsonObject if !self.json => Some("answers as JSON"),
            ResponseFormat::JsonSchema { .. } if !self.json_schema => {
                Some("answers in the form of a JSON Schema")
            }
            _ if has_images && !self.images => Some("images"),
            _ if !request.tools.is_empty() && !self.tools => Some("tools"),
            _ => None,
        }
    }
}
