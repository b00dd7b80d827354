//! A model that answers with the facts that are laid out for the conversation.

use std::sync::{Arc, Mutex, PoisonError};

use mem0_components::testing::ScriptedLlm;
use mem0_components::{LlmMessage, LlmRequest, LlmResponse};
use serde::Serialize;
use serde_json::{Value, json};

use crate::words;

/// Bytes that are counted as one token.
const BYTES_OF_A_TOKEN: usize = 4;

/// A fact that the model will tell.
#[derive(Clone, Default)]
pub struct Fact {
    pub text: String,
    /// The whole message that it stands on; empty where nobody knows.
    pub message: String,
    pub about: String,
    pub state: Option<String>,
    pub is_denied: bool,
    /// The relation, and the text of the known memory that it points to.
    pub to: Option<(&'static str, String)>,
}

/// What it was asked so far, and what it answered.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Spent {
    pub calls: usize,
    pub input_tokens: usize,
    /// Those of the new messages alone.
    pub message_tokens: usize,
    pub output_tokens: usize,
}

/// What a fact quotes of its message.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub enum Quotes {
    /// All of it.
    #[default]
    Whole,
    /// The sentence that has most of the fact's words.
    Sentence,
}

impl Quotes {
    pub const ALL: [Self; 2] = [Self::Whole, Self::Sentence];

    pub fn name(self) -> &'static str {
        match self {
            Self::Whole => "whole turns",
            Self::Sentence => "a sentence",
        }
    }

    fn of<'a>(self, message: &'a str, fact: &str) -> &'a str {
        if self == Self::Whole {
            return message;
        }
        let sentences: Vec<_> = message.split_inclusive(['.', '!', '?', '\n']).collect();
        let nearest = words::nearest(fact, sentences.iter().copied());
        nearest.map_or(message, |at| sentences[at].trim())
    }
}

#[derive(Clone, Default)]
pub struct Replay {
    shared: Arc<Mutex<(Vec<Fact>, Spent)>>,
    quotes: Quotes,
}

impl Replay {
    pub fn quoting(quotes: Quotes) -> Self {
        Self { quotes, ..Self::default() }
    }

    pub fn llm(&self) -> ScriptedLlm {
        let replay = self.clone();
        ScriptedLlm::answering(move |request| Ok(LlmResponse::text(replay.answer(request))))
    }

    /// Lays out what it answers from now on.
    pub fn tells(&self, facts: Vec<Fact>) {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner).0 = facts;
    }

    pub fn spent(&self) -> Spent {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner).1.clone()
    }

    fn answer(&self, request: &LlmRequest) -> String {
        let mut shared = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
        let shown = Shown::of(request);
        let facts: Vec<_> =
            shared.0.iter().filter_map(|fact| shown.told(fact, self.quotes)).collect();
        let answer = json!({ "facts": facts }).to_string();
        let asked: usize = request.messages.iter().map(|message| message.text().len()).sum();
        shared.1.calls += 1;
        shared.1.input_tokens += asked / BYTES_OF_A_TOKEN;
        shared.1.message_tokens +=
            shown.new.iter().map(String::len).sum::<usize>() / BYTES_OF_A_TOKEN;
        shared.1.output_tokens += answer.len() / BYTES_OF_A_TOKEN;
        answer
    }
}

/// What a request shows.
struct Shown {
    known: Vec<String>,
    new: Vec<String>,
}

impl Shown {
    fn of(request: &LlmRequest) -> Self {
        let mut shown = Self { known: Vec::new(), new: Vec::new() };
        let data = request.messages.get(1).map(LlmMessage::text).unwrap_or_default();
        for line in data.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok()) {
            let Some(text) = line["text"].as_str().map(str::to_owned) else { continue };
            if line["memory"].is_number() {
                shown.known.push(text);
            } else if line["message"].is_number() {
                shown.new.push(text);
            }
        }
        shown
    }

    /// A fact as the model tells it, if its message is among the new ones. Of a message that was
    /// cut, the piece that has most of its words is quoted.
    fn told(&self, fact: &Fact, quotes: Quotes) -> Option<Value> {
        let is_piece =
            |new: &&String| !fact.message.is_empty() && fact.message.contains(new.trim());
        let pieces: Vec<_> = self.new.iter().filter(is_piece).collect();
        let quote = match words::nearest(&fact.text, pieces.iter().map(|it| it.as_str())) {
            Some(at) => pieces[at].as_str(),
            None if fact.message.is_empty() => "",
            None => pieces.first()?.as_str(),
        };
        let quote = quotes.of(quote, &fact.text);
        let (relation, to) = match &fact.to {
            Some((relation, text)) => {
                let at = self.known.iter().position(|known| known == text);
                (Some(relation), at.map(|at| at + 1))
            }
            None => (None, None),
        };
        Some(json!({
            "message": null, "quote": quote, "text": fact.text, "about": fact.about,
            "state": fact.state, "kind": "other", "denied": fact.is_denied, "when": null,
            "recurring": false, "categories": [], "relation": relation, "to": to, "links": [],
        }))
    }
}
