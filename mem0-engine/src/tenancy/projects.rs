use std::fmt;

use mem0_types::{InvalidInput, MemberRole, Metadata, ProjectCategory, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::folder::columns::json_column;
use crate::ids::{self};
use crate::limits::{Answer, MAX_SETTINGS, RowSize};
use crate::stored_json;
use crate::tenancy::access;
use crate::tenancy::members::{self, Change, Group, MemberRecord};
use crate::tenancy::organizations;
use crate::{Access, Engine, EngineError, Resource, clock};

/// The longest name of an organization, a project or a key, in characters.
const MAX_NAME: usize = 255;

/// A project: a separate set of memories, with its settings.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct ProjectRecord {
    /// Its id, a UUID.
    pub id: String,
    /// The organization that it belongs to.
    pub organization_id: String,
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// Its members. The members of its organization are not listed.
    pub members: Vec<MemberRecord>,
    /// Its settings.
    pub settings: ProjectSettings,
    /// Whether it is the default project, which every folder has.
    pub is_default: bool,
    /// The role of the access in it.
    pub role: MemberRole,
}

impl fmt::Debug for ProjectRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProjectRecord")
            .field("id", &self.id)
            .field("role", &self.role)
            .finish_non_exhaustive()
    }
}

/// The settings of a project. They are kept for clients; without an LLM, only `decay` changes
/// anything.
#[derive(Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct ProjectSettings {
    /// Instructions on what to extract from messages.
    pub custom_instructions: Option<String>,
    /// Instructions on what to extract from an agent's own messages.
    pub agent_custom_instructions: Option<String>,
    /// The categories of memories; `None` means the platform's own list.
    pub custom_categories: Option<Vec<ProjectCategory>>,
    /// Whether memories stay in the language of their messages.
    pub multilingual: bool,
    /// Whether a search counts a memory for less the longer ago it last changed: every 90 days, its
    /// odds lose half of what is left above a quarter.
    pub decay: bool,
    /// Whether a graph of entities and their relations is kept.
    pub enable_graph: bool,
    /// How much is extracted.
    pub memory_depth: Option<String>,
    /// What the project is used for.
    pub usecase: Option<String>,
    /// The version of the API that the project uses.
    pub version: Option<String>,
    /// Settings that this version does not know, by their wire names.
    pub other: Metadata,
}

impl fmt::Debug for ProjectSettings {
    /// Leaves the user's texts out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProjectSettings")
            .field("multilingual", &self.multilingual)
            .field("decay", &self.decay)
            .field("enable_graph", &self.enable_graph)
            .finish_non_exhaustive()
    }
}

/// Changes to a project. `None` leaves a setting as it is; an empty text or list clears it.
#[derive(Clone, Default, PartialEq)]
pub struct ProjectChange {
    /// The new name, not blank.
    pub name: Option<String>,
    /// See [`ProjectRecord::description`].
    pub description: Option<String>,
    /// See [`ProjectSettings::custom_instructions`].
    pub custom_instructions: Option<String>,
    /// See [`ProjectSettings::agent_custom_instructions`].
    pub agent_custom_instructions: Option<String>,
    /// See [`ProjectSettings::custom_categories`].
    pub custom_categories: Option<Vec<ProjectCategory>>,
    /// See [`ProjectSettings::multilingual`].
    pub multilingual: Option<bool>,
    /// See [`ProjectSettings::decay`].
    pub decay: Option<bool>,
    /// See [`ProjectSettings::enable_graph`].
    pub enable_graph: Option<bool>,
    /// See [`ProjectSettings::memory_depth`].
    pub memory_depth: Option<String>,
    /// See [`ProjectSettings::usecase`].
    pub usecase: Option<String>,
    /// See [`ProjectSettings::version`].
    pub version: Option<String>,
    /// See [`ProjectSettings::other`]. Merged by key; a null removes a key.
    pub other: Metadata,
}

impl fmt::Debug for ProjectChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProjectChange").finish_non_exhaustive()
    }
}

/// Whether the project's memories count for less as they age.
pub(crate) fn decays(connection: &Connection, project: i64) -> Result<bool, EngineError> {
    let mut statement = connection.prepare_cached("SELECT decay FROM projects WHERE seq = ?")?;
    Ok(statement.query_row([project], |row| row.get(0)).optional()?.unwrap_or(false))
}

pub(crate) fn organization_of(
    connection: &Connection,
    project: i64,
) -> Result<Option<i64>, EngineError> {
    let mut statement =
        connection.prepare_cached("SELECT organization FROM projects WHERE seq = ?")?;
    Ok(statement.query_row([project], |row| row.get(0)).optional()?)
}

/// The projects of an organization that are not being erased, oldest first.
pub(crate) fn numbers_of(
    connection: &Connection,
    organization: i64,
) -> Result<Vec<i64>, EngineError> {
    let mut statement = connection.prepare_cached(
        "SELECT seq FROM projects WHERE organization = ? AND deleted_at IS NULL ORDER BY seq",
    )?;
    let rows = statement.query_map([organization], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The role of an access in a project; `None` when it may not see the project.
fn role(
    connection: &Connection,
    access: &Access,
    organization: i64,
    project: i64,
) -> Result<Option<MemberRole>, EngineError> {
    let own = (access.project() == project).then_some(MemberRole::Reader);
    if access.is_restricted() || (own.is_none() && !access.administers()) {
        return Ok(own);
    }
    let of_organization = match access.account() {
        None => Some(MemberRole::Owner),
        Some(_) => members::role(connection, access, Group::Organization(organization))?,
    };
    let of_project = members::role(connection, access, Group::Project(project))?;
    let roles = [of_organization, of_project, own];
    let owns = roles.iter().flatten().any(|role| *role == MemberRole::Owner);
    Ok(if owns { Some(MemberRole::Owner) } else { roles.into_iter().flatten().next() })
}

/// The number of a project that the access may see, and its role in it.
fn find(
    connection: &Connection,
    access: &Access,
    id: &str,
) -> Result<(i64, MemberRole), EngineError> {
    let found: Option<(i64, i64)> = connection
        .prepare_cached(
            "SELECT seq, organization FROM projects WHERE id = ? AND deleted_at IS NULL",
        )?
        .query_row([id.to_ascii_lowercase()], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let (seq, organization) = found.ok_or(EngineError::NotFound(Resource::Project))?;
    let role = role(connection, access, organization, seq)?;
    Ok((seq, role.ok_or(EngineError::NotFound(Resource::Project))?))
}

/// The role of an access in the project with this number.
pub(crate) fn role_in(
    connection: &Connection,
    access: &Access,
    project: i64,
) -> Result<Option<MemberRole>, EngineError> {
    match organization_of(connection, project)? {
        Some(organization) => role(connection, access, organization, project),
        None => Ok(None),
    }
}

/// The number of a project that the access may change.
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

pub(crate) fn checked_name(name: &str) -> Result<&str, EngineError> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > MAX_NAME || name.chars().any(char::is_control) {
        return Err(EngineError::invalid("name", "must be 1 to 255 characters on one line"));
    }
    Ok(name)
}

fn settings(row: &Row<'_>) -> rusqlite::Result<ProjectSettings> {
    Ok(ProjectSettings {
        custom_instructions: row.get("custom_instructions")?,
        agent_custom_instructions: row.get("agent_custom_instructions")?,
        custom_categories: json_column(row, "custom_categories")?,
        multilingual: row.get("multilingual")?,
        decay: row.get("decay")?,
        enable_graph: row.get("enable_graph")?,
        memory_depth: row.get("memory_depth")?,
        usecase: row.get("usecase")?,
        version: row.get("version")?,
        other: json_column(row, "settings")?.unwrap_or_default(),
    })
}

pub(crate) fn record(
    connection: &Connection,
    seq: i64,
    role: MemberRole,
) -> Result<ProjectRecord, EngineError> {
    let mut statement = connection.prepare_cached(
        "SELECT p.*, o.id AS organization_id FROM projects AS p \
         JOIN organizations AS o ON o.seq = p.organization WHERE p.seq = ?",
    )?;
    let mut record = statement.query_row([seq], |row| {
        Ok(ProjectRecord {
            id: row.get("id")?,
            organization_id: row.get("organization_id")?,
            name: row.get("name")?,
            description: row.get("description")?,
            created_at: clock::timestamp(row.get("created_at")?),
            updated_at: clock::timestamp(row.get("updated_at")?),
            members: Vec::new(),
            settings: settings(row)?,
            is_default: seq == access::DEFAULT_PROJECT,
            role,
        })
    })?;
    record.members = members::of(connection, Group::Project(seq))?;
    Ok(record)
}

/// What a project takes in an answer.
fn size(project: &ProjectRecord) -> Result<RowSize, EngineError> {
    let settings = &project.settings;
    let texts = [
        &project.description,
        &settings.custom_instructions,
        &settings.agent_custom_instructions,
        &settings.memory_depth,
        &settings.usecase,
        &settings.version,
    ];
    let size = texts.into_iter().flatten().fold(RowSize::new(), |size, text| size.text(text));
    let size = project.members.iter().fold(size, |size, member| size.text(&member.email));
    let (categories, other) = (&settings.custom_categories, &settings.other);
    Ok(size
        .json(stored_json::write(categories)?.as_bytes())
        .json(stored_json::write(other)?.as_bytes()))
}

fn list(
    connection: &Connection,
    access: &Access,
    organization_id: &str,
    mut answer: Answer,
) -> Result<Vec<ProjectRecord>, EngineError> {
    let (organization, _) = organizations::find(connection, access, organization_id)?;
    let mut found = Vec::new();
    for seq in numbers_of(connection, organization)? {
        if let Some(role) = role(connection, access, organization, seq)? {
            let project = record(connection, seq, role)?;
            answer.take(size(&project)?)?;
            found.push(project);
        }
    }
    Ok(found)
}

pub(crate) fn create(
    connection: &Connection,
    access: &Access,
    organization_id: &str,
    name: &str,
    description: Option<&str>,
) -> Result<ProjectRecord, EngineError> {
    let organization = organizations::find_owned(connection, access, organization_id)?;
    let name = checked_name(name)?;
    check_settings(description.map_or(0, str::len))?;
    organizations::check_room(connection, access, organization)?;
    let now = clock::now();
    connection
        .prepare_cached(
            "INSERT INTO projects (id, organization, name, description, created_at, updated_at) \
             VALUES (?, ?, ?, ?, ?, ?)",
        )?
        .execute(params![ids::new_id()?, organization, name, description, now, now])?;
    let seq = connection.last_insert_rowid();
    let owner = access.account().unwrap_or(members::LOCAL_ACCOUNT);
    members::change(connection, Group::Project(seq), owner, &Change::Add(MemberRole::Owner))?;
    record(connection, seq, MemberRole::Owner)
}

fn update(
    connection: &Connection,
    access: &Access,
    id: &str,
    change: &ProjectChange,
) -> Result<ProjectRecord, EngineError> {
    let seq = find_owned(connection, access, id)?;
    if *change == ProjectChange::default() {
        return Err(EngineError::invalid("project", "must have a setting to change"));
    }
    let mut record = record(connection, seq, MemberRole::Owner)?;
    if let Some(name) = &change.name {
        record.name = checked_name(name)?.to_owned();
    }
    let text = |new: &Option<String>, kept: &mut Option<String>| {
        if let Some(new) = new {
            *kept = Some(new.clone()).filter(|text| !text.is_empty());
        }
    };
    let settings = &mut record.settings;
    text(&change.description, &mut record.description);
    text(&change.custom_instructions, &mut settings.custom_instructions);
    text(&change.agent_custom_instructions, &mut settings.agent_custom_instructions);
    text(&change.memory_depth, &mut settings.memory_depth);
    text(&change.usecase, &mut settings.usecase);
    text(&change.version, &mut settings.version);
    if let Some(categories) = &change.custom_categories {
        settings.custom_categories = Some(categories.clone()).filter(|some| !some.is_empty());
    }
    settings.multilingual = change.multilingual.unwrap_or(settings.multilingual);
    settings.decay = change.decay.unwrap_or(settings.decay);
    settings.enable_graph = change.enable_graph.unwrap_or(settings.enable_graph);
    settings.other.extend(change.other.clone());
    settings.other.retain(|_, value| !value.is_null());
    let categories = settings.custom_categories.as_ref().map(stored_json::write).transpose()?;
    let other = stored_json::write(&settings.other)?;
    let texts = [
        &record.description,
        &settings.custom_instructions,
        &settings.agent_custom_instructions,
        &settings.memory_depth,
        &settings.usecase,
        &settings.version,
        &categories,
    ];
    let length = texts.into_iter().flatten().map(String::len).sum::<usize>() + other.len();
    check_settings(length)?;
    connection
        .prepare_cached(
            "UPDATE projects SET name = ?, description = ?, updated_at = ?, \
             custom_instructions = ?, agent_custom_instructions = ?, custom_categories = ?, \
             multilingual = ?, decay = ?, enable_graph = ?, memory_depth = ?, usecase = ?, \
             version = ?, settings = ? WHERE seq = ?",
        )?
        .execute(params![
            record.name,
            record.description,
            clock::now(),
            settings.custom_instructions,
            settings.agent_custom_instructions,
            categories,
            settings.multilingual,
            settings.decay,
            settings.enable_graph,
            settings.memory_depth,
            settings.usecase,
            settings.version,
            other,
            seq,
        ])?;
    self::record(connection, seq, MemberRole::Owner)
}

/// Refuses settings that take more bytes than this together: a list has those of every project.
fn check_settings(length: usize) -> Result<(), EngineError> {
    if length <= MAX_SETTINGS {
        return Ok(());
    }
    let message = format!("must not have settings of more than {MAX_SETTINGS} bytes together");
    Err(InvalidInput::new("project", message).into())
}

impl Engine {
    /// The projects of an organization that the access may see, oldest first.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] when the access may not see the organization;
    /// [`EngineError::InvalidInput`] when they take more than [`MAX_ANSWER`](crate::MAX_ANSWER).
    pub async fn projects(&self, organization_id: &str) -> Result<Vec<ProjectRecord>, EngineError> {
        let (id, answer) = (organization_id.to_owned(), self.answer("organization_id"));
        self.read(move |connection, access| list(connection, access, &id, answer)).await
    }

    /// A project with its settings.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] when the access may not see it.
    pub async fn project(&self, project_id: &str) -> Result<ProjectRecord, EngineError> {
        let id = project_id.to_owned();
        self.read(move |connection, access| {
            let (seq, role) = find(connection, access, &id)?;
            record(connection, seq, role)
        })
        .await
    }

    /// The project of this view.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] when it was deleted.
    pub async fn own_project(&self) -> Result<ProjectRecord, EngineError> {
        self.read(|connection, access| {
            let project = access.project();
            let organization = organization_of(connection, project)?.unwrap_or_default();
            let role = role(connection, access, organization, project)?;
            record(connection, project, role.unwrap_or(MemberRole::Reader))
        })
        .await
    }

    /// The access to all of a project, for [`with_access`](Self::with_access).
    ///
    /// # Errors
    /// [`EngineError::NotFound`]; [`EngineError::Forbidden`] when the access does not own it.
    pub async fn access_to(&self, project_id: &str) -> Result<Access, EngineError> {
        let id = project_id.to_owned();
        self.read(move |connection, access| {
            let project = find_owned(connection, access, &id)?;
            Ok(access.clone().in_project(project))
        })
        .await
    }

    /// Creates a project.
    ///
    /// # Errors
    /// [`EngineError::InvalidInput`] for a blank name, a description of more than
    /// [`MAX_SETTINGS`](crate::MAX_SETTINGS), or [too many](crate::MAX_PROJECTS) projects;
    /// [`EngineError::NotFound`] and
    /// [`EngineError::Forbidden`] for an organization that the access may not see or does not own.
    pub async fn create_project(
        &self,
        organization_id: &str,
        name: &str,
        description: Option<&str>,
    ) -> Result<ProjectRecord, EngineError> {
        let (id, name) = (organization_id.to_owned(), name.to_owned());
        let description = description.map(str::to_owned);
        self.write(move |connection, access| {
            create(connection, access, &id, &name, description.as_deref())
        })
        .await
    }

    /// Changes a project. Returns the project after the change.
    ///
    /// # Errors
    /// [`EngineError::InvalidInput`] when there is nothing to change, the name is blank, or the
    /// settings take more than [`MAX_SETTINGS`](crate::MAX_SETTINGS) together;
    /// [`EngineError::NotFound`]; [`EngineError::Forbidden`] when the access does not own it.
    pub async fn update_project(
        &self,
        project_id: &str,
        change: ProjectChange,
    ) -> Result<ProjectRecord, EngineError> {
        let id = project_id.to_owned();
        self.write(move |connection, access| update(connection, access, &id, &change)).await
    }
}
