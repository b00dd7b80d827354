//! Certificates: a server is trusted only if the authority of its certificate is.

use std::sync::Arc;

use mem0_client::{AsyncMemoryClient, AsyncMemoryClientBuilder, RetryPolicy};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

/// A test authority, and what a server with a certificate from it needs.
pub(crate) fn certified() -> (String, ServerConfig) {
    let mut authority = CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let issuer = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(vec!["localhost".to_owned()])
        .unwrap()
        .signed_by(&key, &issuer)
        .unwrap();
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .unwrap();
    (issuer.pem(), config)
}

/// A test authority, and the address of a server with a certificate from it.
async fn serve() -> (String, String) {
    let (authority, config) = certified();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            // A client that does not trust this server closes the connection.
            let Ok(mut stream) = acceptor.accept(stream).await else { continue };
            let mut asked = [0; 2048];
            let _ = stream.read(&mut asked).await;
            let answer = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}";
            let _ = stream.write_all(answer.as_bytes()).await;
            let _ = stream.shutdown().await;
        }
    });
    (authority, format!("https://localhost:{port}"))
}

fn builder(base_url: &str) -> AsyncMemoryClientBuilder {
    AsyncMemoryClient::builder().api_key("m0-key").retry(RetryPolicy::none()).base_url(base_url)
}

#[tokio::test]
async fn a_server_is_trusted_by_its_authority_alone() {
    let (authority, base_url) = serve().await;
    let trusting = builder(&base_url).root_certificate(authority.clone()).build().unwrap();
    trusting.ping().await.unwrap();

    let error = builder(&base_url).build().unwrap().ping().await.unwrap_err();
    assert!(error.is_connect(), "{error}");
    assert!(!error.is_outcome_unknown(), "{error}");

    let (stranger, _) = serve().await;
    let error = builder(&base_url).root_certificate(stranger.clone()).build().unwrap();
    assert!(error.ping().await.unwrap_err().is_connect());

    // Both in one bundle, and both given separately.
    let bundle = format!("{stranger}\n{authority}");
    builder(&base_url).root_certificate(bundle).build().unwrap().ping().await.unwrap();
    let both = builder(&base_url).root_certificate(stranger).root_certificate(authority);
    both.build().unwrap().ping().await.unwrap();
}

#[test]
fn what_is_no_certificate_is_refused() {
    let broken = "-----BEGIN CERTIFICATE-----\nnonsense\n-----END CERTIFICATE-----\n";
    for pem in ["", "nonsense", broken] {
        let error = builder("https://platform.test").root_certificate(pem).build().unwrap_err();
        assert!(error.to_string().contains("PEM"), "{pem}: {error}");
    }
}
