//! Every recorded case of every language model.

use std::sync::atomic::{AtomicUsize, Ordering};

use mem0_components::{ComponentErrorKind, FinishReason, LlmResponse, TokenUsage};
use serde_json::{Value, json};

use super::cases::{Case, recording};
use super::deviations::{NOT_SAYABLE, all};
use super::llm;
use crate::recordings::Exchange;
use crate::replay::{compare, respond, token};
use crate::script::{AccountFile, Script, runtime};

/// How many cases each provider has.
const RECORDED: &[(&str, usize)] = &[
    ("anthropic", 24),
    ("aws_bedrock", 28),
    ("azure_openai", 17),
    ("azure_openai_structured", 11),
    ("deepseek", 12),
    ("gemini", 19),
    ("groq", 11),
    ("litellm", 26),
    ("lmstudio", 12),
    ("minimax", 10),
    ("mistral", 10),
    ("ollama", 16),
    ("openai", 28),
    ("openai_structured", 12),
    ("openrouter", 14),
    ("sarvam", 10),
    ("together", 10),
    ("vllm", 11),
    ("xai", 11),
];

#[test]
fn every_case_is_as_recorded_but_for_the_deviations() {
    let mut used = vec![0; all().count()];
    let account = AccountFile::new(json!({}));
    for (provider, cases) in RECORDED {
        let recording = recording(provider);
        assert_eq!((recording.provider.as_str(), recording.cases.len()), (*provider, *cases));
        for mut case in recording.cases {
            if NOT_SAYABLE.iter().any(|(of, name, _)| (*of, *name) == (*provider, &*case.name)) {
                continue;
            }
            let recorded = case.clone();
            for (deviation, used) in all().zip(&mut used) {
                if (deviation.applies)(provider, &recorded) {
                    (deviation.change)(&mut case);
                    *used += 1;
                }
            }
            one(provider, &case, &account);
        }
    }
    for (deviation, used) in all().zip(used) {
        assert!(used > 0, "nothing deviates: {}", deviation.why);
    }
}

fn one(provider: &str, case: &Case, account: &AccountFile) {
    let at = format!("{provider}, {}", case.name);
    let runtime = runtime();
    let exchanges: Vec<Exchange> = case
        .exchanges
        .iter()
        .flat_map(|exchange| std::iter::repeat_n(exchange.clone(), exchange.times))
        .collect();
    let answers = exchanges.clone();
    let next = AtomicUsize::new(0);
    let script = Script::new(move |asked| {
        if let Some(token) = token(asked) {
            return token;
        }
        let at = next.fetch_add(1, Ordering::SeqCst);
        let exchange = answers.get(at).unwrap_or_else(|| panic!("not expected: {asked:?}"));
        respond(exchange, &exchange.answer.body)
    });
    let name = if provider == "openrouter" { "openai" } else { provider };
    let mut variables = case.variables.clone();
    if case.config["vertexai"] == true {
        variables = json!({"GOOGLE_APPLICATION_CREDENTIALS": account.path});
    }
    let llm = match llm(&script, &runtime, name, &case.config, &variables) {
        Ok(llm) => llm,
        Err(refused) => {
            assert_eq!(refused_at(&case.name), Some(refused.path()), "{at}: {refused}");
            return;
        }
    };
    let found = runtime.block_on(llm.generate(&case.request()));
    let asked = script.asked();
    let asked: Vec<_> = asked.iter().filter(|asked| token(asked).is_none()).collect();
    assert_eq!(asked.len(), exchanges.len(), "{at}: how many requests: {found:?}");
    for (asked, exchange) in asked.iter().zip(&exchanges) {
        compare(&at, asked, exchange);
    }
    match (found, &case.error) {
        (Err(error), Some(expected)) => {
            assert_eq!(error.kind(), kind(&case.name, expected), "{at}: {error}");
            assert!(!format!("{error} {error:?}").contains("test"), "{at}: {error}");
        }
        (Ok(found), None) => answered(&at, case, &found),
        (found, expected) => panic!("{at}: {found:?}, but {expected:?}"),
    }
}

/// The setting that a case without a model is refused for.
fn refused_at(case: &str) -> Option<&'static str> {
    match case {
        "no_key" => Some("llm.config.api_key"),
        "unknown_provider" | "route_unknownthing_foo" => Some("llm.config.model"),
        _ => None,
    }
}

/// What a recorded error is here; those that deviate name their kind.
fn kind(case: &str, error: &str) -> ComponentErrorKind {
    match (case, error) {
        ("error_401" | "error_403", _) => ComponentErrorKind::Authentication,
        ("error_429", _) => ComponentErrorKind::RateLimited,
        ("error_500" | "error_529", _) => ComponentErrorKind::Unavailable,
        ("error_404_no_model", _) => ComponentErrorKind::Configuration,
        ("error_400", _) | (_, "refused") => ComponentErrorKind::Refused,
        ("tool_arguments_not_json", _) | (_, "unreadable") => ComponentErrorKind::Unreadable,
        (_, "unsupported") => ComponentErrorKind::Unsupported,
        other => panic!("nobody expects {other:?}"),
    }
}

fn answered(at: &str, case: &Case, found: &LlmResponse) {
    let calls = found.tool_calls.iter();
    let calls = calls.map(|call| json!({"name": call.name, "arguments": call.arguments}));
    let calls: Value = calls.collect();
    match &case.result {
        Value::String(text) => {
            assert_eq!((&found.text, calls, found.finish), (text, json!([]), FinishReason::Stop));
        }
        Value::Object(result) => {
            assert_eq!(calls, result["tool_calls"], "{at}");
            if let Some(content) = result.get("content") {
                assert_eq!(found.text, content.as_str().unwrap_or_default(), "{at}");
            }
            let calls = !found.tool_calls.is_empty();
            assert_eq!(found.finish == FinishReason::ToolCalls, calls, "{at}");
        }
        other => panic!("{at}: nobody expects {other}"),
    }
    let body = &case.exchanges[0].answer.body;
    let counts = ["usage", "usageMetadata", "prompt_eval_count"];
    if counts.iter().any(|field| !body[field].is_null()) {
        assert_eq!(found.usage, Some(TokenUsage::new(9, 3)), "{at}");
    }
    let model = ["model", "modelVersion"].iter().find_map(|field| body[field].as_str());
    assert_eq!(found.model.as_deref(), model, "{at}");
}
