use std::collections::HashSet;

use rusqlite::{Connection, OptionalExtension, params_from_iter};

use crate::webhooks::deliveries::{FIRST, IS_CALLED};
use crate::webhooks::schedule::{Called, Schedule};
use crate::{EngineError, stored_json};

/// With more hints than this it is simpler to look at all webhooks.
const MOST_HINTS: usize = 10_000;

/// The webhooks that something has changed about since they were looked at.
#[derive(Clone, Default)]
pub(super) struct Hints {
    /// All of them, perhaps.
    pub(super) all: bool,
    pub(super) webhooks: HashSet<i64>,
    /// Those of these deliveries.
    pub(super) deliveries: Vec<i64>,
}

impl Hints {
    pub(super) fn is_empty(&self) -> bool {
        !self.all && self.webhooks.is_empty() && self.deliveries.is_empty()
    }

    /// Notes that the row of a table has changed.
    pub(super) fn row_changed(&mut self, table: &str, row: i64) {
        match table {
            "webhooks" => self.webhooks.extend([row]),
            "webhook_deliveries" => self.deliveries.push(row),
            _ => {}
        }
        self.limit();
    }

    pub(super) fn add(&mut self, other: Self) {
        self.all |= other.all;
        self.webhooks.extend(other.webhooks);
        self.deliveries.extend(other.deliveries);
        self.limit();
    }

    fn limit(&mut self) {
        if self.all || self.webhooks.len() + self.deliveries.len() > MOST_HINTS {
            *self = Self { all: true, ..Self::default() };
        }
    }
}

/// Webhooks as they are in the folder.
pub(super) struct Looked {
    hints: Hints,
    found: Vec<(i64, Called)>,
}

/// Looks at the webhooks that hints are about.
pub(super) fn look(connection: &Connection, mut hints: Hints) -> Result<Looked, EngineError> {
    let mut statement =
        connection.prepare_cached("SELECT webhook FROM webhook_deliveries WHERE seq = ?")?;
    for delivery in &hints.deliveries {
        let webhook = statement.query_row([delivery], |row| row.get::<_, i64>(0));
        hints.webhooks.extend(webhook.optional()?);
    }
    let chosen = match hints.all {
        true => None,
        false => Some(stored_json::write(&hints.webhooks)?),
    };
    let condition = chosen.as_ref().map_or("true", |_| "w.seq IN (SELECT value FROM json_each(?))");
    let sql = format!(
        "SELECT w.seq, w.project, w.in_time, \
         iif({IS_CALLED}, (SELECT q.next_attempt_at {FIRST}), NULL) \
         FROM webhooks AS w JOIN projects AS p ON p.seq = w.project WHERE {condition}"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map(params_from_iter(chosen), |row| {
        Ok((row.get(0)?, Called { project: row.get(1)?, in_time: row.get(2)?, due: row.get(3)? }))
    })?;
    let found = rows.collect::<Result<_, _>>()?;
    Ok(Looked { hints, found })
}

impl Looked {
    pub(super) fn note_in(self, schedule: &mut Schedule) {
        let asked = match self.hints.all {
            true => schedule.known(),
            false => self.hints.webhooks.into_iter().collect(),
        };
        let found: HashSet<i64> = self.found.iter().map(|(webhook, _)| *webhook).collect();
        for gone in asked.iter().filter(|webhook| !found.contains(webhook)) {
            schedule.forget(*gone);
        }
        for (webhook, called) in self.found {
            schedule.note(webhook, called);
        }
    }
}
