use rusqlite::{Connection, params};

use crate::EngineError;

/// The tables of an archive, parents before the tables that refer to them.
pub(super) const TABLES: &[&str] = &[
    "settings",
    "organizations",
    "organization_members",
    "projects",
    "project_members",
    "api_keys",
    "events",
    "memories",
    "memory_sources",
    "memory_links",
    "history",
    "duplicate_adds",
    "entities",
    "exports",
    "feedback",
    "retrievals",
    "profile_settings",
    "profile_jobs",
    "webhooks",
    "webhook_subscriptions",
    "webhook_changes",
    "webhook_deliveries",
    "jobs",
    "job_answers",
    "job_results",
    "collections",
    "collection_records",
];

/// The tables that are computed from others, or that are meaningful in one folder only.
#[cfg(test)]
const DERIVED: &[&str] = &["memory_index", "memory_vectors", "next_vectors", "memory_commits"];

/// References that the schema does not declare: table, column, and the table that the column refers
/// to.
const UNSTATED: &[(&str, &str, &str)] = &[
    ("memories", "event_seq", "events"),
    ("memory_sources", "event", "events"),
    ("history", "event_seq", "events"),
    ("duplicate_adds", "event_seq", "events"),
    ("webhook_changes", "made_to", "webhooks"),
];

/// A table as it is in the database.
pub(super) struct Table {
    pub(super) name: String,
    pub(super) columns: Vec<Column>,
    /// The columns of the primary key, in its order.
    key: Vec<String>,
    /// Whether SQLite records the largest number that a row ever had.
    pub(super) is_numbered: bool,
}

pub(super) struct Column {
    pub(super) name: String,
    pub(super) kind: Kind,
    /// The table that it refers to, nearly always by row number.
    pub(super) refers_to: Option<String>,
    /// The column that it refers to.
    refers_by: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Integer,
    Real,
    Text,
    Bytes,
}

impl Table {
    /// All tables of an archive that this database has. An older one has fewer.
    pub(super) fn all(connection: &Connection) -> Result<Vec<Self>, EngineError> {
        let mut tables = Vec::new();
        for name in TABLES {
            let table = Self::read(connection, name)?;
            if !table.columns.is_empty() {
                tables.push(table);
            }
        }
        Ok(tables)
    }

    fn read(connection: &Connection, name: &str) -> Result<Self, EngineError> {
        let mut statement = connection.prepare_cached(
            "SELECT c.name, c.type, c.pk, f.\"table\", f.\"to\" FROM pragma_table_info(?1) AS c \
             LEFT JOIN pragma_foreign_key_list(?1) AS f ON f.\"from\" = c.name ORDER BY c.cid",
        )?;
        let mut rows = statement.query([name])?;
        let (mut columns, mut key) = (Vec::new(), Vec::new());
        while let Some(row) = rows.next()? {
            let column: String = row.get(0)?;
            let kind = match row.get::<_, String>(1)?.as_str() {
                "INTEGER" | "INT" => Kind::Integer,
                "REAL" => Kind::Real,
                "TEXT" => Kind::Text,
                "BLOB" => Kind::Bytes,
                _ => return Err(EngineError::Internal),
            };
            let place: i64 = row.get(2)?;
            if place > 0 {
                key.push((place, column.clone()));
            }
            let mut refers_to: Option<String> = row.get(3)?;
            for (table, from, parent) in UNSTATED {
                if (*table, *from) == (name, column.as_str()) {
                    refers_to = Some((*parent).to_owned());
                }
            }
            let refers_by = row.get::<_, Option<String>>(4)?.unwrap_or_else(|| "seq".to_owned());
            columns.push(Column { name: column, kind, refers_to, refers_by });
        }
        key.sort();
        let is_numbered = connection
            .prepare_cached("SELECT 1 FROM sqlite_schema WHERE name = ? AND sql LIKE ?")?
            .exists(params![name, "%AUTOINCREMENT%"])?;
        let key = key.into_iter().map(|(_, column)| column).collect();
        Ok(Self { name: name.to_owned(), columns, key, is_numbered })
    }

    /// Selects its rows in order, with the columns in order; with a condition, only those that
    /// match.
    pub(super) fn select(&self, condition: Option<&str>) -> String {
        let columns: Vec<_> = self.columns.iter().map(|column| column.name.as_str()).collect();
        format!(
            "SELECT {} FROM {} WHERE {} ORDER BY {}",
            columns.join(", "),
            self.name,
            condition.unwrap_or("true"),
            self.key.join(", "),
        )
    }

    pub(super) fn insert(&self) -> String {
        let columns: Vec<_> = self.columns.iter().map(|column| column.name.as_str()).collect();
        let places = vec!["?"; columns.len()].join(", ");
        format!("INSERT INTO {} ({}) VALUES ({places})", self.name, columns.join(", "))
    }

    /// Finds the row that has all of these values.
    pub(super) fn find(&self) -> String {
        let equal: Vec<_> =
            self.columns.iter().map(|column| format!("{} IS ?", column.name)).collect();
        format!("SELECT 1 FROM {} WHERE {}", self.name, equal.join(" AND "))
    }

    /// Selects the rows of project number `?1` and its organization; `None` for a table that
    /// belongs to no project.
    pub(super) fn of_project(&self, tables: &[Self]) -> Option<String> {
        if self.name == "projects" {
            return Some("seq = ?1".to_owned());
        }
        if self.name == "organizations" {
            return Some("seq IN (SELECT organization FROM projects WHERE seq = ?1)".to_owned());
        }
        // By the project itself, if the table has that column.
        let by_project = |column: &&Column| column.refers_to.as_deref() == Some("projects");
        let column = self.columns.iter().find(by_project);
        let column = column.or_else(|| self.columns.iter().find(|c| c.refers_to.is_some()))?;
        let parent = tables.iter().find(|table| Some(&table.name) == column.refers_to.as_ref())?;
        let condition = parent.of_project(tables)?;
        let (name, by) = (&column.name, &column.refers_by);
        Some(format!("{name} IN (SELECT {by} FROM {} WHERE {condition})", parent.name))
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::folder::schema;

    fn database() -> Connection {
        schema::open_writer(Path::new(":memory:")).unwrap()
    }

    /// A table that is added to the schema must be exported, or listed as derived.
    #[test]
    fn every_table_is_exported_or_derived() {
        let connection = database();
        let mut statement =
            connection.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").unwrap();
        let names = statement.query_map([], |row| row.get::<_, String>(0)).unwrap();
        for name in names.map(Result::unwrap) {
            let derived = name.starts_with("sqlite_")
                || DERIVED
                    .iter()
                    .any(|table| name == *table || name.starts_with(&format!("{table}_")));
            assert!(
                TABLES.contains(&name.as_str()) != derived,
                "{name} belongs in TABLES of archive/table.rs, or in DERIVED",
            );
        }
    }

    #[test]
    fn parents_come_first_and_everything_but_settings_belongs_to_a_project() {
        let tables = Table::all(&database()).unwrap();
        assert_eq!(tables.len(), TABLES.len());
        for (index, table) in tables.iter().enumerate() {
            for parent in table.columns.iter().filter_map(|column| column.refers_to.as_deref()) {
                let place = tables.iter().position(|table| table.name == parent);
                assert!(place.is_some_and(|place| place < index), "{} {parent}", table.name);
            }
            let whose = table.of_project(&tables);
            assert_eq!(whose.is_none(), table.name == "settings", "{}", table.name);
            assert!(!table.key.is_empty(), "{}", table.name);
        }
    }
}
