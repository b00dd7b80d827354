//! The SDK's two clients, with their default settings.

use std::future::Future;

use mem0_client::{AsyncMemoryClient, CallOptions, Filter, GetAllMemoryOptions, Message, Scope};
use mem0_client_blocking::MemoryClient;

use crate::canned;
use crate::contender::{AsyncContender, BlockingContender, Error};
use crate::work::Work;

fn filter() -> Filter {
    Filter::user_id(canned::USER)
}

fn messages() -> [Message; 2] {
    let [(_, said), (_, answered)] = canned::MESSAGES;
    [Message::user(said), Message::assistant(answered)]
}

fn page(size: u32) -> GetAllMemoryOptions {
    GetAllMemoryOptions::new(filter()).page(1).page_size(size)
}

pub struct Ours(AsyncMemoryClient);

impl Ours {
    pub fn new(base_url: &str) -> Result<Self, Error> {
        let builder = AsyncMemoryClient::builder().api_key(canned::API_KEY).base_url(base_url);
        Ok(Self(builder.build()?))
    }

    /// The same client over hyper's client instead of reqwest.
    pub fn over_hyper(base_url: &str) -> Result<Self, Error> {
        let builder = AsyncMemoryClient::builder().api_key(canned::API_KEY).base_url(base_url);
        Ok(Self(builder.service(crate::hyper::client()).build()?))
    }

    /// Asks the server to delay its answers by this many milliseconds.
    pub fn holding(self, milliseconds: &'static str) -> Self {
        Self(self.0.with(CallOptions::new().header("x-hold-ms", milliseconds)))
    }
}

impl AsyncContender for Ours {
    fn work(&self, work: Work) -> impl Future<Output = Result<usize, Error>> + Send {
        let client = &self.0;
        async move {
            Ok(match work {
                Work::Search => client.search(canned::QUERY, filter()).await?.len(),
                Work::Add => {
                    let added = client.add(messages(), Scope::user(canned::USER)).await?;
                    added.event_id.len().min(1)
                }
                Work::List(rows) => client.get_all(page(rows)).await?.len(),
                Work::Stream => {
                    let mut all = client.get_all_stream(page(canned::PAGE));
                    let mut rows = 0;
                    while let Some(memory) = all.next().await {
                        rows += memory?.id.len().min(1);
                    }
                    rows
                }
            })
        }
    }
}

pub struct OursBlocking(MemoryClient);

impl OursBlocking {
    pub fn new(base_url: &str) -> Result<Self, Error> {
        let builder = MemoryClient::builder().api_key(canned::API_KEY).base_url(base_url);
        Ok(Self(builder.build()?))
    }
}

impl BlockingContender for OursBlocking {
    fn work(&self, work: Work) -> Result<usize, Error> {
        let client = &self.0;
        Ok(match work {
            Work::Search => client.search(canned::QUERY, filter())?.len(),
            Work::Add => {
                let added = client.add(messages(), Scope::user(canned::USER))?;
                added.event_id.len().min(1)
            }
            Work::List(rows) => client.get_all(page(rows))?.len(),
            Work::Stream => {
                let mut rows = 0;
                for memory in client.get_all_iter(page(canned::PAGE)) {
                    rows += memory?.id.len().min(1);
                }
                rows
            }
        })
    }
}
