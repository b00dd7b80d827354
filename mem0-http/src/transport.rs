use std::error::Error as StdError;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;

use bytes::{Buf, Bytes, BytesMut};
use http::response::Parts;
use http::{Request, Response};
use http_body::Body as HttpBody;
use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::task::yield_now;
use tokio::time::{Instant, timeout_at};
use tower_service::Service;

use crate::{Body, later};

/// An error of any type.
pub type BoxError = Box<dyn StdError + Send + Sync>;

/// The result of one attempt: a whole answer, of any status.
pub type Answer = Result<(Parts, Bytes), ServiceError>;

/// Why a service gave no whole answer.
#[derive(Debug)]
pub enum ServiceError {
    /// The service was not ready before the deadline, and nothing was sent.
    Busy,
    /// The service will never be ready again, and nothing was sent.
    Closed(BoxError),
    /// The service took the request, and did not answer in time.
    Slow,
    /// The service took the request, and failed before it answered.
    Failed(BoxError),
    /// The service answered, and failed before its answer was whole.
    CutOff(BoxError),
    /// The answer that began with this head is larger than the limit.
    TooLarge(Box<Parts>),
}

/// The limits of one attempt.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// When the call ends, whatever the state of the attempt.
    pub deadline: Instant,
    /// How long the attempt may take from when the service takes the request.
    pub timeout: Duration,
    /// How many bytes an answer may have.
    pub bytes: usize,
}

/// Anything that sends a request: our own HTTP client, the caller's, or a service in this process.
///
/// Its one method also keeps the limits and reads the whole body, so that nothing beyond it is
/// generic over the types of services and bodies.
pub trait Transport: Send + Sync {
    /// Sends the request, and reads the answer.
    fn send(
        &self,
        request: Request<Body>,
        limits: Limits,
    ) -> Pin<Box<dyn Future<Output = Answer> + Send + '_>>;
}

struct TowerTransport<S>(S);

/// A tower service as a transport.
pub fn transport<S, B>(service: S) -> Arc<dyn Transport>
where
    S: Service<Request<Body>, Response = Response<B>> + Clone + Send + Sync + 'static,
    S::Future: Send,
    S::Error: Into<BoxError>,
    B: HttpBody + Send + 'static,
    B::Data: Send,
    B::Error: Into<BoxError>,
{
    Arc::new(TowerTransport(service))
}

impl<S, B> Transport for TowerTransport<S>
where
    S: Service<Request<Body>, Response = Response<B>> + Clone + Send + Sync + 'static,
    S::Future: Send,
    S::Error: Into<BoxError>,
    B: HttpBody + Send + 'static,
    B::Data: Send,
    B::Error: Into<BoxError>,
{
    fn send(
        &self,
        request: Request<Body>,
        limits: Limits,
    ) -> Pin<Box<dyn Future<Output = Answer> + Send + '_>> {
        let mut service = self.0.clone();
        Box::pin(async move {
            let ready = poll_fn(|context| service.poll_ready(context));
            match timeout_at(limits.deadline, ready).await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => return Err(ServiceError::Closed(error.into())),
                Err(_) => return Err(ServiceError::Busy),
            }
            let until = limits.deadline.min(later(Instant::now(), limits.timeout));
            let answer = async {
                // Lets connections learn that the server closed them while this thread was busy
                // elsewhere; without this the request would be sent on one of them. It is also
                // needed right after an answer, since some servers close the connection behind it.
                // The timeout is set already: setting it while tokio has no other timer would make
                // tokio wake itself up.
                yield_now().await;
                let failed = |error: S::Error| ServiceError::Failed(error.into());
                let (parts, body) = service.call(request).await.map_err(failed)?.into_parts();
                match collect(body, limits.bytes).await.map_err(ServiceError::CutOff)? {
                    Some(bytes) => Ok((parts, bytes)),
                    None => Err(ServiceError::TooLarge(Box::new(parts))),
                }
            };
            let answer = timeout_at(until, answer).await.unwrap_or(Err(ServiceError::Slow));
            if shares_its_thread() {
                // A connection counts as idle from when the pool's own task takes it back. If that
                // had to wait until this thread has nothing else to do, an old connection would
                // pass for a new one.
                yield_now().await;
            }
            answer
        })
    }
}

/// Whether this runs in a task that keeps all others from running while it does not yield. The
/// future that a runtime was given to drive is polled when the others have run.
fn shares_its_thread() -> bool {
    let is_single = |handle: Handle| handle.runtime_flavor() == RuntimeFlavor::CurrentThread;
    tokio::task::try_id().is_some() && Handle::try_current().is_ok_and(is_single)
}

/// The whole body, or `None` when it has more bytes than the limit.
async fn collect<B>(body: B, limit: usize) -> Result<Option<Bytes>, BoxError>
where
    B: HttpBody,
    B::Error: Into<BoxError>,
{
    /// How much room a body gets before it comes, whatever it says about its size.
    const RESERVED: usize = 1024 * 1024;

    // A body that says that it is too large need not arrive.
    if body.size_hint().lower() > limit as u64 {
        return Ok(None);
    }
    let mut body = pin!(body);
    let mut first = None;
    let mut all = BytesMut::new();
    while let Some(frame) = poll_fn(|context| body.as_mut().poll_frame(context)).await {
        let Ok(mut data) = frame.map_err(Into::into)?.into_data() else {
            continue;
        };
        let size = all.len() + first.as_ref().map_or(0, Bytes::len) + data.remaining();
        if size > limit {
            return Ok(None);
        }
        // Most answers are one frame, which is then not copied.
        if first.is_none() && all.is_empty() {
            first = Some(data.copy_to_bytes(data.remaining()));
        } else {
            if let Some(first) = first.take() {
                let rest = usize::try_from(body.size_hint().lower()).unwrap_or(RESERVED);
                all.reserve((size + rest).min(limit).min(RESERVED));
                all.extend_from_slice(&first);
            }
            all.extend_from_slice(&data.copy_to_bytes(data.remaining()));
        }
    }
    Ok(Some(first.unwrap_or_else(|| all.freeze())))
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;
    use std::convert::Infallible;
    use std::task::{Context, Poll};

    use http_body::{Frame, SizeHint};

    use super::*;

    /// Pieces that say their size beforehand.
    struct Pieces(VecDeque<Bytes>);

    impl HttpBody for Pieces {
        type Data = Bytes;
        type Error = Infallible;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
            Poll::Ready(self.0.pop_front().map(|piece| Ok(Frame::data(piece))))
        }

        fn size_hint(&self) -> SizeHint {
            SizeHint::with_exact(self.0.iter().map(|piece| piece.len() as u64).sum())
        }
    }

    #[tokio::test]
    async fn a_body_that_says_its_size_may_be_as_large_as_the_limit() {
        for pieces in [&["abcdef"][..], &["a", "b", "cdef"], &["abcde", "f"], &["", "abcdef", ""]] {
            let body = || Pieces(pieces.iter().map(|piece| Bytes::from(*piece)).collect());
            assert_eq!(collect(body(), 6).await.unwrap().unwrap(), "abcdef");
            assert_eq!(collect(body(), 5).await.unwrap(), None);
        }
        assert_eq!(collect(Pieces(VecDeque::new()), 0).await.unwrap().unwrap(), "");
    }
}
