//! Nobody to connect to, or nobody to trust.

use std::net::{TcpListener, TcpStream};

use mem0_client::ErrorKind;
use tokio::net::TcpSocket;

use crate::certificates;
use crate::client::Settings;
use crate::fault::{Expected, Scene, UNCONNECTED, faults};
use crate::script::Step::{Close, Read, Stall};
use crate::script::{answer, send, well};

/// A port where nobody listens.
fn nobody() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    format!("127.0.0.1:{}", listener.local_addr().unwrap().port())
}

/// A listener whose queue is full, so that connecting to it hangs.
fn full_queue() -> Scene {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let listener = runtime.block_on(async {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        socket.listen(1).unwrap().into_std().unwrap()
    });
    let address = listener.local_addr().unwrap();
    let soon = std::time::Duration::from_millis(200);
    let connect = |_| TcpStream::connect_timeout(&address, soon).ok();
    let queued: Vec<_> = (0..8).map_while(connect).collect();
    Scene::nobody(format!("http://{address}")).holding((listener, queued)).connecting_hastily()
}

/// What is said where a server is not who it should be.
const UNTRUSTED: Expected = UNCONNECTED.says("no secure connection", "root_certificate");

const PROXY: &str = "user name and password";

const INTERNET: &str = "check your internet connection";

faults! {
    /// Nobody listens on the port.
    refused: Scene::nobody(format!("http://{}", nobody())) => UNCONNECTED;
    /// There is no route to the address (a group address, which TCP connects to nowhere).
    unreachable: Scene::nobody("http://224.0.0.1:9")
        => UNCONNECTED.says("no connection to 224.0.0.1:9: the network cannot be reached", INTERNET);
    /// Connecting is not answered, as behind a firewall that drops packets.
    connecting_hangs: full_queue() => UNCONNECTED;
    /// The host has no address.
    no_such_host: Scene::nobody("http://platform.invalid").connecting_hastily()
        => UNCONNECTED.says("no connection to platform.invalid:80: the host name was not found", INTERNET);
    /// The host cannot be looked up: a part of its name is too long.
    no_host_name: Scene::nobody(format!("http://{}.test", "a".repeat(64)))
        => UNCONNECTED.says(".test:80: the host name was not found", INTERNET);
    /// The certificate has expired.
    tls_expired: {
        let (config, authority) = certificates::expired();
        Scene::tls(config, [Read, send(well())]).trusting(authority)
    } => UNTRUSTED;
    /// The certificate is not valid yet, as on a machine whose clock is behind.
    tls_not_valid_yet: {
        let (config, authority) = certificates::not_valid_yet();
        Scene::tls(config, [Read, send(well())]).trusting(authority)
    } => UNTRUSTED;
    /// The certificate is for another host.
    tls_wrong_host: {
        let (config, authority) = certificates::for_another_host();
        Scene::tls(config, [Read, send(well())]).trusting(authority)
    } => UNTRUSTED;
    /// The certificate is from an authority that nobody trusts.
    tls_unknown_authority: {
        let (config, _) = certificates::trusted();
        Scene::tls(config, [Read, send(well())])
    } => UNTRUSTED;
    /// The certificate is signed by itself.
    tls_self_signed: Scene::tls(certificates::self_signed(), [Read, send(well())]) => UNTRUSTED;
    /// The server does not speak TLS.
    tls_without_tls: Scene::always([crate::script::Step::Part(1), send("HTTP/1.1 400 Bad Request\r\n\r\n"), Close])
        .at(|port| format!("https://localhost:{port}"))
        .lasting() => UNTRUSTED.unheard();
    /// The handshake stalls.
    tls_handshake_stalls: Scene::always([Stall])
        .at(|port| format!("https://localhost:{port}"))
        .connecting_hastily()
        .lasting() => UNCONNECTED.says("no connection to localhost:", "Check that the server is running");
    /// Nobody listens on the proxy's port.
    proxy_refused: {
        let mut scene = Scene::nobody("http://platform.test");
        scene.settings = Settings { proxy: Some(format!("http://{}", nobody())), ..scene.settings };
        scene
    } => UNCONNECTED.says("no connection to platform.test:80 through the proxy 127.0.0.1:", PROXY);
    /// The proxy wants a password (407).
    proxy_wants_a_password: Scene::always([
        Read,
        send(answer("407 Proxy Authentication Required", &["proxy-authenticate: Basic"], "")),
    ])
    .proxying_for("http://platform.test")
        => Expected::refused(ErrorKind::Server, "HTTP_407", "407 Proxy Authentication", PROXY);
    /// The proxy wants a password (407) before it connects to an `https://` address.
    proxy_wants_a_password_for_tls: Scene::always([
        Read,
        send(answer("407 Proxy Authentication Required", &["proxy-authenticate: Basic"], "")),
    ])
    .proxying_for("https://platform.test")
    .lasting() => UNCONNECTED.heard().says("no connection to platform.test:443 through the proxy 127.0.0.1:", "proxy");
}
