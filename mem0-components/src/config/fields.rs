use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::ConfigError;
use super::reading::{self, Known, given, unknown_field};
use super::spelling::{self};

/// The fields of an object, each of which somebody must ask for.
pub(crate) struct Fields<'a> {
    path: String,
    values: &'a Map<String, Value>,
    asked: Known,
}

impl<'a> Fields<'a> {
    pub(crate) fn new(path: impl Into<String>, values: &'a Map<String, Value>) -> Self {
        Self { path: path.into(), values, asked: Known::default() }
    }

    /// The names that were given.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.values.keys().map(String::as_str)
    }

    /// Where a field is, from the top.
    pub(crate) fn path(&self, field: &str) -> String {
        reading::below(&self.path, field)
    }

    /// The value of a field. Null counts as absent.
    pub(crate) fn get<T: DeserializeOwned>(
        &mut self,
        field: &str,
    ) -> Result<Option<T>, ConfigError> {
        self.asked.add(field);
        match given(&self.path, self.values, field)? {
            None => Ok(None),
            Some((given, value)) => reading::read(value, &self.path(given)).map(Some),
        }
    }

    /// Whether a field is there, under any spelling, without a value.
    pub(crate) fn is_null(&self, field: &str) -> bool {
        let mut spellings =
            self.values.iter().filter(|(given, _)| spelling::is_spelling_of(given, field));
        spellings.next().is_some_and(|(_, value)| value.is_null())
    }

    /// All fields that a type has.
    pub(crate) fn read<T: DeserializeOwned>(&mut self) -> Result<T, ConfigError> {
        reading::read_fields(self.values, &self.path, &mut self.asked)
    }

    /// Refuses a field that nobody asked for.
    pub(crate) fn end(&self) -> Result<(), ConfigError> {
        let unknown = self.values.keys().find(|given| !self.asked.has(given));
        unknown.map_or(Ok(()), |given| Err(unknown_field(&self.path, given, &self.asked)))
    }

    /// The same error, or a better one: a field that is missing may be there under a name that is
    /// nearly its own.
    pub(crate) fn explain(&self, error: ConfigError) -> ConfigError {
        if !error.is_missing() {
            return error;
        }
        let unknown = self.values.keys().filter(|given| !self.asked.has(given)).find(|given| {
            spelling::nearest(given, &self.asked.names())
                .is_some_and(|near| self.path(near) == error.path())
        });
        unknown.map_or(error, |given| unknown_field(&self.path, given, &self.asked))
    }
}
