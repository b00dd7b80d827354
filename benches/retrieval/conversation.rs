//! Conversations with questions about them, in the format of LoCoMo's files.

use std::error::Error;
use std::path::Path;

use mem0_client::{Date, Timestamp};
use serde::Deserialize;
use serde_json::{Map, Value};

/// LoCoMo's category of questions without an answer, which are not measured.
const ADVERSARIAL: u64 = 5;

/// A conversation of two people, and the questions about it.
pub struct Conversation {
    /// The file's name without its extension.
    pub name: String,
    pub sessions: Vec<Session>,
    pub questions: Vec<Question>,
}

/// The messages of one day.
pub struct Session {
    /// Seconds since 1970, in UTC.
    pub at: i64,
    pub turns: Vec<Turn>,
}

/// A message of one of them.
#[derive(Deserialize)]
pub struct Turn {
    pub dia_id: String,
    pub speaker: String,
    pub text: String,
    /// The caption of a shared photo.
    pub blip_caption: Option<String>,
}

/// A question, and the turns that contain the answer.
pub struct Question {
    pub text: String,
    pub category: String,
    pub evidence: Vec<String>,
}

impl Conversation {
    /// Reads one file. Questions without evidence, and adversarial ones, are left out.
    pub fn read(path: &Path) -> Result<Self, Box<dyn Error>> {
        let file: Map<String, Value> = serde_json::from_slice(&std::fs::read(path)?)?;
        let mut sessions = Vec::new();
        for number in 1.. {
            let Some(date_time) = file.get(&format!("session_{number}_date_time")) else { break };
            // A day without messages has a date but no turns.
            let Some(turns) = file.get(&format!("session_{number}")) else { continue };
            let at = date_time.as_str().and_then(seconds);
            let at = at.ok_or_else(|| format!("session_{number}_date_time cannot be read"))?;
            sessions.push(Session { at, turns: Vec::deserialize(turns)? });
        }
        let asked = file.get("qa").and_then(Value::as_array).ok_or("there is no list \"qa\"")?;
        let mut questions = Vec::new();
        for question in asked {
            questions.extend(Question::read(question)?);
        }
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        Ok(Self { name, sessions, questions })
    }

    pub fn turns(&self) -> impl Iterator<Item = &Turn> {
        self.sessions.iter().flat_map(|session| &session.turns)
    }
}

impl Question {
    fn read(question: &Value) -> Result<Option<Self>, Box<dyn Error>> {
        let text = question["question"].as_str().ok_or("a question has no text")?;
        let category = match &question["category"] {
            Value::Number(number) if number.as_u64() == Some(ADVERSARIAL) => return Ok(None),
            Value::Number(number) => match number.as_u64() {
                Some(1) => "multi-hop",
                Some(2) => "temporal",
                Some(3) => "open-domain",
                Some(4) => "single-hop",
                _ => return Err("a question has an unknown category".into()),
            },
            category => category.as_str().ok_or("a question has no category")?,
        };
        // Some entries contain several ids. An entry that names no turn is kept, and counts as not
        // found.
        let named = question["evidence"].as_array().into_iter().flatten();
        let mut evidence: Vec<String> = named
            .filter_map(Value::as_str)
            .flat_map(|ids| ids.split(|c: char| c == ';' || c.is_whitespace()))
            .filter(|id| !id.is_empty())
            .map(str::to_owned)
            .collect();
        evidence.sort();
        evidence.dedup();
        let (text, category) = (text.to_owned(), category.to_owned());
        Ok((!evidence.is_empty()).then_some(Self { text, category, evidence }))
    }
}

/// Reads `1:56 pm on 8 May, 2023`, or ISO 8601.
fn seconds(date_time: &str) -> Option<i64> {
    let Some((time, date)) = date_time.split_once(" on ") else {
        return Timestamp::from(date_time).unix_micros().map(|micros| micros.div_euclid(1_000_000));
    };
    let (clock, half) = time.split_once(' ')?;
    let (hour, minute) = clock.split_once(':')?;
    let hour = hour.parse::<i64>().ok()? % 12 + if half == "pm" { 12 } else { 0 };
    let mut parts = date.split([' ', ',']).filter(|part| !part.is_empty());
    let day = parts.next()?.parse().ok()?;
    let name = parts.next()?;
    let month = MONTHS.iter().position(|month| *month == name)? + 1;
    let date = Date::new(parts.next()?.parse().ok()?, u8::try_from(month).ok()?, day).ok()?;
    let midnight = Timestamp::from(date.to_string()).unix_micros()?.div_euclid(1_000_000);
    Some(midnight + hour * 3600 + minute.parse::<i64>().ok()? * 60)
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_as_they_are_written() {
        assert_eq!(seconds("1:56 pm on 8 May, 2023"), Some(1_683_554_160));
        assert_eq!(seconds("12:09 am on 13 September, 2023"), Some(1_694_563_740));
        assert_eq!(seconds("2023-05-08T13:56:00Z"), Some(1_683_554_160));
        assert_eq!(seconds("yesterday"), None);
    }
}
