use std::error::Error as StdError;
use std::fmt;
use std::io;

use http::Uri;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::proxy::Tunnel;
use tower_service::Service;

use crate::BoxError;

/// An error of the network, and what it says about the connection.
#[derive(Debug)]
pub struct NetworkError {
    /// Where the request stopped.
    pub kind: NetworkErrorKind,
    /// The error of the service that sent the request.
    pub source: BoxError,
}

/// Where a request stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NetworkErrorKind {
    /// No connection was made.
    Unreachable,
    /// No secure connection was made: the certificate is not trusted, or the server speaks something
    /// else than TLS.
    Insecure,
    /// A proxy refused to connect.
    RefusedByProxy,
    /// There was a connection, and it broke.
    Broken,
}

impl NetworkErrorKind {
    /// Whether no connection was made, so that nothing was written.
    pub fn is_connect(self) -> bool {
        self != Self::Broken
    }
}

impl NetworkError {
    /// Asks the error, and those beneath it, where the request stopped.
    pub fn new(source: BoxError) -> Self {
        Self { kind: kind(&*source), source }
    }
}

impl fmt::Display for NetworkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            NetworkErrorKind::Unreachable => "no connection was made",
            NetworkErrorKind::Insecure => "no secure connection was made",
            NetworkErrorKind::RefusedByProxy => "a proxy refused to connect",
            NetworkErrorKind::Broken => "the connection broke",
        })
    }
}

impl StdError for NetworkError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(&*self.source)
    }
}

/// What a proxy's refusal of a tunnel is told as. hyper-util exports no name for the type.
type TunnelError = <Tunnel<HttpConnector> as Service<Uri>>::Error;

fn kind(error: &(dyn StdError + 'static)) -> NetworkErrorKind {
    let of_kind = |error: &(dyn StdError + 'static), kind| {
        error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == kind)
    };
    let is_connect = any(error, |error| {
        error.downcast_ref::<reqwest::Error>().is_some_and(reqwest::Error::is_connect)
            // Only connecting can be refused.
            || of_kind(error, io::ErrorKind::ConnectionRefused)
    });
    if !is_connect {
        NetworkErrorKind::Broken
    // This is how rustls reports its own errors.
    } else if any(error, |error| of_kind(error, io::ErrorKind::InvalidData)) {
        NetworkErrorKind::Insecure
    } else if any(error, |error| error.is::<TunnelError>()) {
        NetworkErrorKind::RefusedByProxy
    } else {
        NetworkErrorKind::Unreachable
    }
}

/// Whether the HTTP client could not be made: there are no certificates to trust, for example.
pub(crate) fn is_setup(error: &(dyn StdError + 'static)) -> bool {
    error.downcast_ref::<reqwest::Error>().is_some_and(reqwest::Error::is_builder)
}

/// Whether this holds for the error, or for one beneath it.
fn any(
    error: &(dyn StdError + 'static),
    holds: impl Fn(&(dyn StdError + 'static)) -> bool,
) -> bool {
    std::iter::successors(Some(error), |&error| beneath(error)).any(holds)
}

fn beneath<'a>(error: &'a (dyn StdError + 'static)) -> Option<&'a (dyn StdError + 'static)> {
    // The source of an `io::Error` is that of the error in it, which would be passed over.
    match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        Some(inner) => Some(inner),
        None => error.source(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn asks_the_errors_beneath() {
        let refused = || io::Error::from(io::ErrorKind::ConnectionRefused);
        for (source, kind) in [
            (refused(), NetworkErrorKind::Unreachable),
            (io::Error::other(refused()), NetworkErrorKind::Unreachable),
            (io::Error::from(io::ErrorKind::ConnectionReset), NetworkErrorKind::Broken),
            // A server may send anything once there is a connection.
            (io::Error::from(io::ErrorKind::InvalidData), NetworkErrorKind::Broken),
        ] {
            let error = NetworkError::new(source.into());
            assert_eq!(error.kind, kind, "{error:?}");
            assert_eq!(error.kind.is_connect(), kind != NetworkErrorKind::Broken);
        }
    }
}
