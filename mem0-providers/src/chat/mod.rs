//! A language model that a service has: what all protocols share.

pub(crate) mod json;
mod reply;
pub(crate) mod settings;

use std::fmt;
use std::time::Duration;

use mem0_components::{
    ComponentError, ComponentErrorKind, Llm, LlmCapabilities, LlmMessage, LlmRequest, LlmResponse,
    LlmRole, Reply, Tool,
};
use serde_json::{Value, json};

use crate::connection::Outgoing;
use crate::service::Service;
pub(crate) use reply::{Ended, Said, all, given, usage};

/// How a service is asked: all in which the protocols differ.
pub(crate) trait ChatProtocol: Send + Sync + 'static {
    /// The request of a question that the model can answer.
    fn request(&self, request: &LlmRequest) -> Result<Outgoing, ComponentError>;

    /// What the model said. `request` is what it was asked.
    fn read(&self, request: &LlmRequest, body: &[u8]) -> Result<Said, ComponentError>;
}

/// A language model that asks a service.
pub(crate) struct ChatModel<P> {
    pub(crate) service: Service,
    pub(crate) provider: &'static str,
    /// With the provider's name before it.
    pub(crate) name: String,
    pub(crate) capabilities: LlmCapabilities,
    /// How long one answer may take.
    pub(crate) timeout: Duration,
    pub(crate) protocol: P,
}

impl<P: ChatProtocol> ChatModel<P> {
    async fn ask(&self, request: &LlmRequest) -> Result<LlmResponse, ComponentError> {
        if let Some(lacking) = self.capabilities.lacks(request) {
            let error = ComponentError::new(self.provider, ComponentErrorKind::Unsupported);
            return Err(error.detail(match lacking {
                "images" => "images; set enable_vision to true for a model that sees them",
                lacking => lacking,
            }));
        }
        let mut outgoing = self.protocol.request(request)?;
        outgoing.timeout = Some(self.timeout);
        let body = self.service.send(outgoing).await?;
        let said = self.protocol.read(request, &body);
        let said = said.map_err(|error| self.service.connection.not_its_answer(error))?;
        let mut response = said.response(self.provider, request)?;
        // The name is shown and kept.
        response.model = response.model.filter(|name| !self.service.credentials.are_in(name));
        Ok(response)
    }
}

impl<P: ChatProtocol> Llm for ChatModel<P> {
    fn name(&self) -> &str {
        &self.name
    }

    fn capabilities(&self) -> LlmCapabilities {
        self.capabilities
    }

    fn goes_to(&self) -> Option<String> {
        Some(self.service.connection.goes_to())
    }

    fn generate<'a>(&'a self, request: &'a LlmRequest) -> Reply<'a, LlmResponse> {
        Box::pin(self.ask(request))
    }
}

impl<P> fmt::Debug for ChatModel<P> {
    /// Without the credentials.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChatModel")
            .field("name", &self.name)
            .field("capabilities", &self.capabilities)
            .finish_non_exhaustive()
    }
}

/// An answer that cannot be read. What is said of it never repeats it.
pub(crate) fn unreadable(provider: &str, detail: &str) -> ComponentError {
    ComponentError::new(provider, ComponentErrorKind::Unreadable).detail(detail)
}

/// Reads an answer of a service.
pub(crate) fn read<T: serde::de::DeserializeOwned>(
    provider: &str,
    body: &[u8],
) -> Result<T, ComponentError> {
    // What serde says may repeat the answer.
    serde_json::from_slice(body).map_err(|_| unreadable(provider, "it does not hold a message"))
}

/// A tool as OpenAI's protocol describes it, and Ollama's.
pub(crate) fn function(tool: &Tool) -> Value {
    json!({"type": "function", "function": {
        "name": tool.name, "description": tool.description, "parameters": tool.parameters,
    }})
}

/// The instructions and the messages of a request, for protocols that keep them apart. Instructions
/// alone are what is asked.
pub(crate) fn split(request: &LlmRequest) -> (Option<String>, Vec<(LlmRole, &LlmMessage)>) {
    let is_system = |message: &&LlmMessage| message.role == LlmRole::System;
    let messages: Vec<_> = request
        .messages
        .iter()
        .filter(|message| !is_system(message))
        .map(|message| (message.role, message))
        .collect();
    if messages.is_empty() {
        return (None, request.messages.iter().map(|message| (LlmRole::User, message)).collect());
    }
    let instructions: Vec<String> =
        request.messages.iter().filter(is_system).map(LlmMessage::text).collect();
    ((!instructions.is_empty()).then(|| instructions.join("\n\n")), messages)
}
