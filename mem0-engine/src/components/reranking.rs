use std::sync::Arc;
use std::time::Duration;

use mem0_components::{Reranker, rerank_all};

use super::availability::Availability;

/// How much of a question and of a document is sent to a reranker, in characters.
const LONGEST_QUESTION: usize = 4_000;
const LONGEST_DOCUMENT: usize = 8_000;

/// A reranker of the caller's, and whether it answers.
#[derive(Debug)]
pub(crate) struct Reranking {
    reranker: Arc<dyn Reranker>,
    availability: Availability,
}

impl Reranking {
    pub(crate) fn new(reranker: Arc<dyn Reranker>) -> Self {
        Self { reranker, availability: Availability::default() }
    }

    /// The most documents of one question.
    pub(crate) fn max_documents(&self) -> usize {
        self.reranker.max_documents().max(1)
    }

    /// A score for each document; `None` where it does not answer in time, or failed lately.
    pub(crate) async fn scores(
        &self,
        query: &str,
        documents: impl Iterator<Item = &str>,
        bound: Duration,
    ) -> Option<Vec<f64>> {
        let documents: Vec<&str> =
            documents.map(|document| beginning(document, LONGEST_DOCUMENT)).collect();
        let query = beginning(query, LONGEST_QUESTION);
        let question = rerank_all(self.reranker.as_ref(), query, &documents);
        self.availability.ask_if_up(bound, self.reranker.name(), question).await?.ok()
    }
}

fn beginning(text: &str, characters: usize) -> &str {
    let end = text.char_indices().nth(characters).map(|(at, _)| at);
    end.and_then(|end| text.get(..end)).unwrap_or(text)
}
