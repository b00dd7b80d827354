//! The platform's published specification as a judge of what the local platform answers.

mod exceptions;
mod schema;

use std::sync::LazyLock;

use serde_json::Value;

pub use exceptions::{Departure, EVERY, EXCEPTIONS, Exception, UNKNOWN};

use exceptions::is_error_shape;
use schema::{Violation, unchecked_keywords, violations};

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// The published specification, ready to validate responses.
#[derive(Debug)]
pub struct Specification {
    document: Value,
}

impl Specification {
    /// The specification that lies among the fixtures; read once per process.
    pub fn published() -> &'static Self {
        static PUBLISHED: LazyLock<Specification> =
            LazyLock::new(|| Specification::parse(include_str!("../fixtures/openapi.json")));
        &PUBLISHED
    }

    /// Another document of the same kind.
    ///
    /// # Panics
    /// On text that is no specification, or one with a response schema that [`Self::validate`]
    /// couldn't check whole.
    pub fn parse(text: &str) -> Self {
        let document: Value = serde_json::from_str(text).expect("the specification is JSON");
        let specification = Self { document };
        for (operation, response) in specification
            .operations()
            .flat_map(|(name, operation)| operation.responses().map(move |r| (name.clone(), r)))
        {
            if let Some(schema) = json_schema(response) {
                let unchecked = unchecked_keywords(schema, &specification.document["components"]);
                assert_eq!(unchecked, [""; 0], "{operation} uses keywords that go unchecked");
            }
        }
        specification
    }

    /// The names of all operations, such as `GET /v1/ping/`.
    pub fn names(&self) -> Vec<String> {
        self.operations().map(|(name, _)| name).collect()
    }

    /// Whether the document has an operation for this request.
    pub fn has(&self, method: &str, path: &str) -> bool {
        self.operation(method, path).is_some()
    }

    /// As [`Self::validate`], for a document without exceptions whose refusals are the `default`
    /// response.
    ///
    /// # Errors
    /// Names the operation, the status and each field that departs.
    pub fn validate_exactly(
        &self,
        method: &str,
        path: &str,
        status: u16,
        body: &[u8],
    ) -> Result<(), String> {
        let Some((name, operation)) = self.operation(method, path) else {
            return Err(format!("{method} {path} {status}: the document has no such operation"));
        };
        let response = match operation.response(status) {
            None if status >= 400 => operation.definition["responses"].get("default"),
            found => found,
        };
        let schema = response.and_then(json_schema);
        let schema =
            schema.ok_or_else(|| format!("{name} {status}: the document has no such answer"))?;
        let body: Value = serde_json::from_slice(body)
            .map_err(|error| format!("{name} {status}: the body is no JSON: {error}"))?;
        let found = violations(&body, schema, &self.document["components"]);
        let reasons: Vec<String> = found.into_iter().map(|violation| violation.reason).collect();
        match reasons.is_empty() {
            true => Ok(()),
            false => Err(format!("{name} {status}: {}", reasons.join("; "))),
        }
    }

    /// Every operation by its name, such as `GET /v1/ping/`.
    fn operations(&self) -> impl Iterator<Item = (String, Operation<'_>)> {
        let paths = self.document["paths"].as_object();
        paths.into_iter().flatten().flat_map(|(template, item)| {
            METHODS.iter().filter_map(move |method| {
                let definition = item.get(method)?;
                let name = format!("{} {template}", method.to_uppercase());
                Some((name, Operation { template, definition }))
            })
        })
    }

    /// The operation that answers `method` on `path`; of several templates that fit, the one with
    /// the fewest parameters.
    fn operation(&self, method: &str, path: &str) -> Option<(String, Operation<'_>)> {
        self.operations()
            .filter(|(name, operation)| {
                name.split(' ').next() == Some(method) && fits(operation.template, path)
            })
            .min_by_key(|(_, operation)| operation.template.matches('{').count())
    }

    /// Whether an answer is one that the specification gives for this request, or one of the listed
    /// exceptions.
    ///
    /// `path` is the request's path as sent, without the query. Properties that the schema doesn't
    /// name are violations, so that a renamed field is one even where nothing is required.
    ///
    /// # Errors
    /// Names the operation, the status and each field that departs.
    pub fn validate(
        &self,
        method: &str,
        path: &str,
        status: u16,
        body: &[u8],
    ) -> Result<(), String> {
        let sent = format!("{method} {path}");
        if is_excepted_path(method, path) {
            return Ok(());
        }
        let (name, operation) = match self.operation(method, path) {
            Some((name, operation)) => (name, Some(operation)),
            None => (UNKNOWN.to_owned(), None),
        };
        let body: Value = serde_json::from_slice(body)
            .map_err(|error| format!("{sent} {status}: the body is no JSON: {error}"))?;
        if let Some(response) = operation.and_then(|operation| operation.response(status)) {
            return match json_schema(response) {
                Some(schema) => self.validate_body(&name, status, &body, schema),
                None => Ok(()),
            };
        }
        if !is_excepted(&name, Departure::Status(status)) {
            return Err(match operation {
                Some(_) => format!("{name} {status}: the specification doesn't list this status"),
                None => format!("{sent} {status}: the specification has no such operation"),
            });
        }
        if !is_error_shape(&body) {
            return Err(format!("{sent} {status}: {body} is no error of the platform"));
        }
        Ok(())
    }

    fn validate_body(
        &self,
        name: &str,
        status: u16,
        body: &Value,
        schema: &Value,
    ) -> Result<(), String> {
        let body = enveloped(name, status, body).unwrap_or(body);
        let reasons: Vec<String> = violations(body, schema, &self.document["components"])
            .into_iter()
            .filter(|violation| !is_excepted_field(name, status, violation))
            .map(|violation| violation.reason)
            .collect();
        if reasons.is_empty() {
            return Ok(());
        }
        Err(format!("{name} {status}: {}", reasons.join("; ")))
    }
}

#[derive(Debug, Clone, Copy)]
struct Operation<'a> {
    template: &'a str,
    definition: &'a Value,
}

impl<'a> Operation<'a> {
    fn responses(self) -> impl Iterator<Item = &'a Value> {
        let responses = self.definition["responses"].as_object();
        responses.into_iter().flat_map(|responses| responses.values())
    }

    fn response(self, status: u16) -> Option<&'a Value> {
        self.definition["responses"].get(status.to_string())
    }
}

fn json_schema(response: &Value) -> Option<&Value> {
    response.get("content")?.get("application/json")?.get("schema")
}

fn fits(template: &str, path: &str) -> bool {
    template.split('/').count() == path.split('/').count()
        && template.split('/').zip(path.split('/')).all(|(expected, sent)| {
            match expected.starts_with('{') {
                true => !sent.is_empty(),
                false => expected == sent,
            }
        })
}

fn is_excepted(name: &str, departure: Departure) -> bool {
    EXCEPTIONS.iter().any(|exception| {
        exception.departure == departure
            && (exception.operation == name || exception.operation == EVERY)
    })
}

/// What is in the envelope, if the operation may answer in one.
fn enveloped<'a>(name: &str, status: u16, body: &'a Value) -> Option<&'a Value> {
    let envelope = body.as_object()?;
    let others = envelope.iter().filter(|(name, _)| *name != "results");
    let is_plain = others.into_iter().all(|(name, relations)| {
        name == "relations" && relations.as_array().is_some_and(Vec::is_empty)
    });
    let is_excepted = EXCEPTIONS.iter().any(|exception| {
        exception.operation == name && exception.departure == Departure::Envelope(status)
    });
    if is_plain && is_excepted { envelope.get("results") } else { None }
}

fn is_excepted_path(method: &str, path: &str) -> bool {
    let ours = EXCEPTIONS.iter().filter(|exception| exception.departure == Departure::Path);
    ours.filter_map(|exception| exception.operation.split_once(' '))
        .any(|(known, template)| known == method && fits(template, path))
}

fn is_excepted_field(name: &str, status: u16, violation: &Violation) -> bool {
    EXCEPTIONS.iter().any(|exception| {
        let is_field = match exception.departure {
            Departure::Field(at, field) => at == status && field == violation.field,
            Departure::InRows(at, field) => {
                let of_row = violation.field.rsplit_once("[].");
                let of_row = of_row.filter(|(rows, _)| matches!(*rows, "" | "results"));
                at == status && of_row.map_or(violation.field.as_str(), |(_, of)| of) == field
            }
            _ => false,
        };
        (exception.operation == name || exception.operation == EVERY) && is_field
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "3c90c3cc-0d44-4b50-8888-8dd25736052a";

    fn validate(method: &str, path: &str, status: u16, body: Value) -> Result<(), String> {
        Specification::published().validate(method, path, status, body.to_string().as_bytes())
    }

    fn page() -> Value {
        serde_json::json!({"count": 1, "next": null, "previous": null, "results": [{
            "id": ID,
            "memory": "Loves hiking",
            "user_id": "alice",
            "session_id": null,
            "metadata": {"any": {"thing": 1}},
            "created_at": "2026-03-01T12:00:00.123456Z",
        }]})
    }

    #[test]
    fn the_whole_specification_is_there() {
        assert_eq!(Specification::published().operations().count(), 55);
    }

    #[test]
    fn a_good_body_passes() {
        assert_eq!(validate("POST", "/v3/memories/", 200, page()), Ok(()));
    }

    #[test]
    fn a_renamed_field_is_red() {
        let mut body = page();
        let row = body["results"][0].as_object_mut().unwrap();
        let run = row.remove("session_id").unwrap();
        row.insert("run_id".into(), run);
        assert_eq!(
            validate("POST", "/v3/memories/", 200, body),
            Err("POST /v3/memories/ 200: results[0].run_id: is not in the specification".into())
        );
    }

    #[test]
    fn a_missing_required_field_is_red() {
        let mut body = page();
        body["results"][0].as_object_mut().unwrap().remove("memory");
        assert_eq!(
            validate("POST", "/v3/memories/", 200, body),
            Err("POST /v3/memories/ 200: results[0].memory: is required and missing".into())
        );
    }

    #[test]
    fn a_wrong_type_is_red() {
        let mut body = page();
        body["count"] = "1".into();
        assert_eq!(
            validate("POST", "/v3/memories/", 200, body),
            Err("POST /v3/memories/ 200: count: \"1\" is not of type integer".into())
        );
    }

    #[test]
    fn a_bad_date_time_is_red() {
        let mut body = page();
        body["results"][0]["created_at"] = "2026-03-01 12:00:00".into();
        assert_eq!(
            validate("POST", "/v3/memories/", 200, body),
            Err("POST /v3/memories/ 200: results[0].created_at: \"2026-03-01 12:00:00\" is not a date-time".into())
        );
    }

    #[test]
    fn a_null_where_none_is_allowed_and_a_value_out_of_range_are_red() {
        let hit = serde_json::json!({"results": [{
            "id": ID, "memory": "x", "created_at": "2026-03-01T12:00:00Z", "categories": null, "score": 1.5,
        }]});
        let error = validate("POST", "/v3/memories/search/", 200, hit).unwrap_err();
        assert!(error.contains("results[0].categories: null is not of type array"), "{error}");
        assert!(error.contains("results[0].score: 1.5 is outside 0 to 1"), "{error}");
    }

    #[test]
    fn one_of_wants_exactly_one_alternative() {
        let path = "/v1/memories/";
        let reason = serde_json::json!(["One of the filters: app_id, user_id is required!"]);
        assert_eq!(validate("GET", path, 400, reason), Ok(()));
        let neither = serde_json::json!({"errors": "no"});
        let error = validate("GET", path, 400, neither).unwrap_err();
        assert!(error.ends_with("errors: is not in the specification"), "{error}");
        let error = validate("GET", path, 400, serde_json::json!(1)).unwrap_err();
        assert!(error.contains("fits no alternative"), "{error}");
    }

    #[test]
    fn literal_segments_win_over_parameters_and_escapes_stay_in_their_segment() {
        let specification = Specification::published();
        let name =
            |method: &str, path: &str| specification.operation(method, path).map(|(name, _)| name);
        assert_eq!(
            name("GET", "/v1/memories/events/").as_deref(),
            Some("GET /v1/memories/events/")
        );
        assert_eq!(
            name("GET", &format!("/v1/memories/{ID}/history/")).as_deref(),
            Some("GET /v1/memories/{memory_id}/history/")
        );
        assert_eq!(
            name("DELETE", "/v2/entities/agent/bot%2F1/").as_deref(),
            Some("DELETE /v2/entities/{entity_type}/{entity_id}/")
        );
        assert_eq!(name("GET", "/v1/memories//"), None);
    }

    #[test]
    fn unlisted_statuses_are_red_unless_excepted_and_shaped_as_errors() {
        let detail = serde_json::json!({"detail": "no"});
        let path = format!("/v1/memories/{ID}/");
        assert_eq!(
            validate("GET", &path, 500, detail.clone()),
            Err("GET /v1/memories/{memory_id}/ 500: the specification doesn't list this status"
                .into())
        );
        assert_eq!(
            validate("GET", "/v9/", 200, detail.clone()),
            Err("GET /v9/ 200: the specification has no such operation".into())
        );
        assert_eq!(
            validate("GET", "/v1/ping/", 404, detail.clone()),
            Err("GET /v1/ping/ 404: the specification doesn't list this status".into())
        );
        assert_eq!(validate("GET", "/v9/", 404, detail.clone()), Ok(()));
        assert_eq!(validate("PATCH", "/v1/ping/", 405, detail.clone()), Ok(()));
        assert_eq!(validate("GET", &path, 401, detail), Ok(()));
        let error = validate("GET", &path, 401, serde_json::json!({"reason": "no"})).unwrap_err();
        assert!(error.contains("is no error of the platform"), "{error}");
    }

    #[test]
    fn an_excepted_field_may_depart_and_no_other() {
        let path = format!("/v1/memories/{ID}/history/");
        let row = |user: Value, agent: Value| {
            serde_json::json!([{
                "id": ID, "memory_id": ID, "input": [], "old_memory": null, "new_memory": "x", "event": "ADD",
                "user_id": user, "agent_id": agent,
                "created_at": "2026-03-01T12:00:00Z", "updated_at": "2026-03-01T12:00:00Z",
            }])
        };
        assert_eq!(validate("GET", &path, 200, row(Value::Null, "bot".into())), Ok(()));
        let error = validate("GET", &path, 200, row("alice".into(), 1.into())).unwrap_err();
        assert!(error.contains("[0].agent_id: 1 is not of type string"), "{error}");
    }

    #[test]
    fn an_envelope_may_surround_what_the_schema_wants_and_nothing_else() {
        let row = serde_json::json!({
            "id": ID, "memory": "x", "created_at": "2026-03-01T12:00:00Z",
            "updated_at": "2026-03-01T12:00:00Z",
        });
        let path = "/v2/memories/";
        let good = serde_json::json!({"results": [row]});
        assert_eq!(validate("POST", path, 200, good), Ok(()));
        let bad = serde_json::json!({"results": [{"id": ID}]});
        assert!(validate("POST", path, 200, bad).is_err());
        let more = serde_json::json!({"results": [row], "count": 1});
        assert!(validate("POST", path, 200, more).is_err());
        let elsewhere = serde_json::json!({"results": []});
        assert!(validate("GET", "/api/v1/orgs/organizations/", 200, elsewhere).is_err());
    }

    #[test]
    fn a_listed_error_has_its_own_shape() {
        let path = format!("/v1/memories/{ID}/");
        let found = validate("GET", &path, 404, serde_json::json!({"detail": "Not found."}));
        assert_eq!(
            found,
            Err("GET /v1/memories/{memory_id}/ 404: detail: is not in the specification".into())
        );
    }

    #[test]
    #[should_panic(expected = "go unchecked")]
    fn a_keyword_that_would_go_unchecked_is_refused() {
        let response =
            serde_json::json!({"content": {"application/json": {"schema": {"pattern": "^a"}}}});
        let document =
            serde_json::json!({"paths": {"/x/": {"get": {"responses": {"200": response}}}}});
        Specification::parse(&document.to_string());
    }

    #[test]
    fn every_exception_is_a_row_of_the_compatibility_page() {
        let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/compatibility/platform.md");
        let page = std::fs::read_to_string(page).unwrap();
        for exception in EXCEPTIONS {
            let row = format!("| {} |", exception.row);
            assert!(page.contains(&row), "no row {row} for: {}", exception.reason);
        }
    }
}
