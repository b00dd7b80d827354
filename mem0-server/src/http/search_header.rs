use axum::http::{HeaderMap, HeaderName, HeaderValue};
use mem0_engine::SearchOutcome;

use crate::http::json::Json;
use crate::http::rejection::Refused;

/// Names what a search had to do without; absent where it was nothing.
pub(crate) const HEADER: HeaderName = HeaderName::from_static("mem0-search");

/// The answer of a search.
pub(crate) type SearchAnswer<T, S> = Result<(HeaderMap, Json<T>), Refused<S>>;

/// The headers of a search's answer.
pub(crate) fn headers(outcome: &SearchOutcome) -> HeaderMap {
    let without = [(outcome.by_words_alone, "words-alone"), (outcome.not_reranked, "not-reranked")];
    let named: Vec<_> = without.iter().filter(|(is_so, _)| *is_so).map(|(_, name)| *name).collect();
    let value = HeaderValue::from_str(&named.join(", ")).ok().filter(|value| !value.is_empty());
    value.map(|value| (HEADER, value)).into_iter().collect()
}
