//! OpenAI's protocol, and who else speaks it.

pub(crate) mod chat;
pub(crate) mod dialects;
pub(crate) mod embeddings;

use std::sync::Arc;

use http::{HeaderMap, HeaderName, HeaderValue, header};
use mem0_components::{ConfigError, Embedder, Llm, LlmCapabilities, Secret, Settings};
use serde_json::{Map, Value};

use crate::chat::ChatModel;
use crate::chat::settings::ChatSettings;
use crate::credentials::Credentials;
use crate::embedding::Asking;
use crate::model::{Model, dimensions, given_dimensions};
use crate::place::{Place, key_header};
use crate::sending::Sending;
use crate::service::Service;
use chat::{Completions, Formats, parameters};
use dialects::Dialect;
use embeddings::Embeddings;

/// An embedder of one of the dialects.
pub(crate) fn embedder(
    dialect: &'static Dialect,
    form: &'static dialects::Embeddings,
    settings: &mut Settings<'_>,
    sending: &Sending,
) -> Result<Arc<dyn Embedder>, ConfigError> {
    let connection = dialect.place.connect(dialect.name, settings, sending)?;
    let key = dialect.key.header(settings)?;
    let given: Option<String> = settings.get("model")?;
    let model = match given.or_else(|| form.model.map(str::to_owned)) {
        Some(model) => model,
        None => return Err(settings.missing("model", "is missing; name the model")),
    };
    let more: Map<String, Value> = match form.takes_model_kwargs {
        true => settings.get("model_kwargs")?.unwrap_or_default(),
        false => Map::new(),
    };
    let given = given_dimensions(settings)?;
    let of_kwargs = more.get("dimensions").and_then(Value::as_u64);
    let of_kwargs = of_kwargs.and_then(|dimensions| usize::try_from(dimensions).ok());
    let dimensions = dimensions(settings, given.or(of_kwargs), &model)?;
    // The oldest model has one length, and refuses to be asked for it.
    let asks = form.form.sends_dimensions && !model.ends_with("ada-002");
    let protocol = Embeddings {
        path: "/embeddings".to_owned(),
        headers: HeaderMap::new(),
        form: form.form,
        sent_model: Some(model.clone()),
        sent_dimensions: given.filter(|_| asks),
        more,
    };
    let service = Service { connection, credentials: Credentials::Key(header::AUTHORIZATION, key) };
    let model = Model::new(dialect.name, &model, dimensions, form.max_batch);
    Ok(Arc::new(Asking { service, model, protocol }))
}

/// OpenAI's models, or OpenRouter's where its variable is set, as in Python.
pub(crate) fn openai_or_router(
    settings: &mut Settings<'_>,
    chat: &ChatSettings,
    sending: &Sending,
) -> Result<Arc<dyn Llm>, ConfigError> {
    const OF_ROUTER: [&str; 5] = ["openrouter_base_url", "models", "route", "site_url", "app_name"];
    let Some(key) = settings.variable("OPENROUTER_API_KEY") else {
        for field in OF_ROUTER {
            if settings.get::<Value>(field)?.is_some() {
                let way = "is for OpenRouter; set the variable OPENROUTER_API_KEY, or name \
                           openrouter as the provider";
                return Err(settings.error(field, way));
            }
        }
        return llm("openai", settings, chat, sending, None);
    };
    // What would be OpenAI's is not an error there.
    for field in ["openai_base_url", "api_key", "store"] {
        settings.get::<Value>(field)?;
    }
    llm("openrouter", settings, chat, sending, Some(&Secret::new(key)))
}

/// A language model of one of the dialects, with a key in the place of the one that is set.
pub(crate) fn llm(
    name: &str,
    settings: &mut Settings<'_>,
    chat: &ChatSettings,
    sending: &Sending,
    key: Option<&Secret>,
) -> Result<Arc<dyn Llm>, ConfigError> {
    let found = dialects::named(name).and_then(|one| Some((one, one.chat.as_ref()?)));
    let Some((dialect, of_chat)) = found else {
        return Err(settings.error("model", "has a provider without language models"));
    };
    let Place { setting, variables, otherwise } = dialect.place;
    let place = Place { setting, variables, otherwise: of_chat.address.or(otherwise) };
    let connection = place.connect(dialect.name, settings, sending)?;
    let key = match key {
        Some(key) => key_header(settings, "api_key", "Bearer ", key)?,
        None => dialect.key.header_or(settings, chat.api_key.as_ref())?,
    };
    let mut model = chat.model_or(of_chat.model);
    let mut headers = HeaderMap::new();
    let mut more = Map::new();
    let mut own_format = None;
    match dialect.name {
        "openai" => {
            if let Some(store) = settings.get::<bool>("store")? {
                more.insert("store".to_owned(), store.into());
            }
        }
        "openrouter" => {
            let models: Vec<String> = settings.get("models")?.unwrap_or_default();
            let route: Option<String> = settings.get("route")?;
            if let (None, Some(first)) = (&chat.model, models.first()) {
                model.clone_from(first);
            }
            if !models.is_empty() {
                more.insert("models".to_owned(), models.into());
                let route = route.unwrap_or_else(|| "fallback".to_owned());
                more.insert("route".to_owned(), route.into());
            }
            for (field, name) in [("site_url", "http-referer"), ("app_name", "x-title")] {
                let Some(text) = settings.get::<String>(field)? else { continue };
                let value = HeaderValue::from_str(&text).map_err(|_| {
                    settings.error(field, "has characters that an HTTP header cannot carry")
                })?;
                headers.insert(HeaderName::from_static(name), value);
            }
        }
        "lmstudio" => own_format = settings.get("lmstudio_response_format")?,
        // Python knows Mistral by this prefix alone.
        "mistral" => model = model.strip_prefix("mistral/").unwrap_or(&model).to_owned(),
        _ => {}
    }
    let mut fields = parameters(chat, &model, false);
    fields.extend(more);
    let formats = (of_chat.formats)(&model);
    let protocol = Completions {
        provider: dialect.name,
        path: "/chat/completions".to_owned(),
        headers,
        fields,
        formats,
        own_format,
        image_detail: chat.image_detail.clone(),
    };
    Ok(Arc::new(ChatModel {
        service: Service { connection, credentials: Credentials::Key(header::AUTHORIZATION, key) },
        provider: dialect.name,
        name: format!("{}/{model}", dialect.name),
        capabilities: capabilities(chat, formats, of_chat.has_tools),
        timeout: chat.timeout,
        protocol,
    }))
}

pub(crate) fn capabilities(
    chat: &ChatSettings,
    formats: Formats,
    has_tools: bool,
) -> LlmCapabilities {
    let mut capabilities = LlmCapabilities::text().with_json();
    capabilities.json_schema = matches!(formats, Formats::Schema | Formats::OnlySchema);
    capabilities.tools = has_tools;
    capabilities.images = chat.sees_images;
    capabilities
}
