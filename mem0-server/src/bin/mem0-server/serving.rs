use std::io;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, Request, Response, Version, header};
use bytes::Bytes;
use http_body::{Body as _, Frame, SizeHint};
use hyper::body::Incoming;
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use mem0_server::{Metrics, Place, Places};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Instant, Sleep};
use tower_service::Service;

/// How long to wait when the system has no file handles left for connections.
const OUT_OF_FILES: Duration = Duration::from_millis(100);

/// The files that the folder, webhooks and listeners may need.
const OTHER_FILES: usize = 64;

/// The largest head of a request, in bytes; a larger one is answered with 431. It is also what a
/// connection reads and writes at a time.
const LARGEST_HEAD: usize = 64 * 1024;

/// Limits that keep slow clients from blocking the server.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    pub(crate) connections: usize,
    pub(crate) head: Duration,
    /// The longest time for a request's body, and for a client to read its answer.
    pub(crate) body: Duration,
}

/// Serves connections until it is told to stop. The requests that have begun remain to be finished.
pub(crate) async fn serve(
    listener: TcpListener,
    app: Router,
    metrics: Metrics,
    limits: Limits,
    stopping: impl Future<Output = ()>,
) -> Draining {
    let places = Places::new(limits.connections, metrics.clone());
    let graceful = GracefulShutdown::new();
    let mut stopping = pin!(stopping);
    let announcement = Announcement::new(limits.head);
    loop {
        let (stream, place) = tokio::select! {
            next = next(&listener, &places) => next,
            () = &mut stopping => break,
        };
        // An answer is a single write, so waiting for more to send would only delay it.
        let _ = stream.set_nodelay(true);
        let open = metrics.connected();
        let app = app.clone();
        let announcement = announcement.clone();
        let own = place.clone();
        let service = service_fn(move |mut request: Request<Incoming>| {
            let (mut app, announcement) = (app.clone(), announcement.clone());
            let stays = stays_open(&request);
            request.extensions_mut().insert(own.clone());
            let is_unread = Arc::<AtomicBool>::default();
            let timed = |body| Timed::new(body, limits.body, is_unread.clone());
            let request = request.map(|body| Body::new(timed(body)));
            async move {
                let mut response = app.call(request).await?;
                // The connection is closed where a part of the request is still to arrive.
                let stays = stays && !is_unread.load(Ordering::Relaxed);
                announcement.write_to(&mut response, stays);
                Ok::<_, std::convert::Infallible>(response)
            }
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(limits.head)
            .max_buf_size(LARGEST_HEAD)
            .serve_connection(Impatient::new(stream, limits.body), service);
        let connection = graceful.watch(connection);
        tokio::spawn(async move {
            tokio::select! {
                // An error here means that the client's connection is lost.
                _ = connection => {}
                () = place.lost() => {}
            }
            drop((open, place));
        });
    }
    drop(listener);
    announcement.closing.store(true, Ordering::Relaxed);
    Draining(graceful)
}

/// The requests that had begun when the server was told to stop.
pub(crate) struct Draining(GracefulShutdown);

impl Draining {
    /// Waits until they are answered, or until this time.
    pub(crate) async fn finish(self, until: Instant) {
        if tokio::time::timeout_at(until, self.0.shutdown()).await.is_err() {
            tracing::warn!("some requests did not finish in time");
        }
    }
}

/// How many connections can be served, if so many are asked for: each needs a file handle.
pub(crate) fn connections(asked: usize) -> usize {
    let Some(handles) = file_handles() else { return asked };
    let possible = handles.saturating_sub(OTHER_FILES).max(1);
    if possible < asked {
        tracing::info!(
            asked,
            possible,
            "fewer connections are served, since the process may not open more files"
        );
    }
    asked.min(possible)
}

/// How many files the process may open, where the system says so.
fn file_handles() -> Option<usize> {
    let limits = std::fs::read_to_string("/proc/self/limits").ok()?;
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"))?;
    line.split_whitespace().next()?.parse().ok()
}

/// Tells clients in each answer how long the connection stays open. A client that knows this sends
/// nothing while the connection is being closed, and so learns the outcome of every request.
#[derive(Clone)]
struct Announcement {
    timeout: HeaderValue,
    /// Whether the server is stopping.
    closing: Arc<AtomicBool>,
}

impl Announcement {
    fn new(idle: Duration) -> Self {
        let timeout = HeaderValue::try_from(format!("timeout={}", idle.as_secs()));
        Self {
            timeout: timeout.unwrap_or(HeaderValue::from_static("timeout=0")),
            closing: Arc::default(),
        }
    }

    fn write_to<B>(&self, response: &mut Response<B>, stays: bool) {
        const KEEP_ALIVE: HeaderName = HeaderName::from_static("keep-alive");
        let headers = response.headers_mut();
        if stays && !self.closing.load(Ordering::Relaxed) {
            headers.insert(header::CONNECTION, HeaderValue::from_static("keep-alive"));
            headers.insert(KEEP_ALIVE, self.timeout.clone());
        } else {
            headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
    }
}

/// Whether the client allows the connection to stay open.
fn stays_open<B>(request: &Request<B>) -> bool {
    let mut asked = request.headers().get_all(header::CONNECTION).into_iter();
    let closes = |value: &HeaderValue| {
        let words = value.to_str().unwrap_or_default().split(',');
        words.into_iter().any(|word| word.trim().eq_ignore_ascii_case("close"))
    };
    request.version() == Version::HTTP_11 && !asked.any(closes)
}

/// Accepts the next connection and takes a place for it. While there is none, others wait in the
/// system's queue.
async fn next(listener: &TcpListener, places: &Places) -> (TcpStream, Place) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => return (stream, places.take().await),
            Err(error) if is_the_clients(&error) => {}
            Err(error) => {
                tracing::warn!(%error, "connections cannot be accepted at the moment");
                // The reason is nearly always that there are no file handles left.
                places.make_room();
                tokio::time::sleep(OUT_OF_FILES).await;
            }
        }
    }
}

fn is_the_clients(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

/// A body that must arrive within a time.
struct Timed {
    body: Incoming,
    /// Whether all of it was read.
    is_read: bool,
    /// Set if it was not, once nobody reads on.
    is_unread: Arc<AtomicBool>,
    limit: Duration,
    /// Set once the body is waited for, which seldom happens.
    sleep: Option<Pin<Box<Sleep>>>,
    since: Instant,
}

impl Timed {
    fn new(body: Incoming, limit: Duration, is_unread: Arc<AtomicBool>) -> Self {
        let is_read = body.is_end_stream();
        Self { body, is_read, is_unread, limit, sleep: None, since: Instant::now() }
    }
}

impl Drop for Timed {
    fn drop(&mut self) {
        if !self.is_read && !self.body.is_end_stream() {
            self.is_unread.store(true, Ordering::Relaxed);
        }
    }
}

impl http_body::Body for Timed {
    type Data = Bytes;
    type Error = Box<dyn std::error::Error + Send + Sync>;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        if let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(context) {
            self.is_read |= frame.is_none();
            return Poll::Ready(frame.map(|frame| frame.map_err(Into::into)));
        }
        let until = self.since + self.limit;
        let sleep = self.sleep.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(until)));
        sleep
            .as_mut()
            .poll(context)
            .map(|()| Some(Err(io::Error::from(io::ErrorKind::TimedOut).into())))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// A connection that fails when the client does not read for some time.
struct Impatient {
    stream: TokioIo<TcpStream>,
    limit: Duration,
    /// Set while a write waits.
    sleep: Option<Pin<Box<Sleep>>>,
}

impl Impatient {
    fn new(stream: TcpStream, limit: Duration) -> Self {
        Self { stream: TokioIo::new(stream), limit, sleep: None }
    }

    /// The result of a write, or an error if it has waited too long.
    fn bounded(
        &mut self,
        context: &mut Context<'_>,
        written: Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        if written.is_ready() {
            self.sleep = None;
            return written;
        }
        let limit = self.limit;
        let sleep = self.sleep.get_or_insert_with(|| Box::pin(tokio::time::sleep(limit)));
        sleep.as_mut().poll(context).map(|()| Err(io::ErrorKind::TimedOut.into()))
    }
}

impl Read for Impatient {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl Write for Impatient {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.bounded(context, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffers: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, buffers);
        self.bounded(context, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    /// Unlimited: flushing a socket does nothing, so it does not show whether the client reads.
    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
