//! ureq, a blocking client without a runtime, with plain structs.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::canned;
use crate::contender::{BlockingContender, Error};
use crate::plain::{AddBody, Added, Found, ListBody, Listed, SearchBody};
use crate::work::Work;

pub struct Ureq {
    agent: ::ureq::Agent,
    base_url: String,
}

impl Ureq {
    pub fn new(base_url: &str) -> Self {
        // By default it keeps 3 idle connections per host, while the others keep all.
        let config = ::ureq::Agent::config_builder()
            .max_idle_connections(4096)
            .max_idle_connections_per_host(4096)
            .build();
        Self { agent: config.new_agent(), base_url: base_url.to_owned() }
    }

    fn post<T: DeserializeOwned>(&self, path: &str, body: &impl Serialize) -> Result<T, Error> {
        let mut answer = self
            .agent
            .post(format!("{}{path}", self.base_url))
            .header("authorization", format!("Token {}", canned::API_KEY))
            .send_json(body)?;
        Ok(answer.body_mut().read_json()?)
    }

    fn page(&self, page: u32, size: u32) -> Result<Listed, Error> {
        let path = format!("/v3/memories/?page={page}&page_size={size}");
        self.post(&path, &ListBody::new(canned::USER))
    }
}

impl BlockingContender for Ureq {
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
