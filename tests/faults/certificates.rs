//! Certificates made by the test, each wrong in one way.

use std::sync::Arc;

use rcgen::{
    BasicConstraints, Certificate, CertificateParams, CertifiedIssuer, IsCa, KeyPair, date_time_ymd,
};
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

fn configuration(certificate: &Certificate, key: &KeyPair) -> ServerConfig {
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .unwrap()
}

/// A server whose certificate is for this name, and its authority, as PEM.
fn issued(name: &str, change: impl FnOnce(&mut CertificateParams)) -> (ServerConfig, String) {
    let mut authority = CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let issuer = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let mut certificate = CertificateParams::new(vec![name.to_owned()]).unwrap();
    change(&mut certificate);
    let certificate = certificate.signed_by(&key, &issuer).unwrap();
    (configuration(&certificate, &key), issuer.pem())
}

pub(crate) fn trusted() -> (ServerConfig, String) {
    issued("localhost", |_| {})
}

pub(crate) fn expired() -> (ServerConfig, String) {
    issued("localhost", |certificate| {
        certificate.not_before = date_time_ymd(2000, 1, 1);
        certificate.not_after = date_time_ymd(2001, 1, 1);
    })
}

/// As a certificate looks to a machine whose clock is behind.
pub(crate) fn not_valid_yet() -> (ServerConfig, String) {
    issued("localhost", |certificate| certificate.not_before = date_time_ymd(2999, 1, 1))
}

pub(crate) fn for_another_host() -> (ServerConfig, String) {
    issued("platform.test", |_| {})
}

pub(crate) fn self_signed() -> ServerConfig {
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    configuration(&certificate.self_signed(&key).unwrap(), &key)
}
