use std::sync::{Arc, OnceLock};

use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;

/// Names the fields of the body that were ignored because the operation does not know them.
const HEADER: HeaderName = HeaderName::from_static("mem0-ignored-fields");

/// The most names in an answer.
const MOST: usize = 16;

/// The longest name that is shown in full, in characters.
const LONGEST: usize = 64;

/// Carries the names of ignored fields from the reader of a body to the answer.
#[derive(Clone, Default)]
pub(crate) struct IgnoredFields(Arc<OnceLock<HeaderValue>>);

impl IgnoredFields {
    /// Sets the names, if there are any. The names come from the client, so only characters that
    /// are common in names are repeated.
    pub(crate) fn set<'a>(&self, names: impl Iterator<Item = &'a str>) {
        let mut names = names.peekable();
        if names.peek().is_none() {
            return;
        }
        let mut shown: Vec<_> = names.by_ref().take(MOST).map(safe).collect();
        if names.peek().is_some() {
            shown.push("...".to_owned());
        }
        if let Ok(value) = HeaderValue::from_str(&shown.join(", ")) {
            // A request has one body.
            let _ = self.0.set(value);
        }
    }
}

/// A client's name for something, without characters that are uncommon in names.
pub(crate) fn safe(name: &str) -> String {
    let is_common = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    let mut shown: String =
        name.chars().take(LONGEST).map(|c| if is_common(c) { c } else { '?' }).collect();
    if name.chars().nth(LONGEST).is_some() {
        shown.push_str("...");
    } else if shown.is_empty() {
        shown.push('?');
    }
    shown
}

/// Names the ignored fields in the answer.
pub(crate) async fn name_them(mut request: Request, next: Next) -> Response {
    let ignored = IgnoredFields::default();
    request.extensions_mut().insert(ignored.clone());
    let mut response = next.run(request).await;
    if let Some(names) = ignored.0.get() {
        response.headers_mut().insert(HEADER, names.clone());
    }
    response
}
