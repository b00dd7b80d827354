use mem0_engine::Engine;
use mem0_server::ApiKeyHash;

use crate::{Failure, complain, print};

/// The data folder's setting that holds the hash of the key that was made for it.
const SETTING: &str = "api_key_sha256";

const LENGTH: usize = 40;
const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// The keys that this run accepts: the given one, else the one that was made for the data folder,
/// which is made and printed if there is none.
pub(crate) async fn accepted(
    engine: &Engine,
    given: Option<&str>,
) -> Result<Vec<ApiKeyHash>, Failure> {
    if let Some(key) = given {
        return Ok(vec![ApiKeyHash::of(key)]);
    }
    if let Some(hash) = engine.setting(SETTING).await? {
        complain(
            "clients need the API key that the first start with this data folder printed; if it \
             is lost, choose one with --api-key",
        );
        return Ok(vec![hash.parse()?]);
    }
    let key = make()?;
    let hash = ApiKeyHash::of(&key);
    // In this order, a crash in between costs a key that nobody can use, and locks nobody out.
    print(&format!("API key, shown this once: {key}"))?;
    engine.set_setting(SETTING, &hash.to_string()).await?;
    Ok(vec![hash])
}

fn make() -> Result<String, Failure> {
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
