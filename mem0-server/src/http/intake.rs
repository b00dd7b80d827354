use std::pin::Pin;
use std::time::Duration;

use mem0_engine::{JsonSize, Room, Share};

use crate::http::ignored_fields::safe;
use crate::http::rejection::Rejection;

/// The most JSON values in one body, and how many of them may be objects. An add of the most
/// messages has half as many.
const MAX_VALUES: usize = 100_000;
const MAX_OBJECTS: usize = MAX_VALUES / 2;

/// How long a request waits for room in memory.
const PATIENCE: Duration = Duration::from_secs(10);

const MIB: usize = 1024 * 1024;

/// The longest body that takes no room while it arrives.
pub(crate) const SMALL_BODY: usize = 64 * 1024;

/// Waits so long. The router needs no runtime, so whoever serves it lends it a clock.
pub type Sleep = fn(Duration) -> Pin<Box<dyn Future<Output = ()> + Send>>;

/// The room for the bodies and answers of all requests together: what a project may have of it fits
/// the largest body that may be sent.
pub(crate) fn room(body_limit: usize) -> Room {
    Room::new(body_limit.saturating_mul(8).saturating_add(288 * MIB).max(416 * MIB))
}

/// What one request may bring into memory.
#[derive(Clone)]
pub(crate) struct Intake {
    /// For its body, until its values are read.
    pub(crate) body: Share,
    /// For its values, and for its answer.
    pub(crate) share: Share,
    pub(crate) sleep: Option<Sleep>,
}

impl Intake {
    /// Takes room for a body of so many bytes. A small one needs none: there are never more of them
    /// than connections.
    pub(crate) async fn take_body(&self, bytes: usize) -> Result<(), Rejection> {
        match bytes {
            ..=SMALL_BODY => Ok(()),
            _ => self.once_free(&self.body, bytes).await,
        }
    }

    /// Takes room for values of so many bytes.
    pub(crate) async fn take_values(&self, bytes: usize) -> Result<(), Rejection> {
        self.once_free(&self.share, bytes).await
    }

    async fn once_free(&self, share: &Share, bytes: usize) -> Result<(), Rejection> {
        let Err(refused) = share.take(bytes) else { return Ok(()) };
        let Some(sleep) = self.sleep else { return Err(refused.into()) };
        tokio::select! {
            biased;
            () = share.take_once_free(bytes) => Ok(()),
            () = sleep(PATIENCE) => Err(refused.into()),
        }
    }
}

/// Looks at a body before it is read: what it takes in memory with a copy of it, or why it is
/// refused.
pub(crate) fn size(body: &[u8]) -> Result<usize, Rejection> {
    let size = JsonSize::of(body);
    if size.values <= MAX_VALUES && size.objects <= MAX_OBJECTS {
        return Ok(size.bytes.saturating_mul(2));
    }
    let name = size.largest_field.and_then(|name| body.get(name));
    let field = name.map(|name| format!("{}: ", safe(&String::from_utf8_lossy(name))));
    Err(Rejection::invalid(format!(
        "{}the request body must not have more than {MAX_VALUES} JSON values on all levels together, \
         or {MAX_OBJECTS} objects; send them in several requests",
        field.unwrap_or_default()
    )))
}
