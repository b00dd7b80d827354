//! JSON that is almost an answer of the platform.

use serde_json::Value;

/// Values to replace others with.
const ODD: [&str; 16] = [
    "null",
    "true",
    "\"\"",
    "\"*\"",
    "\"2026-02-30\"",
    "\"\\ud83d\"",
    "\"m0-7h\\u004bEYq2x9\"",
    "[]",
    "{}",
    "[{}]",
    "-0.0",
    "1e400",
    "-9223372036854775809",
    "18446744073709551616",
    "123456789012345678901234567890",
    "0.30000000000000004",
];

const DEEP: usize = 300;

/// Each step is three bytes: which value, and what to do with it.
pub(crate) fn mutated(json: &Value, steps: &[u8]) -> String {
    let (steps, _) = steps.as_chunks::<3>();
    let count = count(json);
    let steps = steps.iter().take(32).map(|[low, high, step]| {
        let value = usize::from(u16::from_le_bytes([*low, *high])) % count;
        (value, usize::from(*step))
    });
    let mut writer = Writer { steps: steps.collect(), next: 0, out: String::new() };
    writer.value(json);
    writer.out
}

fn count(json: &Value) -> usize {
    match json {
        Value::Array(items) => 1 + items.iter().map(count).sum::<usize>(),
        Value::Object(fields) => 1 + fields.values().map(count).sum::<usize>(),
        _ => 1,
    }
}

/// A change of a value.
enum Step {
    Stays,
    Goes,
    /// Repeated under the same name.
    Twice,
    /// Repeated under the same name, once as it is and once as null.
    TwiceWithNull,
    /// Renamed to an unknown name.
    Renamed,
    InList,
    InObject,
    /// Nested in many lists.
    Deep,
    Becomes(&'static str),
}

struct Writer {
    steps: Vec<(usize, usize)>,
    next: usize,
    out: String,
}

impl Writer {
    /// The change of the next value.
    fn step(&mut self) -> Step {
        let here = self.next;
        self.next += 1;
        let Some((_, step)) = self.steps.iter().find(|(value, _)| *value == here) else {
            return Step::Stays;
        };
        match step % (ODD.len() + 7) {
            0 => Step::Goes,
            1 => Step::Twice,
            2 => Step::TwiceWithNull,
            3 => Step::Renamed,
            4 => Step::InList,
            5 => Step::InObject,
            6 => Step::Deep,
            odd => Step::Becomes(ODD[odd - 7]),
        }
    }

    fn value(&mut self, json: &Value) {
        let step = self.step();
        self.stepped(&step, json);
    }

    fn stepped(&mut self, step: &Step, json: &Value) {
        match step {
            Step::Becomes(odd) => self.out.push_str(odd),
            Step::InList => self.between("[", json, "]"),
            Step::InObject => self.between("{\"value\":", json, "}"),
            Step::Deep => self.between(&"[".repeat(DEEP), json, &"]".repeat(DEEP)),
            _ => self.plain(json),
        }
    }

    fn between(&mut self, before: &str, json: &Value, after: &str) {
        self.out.push_str(before);
        self.plain(json);
        self.out.push_str(after);
    }

    fn plain(&mut self, json: &Value) {
        match json {
            Value::Array(items) => {
                self.members('[', items.iter().map(|item| (None, item)), ']');
            }
            Value::Object(fields) => {
                let fields = fields.iter().map(|(name, value)| (Some(name.as_str()), value));
                self.members('{', fields, '}');
            }
            scalar => self.out.push_str(&scalar.to_string()),
        }
    }

    fn members<'a>(
        &mut self,
        open: char,
        members: impl Iterator<Item = (Option<&'a str>, &'a Value)>,
        close: char,
    ) {
        self.out.push(open);
        let start = self.out.len();
        for (name, json) in members {
            let step = self.step();
            let name = if matches!(step, Step::Renamed) { name.map(|_| "renamed") } else { name };
            let times = match step {
                Step::Goes => 0,
                Step::Twice | Step::TwiceWithNull => 2,
                _ => 1,
            };
            for time in 0..times {
                if self.out.len() > start {
                    self.out.push(',');
                }
                if let Some(name) = name {
                    self.out.push_str(&Value::from(name).to_string());
                    self.out.push(':');
                }
                match step {
                    Step::TwiceWithNull if time == 0 => self.out.push_str("null"),
                    _ => self.stepped(&step, json),
                }
            }
        }
        self.out.push(close);
    }
}
