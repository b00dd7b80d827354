//! What the folder's files of JSON say about the model, its pooling and its prompts.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::Value;

use super::FolderError;
use super::identity::Identity;
use super::json::{bytes, json};
use crate::lanes::Activation;

/// How the tensors of a model are named, and what its layers do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Family {
    Bert,
    /// As BERT, but a text's first place has another number.
    Roberta,
    DistilBert,
    Mpnet,
}

/// The model types that are read, by the family.
const TYPES: &[(&str, Family)] = &[
    ("bert", Family::Bert),
    ("distilbert", Family::DistilBert),
    ("mpnet", Family::Mpnet),
    ("roberta", Family::Roberta),
    ("xlm-roberta", Family::Roberta),
    ("camembert", Family::Roberta),
];

/// The sizes of a model.
#[derive(Debug, Clone)]
pub(crate) struct Shape {
    pub(crate) family: Family,
    pub(crate) model_type: &'static str,
    pub(crate) hidden: usize,
    pub(crate) layers: usize,
    pub(crate) heads: usize,
    pub(crate) inner: usize,
    pub(crate) vocabulary: usize,
    /// The rows of places, of which a text's first token takes `first_position`.
    pub(crate) positions: usize,
    pub(crate) first_position: usize,
    /// The rows of kinds of tokens, of which the first is taken; 0 where a model has none.
    pub(crate) kinds: usize,
    pub(crate) activation: Activation,
    pub(crate) least: f32,
}

/// How the vectors of tokens become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pooling {
    Mean,
    /// That of the sign that begins the text.
    First,
    /// The largest of each number.
    Max,
}

/// What is written before a text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Prompts {
    pub(crate) question: String,
    pub(crate) text: String,
}

#[derive(Debug)]
pub(crate) struct Settings {
    /// The folder with the model's own files.
    pub(crate) folder: PathBuf,
    pub(crate) shape: Shape,
    /// The tokens of a text that count, as the folder sets it.
    pub(crate) window: Option<usize>,
    /// Whether a text is made small before it is split.
    pub(crate) lowercase_first: bool,
    pub(crate) pooling: Pooling,
    pub(crate) normalise: bool,
    pub(crate) prompts: Prompts,
}

#[derive(Deserialize)]
struct Config {
    model_type: Option<String>,
    #[serde(alias = "dim")]
    hidden_size: Option<usize>,
    #[serde(alias = "n_layers")]
    num_hidden_layers: Option<usize>,
    #[serde(alias = "n_heads")]
    num_attention_heads: Option<usize>,
    #[serde(alias = "hidden_dim")]
    intermediate_size: Option<usize>,
    #[serde(alias = "activation")]
    hidden_act: Option<String>,
    vocab_size: Option<usize>,
    max_position_embeddings: Option<usize>,
    type_vocab_size: Option<usize>,
    layer_norm_eps: Option<f32>,
    position_embedding_type: Option<String>,
    pad_token_id: Option<usize>,
    relative_attention_num_buckets: Option<usize>,
}

#[derive(Deserialize)]
struct Module {
    path: String,
    r#type: String,
}

#[derive(Deserialize)]
struct Sentences {
    max_seq_length: Option<usize>,
    do_lower_case: Option<bool>,
}

#[derive(Deserialize)]
struct Prompting {
    prompts: Option<BTreeMap<String, String>>,
    default_prompt_name: Option<String>,
}

impl Shape {
    /// Adds all that vectors depend on.
    pub(crate) fn identify(&self, identity: &mut Identity) {
        identity.add(self.model_type.as_bytes());
        let Self { hidden, layers, heads, inner, vocabulary, positions, .. } = *self;
        let sizes = [hidden, layers, heads, inner, vocabulary, positions];
        let sizes = sizes.into_iter().chain([self.first_position, self.kinds]);
        sizes.for_each(|size| identity.number(size));
        identity.number(match self.activation {
            Activation::Gelu => 0,
            Activation::GeluTanh => 1,
            Activation::Relu => 2,
        });
        identity.add(&self.least.to_le_bytes());
    }
}

impl Settings {
    pub(crate) fn read(folder: &Path) -> Result<Self, FolderError> {
        let folder = &snapshot(folder)?;
        let (mut of_model, mut of_pooling, mut normalise) = (folder.clone(), None, false);
        match json::<Vec<Module>>(folder, "modules.json")? {
            Some(modules) => {
                for module in modules {
                    match module.r#type.rsplit('.').next().unwrap_or_default() {
                        "Transformer" => of_model = folder.join(module.path),
                        "Pooling" => of_pooling = Some(folder.join(module.path)),
                        "Normalize" => normalise = true,
                        other => {
                            return Err(FolderError::new(format!(
                                "modules.json has a module {other}; only Transformer, Pooling and \
                                 Normalize are computed here, so serve the model by \
                                 text-embeddings-inference, or take another one"
                            )));
                        }
                    }
                }
            }
            None => of_pooling = Some(folder.join("1_Pooling")),
        }
        let pooling = match of_pooling {
            Some(folder) => json::<BTreeMap<String, Value>>(&folder, "config.json")?,
            None => None,
        };
        let prompting: Option<Prompting> = json(folder, "config_sentence_transformers.json")?;
        let prompts = prompting.map(Prompting::prompts).transpose()?.unwrap_or_default();
        let pooling = match pooling {
            Some(pooling) => self::pooling(&pooling, prompts != Prompts::default())?,
            None => Pooling::Mean,
        };
        let mut window = None;
        let mut lowercase_first = false;
        for name in ["bert", "roberta", "distilbert", "camembert", "xlm-roberta"] {
            let name = format!("sentence_{name}_config.json");
            if let Some(sentences) = json::<Sentences>(&of_model, &name)? {
                window = sentences.max_seq_length;
                lowercase_first = sentences.do_lower_case == Some(true);
            }
        }
        let shape = shape(&of_model)?;
        let folder = of_model;
        Ok(Self { folder, shape, window, lowercase_first, pooling, normalise, prompts })
    }
}

/// The folder itself, or in a cache of the hub the one of its version.
fn snapshot(folder: &Path) -> Result<PathBuf, FolderError> {
    match bytes(folder, "refs/main")? {
        Some(version) if !folder.join("config.json").exists() => {
            let version = String::from_utf8_lossy(&version);
            Ok(folder.join("snapshots").join(version.trim()))
        }
        _ => Ok(folder.to_owned()),
    }
}

fn shape(folder: &Path) -> Result<Shape, FolderError> {
    let Some(config) = json::<Config>(folder, "config.json")? else {
        return Err(FolderError::new(match folder.join("adapter_config.json").exists() {
            true => {
                "the folder holds an adapter and no model; merge it into its model, and give that"
            }
            false => {
                "config.json is missing; give the folder of a model as Hugging Face's hub lays it \
                 out, with config.json, tokenizer.json or vocab.txt, and model.safetensors"
            }
        }));
    };
    let given = config.model_type.as_deref().unwrap_or("bert");
    let Some((model_type, family)) = TYPES.iter().find(|(name, _)| *name == given).copied() else {
        let types: Vec<&str> = TYPES.iter().map(|(name, _)| *name).collect();
        return Err(FolderError::new(format!(
            "config.json has the model type {given}; {} are read here, so serve the model by \
             text-embeddings-inference and give its address as huggingface_base_url",
            types.join(", ")
        )));
    };
    if let Some(kind) = config.position_embedding_type.filter(|kind| kind != "absolute") {
        return Err(FolderError::new(format!(
            "config.json has position_embedding_type {kind}; only absolute is computed here"
        )));
    }
    if family == Family::Mpnet && config.relative_attention_num_buckets.is_some_and(|n| n != 32) {
        return Err(FolderError::new(
            "config.json has another relative_attention_num_buckets than 32, which is not computed \
             here",
        ));
    }
    let activation = match config.hidden_act.as_deref().unwrap_or("gelu") {
        "gelu" => Activation::Gelu,
        "gelu_new" | "gelu_pytorch_tanh" => Activation::GeluTanh,
        "relu" => Activation::Relu,
        other => {
            return Err(FolderError::new(format!(
                "config.json has hidden_act {other}; only gelu, gelu_new, gelu_pytorch_tanh and \
                 relu are computed here"
            )));
        }
    };
    // So that no product of two sizes is too large; models are far below.
    let size = |name: &str, size: Option<usize>| match size {
        Some(size) if (1..=1 << 24).contains(&size) => Ok(size),
        Some(_) => {
            Err(FolderError::new(format!("config.json has a size that no model has ({name})")))
        }
        None => Err(FolderError::new(format!(
            "config.json has no {name}; download it again, or take the model's own"
        ))),
    };
    let shape = Shape {
        family,
        model_type,
        hidden: size("hidden_size", config.hidden_size)?,
        layers: size("num_hidden_layers", config.num_hidden_layers)?,
        heads: size("num_attention_heads", config.num_attention_heads)?,
        inner: size("intermediate_size", config.intermediate_size)?,
        vocabulary: size("vocab_size", config.vocab_size)?,
        positions: size("max_position_embeddings", config.max_position_embeddings)?,
        first_position: match family {
            Family::Bert | Family::DistilBert => 0,
            Family::Roberta => config.pad_token_id.unwrap_or(1).saturating_add(1),
            Family::Mpnet => 2,
        },
        kinds: match family {
            Family::Bert | Family::Roberta => {
                size("type_vocab_size", config.type_vocab_size.or(Some(2)))?
            }
            Family::DistilBert | Family::Mpnet => 0,
        },
        activation,
        least: match family {
            Family::DistilBert => 1e-12,
            _ => config.layer_norm_eps.unwrap_or(1e-12),
        },
    };
    if !shape.hidden.is_multiple_of(shape.heads) || shape.hidden / shape.heads > 128 {
        return Err(FolderError::new(format!(
            "config.json has hidden_size {} and num_attention_heads {}; the heads must share it \
             evenly, with at most 128 numbers each",
            shape.hidden, shape.heads
        )));
    }
    if shape.positions < shape.first_position.saturating_add(2) {
        return Err(FolderError::new(
            "config.json has a size that no model has (max_position_embeddings)",
        ));
    }
    Ok(shape)
}

/// How tokens are pooled: the flags that are set, or the name that stands in newer files.
fn pooling(config: &BTreeMap<String, Value>, has_prompts: bool) -> Result<Pooling, FolderError> {
    let flags = config.iter().filter(|(_, value)| **value == Value::Bool(true));
    let mut modes: Vec<&str> =
        flags.filter_map(|(name, _)| name.strip_prefix("pooling_mode_")).collect();
    modes.extend(config.get("pooling_mode").and_then(Value::as_str));
    if has_prompts && config.get("include_prompt") == Some(&Value::Bool(false)) {
        return Err(FolderError::new(
            "the pooling's config.json leaves prompts out (include_prompt), which is not computed \
             here; serve the model by text-embeddings-inference",
        ));
    }
    match modes[..] {
        [] | ["mean_tokens" | "mean"] => Ok(Pooling::Mean),
        ["cls_token" | "cls"] => Ok(Pooling::First),
        ["max_tokens" | "max"] => Ok(Pooling::Max),
        _ => Err(FolderError::new(format!(
            "the pooling's config.json has {}; only one of mean, cls and max is computed here",
            modes.join(" and ")
        ))),
    }
}

impl Prompting {
    /// What the official library writes before questions and documents.
    fn prompts(self) -> Result<Prompts, FolderError> {
        let prompts = self.prompts.unwrap_or_default();
        let default = match self.default_prompt_name {
            None => String::new(),
            Some(name) => prompts.get(&name).cloned().ok_or_else(|| {
                FolderError::new(
                    "config_sentence_transformers.json has a default_prompt_name that is not one \
                     of its prompts",
                )
            })?,
        };
        let named = |names: &[&str]| {
            let found = names.iter().find_map(|name| prompts.get(*name));
            found.cloned().unwrap_or_else(|| default.clone())
        };
        Ok(Prompts { question: named(&["query"]), text: named(&["document", "passage", "corpus"]) })
    }
}
