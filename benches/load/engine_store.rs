use std::path::Path;

use mem0_client::Filter;
use mem0_engine::{AddRequest, BuiltIn, Engine, EntityIds, SearchHit, SearchRequest};
use tokio::runtime::Runtime;

use crate::texts::Row;
use crate::{Failure, message};

/// The engine in this process.
pub struct EngineStore {
    engine: Engine,
    runtime: Runtime,
}

impl EngineStore {
    pub fn open(folder: &Path) -> Result<Self, Failure> {
        let runtime = tokio::runtime::Builder::new_current_thread().build()?;
        Ok(Self { engine: Engine::open_with_built_in(folder, BuiltIn::Static)?, runtime })
    }

    pub fn engine(&self) -> Engine {
        self.engine.clone()
    }

    pub fn add(&self, user: &str, rows: &[Row]) -> Result<(), Failure> {
        self.runtime.block_on(add(&self.engine, user, rows))
    }

    pub fn search(&self, user: &str, question: &str) -> Result<(), Failure> {
        let found = self.runtime.block_on(search(&self.engine, user, question));
        found.map(drop)
    }

    pub fn close(self) -> Result<(), Failure> {
        let engine = self.engine;
        // On a new thread: this may be called inside a runtime, where another one cannot be
        // dropped.
        std::thread::spawn(move || drop(self.runtime))
            .join()
            .map_err(|_| "a runtime did not end")?;
        drop(engine);
        Ok(())
    }
}

pub async fn add(engine: &Engine, user: &str, rows: &[Row]) -> Result<(), Failure> {
    let ids = EntityIds { user_id: Some(user.to_owned()), ..EntityIds::default() };
    let mut request = AddRequest::new(rows.iter().map(message).collect(), ids);
    request.infer = false;
    let added = engine.add(request).await?;
    if added.results.len() == rows.len() { Ok(()) } else { Err("not everything was stored".into()) }
}

pub async fn search(
    engine: &Engine,
    user: &str,
    question: &str,
) -> Result<Vec<SearchHit>, Failure> {
    let mut request = SearchRequest::new(question, Filter::user_id(user));
    request.threshold = 0.0;
    let found = engine.search(request).await?;
    if found.is_empty() { Err("nothing was found".into()) } else { Ok(found) }
}
