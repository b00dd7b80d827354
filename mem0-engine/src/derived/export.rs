use mem0_types::{Expression, Filter, IdField, Metadata};
use rusqlite::{Connection, OptionalExtension, params, params_from_iter};
use serde_json::Value;

use crate::derived::schema_filling::{Source, Unfilled, asked, fill};
use crate::folder::columns::json_column;
use crate::limits::{self, Answer, MAX_SCHEMA, RowSize};
use crate::memories::list;
use crate::memories::structured_attributes::StructuredAttributes;
use crate::retention::oldest_kept;
use crate::stored_json;
use crate::tenancy::access::Where;
use crate::work_budget::WorkBudget;
use crate::{Access, Engine, EngineError, Resource, clock, ids, json_depth};

impl Engine {
    /// Stores a request for an export. Returns the id to read the export with.
    ///
    /// An export is filled from metadata, and from the parts of a memory's creation time; see
    /// [`export`](Self::export).
    ///
    /// # Errors
    /// [`EngineError::InvalidInput`] for a schema that is not of an object or longer than
    /// [`MAX_SCHEMA`](crate::MAX_SCHEMA), that requires a field
    /// for which no memory has metadata (filling it would need an LLM), or that takes too many
    /// steps to fill, and when the requested metadata takes more than
    /// [`MAX_ANSWER`](crate::MAX_ANSWER); [`EngineError::ReadOnly`].
    pub async fn create_export(
        &self,
        filter: Filter,
        schema: serde_json::Value,
    ) -> Result<String, EngineError> {
        self.access().check_writable()?;
        // A reader checks whether the export can be made, which may take long.
        limits::check_json("schema", &schema, MAX_SCHEMA)?;
        let asked = (filter.clone(), schema.clone());
        let answer = self.answer("filters");
        self.read(move |connection, access| {
            Ok(make(connection, access, &asked.0, &asked.1, answer)?.map(drop)?)
        })
        .await?;
        self.write(move |connection, access| note(connection, access, &filter, &schema)).await
    }

    /// Makes an export of the current memories, in the form of its schema. It can be read for seven
    /// days.
    ///
    /// A field takes the newest value of its name that fits. A list takes all values. An object is
    /// filled from the objects of its name. A field without a source is null.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] when there is no such export, or when its sources are gone;
    /// [`EngineError::InvalidInput`] when so much was added that it takes too many steps or bytes.
    pub async fn export(&self, id: &str) -> Result<Metadata, EngineError> {
        let (id, answer) = (id.to_ascii_lowercase(), self.answer("filters"));
        self.read(move |connection, access| read(connection, access, "id", &id, answer)).await
    }

    /// Like [`export`](Self::export), for the latest export that was requested with this filter.
    ///
    /// # Errors
    /// As [`export`](Self::export).
    pub async fn latest_export(&self, filter: Filter) -> Result<Metadata, EngineError> {
        let (filter, answer) = (written(&filter)?, self.answer("filters"));
        self.read(move |connection, access| read(connection, access, "filter", &filter, answer))
            .await
    }
}

/// Stores the request.
pub(crate) fn note(
    connection: &Connection,
    access: &Access,
    filter: &Filter,
    schema: &Value,
) -> Result<String, EngineError> {
    let id = ids::new_id()?;
    let now = clock::now();
    connection
        .prepare_cached(
            "INSERT INTO exports (id, project, scopes, created_at, filter, schema) \
             VALUES (?, ?, ?, ?, ?, ?)",
        )?
        .execute(params![
            id,
            access.project(),
            access.written_scopes(),
            now,
            written(filter)?,
            stored_json::write(schema)?
        ])?;
    Ok(id)
}

/// The latest export with this value in the column.
fn read(
    connection: &Connection,
    access: &Access,
    column: &str,
    value: &str,
    answer: Answer,
) -> Result<Metadata, EngineError> {
    let sql = format!(
        "SELECT filter, schema FROM exports WHERE project = ? AND scopes IS ? AND {column} = ? \
         AND created_at >= ? ORDER BY seq DESC LIMIT 1"
    );
    let found: Option<(String, String)> = connection
        .prepare_cached(&sql)?
        .query_row(
            params![access.project(), access.written_scopes(), value, oldest_kept()],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .optional()?;
    let Some((filter, schema)) = found else { return Err(EngineError::NotFound(Resource::Export)) };
    let filter: Filter = stored_json::read(&filter)?;
    match make(connection, access, &filter, &stored_json::read(&schema)?, answer)? {
        // Its sources were deleted in the meantime.
        Err(Unfilled::Missing(_)) => Err(EngineError::NotFound(Resource::Export)),
        made => Ok(made?),
    }
}

/// Makes the export of the current memories.
pub(crate) fn make(
    connection: &Connection,
    access: &Access,
    filter: &Filter,
    schema: &Value,
    mut answer: Answer,
) -> Result<Result<Metadata, Unfilled>, EngineError> {
    json_depth::check("schema", schema)?;
    let Where { sql, values } = list::condition(access, filter)?;
    // The texts are not read, since nothing is filled from them.
    let mut statement = connection.prepare(&format!(
        "SELECT m.created_at, m.metadata FROM memories AS m WHERE {sql} ORDER BY m.created_at, m.seq"
    ))?;
    let mut rows = statement.query(params_from_iter(&values))?;
    let asked = match asked(schema) {
        Ok(asked) => asked,
        Err(unfilled) => return Ok(Err(unfilled)),
    };
    let mut sources = Vec::new();
    while let Some(row) = rows.next()? {
        let created_at = clock::timestamp(row.get(0)?);
        let mut attributes = match stored_json::value(&StructuredAttributes::of(&created_at))? {
            Value::Object(attributes) => attributes,
            _ => Metadata::new(),
        };
        let mut metadata: Metadata = json_column(row, 1)?.unwrap_or_default();
        // Keeps only the requested fields, so that a million memories need little space.
        for fields in [&mut attributes, &mut metadata] {
            fields.retain(|name, _| asked.contains(name.as_str()));
        }
        if !metadata.is_empty() {
            answer.take(RowSize::default().jsons(row, [1])?)?;
        }
        if !attributes.is_empty() {
            answer.take(RowSize::new())?;
        }
        sources.push(Source { metadata, attributes });
    }
    Ok(fill(schema, &sources))
}

/// Removes the requests for exports of an entity, whether its name is in the filter or in the
/// access of the key, after the number `from` and not later than `until`. Returns the number of the
/// last one looked at.
pub(crate) fn erase(
    connection: &Connection,
    project: i64,
    field: IdField,
    name: &str,
    (from, until): (i64, i64),
    budget: &mut WorkBudget,
) -> Result<i64, EngineError> {
    let mut statement = connection.prepare_cached(
        "SELECT seq, filter, scopes FROM exports WHERE project = ? AND created_at <= ? \
         AND seq > ? ORDER BY seq",
    )?;
    let mut rows = statement.query([project, until, from])?;
    let (mut last, mut of_entity) = (from, Vec::new());
    while !budget.is_used_up()
        && let Some(row) = rows.next()?
    {
        last = row.get("seq")?;
        budget.look();
        // A damaged filter may name the entity, and nobody can read it anyway.
        let filter: Option<Value> = json_column(row, "filter").ok().flatten();
        let scopes: Option<Vec<(String, Value)>> = json_column(row, "scopes").ok().flatten();
        let mut bound = scopes.iter().flatten();
        if filter.is_none_or(|filter| names(&filter, field, name))
            || bound.any(|(kind, id)| kind == field.as_str() && holds(id, name))
        {
            budget.take(0);
            of_entity.push(last);
        }
    }
    let mut delete = connection.prepare_cached("DELETE FROM exports WHERE seq = ?")?;
    of_entity.iter().try_for_each(|seq| delete.execute([seq]).map(drop))?;
    Ok(last)
}

/// Whether a condition of the filter names this id.
fn names(filter: &Value, field: IdField, name: &str) -> bool {
    match filter {
        Value::Object(parts) => parts.iter().any(|(key, value)| match key.as_str() {
            // The keys below it are the caller's own.
            "metadata" => false,
            key if key == field.as_str() => holds(value, name),
            _ => names(value, field, name),
        }),
        Value::Array(parts) => parts.iter().any(|part| names(part, field, name)),
        _ => false,
    }
}

/// Whether a value is this text, or contains it as a value.
fn holds(value: &Value, text: &str) -> bool {
    match value {
        Value::String(value) => value == text,
        Value::Array(values) => values.iter().any(|value| holds(value, text)),
        Value::Object(values) => values.values().any(|value| holds(value, text)),
        _ => false,
    }
}

/// The filter as text. It is equal for filters that differ only in an `AND` or `OR` around a single
/// part.
fn written(filter: &Filter) -> Result<String, EngineError> {
    let mut filter = filter;
    while let Expression::And(parts) | Expression::Or(parts) = filter.expression() {
        let [only] = parts.as_slice() else { break };
        filter = only;
    }
    stored_json::write(filter)
}
