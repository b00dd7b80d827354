//! How much of the evidence a prompt holds that is filled with what a search finds.

use std::collections::{HashMap, HashSet};
use std::error::Error;

use mem0_client::Memory;
use serde::Serialize;

use crate::platform::{FoundBy, Platform};
use crate::recall::{Person, Places, Recall};
use crate::set::Question;

/// The sizes of the prompts, in tokens.
const TOKENS: [usize; 2] = [1_500, 1_000];

/// Bytes that are counted as one token.
const BYTES_OF_A_TOKEN: usize = 4;

/// More hits than any of the prompts has room for.
const TOP_K: u32 = 200;

/// The evidence in prompts of each size, of all turns that are evidence.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Prompts {
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
        for question in &person.of_turns {
            self.questions += 1;
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
            for (at, tokens) in TOKENS.into_iter().enumerate() {
                let one = |line| vec![line];
                let share = |hits: Vec<Vec<Line>>| evidence(question, tokens, hits);
                self.with_sources[at] += share(facts.iter().map(with_sources).collect());
                self.by_text[at] += share(by_text.iter().map(with_sources).collect());
                self.facts[at] += share(facts.iter().map(fact).map(one).collect());
                self.turns[at] += share(turns.iter().map(turn).map(one).collect());
            }
        }
        Ok(())
    }

    /// The means; `None` if nothing was asked.
    pub fn means(mut self) -> Option<Self> {
        let count = self.questions as f64;
        for sums in [&mut self.with_sources, &mut self.by_text, &mut self.facts, &mut self.turns] {
            sums.iter_mut().for_each(|sum| *sum /= count);
        }
        (self.questions > 0).then_some(self)
    }
}

/// The share of a question's evidence in a prompt that has the lines of the first hits, each once.
/// A hit for which there is no room is left out.
fn evidence(question: &Question, tokens: usize, hits: Vec<Vec<Line>>) -> f64 {
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
    let found = question.evidence.iter().filter(|id| told.contains(*id)).count();
    found as f64 / question.evidence.len().max(1) as f64
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
        "\n| set | quotes | n | in tokens | facts and sources | found by text | facts | turns |"
    );
    println!("|---|---|---|---|---|---|---|---|");
    for Recall { set, quotes, prompts, .. } in recalls {
        let Some(it) = prompts else { continue };
        for (at, tokens) in TOKENS.into_iter().enumerate() {
            println!(
                "| {set} | {} | {} | {tokens} | {:.3} | {:.3} | {:.3} | {:.3} |",
                quotes.name(),
                it.questions,
                it.with_sources[at],
                it.by_text[at],
                it.facts[at],
                it.turns[at],
            );
        }
    }
}
