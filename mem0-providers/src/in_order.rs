use serde::{Serialize, Serializer};
use serde_json::Value;

/// JSON in which a schema's properties come in the order of those that it requires.
///
/// A model that follows a schema writes its answer in the order of the properties: what the later
/// ones follow from has to come first. A [`Value`] alone puts its keys into the alphabet's order.
pub(crate) struct InOrder<'a> {
    value: &'a Value,
    /// The names of the fields that come first.
    first: &'a [Value],
}

impl<'a> InOrder<'a> {
    pub(crate) fn of(value: &'a Value) -> Self {
        Self { value, first: &[] }
    }
}

impl Serialize for InOrder<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.value {
            Value::Array(items) => serializer.collect_seq(items.iter().map(InOrder::of)),
            Value::Object(fields) => {
                let names = self.first.iter().enumerate();
                let names = names.filter(|(at, name)| !self.first[..*at].contains(name));
                let first = names.filter_map(|(_, name)| fields.get_key_value(name.as_str()?));
                let is_first = |name: &str| self.first.iter().any(|first| first == name);
                let rest = fields.iter().filter(|(name, _)| !is_first(name));
                let required = fields.get("required").and_then(Value::as_array);
                let required = required.map(Vec::as_slice).unwrap_or_default();
                serializer.collect_map(first.chain(rest).map(|(name, value)| {
                    let first = if name == "properties" { required } else { &[] };
                    (name, InOrder { value, first })
                }))
            }
            plain => plain.serialize(serializer),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::connection::Outgoing;

    fn sent(body: &serde_json::Value) -> String {
        String::from_utf8(Outgoing::post("/", body).body.to_vec()).unwrap()
    }

    #[test]
    fn properties_are_sent_in_the_order_in_which_they_are_required() {
        let inner = json!({"properties": {"a": 1, "z": 2}, "required": ["z", "a"]});
        let body = json!({"format": {"schema": {
            "properties": {"about": 1, "quote": 2, "text": inner, "unnamed": 3},
            "required": ["text", "quote", "missing", "quote", "about", 7],
        }}, "messages": ["properties"]});
        let wanted = r#"{"format":{"schema":{"properties":{"text":{"properties":{"z":2,"a":1},"#
            .to_owned()
            + r#""required":["z","a"]},"quote":2,"about":1,"unnamed":3},"#
            + r#""required":["text","quote","missing","quote","about",7]}},"#
            + r#""messages":["properties"]}"#;
        assert_eq!(sent(&body), wanted);
    }

    #[test]
    fn anything_else_is_sent_as_it_is() {
        for body in [
            json!(null),
            json!([1.5, "é\n", true]),
            json!({"properties": {"b": 1, "a": 2}}),
            json!({"properties": [3], "required": "b"}),
            json!({"required": ["b", "a"], "b": 1, "a": 2}),
        ] {
            assert_eq!(sent(&body), body.to_string());
        }
    }
}
