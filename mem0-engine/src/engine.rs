use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread::{self, JoinHandle};

use mem0_types::{EntityType, Filter, Metadata};
use rusqlite::Connection;
use tokio::sync::{oneshot, watch};

use crate::data_folder::DataFolder;
use crate::delivering::Board;
use crate::jobs::{self, Bell, Stop};
use crate::keys::KeyCache;
use crate::later_pages::LaterPages;
use crate::readers::Readers;
use crate::scope_cache::ScopeCache;
use crate::stats::Retrievals;
use crate::writer::Writer;
use crate::{
    Access, AddRequest, Added, BatchUpdate, DeleteAllRequest, Deleted, EngineError, EntityPage,
    EntityRecord, EventRecord, Figures, HistoryEntry, ListRequest, MemoryChange, MemoryRecord,
    Page, PageRequest, QueuedDeletion, SearchHit, SearchRequest, Signals, add, delete, entities,
    events, export, history, list, memories, reindex, schema, search, settings, update,
};

/// The most entries that one batch may have.
pub const MAX_BATCH: usize = 1000;

/// No less than the bytes of all pages that adding a short text changes.
const SMALL_MEMORY: usize = 128 * 1024;

/// A memory engine over one data folder. Clones share it.
///
/// Memories belong to a project, and so does what this sees: the default project, unless it is a
/// [view with another access](Self::with_access).
///
/// The engine's threads are its own: its futures need no runtime, and queued work goes on between
/// calls. What a call acknowledges is on disk. A future that is dropped before it is done leaves
/// open whether its change was made.
///
/// Dropping the last clone finishes the accepted changes, which may take some milliseconds;
/// events that are still queued then go on when the folder is opened again.
#[derive(Clone)]
pub struct Engine {
    inner: Arc<Inner>,
    access: Access,
    signals: Signals,
}

struct Inner {
    retrievals: Retrievals,
    running: Mutex<Option<Running>>,
    stopped: watch::Sender<bool>,
}

/// The threads and what feeds them. They end when it is dropped.
struct Running {
    bell: Bell,
    jobs: Option<JoinHandle<()>>,
    write: Option<(Writer, JoinHandle<()>)>,
    read: Option<(Readers, Vec<JoinHandle<()>>)>,
    keys: KeyCache,
    board: Board,
    scopes: ScopeCache,
    later_pages: LaterPages,
    _folder: DataFolder,
}

impl Running {
    fn start(data_dir: &Path, retrievals: Retrievals) -> Result<Self, EngineError> {
        let folder = DataFolder::open(data_dir)?;
        let database = folder.database();
        let mut connection = schema::open_writer(&database)?;
        reindex::ensure_current(&mut connection)?;
        let keys = KeyCache::open(&database)?;
        let (readers, reading) = Readers::start(&database)?;
        let board = Board::default();
        let (tell, committed) = board.watch();
        let scopes = ScopeCache::default();
        let watch = scopes.watch(&connection)?;
        let changed = watch.clone();
        connection.update_hook(Some(move |action, _: &str, table: &str, row| {
            tell(table);
            changed.row_changed(action, table, row);
        }))?;
        let committing = move |connection: &Connection| watch.committing(connection);
        let (writer, writing) = Writer::start(connection, committing, committed)?;
        let bell = Bell::default();
        let jobs = jobs::start(writer.clone(), bell.clone(), retrievals)?;
        board.open(writer.clone(), readers.clone());
        Ok(Self {
            bell,
            jobs: Some(jobs),
            write: Some((writer, writing)),
            read: Some((readers, reading)),
            keys,
            board,
            scopes,
            later_pages: LaterPages::default(),
            _folder: folder,
        })
    }

    fn stop(&mut self, stop: Stop) {
        // A thread's panic was caught where it happened, so that joining reports nothing new.
        self.bell.stop(stop);
        let _ = self.jobs.take().map(JoinHandle::join);
        self.board.close(stop == Stop::WhenIdle);
        if let Some((writer, thread)) = self.write.take() {
            drop(writer);
            let _ = thread.join();
        }
        if let Some((readers, threads)) = self.read.take() {
            drop(readers);
            threads.into_iter().for_each(|thread| drop(thread.join()));
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop(Stop::Now);
    }
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
    /// Opens a data folder, which is made if it does not exist, and goes on with the events that
    /// are queued in it. Blocks for some milliseconds; longer only when a newer version of this
    /// crate brings the folder up to date.
    ///
    /// # Errors
    /// [`EngineError::Locked`] when another engine has the folder open,
    /// [`EngineError::NewerSchema`] when a newer version wrote it, [`EngineError::Storage`] when it
    /// cannot be used.
    pub fn open(data_dir: impl AsRef<Path>) -> Result<Self, EngineError> {
        let retrievals = Retrievals::default();
        let running = Mutex::new(Some(Running::start(data_dir.as_ref(), retrievals.clone())?));
        let inner = Inner { retrievals, running, stopped: watch::Sender::new(false) };
        Ok(Self { inner: Arc::new(inner), access: Access::default(), signals: Signals::default() })
    }

    /// The same engine, seen with this access: a cheap view with the same methods. What the access
    /// does not let through is not there.
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

    /// The same engine with a half of the search switched off, to test what each half is worth.
    #[doc(hidden)]
    #[must_use]
    pub fn with_signals(mut self, signals: Signals) -> Self {
        self.signals = signals;
        self
    }

    /// Refuses further calls, carries out what was accepted and what is queued, and lets go of the
    /// data folder. Done at once when it is closed already.
    ///
    /// Dropping the future does not stop the closing.
    ///
    /// # Errors
    /// [`EngineError::Storage`] when no thread can be started to wait on; the engine is closed then
    /// too, and what is still queued waits for the next start.
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
        // The sender lives as long as this engine, so that waiting cannot fail.
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

    pub(crate) fn board(&self) -> Result<Board, EngineError> {
        match self.inner.running().as_ref() {
            Some(running) => Ok(running.board.clone()),
            None => Err(EngineError::Closed),
        }
    }

    fn scopes(&self) -> Result<ScopeCache, EngineError> {
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

    /// Reads what the access lets through.
    pub(crate) async fn read<T, F>(&self, body: F) -> Result<T, EngineError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection, &Access) -> Result<T, EngineError> + Send + 'static,
    {
        let access = self.access.clone();
        self.read_folder(move |connection| {
            access.check(connection)?;
            body(connection, &access)
        })
        .await
    }

    /// The same, and counted among the retrievals.
    pub(crate) async fn retrieve<T, F>(&self, body: F) -> Result<T, EngineError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection, &Access) -> Result<T, EngineError> + Send + 'static,
    {
        let found = self.read(body).await?;
        self.inner.retrievals.count(&self.access);
        Ok(found)
    }

    pub(crate) fn retrievals(&self) -> &Retrievals {
        &self.inner.retrievals
    }

    /// Reads whatever the folder holds.
    pub(crate) async fn read_folder<T, F>(&self, body: F) -> Result<T, EngineError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, EngineError> + Send + 'static,
    {
        self.begin_to_read(body)?.await.unwrap_or(Err(EngineError::Closed))
    }

    /// The same, without waiting; given up when the answer is dropped.
    fn begin_to_read<T, F>(
        &self,
        body: F,
    ) -> Result<oneshot::Receiver<Result<T, EngineError>>, EngineError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, EngineError> + Send + 'static,
    {
        match self.inner.running().as_ref().and_then(|running| running.read.as_ref()) {
            Some((readers, _)) => Ok(readers.send(body)),
            None => Err(EngineError::Closed),
        }
    }

    /// Changes what the access lets through.
    pub(crate) async fn write<T, F>(&self, body: F) -> Result<T, EngineError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection, &Access) -> Result<T, EngineError> + Send + 'static,
    {
        self.access.check_writable()?;
        let access = self.access.clone();
        self.write_folder(move |connection| {
            access.check(connection)?;
            body(connection, &access)
        })
        .await
    }

    /// Changes whatever the folder holds.
    pub(crate) async fn write_folder<T, F>(&self, body: F) -> Result<T, EngineError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, EngineError> + Send + 'static,
    {
        let answer = match self.inner.running().as_ref().and_then(|running| running.write.as_ref())
        {
            Some((writer, _)) => writer.send(body),
            None => return Err(EngineError::Closed),
        };
        answer.await.unwrap_or(Err(EngineError::Closed))
    }

    /// Like `write`, for a change that queues an event.
    pub(crate) async fn queue<T, F>(&self, body: F) -> Result<T, EngineError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection, &Access) -> Result<T, EngineError> + Send + 'static,
    {
        let bell = match self.inner.running().as_ref() {
            Some(running) => running.bell.clone(),
            None => return Err(EngineError::Closed),
        };
        self.write(move |connection, access| {
            let queued = body(connection, access)?;
            // Here and not after the answer, for which a dropped future would not wait. What the
            // worker then sends to the writer runs after this.
            bell.ring();
            Ok(queued)
        })
        .await
    }

    /// Whether the engine answers: one small read.
    ///
    /// # Errors
    /// [`EngineError::Closed`], [`EngineError::Storage`].
    pub async fn check(&self) -> Result<(), EngineError> {
        self.read_folder(|connection| settings::get(connection, "").map(drop)).await
    }

    /// Whether the engine can write, and has room for a small memory: it writes as much, and it is
    /// on disk when this returns.
    ///
    /// # Errors
    /// [`EngineError::Closed`]; [`EngineError::Storage`], for a full disk too.
    pub async fn check_writing(&self) -> Result<(), EngineError> {
        self.write_folder(|connection| {
            settings::set(connection, "engine.write_check", &"-".repeat(SMALL_MEMORY))
        })
        .await
    }

    /// How large the folder is, and how much work waits in it.
    ///
    /// # Errors
    /// [`EngineError::Closed`], [`EngineError::Storage`].
    pub async fn figures(&self) -> Result<Figures, EngineError> {
        self.read_folder(Figures::read).await
    }

    /// Remembers messages: at once for `infer: false`, else queued as an event.
    ///
    /// # Errors
    /// [`EngineError::InvalidInput`] for no message, no id, an empty id or `*`, or media with
    /// `infer: false`; [`EngineError::OutsideScope`] when a memory of it could belong to nobody whom
    /// the access is bound to.
    pub async fn add(&self, request: AddRequest) -> Result<Added, EngineError> {
        request.check()?;
        let request = Arc::new(request);
        let indexed = Arc::new(OnceLock::new());
        // A reader begins with what takes long, unless the writer comes to it first.
        let _begun = if request.infer {
            None
        } else {
            let (request, indexed) = (request.clone(), indexed.clone());
            Some(self.begin_to_read(move |_| {
                indexed.get_or_init(|| add::index(&request));
                Ok(())
            })?)
        };
        self.queue(move |connection, access| {
            add::accept(connection, access, &request, || {
                indexed.get_or_init(|| add::index(&request))
            })
        })
        .await
    }

    /// Finds the memories that answer a question, best first.
    ///
    /// # Errors
    /// [`EngineError::InvalidInput`] for a blank query, `top_k` or `threshold` outside its range,
    /// or a filter that cannot be used in a search.
    pub async fn search(&self, request: SearchRequest) -> Result<Vec<SearchHit>, EngineError> {
        let (scopes, signals) = (self.scopes()?, self.signals);
        self.retrieve(move |connection, access| {
            search::search(connection, access, &scopes, &request, signals)
        })
        .await
    }

    /// Notes what to export, and answers with the id to read it by.
    ///
    /// An export is filled in from metadata, and from the parts of a memory's date; see
    /// [`export`](Self::export).
    ///
    /// # Errors
    /// [`EngineError::InvalidInput`] for a schema that is of no object, or that requires a field for
    /// which no memory has metadata: filling it in would take an LLM.
    pub async fn create_export(
        &self,
        filter: Filter,
        schema: serde_json::Value,
    ) -> Result<String, EngineError> {
        // Whether it can be made is found out by a reader, which may take long.
        let asked = (filter.clone(), schema.clone());
        self.read(move |connection, access| export::make(connection, access, &asked.0, &asked.1))
            .await?;
        self.write(move |connection, access| export::note(connection, access, &filter, &schema))
            .await
    }

    /// Makes an export of what the memories hold now, in the form of its schema. It can be read for
    /// seven days.
    ///
    /// A field takes the newest value of its name that fits, a list takes all of them, an object is
    /// filled in from the objects of its name, and what has no source is null.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] when there is none, and when what it was made of is gone.
    pub async fn export(&self, id: &str) -> Result<Metadata, EngineError> {
        let id = id.to_owned();
        self.read(move |connection, access| export::by_id(connection, access, &id)).await
    }

    /// The same for the latest export that was asked for with this filter.
    ///
    /// # Errors
    /// As [`export`](Self::export).
    pub async fn latest_export(&self, filter: Filter) -> Result<Metadata, EngineError> {
        self.read(move |connection, access| export::latest(connection, access, &filter)).await
    }

    /// Lists memories, newest first.
    ///
    /// # Errors
    /// [`EngineError::InvalidInput`] for a page size outside 1 to 200 or an unusable filter,
    /// [`EngineError::PageOutOfRange`].
    pub async fn list(&self, request: ListRequest) -> Result<Page<MemoryRecord>, EngineError> {
        let later = self.later_pages()?;
        self.retrieve(move |connection, access| list::list(connection, access, &later, &request))
            .await
    }

    /// One memory, even an expired one.
    ///
    /// # Errors
    /// [`EngineError::NotFound`].
    pub async fn get(&self, memory_id: &str) -> Result<MemoryRecord, EngineError> {
        let id = memory_id.to_owned();
        self.retrieve(move |connection, access| Ok(memories::find(connection, access, &id)?.1))
            .await
    }

    /// Changes a memory; the memory as it is then.
    ///
    /// # Errors
    /// [`EngineError::NotFound`], [`EngineError::Immutable`], [`EngineError::InvalidInput`] when
    /// nothing is to be changed or the text is blank.
    pub async fn update(
        &self,
        memory_id: &str,
        change: MemoryChange,
    ) -> Result<MemoryRecord, EngineError> {
        let id = memory_id.to_owned();
        self.write(move |connection, access| update::update(connection, access, &id, &change)).await
    }

    /// Deletes a memory. Its history stays.
    ///
    /// # Errors
    /// [`EngineError::NotFound`].
    pub async fn delete(
        &self,
        memory_id: &str,
        delete_linked: bool,
    ) -> Result<Deleted, EngineError> {
        let id = memory_id.to_owned();
        self.write(move |connection, access| delete::delete(connection, access, &id)).await?;
        Ok(Deleted { cascade_count: delete_linked.then_some(0) })
    }

    /// Queues the deletion of all memories of a scope. Memories that are added later stay, even if
    /// the deletion has not begun by then.
    ///
    /// # Errors
    /// [`EngineError::InvalidInput`] when no id is given; [`EngineError::OutsideScope`] when none is
    /// one that the access is bound to.
    pub async fn delete_all(
        &self,
        request: DeleteAllRequest,
    ) -> Result<QueuedDeletion, EngineError> {
        request.check()?;
        self.queue(move |connection, access| delete::queue_scope(connection, access, &request))
            .await
    }

    /// What happened to a memory, oldest first. It outlives the memory, until an entity that the
    /// memory belonged to is deleted.
    ///
    /// # Errors
    /// [`EngineError::NotFound`].
    pub async fn history(&self, memory_id: &str) -> Result<Vec<HistoryEntry>, EngineError> {
        let id = memory_id.to_owned();
        self.read(move |connection, access| history::of(connection, access, &id)).await
    }

    /// Changes up to 1000 memories, all or none; how many.
    ///
    /// # Errors
    /// [`EngineError::BatchItem`] names the first entry that was refused, and why;
    /// [`EngineError::InvalidInput`] when there are too many.
    pub async fn batch_update(&self, updates: Vec<BatchUpdate>) -> Result<u64, EngineError> {
        check_batch(updates.len())?;
        self.write(move |connection, access| update::update_batch(connection, access, &updates))
            .await
    }

    /// Deletes up to 1000 memories, all or none; how many.
    ///
    /// # Errors
    /// As for [`batch_update`](Self::batch_update).
    pub async fn batch_delete(&self, memory_ids: Vec<String>) -> Result<u64, EngineError> {
        check_batch(memory_ids.len())?;
        self.write(move |connection, access| delete::delete_batch(connection, access, &memory_ids))
            .await
    }

    /// The users, agents, apps and runs that memories were added for.
    ///
    /// # Errors
    /// [`EngineError::InvalidInput`] for a page size outside 1 to 200,
    /// [`EngineError::PageOutOfRange`].
    pub async fn entities(&self, page: PageRequest) -> Result<EntityPage, EngineError> {
        let page = page.check()?;
        self.read(move |connection, access| entities::page(connection, access, page)).await
    }

    /// One entity.
    ///
    /// # Errors
    /// [`EngineError::NotFound`].
    pub async fn entity(&self, kind: EntityType, name: &str) -> Result<EntityRecord, EngineError> {
        let name = name.to_owned();
        self.read(move |connection, access| entities::get(connection, access, &kind, &name)).await
    }

    /// Queues the deletion of an entity with all its memories, their history, and what events
    /// quote of them. Memories that are added later stay.
    ///
    /// # Errors
    /// [`EngineError::NotFound`].
    pub async fn delete_entity(
        &self,
        kind: EntityType,
        name: &str,
    ) -> Result<QueuedDeletion, EngineError> {
        let name = name.to_owned();
        self.queue(move |connection, access| delete::queue_entity(connection, access, &kind, &name))
            .await
    }

    /// The accepted requests that change memories, newest first.
    ///
    /// # Errors
    /// [`EngineError::InvalidInput`] for a page size outside 1 to 200,
    /// [`EngineError::PageOutOfRange`].
    pub async fn events(&self, page: PageRequest) -> Result<Page<EventRecord>, EngineError> {
        let page = page.check()?;
        self.read(move |connection, access| events::page(connection, access, page)).await
    }

    /// One event.
    ///
    /// # Errors
    /// [`EngineError::NotFound`].
    pub async fn event(&self, event_id: &str) -> Result<EventRecord, EngineError> {
        let id = event_id.to_owned();
        self.read(move |connection, access| events::get(connection, access, &id)).await
    }

    /// A value that whoever runs the engine keeps in its data folder, such as the hash of an API
    /// key. Keys that begin with `engine.` are the engine's own.
    ///
    /// # Errors
    /// [`EngineError::Storage`].
    pub async fn setting(&self, key: &str) -> Result<Option<String>, EngineError> {
        let key = key.to_owned();
        self.read_folder(move |connection| settings::get(connection, &key)).await
    }

    /// Keeps a value in the data folder, in place of an earlier one.
    ///
    /// # Errors
    /// [`EngineError::InvalidInput`] for a key that begins with `engine.`.
    pub async fn set_setting(&self, key: &str, value: &str) -> Result<(), EngineError> {
        if key.starts_with("engine.") {
            return Err(EngineError::invalid("key", "must not begin with engine."));
        }
        let (key, value) = (key.to_owned(), value.to_owned());
        self.write_folder(move |connection| settings::set(connection, &key, &value)).await
    }
}

fn check_batch(length: usize) -> Result<(), EngineError> {
    if (1..=MAX_BATCH).contains(&length) {
        Ok(())
    } else {
        Err(EngineError::invalid("memories", "must have 1 to 1000 entries"))
    }
}
