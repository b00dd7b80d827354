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
/// **Each row comes once.** Rows may be added, deleted and changed meanwhile, by the loop itself
/// too. What is in the list from the first request to the last is yielded once, or an error says
/// that it may not have been; nothing is yielded twice. What is added or deleted meanwhile may come
/// or not.
///
/// The platform has page numbers only, so that a deleted row pulls the others onto pages that were
/// read already. The iterator sees that by the `count` of the pages and by the rows that come
/// again, and then reads the list once more from its first page, until nothing has moved. A list
/// that does not change, or only grows at its front, costs one request for each page. A loop that
/// deletes what it gets costs a few more. A list of several pages without `count` is read twice.
/// From the sixth reading on the iterator waits before it reads again, 10 ms at first and 1 s at
/// most. After 30 readings it ends with [`ListChanged`](crate::ErrorKind::ListChanged). What no
/// client can see is a row that is deleted while another one is added *behind* the pages that were
/// read.
///
/// To delete all memories of a user, agent, app or run, use
/// [`delete_all`](MemoryClient::delete_all): it is one request.
///
/// The iterator holds one page, and 16 bytes for each row (with their table, 36 MB after a
/// million).
///
/// After a retryable error ([`Error::is_retryable`]), the next call of `next` asks for the same
/// page again, at once: wait before you make it. The iterator ends after the last row, after ten
/// retryable errors in a row, and after any other error. A list that never ends is an error too:
/// after 100 pages without a new row, and after 10,000 pages unless the list's `count` is larger,
/// at the latest after 100,000. The platform's `next` links are never followed; they only tell
/// whether there is another page.
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
    /// # use mem0_sdk::{Error, MemoryClient};
    /// use mem0_sdk::requests::GetMemoryEvents;
    ///
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
