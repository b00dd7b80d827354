use std::sync::Arc;

use http::{HeaderName, HeaderValue};
use mem0_components::{ComponentError, ConfigError, Embedder, Purpose, Settings};
use serde::Deserialize;
use serde_json::{Value, json};

use super::access::Access;
use crate::connection::Outgoing;
use crate::embedding::{Asking, Protocol};
use crate::model::{Model, Numbers, given_dimensions};
use crate::sending::Sending;

pub(crate) const NAME: &str = "vertexai";

const DIMENSIONS: usize = 256;

/// How many texts a request may have.
const IN_A_REQUEST: usize = 250;

struct Vertex {
    access: Access,
    name: String,
    task_types: TaskTypes,
}

/// What the model is told that a text is, by its purpose.
struct TaskTypes {
    add: String,
    update: String,
    search: String,
}

#[derive(Deserialize)]
struct Answer {
    predictions: Vec<Prediction>,
}

#[derive(Deserialize)]
struct Prediction {
    embeddings: Values,
}

#[derive(Deserialize)]
struct Values {
    values: Numbers,
}

pub(crate) fn embedder(
    settings: &mut Settings<'_>,
    sending: &Sending,
) -> Result<Arc<dyn Embedder>, ConfigError> {
    let (service, access) = Access::new(NAME, settings, sending)?;
    let mut task_type = |field, otherwise: &str| {
        let given: Option<String> = settings.get(field)?;
        Ok(given.unwrap_or_else(|| otherwise.to_owned()))
    };
    let task_types = TaskTypes {
        add: task_type("memory_add_embedding_type", "RETRIEVAL_DOCUMENT")?,
        update: task_type("memory_update_embedding_type", "RETRIEVAL_DOCUMENT")?,
        search: task_type("memory_search_embedding_type", "RETRIEVAL_QUERY")?,
    };
    let given: Option<String> = settings.get("model")?;
    let name = given.unwrap_or_else(|| "gemini-embedding-001".to_owned());
    let dimensions = given_dimensions(settings)?.unwrap_or(DIMENSIONS);
    // The service takes only one text for these models. A call with more is sent as it is.
    let max_batch = if name.starts_with("gemini-embedding") { 1 } else { IN_A_REQUEST };
    let mut model = Model::new(NAME, &name, dimensions, max_batch);
    model.in_a_request = IN_A_REQUEST;
    let protocol = Vertex { access, name, task_types };
    Ok(Arc::new(Asking { service, model, protocol }))
}

impl Protocol for Vertex {
    fn request(
        &self,
        model: &Model,
        texts: &[&str],
        purpose: Purpose,
    ) -> Result<Outgoing, ComponentError> {
        let endpoint = self.access.model(&self.name)?;
        let task_type = match purpose {
            Purpose::Search => &self.task_types.search,
            Purpose::Update => &self.task_types.update,
            _ => &self.task_types.add,
        };
        let instances = texts.iter().map(|text| json!({"task_type": task_type, "content": text}));
        let body = json!({
            "instances": instances.collect::<Vec<Value>>(),
            "parameters": {"outputDimensionality": model.dimensions, "autoTruncate": true},
        });
        // The query and the routing header are those of Google's own libraries.
        let path = format!("/v1/{endpoint}:predict?%24alt=json%3Benum-encoding%3Dint");
        let mut request = Outgoing::post(path, &body);
        if let Ok(routing) = HeaderValue::from_str(&format!("endpoint={endpoint}")) {
            let name = HeaderName::from_static("x-goog-request-params");
            request = request.header(name, routing);
        }
        Ok(request)
    }

    fn read(&self, model: &Model, body: &[u8]) -> Result<Vec<Numbers>, ComponentError> {
        let Answer { predictions } = model.read(body)?;
        Ok(predictions.into_iter().map(|prediction| prediction.embeddings.values).collect())
    }
}
