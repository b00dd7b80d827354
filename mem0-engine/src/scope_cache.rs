use std::collections::HashMap;
use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use lru::LruCache;
use mem0_types::IdField;
use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::{Connection, OptionalExtension};

use crate::filter_sql::SqlFilter;
use crate::scope_index::ScopeIndex;
use crate::{Access, EngineError};

/// How many bytes of indices are kept. What was asked last is kept however large it is.
const BYTES: usize = 256 << 20;

/// Scopes share their [`Marks`] with those that fall into the same one of so many: a change of one then makes the others
/// be read again, too.
const SLOTS: usize = 1 << 14;

/// Reading on through everybody's newer memories is quicker than reading a scope anew, unless there are that many times
/// as many, or more than `FEW`.
const TIMES: i64 = 4;
const FEW: i64 = 256;

/// All memories of one entity.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct ScopeKey {
    pub(crate) project: i64,
    pub(crate) field: IdField,
    pub(crate) id: Box<str>,
}

/// Shows whose it is in no way.
impl fmt::Debug for ScopeKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScopeKey").field("field", &self.field).finish_non_exhaustive()
    }
}

/// The indices of the scopes that were searched last, each as the database had it after some commit.
///
/// A reader sees the database as one commit left it, and gets an index of exactly that state: the writer says which scopes
/// a commit changes before the commit is there to be seen. One process at a time has the folder, so that nobody else
/// changes them.
#[derive(Clone, Default)]
pub(crate) struct ScopeCache(Arc<Mutex<State>>);

struct State {
    marks: Box<[Marks]>,
    scopes: LruCache<ScopeKey, Held>,
    bytes: usize,
}

struct Held {
    index: Arc<ScopeIndex>,
    /// The commit whose state it is.
    as_of: i64,
}

/// The numbers of the last commits that changed a scope.
#[derive(Clone, Copy, Default)]
struct Marks {
    /// Added memories.
    added: i64,
    /// Changed or removed memories, and the one that did so before.
    rewritten: i64,
    rewritten_before: i64,
}

impl Default for State {
    fn default() -> Self {
        Self {
            marks: vec![Marks::default(); SLOTS].into(),
            scopes: LruCache::unbounded(),
            bytes: 0,
        }
    }
}

/// What a transaction has changed so far, by slot.
#[derive(Clone, Default)]
struct Changed(Arc<Mutex<HashMap<usize, Change>>>);

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Change {
    Added,
    Rewritten,
}

impl ScopeCache {
    /// Has the writer's connection tell which scopes it changes; what is returned is to be called before each commit, in
    /// its transaction.
    pub(crate) fn watch(
        &self,
        connection: &Connection,
    ) -> Result<impl Fn(&Connection) -> Result<(), EngineError> + Send + use<>, EngineError> {
        let changed = Changed::default();
        changed.watch(connection)?;
        let cache = self.clone();
        Ok(move |connection: &Connection| {
            let changed = changed.take();
            if changed.is_empty() {
                return Ok(());
            }
            let commit = connection
                .prepare_cached("UPDATE memory_commits SET number = number + 1 RETURNING number")?
                .query_row([], |row| row.get(0))?;
            cache.mark(commit, changed);
            Ok(())
        })
    }

    fn mark(&self, commit: i64, changed: HashMap<usize, Change>) {
        let mut state = self.state();
        for (slot, change) in changed {
            let Some(marks) = state.marks.get_mut(slot) else { continue };
            match change {
                Change::Added => marks.added = commit,
                // A commit that failed has left its number to the next one.
                Change::Rewritten if marks.rewritten == commit => {}
                Change::Rewritten => {
                    marks.rewritten_before = marks.rewritten;
                    marks.rewritten = commit;
                }
            }
        }
    }

    /// The index of a scope in the state that the connection's transaction sees.
    pub(crate) fn scope(
        &self,
        connection: &Connection,
        key: &ScopeKey,
    ) -> Result<Arc<ScopeIndex>, EngineError> {
        let now: i64 = connection
            .prepare_cached("SELECT number FROM memory_commits")?
            .query_row([], |row| row.get(0))?;
        // After the number: what this commit changed is marked by now.
        let (marks, held) = {
            let mut state = self.state();
            let marks = state.marks.get(slot(key)).copied().unwrap_or_default();
            let held = state.scopes.get(key).map(|held| (held.index.clone(), held.as_of));
            (marks, held)
        };
        let rows =
            || Access::to_project(key.project).rows_with(SqlFilter::id_is(key.field, &key.id));
        let index = match held {
            Some((index, as_of)) if marks.nothing_since(as_of, now) => return Ok(index),
            Some((index, as_of))
                if marks.only_added_since(as_of, now) && is_near(connection, &index)? =>
            {
                index.read_on(connection, rows())?
            }
            _ => ScopeIndex::read(connection, &rows())?,
        };
        let index = Arc::new(index);
        self.keep(key, Held { index: index.clone(), as_of: now });
        Ok(index)
    }

    fn keep(&self, key: &ScopeKey, held: Held) {
        let mut state = self.state();
        if state.scopes.peek(key).is_some_and(|other| other.as_of > held.as_of) {
            return;
        }
        state.bytes += held.bytes(key);
        if let Some(old) = state.scopes.put(key.clone(), held) {
            state.bytes -= old.bytes(key);
        }
        while state.bytes > BYTES && state.scopes.len() > 1 {
            let Some((key, held)) = state.scopes.pop_lru() else { break };
            state.bytes -= held.bytes(&key);
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Held {
    fn bytes(&self, key: &ScopeKey) -> usize {
        // With what the cache itself needs for an entry.
        self.index.bytes() + key.id.len() + 2 * size_of::<(ScopeKey, Self)>()
    }
}

impl Marks {
    /// Whether the state after commit `as_of` is that after `now`.
    fn nothing_since(self, as_of: i64, now: i64) -> bool {
        // For a reader whose snapshot is older than the index, too.
        let (first, last) = (as_of.min(now), as_of.max(now));
        self.added <= first && self.rewritten_between(first, last) == Some(false)
    }

    fn only_added_since(self, as_of: i64, now: i64) -> bool {
        as_of <= now && self.rewritten_between(as_of, now) == Some(false)
    }

    /// `None` when too much has been rewritten to tell.
    fn rewritten_between(self, first: i64, last: i64) -> Option<bool> {
        if self.rewritten <= first {
            Some(false)
        } else if self.rewritten <= last {
            Some(true)
        } else {
            // A commit that is on its way, and that this reader does not see.
            (self.rewritten_before <= first).then_some(false)
        }
    }
}

fn slot(key: &ScopeKey) -> usize {
    slot_of(key.project, key.field, &key.id)
}

fn slot_of(project: i64, field: IdField, id: &str) -> usize {
    let mut hasher = DefaultHasher::new();
    (project, field, id).hash(&mut hasher);
    // The remainder is smaller than SLOTS.
    (hasher.finish() % SLOTS as u64) as usize
}

/// Whether few memories were stored since, anybody's.
fn is_near(connection: &Connection, index: &ScopeIndex) -> Result<bool, EngineError> {
    let last: Option<i64> = connection
        .prepare_cached("SELECT seq FROM memories ORDER BY seq DESC LIMIT 1")?
        .query_row([], |row| row.get(0))
        .optional()?;
    let own = i64::try_from(index.len()).unwrap_or(i64::MAX);
    Ok(last.unwrap_or_default() - index.last_seq() <= own.saturating_mul(TIMES).max(FEW))
}

impl Changed {
    /// By triggers, so that no statement is forgotten. They are the connection's own, and no part of the folder.
    fn watch(&self, connection: &Connection) -> Result<(), EngineError> {
        let changed = self.clone();
        connection.create_scalar_function(
            "mem0_changed",
            6,
            FunctionFlags::SQLITE_UTF8,
            move |context| changed.note(context),
        )?;
        for (when, row, is_rewritten) in
            [("INSERT", "new", 0), ("UPDATE", "old", 1), ("UPDATE", "new", 1), ("DELETE", "old", 1)]
        {
            connection.execute_batch(&format!(
                "CREATE TEMP TRIGGER memories_{when}_{row} AFTER {when} ON main.memories BEGIN \
                 SELECT mem0_changed({is_rewritten}, {row}.project, {row}.user_id, {row}.agent_id, \
                 {row}.app_id, {row}.run_id); END"
            ))?;
        }
        Ok(())
    }

    fn note(&self, context: &Context<'_>) -> rusqlite::Result<bool> {
        let change = if context.get(0)? { Change::Rewritten } else { Change::Added };
        let project = context.get(1)?;
        let mut changed = self.slots();
        for (argument, field) in IdField::ALL.into_iter().enumerate() {
            if let Some(id) = context.get_raw(2 + argument).as_str_or_null()? {
                let noted = changed.entry(slot_of(project, field, id)).or_insert(change);
                *noted = change.max(*noted);
            }
        }
        Ok(true)
    }

    fn take(&self) -> HashMap<usize, Change> {
        std::mem::take(&mut *self.slots())
    }

    fn slots(&self) -> MutexGuard<'_, HashMap<usize, Change>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
