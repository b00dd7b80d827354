//! The conversation of `data/conversation.json`, and the questions about it.

use mem0_sdk::{
    AddMemoryOptions, AsyncMemoryClient, Error, Memory, Message, Page, Scope, Timestamp,
    WaitOptions,
};
use serde::Deserialize;

/// Two people who write to each other for a year.
#[derive(Deserialize)]
pub struct Conversation {
    /// Who they are.
    pub speakers: Speakers,
    /// The days on which they wrote, in order.
    pub sessions: Vec<Session>,
}

/// Which of the two takes which role.
#[derive(Deserialize)]
pub struct Speakers {
    /// The one whose turns are the user's.
    pub user: String,
    /// The one whose turns are the assistant's.
    pub assistant: String,
}

/// What they wrote on one day.
#[derive(Deserialize)]
pub struct Session {
    /// When it was, ISO 8601.
    pub date_time: String,
    /// What was said, in order.
    pub turns: Vec<Turn>,
}

/// What one of them said.
#[derive(Deserialize)]
pub struct Turn {
    /// For example `s3t07`: the seventh turn of the third session.
    pub id: String,
    /// The speaker's name.
    pub speaker: String,
    /// The words.
    pub text: String,
    /// What a shared picture shows.
    pub photo: Option<String>,
}

/// A question, and the turns that answer it.
#[derive(Deserialize)]
pub struct Question {
    /// The words.
    pub question: String,
    /// What the question tries, for example `paraphrase`.
    pub kind: String,
    /// The turns that answer, the best first; none if nothing does.
    pub turns: Vec<String>,
    /// Turns that state what is no longer so.
    #[serde(default)]
    pub superseded: Vec<String>,
}

impl Conversation {
    /// The conversation that comes with the examples.
    pub fn load() -> serde_json::Result<Self> {
        serde_json::from_str(include_str!("data/conversation.json"))
    }

    /// How many turns it has.
    pub fn turns(&self) -> usize {
        self.sessions.iter().map(|session| session.turns.len()).sum()
    }

    /// Adds it session by session, each at its own time, and waits until it is remembered.
    pub async fn remember(
        &self,
        client: &AsyncMemoryClient,
        scope: &Scope,
        wait: &WaitOptions,
        mut remembered: impl FnMut(usize),
    ) -> Result<(), Error> {
        for session in &self.sessions {
            let messages: Vec<Message> =
                session.turns.iter().map(|turn| self.message(turn)).collect();
            let seconds = Timestamp::from(session.date_time.as_str())
                .unix_micros()
                .map(|micros| micros.div_euclid(1_000_000));
            let options = AddMemoryOptions::new(scope.clone());
            let options = match seconds {
                Some(seconds) => options.timestamp(seconds),
                None => options,
            };
            client.add_and_wait(messages, options, wait.clone()).await?;
            remembered(session.turns.len());
        }
        Ok(())
    }

    fn message(&self, turn: &Turn) -> Message {
        let message = if turn.speaker == self.speakers.assistant {
            Message::assistant(turn.said())
        } else {
            Message::user(turn.said())
        };
        message.named(turn.speaker.as_str())
    }

    /// The turn that a memory was made of, where memories are the turns word for word.
    pub fn turn_of(&self, memory: &Memory) -> Option<&Turn> {
        self.sessions
            .iter()
            .flat_map(|session| &session.turns)
            .find(|turn| turn.said() == memory.memory)
    }

    /// The place among the hits, from 1, of the first of these turns.
    pub fn rank(&self, hits: &Page<Memory>, turns: &[String]) -> Option<usize> {
        hits.into_iter()
            .position(|hit| self.turn_of(hit).is_some_and(|turn| turns.contains(&turn.id)))
            .map(|place| place + 1)
    }
}

impl Turn {
    /// The words, and what the picture shows.
    pub fn said(&self) -> String {
        match &self.photo {
            Some(photo) => format!("{} [photo: {photo}]", self.text),
            None => self.text.clone(),
        }
    }
}

impl Question {
    /// The questions that come with the examples.
    pub fn load_all() -> serde_json::Result<Vec<Self>> {
        serde_json::from_str(include_str!("data/questions.json"))
    }
}
