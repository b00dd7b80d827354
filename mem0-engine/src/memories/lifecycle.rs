//! What becomes of a memory once another one says it better, newer or otherwise.
//!
//! A memory is retired by another one that came in its place: superseded, or merged into it. Who
//! follows `replaced_by` comes to an end, never back.

pub(crate) mod learned;
pub(crate) mod links;
#[cfg(test)]
mod seen_tests;
pub(crate) mod sources;
#[cfg(test)]
pub(crate) mod workbench;

use mem0_types::{HistoryEvent, Message, Metadata, Role};
use rusqlite::{Connection, params};

use crate::change::{Change, Lifecycle, LifecycleChange, LifecycleReason};
use crate::folder::text_index::Indexed;
use crate::ids::{self, EntityIds};
use crate::memories::history;
use crate::memories::lifecycle::learned::Learned;
use crate::memories::lifecycle::sources::{NewSource, Source};
use crate::memories::record::{self, MemoryRecord};
use crate::{Engine, EngineError, clock, limits, stored_json};

/// Retires an active memory: another one, with the id `replaced_by`, came in its place. Returns
/// what it is afterwards; `None` when one of the two is gone, and when this one is immutable,
/// retired already, or came in the other's place itself.
pub(crate) fn retire(
    connection: &Connection,
    project: i64,
    id: &str,
    lifecycle: Lifecycle,
    replaced_by: &str,
    event_seq: i64,
    reason: LifecycleReason,
) -> Result<Option<MemoryRecord>, EngineError> {
    let Some((seq, memory)) = record::in_project(connection, project, id)? else { return Ok(None) };
    let is_active = memory.lifecycle == Lifecycle::Active;
    if memory.immutable || !is_active || !ends_elsewhere(connection, project, replaced_by, id)? {
        return Ok(None);
    }
    set(connection, project, seq, event_seq, (lifecycle, Some(replaced_by)), reason).map(Some)
}

/// What a memory says after it was corrected.
pub(crate) struct Correction<'a> {
    pub(crate) text: &'a str,
    /// Its entry in the index, made with the memory's own [`actor`](MemoryRecord::actor).
    pub(crate) indexed: &'a Indexed,
    pub(crate) learned: Option<&'a Learned>,
    /// The words that corrected it: those that it was learned from go.
    pub(crate) sources: &'a [NewSource<'a>],
    /// Keys that its metadata gets.
    pub(crate) metadata: Option<&'a Metadata>,
}

/// Replaces what a memory says: it was wrong. Returns what it is afterwards; `None` when it is
/// gone, immutable or retired.
pub(crate) fn correct(
    connection: &Connection,
    project: i64,
    id: &str,
    correction: &Correction<'_>,
    event_seq: i64,
) -> Result<Option<MemoryRecord>, EngineError> {
    let Some((seq, old)) = record::in_project(connection, project, id)? else { return Ok(None) };
    if old.immutable || old.lifecycle != Lifecycle::Active {
        return Ok(None);
    }
    let now = clock::now();
    let learned = correction.learned.map(stored_json::write).transpose()?;
    connection
        .prepare_cached(
            "UPDATE memories SET text = ?, text_hash = ?, learned = ?, state_key = ?, \
             updated_at = ? WHERE seq = ?",
        )?
        .execute(params![
            correction.text,
            ids::text_hash(correction.text),
            learned,
            correction.learned.and_then(Learned::state_key),
            now,
            seq
        ])?;
    if let Some(metadata) = merged(&old, correction.metadata) {
        set_metadata(connection, seq, &metadata)?;
    }
    record::renew_key(connection, seq)?;
    correction.indexed.replace(connection, seq)?;
    sources::remove(connection, seq)?;
    sources::insert(connection, seq, event_seq, correction.sources)?;
    let new = record::by_seq(connection, seq)?;
    let said = |source: &NewSource<'_>| {
        let mut message = Message::new(Role::from(source.role), source.text);
        message.name = source.actor.map(str::to_owned);
        message
    };
    let input: Vec<_> = correction.sources.iter().map(said).collect();
    let why = LifecycleChange {
        lifecycle_state: Some(new.lifecycle),
        replaced_by: None,
        reason: LifecycleReason::Corrected,
    };
    let change = Change {
        input: &input,
        old_memory: Some(&old.memory),
        new_memory: Some(&new.memory),
        lifecycle: Some(&why),
        ..new.change(project, HistoryEvent::Update, event_seq, now)
    };
    history::note(connection, &change)?;
    Ok(Some(new))
}

/// Gives a memory the keys of more metadata, since what it says was said again. Returns what it is
/// afterwards; `None` when nothing changes, and when it is gone or immutable.
pub(crate) fn enrich(
    connection: &Connection,
    project: i64,
    id: &str,
    metadata: Option<&Metadata>,
    event_seq: i64,
) -> Result<Option<MemoryRecord>, EngineError> {
    let Some((seq, old)) = record::in_project(connection, project, id)? else { return Ok(None) };
    let Some(metadata) = merged(&old, metadata).filter(|_| !old.immutable) else { return Ok(None) };
    let now = clock::now();
    set_metadata(connection, seq, &metadata)?;
    connection
        .prepare_cached("UPDATE memories SET updated_at = ? WHERE seq = ?")?
        .execute(params![now, seq])?;
    record::renew_key(connection, seq)?;
    let new = record::by_seq(connection, seq)?;
    let change = Change {
        new_memory: Some(&new.memory),
        ..new.change(project, HistoryEvent::Update, event_seq, now)
    };
    history::note(connection, &change)?;
    Ok(Some(new))
}

/// The metadata of a memory with more keys, of which the newer value holds; `None` if it has all of
/// it, and if it would be larger than [`MAX_METADATA`](crate::MAX_METADATA).
fn merged(memory: &MemoryRecord, more: Option<&Metadata>) -> Option<Metadata> {
    let old = memory.metadata.clone().unwrap_or_default();
    let mut new = old.clone();
    new.extend(more?.clone());
    (new != old && limits::check_metadata(Some(&new)).is_ok()).then_some(new)
}

fn set_metadata(connection: &Connection, seq: i64, metadata: &Metadata) -> Result<(), EngineError> {
    connection
        .prepare_cached("UPDATE memories SET metadata = ? WHERE seq = ?")?
        .execute(params![stored_json::write(metadata)?, seq])?;
    Ok(())
}

/// The active memories with this state key and the same user, agent and app, of any run. Without
/// one of these three ids a run is all that tells owners apart, so it must be the same then.
pub(crate) fn active_with(
    connection: &Connection,
    project: i64,
    ids: &EntityIds,
    state_key: &str,
) -> Result<Vec<MemoryRecord>, EngineError> {
    let is_of_run = ids.user_id.is_none() && ids.agent_id.is_none() && ids.app_id.is_none();
    let sql = format!(
        "SELECT {} FROM memories AS m WHERE m.project = ?1 AND m.state_key = ?2 \
         AND m.lifecycle IS NULL AND m.user_id IS ?3 AND m.agent_id IS ?4 AND m.app_id IS ?5 \
         AND (NOT ?6 OR m.run_id IS ?7) ORDER BY m.seq",
        record::COLUMNS
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let of =
        params![project, state_key, ids.user_id, ids.agent_id, ids.app_id, is_of_run, ids.run_id];
    let memories = statement.query_map(of, record::from_row)?;
    Ok(memories.collect::<Result<_, _>>()?)
}

impl Engine {
    /// The words that a memory was learned from; none if it was stored as it was said.
    ///
    /// ```
    /// # use mem0_engine::{Engine, EngineError};
    /// # async fn example(engine: Engine, memory_id: &str) -> Result<(), EngineError> {
    /// for source in engine.sources(memory_id).await? {
    ///     println!("{}: {}", source.actor.unwrap_or(source.role), source.quote);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`EngineError::NotFound`].
    pub async fn sources(&self, memory_id: &str) -> Result<Vec<Source>, EngineError> {
        let (id, answer) = (memory_id.to_owned(), self.answer("include_sources"));
        self.read(move |connection, access| {
            let mut answer = answer;
            let (_, memory) = record::find(connection, access, &id)?;
            sources::read(connection, &memory.id, &mut answer)
        })
        .await
    }
}

/// Settles what becomes of those that a memory came in the place of, before it is deleted. What it
/// superseded holds again, or is superseded by what superseded it. What was merged into it stays
/// hidden, since it says the same.
pub(crate) fn give_way(
    connection: &Connection,
    project: i64,
    memory: &MemoryRecord,
    event_seq: i64,
) -> Result<(), EngineError> {
    let mut statement = connection.prepare_cached(
        "SELECT seq, lifecycle FROM memories WHERE project = ? AND replaced_by = ? ORDER BY seq",
    )?;
    let replaced = statement
        .query_map(params![project, memory.id], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<Vec<(i64, Lifecycle)>, _>>()?;
    for (seq, lifecycle) in replaced {
        match (&memory.replaced_by, lifecycle) {
            (Some(next), _) => point(connection, seq, lifecycle, Some(next))?,
            (None, Lifecycle::Superseded) => {
                let active = (Lifecycle::Active, None);
                set(connection, project, seq, event_seq, active, LifecycleReason::Restored)?;
            }
            (None, _) => {}
        }
    }
    Ok(())
}

/// The ids of all that a memory came in the place of, and what came in the place of those before;
/// or only of what was merged into it. Oldest first.
pub(crate) fn replaced_by(
    connection: &Connection,
    project: i64,
    id: &str,
    only_merged: bool,
) -> Result<Vec<String>, EngineError> {
    let mut statement = connection.prepare_cached(
        "WITH RECURSIVE older (id) AS (VALUES (?2) UNION SELECT m.id FROM older \
         JOIN memories AS m ON m.project = ?1 AND m.replaced_by = older.id \
         WHERE m.lifecycle = 'merged' OR NOT ?3) \
         SELECT m.id FROM older JOIN memories AS m ON m.id = older.id WHERE m.id <> ?2 \
         ORDER BY m.seq",
    )?;
    let ids = statement.query_map(params![project, id, only_merged], |row| row.get(0))?;
    Ok(ids.collect::<Result<_, _>>()?)
}

/// Sets what becomes of a memory, and tells its history of it.
fn set(
    connection: &Connection,
    project: i64,
    seq: i64,
    event_seq: i64,
    (lifecycle, replaced_by): (Lifecycle, Option<&str>),
    reason: LifecycleReason,
) -> Result<MemoryRecord, EngineError> {
    let now = clock::now();
    point(connection, seq, lifecycle, replaced_by)?;
    connection
        .prepare_cached("UPDATE memories SET updated_at = ? WHERE seq = ?")?
        .execute(params![now, seq])?;
    let memory = record::by_seq(connection, seq)?;
    let why = LifecycleChange {
        lifecycle_state: Some(lifecycle),
        replaced_by: replaced_by.map(str::to_owned),
        reason,
    };
    // Without the messages that led to it: they speak of the other memory.
    let change = Change {
        new_memory: Some(&memory.memory),
        lifecycle: Some(&why),
        ..memory.change(project, HistoryEvent::Update, event_seq, now)
    };
    history::note(connection, &change)?;
    Ok(memory)
}

fn point(
    connection: &Connection,
    seq: i64,
    lifecycle: Lifecycle,
    replaced_by: Option<&str>,
) -> Result<(), EngineError> {
    connection
        .prepare_cached("UPDATE memories SET lifecycle = ?, replaced_by = ? WHERE seq = ?")?
        .execute(params![lifecycle, replaced_by, seq])?;
    Ok(())
}

/// Whether a memory is there, and neither it nor one that came in its place is the `other`.
fn ends_elsewhere(
    connection: &Connection,
    project: i64,
    id: &str,
    other: &str,
) -> Result<bool, EngineError> {
    // UNION leaves out what was there already, so that a damaged folder ends too.
    let sql = "WITH RECURSIVE later (id) AS (SELECT id FROM memories WHERE project = ?1 AND id = ?2 \
               UNION SELECT m.replaced_by FROM later JOIN memories AS m ON m.id = later.id \
               WHERE m.replaced_by IS NOT NULL) \
               SELECT count(*), ifnull(max(id = ?3), 0) FROM later";
    let (count, is_among): (i64, bool) = connection
        .prepare_cached(sql)?
        .query_row(params![project, id, other], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(count > 0 && !is_among)
}

#[cfg(test)]
mod tests {
    use mem0_types::IdField;

    use super::workbench::*;
    use super::*;
    use crate::memories::delete;

    const CHANGED: LifecycleReason = LifecycleReason::Changed;

    fn supersede(connection: &Connection, old: &str, new: &str) -> Option<MemoryRecord> {
        retire(connection, 1, old, Lifecycle::Superseded, new, event(connection), CHANGED).unwrap()
    }

    fn delete(connection: &Connection, id: &str) {
        delete::delete(connection, &crate::Access::to_project(1), id).unwrap();
    }

    fn state(connection: &Connection, id: &str) -> (Lifecycle, Option<String>) {
        let (_, memory) = record::in_project(connection, 1, id).unwrap().unwrap();
        (memory.lifecycle, memory.replaced_by)
    }

    /// The changes that history tells of a memory: the event, and why.
    fn told(connection: &Connection, id: &str) -> Vec<String> {
        let sql = "SELECT event || ' ' || ifnull(lifecycle, '') FROM history \
                   WHERE memory_id = ? ORDER BY seq";
        let mut statement = connection.prepare(sql).unwrap();
        let rows = statement.query_map([id], |row| row.get(0)).unwrap();
        rows.map(Result::unwrap).collect()
    }

    #[test]
    fn a_newer_fact_retires_an_older_one_and_history_and_webhooks_tell_of_it() {
        let connection = in_memory();
        hear_of_updates(&connection);
        let old = learn(&connection, &fact("I live in Lisbon").of("user", "home_city"));
        let new = learn(&connection, &fact("I live in Porto").of("user", "home_city"));
        let before = connection.changes();
        let retired = supersede(&connection, &old, &new).unwrap();
        assert!(before <= connection.changes());
        assert_eq!(retired.lifecycle, Lifecycle::Superseded);
        assert_eq!(retired.replaced_by.as_deref(), Some(new.as_str()));
        assert_eq!(retired.memory, "I live in Lisbon");
        let why = format!(
            r#"UPDATE {{"lifecycle_state":"superseded","replaced_by":"{new}","reason":"changed"}}"#
        );
        assert_eq!(told(&connection, &old), ["ADD ".to_owned(), why]);
        let input: String = connection
            .query_row("SELECT input FROM history ORDER BY seq DESC LIMIT 1", [], |row| row.get(0))
            .unwrap();
        assert_eq!(input, "[]", "nothing of the newer fact is in the older one's history");
        let heard: String = connection
            .query_row("SELECT payload FROM webhook_changes", [], |row| row.get(0))
            .unwrap();
        assert!(heard.contains("UPDATE") && heard.contains(&old), "{heard}");
    }

    #[test]
    fn what_is_gone_immutable_or_retired_already_is_not_retired() {
        let connection = in_memory();
        let mut fixed = fact("My blood group is 0");
        fixed.immutable = true;
        let (fixed, one) = (learn(&connection, &fixed), learn(&connection, &fact("one")));
        let two = learn(&connection, &fact("two"));
        assert_eq!(supersede(&connection, &fixed, &one), None);
        assert_eq!(supersede(&connection, "not there", &one), None);
        assert_eq!(supersede(&connection, &one, "not there"), None);
        assert!(supersede(&connection, &one, &two).is_some());
        assert_eq!(supersede(&connection, &one, &fixed), None);
        assert_eq!(state(&connection, &one), (Lifecycle::Superseded, Some(two.clone())));
        // Of another project, it is not there.
        let elsewhere = retire(&connection, 2, &two, Lifecycle::Merged, &one, 1, CHANGED).unwrap();
        assert_eq!(elsewhere, None);
        let told = told(&connection, &fixed);
        assert_eq!(told, ["ADD "]);
    }

    #[test]
    fn memories_never_replace_each_other_in_a_circle() {
        let connection = in_memory();
        let [a, b, c] = ["a", "b", "c"].map(|text| learn(&connection, &fact(text)));
        assert_eq!(supersede(&connection, &a, &a), None);
        assert!(supersede(&connection, &a, &b).is_some());
        assert_eq!(supersede(&connection, &b, &a), None);
        assert!(supersede(&connection, &b, &c).is_some());
        for old in [&a, &b] {
            assert_eq!(supersede(&connection, &c, old), None);
        }
        assert_eq!(state(&connection, &c), (Lifecycle::Active, None));
    }

    #[test]
    fn the_fact_before_holds_again_when_the_newest_is_deleted() {
        let connection = in_memory();
        let [a, b, c] = ["a", "b", "c"].map(|text| learn(&connection, &fact(text)));
        supersede(&connection, &a, &b);
        supersede(&connection, &b, &c);
        delete(&connection, &c);
        assert_eq!(state(&connection, &b), (Lifecycle::Active, None));
        assert_eq!(state(&connection, &a), (Lifecycle::Superseded, Some(b.clone())));
        let last = told(&connection, &b).pop().unwrap();
        assert_eq!(last, r#"UPDATE {"lifecycle_state":"active","reason":"restored"}"#);
    }

    #[test]
    fn what_a_deleted_one_replaced_is_replaced_by_what_replaced_it() {
        let connection = in_memory();
        let [a, b, c, m] = ["a", "b", "c", "m"].map(|text| learn(&connection, &fact(text)));
        supersede(&connection, &a, &b);
        let merged = LifecycleReason::Merged;
        retire(&connection, 1, &m, Lifecycle::Merged, &b, event(&connection), merged).unwrap();
        supersede(&connection, &b, &c);
        delete(&connection, &b);
        assert_eq!(state(&connection, &a), (Lifecycle::Superseded, Some(c.clone())));
        assert_eq!(state(&connection, &m), (Lifecycle::Merged, Some(c.clone())));
        // A wording that was merged does not come back by itself.
        delete(&connection, &c);
        assert_eq!(state(&connection, &a), (Lifecycle::Active, None));
        assert_eq!(state(&connection, &m), (Lifecycle::Merged, Some(c)));
    }

    #[test]
    fn a_correction_replaces_the_words_and_all_that_was_learned_with_them() {
        let connection = in_memory();
        let told_wrong = fact("My sister is called Ida").of("sister", "name").said("She is Ida");
        let id = learn(&connection, &told_wrong);
        let (text, quote) = ("My sister is called Ada", "No, Ada");
        let indexed = Indexed::of(None, text);
        let learned = fact(text).of("my sister", "name").learned;
        let said = NewSource { role: "user", actor: Some("Ann"), text: "No, Ada!", quote };
        let sources = [said];
        let correction = Correction {
            text,
            indexed: &indexed,
            learned: learned.as_ref(),
            sources: &sources,
            metadata: None,
        };
        let new = correct(&connection, 1, &id, &correction, event(&connection)).unwrap().unwrap();
        assert_eq!((new.memory.as_str(), new.id.as_str()), (text, id.as_str()));
        assert_eq!(new.hash, ids::hex(&ids::text_hash(text)));
        assert_eq!(new.lifecycle, Lifecycle::Active);
        let key = "my sister:name";
        assert_eq!(active_with(&connection, 1, &alice(), key).unwrap(), [new]);
        assert_eq!(active_with(&connection, 1, &alice(), "sister:name").unwrap(), []);
        let (old_memory, new_memory, input): (String, String, String) = connection
            .query_row(
                "SELECT old_memory, new_memory, input FROM history ORDER BY seq DESC LIMIT 1",
                [],
                |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
            )
            .unwrap();
        assert_eq!((old_memory.as_str(), new_memory.as_str()), (told_wrong.text, text));
        assert_eq!(input, r#"[{"role":"user","content":"No, Ada!","name":"Ann"}]"#);
        let why = told(&connection, &id).pop().unwrap();
        assert_eq!(why, r#"UPDATE {"lifecycle_state":"active","reason":"corrected"}"#);
        let quotes: String = connection
            .query_row("SELECT group_concat(quote) FROM memory_sources", [], |row| row.get(0))
            .unwrap();
        assert_eq!(quotes, quote);
        let words: String = connection
            .query_row("SELECT group_concat(terms) FROM memory_index", [], |row| row.get(0))
            .unwrap();
        assert!(words.contains("ada") && !words.contains("ida"), "{words}");
    }

    #[test]
    fn what_is_gone_immutable_or_retired_is_not_corrected() {
        let connection = in_memory();
        let mut fixed = fact("fixed");
        fixed.immutable = true;
        let fixed = learn(&connection, &fixed);
        let [old, new] = ["old", "new"].map(|text| learn(&connection, &fact(text)));
        supersede(&connection, &old, &new);
        let indexed = Indexed::of(None, "x");
        let correction = Correction {
            text: "x",
            indexed: &indexed,
            learned: None,
            sources: &[],
            metadata: None,
        };
        for id in [fixed.as_str(), old.as_str(), "not there"] {
            assert_eq!(correct(&connection, 1, id, &correction, 1).unwrap(), None, "{id}");
        }
    }

    #[test]
    fn what_was_taken_back_is_deleted_and_history_says_so() {
        let connection = in_memory();
        let mut fixed = fact("fixed");
        fixed.immutable = true;
        let fixed = learn(&connection, &fixed);
        let id = learn(&connection, &fact("I adopted a puppy").said("I adopted a puppy"));
        let retract = |id: &str| delete::retract(&connection, 1, id, event(&connection)).unwrap();
        assert_eq!(retract(&id).unwrap().memory, "I adopted a puppy");
        assert_eq!((retract(&id), retract(&fixed)), (None, None));
        assert_eq!(told(&connection, &id), ["ADD ", r#"DELETE {"reason":"retracted"}"#]);
        assert_eq!(count(&connection, "memory_sources"), 0);
    }

    #[test]
    fn active_ones_of_a_state_are_those_of_the_same_owners_in_any_run() {
        let connection = in_memory();
        let at = |ids: EntityIds, text| {
            let mut fact = fact(text).of("user", "employer");
            fact.ids = ids;
            learn(&connection, &fact)
        };
        let run = |ids: EntityIds, run: &str| EntityIds { run_id: Some(run.to_owned()), ..ids };
        let of_agent = EntityIds { agent_id: Some("bot".to_owned()), ..alice() };
        let bob = EntityIds::one(IdField::UserId, "bob");
        let first = at(alice(), "I work at Acme");
        let second = at(run(alice(), "r1"), "I work at Initech");
        at(bob, "I work at Hooli");
        let with_agent = at(of_agent.clone(), "I work at Globex");
        learn(&connection, &fact("I live in Lisbon").of("user", "home_city"));
        learn(&connection, &fact("Ida works at Umbrella").of("ida", "employer"));
        let found = |ids: &EntityIds| -> Vec<String> {
            let found = active_with(&connection, 1, ids, "user:employer").unwrap();
            found.into_iter().map(|memory| memory.id).collect()
        };
        assert_eq!(found(&run(alice(), "r2")), [first.clone(), second.clone()]);
        assert_eq!(found(&of_agent), [with_agent]);
        supersede(&connection, &first, &second);
        assert_eq!(found(&alice()), [second]);
        // Where nothing but the run says whose it is, another run is another owner.
        let nobody = EntityIds::default();
        let of_run = at(run(nobody.clone(), "r1"), "I work at Wonka");
        assert_eq!(found(&run(nobody.clone(), "r1")), [of_run]);
        assert_eq!(found(&run(nobody, "r2")), [""; 0]);
        assert_eq!(active_with(&connection, 2, &alice(), "user:employer").unwrap(), []);
    }

    #[test]
    fn what_was_retired_and_is_said_again_is_stored_again() {
        let connection = in_memory();
        let lisbon = fact("I live in Lisbon").of("user", "home_city");
        let old = learn(&connection, &lisbon);
        assert_eq!(learn(&connection, &lisbon), old, "while it holds, it is there already");
        let new = learn(&connection, &fact("I live in Porto").of("user", "home_city"));
        supersede(&connection, &old, &new);
        let again = learn(&connection, &lisbon);
        assert!(again != old && again != new);
        assert_eq!(state(&connection, &again), (Lifecycle::Active, None));
    }

    #[test]
    fn a_fact_is_stored_with_its_categories_and_what_was_learned() {
        let connection = in_memory();
        let mut fact = fact("I live in Lisbon").of("user", "home_city").said("in Lisbon");
        fact.categories = Some(vec!["places".to_owned()]);
        let id = learn(&connection, &fact);
        let (seq, memory) = record::in_project(&connection, 1, &id).unwrap().unwrap();
        assert_eq!(memory.categories, fact.categories);
        assert_eq!(memory.learned, fact.learned);
        assert_eq!(memory, record::by_seq(&connection, seq).unwrap());
        let differing =
            format!("memories WHERE duplicate_key <> {}", crate::folder::duplicate_key::EXPRESSION);
        assert_eq!(count(&connection, &differing), 0);
        assert_eq!(count(&connection, "memory_sources"), 1);
    }

    #[test]
    fn linked_memories_are_found_from_both_sides_until_one_is_gone() {
        let connection = in_memory();
        let [a, b, c] = ["a", "b", "c"].map(|text| learn(&connection, &fact(text)));
        let seq = |id: &str| record::in_project(&connection, 1, id).unwrap().unwrap().0;
        links::link(&connection, 1, &b, &a).unwrap();
        links::link(&connection, 1, &a, &b).unwrap();
        links::link(&connection, 1, &b, &c).unwrap();
        for (one, other) in [(&a, &a), (&a, &"not there".to_owned())] {
            links::link(&connection, 1, one, other).unwrap();
        }
        links::link(&connection, 2, &a, &c).unwrap();
        assert_eq!(links::of(&connection, seq(&b)).unwrap(), [seq(&a), seq(&c)]);
        assert_eq!(links::of(&connection, seq(&a)).unwrap(), [seq(&b)]);
        delete(&connection, &a);
        assert_eq!(links::of(&connection, seq(&b)).unwrap(), [seq(&c)]);
    }
}
