use std::sync::atomic::{AtomicI64, Ordering};

use mem0_types::{HistoryEvent, WebhookEventType};
use rusqlite::{Connection, OptionalExtension, params};
use serde_json::json;

use crate::change::Change;
use crate::webhooks::subscriptions;
use crate::work_budget::WorkBudget;
use crate::{EngineError, clock, ids};

/// How many webhooks of a change are looked up at once.
const WEBHOOKS: usize = 500;

/// Queues a change for the project's webhooks that ask for it, in the transaction of the change:
/// one row, however many they are. [`make_deliveries`] goes on from there.
pub(crate) fn queue(connection: &Connection, change: &Change<'_>) -> Result<(), EngineError> {
    let event_type = match change.event {
        HistoryEvent::Add => WebhookEventType::MemoryAdd,
        HistoryEvent::Update => WebhookEventType::MemoryUpdate,
        HistoryEvent::Delete => WebhookEventType::MemoryDelete,
        _ => return Ok(()),
    };
    let event_type = event_type.as_str();
    let Some(generation) = subscriptions::generation(connection, change.project, event_type)?
    else {
        return Ok(());
    };
    let payload = json!({"event_details": {
        "id": change.memory_id,
        "data": {
            "memory": change.new_memory.or(change.old_memory),
            "role": change.role,
            "actor_id": change.actor,
        },
        "event": change.event.as_str(),
    }});
    connection
        .prepare_cached(
            "INSERT INTO webhook_changes (project, created_at, generation, made_to, event_type, \
             memory_id, payload) VALUES (?, ?, ?, 0, ?, ?, ?)",
        )?
        .execute(params![
            change.project,
            clock::now(),
            generation,
            event_type,
            change.memory_id,
            payload.to_string(),
        ])?;
    Ok(())
}

/// Whose turn it is: the project that had the last one.
#[derive(Default)]
pub(super) struct Turn(AtomicI64);

/// Makes deliveries of the oldest changes of the next project, as many as one transaction may.
/// Returns how many it made; `None` when no change is left.
pub(super) fn make_deliveries(
    connection: &Connection,
    turn: &Turn,
) -> Result<Option<u64>, EngineError> {
    let Some(project) = next_project(connection, turn.0.load(Ordering::Relaxed))? else {
        return Ok(None);
    };
    // Before the work, so that a project whose step fails does not have every turn.
    turn.0.store(project, Ordering::Relaxed);
    let (mut budget, mut made) = (WorkBudget::new(), 0);
    while !budget.is_used_up()
        && let Some(change) = oldest(connection, project)?
    {
        budget.take(0);
        let heard = (project, change.event_type.as_str(), change.generation);
        let webhooks = subscriptions::listening(connection, heard, change.made_to, WEBHOOKS)?;
        let (mut made_to, mut left) = (change.made_to, webhooks.len());
        for webhook in &webhooks {
            if budget.is_used_up() {
                break;
            }
            change.deliver_to(connection, project, *webhook)?;
            budget.take(0);
            (made_to, left, made) = (*webhook, left - 1, made + 1);
        }
        let is_done = left == 0 && webhooks.len() < WEBHOOKS;
        connection
            .prepare_cached("UPDATE webhook_changes SET made_to = ? WHERE seq = ?")?
            .execute(params![(!is_done).then_some(made_to), change.seq])?;
    }
    // Only when no change of the project is left.
    subscriptions::remove_ended(connection, project, &mut budget)?;
    Ok(Some(made))
}

/// The first project behind this one that has changes of which deliveries are to be made, or else
/// the first of all.
fn next_project(connection: &Connection, behind: i64) -> Result<Option<i64>, EngineError> {
    let mut statement = connection.prepare_cached(
        "SELECT project FROM webhook_changes INDEXED BY webhook_changes_pending \
         WHERE made_to IS NOT NULL AND project > ? ORDER BY project LIMIT 1",
    )?;
    let mut first_behind = |project: i64| statement.query_row([project], |row| row.get(0));
    match first_behind(behind).optional()? {
        Some(project) => Ok(Some(project)),
        None => Ok(first_behind(0).optional()?),
    }
}

struct Pending {
    seq: i64,
    created_at: i64,
    generation: i64,
    made_to: i64,
    event_type: String,
}

fn oldest(connection: &Connection, project: i64) -> Result<Option<Pending>, EngineError> {
    let mut statement = connection.prepare_cached(
        "SELECT seq, created_at, generation, made_to, event_type FROM webhook_changes \
         INDEXED BY webhook_changes_pending WHERE project = ? AND made_to IS NOT NULL \
         ORDER BY seq LIMIT 1",
    )?;
    let pending = statement.query_row([project], |row| {
        Ok(Pending {
            seq: row.get(0)?,
            created_at: row.get(1)?,
            generation: row.get(2)?,
            made_to: row.get(3)?,
            event_type: row.get(4)?,
        })
    });
    Ok(pending.optional()?)
}

impl Pending {
    fn deliver_to(
        &self,
        connection: &Connection,
        project: i64,
        webhook: i64,
    ) -> Result<(), EngineError> {
        // Due at once, also when the clock was ahead at the change.
        let due = self.created_at.min(clock::now());
        connection
            .prepare_cached(
                "INSERT INTO webhook_deliveries (id, project, webhook, change, next_attempt_at) \
                 VALUES (?, ?, ?, ?, ?)",
            )?
            .execute(params![ids::new_id()?, project, webhook, self.seq, due])?;
        Ok(())
    }
}

/// Empties the text of the changes of a memory, whether or not deliveries were made of them.
/// Returns whether none is left; the rest is left to another transaction.
pub(crate) fn erase_content(
    connection: &Connection,
    project: i64,
    memory_id: &str,
    portion: &mut WorkBudget,
) -> Result<bool, EngineError> {
    let mut find = connection.prepare_cached(
        "SELECT seq, octet_length(payload) FROM webhook_changes \
         INDEXED BY webhook_changes_project \
         WHERE project = ? AND memory_id = ? AND is_emptied = 0 LIMIT 1",
    )?;
    let mut empty = connection.prepare_cached(
        "UPDATE webhook_changes SET is_emptied = 1, \
         payload = json_remove(json_replace(payload, '$.event_details.data.memory', ''), \
         '$.event_details.data.actor_id') WHERE seq = ?",
    )?;
    loop {
        let found = find
            .query_row(params![project, memory_id], |row| Ok((row.get::<_, i64>(0)?, row.get(1)?)));
        let Some((seq, bytes)) = found.optional()? else { return Ok(true) };
        empty.execute([seq])?;
        portion.take(bytes);
        if portion.is_used_up() {
            return Ok(false);
        }
    }
}

/// What one transaction removed of that is past its retention.
#[derive(Default)]
pub(crate) struct Removed {
    /// How many rows it removed.
    pub(crate) rows: usize,
    /// The webhooks that a delivery was still queued for, once for each such delivery.
    pub(crate) given_up: Vec<i64>,
}

/// Removes the changes from before this moment with their deliveries, while the budget lasts.
pub(crate) fn remove_old(
    connection: &Connection,
    before: i64,
    budget: &mut WorkBudget,
) -> Result<Removed, EngineError> {
    let mut removed = Removed::default();
    let mut oldest = connection.prepare_cached(
        "SELECT seq, octet_length(payload) FROM webhook_changes INDEXED BY webhook_changes_age \
         WHERE created_at < ? ORDER BY created_at LIMIT 1",
    )?;
    let mut deliveries = connection.prepare_cached(
        "DELETE FROM webhook_deliveries WHERE seq = (SELECT seq FROM webhook_deliveries \
         INDEXED BY webhook_deliveries_change WHERE change = ? LIMIT 1) \
         RETURNING webhook, next_attempt_at IS NOT NULL",
    )?;
    let mut changes = connection.prepare_cached("DELETE FROM webhook_changes WHERE seq = ?")?;
    while !budget.is_used_up() {
        let found = oldest.query_row([before], |row| Ok((row.get::<_, i64>(0)?, row.get(1)?)));
        let Some((change, bytes)) = found.optional()? else { break };
        while !budget.is_used_up() {
            let delivery = deliveries
                .query_row([change], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, bool>(1)?)));
            match delivery.optional()? {
                Some((webhook, is_queued)) => {
                    budget.take(0);
                    removed.rows += 1;
                    removed.given_up.extend(is_queued.then_some(webhook));
                }
                None => {
                    budget.take(bytes);
                    removed.rows += changes.execute([change])?;
                    break;
                }
            }
        }
    }
    Ok(removed)
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use mem0_types::{EntityType, IdField, Message};

    use super::*;
    use crate::folder::schema;
    use crate::ids::EntityIds;
    use crate::memories::add;
    use crate::{Access, AddRequest, Engine, erasing, job};

    fn database(path: &Path) -> Connection {
        schema::open_writer(path).unwrap()
    }

    fn in_memory() -> Connection {
        let connection = database(Path::new(":memory:"));
        for project in 2..=4 {
            let sql = "INSERT INTO projects (seq, id, organization, name, created_at, updated_at) \
                       VALUES (?1, 'project ' || ?1, 1, 'x', 0, 0)";
            connection.execute(sql, [project]).unwrap();
        }
        connection
    }

    /// Makes so many webhooks for additions; the numbers of them.
    fn webhooks(connection: &Connection, project: i64, count: usize) -> Vec<i64> {
        let make = |_| {
            let sql = "INSERT INTO webhooks (id, project, created_at, updated_at, is_active, owner, \
                       name, url, event_types, secret) VALUES (?, ?, 0, 0, 1, 'x', 'x', \
                       'https://example.com', '[\"memory_add\"]', 'x')";
            connection.execute(sql, params![ids::new_id().unwrap(), project]).unwrap();
            let webhook = connection.last_insert_rowid();
            subscriptions::replace(connection, project, webhook, &["memory_add"]).unwrap();
            webhook
        };
        (0..count).map(make).collect()
    }

    fn store(connection: &Connection, project: i64, texts: impl IntoIterator<Item = String>) {
        let messages = texts.into_iter().map(Message::user).collect();
        let mut request = AddRequest::new(messages, EntityIds::one(IdField::UserId, "alice"));
        request.infer = false;
        let indexed = add::index(&request, &crate::components::Made::InPlace);
        let (access, payload) = (Access::to_project(project), request.payload().unwrap());
        add::accept(connection, &access, &request, &payload, || &indexed).unwrap();
    }

    fn number(connection: &Connection, sql: &str) -> i64 {
        connection.query_row(sql, [], |row| row.get(0)).unwrap()
    }

    /// How many rows something writes.
    fn written<T>(connection: &Connection, act: impl FnOnce() -> T) -> (i64, T) {
        let rows = || number(connection, "SELECT total_changes()");
        let before = rows();
        let made = act();
        (rows() - before, made)
    }

    fn deliveries(connection: &Connection) -> i64 {
        number(connection, "SELECT count(*) FROM webhook_deliveries")
    }

    fn make_all(connection: &Connection) {
        let turn = Turn::default();
        while make_deliveries(connection, &turn).unwrap().is_some() {}
    }

    #[test]
    fn a_change_writes_one_row_however_many_webhooks_hear_of_it() {
        let (heard, unheard) = (in_memory(), in_memory());
        webhooks(&heard, 1, 200);
        let texts = |count| (0..count).map(|n| format!("fact {n}"));
        let (without, ()) = written(&unheard, || store(&unheard, 1, texts(50)));
        assert_eq!(number(&unheard, "SELECT count(*) FROM webhook_changes"), 0);
        let (with, ()) = written(&heard, || store(&heard, 1, texts(50)));
        assert_eq!(with - without, 50);
        assert_eq!(number(&heard, "SELECT count(*) FROM webhook_changes"), 50);
        assert_eq!(deliveries(&heard), 0);
        // Nobody asks for updates, and nobody in another project.
        store(&heard, 2, texts(1));
        heard.execute("UPDATE webhook_subscriptions SET event_type = 'memory_update'", []).unwrap();
        store(&heard, 1, ["more".to_owned()]);
        assert_eq!(number(&heard, "SELECT count(*) FROM webhook_changes"), 50);
    }

    #[test]
    fn deliveries_are_made_in_small_steps_project_by_project_and_in_order() {
        let connection = in_memory();
        let ours = webhooks(&connection, 1, 200);
        webhooks(&connection, 3, 2);
        store(&connection, 1, (0..30).map(|n| format!("fact {n}")));
        for n in 0..3 {
            store(&connection, 3, [format!("other {n}")]);
        }
        let (turn, mut steps) = (Turn::default(), Vec::new());
        loop {
            let (rows, made) =
                written(&connection, || make_deliveries(&connection, &turn).unwrap());
            assert!(rows <= 500, "{rows} in one step");
            let Some(made) = made else { break };
            assert!(rows > 0);
            steps.push((turn.0.load(Ordering::Relaxed), made));
        }
        assert_eq!(steps.iter().map(|(_, made)| made).sum::<u64>(), 30 * 200 + 3 * 2);
        // The other project's turn is the second, whatever the first still has.
        assert_eq!(steps[1].0, 3);
        assert!(steps.len() > 12);
        // Each webhook has a delivery of each change, in the order of the changes.
        let mut statement = connection
            .prepare("SELECT change FROM webhook_deliveries WHERE webhook = ? ORDER BY seq")
            .unwrap();
        for webhook in ours {
            let of = statement.query_map([webhook], |row| row.get(0)).unwrap();
            let of: Vec<i64> = of.map(Result::unwrap).collect();
            assert_eq!(of, (1..=30).collect::<Vec<_>>());
        }
    }

    #[test]
    fn who_hears_of_a_change_is_decided_at_the_change_and_not_when_deliveries_are_made() {
        let connection = in_memory();
        let [switched, always] = webhooks(&connection, 1, 2)[..] else { panic!() };
        let switch = |kinds: &[&str]| {
            subscriptions::replace(&connection, 1, switched, kinds).unwrap();
        };
        for n in 0..4 {
            store(&connection, 1, [format!("while on {n}")]);
            switch(if n % 2 == 0 { &[] } else { &["memory_update"] });
            store(&connection, 1, [format!("while off {n}")]);
            switch(&["memory_add", "memory_update"]);
        }
        let late = webhooks(&connection, 1, 1)[0];
        make_all(&connection);
        let heard = |webhook: i64| -> Vec<i64> {
            let sql = "SELECT change FROM webhook_deliveries WHERE webhook = ? ORDER BY seq";
            let mut statement = connection.prepare(sql).unwrap();
            let rows = statement.query_map([webhook], |row| row.get(0)).unwrap();
            rows.map(Result::unwrap).collect()
        };
        assert_eq!(heard(switched), [1, 3, 5, 7]);
        assert_eq!(heard(always), [1, 2, 3, 4, 5, 6, 7, 8]);
        assert!(heard(late).is_empty());
        store(&connection, 1, ["more".to_owned()]);
        make_all(&connection);
        assert_eq!([switched, always, late].map(|webhook| heard(webhook).len()), [5, 9, 1]);
    }

    /// A process that is killed leaves what it has committed: here, a connection that is dropped
    /// after each step.
    #[test]
    fn a_kill_between_a_change_and_its_deliveries_loses_and_doubles_nothing() {
        let folder: PathBuf =
            std::env::temp_dir().join(format!("mem0-fan-out-test-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        drop(Engine::open(&folder).unwrap());
        let path = folder.join("mem0.db");
        let connection = database(&path);
        webhooks(&connection, 1, 200);
        store(&connection, 1, (0..20).map(|n| format!("fact {n}")));
        drop(connection);
        for steps in 1..4 {
            let connection = database(&path);
            make_deliveries(&connection, &Turn::default()).unwrap();
            // What is not committed is undone.
            let lost = connection.unchecked_transaction().unwrap();
            make_deliveries(&lost, &Turn::default()).unwrap();
            drop(lost);
            assert!(deliveries(&connection) < 500 * steps);
        }
        let engine = Engine::open(&folder).unwrap();
        let connection = database(&path);
        let start = std::time::Instant::now();
        while number(&connection, "SELECT count(*) FROM webhook_changes WHERE made_to IS NOT NULL")
            > 0
        {
            assert!(start.elapsed().as_secs() < 20);
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        assert_eq!(deliveries(&connection), 20 * 200);
        let pairs =
            "SELECT count(*) FROM (SELECT DISTINCT change, webhook FROM webhook_deliveries)";
        assert_eq!(number(&connection, pairs), 20 * 200);
        drop((engine, connection));
        std::fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn deleting_an_entity_empties_changes_of_which_no_delivery_was_made_yet() {
        let connection = in_memory();
        webhooks(&connection, 1, 3);
        store(&connection, 1, ["swordfish".to_owned()]);
        let access = Access::to_project(1);
        erasing::entity::queue(&connection, &access, &EntityType::User, "alice").unwrap();
        let (_, seq) = job::oldest_behind(&connection, 0).unwrap().unwrap();
        let job = job::read(&connection, seq).unwrap().unwrap();
        assert!(erasing::entity::carry_out(&connection, &job).unwrap().is_some());
        make_all(&connection);
        assert_eq!(deliveries(&connection), 3);
        let payloads = "SELECT count(*) FROM webhook_changes WHERE payload LIKE '%swordfish%'";
        assert_eq!(number(&connection, payloads), 0);
    }

    #[test]
    fn the_texts_of_a_memory_with_many_changes_are_emptied_in_steps() {
        let connection = in_memory();
        webhooks(&connection, 1, 1);
        let ids = EntityIds::one(IdField::UserId, "alice");
        for n in 0..1000 {
            let change = Change {
                project: 1,
                event: HistoryEvent::Add,
                memory_id: "m",
                role: "user",
                actor: None,
                ids: &ids,
                metadata: None,
                categories: None,
                input: &[],
                old_memory: None,
                new_memory: Some(&format!("text {n}")),
                lifecycle: None,
                at: 0,
                event_seq: 0,
            };
            queue(&connection, &change).unwrap();
        }
        let (mut steps, mut is_done) = (0, false);
        while !is_done {
            let mut budget = WorkBudget::new();
            let erase = || erase_content(&connection, 1, "m", &mut budget).unwrap();
            let rows;
            (rows, is_done) = written(&connection, erase);
            assert!(rows <= 500, "{rows} in one step");
            steps += 1;
        }
        assert!(steps > 1);
        let left = "SELECT count(*) FROM webhook_changes WHERE payload LIKE '%text%'";
        assert_eq!(number(&connection, left), 0);
    }

    #[test]
    fn switching_a_webhook_off_and_on_leaves_no_rows_behind() {
        let connection = in_memory();
        let webhook = webhooks(&connection, 1, 1)[0];
        let switch = |kinds: &[&str]| {
            subscriptions::replace(&connection, 1, webhook, kinds).unwrap();
        };
        let subscriptions = || number(&connection, "SELECT count(*) FROM webhook_subscriptions");
        for _ in 0..50 {
            switch(&[]);
            switch(&["memory_add"]);
        }
        assert_eq!(subscriptions(), 1);
        // Only those that heard of what is still pending are kept, as long as it is.
        store(&connection, 1, ["tea".to_owned()]);
        for _ in 0..50 {
            switch(&[]);
            switch(&["memory_add"]);
        }
        assert_eq!(subscriptions(), 2);
        make_all(&connection);
        assert_eq!((subscriptions(), deliveries(&connection)), (1, 1));
    }

    #[test]
    fn what_is_past_its_retention_is_removed_in_small_steps() {
        let connection = in_memory();
        let webhooks = webhooks(&connection, 1, 40);
        store(&connection, 1, (0..50).map(|n| format!("fact {n}")));
        make_all(&connection);
        let sent = "UPDATE webhook_deliveries SET next_attempt_at = NULL WHERE webhook <> ?";
        connection.execute(sent, [webhooks[0]]).unwrap();
        let (mut given_up, mut all) = (0, 0);
        loop {
            let remove = || remove_old(&connection, i64::MAX, &mut WorkBudget::new()).unwrap();
            let (rows, removed) = written(&connection, remove);
            assert!(rows <= 500 && rows == removed.rows as i64, "{rows}");
            assert!(removed.given_up.iter().all(|webhook| *webhook == webhooks[0]));
            (given_up, all) = (given_up + removed.given_up.len(), all + removed.rows);
            if rows == 0 {
                break;
            }
        }
        assert_eq!((given_up, all), (50, 40 * 50 + 50));
    }
}
