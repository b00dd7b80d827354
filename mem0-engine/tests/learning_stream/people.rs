//! People, what is true of them, and what they say.

use std::collections::HashSet;

use fastrand::Rng;
use mem0_types::Message;
use serde_json::{Value, json};

use super::languages::{LANGUAGES, Language, Property, filled};
use super::model::{Form, Mistake, Pointer, Script, Told, fact, with};

/// A person, with what was said so far.
pub(super) struct Person {
    pub(super) id: String,
    pub(super) language: &'static Language,
    pub(super) facts: Vec<Held>,
    /// The properties that were told of in the conversation that is being made.
    told: HashSet<Property>,
    /// What was said and what the model tells of it, to be read where something is wrong.
    pub(super) transcript: Vec<String>,
}

/// A fact that a person told.
#[derive(Debug, Clone)]
pub(super) struct Held {
    pub(super) property: Property,
    pub(super) value: String,
    pub(super) text: String,
    pub(super) truth: Truth,
    /// The day of it, if it has one.
    pub(super) day: Option<String>,
}

/// What has become of a fact.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Truth {
    Holds,
    /// Another fact came after it, or in its place.
    Replaced,
    /// It was to be forgotten.
    Forgotten,
    /// It may hold or not: it was to be forgotten, but the model pointed to something else; or what
    /// came after it was to be forgotten.
    Either,
}

/// Names that are used once in the whole stream.
#[derive(Default)]
pub(super) struct Names {
    beginnings: HashSet<String>,
}

impl Names {
    pub(super) fn another(&mut self, language: &Language, rng: &mut Rng) -> String {
        let syllables: Vec<_> = language.syllables.split(' ').collect();
        loop {
            let mut syllable = || *rng.choice(&syllables).unwrap();
            let parts: Vec<_> = (0..language.syllables_of_a_name).map(|_| syllable()).collect();
            // Names that begin alike could be forms of one.
            let beginning = if syllables.len() < 14 { parts.concat() } else { parts[..2].concat() };
            if self.beginnings.insert(beginning) {
                let name = parts.concat();
                let mut letters = name.chars();
                let first = letters.next().unwrap();
                return first.to_uppercase().chain(letters).collect();
            }
        }
    }
}

/// What is added at once, and what the model will say to it.
pub(super) struct Talk {
    pub(super) messages: Vec<Message>,
    pub(super) script: Script,
}

impl Talk {
    pub(super) fn texts(&self) -> Vec<String> {
        let text = |message: &Message| message.content.as_text().unwrap().to_owned();
        self.messages.iter().map(text).collect()
    }

    fn says(&mut self, text: String) {
        self.messages.push(Message::user(text));
    }
}

impl Person {
    pub(super) fn new(number: usize) -> Self {
        let language = &LANGUAGES[number % LANGUAGES.len()];
        let id = format!("{}-{number}", language.name);
        Self { id, language, facts: Vec::new(), told: HashSet::new(), transcript: Vec::new() }
    }

    /// A conversation. `others` is what another person told last.
    pub(super) fn talk(&mut self, names: &mut Names, others: Option<&Held>, rng: &mut Rng) -> Talk {
        let form = Form::any(rng);
        let script = Script { facts: Vec::new(), form, mistakes: Vec::new(), seed: rng.u64(..) };
        let mut talk = Talk { messages: Vec::new(), script };
        self.told.clear();
        for _ in 0..rng.usize(1..=3) {
            match rng.u8(..100) {
                0..45 => self.tells(&mut talk, names, rng),
                45..65 => self.changes(&mut talk, names, rng),
                65..80 => self.corrects(&mut talk, names, rng),
                80..87 => self.forgets(&mut talk, rng),
                _ => self.repeats(&mut talk, rng),
            }
        }
        self.traps(&mut talk, names, others, rng);
        self.transcript.push(format!("{:?}", talk.texts()));
        self.transcript.extend(talk.script.facts.iter().map(|told| format!("    {told:?}")));
        self.transcript.extend(talk.script.mistakes.iter().map(|it| format!("    wrong: {it:?}")));
        talk
    }

    fn tells(&mut self, talk: &mut Talk, names: &mut Names, rng: &mut Rng) {
        let property = rng.choice(Property::ALL).unwrap();
        if !property.is_several() && self.holds(property).is_some() || !self.told.insert(property) {
            return;
        }
        let (held, quote, fact) = self.makes(property, names, rng);
        let sentence = if rng.bool() { format!("{quote}.") } else { quote.clone() };
        talk.says(sentence);
        self.slips(talk, &held, &fact, names, rng);
        let to = if rng.u8(..100) < 25 { Pointer::Any } else { Pointer::Nothing };
        talk.script.facts.push(Told { fact, to });
        self.facts.push(held);
    }

    fn changes(&mut self, talk: &mut Talk, names: &mut Names, rng: &mut Rng) {
        let Some(at) = self.one_held(rng, |it| !it.is_several()) else { return };
        let property = self.facts[at].property;
        let (held, quote, fact) = self.makes(property, names, rng);
        if held.value == self.facts[at].value || !self.told.insert(property) {
            return;
        }
        talk.says(format!("{}{quote}.", self.language.news));
        self.slips(talk, &held, &fact, names, rng);
        let fact = with(fact, json!({"relation": "replaces"}));
        let to = match rng.u8(..100) {
            0..20 => Pointer::Any,
            20..40 => Pointer::Nothing,
            _ => Pointer::With(self.facts[at].value.clone()),
        };
        talk.script.facts.push(Told { fact, to });
        self.facts[at].truth = Truth::Replaced;
        self.facts.push(held);
    }

    fn corrects(&mut self, talk: &mut Talk, names: &mut Names, rng: &mut Rng) {
        let Some(at) = self.one_held(rng, |_| true) else { return };
        let property = self.facts[at].property;
        let (held, quote, fact) = self.makes(property, names, rng);
        if held.value == self.facts[at].value || !self.told.insert(property) {
            return;
        }
        let said = format!("{}{quote}", self.language.correction);
        talk.says(format!("{said}."));
        let fact = with(fact, json!({"relation": "corrects", "quote": said}));
        // Of several cats nobody knows which was meant, unless the model says so.
        let to = match rng.u8(..100) {
            0..20 if !property.is_several() => Pointer::Any,
            20..30 if !property.is_several() => Pointer::Nothing,
            _ => Pointer::With(self.facts[at].value.clone()),
        };
        talk.script.facts.push(Told { fact, to });
        self.facts[at].truth = Truth::Replaced;
        self.facts.push(held);
    }

    fn forgets(&mut self, talk: &mut Talk, rng: &mut Rng) {
        let Some(at) = self.one_held(rng, |_| true) else { return };
        let Held { property, value, .. } = self.facts[at].clone();
        if !self.told.insert(property) {
            return;
        }
        let [quote, text] = self.language.said[property as usize];
        let said = format!("{}{}", self.language.forget, filled(quote, &value));
        talk.says(format!("{said}."));
        let fact = with(fact(&filled(text, &value), &said, None), self.about(property));
        let fact = with(fact, json!({"relation": "retracts"}));
        let is_right = rng.u8(..100) < 75;
        let to = if is_right { Pointer::With(value) } else { Pointer::Any };
        talk.script.facts.push(Told { fact, to });
        self.facts[at].truth = if is_right { Truth::Forgotten } else { Truth::Either };
        for older in &mut self.facts {
            if older.property == property && older.truth == Truth::Replaced {
                older.truth = Truth::Either;
            }
        }
    }

    /// Says again what is known, or has it said again by the assistant.
    fn repeats(&mut self, talk: &mut Talk, rng: &mut Rng) {
        let Some(at) = self.one_held(rng, |_| true) else { return };
        let Held { property, value, day, .. } = self.facts[at].clone();
        if !self.told.insert(property) {
            return;
        }
        let [quote, text] = self.language.said[property as usize];
        let quote = filled(quote, &value);
        let when = json!({"state": property.state(), "kind": property.kind(), "when": day});
        let fact = with(fact(&filled(text, &value), &quote, None), when);
        let fact = with(fact, self.about(property));
        if rng.bool() {
            talk.says(format!("{}{quote}.", self.language.again));
        } else {
            talk.says(self.language.question.to_owned());
            talk.messages.push(Message::assistant(filled(self.language.echo, &quote)));
        }
        let to = match rng.u8(..3) {
            0 => Pointer::Nothing,
            1 => Pointer::Any,
            _ => Pointer::With(value),
        };
        let relation = if matches!(to, Pointer::With(_)) { json!("repeats") } else { Value::Null };
        let fact = with(fact, json!({ "relation": relation }));
        talk.script.facts.push(Told { fact, to });
    }

    /// A new fact of a property, what is said of it, and what the model makes of it.
    fn makes(&self, property: Property, names: &mut Names, rng: &mut Rng) -> (Held, String, Value) {
        let language = self.language;
        let mut day = None;
        let value = match property {
            Property::Diet => rng.choice(language.diets).unwrap().to_owned(),
            Property::Flight => {
                let (month, date) = (rng.usize(..3), rng.u8(1..=28));
                day = Some(format!("2026-{:02}-{date:02}", month + 6));
                let written = language.date.replace("{m}", language.months[month]);
                written.replace("{d}", &date.to_string())
            }
            _ => names.another(language, rng),
        };
        let [quote, text] = language.said[property as usize].map(|it| filled(it, &value));
        let fields = json!({"kind": property.kind(), "when": day});
        let fact =
            with(with(fact(&text, &quote, Some(property.state())), fields), self.about(property));
        (Held { property, value, text, truth: Truth::Holds, day }, quote, fact)
    }

    fn about(&self, property: Property) -> Value {
        let is_sister = property == Property::SistersCity;
        json!({"about": if is_sister { self.language.sister } else { "user" }})
    }

    /// What a model gets wrong of a fact that was told, besides it.
    fn slips(&self, talk: &mut Talk, held: &Held, told: &Value, names: &mut Names, rng: &mut Rng) {
        let mut says = |wrong| talk.script.mistakes.push(Mistake::Says(wrong));
        match rng.u8(..8) {
            0 => says(told.clone()),
            1 if self.language.name != "en" && held.property != Property::Diet => {
                let english = LANGUAGES[0].said[held.property as usize][1];
                let date = held.day.as_deref().unwrap_or(&held.value);
                says(with(told.clone(), json!({"text": filled(english, date)})));
            }
            2 if held.day.is_some() => {
                let text = format!("{} 2023", held.text);
                says(with(told.clone(), json!({"text": text, "when": "2023"})));
            }
            3 if held.property == Property::SistersCity => {
                let text = filled(self.language.said[Property::City as usize][1], &held.value);
                says(with(told.clone(), json!({"text": text, "about": "user"})));
            }
            4 => {
                let [quote, text] = self.language.said[Property::Employer as usize];
                let name = names.another(self.language, rng);
                let invented = fact(&filled(text, &name), &filled(quote, &name), Some("employer"));
                says(invented);
            }
            // Nouns have capitals in German and names have none in others: a wrong name is no
            // other word there.
            5 if matches!(self.language.name, "en" | "fr" | "es" | "ru")
                && held.property != Property::Diet
                && held.day.is_none() =>
            {
                let name = names.another(self.language, rng);
                let text = filled(self.language.said[held.property as usize][1], &name);
                says(with(told.clone(), json!({ "text": text })));
            }
            _ => {}
        }
    }

    fn traps(&self, talk: &mut Talk, names: &mut Names, others: Option<&Held>, rng: &mut Rng) {
        let language = self.language;
        if rng.u8(..100) < 15 {
            let [quote, text] = language.secret;
            let secret = format!("{}7!x{}", names.another(language, rng), rng.u16(100..));
            let quote = filled(quote, &secret);
            talk.says(quote.clone());
            let wrong = fact(&filled(text, &secret), &quote, None);
            talk.script.mistakes.push(Mistake::Says(wrong));
        }
        if rng.u8(..100) < 15 {
            let [quote, text] = language.instruction;
            talk.says(format!("{quote}."));
            talk.script.mistakes.push(Mistake::Says(fact(text, quote, None)));
        }
        if talk.messages.is_empty() || rng.u8(..100) < 20 {
            talk.says(language.thanks.to_owned());
            let quote = language.thanks.to_owned();
            talk.script.mistakes.push(Mistake::RepeatsPrompt { quote });
            let nobody = fact("User is called John Doe", language.thanks, Some("name"));
            talk.script.mistakes.push(Mistake::Says(nobody));
        }
        if rng.u8(..100) < 25 {
            talk.script.mistakes.push(Mistake::EchoesKnown { quote: None });
        }
        if rng.u8(..100) < 25 {
            let quote = talk.texts().first().cloned();
            talk.script.mistakes.push(Mistake::EchoesKnown { quote });
        }
        if rng.u8(..100) < 25 {
            talk.script.mistakes.push(Mistake::EchoesEarlier);
        }
        if let Some(others) = others.filter(|_| rng.u8(..100) < 25) {
            let quote = if rng.bool() { others.text.clone() } else { talk.texts()[0].clone() };
            talk.script.mistakes.push(Mistake::Says(fact(&others.text, &quote, None)));
        }
    }

    /// One of the facts that hold.
    fn one_held(&self, rng: &mut Rng, is_one: impl Fn(Property) -> bool) -> Option<usize> {
        let held = self.facts.iter().enumerate();
        let held = held.filter(|(_, it)| it.truth == Truth::Holds && is_one(it.property));
        let held: Vec<_> = held.map(|(at, _)| at).collect();
        rng.choice(held)
    }

    fn holds(&self, property: Property) -> Option<&Held> {
        let holds = |it: &&Held| {
            it.property == property && matches!(it.truth, Truth::Holds | Truth::Either)
        };
        self.facts.iter().find(holds)
    }
}
