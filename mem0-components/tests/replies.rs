//! Ugly replies of models, and what is read of them.

use mem0_components::{FinishReason, JsonFault, JsonReading, JsonShape, LlmResponse};
use serde_json::Value;

/// A reply of one of the files, and what is expected of it.
#[derive(Debug, Default)]
pub(super) struct Case {
    name: String,
    asked: String,
    is_length: bool,
    pub(super) reply: String,
    value: Option<Value>,
    mends: Option<String>,
    cut: Option<String>,
    fault: Option<String>,
}

impl Case {
    fn read(text: &str) -> Self {
        let (name, rest) = text.split_once('\n').unwrap();
        let (head, rest) = rest.split_once("<<<\n").unwrap();
        let (reply, expected) = rest.split_once("\n>>>\n").unwrap();
        let mut case = Self { name: name.to_owned(), reply: shown(reply), ..Self::default() };
        for line in head.lines().chain(expected.lines()).filter(|line| !line.trim().is_empty()) {
            let (field, text) = line.split_once(':').unwrap();
            let text = text.trim().to_owned();
            match field {
                "asked" => case.asked = text,
                "finish" => case.is_length = text == "length",
                "value" => case.value = Some(serde_json::from_str(&text).unwrap()),
                "mends" => case.mends = Some(text),
                "cut" => case.cut = Some(text),
                "fault" => case.fault = Some(text),
                other => panic!("{name}: what is {other}?"),
            }
        }
        case
    }

    pub(super) fn shape(&self) -> JsonShape {
        let words: Vec<_> = self.asked.split(' ').collect();
        match words.as_slice() {
            ["object"] => JsonShape::object(),
            ["list"] => JsonShape::list(),
            ["list_in", field] => JsonShape::list_in(*field),
            ["half", "list_in", field] => JsonShape::list_in(*field).with_half_entry(),
            other => panic!("{}: what is {other:?}?", self.name),
        }
    }

    fn answer(&self) -> Result<JsonReading, JsonFault> {
        let mut response = LlmResponse::text(&self.reply);
        if self.is_length {
            response.finish = FinishReason::Length;
        }
        response.json(&self.shape())
    }

    /// What is otherwise than expected.
    fn wrong(&self) -> Option<String> {
        let words = |fault: &JsonFault| fault.to_string().replacen("the answer ", "", 1);
        let (value, mends, cut, fault) = match self.answer() {
            Ok(reading) => {
                let names: Vec<_> = reading.mends.iter().map(|mend| format!("{mend:?}")).collect();
                let cut = reading.cut.as_ref().map(words);
                (Some(reading.value), Some(names.join(", ")), cut, None)
            }
            Err(fault) => (None, None, None, Some(words(&fault))),
        };
        let is_right = value == self.value
            && (mends == self.mends || self.fault.is_some())
            && cut == self.cut
            && fault == self.fault;
        let name = &self.name;
        (!is_right).then(|| {
            let value = value.map(|value| value.to_string());
            format!(
                "{name}:\n  value {value:?}\n  mends {mends:?}\n  cut {cut:?}\n  fault {fault:?}"
            )
        })
    }
}

/// A text with the characters that it names by number.
fn shown(text: &str) -> String {
    let mut parts = text.split('⟦');
    let mut shown = parts.next().unwrap().to_owned();
    for part in parts {
        let (code, rest) = part.split_once('⟧').unwrap();
        shown.push(char::from_u32(u32::from_str_radix(code, 16).unwrap()).unwrap());
        shown.push_str(rest);
    }
    shown
}

pub(super) fn cases(file: &str) -> Vec<Case> {
    file.split("\n=== ").skip(1).map(Case::read).collect()
}

pub(super) const FIRST: &str = include_str!("replies/first.txt");
pub(super) const SECOND: &str = include_str!("replies/second.txt");

#[track_caller]
fn check(file: &str, least: usize) {
    let cases = cases(file);
    assert!(cases.len() >= least, "only {} cases", cases.len());
    let wrong: Vec<_> = cases.iter().filter_map(Case::wrong).collect();
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

#[test]
fn each_ugly_reply_is_read_as_it_was_meant() {
    check(FIRST, 60);
}

#[test]
fn each_reply_that_was_written_afterwards_is_read_as_it_was_meant() {
    check(SECOND, 30);
}
