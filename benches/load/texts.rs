use std::path::Path;

use fastrand::Rng;
use serde_json::Value;

use crate::Failure;

/// A memory to store.
pub struct Row {
    pub text: String,
    /// Microseconds since 1970.
    pub created_at: i64,
}

/// Random texts whose words are as frequent as in the conversations of `benches/data`, each with a
/// rare name or number. The same number gives the same text.
pub struct Texts {
    words: Vec<String>,
}

impl Texts {
    pub fn load() -> Result<Self, Failure> {
        let mut words = Vec::new();
        for file in ["flat.json", "letters.json"] {
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("data").join(file);
            collect(&serde_json::from_slice(&std::fs::read(path)?)?, &mut words);
        }
        Ok(Self { words })
    }

    /// Row number `at` of a scope.
    pub fn row(&self, scope: usize, at: usize) -> Row {
        let mut rng = rng(scope, at);
        let length = rng.usize(6..18);
        let mut text = self.some(&mut rng, length);
        // Rare, so that no two rows of a scope have the same text.
        text.push_str(&format!(" {}{at}", self.word(&mut rng)));
        Row { text, created_at: 1_700_000_000_000_000 + at as i64 * 60_000_000 }
    }

    /// A question with some words of a row of the scope, and some others.
    pub fn question(&self, scope: usize, memories: usize, turn: usize) -> String {
        let mut rng = rng(scope, turn + usize::MAX / 3);
        let row = self.row(scope, rng.usize(0..memories));
        let words: Vec<_> = row.text.split(' ').collect();
        let start = rng.usize(0..words.len() - 4);
        let said = words.get(start..start + 4).unwrap_or_default().join(" ");
        format!("what did they say about {said} {}?", self.some(&mut rng, 2))
    }

    /// A number below `limit`, the same for the same turn.
    pub fn chance(&self, turn: usize, limit: usize) -> usize {
        rng(turn, 7).usize(0..limit)
    }

    fn some(&self, rng: &mut Rng, length: usize) -> String {
        (0..length).map(|_| self.word(rng)).collect::<Vec<_>>().join(" ")
    }

    fn word(&self, rng: &mut Rng) -> &str {
        self.words.get(rng.usize(0..self.words.len())).map_or("", String::as_str)
    }
}

fn rng(scope: usize, at: usize) -> Rng {
    Rng::with_seed((scope as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ at as u64)
}

/// The words of all texts, repeated as often as they occur.
fn collect(json: &Value, words: &mut Vec<String>) {
    match json {
        Value::Object(object) => {
            for (key, value) in object {
                match value {
                    Value::String(text) if key == "text" => {
                        let letters = |c: char| !c.is_ascii_alphabetic();
                        let own = text.split_whitespace().map(|word| word.trim_matches(letters));
                        words.extend(own.filter(|word| !word.is_empty()).map(str::to_owned));
                    }
                    value => collect(value, words),
                }
            }
        }
        Value::Array(values) => values.iter().for_each(|value| collect(value, words)),
        _ => {}
    }
}
