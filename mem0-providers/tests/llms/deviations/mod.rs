//! What this crate does otherwise than the official classes, and why.

mod bedrock;
mod litellm;
mod openai;
mod own;

use serde_json::{Value, json};

use super::cases::{Case, PIXEL};
use crate::recordings::{Answer, Exchange};

/// The cases that cannot be said in this crate's words.
pub(crate) const NOT_SAYABLE: &[(&str, &str, &str)] = &[
    ("openai", "extra_kwargs_pass_through", "what a request has beside its question is configured"),
    ("litellm", "tools_unsupported_model", "a list of what every model can do is not kept"),
];

/// Something that is done otherwise.
pub(crate) struct Deviation {
    pub(crate) why: &'static str,
    /// In which cases, as they were recorded.
    pub(crate) applies: fn(&str, &Case) -> bool,
    /// What is expected in the place of what was recorded.
    pub(crate) change: fn(&mut Case),
}

/// All of them, in the order in which they are applied.
pub(crate) fn all() -> impl Iterator<Item = &'static Deviation> {
    [EVERYWHERE, openai::ALL, own::ALL, bedrock::ALL, litellm::ALL].into_iter().flatten()
}

const EVERYWHERE: &[Deviation] = &[
    Deviation {
        why: "One policy of retries holds for all providers.",
        applies: |_, case| case.name.starts_with("error_"),
        change: |case| {
            for exchange in &mut case.exchanges {
                exchange.times = match exchange.answer.status {
                    429 | 500.. => 3,
                    _ => 1,
                };
            }
        },
    },
    Deviation {
        why: "An image is sent as its bytes: whoever asks has them, and every provider takes them.",
        applies: |_, case| case.name == "vision" && case.request_is_openai(),
        change: |case| {
            let content = &mut case.exchanges[0].body["messages"][0]["content"];
            content[1]["image_url"]["url"] = format!("data:image/png;base64,{PIXEL}").into();
        },
    },
];

/// What models are told that have no mode for JSON.
const OBJECT: &str = "Answer with a single JSON object and nothing else.";

fn is(provider: &str, case: &Case, cases: &[(&str, &str)]) -> bool {
    cases.contains(&(provider, &case.name))
}

fn without(case: &mut Case, fields: &[&str]) {
    for exchange in &mut case.exchanges {
        if let Some(body) = exchange.body.as_object_mut() {
            body.retain(|name, _| !fields.contains(&name.as_str()));
        }
    }
}

/// An exchange that was not recorded.
fn exchange(url: &str, headers: Value, body: Value, answer: Value) -> Exchange {
    Exchange {
        method: "POST".to_owned(),
        url: url.to_owned(),
        headers,
        body,
        answer: Answer { status: 200, body: answer, headers: Value::Null },
        times: 1,
    }
}

/// One of OpenAI's protocol.
fn completion(url: &str, key: &str, body: Value, message: Value) -> Exchange {
    let answer = json!({"model": body["model"], "choices": [{"message": message}],
        "usage": {"prompt_tokens": 9, "completion_tokens": 3}});
    exchange(url, json!({"authorization": format!("Bearer {key}")}), body, answer)
}

impl Case {
    /// Whether the first request is one of OpenAI's protocol.
    fn request_is_openai(&self) -> bool {
        let url = self.exchanges.first().map(|exchange| exchange.url.as_str());
        url.is_some_and(|url| url.contains("/chat/completions"))
    }

    /// With an answer where there was an error.
    fn answers(&mut self, result: impl Into<Value>, exchange: Exchange) {
        self.error = None;
        self.result = result.into();
        self.exchanges = vec![exchange];
    }
}
