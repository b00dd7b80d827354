use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{ComponentError, ComponentErrorKind, Reply};

/// Turns texts into vectors.
///
/// An implementation is done when it passes `testing::check_embedder`, which the feature `testing`
/// brings.
pub trait Embedder: fmt::Debug + Send + Sync + 'static {
    /// What made a vector, such as `openai/text-embedding-3-small`. Vectors of two models are never
    /// compared.
    fn model(&self) -> &str;

    /// How long its vectors are.
    fn dimensions(&self) -> usize;

    /// The most texts of one call; 1 by default. A call with more is answered whole, or refused.
    fn max_batch(&self) -> usize {
        1
    }

    /// Where texts are sent; see [`Llm::goes_to`](crate::Llm::goes_to).
    fn goes_to(&self) -> Option<String> {
        None
    }

    /// One embedding for each text, in order; none for none. Each has
    /// [`dimensions`](Self::dimensions) finite components, or else the call fails.
    ///
    /// A text that is longer than the model takes is cut, or it is a
    /// [`TooLong`](ComponentErrorKind::TooLong) error. Neither an error nor `Debug` shows a text.
    fn embed<'a>(&'a self, texts: &'a [&'a str], purpose: Purpose) -> Reply<'a, Vec<Embedding>>;
}

/// What an embedding is for: some models embed a question in another way than its answer.
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
///
/// ```
/// use mem0_components::Embedding;
///
/// let embedding = Embedding::new([0.6, 0.8]);
/// assert_eq!(embedding.components(), [0.6, 0.8]);
/// assert_eq!(format!("{embedding:?}"), "Embedding { dimensions: 2 }");
/// ```
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Embedding(pub Box<[f32]>);

impl Embedding {
    /// From its components.
    ///
    /// ```
    /// let embedding = mem0_components::Embedding::new(vec![0.6, 0.8]);
    /// assert_eq!(embedding.components().len(), 2);
    /// ```
    pub fn new(components: impl Into<Box<[f32]>>) -> Self {
        Self(components.into())
    }

    /// Its components.
    ///
    /// ```
    /// assert_eq!(mem0_components::Embedding::new([0.6, 0.8]).components(), [0.6, 0.8]);
    /// ```
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
/// than texts, one of another length than
/// [`dimensions`](Embedder::dimensions), or a component that is not finite.
///
/// ```
/// # use std::{pin::pin, task::{Context, Poll, Waker}};
/// # fn block_on<F: Future>(future: F) -> F::Output {
/// #     match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
/// #         Poll::Ready(output) => output,
/// #         Poll::Pending => unreachable!(),
/// #     }
/// # }
/// use mem0_components::testing::HashEmbedder;
/// use mem0_components::{Purpose, embed_all};
///
/// let embedder = HashEmbedder::new(64).with_max_batch(2);
/// let texts = ["tea", "soup", "rice"];
/// assert_eq!(block_on(embed_all(&embedder, &texts, Purpose::Add))?.len(), 3);
/// # Ok::<(), mem0_components::ComponentError>(())
/// ```
pub async fn embed_all(
    embedder: &dyn Embedder,
    texts: &[&str],
    purpose: Purpose,
) -> Result<Vec<Embedding>, ComponentError> {
    let mut embeddings = Vec::with_capacity(texts.len());
    for batch in texts.chunks(embedder.max_batch().max(1)) {
        let embedded = embedder.embed(batch, purpose).await?;
        let is_sound = |embedding: &Embedding| {
            embedding.0.len() == embedder.dimensions() && embedding.0.iter().all(|x| x.is_finite())
        };
        if embedded.len() != batch.len() || !embedded.iter().all(is_sound) {
            let error = ComponentError::new(embedder.model(), ComponentErrorKind::Unreadable);
            return Err(error.detail(format!(
                "{} vectors of {} finite numbers each were expected",
                batch.len(),
                embedder.dimensions()
            )));
        }
        embeddings.extend(embedded);
    }
    Ok(embeddings)
}
