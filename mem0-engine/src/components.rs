//! The components that the engine was opened with, and the questions it asks them.

use std::sync::Arc;

use mem0_components::{Embedder, Embedding, Llm, LlmRequest, LlmResponse, Purpose, embed_all};
use serde::{Deserialize, Serialize};

use crate::text::vector::Vector;
use crate::{EngineError, LlmTask};

/// The components that the engine was opened with. `None` means the built-in one, or none at all.
#[derive(Debug, Clone, Default)]
pub(crate) struct Components {
    pub(crate) llm: Option<Arc<dyn Llm>>,
    pub(crate) embedder: Option<Arc<dyn Embedder>>,
}

/// A question for a component.
pub(crate) enum Question {
    /// For the language model.
    #[cfg_attr(not(test), expect(dead_code, reason = "no job asks a model yet"))]
    Llm(LlmTask, Box<LlmRequest>),
    /// For the embedder: at most one batch of texts.
    Embed(Vec<String>, Purpose),
}

/// A component's answer.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Answer {
    Llm(Box<LlmResponse>),
    Embeddings(Vec<Embedding>),
}

impl Answer {
    /// The vectors of an answer to [`Question::Embed`].
    pub(crate) fn vectors(&self) -> impl Iterator<Item = Vector> {
        let embeddings = match self {
            Self::Embeddings(embeddings) => embeddings.as_slice(),
            Self::Llm(_) => &[],
        };
        embeddings.iter().map(|embedding| Vector::pointing_along(embedding.components()))
    }
}

impl Components {
    /// Names the component that answers a question. The name is kept beside the answer.
    pub(crate) fn who_answers(&self, question: &Question) -> String {
        let name = match question {
            Question::Llm(..) => self.llm.as_ref().map(|llm| llm.name()),
            Question::Embed(..) => self.embedder.as_ref().map(|embedder| embedder.model()),
        };
        name.unwrap_or_default().to_owned()
    }

    /// Asks. No database connection is held meanwhile, so a slow model holds up nobody.
    pub(crate) async fn ask(&self, question: &Question) -> Result<Answer, EngineError> {
        match question {
            Question::Llm(task, request) => {
                let Some(llm) = &self.llm else { return Err(EngineError::LlmRequired(*task)) };
                Ok(Answer::Llm(Box::new(llm.generate(request).await?)))
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
