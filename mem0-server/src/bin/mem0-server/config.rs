use std::fmt::{self, Write};
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use mem0_components::ProviderConfig;
use mem0_engine::LlmLimits;
use mem0_server::{BODY_LIMIT, BaseUrl, CorsOrigins, InvalidCorsOrigins, RateLimit};
use toml::de::{DeTable, DeValue};
use tracing::Level;

use crate::change_embedder::Mode;
use crate::components;
use crate::nearest_name::option_like;

/// All settings, in the spelling of the command line: `body-limit` is `--body-limit` on the command
/// line, `MEM0_SERVER_BODY_LIMIT` in the environment, and `body_limit` in the file.
pub(crate) const OPTIONS: &[&str] = &[
    "listen",
    "data-dir",
    "embedder",
    "change-embedder",
    "embedding-price",
    "reranker",
    "llm",
    "llm-limits",
    "api-key",
    "api-key-file",
    "base-url",
    "cors-origins",
    "log",
    "body-limit",
    "rate-limit",
    "max-connections",
    "header-timeout",
    "body-timeout",
    "drain-limit",
    "private-webhooks",
    "metrics-listen",
];

/// The settings that may be tables of the file.
const TABLES: [&str; 4] = ["embedder", "reranker", "llm", "llm-limits"];

/// How the server runs.
#[derive(Clone)]
pub(crate) struct Config {
    pub(crate) listen: String,
    pub(crate) data_dir: PathBuf,
    /// `None` for the built-in one that the folder was made with.
    pub(crate) embedder: Option<ProviderConfig>,
    pub(crate) change_embedder: Mode,
    /// Of a million tokens.
    pub(crate) embedding_price: Option<f64>,
    /// `None` for the local comparison of words.
    pub(crate) reranker: Option<ProviderConfig>,
    /// `None` for none.
    pub(crate) llm: Option<ProviderConfig>,
    pub(crate) llm_limits: LlmLimits,
    pub(crate) api_key: Option<String>,
    pub(crate) base_url: Option<BaseUrl>,
    pub(crate) cors_origins: Option<CorsOrigins>,
    pub(crate) log: Level,
    pub(crate) body_limit: usize,
    pub(crate) rate_limit: Option<RateLimit>,
    pub(crate) max_connections: usize,
    pub(crate) header_timeout: Duration,
    pub(crate) body_timeout: Duration,
    pub(crate) drain_limit: Duration,
    pub(crate) private_webhooks: bool,
    pub(crate) metrics_listen: Option<SocketAddr>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: "127.0.0.1:8888".to_owned(),
            data_dir: PathBuf::from("mem0-data"),
            embedder: None,
            change_embedder: Mode::No,
            embedding_price: None,
            reranker: None,
            llm: None,
            llm_limits: LlmLimits::default(),
            api_key: None,
            base_url: None,
            cors_origins: None,
            log: Level::WARN,
            body_limit: BODY_LIMIT,
            rate_limit: None,
            max_connections: 1024,
            header_timeout: Duration::from_secs(30),
            body_timeout: Duration::from_secs(60),
            drain_limit: Duration::from_secs(30),
            private_webhooks: false,
            metrics_listen: None,
        }
    }
}

impl fmt::Debug for Config {
    /// Leaves the key out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("listen", &self.listen)
            .field("data_dir", &self.data_dir)
            .finish_non_exhaustive()
    }
}

impl Config {
    /// Sets one of [`OPTIONS`]. The error says what the value must be, and never repeats a key.
    pub(crate) fn set(&mut self, option: &str, value: &str) -> Result<(), String> {
        let refused = |what: &str| Err(format!("must be {what}"));
        match option {
            "listen" | "data-dir" if value.is_empty() => return refused("more than an empty text"),
            "listen" => value.clone_into(&mut self.listen),
            "data-dir" => self.data_dir = PathBuf::from(value),
            "embedder" => self.embedder = Some(components::embedder(value)?),
            "reranker" => self.reranker = Some(components::of_provider(option, value)?),
            "llm" => self.llm = Some(components::of_provider(option, value)?),
            "llm-limits" => self.llm_limits = components::limits(value)?,
            "change-embedder" => {
                self.change_embedder = match value {
                    "no" => Mode::No,
                    "free" => Mode::Free,
                    "paid" => Mode::Paid,
                    _ => return refused("no, free or paid"),
                }
            }
            "embedding-price" => match value.parse() {
                Ok(price) if (0.0..=1e9).contains(&price) => self.embedding_price = Some(price),
                _ => return refused("the price of a million tokens, such as 0.02"),
            },
            "api-key" => self.api_key = Some(key_in(value)?),
            "api-key-file" => self.api_key = Some(key_in_file(Path::new(value))?),
            "base-url" => match BaseUrl::new(value) {
                Some(base) => self.base_url = Some(base),
                None => return refused("an http or https address without a query"),
            },
            "cors-origins" => {
                let origins = value.parse().map_err(|why: InvalidCorsOrigins| why.to_string())?;
                self.cors_origins = Some(origins);
            }
            "log" => {
                self.log = match value {
                    "error" => Level::ERROR,
                    "warn" => Level::WARN,
                    "info" => Level::INFO,
                    _ => return refused("error, warn or info"),
                }
            }
            "body-limit" => self.body_limit = positive(value, "bytes")?,
            "rate-limit" => {
                let requests: u32 = number(value, "requests a minute, or 0 for no limit")?;
                self.rate_limit = RateLimit::per_minute(requests);
            }
            "max-connections" => self.max_connections = positive(value, "connections")?,
            "header-timeout" => self.header_timeout = seconds(value)?,
            "body-timeout" => self.body_timeout = seconds(value)?,
            "drain-limit" => self.drain_limit = seconds(value)?,
            "private-webhooks" => match value.parse() {
                Ok(private) => self.private_webhooks = private,
                Err(_) => return refused("true or false"),
            },
            "metrics-listen" => match value.parse() {
                Ok(address) => self.metrics_listen = Some(address),
                Err(_) => return refused("an IP address with a port, such as 127.0.0.1:9464"),
            },
            _ => return Err(unknown(option)),
        }
        Ok(())
    }

    /// Reads a TOML file. An error names the line.
    pub(crate) fn read_file(&mut self, path: &Path) -> Result<(), String> {
        let name = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let name = name.display();
        let text = std::fs::read_to_string(path)
            .map_err(|error| format!("cannot read the configuration {name}: {error}"))?;
        self.read(&text).map_err(|(line, why)| format!("{name}, line {line}: {why}"))
    }

    fn read(&mut self, text: &str) -> Result<(), (usize, String)> {
        let line = |at: usize| 1 + text.bytes().take(at).filter(|byte| *byte == b'\n').count();
        let table = DeTable::parse(text).map_err(|error| {
            (line(error.span().map_or(0, |span| span.start)), error.message().to_owned())
        })?;
        // In the order of the file, so that the first mistake is reported.
        let mut entries: Vec<_> = table.get_ref().iter().collect();
        entries.sort_by_key(|(key, _)| key.span().start);
        for (key, value) in entries {
            let refused = |why: &str| (line(key.span().start), format!("{} {why}", key.get_ref()));
            let option = OPTIONS.iter().find(|option| option.replace('-', "_") == **key.get_ref());
            let option = option.ok_or_else(|| refused(&unknown(key.get_ref())))?;
            let value = match value.get_ref() {
                DeValue::String(text) => text.to_string(),
                table @ DeValue::Table(_) if TABLES.contains(option) => {
                    let object = components::json(table);
                    object.ok_or_else(|| refused("has a date, which cannot be used"))?.to_string()
                }
                _ if *option == "llm-limits" => return Err(refused("must be a table of limits")),
                _ if TABLES.contains(option) => {
                    return Err(refused("must be a string, or a table with provider and config"));
                }
                DeValue::Boolean(value) => value.to_string(),
                DeValue::Integer(number) if number.radix() == 10 => {
                    number.as_str().replace('_', "")
                }
                DeValue::Float(number) if *option == "embedding-price" => {
                    number.as_str().replace('_', "")
                }
                DeValue::Array(list) if *option == "cors-origins" => {
                    let texts = list.iter().map(|text| text.get_ref().as_str());
                    let texts: Option<Vec<_>> = texts.collect();
                    texts.ok_or_else(|| refused("must be a list of strings"))?.join(",")
                }
                _ => return Err(refused("must be a string, a whole number, true or false")),
            };
            self.set(option, &value).map_err(|why| refused(&why))?;
        }
        Ok(())
    }

    /// The configuration in the form of a file, without the key.
    pub(crate) fn to_toml(&self) -> String {
        let mut text = String::new();
        let quoted = |value: &str| serde_json::Value::from(value).to_string();
        let mut line = |option: &str, value: Option<String>| {
            let name = option.replace('-', "_");
            // Writing into a string cannot fail.
            let _ = match value {
                Some(value) => writeln!(text, "{name} = {value}"),
                None => writeln!(text, "# {name} is not set"),
            };
        };
        for option in OPTIONS {
            let value = match *option {
                "listen" => Some(quoted(&self.listen)),
                "data-dir" => Some(quoted(&self.data_dir.to_string_lossy())),
                "llm-limits" => components::shown_limits(&self.llm_limits),
                name @ ("embedder" | "reranker" | "llm") => {
                    let component = match name {
                        "embedder" => &self.embedder,
                        "reranker" => &self.reranker,
                        _ => &self.llm,
                    };
                    match component {
                        // Keys are among its settings.
                        Some(component) if !component.config.is_empty() => {
                            let value =
                                format!("{}, with settings not shown", quoted(&component.provider));
                            line(&format!("# {name}"), Some(value));
                            continue;
                        }
                        component => component.as_ref().map(|given| quoted(&given.provider)),
                    }
                }
                "change-embedder" => Some(quoted(match self.change_embedder {
                    Mode::No => "no",
                    Mode::Free => "free",
                    Mode::Paid => "paid",
                })),
                "embedding-price" => self.embedding_price.map(|price| price.to_string()),
                "base-url" => self.base_url.as_ref().map(|base| quoted(base.as_str())),
                "cors-origins" => self.cors_origins.as_ref().map(|o| quoted(&o.to_string())),
                "log" => Some(quoted(&self.log.as_str().to_ascii_lowercase())),
                "body-limit" => Some(self.body_limit.to_string()),
                "rate-limit" => {
                    Some(self.rate_limit.map_or(0, |limit| limit.per_minute).to_string())
                }
                "max-connections" => Some(self.max_connections.to_string()),
                "header-timeout" => Some(self.header_timeout.as_secs().to_string()),
                "body-timeout" => Some(self.body_timeout.as_secs().to_string()),
                "drain-limit" => Some(self.drain_limit.as_secs().to_string()),
                "private-webhooks" => Some(self.private_webhooks.to_string()),
                "metrics-listen" => self.metrics_listen.map(|address| quoted(&address.to_string())),
                // A key must not be printed.
                _ => continue,
            };
            line(option, value);
        }
        text.trim_end().to_owned()
    }

    /// Whether the address is a loopback address, as far as its text shows.
    pub(crate) fn listens_on_loopback(&self) -> bool {
        let host = self.listen.rsplit_once(':').map_or(self.listen.as_str(), |(host, _)| host);
        let host = host.trim_start_matches('[').trim_end_matches(']');
        host == "localhost" || host.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
    }
}

/// Also names the option that may have been meant, in the spelling of the file.
fn unknown(name: &str) -> String {
    let meant = option_like(name).replace('-', "_");
    format!("is not a known option; did you mean {meant}?")
}

fn number<T: std::str::FromStr>(value: &str, unit: &str) -> Result<T, String> {
    value.parse().map_err(|_| format!("must be a whole number of {unit}"))
}

fn positive(value: &str, unit: &str) -> Result<usize, String> {
    match number(value, unit)? {
        0 => Err(format!("must be a whole number of {unit}, at least 1")),
        number => Ok(number),
    }
}

fn seconds(value: &str) -> Result<Duration, String> {
    match number::<u32>(value, "seconds")? {
        0 => Err("must be a whole number of seconds, at least 1".to_owned()),
        seconds => Ok(Duration::from_secs(seconds.into())),
    }
}

/// Only what fits into a header can be sent as a key.
fn key_in(value: &str) -> Result<String, String> {
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_graphic()) {
        Ok(value.to_owned())
    } else {
        Err("must be printable ASCII without spaces, and not empty".to_owned())
    }
}

fn key_in_file(path: &Path) -> Result<String, String> {
    let name = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let name = name.display();
    let text = std::fs::read_to_string(path)
        .map_err(|error| format!("names the file {name}, which cannot be read: {error}"))?;
    key_in(text.trim())
        .map_err(|why| format!("names the file {name} with an invalid key, which {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Config, (usize, String)> {
        let mut config = Config::default();
        config.read(text).map(|()| config)
    }

    #[test]
    fn a_file_sets_every_option_and_what_is_printed_reads_back() {
        let config = read(
            "# all of them\nlisten = \"[::1]:1\"\ndata_dir = '/d'\napi_key = 'k'\n\
             base_url = \"https://mem0.example\"\n\
             cors_origins = [\"https://a.example\", \"http://localhost:3000\"]\nlog = \"info\"\nbody_limit = 1_000\nrate_limit = 60\n\
             max_connections = 10\nheader_timeout = 1\nbody_timeout = 2\ndrain_limit = 3\n\
             private_webhooks = true\nchange_embedder = \"free\"\nembedding_price = 0.02\n\
             metrics_listen = \"127.0.0.1:9464\"\n\
             [llm_limits]\ncalls_per_day = 1_000\nin_flight = 2\n",
        )
        .unwrap();
        assert_eq!((config.body_limit, config.log), (1000, Level::INFO));
        assert_eq!(config.rate_limit, RateLimit::per_minute(60));
        assert_eq!(config.api_key.as_deref(), Some("k"));
        let printed = config.to_toml();
        assert!(!printed.contains("key"), "{printed}");
        assert_eq!(printed.lines().count(), OPTIONS.len() - 2);
        assert_eq!(read(&printed).unwrap().to_toml(), printed);
        let default = Config::default().to_toml();
        assert_eq!(read(&default).unwrap().to_toml(), default);
    }

    #[test]
    fn a_mistake_in_a_file_is_named_with_its_line() {
        for (text, line, words) in [
            ("listen = \"x\"\n\nlisten_on = \"y\"", 3, "listen_on is not a known option"),
            ("data-dir = \"x\"", 1, "data-dir is not a known option"),
            ("\nlog = \"loud\"", 2, "log must be error, warn or info"),
            ("body_limit = 0", 1, "at least 1"),
            ("body_limit = \"many\"", 1, "whole number of bytes"),
            ("body_limit = 1.5", 1, "a string, a whole number"),
            ("rate_limit = -1", 1, "whole number of requests a minute"),
            ("base_url = \"mem0.example\"", 1, "http or https"),
            ("cors_origins = \"https://a.example/\"", 1, "origin 1 must end after"),
            ("cors_origins = []", 1, "there is none"),
            ("cors_origins = [1]", 1, "must be a list of strings"),
            ("listen = [\"x\"]", 1, "must be a string"),
            ("metrics_listen = \"localhost\"", 1, "IP address with a port"),
            ("change_embedder = true", 1, "change_embedder must be no, free or paid"),
            ("llm_limits = 5", 1, "llm_limits must be a table of limits"),
            ("\n[llm_limits]\ntokens_a_day = 5", 2, "did you mean tokens_per_day?"),
            ("embedding_price = -0.5", 1, "the price of a million tokens"),
            ("listen = \"x\"\nlisten = \"y\"", 2, ""),
            ("listen = ", 1, ""),
            ("[server]\nlisten = \"x\"", 1, "server is not a known option"),
        ] {
            let (at, why) = read(text).unwrap_err();
            assert_eq!(at, line, "{text}: {why}");
            assert!(why.contains(words), "{text}: {why}");
        }
        let (_, why) = read("api_key = \"two words\"").unwrap_err();
        assert!(why.contains("printable ASCII") && !why.contains("two"), "{why}");
    }

    #[cfg(feature = "providers")]
    #[test]
    fn an_embedder_is_a_name_or_a_table_and_its_settings_are_not_printed() {
        let config = read("embedder = \"ollama\"").unwrap();
        assert!(config.to_toml().contains("\nembedder = \"ollama\"\n"));
        for text in [
            "embedder = {provider = \"openai\", config = {api_key = \"s3cret\"}}",
            "[embedder]\nprovider = \"openai\"\n[embedder.config]\napi_key = \"s3cret\"",
        ] {
            let config = read(text).unwrap();
            let embedder = config.embedder.as_ref().unwrap();
            assert_eq!(
                (&*embedder.provider, &embedder.config["api_key"]),
                ("openai", &serde_json::Value::from("s3cret"),)
            );
            let printed = config.to_toml();
            assert!(printed.contains("# embedder = \"openai\", with settings not shown"));
            assert!(!format!("{printed} {config:?}").contains("s3cret"));
        }
        let config = read(
            "reranker = \"cohere\"\n[embedder]\nprovider = \"openai\"\nconfig = {model = \"m\"}",
        );
        let config = config.unwrap();
        assert_eq!(config.reranker.as_ref().unwrap().provider, "cohere");
        let printed = config.to_toml();
        assert!(printed.contains("\nreranker = \"cohere\"\n"), "{printed}");
        let hidden = "[reranker]\nprovider = \"cohere\"\nconfig = {api_key = \"s3cret\"}";
        let config = read(hidden).unwrap();
        let printed = format!("{} {config:?}", config.to_toml());
        assert!(printed.contains("# reranker = \"cohere\", with settings not shown"));
        assert!(!printed.contains("s3cret"), "{printed}");
        let config =
            read("[llm]\nprovider = \"openai\"\n[llm.config]\napi_key = \"s3cret\"").unwrap();
        let printed = format!("{} {config:?}", config.to_toml());
        assert!(printed.contains("# llm = \"openai\", with settings not shown"));
        assert!(!printed.contains("s3cret"), "{printed}");
        for (text, words) in [
            ("llm = {provider = \"openai\", model = \"m\"}", "llm.model is not a known field"),
            ("llm = 5", "llm must be a string, or a table"),
            ("embedder = {provder = \"openai\"}", "embedder.provder is not a known field"),
            ("embedder = 5", "embedder must be a string"),
            ("embedder = [\"openai\"]", "embedder must be a string"),
            ("embedder = \"\"", "embedder must be a provider's name"),
            ("reranker = {provder = \"cohere\"}", "reranker.provder is not a known field"),
            ("reranker = 5", "reranker must be a string, or a table"),
        ] {
            let (_, why) = read(text).unwrap_err();
            assert!(why.contains(words), "{text}: {why}");
        }
    }

    #[test]
    fn only_loopback_addresses_count_as_loopback() {
        let mut config = Config::default();
        for (listen, loopback) in [
            ("127.0.0.1:1", true),
            ("[::1]:1", true),
            ("localhost:1", true),
            ("0.0.0.0:1", false),
            ("[::]:1", false),
            ("mem0.example:1", false),
            ("", false),
        ] {
            config.listen = listen.to_owned();
            assert_eq!(config.listens_on_loopback(), loopback, "{listen}");
        }
    }
}
