use std::fmt::Write as _;

use crate::InvalidInput;

/// A template that is appended to the base URL must not change its host, nor climb out of its path.
pub(super) fn check_template(template: &str) -> Result<(), InvalidInput> {
    let mut parts = template.split('/').skip(1).peekable();
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"{}-._~!$&'()*+,;=:@".contains(&byte);
    let mut is_sound = template.starts_with('/');
    while let Some(part) = parts.next() {
        let is_last = parts.peek().is_none();
        is_sound &= !matches!(part, "." | "..") && (is_last || !part.is_empty());
        is_sound &= part.bytes().all(plain);
    }
    if is_sound {
        return Ok(());
    }
    Err(InvalidInput::new(
        "path",
        "must begin with one `/` and be a plain path from the base URL on; give ids to `segment` and \
         parameters to `query`",
    ))
}

/// Percent-encodes everything but RFC 3986's unreserved characters, byte by byte.
pub(super) fn encode_into(target: &mut String, text: &str) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            target.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(target, "%{byte:02X}");
        }
    }
}
