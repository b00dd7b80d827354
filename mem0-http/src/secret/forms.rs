use std::ops::Range;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

/// Shorter keys are looked for as they are and as whole words. A part of any word could be one.
const LONG: usize = 8;

/// How often a text may be encoded.
const ROUNDS: usize = 4;

/// The forms in which a key may be repeated.
#[derive(Clone)]
pub(super) struct Forms {
    forms: Vec<Form>,
    /// The bytes with which a form or an escape begins.
    beginnings: [bool; 256],
}

#[derive(Clone)]
struct Form {
    text: Vec<u8>,
    alphabet: Alphabet,
}

/// Which characters count as the same.
#[derive(Clone, Copy)]
enum Alphabet {
    Word,
    /// Upper and lower case are the same.
    AnyCase,
    /// Both alphabets of base64 are the same.
    Base64,
}

impl Alphabet {
    fn fold(self, byte: u8) -> u8 {
        match (self, byte) {
            (Self::AnyCase, byte) => byte.to_ascii_lowercase(),
            (Self::Base64, b'-') => b'+',
            (Self::Base64, b'_') => b'/',
            (_, byte) => byte,
        }
    }
}

/// A byte of a text, and where it came from.
#[derive(Clone)]
struct Piece {
    byte: u8,
    place: Range<usize>,
}

impl Forms {
    pub(super) fn of(key: &str) -> Self {
        let mut forms = Vec::new();
        if key.len() < LONG {
            forms.push(Form { text: key.into(), alphabet: Alphabet::Word });
        } else {
            let hexadecimal = key.bytes().map(|byte| format!("{byte:02x}")).collect::<String>();
            let mut add = |text: &str, alphabet: Alphabet| {
                let text = text.bytes().map(|byte| alphabet.fold(byte)).collect();
                forms.push(Form { text, alphabet });
            };
            add(key, Alphabet::AnyCase);
            add(&hexadecimal, Alphabet::AnyCase);
            for offset in 0..3 {
                add(&inside_base64(key, offset), Alphabet::Base64);
            }
        }
        let mut beginnings = [false; 256];
        for (byte, begins) in beginnings.iter_mut().enumerate() {
            let byte = u8::try_from(byte).unwrap_or_default();
            let begins_form = |form: &Form| form.text.first() == Some(&form.alphabet.fold(byte));
            *begins = b"%\\&".contains(&byte) || forms.iter().any(begins_form);
        }
        Self { forms, beginnings }
    }

    /// Of no key: in no text.
    pub(super) fn none() -> Self {
        Self { forms: Vec::new(), beginnings: [false; 256] }
    }

    /// Whether one of the forms is in the text. Most texts have none, and are read only once.
    pub(super) fn are_in(&self, text: &[u8]) -> bool {
        let mut is_escaped = false;
        for (at, byte) in text.iter().enumerate() {
            if !self.beginnings[usize::from(*byte)] {
                continue;
            }
            is_escaped |= b"%\\&".contains(byte);
            let before = at.checked_sub(1).map(|before| text[before]);
            if self.forms.iter().any(|form| form.is_at(before, text[at..].iter().copied())) {
                return true;
            }
        }
        is_escaped && !self.places(text).is_empty()
    }

    /// Where the forms are, from the first to the last, apart from each other.
    pub(super) fn places(&self, text: &[u8]) -> Vec<Range<usize>> {
        if self.forms.is_empty() {
            return Vec::new();
        }
        let mut pieces: Vec<Piece> = text
            .iter()
            .enumerate()
            .map(|(at, byte)| Piece { byte: *byte, place: at..at + 1 })
            .collect();
        let mut places = Vec::new();
        for _ in 0..ROUNDS {
            self.find(&pieces, &mut places);
            // Base64 is often broken into lines.
            let visible = |piece: &&Piece| !piece.byte.is_ascii_whitespace();
            let unbroken: Vec<Piece> = pieces.iter().filter(visible).cloned().collect();
            if unbroken.len() < pieces.len() {
                self.find(&unbroken, &mut places);
            }
            let decoded = decoded(&pieces);
            if decoded.len() == pieces.len() {
                break;
            }
            pieces = decoded;
        }
        places.sort_by_key(|place| place.start);
        let mut apart: Vec<Range<usize>> = Vec::new();
        for place in places {
            match apart.last_mut() {
                Some(last) if place.start <= last.end => last.end = last.end.max(place.end),
                _ => apart.push(place),
            }
        }
        apart
    }

    fn find(&self, pieces: &[Piece], places: &mut Vec<Range<usize>>) {
        for at in 0..pieces.len() {
            let before = at.checked_sub(1).map(|before| pieces[before].byte);
            for form in &self.forms {
                let rest = &pieces[at..];
                if form.is_at(before, rest.iter().map(|piece| piece.byte)) {
                    let last = &rest[form.text.len() - 1];
                    places.push(rest[0].place.start..last.place.end);
                }
            }
        }
    }
}

impl Form {
    /// Whether it is at the beginning of these bytes.
    fn is_at(&self, before: Option<u8>, mut bytes: impl Iterator<Item = u8>) -> bool {
        let is_same = |own: &u8| bytes.next().is_some_and(|byte| self.alphabet.fold(byte) == *own);
        if self.text.is_empty() || !self.text.iter().all(is_same) {
            return false;
        }
        let is_of_word = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric());
        !matches!(self.alphabet, Alphabet::Word) || !is_of_word(before) && !is_of_word(bytes.next())
    }
}

/// The characters of base64 that the key alone decides, where `offset` bytes are before it in a
/// group of three.
fn inside_base64(key: &str, offset: usize) -> String {
    let mut bytes = vec![0; offset];
    bytes.extend_from_slice(key.as_bytes());
    let whole = STANDARD_NO_PAD.encode(&bytes);
    let (first, end) = ((offset * 8).div_ceil(6), bytes.len() * 8 / 6);
    whole.get(first..end).unwrap_or_default().to_owned()
}

/// The text with each escape as the byte that it stands for.
fn decoded(pieces: &[Piece]) -> Vec<Piece> {
    let mut all = Vec::with_capacity(pieces.len());
    let mut at = 0;
    while at < pieces.len() {
        match escape(&pieces[at..]) {
            Some((byte, length)) => {
                let place = pieces[at].place.start..pieces[at + length - 1].place.end;
                all.push(Piece { byte, place });
                at += length;
            }
            None => {
                all.push(pieces[at].clone());
                at += 1;
            }
        }
    }
    all
}

/// The byte that an escape stands for, and the escape's length. A key has only visible ASCII
/// characters, so that no others matter.
fn escape(pieces: &[Piece]) -> Option<(u8, usize)> {
    /// No escape is longer, but for zeros before a number.
    const LONGEST: usize = 16;
    let text: Vec<u8> = pieces.iter().take(LONGEST).map(|piece| piece.byte).collect();
    let number = |from: usize, to: usize, radix: u32| -> Option<u8> {
        let digits = std::str::from_utf8(text.get(from..to)?).ok()?;
        let is_digits = digits.bytes().all(|digit| char::from(digit).is_digit(radix));
        if digits.is_empty() || !is_digits {
            return None;
        }
        u8::try_from(u32::from_str_radix(digits, radix).ok()?).ok()
    };
    let until =
        |end: u8, from: usize| Some(from + text.get(from..)?.iter().position(|byte| *byte == end)?);
    match *text.first()? {
        b'%' => Some((number(1, 3, 16)?, 3)),
        b'\\' => match text.get(1)? {
            b'u' | b'U' if text.get(2) == Some(&b'{') => {
                let end = until(b'}', 3)?;
                Some((number(3, end, 16)?, end + 1))
            }
            b'u' => Some((number(2, 6, 16)?, 6)),
            b'U' => Some((number(2, 10, 16)?, 10)),
            b'x' => Some((number(2, 4, 16)?, 4)),
            byte if byte.is_ascii_punctuation() => Some((*byte, 2)),
            _ => None,
        },
        b'&' => {
            let end = until(b';', 1)?;
            let byte = match text.get(1..end)? {
                [b'#', b'x' | b'X', ..] => number(3, end, 16)?,
                [b'#', ..] => number(2, end, 10)?,
                b"amp" => b'&',
                b"lt" => b'<',
                b"gt" => b'>',
                b"quot" => b'"',
                b"apos" => b'\'',
                b"hyphen" | b"dash" => b'-',
                b"lowbar" => b'_',
                b"period" => b'.',
                _ => return None,
            };
            Some((byte, end + 1))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

    use super::*;

    const KEY: &str = "m0-3f9KEY~?c81d>";

    fn each(write: impl Fn(u8) -> String) -> String {
        KEY.bytes().map(write).collect()
    }

    /// Every form in which somebody may repeat the key.
    fn repeated() -> Vec<String> {
        let percent = each(|byte| format!("%{byte:02X}"));
        let json = each(|byte| format!("\\u{byte:04x}"));
        vec![
            KEY.to_owned(),
            KEY.to_uppercase(),
            KEY.to_lowercase(),
            percent.clone(),
            percent.to_lowercase(),
            percent.replace('%', "%25"),
            percent.replace('%', "%2525"),
            KEY.replace('?', "%3F").replace('3', "%33"),
            json.clone(),
            json.replace('\\', "\\\\"),
            KEY.replace('m', "\\u006D").replace('?', "\\?"),
            each(|byte| format!("\\u{{{byte:x}}}")),
            each(|byte| format!("\\x{byte:02x}")),
            each(|byte| format!("\\U{byte:08x}")),
            each(|byte| format!("&#{byte};")),
            each(|byte| format!("&#x{byte:X};")),
            KEY.replace('>', "&gt;"),
            each(|byte| format!("{byte:02x}")),
            each(|byte| format!("{byte:02X}")),
            STANDARD.encode(KEY),
            URL_SAFE_NO_PAD.encode(KEY),
            STANDARD.encode(format!("Token {KEY}")),
            STANDARD.encode(format!("user:{KEY}")),
            STANDARD.encode(format!("{KEY}:")),
            URL_SAFE_NO_PAD.encode(format!("ab{KEY}c")),
            STANDARD.encode(KEY).replace("k", "k\r\n ").replace('=', "%3D"),
            STANDARD.encode(KEY).bytes().map(|byte| format!("%{byte:02x}")).collect(),
        ]
    }

    #[test]
    fn every_form_is_found_whatever_is_around_it() {
        let forms = Forms::of(KEY);
        for form in repeated() {
            for (before, after) in [("", ""), ("you sent ", "!"), ("\u{e9}=\"", "\"}"), ("&", "%")]
            {
                let text = format!("{before}{form}{after}");
                let places = forms.places(text.as_bytes());
                assert_eq!(places.len(), 1, "{text}");
                assert!(places[0].start >= before.len().saturating_sub(1), "{text}");
                assert!(forms.are_in(text.as_bytes()), "{text}");
                let left = text.len() - places[0].len();
                // Base64 keeps a few characters of what is before and after the key.
                assert!(left <= before.len() + after.len() + 12, "{text}: {places:?}");
            }
        }
        let twice = format!("{KEY} and {KEY}");
        assert_eq!(forms.places(twice.as_bytes()), [0..16, 21..37]);
    }

    #[test]
    fn characters_that_html_names_are_found() {
        for (name, character) in [
            ("amp", '&'),
            ("lt", '<'),
            ("gt", '>'),
            ("quot", '"'),
            ("apos", '\''),
            ("hyphen", '-'),
            ("dash", '-'),
            ("lowbar", '_'),
            ("period", '.'),
        ] {
            let forms = Forms::of(&format!("m0-3f9{character}c81d"));
            let text = format!("m0-3f9&{name};c81d");
            let whole = 0..text.len();
            assert_eq!(forms.places(text.as_bytes()), [whole], "{text}");
        }
    }

    #[test]
    fn both_alphabets_of_base64_are_found() {
        const KEY: &str = "m0-???>>>c81d";
        let forms = Forms::of(KEY);
        for before in ["", "a", "ab"] {
            let text = format!("{before}{KEY}");
            for form in [STANDARD.encode(&text), URL_SAFE_NO_PAD.encode(&text)] {
                assert_eq!(forms.places(form.as_bytes()).len(), 1, "{form}");
                assert!(forms.are_in(form.as_bytes()), "{form}");
            }
        }
        assert!(URL_SAFE_NO_PAD.encode(KEY).contains("Pz8_Pj4-"));
    }

    #[test]
    fn nothing_else_is_found() {
        let forms = Forms::of(KEY);
        for text in ["", "m0-3f9KEY", "%", "%4", "\\u00", "&#;", "&#x;", "\\", "&amp", "%ZZ%C3%A9"]
        {
            assert!(forms.places(text.as_bytes()).is_empty(), "{text}");
            assert!(!forms.are_in(text.as_bytes()), "{text}");
        }
        // A short key is found as it is, and nowhere else.
        let short = Forms::of("k-1");
        assert_eq!(short.places(b"K-1 k-1 k%2D1"), [4..7, 8..13]);
        assert!(short.places(b"ak-1 k-12 ay0x").is_empty());
    }
}
