use std::borrow::Cow;

use serde::de::DeserializeOwned;

/// What stands for a half: the character for text that was lost.
const REPLACEMENT: &str = "\\ufffd";

/// The length of an escape such as `\ud83d`.
const ESCAPE: usize = 6;

/// A JSON text in which every half of a surrogate pair is `\ufffd`.
///
/// Python and JavaScript write half a character, as cutting a text leaves it, as an escape like
/// `\ud83d`. That is no character, so serde_json refuses the whole text. Nothing else is changed.
#[doc(hidden)]
pub fn without_half_surrogates(json: &str) -> Cow<'_, str> {
    let (mut mended, mut copied) = (String::new(), 0);
    let mut at = 0;
    while let Some(found) = json.get(at..).and_then(|rest| rest.find('\\')) {
        at += found;
        at += match (escaped(json, at), escaped(json, at + ESCAPE)) {
            (Some(0xd800..=0xdbff), Some(0xdc00..=0xdfff)) => 2 * ESCAPE,
            (Some(0xd800..=0xdfff), _) => {
                mended.push_str(json.get(copied..at).unwrap_or_default());
                mended.push_str(REPLACEMENT);
                copied = at + ESCAPE;
                ESCAPE
            }
            (Some(_), _) => ESCAPE,
            // The escaped character may be a backslash.
            (None, _) => 2,
        };
    }
    if copied == 0 {
        return Cow::Borrowed(json);
    }
    mended.push_str(json.get(copied..).unwrap_or_default());
    Cow::Owned(mended)
}

/// Reads a value in which a half of a surrogate pair is the reason that it cannot be read.
pub(crate) fn read_mended<T: DeserializeOwned>(json: &str) -> Option<T> {
    match without_half_surrogates(json) {
        Cow::Owned(json) => serde_json::from_str(&json).ok(),
        Cow::Borrowed(_) => None,
    }
}

/// The number in the escape `\uXXXX` at this place, if there is one.
fn escaped(json: &str, at: usize) -> Option<u16> {
    let digits = json.get(at..at + ESCAPE)?.strip_prefix("\\u")?;
    // A sign would be a digit to the parser.
    let is_number = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    u16::from_str_radix(digits, 16).ok().filter(|_| is_number)
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::without_half_surrogates;

    #[test]
    fn halves_become_the_character_for_lost_text_and_nothing_else_changes() {
        for (json, expected) in [
            (r#""\ud83d""#, r#""\ufffd""#),
            (r#""a\uD83Db""#, r#""a\ufffdb""#),
            (r#""\udc00\ud83d""#, r#""\ufffd\ufffd""#),
            (r#""\ud83d\ud83d\ude00""#, r#""\ufffd\ud83d\ude00""#),
            (r#""\ud83d\ude00\ude00""#, r#""\ud83d\ude00\ufffd""#),
            (r#""\ud83d\n""#, r#""\ufffd\n""#),
            (r#"{"\ud800": ["\\\udfff"]}"#, r#"{"\ufffd": ["\\\ufffd"]}"#),
        ] {
            assert_eq!(without_half_surrogates(json), expected, "{json}");
            serde_json::from_str::<serde_json::Value>(expected).unwrap();
        }
        for json in [
            "",
            r#""\ud83d\ude00 \u00e9 é""#,
            r#""\\ud83d""#,
            r#""\\\\ud83d\\""#,
            r#""\u+d83""#,
            r#""\ud8""#,
            "\\",
            "\\é",
            "\\ud83é",
        ] {
            assert!(matches!(without_half_surrogates(json), Cow::Borrowed(_)), "{json}");
        }
    }
}
