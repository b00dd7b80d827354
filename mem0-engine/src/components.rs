//! The components that the engine was opened with, and the questions it asks them.

pub(crate) mod availability;
pub(crate) mod embedders;
pub(crate) mod llm_use;
pub(crate) mod options;
pub(crate) mod reranking;

use std::fmt;
use std::sync::Arc;

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
use availability::{Availability, Patience, within};
use llm_use::LlmUse;

/// The components that the engine was opened with.
#[derive(Debug, Clone, Default)]
pub(crate) struct Components {
    pub(crate) llm: Option<Arc<dyn Llm>>,
    pub(crate) llm_use: Arc<LlmUse>,
    pub(crate) embedder: EmbedderInUse,
    /// How often the embedder of the folder was changed before this one.
    pub(crate) generation: i64,
}

/// Which vectors can be compared with each other.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct VectorKind {
    /// How often the embedder of the folder was changed before.
    pub(crate) generation: i64,
    pub(crate) dimensions: usize,
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
    /// One that this process does not have, by its name and its dimensions. Searches go by words,
    /// and new memories get their vectors later.
    Absent(String, usize),
}

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

    /// The same for a question, which can do without them: then they are missing. It is not asked
    /// if it failed lately.
    async fn embed_question(&self, parts: &[&str], patience: Patience) -> Option<Vec<Embedding>> {
        let question = embed_all(self.embedder.as_ref(), parts, Purpose::Search);
        let answer =
            self.availability.ask_if_up(patience.search, self.embedder.model(), question).await;
        answer?.ok()
    }
}

/// What an embedder made of texts.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Made {
    /// The static table runs where the vectors are used.
    InPlace,
    /// A vector of each text.
    Vectors(Vec<Vector>),
    /// The embedder is not there, or does not answer a question, so the texts have no vectors.
    Nothing,
}

impl Made {
    fn of(embeddings: &[Embedding]) -> Self {
        Self::Vectors(embeddings.iter().map(direction).collect())
    }

    /// The vectors, one after the other, for texts that become memories.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Vector> {
        match self {
            Self::Vectors(vectors) => vectors.iter(),
            Self::InPlace | Self::Nothing => [].iter(),
        }
    }
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
            Self::Absent(model, dimensions) => Some((model.clone(), *dimensions)),
        }
    }

    /// The length of its vectors.
    pub(crate) fn dimensions(&self) -> usize {
        self.elsewhere().map_or(BuiltInEmbedder.dimensions(), |(_, dimensions)| dimensions)
    }

    pub(crate) fn is_absent(&self) -> bool {
        matches!(self, Self::Absent(..))
    }

    /// How many texts of a queued add are embedded at a time; `None` where nothing is to be asked.
    pub(crate) fn batch(&self) -> Option<usize> {
        match self {
            Self::Static | Self::Absent(..) => None,
            // Nothing is kept of a part, so there is no need for parts.
            #[cfg(feature = "encoder")]
            Self::MiniLm(_) => Some(usize::MAX),
            Self::Given(given) => Some(given.embedder.max_batch().max(1)),
        }
    }

    /// The vectors of texts. An embedder elsewhere has so much time.
    #[cfg_attr(not(feature = "encoder"), expect(unused_variables, reason = "nothing is shared"))]
    pub(crate) async fn embed(
        &self,
        owner: Owner,
        texts: &[&str],
        purpose: Purpose,
        patience: Patience,
    ) -> Result<Made, EngineError> {
        match self {
            Self::Static => Ok(Made::InPlace),
            #[cfg(feature = "encoder")]
            Self::MiniLm(encoding) => {
                encoding.embed(owner, texts, purpose).await.map(Made::Vectors)
            }
            Self::Given(given) => Ok(Made::of(&given.embed(texts, purpose, patience).await?)),
            Self::Absent(..) => Ok(Made::Nothing),
        }
    }

    /// The same for the parts of a question.
    async fn embed_question(
        &self,
        owner: Owner,
        parts: &[&str],
        patience: Patience,
    ) -> Result<Made, EngineError> {
        let Self::Given(given) = self else {
            return self.embed(owner, parts, Purpose::Search, patience).await;
        };
        let made = given.embed_question(parts, patience).await;
        Ok(made.map_or(Made::Nothing, |made| Made::of(&made)))
    }
}

fn direction(embedding: &Embedding) -> Vector {
    Vector::pointing_along(embedding.components())
}

/// A built-in embedder, which needs no network and no download. A folder keeps the one that it was
/// made with until it is [changed](crate::Engine::change_embedder); a new one has the default.
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

    /// The one that makes vectors of this name and these dimensions.
    pub(crate) fn of(elsewhere: Option<&(String, usize)>) -> Option<Self> {
        let makes = |built_in: &&Self| built_in.elsewhere().as_ref() == elsewhere;
        Self::ALL.iter().find(makes).copied()
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

/// An embedder for a folder: a built-in one, or the caller's.
///
/// ```
/// use std::sync::Arc;
///
/// use mem0_engine::embedder::BuiltInEmbedder;
/// use mem0_engine::mem0_components::Embedder;
/// use mem0_engine::{BuiltIn, EmbedderChoice};
///
/// let built_in: EmbedderChoice = BuiltIn::Static.into();
/// let own: Arc<dyn Embedder> = Arc::new(BuiltInEmbedder);
/// assert_ne!(EmbedderChoice::from(own).to_string(), built_in.to_string());
/// ```
#[derive(Debug, Clone)]
pub enum EmbedderChoice {
    /// A built-in one.
    BuiltIn(BuiltIn),
    /// The caller's.
    Given(Arc<dyn Embedder>),
}

impl From<BuiltIn> for EmbedderChoice {
    fn from(built_in: BuiltIn) -> Self {
        Self::BuiltIn(built_in)
    }
}

impl From<Arc<dyn Embedder>> for EmbedderChoice {
    fn from(embedder: Arc<dyn Embedder>) -> Self {
        Self::Given(embedder)
    }
}

/// The name and the dimensions of its vectors.
impl fmt::Display for EmbedderChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&shown(self.elsewhere().as_ref()))
    }
}

impl EmbedderChoice {
    /// The name and the dimensions of its vectors, but of the static table's.
    pub(crate) fn elsewhere(&self) -> Option<(String, usize)> {
        match self {
            Self::BuiltIn(built_in) => built_in.elsewhere(),
            Self::Given(embedder) => Some((embedder.model().to_owned(), embedder.dimensions())),
        }
    }

    /// Gets it ready.
    pub(crate) fn start(self) -> Result<EmbedderInUse, EngineError> {
        match self {
            Self::BuiltIn(built_in) => built_in.start(),
            Self::Given(embedder) => Ok(EmbedderInUse::Given(GivenEmbedder::new(embedder))),
        }
    }
}

/// How an embedder is named to whoever runs the engine; `None` is the static table.
pub(crate) fn shown(embedder: Option<&(String, usize)>) -> String {
    match embedder {
        Some((model, dimensions)) => format!("{model} ({dimensions} dimensions)"),
        None => "the static table".to_owned(),
    }
}

/// A question for a component.
pub(crate) enum Question {
    /// For the language model, and the ids of the memories that it is shown.
    Llm(LlmTask, Box<LlmRequest>, Vec<String>),
    /// For the embedder: at most one batch of texts.
    Embed(Vec<String>, Purpose),
}

/// A component's answer.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Answer {
    Llm(Box<Told>),
    Embeddings(Vec<Embedding>),
    /// Of the built-in encoder. They are made again rather than kept.
    #[serde(skip)]
    Encoded(Vec<Vector>),
}

/// What a language model answered.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Told {
    pub(crate) response: LlmResponse,
    /// The ids of the memories that it was shown, in the order of their numbers.
    pub(crate) shown: Vec<String>,
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
    /// The vectors that its embedder makes.
    pub(crate) fn vectors(&self) -> VectorKind {
        VectorKind { generation: self.generation, dimensions: self.embedder.dimensions() }
    }

    /// What its embedder makes of texts. No database connection is held meanwhile.
    pub(crate) async fn embed(
        &self,
        owner: Owner,
        texts: &[&str],
        purpose: Purpose,
        patience: Patience,
    ) -> Result<Made, EngineError> {
        self.embedder.embed(owner, texts, purpose, patience).await
    }

    /// What its embedder makes of the parts of a question: nothing while one elsewhere fails.
    pub(crate) async fn embed_question(
        &self,
        owner: Owner,
        parts: &[&str],
        patience: Patience,
    ) -> Result<Made, EngineError> {
        self.embedder.embed_question(owner, parts, patience).await
    }

    /// What its embedder makes when nothing is asked of it.
    pub(crate) fn unasked(&self) -> Made {
        if self.embedder.is_absent() { Made::Nothing } else { Made::InPlace }
    }

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

    /// Whether a question is answered outside of this process.
    pub(crate) fn goes_elsewhere(&self, question: &Question) -> bool {
        let goes_to = match (question, &self.embedder) {
            (Question::Llm(..), _) => self.llm.as_ref().and_then(|llm| llm.goes_to()),
            (Question::Embed(..), EmbedderInUse::Given(given)) => given.embedder.goes_to(),
            (Question::Embed(..), _) => None,
        };
        goes_to.is_some()
    }

    /// Asks. No database connection is held meanwhile, so a slow model holds up nobody.
    pub(crate) async fn ask(
        &self,
        owner: Owner,
        question: &Question,
    ) -> Result<Answer, EngineError> {
        match question {
            Question::Llm(task, request, shown) => {
                let Some(llm) = &self.llm else { return Err(EngineError::LlmRequired(*task)) };
                let _out = self.llm_use.out().await;
                let patience = self.llm_use.patience();
                let response = within(patience, llm.name(), llm.generate(request)).await?;
                Ok(Answer::Llm(Box::new(Told { response, shown: shown.clone() })))
            }
            Question::Embed(texts, purpose) => {
                let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
                if let EmbedderInUse::Given(given) = &self.embedder {
                    let embeddings = given.embed(&texts, *purpose, Patience::QUEUED).await?;
                    return Ok(Answer::Embeddings(embeddings));
                }
                match self.embedder.embed(owner, &texts, *purpose, Patience::QUEUED).await? {
                    Made::Vectors(vectors) => Ok(Answer::Encoded(vectors)),
                    Made::InPlace | Made::Nothing => Err(EngineError::Internal),
                }
            }
        }
    }
}
