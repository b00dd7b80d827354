use std::fmt;

use mem0_types::{MemberRole, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::tenancy::members::{self, Change, Group, LOCAL_ACCOUNT, MemberRecord};
use crate::tenancy::projects;
use crate::{Access, Engine, EngineError, Resource, clock, ids};

/// The organization of the default project. It always exists.
pub(crate) const DEFAULT: i64 = 1;

/// The most organizations that an account owns. Whoever runs the engine may make more.
pub const MAX_ORGANIZATIONS: usize = 100;

/// The most projects of an organization that the access of an API key makes. Whoever runs the
/// engine may make more.
pub const MAX_PROJECTS: usize = 1000;

/// An organization: the owner of projects.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct OrganizationRecord {
    /// Its id, a UUID.
    pub id: String,
    /// Its name.
    pub name: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// Its members.
    pub members: Vec<MemberRecord>,
    /// Whether it is the default organization, which every folder has.
    pub is_default: bool,
    /// The role of the access in it.
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

/// The role of an access in an organization; `None` when it may not see the organization.
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

/// The number of an organization that the access may see, and its role in it.
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

/// The number of an organization that the access may change.
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
    if let Some(account) = access.account() {
        let count = "SELECT count(*) FROM organizations AS o CROSS JOIN organization_members AS m \
                     ON m.organization = o.seq AND m.email = ? AND m.role = 'OWNER' \
                     WHERE o.deleted_at IS NULL";
        let what = "organizations of an account";
        members::check_room(connection, count, account, "organization", MAX_ORGANIZATIONS, what)?;
    }
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

/// Refuses one project more than an organization may have.
pub(crate) fn check_room(
    connection: &Connection,
    access: &Access,
    organization: i64,
) -> Result<(), EngineError> {
    if access.account().is_none() {
        return Ok(());
    }
    let count = "SELECT count(*) FROM projects WHERE organization = ? AND deleted_at IS NULL";
    let what = "projects of an organization";
    members::check_room(connection, count, organization, "project", MAX_PROJECTS, what)
}

/// Removes a deleted organization once its last project is erased.
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
    /// Whoever runs the engine sees all of them. The access of an API key sees the key's own; if it
    /// [administers](Access::administers), it also sees those that the key's owner is a member of.
    ///
    /// # Errors
    /// [`EngineError::Storage`].
    pub async fn organizations(&self) -> Result<Vec<OrganizationRecord>, EngineError> {
        self.read(list).await
    }

    /// One organization.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] when the access may not see it.
    pub async fn organization(
        &self,
        organization_id: &str,
    ) -> Result<OrganizationRecord, EngineError> {
        let id = organization_id.to_owned();
        self.read(move |connection, access| get(connection, access, &id)).await
    }

    /// Creates an organization without projects. Its owner is the account that creates it.
    ///
    /// # Errors
    /// [`EngineError::InvalidInput`] for a blank name, or more than [`MAX_ORGANIZATIONS`] of an
    /// account; [`EngineError::Forbidden`] for an access that does not
    /// [administer](Access::administers).
    pub async fn create_organization(&self, name: &str) -> Result<OrganizationRecord, EngineError> {
        let name = name.to_owned();
        self.write(move |connection, access| create(connection, access, &name)).await
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::folder::schema;
    use crate::tenancy::members::MAX_MEMBERS;

    fn numbered(connection: &Connection, count: usize, sql: &str) {
        let sql = format!(
            "WITH RECURSIVE n (n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM n LIMIT {count}) {sql}"
        );
        connection.execute(&sql, []).unwrap();
    }

    #[track_caller]
    fn is_refused<T: fmt::Debug>(made: Result<T, EngineError>, words: &str) {
        let refused = made.unwrap_err();
        assert!(matches!(refused, EngineError::InvalidInput(_)), "{refused:?}");
        assert!(refused.to_string().contains(words), "{refused}");
    }

    #[test]
    fn an_account_makes_no_more_than_it_may() {
        let connection = schema::open_writer(Path::new(":memory:")).unwrap();
        let operator = Access::to_project(1);
        let key = Access::to_project(1).of_account(LOCAL_ACCOUNT, true);
        let organization = create(&connection, &key, "Own").unwrap();
        let (own, _) = find(&connection, &key, &organization.id).unwrap();
        // Two are there: the folder's own, and the one that was just made.
        numbered(
            &connection,
            MAX_ORGANIZATIONS - 2,
            "INSERT INTO organizations (seq, id, name, created_at, updated_at) \
             SELECT n + 10, n + 10, 'x', 0, 0 FROM n",
        );
        connection
            .execute(
                "INSERT INTO organization_members (organization, email, role) \
                 SELECT seq, ?, 'OWNER' FROM organizations WHERE seq > 10",
                [LOCAL_ACCOUNT],
            )
            .unwrap();
        let words = "at most 100 organizations of an account";
        is_refused(create(&connection, &key, "One more"), words);
        connection.execute("UPDATE organizations SET deleted_at = 1 WHERE seq = 12", []).unwrap();
        create(&connection, &key, "One more").unwrap();
        is_refused(create(&connection, &key, "And another"), words);
        create(&connection, &operator, "And another").unwrap();

        numbered(
            &connection,
            MAX_PROJECTS - 1,
            &format!(
                "INSERT INTO projects (id, organization, name, created_at, updated_at) \
                 SELECT 'p' || n, {own}, 'x', 0, 0 FROM n"
            ),
        );
        let project = |access| projects::create(&connection, access, &organization.id, "P", None);
        project(&key).unwrap();
        is_refused(project(&key), "at most 1000 projects of an organization");
        project(&operator).unwrap();

        numbered(
            &connection,
            MAX_MEMBERS - 1,
            &format!(
                "INSERT INTO organization_members (organization, email, role) \
                 SELECT {own}, n || '@example.com', 'READER' FROM n"
            ),
        );
        let added = Change::Add(MemberRole::Reader);
        let added =
            members::change(&connection, Group::Organization(own), "new@example.com", &added);
        is_refused(added, "at most 1000 members");
    }
}
