use std::cmp::Ordering;
use std::sync::{Mutex, PoisonError};

use mem0_components::compare_numbers;
use rusqlite::Connection;
use rusqlite::functions::{Context, FunctionFlags};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::EngineError;
use crate::giving_way::give_way;

/// A condition on a memory's metadata.
#[derive(Debug, Clone)]
pub(crate) enum MetadataTest {
    /// The key has an equal value; null if it is missing.
    Is(String, Value),
    /// The key's text or list contains this.
    Contains(String, Value),
    All(Vec<Self>),
    Any(Vec<Self>),
    Not(Box<Self>),
}

/// A step of a test in the order of its evaluation, as SQL gets it. A list of steps is flat,
/// however deep the test is, and so is an operand, which is JSON in a text.
#[derive(Serialize, Deserialize)]
enum Step<Operand> {
    Is(String, Operand),
    Contains(String, Operand),
    /// Of so many results before it.
    All(usize),
    Any(usize),
    Not,
}

impl MetadataTest {
    pub(crate) fn is(key: &str, value: &Value) -> Self {
        Self::Is(key.to_owned(), value.clone())
    }

    /// As [`register`]'s function reads it.
    pub(crate) fn written(&self) -> String {
        let mut steps = Vec::new();
        self.write(&mut steps);
        // It has nothing that JSON cannot write.
        serde_json::to_string(&steps).unwrap_or_default()
    }

    fn write(&self, steps: &mut Vec<Step<String>>) {
        let write_all = |tests: &[Self], steps: &mut Vec<_>| {
            tests.iter().for_each(|test| test.write(steps));
        };
        match self {
            Self::Is(key, value) => steps.push(Step::Is(key.clone(), value.to_string())),
            Self::Contains(key, value) => {
                steps.push(Step::Contains(key.clone(), value.to_string()));
            }
            Self::All(tests) => {
                write_all(tests, steps);
                steps.push(Step::All(tests.len()));
            }
            Self::Any(tests) => {
                write_all(tests, steps);
                steps.push(Step::Any(tests.len()));
            }
            Self::Not(test) => {
                test.write(steps);
                steps.push(Step::Not);
            }
        }
    }
}

/// Reads what [`MetadataTest::written`] wrote.
fn read(written: &str) -> serde_json::Result<Vec<Step<Value>>> {
    let steps: Vec<Step<String>> = serde_json::from_str(written)?;
    let read = |step: Step<String>| {
        Ok(match step {
            Step::Is(key, operand) => Step::Is(key, serde_json::from_str(&operand)?),
            Step::Contains(key, operand) => Step::Contains(key, serde_json::from_str(&operand)?),
            Step::All(count) => Step::All(count),
            Step::Any(count) => Step::Any(count),
            Step::Not => Step::Not,
        })
    };
    steps.into_iter().map(read).collect()
}

/// Whether the metadata passes the test.
fn matches(steps: &[Step<Value>], metadata: &Map<String, Value>) -> bool {
    let of = |key: &str| metadata.get(key).unwrap_or(&Value::Null);
    let mut results = Vec::new();
    let last = |results: &mut Vec<bool>, count: usize| {
        results.split_off(results.len().saturating_sub(count)).into_iter()
    };
    for step in steps {
        let result = match step {
            Step::Is(key, operand) => equals(of(key), operand),
            Step::Contains(key, operand) => contains(of(key), operand),
            Step::All(count) => last(&mut results, *count).all(|result| result),
            Step::Any(count) => last(&mut results, *count).any(|result| result),
            Step::Not => !results.pop().unwrap_or_default(),
        };
        results.push(result);
    }
    results.pop().unwrap_or_default()
}

/// Registers the SQL functions that compiled filters call. All return 0 or 1, never null.
pub(crate) fn register(connection: &Connection) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8
        | FunctionFlags::SQLITE_DETERMINISTIC
        | FunctionFlags::SQLITE_DIRECTONLY;
    // A filter may ask for the same row many times.
    let latest = Latest::new(|text: &str| serde_json::from_str(text).map_err(function_error));
    connection.create_scalar_function("mem0_metadata", 2, flags, move |context| {
        let test = context.get_or_create_aux(1, |value| -> Result<_, rusqlite::Error> {
            read(value.as_str()?).map_err(function_error)
        })?;
        match context.get_raw(0).as_str_or_null()? {
            Some(text) => latest.with(text, |metadata| matches(&test, metadata)),
            None => Ok(matches(&test, &Map::new())),
        }
    })?;
    let lowered = Latest::new(|text: &str| Ok(text.to_lowercase()));
    connection.create_scalar_function("mem0_icontains", 2, flags, move |context| {
        let part = context.get_or_create_aux(1, |value| -> Result<String, rusqlite::Error> {
            Ok(value.as_str()?.to_lowercase())
        })?;
        match context.get_raw(0).as_str_or_null()? {
            Some(text) => lowered.with(text, |text: &String| text.contains(part.as_str())),
            None => Ok(false),
        }
    })?;
    // Unlike SQLite's instr, it takes no longer than the text is long.
    connection.create_scalar_function("mem0_contains", 2, flags, |context: &Context<'_>| {
        give_way().map_err(interrupted)?;
        let (text, part) = (context.get_raw(0).as_str_or_null()?, context.get_raw(1).as_str()?);
        Ok(text.is_some_and(|text| text.contains(part)))
    })
}

/// What was made of the latest text.
struct Latest<T, F> {
    make: F,
    made: Mutex<Option<(String, T)>>,
}

impl<T, F: Fn(&str) -> rusqlite::Result<T>> Latest<T, F> {
    fn new(make: F) -> Self {
        Self { make, made: Mutex::new(None) }
    }

    fn with<R>(&self, text: &str, body: impl FnOnce(&T) -> R) -> rusqlite::Result<R> {
        give_way().map_err(interrupted)?;
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        let made = match &mut *made {
            Some((latest, made)) if latest == text => made,
            other => &mut other.insert((text.to_owned(), (self.make)(text)?)).1,
        };
        Ok(body(made))
    }
}

fn interrupted(why: EngineError) -> rusqlite::Error {
    rusqlite::Error::UserFunctionError(Box::new(why))
}

fn function_error(error: serde_json::Error) -> rusqlite::Error {
    rusqlite::Error::UserFunctionError(Box::new(error))
}

/// `"*"` matches any value but null. Numbers are compared by value: 1 and 1.0 are equal.
fn equals(value: &Value, operand: &Value) -> bool {
    if operand.as_str() == Some("*") { !value.is_null() } else { same(value, operand) }
}

fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => {
            compare_numbers(left, right) == Some(Ordering::Equal)
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
    fn a_test_is_the_same_once_written_and_read() {
        let metadata = json!({"a": 1, "b": [2, "x"], "c": null});
        let metadata = metadata.as_object().unwrap();
        let is = |key: &str, value: Value| MetadataTest::is(key, &value);
        let not = |test| MetadataTest::Not(Box::new(test));
        let has_two = || MetadataTest::Contains("b".to_owned(), json!(2));
        for (test, expected) in [
            (is("a", json!(1.0)), true),
            (is("missing", json!(null)), true),
            (MetadataTest::All(vec![is("a", json!(1)), has_two()]), true),
            (MetadataTest::All(vec![is("a", json!(2)), has_two()]), false),
            (MetadataTest::Any(vec![is("a", json!(2)), has_two()]), true),
            (MetadataTest::Any(vec![not(has_two()), is("a", json!(2))]), false),
            (
                MetadataTest::All(vec![
                    has_two(),
                    not(MetadataTest::Any(vec![is("a", json!(2)), not(has_two())])),
                ]),
                true,
            ),
            (MetadataTest::All(Vec::new()), true),
            (MetadataTest::Any(Vec::new()), false),
            // Deeper than a JSON reader goes.
            ((0..200).fold(has_two(), |test, _| not(MetadataTest::All(vec![test]))), true),
            ((0..201).fold(has_two(), |test, _| not(MetadataTest::All(vec![test]))), false),
        ] {
            assert_eq!(matches(&read(&test.written()).unwrap(), metadata), expected, "{test:?}");
        }
    }

    #[test]
    fn equality_knows_json_types() {
        for (left, right, expected) in [
            (json!(true), json!(true), true),
            (json!(true), json!("true"), false),
            (json!(1), json!(1.0), true),
            (json!(1), json!("1"), false),
            (json!(9_007_199_254_740_993_i64), json!(9_007_199_254_740_992_i64), false),
            (json!(9_007_199_254_740_993_i64), json!(9_007_199_254_740_992.0), false),
            (json!(9_007_199_254_740_992_i64), json!(9_007_199_254_740_992.0), true),
            (json!(u64::MAX), json!(18_446_744_073_709_551_616.0), false),
            (json!(i64::MAX), json!(9_223_372_036_854_775_808.0), false),
            (json!(i64::MIN), json!(-9_223_372_036_854_775_808.0), true),
            (json!(0), json!(-0.0), true),
            (json!(0.0), json!(-0.0), true),
            (json!([u64::MAX]), json!([i64::MAX]), false),
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
