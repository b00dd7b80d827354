use std::fmt;
use std::str::FromStr;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use mem0_engine::{Engine, EngineError};
use sha2::{Digest, Sha256};

use crate::http::rejection::Rejection;
use crate::http::view::View;
use crate::middleware::places::{self, Place};
use crate::middleware::rate_limit::Caller;
use crate::middleware::refused_keys::{Reason, RefusedKeys, sent_key};

/// Decides who may call the API.
#[derive(Debug, Clone)]
pub enum Authentication {
    /// Requires `Authorization: Token <key>` with a key of the engine's data folder. The request
    /// sees what the key was [made for](mem0_engine::NewKey).
    Folder,
    /// Requires `Authorization: Token <key>` with one of these keys; without any, every request is
    /// refused. The request sees what the router's engine sees. [`key`](Self::key) is short for
    /// one.
    Keys(Vec<ApiKeyHash>),
    /// Lets everybody in. For a router that is called in-process, or behind an authentication of
    /// your own.
    Off,
}

/// The SHA-256 hash of an API key, so that a server need not keep the key.
///
/// It is written as 64 hexadecimal digits.
///
/// ```
/// use mem0_server::ApiKeyHash;
///
/// let hash = ApiKeyHash::of("m0-my-own-key");
/// assert_eq!(hash.to_string().parse(), Ok(hash));
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct ApiKeyHash([u8; 32]);

impl ApiKeyHash {
    /// The hash of this key.
    pub fn of(key: &str) -> Self {
        Self::of_bytes(key.as_bytes())
    }

    /// The 32 bytes of the hash.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    fn of_bytes(key: &[u8]) -> Self {
        Self(Sha256::digest(key).into())
    }

    /// Compares in constant time.
    fn is(&self, other: &Self) -> bool {
        let differing = self.0.iter().zip(other.0).fold(0, |bits, (a, b)| bits | (a ^ b));
        std::hint::black_box(differing) == 0
    }
}

impl From<ApiKeyHash> for [u8; 32] {
    fn from(hash: ApiKeyHash) -> Self {
        hash.0
    }
}

impl fmt::Debug for ApiKeyHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiKeyHash")
    }
}

impl fmt::Display for ApiKeyHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// The text is not the hash of an API key: it is not 64 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvalidApiKeyHash;

impl fmt::Display for InvalidApiKeyHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the hash of an API key must be 64 hexadecimal digits")
    }
}

impl std::error::Error for InvalidApiKeyHash {}

impl FromStr for ApiKeyHash {
    type Err = InvalidApiKeyHash;

    fn from_str(text: &str) -> Result<Self, InvalidApiKeyHash> {
        let mut bytes = [0; 32];
        if text.len() != 64 || !text.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return Err(InvalidApiKeyHash);
        }
        for (index, byte) in bytes.iter_mut().enumerate() {
            let digits = text.get(index * 2..index * 2 + 2).ok_or(InvalidApiKeyHash)?;
            *byte = u8::from_str_radix(digits, 16).map_err(|_| InvalidApiKeyHash)?;
        }
        Ok(Self(bytes))
    }
}

impl Authentication {
    /// Requires this key, of which only the hash is kept.
    ///
    /// ```
    /// use mem0_server::{Authentication, Engine, router};
    ///
    /// # let folder = std::env::temp_dir().join(format!("mem0-key-doc-{}", std::process::id()));
    /// let platform = router(Engine::open(&folder)?, Authentication::key("m0-my-own-key"));
    /// # drop(platform);
    /// # std::fs::remove_dir_all(&folder).ok();
    /// # Ok::<(), mem0_server::EngineError>(())
    /// ```
    pub fn key(key: &str) -> Self {
        Self::Keys(vec![ApiKeyHash::of(key)])
    }

    /// The engine as the key sees it; `None` for a wrong key.
    fn view(&self, engine: &Engine, sent: &ApiKeyHash) -> Result<Option<Engine>, EngineError> {
        match self {
            Self::Folder => {
                let access = engine.authenticate(sent.as_bytes())?;
                Ok(access.map(|access| engine.with_access(access)))
            }
            // Every key is compared, so that the time taken does not reveal a near match.
            Self::Keys(keys) => {
                let known = keys.iter().fold(false, |found, key| found | key.is(sent));
                Ok(known.then(|| engine.clone()))
            }
            Self::Off => Ok(Some(engine.clone())),
        }
    }
}

/// Lets a request with a valid key pass, and adds the engine as that key sees it.
pub(crate) async fn authenticate(
    State((engine, authentication, refused)): State<(Engine, Authentication, RefusedKeys)>,
    mut request: Request,
    next: Next,
) -> Response {
    if let Authentication::Off = authentication {
        request.extensions_mut().insert(View(engine));
        return next.run(request).await;
    }
    let key = match sent_key(request.headers()) {
        Ok(key) => key,
        Err(reason) => return refused.refuse(reason),
    };
    let hash = ApiKeyHash::of_bytes(key);
    match authentication.view(&engine, &hash) {
        Ok(Some(view)) => {
            if let Some(place) = request.extensions().get::<Place>()
                && !place.admits(view.access().project_number())
            {
                return places::no_place().into_response();
            }
            request.extensions_mut().insert(Caller(hash.0));
            request.extensions_mut().insert(View(view));
            next.run(request).await
        }
        Ok(None) => refused.refuse(Reason::UnknownKey),
        Err(error) => Rejection::from(error).into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_matches_its_key_only() {
        let hash = ApiKeyHash::of("abc");
        let known = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(hash.to_string(), known);
        assert_eq!(known.parse(), Ok(hash.clone()));
        assert!(hash.is(&ApiKeyHash::of("abc")));
        assert!(!hash.is(&ApiKeyHash::of("abd")));
    }

    #[test]
    fn other_texts_are_not_hashes() {
        for text in ["", "abc", &"g".repeat(64), &"a".repeat(63), &"é".repeat(32)] {
            assert_eq!(text.parse::<ApiKeyHash>(), Err(InvalidApiKeyHash), "{text}");
        }
    }
}
