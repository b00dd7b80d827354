//! HaluMem: a preference before and after, and the sentences that said so.

use std::error::Error;
use std::path::Path;

use mem0_client::Message;
use mem0_engine::{BuiltIn, Lifecycle};
use serde::Deserialize;

use crate::change::{Change, Run};
use crate::platform::Platform;
use crate::realmem::lines;
use crate::replay::{Fact, Quotes};

#[derive(Clone, Deserialize)]
struct Update {
    user: String,
    kind: String,
    operation: String,
    before: Vec<String>,
    after: Vec<String>,
    said: String,
}

impl Update {
    fn before(&self) -> String {
        self.before.join(" ")
    }

    /// What is preferred, such as `dogs` in "Dogs, especially Labradors — …".
    fn topic(&self) -> String {
        let before = self.before();
        let topic = before.split(['—', ',', '(', ':']).next().unwrap_or_default();
        let words = topic.split(|c: char| !c.is_ascii_alphanumeric()).filter(|it| !it.is_empty());
        words.take(4).map(str::to_lowercase).collect::<Vec<_>>().join("_")
    }

    fn is_deletion(&self) -> bool {
        self.operation == "Delete"
    }

    fn fact(&self, run: Run) -> Fact {
        told(&self.before(), run.state(&format!("{}_preference", self.topic())))
    }
}

fn told(text: &str, state: Option<String>) -> Fact {
    let (text, about) = (text.to_owned(), "user".to_owned());
    Fact { message: text.clone(), text, about, state, ..Fact::default() }
}

pub async fn measure(
    path: &Path,
    embedder: Option<BuiltIn>,
) -> Result<Vec<Change>, Box<dyn Error>> {
    let updates: Vec<Update> = lines(path)?;
    let mut changes = Vec::new();
    for run in Run::ALL {
        let platform = Platform::new(embedder, Quotes::Whole)?;
        let mut of = ["modify", "delete"].map(|set| Change::new(&format!("halumem-{set}"), run));
        for (at, update) in updates.iter().enumerate() {
            // Another preference of the same person, of the same kind where there is one.
            let is_other = |it: &&Update| it.user == update.user && it.topic() != update.topic();
            let others: Vec<_> = updates.iter().filter(is_other).collect();
            let near = others.iter().find(|it| it.kind == update.kind).or(others.first());
            let change = &mut of[usize::from(update.is_deletion())];
            one(&platform, &format!("pair-{at}"), update, near.copied(), run, change).await?;
        }
        changes.extend(of);
    }
    Ok(changes)
}

/// Tells of two preferences, and then that one of them is another.
async fn one(
    platform: &Platform,
    user: &str,
    update: &Update,
    other: Option<&Update>,
    run: Run,
    change: &mut Change,
) -> Result<(), Box<dyn Error>> {
    let older: Vec<_> =
        [Some(update), other].into_iter().flatten().map(|it| it.fact(run)).collect();
    let said = older.iter().map(|fact| Message::user(fact.message.as_str())).collect();
    platform.learn(user, said, Some(0), older.clone()).await?;
    let now = if update.is_deletion() { update.said.clone() } else { update.after.join(" ") };
    let changed = Fact {
        is_denied: update.is_deletion(),
        to: run.points_to(&older[0].text, older.get(1).map(|fact| fact.text.as_str())),
        ..told(&now, older[0].state.clone())
    };
    let mut messages = vec![Message::user(now.as_str())];
    if !update.is_deletion() {
        messages.insert(0, Message::user(update.said.as_str()));
    }
    platform.learn(user, messages, Some(86_400), vec![changed]).await?;
    let stored = platform.all(user).await?;
    let find = |text: &str| stored.iter().find(|memory| memory.memory == text.trim());
    change.pairs += 1;
    if let (Some(before), Some(_)) = (find(&older[0].text), find(&now)) {
        change.believed += 1;
        change.retired += usize::from(before.lifecycle == Lifecycle::Superseded);
    }
    if let Some(other) = older.get(1) {
        change.others += 1;
        let holds = find(&other.text).is_some_and(|it| it.lifecycle == Lifecycle::Active);
        change.wrongly += usize::from(!holds);
    }
    Ok(())
}
