use std::fmt;
use std::sync::Arc;

use mem0_client::requests::GetAllMemories;
use mem0_client::{Error, Malformed, Page, Paged};

use crate::MemoryClient;
use crate::driver::Driver;

/// All memories of a list. [`MemoryClient::get_all_iter`] makes one.
pub type Memories = Listing<GetAllMemories>;

/// All rows of a list, which reads the next page when it is needed. [`MemoryClient::iter`] and
/// [`MemoryClient::get_all_iter`] make one.
///
/// The iterator holds one page of the list, however long the list is. Rows that are added meanwhile
/// push others onto later pages. Each row is still yielded at most once, as long as fewer than
/// 50,000 rows are added between two pages, since the last 50,000 rows are remembered. Rows that
/// are *deleted* meanwhile pull others onto pages that were read already; no client can see those.
///
/// After a retryable error ([`Error::is_retryable`]), the next call of `next` asks for the same
/// page again, at once: wait before you make it. The iterator ends after the last row, after ten
/// retryable errors in a row, and after any other error. The platform's `next` links are never
/// followed; they only tell whether there is another page.
#[must_use = "nothing is sent before it is asked for a row"]
pub struct Listing<E: Paged> {
    stream: mem0_client::Listing<E>,
    driver: Arc<Driver>,
}

/// Lists of every kind.
impl MemoryClient {
    /// Lists all pages, each row once, as an iterator. Nothing is sent before the first row is
    /// asked for.
    ///
    /// ```
    /// # use mem0_sdk::{Error, MemoryClient, requests::GetMemoryEvents};
    /// # fn example(client: MemoryClient) -> Result<(), Error> {
    /// for change in client.iter(GetMemoryEvents::new()) {
    ///     println!("{:?}", change?.event);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn iter<E: Paged>(&self, request: E) -> Listing<E> {
        Listing::new(self, self.inner.stream(request))
    }
}

impl<E: Paged> Listing<E> {
    pub(crate) fn new(client: &MemoryClient, stream: mem0_client::Listing<E>) -> Self {
        Self { stream, driver: client.driver() }
    }

    /// All remaining rows as one page. Its totals are those of the first page that is read.
    ///
    /// # Errors
    /// The first error of reading a page. The rows that were read before it are lost.
    ///
    /// ```
    /// # use mem0_sdk::{Error, blocking::Memories};
    /// # fn example(all: Memories) -> Result<(), Error> {
    /// let page = all.into_page()?;
    /// println!("{} memories", page.results.len());
    /// # Ok(())
    /// # }
    /// ```
    pub fn into_page(self) -> Result<Page<E::Row>, Error> {
        self.driver.run(self.stream.into_page())
    }

    /// The rows that could not be read so far.
    ///
    /// ```
    /// # use mem0_sdk::blocking::Memories;
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

impl<E: Paged> Iterator for Listing<E> {
    type Item = Result<E::Row, Error>;

    fn next(&mut self) -> Option<Result<E::Row, Error>> {
        let stream = &mut self.stream;
        if let Some(row) = stream.next_read() {
            return Some(Ok(row));
        }
        self.driver.run(async { stream.next().await.transpose() }).transpose()
    }
}

impl<E: Paged> fmt::Debug for Listing<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.stream.fmt(f)
    }
}
