use std::fmt;
use std::path::Path;
use std::time::{Duration, Instant};

use mem0_types::{EntityRef, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::folder::data_folder::{DataFolder, existing_database};
use crate::folder::schema;
use crate::tenancy::access;
use crate::tenancy::members::{self, LOCAL_ACCOUNT};
use crate::tenancy::projects;
use crate::{Access, Engine, EngineError, FolderError, Resource, clock, ids};

/// The longest time that an engine takes to notice that another process made or revoked a key.
pub const KEYS_NOTICED_WITHIN: Duration = Duration::from_millis(100);

/// An API key to be made. The engine never sees the key itself.
#[derive(Clone)]
#[non_exhaustive]
pub struct NewKey {
    /// SHA-256 of the key.
    pub hash: [u8; 32],
    /// Its name, chosen by its owner.
    pub name: String,
    /// The project that it opens; `None` is the default project.
    pub project_id: Option<String>,
    /// The entities that it is bound to; empty for the whole project.
    pub scopes: Vec<EntityRef>,
    /// Whether it may only read.
    pub read_only: bool,
    /// The e-mail address of the account that it belongs to; [`LOCAL_ACCOUNT`] by default. Apart
    /// from memories, the key may change in its project what the account may change as a member.
    pub owner: String,
    /// Whether it also reaches the other organizations and projects that its owner is a member of;
    /// `false` by default. It cannot be combined with `scopes` or `read_only`.
    pub administers: bool,
}

impl NewKey {
    /// A key to all of the default project, of which only the SHA-256 hash is kept: `ApiKeyHash` of
    /// `mem0-server`, or its 32 bytes.
    pub fn new(hash: impl Into<[u8; 32]>, name: impl Into<String>) -> Self {
        Self {
            hash: hash.into(),
            name: name.into(),
            project_id: None,
            scopes: Vec::new(),
            read_only: false,
            owner: LOCAL_ACCOUNT.to_owned(),
            administers: false,
        }
    }
}

impl fmt::Debug for NewKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewKey")
            .field("read_only", &self.read_only)
            .field("administers", &self.administers)
            .finish_non_exhaustive()
    }
}

/// The record of an API key, without the key.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct KeyRecord {
    /// Its id, a UUID. Needed to revoke it.
    pub id: String,
    /// Its name, chosen by its owner.
    pub name: String,
    /// The project that it opens.
    pub project_id: String,
    /// The account that it belongs to.
    pub owner: String,
    /// What it may see and do.
    pub access: Access,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it stopped working.
    pub revoked_at: Option<Timestamp>,
}

impl fmt::Debug for KeyRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyRecord")
            .field("id", &self.id)
            .field("access", &self.access)
            .finish_non_exhaustive()
    }
}

const SELECT: &str = "SELECT k.*, p.id AS project_id FROM api_keys AS k \
                      JOIN projects AS p ON p.seq = k.project WHERE p.deleted_at IS NULL";

fn access(row: &Row<'_>) -> Result<Access, EngineError> {
    let owner: String = row.get("owner")?;
    let access =
        Access::to_project(row.get("project")?).of_account(&owner, row.get("administers")?);
    let access = access.of_key(row.get("seq")?);
    let access = access.with_written_scopes(row.get::<_, Option<String>>("scopes")?.as_deref())?;
    Ok(if row.get("read_only")? { access.read_only() } else { access })
}

fn record(row: &Row<'_>) -> Result<KeyRecord, EngineError> {
    Ok(KeyRecord {
        id: row.get("id")?,
        name: row.get("name")?,
        project_id: row.get("project_id")?,
        owner: row.get("owner")?,
        access: access(row)?,
        created_at: clock::timestamp(row.get("created_at")?),
        revoked_at: row.get::<_, Option<i64>>("revoked_at")?.map(clock::timestamp),
    })
}

/// Oldest first.
fn list(connection: &Connection) -> Result<Vec<KeyRecord>, EngineError> {
    let mut statement = connection.prepare_cached(&format!("{SELECT} ORDER BY k.seq"))?;
    let mut rows = statement.query([])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(record(row)?);
    }
    Ok(found)
}

fn create(connection: &Connection, key: &NewKey) -> Result<KeyRecord, EngineError> {
    let project = match &key.project_id {
        None => access::DEFAULT_PROJECT,
        Some(id) => {
            let found = connection
                .prepare_cached("SELECT seq FROM projects WHERE id = ? AND deleted_at IS NULL")?
                .query_row([id.to_ascii_lowercase()], |row| row.get(0))
                .optional()?;
            found.ok_or(EngineError::NotFound(Resource::Project))?
        }
    };
    let mut access = Access::to_project(project);
    if !key.scopes.is_empty() {
        access = access.only(key.scopes.iter().cloned())?;
    }
    if key.administers && (key.read_only || access.is_scoped()) {
        let message = "cannot be combined with scopes or read_only; make two keys";
        return Err(EngineError::invalid("administers", message));
    }
    let id = ids::new_id()?;
    let made = connection
        .prepare_cached(
            "INSERT INTO api_keys (id, hash, name, project, owner, scopes, read_only, \
             administers, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (hash) DO NOTHING",
        )?
        .execute(params![
            id,
            ids::hex(&key.hash),
            projects::checked_name(&key.name)?,
            project,
            members::checked_email("owner", &key.owner)?,
            access.written_scopes(),
            key.read_only,
            key.administers,
            clock::now(),
        ])?;
    if made == 0 {
        return Err(EngineError::invalid("hash", "belongs to a key that exists already"));
    }
    let mut statement = connection.prepare_cached(&format!("{SELECT} AND k.id = ?"))?;
    let mut rows = statement.query([id])?;
    rows.next()?.map_or(Err(EngineError::Internal), record)
}

fn revoke(connection: &Connection, id: &str) -> Result<(), EngineError> {
    let revoked = connection
        .prepare_cached("UPDATE api_keys SET revoked_at = ifnull(revoked_at, ?) WHERE id = ?")?
        .execute(params![clock::now(), id.to_ascii_lowercase()])?;
    if revoked == 0 { Err(EngineError::NotFound(Resource::ApiKey)) } else { Ok(()) }
}

/// The keys of a data folder, for a program that manages them while an engine may have the folder
/// open. That engine notices a change within [`KEYS_NOTICED_WITHIN`].
///
/// All methods block.
pub struct Keys {
    connection: Connection,
    /// Held unless an engine has the folder open.
    _folder: Option<DataFolder>,
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keys").finish_non_exhaustive()
    }
}

impl Keys {
    /// Opens the keys of a data folder.
    ///
    /// # Errors
    /// [`EngineError::NoFolder`] when there is none, so that a mistyped path makes none;
    /// [`EngineError::Storage`] when the folder cannot be used; [`EngineError::NewerSchema`] when a
    /// newer version wrote it; [`EngineError::Locked`] when an engine of an older version has it
    /// open.
    pub fn open(data_dir: impl AsRef<Path>) -> Result<Self, EngineError> {
        let data_dir = data_dir.as_ref();
        match existing_database(data_dir) {
            Ok(_) => Self::open_or_create(data_dir),
            Err(FolderError::Unreadable { source, .. }) => Err(source.into()),
            Err(_) => Err(EngineError::NoFolder(std::path::absolute(data_dir)?)),
        }
    }

    /// Opens the keys of a data folder, creating the folder if it does not exist.
    ///
    /// ```
    /// use mem0_engine::{EngineError, Keys};
    ///
    /// # let folder = std::env::temp_dir().join(format!("mem0-keys-doc-{}", std::process::id()));
    /// assert!(matches!(Keys::open(&folder), Err(EngineError::NoFolder(_))));
    /// assert!(Keys::open_or_create(&folder)?.list()?.is_empty());
    /// # std::fs::remove_dir_all(&folder).ok();
    /// # Ok::<(), EngineError>(())
    /// ```
    ///
    /// # Errors
    /// As for [`open`](Self::open), except that a new folder is made.
    pub fn open_or_create(data_dir: impl AsRef<Path>) -> Result<Self, EngineError> {
        let (connection, folder) = DataFolder::open_or_join(data_dir.as_ref())?;
        Ok(Self { connection, _folder: folder })
    }

    /// All keys, oldest first, including revoked ones.
    ///
    /// # Errors
    /// [`EngineError::Storage`].
    pub fn list(&self) -> Result<Vec<KeyRecord>, EngineError> {
        list(&self.connection)
    }

    /// Makes a key.
    ///
    /// # Errors
    /// As [`Engine::create_key`].
    pub fn create(&self, key: &NewKey) -> Result<KeyRecord, EngineError> {
        create(&self.connection, key)
    }

    /// Revokes a key permanently.
    ///
    /// # Errors
    /// [`EngineError::NotFound`].
    pub fn revoke(&self, key_id: &str) -> Result<(), EngineError> {
        revoke(&self.connection, key_id)
    }
}

/// The valid keys, in memory.
pub(crate) struct KeyCache {
    connection: Connection,
    /// SQLite's counter of the commits of other connections.
    version: Option<i64>,
    checked: Instant,
    /// With their hashes in hex.
    keys: Vec<(String, Access)>,
}

impl KeyCache {
    pub(crate) fn open(database: &Path) -> Result<Self, EngineError> {
        let connection = schema::open_reader(database)?;
        let mut cache =
            Self { connection, version: None, checked: Instant::now(), keys: Vec::new() };
        cache.reload()?;
        Ok(cache)
    }

    /// Reads the keys again if something was committed since.
    fn reload(&mut self) -> Result<(), EngineError> {
        self.checked = Instant::now();
        let version = self.connection.pragma_query_value(None, "data_version", |row| row.get(0))?;
        if self.version == Some(version) {
            return Ok(());
        }
        let mut statement = self
            .connection
            .prepare_cached(&format!("{SELECT} AND k.revoked_at IS NULL ORDER BY k.seq"))?;
        let mut rows = statement.query([])?;
        let mut keys = Vec::new();
        while let Some(row) = rows.next()? {
            keys.push((row.get("hash")?, access(row)?));
        }
        self.keys = keys;
        self.version = Some(version);
        Ok(())
    }

    fn find(&mut self, hash: &[u8; 32]) -> Result<Option<Access>, EngineError> {
        if self.checked.elapsed() >= KEYS_NOTICED_WITHIN {
            self.reload()?;
        }
        let hash = ids::hex(hash);
        // Every key is compared in full, so that the time taken does not reveal a near match.
        let mut found = None;
        for (known, access) in &self.keys {
            let pairs = known.bytes().zip(hash.bytes());
            let differing = pairs.fold(0, |bits, (a, b)| bits | (a ^ b));
            if std::hint::black_box(differing) == 0 {
                found = Some(access);
            }
        }
        Ok(found.cloned())
    }
}

impl Engine {
    /// The access of the key with this SHA-256 hash; `None` when the key is unknown or revoked.
    ///
    /// Answers from memory. A change by this engine counts at once, a change by another process
    /// within [`KEYS_NOTICED_WITHIN`].
    ///
    /// # Errors
    /// [`EngineError::Closed`], [`EngineError::Storage`].
    pub fn authenticate(&self, hash: &[u8; 32]) -> Result<Option<Access>, EngineError> {
        self.with_keys(|keys| keys.find(hash))
    }

    pub(crate) fn reload_keys(&self) -> Result<(), EngineError> {
        self.with_keys(KeyCache::reload)
    }

    /// All keys of the folder, oldest first, including revoked ones.
    ///
    /// # Errors
    /// [`EngineError::Forbidden`] for the access of an API key: only whoever runs the engine makes
    /// and revokes keys.
    pub async fn keys(&self) -> Result<Vec<KeyRecord>, EngineError> {
        self.check_runs_engine()?;
        self.read_folder(list).await
    }

    /// Makes a key. It is valid when this returns.
    ///
    /// # Errors
    /// [`EngineError::InvalidInput`] for a blank name, an invalid entity, an owner that is not an
    /// e-mail address, a key that administers and is bound, or a hash that exists already;
    /// [`EngineError::NotFound`] for an unknown project; [`EngineError::Forbidden`] as for
    /// [`keys`](Self::keys).
    pub async fn create_key(&self, key: NewKey) -> Result<KeyRecord, EngineError> {
        self.check_runs_engine()?;
        let made = self.write_folder(move |connection| create(connection, &key)).await?;
        self.reload_keys()?;
        Ok(made)
    }

    /// Revokes a key permanently. It is invalid when this returns.
    ///
    /// # Errors
    /// [`EngineError::NotFound`]; [`EngineError::Forbidden`] as for [`keys`](Self::keys).
    pub async fn revoke_key(&self, key_id: &str) -> Result<(), EngineError> {
        self.check_runs_engine()?;
        let id = key_id.to_owned();
        self.make_room_in_folder(move |connection| revoke(connection, &id)).await?;
        self.reload_keys()
    }

    fn check_runs_engine(&self) -> Result<(), EngineError> {
        let access = self.access();
        if access.account().is_none() && access.administers() {
            Ok(())
        } else {
            Err(EngineError::Forbidden)
        }
    }
}
