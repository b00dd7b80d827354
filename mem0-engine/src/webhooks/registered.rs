use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mem0_types::{InvalidInput, MemberRole, Timestamp, WebhookEventType};
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::folder::columns::json_column;
use crate::folder::disk_room;
use crate::stored_json;
use crate::tenancy::members::LOCAL_ACCOUNT;
use crate::tenancy::projects;
use crate::webhooks::subscriptions;
use crate::work_budget::WorkBudget;
use crate::{Access, Engine, EngineError, Resource, clock, ids};

/// The longest address of a webhook, in bytes.
const MAX_URL: usize = 2048;

/// The most webhooks of a project. A folder of an older version may have more, which stay.
pub const MAX_WEBHOOKS: usize = 100;

/// A webhook: an address that is called when memories of a project change.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct WebhookRecord {
    /// Its id, a UUID.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The address to call.
    pub url: String,
    /// The kinds of event to report.
    pub event_types: Vec<WebhookEventType>,
    /// Whether it is called.
    pub is_active: bool,
    /// The account that made it.
    pub owner: String,
    /// The name of its project.
    pub project: String,
    /// The secret that signs its deliveries: `whsec_` and base64, as in Standard Webhooks.
    pub secret: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

impl fmt::Debug for WebhookRecord {
    /// Leaves out the secret, and the address, which may contain another one.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebhookRecord")
            .field("id", &self.id)
            .field("event_types", &self.event_types)
            .field("is_active", &self.is_active)
            .finish_non_exhaustive()
    }
}

/// A webhook to be made.
#[derive(Clone)]
#[non_exhaustive]
pub struct NewWebhook {
    /// Its name: 1 to 255 characters.
    pub name: String,
    /// The address to call: an `https://` or `http://` address of at most 2048 bytes.
    pub url: String,
    /// The kinds of event to report: at least one, all known to the platform.
    pub event_types: Vec<WebhookEventType>,
    /// Whether it is called from the start; `true` by default.
    pub is_active: bool,
}

impl NewWebhook {
    /// A webhook that is called from the start.
    pub fn new(
        name: impl Into<String>,
        url: impl Into<String>,
        event_types: impl IntoIterator<Item = WebhookEventType>,
    ) -> Self {
        let event_types = event_types.into_iter().collect();
        Self { name: name.into(), url: url.into(), event_types, is_active: true }
    }
}

impl fmt::Debug for NewWebhook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewWebhook")
            .field("event_types", &self.event_types)
            .field("is_active", &self.is_active)
            .finish_non_exhaustive()
    }
}

/// Changes to a webhook. `None` leaves a setting as it is.
#[derive(Clone, Default, PartialEq)]
pub struct WebhookChange {
    /// See [`NewWebhook::name`].
    pub name: Option<String>,
    /// See [`NewWebhook::url`].
    pub url: Option<String>,
    /// See [`NewWebhook::event_types`].
    pub event_types: Option<Vec<WebhookEventType>>,
    /// Whether it is called. Deliveries to an inactive webhook wait, for seven days at most.
    pub is_active: Option<bool>,
}

impl fmt::Debug for WebhookChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebhookChange")
            .field("event_types", &self.event_types)
            .field("is_active", &self.is_active)
            .finish_non_exhaustive()
    }
}

fn checked_url(url: &str) -> Result<&str, EngineError> {
    let refused = || {
        let message = "must be an https:// or http:// address of at most 2048 bytes, in ASCII";
        EngineError::invalid("url", message)
    };
    let address = url.parse::<http::Uri>().map_err(|_| refused())?;
    let is_web = matches!(address.scheme_str(), Some("https" | "http"));
    let has_host = address.host().is_some_and(|host| !host.is_empty());
    let is_sendable = url.is_ascii() && url.len() <= MAX_URL;
    if is_web && has_host && is_sendable { Ok(url) } else { Err(refused()) }
}

/// The event types by their names, without duplicates.
fn checked_event_types(event_types: &[WebhookEventType]) -> Result<Vec<&str>, EngineError> {
    let mut known = Vec::new();
    for event_type in event_types {
        if let WebhookEventType::Other(_) = event_type {
            let message = "has an unknown kind of event; the kinds are memory_add, \
                           memory_update, memory_delete, memory_categorize, ingest_job_completed, \
                           ingest_job_partially_completed, ingest_job_failed and \
                           ingest_job_cancelled";
            return Err(EngineError::invalid("event_types", message));
        }
        if !known.contains(&event_type.as_str()) {
            known.push(event_type.as_str());
        }
    }
    if known.is_empty() {
        return Err(EngineError::invalid("event_types", "must name at least one kind of event"));
    }
    Ok(known)
}

fn new_secret() -> Result<String, EngineError> {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes).map_err(|error| EngineError::from(std::io::Error::from(error)))?;
    Ok(format!("whsec_{}", STANDARD.encode(bytes)))
}

const SELECT: &str = "SELECT w.*, p.name AS project_name FROM webhooks AS w \
                      JOIN projects AS p ON p.seq = w.project \
                      WHERE p.deleted_at IS NULL AND w.deleted_at IS NULL";

fn record(row: &Row<'_>) -> rusqlite::Result<WebhookRecord> {
    Ok(WebhookRecord {
        id: row.get("id")?,
        name: row.get("name")?,
        url: row.get("url")?,
        event_types: json_column(row, "event_types")?.unwrap_or_default(),
        is_active: row.get("is_active")?,
        owner: row.get("owner")?,
        project: row.get("project_name")?,
        secret: row.get("secret")?,
        created_at: clock::timestamp(row.get("created_at")?),
        updated_at: clock::timestamp(row.get("updated_at")?),
    })
}

/// The number and the record of a webhook that the access owns. One that the access may not even
/// see is not found.
pub(crate) fn find_owned(
    connection: &Connection,
    access: &Access,
    id: &str,
) -> Result<(i64, WebhookRecord), EngineError> {
    let mut statement = connection.prepare_cached(&format!("{SELECT} AND w.id = ?"))?;
    let found = statement
        .query_row([id.to_ascii_lowercase()], |row| {
            Ok((row.get("seq")?, row.get("project")?, record(row)?))
        })
        .optional()?;
    let (seq, project, webhook) = found.ok_or(EngineError::NotFound(Resource::Webhook))?;
    match projects::role_in(connection, access, project)? {
        Some(MemberRole::Owner) => Ok((seq, webhook)),
        Some(_) => Err(EngineError::Forbidden),
        None => Err(EngineError::NotFound(Resource::Webhook)),
    }
}

/// Oldest first.
fn list(
    connection: &Connection,
    access: &Access,
    project_id: &str,
) -> Result<Vec<WebhookRecord>, EngineError> {
    let project = projects::find_owned(connection, access, project_id)?;
    let sql = format!("{SELECT} AND w.project = ? ORDER BY w.seq");
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map([project], record)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn create(
    connection: &Connection,
    access: &Access,
    project_id: &str,
    webhook: &NewWebhook,
) -> Result<WebhookRecord, EngineError> {
    let project = projects::find_owned(connection, access, project_id)?;
    check_room(connection, project)?;
    let event_types = checked_event_types(&webhook.event_types)?;
    let (id, now) = (ids::new_id()?, clock::now());
    connection
        .prepare_cached(
            "INSERT INTO webhooks (id, project, created_at, updated_at, is_active, owner, name, \
             url, event_types, secret) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )?
        .execute(params![
            id,
            project,
            now,
            now,
            webhook.is_active,
            access.account().unwrap_or(LOCAL_ACCOUNT),
            projects::checked_name(&webhook.name)?,
            checked_url(&webhook.url)?,
            stored_json::write(&event_types)?,
            new_secret()?,
        ])?;
    let (seq, made) = find_owned(connection, access, &id)?;
    if made.is_active {
        subscriptions::replace(connection, project, seq, &event_types)?;
    }
    Ok(made)
}

/// Refuses one webhook more than a project may have.
fn check_room(connection: &Connection, project: i64) -> Result<(), EngineError> {
    let count: i64 = connection
        .prepare_cached("SELECT count(*) FROM webhooks WHERE project = ? AND deleted_at IS NULL")?
        .query_row([project], |row| row.get(0))?;
    if count < MAX_WEBHOOKS as i64 {
        return Ok(());
    }
    let message = format!(
        "must not be more than {MAX_WEBHOOKS} in a project, which has {count}; delete one first, \
         or let one receiver pass on what it is sent"
    );
    Err(InvalidInput::new("webhooks", message).into())
}

fn update(
    connection: &Connection,
    access: &Access,
    id: &str,
    change: &WebhookChange,
) -> Result<WebhookRecord, EngineError> {
    let (seq, old) = find_owned(connection, access, id)?;
    if *change == WebhookChange::default() {
        return Err(EngineError::invalid("webhook", "must have a setting to change"));
    }
    let event_types = checked_event_types(change.event_types.as_ref().unwrap_or(&old.event_types))?;
    connection
        .prepare_cached(
            "UPDATE webhooks SET name = ?, url = ?, event_types = ?, is_active = ?, \
             updated_at = ? WHERE seq = ?",
        )?
        .execute(params![
            projects::checked_name(change.name.as_ref().unwrap_or(&old.name))?,
            checked_url(change.url.as_ref().unwrap_or(&old.url))?,
            stored_json::write(&event_types)?,
            change.is_active.unwrap_or(old.is_active),
            clock::now(),
            seq,
        ])?;
    let (seq, new) = find_owned(connection, access, id)?;
    if (new.is_active, &new.event_types) != (old.is_active, &old.event_types) {
        let heard = if new.is_active { event_types } else { Vec::new() };
        subscriptions::replace(connection, project_of(connection, seq)?, seq, &heard)?;
    }
    Ok(new)
}

fn project_of(connection: &Connection, webhook: i64) -> Result<i64, EngineError> {
    let mut statement = connection.prepare_cached("SELECT project FROM webhooks WHERE seq = ?")?;
    Ok(statement.query_row([webhook], |row| row.get(0))?)
}

fn delete(connection: &Connection, access: &Access, id: &str) -> Result<(), EngineError> {
    let (seq, _) = find_owned(connection, access, id)?;
    subscriptions::remove(connection, seq)?;
    connection
        .prepare_cached("UPDATE webhooks SET deleted_at = ? WHERE seq = ?")?
        .execute(params![clock::now(), seq])?;
    // Most have few deliveries, and are gone at once.
    erase_deleted(connection, &mut WorkBudget::within(disk_room::for_log(connection))).map(drop)
}

/// Erases deliveries of deleted webhooks, and the webhooks after them, while the budget lasts.
/// Returns how many rows it erased.
pub(crate) fn erase_deleted(
    connection: &Connection,
    budget: &mut WorkBudget,
) -> Result<usize, EngineError> {
    let mut deleted = connection.prepare_cached(
        "SELECT seq FROM webhooks INDEXED BY webhooks_deleted \
         WHERE deleted_at IS NOT NULL LIMIT 1",
    )?;
    let mut delivery = connection.prepare_cached(
        "DELETE FROM webhook_deliveries WHERE seq = (SELECT seq FROM webhook_deliveries \
         INDEXED BY webhook_deliveries_log WHERE webhook = ? LIMIT 1)",
    )?;
    let mut erased = 0;
    while !budget.is_used_up() {
        let found: Option<i64> = deleted.query_row([], |row| row.get(0)).optional()?;
        let Some(webhook) = found else { break };
        while !budget.is_used_up() && delivery.execute([webhook])? > 0 {
            budget.take(0);
            erased += 1;
        }
        if !budget.is_used_up() {
            connection.prepare_cached("DELETE FROM webhooks WHERE seq = ?")?.execute([webhook])?;
            budget.take(0);
            erased += 1;
        }
    }
    Ok(erased)
}

impl Engine {
    /// The webhooks of a project, oldest first. Only an owner of the project sees them.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] when the access may not see the project,
    /// [`EngineError::Forbidden`] when it may not change it.
    pub async fn webhooks(&self, project_id: &str) -> Result<Vec<WebhookRecord>, EngineError> {
        let id = project_id.to_owned();
        self.read(move |connection, access| list(connection, access, &id)).await
    }

    /// Creates a webhook with its own secret. Changes are queued for it from now on;
    /// [`deliver_with`](Self::deliver_with) sends them.
    ///
    /// # Errors
    /// As for [`webhooks`](Self::webhooks); [`EngineError::InvalidInput`] for an invalid name,
    /// address or kind of event, and when the project has [`MAX_WEBHOOKS`] already.
    pub async fn create_webhook(
        &self,
        project_id: &str,
        webhook: NewWebhook,
    ) -> Result<WebhookRecord, EngineError> {
        let id = project_id.to_owned();
        self.write(move |connection, access| create(connection, access, &id, &webhook)).await
    }

    /// Changes a webhook. Returns the webhook after the change. Queued deliveries go to the address
    /// that the webhook has when they are sent.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] when the access may not see it, [`EngineError::Forbidden`] when it
    /// may not change it, [`EngineError::InvalidInput`].
    pub async fn update_webhook(
        &self,
        webhook_id: &str,
        change: WebhookChange,
    ) -> Result<WebhookRecord, EngineError> {
        let id = webhook_id.to_owned();
        self.write(move |connection, access| update(connection, access, &id, &change)).await
    }

    /// Deletes a webhook with its deliveries. Those that are still queued are not sent. It is gone
    /// at once; a long log of deliveries is erased in the background.
    ///
    /// # Errors
    /// [`EngineError::NotFound`], [`EngineError::Forbidden`].
    pub async fn delete_webhook(&self, webhook_id: &str) -> Result<(), EngineError> {
        let id = webhook_id.to_owned();
        self.make_room(move |connection, access| delete(connection, access, &id)).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_webhook_address_is_http_or_https() {
        for good in ["https://example.com", "http://127.0.0.1:9/hook?x=1", "http://[::1]:9/"] {
            assert!(checked_url(good).is_ok(), "{good}");
        }
        let long = format!("https://example.com/{}", "x".repeat(MAX_URL));
        for bad in ["", "example.com", "/hook", "ftp://x/", "https://", "https://a b/", &long] {
            assert!(checked_url(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn secrets_are_unique_and_as_long_as_the_hash() {
        let (one, other) = (new_secret().unwrap(), new_secret().unwrap());
        assert_ne!(one, other);
        let bytes = STANDARD.decode(one.strip_prefix("whsec_").unwrap()).unwrap();
        assert_eq!(bytes.len(), 32);
    }
}
