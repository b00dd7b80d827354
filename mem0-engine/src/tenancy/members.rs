use mem0_types::{InvalidInput, MemberRole};
use rusqlite::{Connection, OptionalExtension, ToSql, params};

use crate::tenancy::{organizations, projects};
use crate::{Access, Engine, EngineError, Resource};

/// The account of whoever runs the engine. It owns everything that no other account made.
///
/// Validators take the address, and nobody has it: RFC 2606 reserves `example.com`.
pub const LOCAL_ACCOUNT: &str = "local@example.com";

/// The most members of an organization or a project. A folder of an older version may have more,
/// which stay.
pub const MAX_MEMBERS: usize = 1000;

/// A person who may see, or also change, an organization or a project.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct MemberRecord {
    /// The e-mail address that identifies the member.
    pub email: String,
    /// The member's role: an owner may change everything, a reader nothing.
    pub role: MemberRole,
}

impl std::fmt::Debug for MemberRecord {
    /// Leaves the address out.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MemberRecord").field("role", &self.role).finish_non_exhaustive()
    }
}

/// An organization or a project, by its number.
#[derive(Clone, Copy)]
pub(crate) enum Group {
    Organization(i64),
    Project(i64),
}

impl Group {
    fn table(self) -> (&'static str, &'static str, i64) {
        match self {
            Self::Organization(seq) => ("organization_members", "organization", seq),
            Self::Project(seq) => ("project_members", "project", seq),
        }
    }
}

/// How a member is changed.
pub(crate) enum Change {
    Add(MemberRole),
    Update(MemberRole),
    Remove,
}

pub(crate) fn of(connection: &Connection, group: Group) -> Result<Vec<MemberRecord>, EngineError> {
    let (table, column, seq) = group.table();
    let sql = format!("SELECT email, role FROM {table} WHERE {column} = ? ORDER BY email");
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map([seq], |row| {
        let role = MemberRole::from(row.get::<_, String>("role")?.as_str());
        Ok(MemberRecord { email: row.get("email")?, role })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The role that an access has as a member. Whoever runs the engine owns everything.
pub(crate) fn role(
    connection: &Connection,
    access: &Access,
    group: Group,
) -> Result<Option<MemberRole>, EngineError> {
    let Some(account) = access.account() else { return Ok(Some(MemberRole::Owner)) };
    let (table, column, seq) = group.table();
    let sql = format!("SELECT role FROM {table} WHERE {column} = ? AND email = ?");
    let role: Option<String> = connection
        .prepare_cached(&sql)?
        .query_row(params![seq, account], |row| row.get(0))
        .optional()?;
    Ok(role.map(|role| MemberRole::from(role.as_str())))
}

/// Checks an account's address.
pub(crate) fn checked_email<'a>(
    field: &'static str,
    email: &'a str,
) -> Result<&'a str, EngineError> {
    let email = email.trim();
    let is_lost = |c| c == char::REPLACEMENT_CHARACTER;
    let is_odd = |c: char| c.is_whitespace() || c.is_control() || is_lost(c);
    if !email.contains('@') || email.contains(is_odd) {
        return Err(EngineError::invalid(field, "must be an e-mail address"));
    }
    Ok(email)
}

/// Checks that one more may be made of what a statement counts.
pub(crate) fn check_room(
    connection: &Connection,
    count: &str,
    of: impl ToSql,
    field: &'static str,
    most: usize,
    what: &str,
) -> Result<(), EngineError> {
    let count: i64 = connection.prepare_cached(count)?.query_row([of], |row| row.get(0))?;
    if usize::try_from(count).is_ok_and(|count| count < most) {
        return Ok(());
    }
    let message = format!("must be one of at most {most} {what}; delete one first");
    Err(InvalidInput::new(field, message).into())
}

pub(crate) fn change(
    connection: &Connection,
    group: Group,
    email: &str,
    change: &Change,
) -> Result<(), EngineError> {
    let email = checked_email("email", email)?;
    let (table, column, seq) = group.table();
    let changed = match change {
        Change::Add(role) | Change::Update(role) if matches!(role, MemberRole::Other(_)) => {
            return Err(EngineError::invalid("role", "must be READER or OWNER"));
        }
        Change::Add(role) => {
            let count = format!("SELECT count(*) FROM {table} WHERE {column} = ?");
            check_room(connection, &count, seq, "email", MAX_MEMBERS, "members")?;
            let sql = format!(
                "INSERT INTO {table} ({column}, email, role) VALUES (?, ?, ?) \
                 ON CONFLICT DO NOTHING"
            );
            if connection.prepare_cached(&sql)?.execute(params![seq, email, role.as_str()])? == 0 {
                return Err(EngineError::invalid("email", "already belongs to a member"));
            }
            1
        }
        Change::Update(role) => {
            let sql = format!("UPDATE {table} SET role = ?3 WHERE {column} = ?1 AND email = ?2");
            connection.prepare_cached(&sql)?.execute(params![seq, email, role.as_str()])?
        }
        Change::Remove => {
            let sql = format!("DELETE FROM {table} WHERE {column} = ?1 AND email = ?2");
            connection.prepare_cached(&sql)?.execute(params![seq, email])?
        }
    };
    if changed == 0 {
        return Err(EngineError::NotFound(Resource::Member));
    }
    // Nobody could undo it. A project always has the owners of its organization.
    if matches!(group, Group::Organization(_))
        && !of(connection, group)?.iter().any(|member| member.role == MemberRole::Owner)
    {
        return Err(EngineError::invalid(
            "email",
            "belongs to the last owner; add another owner first",
        ));
    }
    Ok(())
}

fn owned_organization(
    connection: &Connection,
    access: &Access,
    id: &str,
) -> Result<Group, EngineError> {
    Ok(Group::Organization(organizations::find_owned(connection, access, id)?))
}

fn owned_project(connection: &Connection, access: &Access, id: &str) -> Result<Group, EngineError> {
    Ok(Group::Project(projects::find_owned(connection, access, id)?))
}

impl Engine {
    async fn change_member(
        &self,
        owned: fn(&Connection, &Access, &str) -> Result<Group, EngineError>,
        id: &str,
        email: &str,
        how: Change,
    ) -> Result<(), EngineError> {
        let (id, email) = (id.to_owned(), email.to_owned());
        // Taking an access away must not wait for room, and the other changes need next to none.
        self.make_room(move |connection, access| {
            change(connection, owned(connection, access, &id)?, &email, &how)
        })
        .await
    }

    /// Adds a member to an organization.
    ///
    /// # Errors
    /// [`EngineError::InvalidInput`] for an invalid address, the address of a member, an unknown
    /// role, or more than [`MAX_MEMBERS`]; [`EngineError::NotFound`], [`EngineError::Forbidden`].
    pub async fn add_organization_member(
        &self,
        organization_id: &str,
        email: &str,
        role: MemberRole,
    ) -> Result<(), EngineError> {
        self.change_member(owned_organization, organization_id, email, Change::Add(role)).await
    }

    /// Changes a member's role.
    ///
    /// # Errors
    /// As for [`add_organization_member`](Self::add_organization_member), and for the last owner.
    pub async fn update_organization_member(
        &self,
        organization_id: &str,
        email: &str,
        role: MemberRole,
    ) -> Result<(), EngineError> {
        self.change_member(owned_organization, organization_id, email, Change::Update(role)).await
    }

    /// Removes a member from an organization.
    ///
    /// # Errors
    /// As for [`update_organization_member`](Self::update_organization_member).
    pub async fn remove_organization_member(
        &self,
        organization_id: &str,
        email: &str,
    ) -> Result<(), EngineError> {
        self.change_member(owned_organization, organization_id, email, Change::Remove).await
    }

    /// Adds a member to a project.
    ///
    /// # Errors
    /// [`EngineError::InvalidInput`] for an invalid address, the address of a member, an unknown
    /// role, or more than [`MAX_MEMBERS`]; [`EngineError::NotFound`], [`EngineError::Forbidden`].
    pub async fn add_project_member(
        &self,
        project_id: &str,
        email: &str,
        role: MemberRole,
    ) -> Result<(), EngineError> {
        self.change_member(owned_project, project_id, email, Change::Add(role)).await
    }

    /// Changes a member's role.
    ///
    /// # Errors
    /// As for [`add_project_member`](Self::add_project_member).
    pub async fn update_project_member(
        &self,
        project_id: &str,
        email: &str,
        role: MemberRole,
    ) -> Result<(), EngineError> {
        self.change_member(owned_project, project_id, email, Change::Update(role)).await
    }

    /// Removes a member from a project.
    ///
    /// # Errors
    /// As for [`add_project_member`](Self::add_project_member).
    pub async fn remove_project_member(
        &self,
        project_id: &str,
        email: &str,
    ) -> Result<(), EngineError> {
        self.change_member(owned_project, project_id, email, Change::Remove).await
    }
}
