//! Vertex AI, with the token of a Google account.

mod account;

use std::path::PathBuf;
use std::sync::Arc;

use http::{HeaderName, HeaderValue};
use mem0_components::{
    ComponentError, ComponentErrorKind, ConfigError, Embedder, Purpose, Settings,
};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::connection::Outgoing;
use crate::credentials::{Credentials, Tokens};
use crate::embedding::{Asking, Protocol, Service};
use crate::model::{Model, Numbers, given_dimensions};
use crate::place::{Place, segment};
use crate::sending::Sending;
use account::Account;

pub(crate) const NAME: &str = account::NAME;

const DIMENSIONS: usize = 256;

/// How many texts a request may have.
const IN_A_REQUEST: usize = 250;

struct Vertex {
    account: PathBuf,
    /// Where it is set; otherwise the account's own.
    project: Option<String>,
    location: String,
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
    let location = settings.text("location", "GOOGLE_CLOUD_LOCATION")?;
    let location = location.unwrap_or_else(|| "us-central1".to_owned());
    let host = match location.as_str() {
        "global" => "https://aiplatform.googleapis.com".to_owned(),
        location => format!("https://{}-aiplatform.googleapis.com", segment(location)),
    };
    let place = Place {
        setting: "vertex_base_url",
        variables: &["GOOGLE_VERTEX_BASE_URL"],
        otherwise: Some(&host),
    };
    let connection = place.connect(NAME, settings, sending)?;
    let account = settings.text("vertex_credentials_json", "GOOGLE_APPLICATION_CREDENTIALS")?;
    let Some(account) = account.map(PathBuf::from).or_else(|| account::of_gcloud(settings)) else {
        return Err(settings.missing(
            "vertex_credentials_json",
            "is missing; give the path of a service account's JSON file there, or in the variable \
             GOOGLE_APPLICATION_CREDENTIALS",
        ));
    };
    let project = settings.text("project", "GOOGLE_CLOUD_PROJECT")?;
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
    let tokens = {
        let (path, sending) = (account.clone(), sending.clone());
        Tokens::new(NAME, Box::new(move || Account::read(&path)?.grant(&sending)))
    };
    let mut model = Model::new(NAME, &name, dimensions, max_batch);
    model.in_a_request = IN_A_REQUEST;
    let service = Service { connection, credentials: Credentials::Token(tokens) };
    let protocol = Vertex { account, project, location, name, task_types };
    Ok(Arc::new(Asking { service, model, protocol }))
}

impl Protocol for Vertex {
    fn request(
        &self,
        model: &Model,
        texts: &[&str],
        purpose: Purpose,
    ) -> Result<Outgoing, ComponentError> {
        let of_account = || Ok(Account::read(&self.account)?.project().map(str::to_owned));
        let project = match &self.project {
            Some(project) => Some(project.clone()),
            None => of_account()?,
        };
        let Some(project) = project else {
            let error = ComponentError::new(NAME, ComponentErrorKind::Configuration);
            return Err(error.detail("the credentials name no project; set GOOGLE_CLOUD_PROJECT"));
        };
        let endpoint = format!(
            "projects/{}/locations/{}/publishers/google/models/{}",
            segment(&project),
            segment(&self.location),
            segment(&self.name),
        );
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
