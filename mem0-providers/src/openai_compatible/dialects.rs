use http::HeaderValue;
use mem0_components::{ConfigError, Secret, Settings};

use super::embeddings::Form;
use crate::place::{Place, key_header};

/// How one service speaks OpenAI's protocol.
pub(crate) struct Dialect {
    pub(crate) name: &'static str,
    pub(crate) place: Place<'static>,
    pub(crate) key: Key,
    /// The model where none is set.
    pub(crate) model: Option<&'static str>,
    pub(crate) form: Form,
    /// How many texts a request may have.
    pub(crate) max_batch: usize,
    /// Whether `model_kwargs` join the request.
    pub(crate) takes_model_kwargs: bool,
}

/// Which key a service wants.
pub(crate) enum Key {
    /// Its own, also from this variable.
    Needed(&'static str),
    /// Any: what is sent where neither setting nor variable has one.
    Otherwise(&'static str, &'static str),
}

impl Key {
    /// The header that shows it.
    pub(crate) fn header(&self, settings: &mut Settings<'_>) -> Result<HeaderValue, ConfigError> {
        self.header_or(settings, None)
    }

    /// The same, with another key where the settings have none.
    pub(crate) fn header_or(
        &self,
        settings: &mut Settings<'_>,
        other: Option<&Secret>,
    ) -> Result<HeaderValue, ConfigError> {
        let (Self::Needed(variable) | Self::Otherwise(variable, _)) = *self;
        let other = other.filter(|key| !key.expose().is_empty()).cloned();
        let key = match (settings.get::<Secret>("api_key")?, other, self) {
            (None, Some(key), _) => key,
            (_, _, Self::Needed(_)) => settings.secret("api_key", variable)?,
            (_, _, Self::Otherwise(_, key)) => {
                settings.optional_secret("api_key", variable)?.unwrap_or_else(|| Secret::new(*key))
            }
        };
        key_header(settings, "api_key", "Bearer ", &key)
    }
}

/// Base64 is what the official client asks for where it is not told otherwise; it is a third of the
/// size. Servers that know only lists answer with lists.
const BASE64: Option<&str> = Some("base64");

pub(crate) const ALL: &[Dialect] = &[
    Dialect {
        name: "openai",
        place: Place {
            setting: "openai_base_url",
            variables: &["OPENAI_API_BASE", "OPENAI_BASE_URL"],
            otherwise: Some("https://api.openai.com/v1"),
        },
        key: Key::Needed("OPENAI_API_KEY"),
        model: Some("text-embedding-3-small"),
        form: Form {
            encoding: Some("float"),
            one_is_a_list: true,
            keeps_lines: false,
            sends_dimensions: true,
        },
        max_batch: 100,
        takes_model_kwargs: false,
    },
    // Groq has no model for embeddings today; Mem0's page describes this address.
    Dialect {
        name: "groq",
        place: Place {
            setting: "groq_base_url",
            variables: &["GROQ_BASE_URL"],
            otherwise: Some("https://api.groq.com/openai/v1"),
        },
        key: Key::Needed("GROQ_API_KEY"),
        model: None,
        form: Form {
            encoding: Some("float"),
            one_is_a_list: true,
            keeps_lines: false,
            sends_dimensions: false,
        },
        max_batch: 100,
        takes_model_kwargs: false,
    },
    Dialect {
        name: "together",
        place: Place {
            setting: "together_base_url",
            variables: &["TOGETHER_BASE_URL"],
            otherwise: Some("https://api.together.ai/v1"),
        },
        key: Key::Needed("TOGETHER_API_KEY"),
        model: Some("intfloat/multilingual-e5-large-instruct"),
        form: Form {
            encoding: None,
            one_is_a_list: false,
            keeps_lines: true,
            sends_dimensions: false,
        },
        max_batch: 100,
        takes_model_kwargs: false,
    },
    Dialect {
        name: "lmstudio",
        place: Place {
            setting: "lmstudio_base_url",
            variables: &[],
            otherwise: Some("http://localhost:1234/v1"),
        },
        key: Key::Otherwise("LM_API_TOKEN", "lm-studio"),
        model: Some("nomic-ai/nomic-embed-text-v1.5-GGUF/nomic-embed-text-v1.5.f16.gguf"),
        form: Form {
            encoding: BASE64,
            one_is_a_list: true,
            keeps_lines: false,
            sends_dimensions: false,
        },
        max_batch: 100,
        takes_model_kwargs: false,
    },
    // A server of text-embeddings-inference, or another one with this protocol.
    Dialect {
        name: "huggingface",
        place: Place { setting: "huggingface_base_url", variables: &[], otherwise: None },
        key: Key::Otherwise("HUGGINGFACE_API_KEY", "hf"),
        model: Some("tei"),
        form: Form {
            encoding: BASE64,
            one_is_a_list: false,
            keeps_lines: true,
            sends_dimensions: false,
        },
        // The server's own default.
        max_batch: 32,
        takes_model_kwargs: true,
    },
];
