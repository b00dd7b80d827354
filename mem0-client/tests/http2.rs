//! Connections of HTTP/2 that end: what the server did not process is sent again, and nothing else.

use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use mem0_client::{AsyncMemoryClient, ErrorKind, Filter, RetryPolicy, Scope};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::tls::certified;

/// What the server does once it has the whole request.
#[derive(Clone, Copy, Debug)]
enum Then {
    Answer,
    /// Waits until so many requests came, names the last one that it processes, with this reason,
    /// answers those, and closes.
    GoAway {
        after: usize,
        last: u32,
        reason: u32,
    },
    /// Names this request as the last one processed, and closes without an answer.
    GoAwaySilently,
    /// Ends the request with this reason.
    Reset(u32),
    /// Answers the head, and ends the rest with this reason.
    ResetAnswer(u32),
}

const NO_ERROR: u32 = 0;
const INTERNAL_ERROR: u32 = 2;
const REFUSED_STREAM: u32 = 7;
const ENHANCE_YOUR_CALM: u32 = 11;

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const GOAWAY: u8 = 7;
const ACK: u8 = 1;
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;

/// A server that speaks HTTP/2, and does with request number n of all connections what is planned
/// at n. It answers the ones behind the plan.
struct Server {
    base_url: String,
    authority: String,
    came: Arc<AtomicUsize>,
    /// How many requests it acted on.
    processed: Arc<AtomicUsize>,
    connections: Arc<AtomicUsize>,
}

impl Server {
    async fn start(plan: &[Then], closes_after: Option<Duration>) -> Self {
        let (authority, mut config) = certified();
        config.alpn_protocols = vec![b"h2".to_vec()];
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = Self {
            base_url: format!("https://localhost:{}", listener.local_addr().unwrap().port()),
            authority,
            came: Arc::default(),
            processed: Arc::default(),
            connections: Arc::default(),
        };
        let plan: Arc<Mutex<Vec<Then>>> =
            Arc::new(Mutex::new(plan.iter().rev().copied().collect()));
        let (came, processed) = (Arc::clone(&server.came), Arc::clone(&server.processed));
        let connections = Arc::clone(&server.connections);
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let Ok(stream) = acceptor.accept(stream).await else { continue };
                connections.fetch_add(1, Ordering::SeqCst);
                let (came, processed) = (Arc::clone(&came), Arc::clone(&processed));
                let plan = Arc::clone(&plan);
                tokio::spawn(async move {
                    let mut connection = Connection { stream, came, processed, plan, closes_after };
                    let _ = connection.serve().await;
                    // Closes it in both layers.
                    let _ = connection.stream.shutdown().await;
                });
            }
        });
        server
    }

    fn client(&self, retry: RetryPolicy) -> AsyncMemoryClient {
        AsyncMemoryClient::builder()
            .api_key("m0-key")
            .base_url(&self.base_url)
            .root_certificate(self.authority.clone())
            .retry(retry.first_delay(Duration::ZERO))
            .build()
            .unwrap()
    }

    /// How many requests came, how many of them were processed, and on how many connections.
    fn counts(&self) -> (usize, usize, usize) {
        let [came, processed, connections] =
            [&self.came, &self.processed, &self.connections].map(|n| n.load(Ordering::SeqCst));
        (came, processed, connections)
    }
}

struct Connection<S> {
    stream: S,
    came: Arc<AtomicUsize>,
    processed: Arc<AtomicUsize>,
    plan: Arc<Mutex<Vec<Then>>>,
    closes_after: Option<Duration>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Connection<S> {
    async fn serve(&mut self) -> io::Result<()> {
        let mut preface = [0; 24];
        self.stream.read_exact(&mut preface).await?;
        self.send(SETTINGS, 0, 0, &[]).await?;
        let mut waiting = Vec::new();
        loop {
            // It says nothing when it closes an idle connection, as most servers do.
            let frame = match self.closes_after {
                Some(time) => {
                    tokio::time::timeout(time, self.frame()).await.map_err(io::Error::from)?
                }
                None => self.frame().await,
            };
            let (kind, flags, stream, payload) = frame?;
            match kind {
                SETTINGS if flags & ACK == 0 => self.send(SETTINGS, ACK, 0, &[]).await?,
                PING if flags & ACK == 0 => self.send(PING, ACK, 0, &payload).await?,
                HEADERS | DATA if flags & END_STREAM != 0 => {
                    self.came.fetch_add(1, Ordering::SeqCst);
                    let then = self.plan.lock().unwrap().pop().unwrap_or(Then::Answer);
                    match then {
                        Then::Answer => self.answer(stream).await?,
                        Then::GoAway { after, last, reason } => {
                            waiting.push(stream);
                            if waiting.len() < after {
                                continue;
                            }
                            self.go_away(last, reason).await?;
                            for stream in waiting.drain(..).filter(|stream| *stream <= last) {
                                self.answer(stream).await?;
                            }
                            return Ok(());
                        }
                        Then::GoAwaySilently => {
                            self.processed.fetch_add(1, Ordering::SeqCst);
                            return self.go_away(stream, NO_ERROR).await;
                        }
                        Then::Reset(reason) => {
                            self.send(RST_STREAM, 0, stream, &reason.to_be_bytes()).await?;
                        }
                        Then::ResetAnswer(reason) => {
                            self.processed.fetch_add(1, Ordering::SeqCst);
                            self.send(HEADERS, END_HEADERS, stream, &[OK]).await?;
                            self.send(RST_STREAM, 0, stream, &reason.to_be_bytes()).await?;
                        }
                    }
                }
                _ => {}
            }
        }
    }

    async fn answer(&mut self, stream: u32) -> io::Result<()> {
        self.processed.fetch_add(1, Ordering::SeqCst);
        self.send(HEADERS, END_HEADERS, stream, &[OK]).await?;
        let body = br#"{"event_id": "e-1", "status": "PENDING", "results": []}"#;
        self.send(DATA, END_STREAM, stream, body).await
    }

    async fn go_away(&mut self, last: u32, reason: u32) -> io::Result<()> {
        let payload = [last.to_be_bytes(), reason.to_be_bytes()].concat();
        self.send(GOAWAY, 0, 0, &payload).await
    }

    async fn frame(&mut self) -> io::Result<(u8, u8, u32, Vec<u8>)> {
        let mut head = [0; 9];
        self.stream.read_exact(&mut head).await?;
        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
        let stream = u32::from_be_bytes([head[5], head[6], head[7], head[8]]);
        let mut payload = vec![0; length as usize];
        self.stream.read_exact(&mut payload).await?;
        Ok((head[3], head[4], stream, payload))
    }

    async fn send(&mut self, kind: u8, flags: u8, stream: u32, payload: &[u8]) -> io::Result<()> {
        let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
        let mut frame = length[1..].to_vec();
        frame.extend([kind, flags]);
        frame.extend(stream.to_be_bytes());
        frame.extend(payload);
        self.stream.write_all(&frame).await?;
        self.stream.flush().await
    }
}

/// `:status: 200` in HPACK's static table.
const OK: u8 = 0x88;

async fn add(client: &AsyncMemoryClient) -> Result<(), mem0_client::Error> {
    client.add("I climb", Scope::user("alice")).await.map(drop)
}

/// The server goes away while the second add is on its way, which it never looks at.
#[tokio::test]
async fn an_add_that_the_server_did_not_process_is_sent_again() {
    let away = |reason| Then::GoAway { after: 1, last: 1, reason };
    for (then, connections) in [
        (away(NO_ERROR), 2),
        (away(ENHANCE_YOUR_CALM), 2),
        (away(INTERNAL_ERROR), 2),
        (Then::Reset(REFUSED_STREAM), 1),
    ] {
        let server = Server::start(&[Then::Answer, then], None).await;
        let client = server.client(RetryPolicy::new());
        add(&client).await.unwrap();
        add(&client).await.unwrap_or_else(|error| panic!("{then:?}: {error:?}"));
        assert_eq!(server.counts(), (3, 2, connections), "{then:?}");

        let server = Server::start(&[Then::Answer, then], None).await;
        let client = server.client(RetryPolicy::none());
        add(&client).await.unwrap();
        let error = add(&client).await.unwrap_err();
        let known = (error.is_outcome_unknown(), error.is_retryable(), error.is_connect());
        assert_eq!(known, (false, true, false), "{then:?}: {error:?}");
        assert_eq!((error.kind(), error.code().as_str()), (ErrorKind::Network, "NET_GENERIC"));
        let told = error.to_string();
        assert!(told.ends_with("ended: the server did not process the request"), "{told}");
    }
}

#[tokio::test]
async fn an_add_that_the_server_may_have_processed_is_sent_once() {
    for (then, processed) in [
        (Then::GoAwaySilently, 1),
        (Then::Reset(INTERNAL_ERROR), 0),
        // What was answered was processed, whatever the server says of it then.
        (Then::ResetAnswer(REFUSED_STREAM), 1),
    ] {
        let server = Server::start(&[then], None).await;
        let client = server.client(RetryPolicy::new());
        let error = add(&client).await.unwrap_err();
        assert!(error.is_outcome_unknown() && !error.is_retryable(), "{then:?}: {error:?}");
        assert_eq!(server.counts(), (1, processed, 1), "{then:?}");

        // A search does no harm twice.
        let server = Server::start(&[then], None).await;
        let client = server.client(RetryPolicy::new());
        client.search("dinner", Filter::user_id("alice")).await.unwrap();
        assert_eq!(server.counts().0, 2, "{then:?}");
    }
}

/// The odd numbers are the client's requests: the tenth one is 19.
#[tokio::test]
async fn of_many_adds_each_is_processed_once() {
    let plan = [Then::GoAway { after: 40, last: 19, reason: NO_ERROR }; 40];
    let server = Server::start(&plan, None).await;
    let client = server.client(RetryPolicy::new());
    let mut adds: Vec<_> = (0..40)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move { add(&client).await })
        })
        .collect();
    for add in adds.drain(..) {
        add.await.unwrap().unwrap();
    }
    let (came, processed, _) = server.counts();
    assert_eq!((came, processed), (70, 40));
}

/// The client gives a connection up before the server closes it.
#[tokio::test]
async fn adds_at_the_time_of_closing_have_a_known_outcome() {
    const CLOSING: Duration = Duration::from_millis(400);
    let server = Server::start(&[], Some(CLOSING)).await;
    let client = AsyncMemoryClient::builder()
        .api_key("m0-key")
        .base_url(&server.base_url)
        .root_certificate(server.authority.clone())
        .retry(RetryPolicy::none())
        .idle_timeout(CLOSING / 2)
        .build()
        .unwrap();
    for pause in [CLOSING, CLOSING - CLOSING / 20, CLOSING + CLOSING / 20, CLOSING / 10] {
        add(&client).await.unwrap();
        tokio::time::sleep(pause).await;
    }
    add(&client).await.unwrap();
    assert_eq!(server.counts(), (5, 5, 4));
}
