//! Gemini's API with a key.

use std::fmt;
use std::sync::Arc;

use http::HeaderName;
use mem0_components::{ComponentError, ConfigError, Embedder, Embedding, Purpose, Reply, Settings};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::connection::{Connection, Outgoing};
use crate::credentials::Credentials;
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
    connection: Connection,
    credentials: Credentials,
    /// With `models/` before it.
    resource: String,
    path: String,
    /// Whether the model embeds a question in another way than a document.
    has_task_types: bool,
    model: Model,
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
    let model = given.unwrap_or_else(|| "models/gemini-embedding-001".to_owned());
    let name = model.strip_prefix("models/").unwrap_or(&model);
    let of_output: Option<usize> = settings.get("output_dimensionality")?;
    let dimensions = of_output.or(given_dimensions(settings)?).unwrap_or(DIMENSIONS);
    Ok(Arc::new(Gemini {
        connection,
        credentials: Credentials::Key(HeaderName::from_static("x-goog-api-key"), key),
        resource: format!("models/{name}"),
        path: format!("/v1beta/models/{}:batchEmbedContents", segment(name)),
        // Later models take the task as a part of the text.
        has_task_types: name == "gemini-embedding-001" || name.starts_with("text-embedding-"),
        model: Model::new(NAME, name, dimensions, MAX_BATCH),
    }))
}

impl Gemini {
    fn request(&self, texts: &[&str], purpose: Purpose) -> Outgoing {
        let requests = texts.iter().map(|text| {
            let mut request = json!({
                "model": self.resource,
                "content": {"parts": [{"text": on_one_line(text)}], "role": "user"},
                "outputDimensionality": self.model.dimensions,
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
        Outgoing::post(self.path.clone(), &json!({"requests": requests.collect::<Vec<Value>>()}))
    }

    fn read(&self, texts: usize, body: &[u8]) -> Result<Vec<Embedding>, ComponentError> {
        let Answer { embeddings } = self.model.read(body)?;
        self.model.vectors(texts, embeddings.into_iter().map(|row| row.values).collect())
    }
}

impl Embedder for Gemini {
    fn model(&self) -> &str {
        &self.model.name
    }

    fn dimensions(&self) -> usize {
        self.model.dimensions
    }

    fn max_batch(&self) -> usize {
        self.model.max_batch
    }

    fn embed<'a>(&'a self, texts: &'a [&'a str], purpose: Purpose) -> Reply<'a, Vec<Embedding>> {
        Box::pin(async move {
            let mut embeddings = Vec::with_capacity(texts.len());
            for batch in texts.chunks(self.model.max_batch) {
                let request = self.request(batch, purpose);
                let answer = self.credentials.send(&self.connection, request).await?;
                embeddings.extend(self.read(batch.len(), &answer)?);
            }
            Ok(embeddings)
        })
    }
}

impl fmt::Debug for Gemini {
    /// Without the key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.model.fmt(f)
    }
}
