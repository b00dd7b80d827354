//! The local platform with the conversations, used through its HTTP API.

use std::collections::HashMap;
use std::error::Error;

use mem0_client::{
    AddMemoryOptions, AsyncMemoryClient, Filter, Message, Scope, SearchMemoryOptions,
};
use mem0_engine::Engine;
use mem0_server::{Authentication, router};
use tempfile::TempDir;

use crate::conversation::{Conversation, Turn};

/// The router in this process, with a client, over a temporary folder.
pub struct Platform {
    client: AsyncMemoryClient,
    /// For each memory's id, the turn that it was made from.
    turns: HashMap<String, String>,
    _folder: TempDir,
}

/// A turn that a search found.
pub struct Hit {
    pub dia_id: String,
    pub score: f64,
}

impl Platform {
    /// Stores each conversation under its own user, and each session as one add.
    pub async fn with(
        conversations: &[Conversation],
        photos: bool,
    ) -> Result<Self, Box<dyn Error>> {
        let folder = tempfile::tempdir()?;
        let app = router(Engine::open(folder.path())?, Authentication::Off);
        let client = AsyncMemoryClient::builder().api_key("bench").service(app).build()?;
        let mut turns = HashMap::new();
        for conversation in conversations {
            for session in &conversation.sessions {
                let said: Vec<_> = session.turns.iter().map(|turn| said(turn, photos)).collect();
                let named = session.turns.iter().zip(&said);
                let messages: Vec<_> = named
                    .map(|(turn, said)| Message::user(said.as_str()).named(turn.speaker.as_str()))
                    .collect();
                let options = AddMemoryOptions::new(Scope::user(conversation.name.as_str()))
                    .infer(false)
                    .timestamp(session.at);
                let added = client.add(messages, options).await?;
                // A text that exists already is not stored again, and so is not among the results.
                let mut places = session.turns.iter().zip(&said);
                for stored in &added.results {
                    let place = places.find(|(_, said)| stored.text() == Some(said.as_str()));
                    let (Some(id), Some((turn, _))) = (stored.id.clone(), place) else {
                        return Err("the platform stored something else than was added".into());
                    };
                    turns.insert(id, turn.dia_id.clone());
                }
            }
        }
        Ok(Self { client, turns, _folder: folder })
    }

    /// The best `top_k` turns of a conversation, regardless of their scores.
    pub async fn ask(
        &self,
        conversation: &Conversation,
        question: &str,
        top_k: u32,
        rerank: bool,
    ) -> Result<Vec<Hit>, Box<dyn Error>> {
        let options = SearchMemoryOptions::new(Filter::user_id(conversation.name.as_str()))
            .top_k(top_k)
            .threshold(0.0)
            .rerank(rerank);
        let found = self.client.search(question, options).await?;
        let hit = |memory: mem0_client::Memory| {
            let dia_id = self.turns.get(&memory.id).ok_or("a foreign memory was found")?.clone();
            Ok(Hit { dia_id, score: memory.score.ok_or("a hit has no score")? })
        };
        found.results.into_iter().map(hit).collect()
    }
}

/// The text that an app would store for a turn.
pub fn said(turn: &Turn, photos: bool) -> String {
    match &turn.blip_caption {
        Some(caption) if photos => format!("{} [shares a photo: {caption}]", turn.text),
        _ => turn.text.clone(),
    }
}
