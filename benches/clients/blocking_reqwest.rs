//! Two ways to use reqwest from plain threads: its own blocking client, and a runtime that the
//! caller drives.

use ::reqwest::header::AUTHORIZATION;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::runtime::{Builder, Runtime};

use crate::bare_reqwest::BareReqwest;
use crate::canned;
use crate::contender::{AsyncContender, BlockingContender, Error};
use crate::plain::{AddBody, Added, Found, ListBody, Listed, SearchBody};
use crate::work::Work;

/// `block_on` over the baseline.
pub struct BlockOn {
    runtime: Runtime,
    client: BareReqwest,
}

impl BlockOn {
    pub fn new(base_url: &str) -> Result<Self, Error> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        Ok(Self { runtime, client: BareReqwest::new(base_url) })
    }
}

impl BlockingContender for BlockOn {
    fn work(&self, work: Work) -> Result<usize, Error> {
        self.runtime.block_on(AsyncContender::work(&self.client, work))
    }
}

/// `reqwest::blocking`, which runs a thread.
pub struct BlockingReqwest {
    client: reqwest::blocking::Client,
    base_url: String,
}

impl BlockingReqwest {
    pub fn new(base_url: &str) -> Self {
        Self { client: reqwest::blocking::Client::new(), base_url: base_url.to_owned() }
    }

    fn post<T: DeserializeOwned>(&self, path: &str, body: &impl Serialize) -> Result<T, Error> {
        let request = self
            .client
            .post(format!("{}{path}", self.base_url))
            .header(AUTHORIZATION, format!("Token {}", canned::API_KEY))
            .json(body);
        Ok(request.send()?.error_for_status()?.json()?)
    }

    fn page(&self, page: u32, size: u32) -> Result<Listed, Error> {
        let path = format!("/v3/memories/?page={page}&page_size={size}");
        self.post(&path, &ListBody::new(canned::USER))
    }
}

impl BlockingContender for BlockingReqwest {
    fn work(&self, work: Work) -> Result<usize, Error> {
        Ok(match work {
            Work::Search => {
                let body = SearchBody::new(canned::QUERY, canned::USER);
                self.post::<Found>("/v3/memories/search/", &body)?.results.len()
            }
            Work::Add => {
                let body = AddBody::new(canned::MESSAGES, canned::USER);
                self.post::<Added>("/v3/memories/add/", &body)?.event_id.len().min(1)
            }
            Work::List(rows) => self.page(1, rows)?.results.len(),
            Work::Stream => {
                let (mut rows, mut page) = (0, 1);
                loop {
                    let listed = self.page(page, canned::PAGE)?;
                    rows += listed.results.len();
                    if listed.next.is_none() {
                        break rows;
                    }
                    page += 1;
                }
            }
        })
    }
}
