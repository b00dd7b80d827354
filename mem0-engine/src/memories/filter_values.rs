use mem0_types::EntityType;
use rusqlite::types::Value as SqlValue;
use rusqlite::{Connection, params_from_iter};

use crate::limits::RowSize;
use crate::{Access, Engine, EngineError};

/// The most values of each kind.
const AT_MOST: i64 = 1000;

/// The values that memories and events can be filtered by, at most 1000 of each kind.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct FilterValues {
    /// Kinds of events.
    pub event_types: Vec<String>,
    /// Categories of memories.
    pub categories: Vec<String>,
    /// Users, newest first; the other entities likewise.
    pub users: Vec<String>,
    /// Agents.
    pub agents: Vec<String>,
    /// Apps.
    pub apps: Vec<String>,
    /// Runs.
    pub runs: Vec<String>,
}

impl std::fmt::Debug for FilterValues {
    /// Leaves the ids out.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FilterValues")
            .field("event_types", &self.event_types)
            .finish_non_exhaustive()
    }
}

impl Engine {
    /// The values that memories and events can be filtered by.
    ///
    /// # Errors
    /// [`EngineError::Storage`].
    pub async fn filter_values(&self) -> Result<FilterValues, EngineError> {
        let mut answer = self.answer("filters");
        self.read(move |connection, access| {
            let found = read(connection, access)?;
            answer.take(size(&found))?;
            Ok(found)
        })
        .await
    }
}

fn size(found: &FilterValues) -> RowSize {
    let of = |size, values: &[String]| {
        // Each value stands in the answer up to three times.
        values.iter().fold(size, |size: RowSize, value| size.text(value).text(value).text(value))
    };
    let all = [&found.categories, &found.users, &found.agents, &found.apps, &found.runs];
    all.into_iter().fold(RowSize::new(), |size, values| of(size, values))
}

fn read(connection: &Connection, access: &Access) -> Result<FilterValues, EngineError> {
    let events = access.events();
    let event_types = texts(
        connection,
        &format!("SELECT DISTINCT event_type FROM events WHERE {} ORDER BY 1 LIMIT ?", events.sql),
        events.and([SqlValue::from(AT_MOST)]),
    )?;
    let memories = access.rows();
    let categories = texts(
        connection,
        &format!(
            "SELECT DISTINCT value FROM \
             (SELECT categories FROM memories WHERE {} AND categories IS NOT NULL \
             AND lifecycle IS NOT 'merged') AS m, \
             json_each(m.categories) ORDER BY 1 LIMIT ?",
            memories.sql
        ),
        memories.and([SqlValue::from(AT_MOST)]),
    )?;
    let named = |kind: EntityType| {
        let rows = access.entities();
        let sql = format!(
            "SELECT name FROM entities WHERE {} AND kind = ? ORDER BY seq DESC LIMIT ?",
            rows.sql
        );
        let kind = SqlValue::from(kind.as_str().to_owned());
        texts(connection, &sql, rows.and([kind, SqlValue::from(AT_MOST)]))
    };
    Ok(FilterValues {
        event_types,
        categories,
        users: named(EntityType::User)?,
        agents: named(EntityType::Agent)?,
        apps: named(EntityType::App)?,
        runs: named(EntityType::Run)?,
    })
}

fn texts(
    connection: &Connection,
    sql: &str,
    values: Vec<SqlValue>,
) -> Result<Vec<String>, EngineError> {
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map(params_from_iter(values), |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
