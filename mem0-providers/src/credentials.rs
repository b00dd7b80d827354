use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{HeaderName, HeaderValue, header};
use mem0_components::{ComponentError, ComponentErrorKind};
use serde::Deserialize;
use tokio::sync::Mutex;

use crate::connection::{Connection, Outgoing};

/// How long before its end a token is no longer used.
const MARGIN: Duration = Duration::from_secs(225);

/// What shows a service who asks.
pub(crate) enum Credentials {
    /// A key, in this header.
    Key(HeaderName, HeaderValue),
    /// A token for an hour, which another service gives.
    Token(Tokens),
    /// Nothing, or what the request has already.
    InRequest,
}

/// The token that is in use.
pub(crate) struct Tokens {
    provider: &'static str,
    grant: Grant,
    current: Mutex<Option<Token>>,
}

/// Where a token is asked for, and with what.
pub(crate) type Grant =
    Box<dyn Fn() -> Result<(Connection, Outgoing), ComponentError> + Send + Sync>;

#[derive(Clone)]
struct Token {
    header: HeaderValue,
    until: Instant,
}

#[derive(Deserialize)]
struct Granted {
    access_token: String,
    expires_in: u64,
}

impl Credentials {
    /// Whether a text of the service's repeats the key.
    pub(crate) fn are_in(&self, text: &str) -> bool {
        let Self::Key(_, value) = self else { return false };
        let key = value.to_str().unwrap_or_default();
        let key = key.rsplit(' ').next().unwrap_or_default();
        !key.is_empty() && text.contains(key)
    }

    /// Sends a request with them. A token that is refused is asked for anew, once.
    pub(crate) async fn send(
        &self,
        connection: &Connection,
        request: Outgoing,
    ) -> Result<Bytes, ComponentError> {
        let tokens = match self {
            Self::Key(name, key) => {
                return connection.send(request.header(name.clone(), key.clone())).await;
            }
            Self::InRequest => return connection.send(request).await,
            Self::Token(tokens) => tokens,
        };
        let token = tokens.current().await.map_err(|error| connection.without_token(error))?;
        let asked = request.clone().header(header::AUTHORIZATION, token.clone());
        match connection.send(asked).await {
            Err(error) if error.kind() == ComponentErrorKind::Authentication => {
                let token = tokens.other_than(&token).await?;
                connection.send(request.header(header::AUTHORIZATION, token)).await
            }
            answer => answer,
        }
    }
}

impl Tokens {
    pub(crate) fn new(provider: &'static str, grant: Grant) -> Self {
        Self { provider, grant, current: Mutex::new(None) }
    }

    async fn current(&self) -> Result<HeaderValue, ComponentError> {
        let mut current = self.current.lock().await;
        match &*current {
            Some(token) if Instant::now() < token.until => Ok(token.header.clone()),
            _ => self.renew(&mut current).await,
        }
    }

    /// A token in the place of one that was refused, which another call may have asked for already.
    async fn other_than(&self, refused: &HeaderValue) -> Result<HeaderValue, ComponentError> {
        let mut current = self.current.lock().await;
        match &*current {
            Some(token) if token.header != *refused => Ok(token.header.clone()),
            _ => self.renew(&mut current).await,
        }
    }

    async fn renew(&self, current: &mut Option<Token>) -> Result<HeaderValue, ComponentError> {
        *current = None;
        let (connection, request) = (self.grant)()?;
        let asked = Instant::now();
        let answer = connection.send(request).await?;
        let unreadable = || {
            let error = ComponentError::new(self.provider, ComponentErrorKind::Unreadable);
            error.detail("the address of tokens did not answer with a token")
        };
        let granted: Granted = serde_json::from_slice(&answer).map_err(|_| unreadable())?;
        let secret = mem0_http::Secret::new("Bearer ", &granted.access_token);
        let header = secret.map_err(|_| unreadable())?.header();
        let lasts = Duration::from_secs(granted.expires_in).saturating_sub(MARGIN);
        let until = asked.checked_add(lasts).unwrap_or(asked);
        *current = Some(Token { header: header.clone(), until });
        Ok(header)
    }
}
