mod reading;

use std::collections::VecDeque;
use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use futures_core::Stream;
use mem0_types::requests::GetAllMemories;
use mem0_types::{Malformed, Page, Paged};

use self::reading::{READINGS, Reading, Then};
use crate::{AsyncMemoryClient, Error};

type PageFuture<T> = Pin<Box<dyn Future<Output = Result<Page<T>, Error>> + Send>>;

/// After this many retryable errors in a row, the list ends. A caller that skips errors would
/// otherwise ask forever.
const FAILED_READS: u32 = 10;

/// All memories of a list. [`AsyncMemoryClient::get_all_stream`] makes one.
pub type Memories = Listing<GetAllMemories>;

/// All rows of a list, which reads the next page when it is needed. [`AsyncMemoryClient::stream`]
/// and [`AsyncMemoryClient::get_all_stream`] make one.
///
/// **Each row comes once.** Rows may be added, deleted and changed meanwhile, by the loop itself
/// too. What is in the list from the first request to the last is yielded once, or an error says
/// that it may not have been; nothing is yielded twice. What is added or deleted meanwhile may come
/// or not.
///
/// The platform has page numbers only, so that a deleted row pulls the others onto pages that were
/// read already. The stream sees that by the `count` of the pages and by the rows that come again,
/// and then reads the list once more from its first page, until nothing has moved. A list that does
/// not change, or only grows at its front, costs one request for each page. A loop that deletes
/// what it gets costs a few more. A list of several pages without `count` is read twice. From the
/// sixth reading on the stream waits before it reads again, 10 ms at first and 1 s at most. After
/// 30 readings it ends with [`ListChanged`](crate::ErrorKind::ListChanged). What no client can see
/// is a row that is deleted while another one is added *behind* the pages that were read.
///
/// To delete all memories of a user, agent, app or run, use
/// [`delete_all`](AsyncMemoryClient::delete_all): it is one request.
///
/// The stream holds one page, and 16 bytes for each row (with their table, 36 MB after a million).
///
/// After a retryable error ([`Error::is_retryable`]), polling again asks for the same page again,
/// at once: wait before you do. The stream ends after the last row, after ten retryable errors in a
/// row, and after any other error. A list that never ends is an error too: after 100 pages without
/// a new row, and after 10,000 pages unless the list's `count` is larger, at the latest after
/// 100,000. Dropping the stream stops it. The platform's `next` links are never followed; they only
/// tell whether there is another page.
#[must_use = "nothing is sent before it is polled"]
pub struct Listing<E: Paged> {
    client: AsyncMemoryClient,
    request: E,
    /// The number of the next page.
    next: Option<u64>,
    /// What is waited before it is asked for.
    pause: Duration,
    pending: Option<PageFuture<E::Row>>,
    read: VecDeque<E::Row>,
    reading: Reading,
    malformed: Vec<Malformed>,
    failed: u32,
    /// The error that comes after the rows.
    last_error: Option<Error>,
}

/// Lists of every kind.
impl AsyncMemoryClient {
    /// Lists all pages, each row once, as a stream. Nothing is sent before the stream is polled.
    ///
    /// ```
    /// # use mem0_sdk::{AsyncMemoryClient, Error};
    /// use mem0_sdk::requests::GetMemoryEvents;
    ///
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
            request,
            next: Some(first),
            pause: Duration::ZERO,
            pending: None,
            read: VecDeque::new(),
            reading: Reading::default(),
            malformed: Vec::new(),
            failed: 0,
            last_error: None,
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

    /// The next page without the rows that came before.
    fn poll_page(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Page<E::Row>, Error>>> {
        if let Some(error) = self.last_error.take() {
            return Poll::Ready(Some(Err(error)));
        }
        let Some(number) = self.next else {
            return Poll::Ready(None);
        };
        let first = self.request.first_page();
        let pending = self.pending.get_or_insert_with(|| {
            let client = self.client.clone();
            let request = match number == first {
                true => self.request.clone(),
                false => self.request.clone().at_page(number),
            };
            let pause = std::mem::take(&mut self.pause);
            Box::pin(async move {
                if !pause.is_zero() {
                    tokio::time::sleep(pause).await;
                }
                client.value(request).await
            })
        });
        let answer = ready!(pending.as_mut().poll(context));
        self.pending = None;
        let (page, then) = match answer {
            Ok(mut page) => {
                let then = self.reading.take::<E>(&mut page);
                self.malformed.append(&mut page.malformed);
                (page, then)
            }
            // The last rows were deleted after the page before was read.
            Err(error) if number > first && error.is_beyond_last_page() => {
                (Page::new(Vec::new()), self.reading.miss_page())
            }
            Err(error) => {
                self.failed += 1;
                if !error.is_retryable() || self.failed == FAILED_READS {
                    self.next = None;
                }
                return Poll::Ready(Some(Err(error)));
            }
        };
        self.failed = 0;
        self.next = match then {
            Then::Continue => Some(number + 1),
            Then::ReadAgain { after } => {
                self.pause = after;
                Some(first)
            }
            Then::End | Then::Endless | Then::Unsettled => None,
        };
        self.last_error = match then {
            Then::Endless => Some(self.about(Error::endless_list())),
            Then::Unsettled => Some(self.about(Error::list_changed(READINGS))),
            Then::Continue | Then::ReadAgain { .. } | Then::End => None,
        };
        Poll::Ready(Some(Ok(page)))
    }

    fn about(&self, error: Error) -> Error {
        match self.request.clone().into_call() {
            Ok(call) => error.about(call.operation()),
            Err(_) => error,
        }
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
        f.debug_struct("Listing").field("next_page", &self.next).finish_non_exhaustive()
    }
}
