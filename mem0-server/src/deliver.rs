use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use axum::http::Uri;
use mem0_engine::{Delivering, Delivery, DeliveryOutcome, Engine, EngineError};
use mem0_types::WebhookSecret;
use ureq::config::Config;
use ureq::tls::{RootCerts, TlsConfig};
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};
use ureq::{Agent, Error};

/// How long a receiver may take to accept a connection.
const CONNECT: Duration = Duration::from_secs(5);

/// How long one attempt may take in total.
const TOTAL: Duration = Duration::from_secs(15);

/// The addresses that webhooks may call. The binary uses [`Public`](Self::Public), unless it is
/// started with `--private-webhooks true`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Receivers {
    /// Any address, including this machine and its network.
    Anywhere,
    /// Public addresses only, so that nobody can reach the server's own network through a webhook.
    /// Every address that a name resolves to is checked with each call.
    Public,
}

/// Sends the queued webhook deliveries of all projects, signed according to Standard Webhooks,
/// until the returned value is dropped or the engine is closed. It uses threads of the engine.
///
/// A router only answers requests, so call this as well if you serve one or use it in-process.
/// Otherwise deliveries stay queued in the data folder. The binary calls it. Requires the feature
/// `deliver`.
///
/// An attempt takes at most 15 seconds. A status of 200 to 299 means that the receiver took the
/// delivery. Redirects are not followed, the response's body is not read, and proxy variables of
/// the environment are ignored.
///
/// ```
/// use mem0_server::{Authentication, Engine, Receivers, deliver, router};
///
/// # let folder = std::env::temp_dir().join(format!("mem0-deliver-doc-{}", std::process::id()));
/// let engine = Engine::open(&folder)?;
/// let delivering = deliver(&engine, Receivers::Anywhere)?;
/// let app = router(engine, Authentication::Off);
/// # drop((app, delivering));
/// # std::fs::remove_dir_all(&folder).ok();
/// # Ok::<(), mem0_server::EngineError>(())
/// ```
///
/// # Errors
/// As for [`Engine::deliver_with`].
pub fn deliver(engine: &Engine, receivers: Receivers) -> Result<Delivering, EngineError> {
    let agent = agent(receivers);
    engine.deliver_with(move |delivery| send(&agent, delivery))
}

fn agent(receivers: Receivers) -> Agent {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let tls = TlsConfig::builder()
        .unversioned_rustls_crypto_provider(provider)
        .root_certs(RootCerts::PlatformVerifier);
    let config = Config::builder()
        .tls_config(tls.build())
        .timeout_connect(Some(CONNECT))
        .timeout_global(Some(TOTAL))
        .http_status_as_error(false)
        .max_redirects(0)
        .proxy(None)
        // A kept connection may be closed by the time it is reused; that would look like a receiver
        // that is down.
        .max_idle_connections(0)
        .user_agent(concat!("mem0-server/", env!("CARGO_PKG_VERSION")));
    Agent::with_parts(config.build(), DefaultConnector::default(), Allowed(receivers))
}

fn send(agent: &Agent, delivery: &Delivery) -> DeliveryOutcome {
    let unanswered = |why: &str| DeliveryOutcome::Unanswered(why.to_owned());
    let Ok(secret) = WebhookSecret::new(&delivery.secret) else {
        return unanswered("the webhook's secret is damaged");
    };
    let body = delivery.payload.as_bytes();
    let mut request = agent.post(&delivery.url).header("content-type", "application/json");
    for (name, value) in &secret.sign(&delivery.id, SystemTime::now(), body) {
        request = request.header(name, value);
    }
    match request.send(body) {
        Ok(answer) => DeliveryOutcome::Answered(answer.status().as_u16()),
        Err(error) => unanswered(why(&error)),
    }
}

/// Our own words, since the errors' texts may repeat the address.
fn why(error: &Error) -> &'static str {
    match error {
        Error::Timeout(_) => "the receiver did not answer in time",
        Error::HostNotFound => "the receiver's name has no address",
        Error::Io(error) if error.get_ref().is_some_and(|inner| inner.is::<NotPublic>()) => {
            "the receiver's address is not public; start the server with --private-webhooks true to \
             call its own machine and network"
        }
        Error::Io(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
            "the receiver refused the connection"
        }
        Error::Io(_) | Error::ConnectionFailed => "the receiver could not be reached",
        Error::Tls(_) | Error::Rustls(_) => "a trusted TLS connection could not be established",
        Error::Protocol(_) | Error::LargeResponseHeader(..) => {
            "the receiver did not answer with HTTP"
        }
        _ => "the delivery could not be sent",
    }
}

/// Resolves names, and refuses addresses that may not be called.
#[derive(Debug)]
struct Allowed(Receivers);

#[derive(Debug)]
struct NotPublic;

impl std::fmt::Display for NotPublic {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the address is not public")
    }
}

impl std::error::Error for NotPublic {}

impl Resolver for Allowed {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, Error> {
        let resolved = DefaultResolver::default().resolve(uri, config, timeout)?;
        // A single private address is enough to refuse: a name that also points inside is
        // suspicious.
        let inside = resolved.iter().any(|address| !is_public(address.ip()));
        if self.0 == Receivers::Public && inside {
            return Err(Error::Io(io::Error::other(NotPublic)));
        }
        Ok(resolved)
    }
}

/// Whether an address belongs to the public internet. The standard library's own check is unstable.
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let special = match address.octets() {
        // "This" network, carrier-grade NAT, protocol assignments, benchmarks, reserved addresses.
        [0, ..] | [192, 0, 0, _] | [198, 18..=19, ..] | [240..=255, ..] => true,
        [100, second, ..] => second & 0xc0 == 64,
        _ => false,
    };
    !(special
        || address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_multicast()
        || address.is_documentation())
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let segments = address.segments();
    let inner = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        Ipv4Addr::new(a, b, c, d)
    };
    match segments {
        // IPv4 addresses in another form: mapped, translated by NAT64, tunnelled by 6to4.
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => {
            is_public_v4(inner(high, low))
        }
        [0x2002, high, low, ..] => is_public_v4(inner(high, low)),
        // Protocol assignments and documentation.
        [0x2001, 0..=0x1ff, ..] | [0x2001, 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] => false,
        // Of all others, only these are assigned.
        [first, ..] => first & 0xe000 == 0x2000,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_inside_a_network_are_not_public() {
        for inside in [
            "127.0.0.1",
            "0.0.0.0",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "100.127.255.255",
            "192.0.0.8",
            "198.19.0.1",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "fe80::1",
            "fc00::1",
            "fd12::1",
            "ff02::1",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "2001:db8::1",
            "::127.0.0.1",
            "2001::1",
        ] {
            assert!(!is_public(inside.parse().unwrap()), "{inside}");
        }
        for public in [
            "1.1.1.1",
            "100.63.0.1",
            "100.128.0.1",
            "172.32.0.1",
            "198.20.0.1",
            "::ffff:1.1.1.1",
            "2606:4700:4700::1111",
            "64:ff9b::101:101",
            "2a00:1450::1",
        ] {
            assert!(is_public(public.parse().unwrap()), "{public}");
        }
    }
}
