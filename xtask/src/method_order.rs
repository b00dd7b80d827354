//! In which order the page of a client shows its methods: that of its implementations in the
//! sources, so that an innocent move of a file could bury `add`.

use serde_json::Value;

/// The methods that each page begins with. Between them may stand others.
const FIRST: [&str; 11] = [
    "new",
    "builder",
    "add",
    "search",
    "get",
    "get_all",
    "update",
    "delete",
    "delete_all",
    "history",
    "users",
];

/// How far down the last of them may stand.
const WITHIN: usize = 25;

/// Faults of a type's page.
pub(crate) fn faults(documentation: &Value, type_name: &str) -> Vec<String> {
    let methods = methods(documentation, type_name);
    let mut faults = Vec::new();
    let mut from = 0;
    for name in FIRST {
        match methods[from..].iter().position(|method| method == name) {
            Some(after) => from += after + 1,
            None => faults.push(format!("{type_name}: `{name}` is missing or too late")),
        }
    }
    if from > WITHIN {
        faults.push(format!("{type_name}: `{}` is the {from}th method", FIRST[FIRST.len() - 1]));
    }
    let is_deprecated = |method: &String| method.ends_with("_v1") || method.ends_with("_v2");
    let first = methods.iter().position(is_deprecated).unwrap_or(methods.len());
    let late = methods[first..].iter().filter(|method| !is_deprecated(method));
    faults.extend(late.map(|name| format!("{type_name}: `{name}` stands below deprecated ones")));
    faults
}

/// The type's own methods, in the order of its page.
fn methods(documentation: &Value, type_name: &str) -> Vec<String> {
    let index = &documentation["index"];
    let entry = |id: &Value| &index[id.to_string()];
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let types = index.as_object().into_iter().flatten().map(|(_, item)| item);
    let implementations = types
        .filter(|item| item["name"] == type_name)
        .flat_map(|item| list(&item["inner"]["struct"]["impls"]));
    let own = implementations
        .map(|id| entry(&id)["inner"]["impl"].clone())
        .filter(|implementation| implementation["trait"].is_null());
    own.flat_map(|implementation| list(&implementation["items"]))
        .filter_map(|id| entry(&id)["name"].as_str().map(str::to_owned))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(methods: &[&str]) -> Value {
        let mut index = serde_json::json!({
            "0": {"name": "Client", "inner": {"struct": {"impls": [1, 2]}}},
            "1": {"inner": {"impl": {"trait": {"path": "Debug"}, "items": [99]}}},
            "2": {"inner": {"impl": {"trait": null, "items": []}}},
            "99": {"name": "fmt"},
        });
        for (id, name) in (100..).zip(methods) {
            index[id.to_string()] = serde_json::json!({"name": name});
            let items = &mut index["2"]["inner"]["impl"]["items"];
            if let Some(items) = items.as_array_mut() {
                items.push(id.into());
            }
        }
        serde_json::json!({"index": index})
    }

    #[test]
    fn what_comes_too_late_is_named() {
        let mut methods = FIRST.to_vec();
        methods.insert(3, "add_and_wait");
        methods.extend(["with", "add_v1"]);
        assert_eq!(faults(&page(&methods), "Client"), [""; 0]);

        let late: Vec<_> = methods.iter().copied().filter(|name| *name != "search").collect();
        let late = faults(&page(&[&late[..], &["search"]].concat()), "Client");
        assert_eq!(late[0], "Client: `get` is missing or too late");

        methods.push("ping");
        assert_eq!(
            faults(&page(&methods), "Client"),
            ["Client: `ping` stands below deprecated ones"]
        );
        methods.splice(3..3, ["exports"; 20]);
        assert!(faults(&page(&methods), "Client")[0].contains("`users` is the 32th"));
        assert!(faults(&page(&[]), "Client").len() > 10);
    }
}
