//! Azure OpenAI: OpenAI's protocol at the address of a deployment.

use std::collections::BTreeMap;
use std::sync::Arc;

use http::{HeaderMap, HeaderName, HeaderValue};
use mem0_components::{ConfigError, Embedder, Llm, Secret, Settings};
use serde::Deserialize;
use serde_json::Map;

use crate::chat::ChatModel;
use crate::chat::settings::ChatSettings;
use crate::connection::Outgoing;
use crate::credentials::{Credentials, Tokens};
use crate::embedding::Asking;
use crate::model::{Model, dimensions, given_dimensions};
use crate::openai_compatible::capabilities;
use crate::openai_compatible::chat::{Completions, Formats, parameters};
use crate::openai_compatible::embeddings::{Embeddings, Form};
use crate::place::{Origin, connect, key_header, segment};
use crate::sending::Sending;
use crate::service::Service;

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

/// Where a deployment is, and what its requests have beside their body.
struct Deployment {
    service: Service,
    path: String,
    headers: HeaderMap,
    name: String,
    /// The model, where one is set.
    model: Option<String>,
}

/// The variables of a kind of model.
struct Variables {
    key: &'static [&'static str],
    endpoint: &'static [&'static str],
    version: &'static [&'static str],
    deployment: &'static [&'static str],
}

const OF_EMBEDDERS: Variables = Variables {
    key: &["EMBEDDING_AZURE_OPENAI_API_KEY"],
    endpoint: &["EMBEDDING_AZURE_ENDPOINT"],
    version: &["EMBEDDING_AZURE_API_VERSION"],
    deployment: &["EMBEDDING_AZURE_DEPLOYMENT"],
};

/// The second of each is LiteLLM's.
const OF_LLMS: Variables = Variables {
    key: &["LLM_AZURE_OPENAI_API_KEY", "AZURE_API_KEY"],
    endpoint: &["LLM_AZURE_ENDPOINT", "AZURE_API_BASE"],
    version: &["LLM_AZURE_API_VERSION", "AZURE_API_VERSION"],
    deployment: &["LLM_AZURE_DEPLOYMENT"],
};

pub(crate) fn embedder(
    settings: &mut Settings<'_>,
    sending: &Sending,
) -> Result<Arc<dyn Embedder>, ConfigError> {
    let model: Option<String> = settings.get("model")?;
    let found = deployment(settings, &OF_EMBEDDERS, "embeddings", model, None, sending)?;
    let given = given_dimensions(settings)?;
    let named = found.model.as_deref().unwrap_or(&found.name);
    let dimensions = dimensions(settings, given, named)?;
    let of_vectors = Model::new(NAME, named, dimensions, 100);
    let protocol = Embeddings {
        path: found.path,
        headers: found.headers,
        form: FORM,
        sent_model: found.model,
        sent_dimensions: None,
        more: Map::new(),
    };
    Ok(Arc::new(Asking { service: found.service, model: of_vectors, protocol }))
}

/// A language model of Azure's.
pub(crate) fn llm(
    settings: &mut Settings<'_>,
    chat: &ChatSettings,
    sending: &Sending,
) -> Result<Arc<dyn Llm>, ConfigError> {
    chat_model(settings, chat, sending, false)
}

/// The same by the name of the official class for structured answers, which holds a model that
/// reasons to the limit of tokens, too.
pub(crate) fn structured_llm(
    settings: &mut Settings<'_>,
    chat: &ChatSettings,
    sending: &Sending,
) -> Result<Arc<dyn Llm>, ConfigError> {
    chat_model(settings, chat, sending, true)
}

fn chat_model(
    settings: &mut Settings<'_>,
    chat: &ChatSettings,
    sending: &Sending,
    limits_reasoning: bool,
) -> Result<Arc<dyn Llm>, ConfigError> {
    let model = chat.model_or("gpt-5-mini");
    let key = chat.api_key.as_ref();
    let found =
        deployment(settings, &OF_LLMS, "chat/completions", Some(model.clone()), key, sending)?;
    Ok(Arc::new(ChatModel {
        service: found.service,
        provider: NAME,
        name: format!("{NAME}/{model}"),
        capabilities: capabilities(chat, Formats::Schema, true),
        timeout: chat.timeout,
        protocol: Completions {
            provider: NAME,
            path: found.path,
            headers: found.headers,
            fields: parameters(chat, &model, limits_reasoning),
            formats: Formats::Schema,
            own_format: None,
            image_detail: chat.image_detail.clone(),
        },
    }))
}

fn deployment(
    settings: &mut Settings<'_>,
    variables: &Variables,
    operation: &str,
    model: Option<String>,
    other_key: Option<&Secret>,
    sending: &Sending,
) -> Result<Deployment, ConfigError> {
    let given: AzureKwargs = settings.get(KWARGS)?.unwrap_or_default();
    let top_key: Option<Secret> = settings.get("api_key")?;
    let of_variable = |settings: &Settings<'_>, names: &[&'static str]| {
        names.iter().find_map(|name| Some((*name, settings.variable(name)?)))
    };
    let named = |names: &[&'static str]| names.first().copied().unwrap_or_default();

    let (origin, endpoint) = match given.azure_endpoint.clone() {
        Some(endpoint) => (Origin::Setting("azure_kwargs.azure_endpoint"), endpoint),
        None => match of_variable(settings, variables.endpoint) {
            Some((name, endpoint)) => (Origin::Variable(name), endpoint),
            None => {
                let variable = named(variables.endpoint);
                return Err(settings.missing(
                    "azure_kwargs.azure_endpoint",
                    format!("is missing; give it there, or in the variable {variable}"),
                ));
            }
        },
    };
    let connection = connect(NAME, &origin, &endpoint, settings, sending)?;

    let or_variable = |settings: &Settings<'_>, given: Option<String>, names| {
        given.or_else(|| of_variable(settings, names).map(|(_, text)| text))
    };
    let version = or_variable(settings, given.api_version, variables.version);
    let name = or_variable(settings, given.azure_deployment, variables.deployment);
    let Some(name) = name.or_else(|| model.clone()) else {
        let variable = named(variables.deployment);
        return Err(settings.missing(
            "azure_kwargs.azure_deployment",
            format!("is missing; give it there, or in the variable {variable}"),
        ));
    };
    let path = format!(
        "/openai/deployments/{}/{operation}?api-version={}",
        segment(&name),
        segment(version.as_deref().unwrap_or(VERSION)),
    );

    // What the official examples show is not a key.
    let is_key = |key: &Secret| !["", "your-api-key"].contains(&key.expose());
    let key = [given.api_key, top_key, other_key.cloned()].into_iter().flatten().find(is_key);
    let key =
        key.or_else(|| of_variable(settings, variables.key).map(|(_, text)| Secret::new(text)));
    let variable = named(variables.key);
    let (credentials, key) = match key {
        Some(key) => {
            let key = key_header(settings, "azure_kwargs.api_key", "", &key)?;
            let place = format!("{} or {variable}", settings.path("azure_kwargs.api_key"));
            (Credentials::Key(HeaderName::from_static("api-key"), key), place)
        }
        None => {
            let tokens = application(settings, variable, sending)?;
            let place = "AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET".to_owned();
            (Credentials::Token(tokens), place)
        }
    };
    let connection = connection.with_key_in(key);

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
    Ok(Deployment { service: Service { connection, credentials }, path, headers, name, model })
}

/// The tokens of an application that is registered with Entra, by the variables of Azure's own
/// libraries.
fn application(
    settings: &mut Settings<'_>,
    variable: &str,
    sending: &Sending,
) -> Result<Tokens, ConfigError> {
    let variables = ["AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET"]
        .map(|name| settings.variable(name));
    let [Some(tenant), Some(client), Some(secret)] = variables else {
        return Err(settings.missing(
            "azure_kwargs.api_key",
            format!(
                "is missing; give it there, in the variable {variable}, or give AZURE_TENANT_ID, \
                 AZURE_CLIENT_ID and AZURE_CLIENT_SECRET"
            ),
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
