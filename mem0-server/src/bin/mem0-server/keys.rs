use std::path::PathBuf;

use mem0_engine::{EngineError, KEYS_NOTICED_WITHIN, KeyRecord, Keys, LOCAL_ACCOUNT, NewKey};
use mem0_server::ApiKeyHash;
use mem0_types::EntityRef;

use crate::{Failure, api_key, complain, print, show, unusable};

/// `mem0-server keys …`
#[derive(Debug)]
pub(crate) struct Options {
    pub(crate) data_dir: PathBuf,
    pub(crate) action: Action,
}

#[derive(Debug)]
pub(crate) enum Action {
    Create { key: NewKeyOptions, create_folder: bool },
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
    let data_dir = std::path::absolute(&options.data_dir)?;
    let keys = match Keys::open(&data_dir) {
        Err(EngineError::NoFolder(_))
            if matches!(options.action, Action::Create { create_folder: true, .. }) =>
        {
            let keys = Keys::open_or_create(&data_dir);
            if keys.is_ok() {
                complain(&format!("created the data folder {}", data_dir.display()));
            }
            keys
        }
        opened => opened,
    };
    let keys = keys.map_err(|error| unusable(&data_dir, error))?;
    match options.action {
        Action::List => {
            for key in keys.list()? {
                show(&line(&key))?;
            }
            return Ok(());
        }
        Action::Create { key: options, .. } => {
            let key = api_key::make()?;
            let name = options.name.unwrap_or_else(|| "Key".to_owned());
            let mut new = NewKey::new(ApiKeyHash::of(&key), name);
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
