//! The components that the engine was opened with, and the questions it asks them.

pub(crate) mod availability;
pub(crate) mod reranking;

use std::sync::Arc;
use std::time::Duration;

use mem0_components::{
    ComponentError, Embedder, Embedding, Llm, LlmRequest, LlmResponse, Purpose, embed_all,
};
use serde::{Deserialize, Serialize};

#[cfg(feature = "encoder")]
use crate::encoding::{self, Encoding};
use crate::text::built_in::BuiltInEmbedder;
use crate::text::vector::Vector;
use crate::turns::Owner;
use crate::{EngineError, LlmTask};
use availability::{Availability, Patience};

/// The components that the engine was opened with.
#[derive(Debug, Clone, Default)]
pub(crate) struct Components {
    pub(crate) llm: Option<Arc<dyn Llm>>,
    pub(crate) embedder: EmbedderInUse,
}

/// What makes vectors.
#[derive(Debug, Clone, Default)]
pub(crate) enum EmbedderInUse {
    /// The table of word vectors, which runs where its vectors are used.
    #[default]
    Static,
    /// The sentence encoder.
    #[cfg(feature = "encoder")]
    MiniLm(Encoding),
    /// The caller's.
    Given(GivenEmbedder),
}

/// How long queued work waits for one answer: nobody waits for it, and a model may have to be
/// loaded or pulled first.
const QUEUED: Duration = Duration::from_secs(60 * 60);

/// An embedder of the caller's, and whether it answers.
#[derive(Debug, Clone)]
pub(crate) struct GivenEmbedder {
    embedder: Arc<dyn Embedder>,
    availability: Arc<Availability>,
}

impl GivenEmbedder {
    pub(crate) fn new(embedder: Arc<dyn Embedder>) -> Self {
        Self { embedder, availability: Arc::default() }
    }

    /// The embeddings of texts for what cannot do without them.
    async fn embed(
        &self,
        texts: &[&str],
        purpose: Purpose,
        patience: Patience,
    ) -> Result<Vec<Embedding>, ComponentError> {
        let question = embed_all(self.embedder.as_ref(), texts, purpose);
        self.availability.ask(patience.change, self.embedder.model(), question).await
    }
}

/// The vectors of a question.
pub(crate) enum OfQuestion {
    /// `None` with the static table.
    Vectors(Option<Vec<Vector>>),
    /// The embedder does not answer.
    Missing,
}

impl EmbedderInUse {
    /// The name and the dimensions of its vectors, but of the static table's.
    pub(crate) fn elsewhere(&self) -> Option<(String, usize)> {
        match self {
            Self::Static => None,
            #[cfg(feature = "encoder")]
            Self::MiniLm(_) => BuiltIn::MiniLm.elsewhere(),
            Self::Given(GivenEmbedder { embedder, .. }) => {
                Some((embedder.model().to_owned(), embedder.dimensions()))
            }
        }
    }

    /// How many texts of a queued add are embedded at a time; `None` for the static table.
    pub(crate) fn batch(&self) -> Option<usize> {
        match self {
            Self::Static => None,
            // Nothing is kept of a part, so there is no need for parts.
            #[cfg(feature = "encoder")]
            Self::MiniLm(_) => Some(usize::MAX),
            Self::Given(given) => Some(given.embedder.max_batch().max(1)),
        }
    }

    /// The vectors of texts; `None` with the static table. An embedder elsewhere has so much time.
    #[cfg_attr(not(feature = "encoder"), expect(unused_variables, reason = "nothing is shared"))]
    pub(crate) async fn embed(
        &self,
        owner: Owner,
        texts: &[&str],
        purpose: Purpose,
        patience: Patience,
    ) -> Result<Option<Vec<Vector>>, EngineError> {
        match self {
            Self::Static => Ok(None),
            #[cfg(feature = "encoder")]
            Self::MiniLm(encoding) => encoding.embed(owner, texts, purpose).await.map(Some),
            Self::Given(given) => {
                let embeddings = given.embed(texts, purpose, patience).await?;
                Ok(Some(embeddings.iter().map(direction).collect()))
            }
        }
    }

    /// The same for the parts of a question. An embedder elsewhere that failed lately is not asked.
    pub(crate) async fn embed_question(
        &self,
        owner: Owner,
        parts: &[&str],
        patience: Patience,
    ) -> Result<OfQuestion, EngineError> {
        let Self::Given(GivenEmbedder { embedder, availability }) = self else {
            let vectors = self.embed(owner, parts, Purpose::Search, patience).await?;
            return Ok(OfQuestion::Vectors(vectors));
        };
        let question = embed_all(embedder.as_ref(), parts, Purpose::Search);
        let answer = availability.ask_if_up(patience.search, embedder.model(), question).await;
        Ok(match answer {
            Some(Ok(embeddings)) => {
                OfQuestion::Vectors(Some(embeddings.iter().map(direction).collect()))
            }
            Some(Err(_)) | None => OfQuestion::Missing,
        })
    }
}

fn direction(embedding: &Embedding) -> Vector {
    Vector::pointing_along(embedding.components())
}

/// A built-in embedder, which needs no network and no download. A folder keeps the one that it was
/// made with; a new one has the default.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum BuiltIn {
    /// A table of word vectors: microseconds a text. The default without the feature `encoder`.
    #[cfg_attr(not(feature = "encoder"), default)]
    Static,
    /// The sentence encoder all-MiniLM-L6-v2, which understands what words mean together:
    /// milliseconds a text, on threads of its own. The default.
    #[cfg(feature = "encoder")]
    #[default]
    MiniLm,
}

impl BuiltIn {
    /// All of them.
    #[cfg(feature = "encoder")]
    pub const ALL: &'static [Self] = &[Self::Static, Self::MiniLm];
    /// All of them.
    #[cfg(not(feature = "encoder"))]
    pub const ALL: &'static [Self] = &[Self::Static];

    /// Its name in configurations: `static` or `minilm`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Static => "static",
            #[cfg(feature = "encoder")]
            Self::MiniLm => "minilm",
        }
    }

    /// The name and the dimensions of its vectors in a folder, but of the static table's.
    pub(crate) fn elsewhere(self) -> Option<(String, usize)> {
        match self {
            Self::Static => None,
            #[cfg(feature = "encoder")]
            Self::MiniLm => Some((encoding::MODEL.to_owned(), encoding::LENGTH)),
        }
    }

    /// The vectors of texts, whose caller waits for them.
    pub(crate) fn embed_now(self, texts: &[&str]) -> Result<Vec<Vector>, EngineError> {
        match self {
            Self::Static => Ok(texts.iter().map(|text| BuiltInEmbedder.embed_now(text)).collect()),
            #[cfg(feature = "encoder")]
            Self::MiniLm => encoding::encode_now(texts),
        }
    }

    /// Gets it ready.
    pub(crate) fn start(self) -> Result<EmbedderInUse, EngineError> {
        match self {
            Self::Static => Ok(EmbedderInUse::Static),
            #[cfg(feature = "encoder")]
            Self::MiniLm => Encoding::start().map(EmbedderInUse::MiniLm),
        }
    }
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
    /// Of the built-in encoder. They are made again rather than kept.
    #[serde(skip)]
    Encoded(Vec<Vector>),
}

impl Answer {
    /// How many vectors it has.
    pub(crate) fn embedded(&self) -> usize {
        match self {
            Self::Embeddings(embeddings) => embeddings.len(),
            Self::Encoded(vectors) => vectors.len(),
            Self::Llm(_) => 0,
        }
    }

    /// The vectors of an answer to [`Question::Embed`].
    pub(crate) fn vectors(&self) -> Vec<Vector> {
        match self {
            Self::Embeddings(embeddings) => embeddings.iter().map(direction).collect(),
            Self::Encoded(vectors) => vectors.clone(),
            Self::Llm(_) => Vec::new(),
        }
    }

    /// Whether it is worth more than the place that it takes.
    pub(crate) fn is_kept(&self) -> bool {
        !matches!(self, Self::Encoded(_))
    }
}

impl Components {
    /// The component that gives an answer of this kind, as it is stored with the answer. The
    /// dimensions are part of an embedder's name: some models have vectors of several lengths.
    pub(crate) fn who_answered(&self, answer: &Answer) -> String {
        match answer {
            Answer::Llm(_) => self.llm.as_ref().map(|llm| llm.name().to_owned()),
            Answer::Embeddings(_) | Answer::Encoded(_) => {
                let elsewhere = self.embedder.elsewhere();
                elsewhere.map(|(model, dimensions)| format!("{model} ({dimensions})"))
            }
        }
        .unwrap_or_default()
    }

    /// Asks. No database connection is held meanwhile, so a slow model holds up nobody.
    pub(crate) async fn ask(
        &self,
        owner: Owner,
        question: &Question,
    ) -> Result<Answer, EngineError> {
        match question {
            Question::Llm(task, request) => {
                let Some(llm) = &self.llm else { return Err(EngineError::LlmRequired(*task)) };
                Ok(Answer::Llm(Box::new(llm.generate(request).await?)))
            }
            Question::Embed(texts, purpose) => {
                let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
                let patience = Patience { change: QUEUED, ..Patience::default() };
                if let EmbedderInUse::Given(given) = &self.embedder {
                    let embeddings = given.embed(&texts, *purpose, patience).await?;
                    return Ok(Answer::Embeddings(embeddings));
                }
                let vectors = self.embedder.embed(owner, &texts, *purpose, patience).await?;
                Ok(Answer::Encoded(vectors.ok_or(EngineError::Internal)?))
            }
        }
    }
}
