//! Random answers: objects whose known fields have a documented value, another value, null or no
//! value, among unknown fields.

use fastrand::Rng;

/// The type of a documented field.
#[derive(Clone, Copy)]
pub(crate) enum Kind {
    Text,
    Date,
    Time,
    Number,
    Count,
    Bool,
    Texts,
    Object,
    Counts,
    Any,
    Content,
    OneOf(&'static [&'static str]),
    Record(&'static Shape),
    Records(&'static Shape),
}

/// The documented fields of an answer, the required ones first.
pub(crate) struct Shape {
    pub(crate) required: &'static [(&'static str, Kind)],
    pub(crate) optional: &'static [(&'static str, Kind)],
}

const NUMBERS: [&str; 14] = [
    "0",
    "-0",
    "1",
    "-17",
    "1.10",
    "1e5",
    "1E-3",
    "0.82",
    "0.30000000000000004",
    "1700000000",
    "9007199254740993",
    "18446744073709551615",
    "123456789012345678901234567890",
    "1e400",
];

const TEXTS: [&str; 16] = [
    "",
    " ",
    "alice",
    "*",
    "null",
    "日本語 😀",
    "\"quoted\" \\ back",
    "a\nb\tc\u{0}",
    "2026-03-01",
    "2026-02-30",
    "2026-03-01T09:30:00.630547-07:00",
    "1.10",
    "ADD",
    "user",
    "{\"a\": 1e400}",
    "123456789012345678901234567890",
];

pub(crate) fn text(rng: &mut Rng) -> &'static str {
    TEXTS[rng.usize(..TEXTS.len())]
}

fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap()
}

fn string(rng: &mut Rng) -> String {
    let plain = quoted(text(rng));
    if rng.u8(..6) == 0 && !plain.contains('\\') {
        // Another spelling of the same text.
        plain.replace('a', "\\u0061")
    } else {
        plain
    }
}

fn pick<'a>(rng: &mut Rng, from: &[&'a str]) -> &'a str {
    from[rng.usize(..from.len())]
}

fn list(rng: &mut Rng, mut item: impl FnMut(&mut Rng) -> String) -> String {
    let items: Vec<_> = (0..rng.usize(..4)).map(|_| item(rng)).collect();
    format!("[{}]", items.join(","))
}

fn braces(rng: &mut Rng, mut fields: Vec<(String, String)>) -> String {
    rng.shuffle(&mut fields);
    let fields: Vec<_> =
        fields.iter().map(|(name, json)| format!("{}:{json}", quoted(name))).collect();
    format!("{{{}}}", fields.join(","))
}

/// Any JSON.
pub(crate) fn any(rng: &mut Rng, depth: usize) -> String {
    match rng.u8(..if depth == 0 { 6 } else { 8 }) {
        0 => "null".to_owned(),
        1 => rng.bool().to_string(),
        2 | 3 => pick(rng, &NUMBERS).to_owned(),
        4 => string(rng),
        5 => pick(rng, &["\"\\ud83d\"", "\"\\u0000\"", "\"\\/\"", "[]", "{}"]).to_owned(),
        6 => list(rng, |rng| any(rng, depth - 1)),
        _ => {
            let fields = (0..rng.usize(..4))
                .map(|index| (format!("k{index}"), any(rng, depth - 1)))
                .collect();
            braces(rng, fields)
        }
    }
}

fn fitting(rng: &mut Rng, kind: Kind) -> String {
    match kind {
        Kind::Text => string(rng),
        Kind::Date => quoted(pick(rng, &["2026-03-01", "2028-02-29", "0001-01-01"])),
        Kind::Time if rng.bool() => pick(rng, &["1700000000", "1700000000.25", "-3"]).to_owned(),
        Kind::Time => quoted(pick(rng, &["2026-03-01T09:30:00.10Z", "2026-03-01", "soon"])),
        Kind::Number => pick(rng, &["0.82", "0.30000000000000004", "1", "0.10"]).to_owned(),
        Kind::Count => pick(rng, &["0", "3", "18446744073709551615"]).to_owned(),
        Kind::Bool => rng.bool().to_string(),
        Kind::Texts => list(rng, string),
        Kind::Object => {
            let fields =
                (0..rng.usize(..4)).map(|index| (format!("k{index}"), any(rng, 3))).collect();
            braces(rng, fields)
        }
        Kind::Counts => pick(
            rng,
            &["{}", r#"{"system":1}"#, r#"{"tool_calls":2,"thinking":18446744073709551615}"#],
        )
        .to_owned(),
        Kind::Any => any(rng, 3),
        Kind::Content if rng.bool() => string(rng),
        Kind::Content => pick(
            rng,
            &[
                r#"{"type":"image_url","image_url":{"url":"https://example.com/a.jpg"}}"#,
                r#"{"type":"image_url","image_url":{"url":"a","detail":"high"}}"#,
                r#"{"type":"audio_url","audio_url":{"url":"a"}}"#,
                r#"[{"type":"text","text":"Hi"}]"#,
                r#"[{"type":"tool_use","id":"t-1","input":{"n":1}},"Hi"]"#,
                "17",
                "null",
            ],
        )
        .to_owned(),
        Kind::OneOf(spellings) if rng.u8(..3) > 0 => quoted(pick(rng, spellings)),
        Kind::OneOf(_) => string(rng),
        Kind::Record(shape) => object(rng, shape),
        Kind::Records(shape) => list(rng, |rng| object(rng, shape)),
    }
}

/// An answer of this form, with its required fields as documented and the others at random.
pub(crate) fn object(rng: &mut Rng, shape: &Shape) -> String {
    let mut fields = Vec::new();
    for (name, kind) in shape.required {
        fields.push(((*name).to_owned(), fitting(rng, *kind)));
    }
    for (name, kind) in shape.optional {
        let json = match rng.u8(..10) {
            0..3 => continue,
            3 => "null".to_owned(),
            4..8 => fitting(rng, *kind),
            _ => any(rng, 3),
        };
        fields.push(((*name).to_owned(), json));
    }
    for index in 0..rng.usize(..4) {
        fields.push((format!("unknown {index}"), any(rng, 3)));
    }
    braces(rng, fields)
}

/// A page of such answers with malformed rows among them.
pub(crate) fn page(rng: &mut Rng, shape: &Shape) -> String {
    let rows = list(rng, |rng| match rng.u8(..4) {
        0 => any(rng, 2),
        _ => object(rng, shape),
    });
    let mut fields = vec![("results".to_owned(), rows)];
    for (name, kind) in [
        ("count", Kind::Count),
        ("next", Kind::Text),
        ("previous", Kind::Text),
        ("total_users", Kind::Count),
    ] {
        let json = match rng.u8(..6) {
            0 => continue,
            1 => "null".to_owned(),
            2 => any(rng, 2),
            _ => fitting(rng, kind),
        };
        fields.push((name.to_owned(), json));
    }
    braces(rng, fields)
}
