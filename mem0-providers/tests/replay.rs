//! Every recorded case of every embedder, and what of it differs on purpose.

use std::collections::BTreeMap;

use http::Response;
use http::header::{HeaderName, RETRY_AFTER};
use mem0_components::{ComponentError, ComponentErrorKind, Embedding, Purpose};
use mem0_providers::Body;
use serde_json::{Value, json};

use super::recordings::{Case, Exchange, Recording, is_as_recorded, read, vector, whole};
use super::script::{AccountFile, Asked, Script, answer, build, runtime};

/// The cases that cannot be said in this crate's words.
const NOT_SAYABLE: &[(&str, &str, &str)] = &[
    ("vertexai", "no_action", "every call has its purpose"),
    ("vertexai", "bad_action", "every purpose is a known one"),
];

#[test]
fn openai_is_as_recorded() {
    replay("openai", 17);
}

#[test]
fn azure_openai_is_as_recorded() {
    replay("azure_openai", 16);
}

#[test]
fn huggingface_is_as_recorded() {
    replay("huggingface", 14);
}

#[test]
fn lmstudio_is_as_recorded() {
    replay("lmstudio", 13);
}

#[test]
fn together_is_as_recorded() {
    replay("together", 12);
}

#[test]
fn ollama_is_as_recorded() {
    replay("ollama", 18);
}

#[test]
fn gemini_is_as_recorded() {
    replay("gemini", 15);
}

#[test]
fn vertexai_is_as_recorded() {
    replay("vertexai", 15);
}

#[test]
fn aws_bedrock_is_as_recorded() {
    replay("aws_bedrock", 15);
}

fn replay(provider: &str, cases: usize) {
    let recording: Recording = read(&format!("embedders/{provider}.json"));
    assert_eq!((recording.provider.as_str(), recording.cases.len()), (provider, cases));
    let account = (provider == "vertexai").then(|| AccountFile::new(json!({})));
    for mut case in recording.cases {
        if NOT_SAYABLE.iter().any(|(of, name, _)| (*of, *name) == (provider, case.name.as_str())) {
            continue;
        }
        if let Some(account) = &account {
            case.config["vertex_credentials_json"] = json!(account.path);
        }
        differ(provider, &mut case);
        one(provider, &case);
    }
}

/// What this crate does otherwise, and why.
fn differ(provider: &str, case: &mut Case) {
    // The length of the vectors is known before the first of them, and the official classes leave
    // it open where the model is not a known one.
    let is_open = match provider {
        "huggingface" => case.config["model"].is_null(),
        "azure_openai" => case.config["model"].is_null(),
        _ => false,
    };
    if is_open && case.config["embedding_dims"].is_null() {
        case.config["embedding_dims"] = json!(4);
    }
    // The model is looked up by the first call and not by the constructor, which does no I/O.
    if case.calls.iter().all(|call| call.texts().is_empty()) {
        case.exchanges.clear();
    }
    // Nobody needs to know what the model is before it is asked.
    case.exchanges.retain(|exchange| !exchange.url.contains("/v1/publishers/google/models/"));
    let is_search =
        case.calls.first().is_some_and(|call| call.purpose.as_deref() == Some("search"));
    for exchange in &mut case.exchanges {
        // One policy of retries for all.
        exchange.times = match exchange.answer.status {
            429 | 500 => 3,
            // A token that is refused is asked for anew, once.
            401 if provider == "vertexai" => 2,
            _ => 1,
        };
        let task = if is_search { "RETRIEVAL_QUERY" } else { "RETRIEVAL_DOCUMENT" };
        if provider == "gemini" {
            // A question is embedded as one.
            let requests = exchange.body["requests"].as_array_mut().unwrap();
            requests
                .iter_mut()
                .filter(|request| request.is_object())
                .for_each(|request| request["taskType"] = json!(task));
        }
        if !exchange.body["input_type"].is_null() && is_search {
            exchange.body["input_type"] = json!("search_query");
        }
    }
}

/// What a constructor must know, where the official one is wrong or leaves it open.
fn known_dimensions(provider: &str, recorded: &Value) -> usize {
    match provider {
        "ollama" | "lmstudio" => 768,
        "huggingface" => 4,
        "azure_openai" | "aws_bedrock" => 1536,
        _ => usize::try_from(recorded["embedding_dims"].as_u64().unwrap()).unwrap(),
    }
}

fn expected_error(case: &str) -> ComponentErrorKind {
    match case {
        "error_401" => ComponentErrorKind::Authentication,
        "error_429" => ComponentErrorKind::RateLimited,
        "error_500" | "error_500_on_embed" => ComponentErrorKind::Unavailable,
        "answer_too_short" | "no_embeddings" => ComponentErrorKind::Unreadable,
        "pull_fails" => ComponentErrorKind::Configuration,
        other => panic!("{other} has an error that nobody expects"),
    }
}

fn one(provider: &str, case: &Case) {
    let at = format!("{provider}, {}", case.name);
    let runtime = runtime();
    let exchanges: Vec<Exchange> = case
        .exchanges
        .iter()
        .flat_map(|exchange| std::iter::repeat_n(exchange.clone(), exchange.times))
        .collect();

    // How long the vectors are is known from the embedder, which needs a service first.
    let first = build(&Script::in_turn([]), &runtime, provider, &case.config, &case.variables);
    let dimensions = match &first {
        Ok(embedder) => embedder.dimensions(),
        Err(refused) => {
            assert_eq!(case.name, "no_key", "{at}: {refused}");
            assert_eq!(refused.path(), "embedder.config.api_key");
            return;
        }
    };
    let answers: Vec<(Exchange, Value)> = exchanges
        .iter()
        .map(|exchange| (exchange.clone(), whole(&exchange.answer.body, dimensions)))
        .collect();
    let next = std::sync::atomic::AtomicUsize::new(0);
    let script = Script::new(move |asked| {
        if let Some(token) = token(asked) {
            return token;
        }
        let at = next.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        let (exchange, body) = answers.get(at).unwrap_or_else(|| panic!("not expected: {asked:?}"));
        respond(exchange, body)
    });
    let embedder = build(&script, &runtime, provider, &case.config, &case.variables).unwrap();
    if case.calls.is_empty() {
        let recorded = case.result.as_ref().unwrap();
        let model = recorded["model"].as_str().unwrap();
        let model = model.strip_prefix("models/").unwrap_or(model);
        assert_eq!(embedder.model(), format!("{provider}/{model}"), "{at}");
        assert_eq!(dimensions, known_dimensions(provider, recorded), "{at}");
        return;
    }

    let mut found: Result<Vec<Vec<Embedding>>, ComponentError> = Ok(Vec::new());
    for call in &case.calls {
        let texts = call.texts();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let purpose = match call.purpose.as_deref() {
            Some("search") => Purpose::Search,
            Some("update") => Purpose::Update,
            _ => Purpose::Add,
        };
        let answer = runtime.block_on(embedder.embed(&texts, purpose));
        found = found.and_then(|mut all| {
            all.push(answer?);
            Ok(all)
        });
    }

    let mut asked: Vec<Asked> =
        script.asked().into_iter().filter(|asked| token(asked).is_none()).collect();
    assert_eq!(asked.len(), exchanges.len(), "{at}: how many requests");
    if provider == "aws_bedrock" {
        // One text each, several at once.
        let place = |asked: &Asked| {
            let body = asked.json();
            exchanges.iter().position(|exchange| is_as_recorded(&body, &exchange.body))
        };
        asked.sort_by_key(place);
    }
    for (asked, exchange) in asked.iter().zip(&exchanges) {
        compare(&at, asked, exchange);
    }
    match (found, &case.error) {
        (Err(error), Some(_)) => failed(&at, case, &error),
        (Ok(found), None) => succeeded(&at, case, &found, dimensions),
        (found, _) => panic!("{at}: {found:?}"),
    }
}

/// The answer to a request for a token of Google or Entra.
pub(crate) fn token(asked: &Asked) -> Option<Response<Body>> {
    let token = match asked.url.as_str() {
        "https://oauth2.googleapis.com/token" => "ya29.test",
        "https://login.microsoftonline.com/tenant-1/oauth2/v2.0/token" => "entra-test-token",
        _ => return None,
    };
    Some(answer(200, &json!({"access_token": token, "expires_in": 3599, "token_type": "Bearer"})))
}

pub(crate) fn respond(exchange: &Exchange, body: &Value) -> Response<Body> {
    let mut response = answer(exchange.answer.status, body);
    for (name, value) in exchange.answer.headers.as_object().into_iter().flatten() {
        let name: HeaderName = name.parse().unwrap();
        response.headers_mut().insert(name, value.as_str().unwrap().parse().unwrap());
    }
    response
}

pub(crate) fn compare(at: &str, asked: &Asked, recorded: &Exchange) {
    assert_eq!(asked.method, recorded.method, "{at}");
    let (address, query) = match asked.url.split_once('?') {
        Some((address, query)) => (address, query),
        None => (asked.url.as_str(), ""),
    };
    let query: BTreeMap<_, _> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let query: Vec<String> = query.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let address = match query.is_empty() {
        true => address.to_owned(),
        false => format!("{address}?{}", query.join("&")),
    };
    assert_eq!(address, recorded.url, "{at}");
    for (name, value) in recorded.headers.as_object().unwrap() {
        let found = asked.headers.get(name).unwrap_or_else(|| panic!("{at}: no header {name}"));
        let found = without_time(found.to_str().unwrap());
        assert_eq!(found, value.as_str().unwrap(), "{at}: {name}");
    }
    let body = asked.json();
    assert!(is_as_recorded(&body, &recorded.body), "{at}:\n{body}\n{}", recorded.body);
}

/// A signature without its day and without itself, as the recordings have it.
fn without_time(value: &str) -> String {
    let Some((before, signature)) = value.split_once(", Signature=") else {
        return value.to_owned();
    };
    assert!(signature.len() == 64 && signature.bytes().all(|byte| byte.is_ascii_hexdigit()));
    let mut parts: Vec<&str> = before.split('/').collect();
    assert!(parts[1].len() == 8 && parts[1].bytes().all(|byte| byte.is_ascii_digit()));
    parts[1] = "<yyyymmdd>";
    format!("{}, Signature=<hex>", parts.join("/"))
}

fn failed(at: &str, case: &Case, error: &ComponentError) {
    assert_eq!(error.kind(), expected_error(&case.name), "{at}: {error}");
    let shown = format!("{error} {error:?}");
    for hidden in ["test", "fake", "pears", "manifest"] {
        assert!(!shown.contains(hidden), "{at}: {shown}");
    }
    let asks_to_wait = case.exchanges.iter().any(|one| {
        one.answer.headers.get(RETRY_AFTER.as_str()).is_some() && one.answer.status == 429
    });
    let wait = asks_to_wait.then(|| std::time::Duration::from_secs(1));
    assert_eq!(error.wait(), wait, "{at}: {error}");
}

fn succeeded(at: &str, case: &Case, found: &[Vec<Embedding>], dimensions: usize) {
    let all: Vec<&Embedding> = found.iter().flatten().collect();
    let wanted: Vec<Vec<f32>> = match &case.result {
        // Of a long list, only its length was recorded; each request's vectors begin anew.
        None => {
            let in_a_request = if at.starts_with("vertexai") { 250 } else { 100 };
            (0..case.calls[0].texts().len()).map(|at| vector(at % in_a_request).to_vec()).collect()
        }
        Some(result) => match serde_json::from_value::<Vec<f32>>(result.clone()) {
            Ok(one) if !one.is_empty() => vec![one],
            _ => serde_json::from_value(result.clone()).unwrap(),
        },
    };
    assert_eq!(all.len(), wanted.len(), "{at}");
    for (found, wanted) in all.iter().zip(&wanted) {
        let found = found.components();
        assert_eq!(found.len(), dimensions, "{at}");
        let is_near = |(one, other): (&f32, &f32)| (one - other).abs() < 1e-4;
        assert!(found.iter().zip(wanted).all(is_near), "{at}: {:?}", &found[..4]);
        assert!(found[4..].iter().all(|number| *number == 0.0), "{at}");
    }
}
