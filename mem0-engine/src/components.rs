//! The components that the engine was opened with, and what it asks of them.

use std::sync::Arc;

use mem0_components::{Embedder, Embedding, Llm, LlmRequest, LlmResponse, Purpose, embed_all};
use serde::{Deserialize, Serialize};

use crate::{EngineError, LlmTask};

/// What the engine was opened with; `None` is what is built in, or nothing.
#[derive(Debug, Clone, Default)]
pub(crate) struct Components {
    pub(crate) llm: Option<Arc<dyn Llm>>,
    pub(crate) embedder: Option<Arc<dyn Embedder>>,
}

/// What is asked of a component.
pub(crate) enum Question {
    /// Of the language model.
    Llm(LlmTask, Box<LlmRequest>),
    /// Of the embedder: at most one batch of texts.
    Embed(Vec<String>, Purpose),
}

/// What a component answered.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Answer {
    Llm(Box<LlmResponse>),
    Embeddings(Vec<Embedding>),
}

impl Components {
    /// The language model, for a task that needs one.
    pub(crate) fn llm(&self, task: LlmTask) -> Result<&Arc<dyn Llm>, EngineError> {
        self.llm.as_ref().ok_or(EngineError::LlmRequired(task))
    }

    /// Who answers a question: what is kept beside the answer.
    pub(crate) fn who_answers(&self, question: &Question) -> String {
        let name = match question {
            Question::Llm(..) => self.llm.as_ref().map(|llm| llm.name()),
            Question::Embed(..) => self.embedder.as_ref().map(|embedder| embedder.model()),
        };
        name.unwrap_or_default().to_owned()
    }

    /// Asks. There is no connection in reach: what a model thinks about holds up nobody.
    pub(crate) async fn ask(&self, question: &Question) -> Result<Answer, EngineError> {
        match question {
            Question::Llm(task, request) => {
                let answer = self.llm(*task)?.generate(request).await?;
                Ok(Answer::Llm(Box::new(answer)))
            }
            Question::Embed(texts, purpose) => {
                let Some(embedder) = &self.embedder else { return Err(EngineError::Internal) };
                let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
                let embeddings = embed_all(embedder.as_ref(), &texts, *purpose).await?;
                Ok(Answer::Embeddings(embeddings))
            }
        }
    }
}
