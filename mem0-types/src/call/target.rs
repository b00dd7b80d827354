use std::fmt::Write as _;

use crate::InvalidInput;

/// Refuses a template that could change the host of the base URL or climb out of its path.
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
        "must be a plain path after the base URL that begins with one `/`; give ids to `segment` \
         and parameters to `query`",
    ))
}

/// Percent-encodes every byte except the unreserved characters of RFC 3986.
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
