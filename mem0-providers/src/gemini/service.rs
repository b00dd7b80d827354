use http::HeaderName;
use mem0_components::{ConfigError, Secret, Settings};

use crate::credentials::Credentials;
use crate::place::{Place, key_header};
use crate::sending::Sending;
use crate::service::Service;

pub(crate) const NAME: &str = "gemini";

const PLACE: Place<'static> = Place {
    setting: "gemini_base_url",
    variables: &["GOOGLE_GEMINI_BASE_URL"],
    otherwise: Some("https://generativelanguage.googleapis.com"),
};

/// The service for who has a key, or the key that stands in for one of the settings.
pub(crate) fn with_key(
    settings: &mut Settings<'_>,
    other: Option<&Secret>,
    sending: &Sending,
) -> Result<Service, ConfigError> {
    let connection = PLACE.connect(NAME, settings, sending)?;
    let other = other.cloned().or_else(|| settings.variable("GEMINI_API_KEY").map(Secret::new));
    let key = match settings.optional_secret("api_key", "GOOGLE_API_KEY")?.or(other) {
        Some(key) => key,
        None => settings.secret("api_key", "GOOGLE_API_KEY")?,
    };
    let key = key_header(settings, "api_key", "", &key)?;
    let credentials = Credentials::Key(HeaderName::from_static("x-goog-api-key"), key);
    Ok(Service { connection, credentials })
}
