use std::fmt;
use std::sync::Arc;

use mem0_client::requests::GetAllMemories;
use mem0_client::{Error, Malformed, Page, Paged};

use crate::MemoryClient;
use crate::driver::Driver;

/// All memories of a list; made by [`MemoryClient::get_all_iter`].
pub type Memories = Listing<GetAllMemories>;

/// All rows of a list, read page by page as they are asked for; made by [`MemoryClient::iter`] and
/// [`MemoryClient::get_all_iter`].
///
/// However long the list is, the iterator holds one page of it. Rows that are added meanwhile push
/// others onto later pages; each row is still yielded at most once, as long as fewer than 50,000 are
/// added between two pages: so many of the last rows are known again. Rows that are *deleted*
/// meanwhile pull others onto pages that were read already, which no client can see.
///
/// After an error that may pass ([`Error::is_retryable`]) the next call asks for the same page
/// again, at once: wait before you make it. After ten of them in a row, after any other error, and after the
/// last row, there are none. The platform's `next` links are never followed, only counted on.
#[must_use = "nothing is sent before it is asked for a row"]
pub struct Listing<E: Paged> {
    stream: mem0_client::Listing<E>,
    driver: Arc<Driver>,
}

impl MemoryClient {
    /// Lists page after page, each row once, as an iterator. Nothing is sent before the first row is
    /// asked for.
    ///
    /// ```
    /// # use mem0_client_blocking::{Error, MemoryClient, requests::GetMemoryEvents};
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

    /// All rows that are left as one page, which has what the first of them says of the whole list.
    ///
    /// # Errors
    /// The first that reading a page gives; the rows read until then are lost.
    ///
    /// ```
    /// # use mem0_client_blocking::{Error, Memories};
    /// # fn example(all: Memories) -> Result<(), Error> {
    /// let page = all.into_page()?;
    /// println!("{} memories", page.results.len());
    /// # Ok(())
    /// # }
    /// ```
    pub fn into_page(self) -> Result<Page<E::Row>, Error> {
        self.driver.run(self.stream.into_page())
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
