//! Texts in quotes: where they end, and what a backslash means.

use super::cursor::{Cursor, ends_of, is_of_name, narrow};
use super::mend::{JsonMend, Mends};

/// Where a text stands, which decides what may follow it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Name,
    InObject { is_outermost: bool },
    InList { is_outermost: bool },
}

/// Words that stand for values; the second half is not JSON's.
pub(super) const WORDS: &[&str] = &[
    "true",
    "false",
    "null",
    "True",
    "False",
    "None",
    "TRUE",
    "FALSE",
    "NULL",
    "Null",
    "nil",
    "undefined",
    "NaN",
    "nan",
    "Infinity",
    "inf",
];

/// Reads a text from its opening quote on. The second is whether its end was there.
pub(super) fn read(cursor: &mut Cursor<'_>, place: Place, mends: &mut Mends) -> (String, bool) {
    if place != Place::Name && is_tripled(cursor) {
        return read_tripled(cursor, mends);
    }
    let Some(ends) = cursor.next().and_then(|quote| {
        if quote != '"' {
            mends.add(JsonMend::Quotes);
        }
        ends_of(quote)
    }) else {
        return (String::new(), false);
    };
    let mut text = String::new();
    loop {
        text.push_str(cursor.take_while(|c| c != '\\' && c >= ' ' && !ends.contains(&c)));
        let Some(next) = cursor.next() else { return (text, false) };
        if next == '\\' {
            if !unescape(cursor, &mut text, mends) {
                return (text, false);
            }
        } else if next < ' ' {
            mends.add(JsonMend::ControlCharacters);
            text.push(next);
        } else if place == Place::Name || may_end(cursor.window(), place) {
            return (text, true);
        } else {
            mends.add(JsonMend::InnerQuotes);
            text.push(next);
        }
    }
}

/// Python's `"""`, and not an empty text before another quote.
fn is_tripled(cursor: &Cursor<'_>) -> bool {
    cursor.rest().strip_prefix("\"\"\"").is_some_and(|rest| rest.contains("\"\"\""))
}

fn read_tripled(cursor: &mut Cursor<'_>, mends: &mut Mends) -> (String, bool) {
    mends.add(JsonMend::Quotes);
    cursor.take("\"\"\"");
    let mut text = String::new();
    while !cursor.take("\"\"\"") {
        match cursor.next() {
            None => return (text, false),
            Some('\\') if !unescape(cursor, &mut text, mends) => return (text, false),
            Some('\\') => {}
            Some(next) => text.push(next),
        }
    }
    (text, true)
}

/// What a backslash and what follows it mean; false where the text ends before that is known.
pub(super) fn unescape(cursor: &mut Cursor<'_>, text: &mut String, mends: &mut Mends) -> bool {
    let Some(next) = cursor.next() else { return false };
    let meant = match next {
        '"' | '\\' | '/' => next,
        'b' => '\u{8}',
        'f' => '\u{c}',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'u' => match hex(cursor, 4) {
            Hex::Code(code) => unit(code, cursor, mends),
            Hex::None if cursor.rest().is_empty() => return false,
            Hex::Cut => return false,
            Hex::None => return unescape_braced(cursor, text, mends),
        },
        other => {
            mends.add(JsonMend::Escapes);
            match (other, hex_of(other).map(|digits| hex(cursor, digits))) {
                ('\'' | '\n', _) => other,
                (_, Some(Hex::Code(code))) => char::from_u32(code).unwrap_or('\u{fffd}'),
                _ => {
                    text.push('\\');
                    other
                }
            }
        }
    };
    text.push(meant);
    true
}

/// JavaScript's `\u{1f600}`, or else what is no escape at all, such as a path's `\users`.
fn unescape_braced(cursor: &mut Cursor<'_>, text: &mut String, mends: &mut Mends) -> bool {
    mends.add(JsonMend::Escapes);
    let braced = cursor.rest().strip_prefix('{').and_then(|rest| rest.split_once('}'));
    let code = braced.filter(|(digits, _)| digits.len() <= 6).and_then(|(digits, _)| {
        let code = u32::from_str_radix(digits, 16).ok()?;
        cursor.at += digits.len() + 2;
        char::from_u32(code)
    });
    match code {
        Some(code) => text.push(code),
        None => text.push_str("\\u"),
    }
    true
}

/// How many digits the escapes of Python and JavaScript have.
fn hex_of(escape: char) -> Option<usize> {
    match escape {
        'x' => Some(2),
        'U' => Some(8),
        _ => None,
    }
}

enum Hex {
    Code(u32),
    /// The text ends among the digits.
    Cut,
    None,
}

fn hex(cursor: &mut Cursor<'_>, digits: usize) -> Hex {
    let rest = cursor.rest();
    let found = rest.bytes().take(digits).take_while(u8::is_ascii_hexdigit).count();
    if found < digits {
        return if found == rest.len() { Hex::Cut } else { Hex::None };
    }
    match rest.get(..digits).and_then(|code| u32::from_str_radix(code, 16).ok()) {
        Some(code) => {
            cursor.at += digits;
            Hex::Code(code)
        }
        None => Hex::None,
    }
}

/// The character of a UTF-16 unit, with its other half where that follows.
fn unit(code: u32, cursor: &mut Cursor<'_>, mends: &mut Mends) -> char {
    if let Some(c) = char::from_u32(code) {
        return c;
    }
    let mut ahead = cursor.clone();
    if code < 0xdc00
        && ahead.take("\\u")
        && let Hex::Code(low @ 0xdc00..0xe000) = hex(&mut ahead, 4)
        && let Some(c) = char::from_u32(0x1_0000 + ((code - 0xd800) << 10) + (low - 0xdc00))
    {
        *cursor = ahead;
        return c;
    }
    mends.add(JsonMend::Surrogates);
    '\u{fffd}'
}

/// Whether a text may end before this place: only then is what follows JSON. Where the text ends
/// or goes on too far, it may.
fn may_end(mut ahead: Cursor<'_>, place: Place) -> bool {
    let begin = ahead.at;
    let Some(next) = ahead.peek_mark() else { return true };
    let gap = ahead.text.get(begin..ahead.at).unwrap_or_default();
    if is_mark_of_end(ahead.rest()) {
        return true;
    }
    let mut behind = ahead.clone();
    behind.next();
    match (place, next) {
        (Place::InObject { .. }, ',') => begins_field(behind),
        (Place::InList { .. }, ',') => begins_value(behind),
        (Place::InObject { is_outermost }, '}') | (Place::InList { is_outermost }, ']') => {
            is_outermost || goes_on(behind)
        }
        (Place::InObject { .. }, ']') | (Place::InList { .. }, '}') => goes_on(behind),
        // The comma is missing.
        (Place::InObject { .. }, _) => !gap.is_empty() && begins_field(ahead),
        (Place::InList { .. }, _) => {
            gap.contains('\n') && (next == '{' || ends_of(next).is_some()) && begins_value(ahead)
        }
        (Place::Name, _) => true,
    }
}

/// What ends JSON wherever a value or comma could stand: a code fence, or a tag.
pub(super) fn is_mark_of_end(rest: &str) -> bool {
    rest.starts_with("```") || rest.starts_with("~~~") || rest.starts_with('<')
}

fn goes_on(mut ahead: Cursor<'_>) -> bool {
    match ahead.peek_mark() {
        None => true,
        Some(next) => matches!(next, ',' | '}' | ']' | '{' | '[') || is_mark_of_end(ahead.rest()),
    }
}

/// Whether a name, a colon and the beginning of a value follow, or the object's end.
fn begins_field(mut ahead: Cursor<'_>) -> bool {
    while ahead.peek_mark() == Some(',') {
        ahead.next();
    }
    let Some(next) = ahead.peek() else { return true };
    if let Some(ends) = ends_of(next) {
        ahead.next();
        loop {
            ahead.take_while(|c| c != '\\' && !ends.contains(&c));
            match ahead.next() {
                None => return true,
                Some('\\') => _ = ahead.next(),
                Some(_) => break,
            }
        }
    } else if is_of_name(next) {
        ahead.take_while(is_of_name);
    } else {
        return matches!(narrow(next), '}' | '{');
    }
    match ahead.peek_mark() {
        None => true,
        Some(':') => {
            ahead.next();
            begins_value(ahead)
        }
        Some(_) => false,
    }
}

/// Whether a value follows, or the list's end.
fn begins_value(mut ahead: Cursor<'_>) -> bool {
    while ahead.peek_mark() == Some(',') {
        ahead.next();
    }
    let Some(next) = ahead.peek() else { return true };
    if ends_of(next).is_some() || matches!(narrow(next), '{' | '[' | ']') {
        return true;
    }
    let token = ahead.take_while(|c| is_of_name(c) || c == '+');
    let is_at_end = ahead.rest().is_empty();
    let is_value = next.is_ascii_digit()
        || matches!(next, '-' | '+' | '.')
        || WORDS.contains(&token)
        || (is_at_end && WORDS.iter().any(|word| word.starts_with(token)));
    is_value && !token.is_empty() && goes_on(ahead)
}
