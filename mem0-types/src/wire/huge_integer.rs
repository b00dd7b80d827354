/// Whether this JSON contains an integer of more than 64 bits. A [`serde_json::Value`] would turn
/// it into a float of another value.
pub(crate) fn has_huge_integer(json: &str) -> bool {
    huge_integer(json).is_some()
}

/// Where the first integer of more than 64 bits begins.
pub(crate) fn huge_integer(json: &str) -> Option<usize> {
    const SHORTEST: usize = "9223372036854775808".len();
    // Looking at every nineteenth byte is enough to meet a run of nineteen digits.
    let has_long_run = || {
        (SHORTEST - 1..json.len()).step_by(SHORTEST).any(|place| {
            let (before, after) = json.as_bytes().split_at(place);
            let is_digit = |byte: &&u8| byte.is_ascii_digit();
            let after = after.iter().take_while(is_digit).count();
            after > 0 && after + before.iter().rev().take_while(is_digit).count() >= SHORTEST
        })
    };
    if json.starts_with('"') || !has_long_run() {
        return None;
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
                return Some(json.len() - after.len() - token.len());
            }
            rest = after;
        }
    }
    None
}

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
