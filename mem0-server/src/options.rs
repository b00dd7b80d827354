use crate::http::base_url::BaseUrl;
use crate::http::cors_origins::CorsOrigins;
use crate::http::fields::BODY_LIMIT;
use crate::http::intake::Sleep;
use crate::middleware::metrics::Metrics;
use crate::middleware::rate_limit::RateLimit;

/// How a router answers, apart from what the platform's API defines. The default is that of
/// [`router`](crate::router()).
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct RouterOptions {
    /// The largest request body, in bytes; [`BODY_LIMIT`] by default. A larger one is answered with
    /// 413.
    pub body_limit: usize,
    /// The address at which clients reach the API, such as `https://mem0.example/prefix`. The
    /// `next` and `previous` of pages begin with it. By default it is taken from each request's
    /// `Host`.
    pub base_url: Option<BaseUrl>,
    /// The origins whose pages may call the API from a browser; by default none may, and preflights
    /// are answered with 405.
    pub cors_origins: Option<CorsOrigins>,
    /// How many requests each API key may send; unlimited by default.
    pub rate_limit: Option<RateLimit>,
    /// Lends the router a clock: a request for whose body there is no room in memory then waits up
    /// to 10 seconds for it. Without one, it is refused at once with 503.
    pub sleep: Option<Sleep>,
    /// Counts the requests; by default they are not counted.
    pub metrics: Option<Metrics>,
}

impl Default for RouterOptions {
    fn default() -> Self {
        Self {
            body_limit: BODY_LIMIT,
            base_url: None,
            cors_origins: None,
            rate_limit: None,
            sleep: None,
            metrics: None,
        }
    }
}
