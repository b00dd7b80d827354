use http::Uri;
use url::{Host, Url};

use crate::Error;

/// Where the platform is: scheme, authority and path prefix, without a `/` at the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BaseUrl {
    text: String,
    /// Without a path. Parsing takes a tenth of what a whole request takes, so it is done once.
    origin: Url,
    https: bool,
    loopback: bool,
}

impl BaseUrl {
    pub(crate) fn parse(text: &str) -> Result<Self, Error> {
        let refuse = |why: &str| {
            Err(Error::configuration(format!(
                "the base URL {why}; it should look like https://api.mem0.ai"
            )))
        };
        // Parsing would drop line breaks and tabs, and make another address of the rest.
        if text.trim().contains(char::is_control) {
            return refuse("has a line break or another control character");
        }
        let Ok(url) = Url::parse(text.trim()) else {
            return refuse("cannot be parsed");
        };
        if !matches!(url.scheme(), "http" | "https") {
            return refuse("must begin with http:// or https://");
        }
        if !url.username().is_empty() || url.password().is_some() {
            return refuse("must not hold a user name or password");
        }
        if url.query().is_some() || url.fragment().is_some() {
            return refuse("must not have a query or a fragment");
        }
        let loopback = match url.host() {
            Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => return refuse("has no host"),
        };
        // A URL may hold what the target of a request must not: `"` in a host, for one.
        if url.as_str().parse::<Uri>().is_err() {
            return refuse("has characters that a request cannot be sent to, or is too long");
        }
        let https = url.scheme() == "https";
        let text = url.as_str().trim_end_matches('/').to_owned();
        let mut origin = url;
        origin.set_path("");
        Ok(Self { text, origin, https, loopback })
    }

    /// The address of a path that begins with `/`.
    pub(crate) fn join(&self, path_and_query: &str) -> String {
        [self.text.as_str(), path_and_query].concat()
    }

    /// The same address of the path and query that a [joined](Self::join) one has.
    pub(crate) fn url(&self, path: &str, query: Option<&str>) -> Url {
        let mut url = self.origin.clone();
        url.set_path(path);
        url.set_query(query);
        url
    }

    pub(crate) fn is_https(&self) -> bool {
        self.https
    }

    pub(crate) fn is_loopback(&self) -> bool {
        self.loopback
    }
}

#[cfg(test)]
mod tests {
    use super::{BaseUrl, Uri, Url};

    #[test]
    fn keeps_a_path_prefix_and_drops_the_last_slash() {
        for (text, joined) in [
            ("https://api.mem0.ai", "https://api.mem0.ai/v1/ping/"),
            ("https://api.mem0.ai///", "https://api.mem0.ai/v1/ping/"),
            (" http://localhost:8888/mem0/ ", "http://localhost:8888/mem0/v1/ping/"),
            ("http://[::1]:8888", "http://[::1]:8888/v1/ping/"),
        ] {
            assert_eq!(BaseUrl::parse(text).unwrap().join("/v1/ping/"), joined);
        }
    }

    #[test]
    fn an_address_put_together_is_the_one_that_parsing_gives() {
        for base in
            ["https://api.mem0.ai", "http://[::1]:8888/mem0", "http://MEM0.example:80/a%20b"]
        {
            let base = BaseUrl::parse(base).unwrap();
            for path in [
                "/v1/ping/",
                "/v1/memories/%2E%2E/",
                "/v1/memories/a%2Fb%3Fc%23d/?x=%26",
                "/v2/entities/user/J%C3%BCrgen%20%22~'()*/",
                "/v3/memories/?page=1&page_size=200",
                "/v1/x/?",
            ] {
                let uri: Uri = base.join(path).parse().unwrap();
                let parsed = Url::parse(&uri.to_string()).unwrap();
                assert_eq!(base.url(uri.path(), uri.query()), parsed, "{path}");
            }
        }
    }

    #[test]
    fn refuses_what_is_no_base() {
        for text in [
            "",
            "api.mem0.ai",
            "ftp://api.mem0.ai",
            "https://",
            "https://me:secret@api.mem0.ai",
            "https://secret@api.mem0.ai",
            "https://:secret@api.mem0.ai",
            "https://api.mem0.ai/?a=b",
            "https://api.mem0.ai/#x",
            "file:///etc/passwd",
            "http://mem0\".example",
            "http://me\nm0.example",
            &format!("http://mem0.example/{}", "a".repeat(70_000)),
        ] {
            let refused = BaseUrl::parse(text).unwrap_err().to_string();
            assert!(!refused.contains("secret"), "{refused}");
        }
    }

    #[test]
    fn knows_https() {
        assert!(BaseUrl::parse("HTTPS://api.mem0.ai").unwrap().is_https());
        assert!(!BaseUrl::parse("http://https.example/https://").unwrap().is_https());
    }

    #[test]
    fn knows_loopback() {
        for (text, loopback) in [
            ("http://127.0.0.1:1", true),
            ("http://127.8.8.8", true),
            ("http://[::1]", true),
            ("http://localhost", true),
            ("http://mem0.localhost", true),
            ("http://localhost.evil.example", false),
            ("http://10.0.0.1", false),
        ] {
            assert_eq!(BaseUrl::parse(text).unwrap().is_loopback(), loopback, "{text}");
        }
    }
}
