use mem0_types::{EntityType, Filter, HistoryEvent, IdField, Message};
use rusqlite::types::Value as SqlValue;
use rusqlite::{Connection, params_from_iter};

use crate::folder::columns::json_column;
use crate::ids;
use crate::limits::{Answer, RowSize};
use crate::memories::list;
use crate::{Access, Engine, EngineError, ListRequest, MemoryRecord, PageRequest, RecordPage};

/// A memory with its origin.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct EntityMemoryRecord {
    /// The memory.
    pub memory: MemoryRecord,
    /// The messages that it came from.
    pub input: Vec<Message>,
    /// Whether it was changed since it was added.
    pub is_updated: bool,
}

impl Engine {
    /// The memories of one entity that have not expired, newest first, each with the messages that
    /// it came from. An unknown entity has none.
    ///
    /// # Errors
    /// [`EngineError::InvalidInput`] for a page size outside 1 to 200, an unknown kind, or a page
    /// that takes more than [`MAX_ANSWER`](crate::MAX_ANSWER); [`EngineError::PageOutOfRange`].
    pub async fn entity_memories(
        &self,
        kind: EntityType,
        name: &str,
        page: PageRequest,
    ) -> Result<RecordPage<EntityMemoryRecord>, EngineError> {
        let field = ids::id_field(&kind)?;
        field.check(name)?;
        let mut request = ListRequest::new(match field {
            IdField::UserId => Filter::user_id(name),
            IdField::AgentId => Filter::agent_id(name),
            IdField::AppId => Filter::app_id(name),
            IdField::RunId => Filter::run_id(name),
        });
        request.page = page;
        let (later, answer) = (self.later_pages()?, self.answer("page_size"));
        let origins = self.answer("page_size");
        self.retrieve(move |connection, access| {
            let page = list::list(connection, access, &later, &request, answer)?;
            with_origins(connection, access, page, origins)
        })
        .await
    }
}

fn with_origins(
    connection: &Connection,
    access: &Access,
    page: RecordPage<MemoryRecord>,
    mut answer: Answer,
) -> Result<RecordPage<EntityMemoryRecord>, EngineError> {
    let mut results = Vec::with_capacity(page.results.len());
    for memory in page.results {
        let (input, is_updated) = origin(connection, access, &memory.id, &mut answer)?;
        results.push(EntityMemoryRecord { memory, input, is_updated });
    }
    Ok(RecordPage { count: page.count, page: page.page, page_size: page.page_size, results })
}

/// The messages that a memory came from, and whether it was changed since.
fn origin(
    connection: &Connection,
    access: &Access,
    memory_id: &str,
    answer: &mut Answer,
) -> Result<(Vec<Message>, bool), EngineError> {
    let rows = access.rows();
    let sql = format!("SELECT event, input FROM history WHERE {} AND memory_id = ?", rows.sql);
    let mut statement = connection.prepare_cached(&sql)?;
    let values = rows.and([SqlValue::from(memory_id.to_owned())]);
    let mut rows = statement.query(params_from_iter(values))?;
    let (mut input, mut is_updated) = (Vec::new(), false);
    while let Some(row) = rows.next()? {
        match HistoryEvent::from(row.get::<_, String>("event")?.as_str()) {
            HistoryEvent::Add => {
                answer.take(RowSize::new().jsons(row, [1])?)?;
                input = json_column(row, "input")?.unwrap_or_default();
            }
            HistoryEvent::Update => is_updated = true,
            _ => {}
        }
    }
    Ok((input, is_updated))
}
