//! The local platform with a replayed model, used through its HTTP API.

use std::collections::BTreeMap;
use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use mem0_client::{
    AddMemoryOptions, AsyncMemoryClient, Filter, Memory, Message, SearchMemoryOptions,
};
use mem0_engine::{
    BuiltIn, Engine, EngineOptions, EventStatus, HistoryEvent, Lifecycle, ListRequest,
    MAX_PAGE_SIZE, MemoryRecord, Signals,
};
use mem0_server::{Authentication, router};
use tempfile::TempDir;

use crate::replay::{Fact, Quotes, Replay};

/// How often an add is looked after.
const LOOK: Duration = Duration::from_millis(2);

pub struct Platform {
    client: AsyncMemoryClient,
    /// The same memories, which are found by their own texts alone.
    by_text: AsyncMemoryClient,
    engine: Engine,
    pub replay: Replay,
    _folder: TempDir,
}

/// What memories are found by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FoundBy {
    /// Their own texts.
    Text,
    /// Also the words that they were learned from.
    Sources,
}

impl FoundBy {
    pub const ALL: [Self; 2] = [Self::Text, Self::Sources];
}

/// What came of an add.
pub struct Learned {
    /// How many facts were not believed, by reason.
    pub refused: BTreeMap<String, u64>,
    pub repairs: u64,
    /// The memories that were added, and those that say already what a fact says: id and text.
    pub stored: Vec<(String, String)>,
    pub same: Vec<(String, String)>,
}

impl Platform {
    pub fn new(embedder: Option<BuiltIn>, quotes: Quotes) -> Result<Self, Box<dyn Error>> {
        let (folder, replay) = (tempfile::tempdir()?, Replay::quoting(quotes));
        let options = EngineOptions::default().llm(Arc::new(replay.llm()));
        let options = match embedder {
            Some(built_in) => options.embedder(built_in),
            None => options,
        };
        let engine = Engine::open_with(folder.path(), options)?;
        let client = |engine: Engine| {
            let app = router(engine, Authentication::Off);
            AsyncMemoryClient::builder().api_key("bench").service(app).build()
        };
        let signals = Signals { sources: false, ..Signals::default() };
        let by_text = client(engine.clone().with_signals(signals))?;
        let client = client(engine.clone())?;
        Ok(Self { client, by_text, engine, replay, _folder: folder })
    }

    /// Adds messages of which the model tells these facts, and waits.
    pub async fn learn(
        &self,
        user: &str,
        messages: Vec<Message>,
        at: Option<i64>,
        facts: Vec<Fact>,
    ) -> Result<Learned, Box<dyn Error>> {
        self.replay.tells(facts);
        let mut options = AddMemoryOptions::new(mem0_client::Scope::user(user)).infer(true);
        if let Some(at) = at {
            options = options.timestamp(at);
        }
        let added = self.client.add(messages, options).await?;
        let event = loop {
            let event = self.engine.event(&added.event_id).await?;
            if event.status.is_final() {
                break event;
            }
            tokio::time::sleep(LOOK).await;
        };
        if event.status != EventStatus::Succeeded {
            return Err(event.error.unwrap_or_default().into());
        }
        let metadata = event.metadata.unwrap_or_default();
        let refused = metadata["refused"].as_object().into_iter().flatten();
        let refused = refused.map(|(why, count)| (why.clone(), count.as_u64().unwrap_or(0)));
        let of = |kind: HistoryEvent| -> Vec<_> {
            let results = event.results.iter().filter(|result| result.event == kind);
            results.filter_map(|it| Some((it.id.clone(), it.memory.clone()?))).collect()
        };
        Ok(Learned {
            refused: refused.collect(),
            repairs: metadata["repairs"].as_u64().unwrap_or(0),
            stored: of(HistoryEvent::Add),
            same: of(HistoryEvent::Noop),
        })
    }

    /// Stores messages as they are.
    pub async fn store(
        &self,
        user: &str,
        messages: Vec<Message>,
        at: Option<i64>,
    ) -> Result<(), Box<dyn Error>> {
        let mut options = AddMemoryOptions::new(mem0_client::Scope::user(user)).infer(false);
        if let Some(at) = at {
            options = options.timestamp(at);
        }
        self.client.add(messages, options).await?;
        Ok(())
    }

    /// The ids of the best hits, whatever their score.
    pub async fn find(
        &self,
        found: FoundBy,
        user: &str,
        question: &str,
        top_k: u32,
    ) -> Result<Vec<String>, Box<dyn Error>> {
        let found = self.search(found, user, question, top_k).await?;
        Ok(found.into_iter().map(|memory| memory.id).collect())
    }

    /// The best hits with their sources, whatever their score.
    pub async fn search(
        &self,
        found: FoundBy,
        user: &str,
        question: &str,
        top_k: u32,
    ) -> Result<Vec<Memory>, Box<dyn Error>> {
        let options = SearchMemoryOptions::new(Filter::user_id(user)).top_k(top_k).threshold(0.0);
        let client = match found {
            FoundBy::Text => &self.by_text,
            FoundBy::Sources => &self.client,
        };
        Ok(client.search(question, options.include_sources(true)).await?.results)
    }

    /// The memory that holds what this one said, if there is one.
    pub async fn holds(&self, id: &str) -> Result<Option<String>, Box<dyn Error>> {
        let mut id = id.to_owned();
        loop {
            let Ok(memory) = self.engine.get(&id).await else { return Ok(None) };
            match memory.replaced_by {
                Some(by) if memory.lifecycle == Lifecycle::Merged => id = by,
                _ => return Ok(Some(id)),
            }
        }
    }

    /// All memories of a user, also those that do not hold any more.
    pub async fn all(&self, user: &str) -> Result<Vec<MemoryRecord>, Box<dyn Error>> {
        let (mut all, mut page) = (Vec::new(), 1);
        loop {
            let mut request = ListRequest::new(Filter::user_id(user));
            (request.page.page, request.page.page_size) = (page, MAX_PAGE_SIZE);
            let mut found = self.engine.list(request).await?.results;
            let is_last = (found.len() as u64) < MAX_PAGE_SIZE;
            all.append(&mut found);
            if is_last {
                return Ok(all);
            }
            page += 1;
        }
    }
}
