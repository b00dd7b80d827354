//! Hugging Face: a server of text-embeddings-inference, or a model in a folder of this machine.

#[cfg(feature = "folder")]
mod folder;
#[cfg(feature = "folder")]
mod threads;

use std::path::Path;
use std::sync::Arc;

use mem0_components::{ConfigError, Embedder, Settings};

use crate::openai_compatible;
use crate::openai_compatible::dialects::{self, HUGGINGFACE};
use crate::sending::Sending;

/// With an address the model is there; without one it is a folder's.
pub(crate) fn embedder(
    settings: &mut Settings<'_>,
    sending: &Sending,
) -> Result<Arc<dyn Embedder>, ConfigError> {
    let address: Option<String> = settings.get("huggingface_base_url")?;
    let dialect = dialects::named(HUGGINGFACE);
    let form = dialect.and_then(|dialect| dialect.embeddings.as_ref());
    if let (Some(_), Some(dialect), Some(form)) =
        (address.filter(|text| !text.trim().is_empty()), dialect, form)
    {
        return openai_compatible::embedder(dialect, form, settings, sending);
    }
    let Some(model) = settings.get::<String>("model")? else {
        return Err(settings.missing(
            "model",
            "is missing; give the path of a folder that holds a model, or the address of a \
             server as huggingface_base_url",
        ));
    };
    let path = Path::new(&model);
    if !path.is_dir() {
        return Err(settings.error("model", not_a_folder(path)));
    }
    of_folder(path, settings)
}

fn not_a_folder(path: &Path) -> &'static str {
    let is_gguf = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("gguf"));
    match (path.is_file(), is_gguf) {
        (true, true) => {
            "names a GGUF file, which is not read here; run it in Ollama or LM Studio and name \
             that as the provider, or give a folder with model.safetensors"
        }
        (true, false) => "names a file; give the folder that it is in",
        _ => {
            "is not a folder on this machine, and nothing is downloaded; fetch the model with \
             hf download NAME --local-dir FOLDER and give FOLDER, or give the address of a server \
             as huggingface_base_url"
        }
    }
}

#[cfg(feature = "folder")]
use folder::embedder as of_folder;

#[cfg(not(feature = "folder"))]
fn of_folder(_: &Path, settings: &mut Settings<'_>) -> Result<Arc<dyn Embedder>, ConfigError> {
    Err(settings.error(
        "model",
        "names a folder, which this build cannot load; build it with the feature folder, or give \
         the address of a server as huggingface_base_url",
    ))
}
