//! The folder's tokenizer: `tokenizer.json`, or `vocab.txt` with `tokenizer_config.json`.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

use super::json::{bytes, json};
use super::settings::{Family, Shape};
use super::{FolderError, identity::Identity};
use crate::tokenizer::{Rules, Tokenizer};

/// The sign, and the number that it has.
type Signs = Vec<(Box<str>, u32)>;

#[derive(Deserialize)]
struct File {
    #[serde(default)]
    added_tokens: Vec<Added>,
    normalizer: Option<Normalizer>,
    pre_tokenizer: Option<Value>,
    post_processor: Option<Value>,
    model: Model,
}

#[derive(Deserialize)]
struct Added {
    id: u32,
    content: Box<str>,
}

#[derive(Deserialize)]
struct Normalizer {
    r#type: String,
    clean_text: Option<bool>,
    handle_chinese_chars: Option<bool>,
    strip_accents: Option<bool>,
    lowercase: Option<bool>,
}

#[derive(Deserialize)]
struct Model {
    r#type: Option<String>,
    unk_token: Option<Value>,
    continuing_subword_prefix: Option<String>,
    max_input_chars_per_word: Option<usize>,
    vocab: Value,
}

#[derive(Deserialize, Default)]
struct Config {
    do_lower_case: Option<bool>,
    strip_accents: Option<bool>,
    tokenize_chinese_chars: Option<bool>,
    model_max_length: Option<Value>,
    #[serde(flatten)]
    more: BTreeMap<String, Value>,
}

/// The tokenizer, and the most tokens that it lets through, if it says so.
pub(crate) fn read(
    folder: &Path,
    shape: &Shape,
    identity: &mut Identity,
) -> Result<(Tokenizer<Box<str>>, Option<usize>), FolderError> {
    let config: Config = json(folder, "tokenizer_config.json")?.unwrap_or_default();
    let longest = config.model_max_length.as_ref().and_then(Value::as_u64);
    let longest = longest.and_then(|longest| usize::try_from(longest).ok());
    let (pieces, rules) = match json::<File>(folder, "tokenizer.json")? {
        Some(file) => of_file(file, &config)?,
        None => of_list(folder, shape.family, &config)?,
    };
    let highest = pieces.values().copied().max().unwrap_or_default();
    let highest = rules.signs.iter().map(|(_, id)| *id).fold(highest, u32::max);
    if highest as usize >= shape.vocabulary {
        return Err(FolderError::new(format!(
            "the tokenizer has {} tokens, and by config.json there are {}; take both from one \
             model",
            u64::from(highest) + 1,
            shape.vocabulary
        )));
    }
    let mut in_order: Vec<(&str, u32)> = pieces.iter().map(|(piece, id)| (&**piece, *id)).collect();
    in_order.sort_unstable_by_key(|(_, id)| *id);
    for (piece, id) in &in_order {
        identity.add(piece.as_bytes());
        identity.add(&id.to_le_bytes());
    }
    for (sign, id) in &rules.signs {
        identity.add(sign.as_bytes());
        identity.add(&id.to_le_bytes());
    }
    [rules.unknown, rules.begin, rules.end].iter().for_each(|id| identity.add(&id.to_le_bytes()));
    let Rules { lowercase, strip_accents, part_ideographs, clean, .. } = rules;
    identity.add(&[lowercase, strip_accents, part_ideographs, clean].map(u8::from));
    identity.number(rules.longest_word);
    Ok((Tokenizer::of(in_order.into_iter(), rules), longest))
}

type Pieces = BTreeMap<String, u32>;

/// As `tokenizer.json` has it. What `tokenizer_config.json` says about letters goes before.
fn of_file(file: File, config: &Config) -> Result<(Pieces, Rules<Box<str>>), FolderError> {
    let Model { r#type, unk_token, continuing_subword_prefix, max_input_chars_per_word, vocab } =
        file.model;
    let kind = r#type.unwrap_or_else(|| {
        if max_input_chars_per_word.is_some() { "WordPiece" } else { "another one" }.to_owned()
    });
    if kind != "WordPiece" {
        return Err(other_tokenizer(&kind));
    }
    let normalizer = file.normalizer.filter(|normalizer| normalizer.r#type == "BertNormalizer");
    let (Some(normalizer), Some("BertPreTokenizer")) =
        (normalizer, file.pre_tokenizer.as_ref().and_then(|pre| pre["type"].as_str()))
    else {
        return Err(FolderError::new(
            "tokenizer.json splits texts in another way than BertNormalizer and BertPreTokenizer, \
             which is not computed here; serve the model by text-embeddings-inference",
        ));
    };
    if continuing_subword_prefix.as_deref().unwrap_or("##") != "##" {
        return Err(FolderError::new(
            "tokenizer.json has another continuing_subword_prefix than ##, which is not read",
        ));
    }
    let pieces: Pieces = serde_json::from_value(vocab)
        .map_err(|_| FolderError::new("tokenizer.json has a vocab that is not a list of pieces"))?;
    let signs: Signs = file.added_tokens.into_iter().map(|sign| (sign.content, sign.id)).collect();
    let unknown = unk_token.as_ref().and_then(text).unwrap_or("[UNK]");
    let number = |name: &str| {
        let sign = signs.iter().find(|(sign, _)| **sign == *name).map(|(_, id)| *id);
        sign.or_else(|| pieces.get(name).copied()).ok_or_else(|| no_sign(name))
    };
    let (begin, end) = file.post_processor.as_ref().and_then(ends).ok_or_else(|| {
        FolderError::new(
            "tokenizer.json has a post_processor that does not set one sign before a text and one \
             after it, which is not computed here",
        )
    })?;
    let lowercase = config.do_lower_case.or(normalizer.lowercase).unwrap_or(true);
    let rules = Rules {
        unknown: number(unknown)?,
        begin,
        end,
        lowercase,
        strip_accents: config.strip_accents.or(normalizer.strip_accents).unwrap_or(lowercase),
        part_ideographs: config
            .tokenize_chinese_chars
            .or(normalizer.handle_chinese_chars)
            .unwrap_or(true),
        clean: normalizer.clean_text.unwrap_or(true),
        longest_word: max_input_chars_per_word.unwrap_or(100),
        signs,
    };
    Ok((pieces, rules))
}

/// As `vocab.txt` has it, a piece a line.
fn of_list(
    folder: &Path,
    family: Family,
    config: &Config,
) -> Result<(Pieces, Rules<Box<str>>), FolderError> {
    let Some(list) = bytes(folder, "vocab.txt")? else {
        let others = [
            ("sentencepiece.bpe.model", "SentencePiece"),
            ("spiece.model", "SentencePiece"),
            ("tokenizer.model", "SentencePiece"),
            ("merges.txt", "BPE"),
        ];
        let other = others.iter().find(|(name, _)| folder.join(name).exists());
        return Err(match other {
            Some((_, kind)) => other_tokenizer(kind),
            None => FolderError::new(
                "tokenizer.json and vocab.txt are missing; download one of them into the folder",
            ),
        });
    };
    let list = String::from_utf8(list)
        .map_err(|_| FolderError::new("vocab.txt is not UTF-8; download it again"))?;
    let pieces: Pieces = list.lines().map(str::to_owned).zip(0..).collect();
    let more: BTreeMap<String, Value> =
        json(folder, "special_tokens_map.json")?.unwrap_or_default();
    let (begin, end) = match family {
        Family::Bert | Family::DistilBert => ("[CLS]", "[SEP]"),
        Family::Mpnet | Family::Roberta => ("<s>", "</s>"),
    };
    let name = |setting: &str, otherwise: &str| {
        let set = config.more.get(setting).or_else(|| more.get(setting)).and_then(text);
        set.unwrap_or(otherwise).to_owned()
    };
    let number = |name: &str| pieces.get(name).copied().ok_or_else(|| no_sign(name));
    let names = [
        name("unk_token", "[UNK]"),
        name("cls_token", begin),
        name("sep_token", end),
        name("pad_token", if family == Family::Mpnet { "<pad>" } else { "[PAD]" }),
        name("mask_token", if family == Family::Mpnet { "<mask>" } else { "[MASK]" }),
    ];
    let signs = names.iter().filter_map(|name| Some((name.as_str().into(), *pieces.get(name)?)));
    let lowercase = config.do_lower_case.unwrap_or(true);
    let [unknown, begin, end, ..] = &names;
    let rules = Rules {
        unknown: number(unknown)?,
        begin: number(begin)?,
        end: number(end)?,
        signs: signs.collect(),
        lowercase,
        strip_accents: config.strip_accents.unwrap_or(lowercase),
        part_ideographs: config.tokenize_chinese_chars.unwrap_or(true),
        clean: true,
        longest_word: 100,
    };
    Ok((pieces, rules))
}

/// A sign is a text, or an object that holds it.
fn text(value: &Value) -> Option<&str> {
    value.as_str().or_else(|| value["content"].as_str())
}

/// The numbers of the signs before and after a text.
fn ends(processor: &Value) -> Option<(u32, u32)> {
    let number = |value: &Value| u32::try_from(value.as_u64()?).ok();
    match processor["type"].as_str()? {
        "BertProcessing" | "RobertaProcessing" => {
            Some((number(&processor["cls"][1])?, number(&processor["sep"][1])?))
        }
        "TemplateProcessing" => {
            let [begin, middle, end] = &processor["single"].as_array()?[..] else { return None };
            middle.get("Sequence")?;
            let sign = |part: &Value| {
                let name = part["SpecialToken"]["id"].as_str()?;
                let [id] = &processor["special_tokens"][name]["ids"].as_array()?[..] else {
                    return None;
                };
                number(id)
            };
            Some((sign(begin)?, sign(end)?))
        }
        _ => None,
    }
}

fn no_sign(name: &str) -> FolderError {
    FolderError::new(format!("the tokenizer has no {name}; download its files again"))
}

fn other_tokenizer(kind: &str) -> FolderError {
    FolderError::new(format!(
        "the tokenizer is {kind}, and only WordPiece is read here, not Unigram, BPE or \
         SentencePiece (as of RoBERTa, XLM-R, multilingual-e5 and bge-m3); serve the model by \
         text-embeddings-inference and give its address as huggingface_base_url"
    ))
}
