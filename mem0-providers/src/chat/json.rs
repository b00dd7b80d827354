//! JSON in answers, and how a model without a mode for it is asked for it.

use std::borrow::Cow;

use mem0_components::{LlmMessage, LlmPart, LlmRequest, LlmRole, ResponseFormat};
use serde_json::Value;

/// What a model is told that has no mode for this form of an answer.
pub(crate) fn asked_in_words(format: &ResponseFormat) -> Option<String> {
    const OBJECT: &str = "Answer with a single JSON object and nothing else.";
    match format {
        ResponseFormat::JsonObject => Some(OBJECT.to_owned()),
        ResponseFormat::JsonSchema { schema, .. } => {
            Some(format!("{OBJECT} It must be valid by this JSON Schema: {schema}"))
        }
        _ => None,
    }
}

/// The messages of a request, of which the last says in words what form the answer is to have.
pub(crate) fn with_words(request: &LlmRequest) -> Cow<'_, [LlmMessage]> {
    let Some(words) = asked_in_words(&request.format) else {
        return Cow::Borrowed(&request.messages);
    };
    let mut messages = request.messages.clone();
    match messages.last_mut() {
        Some(last) if last.role == LlmRole::User => match last.parts.last_mut() {
            Some(LlmPart::Text(text)) => {
                text.push_str("\n\n");
                text.push_str(&words);
            }
            _ => last.parts.push(LlmPart::Text(words)),
        },
        _ => messages.push(LlmMessage::user(words)),
    }
    Cow::Owned(messages)
}

/// An answer without what a model thought before it, and without a code fence around it.
pub(crate) fn bare(text: &str) -> &str {
    let text = text.trim();
    let thought = text.strip_prefix("<think>").and_then(|rest| rest.split_once("</think>"));
    let text = thought.map_or(text, |(_, rest)| rest.trim());
    let Some(fenced) = text.strip_prefix("```").and_then(|rest| rest.strip_suffix("```")) else {
        return text;
    };
    match fenced.split_once('\n') {
        Some((language, rest)) if language.trim().chars().all(char::is_alphanumeric) => rest.trim(),
        _ => fenced.trim(),
    }
}

/// Whether each object of a schema names all its fields and allows no other.
pub(crate) fn is_closed(schema: &Value) -> bool {
    objects(schema, &|object| object["additionalProperties"] == Value::Bool(false))
}

/// Whether a schema is also strict: each field of each object is required.
pub(crate) fn is_strict(schema: &Value) -> bool {
    is_closed(schema)
        && objects(schema, &|object| {
            let Some(fields) = object["properties"].as_object() else { return true };
            let required = object["required"].as_array();
            let is_required = |name: &String| {
                required.is_some_and(|names| names.iter().any(|one| one == name.as_str()))
            };
            fields.keys().all(is_required)
        })
}

/// Whether this holds for each schema of an object within a schema.
fn objects(schema: &Value, holds: &dyn Fn(&Value) -> bool) -> bool {
    match schema {
        Value::Array(parts) => parts.iter().all(|part| objects(part, holds)),
        Value::Object(parts) => {
            let is_object = match &parts.get("type") {
                Some(Value::Array(types)) => types.iter().any(|one| one == "object"),
                Some(one) => *one == "object",
                None => parts.contains_key("properties"),
            };
            (!is_object || holds(schema))
                && parts.iter().all(|(key, part)| match (key.as_str(), part) {
                    // Its keys are names of fields, and not words of a schema.
                    ("properties" | "$defs" | "definitions", Value::Object(named)) => {
                        named.values().all(|part| objects(part, holds))
                    }
                    ("enum" | "const" | "default" | "examples" | "required", _) => true,
                    (_, part) => objects(part, holds),
                })
        }
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_answer_is_taken_out_of_what_is_around_it() {
        for (answer, expected) in [
            ("{}", "{}"),
            (" {} \n", "{}"),
            ("```json\n{}\n```", "{}"),
            ("```\n{}\n```\n", "{}"),
            ("```{}```", "{}"),
            ("<think>{\"a\": 1}</think>\n\n{}", "{}"),
            ("<think>no end {}", "<think>no end {}"),
            ("<think>a</think>```json\n{\"a\": \"```\"}\n```", "{\"a\": \"```\"}"),
            ("Here it is: {}", "Here it is: {}"),
            ("```", "```"),
            ("", ""),
        ] {
            assert_eq!(bare(answer), expected, "{answer}");
        }
    }

    #[test]
    fn a_schema_is_strict_where_each_object_is() {
        let open = json!({"type": "object", "properties": {"a": {}}});
        let closed = json!({"type": "object", "properties": {"a": {}, "b": {}},
            "required": ["a"], "additionalProperties": false});
        let strict = json!({"type": "object", "properties": {"additionalProperties": {}},
            "required": ["additionalProperties"], "additionalProperties": false});
        let within = |inner: &Value| {
            json!({"type": ["object", "null"], "properties": {"type": {"items": inner}},
                "required": ["type"], "additionalProperties": false, "default": {"type": "object"}})
        };
        for (schema, is) in [
            (&open, (false, false)),
            (&closed, (true, false)),
            (&strict, (true, true)),
            (&within(&open), (false, false)),
            (&within(&closed), (true, false)),
            (&within(&strict), (true, true)),
            (&json!({"type": "array", "items": {"anyOf": [strict, open]}}), (false, false)),
            (&json!({"type": "string", "enum": ["object"]}), (true, true)),
            (&json!({"properties": {}}), (false, false)),
        ] {
            assert_eq!((is_closed(schema), is_strict(schema)), is, "{schema}");
        }
    }
}
