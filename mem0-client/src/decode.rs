use serde::de::DeserializeOwned;

/// Reads an answer, or says at which JSON path it differs, with an excerpt that shows its form and
/// none of its content.
pub(crate) fn answer<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, String> {
    let text = std::str::from_utf8(bytes).map_err(|_| "the answer is not UTF-8".to_owned())?;
    let error = match serde_json::from_str(text) {
        Ok(value) => return Ok(value),
        Err(error) => error,
    };
    // Reading again is slower, and tells where.
    let path = match serde_path_to_error::deserialize::<_, T>(
        &mut serde_json::Deserializer::from_str(text),
    ) {
        Err(located) => located.path().to_string(),
        Ok(_) => ".".to_owned(),
    };
    Err(format!(
        "the answer has another form than expected at `{path}`: {} near {}",
        category(&error),
        excerpt(text, &error),
    ))
}

/// serde's own words may quote the answer.
fn category(error: &serde_json::Error) -> &'static str {
    match error.classify() {
        serde_json::error::Category::Io => "it could not be read",
        serde_json::error::Category::Syntax => "it is not JSON",
        serde_json::error::Category::Data => "a value is missing or of another type",
        serde_json::error::Category::Eof => "it ends too early",
    }
}

/// Some characters before and after the place, every letter and digit replaced.
fn excerpt(text: &str, error: &serde_json::Error) -> String {
    const AROUND: usize = 20;
    let line = text.lines().nth(error.line().saturating_sub(1)).unwrap_or_default();
    let shape: String = line
        .chars()
        .skip(error.column().saturating_sub(AROUND))
        .take(2 * AROUND)
        .map(|character| if character.is_alphanumeric() { 'x' } else { character })
        .collect();
    format!("`{shape}`")
}

#[cfg(test)]
mod tests {
    use mem0_types::{Memory, Page};

    use super::answer;

    #[test]
    fn says_where_and_shows_no_content() {
        let told = answer::<Page<Memory>>(br#"{"results": {"memory": "secret"}}"#).unwrap_err();
        assert!(told.contains("a value is missing or of another type"), "{told}");
        assert!(!told.contains("secret"), "{told}");
        let told = answer::<Page<Memory>>(b"<html>secret</html>").unwrap_err();
        assert!(told.contains("it is not JSON near `<xxxx>"), "{told}");
        let told = answer::<Vec<Vec<u8>>>(b"[[1], [2, \"secret\"]]").unwrap_err();
        assert!(told.contains("`[1][1]`"), "{told}");
        assert!(answer::<Page<Memory>>(b"").is_err());
        assert!(answer::<Page<Memory>>(b"\xff").is_err());
    }
}
