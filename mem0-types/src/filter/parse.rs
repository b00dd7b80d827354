use serde_json::{Map, Value};

use super::condition::{
    CategoryCondition, Condition, IdCondition, MetadataCondition, TextCondition, TimeComparison,
    TimeField, is_logic,
};
use super::expression::{Expression, Filter};
use crate::InvalidInput;
use crate::ids::IdField;
use crate::time::Timestamp;

const FIELDS: &str = "['AND', 'OR', 'NOT', 'user_id', 'agent_id', 'app_id', 'run_id', \
                      'created_at', 'updated_at', 'timestamp', 'expiration_date', 'categories', \
                      'metadata', 'keywords', 'memory_ids']";

/// Deeper filters are refused, because whoever evaluates them could run out of stack. Levels are
/// counted as the filter is printed, so that a filter that was read can be read again.
const MAX_DEPTH: usize = 32;

impl Filter {
    /// Reads a filter from the platform's JSON.
    ///
    /// Sibling keys of one object are joined with "and", as on the platform. Equality is a bare
    /// value or, where the platform accepts it, `eq`. An id that is compared with null is absent,
    /// and `session_id` is another name of `run_id`.
    ///
    /// # Errors
    /// [`InvalidInput`] for an unknown field or operator, for an operator that the field does not
    /// take, for an `AND` beside an `OR` in one object (the hosted service silently drops the
    /// `OR`), and for nesting deeper than 32 levels. The text is the platform's own where it is
    /// known.
    ///
    /// ```
    /// use mem0_sdk::Filter;
    /// use serde_json::json;
    ///
    /// let filter = Filter::from_json(&json!({"OR": [{"user_id": "alice"}, {"agent_id": "*"}]}))?;
    /// assert_eq!(filter, Filter::user_id("alice") | Filter::any_agent());
    /// assert!(Filter::from_json(&json!({"userId": "alice"})).is_err());
    /// # Ok::<(), mem0_sdk::InvalidInput>(())
    /// ```
    pub fn from_json(json: &Value) -> Result<Self, InvalidInput> {
        object(json, 0)
    }
}

fn refuse<T>(message: impl Into<String>) -> Result<T, InvalidInput> {
    Err(InvalidInput::new("filters", message.into()))
}

fn object(json: &Value, depth: usize) -> Result<Filter, InvalidInput> {
    let Value::Object(fields) = json else {
        return refuse("must be a JSON object");
    };
    // Siblings become the parts of an AND, one level deeper.
    let depth = depth + usize::from(fields.len() > 1);
    check_depth(depth)?;
    if fields.contains_key("AND") && fields.contains_key("OR") {
        return refuse(
            "must not have AND beside OR in one object; nest one inside the other, for example \
             {\"AND\": [..., {\"OR\": [...]}]}",
        );
    }
    let mut parts = Vec::with_capacity(fields.len());
    for (name, value) in fields {
        parts.push(entry(name, value, depth)?);
    }
    match (parts.len(), parts.pop()) {
        (1, Some(only)) => Ok(only),
        (_, Some(last)) => {
            parts.push(last);
            Ok(Filter::all(parts))
        }
        (_, None) => refuse("must not be empty"),
    }
}

fn check_depth(depth: usize) -> Result<(), InvalidInput> {
    if depth > MAX_DEPTH {
        return refuse(format!("must not nest deeper than {MAX_DEPTH} levels"));
    }
    Ok(())
}

fn entry(name: &str, value: &Value, depth: usize) -> Result<Filter, InvalidInput> {
    let condition = match name {
        "AND" => return Ok(Filter::all(operands(name, value, depth)?)),
        "OR" => return Ok(Filter::any(operands(name, value, depth)?)),
        "NOT" => return negated(value, depth),
        "user_id" => return id(IdField::UserId, value, depth),
        "agent_id" => return id(IdField::AgentId, value, depth),
        "app_id" => return id(IdField::AppId, value, depth),
        // Lists and histories answer a run under its second name.
        "run_id" | "session_id" => return id(IdField::RunId, value, depth),
        "created_at" => time(TimeField::CreatedAt, value)?,
        "updated_at" => time(TimeField::UpdatedAt, value)?,
        "timestamp" => time(TimeField::Timestamp, value)?,
        "expiration_date" => time(TimeField::ExpirationDate, value)?,
        "categories" => Condition::Categories(categories(value)?),
        "metadata" => return metadata(value, depth),
        "keywords" => Condition::Keywords(keywords(value)?),
        "memory_ids" => Condition::MemoryIds(memory_ids(value)?),
        _ => {
            return refuse(format!(
                "Top-level key must be a logical operator or an allowed field: {FIELDS}"
            ));
        }
    };
    Ok(Filter(Expression::Condition(condition)))
}

fn operands(name: &str, value: &Value, depth: usize) -> Result<Vec<Filter>, InvalidInput> {
    match value {
        Value::Array(parts) if !parts.is_empty() => {
            parts.iter().map(|part| object(part, depth + 1)).collect()
        }
        _ => refuse(format!("'{name}' must be a non-empty list of filters")),
    }
}

/// A list under NOT means that none of its parts holds.
fn negated(value: &Value, depth: usize) -> Result<Filter, InvalidInput> {
    if value.is_object() {
        return Ok(!object(value, depth + 1)?);
    }
    let several = value.as_array().is_some_and(|parts| parts.len() > 1);
    let parts = operands("NOT", value, depth + usize::from(several))?;
    let mut parts: Vec<_> = parts.into_iter().map(|part| !part).collect();
    match (parts.len(), parts.pop()) {
        (1, Some(only)) => Ok(only),
        (_, last) => {
            parts.extend(last);
            Ok(Filter::all(parts))
        }
    }
}

fn text(name: &str, value: &Value) -> Result<String, InvalidInput> {
    match value {
        Value::String(text) => Ok(text.clone()),
        _ => refuse(format!("'{name}' must be compared with a string")),
    }
}

fn texts(name: &str, value: &Value) -> Result<Vec<String>, InvalidInput> {
    match value {
        Value::Array(values) => values.iter().map(|value| text(name, value)).collect(),
        _ => refuse(format!("the 'in' of '{name}' must be a list of strings")),
    }
}

fn only_operator<'a>(
    name: &str,
    operators: &'a Map<String, Value>,
) -> Result<(&'a str, &'a Value), InvalidInput> {
    match (operators.len(), operators.iter().next()) {
        (1, Some((operator, value))) => Ok((operator, value)),
        _ => refuse(format!("'{name}' must have exactly one operator")),
    }
}

fn unsupported<T>(name: &str, supported: &str) -> Result<T, InvalidInput> {
    refuse(format!("Unsupported operator for '{name}'. Supported: {supported}"))
}

fn id(field: IdField, value: &Value, depth: usize) -> Result<Filter, InvalidInput> {
    let name = field.as_str();
    let of = |condition| Filter(Expression::Condition(Condition::Id(field, condition)));
    let is = |value: &Value| match value {
        Value::Null => Ok(IdCondition::Null),
        Value::String(any) if any == "*" => Ok(IdCondition::Any),
        value => text(name, value).map(IdCondition::Is),
    };
    let Value::Object(operators) = value else { return is(value).map(of) };
    match only_operator(name, operators)? {
        ("eq", value) => is(value).map(of),
        ("ne", Value::Null) => Ok(of(IdCondition::Any)),
        ("ne", value) => Ok(of(IdCondition::IsNot(text(name, value)?))),
        ("in", Value::Array(values)) if values.contains(&Value::Null) => {
            let ids = values.iter().filter(|value| !value.is_null());
            let ids: Vec<_> = ids.map(|value| text(name, value)).collect::<Result<_, _>>()?;
            if ids.is_empty() {
                return Ok(of(IdCondition::Null));
            }
            // The two become the parts of an OR, one level deeper.
            check_depth(depth + 1)?;
            Ok(Filter::any([of(IdCondition::In(ids)), of(IdCondition::Null)]))
        }
        ("in", value) => Ok(of(IdCondition::In(texts(name, value)?))),
        _ => unsupported(name, "eq, ne, in, '*', null"),
    }
}

fn moment(name: &str, value: &Value) -> Result<Timestamp, InvalidInput> {
    let read = match value {
        Value::String(_) | Value::Number(_) => {
            serde_json::from_value::<Timestamp>(value.clone()).ok()
        }
        _ => None,
    };
    match read {
        Some(time) if time.unix_micros().is_some() => Ok(time),
        _ => refuse(format!(
            "'{name}' must be compared with a date (YYYY-MM-DD), an ISO 8601 date-time or epoch \
             seconds"
        )),
    }
}

fn time(field: TimeField, value: &Value) -> Result<Condition, InvalidInput> {
    let name = field.as_str();
    let comparisons = match value {
        Value::String(any) if any == "*" => vec![TimeComparison::Any],
        Value::Object(operators) if operators.is_empty() => {
            return refuse(format!("'{name}' must have an operator"));
        }
        Value::Object(operators) => operators
            .iter()
            .map(|(operator, value)| time_comparison(name, operator, value))
            .collect::<Result<_, _>>()?,
        bare => vec![TimeComparison::Is(moment(name, bare)?)],
    };
    Ok(Condition::Time(field, comparisons))
}

fn time_comparison(
    name: &str,
    operator: &str,
    value: &Value,
) -> Result<TimeComparison, InvalidInput> {
    Ok(match operator {
        "ne" => TimeComparison::Ne(moment(name, value)?),
        "gt" => TimeComparison::Gt(moment(name, value)?),
        "gte" => TimeComparison::Gte(moment(name, value)?),
        "lt" => TimeComparison::Lt(moment(name, value)?),
        "lte" => TimeComparison::Lte(moment(name, value)?),
        "in" => match value {
            Value::Array(times) => TimeComparison::In(
                times.iter().map(|time| moment(name, time)).collect::<Result<_, _>>()?,
            ),
            _ => return refuse(format!("the 'in' of '{name}' must be a list of times")),
        },
        _ => return unsupported(name, "a bare value, ne, gt, gte, lt, lte, in, '*'"),
    })
}

fn categories(value: &Value) -> Result<CategoryCondition, InvalidInput> {
    let Value::Object(operators) = value else {
        return refuse("'categories' value must be a dictionary");
    };
    match only_operator("categories", operators)? {
        ("in", value) => Ok(CategoryCondition::In(texts("categories", value)?)),
        ("contains", value) => Ok(CategoryCondition::Contains(text("categories", value)?)),
        _ => unsupported("categories", "in, contains"),
    }
}

fn metadata(value: &Value, depth: usize) -> Result<Filter, InvalidInput> {
    let keys = match value {
        Value::Object(keys) if !keys.is_empty() => keys,
        _ => return refuse("'metadata' value must be a dictionary with at least one key"),
    };
    check_depth(depth + usize::from(keys.len() > 1))?;
    let mut parts = Vec::with_capacity(keys.len());
    for (key, value) in keys {
        let condition = match value {
            Value::Object(operators) => match operators.iter().next() {
                Some((operator, value)) if operators.len() == 1 => match operator.as_str() {
                    "eq" => MetadataCondition::Eq(value.clone()),
                    "ne" => MetadataCondition::Ne(value.clone()),
                    "contains" => MetadataCondition::Contains(value.clone()),
                    _ if is_logic(key) => return logic(key),
                    _ => return unsupported("metadata", IN_METADATA),
                },
                _ if is_logic(key) => return logic(key),
                _ => {
                    return refuse(format!(
                        "'metadata' must have exactly one operator for each key. Supported: \
                         {IN_METADATA}"
                    ));
                }
            },
            Value::Array(_) if is_logic(key) => return logic(key),
            bare => MetadataCondition::Eq(bare.clone()),
        };
        parts.push(Filter(Expression::Condition(Condition::Metadata(key.clone(), condition))));
    }
    match (parts.len(), parts.pop()) {
        (1, Some(only)) => Ok(only),
        (_, last) => {
            parts.extend(last);
            Ok(Filter::all(parts))
        }
    }
}

const IN_METADATA: &str = "eq, ne, contains. Compare with an object by {\"metadata\": \
    {\"key\": {\"eq\": {...}}}}, and join several conditions outside, for example {\"OR\": \
    [{\"metadata\": {\"key\": 1}}, {\"metadata\": {\"key\": 2}}]}";

fn logic<T>(key: &str) -> Result<T, InvalidInput> {
    let logical = key.trim_start_matches('$').to_ascii_uppercase();
    let part = "{\"metadata\": {\"key\": 1}}";
    let (around, example) = match logical.as_str() {
        "NOT" => ("NOT", format!("{{\"NOT\": [{part}]}}")),
        "AND" | "OR" => (
            logical.as_str(),
            format!("{{\"{logical}\": [{part}, {{\"metadata\": {{\"key\": 2}}}}]}}"),
        ),
        _ => ("AND, OR and NOT", format!("{{\"NOT\": [{part}]}}")),
    };
    refuse(format!(
        "'metadata' must not contain logic; write {around} around it, for example {example}. For a \
         key of that name write {{\"metadata\": {{\"{logical}\": {{\"eq\": ...}}}}}}"
    ))
}

fn keywords(value: &Value) -> Result<TextCondition, InvalidInput> {
    let Value::Object(operators) = value else {
        return refuse("'keywords' value must be a dictionary");
    };
    match only_operator("keywords", operators)? {
        ("contains", value) => Ok(TextCondition::Contains(text("keywords", value)?)),
        ("icontains", value) => Ok(TextCondition::Icontains(text("keywords", value)?)),
        _ => unsupported("keywords", "contains, icontains"),
    }
}

fn memory_ids(value: &Value) -> Result<Vec<String>, InvalidInput> {
    match value {
        Value::Object(operators) => match only_operator("memory_ids", operators)? {
            ("in", value) => texts("memory_ids", value),
            _ => unsupported("memory_ids", "a list, in"),
        },
        list => texts("memory_ids", list),
    }
}
