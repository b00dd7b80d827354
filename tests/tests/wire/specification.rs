//! That our own recordings are what the published specification documents.

use serde_json::Value;

use crate::answers::fits;
use crate::recordings::{Recording, Sent};

/// What the official clients send and the specification has not caught up with.
const UNDOCUMENTED: [(&str, &str); 10] = [
    ("GET /v1/entities/", "page"),
    ("GET /v1/entities/", "page_size"),
    ("GET /v1/events/", "page"),
    ("GET /v1/events/", "page_size"),
    ("POST /v3/memories/", "include_sources"),
    ("POST /v3/memories/", "latest_only"),
    ("POST /v3/memories/search/", "include_merged"),
    ("POST /v3/memories/search/", "include_sources"),
    ("POST /v3/memories/search/", "keyword_search"),
    ("POST /v3/memories/search/", "latest_only"),
];

struct Specification(Value);

impl Specification {
    fn published() -> Self {
        Self(serde_json::from_str(include_str!("../../fixtures/openapi.json")).unwrap())
    }

    fn resolve<'a>(&'a self, value: &'a Value) -> &'a Value {
        match value["$ref"].as_str() {
            Some(reference) => self.0.pointer(&reference[1..]).unwrap(),
            None => value,
        }
    }

    /// Everything about a request that the specification does not document.
    fn undocumented(&self, request: &Sent) -> Vec<String> {
        let method = request.method.to_lowercase();
        let found = self.0["paths"]
            .as_object()
            .unwrap()
            .iter()
            .filter(|(template, item)| fits(template, &request.path) && !item[&method].is_null())
            .min_by_key(|(template, _)| template.matches('{').count());
        // The published specification leaves profiles out.
        if found.is_none() && request.path.starts_with("/v2/profiles/") {
            return Vec::new();
        }
        let Some((template, item)) = found else {
            return vec![format!("{} {}", request.method, request.path)];
        };
        let name = format!("{} {template}", request.method);
        let operation = &item[&method];
        let parameters = [&operation["parameters"], &item["parameters"]];
        let parameters: Vec<_> = parameters
            .into_iter()
            .filter_map(Value::as_array)
            .flatten()
            .map(|parameter| self.resolve(parameter))
            .filter(|parameter| parameter["in"] == "query")
            .filter_map(|parameter| parameter["name"].as_str())
            .collect();
        let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
        let fields = self.resolve(schema)["properties"].as_object();
        let unknown_parameters = request
            .query
            .iter()
            .map(|(name, _)| name)
            // An object's keys stand in brackets.
            .filter(|q| !parameters.contains(&q.split('[').next().unwrap_or(q)));
        let body = request.body.as_object().into_iter().flatten().map(|(name, _)| name);
        let unknown_fields =
            body.filter(|field| fields.is_none_or(|fields| !fields.contains_key(*field)));
        unknown_parameters
            .chain(unknown_fields)
            .filter(|field| !UNDOCUMENTED.contains(&(&name, field)))
            .map(|field| format!("{name}: {field}"))
            .collect()
    }
}

#[test]
fn our_own_recordings_are_in_the_specification() {
    let specification = Specification::published();
    for recording in Recording::specified() {
        for request in &recording.requests {
            assert_eq!(specification.undocumented(request), [""; 0], "{}", recording.name);
        }
    }
}

#[test]
fn a_field_parameter_or_path_of_our_own_making_is_found() {
    let specification = Specification::published();
    let all = Recording::specified();
    let named = |name: &str| {
        let recording = all.iter().find(|recording| recording.name == name).unwrap();
        recording.requests[0].clone()
    };
    let mut request = named("add_roles");
    request.body["infers"] = true.into();
    assert_eq!(specification.undocumented(&request), ["POST /v3/memories/add/: infers"]);
    let mut request = named("delete_all_user");
    request.query[0].0 = "user".to_owned();
    assert_eq!(specification.undocumented(&request), ["DELETE /v1/memories/: user"]);
    let mut request = named("ping");
    request.path = "/v1/pong/".to_owned();
    assert_eq!(specification.undocumented(&request), ["GET /v1/pong/"]);
}
