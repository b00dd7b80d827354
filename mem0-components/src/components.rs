use std::sync::Arc;

use crate::{Embedder, Llm, Reranker, VectorStore};

/// The components that a configuration chose; `None` for what it does not name.
///
/// ```
/// use std::sync::Arc;
///
/// use mem0_components::Components;
/// use mem0_components::testing::HashEmbedder;
///
/// let mut components = Components::default();
/// components.embedder = Some(Arc::new(HashEmbedder::new(64)));
/// assert!(components.llm.is_none());
/// ```
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Components {
    /// The language model.
    pub llm: Option<Arc<dyn Llm>>,
    /// The model that turns texts into vectors.
    pub embedder: Option<Arc<dyn Embedder>>,
    /// What orders the best hits again.
    pub reranker: Option<Arc<dyn Reranker>>,
    /// Where memories and their vectors are.
    pub vector_store: Option<Arc<dyn VectorStore>>,
    /// The `collection_name` of the vector store's settings: the collection of the memories.
    pub collection_name: Option<String>,
    /// The `embedding_model_dims` of the vector store's settings. Where there is an embedder, it is
    /// the embedder's number of dimensions.
    pub embedding_model_dims: Option<usize>,
}
