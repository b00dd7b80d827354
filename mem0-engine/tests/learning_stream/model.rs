//! A model that knows what is true, and makes the mistakes that models make.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use fastrand::Rng;
use mem0_components::testing::ScriptedLlm;
use mem0_components::{ComponentError, LlmMessage, LlmRequest, LlmResponse};
use serde_json::{Value, json};

/// What it answers to one conversation.
#[derive(Clone)]
pub(super) struct Script {
    pub(super) facts: Vec<Told>,
    pub(super) form: Form,
    pub(super) mistakes: Vec<Mistake>,
    pub(super) seed: u64,
}

/// A fact, and the memory that it points to.
#[derive(Clone, Debug)]
pub(super) struct Told {
    pub(super) fact: Value,
    pub(super) to: Pointer,
}

#[derive(Clone, Debug)]
pub(super) enum Pointer {
    Nothing,
    /// The known memory that has this.
    With(String),
    /// Any number at all.
    Any,
}

/// What it does to its whole answer.
#[derive(Debug, Clone, Copy)]
pub(super) enum Form {
    Plain,
    Fenced,
    Prose,
    Thinking,
    List,
    CutOff,
    Unreadable,
}

/// What it adds of its own that the conversation does not say.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Mistake {
    /// A known memory, quoted as it is known or with the words of a new message.
    EchoesKnown { quote: Option<String> },
    /// A message from before.
    EchoesEarlier,
    /// Words of the prompt.
    RepeatsPrompt { quote: String },
    /// Whatever else: what is wrong is in the fact.
    Says(Value),
}

#[derive(Clone)]
pub(super) struct Model {
    pub(super) llm: ScriptedLlm,
    scripts: Arc<Mutex<HashMap<String, Script>>>,
}

impl Model {
    pub(super) fn new() -> Self {
        let scripts: Arc<Mutex<HashMap<String, Script>>> = Arc::default();
        let answers = scripts.clone();
        let llm = ScriptedLlm::answering(move |request| answer(request, &answers));
        Self { llm, scripts }
    }

    /// What it answers to these messages.
    pub(super) fn will_say(&self, messages: &[String], script: Script) {
        self.scripts.lock().unwrap().insert(messages.join("\n"), script);
    }
}

/// What a prompt shows.
pub(super) struct Shown {
    pub(super) known: Vec<String>,
    pub(super) earlier: Vec<String>,
    pub(super) new: Vec<String>,
}

pub(super) fn shown(request: &LlmRequest) -> Shown {
    let mut shown = Shown { known: Vec::new(), earlier: Vec::new(), new: Vec::new() };
    for message in request.messages.iter().skip(1) {
        let text = message.text();
        let lines = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        for line in lines {
            let Some(text) = line["text"].as_str().map(str::to_owned) else { continue };
            match () {
                () if line["memory"].is_number() => shown.known.push(text),
                () if line["message"].is_number() => shown.new.push(text),
                () => shown.earlier.push(text),
            }
        }
    }
    shown
}

fn answer(
    request: &LlmRequest,
    scripts: &Mutex<HashMap<String, Script>>,
) -> Result<LlmResponse, ComponentError> {
    let shown = shown(request);
    let script = scripts.lock().unwrap().get(&shown.new.join("\n")).cloned();
    let script = script.expect("the model is asked of what nobody said");
    let mut rng = Rng::with_seed(script.seed);
    let mut facts: Vec<Value> =
        script.facts.iter().map(|told| told.pointed(&shown, &mut rng)).collect();
    for mistake in &script.mistakes {
        facts.extend(mistake.fact(request, &shown, &mut rng));
    }
    let is_repair = request.messages.len() > 2;
    let whole = json!({ "facts": facts }).to_string();
    Ok(script.form.reply(&whole, &facts, is_repair))
}

impl Told {
    fn pointed(&self, shown: &Shown, rng: &mut Rng) -> Value {
        let mut fact = self.fact.clone();
        match &self.to {
            Pointer::Nothing => {}
            Pointer::With(value) => {
                let place = shown.known.iter().position(|known| known.contains(value));
                fact["to"] = json!(place.map(|place| place + 1));
            }
            Pointer::Any => {
                const RELATIONS: [&str; 5] =
                    ["repeats", "refines", "replaces", "corrects", "retracts"];
                fact["relation"] = json!(RELATIONS[rng.usize(..RELATIONS.len())]);
                fact["to"] = json!(rng.usize(..shown.known.len() + 3));
            }
        }
        fact
    }
}

impl Mistake {
    fn fact(&self, request: &LlmRequest, shown: &Shown, rng: &mut Rng) -> Option<Value> {
        let any = |of: &[String], rng: &mut Rng| {
            (!of.is_empty()).then(|| of[rng.usize(..of.len())].clone())
        };
        match self {
            Self::EchoesKnown { quote } => {
                let text = any(&shown.known, rng)?;
                Some(fact(&text, quote.as_deref().unwrap_or(&text), None))
            }
            Self::EchoesEarlier => {
                let before = shown.earlier.iter().filter(|it| !is_said_again(it, &shown.new));
                let text = any(&before.cloned().collect::<Vec<_>>(), rng)?;
                Some(fact(&text, &text, None))
            }
            Self::RepeatsPrompt { quote } => {
                let prompt = request.messages.first().map(LlmMessage::text).unwrap_or_default();
                let words: Vec<_> = prompt.split_whitespace().collect();
                let at = rng.usize(..words.len() - 8);
                Some(fact(&words[at..at + 8].join(" "), quote, None))
            }
            Self::Says(fact) => Some(fact.clone()),
        }
    }
}

fn is_said_again(text: &str, new: &[String]) -> bool {
    let text = text.trim_end_matches('.');
    new.iter().any(|new| new.contains(text) || text.contains(new.trim_end_matches('.')))
}

impl Form {
    pub(super) fn any(rng: &mut Rng) -> Self {
        match rng.u8(..100) {
            0..8 => Self::Fenced,
            8..16 => Self::Prose,
            16..24 => Self::Thinking,
            24..30 => Self::List,
            30..36 => Self::CutOff,
            36..42 => Self::Unreadable,
            _ => Self::Plain,
        }
    }

    fn reply(self, whole: &str, facts: &[Value], is_repair: bool) -> LlmResponse {
        LlmResponse::text(match self {
            Self::Fenced => format!("```json\n{whole}\n```"),
            Self::Prose => {
                format!("Sure! Here is what I learned:\n{whole}\nShall I {{also}} go on?")
            }
            Self::Thinking => format!("<think>The user {{tells}} a lot.</think>{whole}"),
            Self::List => json!(facts).to_string(),
            Self::CutOff if !is_repair => {
                let end = (0..=whole.len() * 2 / 3).rev().find(|end| whole.is_char_boundary(*end));
                let end = end.unwrap_or_default();
                whole[..end].to_owned()
            }
            Self::Unreadable if !is_repair => "I am sorry, I cannot do that.".to_owned(),
            Self::Plain | Self::CutOff | Self::Unreadable => whole.to_owned(),
        })
    }
}

/// A fact in the form that the prompt asks for.
pub(super) fn fact(text: &str, quote: &str, state: Option<&str>) -> Value {
    json!({
        "message": null, "quote": quote, "text": text, "about": "user", "state": state,
        "kind": "state", "denied": false, "when": null, "recurring": false, "categories": [],
        "relation": null, "to": null, "links": [],
    })
}

/// The same with other fields.
pub(super) fn with(mut fact: Value, fields: Value) -> Value {
    fact.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    fact
}
