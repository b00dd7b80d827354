use std::collections::BTreeSet;

use crate::{Reply, Reranker};

/// A reranker without a model: a document's score is the share of the question's words that it has.
///
/// ```
/// use mem0_components::testing::WordReranker;
///
/// let reranker = WordReranker::new();
/// assert!((reranker.score("green tea", "Tea, please") - 0.5).abs() < 1e-9);
/// ```
#[derive(Debug, Clone, Default)]
pub struct WordReranker {
    max_documents: Option<usize>,
}

impl WordReranker {
    /// For up to 100 documents of one call.
    ///
    /// ```
    /// use mem0_components::Reranker;
    /// use mem0_components::testing::WordReranker;
    ///
    /// assert_eq!(WordReranker::new().max_documents(), 100);
    /// ```
    pub fn new() -> Self {
        Self::default()
    }

    /// The same, for so many documents of one call, and at least 1.
    ///
    /// ```
    /// use mem0_components::Reranker;
    /// use mem0_components::testing::WordReranker;
    ///
    /// assert_eq!(WordReranker::new().with_max_documents(2).max_documents(), 2);
    /// ```
    #[must_use]
    pub fn with_max_documents(self, documents: usize) -> Self {
        Self { max_documents: Some(documents.max(1)) }
    }

    /// The score of a document, at once.
    ///
    /// ```
    /// use mem0_components::testing::WordReranker;
    ///
    /// assert_eq!(WordReranker::new().score("tea", "coffee"), 0.0);
    /// ```
    pub fn score(&self, query: &str, document: &str) -> f64 {
        let (query, document) = (words(query), words(document));
        let found = query.intersection(&document).count();
        found as f64 / query.len().max(1) as f64
    }
}

fn words(text: &str) -> BTreeSet<String> {
    let lower = text.to_lowercase();
    let words = lower.split(|letter: char| !letter.is_alphanumeric());
    words.filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

impl Reranker for WordReranker {
    fn name(&self) -> &str {
        "words"
    }

    fn max_documents(&self) -> usize {
        self.max_documents.unwrap_or(100)
    }

    fn rerank<'a>(&'a self, query: &'a str, documents: &'a [&'a str]) -> Reply<'a, Vec<f64>> {
        Box::pin(async move {
            Ok(documents.iter().map(|document| self.score(query, document)).collect())
        })
    }
}
