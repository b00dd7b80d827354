use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;
use mem0_types::{ErrorBody, InvalidInput};

use crate::http::rejection::Rejection;

/// The most parameters of a query string.
const MAX_PARAMETERS: usize = 1000;

/// The parameters of a request's query string, in order.
pub(crate) struct Query(Vec<(String, String)>);

impl<S: Sync> FromRequestParts<S> for Query {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Rejection> {
        let query = parts.uri.query().unwrap_or_default();
        if query.bytes().filter(|byte| *byte == b'&').count() >= MAX_PARAMETERS {
            let detail = format!("The query string has more than {MAX_PARAMETERS} parameters.");
            return Err(Rejection::new(StatusCode::URI_TOO_LONG, ErrorBody::Detail(detail)));
        }
        Ok(Self(form_urlencoded::parse(query.as_bytes()).into_owned().collect()))
    }
}

impl Query {
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The parameter's value. A repeated parameter is refused, since it is unclear which one
    /// counts.
    pub(crate) fn value(&self, name: &'static str) -> Result<Option<&str>, InvalidInput> {
        let mut values = self.iter().filter(|(found, _)| *found == name);
        match (values.next(), values.next()) {
            (_, Some(_)) => Err(InvalidInput::new(name, "must be given once")),
            (first, None) => Ok(first.map(|(_, value)| value)),
        }
    }

    /// The values of a parameter that may be repeated.
    pub(crate) fn values(&self, name: &str) -> Vec<String> {
        let found = self.iter().filter(|(found, _)| *found == name);
        found.map(|(_, value)| value.to_owned()).collect()
    }

    pub(crate) fn count(&self, name: &'static str) -> Result<Option<u64>, InvalidInput> {
        let refused = || InvalidInput::new(name, "must be a whole number of at least 0");
        self.value(name)?.map(|value| value.parse().map_err(|_| refused())).transpose()
    }

    pub(crate) fn boolean(&self, name: &'static str) -> Result<Option<bool>, InvalidInput> {
        match self.value(name)? {
            None => Ok(None),
            // Python writes them with a capital letter.
            Some("true" | "True" | "1") => Ok(Some(true)),
            Some("false" | "False" | "0") => Ok(Some(false)),
            Some(_) => Err(InvalidInput::new(name, "must be true or false")),
        }
    }
}
