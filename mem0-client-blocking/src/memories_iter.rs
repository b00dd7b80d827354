use std::fmt;
use std::sync::Arc;

use mem0_client::{Error, Malformed, Memory};

use crate::MemoryClient;
use crate::driver::Driver;

/// All memories of a list, read page by page as they are asked for; made by
/// [`MemoryClient::get_all_iter`].
///
/// Memories that are added meanwhile push others onto later pages; each memory is still yielded at
/// most once, for which the iterator keeps 16 bytes of each. Memories that are *deleted* meanwhile
/// pull others onto pages that were read already, which no client can see.
///
/// After an error that may pass ([`Error::is_retryable`]) the next call asks for the same page
/// again; after any other error, and after the last memory, there are none.
pub struct Memories {
    stream: mem0_client::Memories,
    driver: Arc<Driver>,
}

impl Memories {
    pub(crate) fn new(client: &MemoryClient, stream: mem0_client::Memories) -> Self {
        Self { stream, driver: client.driver() }
    }

    /// The rows so far that could not be read.
    ///
    /// ```
    /// # use mem0_client_blocking::Memories;
    /// fn report(all: &Memories) {
    ///     for row in all.malformed() {
    ///         eprintln!("{}", row.reason());
    ///     }
    /// }
    /// ```
    pub fn malformed(&self) -> &[Malformed] {
        self.stream.malformed()
    }
}

impl Iterator for Memories {
    type Item = Result<Memory, Error>;

    fn next(&mut self) -> Option<Result<Memory, Error>> {
        let stream = &mut self.stream;
        self.driver.run(async { stream.next().await.transpose() }).transpose()
    }
}

impl fmt::Debug for Memories {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.stream.fmt(f)
    }
}
