//! Ollama's own API.

use std::sync::Arc;
use std::time::Duration;

use http::header;
use mem0_components::{
    ComponentError, ComponentErrorKind, ConfigError, Embedder, Purpose, Reply, Settings,
};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::OnceCell;

use crate::connection::Outgoing;
use crate::credentials::Credentials;
use crate::embedding::{Asking, Protocol, Service};
use crate::model::{Model, Numbers, dimensions, given_dimensions};
use crate::place::{Origin, connect, key_header};
use crate::sending::Sending;

pub(crate) const NAME: &str = "ollama";

/// How long a model may take to be pulled: several gigabytes over a slow line.
const PULLING: Duration = Duration::from_secs(30 * 60);

struct Ollama {
    /// The model as it is named in requests.
    name: String,
    /// Whether the server is known to have the model.
    is_there: OnceCell<()>,
}

#[derive(Deserialize)]
struct Tags {
    models: Vec<Tag>,
}

#[derive(Deserialize)]
struct Tag {
    name: Option<String>,
    model: Option<String>,
}

#[derive(Deserialize)]
struct Answer {
    embeddings: Vec<Numbers>,
}

pub(crate) fn embedder(
    settings: &mut Settings<'_>,
    sending: &Sending,
) -> Result<Arc<dyn Embedder>, ConfigError> {
    let given: Option<String> = settings.get("ollama_base_url")?;
    let variable = "OLLAMA_HOST";
    let (origin, address) = match given.filter(|text| !text.trim().is_empty()) {
        Some(address) => (Origin::Setting("ollama_base_url"), address),
        None => match settings.variable(variable) {
            Some(address) => (Origin::Variable(variable), host(&address)),
            None => (Origin::Setting("ollama_base_url"), "http://127.0.0.1:11434".to_owned()),
        },
    };
    let connection = connect(NAME, &origin, &address, settings, sending)?;
    let credentials = match settings.optional_secret("api_key", "OLLAMA_API_KEY")? {
        Some(key) => {
            let key = key_header(settings, "api_key", "Bearer ", &key)?;
            Credentials::Key(header::AUTHORIZATION, key)
        }
        None => Credentials::InRequest,
    };
    let given: Option<String> = settings.get("model")?;
    let name = given.unwrap_or_else(|| "nomic-embed-text".to_owned());
    let given = given_dimensions(settings)?;
    let dimensions = dimensions(settings, given, &name)?;
    let model = Model::new(NAME, &name, dimensions, 100);
    let protocol = Ollama { name, is_there: OnceCell::new() };
    Ok(Arc::new(Asking { service: Service { connection, credentials }, model, protocol }))
}

/// `OLLAMA_HOST` as Ollama itself reads it: scheme and port may be left out, and the address that a
/// server listens on everywhere is this machine's.
fn host(given: &str) -> String {
    let given = given.trim().trim_end_matches('/');
    let (scheme, rest) = given.split_once("://").unwrap_or(("http", given));
    let (host, path) = match rest.split_once('/') {
        Some((host, path)) => (host, format!("/{path}")),
        None => (rest, String::new()),
    };
    let is_port = |port: &str| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    let (name, port) = match host.rsplit_once(':') {
        Some((name, port)) if is_port(port) && (!name.contains(':') || name.ends_with(']')) => {
            (name, port.to_owned())
        }
        _ if given.contains("://") => {
            (host, if scheme == "https" { "443" } else { "80" }.to_owned())
        }
        _ => (host, "11434".to_owned()),
    };
    let name = if matches!(name, "" | "0.0.0.0" | "[::]") { "127.0.0.1" } else { name };
    format!("{scheme}://{name}:{port}{path}")
}

impl Ollama {
    /// Has the server pull the model if it does not have it yet.
    async fn pull(&self, service: &Service, model: &Model) -> Result<(), ComponentError> {
        let tags = service.send(Outgoing::get("/api/tags")).await?;
        let Tags { models } = model.read(&tags)?;
        let wanted = tagged(&self.name);
        let is_wanted = |name: &Option<String>| name.as_deref().map(tagged) == Some(wanted.clone());
        if models.iter().any(|tag| is_wanted(&tag.name) || is_wanted(&tag.model)) {
            return Ok(());
        }
        let body = json!({"model": self.name, "stream": false, "insecure": false});
        let mut request = Outgoing::post("/api/pull", &body);
        request.timeout = Some(PULLING);
        match service.send(request).await {
            Ok(_) => Ok(()),
            // Its answer to a name that nobody knows is a 500.
            Err(error) if error.kind() == ComponentErrorKind::Unavailable => {
                let error = ComponentError::new(NAME, ComponentErrorKind::Configuration);
                Err(error.detail("the server does not have the model and cannot pull it"))
            }
            Err(error) => Err(error),
        }
    }
}

/// A name without a tag is the latest one's.
fn tagged(name: &str) -> String {
    match name.rsplit('/').next().unwrap_or(name).contains(':') {
        true => name.to_owned(),
        false => format!("{name}:latest"),
    }
}

impl Protocol for Ollama {
    fn request(&self, _: &Model, texts: &[&str], _: Purpose) -> Result<Outgoing, ComponentError> {
        let input = match texts {
            [one] => Value::from(*one),
            several => several.iter().copied().collect(),
        };
        Ok(Outgoing::post("/api/embed", &json!({"model": self.name, "input": input})))
    }

    fn read(&self, model: &Model, body: &[u8]) -> Result<Vec<Numbers>, ComponentError> {
        Ok(model.read::<Answer>(body)?.embeddings)
    }

    fn prepare<'a>(&'a self, service: &'a Service, model: &'a Model) -> Reply<'a, ()> {
        let pull = move || self.pull(service, model);
        Box::pin(async move { self.is_there.get_or_try_init(pull).await.map(drop) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_read_as_ollama_reads_it() {
        for (given, address) in [
            ("", "http://127.0.0.1:11434"),
            ("0.0.0.0", "http://127.0.0.1:11434"),
            ("0.0.0.0:8080", "http://127.0.0.1:8080"),
            ("box", "http://box:11434"),
            ("box:1", "http://box:1"),
            ("http://box", "http://box:80"),
            ("https://box/", "https://box:443"),
            ("https://box:8443/prefix", "https://box:8443/prefix"),
            ("[::1]", "http://[::1]:11434"),
            ("[::1]:5", "http://[::1]:5"),
        ] {
            assert_eq!(host(given), address, "{given}");
        }
    }
}
