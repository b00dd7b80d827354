//! Typed values from JSON, with errors that name the place and never repeat a value.

use std::fmt;

use serde::de::value::{MapDeserializer, SeqDeserializer};
use serde::de::{self, Deserializer, Error as _, Expected, IntoDeserializer, Unexpected, Visitor};
use serde::{Deserialize, forward_to_deserialize_any};
use serde_json::{Map, Value};

use super::fields::{given, unknown_field};
use super::spelling::is_spelling_of;
use super::{ConfigError, did_you_mean};

/// The path of what is named `part` inside of what is at `path`.
pub(super) fn below(path: &str, part: &str) -> String {
    if path.is_empty() { part.to_owned() } else { format!("{path}.{part}") }
}

/// The names of fields that somebody asked for.
#[derive(Debug, Default)]
pub(super) struct Known {
    names: Vec<String>,
    has_all: bool,
}

impl Known {
    pub(super) fn add(&mut self, name: &str) {
        if !self.names.iter().any(|known| known == name) {
            self.names.push(name.to_owned());
        }
    }

    pub(super) fn has(&self, given: &str) -> bool {
        self.has_all || self.names.iter().any(|known| is_spelling_of(given, known))
    }

    pub(super) fn names(&self) -> Vec<&str> {
        self.names.iter().map(String::as_str).collect()
    }
}

/// A value as a type. A struct's fields may have either spelling, and a field that it does not have
/// is refused, at every depth.
pub(super) fn read<'de, T: Deserialize<'de>>(
    value: &'de Value,
    path: &str,
) -> Result<T, ConfigError> {
    T::deserialize(Reader { value, path: path.to_owned() }).map_err(|fault| fault.at(path).0)
}

/// The fields of an object that a type has, which are added to `known`. Others are left alone.
pub(super) fn read_fields<'de, T: Deserialize<'de>>(
    values: &'de Map<String, Value>,
    path: &str,
    known: &mut Known,
) -> Result<T, ConfigError> {
    T::deserialize(FieldsReader { values, path, known }).map_err(|fault| fault.at(path).0)
}

/// An error of serde's, as one of ours.
#[derive(Debug)]
struct Fault(ConfigError, HasPath);

#[derive(Debug, PartialEq)]
enum HasPath {
    Whole,
    /// Only the field's name, since serde says no more.
    Below,
    No,
}

impl Fault {
    fn new(message: impl Into<String>) -> Self {
        Self(ConfigError::new("", message), HasPath::No)
    }

    /// The fault of what is at this path, unless it knows better.
    fn at(self, path: &str) -> Self {
        match self.1 {
            HasPath::Whole => self,
            HasPath::No => Self(ConfigError::new(path, self.0.message()), HasPath::Whole),
            HasPath::Below => Self(
                ConfigError::missing(below(path, self.0.path()), self.0.message()),
                HasPath::Whole,
            ),
        }
    }
}

impl From<ConfigError> for Fault {
    fn from(error: ConfigError) -> Self {
        Self(error, HasPath::Whole)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for Fault {}

impl de::Error for Fault {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::new(message.to_string())
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        let found = match found {
            Unexpected::Bool(_) => "a boolean",
            Unexpected::Unsigned(_) | Unexpected::Signed(_) => "a number",
            Unexpected::Float(_) => "a fraction",
            Unexpected::Str(_) | Unexpected::Char(_) => "a text",
            Unexpected::Unit | Unexpected::Option => "null",
            Unexpected::Seq => "a list",
            Unexpected::Map => "an object",
            _ => "something else",
        };
        Self::new(format!("must be {}, not {found}", words(expected)))
    }

    fn invalid_value(_: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::new(format!("must be {}", words(expected)))
    }

    fn invalid_length(_: usize, expected: &dyn Expected) -> Self {
        Self::new(format!("must be {}", words(expected)))
    }

    fn unknown_variant(found: &str, expected: &'static [&'static str]) -> Self {
        let all = expected.join(", ");
        let near = super::spelling::nearest(found, expected);
        let hint = near.map(|near| format!("; did you mean {near}?")).unwrap_or_default();
        Self::new(format!("must be one of {all}{hint}"))
    }

    fn unknown_field(field: &str, expected: &'static [&'static str]) -> Self {
        let hint = did_you_mean(field, expected.iter().copied());
        Self::new(format!("has the field {field}, which is not a known one; {hint}"))
    }

    fn missing_field(field: &'static str) -> Self {
        Self(ConfigError::missing(field, "is missing"), HasPath::Below)
    }

    fn duplicate_field(field: &'static str) -> Self {
        Self::new(format!("has the field {field} twice"))
    }
}

fn kind(value: &Value) -> Unexpected<'_> {
    match value {
        Value::Null => Unexpected::Unit,
        Value::Bool(value) => Unexpected::Bool(*value),
        Value::Number(number) if number.is_f64() => Unexpected::Float(0.0),
        Value::Number(_) => Unexpected::Signed(0),
        Value::String(text) => Unexpected::Str(text),
        Value::Array(_) => Unexpected::Seq,
        Value::Object(_) => Unexpected::Map,
    }
}

/// What serde expects, in words.
fn words(expected: &dyn Expected) -> String {
    let expected = expected.to_string();
    let whole = |least: &str, most: &str| format!("a whole number from {least} to {most}");
    match expected.as_str() {
        "u8" => whole("0", &u8::MAX.to_string()),
        "u16" => whole("0", &u16::MAX.to_string()),
        "u32" => whole("0", &u32::MAX.to_string()),
        "u64" | "usize" => "a whole number, 0 or more".to_owned(),
        "i8" => whole(&i8::MIN.to_string(), &i8::MAX.to_string()),
        "i16" => whole(&i16::MIN.to_string(), &i16::MAX.to_string()),
        "i32" => whole(&i32::MIN.to_string(), &i32::MAX.to_string()),
        "i64" | "isize" => "a whole number".to_owned(),
        "f32" | "f64" => "a number".to_owned(),
        "a boolean" => "true or false".to_owned(),
        "a string" => "a text".to_owned(),
        "a sequence" => "a list".to_owned(),
        "a map" => "an object".to_owned(),
        "path string" => "a path".to_owned(),
        other if other.starts_with("struct ") => "an object".to_owned(),
        other if other.starts_with("enum ") => "one of its names".to_owned(),
        _ => expected,
    }
}

/// A value and where it is.
#[derive(Clone)]
struct Reader<'de> {
    value: &'de Value,
    path: String,
}

impl<'de> IntoDeserializer<'de, Fault> for Reader<'de> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> Reader<'de> {
    fn part(&self, name: &str, value: &'de Value) -> Self {
        Reader { value, path: below(&self.path, name) }
    }

    fn visit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.value {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(*value),
            Value::String(text) => visitor.visit_borrowed_str(text),
            Value::Number(number) => match (number.as_u64(), number.as_i64(), number.as_f64()) {
                (Some(number), _, _) => visitor.visit_u64(number),
                (_, Some(number), _) => visitor.visit_i64(number),
                (_, _, Some(number)) => visitor.visit_f64(number),
                _ => Err(Fault::new("is a number that cannot be read")),
            },
            Value::Array(values) => {
                let parts = values
                    .iter()
                    .enumerate()
                    .map(|(at, value)| Reader { value, path: format!("{}[{at}]", self.path) });
                let mut parts = SeqDeserializer::new(parts);
                let read = visitor.visit_seq(&mut parts)?;
                parts.end()?;
                Ok(read)
            }
            Value::Object(values) => {
                let parts = values.iter().map(|(name, value)| (&**name, self.part(name, value)));
                visitor.visit_map(MapDeserializer::new(parts))
            }
        }
    }
}

impl<'de> Deserializer<'de> for Reader<'de> {
    type Error = Fault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        let path = self.path.clone();
        self.visit(visitor).map_err(|fault| fault.at(&path))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        if self.value.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        let Value::Object(values) = self.value else {
            // A visitor would take a list, too, as the fields in order.
            return Err(Fault::invalid_type(kind(self.value), &"an object").at(&self.path));
        };
        let (path, mut known) = (self.path, Known::default());
        let reader = FieldsReader { values, path: &path, known: &mut known };
        let read = reader.deserialize_struct(name, fields, visitor);
        // A misspelled field is the likelier cause where another one is missing.
        match values.keys().find(|given| !known.has(given)) {
            Some(given) if read.as_ref().err().is_none_or(|fault| fault.0.is_missing()) => {
                Err(unknown_field(&path, given, &known).into())
            }
            _ => read,
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        let read = match self.value {
            Value::String(text) => {
                visitor.visit_enum(IntoDeserializer::<Fault>::into_deserializer(text.as_str()))
            }
            Value::Object(values) => {
                let parts = values.iter().map(|(name, value)| (&**name, self.part(name, value)));
                visitor
                    .visit_enum(de::value::MapAccessDeserializer::new(MapDeserializer::new(parts)))
            }
            _ => return self.deserialize_any(visitor),
        };
        read.map_err(|fault| fault.at(&self.path))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct seq tuple tuple_struct map identifier ignored_any
    }
}

/// The fields of an object, for a type that has some of them.
struct FieldsReader<'de, 'known> {
    values: &'de Map<String, Value>,
    path: &'known str,
    known: &'known mut Known,
}

impl<'de> Deserializer<'de> for FieldsReader<'de, '_> {
    type Error = Fault;

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        let mut parts = Vec::with_capacity(fields.len());
        let mut taken = Vec::with_capacity(fields.len());
        for field in fields {
            self.known.add(field);
            match given(self.path, self.values, field)? {
                // A type may list a spelling of a field's as its alias.
                Some((name, value)) if !taken.contains(&name) => {
                    taken.push(name);
                    parts.push((*field, Reader { value, path: below(self.path, name) }));
                }
                _ => {}
            }
        }
        visitor
            .visit_map(MapDeserializer::new(parts.into_iter()))
            .map_err(|fault: Fault| fault.at(self.path))
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_some(self)
    }

    /// A map takes whatever there is.
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.known.has_all = true;
        let parts = self
            .values
            .iter()
            .map(|(name, value)| (&**name, Reader { value, path: below(self.path, name) }));
        visitor.visit_map(MapDeserializer::new(parts))
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct seq tuple tuple_struct map enum identifier
    }
}
