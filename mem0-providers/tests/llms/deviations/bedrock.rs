//! Of Bedrock.

use serde_json::{Value, json};

use super::{Case, Deviation, OBJECT, PIXEL, exchange, is};

/// A request to a model by Converse, and its answer.
fn converse(model: &str, mut body: Value, content: Value) -> crate::recordings::Exchange {
    let url = format!("https://bedrock-runtime.us-west-2.amazonaws.com/model/{model}/converse");
    body["inferenceConfig"] = match body["inferenceConfig"].take() {
        Value::Null => json!({"maxTokens": 2000, "temperature": 0.1}),
        config => config,
    };
    let answer = json!({"output": {"message": {"content": content}},
        "usage": {"inputTokens": 9, "outputTokens": 3}});
    exchange(&url, json!({}), body, answer)
}

fn said(role: &str, texts: &[&str]) -> Value {
    let parts = texts.iter().map(|text| json!({"text": text}));
    json!({"role": role, "content": parts.collect::<Vec<_>>()})
}

const SYSTEM: &str = "Answer in one word.";
const DOG: &str = "My dog is called Rex.";
const NICE: &str = "Nice name.";
const WHAT: &str = "What is my dog called?";

fn pear() -> Value {
    json!([{"text": "Pear"}])
}

/// The conversation of the recordings, with instructions apart or in its first message.
fn conversation(takes_system: bool) -> Value {
    let first = if takes_system { vec![DOG] } else { vec![SYSTEM, DOG] };
    let mut body = json!({"messages": [
        said("user", &first), said("assistant", &[NICE]), said("user", &[WHAT]),
    ]});
    if takes_system {
        body["system"] = json!([{"text": SYSTEM}]);
    }
    body
}

fn tools(case: &Case) -> Value {
    let function = &case.request["tools"][0]["function"];
    json!({"tools": [{"toolSpec": {"name": function["name"],
        "description": function["description"],
        "inputSchema": {"json": function["parameters"]}}}]})
}

pub(super) const ALL: &[Deviation] = &[
    Deviation {
        why: "The list of models is not asked for: whoever names a model knows that it is there.",
        applies: |provider, case| is(provider, case, &[("aws_bedrock", "default_model_text")]),
        change: |case| {
            case.exchanges.remove(0);
        },
    },
    Deviation {
        why: "A model is asked for JSON in words, and not left to guess.",
        applies: |provider, case| is(provider, case, &[("aws_bedrock", "json_object")]),
        change: |case| {
            case.exchanges[0].body["system"] = json!([{"text": SYSTEM}, {"text": OBJECT}]);
        },
    },
    Deviation {
        why: "Images are sent and not refused.",
        applies: |provider, case| is(provider, case, &[("aws_bedrock", "vision")]),
        change: |case| {
            let image = json!({"image": {"format": "png", "source": {"bytes": PIXEL}}});
            let content = json!([{"text": "What is on this picture?"}, image]);
            let body = json!({"messages": [{"role": "user", "content": content}]});
            let model = "anthropic.claude-3-5-sonnet-20240620-v1%3A0";
            case.answers("Pear", converse(model, body, pear()));
        },
    },
    Deviation {
        why: "Nova is asked as Converse wants it.",
        applies: |provider, case| {
            is(provider, case, &[("aws_bedrock", "nova_text"), ("aws_bedrock", "nova_tools")])
        },
        change: |case| {
            let model = "amazon.nova-lite-v1%3A0";
            if case.name == "nova_text" {
                let body = json!({"messages": [said("user", &["Name one fruit."])]});
                return case.answers("Pear", converse(model, body, pear()));
            }
            let body = json!({"messages": [said("user", &["Please save two pears."])],
                "toolConfig": tools(case)});
            let call = json!({"name": "save_fruit", "input": {"count": 2}});
            let result = json!({"tool_calls": [{"name": "save_fruit", "arguments": {"count": 2}}]});
            case.answers(result, converse(model, body, json!([{"toolUse": call}])));
        },
    },
    Deviation {
        why: "Converse serves every model that knows conversations.",
        applies: |provider, case| {
            let cases = [
                ("aws_bedrock", "meta_invoke"),
                ("aws_bedrock", "mistral_invoke"),
                ("aws_bedrock", "titan_invoke"),
                ("aws_bedrock", "deepseek_invoke_generic"),
            ];
            is(provider, case, &cases)
        },
        change: |case| {
            let takes_system = !matches!(&*case.name, "mistral_invoke" | "titan_invoke");
            let mut body = conversation(takes_system);
            if case.name == "titan_invoke" {
                body["inferenceConfig"] =
                    json!({"maxTokens": 2000, "temperature": 0.1, "topP": 0.9});
            }
            let model = case.config["model"].as_str().unwrap().replace(':', "%3A");
            case.answers("Pear", converse(&model, body, pear()));
        },
    },
    Deviation {
        why: "A model without conversations gets one text, and only the fields that it knows.",
        applies: |provider, case| {
            is(provider, case, &[("aws_bedrock", "cohere_invoke"), ("aws_bedrock", "ai21_invoke")])
        },
        change: |case| {
            let prompt = format!(
                "System: {SYSTEM}\nUser: {DOG}\nAssistant: {NICE}\nUser: {WHAT}\nAssistant:"
            );
            let limit = if case.name == "ai21_invoke" { "maxTokens" } else { "max_tokens" };
            case.exchanges[0].body = json!({"prompt": prompt, limit: 2000, "temperature": 0.1});
        },
    },
    Deviation {
        why: "The whole conversation is sent with tools, and not the last message alone.",
        applies: |provider, case| is(provider, case, &[("aws_bedrock", "cohere_tools")]),
        change: |case| {
            let conversation = conversation(true);
            let body = &mut case.exchanges[0].body;
            body["messages"] = conversation["messages"].clone();
            body["system"] = conversation["system"].clone();
        },
    },
    Deviation {
        why: "Tools are refused by a model that has none, and not left out.",
        applies: |provider, case| is(provider, case, &[("aws_bedrock", "meta_tools_unsupported")]),
        change: |case| {
            case.exchanges.clear();
            case.error = Some("unsupported".to_owned());
        },
    },
];
