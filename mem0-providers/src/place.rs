//! What the settings say about where a provider is and who asks it.

use mem0_components::{ConfigError, Secret, Settings};
use mem0_http::{BaseUrl, InvalidSetting, Proxy};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use crate::connection::{Connection, SettingNames};
use crate::sending::Sending;

/// Where the address of a provider is written.
pub(crate) struct Place<'a> {
    /// The setting, such as `openai_base_url`.
    pub(crate) setting: &'static str,
    /// The variables, of which the first that is set counts.
    pub(crate) variables: &'static [&'static str],
    /// The address where neither is set.
    pub(crate) otherwise: Option<&'a str>,
}

impl Place<'_> {
    /// A connection to the address that is set.
    pub(crate) fn connect(
        &self,
        provider: &'static str,
        settings: &mut Settings<'_>,
        sending: &Sending,
    ) -> Result<Connection, ConfigError> {
        let given: Option<String> = settings.get(self.setting)?;
        let given = given.filter(|text| !text.trim().is_empty());
        let variable =
            self.variables.iter().find_map(|name| Some((name, settings.variable(name)?)));
        let (origin, text) = match (given, variable, self.otherwise) {
            (Some(text), _, _) => (Origin::Setting(self.setting), text),
            (None, Some((name, text)), _) => (Origin::Variable(name), text),
            (None, None, Some(text)) => (Origin::Setting(self.setting), text.to_owned()),
            (None, None, None) => {
                return Err(settings.missing(
                    self.setting,
                    "is missing; give the address of a server that has the model",
                ));
            }
        };
        connect(provider, &origin, &text, settings, sending)
    }
}

/// Where an address was written.
pub(crate) enum Origin<'a> {
    Setting(&'a str),
    Variable(&'a str),
}

/// A connection to an address.
pub(crate) fn connect(
    provider: &'static str,
    origin: &Origin<'_>,
    address: &str,
    settings: &mut Settings<'_>,
    sending: &Sending,
) -> Result<Connection, ConfigError> {
    let base_url = BaseUrl::parse(address).map_err(|why| match origin {
        Origin::Setting(name) => settings.error(name, told(why)),
        Origin::Variable(name) => ConfigError::new(*name, told(why)),
    })?;
    let proxy = proxy(settings, &base_url)?;
    let address = match origin {
        Origin::Setting(name) => settings.path(name),
        Origin::Variable(name) => (*name).to_owned(),
    };
    let key = format!("{} or its variable", settings.path("api_key"));
    let names = SettingNames { address, key, model: settings.path("model") };
    Connection::new(provider, base_url, proxy, Some(names), sending)
        .map_err(|why| settings.error("http_client_proxies", told(why)))
}

/// The official setting of proxies: one address, or one for each scheme.
fn proxy(settings: &mut Settings<'_>, base_url: &BaseUrl) -> Result<Proxy, ConfigError> {
    let scheme = if base_url.is_https() { "https" } else { "http" };
    match settings.get::<Value>("http_client_proxies")? {
        None => Ok(Proxy::Environment),
        Some(Value::String(url)) => Ok(Proxy::Url(url)),
        Some(Value::Object(by_scheme)) => {
            let of = |name: &str| {
                let mut found = by_scheme
                    .iter()
                    .filter(|(key, _)| key.trim_end_matches('/').trim_end_matches(':') == name);
                found.next().map(|(_, url)| url)
            };
            match of(scheme).or_else(|| of("all")) {
                Some(Value::String(url)) => Ok(Proxy::Url(url.clone())),
                Some(Value::Null) | None => Ok(Proxy::Environment),
                Some(_) => Err(settings.error("http_client_proxies", "must hold addresses")),
            }
        }
        Some(_) => Err(settings.error(
            "http_client_proxies",
            "must be the address of a proxy, or an object with one for http:// and https://",
        )),
    }
}

/// A key as a header's value, which begins with `prefix`.
pub(crate) fn key_header(
    settings: &Settings<'_>,
    field: &str,
    prefix: &str,
    key: &Secret,
) -> Result<http::HeaderValue, ConfigError> {
    match mem0_http::Secret::new(prefix, key.expose()) {
        Ok(secret) => Ok(secret.header()),
        Err(why) => Err(settings.error(field, format!("cannot be used: {why}"))),
    }
}

/// Words that follow a path: those of a setting begin with what it is.
fn told(why: InvalidSetting) -> String {
    let why = why.to_string();
    for subject in ["the base URL ", "the proxy "] {
        if let Some(rest) = why.strip_prefix(subject) {
            return rest.to_owned();
        }
    }
    why
}

/// A text as one segment of a path, in which all but unreserved characters are encoded.
pub(crate) fn segment(text: &str) -> String {
    const SET: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
    utf8_percent_encode(text, SET).to_string()
}
