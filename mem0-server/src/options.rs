use std::sync::Arc;

use axum::http::Uri;

use crate::middleware::metrics::Metrics;

/// The most bytes that a request's body may have unless [`RouterOptions`] say otherwise: 16 MiB. A
/// larger one is answered with 413.
pub const BODY_LIMIT: usize = 16 * 1024 * 1024;

/// How a router answers, beyond what the platform's API says. The default is what
/// [`router`](crate::router()) does.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct RouterOptions {
    /// The most bytes that a request's body may have; [`BODY_LIMIT`] by default. A larger one is
    /// answered with 413.
    pub body_limit: usize,
    /// Where clients reach the API, such as `https://mem0.example/prefix`: what the `next` and
    /// `previous` of pages begin with. By default that is taken from each request's `Host`.
    pub base_url: Option<BaseUrl>,
    /// How many requests each API key may send; any number by default.
    pub rate_limit: Option<RateLimit>,
    /// Where requests are counted; nowhere by default.
    pub metrics: Option<Metrics>,
}

impl Default for RouterOptions {
    fn default() -> Self {
        Self { body_limit: BODY_LIMIT, base_url: None, rate_limit: None, metrics: None }
    }
}

/// The address that clients reach the API by, without a slash at its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseUrl(Arc<str>);

impl BaseUrl {
    /// Takes an `http` or `https` address without query; `None` for another text.
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

/// How many requests one API key may send: `per_minute` on average, and as many at once after a
/// quiet minute. Where no key is asked for, all requests together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct RateLimit {
    /// At least 1.
    pub per_minute: u32,
}

impl RateLimit {
    /// `None` for no request at all.
    pub fn per_minute(requests: u32) -> Option<Self> {
        (requests > 0).then_some(Self { per_minute: requests })
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
