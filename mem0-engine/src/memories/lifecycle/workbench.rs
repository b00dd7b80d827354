//! Facts as a job stores them, for tests.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use mem0_types::{EventType, HistoryEvent, IdField, Message, Role};
use pollster::block_on;
use rusqlite::Connection;
use serde_json::json;

use crate::change::{Change, Lifecycle, LifecycleReason};
use crate::folder::found_by::{FoundBy, SourceText};
use crate::folder::schema;
use crate::ids::EntityIds;
use crate::memories::events::{self, Outcome};
use crate::memories::lifecycle::learned::Learned;
use crate::memories::lifecycle::sources::NewSource;
use crate::memories::record::{self, Inserted, NewMemory};
use crate::memories::{entities, history, lifecycle};
use crate::{BuiltIn, Engine, clock};

pub(crate) struct Fact {
    pub(crate) text: &'static str,
    pub(crate) ids: EntityIds,
    pub(crate) learned: Option<Learned>,
    pub(crate) categories: Option<Vec<String>>,
    pub(crate) immutable: bool,
    /// The message and the words of it.
    pub(crate) source: Option<(&'static str, &'static str)>,
}

impl Fact {
    pub(crate) fn of(mut self, subject: &str, state: &str) -> Self {
        let (subject, state) = (Some(subject.to_owned()), Some(state.to_owned()));
        let kind = Some("state".to_owned());
        self.learned = Some(Learned { subject, state, kind, ..Learned::default() });
        self
    }

    /// With a source: a message whose words all count.
    pub(crate) fn said(mut self, message: &'static str) -> Self {
        self.source = Some((message, message));
        self
    }
}

pub(crate) fn alice() -> EntityIds {
    EntityIds::one(IdField::UserId, "alice")
}

/// A fact of alice's.
pub(crate) fn fact(text: &'static str) -> Fact {
    Fact {
        text,
        ids: alice(),
        learned: Some(Learned::default()),
        categories: None,
        immutable: false,
        source: None,
    }
}

pub(crate) fn in_memory() -> Connection {
    schema::open_writer(Path::new(":memory:")).unwrap()
}

pub(crate) fn hear_of_updates(connection: &Connection) {
    connection
        .execute_batch(
            "INSERT INTO webhooks (id, project, created_at, updated_at, is_active, owner, name, url, \
             event_types, secret) VALUES ('w', 1, 0, 0, 1, '', '', '', '[]', '');
             INSERT INTO webhook_subscriptions (project, webhook, event_type, since) \
             VALUES (1, 1, 'memory_update', 0);",
        )
        .unwrap();
}

/// An add that learns something; returns its number.
pub(crate) fn event(connection: &Connection) -> i64 {
    let (now, payload) = (clock::now(), json!({}));
    let (seq, _) = events::insert(connection, 1, &EventType::Add, &alice(), &payload, now).unwrap();
    let metadata = Some(json!({ "inference": "llm" }));
    let outcome = Outcome::Succeeded { results: Vec::new(), metadata };
    events::finish(connection, seq, now, &outcome).unwrap();
    seq
}

/// Stores a fact as a job does. Returns the id of the memory that has it.
pub(crate) fn learn(connection: &Connection, fact: &Fact) -> String {
    let (now, event_seq) = (clock::now(), event(connection));
    learn_in(connection, fact, event_seq, now)
}

/// The same, in an event that is there.
pub(crate) fn learn_in(connection: &Connection, fact: &Fact, event_seq: i64, now: i64) -> String {
    entities::touch(connection, 1, &fact.ids, now).unwrap();
    let source =
        fact.source.map(|(text, quote)| NewSource { role: "user", actor: None, text, quote });
    let created_at = connection
        .query_row("SELECT created_at FROM events WHERE seq = ?", [event_seq], |row| row.get(0))
        .unwrap();
    let found = fact.source.map(|(text, quote)| SourceText::of(None, text, quote));
    let found_by = FoundBy { actor: None, text: fact.text, sources: found.as_slice() };
    let indexed = found_by.indexed(Some(found_by.static_vectors()));
    let memory = NewMemory {
        project: 1,
        text: fact.text,
        ids: &fact.ids,
        role: "user",
        actor: None,
        metadata: None,
        categories: fact.categories.as_deref(),
        learned: fact.learned.as_ref(),
        sources: source.as_slice(),
        indexed: &indexed,
        expiration_date: None,
        immutable: fact.immutable,
        created_at,
        updated_at: created_at,
        event_seq,
        position: 0,
    };
    match record::insert(connection, &memory).unwrap() {
        Inserted::Duplicate(id) => id,
        Inserted::New(memory) => {
            let added = memory.change(1, HistoryEvent::Add, event_seq, now);
            let input: Vec<_> =
                fact.source.iter().map(|(text, _)| Message::new(Role::User, *text)).collect();
            let change = Change { input: &input, new_memory: Some(fact.text), ..added };
            history::note(connection, &change).unwrap();
            memory.id
        }
    }
}

/// An engine in a folder of its own, which is removed with it.
pub(crate) struct Bench {
    pub(crate) engine: Engine,
    pub(crate) folder: PathBuf,
}

impl Bench {
    pub(crate) fn new() -> Self {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("mem0-lifecycle-{}-{number}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        let engine = Engine::open_with_built_in(&folder, BuiltIn::Static).unwrap();
        Self { engine, folder }
    }

    /// Does this as the writer.
    pub(crate) fn write<T: Send + 'static>(
        &self,
        body: impl Fn(&Connection) -> T + Send + 'static,
    ) -> T {
        block_on(self.engine.write(move |connection, _| Ok(body(connection)))).unwrap()
    }

    pub(crate) fn learn(&self, fact: Fact) -> String {
        self.write(move |connection| learn(connection, &fact))
    }

    /// Retires one memory by another.
    pub(crate) fn retire(&self, lifecycle: Lifecycle, old: &str, new: &str) {
        let (old, new) = (old.to_owned(), new.to_owned());
        let reason = match lifecycle {
            Lifecycle::Merged => LifecycleReason::Merged,
            _ => LifecycleReason::Changed,
        };
        let retired = self.write(move |connection| {
            let event = event(connection);
            lifecycle::retire(connection, 1, &old, lifecycle, &new, event, reason).unwrap()
        });
        assert!(retired.is_some());
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        block_on(self.engine.close()).unwrap();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

pub(crate) fn count(connection: &Connection, of: &str) -> i64 {
    let sql = format!("SELECT count(*) FROM {of}");
    connection.query_row(&sql, [], |row| row.get(0)).unwrap()
}
