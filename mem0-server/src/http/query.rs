use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;
use mem0_types::{ErrorBody, IdField, InvalidInput};

use crate::http::field_names::Meaning;
use crate::http::ignored_fields::{IgnoredFields, misspelt};
use crate::http::rejection::Rejection;

/// The most parameters of a query string.
const MAX_PARAMETERS: usize = 1000;

/// The parameters of a request's query string, in order. The answer names those that the operation
/// does not ask for.
pub(crate) struct Query {
    parameters: Vec<(String, String)>,
    ignored: IgnoredFields,
}

impl<S: Sync> FromRequestParts<S> for Query {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Rejection> {
        let query = parts.uri.query().unwrap_or_default();
        if query.bytes().filter(|byte| *byte == b'&').count() >= MAX_PARAMETERS {
            let detail = format!("The query string has more than {MAX_PARAMETERS} parameters.");
            return Err(Rejection::new(StatusCode::URI_TOO_LONG, ErrorBody::Detail(detail)));
        }
        Ok(Self {
            parameters: form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
            ignored: parts.extensions.get().cloned().unwrap_or_default(),
        })
    }
}

impl Query {
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.parameters.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The parameter's value. A repeated parameter is refused, since it is unclear which one
    /// counts.
    pub(crate) fn value(&self, name: &'static str) -> Result<Option<&str>, InvalidInput> {
        self.ignored.ask(name);
        let mut values = self.iter().filter(|(found, _)| *found == name);
        match (values.next(), values.next()) {
            (_, Some(_)) => Err(InvalidInput::new(name, "must be given once")),
            (first, None) => Ok(first.map(|(_, value)| value)),
        }
    }

    /// The values of a parameter that may be repeated.
    pub(crate) fn values(&self, name: &str) -> Vec<String> {
        self.ignored.ask(name);
        let found = self.iter().filter(|(found, _)| *found == name);
        found.map(|(_, value)| value.to_owned()).collect()
    }

    /// The parameters `name[key]`, each with its key.
    pub(crate) fn keys_of(&self, name: &str) -> Vec<(&str, &str)> {
        let mut keys = Vec::new();
        for (parameter, value) in self.iter() {
            let inner = parameter.strip_prefix(name).and_then(|rest| rest.strip_prefix('['));
            if let Some(key) = inner.and_then(|rest| rest.strip_suffix(']')) {
                self.ignored.ask(parameter);
                keys.push((key, value));
            }
        }
        keys
    }

    /// The four ids, those that are given. `session_id` is another name of `run_id`.
    pub(crate) fn ids(&self) -> Result<Vec<(IdField, String)>, InvalidInput> {
        let mut ids = Vec::new();
        for field in IdField::ALL {
            let mut id = self.value(field.as_str())?;
            if field == IdField::RunId {
                let session_id = self.value("session_id")?;
                if id.is_some() && session_id.is_some() && id != session_id {
                    let why = "and session_id are the same and must not differ";
                    return Err(InvalidInput::new("run_id", why));
                }
                id = id.or(session_id);
            }
            ids.extend(id.map(|id| (field, id.to_owned())));
        }
        Ok(ids)
    }

    /// Refuses a parameter that resembles one of these and decides what is found.
    pub(crate) fn check_spelling(&self, known: &[&str]) -> Result<(), InvalidInput> {
        for (name, _) in self.iter() {
            let is_known = |name: &str| known.contains(&name);
            if let Meaning::Resembles(field) = self.ignored.meaning(name, is_known) {
                return Err(misspelt(field, name));
            }
        }
        Ok(())
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
