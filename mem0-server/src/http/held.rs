use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes};
use axum::response::Response;
use http_body::{Frame, SizeHint};

/// Keeps something until the answer is written to its client, or the client is gone.
pub(crate) fn held(response: Response, kept: impl Send + Sync + 'static) -> Response {
    response.map(|body| Body::new(Held { body, kept: Arc::new(kept) }))
}

struct Held<K> {
    body: Body,
    kept: Arc<K>,
}

/// The bytes on their way to the client: a connection owns them until it has sent them.
struct Sent<K> {
    bytes: Bytes,
    _kept: Arc<K>,
}

impl<K> AsRef<[u8]> for Sent<K> {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl<K: Send + Sync + 'static> http_body::Body for Held<K> {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let kept = self.kept.clone();
        let frame = Pin::new(&mut self.body).poll_frame(context);
        frame.map_ok(|frame| frame.map_data(|bytes| Bytes::from_owner(Sent { bytes, _kept: kept })))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use http_body::Body as _;

    use super::*;

    #[tokio::test]
    async fn what_is_held_ends_with_the_last_bytes() {
        let kept = Arc::new(());
        let response = held(Response::new(Body::from("tea")), kept.clone());
        let mut body = response.into_body();
        assert_eq!(body.size_hint().exact(), Some(3));
        let frame = std::future::poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await;
        let bytes = frame.unwrap().unwrap().into_data().unwrap();
        drop(body);
        assert_eq!((&*bytes, Arc::strong_count(&kept)), (&b"tea"[..], 2));
        drop(bytes);
        assert_eq!(Arc::strong_count(&kept), 1);
    }
}
