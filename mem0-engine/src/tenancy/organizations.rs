use std::fmt;

use mem0_types::{MemberRole, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::tenancy::members::{self, Change, Group, LOCAL_ACCOUNT, MemberRecord};
use crate::tenancy::projects;
use crate::{Access, Engine, EngineError, Resource, clock, ids};

/// The organization of the default project. Always there.
pub(crate) const DEFAULT: i64 = 1;

/// Who owns projects.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct OrganizationRecord {
    /// Its id, a UUID.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// Who belongs to it.
    pub members: Vec<MemberRecord>,
    /// Whether it is the one that every folder has.
    pub is_default: bool,
    /// What the access may do with it.
    pub role: MemberRole,
}

impl fmt::Debug for OrganizationRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OrganizationRecord")
            .field("id", &self.id)
            .field("role", &self.role)
            .finish_non_exhaustive()
    }
}

/// What an access may do with an organization; `None` when it may not even see it.
pub(crate) fn role(
    connection: &Connection,
    access: &Access,
    organization: i64,
) -> Result<Option<MemberRole>, EngineError> {
    let own = projects::organization_of(connection, access.project())? == Some(organization);
    let own = own.then_some(MemberRole::Reader);
    if !access.administers() {
        return Ok(own);
    }
    Ok(members::role(connection, access, Group::Organization(organization))?.or(own))
}

/// The number of an organization that may be seen, and what may be done with it.
pub(crate) fn find(
    connection: &Connection,
    access: &Access,
    id: &str,
) -> Result<(i64, MemberRole), EngineError> {
    let seq: Option<i64> = connection
        .prepare_cached("SELECT seq FROM organizations WHERE id = ? AND deleted_at IS NULL")?
        .query_row([id.to_ascii_lowercase()], |row| row.get(0))
        .optional()?;
    let seq = seq.ok_or(EngineError::NotFound(Resource::Organization))?;
    let role = role(connection, access, seq)?;
    Ok((seq, role.ok_or(EngineError::NotFound(Resource::Organization))?))
}

/// The number of an organization that may be changed.
pub(crate) fn find_owned(
    connection: &Connection,
    access: &Access,
    id: &str,
) -> Result<i64, EngineError> {
    match find(connection, access, id)? {
        (seq, MemberRole::Owner) => Ok(seq),
        _ => Err(EngineError::Forbidden),
    }
}

fn record(
    connection: &Connection,
    row: &Row<'_>,
    role: MemberRole,
) -> Result<OrganizationRecord, EngineError> {
    let seq = row.get("seq")?;
    Ok(OrganizationRecord {
        id: row.get("id")?,
        name: row.get("name")?,
        created_at: clock::timestamp(row.get("created_at")?),
        updated_at: clock::timestamp(row.get("updated_at")?),
        members: members::of(connection, Group::Organization(seq))?,
        is_default: seq == DEFAULT,
        role,
    })
}

fn list(connection: &Connection, access: &Access) -> Result<Vec<OrganizationRecord>, EngineError> {
    let mut statement = connection
        .prepare_cached("SELECT * FROM organizations WHERE deleted_at IS NULL ORDER BY seq")?;
    let mut rows = statement.query([])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        if let Some(role) = role(connection, access, row.get("seq")?)? {
            found.push(record(connection, row, role)?);
        }
    }
    Ok(found)
}

fn get(
    connection: &Connection,
    access: &Access,
    id: &str,
) -> Result<OrganizationRecord, EngineError> {
    let (seq, role) = find(connection, access, id)?;
    let mut statement = connection.prepare_cached("SELECT * FROM organizations WHERE seq = ?")?;
    let mut rows = statement.query([seq])?;
    let row = rows.next()?.ok_or(EngineError::NotFound(Resource::Organization))?;
    record(connection, row, role)
}

fn create(
    connection: &Connection,
    access: &Access,
    name: &str,
) -> Result<OrganizationRecord, EngineError> {
    if !access.administers() {
        return Err(EngineError::Forbidden);
    }
    let name = projects::checked_name(name)?;
    let (id, now) = (ids::new_id()?, clock::now());
    connection
        .prepare_cached(
            "INSERT INTO organizations (id, name, created_at, updated_at) VALUES (?, ?, ?, ?)",
        )?
        .execute(params![id, name, now, now])?;
    let group = Group::Organization(connection.last_insert_rowid());
    let owner = access.account().unwrap_or(LOCAL_ACCOUNT);
    members::change(connection, group, owner, &Change::Add(MemberRole::Owner))?;
    get(connection, access, &id)
}

/// Forgets a deleted organization once its last project is erased.
pub(crate) fn remove_if_empty(
    connection: &Connection,
    organization: i64,
) -> Result<(), EngineError> {
    let gone = "SELECT seq FROM organizations WHERE seq = ?1 AND deleted_at IS NOT NULL \
                AND NOT EXISTS (SELECT 1 FROM projects WHERE organization = ?1)";
    connection.execute(
        &format!("DELETE FROM organization_members WHERE organization IN ({gone})"),
        [organization],
    )?;
    connection
        .execute(&format!("DELETE FROM organizations WHERE seq IN ({gone})"), [organization])?;
    Ok(())
}

impl Engine {
    /// The organizations that the access may see, oldest first.
    ///
    /// Whoever runs the engine sees all; an API key's access its own, and if it
    /// [administers](Access::administers) also those of which the key's owner is a member.
    ///
    /// # Errors
    /// [`EngineError::Storage`].
    pub async fn organizations(&self) -> Result<Vec<OrganizationRecord>, EngineError> {
        self.read(list).await
    }

    /// One organization.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] when there is none that the access may see.
    pub async fn organization(
        &self,
        organization_id: &str,
    ) -> Result<OrganizationRecord, EngineError> {
        let id = organization_id.to_owned();
        self.read(move |connection, access| get(connection, access, &id)).await
    }

    /// Makes an organization without projects; it belongs to who makes it.
    ///
    /// # Errors
    /// [`EngineError::InvalidInput`] for a blank name; [`EngineError::Forbidden`] for an access that
    /// does not [administer](Access::administers).
    pub async fn create_organization(&self, name: &str) -> Result<OrganizationRecord, EngineError> {
        let name = name.to_owned();
        self.write(move |connection, access| create(connection, access, &name)).await
    }
}
