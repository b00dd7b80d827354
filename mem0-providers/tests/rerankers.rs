//! Rerankers: what they send, what they make of an answer, and the promises of the trait.
//!
//! The exchanges in `by_hand` are written from the documentation of the services; none was
//! recorded.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::Response;
use mem0_components::testing::{WordReranker, check_reranker};
use mem0_components::{ComponentErrorKind, ComponentKind, Registry, Reranker};
use mem0_providers::Body;
use serde::Deserialize;
use serde_json::{Value, json};

use super::conformance::block_on;
use super::failures::{KEY, repeating, told_of};
use super::recordings::{Exchange, is_as_recorded, read};
use super::script::{Asked, Script, answer, components, runtime};

#[derive(Deserialize)]
struct ByHand {
    provider: String,
    source: String,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    config: Value,
    #[serde(default)]
    variables: Value,
    query: String,
    documents: Vec<String>,
    exchanges: Vec<Exchange>,
    result: Option<Vec<f64>>,
    error: Option<String>,
}

fn reranker(
    script: &Script,
    runtime: &tokio::runtime::Runtime,
    provider: &str,
    config: &Value,
    variables: &Value,
) -> Result<Arc<dyn Reranker>, String> {
    let given = json!({"reranker": {"provider": provider, "config": config}});
    let made = components(script, Some(runtime), &given, variables);
    made.map(|made| made.reranker.unwrap()).map_err(|refused| refused.to_string())
}

#[test]
fn requests_and_answers_are_as_the_services_document_them() {
    let runtime = runtime();
    for file in ["cohere", "zero_entropy", "huggingface", "llm_reranker"] {
        let ByHand { provider, source, cases } = read(&format!("../by_hand/{file}.json"));
        assert!(provider == file && source.contains("by hand"));
        for case in cases {
            let at = format!("{provider}, {}", case.name);
            let exchanges: Vec<Exchange> = case
                .exchanges
                .iter()
                .flat_map(|one| std::iter::repeat_n(one.clone(), one.times))
                .collect();
            // Some are under way at once, so each is told by its body.
            let (left, of) = (Mutex::new(exchanges.clone()), at.clone());
            let script = Script::new(move |asked| {
                let (body, mut left) = (asked.json(), left.lock().unwrap());
                let found = left.iter().position(|one| is_as_recorded(&body, &one.body));
                let Exchange { method, url, headers, answer: told, .. } =
                    left.remove(found.unwrap_or_else(|| panic!("{of}: {body} is not expected")));
                assert_eq!((&asked.method, &asked.url), (&method, &url), "{of}");
                for (name, value) in headers.as_object().unwrap() {
                    assert_eq!(asked.headers[name], value.as_str().unwrap(), "{of}: {name}");
                }
                let mut response = answer(told.status, &told.body);
                for (name, value) in told.headers.as_object().into_iter().flatten() {
                    let name: http::HeaderName = name.parse().unwrap();
                    response.headers_mut().insert(name, value.as_str().unwrap().parse().unwrap());
                }
                response
            });
            let made = reranker(&script, &runtime, &provider, &case.config, &case.variables);
            let reranker = made.unwrap();
            let documents: Vec<&str> = case.documents.iter().map(String::as_str).collect();
            let found = runtime.block_on(reranker.rerank(&case.query, &documents));
            assert_eq!(script.asked().len(), exchanges.len(), "{at}: how many requests");
            match (found, &case.result, &case.error) {
                (Ok(found), Some(wanted), _) => assert_eq!(&found, wanted, "{at}"),
                (Err(error), _, Some(kind)) => {
                    let found = format!("{:?}", error.kind());
                    let expected = kind.replace('_', "");
                    assert_eq!(found.to_lowercase(), expected, "{at}: {error}");
                    let asks = exchanges[0].answer.headers["retry-after"].is_string();
                    assert_eq!(error.wait(), asks.then(|| Duration::from_secs(1)), "{at}");
                }
                (found, ..) => panic!("{at}: {found:?}"),
            }
        }
    }
}

/// The settings with which each provider is made.
fn subjects() -> Vec<(&'static str, Value)> {
    vec![
        ("cohere", json!({"api_key": KEY})),
        ("zero_entropy", json!({"api_key": KEY})),
        ("huggingface", json!({"api_key": KEY, "huggingface_base_url": "http://tei:8080"})),
        ("llm_reranker", json!({"api_key": KEY})),
    ]
}

#[test]
fn every_provider_has_a_subject() {
    let registry = mem0_providers::register(Registry::empty());
    let named: BTreeSet<&str> = subjects().iter().map(|(provider, _)| *provider).collect();
    assert!(registry.names(ComponentKind::Reranker).eq(named));
}

/// Question and documents of a request, of any protocol.
fn texts(asked: &Asked) -> (String, Vec<String>) {
    let body = asked.json();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    if let Some(messages) = body["messages"].as_array() {
        let said = text(&messages.last().unwrap()["content"]);
        let (query, document) = said.split_once("\n\nDocument: ").unwrap();
        let query = query.strip_prefix("Question: ").unwrap();
        return (query.to_owned(), vec![document.to_owned()]);
    }
    let documents = if body["texts"].is_null() { &body["documents"] } else { &body["texts"] };
    (text(&body["query"]), documents.as_array().unwrap().iter().map(text).collect())
}

/// What a service answers that judges by words.
fn judged(asked: &Asked) -> Response<Body> {
    let (query, documents) = texts(asked);
    if documents.iter().chain([&query]).any(|text| text.len() > 100_000) {
        return answer(413, &json!({"message": "heliotrope: the input is too long"}));
    }
    let words = WordReranker::new();
    let scores = documents.iter().map(|document| words.score(&query, document)).enumerate();
    let mut rows: Vec<(usize, f64)> = scores.collect();
    // The best first, as services answer.
    rows.sort_by(|one, other| other.1.total_cmp(&one.1));
    let named = |field: &str| {
        let row = |(at, score): &(usize, f64)| json!({"index": at, field: score});
        rows.iter().map(row).collect::<Value>()
    };
    let body = match asked.url.as_str() {
        url if url.ends_with("/chat/completions") => {
            let score = format!("{:.4}", rows[0].1);
            json!({"choices": [{"message": {"role": "assistant", "content": score}}]})
        }
        "http://tei:8080/rerank" => named("score"),
        _ => json!({"results": named("relevance_score")}),
    };
    answer(200, &body)
}

#[test]
fn every_reranker_passes_the_suite() {
    for (provider, config) in subjects() {
        let script = Script::new(judged);
        // Over a runtime of the crate's own: the suite is polled by a thread without one.
        let given = json!({"reranker": {"provider": provider, "config": config}});
        let made = components(&script, None, &given, &Value::Null).unwrap();
        let report = block_on(check_reranker(&*made.reranker.unwrap())).unwrap();
        assert_eq!(report.refused().count(), 0, "{report}");
    }
}

#[test]
fn no_failure_shows_a_key_or_a_text() {
    let runtime = runtime();
    for (provider, config) in subjects() {
        for status in [200, 204, 302, 400, 401, 403, 404, 413, 422, 424, 429, 500, 503] {
            let script = Script::new(move |_| repeating(status));
            let reranker = reranker(&script, &runtime, provider, &config, &Value::Null).unwrap();
            let found = runtime.block_on(reranker.rerank("heliotrope?", &["heliotrope"]));
            let error = found.unwrap_err();
            told_of(provider, status, &format!("{error} {error:?} {reranker:?}"));
            let expected = if provider == "llm_reranker" { "openai" } else { provider };
            assert_eq!(error.provider(), expected, "{status}");
        }
    }
}

#[test]
fn an_answer_without_a_score_for_each_document_is_unreadable() {
    let runtime = runtime();
    let row = |at: usize, score: f64| json!({"index": at, "relevance_score": score});
    for results in [
        json!([row(0, 0.5)]),
        json!([row(0, 0.5), row(0, 0.4)]),
        json!([row(0, 0.5), row(2, 0.4)]),
        json!([row(0, 0.5), row(1, 1.5)]),
        json!([row(0, 0.5), row(1, -0.1)]),
        json!("heliotrope"),
        json!([{"index": 0}, {"index": 1}]),
    ] {
        let script = Script::in_turn([answer(200, &json!({"results": results}))]);
        let config = json!({"api_key": KEY});
        let reranker = reranker(&script, &runtime, "cohere", &config, &Value::Null).unwrap();
        let error = runtime.block_on(reranker.rerank("tea?", &["tea", "soup"])).unwrap_err();
        assert_eq!(error.kind(), ComponentErrorKind::Unreadable, "{results}: {error}");
    }
}

#[test]
fn a_model_that_says_no_number_for_one_document_leaves_it_undecided() {
    let runtime = runtime();
    let saying = |said: fn(&str) -> &'static str| {
        Script::new(move |asked| {
            let message = json!({"content": said(&texts(asked).1[0])});
            answer(200, &json!({"choices": [{"message": message}]}))
        })
    };
    let config = json!({"api_key": KEY});
    let build = |script| reranker(script, &runtime, "llm_reranker", &config, &Value::Null).unwrap();
    let script = saying(|document| match document {
        "a" => "0.9",
        "b" => "I cannot say",
        _ => "Score: 0.1",
    });
    let found = runtime.block_on(build(&script).rerank("tea?", &["a", "b", "c"]));
    assert_eq!(found.unwrap(), [0.9, 0.5, 0.1]);
    let script = saying(|_| "heliotrope");
    let error = runtime.block_on(build(&script).rerank("tea?", &["a", "b"])).unwrap_err();
    assert_eq!(
        error.to_string(),
        "openai: the answer does not have the form that was asked for: no answer has a number",
    );
}

#[test]
fn settings_make_a_reranker_or_say_what_is_wrong() {
    let key = || json!({"OPENAI_API_KEY": "k", "GROQ_API_KEY": "g"});
    let none = || Value::Null;
    for (provider, config, variables, expected) in [
        ("cohere", json!({"api_key": "k"}), none(), "cohere/rerank-v3.5"),
        ("cohere", json!({"apiKey": "k", "topK": 5, "model": "m"}), none(), "cohere/m"),
        (
            "cohere",
            json!({}),
            none(),
            "reranker.config.api_key is missing; give it there, or in the variable COHERE_API_KEY",
        ),
        (
            "cohere",
            json!({"api_key": "k", "retrun_documents": true}),
            none(),
            "reranker.config.retrun_documents is not a known field; did you mean return_documents?",
        ),
        (
            "zero_entropy",
            json!({"api_key": "k", "return_documents": true}),
            none(),
            "reranker.config.return_documents is not a known field; known are \
             zero_entropy_base_url, http_client_proxies, api_key, model, top_k",
        ),
        (
            "huggingface",
            json!({}),
            none(),
            "reranker.config.huggingface_base_url is missing; give the address of a server that \
             has the model",
        ),
        (
            "huggingface",
            json!({"huggingface_base_url": "http://tei:1", "batch_size": 0}),
            none(),
            "reranker.config.batch_size must be 1 or more",
        ),
        (
            "sentence_transformer",
            json!({}),
            none(),
            "reranker.provider is \"sentence_transformer\", which this build does not have: leave \
             the reranker out, or give a server of its model as huggingface",
        ),
        ("cohre", json!({}), none(), "reranker.provider is \"cohre\"; did you mean cohere?"),
        ("llm_reranker", json!({}), key(), "openai/gpt-4o-mini"),
        ("llm_reranker", json!({"provider": "groq", "model": "m"}), key(), "groq/m"),
        (
            "llm_reranker",
            json!({"llm": {"provider": "groq", "config": {"model": "m"}}}),
            key(),
            "groq/m",
        ),
        (
            "llm_reranker",
            json!({"api_key": "k", "model": "m", "llm": {"config": {"openaiBaseUrl":
                "http://localhost:11434/v1"}}}),
            none(),
            "openai/m",
        ),
        (
            "llm_reranker",
            json!({"llm": {"provider": "lmstudio", "config": {"modle": "m"}}}),
            none(),
            "reranker.config.llm.config.modle is not a known field; did you mean model?",
        ),
        (
            "llm_reranker",
            json!({"llm": {"provider": "openai", "config": {}}}),
            none(),
            "reranker.config.llm.config.api_key is missing; give it there, or in the variable \
             OPENAI_API_KEY",
        ),
        ("llm_reranker", json!({"llm": {"provider": "ollama"}}), none(), "ollama/llama3.1:70b"),
        (
            "llm_reranker",
            json!({"provider": "anthropic", "api_key": "k", "model": "claude-haiku-4-5"}),
            none(),
            "anthropic/claude-haiku-4-5",
        ),
        (
            "llm_reranker",
            json!({"provider": "huggingface"}),
            key(),
            "reranker.config.provider must be one of anthropic, aws_bedrock, azure_openai, \
             azure_openai_structured, deepseek, gemini, groq, litellm, lmstudio, minimax, mistral, \
             ollama, openai, openai_structured, openrouter, sarvam, together, vllm, xai",
        ),
    ] {
        let shown = config.to_string();
        let script = Script::in_turn([]);
        let told = match reranker(&script, &runtime(), provider, &config, &variables) {
            Ok(reranker) => reranker.name().to_owned(),
            Err(refused) => refused,
        };
        assert_eq!(told, expected, "{provider} {shown}");
    }
}
