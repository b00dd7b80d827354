use serde::de::DeserializeOwned;
use serde_json::Error;
use serde_json::value::RawValue;

use crate::Extra;
use crate::cursor::Cursor;

/// A type that is read from one JSON object, field by field, so that an odd value costs that
/// field and not the object.
pub trait Record: Sized + sealed::Sealed {
    /// Reads the object that comes next.
    ///
    /// # Errors
    /// When it is no JSON object, or lacks a field without which the type means nothing.
    #[doc(hidden)]
    fn read(cursor: &mut Cursor<'_>) -> Result<Self, Error>;

    /// Reads a text that is the object.
    ///
    /// # Errors
    /// As [`read`](Self::read), and when there is more than the object.
    #[doc(hidden)]
    fn from_json(json: &str) -> Result<Self, Error> {
        let mut cursor = Cursor::new(json);
        let record = Self::read(&mut cursor)?;
        cursor.end()?;
        Ok(record)
    }
}

pub(crate) mod sealed {
    pub trait Sealed {}
}

/// A typed field while its object is read.
pub(crate) struct Slot<'a, T> {
    value: Option<T>,
    /// Whether a value came under the field's own name.
    is_named: bool,
    /// What came under its other name, which only counts where nothing fits under its own, in whatever
    /// order the two were sent.
    other: Option<&'a RawValue>,
}

impl<'a, T: DeserializeOwned> Slot<'a, T> {
    pub(crate) fn new() -> Self {
        Self { value: None, is_named: false, other: None }
    }

    /// Reads a value of the field; what does not fit stays among the extras. Null is no value, and of a
    /// name that comes twice the first value counts, so that what is written reads back as the same.
    pub(crate) fn read(
        &mut self,
        name: &'static str,
        cursor: &mut Cursor<'a>,
        extra: &mut Extra,
    ) -> Result<(), Error> {
        self.read_with(name, cursor, extra, Cursor::value)
    }

    /// The same by a function of the type's own.
    pub(crate) fn read_with(
        &mut self,
        name: &'static str,
        cursor: &mut Cursor<'a>,
        extra: &mut Extra,
        value: impl FnOnce(&mut Cursor<'a>) -> Result<T, Error>,
    ) -> Result<(), Error> {
        if cursor.take_null()? {
            return Ok(());
        }
        if self.is_named {
            return cursor.skip();
        }
        self.is_named = true;
        let place = cursor.place();
        match value(cursor) {
            Ok(value) if !has_huge_integer(cursor.since(place)) => {
                self.value = Some(value);
                Ok(())
            }
            _ => keep_odd(name, cursor, place, extra),
        }
    }

    /// Keeps a value that came under the field's other name.
    pub(crate) fn keep_other(&mut self, cursor: &mut Cursor<'a>) -> Result<(), Error> {
        if !cursor.take_null()? {
            let json = cursor.raw()?;
            self.other.get_or_insert(json);
        }
        Ok(())
    }

    /// The field, once its object was read.
    pub(crate) fn into_value(self) -> Option<T> {
        self.value
    }

    /// The same, where it has another name too.
    pub(crate) fn into_value_or_other(self, name: &'static str, extra: &mut Extra) -> Option<T> {
        let Some(json) = self.other else { return self.value };
        let fitting = || serde_json::from_str(json.get()).ok();
        match self.value {
            None if !has_huge_integer(json.get()) => fitting().or_else(|| {
                extra.push(name, json);
                None
            }),
            value => {
                extra.push(name, json);
                value
            }
        }
    }
}

/// Keeps the value at a place as the JSON that it is.
#[cold]
fn keep_odd(
    name: &'static str,
    cursor: &mut Cursor<'_>,
    place: usize,
    extra: &mut Extra,
) -> Result<(), Error> {
    cursor.back_to(place);
    extra.push(name, cursor.raw()?);
    Ok(())
}

/// Whether an integer of more than 64 bits is in this JSON, which a [`serde_json::Value`] would
/// turn into a float of another value.
pub(crate) fn has_huge_integer(json: &str) -> bool {
    const SHORTEST: usize = "9223372036854775808".len();
    // Of so many digits in a row one is seen by looking at every nineteenth byte.
    let has_long_run = || {
        (SHORTEST - 1..json.len()).step_by(SHORTEST).any(|place| {
            let (before, after) = json.as_bytes().split_at(place);
            let is_digit = |byte: &&u8| byte.is_ascii_digit();
            let after = after.iter().take_while(is_digit).count();
            after > 0 && after + before.iter().rev().take_while(is_digit).count() >= SHORTEST
        })
    };
    if json.starts_with('"') || !has_long_run() {
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
/// that `new` takes all the same says so: `"memory" in new(memory)`. An optional field that is a record
/// itself and comes often is read in place, without serde: `"score_breakdown" as record`.
macro_rules! record {
    (
        $(#[$meta:meta])*
        pub struct $name:ident {
            required { $( $(#[$rmeta:meta])* $rfield:ident: $rty:ty = $rwire:literal, )* }
            defaulted {
                $( $(#[$dmeta:meta])* $dfield:ident: $dty:ty = $dwire:literal $(in new($given:ident))?, )*
            }
            optional {
                $(
                    $(#[$ometa:meta])*
                    $ofield:ident: $oty:ty = $owire:literal $(| $alias:literal)? $(as $kind:ident)?,
                )*
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
            fn read(
                cursor: &mut $crate::cursor::Cursor<'_>,
            ) -> Result<Self, serde_json::Error> {
                $( let mut $rfield = $crate::record::Slot::<$rty>::new(); )*
                $( let mut $dfield = $crate::record::Slot::<$dty>::new(); )*
                $( let mut $ofield = $crate::record::Slot::<$oty>::new(); )*
                let mut extra = $crate::Extra::default();
                cursor.object(|name, cursor| match name {
                    $( $rwire => $rfield.read($rwire, cursor, &mut extra), )*
                    $( $dwire => $dfield.read($dwire, cursor, &mut extra), )*
                    $(
                        $owire => $crate::record::record!(
                            read $ofield $owire cursor extra $($kind)?
                        ),
                        $( $alias => $ofield.keep_other(cursor), )?
                    )*
                    name => {
                        extra.push(name, cursor.raw()?);
                        Ok(())
                    }
                })?;
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
                    $( $ofield: $crate::record::record!(finish $ofield extra $($alias)?), )*
                    extra,
                })
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let json = <Box<serde_json::value::RawValue>>::deserialize(deserializer)?;
                $crate::record::Record::from_json(json.get()).map_err(serde::de::Error::custom)
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
    (read $field:ident $wire:literal $cursor:ident $extra:ident) => {
        $field.read($wire, $cursor, &mut $extra)
    };
    (read $field:ident $wire:literal $cursor:ident $extra:ident record) => {
        $field.read_with($wire, $cursor, &mut $extra, $crate::record::Record::read)
    };
    (finish $field:ident $extra:ident) => { $field.into_value() };
    (finish $field:ident $extra:ident $alias:literal) => {
        $field.into_value_or_other($alias, &mut $extra)
    };
    (default $ty:ty) => { <$ty>::default() };
    (default $ty:ty, $given:ident) => { $given.into() };
}

pub(crate) use record;

#[cfg(test)]
mod tests {
    use super::has_huge_integer;

    #[test]
    fn an_integer_of_more_than_64_bits_is_found_wherever_it_stands() {
        for (number, huge) in [
            ("18446744073709551616", true),
            ("-9223372036854775809", true),
            ("123456789012345678901234567890", true),
            ("18446744073709551615", false),
            ("-9223372036854775808", false),
            ("9223372036854775808.5", false),
            ("123456789012345678901234567890e1", false),
            ("\"123456789012345678901234567890\"", false),
            (r#""\"123456789012345678901234567890\\""#, false),
        ] {
            assert_eq!(has_huge_integer(number), huge, "{number}");
            for room in 0..60 {
                let room = " ".repeat(room);
                for json in [
                    format!("[{room}{number}]"),
                    format!(r#"{{"a\"b{room}": [1, {number}, 2.5]}}"#),
                    format!(r#"{{"a": "1{room}\\", "b": {number}}}"#),
                ] {
                    assert_eq!(has_huge_integer(&json), huge, "{json}");
                }
            }
        }
    }
}
