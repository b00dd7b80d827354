//! The one policy of failures, over the wire and in memory.

use std::convert::Infallible;
use std::future::pending;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{Request, Response};
use mem0_components::{
    ComponentErrorKind, Embedder, MemoryConfig, ProviderConfig, Purpose, Registry,
};
use mem0_providers::{Body, Providers};
use serde_json::{Value, json};
use tower_service::Service;
use wiremock::matchers::{body_json, header, method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::script::{Script, answer, build, runtime};

pub(crate) const KEY: &str = "sk-3f9KEYc81dLong";

/// A server that repeats what it was sent, in every form.
pub(crate) fn repeating(status: u16) -> Response<Body> {
    let hexadecimal: String = KEY.bytes().map(|byte| format!("{byte:02x}")).collect();
    let percent: String = KEY.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let text = format!(
        "{KEY} {} {hexadecimal} {percent} {} heliotrope",
        KEY.to_uppercase(),
        STANDARD.encode(KEY),
    );
    let mut told = answer(status, &json!({"error": {"message": text, "code": text}}));
    told.headers_mut().insert("x-amzn-errortype", KEY.parse().unwrap());
    told.headers_mut().insert("location", format!("https://{KEY}.example").parse().unwrap());
    told
}

/// Asserts that what is told shows neither the key nor the text.
pub(crate) fn told_of(provider: &str, status: u16, shown: &str) {
    let shown = shown.to_lowercase();
    for hidden in ["3f9key", "heliotrope", &STANDARD.encode(KEY)[..8].to_lowercase()] {
        assert!(!shown.contains(hidden), "{provider}, {status}: {shown}");
    }
}

fn subjects() -> Vec<(&'static str, Value)> {
    vec![
        ("openai", json!({"api_key": KEY})),
        ("groq", json!({"api_key": KEY, "model": "e", "embedding_dims": 2})),
        ("together", json!({"api_key": KEY})),
        ("lmstudio", json!({"api_key": KEY})),
        (
            "huggingface",
            json!({"api_key": KEY, "huggingface_base_url": "http://tei:1", "embedding_dims": 2}),
        ),
        ("ollama", json!({"api_key": KEY})),
        ("gemini", json!({"api_key": KEY})),
        (
            "azure_openai",
            json!({"model": "e", "embedding_dims": 2, "azure_kwargs": {
                "api_key": KEY, "azure_endpoint": "http://a.example",
                "default_headers": {"x-secret": KEY}}}),
        ),
        (
            "aws_bedrock",
            json!({"aws_access_key_id": KEY, "aws_secret_access_key": KEY,
                "aws_session_token": KEY}),
        ),
    ]
}

#[test]
fn no_failure_shows_a_key_or_a_text() {
    let runtime = runtime();
    for (provider, config) in subjects() {
        for status in [200, 204, 302, 400, 401, 403, 404, 409, 413, 418, 429, 500, 503, 529] {
            let script = Script::new(move |_| repeating(status));
            let embedder = build(&script, &runtime, provider, &config, &Value::Null).unwrap();
            let error =
                runtime.block_on(embedder.embed(&["heliotrope"], Purpose::Add)).unwrap_err();
            told_of(provider, status, &format!("{error} {error:?} {embedder:?}"));
            assert_eq!(error.provider(), provider, "{status}");
        }
    }
}

#[test]
fn a_failure_names_the_setting_to_correct() {
    let runtime = runtime();
    for (provider, config) in subjects() {
        let key = match provider {
            "azure_openai" => "azure_kwargs.api_key or EMBEDDING_AZURE_OPENAI_API_KEY",
            "aws_bedrock" => {
                "aws_access_key_id and embedder.config.aws_secret_access_key or their variables"
            }
            _ => "api_key or its variable",
        };
        let address = match provider {
            "azure_openai" => "azure_kwargs.azure_endpoint".to_owned(),
            "aws_bedrock" => "aws_endpoint_url".to_owned(),
            provider => format!("{provider}_base_url"),
        };
        for (status, way_out) in [
            (401, format!("; correct embedder.config.{key}")),
            (404, format!("; check embedder.config.model and embedder.config.{address}")),
            (200, format!("; check that embedder.config.{address} is the address of its API")),
        ] {
            let script = Script::new(move |_| answer(status, &json!("a page")));
            let embedder = build(&script, &runtime, provider, &config, &Value::Null).unwrap();
            let error = runtime.block_on(embedder.embed(&["tea"], Purpose::Add)).unwrap_err();
            assert!(error.to_string().ends_with(&way_out), "{provider}, {status}: {error}");
            assert!(embedder.goes_to().unwrap().contains(':'), "{provider}");
        }
    }
}

#[test]
fn what_may_pass_is_repeated_and_nothing_else() {
    let runtime = runtime();
    for (provider, config) in subjects() {
        for (status, attempts) in [
            (400, 1),
            (401, 1),
            (403, 1),
            (404, 1),
            (408, 3),
            (413, 1),
            (429, 3),
            (500, 3),
            (502, 3),
            (503, 3),
            (529, 3),
        ] {
            let script = Script::new(move |_| answer(status, &Value::Null));
            let embedder = build(&script, &runtime, provider, &config, &Value::Null).unwrap();
            let error = runtime.block_on(embedder.embed(&["tea"], Purpose::Add)).unwrap_err();
            assert_eq!(script.asked().len(), attempts, "{provider}, {status}");
            assert_eq!(error.is_transient(), attempts > 1, "{provider}, {status}: {error}");
        }
    }
}

#[test]
fn a_wait_that_is_asked_for_is_kept_up_to_two_minutes() {
    let runtime = runtime();
    for (asked_for, attempts) in [("20", 3), ("121", 1)] {
        let script = Script::new(move |_| {
            let mut told = answer(429, &Value::Null);
            told.headers_mut().insert("retry-after", asked_for.parse().unwrap());
            told
        });
        let config = json!({"api_key": KEY});
        let embedder = build(&script, &runtime, "openai", &config, &Value::Null).unwrap();
        let started = runtime.block_on(async { tokio::time::Instant::now() });
        let error = runtime.block_on(embedder.embed(&["tea"], Purpose::Add)).unwrap_err();
        let waited = runtime.block_on(async { started.elapsed() });
        let wait = Duration::from_secs(asked_for.parse().unwrap());
        assert_eq!((script.asked().len(), error.wait()), (attempts, Some(wait)));
        let waits = u32::try_from(attempts).unwrap() - 1;
        assert!(waited >= wait * waits && waited < wait * waits + Duration::from_secs(1));
    }
}

#[test]
fn vectors_of_another_length_name_the_setting() {
    let runtime = runtime();
    let script = Script::in_turn([answer(200, &json!({"data": [{"embedding": [1, 2, 3]}]}))]);
    let config = json!({"api_key": KEY, "embedding_dims": 2});
    let embedder = build(&script, &runtime, "openai", &config, &Value::Null).unwrap();
    let error = runtime.block_on(embedder.embed(&["tea"], Purpose::Add)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "openai: is set up wrongly: its vectors have 3 numbers and not 2; set embedding_dims to 3",
    );
}

#[test]
fn an_answer_that_is_no_vector_is_unreadable() {
    let runtime = runtime();
    for body in [
        json!({"data": [{"index": 0, "embedding": [1, 1e39]}]}),
        json!({"data": [{"index": 0, "embedding": "heliotrope"}]}),
        json!({"data": [{"index": 1, "embedding": [1, 2]}]}),
        json!({"data": [{"index": 0, "embedding": [1, 2]}, {"index": 0, "embedding": [1, 2]}]}),
        json!({"data": []}),
        json!({"choices": ["heliotrope"]}),
        json!("heliotrope"),
    ] {
        let script = Script::in_turn([answer(200, &body)]);
        let config = json!({"api_key": KEY, "embedding_dims": 2});
        let embedder = build(&script, &runtime, "openai", &config, &Value::Null).unwrap();
        let error = runtime.block_on(embedder.embed(&["tea"], Purpose::Add)).unwrap_err();
        assert_eq!(error.kind(), ComponentErrorKind::Unreadable, "{body}: {error}");
        assert!(!error.to_string().contains("heliotrope"), "{error}");
    }
}

/// A service that never answers. Clones share a value that shows how many requests are held.
#[derive(Clone)]
pub(crate) struct Silent(pub(crate) Arc<()>);

impl Service<Request<Body>> for Silent {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Request<Body>) -> Self::Future {
        let held = self.0.clone();
        Box::pin(async move {
            let _held = held;
            pending().await
        })
    }
}

#[test]
fn a_silent_provider_is_given_up_after_three_minutes_or_when_the_caller_goes() {
    let runtime = runtime();
    let held = Arc::new(());
    let providers = Providers::new().service(Silent(held.clone()));
    let registry = providers.runtime(runtime.handle().clone()).register(Registry::empty());
    let mut config = MemoryConfig::default();
    config.embedder = Some(ProviderConfig::new("lmstudio"));
    let embedder = registry.build(&config).unwrap().embedder.unwrap();
    let idle = Arc::strong_count(&held);
    runtime.block_on(async {
        let started = tokio::time::Instant::now();
        let error = embedder.embed(&["tea"], Purpose::Add).await.unwrap_err();
        assert_eq!(error.kind(), ComponentErrorKind::Timeout);
        let waited = started.elapsed();
        assert!((60..=180).contains(&waited.as_secs()), "{waited:?}");

        let asking = embedder.embed(&["tea"], Purpose::Add);
        let given_up = tokio::time::timeout(Duration::from_secs(1), asking).await;
        assert!(given_up.is_err());
        // The task that sends learns of it at its next turn.
        tokio::time::sleep(Duration::from_secs(1)).await;
        assert_eq!(Arc::strong_count(&held), idle);
    });
}

fn over_http(provider: &str, setting: &str, address: String) -> Arc<dyn Embedder> {
    let mut config = MemoryConfig::default();
    let given = ProviderConfig::new(provider).set("embedding_dims", 2).set("api_key", KEY);
    config.embedder = Some(given.set(setting, address));
    mem0_providers::register(Registry::empty()).build(&config).unwrap().embedder.unwrap()
}

#[tokio::test]
async fn a_request_goes_over_http_with_its_key() {
    let server = MockServer::start().await;
    Mock::given(method("POST"))
        .and(path("/v1/embeddings"))
        .and(header("authorization", format!("Bearer {KEY}")))
        .and(body_json(json!({"input": "tea", "model": "tei", "encoding_format": "base64"})))
        .respond_with(
            ResponseTemplate::new(200)
                .set_body_json(json!({"data": [{"index": 0, "embedding": "AAAAPwAAgD8="}]})),
        )
        .expect(1)
        .mount(&server)
        .await;
    let address = format!("{}/v1", server.uri());
    let embedder = over_http("huggingface", "huggingface_base_url", address);
    let found = embedder.embed(&["tea"], Purpose::Search).await.unwrap();
    assert_eq!(found[0].components(), [0.5, 1.0]);
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let server = MockServer::start().await;
    Mock::given(path("/embeddings"))
        .respond_with(ResponseTemplate::new(307).insert_header("location", "/elsewhere"))
        .expect(1)
        .mount(&server)
        .await;
    let embedder = over_http("openai", "openai_base_url", server.uri());
    let error = embedder.embed(&["tea"], Purpose::Add).await.unwrap_err();
    assert_eq!(error.kind(), ComponentErrorKind::Configuration);
    assert_eq!(
        error.to_string(),
        "openai: is set up wrongly: status 307: it redirects; set the address that it redirects \
         to; check embedder.config.model and embedder.config.openai_base_url",
    );
}

#[test]
fn a_server_that_is_not_there_is_named_without_its_path() {
    let address = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap()
    };
    let embedder = over_http("openai", "openai_base_url", format!("http://{address}/{KEY}"));
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    // Neither timers nor I/O are needed where the caller is.
    let error = runtime.block_on(embedder.embed(&["tea"], Purpose::Add)).unwrap_err();
    assert_eq!(error.kind(), ComponentErrorKind::Network);
    assert_eq!(
        error.to_string(),
        format!(
            "openai: cannot be reached: no connection was made at {address} (connection \
             refused); check that it runs there, or correct embedder.config.openai_base_url"
        ),
    );
}
