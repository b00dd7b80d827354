use std::path::PathBuf;

use mem0_engine::{KEYS_NOTICED_WITHIN, KeyRecord, Keys, LOCAL_ACCOUNT, NewKey};
use mem0_server::ApiKeyHash;
use mem0_types::EntityRef;

use crate::{Failure, api_key, print};

/// `mem0-server keys …`
#[derive(Debug)]
pub(crate) struct Options {
    pub(crate) data_dir: PathBuf,
    pub(crate) action: Action,
}

#[derive(Debug)]
pub(crate) enum Action {
    Create(NewKeyOptions),
    List,
    Revoke(String),
}

/// The options for a new key.
#[derive(Debug, Default)]
pub(crate) struct NewKeyOptions {
    pub(crate) name: Option<String>,
    pub(crate) project_id: Option<String>,
    pub(crate) owner: Option<String>,
    pub(crate) scopes: Vec<EntityRef>,
    pub(crate) read_only: bool,
    pub(crate) administers: bool,
}

impl NewKeyOptions {
    /// Whether an option was given that only `keys create` takes.
    pub(crate) fn is_for_keys_alone(&self) -> bool {
        self.name.is_some()
            || self.owner.is_some()
            || !self.scopes.is_empty()
            || self.read_only
            || self.administers
    }
}

/// Works on the data folder itself, whether or not a server uses it.
pub(crate) fn run(options: Options) -> Result<(), Failure> {
    let keys = Keys::open(&options.data_dir).map_err(|error| match error {
        mem0_engine::EngineError::Storage(source) => {
            format!("cannot use the data folder {}: {source}", options.data_dir.display()).into()
        }
        other => Failure::from(other),
    })?;
    match options.action {
        Action::List => {
            for key in keys.list()? {
                print(&line(&key))?;
            }
            return Ok(());
        }
        Action::Create(options) => {
            let key = api_key::make()?;
            let name = options.name.unwrap_or_else(|| "Key".to_owned());
            let mut new = NewKey::new(*ApiKeyHash::of(&key).as_bytes(), name);
            (new.project_id, new.scopes) = (options.project_id, options.scopes);
            (new.read_only, new.administers) = (options.read_only, options.administers);
            if let Some(owner) = options.owner {
                new.owner = owner;
            }
            let made = keys.create(&new)?;
            // A key that could not be shown is useless.
            print(&format!("API key, shown this once: {key}\n{}", line(&made)))
                .inspect_err(|_| drop(keys.revoke(&made.id)))?;
        }
        Action::Revoke(id) => {
            keys.revoke(&id)?;
            print("The key is revoked.")?;
        }
    }
    // A server that uses the folder has noticed the change by then.
    std::thread::sleep(KEYS_NOTICED_WITHIN);
    Ok(())
}

fn line(key: &KeyRecord) -> String {
    let mut line = format!("{}  project {}  {}", key.id, key.project_id, key.name);
    for scope in key.access.scopes().into_iter().flatten() {
        line.push_str(&format!("  {}={}", scope.entity_type().as_str(), scope.entity_id()));
    }
    if key.access.is_read_only() {
        line.push_str("  read-only");
    }
    if key.access.administers() {
        line.push_str("  administers");
    }
    if key.owner != LOCAL_ACCOUNT {
        line.push_str(&format!("  owner {}", key.owner));
    }
    if let Some(time) = &key.revoked_at {
        line.push_str(&format!("  revoked {time}"));
    }
    line
}
