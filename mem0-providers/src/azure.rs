//! Azure OpenAI: OpenAI's protocol at the address of a deployment.

use std::collections::BTreeMap;
use std::sync::Arc;

use http::{HeaderMap, HeaderName, HeaderValue};
use mem0_components::{ConfigError, Embedder, Secret, Settings};
use serde::Deserialize;
use serde_json::Map;

use crate::connection::Outgoing;
use crate::credentials::{Credentials, Tokens};
use crate::embedding::{Asking, Service};
use crate::model::{Model, dimensions, given_dimensions};
use crate::openai_compatible::embeddings::{Embeddings, Form};
use crate::place::{Origin, connect, key_header, segment};
use crate::sending::Sending;

pub(crate) const NAME: &str = "azure_openai";

/// The version that Azure calls generally available, where none is set.
const VERSION: &str = "2024-10-21";

const KWARGS: &str = "azure_kwargs";

/// `dimensions` is never sent, as in the official class.
const FORM: Form = Form {
    encoding: Some("base64"),
    one_is_a_list: true,
    keeps_lines: false,
    sends_dimensions: false,
};

#[derive(Deserialize, Default)]
#[serde(default)]
struct AzureKwargs {
    api_key: Option<Secret>,
    azure_deployment: Option<String>,
    azure_endpoint: Option<String>,
    api_version: Option<String>,
    default_headers: BTreeMap<String, Secret>,
}

pub(crate) fn embedder(
    settings: &mut Settings<'_>,
    sending: &Sending,
) -> Result<Arc<dyn Embedder>, ConfigError> {
    let given: AzureKwargs = settings.get(KWARGS)?.unwrap_or_default();
    let top_key: Option<Secret> = settings.get("api_key")?;
    let model: Option<String> = settings.get("model")?;

    let endpoint = (given.azure_endpoint.clone(), "EMBEDDING_AZURE_ENDPOINT");
    let (origin, endpoint) = match endpoint {
        (Some(endpoint), _) => (Origin::Setting("azure_kwargs.azure_endpoint"), endpoint),
        (None, variable) => match settings.variable(variable) {
            Some(endpoint) => (Origin::Variable(variable), endpoint),
            None => {
                return Err(settings.missing(
                    "azure_kwargs.azure_endpoint",
                    format!("is missing; give it there, or in the variable {variable}"),
                ));
            }
        },
    };
    let connection = connect(NAME, &origin, &endpoint, settings, sending)?;

    let of_variable =
        |given: Option<String>, variable| given.or_else(|| settings.variable(variable));
    let version = of_variable(given.api_version, "EMBEDDING_AZURE_API_VERSION");
    let deployment = of_variable(given.azure_deployment, "EMBEDDING_AZURE_DEPLOYMENT");
    let Some(deployment) = deployment.or_else(|| model.clone()) else {
        return Err(settings.missing(
            "azure_kwargs.azure_deployment",
            "is missing; give it there, or in the variable EMBEDDING_AZURE_DEPLOYMENT",
        ));
    };
    let path = format!(
        "/openai/deployments/{}/embeddings?api-version={}",
        segment(&deployment),
        segment(version.as_deref().unwrap_or(VERSION)),
    );

    let key = given.api_key.or(top_key).filter(|key| !key.expose().is_empty());
    let key = key.or_else(|| settings.variable("EMBEDDING_AZURE_OPENAI_API_KEY").map(Secret::new));
    let credentials = match key {
        Some(key) => Credentials::Key(
            HeaderName::from_static("api-key"),
            key_header(settings, "azure_kwargs.api_key", "", &key)?,
        ),
        None => Credentials::Token(application(settings, sending)?),
    };

    let mut headers = HeaderMap::new();
    for (name, value) in &given.default_headers {
        let name = name.parse::<HeaderName>();
        let value = HeaderValue::from_str(value.expose());
        let (Ok(name), Ok(mut value)) = (name, value) else {
            let why = "has a name or a value that an HTTP header cannot have";
            return Err(settings.error("azure_kwargs.default_headers", why));
        };
        value.set_sensitive(true);
        headers.insert(name, value);
    }

    let given = given_dimensions(settings)?;
    let named = model.as_deref().unwrap_or(&deployment);
    let dimensions = dimensions(settings, given, named)?;
    let service = Service { connection, credentials };
    let of_vectors = Model::new(NAME, named, dimensions, 100);
    let protocol = Embeddings {
        path,
        headers,
        form: FORM,
        sent_model: model,
        sent_dimensions: None,
        more: Map::new(),
    };
    Ok(Arc::new(Asking { service, model: of_vectors, protocol }))
}

/// The tokens of an application that is registered with Entra, by the variables of Azure's own
/// libraries.
fn application(settings: &mut Settings<'_>, sending: &Sending) -> Result<Tokens, ConfigError> {
    let variables = ["AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET"]
        .map(|name| settings.variable(name));
    let [Some(tenant), Some(client), Some(secret)] = variables else {
        return Err(settings.missing(
            "azure_kwargs.api_key",
            "is missing; give it there, in the variable EMBEDDING_AZURE_OPENAI_API_KEY, or give \
             AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET",
        ));
    };
    let host = settings
        .variable("AZURE_AUTHORITY_HOST")
        .unwrap_or_else(|| "https://login.microsoftonline.com".to_owned());
    let host = if host.contains("://") { host } else { format!("https://{host}") };
    let origin = Origin::Variable("AZURE_AUTHORITY_HOST");
    let connection = connect(NAME, &origin, &host, settings, sending)?;
    let request = Outgoing::form(
        format!("/{}/oauth2/v2.0/token", segment(&tenant)),
        &[
            ("client_id", &client),
            ("client_secret", &secret),
            ("grant_type", "client_credentials"),
            ("scope", "https://cognitiveservices.azure.com/.default"),
        ],
    );
    let grant = move || Ok((connection.clone(), request.clone()));
    Ok(Tokens::new(NAME, Box::new(grant)))
}
