use std::fmt;
use std::time::Duration;

use url::Url;

use crate::{BaseUrl, InvalidSetting};

/// Whether this build speaks TLS.
pub const TLS: bool = cfg!(any(feature = "rustls", feature = "native-tls"));

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// A request that crosses the server's closing of its connection may have been read or not, so that
/// one that adds something cannot be repeated. Common servers close idle connections after 5 s
/// (uvicorn, Node.js, Apache), 60 s (load balancers) or 75 s (nginx), and most do not announce it.
/// This is less than all of them, by more than a request takes to arrive.
const IDLE_TIMEOUT: Duration = Duration::from_secs(4);

/// How our own HTTP client reaches the service.
#[derive(Clone, Default)]
pub struct HttpSettings {
    /// How long connecting may take. `None` is 10 s.
    pub connect_timeout: Option<Duration>,
    /// How long a connection may be idle and still be used. `None` is 4 s.
    pub idle_timeout: Option<Duration>,
    /// What requests go through.
    pub proxy: Proxy,
    /// PEM bundles of certificates to trust besides the system's.
    pub root_certificates: Vec<Vec<u8>>,
}

/// What requests go through.
#[derive(Clone, Default)]
pub enum Proxy {
    /// What `HTTPS_PROXY` and the like say, and no proxy for a loopback base URL.
    #[default]
    Environment,
    /// No proxy.
    None,
    /// The proxy with this address.
    Url(String),
}

impl HttpSettings {
    /// Whether nothing is set, so that another HTTP client could take the place of ours.
    pub fn are_default(&self) -> bool {
        self.connect_timeout.is_none()
            && self.idle_timeout.is_none()
            && matches!(self.proxy, Proxy::Environment)
            && self.root_certificates.is_empty()
    }
}

impl fmt::Debug for HttpSettings {
    /// Without the proxy's address, which may hold a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpSettings")
            .field("connect_timeout", &self.connect_timeout)
            .field("idle_timeout", &self.idle_timeout)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Proxy {
    /// Without the address, which may hold a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Environment => "Environment",
            Self::None => "None",
            Self::Url(_) => "Url",
        })
    }
}

impl Proxy {
    #[cfg(any(feature = "rustls", feature = "native-tls"))]
    fn is_https(&self) -> bool {
        matches!(self, Self::Url(url) if url.trim_start().starts_with("https:"))
    }
}

/// Settings that were checked, from which HTTP clients are made.
pub(crate) struct CheckedSettings {
    pub(crate) idle_timeout: Duration,
    connect_timeout: Duration,
    /// `None` leaves it to the environment.
    proxy: Option<Option<reqwest::Proxy>>,
    /// Certificates to trust besides the system's; `None` where nothing speaks TLS.
    #[cfg(any(feature = "rustls", feature = "native-tls"))]
    root_certificates: Option<Vec<reqwest::Certificate>>,
}

impl CheckedSettings {
    pub(crate) fn new(base_url: &BaseUrl, settings: HttpSettings) -> Result<Self, InvalidSetting> {
        #[cfg(any(feature = "rustls", feature = "native-tls"))]
        let root_certificates = {
            let speaks_tls = base_url.is_https() || settings.proxy.is_https();
            let checked = checked_certificates(&settings.root_certificates)?;
            speaks_tls.then_some(checked)
        };
        let proxy = match settings.proxy {
            Proxy::Environment if !base_url.is_loopback() => None,
            Proxy::Environment | Proxy::None => Some(None),
            Proxy::Url(url) => Some(Some(checked_proxy(&url)?)),
        };
        Ok(Self {
            idle_timeout: settings.idle_timeout.unwrap_or(IDLE_TIMEOUT),
            connect_timeout: settings.connect_timeout.unwrap_or(CONNECT_TIMEOUT),
            proxy,
            #[cfg(any(feature = "rustls", feature = "native-tls"))]
            root_certificates,
        })
    }

    /// A client whose idle connections are given up after this time.
    pub(crate) fn client(&self, idle_timeout: Duration) -> Result<reqwest::Client, reqwest::Error> {
        let mut builder = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .connect_timeout(self.connect_timeout)
            .pool_idle_timeout(idle_timeout);
        // Another crate of the program may have turned these features of reqwest on.
        builder = builder.no_brotli().no_deflate().no_zstd();
        if cfg!(not(feature = "gzip")) {
            builder = builder.no_gzip();
        }
        if cfg!(not(feature = "http2")) {
            builder = builder.http1_only();
        }
        if let Some(proxy) = &self.proxy {
            builder = builder.no_proxy();
            if let Some(proxy) = proxy {
                builder = builder.proxy(proxy.clone());
            }
        }
        #[cfg(feature = "native-tls")]
        {
            builder = builder.tls_backend_native();
        }
        #[cfg(all(feature = "rustls", not(feature = "native-tls")))]
        {
            builder = builder.tls_backend_rustls();
        }
        #[cfg(any(feature = "rustls", feature = "native-tls"))]
        {
            builder = match &self.root_certificates {
                Some(certificates) => builder.tls_certs_merge(certificates.clone()),
                // With nothing to trust, no certificate store is read.
                None => builder.tls_certs_only([]),
            };
        }
        builder.build()
    }
}

fn checked_proxy(url: &str) -> Result<reqwest::Proxy, InvalidSetting> {
    let refused = || {
        InvalidSetting(
            "the proxy must be an address like http://proxy.example:3128, with http:// or https://",
        )
    };
    let url = Url::parse(url.trim()).map_err(|_| refused())?;
    if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
        return Err(refused());
    }
    reqwest::Proxy::all(url).map_err(|_| refused())
}

#[cfg(any(feature = "rustls", feature = "native-tls"))]
fn checked_certificates(bundles: &[Vec<u8>]) -> Result<Vec<reqwest::Certificate>, InvalidSetting> {
    let refused = || {
        InvalidSetting(
            "a root certificate must be PEM text: one or more blocks from \
             -----BEGIN CERTIFICATE----- to -----END CERTIFICATE-----",
        )
    };
    let mut all = Vec::new();
    for bundle in bundles {
        let certificates = reqwest::Certificate::from_pem_bundle(bundle).map_err(|_| refused())?;
        if certificates.is_empty() {
            return Err(refused());
        }
        all.extend(certificates);
    }
    if !all.is_empty() {
        // Only making a client reads what is inside the PEM blocks. This one reads no others.
        let trial = reqwest::Client::builder().no_proxy().tls_certs_only(all.clone());
        trial.build().map_err(|_| refused())?;
    }
    Ok(all)
}

#[cfg(all(test, any(feature = "rustls", feature = "native-tls")))]
mod tests {
    use super::*;

    #[test]
    fn certificates_are_for_clients_that_speak_tls() {
        let through = |url: &str| Proxy::Url(url.to_owned());
        for (base_url, proxy, speaks_tls) in [
            ("https://api.example.com", Proxy::None, true),
            ("https://api.example.com", through("http://proxy.example"), true),
            ("http://api.example.com", Proxy::Environment, false),
            ("http://api.example.com", through("http://https.example"), false),
            ("http://api.example.com", through(" https://proxy.example"), true),
        ] {
            let settings = HttpSettings { proxy, ..HttpSettings::default() };
            let checked = CheckedSettings::new(&BaseUrl::parse(base_url).unwrap(), settings);
            let certificates = checked.unwrap().root_certificates;
            assert_eq!(certificates.is_some(), speaks_tls, "{base_url}");
        }
    }
}
