use std::collections::{BTreeMap, BTreeSet};

use mem0_client::{HistoryEvent, Memory};

/// The state of a memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    Lives,
    Deleted,
    /// Deleted with its scope: gone once the queued work is done.
    Swept,
    /// Deleted with its user, including its history.
    Erased,
}

/// A change as in the history: the kind, the text before and the text after.
pub(super) type Entry = (HistoryEvent, String, String);

/// The expected state of a memory.
#[derive(Debug, Clone)]
pub(super) struct Note {
    pub(super) user: String,
    /// Unknown until an answer, an event or a list names it.
    pub(super) id: Option<String>,
    pub(super) text: String,
    /// Its metadata.
    pub(super) turn: u64,
    pub(super) entries: Vec<Entry>,
    pub(super) fate: Fate,
    /// Whether it changed since it was last judged.
    pub(super) changed: bool,
}

impl Note {
    pub(super) fn lives(&self) -> bool {
        self.fate == Fate::Lives
    }

    pub(super) fn is_erased(&self) -> bool {
        self.fate == Fate::Erased
    }

    fn note(&mut self, event: HistoryEvent, new: &str) {
        let old = match event {
            HistoryEvent::Add => String::new(),
            _ => self.text.clone(),
        };
        self.entries.push((event, old, new.to_owned()));
        self.changed = true;
    }

    fn delete(&mut self, fate: Fate) {
        self.note(HistoryEvent::Delete, "");
        self.fate = fate;
    }
}

/// The effect of a call on the memories of one writer.
#[derive(Debug, Clone)]
pub(super) enum Change {
    Add {
        user: String,
        texts: Vec<String>,
        turn: u64,
    },
    Update(Vec<Edit>),
    /// Those with these marks.
    Delete(Vec<String>),
    DeleteAll {
        user: String,
    },
    DeleteUser {
        user: String,
    },
}

#[derive(Debug, Clone)]
pub(super) struct Edit {
    pub(super) mark: String,
    pub(super) text: Option<String>,
    pub(super) turn: Option<u64>,
}

/// The first word of a text. It stays when the text changes, and no other text has it.
pub(super) fn mark(text: &str) -> &str {
    text.split(' ').next().unwrap_or_default()
}

/// The expected memories of one writer once all queued work is done, by their marks.
#[derive(Debug, Clone, Default)]
pub(super) struct World {
    pub(super) notes: BTreeMap<String, Note>,
    /// The users that were deleted and got no memories since.
    pub(super) deleted_users: BTreeSet<String>,
}

impl World {
    pub(super) fn live(&self) -> impl Iterator<Item = (&String, &Note)> {
        self.notes.iter().filter(|(_, note)| note.lives())
    }

    pub(super) fn live_of(&self, user: &str) -> usize {
        self.live().filter(|(_, note)| note.user == user).count()
    }

    pub(super) fn after(&self, change: &Change) -> Self {
        let mut world = self.clone();
        world.apply(change);
        world
    }

    pub(super) fn apply(&mut self, change: &Change) {
        match change {
            Change::Add { user, texts, turn } => {
                self.deleted_users.remove(user);
                for text in texts {
                    let mut note = Note {
                        user: user.clone(),
                        id: None,
                        text: text.clone(),
                        turn: *turn,
                        entries: Vec::new(),
                        fate: Fate::Lives,
                        changed: true,
                    };
                    note.note(HistoryEvent::Add, text);
                    self.notes.insert(mark(text).to_owned(), note);
                }
            }
            Change::Update(edits) => {
                for edit in edits {
                    let Some(note) = self.notes.get_mut(&edit.mark) else { continue };
                    let text = edit.text.clone().unwrap_or_else(|| note.text.clone());
                    note.note(HistoryEvent::Update, &text);
                    note.text = text;
                    note.turn = edit.turn.unwrap_or(note.turn);
                }
            }
            Change::Delete(marks) => {
                for mark in marks {
                    if let Some(note) = self.notes.get_mut(mark) {
                        note.delete(Fate::Deleted);
                    }
                }
            }
            Change::DeleteAll { user } => {
                self.of(user).filter(|note| note.lives()).for_each(|note| note.delete(Fate::Swept));
            }
            Change::DeleteUser { user } => {
                for note in self.of(user) {
                    if note.lives() {
                        note.delete(Fate::Erased);
                    }
                    note.fate = Fate::Erased;
                    note.changed = true;
                }
                self.deleted_users.insert(user.clone());
            }
        }
    }

    fn of(&mut self, user: &str) -> impl Iterator<Item = &mut Note> {
        self.notes.values_mut().filter(move |note| note.user == user)
    }

    /// How the actual memories differ from the expected ones.
    pub(super) fn departures(&self, found: &[Memory]) -> Vec<String> {
        let mut departures = Vec::new();
        let mut missing: BTreeMap<_, _> = self.live().collect();
        for memory in found {
            let mark = mark(&memory.memory).to_owned();
            match (missing.remove(&mark), self.notes.get(&mark)) {
                (Some(note), _) => departures.extend(note.departure_of(memory)),
                (None, Some(note)) if note.lives() => departures.push(format!("twice: {mark}")),
                (None, Some(note)) => {
                    departures.push(format!("{:?}, and there: {mark}", note.fate))
                }
                (None, None) => departures.push(format!("never sent: {:?}", memory.memory)),
            }
        }
        departures.extend(missing.into_keys().map(|mark| format!("lost: {mark}")));
        departures
    }
}

impl Note {
    fn departure_of(&self, memory: &Memory) -> Option<String> {
        let turn = memory.metadata.as_ref().and_then(|metadata| metadata.get("turn")?.as_u64());
        let is = (memory.memory.as_str(), turn, memory.user_id.as_deref());
        let must = (self.text.as_str(), Some(self.turn), Some(self.user.as_str()));
        if self.id.as_ref().is_some_and(|id| *id != memory.id) {
            return Some(format!("under another id: {must:?}"));
        }
        (is != must).then(|| format!("{is:?} in place of {must:?}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn add(texts: &[&str]) -> Change {
        let texts = texts.iter().map(|text| (*text).to_owned()).collect();
        Change::Add { user: "u".to_owned(), texts, turn: 1 }
    }

    fn found(texts: &[&str]) -> Vec<Memory> {
        let memory = |text: &&str| {
            let json = serde_json::json!({
                "id": mark(text), "memory": text, "user_id": "u", "metadata": {"turn": 1},
            });
            serde_json::from_value(json).unwrap()
        };
        texts.iter().map(memory).collect()
    }

    #[test]
    fn every_way_to_depart_is_seen() {
        let mut world = World::default();
        world.apply(&add(&["a tea", "b rice", "c figs"]));
        world.apply(&Change::Delete(vec!["c".to_owned()]));
        let departs = |texts: &[&str]| world.departures(&found(texts)).join("; ");
        assert_eq!(departs(&["b rice", "a tea"]), "");
        assert_eq!(departs(&["a tea"]), "lost: b");
        assert_eq!(departs(&["a tea", "b rice", "b rice"]), "twice: b");
        assert_eq!(departs(&["a tea", "b rice", "c figs"]), "Deleted, and there: c");
        assert_eq!(departs(&["a tea", "b rice", "d"]), "never sent: \"d\"");
        assert!(departs(&["a tea", "b rye"]).contains("in place of"));
    }
}
