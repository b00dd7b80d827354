use std::path::Path;
use std::sync::Arc;
use std::thread::JoinHandle;

use rusqlite::Connection;
use rusqlite::hooks::Action;

use crate::EngineError;
use crate::components::Components;
use crate::components::embedders::Embedders;
use crate::components::llm_use::LlmUse;
use crate::components::options::{Chosen, EngineOptions};
use crate::folder::data_folder::DataFolder;
use crate::folder::open_folder::OpenFolder;
use crate::folder::{schema, vectors};
use crate::jobs::embedding_again::EmbeddingAgain;
use crate::jobs::wake_signal::{Stop, WakeSignal};
use crate::jobs::worker;
use crate::memories::list::later_pages::LaterPages;
use crate::memories::stats::Retrievals;
use crate::retrieval::index_cache::IndexCache;
use crate::tenancy::keys::KeyCache;
use crate::text::words::WordTable;
use crate::threads::log_copying::LogCopying;
use crate::threads::readers::Readers;
use crate::threads::readiness::Readiness;
use crate::threads::writer::Writer;
use crate::upkeep::{next_embedder, reindex};
use crate::webhooks::delivering::Dispatcher;

/// The engine's threads and their queues. Dropping it ends them.
pub(crate) struct Running {
    pub(crate) wake: WakeSignal,
    jobs: Option<JoinHandle<()>>,
    pub(crate) write: Option<(Writer, JoinHandle<()>)>,
    pub(crate) read: Option<(Readers, Vec<JoinHandle<()>>)>,
    pub(crate) keys: KeyCache,
    pub(crate) board: Dispatcher,
    pub(crate) scopes: IndexCache,
    pub(crate) again: Option<(EmbeddingAgain, JoinHandle<()>)>,
    pub(crate) later_pages: LaterPages,
    pub(crate) ready: Option<(Readiness, JoinHandle<()>)>,
    log: Option<(LogCopying, JoinHandle<()>)>,
    pub(crate) folder: Arc<OpenFolder>,
    _lock: DataFolder,
}

impl Running {
    pub(crate) fn start(
        data_dir: &Path,
        options: EngineOptions,
        retrievals: Retrievals,
    ) -> Result<(Self, Embedders), EngineError> {
        let lock = DataFolder::open(data_dir)?;
        let database = lock.database();
        let mut connection = schema::open_writer(&database)?;
        // Read now, so that no job waits for it.
        WordTable::shared();
        let EngineOptions { embedder, llm, llm_limits } = options;
        let given = match embedder {
            Chosen::OfFolder => None,
            Chosen::Has(given) => Some(given),
            Chosen::ChangesTo(to) => {
                next_embedder::begin_at_start(&mut connection, &to.elsewhere())?;
                Some(to)
            }
        };
        let opened = next_embedder::opened(&connection, given)?;
        reindex::ensure_current(&mut connection, opened.current.elsewhere().as_ref())?;
        let generation = vectors::generation(&connection)?;
        let embedders = Embedders::new(Components {
            llm,
            llm_use: Arc::new(LlmUse::new(llm_limits)),
            embedder: opened.current,
            generation,
        });
        if let Some(next) = opened.next {
            embedders.set_next(next);
        }
        let change = opened.change;
        let folder = Arc::new(OpenFolder::of(&connection, lock.lock_file())?);
        let keys = KeyCache::open(&database)?;
        let (readers, reading) = Readers::start(&database)?;
        let board = Dispatcher::default();
        let (tell, committed) = board.watch();
        let scopes = IndexCache::default();
        let watch = scopes.watch(&connection)?;
        let (changed, stored) = (watch.clone(), embedders.clone());
        connection.update_hook(Some(move |action, _: &str, table: &str, row| {
            tell(table, row);
            changed.row_changed(action, table, row);
            if action == Action::SQLITE_INSERT {
                stored.row_inserted(table, row);
            }
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
            (readers.clone(), scopes.clone()),
            embedders.clone(),
            wake.clone(),
            retrievals,
            board.counts.clone(),
            folder.clone(),
        )?;
        board.open(writer.clone(), readers.clone())?;
        let again = EmbeddingAgain::start(
            writer.clone(),
            readers.clone(),
            embedders.clone(),
            folder.clone(),
            change,
        )?;
        let running = Self {
            wake,
            jobs: Some(jobs),
            write: Some((writer, writing)),
            read: Some((readers, reading)),
            keys,
            board,
            scopes,
            again: Some(again),
            later_pages: LaterPages::default(),
            ready: Some(ready),
            log: Some(log),
            folder,
            _lock: lock,
        };
        Ok((running, embedders))
    }

    pub(crate) fn stop(&mut self, stop: Stop) {
        // A thread catches its own panics, so joining reports nothing new. Jobs may wait for the
        // first of them.
        if let Some((again, thread)) = self.again.take() {
            again.end();
            let _ = thread.join();
        }
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
