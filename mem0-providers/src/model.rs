//! What is known of an embedder's model, and the form of its vectors.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mem0_components::{ComponentError, ComponentErrorKind, ConfigError, Embedding, Settings};
use serde::de::{Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

/// How long the vectors of known models are, by how the last part of their name begins.
const KNOWN: &[(&str, usize)] = &[
    ("text-embedding-3-small", 1536),
    ("text-embedding-3-large", 3072),
    ("text-embedding-ada-002", 1536),
    ("multilingual-e5-large", 1024),
    ("multilingual-e5-base", 768),
    ("multilingual-e5-small", 384),
    ("e5-large", 1024),
    ("e5-base", 768),
    ("e5-small", 384),
    ("bge-large", 1024),
    ("bge-base", 768),
    ("bge-small", 384),
    ("bge-m3", 1024),
    ("gte-large", 1024),
    ("gte-base", 768),
    ("gte-small", 384),
    ("gte-modernbert-base", 768),
    ("uae-large-v1", 1024),
    ("m2-bert-80m", 768),
    ("all-minilm", 384),
    ("all-mpnet-base", 768),
    ("multi-qa-minilm-l6", 384),
    ("multi-qa-mpnet-base", 768),
    ("paraphrase-multilingual-minilm", 384),
    ("paraphrase-multilingual", 768),
    ("nomic-embed-text", 768),
    ("text-embedding-nomic-embed-text", 768),
    ("mxbai-embed-large", 1024),
    ("snowflake-arctic-embed2", 1024),
    ("embeddinggemma", 768),
    ("amazon.titan-embed-text-v1", 1536),
    ("amazon.titan-embed-text-v2", 1024),
    ("amazon.titan-embed-g1-text", 1536),
    ("cohere.embed-english-v3", 1024),
    ("cohere.embed-multilingual-v3", 1024),
    ("cohere.embed-v4", 1536),
];

/// The model of an embedder.
#[derive(Debug, Clone)]
pub(crate) struct Model {
    pub(crate) provider: &'static str,
    /// With the provider's name before it.
    pub(crate) name: String,
    pub(crate) dimensions: usize,
    pub(crate) max_batch: usize,
    /// How many texts a request has at most, and how many requests of a call are under way at once.
    pub(crate) in_a_request: usize,
    pub(crate) at_once: usize,
}

impl Model {
    pub(crate) fn new(
        provider: &'static str,
        model: &str,
        dimensions: usize,
        max_batch: usize,
    ) -> Self {
        Self {
            provider,
            name: format!("{provider}/{model}"),
            dimensions,
            max_batch,
            in_a_request: max_batch,
            at_once: 1,
        }
    }

    /// One vector for each of so many texts, each of the right length.
    pub(crate) fn vectors(
        &self,
        texts: usize,
        found: Vec<Numbers>,
    ) -> Result<Vec<Embedding>, ComponentError> {
        if found.len() != texts {
            return Err(self.unreadable(format!("{} vectors for {texts} texts", found.len())));
        }
        let embedding = |Numbers(numbers): Numbers| {
            if numbers.len() != self.dimensions {
                let error = ComponentError::new(self.provider, ComponentErrorKind::Configuration);
                return Err(error.detail(format!(
                    "its vectors have {} numbers and not {}; set embedding_dims to {0}",
                    numbers.len(),
                    self.dimensions,
                )));
            }
            match numbers.iter().all(|number| number.is_finite()) {
                true => Ok(Embedding::new(numbers)),
                false => Err(self.unreadable("a vector has a number that is not finite")),
            }
        };
        found.into_iter().map(embedding).collect()
    }

    /// Reads an answer.
    pub(crate) fn read<T: for<'de> Deserialize<'de>>(
        &self,
        body: &[u8],
    ) -> Result<T, ComponentError> {
        // What serde says may repeat the answer.
        serde_json::from_slice(body).map_err(|_| self.unreadable("it does not hold vectors"))
    }

    pub(crate) fn unreadable(&self, detail: impl Into<String>) -> ComponentError {
        ComponentError::new(self.provider, ComponentErrorKind::Unreadable).detail(detail)
    }
}

/// The setting `embedding_dims`, where it is given.
pub(crate) fn given_dimensions(settings: &mut Settings<'_>) -> Result<Option<usize>, ConfigError> {
    match settings.get("embedding_dims")? {
        Some(0) => Err(settings.error("embedding_dims", "must be 1 or more")),
        given => Ok(given),
    }
}

/// How long the vectors of a model are: as given, or as it is known.
pub(crate) fn dimensions(
    settings: &Settings<'_>,
    given: Option<usize>,
    model: &str,
) -> Result<usize, ConfigError> {
    given.or_else(|| known(model)).ok_or_else(|| {
        settings.missing(
            "embedding_dims",
            "is missing; say how many numbers a vector of this model has",
        )
    })
}

fn known(model: &str) -> Option<usize> {
    let name = model.rsplit('/').next().unwrap_or(model).to_lowercase();
    KNOWN.iter().find(|(known, _)| name.starts_with(known)).map(|(_, dimensions)| *dimensions)
}

/// Line breaks as spaces: some models embed a text worse for them.
pub(crate) fn on_one_line(text: &str) -> String {
    text.replace('\n', " ")
}

/// The numbers of a vector: a list, or base64 of 32-bit floats, the least significant byte first.
pub(crate) struct Numbers(pub(crate) Vec<f32>);

impl<'de> Deserialize<'de> for Numbers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;

        impl<'de> Visitor<'de> for Either {
            type Value = Numbers;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a vector")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Numbers, A::Error> {
                let mut numbers = Vec::new();
                while let Some(number) = list.next_element()? {
                    numbers.push(number);
                }
                Ok(Numbers(numbers))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Numbers, E> {
                let bytes = STANDARD.decode(text).map_err(|_| E::custom("not base64"))?;
                let (floats, []) = bytes.as_chunks() else {
                    return Err(E::custom("not whole floats"));
                };
                Ok(Numbers(floats.iter().copied().map(f32::from_le_bytes).collect()))
            }
        }

        deserializer.deserialize_any(Either)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_is_known_by_how_its_name_begins() {
        for (model, dimensions) in [
            ("text-embedding-3-small", Some(1536)),
            ("BAAI/bge-small-en-v1.5", Some(384)),
            ("nomic-ai/nomic-embed-text-v1.5-GGUF/nomic-embed-text-v1.5.f16.gguf", Some(768)),
            ("all-minilm:33m", Some(384)),
            ("sentence-transformers/paraphrase-multilingual-MiniLM-L12-v2", Some(384)),
            ("my-embedder", None),
            ("", None),
        ] {
            assert_eq!(known(model), dimensions, "{model}");
        }
    }

    #[test]
    fn numbers_are_a_list_or_base64() {
        let read = |text| serde_json::from_str::<Numbers>(text).map(|numbers| numbers.0);
        assert_eq!(read("[0.5, 1, -2e0]").unwrap(), [0.5, 1.0, -2.0]);
        assert_eq!(read(r#""AAAAPwAAgD8=""#).unwrap(), [0.5, 1.0]);
        for wrong in [r#""AAAA""#, r#""?""#, "5", "[\"a\"]", "[1e400]", "{}"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
