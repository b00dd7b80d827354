//! How much of the evidence a prompt holds that is filled with what a search finds.

use std::collections::{HashMap, HashSet};
use std::error::Error;

use mem0_client::Memory;
use serde::Serialize;

use crate::platform::{FoundBy, Platform};
use crate::recall::{Person, Places, Recall};

/// The sizes of the prompts, in tokens.
const TOKENS: [usize; 2] = [1_500, 1_000];

/// Bytes that are counted as one token.
const BYTES_OF_A_TOKEN: usize = 4;

/// More hits than any of the prompts has room for.
const TOP_K: u32 = 200;

/// The evidence in prompts, of all turns that are evidence, and of those that a fact names.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Prompts {
    pub all: Held,
    pub named: Held,
}

/// The share of the evidence that prompts of each size hold.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Held {
    pub questions: usize,
    /// Each fact with the messages that it was learned from.
    pub with_sources: [f64; 2],
    /// The same, where facts are found by their own texts.
    pub by_text: [f64; 2],
    pub facts: [f64; 2],
    /// Turns that were stored as they were said.
    pub turns: [f64; 2],
}

/// A line of a prompt, and the turns that it tells of.
type Line = (String, Vec<String>);

impl Prompts {
    /// Asks the questions of a person, whose facts are learned already.
    pub async fn fill(
        &mut self,
        platform: &Platform,
        person: &Person,
        learned: &Places<'_>,
    ) -> Result<(), Box<dyn Error>> {
        if person.of_turns.is_empty() {
            return Ok(());
        }
        let as_said = format!("{}-said", person.name);
        for session in &person.sessions {
            platform.store(&as_said, session.messages.clone(), session.at).await?;
        }
        let named: HashSet<_> = person
            .sessions
            .iter()
            .flat_map(|session| &session.facts)
            .flat_map(|written| &written.ids)
            .collect();
        for question in &person.of_turns {
            let user = person.name.as_str();
            let by_text = platform.search(FoundBy::Text, user, &question.text, TOP_K).await?;
            let facts = platform.search(FoundBy::Sources, user, &question.text, TOP_K).await?;
            let turns = platform.search(FoundBy::Text, &as_said, &question.text, TOP_K).await?;
            let fact = |memory: &Memory| {
                let ids = learned.get(&memory.id).into_iter().flatten();
                (memory.memory.clone(), ids.flat_map(|it| it.ids.clone()).collect())
            };
            let turn = |memory: &Memory| said(person, memory.actor_id.as_deref(), &memory.memory);
            let with_sources = |memory: &Memory| {
                let sources = memory.sources.iter().flatten();
                let told = sources.map(|it| {
                    said(person, it.actor_id.as_deref(), it.text.as_deref().unwrap_or_default())
                });
                [fact(memory)].into_iter().chain(told).collect()
            };
            let of_named = question.evidence.iter().filter(|id| named.contains(id));
            let asked = [
                (question.evidence.clone(), &mut self.all),
                (of_named.cloned().collect(), &mut self.named),
            ];
            for (evidence, held) in asked {
                if evidence.is_empty() {
                    continue;
                }
                held.questions += 1;
                for (at, tokens) in TOKENS.into_iter().enumerate() {
                    let one = |line| vec![line];
                    let share = |hits: Vec<Vec<Line>>| share(&evidence, tokens, hits);
                    held.with_sources[at] += share(facts.iter().map(with_sources).collect());
                    held.by_text[at] += share(by_text.iter().map(with_sources).collect());
                    held.facts[at] += share(facts.iter().map(fact).map(one).collect());
                    held.turns[at] += share(turns.iter().map(turn).map(one).collect());
                }
            }
        }
        Ok(())
    }

    /// The means; `None` if nothing was asked.
    pub fn means(mut self) -> Option<Self> {
        for held in [&mut self.all, &mut self.named] {
            let count = held.questions as f64;
            let sums =
                [&mut held.with_sources, &mut held.by_text, &mut held.facts, &mut held.turns];
            sums.into_iter().flatten().for_each(|sum| *sum /= count);
        }
        (self.all.questions > 0).then_some(self)
    }
}

/// The share of evidence in a prompt that has the lines of the first hits, each once. A hit for
/// which there is no room is left out.
fn share(evidence: &[String], tokens: usize, hits: Vec<Vec<Line>>) -> f64 {
    let (mut left, mut lines) = (tokens * BYTES_OF_A_TOKEN, HashSet::new());
    let mut told = HashSet::new();
    for hit in hits {
        let new: HashMap<_, _> =
            hit.into_iter().filter(|(line, _)| !lines.contains(line)).collect();
        let length = new.keys().map(|line| line.len() + 1).sum::<usize>();
        if length <= left {
            left -= length;
            for (line, ids) in new {
                told.extend(ids);
                lines.insert(line);
            }
        }
    }
    let found = evidence.iter().filter(|id| told.contains(*id)).count();
    found as f64 / evidence.len() as f64
}

fn said(person: &Person, speaker: Option<&str>, text: &str) -> Line {
    let line = match speaker {
        Some(speaker) => format!("{speaker}: {text}"),
        None => text.to_owned(),
    };
    (line, person.turns.get(text.trim()).cloned().unwrap_or_default())
}

pub fn print(recalls: &[Recall]) {
    println!(
        "\n| set | quotes | evidence | n | in tokens | facts and sources | found by text | facts \
         | turns |"
    );
    println!("|---|---|---|---|---|---|---|---|---|");
    for Recall { set, quotes, prompts, .. } in recalls {
        let Some(prompts) = prompts else { continue };
        for (name, held) in [("all", &prompts.all), ("named by a fact", &prompts.named)] {
            for (at, tokens) in TOKENS.into_iter().enumerate() {
                println!(
                    "| {set} | {} | {name} | {} | {tokens} | {:.3} | {:.3} | {:.3} | {:.3} |",
                    quotes.name(),
                    held.questions,
                    held.with_sources[at],
                    held.by_text[at],
                    held.facts[at],
                    held.turns[at],
                );
            }
        }
    }
}
