use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use mem0_types::{InvalidInput, Metadata};

use crate::http::field_names::{Meaning, meaning};

/// Names what was ignored of the request because the operation does not know it: fields of the
/// body, and parameters of the query string.
pub(crate) const HEADER: HeaderName = HeaderName::from_static("mem0-ignored-fields");

/// The most names in an answer.
const MOST: usize = 16;

/// The longest name that is shown in full, in characters.
const LONGEST: usize = 64;

/// The most unknown names of a request that are compared with the fields which they may resemble,
/// since a body can have a million of them.
const COMPARED: usize = 1000;

/// The fields that clients add to the requests of every operation.
pub(crate) const EVERYWHERE: [&str; 3] = ["org_id", "project_id", "source"];

/// Carries the names of what is ignored from the readers of a request to the answer.
#[derive(Clone, Default)]
pub(crate) struct IgnoredFields(Arc<Mutex<Names>>);

#[derive(Default)]
struct Names {
    /// The ignored fields, as they are shown.
    shown: Vec<String>,
    has_more: bool,
    /// How many unknown names there were.
    unknown: usize,
    /// The parameters of the query string that the operation asked for.
    asked: BTreeSet<String>,
}

impl IgnoredFields {
    fn names(&self) -> MutexGuard<'_, Names> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps the fields that are known, under their own names. The others are ignored, with `at`
    /// before their names. A null is never ignored, since clients send it for "not set".
    ///
    /// # Errors
    /// When a name resembles a field that is too important to be ignored, and when two names of a
    /// field have different values.
    pub(crate) fn sort(
        &self,
        at: &str,
        fields: Metadata,
        is_known: impl Fn(&str) -> bool,
    ) -> Result<Metadata, InvalidInput> {
        let mut kept = Metadata::new();
        let mut others = Vec::new();
        for (name, value) in fields {
            if is_known(&name) {
                kept.insert(name, value);
            } else if !value.is_null() {
                others.push((name, value));
            }
        }
        let mut ignored = Vec::new();
        for (name, value) in others {
            match self.meaning(&name, &is_known) {
                Meaning::Other(field) => {
                    if kept.get(field).is_some_and(|other| !other.is_null() && *other != value) {
                        let why = format!("and {name} are the same and must not differ");
                        return Err(InvalidInput::new(field, why));
                    }
                    kept.insert(field.to_owned(), value);
                }
                Meaning::Resembles(field) => return Err(misspelt(field, &name)),
                Meaning::Known | Meaning::Unknown => ignored.push(name),
            }
        }
        ignored.iter().for_each(|name| self.add(at, name));
        Ok(kept)
    }

    /// What the name means. Beyond a certain number, an unknown one is taken for no other.
    pub(crate) fn meaning(&self, name: &str, is_known: impl Fn(&str) -> bool) -> Meaning {
        let mut names = self.names();
        names.unknown += 1;
        if names.unknown > COMPARED { Meaning::Unknown } else { meaning(name, is_known) }
    }

    /// Notes a name. It comes from the client, so only characters that are common in names are
    /// repeated.
    pub(crate) fn add(&self, at: &str, name: &str) {
        let mut names = self.names();
        if names.has_more {
            return;
        }
        let name = format!("{at}{}", safe(name));
        if names.shown.contains(&name) {
            return;
        }
        if names.shown.len() == MOST {
            names.has_more = true;
        } else {
            names.shown.push(name);
        }
    }

    /// Notes that the operation knows this parameter of the query string.
    pub(crate) fn ask(&self, name: &str) {
        self.names().asked.insert(name.to_owned());
    }

    /// Adds the parameters that nobody asked for.
    fn add_unasked(&self, query: &str) {
        for (name, _) in form_urlencoded::parse(query.as_bytes()) {
            if !EVERYWHERE.contains(&&*name) && !self.names().asked.contains(&*name) {
                self.add("", &name);
            }
        }
    }

    fn to_header(&self) -> Option<HeaderValue> {
        let names = self.names();
        let more = names.has_more.then_some("...");
        let shown: Vec<_> = names.shown.iter().map(String::as_str).chain(more).collect();
        if shown.is_empty() { None } else { HeaderValue::from_str(&shown.join(", ")).ok() }
    }
}

/// Refuses a name that resembles a field.
pub(crate) fn misspelt(field: &'static str, name: &str) -> InvalidInput {
    let name = safe(name);
    let why = format!("must be spelled so; the request says {name}, and nothing was done");
    InvalidInput::new(field, why)
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

/// Names in the answer what was ignored.
pub(crate) async fn name_them(mut request: Request, next: Next) -> Response {
    let ignored = IgnoredFields::default();
    request.extensions_mut().insert(ignored.clone());
    let query = request.uri().query().map(str::to_owned);
    let mut response = next.run(request).await;
    // An operation that refuses a request may not have asked for all that it knows.
    if let Some(query) = query.filter(|_| response.status().is_success()) {
        ignored.add_unasked(&query);
    }
    if let Some(names) = ignored.to_header() {
        response.headers_mut().insert(HEADER, names);
    }
    response
}
