use std::borrow::Cow;

use serde::de::DeserializeOwned;

/// A function that reads the text of an answer: [`Endpoint::read_response`](mem0_types::Endpoint),
/// or serde's.
pub(crate) type Read<T> = fn(&str) -> Result<T, serde_json::Error>;

/// Reads an answer. The error names the JSON path where it is wrong, with an excerpt that shows its
/// form and nothing of its content.
pub(crate) fn answer<T: DeserializeOwned>(bytes: &[u8], read: Read<T>) -> Result<T, String> {
    let text = std::str::from_utf8(bytes).map_err(|_| "the answer is not UTF-8".to_owned())?;
    if let Ok(value) = read(text) {
        return Ok(value);
    }
    let text = &*mem0_types::without_half_surrogates(text);
    let error = match serde_json::from_str(text) {
        Ok(value) => return Ok(value),
        Err(error) => error,
    };
    // The first reading is faster; this one finds the place.
    let mut reader = serde_json::Deserializer::from_str(text);
    let located = serde_path_to_error::deserialize::<_, T>(&mut reader).err();
    let mut path = located.map_or_else(|| ".".to_owned(), |error| error.path().to_string());
    if let (".", Some(field)) = (path.as_str(), named_field(&error.to_string())) {
        path = field.to_owned();
    }
    Err(format!(
        "the answer does not have the expected form at `{path}`: {} near {}",
        reason(&error),
        excerpt(text, &error),
    ))
}

/// The field that the error is about. Records read each field on its own, and name it in the error.
fn named_field(error: &str) -> Option<&str> {
    let text = error.strip_prefix("missing field ").unwrap_or(error);
    Some(text.strip_prefix('`')?.split_once('`')?.0)
}

/// serde's message may quote the answer, unless it only names a missing field.
fn reason(error: &serde_json::Error) -> Cow<'static, str> {
    let text = error.to_string();
    let missing = text.strip_prefix("missing field `").and_then(|rest| rest.split_once('`'));
    if let Some((field, _)) = missing {
        return format!("missing field `{field}`").into();
    }
    let category = match error.classify() {
        serde_json::error::Category::Io => "it could not be read",
        serde_json::error::Category::Syntax => "it is not JSON",
        serde_json::error::Category::Data => "a value is missing or of another type",
        serde_json::error::Category::Eof => "it ends too early",
    };
    category.into()
}

/// The characters around the place, with everything but punctuation replaced.
fn excerpt(text: &str, error: &serde_json::Error) -> String {
    const AROUND: usize = 20;
    let line = text.lines().nth(error.line().saturating_sub(1)).unwrap_or_default();
    let shape: String = line
        .chars()
        .skip(error.column().saturating_sub(AROUND))
        .take(2 * AROUND)
        .map(|character| match character {
            ' ' => ' ',
            character if character.is_ascii_punctuation() => character,
            _ => 'x',
        })
        .collect();
    format!("`{shape}`")
}

#[cfg(test)]
mod tests {
    use mem0_types::requests::SearchMemories;
    use mem0_types::{Endpoint, Memory, Page};
    use serde::de::DeserializeOwned;

    fn answer<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, String> {
        super::answer(bytes, |text| serde_json::from_str(text))
    }

    #[test]
    fn says_where_and_shows_no_content() {
        let told = answer::<Page<Memory>>(br#"{"results": {"memory": "secret"}}"#).unwrap_err();
        assert!(told.contains("at `results`: a value is missing or of another type"), "{told}");
        assert!(!told.contains("secret"), "{told}");
        let in_its_own_way = SearchMemories::read_response;
        let bytes = br#"{"results": {"memory": "secret"}}"#;
        assert_eq!(super::answer(bytes, in_its_own_way).unwrap_err(), told);
        let told = answer::<Page<Memory>>(b"<html>secret</html>").unwrap_err();
        assert!(told.contains("it is not JSON near `<xxxx>"), "{told}");
        let told = answer::<Vec<Vec<u8>>>(b"[[1], [2, \"secret\"]]").unwrap_err();
        assert!(told.contains("`[1][1]`"), "{told}");
        assert!(answer::<Page<Memory>>(b"").is_err());
        assert!(answer::<Page<Memory>>(b"\xff").is_err());
    }
}
