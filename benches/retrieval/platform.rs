//! The local platform with its default settings, used through its HTTP API.

use std::collections::HashMap;
use std::error::Error;

use futures_util::stream::{self, StreamExt, TryStreamExt};
use mem0_client::{AddMemoryOptions, AsyncMemoryClient, Filter, Message, SearchMemoryOptions};
use mem0_engine::{BuiltIn, Engine};
use mem0_server::{Authentication, router};
use tempfile::TempDir;

use crate::ranked::{Ranked, Ranking};
use crate::set::{Question, Scope, Set};

/// The most messages of an add with `infer: false`.
const ADD: usize = 500;

/// How many hits are asked for: those that are counted, and where later turns are left out, enough
/// that as many remain.
const TOP_K: u32 = 30;
const TOP_K_OF_ALL: u32 = 400;

/// Searches in flight: each of the cores has one, and the next is on its way.
const IN_FLIGHT: usize = 4;

/// The router in this process, with a client, over a temporary folder.
pub struct Platform {
    client: AsyncMemoryClient,
    _folder: TempDir,
}

/// A set that is stored: for each memory's id, its place in its scope.
pub struct Stored<'s> {
    set: &'s Set,
    places: HashMap<String, usize>,
}

impl Platform {
    pub fn new(embedder: Option<BuiltIn>) -> Result<Self, Box<dyn Error>> {
        let folder = tempfile::tempdir()?;
        let engine = match embedder {
            Some(built_in) => Engine::open_with_built_in(folder.path(), built_in)?,
            None => Engine::open(folder.path())?,
        };
        let app = router(engine, Authentication::Off);
        let client = AsyncMemoryClient::builder().api_key("bench").service(app).build()?;
        Ok(Self { client, _folder: folder })
    }

    /// Stores each scope under a user of its own.
    pub async fn store<'s>(&self, set: &'s Set) -> Result<Stored<'s>, Box<dyn Error>> {
        let mut places = HashMap::new();
        for scope in &set.scopes {
            let texts = scope.memories.iter().enumerate();
            let texts: HashMap<_, _> =
                texts.map(|(place, memory)| (memory.text.as_str(), place)).collect();
            for add in &scope.adds {
                let mut options = AddMemoryOptions::new(user(set, scope)).infer(false);
                if let Some(at) = add.at {
                    options = options.timestamp(at);
                }
                for part in add.memories.chunks(ADD) {
                    let messages: Vec<_> = part.iter().map(|at| message(scope, *at)).collect();
                    let added = self.client.add(messages, options.clone()).await?;
                    // A text that exists already is not stored again, nor among the results.
                    for stored in &added.results {
                        let place = stored.text().and_then(|text| texts.get(text));
                        let (Some(id), Some(place)) = (stored.id.clone(), place) else {
                            return Err("the platform stored something else than was added".into());
                        };
                        places.insert(id, *place);
                    }
                }
            }
        }
        Ok(Stored { set, places })
    }

    /// What a search finds for each question, regardless of scores and with the default settings,
    /// and the best score of the same question in another scope.
    pub async fn ask(
        &self,
        stored: &Stored<'_>,
        rerank: bool,
    ) -> Result<Vec<Ranked>, Box<dyn Error>> {
        let asked = stored.set.asked().map(|(scope, stranger, question)| async move {
            let top_k = if question.upto.is_some() { TOP_K_OF_ALL } else { TOP_K };
            let everything = |options: SearchMemoryOptions| options.top_k(top_k).threshold(0.0);
            let as_default = |options: SearchMemoryOptions| match question.upto {
                Some(_) => options.top_k(TOP_K_OF_ALL),
                None => options,
            };
            let all = self.search(stored, scope, question, rerank, everything).await?;
            let default = self.search(stored, scope, question, rerank, as_default).await?;
            let mut elsewhere = None;
            if let Some(stranger) = stranger {
                let one = |options: SearchMemoryOptions| options.top_k(1).threshold(0.0);
                let hits = self.search(stored, stranger, question, rerank, one).await?;
                elsewhere = Some(hits.best());
            }
            let shown = Some(default.of_turns_before(scope, question).first(10));
            let ranking = all.of_turns_before(scope, question).first(TOP_K as usize);
            Ok::<_, Box<dyn Error>>(Ranked { ranking, shown, elsewhere })
        });
        stream::iter(asked).buffered(IN_FLIGHT).try_collect().await
    }

    async fn search(
        &self,
        stored: &Stored<'_>,
        scope: &Scope,
        question: &Question,
        rerank: bool,
        set: impl Fn(SearchMemoryOptions) -> SearchMemoryOptions,
    ) -> Result<Ranking, Box<dyn Error>> {
        let filter = Filter::user_id(format!("{}/{}", stored.set.name, scope.name));
        let mut options = set(SearchMemoryOptions::new(filter));
        if rerank {
            options = options.rerank(true);
        }
        let found = self.client.search(question.text.as_str(), options).await?;
        let hit = |memory: mem0_client::Memory| {
            let place = stored.places.get(&memory.id).ok_or("a foreign memory was found")?;
            Ok((*place, memory.score.ok_or("a hit has no score")?))
        };
        let hits: Result<_, Box<dyn Error>> = found.results.into_iter().map(hit).collect();
        Ok(Ranking(hits?))
    }
}

fn user(set: &Set, scope: &Scope) -> mem0_client::Scope {
    mem0_client::Scope::user(format!("{}/{}", set.name, scope.name))
}

fn message(scope: &Scope, at: usize) -> Message {
    let memory = &scope.memories[at];
    match memory.speaker.as_str() {
        "assistant" => Message::assistant(memory.text.as_str()),
        "" | "user" => Message::user(memory.text.as_str()),
        speaker => Message::user(memory.text.as_str()).named(speaker),
    }
}
