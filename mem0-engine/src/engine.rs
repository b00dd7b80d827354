mod calls;
mod embedder_change;

use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use mem0_components::{Embedder, Reranker};
use tokio::sync::watch;

use crate::components::BuiltIn;
use crate::components::availability::Patience;
use crate::components::embedders::Embedders;
use crate::components::llm_use::LlmStats;
use crate::components::options::EngineOptions;
use crate::components::reranking::Reranking;
use crate::folder::settings;
use crate::jobs::wake_signal::Stop;
use crate::limits::Answer;
use crate::memories::list::later_pages::LaterPages;
use crate::memories::stats::Retrievals;
use crate::retrieval::index_cache::IndexCache;
use crate::room::{Room, Share};
use crate::running::Running;
use crate::tenancy::keys::KeyCache;
use crate::webhooks::delivering::Dispatcher;
use crate::{Access, EngineError, EngineStats, NotReady, Signals};

/// A memory engine over one data folder. Clones share it.
///
/// Memories belong to a project. An engine sees the default project, unless it is a [view with
/// another access](Self::with_access).
///
/// The engine has threads of its own: its futures need no runtime, and queued work continues
/// between calls. A change is on disk once its call returns. If a future is dropped before it is
/// done, its change may or may not have been made.
///
/// Dropping the last clone finishes the accepted changes, which may take some milliseconds. Events
/// that are still queued continue when the folder is opened again.
#[derive(Clone)]
pub struct Engine {
    inner: Arc<Inner>,
    access: Access,
    /// What its calls may hold in memory.
    share: Option<Share>,
    /// Whether its changes share no transaction with others.
    is_alone: bool,
    pub(crate) signals: Signals,
    pub(crate) patience: Patience,
    pub(crate) reranking: Option<Arc<Reranking>>,
}

struct Inner {
    embedders: Embedders,
    retrievals: Retrievals,
    running: Mutex<Option<Running>>,
    stopped: watch::Sender<bool>,
}

impl Inner {
    fn running(&self) -> MutexGuard<'_, Option<Running>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine").field("open", &self.inner.running().is_some()).finish()
    }
}

impl Engine {
    /// Opens a data folder with the built-in embedder that it was made with, and continues with the
    /// events queued in it. A folder that does not exist is created, with the
    /// [default](BuiltIn::default). Blocks for some milliseconds; longer only when a newer version
    /// of this crate upgrades the folder.
    ///
    /// # Errors
    /// [`EngineError::Locked`] when another engine has the folder open,
    /// [`EngineError::NewerSchema`] when a newer version wrote it,
    /// [`EngineError::OtherEmbedder`] when another embedder made its vectors,
    /// [`EngineError::ChangingEmbedder`] when its embedder is being changed to another one,
    /// [`EngineError::Storage`] when it cannot be used.
    pub fn open(data_dir: impl AsRef<Path>) -> Result<Self, EngineError> {
        Self::open_with(data_dir, EngineOptions::default())
    }

    /// Like [`open`](Self::open), with these components.
    ///
    /// ```
    /// # use mem0_engine::{BuiltIn, Engine, EngineOptions};
    /// # let name = format!("mem0-options-doc-{}", std::process::id());
    /// # let folder = std::env::temp_dir().join(name);
    /// let options = EngineOptions::default().embedder(BuiltIn::Static);
    /// let engine = Engine::open_with(&folder, options)?;
    /// # drop(engine);
    /// # std::fs::remove_dir_all(&folder).ok();
    /// # Ok::<(), mem0_engine::EngineError>(())
    /// ```
    ///
    /// # Errors
    /// As for [`open`](Self::open), [`open_with_embedder`](Self::open_with_embedder) and
    /// [`open_and_change_embedder`](Self::open_and_change_embedder).
    pub fn open_with(
        data_dir: impl AsRef<Path>,
        options: EngineOptions,
    ) -> Result<Self, EngineError> {
        Self::start(data_dir.as_ref(), options)
    }

    /// Like [`open`](Self::open), with this built-in embedder.
    ///
    /// ```
    /// # use mem0_engine::{BuiltIn, Engine};
    /// # let name = format!("mem0-built-in-doc-{}", std::process::id());
    /// # let folder = std::env::temp_dir().join(name);
    /// let engine = Engine::open_with_built_in(&folder, BuiltIn::Static)?;
    /// # drop(engine);
    /// # std::fs::remove_dir_all(&folder).ok();
    /// # Ok::<(), mem0_engine::EngineError>(())
    /// ```
    ///
    /// # Errors
    /// As for [`open`](Self::open); [`EngineError::OtherEmbedder`] when another embedder made the
    /// vectors of the folder's memories.
    pub fn open_with_built_in(
        data_dir: impl AsRef<Path>,
        embedder: BuiltIn,
    ) -> Result<Self, EngineError> {
        Self::open_with(data_dir, EngineOptions::default().embedder(embedder))
    }

    /// Like [`open`](Self::open), with an embedder of the caller's instead of the built-in one.
    ///
    /// A folder with memories keeps the embedder that made their vectors until it is
    /// [changed](Self::change_embedder). Every add waits for its vectors: an add with `infer:
    /// false` and an update within the call, for at most 50 s; a queued add in the queue, where it
    /// holds up only its own project. A search waits for at most 10 s, and then goes by words
    /// alone. An embedder that failed is not asked by searches for 5 s to a minute, or as long as
    /// it says.
    ///
    /// ```
    /// # use std::sync::Arc;
    /// # use mem0_engine::{Engine, embedder::BuiltInEmbedder};
    /// # let name = format!("mem0-embedder-doc-{}", std::process::id());
    /// # let folder = std::env::temp_dir().join(name);
    /// // Use an embedder that calls a model here.
    /// let engine = Engine::open_with_embedder(&folder, Arc::new(BuiltInEmbedder))?;
    /// # drop(engine);
    /// # std::fs::remove_dir_all(&folder).ok();
    /// # Ok::<(), mem0_engine::EngineError>(())
    /// ```
    ///
    /// # Errors
    /// As for [`open`](Self::open); [`EngineError::OtherEmbedder`] when another embedder made the
    /// vectors of the folder's memories.
    pub fn open_with_embedder(
        data_dir: impl AsRef<Path>,
        embedder: Arc<dyn Embedder>,
    ) -> Result<Self, EngineError> {
        Self::open_with(data_dir, EngineOptions::default().embedder(embedder))
    }

    fn start(data_dir: &Path, options: EngineOptions) -> Result<Self, EngineError> {
        let retrievals = Retrievals::default();
        let (running, embedders) = Running::start(data_dir, options, retrievals.clone())?;
        let running = Mutex::new(Some(running));
        let stopped = watch::Sender::new(false);
        let inner = Inner { embedders, retrievals, running, stopped };
        Ok(Self {
            inner: Arc::new(inner),
            access: Access::default(),
            share: None,
            is_alone: false,
            signals: Signals::default(),
            patience: Patience::default(),
            reranking: None,
        })
    }

    /// Returns a cheap view of the same engine with this access. Whatever the access excludes does
    /// not exist for the view.
    ///
    /// ```
    /// # use mem0_engine::{Access, Engine};
    /// # use mem0_types::EntityRef;
    /// # let folder = std::env::temp_dir().join(format!("mem0-access-doc-{}", std::process::id()));
    /// let engine = Engine::open(&folder)?;
    /// let alices = engine.with_access(Access::default().only([EntityRef::user("alice")])?);
    /// # drop((engine, alices));
    /// # std::fs::remove_dir_all(&folder).ok();
    /// # Ok::<(), mem0_engine::EngineError>(())
    /// ```
    #[must_use]
    pub fn with_access(&self, access: Access) -> Self {
        Self { access, ..self.clone() }
    }

    /// What this view may see and do.
    pub fn access(&self) -> &Access {
        &self.access
    }

    /// Returns a cheap view of the same engine whose answers take their memory from this share, and
    /// fail with [`EngineError::NoRoom`] when there is none. Queued work of the view keeps the
    /// share. Without one, an answer is limited by [`MAX_ANSWER`](crate::MAX_ANSWER) alone.
    ///
    /// ```
    /// # use mem0_engine::{Engine, Room};
    /// # let folder = std::env::temp_dir().join(format!("mem0-room-doc-{}", std::process::id()));
    /// let engine = Engine::open(&folder)?;
    /// let room = Room::new(256 * 1024 * 1024);
    /// // One for each request.
    /// let view = engine.holding(engine.share_of(&room));
    /// # drop((engine, view));
    /// # std::fs::remove_dir_all(&folder).ok();
    /// # Ok::<(), mem0_engine::EngineError>(())
    /// ```
    #[must_use]
    pub fn holding(&self, share: Share) -> Self {
        Self { share: Some(share), ..self.clone() }
    }

    /// Returns a view whose changes share no transaction, if they are large: what shares one is
    /// answered with the last of it, and could be undone alone, which takes long.
    pub(crate) fn alone_if(&self, is_large: bool) -> Self {
        Self { is_alone: is_large, ..self.clone() }
    }

    /// An answer whose number of rows this argument sets.
    pub(crate) fn answer(&self, field: &'static str) -> Answer {
        Answer::to(field, self.share.clone())
    }

    /// A share of the room for one request of this view. It counts for the view's project, and
    /// holds nothing yet.
    pub fn share_of(&self, room: &Room) -> Share {
        room.share(self.access.project())
    }

    /// The same for the body of a request, until its values are read.
    pub fn body_of(&self, room: &Room) -> Share {
        room.body(self.access.project())
    }

    /// Returns a cheap view of the same engine whose searches with `rerank` ask this reranker, in
    /// the place of the local comparison of words. Views of the view share it.
    ///
    /// It is asked outside of the database, for at most 10 s. It gets a question's first 4,000
    /// characters and, of what the search has found, a memory's first 8,000. It orders the hits and
    /// hides none, and their scores stay the search's own. While it does not answer, the order is
    /// the search's too.
    ///
    /// ```
    /// # use std::sync::Arc;
    /// # use mem0_engine::Engine;
    /// # use mem0_engine::mem0_components::{Reply, Reranker};
    /// # let name = format!("mem0-reranker-doc-{}", std::process::id());
    /// # let folder = std::env::temp_dir().join(name);
    /// /// Prefers short memories.
    /// #[derive(Debug)]
    /// struct Shortest;
    ///
    /// impl Reranker for Shortest {
    ///     fn name(&self) -> &str {
    ///         "shortest"
    ///     }
    ///
    ///     fn rerank<'a>(&'a self, _: &'a str, documents: &'a [&'a str]) -> Reply<'a, Vec<f64>> {
    ///         let scores = documents.iter().map(|text| 1.0 / (1.0 + text.len() as f64)).collect();
    ///         Box::pin(async move { Ok(scores) })
    ///     }
    /// }
    ///
    /// let engine = Engine::open(&folder)?.with_reranker(Arc::new(Shortest));
    /// # drop(engine);
    /// # std::fs::remove_dir_all(&folder).ok();
    /// # Ok::<(), mem0_engine::EngineError>(())
    /// ```
    #[must_use]
    pub fn with_reranker(&self, reranker: Arc<dyn Reranker>) -> Self {
        Self { reranking: Some(Arc::new(Reranking::new(reranker))), ..self.clone() }
    }

    /// Returns the same engine with half of the search switched off, to measure what each half
    /// contributes.
    #[doc(hidden)]
    #[must_use]
    pub fn with_signals(mut self, signals: Signals) -> Self {
        self.signals = signals;
        self
    }

    /// Returns the same engine with other times for components elsewhere, to test what is over.
    #[doc(hidden)]
    #[must_use]
    pub fn with_patience(self, patience: Patience) -> Self {
        Self { patience, ..self }
    }

    /// Refuses further calls, carries out what was accepted and what is queued, and releases the
    /// data folder. Returns at once when the engine is closed already.
    ///
    /// Dropping the future does not stop the closing.
    ///
    /// # Errors
    /// [`EngineError::Storage`] when the thread that waits cannot be started. The engine is closed
    /// all the same, and what is still queued waits for the next start.
    pub async fn close(&self) -> Result<(), EngineError> {
        let mut stopped = self.inner.stopped.subscribe();
        let running = self.inner.running().take();
        if let Some(mut running) = running {
            let announce = self.inner.stopped.clone();
            let thread = thread::Builder::new().name("mem0-close".to_owned());
            let started = thread.spawn(move || {
                running.stop(Stop::WhenIdle);
                drop(running);
                announce.send_replace(true);
            });
            if let Err(error) = started {
                self.inner.stopped.send_replace(true);
                return Err(error.into());
            }
        }
        // The sender lives as long as this engine, so waiting cannot fail.
        let _ = stopped.wait_for(|stopped| *stopped).await;
        Ok(())
    }

    pub(crate) fn with_keys<T>(
        &self,
        body: impl FnOnce(&mut KeyCache) -> Result<T, EngineError>,
    ) -> Result<T, EngineError> {
        match self.inner.running().as_mut() {
            Some(running) => body(&mut running.keys),
            None => Err(EngineError::Closed),
        }
    }

    pub(crate) fn board(&self) -> Result<Dispatcher, EngineError> {
        match self.inner.running().as_ref() {
            Some(running) => Ok(running.board.clone()),
            None => Err(EngineError::Closed),
        }
    }

    pub(crate) fn scopes(&self) -> Result<IndexCache, EngineError> {
        match self.inner.running().as_ref() {
            Some(running) => Ok(running.scopes.clone()),
            None => Err(EngineError::Closed),
        }
    }

    pub(crate) fn later_pages(&self) -> Result<LaterPages, EngineError> {
        match self.inner.running().as_ref() {
            Some(running) => Ok(running.later_pages.clone()),
            None => Err(EngineError::Closed),
        }
    }

    pub(crate) fn embedders(&self) -> &Embedders {
        &self.inner.embedders
    }

    /// Checks that the engine answers, with one small read.
    ///
    /// # Errors
    /// [`EngineError::Closed`], [`EngineError::Storage`].
    pub async fn check(&self) -> Result<(), EngineError> {
        self.read_folder(|connection| settings::get(connection, "").map(drop)).await
    }

    /// Checks that memories can be read and written, and that there is room for one. It answers
    /// within a second whatever others ask for.
    ///
    /// It writes a little at most once a second. While the writer works on something else, it does
    /// not wait for that: what counts is whether the last such write succeeded, and how long the
    /// next one has been waiting.
    ///
    /// ```
    /// # async fn check(engine: mem0_engine::Engine) {
    /// if let Err(not_ready) = engine.ready().await {
    ///     eprintln!("{not_ready}");
    /// }
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`NotReady`], which says what is not.
    pub async fn ready(&self) -> Result<(), NotReady> {
        let answer = match self.inner.running().as_ref().and_then(|running| running.ready.as_ref())
        {
            Some((readiness, _)) => readiness.ask(),
            None => return Err(NotReady::Closed),
        };
        answer.await.unwrap_or(Err(NotReady::Closed))
    }

    fn llm_stats(&self) -> Option<LlmStats> {
        let components = self.inner.embedders.now();
        components.llm.as_ref().map(|_| components.llm_use.stats())
    }

    /// The size of the folder, how many events wait in it, what became of deliveries to
    /// webhooks, and how much the language model was used.
    ///
    /// # Errors
    /// [`EngineError::Closed`], [`EngineError::Storage`].
    pub async fn figures(&self) -> Result<EngineStats, EngineError> {
        let counts = self.board()?.counts;
        let llm = self.llm_stats();
        self.read_folder(move |connection| EngineStats::read(connection, &counts, llm)).await
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::sync::mpsc;
    use std::task::{Context, Waker};

    use rusqlite::Connection;

    use super::*;
    use crate::turns::Owner;

    #[test]
    fn queued_work_keeps_its_share_when_its_caller_is_gone() {
        let folder = std::env::temp_dir().join(format!("mem0-share-{}", std::process::id()));
        let engine = Engine::open(&folder).unwrap();
        // Every reader waits, so that nothing queued is looked at.
        let (release, released) = mpsc::channel::<()>();
        let released = Arc::new(Mutex::new(released));
        let _waiting: Vec<_> = (0..8)
            .map(|_| {
                let released = released.clone();
                let wait = move |_: &Connection| {
                    let _ = released.lock().map(|one| one.recv());
                    Ok(())
                };
                engine.begin_to_read(Owner::ENGINE, wait).unwrap()
            })
            .collect();
        let room = Room::new(10_000_000);
        let share = engine.share_of(&room);
        share.take(1_000_000).unwrap();
        let view = engine.holding(share);
        {
            let mut call = pin!(view.own_project());
            let mut context = Context::from_waker(Waker::noop());
            assert!(call.as_mut().poll(&mut context).is_pending());
        }
        drop(view);
        assert_eq!(room.in_use(), 1_000_000);
        drop(release);
        drop(engine);
        assert_eq!(room.in_use(), 0);
        std::fs::remove_dir_all(folder).unwrap();
    }
}
