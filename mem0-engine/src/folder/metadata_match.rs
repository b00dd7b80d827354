use rusqlite::Connection;
use rusqlite::functions::{Context, FunctionFlags};
use serde_json::{Map, Value};

/// Registers the SQL functions that compiled filters call. Both return 0 or 1, never null.
pub(crate) fn register(connection: &Connection) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8
        | FunctionFlags::SQLITE_DETERMINISTIC
        | FunctionFlags::SQLITE_DIRECTONLY;
    connection.create_scalar_function("mem0_metadata", 4, flags, metadata)?;
    connection.create_scalar_function("mem0_icontains", 2, flags, icontains)
}

/// `mem0_metadata(metadata, key, 'eq' | 'contains', operand as JSON)`
fn metadata(context: &Context<'_>) -> rusqlite::Result<bool> {
    let operand = context.get_or_create_aux(3, |value| -> Result<Value, rusqlite::Error> {
        serde_json::from_str(value.as_str()?).map_err(function_error)
    })?;
    let metadata: Option<Map<String, Value>> = match context.get_raw(0).as_str_or_null()? {
        Some(text) => Some(serde_json::from_str(text).map_err(function_error)?),
        None => None,
    };
    let key = context.get_raw(1).as_str()?;
    let value = metadata.as_ref().and_then(|keys| keys.get(key)).unwrap_or(&Value::Null);
    Ok(match context.get_raw(2).as_str()? {
        "eq" => equals(value, &operand),
        _ => contains(value, &operand),
    })
}

fn function_error(error: serde_json::Error) -> rusqlite::Error {
    rusqlite::Error::UserFunctionError(Box::new(error))
}

/// `mem0_icontains(text, part)`
fn icontains(context: &Context<'_>) -> rusqlite::Result<bool> {
    let part = context.get_or_create_aux(1, |value| -> Result<String, rusqlite::Error> {
        Ok(value.as_str()?.to_lowercase())
    })?;
    Ok(match context.get_raw(0).as_str_or_null()? {
        Some(text) => text.to_lowercase().contains(part.as_str()),
        None => false,
    })
}

/// `"*"` matches any value but null. Numbers are compared by value: 1 and 1.0 are equal.
fn equals(value: &Value, operand: &Value) -> bool {
    if operand.as_str() == Some("*") { !value.is_null() } else { same(value, operand) }
}

fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => {
            left == right
                || match (left.as_f64(), right.as_f64()) {
                    // Two different integers can round to the same float.
                    (Some(a), Some(b)) => a == b && (left.is_f64() || right.is_f64()),
                    _ => false,
                }
        }
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(a, b)| same(a, b))
        }
        (Value::Object(left), Value::Object(right)) => {
            left.len() == right.len()
                && left.iter().all(|(key, a)| right.get(key).is_some_and(|b| same(a, b)))
        }
        _ => left == right,
    }
}

fn contains(value: &Value, operand: &Value) -> bool {
    match (value, operand) {
        (Value::String(text), Value::String(part)) => text.contains(part.as_str()),
        (Value::Array(elements), _) => elements.iter().any(|element| same(element, operand)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn equality_knows_json_types() {
        for (left, right, expected) in [
            (json!(true), json!(true), true),
            (json!(true), json!("true"), false),
            (json!(1), json!(1.0), true),
            (json!(1), json!("1"), false),
            (json!(9_007_199_254_740_993_i64), json!(9_007_199_254_740_992_i64), false),
            (json!({"a": [1, 2.0]}), json!({"a": [1.0, 2]}), true),
            (json!({"a": 1}), json!({"a": 1, "b": 2}), false),
            (json!(null), json!(null), true),
            (json!("x"), json!("*"), true),
            (json!(false), json!("*"), true),
            (json!(null), json!("*"), false),
        ] {
            assert_eq!(equals(&left, &right), expected, "{left} = {right}");
        }
    }

    #[test]
    fn contains_looks_into_texts_and_lists() {
        for (value, part, expected) in [
            (json!("red wine"), json!("wine"), true),
            (json!("red wine"), json!("Wine"), false),
            (json!(["a", 1]), json!(1.0), true),
            (json!(["ab"]), json!("a"), false),
            (json!({"a": 1}), json!("a"), false),
            (json!(12), json!("1"), false),
            (json!(null), json!(""), false),
        ] {
            assert_eq!(contains(&value, &part), expected, "{value} has {part}");
        }
    }
}
