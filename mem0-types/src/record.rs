use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeOwned, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use crate::Extra;

/// A type that is read from one JSON object, field by field, so that an odd value costs that
/// field and not the object.
pub trait Record: Sized + sealed::Sealed {
    /// Reads the object.
    ///
    /// # Errors
    /// When the text is no JSON object, or lacks a field without which the type means nothing.
    #[doc(hidden)]
    fn from_object(json: &str) -> Result<Self, serde_json::Error>;
}

pub(crate) mod sealed {
    pub trait Sealed {}
}

/// The fields of one JSON object, each still JSON.
pub(crate) struct Fields<'a>(pub(crate) Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'a> Fields<'a> {
    /// Reads the fields. Says what is wrong without quoting the text, as serde's own error would.
    pub(crate) fn of(json: &'a str) -> Result<Self, serde_json::Error> {
        if json.trim_start().starts_with('{') {
            serde_json::from_str(json)
        } else {
            Err(serde::de::Error::custom("expected a JSON object"))
        }
    }

    /// The same fields, those of these names last, so that a field's first name wins over its
    /// other name in whatever order they were sent.
    pub(crate) fn with_last(mut self, names: &[&str]) -> Self {
        if !names.is_empty() {
            self.0.sort_by_key(|(name, _)| names.contains(&name.as_ref()));
        }
        self
    }
}

impl<'de> Deserialize<'de> for Fields<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Name<'a>(Cow<'a, str>);

        impl<'de> Deserialize<'de> for Name<'de> {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Borrowed;

                impl<'de> Visitor<'de> for Borrowed {
                    type Value = Name<'de>;

                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        f.write_str("a field name")
                    }

                    fn visit_borrowed_str<E>(self, name: &'de str) -> Result<Name<'de>, E> {
                        Ok(Name(Cow::Borrowed(name)))
                    }

                    fn visit_str<E>(self, name: &str) -> Result<Name<'de>, E> {
                        Ok(Name(Cow::Owned(name.to_owned())))
                    }
                }

                deserializer.deserialize_str(Borrowed)
            }
        }

        struct Object;

        impl<'de> Visitor<'de> for Object {
            type Value = Fields<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields<'de>, A::Error> {
                let mut fields = Vec::with_capacity(16);
                while let Some((Name(name), json)) = map.next_entry()? {
                    fields.push((name, json));
                }
                Ok(Fields(fields))
            }
        }

        deserializer.deserialize_map(Object)
    }
}

/// A typed field while its object is read.
pub(crate) struct Slot<T> {
    value: Option<T>,
    /// Under which of its names it came; none has more than two.
    names: [Option<&'static str>; 2],
}

impl<T: DeserializeOwned> Slot<T> {
    pub(crate) fn new() -> Self {
        Self { value: None, names: [None; 2] }
    }

    /// Reads a value of the field; what does not fit stays among the extras. Null is no value, and of a
    /// name that comes twice the first value counts, so that what is written reads back as the same.
    pub(crate) fn read(&mut self, name: &'static str, json: &RawValue, extra: &mut Extra) {
        if json.get() == "null" || self.names.contains(&Some(name)) {
            return;
        }
        if let Some(free) = self.names.iter_mut().find(|there| there.is_none()) {
            *free = Some(name);
        }
        match serde_json::from_str(json.get()) {
            Ok(value) if self.value.is_none() && !has_huge_integer(json.get()) => {
                self.value = Some(value);
            }
            _ => extra.push(name, json),
        }
    }

    pub(crate) fn into_value(self) -> Option<T> {
        self.value
    }
}

/// Whether an integer of more than 64 bits is in this JSON, which a [`serde_json::Value`] would
/// turn into a float of another value.
fn has_huge_integer(json: &str) -> bool {
    const SHORTEST: usize = "9223372036854775808".len();
    if json.len() < SHORTEST || json.starts_with('"') {
        return false;
    }
    let mut rest = json;
    while let Some(start) = rest.find(|c: char| matches!(c, '"' | '-' | '0'..='9')) {
        let token = rest.get(start..).unwrap_or_default();
        if let Some(text) = token.strip_prefix('"') {
            let mut escaped = false;
            let end = text.find(|c: char| {
                let closes = c == '"' && !escaped;
                escaped = c == '\\' && !escaped;
                closes
            });
            rest = end.and_then(|end| text.get(end + 1..)).unwrap_or_default();
        } else {
            let number = |c: char| matches!(c, '-' | '+' | '.' | 'e' | 'E' | '0'..='9');
            let (token, after) = token.split_at(token.find(|c| !number(c)).unwrap_or(token.len()));
            let integer = !token.contains(['.', 'e', 'E']);
            if integer && token.parse::<i64>().is_err() && token.parse::<u64>().is_err() {
                return true;
            }
            rest = after;
        }
    }
    false
}

/// Emits a response type: its struct, reading, writing and a `Debug` that shows no content.
///
/// `required` fields make the object what it is, `defaulted` ones are empty when absent, and
/// everything else is `optional`. A field may have one more wire name, `"run_id" | "session_id"`;
/// when both are sent, the first is the field and the other stays among the extras. A defaulted field
/// that `new` takes all the same says so: `"memory" in new(memory)`.
macro_rules! record {
    (
        $(#[$meta:meta])*
        pub struct $name:ident {
            required { $( $(#[$rmeta:meta])* $rfield:ident: $rty:ty = $rwire:literal, )* }
            defaulted {
                $( $(#[$dmeta:meta])* $dfield:ident: $dty:ty = $dwire:literal $(in new($given:ident))?, )*
            }
            optional {
                $( $(#[$ometa:meta])* $ofield:ident: $oty:ty = $owire:literal $(| $alias:literal)?, )*
            }
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, PartialEq)]
        #[non_exhaustive]
        pub struct $name {
            $( $(#[$rmeta])* pub $rfield: $rty, )*
            $( $(#[$dmeta])* pub $dfield: $dty, )*
            $( $(#[$ometa])* pub $ofield: Option<$oty>, )*
            extra: $crate::Extra,
        }

        impl $name {
            #[doc = concat!("A `", stringify!($name), "` with these fields and no others, for tests and fakes.")]
            #[allow(clippy::new_without_default, reason = "an empty answer is no sensible default")]
            pub fn new($( $rfield: impl Into<$rty>, )* $( $( $given: impl Into<$dty>, )? )*) -> Self {
                Self {
                    $( $rfield: $rfield.into(), )*
                    $( $dfield: $crate::record::record!(default $dty $(, $given)?), )*
                    $( $ofield: None, )*
                    extra: $crate::Extra::default(),
                }
            }

            /// What the answer held besides these fields.
            pub fn extra(&self) -> &$crate::Extra {
                &self.extra
            }
        }

        impl $crate::record::sealed::Sealed for $name {}

        impl $crate::record::Record for $name {
            fn from_object(json: &str) -> Result<Self, serde_json::Error> {
                $( let mut $rfield = $crate::record::Slot::<$rty>::new(); )*
                $( let mut $dfield = $crate::record::Slot::<$dty>::new(); )*
                $( let mut $ofield = $crate::record::Slot::<$oty>::new(); )*
                let mut extra = $crate::Extra::default();
                let fields = $crate::record::Fields::of(json)?.with_last(&[$( $($alias,)? )*]);
                for (name, json) in fields.0 {
                    match name.as_ref() {
                        $( $rwire => $rfield.read($rwire, json, &mut extra), )*
                        $( $dwire => $dfield.read($dwire, json, &mut extra), )*
                        $(
                            $owire => $ofield.read($owire, json, &mut extra),
                            $( $alias => $ofield.read($alias, json, &mut extra), )?
                        )*
                        name => extra.push(name, json),
                    }
                }
                $( let $dfield = $dfield.into_value(); )*
                $(
                    if $dfield.as_ref().is_some_and(|value| *value == <$dty>::default()) {
                        extra.note_empty($dwire);
                    }
                )*
                Ok(Self {
                    $( $rfield: match $rfield.into_value() {
                        Some(value) => value,
                        None => return Err(serde::de::Error::missing_field($rwire)),
                    }, )*
                    $( $dfield: $dfield.unwrap_or_default(), )*
                    $( $ofield: $ofield.into_value(), )*
                    extra,
                })
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let json = <Box<serde_json::value::RawValue>>::deserialize(deserializer)?;
                $crate::record::Record::from_object(json.get()).map_err(serde::de::Error::custom)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                use serde::ser::SerializeMap;

                let mut map = serializer.serialize_map(None)?;
                $( map.serialize_entry($rwire, &self.$rfield)?; )*
                $(
                    let $dfield =
                        self.$dfield != <$dty>::default() || self.extra.was_empty($dwire);
                    if $dfield {
                        map.serialize_entry($dwire, &self.$dfield)?;
                    }
                )*
                $(
                    let $ofield = $owire;
                    $(
                        // The first name is taken by a value of another type.
                        let $ofield = if self.extra.contains($owire) { $alias } else { $ofield };
                    )?
                    if let Some(value) = &self.$ofield {
                        map.serialize_entry($ofield, value)?;
                    }
                )*
                for (name, json) in self.extra.iter() {
                    let written = false
                        $( || name == $rwire )*
                        $( || (name == $dwire && $dfield) )*
                        $( || (name == $ofield && self.$ofield.is_some()) )*;
                    if !written {
                        map.serialize_entry(name, json)?;
                    }
                }
                map.end()
            }
        }

        impl std::fmt::Debug for $name {
            /// Which fields are set, never their values: answers hold what people said.
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                let fields = [
                    $( ($rwire, true), )*
                    $( ($dwire, self.$dfield != <$dty>::default()), )*
                    $( ($owire, self.$ofield.is_some()), )*
                ];
                let set = fields.into_iter().filter_map(|(name, is_set)| is_set.then_some(name));
                f.write_str(stringify!($name))?;
                f.debug_set().entries(set.chain(self.extra.names())).finish()
            }
        }
    };
    (default $ty:ty) => { <$ty>::default() };
    (default $ty:ty, $given:ident) => { $given.into() };
}

pub(crate) use record;
