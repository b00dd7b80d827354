use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Error, Map, Value};

use super::huge_integer::huge_integer;
use crate::InvalidInput;

/// Reads JSON, and refuses what a [`Value`] would change without a word: integers of more than 64
/// bits, numbers beyond the range of a 64-bit float, and a name that an object has twice.
///
/// A number with a fraction or an exponent is a 64-bit float, as everywhere in JSON.
///
/// # Errors
/// [`InvalidInput`] that names the field of the outermost object, and says where and why; for what
/// is not JSON, the field is `json`.
///
/// ```
/// let metadata = mem0_sdk::read_json(r#"{"order": 9007199254740993}"#)?;
/// assert_eq!(metadata["order"], 9_007_199_254_740_993_i64);
///
/// let refused = mem0_sdk::read_json(r#"{"order": 18446744073709551616}"#).unwrap_err();
/// assert_eq!(refused.field(), "order");
/// assert!(mem0_sdk::read_json(r#"{"order": 1, "order": 2}"#).is_err());
/// # Ok::<(), mem0_sdk::InvalidInput>(())
/// ```
pub fn read_json(text: &str) -> Result<Value, InvalidInput> {
    if let Some(place) = huge_integer(text) {
        return Err(refused(
            text,
            place,
            "has an integer of more than 64 bits, which cannot be kept exactly; send it as a string",
        ));
    }
    let mut reader = serde_json::Deserializer::from_str(text);
    let read = Exact.deserialize(&mut reader).and_then(|value| reader.end().map(|()| value));
    read.map_err(|error| {
        let place = place_of(text, &error);
        match error.to_string() {
            said if said.starts_with(TWICE) => refused(text, place, TWICE),
            said if said.starts_with("number out of range") => {
                refused(text, place, "has a number beyond ±1.8e308; send it as a string")
            }
            said => InvalidInput::new("json", said),
        }
    })
}

const TWICE: &str = "has an object with the same name twice, of which only one could be kept";

fn refused(text: &str, place: usize, why: &str) -> InvalidInput {
    let before = text.get(..place).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.len() - before.rfind('\n').map_or(0, |end| end + 1) + 1;
    InvalidInput::new(field_at(text, place), format!("{why} (line {line}, column {column})"))
}

/// Where serde_json stopped.
fn place_of(text: &str, error: &Error) -> usize {
    let line: usize =
        text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum();
    (line + error.column().saturating_sub(1)).min(text.len())
}

/// The field of the outermost object that this place is in, with the number of a list's element.
fn field_at(text: &str, place: usize) -> String {
    let (mut depth, mut name, mut element) = (0_usize, "", None);
    let mut rest = text.bytes().enumerate();
    while let Some((at, byte)) = rest.next().filter(|(at, _)| *at < place) {
        match byte {
            b'"' => {
                let mut escaped = false;
                let end = rest.find(|(_, byte)| {
                    let closes = *byte == b'"' && !escaped;
                    escaped = *byte == b'\\' && !escaped;
                    closes
                });
                let end = end.map_or(text.len(), |(end, _)| end);
                let follows = text.get(end + 1..).unwrap_or_default().trim_start();
                if depth == 1 && follows.starts_with(':') {
                    (name, element) = (text.get(at + 1..end).unwrap_or_default(), None);
                }
            }
            b'{' => depth += 1,
            b'[' => {
                depth += 1;
                if depth == 2 {
                    element = Some(0_usize);
                }
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            b',' if depth == 2 => element = element.map(|element| element + 1),
            _ => {}
        }
    }
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    if name.is_empty() || name.len() > 64 || !name.chars().all(is_plain) {
        return "json".to_owned();
    }
    element.map_or_else(|| name.to_owned(), |element| format!("{name}[{element}]"))
}

/// The name under which serde_json gives the text of a value itself.
const RAW: &str = "$serde_json::private::RawValue";

/// Reads a value by way of serde: from JSON as [`read_json`] does, from any other format as it is.
pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Value, D::Error> {
    deserializer.deserialize_newtype_struct(RAW, Whole)
}

struct Whole;

impl<'de> Visitor<'de> for Whole {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, inner: D) -> Result<Value, D::Error> {
        Exact.deserialize(inner)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        match map.next_key::<String>()? {
            Some(name) if name == RAW => {
                read_json(&map.next_value::<String>()?).map_err(A::Error::custom)
            }
            first => Exact.object(first, map),
        }
    }
}

/// Reads any value, and refuses an object with the same name twice.
struct Exact;

impl Exact {
    fn object<'de, A: MapAccess<'de>>(
        self,
        first: Option<String>,
        mut map: A,
    ) -> Result<Value, A::Error> {
        let (mut fields, mut next) = (Map::new(), first);
        while let Some(name) = next {
            if fields.contains_key(&name) {
                return Err(A::Error::custom(TWICE));
            }
            let value = map.next_value_seed(Self)?;
            fields.insert(name, value);
            next = map.next_key()?;
        }
        Ok(Value::Object(fields))
    }
}

impl<'de> DeserializeSeed<'de> for Exact {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Exact {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Value, E> {
        let number = serde_json::Number::from_f64(value);
        number.map(Value::Number).ok_or_else(|| E::custom("a number is not finite"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, inner: D) -> Result<Value, D::Error> {
        self.deserialize(inner)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, inner: D) -> Result<Value, D::Error> {
        self.deserialize(inner)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = list.next_element_seed(Self)? {
            values.push(value);
        }
        Ok(values.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let first = map.next_key()?;
        self.object(first, map)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_a_value_would_change_is_refused_with_its_field_and_place() {
        for (text, field, said) in [
            (r#"{"a": {"b": [1, 18446744073709551616]}}"#, "a", "(line 1, column 17)"),
            ("{\"a\": 1,\n \"b\": -9223372036854775809}", "b", "64 bits, which cannot be kept"),
            ("{\"a\": 1,\n \"b\": -9223372036854775809}", "b", "(line 2, column 7)"),
            (r#"{"m": [{"a": 1}, {"a": [2, 3], "b": 1e400}]}"#, "m[1]", "beyond"),
            (r#"{"a": -1e400}"#, "a", "beyond"),
            (r#"{"u": "a", "u": "b"}"#, "u", "the same name twice"),
            (r#"{"a": 1, "b": {"c": {"d": 1, "e": "}\"", "d": 2}}}"#, "b", "the same name twice"),
            (r#"{"a": "\\", "b": 123456789012345678901}"#, "b", "64 bits"),
            (r#"{"": 123456789012345678901}"#, "json", "64 bits"),
            ("123456789012345678901", "json", "64 bits"),
            ("{\"a\": 1", "json", "EOF"),
            ("{\"a\": 1} 2", "json", "trailing"),
            ("", "json", "EOF"),
        ] {
            let refused = read_json(text).expect_err(text);
            assert_eq!(refused.field(), field, "{text}");
            assert!(refused.message().contains(said), "{text}: {refused}");
        }
    }

    #[test]
    fn anything_else_is_read_as_serde_json_reads_it() {
        for text in [
            r#"{"a": [18446744073709551615, -9223372036854775808, 0.1, 1e300, -0.0, 5e-324]}"#,
            r#"[{"a": null}, {"a": true}, "\u0000\ud83d\ude00", {}, [], {"A": 1, "a": 2}]"#,
            r#""123456789012345678901""#,
            r#"{"a": 123456789012345678901.5, "b": 123456789012345678901e2}"#,
        ] {
            let expected: Value = serde_json::from_str(text).expect(text);
            assert_eq!(read_json(text).expect(text), expected);
            let by_serde: Seen = serde_json::from_str(text).expect(text);
            assert_eq!(by_serde.0, expected);
            let by_value: Seen = serde_json::from_value(expected.clone()).expect(text);
            assert_eq!(by_value.0, expected);
        }
        let deep = "[".repeat(200) + &"]".repeat(200);
        assert!(read_json(&deep).is_err());
    }

    struct Seen(Value);

    impl<'de> serde::Deserialize<'de> for Seen {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            deserialize(deserializer).map(Self)
        }
    }

    #[test]
    fn serde_reads_text_exactly_and_other_formats_as_they_are() {
        let text = r#"{"a": 18446744073709551616}"#;
        for refused in [
            serde_json::from_str::<Seen>(text).err(),
            serde_json::from_slice::<Seen>(text.as_bytes()).err(),
            serde_json::from_reader::<_, Seen>(text.as_bytes()).err(),
            serde_json::from_str::<Vec<Seen>>(&format!("[{text}]")).map(drop).err(),
        ] {
            assert!(refused.is_some_and(|error| error.to_string().contains("64 bits")));
        }
        let pairs = [("a", 1), ("b", 2)];
        let map = serde::de::value::MapDeserializer::<_, Error>::new(pairs.into_iter());
        let read: Seen = serde::Deserialize::deserialize(map).expect("a map");
        assert_eq!(read.0, json!({"a": 1, "b": 2}));
    }
}
