//! Anthropic's Messages API.

mod messages;
pub(crate) mod names;

use std::sync::Arc;

use http::HeaderName;
use mem0_components::{ConfigError, Llm, LlmCapabilities, Settings};

use crate::chat::ChatModel;
use crate::chat::settings::ChatSettings;
use crate::credentials::Credentials;
use crate::place::{Place, key_header};
use crate::sending::Sending;
use crate::service::Service;
use messages::{Messages, NAME};
use names::Claude;

const PLACE: Place<'static> = Place {
    setting: "anthropic_base_url",
    variables: &["ANTHROPIC_BASE_URL"],
    otherwise: Some("https://api.anthropic.com"),
};

/// What the API must be told, which has no default of its own.
const MAX_TOKENS: u64 = 2000;

pub(crate) fn llm(
    settings: &mut Settings<'_>,
    chat: &ChatSettings,
    sending: &Sending,
) -> Result<Arc<dyn Llm>, ConfigError> {
    let connection = PLACE.connect(NAME, settings, sending)?;
    let key = settings.optional_secret("api_key", "ANTHROPIC_API_KEY")?;
    let key = match key.or_else(|| chat.api_key.clone()) {
        Some(key) => key,
        None => settings.secret("api_key", "ANTHROPIC_API_KEY")?,
    };
    let key = key_header(settings, "api_key", "", &key)?;
    let model = chat.model_or("claude-sonnet-4-6");
    let claude = Claude::of(&model);
    let forced: Option<bool> = settings.get("enable_sampling_parameters")?;
    let samples = forced.unwrap_or_else(|| claude.is_some_and(Claude::takes_sampling));
    // The API takes one of the two.
    let temperature = chat.temperature.or_default().filter(|_| samples);
    let protocol = Messages {
        model: model.clone(),
        max_tokens: chat.max_tokens.or_default().unwrap_or(MAX_TOKENS),
        temperature,
        top_p: chat.top_p.set.filter(|_| samples && temperature.is_none()),
        has_formats: claude.is_some_and(Claude::has_formats),
    };
    let mut capabilities = LlmCapabilities::text().with_json_schema().with_tools();
    capabilities.images = chat.sees_images;
    Ok(Arc::new(ChatModel {
        service: Service {
            connection,
            credentials: Credentials::Key(HeaderName::from_static("x-api-key"), key),
        },
        provider: NAME,
        name: format!("{NAME}/{model}"),
        capabilities,
        timeout: chat.timeout,
        protocol,
    }))
}
