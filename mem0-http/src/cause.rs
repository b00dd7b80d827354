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
    /// What stopped it, in a few words.
    pub reason: &'static str,
    /// The error of the service that sent the request.
    pub source: BoxError,
}

/// Where a request stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NetworkErrorKind {
    /// No connection was made.
    Unreachable,
    /// No secure connection was made: the certificate is not trusted, or the server does not speak
    /// TLS.
    Insecure,
    /// A proxy refused to connect.
    RefusedByProxy,
    /// There was a connection, and the request was never written, or the server said that it did
    /// not process it.
    Unprocessed,
    /// There was a connection, and it broke.
    Broken,
}

impl NetworkErrorKind {
    /// Whether no connection was made, so that nothing was written.
    pub fn is_connect(self) -> bool {
        !matches!(self, Self::Unprocessed | Self::Broken)
    }
}

impl NetworkError {
    /// Asks the error, and those beneath it, where the request stopped.
    pub fn new(source: BoxError) -> Self {
        Self { kind: kind(&*source), reason: reason(&*source), source }
    }

    /// The error of an answer that began: the service has the request, whatever the error says.
    pub(crate) fn of_answer(source: BoxError) -> Self {
        Self { kind: NetworkErrorKind::Broken, ..Self::new(source) }
    }
}

impl fmt::Display for NetworkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            NetworkErrorKind::Unreachable => "no connection was made",
            NetworkErrorKind::Insecure => "no secure connection was made",
            NetworkErrorKind::RefusedByProxy => "a proxy refused to connect",
            NetworkErrorKind::Unprocessed => {
                "the connection ended, and the request was not processed"
            }
            NetworkErrorKind::Broken => "the connection broke",
        })
    }
}

impl StdError for NetworkError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(&*self.source)
    }
}

const UNTRUSTED: &str = "TLS: the certificate or the handshake was refused";

/// The error of a proxy that refuses a tunnel. hyper-util exports no name for the type.
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
    if any(error, is_unprocessed) {
        NetworkErrorKind::Unprocessed
    } else if !is_connect {
        NetworkErrorKind::Broken
    // This is how rustls reports its own errors.
    } else if any(error, |error| of_kind(error, io::ErrorKind::InvalidData)) || is_tls(error) {
        NetworkErrorKind::Insecure
    } else if any(error, |error| error.is::<TunnelError>()) {
        NetworkErrorKind::RefusedByProxy
    } else {
        NetworkErrorKind::Unreachable
    }
}

/// Whether the request was never written, or the server says that it did not process it.
fn is_unprocessed(error: &(dyn StdError + 'static)) -> bool {
    // hyper gives a request back whose connection ends before the first byte of it is written.
    if error.downcast_ref::<hyper::Error>().is_some_and(hyper::Error::is_canceled) {
        return true;
    }
    // A server that goes away names the last request that it may have processed. Only those behind
    // it have this error, whatever the reason is.
    #[cfg(feature = "http2")]
    if let Some(error) = error.downcast_ref::<h2::Error>() {
        let is_refused = error.is_reset() && error.reason() == Some(h2::Reason::REFUSED_STREAM);
        return error.is_remote() && (error.is_go_away() || is_refused);
    }
    false
}

/// Whether this is an error of the system's own TLS, whose types other crates keep to themselves.
fn is_tls(error: &(dyn StdError + 'static)) -> bool {
    chain(error).any(|error| {
        let text = error.to_string();
        text.contains("SSL routines") || text.contains("certificate")
    })
}

/// What an error says, in words of our own: those of other crates may quote what was sent.
fn reason(error: &(dyn StdError + 'static)) -> &'static str {
    let io = |error: &(dyn StdError + 'static)| {
        Some(match error.downcast_ref::<io::Error>()?.kind() {
            io::ErrorKind::ConnectionRefused => "connection refused",
            io::ErrorKind::ConnectionReset => "the connection was reset",
            io::ErrorKind::ConnectionAborted => "the connection was aborted",
            io::ErrorKind::BrokenPipe | io::ErrorKind::NotConnected => "the connection was closed",
            io::ErrorKind::UnexpectedEof => "the connection was closed too early",
            io::ErrorKind::TimedOut => "timed out",
            io::ErrorKind::HostUnreachable => "the host cannot be reached",
            io::ErrorKind::NetworkUnreachable => "the network cannot be reached",
            io::ErrorKind::AddrNotAvailable | io::ErrorKind::AddrInUse => {
                "this machine has no free address or port"
            }
            io::ErrorKind::PermissionDenied => "the system does not permit it",
            io::ErrorKind::InvalidData => UNTRUSTED,
            _ => return None,
        })
    };
    let of_reqwest = |is: fn(&reqwest::Error) -> bool| {
        any(error, |error| error.downcast_ref::<reqwest::Error>().is_some_and(is))
    };
    if any(error, is_unprocessed) {
        return "the server did not process the request";
    }
    if chain(error).any(|error| error.to_string() == "dns error") {
        return "the host name was not found (DNS)";
    }
    if let Some(reason) = chain(error).filter_map(io).last() {
        return reason;
    }
    if is_tls(error) {
        return UNTRUSTED;
    }
    if any(error, |error| error.is::<TunnelError>()) {
        return "the proxy refused the tunnel";
    }
    if of_reqwest(reqwest::Error::is_timeout) {
        return "timed out";
    }
    if of_reqwest(reqwest::Error::is_redirect) {
        return "too many redirects";
    }
    // This is how hyper reports a connection that ended.
    if chain(error).any(|error| error.to_string().contains("before message completed")) {
        return "the connection was closed before the answer";
    }
    ""
}

/// The runtime was built without I/O.
#[derive(Debug)]
pub(crate) struct NoIo;

impl fmt::Display for NoIo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the runtime has no I/O")
    }
}

impl StdError for NoIo {}

/// Whether the HTTP client could not be made: there are no certificates to trust, for example.
pub(crate) fn is_setup(error: &(dyn StdError + 'static)) -> bool {
    error.downcast_ref::<reqwest::Error>().is_some_and(reqwest::Error::is_builder)
}

/// Whether this holds for the error, or for one beneath it.
fn any(
    error: &(dyn StdError + 'static),
    holds: impl Fn(&(dyn StdError + 'static)) -> bool,
) -> bool {
    chain(error).any(holds)
}

/// The error and those beneath it.
fn chain<'a>(
    error: &'a (dyn StdError + 'static),
) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |&error| beneath(error))
}

fn beneath<'a>(error: &'a (dyn StdError + 'static)) -> Option<&'a (dyn StdError + 'static)> {
    // `source` of an `io::Error` skips the error inside it, and gives the source of that.
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
            assert!(!error.reason.is_empty(), "{error:?}");
            assert_eq!(error.kind.is_connect(), kind != NetworkErrorKind::Broken);
            // Once the service has begun to answer, it has the request.
            let late = NetworkError::of_answer(error.source);
            assert_eq!(late.kind, NetworkErrorKind::Broken);
        }
    }

    #[test]
    fn the_error_beneath_all_others_is_the_reason() {
        let refused = io::Error::from(io::ErrorKind::ConnectionRefused);
        let error = NetworkError::new(io::Error::new(io::ErrorKind::TimedOut, refused).into());
        assert_eq!(error.reason, "connection refused");
    }
}
