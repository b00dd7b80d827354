use std::collections::{HashSet, VecDeque};
use std::fmt;
use std::future::{Future, poll_fn};
use std::hash::{BuildHasher, RandomState};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use mem0_types::{GetAllMemoryOptions, Malformed, Memory, Page};

use crate::{AsyncMemoryClient, Error, ErrorKind};

type PageFuture = Pin<Box<dyn Future<Output = Result<Page<Memory>, Error>> + Send>>;

/// Pages in a row that may bring nothing new before the list is taken to have no end.
pub(crate) const FRUITLESS_PAGES: u32 = 100;

/// The error of a list that seems to have no end.
pub(crate) fn endless(operation: &str) -> Error {
    let message = format!("{FRUITLESS_PAGES} pages in a row held nothing new");
    Error::decode(message, http::StatusCode::OK, http::HeaderMap::new()).about(operation)
}

/// All memories of a list, read page by page as they are asked for; made by
/// [`AsyncMemoryClient::get_all_stream`].
///
/// Memories that are added meanwhile push others onto later pages; each memory is still yielded at
/// most once, for which the stream keeps 16 bytes of each. Memories that are *deleted* meanwhile
/// pull others onto pages that were read already, which no client can see.
///
/// After an error that may pass ([`Error::is_retryable`]) polling again asks for the same page
/// again; after any other error, and after the last memory, the stream yields `None`. Dropping it
/// stops it.
pub struct Memories {
    client: AsyncMemoryClient,
    options: GetAllMemoryOptions,
    next_page: Option<u64>,
    pending: Option<PageFuture>,
    read: VecDeque<Memory>,
    seen: HashSet<u128>,
    hashers: [RandomState; 2],
    malformed: Vec<Malformed>,
    fruitless: u32,
}

impl Memories {
    pub(crate) fn new(client: AsyncMemoryClient, options: GetAllMemoryOptions) -> Self {
        Self {
            next_page: Some(options.page_number().unwrap_or(1)),
            client,
            options,
            pending: None,
            read: VecDeque::new(),
            seen: HashSet::new(),
            hashers: [RandomState::new(), RandomState::new()],
            malformed: Vec::new(),
            fruitless: 0,
        }
    }

    /// The next memory; `None` after the last.
    ///
    /// Cancel safe: dropping the future loses no memory.
    ///
    /// ```
    /// # use mem0_client::{Error, Memories};
    /// # async fn example(mut all: Memories) -> Result<(), Error> {
    /// while let Some(memory) = all.next().await {
    ///     println!("{}", memory?.memory);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub async fn next(&mut self) -> Option<Result<Memory, Error>> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }

    /// The rows so far that could not be read.
    ///
    /// ```
    /// # use mem0_client::Memories;
    /// fn report(all: &Memories) {
    ///     for row in all.malformed() {
    ///         eprintln!("{}", row.reason());
    ///     }
    /// }
    /// ```
    pub fn malformed(&self) -> &[Malformed] {
        &self.malformed
    }

    fn take(&mut self, page: Page<Memory>, number: u64) -> Result<(), Error> {
        self.malformed.extend(page.malformed);
        for memory in page.results {
            let [first, second] = &self.hashers;
            let hash = u128::from(first.hash_one(&memory.id)) << 64
                | u128::from(second.hash_one(&memory.id));
            if self.seen.insert(hash) {
                self.read.push_back(memory);
            }
        }
        self.fruitless = if self.read.is_empty() { self.fruitless + 1 } else { 0 };
        self.next_page = page.next.is_some().then_some(number + 1);
        if self.fruitless == FRUITLESS_PAGES && self.next_page.take().is_some() {
            return Err(endless("get_all"));
        }
        Ok(())
    }
}

impl Stream for Memories {
    type Item = Result<Memory, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        loop {
            if let Some(memory) = this.read.pop_front() {
                return Poll::Ready(Some(Ok(memory)));
            }
            let Some(number) = this.next_page else {
                return Poll::Ready(None);
            };
            let pending = this.pending.get_or_insert_with(|| {
                let (client, options) = (this.client.clone(), this.options.clone().page(number));
                Box::pin(async move { client.get_all(options).await })
            });
            let answer = ready!(pending.as_mut().poll(context));
            this.pending = None;
            match answer {
                Ok(page) => {
                    if let Err(error) = this.take(page, number) {
                        return Poll::Ready(Some(Err(error)));
                    }
                }
                // The last memories were deleted since the page before was read.
                Err(error) if number > 1 && error.kind() == ErrorKind::NotFound => {
                    this.next_page = None;
                }
                Err(error) => {
                    if !error.is_retryable() {
                        this.next_page = None;
                    }
                    return Poll::Ready(Some(Err(error)));
                }
            }
        }
    }
}

impl fmt::Debug for Memories {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Memories")
            .field("options", &self.options)
            .field("next_page", &self.next_page)
            .field("seen", &self.seen.len())
            .finish_non_exhaustive()
    }
}
