use std::future::Future;
use std::pin::Pin;

use mem0_client::{AsyncMemoryClient, Error};
use mem0_client_blocking::MemoryClient;

pub(crate) type Pending<'a> = Pin<Box<dyn Future<Output = Result<(), Error>> + 'a>>;

/// One call, as each of the two clients makes it.
pub(crate) struct Call {
    /// The method that is called.
    pub(crate) method: &'static str,
    pub(crate) on_async: fn(&AsyncMemoryClient) -> Pending<'_>,
    pub(crate) on_blocking: fn(&MemoryClient) -> Result<(), Error>,
}

/// The same method with the same arguments on both clients: `call!(get("m-1"))`.
macro_rules! call {
    ($method:ident($($argument:expr),* $(,)?)) => {
        call!(@ $method($($argument),*) Ok)
    };
    // One with an outcome for each item, which must all be successes.
    ($method:ident($($argument:expr),* $(,)?) all) => {
        call!(@ $method($($argument),*) mem0_client::Outcomes::all)
    };
    (@ $method:ident($($argument:expr),*) $succeeded:expr) => {
        $crate::both_clients::Call {
            method: stringify!($method),
            on_async: |client| Box::pin(async move {
                client.$method($($argument),*).await.and_then($succeeded).map(drop)
            }),
            on_blocking: |client| {
                client.$method($($argument),*).and_then($succeeded).map(drop)
            },
        }
    };
}
