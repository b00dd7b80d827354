use crate::openai_compatible::dialects::Key;
use crate::place::Place;

/// How one service is asked for scores.
pub(super) struct Dialect {
    pub(super) name: &'static str,
    pub(super) place: Place<'static>,
    pub(super) key: Key,
    /// The model where none is set.
    pub(super) model: &'static str,
    pub(super) path: &'static str,
    pub(super) form: Form,
    /// How many documents a request may have.
    pub(super) in_a_request: usize,
}

/// What a request says beside its question and documents.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Form {
    /// `model`, how many scores are wanted, and the settings of documents.
    Cohere,
    /// `model`.
    ZeroEntropy,
    /// What becomes of long texts and of raw scores. The server has one model.
    Tei,
}

pub(super) const ALL: &[Dialect] = &[
    Dialect {
        name: "cohere",
        place: Place {
            setting: "cohere_base_url",
            variables: &["CO_API_URL"],
            otherwise: Some("https://api.cohere.com"),
        },
        key: Key::Needed("COHERE_API_KEY"),
        model: "rerank-v3.5",
        path: "/v1/rerank",
        form: Form::Cohere,
        in_a_request: 1_000,
    },
    Dialect {
        name: "zero_entropy",
        place: Place {
            setting: "zero_entropy_base_url",
            variables: &["ZERO_ENTROPY_BASE_URL"],
            otherwise: Some("https://api.zeroentropy.dev/v1"),
        },
        key: Key::Needed("ZERO_ENTROPY_API_KEY"),
        model: "zerank-1",
        path: "/models/rerank",
        form: Form::ZeroEntropy,
        in_a_request: 1_000,
    },
    // A server of text-embeddings-inference.
    Dialect {
        name: "huggingface",
        place: Place { setting: "huggingface_base_url", variables: &[], otherwise: None },
        key: Key::Otherwise("HUGGINGFACE_API_KEY", "hf"),
        model: "tei",
        path: "/rerank",
        form: Form::Tei,
        // The server's own default.
        in_a_request: 32,
    },
];
