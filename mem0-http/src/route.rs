use std::fmt;

use http::Uri;
use hyper_util::client::proxy::matcher::Matcher;
use url::Url;

use crate::base_url::address;
use crate::{BaseUrl, Proxy};

/// The way to a service, as errors name it: hosts and ports, and never a user name, a password, a
/// path or a query.
#[derive(Clone)]
pub struct Route {
    base_url: BaseUrl,
    proxy: Proxy,
}

impl Route {
    /// The way to this address by these settings.
    pub fn new(base_url: BaseUrl, proxy: Proxy) -> Self {
        Self { base_url, proxy }
    }

    /// Host and port of the service.
    pub fn address(&self) -> String {
        self.base_url.address()
    }

    /// Whether the service is on this machine or in its network.
    pub fn is_near(&self) -> bool {
        self.base_url.is_near()
    }

    /// Host and port of the proxy that requests go through.
    ///
    /// The environment is read when this is asked, since only errors need it.
    pub fn proxy(&self) -> Option<String> {
        match &self.proxy {
            Proxy::None => None,
            Proxy::Url(url) => Url::parse(url.trim()).ok().map(|url| address(&url)),
            Proxy::Environment if self.base_url.is_loopback() => None,
            Proxy::Environment => {
                let destination: Uri = self.base_url.origin().as_str().parse().ok()?;
                let proxy = Matcher::from_env().intercept(&destination)?;
                Url::parse(&proxy.uri().to_string()).ok().map(|url| address(&url))
            }
        }
    }
}

impl fmt::Debug for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Route").field("address", &self.address()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxy_is_named_by_its_address_alone() {
        let base_url = BaseUrl::parse("https://api.example.com/prefix").unwrap();
        let proxy = Proxy::Url(" http://user:word@proxy.example:3128/path?query ".to_owned());
        let route = Route::new(base_url.clone(), proxy);
        assert_eq!(route.address(), "api.example.com:443");
        assert_eq!(route.proxy().as_deref(), Some("proxy.example:3128"));
        assert_eq!(format!("{route:?}"), "Route { address: \"api.example.com:443\", .. }");
        assert_eq!(Route::new(base_url, Proxy::None).proxy(), None);
    }
}
