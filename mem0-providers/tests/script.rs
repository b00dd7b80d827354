//! A service in memory that answers what a test says, and remembers what it was asked.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::fs;
use std::future::{Ready, ready};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, Request, Response};
use mem0_components::{Components, ConfigError, Embedder, MemoryConfig, Registry};
use mem0_providers::{Body, Providers};
use serde_json::{Map, Value, json};
use tokio::runtime::{Builder, Runtime};
use tower_service::Service;

/// What a service was asked.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) method: String,
    pub(crate) url: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Asked {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}

pub(crate) type Answering = Arc<dyn Fn(&Asked) -> Response<Body> + Send + Sync>;

/// The service. Clones share what they remember.
#[derive(Clone)]
pub(crate) struct Script {
    answering: Answering,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Script {
    pub(crate) fn new(
        answering: impl Fn(&Asked) -> Response<Body> + Send + Sync + 'static,
    ) -> Self {
        Self { answering: Arc::new(answering), asked: Arc::default() }
    }

    /// These answers, one after the other, and then none.
    pub(crate) fn in_turn(answers: impl IntoIterator<Item = Response<Body>>) -> Self {
        let answers = Mutex::new(answers.into_iter().collect::<VecDeque<_>>());
        Self::new(move |asked| {
            answers.lock().unwrap().pop_front().unwrap_or_else(|| panic!("not expected: {asked:?}"))
        })
    }

    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }
}

impl Service<Request<Body>> for Script {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Ready<Result<Response<Body>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let (parts, body) = request.into_parts();
        let asked = Asked {
            method: parts.method.to_string(),
            url: parts.uri.to_string(),
            headers: parts.headers,
            body: body.as_ref().to_vec(),
        };
        self.asked.lock().unwrap().push(asked.clone());
        ready(Ok((self.answering)(&asked)))
    }
}

pub(crate) fn answer(status: u16, body: &Value) -> Response<Body> {
    Response::builder().status(status).body(Body::from(body.to_string())).unwrap()
}

/// A runtime whose clock jumps over every wait.
pub(crate) fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().start_paused(true).build().unwrap()
}

/// What an embedder of this provider is, over a script.
pub(crate) fn build(
    script: &Script,
    runtime: &Runtime,
    provider: &str,
    config: &Value,
    variables: &Value,
) -> Result<Arc<dyn Embedder>, ConfigError> {
    let given = json!({"embedder": {"provider": provider, "config": config}});
    let made = components(script, Some(runtime), &given, variables)?;
    Ok(made.embedder.unwrap())
}

/// What a configuration makes over a script, on this runtime or the crate's own.
pub(crate) fn components(
    script: &Script,
    runtime: Option<&Runtime>,
    given: &Value,
    variables: &Value,
) -> Result<Components, ConfigError> {
    let mut providers = Providers::new().service(script.clone());
    if let Some(runtime) = runtime {
        providers = providers.runtime(runtime.handle().clone());
    }
    let variables = variables.clone();
    let registry = providers
        .register(Registry::empty())
        .variables(move |name| variables[name].as_str().map(str::to_owned));
    registry.build(&MemoryConfig::from_value(given)?)
}

/// A file with a service account whose key was made for this run, and its public key.
pub(crate) struct AccountFile {
    _folder: tempfile::TempDir,
    pub(crate) path: PathBuf,
    pub(crate) key: KeyPair,
}

impl AccountFile {
    /// With these fields in the place of its own.
    pub(crate) fn new(fields: Value) -> Self {
        let key = KeyPair::generate(KeySize::Rsa2048).unwrap();
        let der = STANDARD.encode(key.as_der().unwrap().as_ref());
        let lines: Vec<&str> =
            der.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
        let pem = format!(
            "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n",
            lines.join("\n")
        );
        let mut account = json!({
            "type": "service_account",
            "project_id": "proj-1",
            "private_key_id": "kid-test",
            "client_email": "sa@proj-1.iam.gserviceaccount.com",
            "client_id": "1",
            "token_uri": "https://oauth2.googleapis.com/token",
        });
        let fields: Map<String, Value> = fields.as_object().cloned().unwrap_or_default();
        account.as_object_mut().unwrap().extend(fields);
        account["private_key"] = pem.into();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sa.json");
        fs::write(&path, account.to_string()).unwrap();
        Self { _folder: folder, path, key }
    }
}
