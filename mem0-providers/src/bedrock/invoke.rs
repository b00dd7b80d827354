//! Models that Converse knows without conversations: they go on with one text.

use std::sync::Arc;

use mem0_components::{ComponentError, LlmRequest, LlmRole};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::service::{NAME, signed};
use super::signature::Keys;
use crate::chat::json::with_words;
use crate::chat::{ChatProtocol, Ended, Said, given, read, unreadable};
use crate::connection::Outgoing;

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Family {
    /// AI21's Jurassic-2.
    Jurassic,
    /// Cohere's Command before Command R.
    Command,
}

impl Family {
    pub(super) fn of(model: &str) -> Option<Self> {
        match model {
            model if model.contains("ai21.j2-") => Some(Self::Jurassic),
            model if model.contains("cohere.command-text") => Some(Self::Command),
            model if model.contains("cohere.command-light-text") => Some(Self::Command),
            _ => None,
        }
    }
}

pub(super) struct Invoke {
    pub(super) keys: Arc<Keys>,
    pub(super) path: String,
    pub(super) family: Family,
    pub(super) temperature: Option<f64>,
    pub(super) max_tokens: Option<u64>,
    pub(super) more: Map<String, Value>,
}

#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    completions: Vec<Completion>,
    #[serde(default)]
    generations: Vec<Generation>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Completion {
    data: Text,
    #[serde(default)]
    finish_reason: Option<Reason>,
}

#[derive(Deserialize)]
struct Reason {
    #[serde(default)]
    reason: Option<String>,
}

#[derive(Deserialize)]
struct Text {
    text: String,
}

#[derive(Deserialize)]
struct Generation {
    text: String,
    #[serde(default)]
    finish_reason: Option<String>,
}

impl ChatProtocol for Invoke {
    fn request(&self, request: &LlmRequest) -> Result<Outgoing, ComponentError> {
        let mut prompt = String::new();
        for message in with_words(request).iter() {
            let role = match message.role {
                LlmRole::System => "System",
                LlmRole::Assistant => "Assistant",
                _ => "User",
            };
            prompt.push_str(&format!("{role}: {}\n", message.text()));
        }
        prompt.push_str("Assistant:");
        let limit = match self.family {
            Family::Jurassic => "maxTokens",
            Family::Command => "max_tokens",
        };
        let fields = [
            ("prompt", Some(Value::from(prompt))),
            (limit, self.max_tokens.map(Value::from)),
            ("temperature", self.temperature.map(Value::from)),
        ];
        let mut body = given(fields);
        body.extend(self.more.clone());
        Ok(signed(&self.keys, Outgoing::post(self.path.clone(), &json!(body))))
    }

    fn read(&self, _: &LlmRequest, body: &[u8]) -> Result<Said, ComponentError> {
        let Answer { completions, generations } = read(NAME, body)?;
        let of_completion = |Completion { data, finish_reason }: Completion| {
            (data.text, finish_reason.and_then(|reason| reason.reason))
        };
        let found = completions.into_iter().map(of_completion).next();
        let found = found.or_else(|| {
            Some(generations.into_iter().next()?).map(|one| (one.text, one.finish_reason))
        });
        let Some((text, reason)) = found else {
            return Err(unreadable(NAME, "it does not hold a text"));
        };
        let ended = match reason.as_deref() {
            Some("length" | "MAX_TOKENS") => Ended::CutOff,
            Some("ERROR_TOXIC") => Ended::Refused,
            Some("ERROR" | "ERROR_LIMIT") => Ended::Failed,
            _ => Ended::Whole,
        };
        Ok(Said { text: text.trim_start().to_owned(), ended, ..Said::default() })
    }
}
