//! What an error says of a platform that cannot be reached, or is none.

use std::io::Read;
use std::net::TcpListener;
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
    let told = client.ping().await.unwrap_err().to_string();
    let through = format!("to platform.invalid:80 through the proxy {proxy}: connection refused");
    assert!(told.ends_with(&through), "{told}");
}

#[test]
fn a_proxy_of_the_environment_is_named_too() {
    let proxy = format!("127.0.0.1:{}", closed_port());
    child::run("unreachable::asks_through_a_proxy_when_told_to", |child| {
        child.env(ORDER, &proxy);
        for name in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"] {
            let url = format!("http://user:w0rd@{proxy}");
            child.env(name, &url).env(name.to_lowercase(), &url);
        }
        child.env_remove("NO_PROXY").env_remove("no_proxy").env_remove("REQUEST_METHOD");
    });
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
