use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::thread;

use mem0_components::{
    ComponentError, ComponentErrorKind, ConfigError, Embedder, Embedding, Purpose, Reply, Settings,
};
use mem0_encoder::FolderEncoder;
use serde::Deserialize;

use super::threads::Threads;
use crate::model::given_dimensions;
use crate::openai_compatible::dialects::HUGGINGFACE;

/// The most texts of a call: several turns of each thread.
const MAX_BATCH: usize = 32;

#[derive(Deserialize)]
struct Further {
    /// What the official class hands to sentence-transformers.
    model_kwargs: Option<ModelKwargs>,
}

#[derive(Deserialize)]
struct ModelKwargs {
    prompts: Option<Prompts>,
}

#[derive(Deserialize)]
struct Prompts {
    query: Option<String>,
    #[serde(alias = "passage")]
    document: Option<String>,
}

/// An embedder with a model of the BERT family.
struct Local {
    /// With the provider's name before it.
    model: String,
    dimensions: usize,
    threads: Threads,
}

/// Reads the folder, which takes as long as its weights take to be read.
pub(super) fn embedder(
    folder: &Path,
    settings: &mut Settings<'_>,
) -> Result<Arc<dyn Embedder>, ConfigError> {
    let Further { model_kwargs } = settings.read()?;
    let given = given_dimensions(settings)?;
    // On a thread of its own: the library that multiplies would keep the caller's for itself.
    let opened = thread::scope(|scope| scope.spawn(|| FolderEncoder::open(folder)).join());
    let opened = opened
        .map_err(|_| settings.error("model", "cannot be read, by a fault of ours; report this"))?;
    let mut encoder = opened.map_err(|why| {
        settings.error("model", format!("names a folder that cannot be used: {why}"))
    })?;
    if let Some(Prompts { query, document }) = model_kwargs.and_then(|given| given.prompts) {
        encoder = encoder.with_prompts(query.as_deref(), document.as_deref());
    }
    let dimensions = encoder.dimensions();
    if let Some(given) = given.filter(|given| *given != dimensions) {
        return Err(settings.error(
            "embedding_dims",
            format!("is {given}, but the folder's model has {dimensions} dimensions; leave it out"),
        ));
    }
    let model = format!("{HUGGINGFACE}/{}", encoder.name());
    let threads = Threads::start(Arc::new(encoder))
        .map_err(|_| settings.error("model", "cannot run: this machine has no room for threads"))?;
    Ok(Arc::new(Local { model, dimensions, threads }))
}

impl Embedder for Local {
    fn model(&self) -> &str {
        &self.model
    }

    fn dimensions(&self) -> usize {
        self.dimensions
    }

    fn max_batch(&self) -> usize {
        MAX_BATCH
    }

    fn embed<'a>(&'a self, texts: &'a [&'a str], purpose: Purpose) -> Reply<'a, Vec<Embedding>> {
        Box::pin(async move {
            let vectors = self.threads.encode(texts, purpose).await.map_err(|why| {
                ComponentError::new(HUGGINGFACE, ComponentErrorKind::Other).detail(why.to_string())
            })?;
            if vectors.iter().flatten().any(|number| !number.is_finite()) {
                return Err(ComponentError::new(HUGGINGFACE, ComponentErrorKind::Configuration)
                    .detail(
                        "the model computes what is not a number; its weights are damaged, so \
                     download them again",
                    ));
            }
            Ok(vectors.into_iter().map(Embedding::new).collect())
        })
    }
}

impl fmt::Debug for Local {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Local").field("model", &self.model).finish_non_exhaustive()
    }
}
