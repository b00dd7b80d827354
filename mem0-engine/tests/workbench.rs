use std::path::PathBuf;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

use mem0_engine::{
    AddRequest, Added, BuiltIn, Engine, EntityIds, EventRecord, ListRequest, MAX_MESSAGES_AT_ONCE,
    MemoryRecord, SearchHit, SearchRequest,
};
use mem0_types::{Filter, Message};

/// Drives a future without any runtime; the engine promises that none is needed.
pub(crate) fn wait<F: Future>(future: F) -> F::Output {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(output) => return output,
            Poll::Pending => thread::park(),
        }
    }
}

/// A temporary folder, removed when dropped.
pub(crate) struct Folder(pub(crate) PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("mem0-engine-test-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        let _ = std::fs::remove_dir_all(&path);
        Self(path)
    }

    /// A folder of the last version without projects.
    pub(crate) fn of_version_2() -> Self {
        let folder = Self::new();
        std::fs::create_dir_all(&folder.0).unwrap();
        std::fs::write(folder.0.join("mem0.db"), include_bytes!("data/version-2/mem0.db")).unwrap();
        folder
    }

    /// A folder of the last version without jobs, with work in its queue.
    pub(crate) fn of_version_7() -> Self {
        let folder = Self::new();
        std::fs::create_dir_all(&folder.0).unwrap();
        std::fs::write(folder.0.join("mem0.db"), include_bytes!("data/version-7/mem0.db")).unwrap();
        folder
    }

    /// Opens it with the static table, which is quicker than the default: most tests are not about
    /// meaning.
    pub(crate) fn open(&self) -> Engine {
        Engine::open_with_built_in(&self.0, BuiltIn::Static).unwrap()
    }

    /// A connection to the database, bypassing the engine.
    pub(crate) fn sql(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.0.join("mem0.db")).unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

pub(crate) fn user(id: &str) -> EntityIds {
    EntityIds { user_id: Some(id.to_owned()), ..EntityIds::default() }
}

pub(crate) fn user_and_agent(user_id: &str, agent_id: &str) -> EntityIds {
    EntityIds { agent_id: Some(agent_id.to_owned()), ..user(user_id) }
}

/// Waits until an open engine has emptied its write-ahead log.
pub(crate) fn await_empty_log(folder: &Folder) {
    let start = Instant::now();
    while std::fs::metadata(folder.0.join("mem0.db-wal")).unwrap().len() > 0 {
        assert!(start.elapsed() < Duration::from_secs(30), "the log is not emptied");
        thread::sleep(Duration::from_millis(5));
    }
}

/// Asserts that the database contains none of the words.
pub(crate) fn assert_gone(folder: &Folder, words: &[&str]) {
    let bytes = std::fs::read(folder.0.join("mem0.db")).unwrap();
    for word in words {
        let holds = bytes.windows(word.len()).any(|window| window == word.as_bytes());
        assert!(!holds, "the file still holds {word:?}");
    }
}

/// An add that is carried out at once.
pub(crate) fn verbatim(ids: EntityIds, texts: &[&str]) -> AddRequest {
    let mut request = AddRequest::new(texts.iter().map(|text| Message::user(*text)).collect(), ids);
    request.infer = false;
    request
}

/// Stores texts, as many at once as one add may. Returns the last add, with the results of all.
pub(crate) fn store(engine: &Engine, ids: EntityIds, texts: &[&str]) -> Added {
    let adds = texts.chunks(MAX_MESSAGES_AT_ONCE);
    let added = adds.map(|texts| wait(engine.add(verbatim(ids.clone(), texts))).unwrap());
    let joined = |mut before: Added, mut added: Added| {
        before.results.append(&mut added.results);
        std::mem::swap(&mut before.results, &mut added.results);
        added
    };
    added.reduce(joined).unwrap()
}

/// Stores one text, and returns its id.
pub(crate) fn store_one(engine: &Engine, user_id: &str, text: &str) -> String {
    store(engine, user(user_id), &[text]).results[0].id.clone()
}

pub(crate) fn finished(engine: &Engine, event_id: &str) -> EventRecord {
    let start = Instant::now();
    loop {
        let event = wait(engine.event(event_id)).unwrap();
        if event.status.is_final() {
            return event;
        }
        // As long as the slowest machine needs for everything that may be queued before it.
        assert!(start.elapsed() < Duration::from_secs(120), "the event is not carried out");
        thread::sleep(Duration::from_millis(2));
    }
}

pub(crate) fn list(engine: &Engine, filter: Filter) -> Vec<MemoryRecord> {
    let mut request = ListRequest::new(filter);
    request.page.page_size = 200;
    wait(engine.list(request)).unwrap().results
}

pub(crate) fn texts(memories: &[MemoryRecord]) -> Vec<&str> {
    memories.iter().map(|memory| memory.memory.as_str()).collect()
}

pub(crate) fn find(engine: &Engine, query: &str, filter: Filter) -> Vec<SearchHit> {
    wait(engine.search(SearchRequest::new(query, filter))).unwrap()
}

pub(crate) fn found(hits: &[SearchHit]) -> Vec<&str> {
    hits.iter().map(|hit| hit.memory.memory.as_str()).collect()
}

/// Queues matching events again, as if they had waited until now.
pub(crate) fn queue_again(sql: &rusqlite::Connection, condition: &str) {
    let queued = format!(
        "UPDATE events SET status = 'PENDING' WHERE {condition}; \
         INSERT INTO jobs (project, kind, event, created_at) \
         SELECT project, CASE event_type WHEN 'ADD' THEN 'add' WHEN 'DELETE_ALL' THEN 'delete_scope' \
         WHEN 'DELETE_USER' THEN 'delete_entity' ELSE event_type END, seq, created_at \
         FROM events WHERE {condition} ORDER BY seq"
    );
    let before = "SELECT count(*) FROM jobs";
    let count = |sql: &rusqlite::Connection| -> i64 {
        sql.query_row(before, [], |row| row.get(0)).unwrap()
    };
    let waiting = count(sql);
    sql.execute_batch(&queued).unwrap();
    assert!(count(sql) > waiting, "nothing matches {condition}");
}
