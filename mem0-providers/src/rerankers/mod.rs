//! Rerankers: services that score documents, and language models that are asked to.

mod dialects;
mod llm;
mod scoring;

use mem0_components::{ComponentKind, Registry};

use crate::sending::Sending;

/// Adds every reranker to a registry.
pub(crate) fn register(mut registry: Registry, sending: &Sending) -> Registry {
    for dialect in dialects::ALL {
        let sending = sending.clone();
        registry = registry
            .reranker(dialect.name, move |settings| scoring::reranker(dialect, settings, &sending));
    }
    let sending = sending.clone();
    registry.reranker(llm::NAME, move |settings| llm::reranker(settings, &sending)).known_elsewhere(
        ComponentKind::Reranker,
        "sentence_transformer",
        "leave the reranker out, or give a server of its model as huggingface",
    )
}
