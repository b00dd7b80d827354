//! What an error says of a platform that cannot be reached, or is none.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::process::Command;
use std::time::Duration;

use mem0_client::{AsyncMemoryClient, Error, ErrorKind, RetryPolicy};

use crate::child;
use crate::platform::{Platform, Reply};

/// A port where nobody listens.
fn closed_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

async fn ping(base_url: &str, proxy: Option<&str>) -> Error {
    let builder = AsyncMemoryClient::builder()
        .api_key("m0-key")
        .base_url(base_url)
        .retry(RetryPolicy::none())
        .timeout(Duration::from_secs(20));
    let builder = match proxy {
        Some(proxy) => builder.proxy(proxy),
        None => builder.no_proxy(),
    };
    builder.build().unwrap().ping().await.unwrap_err()
}

#[tokio::test]
async fn who_refuses_is_named_with_the_reason_and_what_to_do() {
    let port = closed_port();
    for host in ["127.0.0.1", "localhost"] {
        let error = ping(&format!("http://{host}:{port}/prefix"), None).await;
        let expected = format!("ping: no connection to {host}:{port}: connection refused");
        assert_eq!(error.to_string(), expected);
        let advice = error.suggestion();
        assert!(advice.contains("server is running") && advice.contains("mem0-server"), "{advice}");
        assert!(!advice.contains("internet"), "{advice}");
        assert_eq!((error.kind(), error.code().as_str()), (ErrorKind::Network, "NET_CONNECT"));
    }
}

#[tokio::test]
async fn a_name_that_is_not_found_is_named() {
    let error = ping("http://platform.invalid", None).await;
    let told = error.to_string();
    assert!(told.contains("no connection to platform.invalid:80: the host name"), "{told}");
    assert!(error.suggestion().contains("internet"), "{}", error.suggestion());
}

#[tokio::test]
async fn a_proxy_is_named_without_its_password() {
    let port = closed_port();
    let proxy = format!("http://user:w0rd@127.0.0.1:{port}/?token=t0ken");
    let error = ping("https://api.mem0.test", Some(&proxy)).await;
    let expected = format!(
        "ping: no connection to api.mem0.test:443 through the proxy 127.0.0.1:{port}: connection \
         refused"
    );
    assert_eq!(error.to_string(), expected);
    assert!(error.suggestion().contains("proxy"), "{}", error.suggestion());
    let all = format!("{error:?} {error}");
    assert!(!all.contains("w0rd") && !all.contains("t0ken"), "{all}");
}

const ORDER: &str = "MEM0_TEST_ASK_THROUGH";

/// Sends a request to this machine, if a test has started this process for that.
#[tokio::test]
async fn asks_this_machine_when_told_to() {
    if std::env::var_os(ORDER).is_none() {
        return;
    }
    let port = closed_port();
    let client = AsyncMemoryClient::builder()
        .api_key("m0-key")
        .base_url(format!("http://127.0.0.1:{port}"))
        .retry(RetryPolicy::none())
        .build()
        .unwrap();
    let error = client.ping().await.unwrap_err();
    let expected = format!("ping: no connection to 127.0.0.1:{port}: connection refused");
    assert_eq!(error.to_string(), expected);
    assert!(error.suggestion().contains("mem0-server"), "{}", error.suggestion());
}

/// Sends a request through the proxy in the environment, if a test has started this process for
/// that.
#[tokio::test]
async fn asks_through_a_proxy_when_told_to() {
    let Ok(proxy) = std::env::var(ORDER) else { return };
    let client = AsyncMemoryClient::builder()
        .api_key("m0-key")
        .base_url("http://platform.invalid")
        .retry(RetryPolicy::none())
        .build()
        .unwrap();
    let error = client.ping().await.unwrap_err();
    let through = format!("to platform.invalid:80 through the proxy {proxy}: connection refused");
    assert!(error.to_string().ends_with(&through), "{error}");
    assert!(error.suggestion().contains("proxy"), "{}", error.suggestion());
}

#[test]
fn a_proxy_of_the_environment_is_named_too() {
    let proxy = format!("127.0.0.1:{}", closed_port());
    let set = |child: &mut Command| {
        child.env(ORDER, &proxy);
        for name in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"] {
            let url = format!("http://user:w0rd@{proxy}");
            child.env(name, &url).env(name.to_lowercase(), &url);
        }
        child.env_remove("NO_PROXY").env_remove("no_proxy").env_remove("REQUEST_METHOD");
    };
    child::run("unreachable::asks_through_a_proxy_when_told_to", set);
    // Nothing on this machine is reached through a proxy.
    child::run("unreachable::asks_this_machine_when_told_to", set);
}

#[tokio::test]
async fn a_connection_that_breaks_is_named() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        let (mut connection, _) = listener.accept().unwrap();
        let _ = connection.read(&mut [0; 4096]);
    });
    let error = ping(&format!("http://{address}"), None).await;
    let expected = format!("ping: the connection to {address} broke: the connection was closed");
    assert!(error.to_string().starts_with(&expected), "{error}");
    assert!(!error.suggestion().contains("internet"), "{}", error.suggestion());
}

/// A server that sends this to everybody, after it was sent something.
fn saying(text: &'static str) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        while let Ok((mut connection, _)) = listener.accept() {
            let _ = connection.read(&mut [0; 4096]);
            let _ = connection.write_all(text.as_bytes());
        }
    });
    address
}

#[cfg(any(feature = "rustls", feature = "native-tls"))]
#[tokio::test]
async fn a_server_without_tls_is_named_with_what_to_do() {
    let address = saying("HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n");
    let error = ping(&format!("https://{address}"), None).await;
    let expected = format!("ping: no secure connection to {address}: TLS");
    assert!(error.to_string().starts_with(&expected), "{error}");
    let advice = error.suggestion();
    assert!(advice.contains("http://") && advice.contains("root_certificate"), "{advice}");
    assert!(error.is_connect() && !error.is_outcome_unknown());
}

#[cfg(any(feature = "rustls", feature = "native-tls"))]
#[tokio::test]
async fn a_proxy_that_refuses_is_named_with_what_to_do() {
    for answer in ["403 Forbidden", "407 Proxy Authentication Required", "502 Bad Gateway"] {
        let text = format!("HTTP/1.1 {answer}\r\ncontent-length: 0\r\n\r\n");
        let proxy = saying(text.leak());
        let error = ping("https://api.mem0.test", Some(&format!("http://{proxy}"))).await;
        let told = error.to_string();
        let expected = format!(
            "ping: no connection to api.mem0.test:443 through the proxy {proxy}: the proxy refused"
        );
        assert!(told.starts_with(&expected), "{answer}: {told}");
        assert!(error.suggestion().contains("user name and password"), "{}", error.suggestion());
        assert!(error.is_connect(), "{answer}");
    }
}

#[tokio::test]
async fn a_server_that_does_not_answer_in_time_is_named_with_what_to_do() {
    // The system accepts the connection, and nobody reads from it.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let client = AsyncMemoryClient::builder()
        .api_key("m0-key")
        .base_url(format!("http://{address}"))
        .retry(RetryPolicy::none())
        .timeout(Duration::from_millis(20))
        .build()
        .unwrap();
    let error = client.ping().await.unwrap_err();
    let expected = format!("ping: no answer from {address} within the time allowed");
    assert_eq!((error.to_string(), error.kind()), (expected, ErrorKind::Timeout));
    let advice = error.suggestion();
    assert!(advice.contains("running") && advice.contains("`timeout`"), "{advice}");
}

#[tokio::test(start_paused = true)]
async fn a_service_of_the_callers_own_has_no_address() {
    let platform = Platform::new(|_| Reply::fail(std::io::ErrorKind::ConnectionRefused));
    let client = platform.builder().retry(RetryPolicy::none()).build().unwrap();
    let told = client.ping().await.unwrap_err().to_string();
    assert_eq!(told, "ping: no connection to the platform: connection refused");
}

#[tokio::test(start_paused = true)]
async fn a_404_of_another_server_says_that_it_is_not_a_platform() {
    const FOREIGN: &str = "does not seem to be a Mem0 platform";
    for (status, body, is_foreign) in [
        (404, "<html><h1>Not Found</h1></html>", true),
        (404, "", true),
        (404, "404 page not found", true),
        (404, r#"{"detail": "Not Found"}"#, true),
        (405, r#"{"detail": "Method Not Allowed"}"#, true),
        (404, r#"{"detail": "Not found."}"#, false),
        (404, r#"{"error": "Memory not found!"}"#, false),
        (500, "<html>oh</html>", false),
    ] {
        let platform = Platform::new(move |_| Reply::text(status, body));
        let client = platform.builder().retry(RetryPolicy::none()).build().unwrap();
        let error = client.get("m-1").await.unwrap_err();
        let told = [error.to_string(), error.suggestion().to_owned()];
        for text in told {
            assert_eq!(text.contains(FOREIGN), is_foreign, "{status} {body}: {text}");
        }
    }
}
