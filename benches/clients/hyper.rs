//! hyper's own client with plain structs.

use std::future::Future;

use ::http::{Method, Request, header};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::canned;
use crate::contender::{AsyncContender, Error};
use crate::plain::{AddBody, Added, Found, ListBody, Listed, SearchBody};
use crate::work::Work;

pub struct Hyper {
    client: Client<HttpConnector, Full<Bytes>>,
    base_url: String,
}

/// hyper's client with connections as reqwest sets them up.
pub fn client<B>() -> Client<HttpConnector, B>
where
    B: http_body::Body + Send,
    B::Data: Send,
{
    let mut connector = HttpConnector::new();
    connector.set_nodelay(true);
    Client::builder(TokioExecutor::new()).build(connector)
}

impl Hyper {
    pub fn new(base_url: &str) -> Self {
        Self { client: client(), base_url: base_url.to_owned() }
    }

    async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl Serialize,
    ) -> Result<T, Error> {
        let request = Request::builder()
            .method(Method::POST)
            .uri(format!("{}{path}", self.base_url))
            .header(header::AUTHORIZATION, format!("Token {}", canned::API_KEY))
            .header(header::CONTENT_TYPE, "application/json")
            .body(Full::from(serde_json::to_vec(body)?))?;
        let answer = self.client.request(request).await?;
        if !answer.status().is_success() {
            return Err(answer.status().to_string().into());
        }
        Ok(serde_json::from_slice(&answer.into_body().collect().await?.to_bytes())?)
    }

    async fn page(&self, page: u32, size: u32) -> Result<Listed, Error> {
        let path = format!("/v3/memories/?page={page}&page_size={size}");
        self.post(&path, &ListBody::new(canned::USER)).await
    }

    async fn work(&self, work: Work) -> Result<usize, Error> {
        Ok(match work {
            Work::Search => {
                let body = SearchBody::new(canned::QUERY, canned::USER);
                self.post::<Found>("/v3/memories/search/", &body).await?.results.len()
            }
            Work::Add => {
                let body = AddBody::new(canned::MESSAGES, canned::USER);
                self.post::<Added>("/v3/memories/add/", &body).await?.event_id.len().min(1)
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

impl AsyncContender for Hyper {
    fn work(&self, work: Work) -> impl Future<Output = Result<usize, Error>> + Send {
        self.work(work)
    }
}
