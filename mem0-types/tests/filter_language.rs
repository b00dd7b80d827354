//! The platform's filter language: what it accepts, and the words in which it refuses.

use mem0_types::Filter;
use serde_json::{Value, json};

fn printed(json: &Value) -> Value {
    let filter = Filter::from_json(json).unwrap_or_else(|error| panic!("{error}: {json}"));
    assert!(serde_json::from_value::<Filter>(json.clone()).unwrap() == filter);
    serde_json::to_value(filter).unwrap()
}

fn accepts_as(json: Value, canonical: Value) {
    assert_eq!(printed(&json), canonical, "{json}");
    assert_eq!(printed(&canonical), canonical, "{json}");
}

fn accepts(json: Value) {
    accepts_as(json.clone(), json);
}

fn refuses(json: Value, words: &str) {
    let refused = match Filter::from_json(&json) {
        Ok(filter) => panic!("{json} was read as {filter}"),
        Err(refused) => refused,
    };
    assert_eq!(refused.field(), "filters");
    assert!(refused.message().contains(words), "{json}: {refused}");
    let decoding = serde_json::from_value::<Filter>(json).unwrap_err();
    assert!(decoding.to_string().contains(words), "{decoding}");
}

#[test]
fn ids() {
    for field in ["user_id", "agent_id", "app_id", "run_id"] {
        accepts(json!({field: "alice"}));
        accepts_as(json!({field: {"eq": "alice"}}), json!({field: "alice"}));
        accepts(json!({field: {"ne": "alice"}}));
        accepts(json!({field: {"in": ["alice", "bob"]}}));
        accepts(json!({field: "*"}));
        accepts_as(json!({field: {"eq": "*"}}), json!({field: "*"}));
        accepts(json!({field: null}));
        accepts_as(json!({field: {"eq": null}}), json!({field: null}));
        accepts_as(json!({field: {"ne": null}}), json!({field: "*"}));
        accepts_as(json!({field: {"in": [null]}}), json!({field: null}));
        accepts_as(
            json!({field: {"in": ["alice", null, "bob"]}}),
            json!({"OR": [{field: {"in": ["alice", "bob"]}}, {field: null}]}),
        );
        refuses(json!({field: {"in": [null, 5]}}), "must be compared with a string");
        for operator in ["gt", "gte", "lt", "lte", "contains", "icontains", "nin", "AND", ""] {
            let words = format!("Unsupported operator for '{field}'");
            refuses(json!({field: {operator: "alice"}}), &words);
        }
        for odd in [json!(5), json!(true), json!(["alice"]), json!({"eq": 5})] {
            refuses(json!({field: odd}), "must be compared with a string");
        }
        for odd in [json!({"in": "alice"}), json!({"in": {"0": "alice"}})] {
            refuses(json!({field: odd}), "must be a list of strings");
        }
        for odd in [json!({}), json!({"ne": "a", "in": ["b"]})] {
            refuses(json!({field: odd}), "exactly one operator");
        }
    }
    accepts_as(json!({"session_id": "r"}), json!({"run_id": "r"}));
    accepts_as(json!({"session_id": {"in": ["r"]}}), json!({"run_id": {"in": ["r"]}}));
}

#[test]
fn logic_inside_metadata_is_refused_with_the_right_spelling() {
    for (logical, spelled) in [
        ("OR", r#"{"OR": [{"metadata": {"key": 1}}, {"metadata": {"key": 2}}]}"#),
        ("AND", r#"{"AND": [{"metadata": {"key": 1}}, {"metadata": {"key": 2}}]}"#),
        ("NOT", r#"{"NOT": [{"metadata": {"key": 1}}]}"#),
    ] {
        let (lower, dollar) = (logical.to_lowercase(), format!("${}", logical.to_lowercase()));
        let spellings = [logical, &lower, &dollar];
        let parts = json!([{"a": 1}, {"b": 2}]);
        for key in spellings {
            for value in
                [&parts, &json!([]), &json!({"a": 1}), &json!({"a": 1, "b": 2}), &json!({})]
            {
                refuses(json!({"metadata": {key: value}}), spelled);
                refuses(json!({"metadata": {key: value, "c": 3}}), "must not contain logic");
                refuses(json!({"NOT": [{"metadata": {key: value}}]}), "must not contain logic");
            }
            // A key of that name is reached by an operator of its own, or compared with a text.
            accepts(json!({"metadata": {key: {"eq": parts}}}));
            accepts(json!({"metadata": {key: {"contains": "x"}}}));
            accepts(json!({"metadata": {key: {"ne": 1}}}));
            accepts_as(json!({"metadata": {key: {"eq": 1}}}), json!({"metadata": {key: 1}}));
            accepts(json!({"metadata": {key: "x"}}));
            let built = Filter::metadata(key).eq(parts.clone());
            assert_eq!(Filter::from_json(&serde_json::to_value(&built).unwrap()).unwrap(), built);
        }
    }
    for key in ["nor", "NOR", "$nor", "xor", "$XOR"] {
        let said = "must not contain logic; write AND, OR and NOT around it";
        refuses(json!({"metadata": {key: [{"a": 1}]}}), said);
        accepts(json!({"metadata": {key: {"eq": [{"a": 1}]}}}));
        let built = Filter::metadata(key).eq(json!(["x"]));
        assert_eq!(Filter::from_json(&serde_json::to_value(&built).unwrap()).unwrap(), built);
    }
    accepts(json!({"metadata": {"ORDER": [1, 2]}}));
    for operators in [json!({"gt": 1}), json!({"in": [1]}), json!({"a": 1})] {
        refuses(json!({"metadata": {"k": operators}}), r#"{"metadata": {"key": {"eq": {...}}}}"#);
    }
    refuses(json!({"metadata": {"k": {"gte": 1, "lte": 2}}}), "join several conditions outside");
}

#[test]
fn text_is_read_exactly_or_refused() {
    for (text, said) in [
        (r#"{"metadata": {"k": 18446744073709551616}}"#, "more than 64 bits"),
        (r#"{"NOT": [{"metadata": {"k": [{"l": -9223372036854775809}]}}]}"#, "more than 64 bits"),
        (r#"{"metadata": {"k": 1e400}}"#, "beyond"),
        (r#"{"user_id": "alice", "user_id": "bob"}"#, "the same name twice"),
        (r#"{"metadata": {"k": 1, "k": 2}}"#, "the same name twice"),
    ] {
        let refused = serde_json::from_str::<Filter>(text).unwrap_err().to_string();
        assert!(refused.contains(said), "{text}: {refused}");
    }
    for text in [
        r#"{"metadata":{"k":18446744073709551615}}"#,
        r#"{"metadata":{"k":-9223372036854775808}}"#,
        r#"{"metadata":{"k":9007199254740993}}"#,
        r#"{"metadata":{"k":0.1}}"#,
        r#"{"metadata":{"k":"18446744073709551616"}}"#,
    ] {
        assert_eq!(serde_json::from_str::<Filter>(text).unwrap().to_string(), text);
    }
}

#[test]
fn times() {
    let iso = "2024-01-01T10:00:00.5+02:00";
    for field in ["created_at", "updated_at", "timestamp", "expiration_date"] {
        for time in [json!("2024-01-01"), json!(iso), json!(1_700_000_000), json!(1.5)] {
            accepts(json!({field: time}));
            for operator in ["gt", "gte", "lt", "lte", "ne"] {
                accepts(json!({field: {operator: time}}));
            }
            accepts(json!({field: {"in": [time, "2025-01-01"]}}));
        }
        accepts(json!({field: {"gte": "2024-01-01", "lte": "2024-12-31"}}));
        accepts(json!({field: {"gt": 1, "lt": 9, "ne": 5, "in": [2, 3]}}));
        accepts(json!({field: "*"}));
        let words = format!("Unsupported operator for '{field}'");
        for operator in ["eq", "contains", "icontains", "nin"] {
            refuses(json!({field: {operator: "2024-01-01"}}), &words);
        }
        refuses(json!({field: {"gte": "2024-01-01", "eq": "2024-01-01"}}), &words);
        for odd in ["soon", "", "2024-1-1", "2024-02-30", "2024-01-01T25:00:00Z"] {
            refuses(json!({field: odd}), "must be compared with a date");
            refuses(json!({field: {"gt": odd}}), "must be compared with a date");
            refuses(json!({field: {"in": [odd]}}), "must be compared with a date");
        }
        for odd in [json!(null), json!(true), json!(["2024-01-01"]), json!({"gt": "*"})] {
            refuses(json!({field: odd}), "must be compared with a date");
        }
        refuses(json!({field: {}}), "must have an operator");
        refuses(json!({field: {"in": "2024-01-01"}}), "must be a list of times");
    }
}

#[test]
fn categories() {
    accepts(json!({"categories": {"in": ["food", "travel"]}}));
    accepts(json!({"categories": {"contains": "foo"}}));
    for odd in [json!("food"), json!(["food"]), json!("*"), json!(null), json!(5)] {
        refuses(json!({"categories": odd}), "'categories' value must be a dictionary");
    }
    for operator in ["eq", "ne", "gt", "icontains"] {
        let words = "Unsupported operator for 'categories'";
        refuses(json!({"categories": {operator: "food"}}), words);
    }
    refuses(json!({"categories": {"in": [1]}}), "must be compared with a string");
    refuses(json!({"categories": {}}), "exactly one operator");
}

#[test]
fn metadata() {
    for value in [json!("x"), json!(5), json!(1.5), json!(true), json!(null), json!(["a"])] {
        accepts(json!({"metadata": {"key": value}}));
        accepts_as(
            json!({"metadata": {"key": {"eq": value}}}),
            json!({"metadata": {"key": value}}),
        );
        accepts(json!({"metadata": {"key": {"ne": value}}}));
        accepts(json!({"metadata": {"key": {"contains": value}}}));
    }
    accepts(json!({"metadata": {"key": {"eq": {"a": 1}}}}));
    accepts_as(
        json!({"metadata": {"a": 1, "b": {"ne": 2}}}),
        json!({"AND": [{"metadata": {"a": 1}}, {"metadata": {"b": {"ne": 2}}}]}),
    );
    for operator in ["in", "gt", "gte", "lt", "lte", "icontains"] {
        let words = "Unsupported operator for 'metadata'";
        refuses(json!({"metadata": {"age": {operator: 3}}}), words);
    }
    for odd in [json!("x"), json!({}), json!(["a"]), json!(null)] {
        refuses(json!({"metadata": odd}), "'metadata' value must be a dictionary");
    }
    refuses(json!({"metadata": {"a": {"ne": 1, "eq": 2}}}), "exactly one operator");
    refuses(json!({"metadata.key": "x"}), "Top-level key must be a logical operator");
}

#[test]
fn keywords_and_memory_ids() {
    accepts(json!({"keywords": {"contains": "Rome"}}));
    accepts(json!({"keywords": {"icontains": "rome"}}));
    refuses(json!({"keywords": "rome"}), "'keywords' value must be a dictionary");
    refuses(json!({"keywords": {"in": ["rome"]}}), "Unsupported operator for 'keywords'");

    accepts(json!({"memory_ids": ["m-1", "m-2"]}));
    accepts_as(json!({"memory_ids": {"in": ["m-1"]}}), json!({"memory_ids": ["m-1"]}));
    refuses(json!({"memory_ids": {"ne": ["m-1"]}}), "Unsupported operator for 'memory_ids'");
    refuses(json!({"memory_ids": "m-1"}), "must be a list of strings");
    refuses(json!({"memory_ids": [1]}), "must be compared with a string");
}

#[test]
fn unknown_fields() {
    for name in ["userId", "USER_ID", "and", "or", "not", "text", "score", "session", "$and", ""] {
        refuses(
            json!({name: "x"}),
            "Top-level key must be a logical operator or an allowed field: \
             ['AND', 'OR', 'NOT', 'user_id', ",
        );
        refuses(json!({"AND": [{"user_id": "a"}, {name: "x"}]}), "Top-level key must be");
    }
}

#[test]
fn logic() {
    let (a, b, c) = (json!({"user_id": "a"}), json!({"agent_id": "b"}), json!({"run_id": "c"}));
    accepts(json!({"AND": [a]}));
    accepts(json!({"AND": [a, b, c]}));
    accepts(json!({"OR": [a, {"AND": [b, {"OR": [c]}]}]}));
    accepts(json!({"NOT": [a]}));
    accepts_as(json!({"NOT": a}), json!({"NOT": [a]}));
    // None of several may hold.
    accepts_as(json!({"NOT": [a, b]}), json!({"AND": [{"NOT": [a]}, {"NOT": [b]}]}));
    accepts_as(json!({"NOT": {"NOT": a}}), a.clone());
    accepts_as(
        json!({"NOT": {"user_id": "a", "agent_id": "b"}}),
        json!({"NOT": [{"AND": [b, a]}]}),
    );
    // Siblings are joined with "and".
    accepts_as(json!({"user_id": "a", "run_id": "c"}), json!({"AND": [c, a]}));
    accepts_as(json!({"OR": [a, b], "run_id": "c"}), json!({"AND": [{"OR": [a, b]}, c]}));
    accepts_as(json!({"AND": [a], "NOT": b}), json!({"AND": [{"AND": [a]}, {"NOT": [b]}]}));

    for odd in [json!([]), json!({}), json!("x"), json!(null), json!({"user_id": "a"})] {
        refuses(json!({"AND": odd}), "'AND' must be a non-empty list");
        refuses(json!({"OR": odd}), "'OR' must be a non-empty list");
    }
    refuses(json!({"NOT": []}), "'NOT' must be a non-empty list");
    refuses(json!({"NOT": {}}), "must not be empty");
    refuses(json!({"AND": [{}]}), "must not be empty");
    refuses(json!({"AND": ["x"]}), "must be a JSON object");
    for odd in [json!(null), json!([]), json!("x"), json!(5)] {
        refuses(odd, "must be a JSON object");
    }
    refuses(json!({}), "must not be empty");
}

#[test]
fn and_beside_or_is_refused_at_every_depth() {
    let both = json!({"AND": [{"user_id": "a"}], "OR": [{"run_id": "b"}]});
    refuses(both.clone(), "must not have AND beside OR");
    refuses(json!({"NOT": both}), "must not have AND beside OR");
    refuses(json!({"OR": [{"user_id": "a"}, {"AND": [both]}]}), "must not have AND beside OR");
}

/// A filter whose innermost object is this many levels down.
fn nested(levels: usize, operator: &str) -> Value {
    (0..levels).fold(json!({"user_id": "a"}), |inner, _| json!({operator: [inner]}))
}

#[test]
fn thirty_two_levels_and_no_more() {
    for operator in ["AND", "OR", "NOT"] {
        assert!(Filter::from_json(&nested(32, operator)).is_ok());
        refuses(nested(33, operator), "must not nest deeper than 32 levels");
        refuses(nested(60, operator), "must not nest deeper than 32 levels");
    }
}

/// A filter that prints deeper than it was written must still be read back.
#[test]
fn levels_count_as_they_are_printed() {
    let within = |innermost: Value, levels: usize| {
        (0..levels).fold(innermost, |inner, _| json!({"OR": [inner]}))
    };
    for (innermost, deeper) in [
        (json!({"user_id": "a", "run_id": "b"}), 1),
        (json!({"metadata": {"a": 1, "b": 2}}), 1),
        (json!({"user_id": {"in": ["a", null]}}), 1),
        (json!({"NOT": [{"user_id": "a"}, {"run_id": "b"}]}), 2),
        (json!({"NOT": {"user_id": "a", "run_id": "b"}}), 2),
        (json!({"metadata": {"a": 1, "b": 2}, "user_id": "a"}), 2),
    ] {
        let deepest = within(innermost.clone(), 32 - deeper);
        let filter = Filter::from_json(&deepest).unwrap();
        assert!(serde_json::from_str::<Filter>(&filter.to_string()).unwrap() == filter);
        refuses(within(innermost, 33 - deeper), "must not nest deeper than 32 levels");
    }
}

#[test]
fn bottomless_json_does_not_exhaust_the_stack() {
    for (open, close) in [
        (r#"{"NOT":"#, "}"),
        (r#"{"AND":["#, "]}"),
        (r#"{"metadata":"#, "}"),
        (r#"{"metadata":{"a":["#, "]}}"),
        ("[", "]"),
    ] {
        let deep = format!("{}1{}", open.repeat(100_000), close.repeat(100_000));
        assert!(serde_json::from_str::<Filter>(&deep).is_err());
        assert!(serde_json::from_slice::<Filter>(deep.as_bytes()).is_err());
    }
}
