use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, DeserializeOwned, Deserializer, Error as _, Visitor};
use serde_json::Error;
use serde_json::value::RawValue;

use super::half_surrogates::without_half_surrogates;
use super::record::Record;

/// The name under which a record asks its deserializer for the JSON text itself. Only [`Whole`]
/// knows it.
const RECORD: &str = "$mem0_types::private::Record";

/// Reads a text as serde_json does, but a record straight from the text, and half a surrogate pair
/// as U+FFFD.
pub(crate) fn read<T: DeserializeOwned>(json: &str) -> Result<T, Error> {
    T::deserialize(Whole(json)).or_else(|error| match without_half_surrogates(json) {
        Cow::Owned(json) => T::deserialize(Whole(&json)),
        Cow::Borrowed(_) => Err(error),
    })
}

/// Reads a record by way of serde.
///
/// From [`read`] it gets the whole text. Any other deserializer first finds the end of the object
/// and copies it.
pub(crate) fn deserialize<'de, T: Record, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    struct Text<T>(PhantomData<T>);

    impl<'de, T: Record> Visitor<'de> for Text<T> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a JSON object")
        }

        fn visit_borrowed_str<E: serde::de::Error>(self, json: &'de str) -> Result<T, E> {
            T::from_json(json).map_err(E::custom)
        }

        fn visit_newtype_struct<D: Deserializer<'de>>(self, json: D) -> Result<T, D::Error> {
            let json = <Box<RawValue>>::deserialize(json)?;
            T::from_json(json.get()).map_err(D::Error::custom)
        }
    }

    deserializer.deserialize_newtype_struct(RECORD, Text(PhantomData))
}

/// A text as a deserializer: a record gets the text itself, and serde_json reads anything else.
struct Whole<'de>(&'de str);

/// Emits methods that let serde_json read the text.
macro_rules! leave_to_serde_json {
    ($( $method:ident $(($($arg:ident: $ty:ty),+))?, )+) => {
        $(
            fn $method<V: Visitor<'de>>(
                self,
                $($($arg: $ty,)+)?
                visitor: V,
            ) -> Result<V::Value, Error> {
                let mut json = serde_json::Deserializer::from_str(self.0);
                let value = json.$method($($($arg,)+)? visitor)?;
                json.end()?;
                Ok(value)
            }
        )+
    };
}

impl<'de> Deserializer<'de> for Whole<'de> {
    type Error = Error;

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        if name == RECORD {
            return visitor.visit_borrowed_str(self.0);
        }
        let mut json = serde_json::Deserializer::from_str(self.0);
        let value = json.deserialize_newtype_struct(name, visitor)?;
        json.end()?;
        Ok(value)
    }

    leave_to_serde_json! {
        deserialize_any,
        deserialize_bool,
        deserialize_i8,
        deserialize_i16,
        deserialize_i32,
        deserialize_i64,
        deserialize_i128,
        deserialize_u8,
        deserialize_u16,
        deserialize_u32,
        deserialize_u64,
        deserialize_u128,
        deserialize_f32,
        deserialize_f64,
        deserialize_char,
        deserialize_str,
        deserialize_string,
        deserialize_bytes,
        deserialize_byte_buf,
        deserialize_option,
        deserialize_unit,
        deserialize_unit_struct(name: &'static str),
        deserialize_seq,
        deserialize_tuple(len: usize),
        deserialize_tuple_struct(name: &'static str, len: usize),
        deserialize_map,
        deserialize_struct(name: &'static str, fields: &'static [&'static str]),
        deserialize_enum(name: &'static str, variants: &'static [&'static str]),
        deserialize_identifier,
        deserialize_ignored_any,
    }
}

#[cfg(test)]
mod tests {
    use super::super::cursor::Cursor;
    use super::super::record::{Record, sealed::Sealed};
    use super::read;

    /// Remembers the text that it was read from.
    struct Probe(*const u8);

    impl Sealed for Probe {}

    impl Record for Probe {
        fn read(cursor: &mut Cursor<'_>) -> Result<Self, serde_json::Error> {
            cursor.skip()?;
            Ok(Self(cursor.since(0).as_ptr()))
        }
    }

    impl<'de> serde::Deserialize<'de> for Probe {
        fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            super::deserialize(deserializer)
        }
    }

    #[test]
    fn a_record_is_read_from_the_text_itself() {
        let text = r#"{"id": "m-1"}"#;
        assert_eq!(read::<Probe>(text).unwrap().0, text.as_ptr());
        assert_ne!(serde_json::from_str::<Probe>(text).unwrap().0, text.as_ptr());
    }
}
