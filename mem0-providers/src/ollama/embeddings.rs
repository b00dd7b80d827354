use std::sync::Arc;
use std::time::Duration;

use mem0_components::{
    ComponentError, ComponentErrorKind, ConfigError, Embedder, Purpose, Reply, Settings,
};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::OnceCell;

use super::service::{NAME, service};
use crate::connection::Outgoing;
use crate::embedding::{Asking, Protocol};
use crate::model::{Model, Numbers, dimensions, given_dimensions};
use crate::sending::Sending;
use crate::service::Service;

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
    let service = service(settings, None, sending)?;
    let given: Option<String> = settings.get("model")?;
    let name = given.unwrap_or_else(|| "nomic-embed-text".to_owned());
    let given = given_dimensions(settings)?;
    let dimensions = dimensions(settings, given, &name)?;
    let model = Model::new(NAME, &name, dimensions, 100);
    let protocol = Ollama { name, is_there: OnceCell::new() };
    Ok(Arc::new(Asking { service, model, protocol }))
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
