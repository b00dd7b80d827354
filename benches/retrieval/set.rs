//! Sets of memories with questions about them, in either of two forms.

use std::collections::HashMap;
use std::error::Error;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;
use serde::Deserialize;

use crate::locomo;

/// The most characters of a text or of a question that are sent: a memory has a limit.
const LONGEST: usize = 200_000;

/// Scopes that are measured together.
pub struct Set {
    pub name: String,
    pub scopes: Vec<Scope>,
}

/// The memories of one user, and the questions about them.
pub struct Scope {
    pub name: String,
    /// In the order in which they were said. Each has another text.
    pub memories: Vec<Memory>,
    pub adds: Vec<Add>,
    pub questions: Vec<Question>,
}

/// A text that can be found.
pub struct Memory {
    pub text: String,
    /// Who said it; empty for a fact that nobody said.
    pub speaker: String,
    /// What it is evidence of: its own id, or those of the turns that a fact was made from. A text
    /// that was said twice has the ids of both.
    pub ids: Vec<String>,
    /// How many turns were said before it.
    pub place: usize,
}

/// What one add stores.
pub struct Add {
    /// Seconds since 1970, in UTC.
    pub at: Option<i64>,
    /// The places of its memories in the scope.
    pub memories: Vec<usize>,
}

pub struct Question {
    pub text: String,
    pub category: String,
    /// Greetings, a story or a pasted page surround it.
    pub has_filler: bool,
    /// The ids of the memories that answer it; none if nothing does.
    pub evidence: Vec<String>,
    /// Only so many turns had been said when it was asked.
    pub upto: Option<usize>,
}

impl Set {
    /// Each question with its scope, and with another scope, which does not contain the answer, if
    /// the set has no question of its own without an answer.
    pub fn asked(&self) -> impl Iterator<Item = (&Scope, Option<&Scope>, &Question)> {
        let mut questions = self.scopes.iter().flat_map(|scope| &scope.questions);
        let needs_others =
            self.scopes.len() > 1 && questions.all(|question| !question.evidence.is_empty());
        self.scopes.iter().enumerate().flat_map(move |(number, scope)| {
            let other = &self.scopes[(number + 1) % self.scopes.len()];
            let other = needs_others.then_some(other);
            scope.questions.iter().map(move |question| (scope, other, question))
        })
    }
}

impl Scope {
    pub fn new(name: &str, questions: Vec<Question>) -> Self {
        Self { name: name.to_owned(), memories: Vec::new(), adds: Vec::new(), questions }
    }
}

impl Memory {
    /// The text with its speaker, for a rival that knows no field for it.
    pub fn line(&self) -> String {
        match self.speaker.as_str() {
            "" | "user" | "assistant" => self.text.clone(),
            speaker => format!("{speaker}: {}", self.text),
        }
    }
}

/// Puts turns into a scope. A text that is there already is stored once.
pub struct Filling<'s> {
    scope: &'s mut Scope,
    texts: HashMap<String, usize>,
    said: usize,
}

impl<'s> Filling<'s> {
    pub fn of(scope: &'s mut Scope) -> Self {
        Self { scope, texts: HashMap::new(), said: 0 }
    }

    /// The place of a turn among the memories.
    pub fn put(&mut self, speaker: &str, text: &str, ids: Vec<String>) -> usize {
        let memories = &mut self.scope.memories;
        let place = self.said;
        self.said += 1;
        let at = *self.texts.entry(text.to_owned()).or_insert_with(|| {
            let (text, speaker) = (text.to_owned(), speaker.to_owned());
            memories.push(Memory { text, speaker, ids: Vec::new(), place });
            memories.len() - 1
        });
        memories[at].ids.extend(ids);
        at
    }

    pub fn add(&mut self, at: Option<i64>, memories: Vec<usize>) {
        self.scope.adds.push(Add { at, memories });
    }
}

/// The sets in a file or a folder: each file of JSON lines is one, and the conversations in
/// LoCoMo's form together are one of turns and one of facts, named after their folder.
pub fn read(path: &Path) -> Result<Vec<Set>, Box<dyn Error>> {
    let mut files = vec![path.to_owned()];
    if path.is_dir() {
        files =
            fs::read_dir(path)?.map(|entry| Ok(entry?.path())).collect::<std::io::Result<_>>()?;
        files.sort();
    }
    let mut sets = Vec::new();
    let mut conversations = Vec::new();
    for file in files {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let stem = name.strip_suffix(".gz").unwrap_or(&name);
        if let Some(set) = stem.strip_suffix(".jsonl") {
            let scopes = json_lines(&file, name.ends_with(".gz"));
            let scopes = scopes.map_err(|error| format!("{}: {error}", file.display()))?;
            sets.push(Set { name: set.to_owned(), scopes });
        } else if name.ends_with(".json") && !name.ends_with(locomo::FACTS) {
            conversations.push(file);
        }
    }
    if !conversations.is_empty() {
        sets.extend(locomo::read(&conversations)?);
    }
    Ok(sets)
}

#[derive(Deserialize)]
struct Line {
    scope: String,
    turns: Vec<LineTurn>,
    queries: Vec<LineQuery>,
}

#[derive(Deserialize)]
struct LineTurn {
    id: String,
    #[serde(default)]
    speaker: String,
    text: String,
    group: String,
}

#[derive(Deserialize)]
struct LineQuery {
    q: String,
    evidence: Vec<String>,
    category: String,
    #[serde(default)]
    filler: bool,
    upto: Option<usize>,
}

fn json_lines(file: &PathBuf, is_compressed: bool) -> Result<Vec<Scope>, Box<dyn Error>> {
    let file = File::open(file)?;
    let bytes: Box<dyn Read> =
        if is_compressed { Box::new(GzDecoder::new(file)) } else { Box::new(file) };
    let mut scopes = Vec::new();
    for line in BufReader::new(bytes).lines() {
        scopes.push(scope(serde_json::from_str(&line?)?));
    }
    Ok(scopes)
}

fn cut(text: String) -> String {
    text.chars().take(LONGEST).collect()
}

fn scope(line: Line) -> Scope {
    let question = |query: LineQuery| Question {
        text: cut(query.q),
        category: query.category,
        has_filler: query.filler,
        evidence: query.evidence,
        upto: query.upto,
    };
    let mut scope = Scope::new(&line.scope, line.queries.into_iter().map(question).collect());
    let mut groups: Vec<(String, Vec<usize>)> = Vec::new();
    let mut filling = Filling::of(&mut scope);
    for turn in line.turns {
        let at = filling.put(&turn.speaker, &cut(turn.text), vec![turn.id]);
        match groups.iter_mut().find(|(group, _)| *group == turn.group) {
            Some((_, memories)) => memories.push(at),
            None => groups.push((turn.group, vec![at])),
        }
    }
    for (_, memories) in groups {
        filling.add(None, memories);
    }
    scope
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_was_said_twice_is_one_memory_with_both_ids() {
        let line = r#"{"scope": "a", "turns": [
            {"id": "1", "speaker": "Ann", "text": "Haha", "group": "1"},
            {"id": "2", "speaker": "user", "text": "Hello", "group": "2"},
            {"id": "3", "speaker": "Ben", "text": "Haha", "group": "1"}
        ], "queries": [{"q": "?", "evidence": [], "category": "b", "upto": 2}]}"#;
        let scope = scope(serde_json::from_str(line).unwrap());
        assert_eq!(scope.memories.len(), 2);
        assert_eq!(scope.memories[0].ids, ["1", "3"]);
        assert_eq!((scope.memories[0].place, scope.memories[1].place), (0, 1));
        assert_eq!(scope.memories[0].line(), "Ann: Haha");
        assert_eq!(scope.memories[1].line(), "Hello");
        let adds: Vec<_> = scope.adds.iter().map(|add| add.memories.clone()).collect();
        assert_eq!(adds, [vec![0, 0], vec![1]]);
    }

    #[test]
    fn the_everyday_sets_are_as_their_page_says() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/everyday");
        let sets = read(&path).unwrap();
        assert_eq!(sets.len(), 2);
        sets.iter().for_each(is_as_the_page_says);
    }

    fn is_as_the_page_says(everyday: &Set) {
        let memories: usize = everyday.scopes.iter().map(|scope| scope.memories.len()).sum();
        assert_eq!((everyday.scopes.len(), memories), (6, 200));
        let questions: Vec<_> = everyday.scopes.iter().flat_map(|scope| &scope.questions).collect();
        let of = |category| questions.iter().filter(|one| one.category == category).count();
        assert_eq!(
            ["paraphrase", "ordinary", "language", "unanswerable", "everything"].map(of),
            [100, 90, 60, 30, 20]
        );
        assert_eq!(questions.iter().filter(|one| one.has_filler).count(), 100);
    }
}
