use crate::http::base_url::BaseUrl;
use crate::http::fields::BODY_LIMIT;
use crate::middleware::metrics::Metrics;
use crate::middleware::rate_limit::RateLimit;

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
