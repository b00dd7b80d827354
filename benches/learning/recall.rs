//! How much of the evidence is found, of facts that were learned and of the same facts stored.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::error::Error;
use std::path::Path;

use mem0_client::Message;
use mem0_engine::BuiltIn;
use serde::Serialize;

use crate::platform::{FoundBy, Learned, Platform};
use crate::prompt::{self, Prompts};
use crate::replay::{Fact, Quotes, Spent};
use crate::set::{self, Question};
use crate::words;

const DEPTHS: [usize; 2] = [10, 30];
/// How many hits are asked for where those of later turns are left out.
const TOP_K_OF_ALL: u32 = 400;

/// Conversations with the facts that a large model wrote of them.
pub struct Replayed {
    pub name: String,
    pub people: Vec<Person>,
}

pub struct Person {
    pub name: String,
    pub sessions: Vec<Session>,
    /// Only evidence that a fact names.
    pub questions: Vec<Question>,
    /// All evidence, of turns; none where a prompt is not measured.
    pub of_turns: Vec<Question>,
    /// The ids of the turns with a text.
    pub turns: HashMap<String, Vec<String>>,
}

pub struct Session {
    pub at: Option<i64>,
    pub messages: Vec<Message>,
    pub facts: Vec<Written>,
}

/// A fact, with the ids by which questions name it.
pub struct Written {
    pub fact: Fact,
    pub ids: Vec<String>,
    /// How many facts were written before it.
    pub place: usize,
}

/// What was measured of a set.
#[derive(Serialize)]
pub struct Recall {
    pub set: String,
    pub quotes: Quotes,
    pub facts: usize,
    /// Facts that are not found by their own text, since they were not believed.
    pub not_believed: usize,
    pub refused: BTreeMap<String, u64>,
    pub questions: usize,
    /// Of the facts as they were learned, by their texts and also by their sources, and as they are
    /// stored with `infer: false`.
    pub learned: [[f64; 2]; 2],
    pub stored: [f64; 2],
    /// What a prompt holds of the evidence, if that is measured.
    pub prompts: Option<Prompts>,
    pub sessions: usize,
    pub repairs: u64,
    pub spent: Spent,
}

/// LoCoMo's conversations. A fact stands on the first turn that it names, and is its speaker's.
pub fn of_locomo(folder: &Path) -> Result<Option<Replayed>, Box<dyn Error>> {
    let sets = set::read(folder)?;
    let of = |ending: &str| sets.iter().find(|set| set.name.ends_with(ending));
    let (Some(turns), Some(facts)) = (of("-turns"), of("-facts")) else { return Ok(None) };
    let mut people = Vec::new();
    for (said, written) in turns.scopes.iter().zip(&facts.scopes) {
        let turn = |id: &String| said.memories.iter().find(|turn| turn.ids.contains(id));
        let mut sessions: Vec<_> = said
            .adds
            .iter()
            .map(|add| Session {
                at: add.at,
                messages: add.memories.iter().map(|at| message(said, *at)).collect(),
                facts: Vec::new(),
            })
            .collect();
        for (place, fact) in written.memories.iter().enumerate() {
            let Some(stands_on) = fact.ids.iter().find_map(turn) else { continue };
            let is_of = |add: &set::Add| {
                add.memories.iter().any(|at| std::ptr::eq(&said.memories[*at], stands_on))
            };
            let Some(session) = said.adds.iter().position(is_of) else { continue };
            let told = Fact {
                text: fact.text.clone(),
                message: stands_on.text.clone(),
                about: stands_on.speaker.clone(),
                ..Fact::default()
            };
            let (fact, ids) = (told, fact.ids.clone());
            sessions[session].facts.push(Written { fact, ids, place });
        }
        let questions = written.questions.iter().map(again).collect();
        let of_turns = said.questions.iter().map(again).collect();
        let turns = said.memories.iter().map(|it| (it.text.trim().to_owned(), it.ids.clone()));
        let (name, turns) = (said.name.clone(), turns.collect());
        people.push(Person { name, sessions, questions, of_turns, turns });
    }
    let name = facts.name.clone();
    Ok(Some(Replayed { name, people }))
}

pub fn again(question: &Question) -> Question {
    Question {
        text: question.text.clone(),
        category: question.category.clone(),
        has_filler: question.has_filler,
        evidence: question.evidence.clone(),
        upto: question.upto,
    }
}

fn message(said: &set::Scope, at: usize) -> Message {
    let turn = &said.memories[at];
    Message::user(turn.text.as_str()).named(turn.speaker.as_str())
}

/// Stores and asks one set.
pub async fn measure(
    replayed: &Replayed,
    embedder: Option<BuiltIn>,
    quotes: Quotes,
    prints: bool,
) -> Result<Recall, Box<dyn Error>> {
    let platform = Platform::new(embedder, quotes)?;
    let mut recall = Recall {
        set: replayed.name.clone(),
        quotes,
        facts: 0,
        not_believed: 0,
        refused: BTreeMap::new(),
        questions: 0,
        learned: [[0.0; 2]; 2],
        stored: [0.0; 2],
        prompts: None,
        sessions: 0,
        repairs: 0,
        spent: Spent::default(),
    };
    let mut prompts = Prompts::default();
    for person in &replayed.people {
        let mut places = HashMap::new();
        for session in &person.sessions {
            let facts = session.facts.iter().map(|written| written.fact.clone()).collect();
            let messages = session.messages.clone();
            let learned = platform.learn(&person.name, messages, session.at, facts).await?;
            let missing = places_of(&learned, session, &mut places);
            recall.facts += session.facts.len();
            recall.not_believed += missing.len();
            recall.sessions += 1;
            recall.repairs += learned.repairs;
            for (why, count) in &learned.refused {
                *recall.refused.entry(why.clone()).or_default() += count;
            }
            if prints {
                let why: Vec<_> = learned.refused.keys().map(String::as_str).collect();
                for written in missing {
                    let Fact { text, message, .. } = &written.fact;
                    eprintln!("{}\n  {text}\n  << {message}", why.join(" or "));
                }
            }
        }
        let learned = merged(&platform, places).await?;
        let as_stored = format!("{}-stored", person.name);
        let mut stored = HashMap::new();
        for session in &person.sessions {
            let texts = session.facts.iter().map(|written| written.fact.text.as_str());
            let texts: Vec<_> = texts.map(Message::user).collect();
            if !texts.is_empty() {
                platform.store(&as_stored, texts, None).await?;
            }
        }
        let written = || person.sessions.iter().flat_map(|session| &session.facts);
        for memory in platform.all(&as_stored).await? {
            let is_it = |it: &&Written| it.fact.text.trim() == memory.memory;
            stored.insert(memory.id, written().filter(is_it).collect::<Vec<_>>());
        }
        for question in &person.questions {
            recall.questions += 1;
            for (sums, by) in recall.learned.iter_mut().zip(FoundBy::ALL) {
                let found = asked(&platform, by, &person.name, question, &learned).await?;
                add(sums, found);
            }
            let found = asked(&platform, FoundBy::Text, &as_stored, question, &stored).await?;
            add(&mut recall.stored, found);
        }
        prompts.fill(&platform, person, &learned).await?;
    }
    for sum in recall.learned.as_flattened_mut().iter_mut().chain(&mut recall.stored) {
        *sum /= recall.questions as f64;
    }
    recall.prompts = prompts.means();
    recall.spent = platform.replay.spent();
    Ok(recall)
}

fn add(sums: &mut [f64; 2], found: [f64; 2]) {
    sums.iter_mut().zip(found).for_each(|(sum, found)| *sum += found);
}

pub type Places<'p> = HashMap<String, Vec<&'p Written>>;

/// Puts the facts of a session to the memories that hold them; returns those that are in none.
fn places_of<'p>(
    learned: &Learned,
    session: &'p Session,
    places: &mut Places<'p>,
) -> Vec<&'p Written> {
    let mut left: Vec<_> = session.facts.iter().collect();
    for (id, text) in &learned.stored {
        if let Some(at) = words::nearest(text, left.iter().map(|it| it.fact.text.as_str())) {
            places.entry(id.clone()).or_default().push(left.remove(at));
        }
    }
    // The text of these is that of the memory, and the fact's is another.
    for (id, text) in &learned.same {
        if let Some(at) = words::nearest(text, left.iter().map(|it| it.fact.text.as_str())) {
            places.entry(id.clone()).or_default().push(left.remove(at));
        }
    }
    left
}

/// The facts by the memories that are left after all merges.
async fn merged<'p>(platform: &Platform, places: Places<'p>) -> Result<Places<'p>, Box<dyn Error>> {
    let mut merged: Places<'p> = HashMap::new();
    for (id, mut written) in places {
        if let Some(id) = platform.holds(&id).await? {
            merged.entry(id).or_default().append(&mut written);
        }
    }
    Ok(merged)
}

/// The share of a question's evidence among the first hits.
async fn asked(
    platform: &Platform,
    found: FoundBy,
    user: &str,
    question: &Question,
    places: &Places<'_>,
) -> Result<[f64; 2], Box<dyn Error>> {
    let top_k = if question.upto.is_some() { TOP_K_OF_ALL } else { DEPTHS[1] as u32 };
    let hits = platform.find(found, user, &question.text, top_k).await?;
    let of = |hit: &String| {
        let written = places.get(hit).into_iter().flatten();
        let before = written.filter(|it| question.upto.is_none_or(|upto| it.place < upto));
        before.copied().collect::<Vec<_>>()
    };
    let hits: Vec<_> = hits.iter().map(of).filter(|written| !written.is_empty()).collect();
    Ok(DEPTHS.map(|depth| {
        let found: HashSet<_> =
            hits.iter().take(depth).flatten().flat_map(|written| &written.ids).collect();
        let evidence = &question.evidence;
        let count = evidence.iter().filter(|id| found.contains(id)).count();
        count as f64 / evidence.len() as f64
    }))
}

pub fn print(recalls: &[Recall]) {
    if recalls.is_empty() {
        return;
    }
    println!(
        "| set | quotes | facts | not believed | why | n | @10 | by sources @10 | stored @10 | @30 | by sources @30 | stored @30 |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|---|---|");
    for it in recalls {
        let why: Vec<_> = it.refused.iter().map(|(why, count)| format!("{why} {count}")).collect();
        println!(
            "| {} | {} | {} | {} | {} | {} | {:.3} | {:.3} | {:.3} | {:.3} | {:.3} | {:.3} |",
            it.set,
            it.quotes.name(),
            it.facts,
            it.not_believed,
            why.join(", "),
            it.questions,
            it.learned[0][0],
            it.learned[1][0],
            it.stored[0],
            it.learned[0][1],
            it.learned[1][1],
            it.stored[1],
        );
    }
    prompt::print(recalls);
    println!("\n| set | sessions | calls | repairs | tokens in | of messages | tokens out |");
    println!("|---|---|---|---|---|---|---|");
    let whole = recalls.iter().filter(|it| it.quotes == Quotes::Whole);
    for Recall { set, sessions, repairs, spent, .. } in whole {
        println!(
            "| {set} | {sessions} | {} | {repairs} | {} | {} | {} |",
            spent.calls, spent.input_tokens, spent.message_tokens, spent.output_tokens,
        );
    }
}
