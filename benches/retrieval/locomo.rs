//! Conversations in the form of LoCoMo's files, and the facts that were made from them.

use std::collections::{BTreeMap, HashSet};
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use mem0_client::{Date, Timestamp};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::set::{Filling, Question, Scope, Set};

/// LoCoMo's category of questions without an answer, which are not measured.
const ADVERSARIAL: u64 = 5;

/// How the file of a conversation's facts ends.
pub const FACTS: &str = "-observations.json";

#[derive(Deserialize)]
struct Turn {
    dia_id: String,
    speaker: String,
    text: String,
}

#[derive(Deserialize)]
struct Fact {
    text: String,
    evidence: Vec<String>,
}

/// The set of turns, and the set of facts if the conversations have any.
pub fn read(files: &[PathBuf]) -> Result<Vec<Set>, Box<dyn Error>> {
    let (mut turns, mut facts) = (Vec::new(), Vec::new());
    for file in files {
        let read = Conversation::read(file).and_then(|conversation| {
            turns.push(conversation.turns()?);
            facts.extend(conversation.facts(file)?);
            Ok(())
        });
        read.map_err(|error| format!("{}: {error}", file.display()))?;
    }
    let folder = files[0].parent().and_then(Path::file_name).unwrap_or_default().to_string_lossy();
    let mut sets = vec![Set { name: format!("{folder}-turns"), scopes: turns }];
    if !facts.is_empty() {
        sets.push(Set { name: format!("{folder}-facts"), scopes: facts });
    }
    Ok(sets)
}

/// One file.
struct Conversation {
    name: String,
    file: Map<String, Value>,
}

impl Conversation {
    fn read(path: &Path) -> Result<Self, Box<dyn Error>> {
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        Ok(Self { name, file: serde_json::from_slice(&fs::read(path)?)? })
    }

    /// The names of the sessions, each with its time in seconds since 1970.
    fn sessions(&self) -> Result<Vec<(String, i64)>, Box<dyn Error>> {
        let mut sessions = Vec::new();
        for number in 1.. {
            let session = format!("session_{number}");
            let Some(date_time) = self.file.get(&format!("{session}_date_time")) else { break };
            let at = date_time.as_str().and_then(seconds);
            let at = at.ok_or_else(|| format!("{session}_date_time cannot be read"))?;
            sessions.push((session, at));
        }
        Ok(sessions)
    }

    /// Questions without evidence, and adversarial ones, are left out.
    fn questions(&self) -> Result<Vec<Question>, Box<dyn Error>> {
        let asked =
            self.file.get("qa").and_then(Value::as_array).ok_or("there is no list \"qa\"")?;
        let mut questions = Vec::new();
        for asked in asked {
            questions.extend(question(asked)?);
        }
        Ok(questions)
    }

    fn turns(&self) -> Result<Scope, Box<dyn Error>> {
        let mut scope = Scope::new(&format!("{}-turns", self.name), self.questions()?);
        let mut filling = Filling::of(&mut scope);
        for (session, at) in self.sessions()? {
            // A day without messages has a date but no turns.
            let Some(turns) = self.file.get(&session) else { continue };
            let turns = Vec::<Turn>::deserialize(turns)?.into_iter();
            let places =
                turns.map(|turn| filling.put(&turn.speaker, &turn.text, vec![turn.dia_id]));
            let places = places.collect();
            filling.add(Some(at), places);
        }
        Ok(scope)
    }

    /// The facts beside the file, which say themselves when something was. Evidence that no fact
    /// names is left out.
    fn facts(&self, path: &Path) -> Result<Option<Scope>, Box<dyn Error>> {
        let path = path.with_file_name(format!("{}{FACTS}", self.name));
        if !path.exists() {
            return Ok(None);
        }
        let mut facts: BTreeMap<String, Vec<Fact>> = serde_json::from_slice(&fs::read(path)?)?;
        let mut scope = Scope::new(&format!("{}-facts", self.name), self.questions()?);
        let mut filling = Filling::of(&mut scope);
        for (session, _) in self.sessions()? {
            let Some(facts) = facts.remove(&session) else { continue };
            let facts = facts.into_iter();
            let places = facts.map(|fact| filling.put("", &fact.text, fact.evidence)).collect();
            filling.add(None, places);
        }
        let named: HashSet<_> = scope.memories.iter().flat_map(|memory| &memory.ids).collect();
        for question in &mut scope.questions {
            question.evidence.retain(|id| named.contains(id));
        }
        scope.questions.retain(|question| !question.evidence.is_empty());
        Ok(Some(scope))
    }
}

fn question(asked: &Value) -> Result<Option<Question>, Box<dyn Error>> {
    let text = asked["question"].as_str().ok_or("a question has no text")?.to_owned();
    let category = match &asked["category"] {
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
    let named = asked["evidence"].as_array().into_iter().flatten();
    let mut evidence: Vec<String> = named
        .filter_map(Value::as_str)
        .flat_map(|ids| ids.split(|c: char| c == ';' || c.is_whitespace()))
        .filter(|id| !id.is_empty())
        .map(str::to_owned)
        .collect();
    evidence.sort();
    evidence.dedup();
    let category = category.to_owned();
    let question = Question { text, category, has_filler: false, evidence, upto: None };
    Ok((!question.evidence.is_empty()).then_some(question))
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
