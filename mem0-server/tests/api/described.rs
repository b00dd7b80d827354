//! That `openapi.json` names every field and parameter that the server reads.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::Request;
use mem0_server::{Authentication, router};
use serde_json::{Map, Value, json};
use tower::ServiceExt;

use crate::app::STRANGER;
use crate::folder::Folder;
use crate::ignored_fields::properties;

pub(crate) const DOCUMENT: &str = include_str!("../../src/service/openapi.json");

/// A name that no operation knows.
const UNKNOWN: &str = "zz_unknown";

/// Each operation's name with its description.
pub(crate) fn operations(document: &Value) -> Vec<(String, String, Value)> {
    let paths = document["paths"].as_object().unwrap().iter();
    let methods = |(path, item): (&String, &Value)| {
        let of_path = item.as_object().unwrap().clone().into_iter();
        let path = path.clone();
        of_path
            .map(move |(method, operation)| (method.to_uppercase(), path.clone(), operation))
            .collect::<Vec<_>>()
    };
    paths.flat_map(methods).collect()
}

/// What an operation says of its body, with an empty list for one without a body.
fn body_fields(document: &Value, operation: &Value) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
    properties(document, schema, &mut names);
    names
}

/// Every word that may be the name of a field: the texts that look like one, in the sources that
/// say something of this.
fn words(of: &str, examples: &[&str]) -> Vec<String> {
    let mut found = BTreeSet::new();
    for sources in ["src", "../mem0-types/src"] {
        read(&Path::new(env!("CARGO_MANIFEST_DIR")).join(sources), of, &mut found);
    }
    for field in examples {
        assert!(found.contains(*field), "{field}");
    }
    found.into_iter().collect()
}

fn read(folder: &Path, of: &str, found: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && path.file_name().unwrap() != "bin" {
            read(&path, of, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let source = std::fs::read_to_string(&path).unwrap();
            if !source.contains(of) {
                continue;
            }
            let is_name = |word: &&str| {
                word.starts_with(|c: char| c.is_ascii_lowercase())
                    && word.chars().all(|c| c.is_ascii_lowercase() || c == '_')
            };
            found.extend(source.split('"').filter(is_name).map(str::to_owned));
        }
    }
}

fn filled(path: &str) -> String {
    let segment = |segment: &str| match segment {
        "{entity_type}" => "user".to_owned(),
        segment if segment.starts_with('{') => STRANGER.to_owned(),
        segment => segment.to_owned(),
    };
    path.split('/').map(segment).collect::<Vec<_>>().join("/")
}

async fn call(app: &Router, method: &str, path: &str, body: Body) -> (Option<String>, String) {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("idempotency-key", "a-key-of-the-test")
        .body(body)
        .unwrap();
    let response = app.clone().oneshot(request).await.unwrap();
    let ignored = response.headers().get("mem0-ignored-fields");
    let ignored = ignored.map(|names| names.to_str().unwrap().to_owned());
    let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    (ignored, String::from_utf8_lossy(&body).into_owned())
}

/// Which of the words an operation reads from its body; `None` if it takes no body.
async fn taken(
    app: &Router,
    method: &str,
    path: &str,
    words: &[String],
) -> Option<BTreeSet<String>> {
    let send = async |names: &[String]| {
        let names = names.iter().map(String::as_str).chain([UNKNOWN]);
        let body: Map<_, _> = names.map(|name| (name.to_owned(), json!("x"))).collect();
        call(app, method, path, Body::from(Value::Object(body).to_string())).await
    };
    let (ignored, refused) = send(&[]).await;
    if ignored.is_none() && !refused.contains(SETTINGS) {
        return None;
    }
    let mut taken = BTreeSet::new();
    // An answer names at most sixteen.
    for several in words.chunks(15) {
        if let (Some(ignored), _) = send(several).await
            && ignored.contains(UNKNOWN)
        {
            taken.extend(unnamed(several, &ignored));
            continue;
        }
        // One of them is refused, so that nothing is said of the others.
        for one in several.chunks(1) {
            match send(one).await {
                (_, refused) if [MISSPELT, MISPLACED].iter().any(|why| refused.contains(why)) => {}
                (Some(ignored), _) => taken.extend(unnamed(one, &ignored)),
                (None, _) => {
                    let body = json!({ one[0].clone(): null }).to_string();
                    let (_, refused) = call(app, method, path, Body::from(body)).await;
                    if !refused.contains(SETTINGS) {
                        taken.insert(one[0].clone());
                    }
                }
            }
        }
    }
    Some(taken)
}

/// What an operation says that refuses each field that it does not know.
const SETTINGS: &str = "Unsupported settings";

/// What an operation says of a name that is nearly another.
const MISSPELT: &str = "must be spelled so";

/// What it says of a field that has its place elsewhere.
const MISPLACED: &str = "belongs in the entries";

fn unnamed(words: &[String], ignored: &str) -> Vec<String> {
    let ignored: Vec<_> = ignored.split(", ").collect();
    assert!(ignored.contains(&UNKNOWN), "{ignored:?}");
    words.iter().filter(|word| !ignored.contains(&word.as_str())).cloned().collect()
}

#[tokio::test]
async fn every_field_that_is_read_is_described() {
    let document: Value = serde_json::from_str(DOCUMENT).unwrap();
    let words = words("", &["user_id", "keyword_search", "export_instructions", "schema"]);
    let folder = Folder::new();
    let engine = folder.open();
    let app = router(engine.clone(), Authentication::Off);
    let said = document["info"]["description"].as_str().unwrap();
    let mut missing = BTreeMap::new();
    let mut with_body = 0;
    for (method, path, operation) in operations(&document) {
        let described = body_fields(&document, &operation);
        let taken = taken(&app, &method, &filled(&path), &words).await;
        assert_eq!(taken.is_some(), !described.is_empty(), "{method} {path}: {taken:?}");
        let Some(taken) = taken else { continue };
        with_body += 1;
        // What every body may have is said once.
        let everywhere = |name: &String| said.contains(&format!("`{name}`"));
        let unsaid = taken.difference(&described).filter(|name| !everywhere(name));
        let unsaid: Vec<_> = unsaid.cloned().collect();
        if !unsaid.is_empty() {
            missing.insert(format!("{method} {path}"), unsaid);
        }
    }
    assert!(with_body > 25, "{with_body}");
    assert!(missing.is_empty(), "read, and not described: {missing:#?}");
    engine.close().await.unwrap();
}

#[tokio::test]
async fn every_parameter_that_is_read_is_described() {
    let document: Value = serde_json::from_str(DOCUMENT).unwrap();
    let said = document["info"]["description"].as_str().unwrap();
    let words = words("Query", &["user_id", "delete_linked", "page_size", "start_date", "email"]);
    let folder = Folder::new();
    let engine = folder.open();
    let app = router(engine.clone(), Authentication::Off);
    let (mut missing, mut read) = (BTreeMap::<_, Vec<_>>::new(), 0);
    for (method, path, operation) in operations(&document) {
        let parameters = operation["parameters"].as_array().into_iter().flatten();
        let in_query = parameters.filter(|parameter| parameter["in"] == "query");
        let described: BTreeSet<_> =
            in_query.map(|parameter| parameter["name"].as_str().unwrap()).collect();
        for name in &words {
            // What is read may be given once, or is refused where it is no list of ids or texts.
            let sent = format!("{}?{name}=1&{name}=1", filled(&path));
            let (_, answer) = call(&app, &method, &sent, Body::from("{}")).await;
            if answer.contains(&format!("{name}: must be given once")) {
                read += 1;
                if !described.contains(name.as_str()) && !said.contains(&format!("`{name}`")) {
                    missing.entry(format!("{method} {path}")).or_default().push(name.clone());
                }
            }
        }
    }
    assert!(read > 20, "{read}");
    assert!(missing.is_empty(), "read, and not described: {missing:#?}");
    engine.close().await.unwrap();
}

/// The fields below a schema that nothing is said of.
fn unsaid(schema: &Value, at: &str, found: &mut Vec<String>) {
    let says = |field: &Value| !field["description"].is_null() || !field["$ref"].is_null();
    for (name, field) in schema["properties"].as_object().into_iter().flatten() {
        if !says(field) && !says(&field["items"]) {
            found.push(format!("{at}: {name}"));
        }
    }
    match schema {
        Value::Object(parts) => {
            parts.iter().for_each(|(name, part)| unsaid(part, &format!("{at} {name}"), found));
        }
        Value::Array(parts) => parts.iter().for_each(|part| unsaid(part, at, found)),
        _ => {}
    }
}

#[test]
fn something_is_said_of_every_field_and_parameter() {
    let document: Value = serde_json::from_str(DOCUMENT).unwrap();
    let mut found = Vec::new();
    for (method, path, mut operation) in operations(&document) {
        operation.as_object_mut().unwrap().remove("x-codeSamples");
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            assert!(parameter["description"].is_string(), "{method} {path}: {parameter}");
        }
        unsaid(&operation, &format!("{method} {path}"), &mut found);
    }
    unsaid(&document["components"]["schemas"], "schemas", &mut found);
    assert!(found.is_empty(), "nothing is said of:\n{}", found.join("\n"));
}
