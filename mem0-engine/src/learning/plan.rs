use std::collections::HashSet;

use rusqlite::Connection;

use super::known::is_of;
use crate::change::Lifecycle;
use crate::extraction::{Fact, Kind, Polarity, Settled, Standing, settle};
use crate::folder::found_by::{FoundBy, SourceText};
use crate::ids::EntityIds;
use crate::memories::add_batch::Attribution;
use crate::memories::add_request::AddRequest;
use crate::memories::lifecycle;
use crate::memories::lifecycle::learned::Learned as Properties;
use crate::memories::record::MemoryRecord;
use crate::{Access, EngineError, clock};

/// A fact of an add, with all that its memory will have.
pub(super) struct Learned {
    pub(super) fact: Fact,
    /// The message of the add that it stands in.
    pub(super) place: usize,
    pub(super) role: String,
    pub(super) actor: Option<String>,
    pub(super) ids: EntityIds,
    /// What is kept of the message, and what of it the memory is found by.
    pub(super) said: String,
    sources: [SourceText; 1],
    /// The memories that the model was shown with the message, by their numbers; those that are
    /// gone are `None`.
    shown: Vec<Option<MemoryRecord>>,
}

impl Learned {
    /// A fact of the message at a place of the add, which may hold a secret elsewhere.
    pub(super) fn new(
        fact: Fact,
        place: usize,
        (request, has_secret): (&AddRequest, bool),
        shown: Vec<Option<MemoryRecord>>,
    ) -> Self {
        let message = request.messages.get(place);
        let role = message.map(|message| message.role.clone()).unwrap_or_default();
        let actor = message.and_then(|message| message.name.clone());
        let text = message.and_then(|message| message.content.as_text()).unwrap_or_default();
        // The sentence of a fact has no secret, but others of its message may.
        let said = if has_secret { fact.quote.clone() } else { text.to_owned() };
        Self {
            place,
            ids: Attribution::of(request).ids(&request.ids, &role),
            role: role.as_str().to_owned(),
            sources: [SourceText::of(actor.as_deref(), &said, &fact.quote)],
            said,
            actor,
            fact,
            shown,
        }
    }

    /// What its memory is found by.
    pub(super) fn found_by(&self) -> FoundBy<'_> {
        FoundBy { actor: self.actor.as_deref(), text: &self.fact.text, sources: &self.sources }
    }
}

/// What becomes of the facts of an add. Facts that came to nothing are gone from it.
pub(super) struct Plan {
    pub(super) learned: Vec<Learned>,
    /// For each fact what is done with it, in the order in which it is done.
    pub(super) fates: Vec<Fate>,
}

/// What is done with a fact.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Fate {
    /// It becomes a memory.
    Stored {
        /// Memories that are merged into it, and those that it supersedes.
        merges: Vec<Target>,
        retires: Vec<Target>,
        links: Vec<Target>,
        /// What superseded it, since it was said later.
        replaced_by: Option<Target>,
    },
    /// A memory says it already.
    Known(Target),
    /// A memory was wrong, and gets its text.
    Corrects(Target),
    /// Memories that are taken back.
    Retracts(Vec<Target>),
}

/// A memory that a fact bears on.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Target {
    /// One that was there, with the hash of its text: if that is another by now, nothing is done
    /// to it.
    Memory { id: String, hash: String },
    /// The one of another fact of the add, by its number among the planned ones.
    Fact(usize),
}

/// One of those that a fact is compared with.
struct Beside<'a> {
    target: Target,
    standing: Standing<'a>,
}

/// Decides what becomes of facts, in their order.
pub(super) fn plan(
    connection: &Connection,
    access: &Access,
    learned: Vec<Learned>,
    learned_at: i64,
) -> Result<Plan, EngineError> {
    let mut planning =
        Planning { learned, fates: Vec::new(), settled: HashSet::new(), retired: HashSet::new() };
    for number in 0..planning.learned.len() {
        let fact = &planning.learned[number];
        let of_state = of_state(connection, access, fact)?;
        planning.settle(number, &of_state, learned_at);
    }
    Ok(planning.plan())
}

struct Planning {
    learned: Vec<Learned>,
    /// Of each fact so far; `None` once another fact has taken its place.
    fates: Vec<Option<Fate>>,
    /// The memories that are retired, corrected or taken back already.
    settled: HashSet<String>,
    /// The facts that a later one retires.
    retired: HashSet<usize>,
}

impl Planning {
    fn settle(&mut self, number: usize, of_state: &[MemoryRecord], learned_at: i64) {
        let fact = &self.learned[number];
        let beside = self.beside(fact, of_state, learned_at);
        let standings: Vec<_> = beside.iter().map(|beside| beside.standing).collect();
        let settled = settle(&fact.fact, &standings);
        let target = |index: &usize| beside.get(*index).map(|beside| beside.target.clone());
        let targets = |indices: &[usize]| indices.iter().filter_map(target).collect::<Vec<_>>();
        let stored = |merges, retires, links, replaced_by| Fate::Stored {
            merges,
            retires,
            links,
            replaced_by,
        };
        let none = Vec::new;
        let fate = match settled {
            Settled::New { links } => Some(stored(none(), none(), targets(&links), None)),
            Settled::Same(index) => target(&index).map(Fate::Known),
            Settled::Richer { merges, retires, links } => {
                Some(stored(targets(&merges), targets(&retires), targets(&links), None))
            }
            Settled::Newer { retires, links } => {
                Some(stored(none(), targets(&retires), targets(&links), None))
            }
            Settled::Older { by, links } => {
                Some(stored(none(), none(), targets(&links), target(&by)))
            }
            Settled::Corrects(index) => target(&index).map(Fate::Corrects),
            Settled::Retracts(indices) => Some(Fate::Retracts(targets(&indices))),
        };
        let fate = fate.unwrap_or_else(|| stored(none(), none(), none(), None));
        let fate = self.within_the_add(fate);
        for target in fate.changed() {
            match target {
                Target::Memory { id, .. } => drop(self.settled.insert(id.clone())),
                Target::Fact(number) => drop(self.retired.insert(*number)),
            }
        }
        self.fates.push(Some(fate));
    }

    /// Those that a fact is compared with: memories that were shown to the model or tell the same
    /// property, and the facts before it, of the same user, agent and app.
    fn beside<'a>(
        &'a self,
        fact: &'a Learned,
        of_state: &'a [MemoryRecord],
        learned_at: i64,
    ) -> Vec<Beside<'a>> {
        let mut beside: Vec<Beside<'a>> = Vec::new();
        let shown = fact.shown.iter().enumerate();
        let shown = shown.filter_map(|(number, memory)| Some((Some(number), memory.as_ref()?)));
        let others = of_state.iter().map(|memory| (None, memory));
        for (number, memory) in shown.chain(others) {
            let target = Target::Memory { id: memory.id.clone(), hash: memory.hash.clone() };
            if self.settled.contains(&memory.id)
                || !is_of(&memory.ids, &fact.ids)
                || beside.iter().any(|beside| beside.target == target)
            {
                continue;
            }
            let properties = memory.learned.as_ref();
            let text = |property: fn(&Properties) -> &Option<String>| {
                properties.and_then(|properties| property(properties).as_deref())
            };
            beside.push(Beside {
                target,
                standing: Standing {
                    text: &memory.memory,
                    subject: text(|it| &it.subject),
                    state: text(|it| &it.state),
                    kind: text(|it| &it.kind).and_then(Kind::named),
                    denied: text(|it| &it.polarity) == Some(Polarity::Denied.name()),
                    relation: fact
                        .fact
                        .relation
                        .filter(|(shown, _)| number == Some(*shown))
                        .map(|(_, relation)| relation),
                    immutable: memory.immutable,
                    said_before: clock::micros("created_at", &memory.created_at)
                        .is_ok_and(|at| at <= learned_at),
                    replaced: memory.lifecycle != Lifecycle::Active,
                },
            });
        }
        for (number, fate) in self.fates.iter().enumerate() {
            let (Some(earlier), Some(Fate::Stored { replaced_by: None, .. })) =
                (self.learned.get(number), fate)
            else {
                continue;
            };
            if is_of(&earlier.ids, &fact.ids) {
                beside.push(Beside {
                    target: Target::Fact(number),
                    standing: Standing {
                        text: &earlier.fact.text,
                        subject: Some(&earlier.fact.subject),
                        state: earlier.fact.state.as_deref(),
                        kind: Some(earlier.fact.kind),
                        denied: earlier.fact.polarity == Polarity::Denied,
                        relation: None,
                        immutable: false,
                        said_before: true,
                        replaced: self.retired.contains(&number),
                    },
                });
            }
        }
        beside
    }

    /// Takes back the facts of the add itself that this one swallows, corrects or retracts: nobody
    /// has seen them. What they would have done to memories falls to this one.
    fn within_the_add(&mut self, mut fate: Fate) -> Fate {
        let gone: Vec<usize> = match &mut fate {
            Fate::Stored { merges, .. } => take_facts(merges),
            Fate::Retracts(targets) => take_facts(targets),
            Fate::Corrects(Target::Fact(number)) => vec![*number],
            _ => Vec::new(),
        };
        if matches!(fate, Fate::Corrects(Target::Fact(_))) {
            fate = Fate::Stored {
                merges: Vec::new(),
                retires: Vec::new(),
                links: Vec::new(),
                replaced_by: None,
            };
        }
        for number in gone {
            let Some(Fate::Stored { merges, retires, links, .. }) =
                self.fates.get_mut(number).and_then(Option::take)
            else {
                continue;
            };
            if let Fate::Stored { merges: of_this, retires: and, links: linked, .. } = &mut fate {
                of_this.extend(merges);
                and.extend(retires);
                linked.extend(links);
            }
        }
        fate
    }

    /// The facts that are left, under new numbers.
    fn plan(self) -> Plan {
        let mut numbers = Vec::new();
        let mut left = 0;
        for fate in &self.fates {
            numbers.push(fate.is_some().then_some(left));
            left += usize::from(fate.is_some());
        }
        let renumbered = |target: Target| match target {
            Target::Fact(number) => numbers.get(number).copied().flatten().map(Target::Fact),
            memory => Some(memory),
        };
        let all = |targets: Vec<Target>| targets.into_iter().filter_map(renumbered).collect();
        let mut plan = Plan { learned: Vec::new(), fates: Vec::new() };
        for (learned, fate) in self.learned.into_iter().zip(self.fates) {
            let Some(fate) = fate else { continue };
            plan.learned.push(learned);
            plan.fates.push(match fate {
                Fate::Stored { merges, retires, links, replaced_by } => Fate::Stored {
                    merges: all(merges),
                    retires: all(retires),
                    links: all(links),
                    replaced_by: replaced_by.and_then(renumbered),
                },
                Fate::Retracts(targets) => Fate::Retracts(all(targets)),
                other => other,
            });
        }
        plan
    }
}

impl Fate {
    /// What it changes.
    fn changed(&self) -> impl Iterator<Item = &Target> {
        let (some, others): (&[Target], &[Target]) = match self {
            Self::Stored { merges, retires, .. } => (merges, retires),
            Self::Corrects(target) => (std::slice::from_ref(target), &[]),
            Self::Retracts(targets) => (targets, &[]),
            Self::Known(_) => (&[], &[]),
        };
        some.iter().chain(others)
    }
}

/// Removes those that are facts of the add, and returns their numbers.
fn take_facts(targets: &mut Vec<Target>) -> Vec<usize> {
    let mut facts = Vec::new();
    targets.retain(|target| match target {
        Target::Fact(number) => {
            facts.push(*number);
            false
        }
        Target::Memory { .. } => true,
    });
    facts
}

/// The memories that tell the same property of the same subject, which the access sees.
fn of_state(
    connection: &Connection,
    access: &Access,
    learned: &Learned,
) -> Result<Vec<MemoryRecord>, EngineError> {
    let properties = Properties {
        subject: Some(learned.fact.subject.clone()),
        state: learned.fact.state.clone(),
        ..Properties::default()
    };
    let Some(key) = properties.state_key() else { return Ok(Vec::new()) };
    let mut found = lifecycle::active_with(connection, access.project(), &learned.ids, &key)?;
    found.retain(|memory| access.check_ids(&memory.ids).is_ok());
    Ok(found)
}
