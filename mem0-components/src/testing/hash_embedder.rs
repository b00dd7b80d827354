use crate::{Embedder, Embedding, Purpose, Reply};

/// An embedder without a model: a text's vector is the sum of one pseudo-random direction for each
/// of its words. Texts that share words are near, and nothing else is.
///
/// The same text has the same vector in every run and on every machine.
///
/// ```
/// use mem0_components::Embedder;
/// use mem0_components::testing::HashEmbedder;
///
/// let embedder = HashEmbedder::new(64);
/// assert_eq!(embedder.model(), "hash/64");
/// let near = |one, other| embedder.embedding(one).components().iter()
///     .zip(embedder.embedding(other).components())
///     .map(|(one, other)| one * other)
///     .sum::<f32>();
/// assert!(near("likes green tea", "green tea") > near("likes green tea", "plays chess"));
/// ```
#[derive(Debug, Clone)]
pub struct HashEmbedder {
    model: String,
    dimensions: usize,
    max_batch: usize,
}

impl HashEmbedder {
    /// With vectors of so many dimensions, and at least 1.
    ///
    /// ```
    /// use mem0_components::Embedder;
    ///
    /// assert_eq!(mem0_components::testing::HashEmbedder::new(64).dimensions(), 64);
    /// ```
    pub fn new(dimensions: usize) -> Self {
        let dimensions = dimensions.max(1);
        Self { model: format!("hash/{dimensions}"), dimensions, max_batch: 32 }
    }

    /// The same, for at most so many texts of one call, and at least 1; otherwise 32.
    ///
    /// ```
    /// use mem0_components::Embedder;
    /// use mem0_components::testing::HashEmbedder;
    ///
    /// assert_eq!(HashEmbedder::new(64).with_max_batch(2).max_batch(), 2);
    /// ```
    #[must_use]
    pub fn with_max_batch(self, texts: usize) -> Self {
        Self { max_batch: texts.max(1), ..self }
    }

    /// The vector of a text, at once. It has length 1; a text without words has a direction too.
    ///
    /// ```
    /// let embedder = mem0_components::testing::HashEmbedder::new(64);
    /// assert_eq!(embedder.embedding("Green tea!"), embedder.embedding("tea, green"));
    /// ```
    pub fn embedding(&self, text: &str) -> Embedding {
        let mut sum = vec![0.0; self.dimensions];
        let lower = text.to_lowercase();
        for word in lower.split(|letter: char| !letter.is_alphanumeric()) {
            if !word.is_empty() {
                add_direction(&mut sum, word);
            }
        }
        let length = |sum: &[f32]| sum.iter().map(|part| part * part).sum::<f32>().sqrt();
        if length(&sum) < f32::EPSILON {
            add_direction(&mut sum, "");
        }
        let length = length(&sum);
        Embedding::new(sum.iter().map(|part| part / length).collect::<Vec<_>>())
    }
}

/// Adds the direction of a word.
fn add_direction(sum: &mut [f32], word: &str) {
    // FNV-1a, then xorshift: each the same everywhere.
    let mut state = word.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    for part in sum {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        *part += (state >> 40) as f32 / (1_u64 << 23) as f32 - 1.0;
    }
}

impl Embedder for HashEmbedder {
    fn model(&self) -> &str {
        &self.model
    }

    fn dimensions(&self) -> usize {
        self.dimensions
    }

    fn max_batch(&self) -> usize {
        self.max_batch
    }

    fn embed<'a>(&'a self, texts: &'a [&'a str], _: Purpose) -> Reply<'a, Vec<Embedding>> {
        Box::pin(async move { Ok(texts.iter().map(|text| self.embedding(text)).collect()) })
    }
}
