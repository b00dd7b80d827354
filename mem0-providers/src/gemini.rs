//! Gemini's API with a key.

use std::sync::Arc;

use http::HeaderName;
use mem0_components::{ComponentError, ConfigError, Embedder, Purpose, Settings};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::connection::Outgoing;
use crate::credentials::Credentials;
use crate::embedding::{Asking, Protocol, Service};
use crate::model::{Model, Numbers, given_dimensions, on_one_line};
use crate::place::{Place, key_header, segment};
use crate::sending::Sending;

pub(crate) const NAME: &str = "gemini";

const PLACE: Place<'static> = Place {
    setting: "gemini_base_url",
    variables: &["GOOGLE_GEMINI_BASE_URL"],
    otherwise: Some("https://generativelanguage.googleapis.com"),
};

const DIMENSIONS: usize = 768;
const MAX_BATCH: usize = 100;

struct Gemini {
    /// With `models/` before it.
    resource: String,
    path: String,
    /// Whether the model embeds a question in another way than a document.
    has_task_types: bool,
}

#[derive(Deserialize)]
struct Answer {
    embeddings: Vec<Row>,
}

#[derive(Deserialize)]
struct Row {
    values: Numbers,
}

pub(crate) fn embedder(
    settings: &mut Settings<'_>,
    sending: &Sending,
) -> Result<Arc<dyn Embedder>, ConfigError> {
    let connection = PLACE.connect(NAME, settings, sending)?;
    let other = settings.variable("GEMINI_API_KEY").map(mem0_components::Secret::new);
    let key = match settings.optional_secret("api_key", "GOOGLE_API_KEY")?.or(other) {
        Some(key) => key,
        None => settings.secret("api_key", "GOOGLE_API_KEY")?,
    };
    let key = key_header(settings, "api_key", "", &key)?;
    let given: Option<String> = settings.get("model")?;
    let given = given.unwrap_or_else(|| "models/gemini-embedding-001".to_owned());
    let name = given.strip_prefix("models/").unwrap_or(&given);
    let of_output: Option<usize> = settings.get("output_dimensionality")?;
    let dimensions = of_output.or(given_dimensions(settings)?).unwrap_or(DIMENSIONS);
    let model = Model::new(NAME, name, dimensions, MAX_BATCH);
    let protocol = Gemini {
        resource: format!("models/{name}"),
        path: format!("/v1beta/models/{}:batchEmbedContents", segment(name)),
        // Later models take the task as a part of the text.
        has_task_types: name == "gemini-embedding-001" || name.starts_with("text-embedding-"),
    };
    let credentials = Credentials::Key(HeaderName::from_static("x-goog-api-key"), key);
    Ok(Arc::new(Asking { service: Service { connection, credentials }, model, protocol }))
}

impl Protocol for Gemini {
    fn request(
        &self,
        model: &Model,
        texts: &[&str],
        purpose: Purpose,
    ) -> Result<Outgoing, ComponentError> {
        let requests = texts.iter().map(|text| {
            let mut request = json!({
                "model": self.resource,
                "content": {"parts": [{"text": on_one_line(text)}], "role": "user"},
                "outputDimensionality": model.dimensions,
            });
            if self.has_task_types {
                request["taskType"] = match purpose {
                    Purpose::Search => "RETRIEVAL_QUERY",
                    _ => "RETRIEVAL_DOCUMENT",
                }
                .into();
            }
            request
        });
        let body = json!({"requests": requests.collect::<Vec<Value>>()});
        Ok(Outgoing::post(self.path.clone(), &body))
    }

    fn read(&self, model: &Model, body: &[u8]) -> Result<Vec<Numbers>, ComponentError> {
        let Answer { embeddings } = model.read(body)?;
        Ok(embeddings.into_iter().map(|row| row.values).collect())
    }
}
