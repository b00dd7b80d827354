//! OpenAI's protocol, and who else speaks it.

pub(crate) mod dialects;
pub(crate) mod embeddings;

use std::sync::Arc;

use http::{HeaderMap, header};
use mem0_components::{ConfigError, Embedder, Settings};
use serde_json::{Map, Value};

use crate::credentials::Credentials;
use crate::embedding::{Asking, Service};
use crate::model::{Model, dimensions, given_dimensions};
use crate::sending::Sending;
use dialects::Dialect;
use embeddings::Embeddings;

/// An embedder of one of the dialects.
pub(crate) fn embedder(
    dialect: &'static Dialect,
    settings: &mut Settings<'_>,
    sending: &Sending,
) -> Result<Arc<dyn Embedder>, ConfigError> {
    let connection = dialect.place.connect(dialect.name, settings, sending)?;
    let key = dialect.key.header(settings)?;
    let given: Option<String> = settings.get("model")?;
    let model = match given.or_else(|| dialect.model.map(str::to_owned)) {
        Some(model) => model,
        None => return Err(settings.missing("model", "is missing; name the model")),
    };
    let more: Map<String, Value> = match dialect.takes_model_kwargs {
        true => settings.get("model_kwargs")?.unwrap_or_default(),
        false => Map::new(),
    };
    let given = given_dimensions(settings)?;
    let of_kwargs = more.get("dimensions").and_then(Value::as_u64);
    let of_kwargs = of_kwargs.and_then(|dimensions| usize::try_from(dimensions).ok());
    let dimensions = dimensions(settings, given.or(of_kwargs), &model)?;
    // The oldest model has one length, and refuses to be asked for it.
    let asks = dialect.form.sends_dimensions && !model.ends_with("ada-002");
    let protocol = Embeddings {
        path: "/embeddings".to_owned(),
        headers: HeaderMap::new(),
        form: dialect.form,
        sent_model: Some(model.clone()),
        sent_dimensions: given.filter(|_| asks),
        more,
    };
    let service = Service { connection, credentials: Credentials::Key(header::AUTHORIZATION, key) };
    let model = Model::new(dialect.name, &model, dimensions, dialect.max_batch);
    Ok(Arc::new(Asking { service, model, protocol }))
}
