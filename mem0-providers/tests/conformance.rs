//! Every embedder keeps the promises of the trait, over a service that speaks its protocol.

use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::Response;
use mem0_components::testing::{HashEmbedder, check_embedder};
use mem0_components::{ComponentKind, Embedder, Registry};
use mem0_providers::Body;
use serde_json::{Value, json};

use super::script::{AccountFile, Asked, Script, answer, components};

/// The settings with which each provider is made, and how it says that a text is too long.
fn subjects() -> Vec<(&'static str, Value, u16, Value)> {
    let openai = json!({"error": {"code": "context_length_exceeded", "message": "heliotrope"}});
    vec![
        ("openai", json!({"api_key": "sk-1", "embedding_dims": 32}), 400, openai.clone()),
        (
            "azure_openai",
            json!({"api_key": "az-1", "model": "e", "embedding_dims": 32,
                "azure_kwargs": {"azure_endpoint": "https://a.example"}}),
            400,
            openai.clone(),
        ),
        ("groq", json!({"api_key": "gsk-1", "model": "e", "embedding_dims": 32}), 400, openai),
        (
            "together",
            json!({"api_key": "t-1", "embedding_dims": 32}),
            400,
            json!({"error": {"message": "Input is too long: heliotrope"}}),
        ),
        (
            "lmstudio",
            json!({"embedding_dims": 32}),
            400,
            json!({"error": "the input is larger than the context length: heliotrope"}),
        ),
        (
            "huggingface",
            json!({"huggingface_base_url": "http://tei:8080/v1", "embedding_dims": 32}),
            413,
            json!({"error": "inputs must have less than 512 tokens: heliotrope"}),
        ),
        (
            "ollama",
            json!({"embedding_dims": 32}),
            400,
            json!({"error": "the input length exceeds the context length"}),
        ),
        (
            "gemini",
            json!({"api_key": "g-1", "embedding_dims": 32}),
            400,
            json!({"error": {"status": "INVALID_ARGUMENT", "message": "input token count"}}),
        ),
        (
            "vertexai",
            json!({"embedding_dims": 32}),
            400,
            json!({"error": {"status": "INVALID_ARGUMENT", "message": "input token count"}}),
        ),
        (
            "aws_bedrock",
            json!({"aws_access_key_id": "AKIA1", "aws_secret_access_key": "s-1",
                "model": "amazon.titan-embed-text-v2:0", "embedding_dims": 32}),
            400,
            json!({"message": "Too many input tokens"}),
        ),
    ]
}

#[test]
fn every_embedder_passes_the_suite() {
    let account = AccountFile::new(json!({}));
    let mut subjects = subjects();
    subjects.push((
        "aws_bedrock",
        json!({"aws_access_key_id": "AKIA1", "aws_secret_access_key": "s-1",
            "model": "eu.cohere.embed-multilingual-v3", "embedding_dims": 32}),
        400,
        json!({"message": "Too many input tokens"}),
    ));
    for (provider, mut config, status, too_long) in subjects {
        if provider == "vertexai" {
            config["vertex_credentials_json"] = json!(account.path);
        }
        let script = Script::new(move |asked| match texts(asked) {
            None => other(asked),
            Some(texts) if texts.iter().any(|text| text.len() > 100_000) => {
                answer(status, &too_long)
            }
            Some(texts) if texts.iter().any(|text| text.trim().is_empty()) => {
                answer(400, &json!({"error": {"message": "an input is empty"}}))
            }
            Some(texts) => answer(200, &vectors(asked, &texts)),
        });
        let embedder = embedder(&script, provider, config);
        let report = block_on(check_embedder(&*embedder)).unwrap();
        assert_eq!(report.refused().count(), 0, "{report}");
    }
}

#[test]
fn every_provider_has_a_subject() {
    let registry = mem0_providers::register(Registry::empty());
    let mut named: Vec<&str> = subjects().iter().map(|(provider, ..)| *provider).collect();
    named.sort_unstable();
    assert!(registry.names(ComponentKind::Embedder).eq(named));
}

fn embedder(script: &Script, provider: &str, config: Value) -> Arc<dyn Embedder> {
    // Over a runtime of the crate's own: the suite is polled by a thread without one.
    let given = json!({"embedder": {"provider": provider, "config": config}});
    components(script, None, &given, &Value::Null).unwrap().embedder.unwrap()
}

/// Runs a future on this thread, without a runtime.
pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
    struct Unpark(Thread);

    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }

    let mut future = pin!(future);
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(output) => return output,
            Poll::Pending => thread::park(),
        }
    }
}

/// The texts of a request, of any protocol; `None` of one that asks for something else.
fn texts(asked: &Asked) -> Option<Vec<String>> {
    let body = asked.json();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    if let Some(requests) = body["requests"].as_array() {
        return Some(
            requests.iter().map(|one| text(&one["content"]["parts"][0]["text"])).collect(),
        );
    }
    if let Some(instances) = body["instances"].as_array() {
        return Some(instances.iter().map(|instance| text(&instance["content"])).collect());
    }
    [&body["input"], &body["texts"], &body["inputText"]].into_iter().find_map(|input| match input {
        Value::String(one) => Some(vec![one.clone()]),
        Value::Array(several) => Some(several.iter().map(text).collect()),
        _ => None,
    })
}

fn vectors(asked: &Asked, texts: &[String]) -> Value {
    let hashes = HashEmbedder::new(32);
    let vector = |text: &String| hashes.embedding(text).components().to_vec();
    let vectors: Vec<Vec<f32>> = texts.iter().map(vector).collect();
    let body = asked.json();
    if !body["requests"].is_null() {
        let rows = vectors.iter().map(|vector| json!({"values": vector}));
        return json!({"embeddings": rows.collect::<Vec<_>>()});
    }
    if !body["instances"].is_null() {
        let rows = vectors.iter().map(|vector| json!({"embeddings": {"values": vector}}));
        return json!({"predictions": rows.collect::<Vec<_>>()});
    }
    if !body["inputText"].is_null() {
        return json!({"embedding": vectors[0]});
    }
    if !body["texts"].is_null() || asked.url.ends_with("/api/embed") {
        return json!({"embeddings": vectors});
    }
    let rows = vectors.iter().enumerate().map(|(at, vector)| {
        let embedding = match body["encoding_format"].as_str() {
            Some("base64") => {
                let bytes: Vec<u8> = vector.iter().flat_map(|part| part.to_le_bytes()).collect();
                json!(STANDARD.encode(bytes))
            }
            _ => json!(vector),
        };
        json!({"index": at, "embedding": embedding})
    });
    // A service may answer in any order.
    json!({"data": rows.rev().collect::<Vec<_>>()})
}

fn other(asked: &Asked) -> Response<Body> {
    match asked.url.as_str() {
        url if url.ends_with("/api/tags") => {
            answer(200, &json!({"models": [{"name": "nomic-embed-text:latest"}]}))
        }
        url if url.ends_with("/token") => {
            answer(200, &json!({"access_token": "ya29.test", "expires_in": 3599}))
        }
        url => panic!("nobody expects {url}"),
    }
}
