use mem0_types::{
    CategoryCondition, Condition, Expression, Filter, IdCondition, IdField, MetadataCondition,
    TextCondition, TimeComparison, TimeField, Timestamp,
};
use rusqlite::types::Value as SqlValue;
use serde_json::Value;

use crate::EngineError;
use crate::clock::{self, MICROS_PER_DAY};
use crate::folder::metadata_match::MetadataTest;

/// Deeper filters are refused, because they could overflow the stack. JSON filters nest 32 levels
/// at most.
const MAX_DEPTH: usize = 64;

/// SQLite plans in time that grows with the square of the number of conditions: a tenth of a second
/// for this many.
const MAX_CONDITIONS: usize = 1000;

/// A condition on the table `memories`, named `m`, with the values of its `?` in order.
///
/// It is never null: a row matches or it does not, so `NOT` is its complement. Only
/// [`Access::rows_with`](crate::Access::rows_with) makes a statement's condition of it; `?1` is the
/// project there.
#[derive(Debug, Clone)]
pub(crate) struct SqlFilter {
    test: Test,
    conditions: usize,
}

#[derive(Debug, Clone)]
enum Test {
    Sql(String, Vec<SqlValue>),
    /// Conditions of the metadata alone, which are tested together: a row's metadata is then read
    /// once.
    Metadata(MetadataTest),
}

impl SqlFilter {
    fn new(sql: impl Into<String>, values: impl IntoIterator<Item = SqlValue>) -> Self {
        Self { test: Test::Sql(sql.into(), values.into_iter().collect()), conditions: 1 }
    }

    pub(crate) fn everything() -> Self {
        Self { conditions: 0, ..Self::new("1", []) }
    }

    fn nothing() -> Self {
        Self::new("0", [])
    }

    pub(crate) fn all(parts: Vec<Self>) -> Self {
        Self::joined(parts, "AND", MetadataTest::All).unwrap_or_else(Self::everything)
    }

    pub(crate) fn any(parts: Vec<Self>) -> Self {
        Self::joined(parts, "OR", MetadataTest::Any).unwrap_or_else(Self::nothing)
    }

    fn joined(
        parts: Vec<Self>,
        operator: &str,
        together: fn(Vec<MetadataTest>) -> MetadataTest,
    ) -> Option<Self> {
        let conditions = parts.iter().map(|part| part.conditions).sum();
        let (mut joined, mut of_metadata) = (Vec::new(), Vec::new());
        for part in parts {
            match part.test {
                Test::Sql(sql, values) => joined.push((sql, values)),
                Test::Metadata(test) => of_metadata.push(test),
            }
        }
        let of_metadata = match of_metadata.len() {
            0 | 1 => of_metadata.pop(),
            _ => Some(together(of_metadata)),
        };
        if joined.is_empty() {
            return of_metadata.map(|test| Self { test: Test::Metadata(test), conditions });
        }
        joined.extend(of_metadata.map(|test| Test::Metadata(test).into_parts()));
        let (sql, values) = join(joined, operator)?;
        Some(Self { test: Test::Sql(sql, values), conditions })
    }

    pub(crate) fn into_parts(self) -> (String, Vec<SqlValue>) {
        self.test.into_parts()
    }

    fn negate(self) -> Self {
        let test = match self.test {
            Test::Sql(sql, values) => Test::Sql(format!("NOT ({sql})"), values),
            Test::Metadata(test) => Test::Metadata(MetadataTest::Not(Box::new(test))),
        };
        Self { test, ..self }
    }

    /// Hides memories whose last day is over. Callers do not ask for it, so it does not count
    /// towards the limit.
    pub(crate) fn not_expired(today: String) -> Self {
        let sql = "(m.expiration_date IS NULL OR m.expiration_date >= ?)";
        Self { conditions: 0, ..Self::new(sql, [SqlValue::from(today)]) }
    }

    /// Hides memories that were merged into others, and with `latest_only` all that were retired.
    /// Does not count, either.
    pub(crate) fn shown(include_merged: bool, latest_only: bool) -> Self {
        let sql = match (latest_only, include_merged) {
            (true, _) => "m.lifecycle IS NULL",
            (false, false) => "m.lifecycle IS NOT 'merged'",
            (false, true) => return Self::everything(),
        };
        Self { conditions: 0, ..Self::new(sql, []) }
    }

    /// The memories that were merged into others.
    pub(crate) fn merged() -> Self {
        Self::new("m.lifecycle = 'merged'", [])
    }

    /// Repeats the project with each id, since the indices begin with it and the parts of an `OR`
    /// are looked up separately. It works on any table with a project and ids, whose indices have
    /// no nulls.
    pub(crate) fn id_is(field: IdField, id: &str) -> Self {
        let column = field.as_str();
        let sql = format!("(project = ?1 AND {column} IS NOT NULL AND {column} = ?)");
        Self::new(sql, [SqlValue::from(id.to_owned())])
    }

    pub(crate) fn id_is_set(field: IdField) -> Self {
        Self::new(format!("{} IS NOT NULL", field.as_str()), [])
    }

    /// For events: excludes adds whose memories may belong to only one of their ids.
    pub(crate) fn undivided() -> Self {
        Self::new("split = 0", [])
    }

    pub(crate) fn added_before(event_seq: i64) -> Self {
        Self::new("m.event_seq < ?", [SqlValue::from(event_seq)])
    }

    /// The memory has at least one of these categories.
    pub(crate) fn categories(names: &[String]) -> Self {
        Self::new(
            "EXISTS (SELECT 1 FROM json_each(m.categories) AS c \
             WHERE c.value IN (SELECT value FROM json_each(?)))",
            [json_list(names)],
        )
    }

    /// The text contains this, regardless of case.
    pub(crate) fn keywords(text: &str) -> Self {
        Self::new("mem0_icontains(m.text, ?)", [SqlValue::from(text.to_owned())])
    }

    /// Created between `start` and `end`, both included. A bare date is a whole day.
    pub(crate) fn created_within(
        start: Option<&Timestamp>,
        end: Option<&Timestamp>,
    ) -> Result<Self, EngineError> {
        let mut parts = Vec::new();
        if let Some(start) = start {
            parts.push(Self::new("m.created_at >= ?", [Span::of("start_date", start)?.first()]));
        }
        if let Some(end) = end {
            parts.push(Self::new("m.created_at <= ?", [Span::of("end_date", end)?.last()]));
        }
        Ok(Self::all(parts))
    }

    /// Compiles a filter. All values are bound; none becomes part of the SQL text.
    pub(crate) fn compile(filter: &Filter) -> Result<Self, EngineError> {
        expression(filter, 0)
    }

    /// Refuses a filter that SQLite would take long to plan.
    pub(crate) fn limited(self) -> Result<Self, EngineError> {
        if self.conditions > MAX_CONDITIONS {
            return Err(EngineError::invalid(
                "filters",
                "must not have more than 1000 conditions, with those of metadata; use \"in\" for a \
                 list of ids",
            ));
        }
        Ok(self)
    }
}

impl Test {
    fn into_parts(self) -> (String, Vec<SqlValue>) {
        match self {
            Self::Sql(sql, values) => (sql, values),
            Self::Metadata(test) => {
                ("mem0_metadata(m.metadata, ?)".to_owned(), vec![SqlValue::from(test.written())])
            }
        }
    }
}

type Parts = (String, Vec<SqlValue>);

/// Joins the parts in a balanced tree. SQLite limits the depth of expressions, and a chain would be
/// as deep as it is long.
fn join(mut parts: Vec<Parts>, operator: &str) -> Option<Parts> {
    if parts.len() <= 1 {
        return parts.pop();
    }
    let (right, last) = join(parts.split_off(parts.len() / 2), operator)?;
    let (left, mut values) = join(parts, operator)?;
    values.extend(last);
    Some((format!("({left} {operator} {right})"), values))
}

fn expression(filter: &Filter, depth: usize) -> Result<SqlFilter, EngineError> {
    if depth > MAX_DEPTH {
        return Err(EngineError::invalid("filters", "must not nest deeper than 64 levels"));
    }
    let parts = |filters: &[Filter]| {
        filters.iter().map(|part| expression(part, depth + 1)).collect::<Result<Vec<_>, _>>()
    };
    match filter.expression() {
        Expression::Condition(leaf) => condition(leaf),
        Expression::And(filters) => Ok(SqlFilter::all(parts(filters)?)),
        Expression::Or(filters) => any_of(filters, depth + 1),
        Expression::Not(negated) => Ok(expression(negated, depth + 1)?.negate()),
        Expression::Raw(json) => expression(&Filter::from_json(json)?, depth + 1),
        _ => Err(EngineError::invalid("filters", "must use only the known operators")),
    }
}

/// A long `OR` of ids of one field becomes a list of ids, which an index can answer.
fn any_of(filters: &[Filter], depth: usize) -> Result<SqlFilter, EngineError> {
    let mut parts = Vec::new();
    for field in IdField::ALL {
        let ids: Vec<_> = filters.iter().filter_map(|part| is_id(part, field)).cloned().collect();
        match ids.as_slice() {
            [] => {}
            [only] => parts.push(SqlFilter::id_is(field, only)),
            _ => parts.push(id(field, &IdCondition::In(ids))?),
        }
    }
    for part in filters {
        if IdField::ALL.iter().all(|field| is_id(part, *field).is_none()) {
            parts.push(expression(part, depth)?);
        }
    }
    Ok(SqlFilter::any(parts))
}

fn is_id(filter: &Filter, wanted: IdField) -> Option<&String> {
    match filter.expression() {
        Expression::Condition(Condition::Id(field, IdCondition::Is(id))) if *field == wanted => {
            Some(id)
        }
        _ => None,
    }
}

fn condition(condition: &Condition) -> Result<SqlFilter, EngineError> {
    match condition {
        Condition::Id(field, comparison) => id(*field, comparison),
        Condition::Time(TimeField::ExpirationDate, comparisons) => {
            let parts = comparisons.iter().map(day).collect::<Result<_, _>>()?;
            Ok(SqlFilter::all(parts))
        }
        Condition::Time(field, comparisons) => {
            let parts =
                comparisons.iter().map(|one| time(*field, one)).collect::<Result<_, _>>()?;
            Ok(SqlFilter::all(parts))
        }
        Condition::Categories(CategoryCondition::In(names)) => Ok(SqlFilter::categories(names)),
        Condition::Categories(CategoryCondition::Contains(text)) => Ok(SqlFilter::new(
            "EXISTS (SELECT 1 FROM json_each(m.categories) AS c WHERE mem0_icontains(c.value, ?))",
            [SqlValue::from(text.clone())],
        )),
        Condition::Metadata(key, MetadataCondition::Eq(value)) => {
            Ok(metadata(MetadataTest::is(key, value)))
        }
        Condition::Metadata(key, MetadataCondition::Ne(value)) => {
            Ok(metadata(MetadataTest::is(key, value)).negate())
        }
        Condition::Metadata(key, MetadataCondition::Contains(value)) => {
            Ok(metadata(MetadataTest::Contains(key.clone(), value.clone())))
        }
        Condition::Keywords(TextCondition::Contains(text)) => {
            Ok(SqlFilter::new("mem0_contains(m.text, ?)", [SqlValue::from(text.clone())]))
        }
        Condition::Keywords(TextCondition::Icontains(text)) => Ok(SqlFilter::keywords(text)),
        Condition::MemoryIds(ids) => {
            Ok(SqlFilter::new("m.id IN (SELECT value FROM json_each(?))", [json_list(ids)]))
        }
        _ => Err(EngineError::invalid("filters", "must use only the known fields and operators")),
    }
}

fn id(field: IdField, comparison: &IdCondition) -> Result<SqlFilter, EngineError> {
    let column = field.as_str();
    Ok(match comparison {
        IdCondition::Is(id) => SqlFilter::id_is(field, id),
        IdCondition::IsNot(id) => SqlFilter::id_is(field, id).negate(),
        IdCondition::In(ids) => SqlFilter::new(
            format!(
                "(project = ?1 AND {column} IS NOT NULL \
                 AND {column} IN (SELECT value FROM json_each(?)))"
            ),
            [json_list(ids)],
        ),
        IdCondition::Any => SqlFilter::id_is_set(field),
        IdCondition::Null => SqlFilter::id_is_set(field).negate(),
        _ => return Err(EngineError::invalid("filters", "must use only the known operators")),
    })
}

/// The moments that a comparison value stands for: a single one, or a whole UTC day.
struct Span {
    first: i64,
    last: i64,
}

impl Span {
    fn of(field: &'static str, time: &Timestamp) -> Result<Self, EngineError> {
        let first = clock::micros(field, time)?;
        let last = if clock::is_whole_day(time) { first + MICROS_PER_DAY - 1 } else { first };
        Ok(Self { first, last })
    }

    fn first(&self) -> SqlValue {
        SqlValue::from(self.first)
    }

    fn last(&self) -> SqlValue {
        SqlValue::from(self.last)
    }
}

fn time(field: TimeField, comparison: &TimeComparison) -> Result<SqlFilter, EngineError> {
    // A memory's `timestamp` is the `created_at` that it was added with.
    let column = if field == TimeField::UpdatedAt { "m.updated_at" } else { "m.created_at" };
    let span = |time: &Timestamp| Span::of("filters", time);
    let within = |time: &Timestamp| -> Result<SqlFilter, EngineError> {
        let span = span(time)?;
        Ok(SqlFilter::new(format!("{column} BETWEEN ? AND ?"), [span.first(), span.last()]))
    };
    let than =
        |operator: &str, bound: SqlValue| SqlFilter::new(format!("{column} {operator} ?"), [bound]);
    Ok(match comparison {
        TimeComparison::Is(time) => within(time)?,
        TimeComparison::Ne(time) => within(time)?.negate(),
        TimeComparison::Gt(time) => than(">", span(time)?.last()),
        TimeComparison::Gte(time) => than(">=", span(time)?.first()),
        TimeComparison::Lt(time) => than("<", span(time)?.first()),
        TimeComparison::Lte(time) => than("<=", span(time)?.last()),
        TimeComparison::In(times) => {
            SqlFilter::any(times.iter().map(within).collect::<Result<_, _>>()?)
        }
        TimeComparison::Any => SqlFilter::everything(),
        _ => return Err(EngineError::invalid("filters", "must use only the known operators")),
    })
}

/// A comparison of `expiration_date`, which is a UTC day or null.
fn day(comparison: &TimeComparison) -> Result<SqlFilter, EngineError> {
    let date = |time: &Timestamp| {
        clock::micros("filters", time)?;
        let date = time.date().map(|date| date.to_string()).unwrap_or_default();
        Ok::<_, EngineError>(SqlValue::from(date))
    };
    let than = |operator: &str, time: &Timestamp| -> Result<SqlFilter, EngineError> {
        let sql = format!("(m.expiration_date IS NOT NULL AND m.expiration_date {operator} ?)");
        Ok(SqlFilter::new(sql, [date(time)?]))
    };
    Ok(match comparison {
        TimeComparison::Is(time) => than("=", time)?,
        TimeComparison::Ne(time) => than("=", time)?.negate(),
        TimeComparison::Gt(time) => than(">", time)?,
        TimeComparison::Gte(time) => than(">=", time)?,
        TimeComparison::Lt(time) => than("<", time)?,
        TimeComparison::Lte(time) => than("<=", time)?,
        TimeComparison::In(times) => {
            let parts = times.iter().map(|time| than("=", time)).collect::<Result<_, _>>()?;
            SqlFilter::any(parts)
        }
        TimeComparison::Any => SqlFilter::new("m.expiration_date IS NOT NULL", []),
        _ => return Err(EngineError::invalid("filters", "must use only the known operators")),
    })
}

fn metadata(test: MetadataTest) -> SqlFilter {
    SqlFilter { test: Test::Metadata(test), conditions: 1 }
}

/// One value for a list of any length.
fn json_list(texts: &[String]) -> SqlValue {
    SqlValue::from(Value::from(texts).to_string())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use mem0_types::Filter;
    use rusqlite::params_from_iter;

    use super::*;
    use crate::Access;
    use crate::tenancy::access::Where;

    /// SQLite's query plan for a filter.
    fn plan(filter: &Filter) -> String {
        let connection = crate::folder::schema::open_writer(Path::new(":memory:")).unwrap();
        let Where { sql, values } =
            Access::default().rows_with(SqlFilter::compile(filter).unwrap());
        let sql = format!(
            "EXPLAIN QUERY PLAN SELECT m.seq FROM memories AS m \
             CROSS JOIN memory_index AS i ON i.seq = m.seq WHERE {sql}"
        );
        let mut statement = connection.prepare(&sql).unwrap();
        let rows = statement
            .query_map(params_from_iter(&values), |row| row.get::<_, String>("detail"))
            .unwrap();
        rows.map(Result::unwrap).collect::<Vec<_>>().join("; ")
    }

    #[test]
    fn a_scope_is_read_by_an_index_and_not_by_a_scan() {
        let alice = || Filter::user_id("alice");
        // For an entity, however many memories the project has besides.
        for filter in [
            alice(),
            alice() & Filter::metadata("k").eq(1) & !Filter::categories().contains("x"),
            alice() & Filter::created_at().gte("2024-01-01"),
            alice() | Filter::agent_id("bot"),
            (alice() | Filter::run_id("r")) & Filter::app_id("app"),
            Filter::user_id_in(["alice", "bob"]),
            alice() | Filter::user_id("bob"),
            Filter::memory_ids(["x"]),
        ] {
            let plan = plan(&filter);
            let by_index = plan.contains("(project=? AND ") || plan.contains("(id=?)");
            assert!(by_index && !plan.contains("(project=?)"), "{filter}: {plan}");
            assert!(!plan.contains("SCAN m"), "{filter}: {plan}");
        }
        // For the whole project, but not for others.
        for filter in [Filter::user_id_ne("alice"), Filter::metadata("k").eq(1)] {
            let plan = plan(&filter);
            assert!(plan.contains("(project=?)") && !plan.contains("SCAN m"), "{filter}: {plan}");
        }
    }
}
