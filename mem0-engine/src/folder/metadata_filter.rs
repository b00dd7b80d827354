use mem0_types::{Filter, Metadata};
use serde_json::{Map, Value, json};

use crate::EngineError;
use crate::folder::filter_sql::SqlFilter;

/// What filter languages call their logic, whether the platform has it or not.
const LOGIC: [&str; 5] = ["and", "or", "not", "nor", "xor"];

/// What they call their operators, without underscores.
const OPERATORS: [&str; 20] = [
    "eq",
    "ne",
    "neq",
    "contains",
    "icontains",
    "in",
    "nin",
    "notin",
    "gt",
    "gte",
    "lt",
    "lte",
    "between",
    "range",
    "exists",
    "isnull",
    "regex",
    "like",
    "ilike",
    "startswith",
];

impl SqlFilter {
    /// The condition of an option `metadata`, which means what `{"metadata": …}` means in a filter.
    /// An object that does not look like operators is compared as it is.
    pub(crate) fn metadata(keys: &Metadata) -> Result<Self, EngineError> {
        if keys.is_empty() {
            return Ok(Self::everything());
        }
        let spelled = keys.iter().map(|(key, value)| (key.clone(), spelled_out(key, value)));
        let filter = json!({ "metadata": spelled.collect::<Metadata>() });
        let filter = Filter::from_json(&filter).map_err(|_| {
            EngineError::invalid(
                "metadata",
                "must have a value or one of eq, ne and contains for each key, all of which must \
                 match; logic such as OR belongs around it, in filters, for example {\"OR\": \
                 [{\"metadata\": {\"key\": 1}}, {\"metadata\": {\"key\": 2}}]}; a key named OR, or \
                 a value that is an object, is compared by {\"eq\": ...}",
            )
        })?;
        Self::compile(&filter)
    }
}

fn spelled_out(key: &str, value: &Value) -> Value {
    let is_logic = LOGIC.contains(&key.trim_start_matches('$').to_ascii_lowercase().as_str());
    match value {
        Value::Object(fields) if !is_logic && !has_operators(fields) => json!({ "eq": value }),
        _ => value.clone(),
    }
}

/// Whether all names of this object, or of one in it, read like operators: it would equal nothing.
/// What stands in an explicit `eq` or `ne` is compared as it is.
fn has_operators(fields: &Map<String, Value>) -> bool {
    let reads_like_one = |name: &String| {
        let word = name.replace('_', "").to_ascii_lowercase();
        let word = word.as_str();
        name.starts_with('$') || LOGIC.contains(&word) || OPERATORS.contains(&word)
    };
    let are_operators = !fields.is_empty() && fields.keys().all(reads_like_one);
    are_operators || fields.values().filter_map(Value::as_object).any(has_operators)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_like_logic_or_operators_is_done_or_refused() {
        let of = |json: Value| SqlFilter::metadata(json.as_object().unwrap());
        for done in [
            json!({}),
            json!({"k": 1, "l": [1], "m": null, "n": "OR"}),
            json!({"k": {"a": 1}}),
            json!({"k": {"a": 1, "in": 2}}),
            json!({"k": {}}),
            json!({"k": {"a": {"b": 1}, "c": [{"gt": 1}]}}),
            json!({"k": {"ne": 1}, "l": {"contains": "x"}, "m": {"eq": {"in": [1]}}}),
            json!({"OR": {"eq": [1]}, "not": "x"}),
        ] {
            assert!(of(done.clone()).is_ok(), "{done}");
        }
        for refused in [
            json!({"OR": [{"k": 1}, {"k": 2}]}),
            json!({"k": 1, "AND": []}),
            json!({"NOT": {"k": 1}}),
            json!({"$or": {}}),
            json!({"k": {"in": [1, 2]}}),
            json!({"k": {"gte": 1, "lt": 2}}),
            json!({"k": {"$ne": 1}}),
            json!({"k": {"OR": [1, 2]}}),
            json!({"k": {"not": 1}}),
            json!({"k": {"GT": 0}}),
            json!({"k": {"Not_In": [1]}}),
            json!({"k": {"between": [0, 2]}}),
            json!({"k": {"a": {"gt": 0}}}),
            json!({"k": {"a": {"b": {"or": [1]}}, "c": 1}}),
            json!({"nor": [{"k": 1}]}),
            json!({"XOR": [{"k": 1}]}),
        ] {
            let Err(EngineError::InvalidInput(why)) = of(refused.clone()) else {
                panic!("{refused} was taken");
            };
            assert_eq!(why.field(), "metadata");
        }
    }
}
