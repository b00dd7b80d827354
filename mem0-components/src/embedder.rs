use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{ComponentError, ComponentErrorKind, Reply};

/// Turns texts into vectors.
pub trait Embedder: fmt::Debug + Send + Sync + 'static {
    /// What made a vector, such as `openai/text-embedding-3-small`. Vectors of two models are never
    /// compared.
    fn model(&self) -> &str;

    /// How long its vectors are.
    fn dimensions(&self) -> usize;

    /// The most texts of one call; 1 by default.
    fn max_batch(&self) -> usize {
        1
    }

    /// One embedding for each text, in order. Each has [`dimensions`](Self::dimensions) components,
    /// or else the call fails.
    fn embed<'a>(&'a self, texts: &'a [&'a str], purpose: Purpose) -> Reply<'a, Vec<Embedding>>;
}

/// What an embedding is for: some models embed a question in another way than what answers it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Purpose {
    /// A text that is being stored.
    Add,
    /// A question.
    Search,
    /// A text that takes the place of another.
    Update,
}

/// The vector of a text. `Debug` shows its length alone.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Embedding(pub Box<[f32]>);

impl Embedding {
    /// From its components.
    pub fn new(components: impl Into<Box<[f32]>>) -> Self {
        Self(components.into())
    }

    /// Its components.
    pub fn components(&self) -> &[f32] {
        &self.0
    }
}

impl fmt::Debug for Embedding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Embedding").field("dimensions", &self.0.len()).finish()
    }
}

/// Embeds any number of texts, in batches of at most [`max_batch`](Embedder::max_batch).
///
/// # Errors
/// The embedder's own; [`Unreadable`](ComponentErrorKind::Unreadable) for another number of vectors
/// than texts, or one of another length than [`dimensions`](Embedder::dimensions).
pub async fn embed_all(
    embedder: &dyn Embedder,
    texts: &[&str],
    purpose: Purpose,
) -> Result<Vec<Embedding>, ComponentError> {
    let mut embeddings = Vec::with_capacity(texts.len());
    for batch in texts.chunks(embedder.max_batch().max(1)) {
        let embedded = embedder.embed(batch, purpose).await?;
        let is_whole = embedded.len() == batch.len()
            && embedded.iter().all(|embedding| embedding.0.len() == embedder.dimensions());
        if !is_whole {
            let error = ComponentError::new(embedder.model(), ComponentErrorKind::Unreadable);
            return Err(error.detail(format!(
                "{} vectors of {} dimensions were expected",
                batch.len(),
                embedder.dimensions()
            )));
        }
        embeddings.extend(embedded);
    }
    Ok(embeddings)
}
