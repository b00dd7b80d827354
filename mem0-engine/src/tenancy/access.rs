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
use crate::{EngineError, Resource};

/// The most entities that an access can be bound to.
pub const MAX_SCOPES: usize = 100;

/// The number of the project that is always there.
pub(crate) const DEFAULT_PROJECT: i64 = 1;

/// What a view of the engine may see and do: one project, perhaps only some entities in it, perhaps
/// without changing anything. Other projects only if it [`administers`](Self::administers).
///
/// [`Engine::with_access`](crate::Engine::with_access) makes the view. The default is all of the
/// default project, which is what a program that knows of no projects works in.
#[derive(Clone, PartialEq)]
pub struct Access {
    project: i64,
    scopes: Option<Arc<[Grant]>>,
    read_only: bool,
    account: Option<Arc<str>>,
    /// Of an account's access only: whether it reaches all that the account is a member of.
    administers: bool,
}

/// An entity whose rows may be seen.
#[derive(Clone, PartialEq, Eq)]
struct Grant(IdField, String);

impl Default for Access {
    fn default() -> Self {
        Self::to_project(DEFAULT_PROJECT)
    }
}

impl Access {
    /// All of a project.
    pub(crate) fn to_project(project: i64) -> Self {
        Self { project, scopes: None, read_only: false, account: None, administers: false }
    }

    /// The same for an account, which may see and change its project as a member of it only, and
    /// others not at all unless it administers. Without it, an access is that of whoever runs the
    /// engine.
    #[must_use]
    pub(crate) fn of_account(self, account: &str, administers: bool) -> Self {
        Self { account: Some(account.into()), administers, ..self }
    }

    /// The same, but only for what belongs to at least one of these entities; in place of an
    /// earlier restriction.
    ///
    /// Memories, history, events and entities of others are not there, and an add must be for
    /// them: each memory that could come of it must belong to one of them. Exports are seen by an
    /// access to the same entities.
    ///
    /// # Errors
    /// [`InvalidInput`] for none, more than [`MAX_SCOPES`], or an entity that cannot be: an empty
    /// id, `*`, or another kind than user, agent, app and run.
    pub fn only(self, entities: impl IntoIterator<Item = EntityRef>) -> Result<Self, InvalidInput> {
        let mut scopes = Vec::new();
        for entity in entities {
            let field = ids::field_of(entity.entity_type())
                .ok_or_else(|| InvalidInput::new("scopes", "must be of user, agent, app or run"))?;
            field.check(entity.entity_id())?;
            scopes.push(Grant(field, entity.entity_id().to_owned()));
        }
        // In one order, so that the same entities are the same access.
        scopes.sort_unstable_by(|a, b| (a.0.as_str(), &a.1).cmp(&(b.0.as_str(), &b.1)));
        scopes.dedup();
        if !(1..=MAX_SCOPES).contains(&scopes.len()) {
            return Err(InvalidInput::new("scopes", "must be 1 to 100 entities"));
        }
        Ok(Self { scopes: Some(scopes.into()), ..self })
    }

    /// The same, but every change is refused with [`EngineError::ReadOnly`].
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

    /// The same in another project.
    pub(crate) fn in_project(self, project: i64) -> Self {
        Self { project, ..self }
    }

    /// Whether it changes no organization, project or key, whoever's it is.
    pub(crate) fn is_restricted(&self) -> bool {
        self.read_only || self.is_scoped()
    }

    /// Whether it reaches beyond its project: to all organizations and projects for whoever runs
    /// the engine, and for an [account](Self::account) to those of which it is a member. An access
    /// that is bound to entities, or to reading, does not.
    pub fn administers(&self) -> bool {
        !self.is_restricted() && (self.account.is_none() || self.administers)
    }

    pub(crate) fn project(&self) -> i64 {
        self.project
    }

    /// The account of the API key that it comes from; `None` for whoever runs the engine.
    pub fn account(&self) -> Option<&str> {
        self.account.as_deref()
    }

    /// Whether the project is there.
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

    /// Refuses ids under which something would be stored, or deleted, that is not to be seen.
    pub(crate) fn check_ids(&self, ids: &EntityIds) -> Result<(), EngineError> {
        if ids.set().any(|(field, id)| self.includes(field, id)) {
            Ok(())
        } else {
            Err(EngineError::OutsideScope)
        }
    }

    /// Whether this entity may be seen.
    pub(crate) fn includes(&self, field: IdField, id: &str) -> bool {
        let Some(scopes) = &self.scopes else { return true };
        scopes.iter().any(|scope| scope.0 == field && scope.1 == id)
    }

    /// The entities that it is bound to.
    pub fn scopes(&self) -> Option<Vec<EntityRef>> {
        let scopes = self.scopes.as_ref()?;
        let entity = |Grant(field, id): &Grant| EntityRef::new(ids::entity_type(*field), id);
        Some(scopes.iter().map(entity).collect())
    }

    /// The entities that it is bound to, as the database holds them: a JSON list.
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
            // Never more than was allowed.
            read.push(Grant(field.ok_or(EngineError::Internal)?, id));
        }
        Ok(Self { scopes: Some(read.into()), ..self })
    }

    /// A filter narrowed to what may be seen.
    pub(crate) fn narrow(&self, filter: &Filter) -> Filter {
        let Some(scopes) = &self.scopes else { return filter.clone() };
        filter.clone() & Filter::any(scopes.iter().map(id_filter))
    }

    /// The rows that may be seen, of a table with a project and the four ids.
    pub(crate) fn rows(&self) -> Where {
        self.rows_with(SqlFilter::everything())
    }

    /// The events that may be seen: what an event shows of an add may be of all whom it named, so
    /// that one of them alone does not see it where the memories were divided among them.
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

    /// The entities that may be seen.
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

    /// Those of them that also match a filter.
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

/// Whether there is such a project. One that is being erased is gone already.
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
    /// How it is restricted, never to what.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Access")
            .field("scoped", &self.is_scoped())
            .field("read_only", &self.read_only)
            .finish_non_exhaustive()
    }
}

/// What follows `WHERE`, with the values of its parameters in order. Parameter 1 is the project.
///
/// There is no other way from a filter to a statement, so that none forgets whose rows it may
/// touch.
pub(crate) struct Where {
    pub(crate) sql: String,
    pub(crate) values: Vec<SqlValue>,
}

impl Where {
    /// Values for further `?` that the statement has behind the condition.
    pub(crate) fn and(mut self, values: impl IntoIterator<Item = SqlValue>) -> Vec<SqlValue> {
        self.values.extend(values);
        self.values
    }
}
