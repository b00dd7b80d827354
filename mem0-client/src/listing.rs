use std::collections::{HashSet, VecDeque};
use std::fmt;
use std::future::{Future, poll_fn};
use std::hash::{BuildHasher, Hash, RandomState};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use mem0_types::requests::GetAllMemories;
use mem0_types::{Malformed, Page, Paged};

use crate::{AsyncMemoryClient, Error};

type PageFuture<T> = Pin<Box<dyn Future<Output = Result<Page<T>, Error>> + Send>>;

/// After this many pages in a row without a new row, the list is considered endless.
const FRUITLESS_PAGES: u32 = 100;

/// After this many retryable errors in a row, the list ends. A caller that skips errors would
/// otherwise ask forever.
const FAILED_READS: u32 = 10;

/// All memories of a list. [`AsyncMemoryClient::get_all_stream`] makes one.
pub type Memories = Listing<GetAllMemories>;

/// All rows of a list, which reads the next page when it is needed. [`AsyncMemoryClient::stream`]
/// and [`AsyncMemoryClient::get_all_stream`] make one.
///
/// The stream holds one page of the list, however long the list is. Rows that are added meanwhile
/// push others onto later pages. Each row is still yielded at most once, as long as fewer than
/// 50,000 rows are added between two pages, since the last 50,000 rows are remembered. Rows that
/// are *deleted* meanwhile pull others onto pages that were read already; no client can see those.
///
/// After a retryable error ([`Error::is_retryable`]), polling again asks for the same page again,
/// at once: wait before you do. The stream ends after the last row, after ten retryable errors in a
/// row, and after any other error. Dropping it stops it. The platform's `next` links are never
/// followed; they only tell whether there is another page.
#[must_use = "nothing is sent before it is polled"]
pub struct Listing<E: Paged> {
    client: AsyncMemoryClient,
    /// The next request and the number of its page.
    next: Option<(E, u64)>,
    pending: Option<PageFuture<E::Row>>,
    read: VecDeque<E::Row>,
    seen: LastSeen,
    malformed: Vec<Malformed>,
    fruitless: u32,
    failed: u32,
}

/// Lists of every kind.
impl AsyncMemoryClient {
    /// Lists all pages, each row once, as a stream. Nothing is sent before the stream is polled.
    ///
    /// ```
    /// # use mem0_sdk::{AsyncMemoryClient, Error, requests::GetMemoryEvents};
    /// # async fn example(client: AsyncMemoryClient) -> Result<(), Error> {
    /// let mut changes = client.stream(GetMemoryEvents::new());
    /// while let Some(change) = changes.next().await {
    ///     println!("{:?}", change?.event);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn stream<E: Paged>(&self, request: E) -> Listing<E> {
        Listing::new(self.clone(), request)
    }
}

impl<E: Paged> Listing<E> {
    pub(crate) fn new(client: AsyncMemoryClient, request: E) -> Self {
        let first = request.first_page();
        Self {
            client,
            next: Some((request, first)),
            pending: None,
            read: VecDeque::new(),
            seen: LastSeen::default(),
            malformed: Vec::new(),
            fruitless: 0,
            failed: 0,
        }
    }

    /// The next row; `None` after the last.
    ///
    /// Cancel safe: dropping the future loses no row.
    ///
    /// ```
    /// # use mem0_sdk::{Error, Memories};
    /// # async fn example(mut all: Memories) -> Result<(), Error> {
    /// while let Some(memory) = all.next().await {
    ///     println!("{}", memory?.memory);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub async fn next(&mut self) -> Option<Result<E::Row, Error>> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }

    /// The next row of the page that was read last, if it has one left. Nothing is sent.
    ///
    /// For the blocking client, which enters its runtime only to send something.
    #[doc(hidden)]
    pub fn next_read(&mut self) -> Option<E::Row> {
        self.read.pop_front()
    }

    /// All remaining rows as one page. Its totals are those of the first page that is read.
    ///
    /// # Errors
    /// The first error of reading a page. The rows that were read before it are lost.
    ///
    /// ```
    /// # use mem0_sdk::{Error, Memories};
    /// # async fn example(all: Memories) -> Result<(), Error> {
    /// let page = all.into_page().await?;
    /// println!("{} memories", page.results.len());
    /// # Ok(())
    /// # }
    /// ```
    pub async fn into_page(self) -> Result<Page<E::Row>, Error> {
        let mut rest = self;
        let mut all: Option<Page<E::Row>> = None;
        while let Some(page) = poll_fn(|context| rest.poll_page(context)).await {
            let page = page?;
            match &mut all {
                None => all = Some(page),
                Some(all) => all.results.extend(page.results),
            }
        }
        let mut all = all.unwrap_or_else(|| Page::new(Vec::new()));
        all.results.splice(..0, rest.read);
        all.malformed = rest.malformed;
        all.next = None;
        Ok(all)
    }

    /// The rows that could not be read so far.
    ///
    /// ```
    /// # use mem0_sdk::Memories;
    /// fn report(all: &Memories) {
    ///     for row in all.malformed() {
    ///         eprintln!("{}", row.reason());
    ///     }
    /// }
    /// ```
    pub fn malformed(&self) -> &[Malformed] {
        &self.malformed
    }

    /// The next page without the rows that were seen before.
    fn poll_page(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Page<E::Row>, Error>>> {
        let Some((request, number)) = &self.next else {
            return Poll::Ready(None);
        };
        let number = *number;
        let pending = self.pending.get_or_insert_with(|| {
            let (client, request) = (self.client.clone(), request.clone());
            Box::pin(async move { client.value(request).await })
        });
        let answer = ready!(pending.as_mut().poll(context));
        self.pending = None;
        Poll::Ready(match answer {
            Ok(page) => Some(self.take(page, number)),
            // The last rows were deleted after the page before was read.
            Err(error) if number > 1 && error.is_beyond_last_page() => {
                self.next = None;
                None
            }
            Err(error) => {
                self.failed += 1;
                if !error.is_retryable() || self.failed == FAILED_READS {
                    self.next = None;
                }
                Some(Err(error))
            }
        })
    }

    fn take(&mut self, mut page: Page<E::Row>, number: u64) -> Result<Page<E::Row>, Error> {
        self.failed = 0;
        page.results.retain(|row| self.seen.is_new(&E::key(row)));
        self.malformed.append(&mut page.malformed);
        self.fruitless = if page.results.is_empty() { self.fruitless + 1 } else { 0 };
        let request = self.next.take().filter(|_| page.next.is_some()).map(|(request, _)| request);
        if let Some(request) = request {
            if self.fruitless == FRUITLESS_PAGES {
                return Err(endless(request));
            }
            self.next = Some((request.at_page(number + 1), number + 1));
        }
        Ok(page)
    }
}

/// The last rows, as hashes of 16 bytes each.
///
/// They are in two sets: when the newer is full, the older is dropped. That is enough, since a row
/// that an insert pushes onto the next page is one of the last.
#[derive(Default)]
struct LastSeen {
    newer: HashSet<u128>,
    older: HashSet<u128>,
    hashers: [RandomState; 2],
}

impl LastSeen {
    const ROWS: usize = 50_000;

    /// Whether the row was not among the last rows. Adds it to them.
    fn is_new(&mut self, row: &impl Hash) -> bool {
        let [first, second] = &self.hashers;
        let hash = u128::from(first.hash_one(row)) << 64 | u128::from(second.hash_one(row));
        let is_new = self.newer.insert(hash) && !self.older.contains(&hash);
        if self.newer.len() == Self::ROWS {
            std::mem::swap(&mut self.newer, &mut self.older);
            self.newer.clear();
        }
        is_new
    }
}

/// The error of a list that seems to have no end.
fn endless<E: Paged>(request: E) -> Error {
    let message = format!("{FRUITLESS_PAGES} pages in a row held nothing new");
    let error = Error::decode(&message, http::StatusCode::OK, http::HeaderMap::new());
    match request.into_call() {
        Ok(call) => error.about(call.operation()),
        Err(_) => error,
    }
}

/// Nothing in it is ever pinned.
impl<E: Paged> Unpin for Listing<E> {}

impl<E: Paged> Stream for Listing<E> {
    type Item = Result<E::Row, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if let Some(row) = self.next_read() {
                return Poll::Ready(Some(Ok(row)));
            }
            match ready!(self.poll_page(context)) {
                None => return Poll::Ready(None),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                Some(Ok(page)) => self.read.extend(page.results),
            }
        }
    }
}

impl<E: Paged> fmt::Debug for Listing<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Listing")
            .field("next_page", &self.next.as_ref().map(|(_, number)| number))
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_rows_are_known_again_and_no_more_are_kept() {
        let mut seen = LastSeen::default();
        for start in (0..1_000_000).step_by(70_000) {
            let rows = start..start + 70_000;
            assert!(rows.clone().all(|row| seen.is_new(&row)));
            // As many rows as promised were added, and so many rows come again.
            assert!(!rows.skip(70_000 - LastSeen::ROWS + 1).any(|row| seen.is_new(&row)));
            assert!(seen.newer.len() + seen.older.len() <= 2 * LastSeen::ROWS);
        }
    }
}
