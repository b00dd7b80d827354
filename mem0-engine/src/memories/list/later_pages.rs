use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use lru::LruCache;
use rusqlite::types::Value as SqlValue;
use rusqlite::{Connection, params_from_iter};
use sha2::{Digest, Sha256};

use crate::tenancy::access::Where;
use crate::{EngineError, PageRequest};

/// How many rows are looked up at once: those of hundreds of pages. Each takes 8 bytes.
const ROWS: i64 = 50_000;

/// How many lists are remembered.
const LISTS: usize = 16;

/// The row numbers of the next pages of the lists that are being read page by page.
///
/// One page of a long list costs as much as hundreds: all matches are counted, and sorted where no
/// index has the order. So the rows of hundreds of pages are looked up at once. They are valid
/// until the next commit that changes a memory, so a page is the same as if it were looked up
/// alone.
#[derive(Clone)]
pub(crate) struct LaterPages(Arc<Mutex<LruCache<[u8; 32], Found>>>);

#[derive(Clone)]
struct Found {
    /// The commit whose state it has.
    as_of: i64,
    /// How many rows the whole list has.
    count: u64,
    /// How many of them precede `rows`.
    before: u64,
    rows: Arc<[i64]>,
}

impl Found {
    /// The rows from `start` on, at most `limit`; `None` when some of them are not here.
    fn rows(&self, start: u64, limit: u64) -> Option<Vec<i64>> {
        let rows = self.rows.get(usize::try_from(start.checked_sub(self.before)?).ok()?..)?;
        let wanted = limit.min(self.count.saturating_sub(start));
        rows.get(..usize::try_from(wanted).ok()?).map(<[i64]>::to_vec)
    }
}

impl Default for LaterPages {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(LruCache::unbounded())))
    }
}

impl LaterPages {
    /// The number of matching rows, and the row numbers of a page, in the state that the
    /// connection's transaction sees.
    pub(crate) fn page(
        &self,
        connection: &Connection,
        matching: &Where,
        request: PageRequest,
    ) -> Result<(u64, Vec<i64>), EngineError> {
        let as_of = connection
            .prepare_cached("SELECT number FROM memory_commits")?
            .query_row([], |row| row.get(0))?;
        let list = key(matching);
        let held = self.lists().get(&list).filter(|found| found.as_of == as_of).cloned();
        let count = match &held {
            Some(found) => found.count,
            None => count(connection, matching)?,
        };
        let (limit, offset) = request.window(count)?;
        let (start, page_size) = (offset.unsigned_abs(), limit.unsigned_abs());
        if let Some(rows) = held.and_then(|found| found.rows(start, page_size)) {
            return Ok((count, rows));
        }
        let sql = format!(
            "SELECT m.seq FROM memories AS m WHERE {} \
             ORDER BY m.created_at DESC, m.seq DESC LIMIT ? OFFSET ?",
            matching.sql
        );
        let bounds = [SqlValue::from(ROWS), SqlValue::from(offset)];
        let mut statement = connection.prepare(&sql)?;
        let rows = statement
            .query_map(params_from_iter(matching.values.iter().chain(&bounds)), |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        let found = Found { as_of, count, before: start, rows };
        let page = found.rows(start, page_size).ok_or(EngineError::Internal)?;
        let mut lists = self.lists();
        lists.put(list, found);
        while lists.len() > LISTS {
            lists.pop_lru();
        }
        Ok((count, page))
    }

    fn lists(&self) -> MutexGuard<'_, LruCache<[u8; 32], Found>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for LaterPages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LaterPages").finish_non_exhaustive()
    }
}

/// The number of matching rows.
pub(crate) fn count(connection: &Connection, matching: &Where) -> Result<u64, EngineError> {
    let count: i64 = connection
        .prepare(&format!("SELECT count(*) FROM memories AS m WHERE {}", matching.sql))?
        .query_row(params_from_iter(&matching.values), |row| row.get(0))?;
    Ok(count.unsigned_abs())
}

/// The key of a list. It covers the filter's values, the project and the access. It is a digest,
/// since filters may be long.
fn key(matching: &Where) -> [u8; 32] {
    Sha256::digest(format!("{}\n{:?}", matching.sql, matching.values)).into()
}
