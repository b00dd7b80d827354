use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use crate::Error;

/// The answer to a call, to be awaited: a `T` or an [`Error`]. Each method of
/// [`AsyncMemoryClient`](crate::AsyncMemoryClient) makes one.
///
/// Nothing is sent before it is polled. Dropping it cancels the call, retries included. It borrows
/// the client alone: what the method was given was taken or copied when it was called.
///
/// ```
/// use mem0_sdk::{Answer, AsyncMemoryClient, Filter, Memory, Page};
///
/// fn hers(client: &AsyncMemoryClient) -> Answer<'_, Page<Memory>> {
///     client.get_all(Filter::user_id("alice"))
/// }
/// ```
// Not an `async fn`, whose future is bound to the types of the arguments: the compiler would tell
// of one wrong argument three times.
#[must_use = "nothing is sent before it is awaited"]
pub struct Answer<'a, T>(Pin<Box<dyn Future<Output = Result<T, Error>> + Send + 'a>>);

impl<'a, T> Answer<'a, T> {
    pub(crate) fn new(call: impl Future<Output = Result<T, Error>> + Send + 'a) -> Self {
        Self(Box::pin(call))
    }
}

impl<T> Future for Answer<'_, T> {
    type Output = Result<T, Error>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.as_mut().poll(context)
    }
}

impl<T> fmt::Debug for Answer<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Answer")
    }
}

#[cfg(test)]
mod tests {
    use crate::{AsyncMemoryClient, Filter, Message, Scope};

    /// With thousands of calls in flight there are as many futures.
    #[test]
    fn a_call_that_waits_takes_less_than_2_kib() {
        let client = AsyncMemoryClient::new("m0-key").unwrap();
        let add = client.add([Message::user("a"), Message::assistant("b")], Scope::user("alice"));
        let search = client.search("dinner", Filter::user_id("alice"));
        assert!(size_of_val(&*add.0) < 2048, "add: {} bytes", size_of_val(&*add.0));
        assert!(size_of_val(&*search.0) < 2048, "search: {} bytes", size_of_val(&*search.0));
    }
}
