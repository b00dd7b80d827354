use std::sync::Arc;

use axum::http::Uri;

/// The address at which clients reach the API, without a slash at its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseUrl(Arc<str>);

impl BaseUrl {
    /// Takes an `http` or `https` address without a query; `None` for any other text.
    ///
    /// ```
    /// use mem0_server::BaseUrl;
    ///
    /// assert_eq!(BaseUrl::new("https://mem0.example/").unwrap().as_str(), "https://mem0.example");
    /// assert_eq!(BaseUrl::new("mem0.example"), None);
    /// ```
    pub fn new(address: &str) -> Option<Self> {
        let uri: Uri = address.parse().ok()?;
        let is_http = matches!(uri.scheme_str(), Some("http" | "https"));
        let authority = uri.authority()?;
        let is_plain = !authority.host().is_empty() && !authority.as_str().contains('@');
        (is_http && is_plain && uri.query().is_none() && !address.contains('#'))
            .then(|| Self(address.trim_end_matches('/').into()))
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_url_is_an_address_and_nothing_more() {
        for (address, taken) in [
            ("http://127.0.0.1:8888", Some("http://127.0.0.1:8888")),
            ("https://mem0.example/a/b/", Some("https://mem0.example/a/b")),
            ("https://user@mem0.example", None),
            ("https://mem0.example/?x=1", None),
            ("https://mem0.example/#x", None),
            ("ftp://mem0.example", None),
            ("/v1", None),
            ("", None),
        ] {
            let base = BaseUrl::new(address);
            assert_eq!(base.as_ref().map(BaseUrl::as_str), taken, "{address}");
        }
    }
}
