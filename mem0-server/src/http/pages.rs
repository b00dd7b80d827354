use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::uri::{Authority, Scheme};
use axum::http::{HeaderMap, Uri, header};
use mem0_engine::{PageRequest, RecordPage};
use mem0_types::InvalidInput;
use serde::Serialize;

use crate::http::base_url::BaseUrl;
use crate::http::query::Query;
use crate::http::rejection::Rejection;

/// Reads the page that a query string asks for.
pub(crate) fn page_in(query: &Query) -> Result<PageRequest, InvalidInput> {
    let default = PageRequest::default();
    Ok(PageRequest {
        page: query.count("page")?.unwrap_or(default.page),
        page_size: query.count("page_size")?.unwrap_or(default.page_size),
    })
}

/// The platform's envelope for lists.
#[derive(Serialize)]
pub(crate) struct PageView<T> {
    count: u64,
    next: Option<String>,
    previous: Option<String>,
    results: Vec<T>,
}

/// How a request gives the length of a page.
#[derive(Clone, Copy)]
pub(crate) enum Length {
    PageSize,
    Limit,
    /// The length is fixed.
    Fixed,
}

impl Length {
    fn parameter(self) -> Option<&'static str> {
        match self {
            Self::PageSize => Some("page_size"),
            Self::Limit => Some("limit"),
            Self::Fixed => None,
        }
    }
}

impl<T> PageView<T> {
    /// The page, with its rows in their wire format.
    pub(crate) fn new<R>(page: RecordPage<R>, address: &Address, row: impl FnMut(R) -> T) -> Self {
        Self::sized(page, address, Length::PageSize, row)
    }

    pub(crate) fn sized<R>(
        page: RecordPage<R>,
        address: &Address,
        size: Length,
        row: impl FnMut(R) -> T,
    ) -> Self {
        let size = size.parameter().map(|name| (name, page.page_size.to_string()));
        let turned_to = |number| address.turned_to(number, size.as_ref());
        Self {
            count: page.count,
            next: page.has_next().then(|| turned_to(page.page + 1)),
            previous: page.has_previous().then(|| turned_to(page.page - 1)),
            results: page.results.into_iter().map(row).collect(),
        }
    }
}

/// The configured address at which clients reach the API.
#[derive(Clone)]
pub(crate) struct PublicAddress(pub(crate) Option<BaseUrl>);

/// The absolute address of a request. The addresses of the next and previous pages are made from
/// it.
pub(crate) struct Address {
    origin: String,
    path: String,
    query: Query,
}

impl<S: Sync> FromRequestParts<S> for Address {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Rejection> {
        Ok(Self {
            origin: match parts.extensions.get() {
                Some(PublicAddress(Some(base))) => base.as_str().to_owned(),
                _ => origin(&parts.headers, &parts.uri),
            },
            path: parts.uri.path().to_owned(),
            query: Query::from_request_parts(parts, state).await?,
        })
    }
}

impl Address {
    fn turned_to(&self, page: u64, size: Option<&(&str, String)>) -> String {
        let others = self.query.iter().filter(|(name, _)| {
            *name != "page" && size.is_none_or(|(parameter, _)| name != parameter)
        });
        let query = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(others)
            .append_pair("page", &page.to_string())
            .extend_pairs(size)
            .finish();
        format!("{}{}?{query}", self.origin, self.path)
    }
}

/// The origin that the client sent the request to. The host header is the client's word, so it is
/// used only if it is a valid host.
fn origin(headers: &HeaderMap, uri: &Uri) -> String {
    let sent = headers.get(header::HOST).and_then(|host| host.to_str().ok()?.parse().ok());
    let authority = sent.filter(is_plain).or_else(|| uri.authority().cloned().filter(is_plain));
    let scheme = uri.scheme().unwrap_or(&Scheme::HTTP);
    match authority {
        Some(authority) => format!("{scheme}://{authority}"),
        None => format!("{scheme}://localhost"),
    }
}

fn is_plain(authority: &Authority) -> bool {
    !authority.host().is_empty() && !authority.as_str().contains('@')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin_of(host: &[u8], uri: &str) -> String {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, host.try_into().unwrap());
        origin(&headers, &uri.parse().unwrap())
    }

    #[test]
    fn the_origin_is_where_the_client_sent_the_request() {
        assert_eq!(origin_of(b"127.0.0.1:8888", "/v1/events/"), "http://127.0.0.1:8888");
        assert_eq!(origin_of(b"[::1]:8888", "/v1/events/"), "http://[::1]:8888");
        assert_eq!(origin_of(b"mem0.example", "https://x/v1/events/"), "https://mem0.example");
    }

    #[test]
    fn an_invalid_host_is_not_repeated() {
        for host in [&b""[..], b"a b", b"user@host", b"host/path", b"host?x", b"\xff", b"h\"st"] {
            assert_eq!(origin_of(host, "/v1/events/"), "http://localhost", "{host:?}");
            assert_eq!(origin_of(host, "http://in-process/v1/events/"), "http://in-process");
        }
    }
}
