use rusqlite::{Connection, OptionalExtension, params};

use crate::folder::disk_room;
use crate::job::{self, Job, JobKind};
use crate::memories::events::Outcome;
use crate::memories::record;
use crate::tenancy::{access, organizations, projects};
use crate::webhooks::subscriptions;
use crate::work_budget::WorkBudget;
use crate::{Access, Engine, EngineError, clock};

/// A project's tables, in the order in which they are erased.
const TABLES: [&str; 14] = [
    "memories",
    "history",
    "duplicate_adds",
    "entities",
    "exports",
    "profile_jobs",
    "api_keys",
    "webhook_deliveries",
    "webhook_changes",
    "webhook_subscriptions",
    "webhooks",
    "collection_records",
    "collections",
    "events",
];

/// Continues to erase a deleted project; `None` while it is not finished. The job is removed with
/// the project.
pub(crate) fn carry_out(
    connection: &Connection,
    job: &Job,
) -> Result<Option<Outcome>, EngineError> {
    let project = job.project;
    if access::project_exists(connection, project)? {
        return Err(EngineError::Internal);
    }
    let mut budget = WorkBudget::within(disk_room::for_log(connection));
    // Each event's own job goes with it. The project's job stays, so a restart continues from it.
    for table in TABLES {
        erase_rows(connection, table, project, &mut budget)?;
    }
    if budget.is_used_up() {
        return Ok(None);
    }
    let organization = projects::organization_of(connection, project)?;
    for sql in [
        "DELETE FROM project_members WHERE project = ?",
        "DELETE FROM profile_settings WHERE project = ?",
        "DELETE FROM retrievals WHERE project = ?",
        "DELETE FROM jobs WHERE project = ?",
        "DELETE FROM projects WHERE seq = ?",
    ] {
        connection.execute(sql, [project])?;
    }
    if let Some(organization) = organization {
        organizations::remove_if_empty(connection, organization)?;
    }
    Ok(Some(Outcome::Succeeded { results: Vec::new(), metadata: None }))
}

/// Removes a project's rows of one table while the budget lasts.
fn erase_rows(
    connection: &Connection,
    table: &str,
    project: i64,
    budget: &mut WorkBudget,
) -> Result<(), EngineError> {
    let mut select =
        connection.prepare_cached(&format!("SELECT seq FROM {table} WHERE project = ?"))?;
    let mut delete = connection.prepare_cached(&format!("DELETE FROM {table} WHERE seq = ?"))?;
    while !budget.is_used_up() {
        // Closed before the row is removed, which the statement would still be reading.
        let seq: Option<i64> = select.query_row([project], |row| row.get(0)).optional()?;
        let Some(seq) = seq else { break };
        if table == "memories" {
            record::remove(connection, seq)?;
        } else {
            delete.execute([seq])?;
        }
        // How large the row was shows in the time.
        budget.take(0);
    }
    Ok(())
}

impl Engine {
    /// Deletes a project. It disappears at once and its keys become invalid; its data is erased in
    /// the background.
    ///
    /// # Errors
    /// [`EngineError::NotFound`]; [`EngineError::Forbidden`] for the default project, the access's
    /// own, and one that the access does not own.
    pub async fn delete_project(&self, project_id: &str) -> Result<(), EngineError> {
        let id = project_id.to_owned();
        self.queue_deletion(move |connection, access| delete(connection, access, &id)).await?;
        self.reload_keys()
    }

    /// Deletes an organization with all its projects. They disappear at once and their keys become
    /// invalid; their data is erased in the background.
    ///
    /// # Errors
    /// [`EngineError::NotFound`]; [`EngineError::Forbidden`] for the default organization, the
    /// access's own, and one that the access does not own.
    pub async fn delete_organization(&self, organization_id: &str) -> Result<(), EngineError> {
        let id = organization_id.to_owned();
        self.queue_deletion(move |connection, access| delete_organization(connection, access, &id))
            .await?;
        self.reload_keys()
    }
}

fn delete(connection: &Connection, access: &Access, id: &str) -> Result<(), EngineError> {
    let seq = projects::find_owned(connection, access, id)?;
    if seq == access::DEFAULT_PROJECT || seq == access.project() {
        return Err(EngineError::Forbidden);
    }
    queue_erasing(connection, seq)
}

/// Marks an organization and its projects as deleted, and queues the erasing of their data.
fn delete_organization(
    connection: &Connection,
    access: &Access,
    id: &str,
) -> Result<(), EngineError> {
    let seq = organizations::find_owned(connection, access, id)?;
    let own = projects::organization_of(connection, access.project())?;
    if seq == organizations::DEFAULT || own == Some(seq) {
        return Err(EngineError::Forbidden);
    }
    connection
        .prepare_cached("UPDATE organizations SET deleted_at = ? WHERE seq = ?")?
        .execute(params![clock::now(), seq])?;
    for project in projects::numbers_of(connection, seq)? {
        queue_erasing(connection, project)?;
    }
    organizations::remove_if_empty(connection, seq)
}

/// Marks a project as deleted, so that nobody sees it any more, and queues the erasing of its data.
fn queue_erasing(connection: &Connection, project: i64) -> Result<(), EngineError> {
    let now = clock::now();
    connection
        .prepare_cached("UPDATE projects SET deleted_at = ? WHERE seq = ?")?
        .execute(params![now, project])?;
    // Of changes that its webhooks were to be told of, nothing more is made.
    subscriptions::remove_all(connection, project)?;
    job::queue(connection, project, JobKind::EraseProject, None, now)
}
