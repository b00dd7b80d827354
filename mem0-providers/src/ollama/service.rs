use http::header;
use mem0_components::{ConfigError, Secret, Settings};

use crate::credentials::Credentials;
use crate::place::{Origin, connect, key_header};
use crate::sending::Sending;
use crate::service::Service;

pub(crate) const NAME: &str = "ollama";

/// The server, and the key or the other that stands in for it, where there is one.
pub(crate) fn service(
    settings: &mut Settings<'_>,
    other: Option<&Secret>,
    sending: &Sending,
) -> Result<Service, ConfigError> {
    let given: Option<String> = settings.get("ollama_base_url")?;
    let variable = "OLLAMA_HOST";
    let (origin, address) = match given.filter(|text| !text.trim().is_empty()) {
        Some(address) => (Origin::Setting("ollama_base_url"), address),
        None => match settings.variable(variable) {
            Some(address) => (Origin::Variable(variable), host(&address)),
            None => (Origin::Setting("ollama_base_url"), "http://127.0.0.1:11434".to_owned()),
        },
    };
    let connection = connect(NAME, &origin, &address, settings, sending)?;
    let key = settings.optional_secret("api_key", "OLLAMA_API_KEY")?;
    let credentials = match key.or_else(|| other.cloned()) {
        Some(key) => {
            let key = key_header(settings, "api_key", "Bearer ", &key)?;
            Credentials::Key(header::AUTHORIZATION, key)
        }
        None => Credentials::InRequest,
    };
    Ok(Service { connection, credentials })
}

/// `OLLAMA_HOST` as Ollama itself reads it: scheme and port may be left out, and the address that a
/// server listens on everywhere is this machine's.
fn host(given: &str) -> String {
    let given = given.trim().trim_end_matches('/');
    let (scheme, rest) = given.split_once("://").unwrap_or(("http", given));
    let (host, path) = match rest.split_once('/') {
        Some((host, path)) => (host, format!("/{path}")),
        None => (rest, String::new()),
    };
    let is_port = |port: &str| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    let (name, port) = match host.rsplit_once(':') {
        Some((name, port)) if is_port(port) && (!name.contains(':') || name.ends_with(']')) => {
            (name, port.to_owned())
        }
        _ if given.contains("://") => {
            (host, if scheme == "https" { "443" } else { "80" }.to_owned())
        }
        _ => (host, "11434".to_owned()),
    };
    let name = if matches!(name, "" | "0.0.0.0" | "[::]") { "127.0.0.1" } else { name };
    format!("{scheme}://{name}:{port}{path}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_read_as_ollama_reads_it() {
        for (given, address) in [
            ("", "http://127.0.0.1:11434"),
            ("0.0.0.0", "http://127.0.0.1:11434"),
            ("0.0.0.0:8080", "http://127.0.0.1:8080"),
            ("box", "http://box:11434"),
            ("box:1", "http://box:1"),
            ("http://box", "http://box:80"),
            ("https://box/", "https://box:443"),
            ("https://box:8443/prefix", "https://box:8443/prefix"),
            ("[::1]", "http://[::1]:11434"),
            ("[::1]:5", "http://[::1]:5"),
        ] {
            assert_eq!(host(given), address, "{given}");
        }
    }
}
