use mem0_engine::{Engine, NewKey};
use mem0_server::{ApiKeyHash, Authentication};
use tracing::Level;

use crate::config::Config;
use crate::stderr_log::write_line;
use crate::{Failure, print};

const LENGTH: usize = 40;
const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// The keys that this run accepts: the given one, otherwise those of the data folder. If the folder
/// has no valid key, one is made and printed.
pub(crate) async fn accepted(engine: &Engine, config: &Config) -> Result<Authentication, Failure> {
    if let Some(key) = &config.api_key {
        return Ok(Authentication::key(key));
    }
    if engine.keys().await?.iter().any(|key| key.revoked_at.is_none()) {
        write_line(
            Level::INFO,
            "clients need the API key that was printed at the first start with this data folder, or \
             one made with \"mem0-server keys create\"",
        );
        return Ok(Authentication::Folder);
    }
    if !config.listens_on_loopback() {
        // A server reachable from elsewhere often runs unattended, and its output, with the key,
        // goes to a log.
        return Err(
            "other machines can reach this address, but there is no API key yet; make one \
                    with \"mem0-server keys create\", or give one with --api-key-file"
                .into(),
        );
    }
    let key = make()?;
    let mut new = NewKey::new(ApiKeyHash::of(&key), "First key");
    // Only whoever runs the server sees it.
    new.administers = true;
    // In this order, a crash in between leaves a useless key, but locks nobody out.
    print(&format!("API key, shown this once: {key}"))?;
    engine.create_key(new).await?;
    Ok(Authentication::Folder)
}

pub(crate) fn make() -> Result<String, Failure> {
    let mut key = String::from("m0-");
    while key.len() < "m0-".len() + LENGTH {
        let mut bytes = [0; LENGTH];
        getrandom::fill(&mut bytes)?;
        // Six bits have a few values beyond the alphabet. Those are drawn again, so that every
        // character is equally likely.
        let drawn = bytes.iter().filter_map(|byte| ALPHABET.get(usize::from(byte & 63)));
        key.extend(drawn.map(|byte| char::from(*byte)));
        key.truncate("m0-".len() + LENGTH);
    }
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::make;

    #[test]
    fn a_made_key_is_long_and_new() {
        let key = make().unwrap();
        let random = key.strip_prefix("m0-").unwrap();
        assert_eq!(random.len(), 40);
        assert!(random.bytes().all(|byte| byte.is_ascii_alphanumeric()));
        assert_ne!(key, make().unwrap());
    }
}
