use http::HeaderValue;
use mem0_components::{ConfigError, Secret, Settings};

use super::chat::Formats;
use super::embeddings::Form;
use crate::place::{Place, key_header};

/// How one service speaks OpenAI's protocol.
pub(crate) struct Dialect {
    pub(crate) name: &'static str,
    pub(crate) place: Place<'static>,
    pub(crate) key: Key,
    pub(crate) embeddings: Option<Embeddings>,
    pub(crate) chat: Option<Chat>,
}

/// How it is asked for vectors.
pub(crate) struct Embeddings {
    /// The model where none is set.
    pub(crate) model: Option<&'static str>,
    pub(crate) form: Form,
    /// How many texts a request may have.
    pub(crate) max_batch: usize,
    /// Whether `model_kwargs` join the request.
    pub(crate) takes_model_kwargs: bool,
}

/// How its language models are asked.
pub(crate) struct Chat {
    /// The model where none is set.
    pub(crate) model: &'static str,
    /// The address, where it is not that of embeddings.
    pub(crate) address: Option<&'static str>,
    /// The forms of answers, by the model.
    pub(crate) formats: fn(&str) -> Formats,
    pub(crate) has_tools: bool,
}

impl Chat {
    const fn new(model: &'static str, formats: fn(&str) -> Formats) -> Option<Self> {
        Some(Self { model, address: None, formats, has_tools: true })
    }
}

fn schema(_: &str) -> Formats {
    Formats::Schema
}

fn object(_: &str) -> Formats {
    Formats::Object
}

fn of_openai(model: &str) -> Formats {
    let older = ["gpt-3.5", "gpt-4-"];
    if older.iter().any(|family| model.starts_with(family)) || model == "gpt-4" {
        return Formats::Object;
    }
    Formats::Schema
}

fn of_groq(model: &str) -> Formats {
    let has_schema = ["gpt-oss", "kimi-k2", "llama-4"];
    match model {
        model if model.contains("compound") => Formats::Words,
        model if has_schema.iter().any(|family| model.contains(family)) => Formats::Schema,
        _ => Formats::Object,
    }
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

/// The dialect of a server of text-embeddings-inference, and the name of its provider.
pub(crate) const HUGGINGFACE: &str = "huggingface";

/// The dialect of this name.
pub(crate) fn named(name: &str) -> Option<&'static Dialect> {
    ALL.iter().find(|dialect| dialect.name == name)
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
        embeddings: Some(Embeddings {
            model: Some("text-embedding-3-small"),
            form: Form {
                encoding: Some("float"),
                one_is_a_list: true,
                keeps_lines: false,
                sends_dimensions: true,
            },
            max_batch: 100,
            takes_model_kwargs: false,
        }),
        chat: Chat::new("gpt-5-mini", of_openai),
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
        embeddings: Some(Embeddings {
            model: None,
            form: Form {
                encoding: Some("float"),
                one_is_a_list: true,
                keeps_lines: false,
                sends_dimensions: false,
            },
            max_batch: 100,
            takes_model_kwargs: false,
        }),
        chat: Chat::new("llama-3.3-70b-versatile", of_groq),
    },
    Dialect {
        name: "together",
        place: Place {
            setting: "together_base_url",
            variables: &["TOGETHER_BASE_URL"],
            otherwise: Some("https://api.together.ai/v1"),
        },
        key: Key::Needed("TOGETHER_API_KEY"),
        embeddings: Some(Embeddings {
            model: Some("intfloat/multilingual-e5-large-instruct"),
            form: Form {
                encoding: None,
                one_is_a_list: false,
                keeps_lines: true,
                sends_dimensions: false,
            },
            max_batch: 100,
            takes_model_kwargs: false,
        }),
        chat: Some(Chat {
            model: "MiniMaxAI/MiniMax-M3",
            address: Some("https://api-inference.together.ai/v1"),
            formats: schema,
            has_tools: true,
        }),
    },
    Dialect {
        name: "lmstudio",
        place: Place {
            setting: "lmstudio_base_url",
            variables: &[],
            otherwise: Some("http://localhost:1234/v1"),
        },
        key: Key::Otherwise("LM_API_TOKEN", "lm-studio"),
        embeddings: Some(Embeddings {
            model: Some("nomic-ai/nomic-embed-text-v1.5-GGUF/nomic-embed-text-v1.5.f16.gguf"),
            form: Form {
                encoding: BASE64,
                one_is_a_list: true,
                keeps_lines: false,
                sends_dimensions: false,
            },
            max_batch: 100,
            takes_model_kwargs: false,
        }),
        chat: Chat::new(
            "lmstudio-community/Meta-Llama-3.1-70B-Instruct-GGUF/\
             Meta-Llama-3.1-70B-Instruct-IQ2_M.gguf",
            |_| Formats::OnlySchema,
        ),
    },
    // A server of text-embeddings-inference, or another one with this protocol.
    Dialect {
        name: HUGGINGFACE,
        place: Place { setting: "huggingface_base_url", variables: &[], otherwise: None },
        key: Key::Otherwise("HUGGINGFACE_API_KEY", "hf"),
        embeddings: Some(Embeddings {
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
        }),
        chat: None,
    },
    Dialect {
        name: "openrouter",
        place: Place {
            setting: "openrouter_base_url",
            variables: &["OPENROUTER_API_BASE"],
            otherwise: Some("https://openrouter.ai/api/v1"),
        },
        key: Key::Needed("OPENROUTER_API_KEY"),
        embeddings: None,
        chat: Chat::new("gpt-5-mini", schema),
    },
    Dialect {
        name: "deepseek",
        place: Place {
            setting: "deepseek_base_url",
            variables: &["DEEPSEEK_API_BASE"],
            otherwise: Some("https://api.deepseek.com"),
        },
        key: Key::Needed("DEEPSEEK_API_KEY"),
        embeddings: None,
        chat: Chat::new("deepseek-chat", object),
    },
    Dialect {
        name: "xai",
        place: Place {
            setting: "xai_base_url",
            variables: &["XAI_API_BASE"],
            otherwise: Some("https://api.x.ai/v1"),
        },
        key: Key::Needed("XAI_API_KEY"),
        embeddings: None,
        chat: Chat::new("grok-4.3", schema),
    },
    Dialect {
        name: "mistral",
        place: Place {
            setting: "mistral_base_url",
            variables: &["MISTRAL_API_BASE"],
            otherwise: Some("https://api.mistral.ai/v1"),
        },
        key: Key::Needed("MISTRAL_API_KEY"),
        embeddings: None,
        chat: Chat::new("mistral-small-latest", schema),
    },
    Dialect {
        name: "minimax",
        place: Place {
            setting: "minimax_base_url",
            variables: &["MINIMAX_API_BASE"],
            otherwise: Some("https://api.minimax.io/v1"),
        },
        key: Key::Needed("MINIMAX_API_KEY"),
        embeddings: None,
        chat: Chat::new("MiniMax-M2.7", object),
    },
    Dialect {
        name: "sarvam",
        place: Place {
            setting: "sarvam_base_url",
            variables: &["SARVAM_API_BASE"],
            otherwise: Some("https://api.sarvam.ai/v1"),
        },
        key: Key::Needed("SARVAM_API_KEY"),
        embeddings: None,
        chat: Some(Chat {
            model: "sarvam-m",
            address: None,
            formats: |_| Formats::Words,
            has_tools: false,
        }),
    },
    Dialect {
        name: "vllm",
        place: Place {
            setting: "vllm_base_url",
            variables: &["VLLM_BASE_URL"],
            otherwise: Some("http://localhost:8000/v1"),
        },
        key: Key::Otherwise("VLLM_API_KEY", "vllm-api-key"),
        embeddings: None,
        chat: Chat::new("Qwen/Qwen2.5-32B-Instruct", schema),
    },
    // A proxy of LiteLLM.
    Dialect {
        name: "litellm",
        place: Place {
            setting: "litellm_base_url",
            variables: &["LITELLM_API_BASE"],
            otherwise: Some("http://localhost:4000"),
        },
        key: Key::Otherwise("LITELLM_API_KEY", "sk-litellm"),
        embeddings: None,
        chat: Chat::new("gpt-5-mini", schema),
    },
];
