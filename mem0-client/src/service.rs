use std::error::Error as StdError;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;

use bytes::{Buf, Bytes, BytesMut};
use http::response::Parts;
use http::{Request, Response};
use http_body::Body as HttpBody;
use tower_service::Service;

use crate::Body;

pub(crate) type BoxError = Box<dyn StdError + Send + Sync>;

type Answer = Result<(Parts, Bytes), ServiceError>;

/// Why a service gave no whole answer.
#[derive(Debug)]
pub(crate) enum ServiceError {
    /// The service failed before or while it answered.
    Failed(BoxError),
    /// The answer that began so was larger than the limit.
    TooLarge(Box<Parts>),
}

/// Whatever sends a request: our own HTTP client, the caller's, or a service in this process.
///
/// Its one method reads the whole body too, so that the types of every service and body end here.
pub(crate) trait Transport: Send + Sync {
    fn send(
        &self,
        request: Request<Body>,
        limit: usize,
    ) -> Pin<Box<dyn Future<Output = Answer> + Send + '_>>;
}

pub(crate) struct TowerTransport<S>(S);

/// Erases the type of a tower service.
pub(crate) fn transport<S, B>(service: S) -> Arc<dyn Transport>
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
        limit: usize,
    ) -> Pin<Box<dyn Future<Output = Answer> + Send + '_>> {
        let mut service = self.0.clone();
        Box::pin(async move {
            let failed = |error: S::Error| ServiceError::Failed(error.into());
            poll_fn(|context| service.poll_ready(context)).await.map_err(failed)?;
            let (parts, body) = service.call(request).await.map_err(failed)?.into_parts();
            match collect(body, limit).await.map_err(ServiceError::Failed)? {
                Some(bytes) => Ok((parts, bytes)),
                None => Err(ServiceError::TooLarge(Box::new(parts))),
            }
        })
    }
}

/// The whole body, or `None` when it has more bytes than the limit.
async fn collect<B>(body: B, limit: usize) -> Result<Option<Bytes>, BoxError>
where
    B: HttpBody,
    B::Error: Into<BoxError>,
{
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
        // Most answers are one frame, which then needs no copy.
        if first.is_none() && all.is_empty() {
            first = Some(data.copy_to_bytes(data.remaining()));
        } else {
            all.extend(first.take());
            all.extend_from_slice(&data.copy_to_bytes(data.remaining()));
        }
    }
    Ok(Some(first.unwrap_or_else(|| all.freeze())))
}
