use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use mem0_types::WebhookSecret;
use serde_json::Value;

/// A receiver's reaction to a delivery.
pub(crate) enum Reply {
    Status(u16),
    /// Redirects to this address.
    Redirect(String),
    /// Sends nothing, and keeps the connection open.
    Nothing,
    /// An answer with a body that never ends.
    Endless,
    /// Closes the connection.
    Close,
}

/// A received delivery.
pub(crate) struct Received {
    pub(crate) at: Instant,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Received {
    pub(crate) fn id(&self) -> &str {
        self.headers["webhook-id"].to_str().unwrap()
    }

    /// The details of the event, which must be signed with this secret.
    #[track_caller]
    pub(crate) fn details(&self, secret: &str) -> Value {
        let secret = WebhookSecret::new(secret).unwrap();
        secret.verify(&self.headers, &self.body, SystemTime::now()).unwrap();
        let body: Value = serde_json::from_slice(&self.body).unwrap();
        body["event_details"].clone()
    }
}

/// A server that webhooks call.
pub(crate) struct Receiver {
    address: SocketAddr,
    received: mpsc::Receiver<Received>,
}

impl Receiver {
    pub(crate) fn start(reply: impl Fn(usize) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (tell, received) = mpsc::channel();
        let reply = Arc::new(reply);
        thread::spawn(move || {
            for (number, stream) in listener.incoming().enumerate() {
                let (tell, reply) = (tell.clone(), reply.clone());
                thread::spawn(move || {
                    let mut stream = stream.unwrap();
                    // A sender that was killed leaves an incomplete request.
                    let Some(delivery) = read(&mut stream) else { return };
                    let _ = tell.send(delivery);
                    answer(&mut stream, reply(number));
                });
            }
        });
        Self { address, received }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/hook", self.address)
    }

    #[track_caller]
    pub(crate) fn next(&self, within: Duration) -> Received {
        self.received.recv_timeout(within).unwrap()
    }

    /// The deliveries so far, once none has come for this long.
    pub(crate) fn all(&self, quiet: Duration) -> Vec<Received> {
        let mut all = Vec::new();
        loop {
            match self.received.recv_timeout(quiet) {
                Ok(received) => all.push(received),
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => return all,
            }
        }
    }
}

fn read(stream: &mut TcpStream) -> Option<Received> {
    let mut bytes = Vec::new();
    let head = loop {
        let mut chunk = [0; 4096];
        let length = stream.read(&mut chunk).ok().filter(|length| *length > 0)?;
        bytes.extend_from_slice(&chunk[..length]);
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break bytes.drain(..end + 4).collect::<Vec<_>>();
        }
    };
    let head = String::from_utf8(head).unwrap();
    assert!(head.starts_with("POST /hook HTTP/1.1\r\n"), "{head}");
    let mut headers = HeaderMap::new();
    for (name, value) in head.lines().filter_map(|line| line.split_once(": ")) {
        headers.insert(name.parse::<HeaderName>().unwrap(), value.parse::<HeaderValue>().unwrap());
    }
    let length: usize = headers["content-length"].to_str().unwrap().parse().unwrap();
    let mut rest = vec![0; length - bytes.len()];
    stream.read_exact(&mut rest).ok()?;
    bytes.extend(rest);
    Some(Received { at: Instant::now(), headers, body: bytes })
}

fn answer(stream: &mut TcpStream, reply: Reply) {
    let endless = matches!(reply, Reply::Endless);
    let (status, more) = match reply {
        Reply::Status(status) => (status, "content-length: 0\r\n".to_owned()),
        Reply::Redirect(to) => (307, format!("location: {to}\r\ncontent-length: 0\r\n")),
        Reply::Endless => (200, "content-length: 1000000000000\r\n".to_owned()),
        Reply::Nothing => {
            // Until the other side disconnects.
            let _ = stream.read(&mut [0]);
            return;
        }
        Reply::Close => return,
    };
    let _ = write!(stream, "HTTP/1.1 {status} X\r\n{more}\r\n");
    while endless && stream.write_all(&[b'x'; 4096]).is_ok() {}
}
