//! Folders of the BERT family against what numpy computed of them: see `folders.py`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use mem0_encoder::FolderEncoder;
use serde_json::{Value, json};
use tempfile::TempDir;

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/folders").join(name)
}

fn recorded() -> (Vec<String>, Value) {
    let recorded: Value = serde_json::from_slice(&fs::read(data("vectors.json")).unwrap()).unwrap();
    (serde_json::from_value(recorded["texts"].clone()).unwrap(), recorded)
}

fn copy_into(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        match entry.file_type().unwrap().is_dir() {
            true => copy_into(&entry.path(), &to),
            false => drop(fs::copy(entry.path(), to).unwrap()),
        }
    }
}

/// A copy of a folder, to be changed.
struct Copy(TempDir);

impl Copy {
    fn of(name: &str) -> Self {
        let copy = Self(tempfile::tempdir().unwrap());
        copy_into(&data(name), copy.0.path());
        copy
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> &Self {
        fs::write(self.path().join(name), bytes).unwrap();
        self
    }

    fn remove(&self, name: &str) -> &Self {
        fs::remove_file(self.path().join(name)).unwrap();
        self
    }

    /// Sets a field of a file of JSON.
    fn set(&self, name: &str, pointer: &str, to: Value) -> &Self {
        let bytes = fs::read(self.path().join(name)).unwrap();
        let mut value: Value = serde_json::from_slice(&bytes).unwrap();
        let (parent, field) = pointer.rsplit_once('/').unwrap();
        value.pointer_mut(parent).unwrap()[field] = to;
        self.write(name, value.to_string())
    }

    fn open(&self) -> FolderEncoder {
        FolderEncoder::open(self.path()).unwrap()
    }

    fn refused(&self) -> String {
        FolderEncoder::open(self.path()).unwrap_err().to_string()
    }
}

fn as_texts(texts: &[String]) -> Vec<&str> {
    texts.iter().map(String::as_str).collect()
}

#[track_caller]
fn assert_recorded(vectors: &[Vec<f32>], recorded: &Value, what: &str) {
    let recorded: Vec<Vec<f32>> = serde_json::from_value(recorded.clone()).unwrap();
    assert_eq!(vectors.len(), recorded.len(), "{what}");
    for (at, (vector, recorded)) in vectors.iter().zip(&recorded).enumerate() {
        assert_eq!(vector.len(), recorded.len(), "{what}");
        for (number, recorded) in vector.iter().zip(recorded) {
            assert!(
                (number - recorded).abs() < 1e-4,
                "{what}, text {at}: {number}, not {recorded}"
            );
        }
    }
}

#[test]
fn vectors_are_those_that_numpy_computed() {
    let (texts, recorded) = recorded();
    for (name, dimensions, window) in
        [("bert", 32, 24), ("distilbert", 40, 40), ("mpnet", 48, 200), ("roberta", 80, 40)]
    {
        let encoder = FolderEncoder::open(data(name)).unwrap();
        assert_eq!((encoder.dimensions(), encoder.window()), (dimensions, window), "{name}");
        let vectors = encoder.encode_texts(&as_texts(&texts)).unwrap();
        assert_recorded(&vectors, &recorded[name]["text"], name);
        if name == "bert" {
            let vectors = encoder.encode_questions(&as_texts(&texts)).unwrap();
            assert_recorded(&vectors, &recorded[name]["question"], "questions");
        }
    }
}

#[test]
fn pooling_length_and_prompts_are_as_the_folder_says() {
    let (texts, recorded) = recorded();
    let pooled = |file: &str| {
        let copy = Copy::of("bert");
        copy.remove("config_sentence_transformers.json");
        let modules = json!([
            {"path": "", "type": "sentence_transformers.models.Transformer"},
            {"path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
        ]);
        copy.write("modules.json", modules.to_string()).write("1_Pooling/config.json", file);
        copy.open().encode_texts(&as_texts(&texts)).unwrap()
    };
    for (kind, file) in [
        ("mean", "{}"),
        ("mean", r#"{"pooling_mode": "mean"}"#),
        ("cls", r#"{"pooling_mode_cls_token": true, "pooling_mode_mean_tokens": false}"#),
        ("cls", r#"{"pooling_mode": "cls"}"#),
        ("max", r#"{"pooling_mode_max_tokens": true}"#),
    ] {
        assert_recorded(&pooled(file), &recorded["bert"][kind], file);
    }
    // Without any of those files the mean is taken, as the official library does.
    let copy = Copy::of("bert");
    copy.remove("config_sentence_transformers.json").remove("modules.json");
    copy.remove("1_Pooling/config.json");
    let vectors = copy.open().encode_texts(&as_texts(&texts)).unwrap();
    assert_recorded(&vectors, &recorded["bert"]["mean"], "without modules.json");
    // Prompts that are given take the place of the folder's, and a default one goes before all.
    let copy = Copy::of("bert");
    let named = copy.open().with_prompts(None, Some("query: "));
    let vectors = named.encode_texts(&as_texts(&texts)).unwrap();
    assert_recorded(&vectors, &recorded["bert"]["question"], "given prompts");
    let prompts = json!({"prompts": {"any": "query: "}, "default_prompt_name": "any"});
    copy.write("config_sentence_transformers.json", prompts.to_string());
    let vectors = copy.open().encode_texts(&as_texts(&texts)).unwrap();
    assert_recorded(&vectors, &recorded["bert"]["question"], "a default prompt");
}

/// `tokenizer_config.json` decides on letters, with either file of the vocabulary.
#[test]
fn letters_are_treated_as_the_tokenizers_settings_say() {
    let vocabulary: Vec<String> = {
        let file = fs::read(data("bert/tokenizer.json")).unwrap();
        let file: Value = serde_json::from_slice(&file).unwrap();
        let pieces: BTreeMap<String, usize> =
            serde_json::from_value(file["model"]["vocab"].clone()).unwrap();
        let by_number: BTreeMap<usize, String> =
            pieces.into_iter().map(|(piece, at)| (at, piece)).collect();
        by_number.into_values().collect()
    };
    for is_listed in [false, true] {
        let opened = |settings: Value| {
            let copy = Copy::of("bert");
            copy.write("tokenizer_config.json", settings.to_string());
            if is_listed {
                copy.remove("tokenizer.json").write("vocab.txt", vocabulary.join("\n"));
            }
            copy.open()
        };
        let same = |encoder: &FolderEncoder, a: &str, b: &str| {
            let vectors = encoder.encode_texts(&[a, b]).unwrap();
            vectors[0] == vectors[1]
        };
        let small = opened(json!({}));
        assert!(same(&small, "ANNA", "anna") && same(&small, "Würzburg", "wurzburg"));
        let cased = opened(json!({"do_lower_case": false}));
        assert!(!same(&cased, "Anna", "anna") && !same(&cased, "würzburg", "wurzburg"));
        let accented = opened(json!({"do_lower_case": true, "strip_accents": false}));
        assert!(same(&accented, "ANNA", "anna") && !same(&accented, "würzburg", "wurzburg"));
        let joined = opened(json!({"tokenize_chinese_chars": false}));
        assert!(same(&small, "北京", "北 京") && !same(&joined, "北京", "北 京"));
    }
}

#[test]
fn a_text_has_the_same_vector_in_every_batch() {
    let (texts, _) = recorded();
    for name in ["bert", "mpnet"] {
        let encoder = FolderEncoder::open(data(name)).unwrap();
        let many: Vec<&str> =
            texts.iter().map(String::as_str).cycle().take(texts.len() * 20).collect();
        let together = encoder.encode_texts(&many).unwrap();
        for (text, vector) in many.iter().zip(&together).take(texts.len()) {
            assert!(encoder.encode_texts(&[text]).unwrap()[0] == *vector, "{name}: {text:?}");
        }
        let (first, rest) = together.split_at(texts.len());
        assert!(rest.chunks(texts.len()).all(|again| again == first), "{name}");
        assert!(encoder.encode_texts(&[]).unwrap().is_empty());
    }
}

/// The name tells what made a vector: it is the same wherever the folder lies and whatever does not
/// matter, and another one for all that changes vectors.
#[test]
fn a_name_follows_all_that_vectors_depend_on() {
    let name = |change: fn(&Copy) -> &Copy| {
        let copy = Copy::of("bert");
        change(&copy);
        copy.open().name().to_owned()
    };
    let original = FolderEncoder::open(data("bert")).unwrap().name().to_owned();
    // Written into the data folders of users: a change is a new embedder for all of them.
    assert_eq!(original, "bert-32-86338d4f279c");
    assert_eq!(name(|copy| copy), original);
    assert_eq!(name(|copy| copy.set("config.json", "/transformers_version", json!("5"))), original);
    assert_eq!(name(|copy| copy.write("README.md", "new")), original);
    let mut others = vec![
        name(|copy| {
            let mut weights = fs::read(copy.path().join("model.safetensors")).unwrap();
            let at = weights.len() - 4 * 32 * 32 - 1;
            weights[at] ^= 1;
            copy.write("model.safetensors", weights)
        }),
        name(|copy| copy.set("config.json", "/layer_norm_eps", json!(1e-5))),
        name(|copy| copy.set("config.json", "/hidden_act", json!("relu"))),
        name(|copy| copy.set("config.json", "/num_attention_heads", json!(4))),
        name(|copy| copy.set("sentence_bert_config.json", "/max_seq_length", json!(20))),
        name(|copy| copy.set("sentence_bert_config.json", "/do_lower_case", json!(true))),
        name(|copy| copy.set("tokenizer_config.json", "/do_lower_case", json!(false))),
        name(|copy| copy.set("tokenizer.json", "/model/max_input_chars_per_word", json!(9))),
        name(|copy| copy.write("1_Pooling/config.json", r#"{"pooling_mode": "cls"}"#)),
        name(|copy| copy.remove("config_sentence_transformers.json")),
        FolderEncoder::open(data("bert"))
            .unwrap()
            .with_prompts(Some("query:"), None)
            .name()
            .to_owned(),
    ];
    assert!(others.iter().all(|other| other.starts_with("bert-32-") && *other != original));
    let count = others.len();
    others.sort_unstable();
    others.dedup();
    assert_eq!(others.len(), count);
}

/// As the hub's own cache has it.
#[test]
fn a_cache_of_the_hub_is_followed_to_its_version() {
    let cache = tempfile::tempdir().unwrap();
    fs::create_dir_all(cache.path().join("refs")).unwrap();
    fs::write(cache.path().join("refs/main"), "abc123").unwrap();
    copy_into(&data("bert"), &cache.path().join("snapshots/abc123"));
    let encoder = FolderEncoder::open(cache.path()).unwrap();
    assert_eq!(encoder.name(), FolderEncoder::open(data("bert")).unwrap().name());
}

#[test]
fn what_cannot_be_used_is_refused_with_what_to_do() {
    type Change = fn(&Copy) -> &Copy;
    let cases: &[(Change, &str)] = &[
        (
            |copy| copy.remove("config.json"),
            "config.json is missing; give the folder of a model as Hugging Face's hub lays it out",
        ),
        (
            |copy| copy.remove("config.json").write("adapter_config.json", "{}"),
            "the folder holds an adapter and no model; merge it",
        ),
        (
            |copy| copy.write("config.json", "{"),
            "config.json does not have the form that is expected (line 1, column 1)",
        ),
        (
            |copy| copy.set("config.json", "/model_type", json!("gpt2")),
            "config.json has the model type gpt2; bert, distilbert, mpnet, roberta, xlm-roberta, \
             camembert are read here",
        ),
        (
            |copy| copy.set("config.json", "/position_embedding_type", json!("alibi")),
            "config.json has position_embedding_type alibi; only absolute is computed here",
        ),
        (
            |copy| copy.set("config.json", "/hidden_act", json!("silu")),
            "config.json has hidden_act silu; only gelu,",
        ),
        (
            |copy| copy.set("config.json", "/hidden_size", Value::Null),
            "config.json has no hidden_size",
        ),
        (
            |copy| copy.set("config.json", "/intermediate_size", json!(u64::MAX)),
            "config.json has a size that no model has (intermediate_size)",
        ),
        (
            |copy| copy.set("config.json", "/num_attention_heads", json!(5)),
            "config.json has hidden_size 32 and num_attention_heads 5; the heads must share it",
        ),
        (
            |copy| copy.set("config.json", "/hidden_size", json!(48)),
            "model.safetensors has bert.embeddings.word_embeddings.weight as [106, 32], and by \
             config.json it is [106, 48]; take both from one model",
        ),
        (
            |copy| copy.set("config.json", "/num_hidden_layers", json!(3)),
            "model.safetensors has no tensor bert.encoder.layer.2.attention.self.query.weight; \
             config.json is of another model",
        ),
        (
            |copy| copy.set("config.json", "/num_hidden_layers", json!(1)),
            "model.safetensors has a tensor encoder.layer.1.attention.output.LayerNorm.beta, \
             which a model of the type bert does not have, or config.json has fewer layers",
        ),
        (
            |copy| copy.set("config.json", "/vocab_size", json!(100)),
            "the tokenizer has 106 tokens, and by config.json there are 100",
        ),
        (
            |copy| {
                let dense = r#"[{"path": "2", "type": "sentence_transformers.models.Dense"}]"#;
                copy.write("modules.json", dense)
            },
            "modules.json has a module Dense; only Transformer, Pooling and Normalize are computed",
        ),
        (
            |copy| copy.write("1_Pooling/config.json", r#"{"pooling_mode": "lasttoken"}"#),
            "the pooling's config.json has lasttoken; only one of mean, cls and max is computed",
        ),
        (
            |copy| copy.set("1_Pooling/config.json", "/pooling_mode_cls_token", json!(true)),
            "the pooling's config.json has cls_token and mean_tokens; only one of",
        ),
        (
            |copy| copy.set("1_Pooling/config.json", "/include_prompt", json!(false)),
            "the pooling's config.json leaves prompts out (include_prompt)",
        ),
        (
            |copy| {
                copy.set("config_sentence_transformers.json", "/default_prompt_name", json!("none"))
            },
            "config_sentence_transformers.json has a default_prompt_name that is not one of its",
        ),
        (
            |copy| copy.set("tokenizer.json", "/model/type", json!("Unigram")),
            "the tokenizer is Unigram, and only WordPiece is read here",
        ),
        (
            |copy| copy.set("tokenizer.json", "/normalizer", json!({"type": "NFC"})),
            "tokenizer.json splits texts in another way than BertNormalizer and BertPreTokenizer",
        ),
        (
            |copy| copy.set("tokenizer.json", "/post_processor", Value::Null),
            "tokenizer.json has a post_processor that does not set one sign before a text",
        ),
        (
            |copy| copy.remove("tokenizer.json"),
            "tokenizer.json and vocab.txt are missing; download one of them",
        ),
        (
            |copy| copy.remove("tokenizer.json").write("sentencepiece.bpe.model", "x"),
            "the tokenizer is SentencePiece, and only WordPiece is read here",
        ),
        (
            |copy| copy.remove("tokenizer.json").write("vocab.txt", "tea\n"),
            "the tokenizer has no [UNK]; download its files again",
        ),
        (
            |copy| copy.remove("model.safetensors"),
            "model.safetensors is missing; download it into the folder",
        ),
        (
            |copy| copy.remove("model.safetensors").write("pytorch_model.bin", "PK"),
            "model.safetensors is missing, and a pickle (pytorch_model.bin) is not read, since it \
             may run code; convert it",
        ),
        (
            |copy| copy.remove("model.safetensors").write("bert-q8.gguf", "GGUF"),
            "model.safetensors is missing, and GGUF is not read",
        ),
        (
            |copy| copy.remove("model.safetensors").write("model.onnx", "x"),
            "model.safetensors is missing, and ONNX, TensorFlow and Flax are not read",
        ),
        (
            |copy| copy.write("model.safetensors", "version https://git-lfs.github.com/spec/v1"),
            "model.safetensors is a pointer of Git LFS; get the file itself with git lfs pull",
        ),
        (
            |copy| copy.write("model.safetensors", "GGUF\x03\0\0\0\0\0\0"),
            "model.safetensors is not in the format safetensors",
        ),
        (
            |copy| copy.write("model.safetensors", [255; 20]),
            "model.safetensors is not in the format safetensors",
        ),
        (
            |copy| {
                let tensors = br#"{"a": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}"#;
                let header = (tensors.len() as u64).to_le_bytes();
                let bytes = [&header[..], tensors, &[0; 4]].concat();
                copy.write("model.safetensors", bytes)
            },
            "model.safetensors has no tensor embeddings.word_embeddings.weight, so it is not a \
             model of the BERT family",
        ),
    ];
    for (change, expected) in cases {
        let copy = Copy::of("bert");
        change(&copy);
        let refused = copy.refused();
        assert!(refused.starts_with(expected), "{refused}\n{expected}");
    }
    let copy = Copy::of("roberta");
    copy.remove("model-00002-of-00002.safetensors");
    let refused = copy.refused();
    assert!(refused.starts_with("model-00002-of-00002.safetensors is missing;"), "{refused}");
    let weights = data("mpnet/0_Transformer/model.safetensors");
    let text = fs::read(weights).unwrap();
    let copy = Copy::of("mpnet");
    let quantised = String::from_utf8_lossy(&text[8..400]).replacen("\"BF16\"", "\"I8\"  ", 1);
    let quantised = [&text[..8], quantised.as_bytes(), &text[400..]].concat();
    copy.write("0_Transformer/model.safetensors", quantised);
    let refused = copy.refused();
    assert!(refused.contains("in I8; only F32, F16 and BF16 are read"), "{refused}");
}

/// Wherever a file ends, or whatever a byte of its header is, it is refused and nothing panics.
#[test]
fn a_damaged_file_of_weights_is_refused() {
    let copy = Copy::of("bert");
    let whole = fs::read(copy.path().join("model.safetensors")).unwrap();
    let header = usize::try_from(u64::from_le_bytes(whole[..8].try_into().unwrap())).unwrap();
    for length in (0..header + 8).step_by(97).chain([header + 8, whole.len() / 2, whole.len() - 1])
    {
        copy.write("model.safetensors", &whole[..length]);
        let refused = copy.refused();
        assert!(refused.starts_with("model.safetensors is cut off"), "{length}: {refused}");
    }
    for at in (0..header + 8).step_by(41) {
        let mut damaged = whole.clone();
        damaged[at] = b'9';
        copy.write("model.safetensors", damaged);
        // What is changed may be only the name of a tensor that is not read.
        let _ = FolderEncoder::open(copy.path());
    }
}

#[test]
fn what_is_shown_has_no_path() {
    let encoder = FolderEncoder::open(data("bert")).unwrap();
    let shown = format!("{encoder:?}");
    assert_eq!(shown, format!("FolderEncoder {{ name: {:?}, .. }}", encoder.name()));
}
