use std::fmt;
use std::sync::Arc;

use mem0_types::{EntityRef, Filter, IdField, InvalidInput};
use rusqlite::Connection;
use rusqlite::types::Value as SqlValue;
use serde_json::{Value, json};

use crate::folder::filter_sql::SqlFilter;
use crate::ids;
use crate::ids::EntityIds;
use crate::stored_json;
use crate::turns::Owner;
use crate::{EngineError, Resource};

/// The most entities that an access can be bound to.
pub const MAX_SCOPES: usize = 100;

/// The number of the default project, which always exists.
pub(crate) const DEFAULT_PROJECT: i64 = 1;

/// What a view of the engine may see and do. It sees one project, or only some entities of it, and
/// may be read-only. It reaches other projects only if it [`administers`](Self::administers).
///
/// [`Engine::with_access`](crate::Engine::with_access) makes the view. The default is all of the
/// default project, as a program without projects needs it.
#[derive(Clone)]
pub struct Access {
    project: i64,
    /// The number of the API key that it comes from; 0 for none.
    key: i64,
    scopes: Option<Arc<[Grant]>>,
    read_only: bool,
    account: Option<Arc<str>>,
    /// Used with an account only: whether the access reaches everything that the account is a
    /// member of.
    administers: bool,
}

/// An entity whose rows the access may see.
#[derive(Clone, PartialEq, Eq)]
struct Grant(IdField, String);

/// Equal are those that may see and do the same, whatever key they come from.
impl PartialEq for Access {
    fn eq(&self, other: &Self) -> bool {
        let may = |it: &Self| (it.project, it.read_only, it.administers);
        may(self) == may(other) && self.scopes == other.scopes && self.account == other.account
    }
}

impl Default for Access {
    fn default() -> Self {
        Self::to_project(DEFAULT_PROJECT)
    }
}

impl Access {
    /// Access to all of a project.
    pub(crate) fn to_project(project: i64) -> Self {
        Self { project, key: 0, scopes: None, read_only: false, account: None, administers: false }
    }

    /// The same access as that of an API key with this number, whose calls take turns with those of
    /// other keys.
    #[must_use]
    pub(crate) fn of_key(self, key: i64) -> Self {
        Self { key, ..self }
    }

    /// Whose turn its calls take.
    pub(crate) fn owner(&self) -> Owner {
        Owner { project: self.project, key: self.key }
    }

    /// The same access for an account, which may see and change only what it may as a member: its
    /// project, and others if it administers. An access without an account belongs to whoever runs
    /// the engine.
    #[must_use]
    pub(crate) fn of_account(self, account: &str, administers: bool) -> Self {
        Self { account: Some(account.into()), administers, ..self }
    }

    /// The same access, restricted to the rows of these entities. Replaces an earlier restriction.
    ///
    /// A row is visible if it belongs to at least one of the entities; memories, history, events
    /// and entities of others do not exist for the view. Every memory that an add may create must
    /// belong to one of them. An export is visible to an access with the same entities.
    ///
    /// # Errors
    /// [`InvalidInput`] for no entity, more than [`MAX_SCOPES`], or an invalid one: an empty id,
    /// `*`, or a kind other than user, agent, app and run.
    pub fn only(self, entities: impl IntoIterator<Item = EntityRef>) -> Result<Self, InvalidInput> {
        let mut scopes = Vec::new();
        for entity in entities {
            let field = ids::field_of(entity.entity_type()).ok_or_else(|| {
                InvalidInput::new("scopes", "must be users, agents, apps or runs")
            })?;
            field.check(entity.entity_id())?;
            scopes.push(Grant(field, entity.entity_id().to_owned()));
        }
        // Sorted, so that the same entities make the same access.
        scopes.sort_unstable_by(|a, b| (a.0.as_str(), &a.1).cmp(&(b.0.as_str(), &b.1)));
        scopes.dedup();
        if !(1..=MAX_SCOPES).contains(&scopes.len()) {
            return Err(InvalidInput::new("scopes", "must be 1 to 100 entities"));
        }
        Ok(Self { scopes: Some(scopes.into()), ..self })
    }

    /// The same access, with every change refused by [`EngineError::ReadOnly`].
    #[must_use]
    pub fn read_only(self) -> Self {
        Self { read_only: true, ..self }
    }

    /// Whether every change is refused.
    pub fn is_read_only(&self) -> bool {
        self.read_only
    }

    /// Whether it is bound to some entities of the project.
    pub fn is_scoped(&self) -> bool {
        self.scopes.is_some()
    }

    /// The same access to another project.
    pub(crate) fn in_project(self, project: i64) -> Self {
        Self { project, ..self }
    }

    /// Whether it may change no organization, project or key at all.
    pub(crate) fn is_restricted(&self) -> bool {
        self.read_only || self.is_scoped()
    }

    /// Whether it reaches beyond its project: all organizations and projects for whoever runs the
    /// engine, those that it is a member of for an [account](Self::account). An access that is
    /// read-only or bound to entities does not.
    pub fn administers(&self) -> bool {
        !self.is_restricted() && (self.account.is_none() || self.administers)
    }

    /// The number of the project that it opens.
    pub fn project_number(&self) -> i64 {
        self.project
    }

    pub(crate) fn project(&self) -> i64 {
        self.project
    }

    /// The account of the API key that it comes from; `None` for whoever runs the engine.
    pub fn account(&self) -> Option<&str> {
        self.account.as_deref()
    }

    /// Checks that the project exists.
    pub(crate) fn check(&self, connection: &Connection) -> Result<(), EngineError> {
        if project_exists(connection, self.project)? {
            Ok(())
        } else {
            Err(EngineError::NotFound(Resource::Project))
        }
    }

    pub(crate) fn check_writable(&self) -> Result<(), EngineError> {
        if self.read_only { Err(EngineError::ReadOnly) } else { Ok(()) }
    }

    /// Refuses ids under which the access could store or delete something that it may not see.
    pub(crate) fn check_ids(&self, ids: &EntityIds) -> Result<(), EngineError> {
        if ids.set().any(|(field, id)| self.includes(field, id)) {
            Ok(())
        } else {
            Err(EngineError::OutsideScope)
        }
    }

    /// Whether the access may see this entity.
    pub(crate) fn includes(&self, field: IdField, id: &str) -> bool {
        let Some(scopes) = &self.scopes else { return true };
        scopes.iter().any(|scope| scope.0 == field && scope.1 == id)
    }

    /// The entities that it is bound to; `None` when it sees the whole project.
    pub fn scopes(&self) -> Option<Vec<EntityRef>> {
        let scopes = self.scopes.as_ref()?;
        let entity = |Grant(field, id): &Grant| EntityRef::new(ids::entity_type(*field), id);
        Some(scopes.iter().map(entity).collect())
    }

    /// The entities that it is bound to, as the database stores them: a JSON list.
    pub(crate) fn written_scopes(&self) -> Option<String> {
        let written = |Grant(field, id): &Grant| json!([field.as_str(), id]);
        Some(Value::from_iter(self.scopes.as_ref()?.iter().map(written)).to_string())
    }

    /// Undoes [`written_scopes`](Self::written_scopes).
    pub(crate) fn with_written_scopes(self, scopes: Option<&str>) -> Result<Self, EngineError> {
        let Some(scopes) = scopes else { return Ok(self) };
        let scopes: Vec<(String, String)> = stored_json::read(scopes)?;
        let mut read = Vec::new();
        for (field, id) in scopes {
            let field = IdField::ALL.into_iter().find(|known| known.as_str() == field);
            // An unreadable entity fails: ignoring it could allow more than was granted.
            read.push(Grant(field.ok_or(EngineError::Internal)?, id));
        }
        Ok(Self { scopes: Some(read.into()), ..self })
    }

    /// The filter, narrowed to what the access may see.
    pub(crate) fn narrow(&self, filter: &Filter) -> Filter {
        let Some(scopes) = &self.scopes else { return filter.clone() };
        filter.clone() & Filter::any(scopes.iter().map(id_filter))
    }

    /// The visible rows of a table with a project and the four ids.
    pub(crate) fn rows(&self) -> Where {
        self.rows_with(SqlFilter::everything())
    }

    /// The visible events. An event may show the memories of everyone whom its add named. Where
    /// they were divided among those, an access to only one of them does not see the event.
    pub(crate) fn events(&self) -> Where {
        let Some(scopes) = &self.scopes else { return self.rows() };
        let of = |wanted: &[IdField]| {
            let within = scopes.iter().filter(|Grant(field, _)| wanted.contains(field));
            SqlFilter::any(within.map(|Grant(field, id)| SqlFilter::id_is(*field, id)).collect())
        };
        let both = SqlFilter::all(vec![of(&[IdField::UserId]), of(&[IdField::AgentId])]);
        self.rows_with(SqlFilter::any(vec![
            SqlFilter::undivided(),
            of(&[IdField::AppId, IdField::RunId]),
            both,
        ]))
    }

    /// The visible entities.
    pub(crate) fn entities(&self) -> Where {
        let mut sql = "project = ?1".to_owned();
        let mut values = vec![SqlValue::from(self.project)];
        if let Some(scopes) = &self.scopes {
            // Row values cannot be bound as a list.
            let pairs = vec!["(?, ?)"; scopes.len()].join(", ");
            sql.push_str(&format!(" AND (kind, name) IN (VALUES {pairs})"));
            for Grant(field, id) in scopes.iter() {
                let kind = ids::entity_type(*field).as_str().to_owned();
                values.extend([SqlValue::from(kind), SqlValue::from(id.clone())]);
            }
        }
        Where { sql, values }
    }

    /// The visible rows that also match a filter.
    pub(crate) fn rows_with(&self, filter: SqlFilter) -> Where {
        let scopes = self.scopes.iter().map(|scopes| {
            SqlFilter::any(
                scopes.iter().map(|Grant(field, id)| SqlFilter::id_is(*field, id)).collect(),
            )
        });
        let (sql, values) = SqlFilter::all(scopes.chain([filter]).collect()).into_parts();
        let mut bound = vec![SqlValue::from(self.project)];
        bound.extend(values);
        Where { sql: format!("project = ?1 AND {sql}"), values: bound }
    }
}

/// Whether the project exists. One that is being erased does not.
pub(crate) fn project_exists(connection: &Connection, project: i64) -> Result<bool, EngineError> {
    let mut statement =
        connection.prepare_cached("SELECT 1 FROM projects WHERE seq = ? AND deleted_at IS NULL")?;
    Ok(statement.exists([project])?)
}

fn id_filter(Grant(field, id): &Grant) -> Filter {
    match field {
        IdField::UserId => Filter::user_id(id),
        IdField::AgentId => Filter::agent_id(id),
        IdField::AppId => Filter::app_id(id),
        IdField::RunId => Filter::run_id(id),
    }
}

impl fmt::Debug for Access {
    /// Shows how it is restricted, but not the entities.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Access")
            .field("scoped", &self.is_scoped())
            .field("read_only", &self.read_only)
            .finish_non_exhaustive()
    }
}

/// What follows `WHERE`, with the values of its parameters in order. Parameter 1 is the project.
///
/// It is the only way from a filter to a statement, so a statement cannot forget the access.
pub(crate) struct Where {
    pub(crate) sql: String,
    pub(crate) values: Vec<SqlValue>,
}

impl Where {
    /// Adds the values of further `?` that follow the condition in the statement.
    pub(crate) fn and(mut self, values: impl IntoIterator<Item = SqlValue>) -> Vec<SqlValue> {
        self.values.extend(values);
        self.values
    }
}
