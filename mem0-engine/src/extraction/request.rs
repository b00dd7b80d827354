//! What the model is asked.

use std::fmt::Write;

use mem0_components::{LlmCapabilities, LlmMessage, LlmRequest, LlmResponse, ResponseFormat};
use serde_json::{Value, json};

use crate::extraction::conversation::{Conversation, Known, Rules, Said};
use crate::extraction::refusal::Unreadable;
use crate::extraction::reply::FACTS;
use crate::extraction::times::weekday_name;

/// Changes whenever the words of the prompt do: recorded replies belong to one version.
pub(crate) const PROMPT_VERSION: &str = "1";

/// What every model is told.
pub(crate) const PROMPT: &str = include_str!("prompt.txt");

/// The form of the answer, for a model that does not follow a schema.
pub(crate) const FORM: &str = include_str!("form.txt");

/// The fields of a fact, in the order in which the model is told of them.
const FIELDS: [&str; 13] = [
    "message",
    "quote",
    "text",
    "about",
    "state",
    "kind",
    "denied",
    "when",
    "recurring",
    "categories",
    "relation",
    "to",
    "links",
];

/// Longer messages before the new ones are cut: they only help to understand.
const MOST_OF_EARLIER: usize = 600;

/// What the model is asked of a conversation.
///
/// What others wrote is in JSON strings, out of which no text can break.
pub(crate) fn request(
    conversation: &Conversation<'_>,
    capabilities: LlmCapabilities,
) -> LlmRequest {
    let wanted = ResponseFormat::JsonSchema { name: FACTS.to_owned(), schema: schema() };
    let format = capabilities.nearest(wanted);
    let follows_schema = matches!(format, ResponseFormat::JsonSchema { .. });
    let mut system = PROMPT.to_owned();
    add_rules(conversation.rules, &mut system);
    if !follows_schema {
        system.push('\n');
        system.push_str(FORM);
    }
    let messages = [LlmMessage::system(system), LlmMessage::user(data(conversation))];
    LlmRequest::new(messages).format(format)
}

/// What the model is asked after a reply that could not be read: the same, once more.
pub(crate) fn repair(
    conversation: &Conversation<'_>,
    capabilities: LlmCapabilities,
    reply: &LlmResponse,
    fault: &Unreadable,
) -> LlmRequest {
    let mut request = request(conversation, capabilities);
    // A service may refuse an empty message, and a long one that is wrong only costs again.
    if !reply.text.trim().is_empty() {
        request.messages.push(LlmMessage::assistant(cut(&reply.text, MOST_OF_EARLIER)));
    }
    request.messages.push(LlmMessage::user(fault.instruction()));
    request
}

fn add_rules(rules: &Rules, system: &mut String) {
    let told = [
        (
            "What the owner of this memory asks for, above all else said of facts here",
            &rules.instructions,
        ),
        ("List only facts about", &rules.includes),
        ("List no facts about", &rules.excludes),
    ];
    for (what, rule) in told {
        if let Some(rule) = rule.as_deref().map(str::trim).filter(|rule| !rule.is_empty()) {
            let _ = write!(system, "\n{what}:\n{rule}\n");
        }
    }
    if rules.categories.is_empty() {
        return;
    }
    system.push_str("\nThe categories:\n");
    for category in &rules.categories {
        let line = match category.description.trim() {
            "" => json!({"name": category.name}),
            description => json!({"name": category.name, "what": description}),
        };
        let _ = writeln!(system, "{line}");
    }
}

/// The part of a request that others wrote.
fn data(conversation: &Conversation<'_>) -> String {
    let mut data = String::new();
    match conversation.observed.and_then(|observed| Some((observed, observed.day()?))) {
        Some((observed, day)) => {
            let (hour, minute) = (observed.minute() / 60, observed.minute() % 60);
            let weekday = weekday_name(day);
            let _ =
                writeln!(data, "Date of the new messages: {weekday}, {day}, {hour:02}:{minute:02}");
        }
        None => data.push_str("Date of the new messages: not known\n"),
    }
    if !conversation.known.is_empty() {
        data.push_str("\nKnown memories:\n");
        for (number, known) in (1..).zip(conversation.known) {
            let _ = writeln!(data, "{}", known_line(number, known));
        }
    }
    if !conversation.earlier.is_empty() {
        data.push_str("\nEarlier messages:\n");
        for said in conversation.earlier {
            let _ = writeln!(data, "{}", said_line(None, said));
        }
    }
    data.push_str("\nNew messages:\n");
    for (number, said) in (1..).zip(conversation.messages) {
        let _ = writeln!(data, "{}", said_line(Some(number), said));
    }
    data
}

fn known_line(number: usize, known: &Known) -> Value {
    let mut line = json!({"memory": number, "text": known.text});
    if let Some(subject) = &known.subject {
        line["about"] = json!(subject);
    }
    if let Some(state) = &known.state {
        line["state"] = json!(state);
    }
    line
}

fn said_line(number: Option<usize>, said: &Said) -> Value {
    let mut line = json!({"from": said.role});
    if let Some(name) = &said.name {
        line["name"] = json!(name);
    }
    match number {
        Some(number) => {
            line["message"] = json!(number);
            line["text"] = json!(said.text);
        }
        None => line["text"] = json!(cut(&said.text, MOST_OF_EARLIER)),
    }
    line
}

/// At most so many characters of a text.
fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// The form of an answer. Every field is required and nullable rather than left out, as the
/// strictest services want it, and in the order of the prompt: a model that follows a schema writes
/// in its order, and a fact that begins with its quote is about what was said.
fn schema() -> Value {
    let text = || json!({"type": "string"});
    let text_or_null = || json!({"type": ["string", "null"]});
    let number_or_null = || json!({"type": ["integer", "null"]});
    let list = |of: Value| json!({"type": "array", "items": of});
    let kinds = ["plan", "state", "event", "relationship", "preference", "absence", "other"];
    let fields = json!({
        "message": {"type": "integer"},
        "quote": text(),
        "text": text(),
        "about": text(),
        "state": text_or_null(),
        "kind": {"type": "string", "enum": kinds},
        "denied": {"type": "boolean"},
        "when": text_or_null(),
        "recurring": {"type": "boolean"},
        "categories": list(text()),
        "relation": text_or_null(),
        "to": number_or_null(),
        "links": list(json!({"type": "integer"})),
    });
    let fact = json!({
        "type": "object",
        "properties": fields,
        "required": FIELDS,
        "additionalProperties": false,
    });
    json!({
        "type": "object",
        "properties": {FACTS: list(fact)},
        "required": [FACTS],
        "additionalProperties": false,
    })
}
