use std::path::Path;
use std::sync::Arc;
use std::thread::JoinHandle;

use mem0_components::Embedder;
use rusqlite::Connection;

use crate::EngineError;
use crate::components::{BuiltIn, Components, EmbedderInUse, GivenEmbedder};
use crate::folder::data_folder::DataFolder;
use crate::folder::open_folder::OpenFolder;
use crate::folder::schema;
use crate::jobs::wake_signal::{Stop, WakeSignal};
use crate::jobs::worker;
use crate::memories::later_pages::LaterPages;
use crate::memories::stats::Retrievals;
use crate::retrieval::index_cache::IndexCache;
use crate::tenancy::keys::KeyCache;
use crate::text::words::WordTable;
use crate::threads::log_copying::LogCopying;
use crate::threads::readers::Readers;
use crate::threads::readiness::Readiness;
use crate::threads::writer::Writer;
use crate::upkeep::reindex;
use crate::webhooks::delivering::Dispatcher;

/// What shall make the vectors.
pub(crate) enum Chosen {
    /// The built-in embedder that the folder was made with.
    OfFolder,
    BuiltIn(BuiltIn),
    Given(Arc<dyn Embedder>),
}

/// The engine's threads and their queues. Dropping it ends them.
pub(crate) struct Running {
    pub(crate) wake: WakeSignal,
    jobs: Option<JoinHandle<()>>,
    pub(crate) write: Option<(Writer, JoinHandle<()>)>,
    pub(crate) read: Option<(Readers, Vec<JoinHandle<()>>)>,
    pub(crate) keys: KeyCache,
    pub(crate) board: Dispatcher,
    pub(crate) scopes: IndexCache,
    pub(crate) later_pages: LaterPages,
    pub(crate) ready: Option<(Readiness, JoinHandle<()>)>,
    log: Option<(LogCopying, JoinHandle<()>)>,
    pub(crate) folder: Arc<OpenFolder>,
    _lock: DataFolder,
}

impl Running {
    pub(crate) fn start(
        data_dir: &Path,
        embedder: Chosen,
        retrievals: Retrievals,
    ) -> Result<(Self, Arc<Components>), EngineError> {
        let lock = DataFolder::open(data_dir)?;
        let database = lock.database();
        let mut connection = schema::open_writer(&database)?;
        // Read now, so that no job waits for it.
        WordTable::shared();
        let embedder = match embedder {
            Chosen::OfFolder => reindex::built_in(&connection)?.start()?,
            Chosen::BuiltIn(built_in) => built_in.start()?,
            Chosen::Given(embedder) => EmbedderInUse::Given(GivenEmbedder::new(embedder)),
        };
        let dimensions = reindex::ensure_current(&mut connection, embedder.elsewhere())?;
        let components = Arc::new(Components { llm: None, embedder });
        let folder = Arc::new(OpenFolder::of(&connection, lock.lock_file())?);
        let keys = KeyCache::open(&database)?;
        let (readers, reading) = Readers::start(&database)?;
        let board = Dispatcher::default();
        let (tell, committed) = board.watch();
        let scopes = IndexCache::new(dimensions);
        let watch = scopes.watch(&connection)?;
        let changed = watch.clone();
        connection.update_hook(Some(move |action, _: &str, table: &str, row| {
            tell(table, row);
            changed.row_changed(action, table, row);
        }))?;
        let opened = folder.clone();
        let committing = move |connection: &Connection| {
            opened.check()?;
            watch.committing(connection)
        };
        let log = LogCopying::start(&database, &mut connection)?;
        let (writer, writing) = Writer::start(connection, committing, committed)?;
        let wake = WakeSignal::default();
        let ready = Readiness::start(&database, folder.clone(), writer.clone())?;
        let jobs = worker::start(
            writer.clone(),
            readers.clone(),
            components.clone(),
            wake.clone(),
            retrievals,
            board.counts.clone(),
            folder.clone(),
        )?;
        board.open(writer.clone(), readers.clone())?;
        let running = Self {
            wake,
            jobs: Some(jobs),
            write: Some((writer, writing)),
            read: Some((readers, reading)),
            keys,
            board,
            scopes,
            later_pages: LaterPages::default(),
            ready: Some(ready),
            log: Some(log),
            folder,
            _lock: lock,
        };
        Ok((running, components))
    }

    pub(crate) fn stop(&mut self, stop: Stop) {
        // A thread catches its own panics, so joining reports nothing new.
        self.wake.stop(stop);
        let _ = self.jobs.take().map(JoinHandle::join);
        self.board.close(stop == Stop::WhenIdle);
        if let Some((readiness, thread)) = self.ready.take() {
            drop(readiness);
            let _ = thread.join();
        }
        // These before the writer, whose last work needs the log for itself.
        if let Some((copying, thread)) = self.log.take() {
            drop(copying);
            let _ = thread.join();
        }
        if let Some((readers, threads)) = self.read.take() {
            readers.end();
            threads.into_iter().for_each(|thread| drop(thread.join()));
        }
        if let Some((writer, thread)) = self.write.take() {
            drop(writer);
            let _ = thread.join();
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop(Stop::Now);
    }
}
