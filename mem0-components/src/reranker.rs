use std::fmt;

use crate::{ComponentError, ComponentErrorKind, Reply};

/// Says how well each of some documents answers a question.
///
/// An implementation is done when it passes `testing::check_reranker`, which the feature `testing`
/// brings.
pub trait Reranker: fmt::Debug + Send + Sync + 'static {
    /// Provider and model, such as `cohere/rerank-v3.5`: for logs, never for decisions.
    fn name(&self) -> &str;

    /// The most documents that one question is worth; 100 by default. A call with more is answered
    /// whole, or refused.
    fn max_documents(&self) -> usize {
        100
    }

    /// Where texts are sent; see [`Llm::goes_to`](crate::Llm::goes_to).
    fn goes_to(&self) -> Option<String> {
        None
    }

    /// One score for each document, in order: 0 to 1, where higher answers better. No document is
    /// left out, so that whoever orders by the scores loses none.
    ///
    /// A text that is longer than the model takes is cut, or it is a
    /// [`TooLong`](ComponentErrorKind::TooLong) error. Neither an error nor `Debug` shows a text.
    fn rerank<'a>(&'a self, query: &'a str, documents: &'a [&'a str]) -> Reply<'a, Vec<f64>>;
}

/// Asks a reranker, and checks its answer.
///
/// # Errors
/// The reranker's own; [`Unreadable`](ComponentErrorKind::Unreadable) for another number of scores
/// than documents, or a score outside 0 to 1.
///
/// ```
/// # use std::{pin::pin, task::{Context, Poll, Waker}};
/// # fn block_on<F: Future>(future: F) -> F::Output {
/// #     match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
/// #         Poll::Ready(output) => output,
/// #         Poll::Pending => unreachable!(),
/// #     }
/// # }
/// use mem0_components::rerank_all;
/// use mem0_components::testing::WordReranker;
///
/// let documents = ["plays chess", "likes green tea"];
/// let scores = block_on(rerank_all(&WordReranker::new(), "green tea", &documents))?;
/// assert_eq!(scores, [0.0, 1.0]);
/// # Ok::<(), mem0_components::ComponentError>(())
/// ```
pub async fn rerank_all(
    reranker: &dyn Reranker,
    query: &str,
    documents: &[&str],
) -> Result<Vec<f64>, ComponentError> {
    if documents.is_empty() {
        return Ok(Vec::new());
    }
    let scores = reranker.rerank(query, documents).await?;
    if scores.len() != documents.len() || !scores.iter().all(|score| (0.0..=1.0).contains(score)) {
        let error = ComponentError::new(reranker.name(), ComponentErrorKind::Unreadable);
        let expected = format!("{} scores between 0 and 1 were expected", documents.len());
        return Err(error.detail(expected));
    }
    Ok(scores)
}
