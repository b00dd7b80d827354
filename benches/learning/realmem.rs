//! RealMem: whole chats, and facts that a large model extracted of them.

use std::collections::HashMap;
use std::error::Error;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use flate2::read::GzDecoder;
use mem0_client::{Message, Timestamp};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::recall::{Person, Replayed, Session, Written};
use crate::replay::Fact;
use crate::set;

#[derive(Deserialize)]
struct Chats {
    scope: String,
    turns: Vec<Turn>,
}

#[derive(Deserialize)]
struct Turn {
    id: String,
    speaker: String,
    text: String,
    time: String,
    group: String,
    /// The turn that a fact was extracted of.
    #[serde(default)]
    source: Option<String>,
}

/// The lines of a compressed file.
pub fn lines<T: DeserializeOwned>(path: &Path) -> Result<Vec<T>, Box<dyn Error>> {
    let lines = BufReader::new(GzDecoder::new(File::open(path)?)).lines();
    lines.map(|line| Ok(serde_json::from_str(&line?)?)).collect()
}

pub fn read(turns: &Path, facts: &Path) -> Result<Replayed, Box<dyn Error>> {
    let (chats, written) = (lines::<Chats>(turns)?, lines::<Chats>(facts)?);
    let sets = set::read(facts)?;
    let mut people = Vec::new();
    for (chats, written) in chats.into_iter().zip(written) {
        if chats.scope != written.scope {
            return Err("the chats and the facts are of different people".into());
        }
        let scope = sets.iter().flat_map(|set| &set.scopes).find(|it| it.name == chats.scope);
        let scope = scope.ok_or("a person has no questions")?;
        let questions = scope.questions.iter().filter(|question| !question.evidence.is_empty());
        people.push(Person {
            name: chats.scope,
            questions: questions.map(crate::recall::again).collect(),
            sessions: sessions(&chats.turns, written.turns),
            of_turns: Vec::new(),
            turns: HashMap::new(),
        });
    }
    Ok(Replayed { name: "realmem-facts".to_owned(), people })
}

/// What was said together, each with its facts. A fact stands on its turn, and on no message where
/// that is not known.
fn sessions(turns: &[Turn], facts: Vec<Turn>) -> Vec<Session> {
    let by_id: HashMap<_, _> = turns.iter().map(|turn| (turn.id.as_str(), turn)).collect();
    let mut groups: Vec<(&str, Session)> = Vec::new();
    for turn in turns {
        if groups.iter().all(|(group, _)| *group != turn.group) {
            let at = turn.time.get(..10).and_then(|day| {
                Timestamp::from(day).unix_micros().map(|micros| micros / 1_000_000)
            });
            let (messages, facts) = (Vec::new(), Vec::new());
            groups.push((&turn.group, Session { at, messages, facts }));
        }
        if let Some((_, session)) = groups.iter_mut().find(|(group, _)| *group == turn.group) {
            session.messages.push(match turn.speaker.as_str() {
                "assistant" => Message::assistant(turn.text.as_str()),
                _ => Message::user(turn.text.as_str()),
            });
        }
    }
    for (place, fact) in facts.into_iter().enumerate() {
        let source = fact.source.as_deref().and_then(|id| by_id.get(id));
        let is_assistants = source.is_some_and(|turn| turn.speaker == "assistant");
        let told = Fact {
            text: unlabelled(&fact.text).to_owned(),
            message: source.map(|turn| turn.text.clone()).unwrap_or_default(),
            about: if is_assistants { "assistant" } else { "user" }.to_owned(),
            ..Fact::default()
        };
        let group = source.map_or(fact.group.as_str(), |turn| turn.group.as_str());
        if let Some((_, session)) = groups.iter_mut().find(|(name, _)| *name == group) {
            session.facts.push(Written { fact: told, ids: vec![fact.id], place });
        }
    }
    groups.into_iter().map(|(_, session)| session).collect()
}

/// A fact without the names of its property, which stand before it in brackets and are nobody's
/// words: `【Travel Plan】`.
fn unlabelled(fact: &str) -> &str {
    match fact.trim_start().strip_prefix('【').and_then(|rest| rest.split_once('】')) {
        Some((_, rest)) => unlabelled(rest),
        None => fact.trim_start(),
    }
}
