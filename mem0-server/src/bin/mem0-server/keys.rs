use std::path::PathBuf;

use mem0_engine::{KEYS_NOTICED_WITHIN, KeyRecord, Keys, NewKey};
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
    Create { name: String, project_id: Option<String>, scopes: Vec<EntityRef>, read_only: bool },
    List,
    Revoke(String),
}

/// Works on the data folder itself, whether a server runs on it or not.
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
        Action::Create { name, project_id, scopes, read_only } => {
            let key = api_key::make()?;
            let mut new = NewKey::new(*ApiKeyHash::of(&key).as_bytes(), name);
            (new.project_id, new.scopes, new.read_only) = (project_id, scopes, read_only);
            let made = keys.create(&new)?;
            // A key that nobody has seen is of no use.
            print(&format!("API key, shown this once: {key}\n{}", line(&made)))
                .inspect_err(|_| drop(keys.revoke(&made.id)))?;
        }
        Action::Revoke(id) => {
            keys.revoke(&id)?;
            print("The key is revoked.")?;
        }
    }
    // When this ends, a server that runs on the folder knows.
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
    if let Some(time) = &key.revoked_at {
        line.push_str(&format!("  revoked {time}"));
    }
    line
}
