//! A server that does to a connection what networks and broken servers do. It knows TCP, and of
//! HTTP only where a request ends.

use std::future::Future;
use std::net::{SocketAddr, TcpListener as StdListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Builder;
use tokio::sync::oneshot;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::server::TlsStream;

/// One request as it was read.
#[derive(Debug, Clone)]
pub(crate) struct Heard {
    pub(crate) line: String,
    /// In lower case.
    pub(crate) headers: Vec<String>,
    pub(crate) body: Vec<u8>,
}

/// What a server has seen.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    connections: AtomicUsize,
    /// Connections that are over.
    closed: AtomicUsize,
    /// Requests that came whole.
    requests: AtomicUsize,
}

/// A server on a loopback port, on a thread of its own, until it is dropped.
pub(crate) struct FaultServer {
    address: SocketAddr,
    seen: Arc<Seen>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl FaultServer {
    /// Does this to each connection.
    pub(crate) fn start<F>(serve: impl Fn(Connection) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Option<()>> + Send + 'static,
    {
        Self::start_with(None, serve)
    }

    /// The same after a handshake.
    pub(crate) fn start_tls<F>(
        config: ServerConfig,
        serve: impl Fn(Connection) -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = Option<()>> + Send + 'static,
    {
        Self::start_with(Some(TlsAcceptor::from(Arc::new(config))), serve)
    }

    fn start_with<F>(
        tls: Option<TlsAcceptor>,
        serve: impl Fn(Connection) -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = Option<()>> + Send + 'static,
    {
        let listener = StdListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::new(Seen::default());
        let (stop, stopped) = oneshot::channel();
        let shared = Arc::clone(&seen);
        let thread = std::thread::spawn(move || {
            let runtime = Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                tokio::select! {
                    () = accept(listener, tls, serve, shared) => {}
                    _ = stopped => {}
                }
            });
        });
        Self { address, seen, stop: Some(stop), thread: Some(thread) }
    }

    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn connections(&self) -> usize {
        self.seen.connections.load(Ordering::SeqCst)
    }

    pub(crate) fn requests(&self) -> usize {
        self.seen.requests.load(Ordering::SeqCst)
    }

    /// Waits until so many connections are over.
    #[track_caller]
    pub(crate) fn wait_for_closed(&self, connections: usize) {
        wait_until("connections to be closed", || {
            self.seen.closed.load(Ordering::SeqCst) >= connections
        });
    }

    /// Waits until so many requests came whole: what a client wrote before it gave up may still be
    /// on its way.
    #[track_caller]
    pub(crate) fn wait_for_requests(&self, requests: usize) {
        wait_until("requests to arrive", || self.requests() >= requests);
    }
}

/// Waits for something that is on its way.
#[track_caller]
pub(crate) fn wait_until(what: &str, holds: impl Fn() -> bool) {
    for _ in 0..10_000 {
        if holds() {
            return;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    panic!("waited for {what} in vain");
}

impl Drop for FaultServer {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A server that panicked has failed its client too.
            let _ = thread.join();
        }
    }
}

async fn accept<F>(
    listener: StdListener,
    tls: Option<TlsAcceptor>,
    serve: impl Fn(Connection) -> F + Send + Sync + 'static,
    seen: Arc<Seen>,
) where
    F: Future<Output = Option<()>> + Send + 'static,
{
    let listener = TcpListener::from_std(listener).unwrap();
    let serve = Arc::new(serve);
    loop {
        let Ok((stream, _)) = listener.accept().await else { continue };
        stream.set_nodelay(true).unwrap();
        let number = seen.connections.fetch_add(1, Ordering::SeqCst);
        let (tls, serve, seen) = (tls.clone(), Arc::clone(&serve), Arc::clone(&seen));
        tokio::spawn(async move {
            let stream = match tls {
                None => Some(Stream::Plain(stream)),
                // A client that does not trust us hangs up.
                Some(tls) => tls.accept(stream).await.ok().map(|tls| Stream::Tls(Box::new(tls))),
            };
            if let Some(stream) = stream {
                serve(Connection::new(stream, number, Arc::clone(&seen))).await;
            }
            seen.closed.fetch_add(1, Ordering::SeqCst);
        });
    }
}

enum Stream {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

/// One connection, in the server's hands. Its methods answer `None` once the client has hung up.
pub(crate) struct Connection {
    stream: Stream,
    /// What was received and not yet read.
    received: Vec<u8>,
    /// Its place among the server's connections, from 0.
    pub(crate) number: usize,
    seen: Arc<Seen>,
}

impl Connection {
    fn new(stream: Stream, number: usize, seen: Arc<Seen>) -> Self {
        Self { stream, received: Vec::new(), number, seen }
    }

    fn tcp(&self) -> &TcpStream {
        match &self.stream {
            Stream::Plain(stream) => stream,
            Stream::Tls(stream) => stream.get_ref().0,
        }
    }

    async fn receive(&mut self) -> Option<()> {
        let count = match &mut self.stream {
            Stream::Plain(stream) => stream.read_buf(&mut self.received).await,
            Stream::Tls(stream) => stream.read_buf(&mut self.received).await,
        };
        (count.ok()? > 0).then_some(())
    }

    /// Waits until something has arrived.
    pub(crate) async fn something(&mut self) -> Option<()> {
        if self.received.is_empty() { self.receive().await } else { Some(()) }
    }

    /// Reads so many bytes, and drops them.
    pub(crate) async fn part(&mut self, bytes: usize) -> Option<()> {
        while self.received.len() < bytes {
            self.receive().await?;
        }
        self.received.drain(..bytes);
        Some(())
    }

    /// Reads one whole request.
    pub(crate) async fn request(&mut self) -> Option<Heard> {
        let head = loop {
            match self.received.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
                Some(end) => break end + 4,
                None => self.receive().await?,
            }
        };
        let text = String::from_utf8_lossy(&self.received[..head]).into_owned();
        let mut lines = text.trim_end().split("\r\n");
        let line = lines.next()?.to_owned();
        let headers: Vec<String> = lines.map(str::to_ascii_lowercase).collect();
        let length = headers.iter().find_map(|header| header.strip_prefix("content-length: "));
        let length = length.map_or(Some(0), |length| length.parse().ok())?;
        while self.received.len() < head + length {
            self.receive().await?;
        }
        let rest = self.received.split_off(head + length);
        let mut body = std::mem::replace(&mut self.received, rest);
        body.drain(..head);
        self.seen.requests.fetch_add(1, Ordering::SeqCst);
        Some(Heard { line, headers, body })
    }

    pub(crate) async fn send(&mut self, bytes: &[u8]) -> Option<()> {
        match &mut self.stream {
            Stream::Plain(stream) => stream.write_all(bytes).await.ok(),
            Stream::Tls(stream) => {
                stream.write_all(bytes).await.ok()?;
                stream.flush().await.ok()
            }
        }
    }

    /// Does nothing more until the client hangs up.
    pub(crate) async fn stall(mut self) -> Option<()> {
        loop {
            self.received.clear();
            self.receive().await?;
        }
    }

    /// Ends the connection in order.
    pub(crate) async fn close(mut self) {
        let _ = match &mut self.stream {
            Stream::Plain(stream) => stream.shutdown().await,
            Stream::Tls(stream) => stream.shutdown().await,
        };
    }

    /// Ends the connection as a crashed machine or a firewall does.
    pub(crate) fn reset(self) {
        self.tcp().set_zero_linger().unwrap();
    }
}
