//! A conversation, what a scripted model says of it, and what is believed.

use mem0_components::LlmResponse;
use mem0_types::Timestamp;
use serde_json::{Value, json};

use crate::extraction::{
    Category, Conversation, Extracted, Fact, Kind, Known, Observed, Polarity, Relation, Rules,
    Said, Settled, Standing, read, settle,
};

/// A conversation under construction.
#[derive(Default)]
pub(crate) struct Scene {
    pub(crate) earlier: Vec<Said>,
    pub(crate) known: Vec<Known>,
    pub(crate) messages: Vec<Said>,
    pub(crate) observed: Option<Observed>,
    pub(crate) rules: Rules,
}

pub(crate) fn user(text: &str) -> Said {
    Said { role: "user".to_owned(), name: None, text: text.to_owned() }
}

pub(crate) fn assistant(text: &str) -> Said {
    Said { role: "assistant".to_owned(), name: None, text: text.to_owned() }
}

pub(crate) fn system(text: &str) -> Said {
    Said { role: "system".to_owned(), name: None, text: text.to_owned() }
}

pub(crate) fn named(name: &str, text: &str) -> Said {
    Said { name: Some(name.to_owned()), ..user(text) }
}

pub(crate) fn at(time: &str) -> Option<Observed> {
    let at = Timestamp::from(time).unix_micros().unwrap();
    Some(Observed { at, offset_minutes: 0 })
}

/// A scene of these messages.
pub(crate) fn scene(messages: impl IntoIterator<Item = Said>) -> Scene {
    Scene { messages: messages.into_iter().collect(), ..Scene::default() }
}

/// A scene of one message of the user.
pub(crate) fn says(text: &str) -> Scene {
    scene([user(text)])
}

impl Scene {
    pub(crate) fn at(mut self, time: &str) -> Self {
        self.observed = at(time);
        self
    }

    pub(crate) fn known(mut self, texts: &[&str]) -> Self {
        let known = |text: &&str| Known { text: (*text).to_owned(), ..Known::default() };
        self.known = texts.iter().map(known).collect();
        self
    }

    pub(crate) fn earlier(mut self, earlier: impl IntoIterator<Item = Said>) -> Self {
        self.earlier = earlier.into_iter().collect();
        self
    }

    pub(crate) fn categories(mut self, names: &[&str]) -> Self {
        let category =
            |name: &&str| Category { name: (*name).to_owned(), description: String::new() };
        self.rules.categories = names.iter().map(category).collect();
        self
    }

    pub(crate) fn conversation(&self) -> Conversation<'_> {
        Conversation {
            earlier: &self.earlier,
            known: &self.known,
            messages: &self.messages,
            observed: self.observed,
            rules: &self.rules,
        }
    }

    pub(crate) fn reply(&self, text: &str) -> Extracted {
        read(&self.conversation(), &LlmResponse::text(text)).unwrap()
    }

    /// What is believed when the model says these facts.
    pub(crate) fn read(&self, facts: Value) -> Extracted {
        self.reply(&json!({"facts": facts}).to_string())
    }

    /// The one fact that is believed.
    #[track_caller]
    pub(crate) fn fact(&self, fact: Value) -> Fact {
        let mut found = self.read(json!([fact]));
        assert!(found.facts.len() == 1, "{fact}: {:?}", found.refused);
        found.facts.remove(0)
    }

    /// Why the one fact is refused; `""` where it is believed.
    #[track_caller]
    pub(crate) fn refusal(&self, fact: Value) -> &'static str {
        let found = self.read(json!([fact]));
        found.refused.first().map_or("", |(_, refusal)| refusal.name())
    }

    /// The texts that are believed of a quote in a first message and a text.
    #[track_caller]
    pub(crate) fn why(&self, quote: &str, text: &str) -> &'static str {
        self.refusal(json!({"message": 1, "quote": quote, "text": text, "about": "user"}))
    }
}

/// A fact of the user's, for settling: its quote is its text.
pub(crate) fn fact(text: &str, state: &str) -> Fact {
    Fact {
        text: text.to_owned(),
        message: 0,
        quote: text.to_owned(),
        by_user: true,
        subject: "user".to_owned(),
        state: Some(state.to_owned()).filter(|state| !state.is_empty()),
        kind: Kind::State,
        polarity: Polarity::Affirmed,
        when: None,
        categories: Vec::new(),
        relation: None,
        links: Vec::new(),
    }
}

/// A memory of the user's.
pub(crate) fn stands<'a>(text: &'a str, state: &'a str) -> Standing<'a> {
    Standing {
        text,
        subject: Some("user"),
        state: Some(state).filter(|state| !state.is_empty()),
        kind: None,
        denied: false,
        relation: None,
        immutable: false,
        said_before: true,
        replaced: false,
    }
}

impl<'a> Standing<'a> {
    pub(crate) fn of(self, subject: &'a str) -> Self {
        Self { subject: Some(subject), ..self }
    }

    pub(crate) fn said(self, relation: Relation) -> Self {
        Self { relation: Some(relation), ..self }
    }
}

pub(crate) const ALL: [Relation; 5] = [
    Relation::Repeats,
    Relation::Refines,
    Relation::Replaces,
    Relation::Corrects,
    Relation::Retracts,
];

/// Whether two facts stay beside each other, whatever the model says of them.
pub(crate) fn stay_beside_each_other(misses: &mut Misses, new: &Fact, old: Standing<'_>) {
    let said = ALL.iter().map(|relation| Some(*relation)).chain([None]);
    for relation in said {
        let settled = settle(new, &[Standing { relation, ..old }]);
        let is_beside = matches!(settled, Settled::New { .. });
        let row = format!("{:?} beside {:?} as {relation:?}: {settled:?}", new.text, old.text);
        misses.eq(is_beside, true, row);
    }
}

/// Rows of a table that were not as they should be, told together.
#[derive(Default)]
pub(crate) struct Misses(Vec<String>);

impl Misses {
    pub(crate) fn eq<T: std::fmt::Debug + PartialEq<U>, U: std::fmt::Debug>(
        &mut self,
        found: T,
        expected: U,
        row: String,
    ) {
        if found != expected {
            self.0.push(format!("{row}: {found:?}, not {expected:?}"));
        }
    }
}

impl Drop for Misses {
    fn drop(&mut self) {
        assert!(std::thread::panicking() || self.0.is_empty(), "{:#?}", self.0);
    }
}
