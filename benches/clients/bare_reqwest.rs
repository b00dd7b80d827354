//! The baseline: reqwest and plain structs, without timeouts, retries or limits.

use std::future::Future;

use ::reqwest::header::AUTHORIZATION;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::canned;
use crate::contender::AsyncContender;
use crate::plain::{AddBody, Added, Found, ListBody, Listed, SearchBody};
use crate::work::Work;

type Error = Box<dyn std::error::Error + Send + Sync>;

#[derive(Clone)]
pub struct BareReqwest {
    client: reqwest::Client,
    base_url: String,
    hold: Option<&'static str>,
}

impl BareReqwest {
    pub fn new(base_url: &str) -> Self {
        Self { client: reqwest::Client::new(), base_url: base_url.to_owned(), hold: None }
    }

    /// Asks the server to delay its answers by this many milliseconds.
    pub fn holding(self, milliseconds: &'static str) -> Self {
        Self { hold: Some(milliseconds), ..self }
    }

    async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl Serialize,
    ) -> Result<T, Error> {
        let mut request = self
            .client
            .post(format!("{}{path}", self.base_url))
            .header(AUTHORIZATION, format!("Token {}", canned::API_KEY))
            .json(body);
        if let Some(milliseconds) = self.hold {
            request = request.header("x-hold-ms", milliseconds);
        }
        Ok(request.send().await?.error_for_status()?.json().await?)
    }

    async fn page(&self, page: u32, size: u32) -> Result<Listed, Error> {
        let path = format!("/v3/memories/?page={page}&page_size={size}");
        self.post(&path, &ListBody::new(canned::USER)).await
    }

    async fn work(&self, work: Work) -> Result<usize, Error> {
        Ok(match work {
            Work::Search => {
                let body = SearchBody::new(canned::QUERY, canned::USER);
                let found: Found = self.post("/v3/memories/search/", &body).await?;
                found.results.len()
            }
            Work::Add => {
                let body = AddBody::new(canned::MESSAGES, canned::USER);
                let added: Added = self.post("/v3/memories/add/", &body).await?;
                added.event_id.len().min(1)
            }
            Work::List(rows) => self.page(1, rows).await?.results.len(),
            Work::Stream => {
                let (mut rows, mut page) = (0, 1);
                loop {
                    let listed = self.page(page, canned::PAGE).await?;
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

impl AsyncContender for BareReqwest {
    fn work(&self, work: Work) -> impl Future<Output = Result<usize, Error>> + Send {
        self.work(work)
    }
}
