use std::sync::Arc;

use mem0_components::{ComponentError, ConfigError, Embedder, Purpose, Settings};
use serde::Deserialize;
use serde_json::{Value, json};

use super::service::{NAME, with_key};
use crate::connection::Outgoing;
use crate::embedding::{Asking, Protocol};
use crate::model::{Model, Numbers, given_dimensions, on_one_line};
use crate::place::segment;
use crate::sending::Sending;

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
    let service = with_key(settings, None, sending)?;
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
    Ok(Arc::new(Asking { service, model, protocol }))
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
