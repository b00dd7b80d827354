pub(crate) mod later_pages;

use std::fmt;

use mem0_types::{Filter, Timestamp};
use rusqlite::types::Value as SqlValue;
use rusqlite::{Connection, params_from_iter};

use crate::folder::filter_sql::SqlFilter;
use crate::limits::Answer;
use crate::memories::lifecycle::sources;
use crate::memories::list::later_pages::LaterPages;
use crate::memories::record::{self, MemoryRecord};
use crate::tenancy::access::Where;
use crate::{Access, Engine, EngineError, PageRequest, RecordPage, clock};

/// A list of memories: the filter, the page and the options.
#[derive(Clone)]
#[non_exhaustive]
pub struct ListRequest {
    /// The filter that the memories must match.
    pub filter: Filter,
    /// The page to return.
    pub page: PageRequest,
    /// Whether expired memories are listed too.
    pub show_expired: bool,
    /// Whether memories are listed too that were merged into others.
    pub include_merged: bool,
    /// Whether only memories are listed that hold: no superseded and no merged ones.
    pub latest_only: bool,
    /// Whether each memory comes with its [sources](MemoryRecord::sources).
    pub include_sources: bool,
    /// Only memories created at this time or later. A bare date is the whole UTC day.
    pub start_date: Option<Timestamp>,
    /// Only memories created at this time or earlier. A bare date is the whole UTC day.
    pub end_date: Option<Timestamp>,
    /// Only memories with at least one of these categories; all if empty.
    pub categories: Vec<String>,
    /// Only memories whose text contains this, regardless of case.
    pub keywords: Option<String>,
}

impl ListRequest {
    /// The first page of the memories that match the filter and have not expired.
    pub fn new(filter: Filter) -> Self {
        Self {
            filter,
            page: PageRequest::default(),
            show_expired: false,
            include_merged: false,
            latest_only: false,
            include_sources: false,
            start_date: None,
            end_date: None,
            categories: Vec::new(),
            keywords: None,
        }
    }

    fn condition(&self) -> Result<SqlFilter, EngineError> {
        let mut parts = vec![SqlFilter::compile(&self.filter)?];
        parts.push(SqlFilter::shown(self.include_merged, self.latest_only));
        if !self.show_expired {
            parts.push(SqlFilter::not_expired(clock::today()));
        }
        if !self.categories.is_empty() {
            parts.push(SqlFilter::categories(&self.categories));
        }
        parts.extend(self.keywords.as_deref().map(SqlFilter::keywords));
        parts.push(SqlFilter::created_within(self.start_date.as_ref(), self.end_date.as_ref())?);
        SqlFilter::all(parts).limited()
    }
}

impl fmt::Debug for ListRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ListRequest")
            .field("filter", &self.filter)
            .field("page", &self.page)
            .finish_non_exhaustive()
    }
}

impl Engine {
    /// Lists memories, newest first.
    ///
    /// # Errors
    /// [`EngineError::InvalidInput`] for a page size outside 1 to 200, a page that takes more than
    /// [`MAX_ANSWER`](crate::MAX_ANSWER), or an unusable filter;
    /// [`EngineError::PageOutOfRange`].
    pub async fn list(
        &self,
        request: ListRequest,
    ) -> Result<RecordPage<MemoryRecord>, EngineError> {
        let (later, answer) = (self.later_pages()?, self.answer("page_size"));
        self.retrieve(move |connection, access| list(connection, access, &later, &request, answer))
            .await
    }
}

/// The memories that match, have not expired and were not merged into others.
pub(crate) fn condition(access: &Access, filter: &Filter) -> Result<Where, EngineError> {
    Ok(access.rows_with(ListRequest::new(filter.clone()).condition()?))
}

/// The last stored of the active memories that match, newest first.
pub(crate) fn last_active(
    connection: &Connection,
    access: &Access,
    filter: &Filter,
    most: usize,
) -> Result<Vec<MemoryRecord>, EngineError> {
    let matching = condition(access, filter)?;
    let sql = format!(
        "SELECT {} FROM memories AS m WHERE {} AND m.lifecycle IS NULL \
         ORDER BY m.created_at DESC, m.seq DESC LIMIT ?",
        record::COLUMNS,
        matching.sql
    );
    let values = matching.and([SqlValue::from(i64::try_from(most).unwrap_or(i64::MAX))]);
    let mut statement = connection.prepare(&sql)?;
    let memories = statement.query_map(params_from_iter(values), record::from_row)?;
    Ok(memories.collect::<Result<_, _>>()?)
}

/// Newest first; among equally old ones, the last stored first.
pub(crate) fn list(
    connection: &Connection,
    access: &Access,
    later: &LaterPages,
    request: &ListRequest,
    mut answer: Answer,
) -> Result<RecordPage<MemoryRecord>, EngineError> {
    let mut page = page(connection, access, later, request, &mut answer)?;
    if request.include_sources {
        for memory in &mut page.results {
            memory.sources = Some(sources::read(connection, &memory.id, &mut answer)?);
        }
    }
    Ok(page)
}

fn page(
    connection: &Connection,
    access: &Access,
    later: &LaterPages,
    request: &ListRequest,
    answer: &mut Answer,
) -> Result<RecordPage<MemoryRecord>, EngineError> {
    let page = request.page.check()?;
    let matching = access.rows_with(request.condition()?);
    if page.page > 1 {
        let (count, rows) = later.page(connection, &matching, page)?;
        let memories = rows.into_iter().map(|seq| record::taken_by_seq(connection, seq, answer));
        return Ok(page.of(count, memories.collect::<Result<_, _>>()?));
    }
    let count = later_pages::count(connection, &matching)?;
    let (limit, _) = page.window(count)?;
    let mut statement = connection.prepare(&format!(
        "SELECT {} FROM memories AS m WHERE {} \
         ORDER BY m.created_at DESC, m.seq DESC LIMIT ?",
        record::COLUMNS,
        matching.sql
    ))?;
    let values = matching.and([SqlValue::from(limit)]);
    let mut rows = statement.query(params_from_iter(values))?;
    let mut memories = Vec::new();
    while let Some(row) = rows.next()? {
        memories.push(record::taken(row, answer)?);
    }
    Ok(page.of(count, memories))
}
