use mem0_engine::{Engine, NewKey};
use mem0_server::{ApiKeyHash, Authentication};

use crate::config::Config;
use crate::{Failure, complain, print};

const LENGTH: usize = 40;
const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// The keys that this run accepts: the given one, else those of the data folder, which gets one,
/// made and printed, if none of them works.
pub(crate) async fn accepted(engine: &Engine, config: &Config) -> Result<Authentication, Failure> {
    if let Some(key) = &config.api_key {
        return Ok(Authentication::Keys(vec![ApiKeyHash::of(key)]));
    }
    if engine.keys().await?.iter().any(|key| key.revoked_at.is_none()) {
        complain(
            "clients need the API key that the first start with this data folder printed, or one \
             that \"mem0-server keys create\" makes",
        );
        return Ok(Authentication::Folder);
    }
    if !config.listens_on_loopback() {
        // A key that is printed where nobody looks would be left in some log.
        return Err("other machines could reach this address, and there is no API key yet; make \
                    one with \"mem0-server keys create\", or give one with --api-key-file"
            .into());
    }
    let key = make()?;
    let mut new = NewKey::new(*ApiKeyHash::of(&key).as_bytes(), "First key");
    // It is shown to whoever runs the server.
    new.administers = true;
    // In this order, a crash in between costs a key that nobody can use, and locks nobody out.
    print(&format!("API key, shown this once: {key}"))?;
    engine.create_key(new).await?;
    Ok(Authentication::Folder)
}

pub(crate) fn make() -> Result<String, Failure> {
    let mut key = String::from("m0-");
    while key.len() < "m0-".len() + LENGTH {
        let mut bytes = [0; LENGTH];
        getrandom::fill(&mut bytes)?;
        // Six bits reach a little further than the alphabet; what is beyond is drawn again, so
        // that every character is as likely.
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
