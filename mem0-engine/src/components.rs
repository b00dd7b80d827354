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
    /// How many vectors it has.
    pub(crate) fn embedded(&self) -> usize {
        match self {
            Self::Embeddings(embeddings) => embeddings.len(),
            Self::Llm(_) => 0,
        }
    }

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
    /// The component that gives an answer of this kind, as it is stored with the answer. The
    /// dimensions are part of an embedder's name: some models have vectors of several lengths.
    pub(crate) fn who_answered(&self, answer: &Answer) -> String {
        match answer {
            Answer::Llm(_) => self.llm.as_ref().map(|llm| llm.name().to_owned()),
            Answer::Embeddings(_) => self
                .embedder
                .as_ref()
                .map(|embedder| format!("{} ({})", embedder.model(), embedder.dimensions())),
        }
        .unwrap_or_default()
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
