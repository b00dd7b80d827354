//! Memory-Benchmark-1: people's sessions with their facts, some of which contradict earlier ones.

use std::error::Error;
use std::path::Path;

use mem0_client::Message;
use mem0_engine::{BuiltIn, Lifecycle};
use serde::Deserialize;

use crate::change::{Change, Run};
use crate::platform::Platform;
use crate::realmem::lines;
use crate::replay::{Fact, Quotes};
use crate::words;

/// The property of each labelled contradiction, as a model would name it: the person, and which of
/// theirs it is.
const STATES: [(&str, usize, &str); 9] = [
    ("priya_03", 0, "board_meeting_date"),
    ("james_04", 0, "paper_deadline"),
    ("james_04", 1, "teaching_assistant_role"),
    ("aisha_05", 0, "team_size"),
    ("david_08", 0, "kubernetes_version"),
    ("david_08", 1, "job_title"),
    ("lily_13", 0, "thesis_topic"),
    ("lily_13", 1, "thesis_method"),
    ("amara_19", 0, "training_framework"),
];

#[derive(Deserialize)]
struct Person {
    scope: String,
    sessions: Vec<Session>,
}

#[derive(Deserialize)]
struct Session {
    turns: Vec<Turn>,
    gold: Vec<Gold>,
}

#[derive(Deserialize)]
struct Turn {
    role: String,
    content: String,
}

#[derive(Deserialize)]
struct Gold {
    fact: String,
    contradicts: Option<String>,
}

/// A fact, with the session and the place in it of those that contradict each other.
struct Pair {
    older: (usize, usize),
    newer: (usize, usize),
    state: &'static str,
}

impl Person {
    fn pairs(&self) -> Vec<Pair> {
        let mut pairs = Vec::new();
        for (session, now) in self.sessions.iter().enumerate() {
            for (place, gold) in now.gold.iter().enumerate() {
                let Some(contradicted) = &gold.contradicts else { continue };
                let before: Vec<_> = self.sessions[..session]
                    .iter()
                    .enumerate()
                    .flat_map(|(at, it)| (0..it.gold.len()).map(move |place| (at, place)))
                    .collect();
                let texts = before.iter().map(|(at, place)| {
                    let gold = &self.sessions[*at].gold[*place];
                    gold.fact.as_str()
                });
                let older = words::nearest(contradicted, texts).map(|at| before[at]);
                let number = pairs.len();
                let state = STATES.iter().find(|it| it.0 == self.scope && it.1 == number);
                if let (Some(older), Some((_, _, state))) = (older, state) {
                    pairs.push(Pair { older, newer: (session, place), state });
                }
            }
        }
        pairs
    }

    fn text(&self, (session, place): (usize, usize)) -> &str {
        &self.sessions[session].gold[place].fact
    }
}

pub async fn measure(
    path: &Path,
    embedder: Option<BuiltIn>,
) -> Result<Vec<Change>, Box<dyn Error>> {
    let people: Vec<Person> = lines(path)?;
    let mut changes = Vec::new();
    for run in Run::ALL {
        let platform = Platform::new(embedder, Quotes::Whole)?;
        let mut change = Change::new("lifecycle", run);
        for person in &people {
            one(&platform, person, run, &mut change).await?;
        }
        changes.push(change);
    }
    Ok(changes)
}

async fn one(
    platform: &Platform,
    person: &Person,
    run: Run,
    change: &mut Change,
) -> Result<(), Box<dyn Error>> {
    let pairs = person.pairs();
    for (at, session) in person.sessions.iter().enumerate() {
        let told = |place: usize| {
            let pair = pairs.iter().find(|it| [it.older, it.newer].contains(&(at, place)));
            let changed = pairs.iter().find(|it| it.newer == (at, place));
            let other = person.sessions[0].gold.iter().map(|gold| gold.fact.as_str());
            let other = other
                .rev()
                .find(|text| changed.is_some_and(|pair| *text != person.text(pair.older)));
            let text = session.gold[place].fact.clone();
            let said = session.turns.iter().filter(|turn| turn.role == "user");
            let said: Vec<_> = said.map(|turn| turn.content.as_str()).collect();
            let stands_on = words::nearest(&text, said.iter().copied());
            Fact {
                message: stands_on.map(|at| said[at].to_owned()).unwrap_or_default(),
                text,
                about: "user".to_owned(),
                state: pair.and_then(|pair| run.state(pair.state)),
                is_denied: false,
                to: changed.and_then(|it| run.points_to(person.text(it.older), other)),
            }
        };
        let facts = (0..session.gold.len()).map(told).collect();
        let messages = session.turns.iter().map(|turn| match turn.role.as_str() {
            "assistant" => Message::assistant(turn.content.as_str()),
            _ => Message::user(turn.content.as_str()),
        });
        platform.learn(&person.scope, messages.collect(), Some(86_400 * at as i64), facts).await?;
    }
    let stored = platform.all(&person.scope).await?;
    let find = |text: &str| stored.iter().find(|memory| memory.memory == text);
    for pair in &pairs {
        change.pairs += 1;
        let [older, newer] = [pair.older, pair.newer].map(|at| find(person.text(at)));
        if let (Some(older), Some(_)) = (older, newer) {
            change.believed += 1;
            change.retired += usize::from(older.lifecycle == Lifecycle::Superseded);
        }
    }
    let was = |text: &str| pairs.iter().any(|pair| person.text(pair.older) == text);
    for memory in stored.iter().filter(|memory| !was(&memory.memory)) {
        change.others += 1;
        change.wrongly += usize::from(memory.lifecycle != Lifecycle::Active);
    }
    Ok(())
}
