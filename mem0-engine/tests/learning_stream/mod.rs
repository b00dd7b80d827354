//! A stream of conversations, of which it is known what is true, with a model that makes mistakes.
//!
//! `MEM0_LEARNING_CONVERSATIONS` and `MEM0_LEARNING_SEED` make it longer, and another.

mod languages;
mod model;
mod people;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use fastrand::Rng;
use languages::{LANGUAGES, Property, filled};
use mem0_components::LlmMessage;
use mem0_engine::{AddRequest, BuiltIn, Engine, EngineOptions, Lifecycle, MemoryRecord};
use mem0_types::{EventStatus, Filter, HistoryEvent, Message, Timestamp};
use model::{Form, Mistake, Model, Script, fact, shown};
use people::{Held, Names, Person, Truth};

use crate::workbench::*;

/// How many conversations each person has.
const OF_A_PERSON: usize = 6;

fn setting(name: &str, default: usize) -> usize {
    std::env::var(name).map_or(default, |value| value.parse().unwrap())
}

fn open(folder: &Folder, model: &Model) -> Engine {
    let options =
        EngineOptions::default().embedder(BuiltIn::Static).llm(Arc::new(model.llm.clone()));
    Engine::open_with(&folder.0, options).unwrap()
}

fn day(number: usize) -> Timestamp {
    Timestamp::from(format!("2026-{:02}-{:02}T09:30:00Z", 1 + number / 9, 1 + number % 9 * 3))
}

/// Why facts were refused, over all adds.
type Refused = BTreeMap<String, u64>;

/// Adds what everybody says at one time, and waits for all of it.
fn learn(engine: &Engine, said: Vec<(String, Vec<Message>, Timestamp)>, refused: &mut Refused) {
    let added: Vec<_> = said
        .into_iter()
        .map(|(id, messages, at)| {
            let mut request = AddRequest::new(messages, user(&id));
            request.timestamp = Some(at);
            wait(engine.add(request)).unwrap().event_id
        })
        .collect();
    for event in added {
        let event = finished(engine, &event);
        assert_eq!(event.status, EventStatus::Succeeded, "{:?}", event.error);
        let metadata = event.metadata.unwrap();
        for (why, count) in metadata["refused"].as_object().into_iter().flatten() {
            *refused.entry(why.clone()).or_default() += count.as_u64().unwrap();
        }
        assert!(metadata["calls"].as_u64().unwrap() - metadata["repairs"].as_u64().unwrap() <= 1);
    }
}

#[test]
fn what_is_stored_of_a_stream_is_what_is_true() {
    let conversations = setting("MEM0_LEARNING_CONVERSATIONS", 40);
    let mut rng = Rng::with_seed(setting("MEM0_LEARNING_SEED", 1) as u64);
    let (folder, model, mut names) = (Folder::new(), Model::new(), Names::default());
    let engine = open(&folder, &model);
    let mut people: Vec<_> = (0..conversations.div_ceil(OF_A_PERSON)).map(Person::new).collect();
    let (mut left, mut refused) = (conversations, Refused::new());
    for round in 0..OF_A_PERSON {
        let mut said = Vec::new();
        for at in 0..people.len().min(left) {
            let before = at.checked_sub(1).map_or(people.len() - 1, |before| before);
            let others = people[before].facts.last().cloned().filter(|_| before != at);
            let person = &mut people[at];
            let talk = person.talk(&mut names, others.as_ref(), &mut rng);
            model.will_say(&talk.texts(), talk.script.clone());
            let messages = talk.messages;
            said.push((person.id.clone(), messages, day(round)));
        }
        left -= said.len();
        learn(&engine, said, &mut refused);
    }
    let mut wrong = Vec::new();
    for person in &people {
        let judged = Judged {
            person,
            engine: &engine,
            memories: list(&engine, Filter::user_id(&person.id)),
        };
        judged.judge(&mut wrong);
    }
    prompts_are_of_one_person(&model, &people, &mut wrong);
    let told: usize = people.iter().map(|person| person.facts.len()).sum();
    println!("{conversations} conversations, {told} facts told, refused: {refused:?}");
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// What is stored of a person, beside what is true.
struct Judged<'a> {
    person: &'a Person,
    engine: &'a Engine,
    memories: Vec<MemoryRecord>,
}

impl Judged<'_> {
    fn judge(&self, wrong: &mut Vec<String>) {
        let before = wrong.len();
        let mut say = |what: String| wrong.push(format!("{}: {what}", self.person.id));
        let active: Vec<_> =
            self.memories.iter().filter(|it| it.lifecycle == Lifecycle::Active).collect();
        let mut expected = HashSet::new();
        for held in &self.person.facts {
            let of_it = active.iter().filter(|it| it.memory == held.text).count();
            let holds_again = self.holds(&held.text);
            match held.truth {
                Truth::Holds => {
                    expected.insert(held.text.as_str());
                    if of_it != 1 {
                        say(format!("{of_it} memories hold of {held:?}"));
                    }
                    self.judge_day(held, &active, &mut say);
                }
                Truth::Replaced if !holds_again => {
                    if of_it != 0 {
                        say(format!("still holds: {held:?}"));
                    }
                    if !self.is_told_by_history(held) {
                        say(format!("history does not tell of {held:?}"));
                    }
                }
                Truth::Forgotten if !holds_again => {
                    if of_it != 0 {
                        say(format!("was to be forgotten: {held:?}"));
                    }
                }
                Truth::Either => drop(expected.insert(held.text.as_str())),
                Truth::Replaced | Truth::Forgotten => {}
            }
        }
        for memory in &active {
            if !expected.contains(memory.memory.as_str()) {
                say(format!("nobody said {:?}, or not any more", memory.memory));
            }
        }
        for memory in &self.memories {
            if memory.lifecycle != Lifecycle::Active && memory.replaced_by.is_none() {
                say(format!("replaced by nothing: {:?}", memory.memory));
            }
        }
        if wrong.len() > before {
            wrong.push(self.person.transcript.join("\n"));
            for memory in &self.memories {
                let (learned, lifecycle) = (memory.learned.as_ref(), memory.lifecycle);
                let key = learned.and_then(|learned| learned.state_key());
                wrong.push(format!("  {lifecycle:?} {key:?} {}", memory.memory));
            }
        }
    }

    fn holds(&self, text: &str) -> bool {
        let is_it = |it: &Held| it.text == text && matches!(it.truth, Truth::Holds | Truth::Either);
        self.person.facts.iter().any(is_it)
    }

    /// The date of a fact is the one that was said, or none.
    fn judge_day(&self, held: &Held, active: &[&MemoryRecord], say: &mut impl FnMut(String)) {
        let Some(day) = &held.day else { return };
        for memory in active.iter().filter(|it| it.memory == held.text) {
            let stored = memory.learned.as_ref().and_then(|learned| learned.event_date());
            if stored.as_ref() != Some(day) {
                say(format!("is on {stored:?}: {held:?}"));
            }
        }
    }

    /// Whether a fact that does not hold any more is there as replaced, or in what a memory was.
    fn is_told_by_history(&self, held: &Held) -> bool {
        self.memories.iter().any(|memory| {
            let is_replaced =
                memory.lifecycle == Lifecycle::Superseded && memory.memory == held.text;
            is_replaced
                || wait(self.engine.history(&memory.id)).unwrap().iter().any(|entry| {
                    entry.event == HistoryEvent::Update
                        && entry.old_memory.as_deref() == Some(held.text.as_str())
                })
        })
    }
}

/// Nothing that one person told is in a prompt for another.
fn prompts_are_of_one_person(model: &Model, people: &[Person], wrong: &mut Vec<String>) {
    let is_own = |held: &&Held| !matches!(held.property, Property::Diet | Property::Flight);
    let owners: HashMap<&str, &str> = people
        .iter()
        .flat_map(|person| {
            person.facts.iter().filter(is_own).map(|it| (it.value.as_str(), person.id.as_str()))
        })
        .collect();
    for request in model.llm.requests() {
        let shown = shown(&request);
        let texts = [shown.known, shown.earlier, shown.new].concat();
        let owners: HashSet<&str> = texts
            .iter()
            .flat_map(|text| values(text))
            .filter_map(|value| owners.get(value.as_str()).copied())
            .collect();
        if owners.len() > 1 {
            wrong.push(format!("one prompt has facts of {owners:?}"));
        }
    }
}

/// The words of a text, and in scripts without spaces every few letters.
fn values(text: &str) -> Vec<String> {
    let mut values = Vec::new();
    for word in text.split(|c: char| !c.is_alphanumeric() && c != 'ー') {
        values.push(word.to_owned());
        let letters: Vec<_> = word.chars().collect();
        if !word.is_ascii() {
            for length in 3..=5 {
                values.extend(letters.windows(length).map(|part| part.iter().collect::<String>()));
            }
        }
    }
    values
}

/// Memories that a program puts into the conversation are not learned again, in whatever form.
#[test]
fn recalled_memories_do_not_grow_the_store() {
    let turns = setting("MEM0_LEARNING_TURNS", 40);
    let (folder, model, mut refused) = (Folder::new(), Model::new(), Refused::new());
    let engine = open(&folder, &model);
    let mut rng = Rng::with_seed(2);
    let mut names = Names::default();
    for (place, language) in LANGUAGES.iter().enumerate() {
        let (id, mut told) = (language.name.to_owned(), Vec::new());
        let mut learned = Vec::new();
        for property in [Property::Employer, Property::City, Property::Cat] {
            let name = names.another(language, &mut rng);
            let [quote, text] = language.said[property as usize].map(|it| filled(it, &name));
            learned.push(fact(&text, &quote, Some(property.state())));
            told.push((quote, text));
        }
        let messages: Vec<_> = told.iter().map(|(quote, _)| quote.clone()).collect();
        says(&model, &messages, &learned, Form::Plain);
        let messages = messages.iter().map(Message::user).collect();
        learn(&engine, vec![(id.clone(), messages, day(0))], &mut refused);
        let before = list(&engine, Filter::user_id(&id));
        assert_eq!(before.len(), 3, "{:?}", texts(&before));
        let of_language = (0..turns * 3).filter(|turn| turn % LANGUAGES.len() == place);
        for turn in of_language {
            let known: Vec<_> = before.iter().map(|memory| memory.memory.as_str()).collect();
            let recalled = match turn % 3 {
                0 => format!("<memories>\n- {}\n</memories>", known.join("\n- ")),
                1 => format!("{}\n- {}\n", language.memories, known.join("\n- ")),
                _ => format!("{} {}\n", language.memories, known.join("; ")),
            };
            let text = format!("{recalled}\n{} {turn}", language.question);
            let mut facts: Vec<_> = known.iter().map(|known| fact(known, known, None)).collect();
            // A careless model says it in other words, too, and quotes the question.
            facts.push(fact(&format!("{} {turn}", known[0]), known[0], None));
            facts.push(fact(known[1], language.question, None));
            says(&model, std::slice::from_ref(&text), &facts, Form::Plain);
            learn(&engine, vec![(id.clone(), vec![Message::user(text)], day(1))], &mut refused);
        }
        let after = list(&engine, Filter::user_id(&id));
        assert_eq!(texts(&after), texts(&before));
    }
    println!("refused: {refused:?}");
}

fn says(model: &Model, messages: &[String], facts: &[serde_json::Value], form: Form) {
    let mistakes = facts.iter().cloned().map(Mistake::Says).collect();
    model.will_say(messages, Script { facts: Vec::new(), form, mistakes, seed: 0 });
}

/// Of small talk nothing is stored, though the model repeats its prompt and makes people up.
#[test]
fn nothing_of_the_prompt_is_ever_stored() {
    const SMALL: [&str; 10] = [
        "ok thanks",
        "thank you!",
        "hm",
        "good morning",
        "lol",
        "see you tomorrow",
        "what?",
        "great",
        "bye",
        "can you say that again?",
    ];
    const MADE_UP: [&str; 6] = [
        "User is called John Doe",
        "User lives in [city]",
        "User works at <company>",
        "User's name is Max Mustermann",
        "2026-01-01",
        "User said {{name}}",
    ];
    let chats = setting("MEM0_LEARNING_CHATS", 100);
    let (folder, model, mut refused) = (Folder::new(), Model::new(), Refused::new());
    let engine = open(&folder, &model);
    let mut rng = Rng::with_seed(3);
    let thanks = LANGUAGES.iter().map(|language| language.thanks);
    let small: Vec<_> = SMALL.into_iter().chain(thanks).collect();
    for from in (0..chats).step_by(50) {
        let mut said = Vec::new();
        for chat in from..chats.min(from + 50) {
            let quote = *rng.choice(&small).unwrap();
            let text = format!("{quote} {chat}");
            let mut mistakes: Vec<_> =
                (0..3).map(|_| Mistake::RepeatsPrompt { quote: quote.to_owned() }).collect();
            let made_up = rng.choice(MADE_UP).unwrap();
            mistakes.push(Mistake::Says(fact(made_up, quote, None)));
            mistakes.push(Mistake::Says(fact(made_up, made_up, None)));
            let script = Script {
                facts: Vec::new(),
                form: Form::any(&mut rng),
                mistakes,
                seed: rng.u64(..),
            };
            model.will_say(std::slice::from_ref(&text), script);
            said.push((format!("chat-{}", chat % 50), vec![Message::user(text)], day(0)));
        }
        learn(&engine, said, &mut refused);
    }
    let stored: Vec<_> = (0..50)
        .flat_map(|number| list(&engine, Filter::user_id(format!("chat-{number}"))))
        .map(|memory| memory.memory)
        .collect();
    println!("{chats} chats, refused: {refused:?}");
    assert_eq!(stored, [""; 0]);
    let sent = model.llm.requests();
    assert!(sent.iter().all(|request| request.messages.first().map(LlmMessage::text).is_some()));
}

/// A memory is not learned anew because a message that says otherwise is quoted for it.
#[test]
fn what_is_read_in_the_memories_is_not_learned_of_other_words() {
    let (folder, model, mut refused) = (Folder::new(), Model::new(), Refused::new());
    let engine = open(&folder, &model);
    let employer = |name: &str| {
        let [quote, text] = LANGUAGES[0].said[Property::Employer as usize];
        (filled(quote, name), filled(text, name))
    };
    let [(acme, at_acme), (birch, at_birch)] = ["Acme", "Birch"].map(employer);
    says(
        &model,
        std::slice::from_ref(&acme),
        &[fact(&at_acme, &acme, Some("employer"))],
        Form::Plain,
    );
    learn(&engine, vec![("ana".to_owned(), vec![Message::user(acme)], day(0))], &mut refused);
    // The older of the two is said again of the newer one's words, and without its state.
    let facts = [fact(&at_birch, &birch, Some("employer")), fact(&at_acme, &birch, None)];
    says(&model, std::slice::from_ref(&birch), &facts, Form::Plain);
    learn(&engine, vec![("ana".to_owned(), vec![Message::user(birch)], day(1))], &mut refused);
    let stored = list(&engine, Filter::user_id("ana"));
    let active: Vec<_> = stored.iter().filter(|it| it.lifecycle == Lifecycle::Active).collect();
    assert_eq!(active.iter().map(|it| it.memory.as_str()).collect::<Vec<_>>(), [at_birch]);
    assert_eq!(stored.len(), 2);
}
