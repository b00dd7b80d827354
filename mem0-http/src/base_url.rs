use http::Uri;
use url::{Host, Url};

use crate::InvalidSetting;

/// Where a service is: scheme, authority and path prefix, without a `/` at the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseUrl {
    text: String,
    /// Without a path. It is parsed only once: parsing takes a tenth of the time of a whole
    /// request.
    origin: Url,
    https: bool,
    loopback: bool,
    near: bool,
}

impl BaseUrl {
    /// Reads an `http` or `https` address without user, query and fragment.
    ///
    /// # Errors
    /// For any other text, in words that begin with "the base URL".
    pub fn parse(text: &str) -> Result<Self, InvalidSetting> {
        let refuse = |why| Err(InvalidSetting(why));
        // Parsing would drop line breaks and tabs, and read the rest as another address.
        if text.trim().contains(char::is_control) {
            return refuse("the base URL has a line break or another control character");
        }
        let Ok(url) = Url::parse(text.trim()) else {
            return refuse("the base URL cannot be parsed");
        };
        if !matches!(url.scheme(), "http" | "https") {
            return refuse("the base URL must begin with http:// or https://");
        }
        if !url.username().is_empty() || url.password().is_some() {
            return refuse("the base URL must not hold a user name or password");
        }
        if url.query().is_some() || url.fragment().is_some() {
            return refuse(
                "the base URL must not have a query or a fragment: leave out the `?` or `#` and \
                 what follows it",
            );
        }
        let near = match url.host() {
            Some(Host::Domain(name)) => is_near(name),
            Some(Host::Ipv4(address)) => {
                address.is_loopback() || address.is_private() || address.is_link_local()
            }
            Some(Host::Ipv6(address)) => {
                address.is_loopback()
                    || address.is_unique_local()
                    || address.is_unicast_link_local()
            }
            None => false,
        };
        let loopback = match url.host() {
            Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => return refuse("the base URL has no host"),
        };
        // A URL may contain characters that the target of a request must not, such as `"` in a
        // host.
        if url.as_str().parse::<Uri>().is_err() {
            return refuse(
                "the base URL has characters that a request cannot be sent to, or is too long",
            );
        }
        let https = url.scheme() == "https";
        let text = url.as_str().trim_end_matches('/').to_owned();
        let mut origin = url;
        origin.set_path("");
        Ok(Self { text, origin, https, loopback, near })
    }

    /// The address of a path that begins with `/`.
    pub fn join(&self, path_and_query: &str) -> String {
        [self.text.as_str(), path_and_query].concat()
    }

    /// The address that [`join`](Self::join) gives, of the path and query of its URI.
    pub(crate) fn url(&self, path: &str, query: Option<&str>) -> Url {
        let mut url = self.origin.clone();
        url.set_path(path);
        url.set_query(query);
        url
    }

    /// Host and port, as errors name them.
    pub fn address(&self) -> String {
        address(&self.origin)
    }

    /// Whether connections to it use TLS.
    pub fn is_https(&self) -> bool {
        self.https
    }

    /// Whether it is on this machine.
    pub fn is_loopback(&self) -> bool {
        self.loopback
    }

    /// Whether it is on this machine or in its network, so that the internet has no part in it.
    pub fn is_near(&self) -> bool {
        self.near
    }

    pub(crate) fn origin(&self) -> &Url {
        &self.origin
    }
}

/// Host and port of a URL, and nothing else of it.
pub(crate) fn address(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    match url.port_or_known_default() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}

/// Whether a name is one of a local network: a bare name, as containers have it, or below a domain
/// that is not on the internet.
fn is_near(name: &str) -> bool {
    const LOCAL: [&str; 6] =
        [".localhost", ".local", ".internal", ".lan", ".home.arpa", ".localdomain"];
    let name = name.trim_end_matches('.');
    !name.contains('.') || LOCAL.iter().any(|domain| name.ends_with(domain))
}

#[cfg(test)]
mod tests {
    use super::{BaseUrl, Uri, Url};

    #[test]
    fn keeps_a_path_prefix_and_drops_the_last_slash() {
        for (text, joined) in [
            ("https://api.example.com", "https://api.example.com/v1/ping/"),
            ("https://api.example.com///", "https://api.example.com/v1/ping/"),
            (" http://localhost:8888/prefix/ ", "http://localhost:8888/prefix/v1/ping/"),
            ("http://[::1]:8888", "http://[::1]:8888/v1/ping/"),
        ] {
            assert_eq!(BaseUrl::parse(text).unwrap().join("/v1/ping/"), joined);
        }
    }

    #[test]
    fn an_address_put_together_is_the_one_that_parsing_gives() {
        for base in
            ["https://api.example.com", "http://[::1]:8888/prefix", "http://API.example:80/a%20b"]
        {
            let base = BaseUrl::parse(base).unwrap();
            for path in [
                "/v1/ping/",
                "/v1/things/%2E%2E/",
                "/v1/things/a%2Fb%3Fc%23d/?x=%26",
                "/v2/things/user/J%C3%BCrgen%20%22~'()*/",
                "/v3/things/?page=1&page_size=200",
                "/v1/x/?",
            ] {
                let uri: Uri = base.join(path).parse().unwrap();
                let parsed = Url::parse(&uri.to_string()).unwrap();
                assert_eq!(base.url(uri.path(), uri.query()), parsed, "{path}");
            }
        }
    }

    #[test]
    fn refuses_what_cannot_be_a_base_url() {
        for text in [
            "",
            "api.example.com",
            "ftp://api.example.com",
            "https://",
            "https://me:secret@api.example.com",
            "https://secret@api.example.com",
            "https://:secret@api.example.com",
            "https://api.example.com/?a=b",
            "https://api.example.com/#x",
            "file:///etc/passwd",
            "http://api\".example",
            "http://a\npi.example",
            &format!("http://api.example/{}", "a".repeat(70_000)),
        ] {
            let refused = BaseUrl::parse(text).unwrap_err().to_string();
            assert!(!refused.contains("secret"), "{refused}");
        }
    }

    #[test]
    fn knows_https() {
        assert!(BaseUrl::parse("HTTPS://api.example.com").unwrap().is_https());
        assert!(!BaseUrl::parse("http://https.example/https://").unwrap().is_https());
    }

    #[test]
    fn names_host_and_port_alone() {
        for (text, address, near) in [
            ("http://127.0.0.1:8888/prefix", "127.0.0.1:8888", true),
            ("http://[::1]", "[::1]:80", true),
            ("https://api.example.com/a", "api.example.com:443", false),
            ("http://server:8000", "server:8000", true),
            ("http://192.168.1.4", "192.168.1.4:80", true),
            ("http://10.0.0.1", "10.0.0.1:80", true),
            ("http://172.20.0.2", "172.20.0.2:80", true),
            ("http://169.254.1.1", "169.254.1.1:80", true),
            ("http://[fd00::1]:1", "[fd00::1]:1", true),
            ("http://host.docker.internal:8888", "host.docker.internal:8888", true),
            ("http://nas.local", "nas.local:80", true),
            ("http://8.8.8.8", "8.8.8.8:80", false),
            ("http://local.example", "local.example:80", false),
        ] {
            let url = BaseUrl::parse(text).unwrap();
            assert_eq!((url.address().as_str(), url.is_near()), (address, near), "{text}");
        }
    }

    #[test]
    fn knows_loopback() {
        for (text, loopback) in [
            ("http://127.0.0.1:1", true),
            ("http://127.8.8.8", true),
            ("http://[::1]", true),
            ("http://localhost", true),
            ("http://api.localhost", true),
            ("http://localhost.evil.example", false),
            ("http://10.0.0.1", false),
        ] {
            assert_eq!(BaseUrl::parse(text).unwrap().is_loopback(), loopback, "{text}");
        }
    }
}
