//! What holds of every reply, over random ones from a seed.

use mem0_components::{
    FinishReason, JsonFault, JsonFaultKind, JsonReading, JsonShape, LlmResponse,
};
use serde_json::{Value, json};

use crate::replies::{FIRST, SECOND, cases};

/// SplitMix64.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % end as u64) as usize
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }

    /// A text of pieces that mean something in JSON or around it.
    fn text(&mut self) -> String {
        const PIECES: &[&str] = &[
            "tea",
            " ",
            "\"",
            "'",
            "\\",
            "\", \"",
            "\": ",
            "},",
            "]}",
            "{\"a\": 1}",
            "[",
            "\n",
            "\t",
            "```",
            "```json\n",
            "<think>",
            "</think>",
            "//",
            "/*",
            "#",
            "“",
            "”",
            "：",
            "，",
            "é",
            "日本",
            "😀",
            "\u{200b}",
            "\u{feff}",
            "\u{1}",
            "null",
            "True",
            "\\u",
            "\\n",
            "<tool_call>",
            "…",
        ];
        (0..self.below(7)).map(|_| *self.pick(PIECES)).collect()
    }

    fn value(&mut self, depth: usize) -> Value {
        match self.below(if depth == 0 { 5 } else { 7 }) {
            0 => Value::Null,
            1 => Value::Bool(self.below(2) == 0),
            2 => json!(self.below(1_000_000)),
            3 => json!(self.below(1_000_000) as f64 / 997.0 - 300.0),
            4 => Value::String(self.text()),
            5 => (0..self.below(4)).map(|_| self.value(depth - 1)).collect(),
            _ => self.object(depth - 1),
        }
    }

    fn object(&mut self, depth: usize) -> Value {
        let fields = (0..self.below(4)).map(|_| (self.text(), self.value(depth)));
        Value::Object(fields.collect())
    }

    fn entries(&mut self) -> Vec<Value> {
        let count = self.below(5);
        (0..count)
            .map(|at| json!({"id": at.to_string(), "text": self.text(), "more": self.value(2)}))
            .collect()
    }
}

fn read(text: &str, is_length: bool) -> Result<JsonReading, JsonFault> {
    let mut response = LlmResponse::text(text);
    if is_length {
        response.finish = FinishReason::Length;
    }
    response.json(&JsonShape::list_in("memory"))
}

fn written(value: &Value, is_pretty: bool) -> String {
    if is_pretty { serde_json::to_string_pretty(value).unwrap() } else { value.to_string() }
}

#[test]
fn an_intact_reply_is_read_as_serde_json_reads_it() {
    let mut random = Random(1);
    for round in 0..2_000 {
        let value = json!({"memory": random.entries(), "other": random.value(3)});
        let reading = read(&written(&value, round % 2 == 0), round % 3 == 0).unwrap();
        assert_eq!(reading.value, value);
        assert!(reading.mends.is_empty(), "{:?}", reading.mends);
        assert_eq!(reading.cut, None);
    }
}

/// One slip sends the whole reply through the tolerant reader.
#[test]
fn a_slip_at_the_end_changes_nothing_before_it() {
    let mut random = Random(2);
    for round in 0..2_000 {
        let value = json!({"memory": random.entries(), "other": random.value(3)});
        let text = written(&value, round % 2 == 0);
        let slip = format!("{},}}", text.strip_suffix('}').unwrap());
        let reading = read(&slip, false).unwrap();
        assert_eq!(reading.value, value, "{slip}");
        assert_eq!(reading.mends, [mem0_components::JsonMend::Commas], "{slip}");
    }
}

#[test]
fn a_reply_cut_off_anywhere_gives_the_entries_before() {
    let mut random = Random(3);
    let befores = ["", "Sure:\n", "<think>No {idea}.</think>", "```json\n", "\u{feff}"];
    for round in 0..150 {
        let before = befores[round % befores.len()];
        let entries = random.entries();
        // The slip sends what is not cut off through the tolerant reader, too.
        let begin = if round % 2 == 0 { "{\"memory\":[" } else { "{'memory':[" };
        let mut text = format!("{before}{begin}");
        let mut ends = Vec::new();
        for (at, entry) in entries.iter().enumerate() {
            text.push_str(if at == 0 { "" } else { "," });
            text.push_str(&entry.to_string());
            ends.push(text.len());
        }
        text.push(']');
        let end_of_list = text.len();
        text.push('}');
        for (at, _) in text.char_indices() {
            let cut = &text[..at];
            let complete = ends.iter().filter(|end| **end <= at).count();
            match read(cut, true) {
                Ok(reading) => {
                    assert_eq!(reading.value, json!({"memory": entries[..complete]}), "{cut}");
                    assert_eq!(reading.cut.is_none(), at >= end_of_list, "{cut}");
                    assert!(reading.cut.is_none_or(|cut| cut.entries() == complete));
                }
                Err(fault) => {
                    assert_eq!(complete, 0, "{fault}: {cut}");
                    let is_inside = at > before.len();
                    let is_cut = fault.kind() == JsonFaultKind::CutOff;
                    assert_eq!(is_cut, is_inside, "{fault}: {cut}");
                }
            }
        }
    }
}

/// Whatever is done to a reply, it is read or refused, and neither says what was in it.
#[test]
fn a_mangled_reply_is_read_or_refused() {
    let cases: Vec<_> = cases(FIRST).into_iter().chain(cases(SECOND)).collect();
    let mut random = Random(4);
    let marks: Vec<char> = "{}[]\"'\\,:`<>/*#“”：，0n \n\u{feff}".chars().collect();
    for _ in 0..6_000 {
        let case = random.pick(&cases);
        let mut reply: Vec<char> = case.reply.chars().collect();
        for _ in 0..=random.below(4) {
            let at = random.below(reply.len().max(1));
            let mark = *random.pick(&marks);
            match random.below(4) {
                0 if !reply.is_empty() => _ = reply.remove(at),
                1 if !reply.is_empty() => reply[at] = mark,
                2 => reply.truncate(at),
                _ => reply.insert(at, mark),
            }
        }
        let mut response = LlmResponse::text(reply.iter().collect::<String>());
        if random.below(2) == 0 {
            response.finish = FinishReason::Length;
        }
        let shown = match response.json(&case.shape()) {
            Ok(reading) => format!("{reading:?}"),
            Err(fault) => format!("{fault:?} {fault} {}", fault.instruction()),
        };
        for content in ["tea", "dog", "Rome", "score"] {
            assert!(!shown.contains(content), "{shown}");
        }
    }
}

/// Were the time to grow with the square of the length, this would not come to an end.
#[test]
fn long_replies_without_sense_come_to_an_end() {
    for piece in [
        "{",
        "[",
        "{\"a\":",
        "{\"a\": \"",
        "{\"",
        "[\"",
        "\"",
        "{\"a\":1 x",
        "{\"a\":1,",
        "[/*",
        "{a ",
        "<think>",
        "</think>",
        "<",
        "<|channel|>",
        "<|channel|>x<|message|>",
        "```",
        "```json\n{",
        "{\\\"",
        "[1]",
        "{}",
        "{\"a\":\"\"\"",
        "[\"\"\"",
        "{'a':'b' ",
        "{\"memory\":[",
        "｛",
        "\\",
        "{\"a\": \"b\" /*",
        "[{\"a\": 1},",
    ] {
        let text = piece.repeat(120_000 / piece.len());
        // Some of these end in something, and some do not; neither is the question.
        let _ = (read(&text, true), read(&text, false));
    }
    let prose = "The user likes tea, and [as I said] has \"a dog\" {of sorts}. ".repeat(17_000);
    assert_eq!(read(&prose, false).unwrap_err().kind(), JsonFaultKind::NoJson);
    let reading = read(&format!("{prose}{{\"memory\": [\"Likes tea\"]}}"), false).unwrap();
    assert_eq!(reading.value, json!({"memory": ["Likes tea"]}));
}

#[test]
fn deep_replies_are_read_as_deep_as_serde_json_reads() {
    for (depth, is_read) in [(126, true), (127, false), (100_000, false)] {
        for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
            let inner = if open == "[" { "" } else { "1" };
            let value = open.repeat(depth) + inner + &close.repeat(depth);
            for text in
                [format!("{{\"memory\":[],\"a\":{value}}}"), format!("{{'memory':[],'a':{value}}}")]
            {
                let read = read(&text, false);
                assert_eq!(read.is_ok(), is_read, "{depth}");
                let fault = read.err().map(|fault| fault.kind());
                assert!(fault.is_none_or(|kind| kind == JsonFaultKind::TooDeep), "{fault:?}");
            }
        }
    }
}

/// A provider may put what was asked for into a tool call.
#[test]
fn the_arguments_of_a_tool_call_are_read_where_the_text_has_nothing() {
    let arguments = json!({"memory": [{"text": "Likes tea"}]});
    let mut response = LlmResponse::text("I save this.");
    response.tool_calls =
        vec![mem0_components::ToolCall::new("save", arguments.as_object().unwrap().clone())];
    let reading = response.json(&JsonShape::list_in("memory")).unwrap();
    assert_eq!(reading.value, arguments);
    assert_eq!(reading.mends, [mem0_components::JsonMend::ToolCall]);
}
