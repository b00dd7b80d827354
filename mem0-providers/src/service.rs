//! A service of a provider.

use bytes::Bytes;
use mem0_components::ComponentError;

use crate::connection::{Connection, Outgoing};
use crate::credentials::Credentials;

/// Where a service is, and what shows it who asks.
pub(crate) struct Service {
    pub(crate) connection: Connection,
    pub(crate) credentials: Credentials,
}

impl Service {
    pub(crate) async fn send(&self, request: Outgoing) -> Result<Bytes, ComponentError> {
        self.credentials.send(&self.connection, request).await
    }
}
