//! `huggingface` with a model in a folder of this machine.

use std::fs;
use std::path::{Path, PathBuf};

use mem0_components::testing::check_embedder;
use mem0_components::{Embedder, MemoryConfig, Purpose, Registry};
use serde_json::{Value, json};

use super::conformance::block_on;

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../mem0-encoder/tests/data/folders").join(name)
}

fn build(config: &Value) -> Result<std::sync::Arc<dyn Embedder>, String> {
    let config = json!({"embedder": {"provider": "huggingface", "config": config}});
    let config = MemoryConfig::from_value(&config).unwrap();
    let built = mem0_providers::register(Registry::empty()).build(&config);
    built.map(|components| components.embedder.unwrap()).map_err(|refused| refused.to_string())
}

#[test]
fn a_folder_passes_the_suite_and_gives_the_recorded_vectors() {
    let recorded: Value =
        serde_json::from_slice(&fs::read(folder("vectors.json")).unwrap()).unwrap();
    let texts: Vec<String> = serde_json::from_value(recorded["texts"].clone()).unwrap();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let embedder = build(&json!({"model": folder("bert"), "embedding_dims": 32})).unwrap();
    assert!(embedder.model().starts_with("huggingface/bert-32-"), "{}", embedder.model());
    let shown = format!("{embedder:?}");
    assert!(!shown.contains("folders"), "{shown}");
    let report = block_on(check_embedder(&*embedder)).unwrap();
    assert_eq!(report.refused().count(), 0, "{report}");
    for (purpose, kind) in
        [(Purpose::Add, "text"), (Purpose::Update, "text"), (Purpose::Search, "question")]
    {
        let vectors = block_on(embedder.embed(&texts, purpose)).unwrap();
        let expected: Vec<Vec<f32>> =
            serde_json::from_value(recorded["bert"][kind].clone()).unwrap();
        assert_eq!(vectors.len(), expected.len());
        for (vector, expected) in vectors.iter().zip(&expected) {
            let numbers = vector.components().iter().zip(expected);
            assert!(numbers.into_iter().all(|(a, b)| (a - b).abs() < 1e-4), "{purpose:?}");
        }
    }
}

#[test]
fn prompts_can_be_given_and_are_part_of_the_model() {
    let name = |kwargs: Value| {
        let config = json!({"model": folder("distilbert"), "model_kwargs": kwargs});
        build(&config).unwrap().model().to_owned()
    };
    let plain = name(Value::Null);
    assert_eq!(name(json!({})), plain);
    let prompts = name(json!({"prompts": {"query": "query: ", "passage": "passage: "}}));
    assert_eq!(name(json!({"prompts": {"query": "query: ", "document": "passage: "}})), prompts);
    assert_ne!(prompts, plain);
    assert_ne!(name(json!({"prompts": {"query": "query: "}})), prompts);
}

#[test]
fn what_is_wrong_with_the_folder_is_said() {
    let empty = tempfile::tempdir().unwrap();
    let pickled = tempfile::tempdir().unwrap();
    for name in ["config.json", "vocab.txt", "tokenizer_config.json"] {
        fs::copy(folder("distilbert").join(name), pickled.path().join(name)).unwrap();
    }
    fs::write(pickled.path().join("pytorch_model.bin"), "PK").unwrap();
    let gguf = pickled.path().join("bert.GGUF");
    fs::write(&gguf, "GGUF").unwrap();
    for (config, expected) in [
        (
            json!({"model": "sentence-transformers/all-MiniLM-L6-v2"}),
            "embedder.config.model is not a folder on this machine, and nothing is downloaded; \
             fetch the model with hf download NAME --local-dir FOLDER and give FOLDER, or give \
             the address of a server as huggingface_base_url",
        ),
        (json!({"model": ""}), "embedder.config.model is not a folder on this machine"),
        (json!({"model": gguf}), "embedder.config.model names a GGUF file, which is not read here"),
        (
            json!({"model": folder("vectors.json")}),
            "embedder.config.model names a file; give the folder that it is in",
        ),
        (
            json!({"model": empty.path()}),
            "embedder.config.model names a folder that cannot be used: config.json is missing; \
             give the folder of a model",
        ),
        (
            json!({"model": pickled.path()}),
            "embedder.config.model names a folder that cannot be used: model.safetensors is \
             missing, and a pickle (pytorch_model.bin) is not read",
        ),
        (
            json!({"model": folder("bert"), "embedding_dims": 384}),
            "embedder.config.embedding_dims is 384, but the folder's model has 32 dimensions; \
             leave it out",
        ),
        (
            json!({"model": folder("bert"), "model_kwargs": {"prompts": {"queri": "q"}}}),
            "embedder.config.model_kwargs.prompts.queri is not a known field; did you mean query?",
        ),
        (
            json!({"model": folder("bert"), "model_kwargs": {"device": "cuda"}}),
            "embedder.config.model_kwargs.device is not a known field",
        ),
        (
            json!({"model": folder("bert"), "api_key": "hf_1"}),
            "embedder.config.api_key is not a known field",
        ),
    ] {
        let refused = build(&config).unwrap_err();
        assert!(refused.starts_with(expected), "{refused}\n{expected}");
    }
}

/// Calls from many threads at once, some of which are given up.
#[test]
fn many_callers_get_their_own_vectors() {
    let embedder = build(&json!({"model": folder("mpnet")})).unwrap();
    let one = |text: &str| block_on(embedder.embed(&[text], Purpose::Add)).unwrap()[0].clone();
    let (tea, berlin) = (one("tea"), one("Anna lives in Berlin"));
    std::thread::scope(|scope| {
        for at in 0..8 {
            let (embedder, tea, berlin) = (&embedder, &tea, &berlin);
            scope.spawn(move || {
                let texts: Vec<&str> = ["tea", "Anna lives in Berlin"].repeat(20);
                drop(embedder.embed(&texts, Purpose::Add));
                let purpose = if at % 2 == 0 { Purpose::Add } else { Purpose::Search };
                let vectors = block_on(embedder.embed(&texts, purpose)).unwrap();
                assert_eq!(vectors.len(), 40);
                for pair in vectors.chunks(2) {
                    assert!(pair[0] == *tea && pair[1] == *berlin);
                }
            });
        }
    });
}
