use std::collections::HashSet;
use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use lru::LruCache;
use mem0_types::IdField;
use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::hooks::Action;
use rusqlite::{Connection, OptionalExtension};

use crate::components::VectorKind;
use crate::folder::filter_sql::SqlFilter;
use crate::retrieval::building::{Build, Building};
use crate::retrieval::memory_index::MemoryIndex;
use crate::tenancy::access::Where;
use crate::{Access, EngineError};

/// The most bytes of indices to keep. The one searched last is kept however large it is.
const BYTES: usize = 256 << 20;

/// Entities are hashed to this many slots. A change of one entity's memories invalidates its slot,
/// and so the other entities of that slot.
const SLOTS: usize = 1 << 14;

/// Scanning all newer memories of the folder is quicker than reading a scope anew, unless they are
/// more than `TIMES` times the scope and more than `FEW`.
const TIMES: i64 = 4;
const FEW: i64 = 256;

/// Identifies one entity, and thereby the scope of all its memories.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct EntityKey {
    pub(crate) project: i64,
    pub(crate) field: IdField,
    pub(crate) id: Box<str>,
}

/// Hides the entity's id.
impl fmt::Debug for EntityKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EntityKey").field("field", &self.field).finish_non_exhaustive()
    }
}

/// The indices of the scopes that were searched last, each in the state that some commit left.
///
/// A reader sees the database as one commit left it, and gets an index of exactly that state:
/// before a commit becomes visible, the writer marks the scopes that it changes. Only one process
/// at a time has the folder open, so nobody else changes them.
#[derive(Clone, Default)]
pub(crate) struct IndexCache {
    state: Arc<Mutex<State>>,
    building: Building,
}

struct State {
    marks: Box<[Marks]>,
    scopes: LruCache<EntityKey, Held>,
    bytes: usize,
}

struct Held {
    index: Arc<MemoryIndex>,
    /// The commit whose state it has.
    as_of: i64,
}

/// The numbers of the last commits that changed a slot.
#[derive(Clone, Copy, Default)]
struct Marks {
    /// The last that added memories.
    added: i64,
    /// The last that changed or removed memories, and the one before it.
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

/// What the current transaction has changed so far.
#[derive(Clone, Default)]
struct Changed(Arc<Mutex<Changes>>);

#[derive(Default)]
struct Changes {
    /// The slots of the memories that were changed or removed.
    rewritten: HashSet<usize>,
    /// The smallest and the largest number of the memories that were added.
    added: Option<(i64, i64)>,
}

impl IndexCache {
    /// Makes the writer's connection report which scopes it changes.
    pub(crate) fn watch(&self, connection: &Connection) -> Result<IndexWatch, EngineError> {
        let changed = Changed::default();
        changed.watch(connection)?;
        Ok(IndexWatch { cache: self.clone(), changed })
    }

    fn mark(&self, commit: i64, added: &HashSet<usize>, rewritten: &HashSet<usize>) {
        let mut state = self.state();
        for slot in added {
            if let Some(marks) = state.marks.get_mut(*slot) {
                marks.added = commit;
            }
        }
        for slot in rewritten {
            // A failed commit leaves its number to the next one.
            if let Some(marks) = state.marks.get_mut(*slot)
                && marks.rewritten != commit
            {
                marks.rewritten_before = marks.rewritten;
                marks.rewritten = commit;
            }
        }
    }

    /// The index of a scope, in the state that the connection's transaction sees, whose vectors are
    /// of this kind.
    pub(crate) fn scope(
        &self,
        connection: &Connection,
        key: &EntityKey,
        kind: VectorKind,
    ) -> Result<Arc<MemoryIndex>, EngineError> {
        let now: i64 = connection
            .prepare_cached("SELECT number FROM memory_commits")?
            .query_row([], |row| row.get(0))?;
        // Read after the number, so that the changes of that commit are marked.
        let (marks, held) = {
            let mut state = self.state();
            let marks = state.marks.get(slot(key)).copied().unwrap_or_default();
            let held = state.scopes.get(key).filter(|held| held.index.kind() == kind);
            let held = held.map(|held| (held.index.clone(), held.as_of));
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
            _ => {
                let mut build = self.building.begin(key.project);
                MemoryIndex::read(connection, &rows(), kind, &mut build)?
            }
        };
        let index = Arc::new(index);
        self.keep(key, Held { index: index.clone(), as_of: now });
        Ok(index)
    }

    /// An index of memories that match a condition, which is not kept.
    pub(crate) fn passing(
        &self,
        connection: &Connection,
        project: i64,
        rows: &Where,
        kind: VectorKind,
    ) -> Result<(MemoryIndex, Build), EngineError> {
        let mut build = self.building.begin(project);
        let index = MemoryIndex::read(connection, rows, kind, &mut build)?;
        Ok((index, build))
    }

    fn keep(&self, key: &EntityKey, held: Held) {
        let mut state = self.state();
        let age = |held: &Held| (held.index.kind().generation, held.as_of);
        if state.scopes.peek(key).is_some_and(|other| age(other) > age(&held)) {
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
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Tells the cache what the writer changes.
#[derive(Clone)]
pub(crate) struct IndexWatch {
    cache: IndexCache,
    changed: Changed,
}

impl IndexWatch {
    /// Must be called for each row that changes.
    pub(crate) fn row_changed(&self, action: Action, table: &str, row: i64) {
        if action == Action::SQLITE_INSERT && table == "memories" {
            self.changed.note_added(row);
        }
    }

    /// Must be called last in each transaction, before others can see its changes.
    pub(crate) fn committing(&self, connection: &Connection) -> Result<(), EngineError> {
        let Changes { rewritten, added } = self.changed.take();
        if rewritten.is_empty() && added.is_none() {
            return Ok(());
        }
        let added = added.map_or_else(|| Ok(HashSet::new()), |it| slots(connection, it))?;
        let commit = connection
            .prepare_cached("UPDATE memory_commits SET number = number + 1 RETURNING number")?
            .query_row([], |row| row.get(0))?;
        self.cache.mark(commit, &added, &rewritten);
        Ok(())
    }
}

impl Held {
    fn bytes(&self, key: &EntityKey) -> usize {
        // Includes what the cache itself needs for an entry.
        self.index.bytes() + key.id.len() + 2 * size_of::<(EntityKey, Self)>()
    }
}

impl Marks {
    /// Whether the states after the commits `as_of` and `now` are the same.
    fn nothing_since(self, as_of: i64, now: i64) -> bool {
        // A reader's snapshot may also be older than the index.
        let (first, last) = (as_of.min(now), as_of.max(now));
        self.added <= first && self.rewritten_between(first, last) == Some(false)
    }

    fn only_added_since(self, as_of: i64, now: i64) -> bool {
        as_of <= now && self.rewritten_between(as_of, now) == Some(false)
    }

    /// `None` when more was rewritten than the marks can tell.
    fn rewritten_between(self, first: i64, last: i64) -> Option<bool> {
        if self.rewritten <= first {
            Some(false)
        } else if self.rewritten <= last {
            Some(true)
        } else {
            // The last rewrite is a commit that this reader does not see yet.
            (self.rewritten_before <= first).then_some(false)
        }
    }
}

fn slot(key: &EntityKey) -> usize {
    slot_of(key.project, key.field, &key.id)
}

fn slot_of(project: i64, field: IdField, id: &str) -> usize {
    let mut hasher = DefaultHasher::new();
    (project, field, id).hash(&mut hasher);
    // The remainder is smaller than SLOTS, so the cast is exact.
    (hasher.finish() % SLOTS as u64) as usize
}

/// Whether few memories of the folder were stored since the index was made.
fn is_near(connection: &Connection, index: &MemoryIndex) -> Result<bool, EngineError> {
    let last: Option<i64> = connection
        .prepare_cached("SELECT seq FROM memories ORDER BY seq DESC LIMIT 1")?
        .query_row([], |row| row.get(0))
        .optional()?;
    let own = i64::try_from(index.len()).unwrap_or(i64::MAX);
    Ok(last.unwrap_or_default() - index.last_seq() <= own.saturating_mul(TIMES).max(FEW))
}

/// The slots of the memories with numbers from the first to the last.
fn slots(
    connection: &Connection,
    (first, last): (i64, i64),
) -> Result<HashSet<usize>, EngineError> {
    let mut statement = connection.prepare_cached(
        "SELECT project, user_id, agent_id, app_id, run_id FROM memories WHERE seq BETWEEN ? AND ?",
    )?;
    let mut rows = statement.query([first, last])?;
    let mut slots = HashSet::new();
    while let Some(row) = rows.next()? {
        let project = row.get(0)?;
        for (column, field) in (1..).zip(IdField::ALL) {
            if let Some(id) =
                row.get_ref(column)?.as_str_or_null().map_err(rusqlite::Error::from)?
            {
                slots.insert(slot_of(project, field, id));
            }
        }
    }
    Ok(slots)
}

impl Changed {
    /// Triggers report whose memories are rewritten; they are temporary, so they are not part of
    /// the folder. An added memory is looked up by its row number instead: an insert trigger would
    /// make SQLite prepare to undo each insert.
    fn watch(&self, connection: &Connection) -> Result<(), EngineError> {
        let changed = self.clone();
        connection.create_scalar_function(
            "mem0_rewritten",
            5,
            FunctionFlags::SQLITE_UTF8,
            move |context| changed.note_rewritten(context),
        )?;
        for (when, row) in [("UPDATE", "old"), ("UPDATE", "new"), ("DELETE", "old")] {
            connection.execute_batch(&format!(
                "CREATE TEMP TRIGGER memories_{when}_{row} AFTER {when} ON main.memories BEGIN \
                 SELECT mem0_rewritten({row}.project, {row}.user_id, {row}.agent_id, {row}.app_id, \
                 {row}.run_id); END"
            ))?;
        }
        Ok(())
    }

    fn note_rewritten(&self, context: &Context<'_>) -> rusqlite::Result<bool> {
        let project = context.get(0)?;
        let mut changes = self.changes();
        for (argument, field) in (1..).zip(IdField::ALL) {
            if let Some(id) = context.get_raw(argument).as_str_or_null()? {
                changes.rewritten.insert(slot_of(project, field, id));
            }
        }
        Ok(true)
    }

    fn note_added(&self, seq: i64) {
        let mut changes = self.changes();
        let (first, last) = changes.added.unwrap_or((seq, seq));
        changes.added = Some((first.min(seq), last.max(seq)));
    }

    fn take(&self) -> Changes {
        std::mem::take(&mut *self.changes())
    }

    fn changes(&self) -> MutexGuard<'_, Changes> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
