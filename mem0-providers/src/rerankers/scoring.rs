use std::fmt;
use std::sync::Arc;

use futures_util::stream::{StreamExt, TryStreamExt, iter};
use http::header;
use mem0_components::{ComponentError, ComponentErrorKind, ConfigError, Reply, Reranker, Settings};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::dialects::{Dialect, Form};
use crate::connection::Outgoing;
use crate::credentials::Credentials;
use crate::sending::Sending;
use crate::service::Service;

/// How many requests of one call are under way at once.
const AT_ONCE: usize = 4;

/// A service that scores documents.
struct Scoring {
    service: Service,
    dialect: &'static Dialect,
    name: String,
    /// What every request has.
    fields: Map<String, Value>,
    in_a_request: usize,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Answer {
    Named { results: Vec<Row> },
    Bare(Vec<Row>),
}

#[derive(Deserialize)]
struct Row {
    index: usize,
    #[serde(alias = "score")]
    relevance_score: f64,
}

pub(super) fn reranker(
    dialect: &'static Dialect,
    settings: &mut Settings<'_>,
    sending: &Sending,
) -> Result<Arc<dyn Reranker>, ConfigError> {
    let connection = dialect.place.connect(dialect.name, settings, sending)?;
    let key = dialect.key.header(settings)?;
    let given: Option<String> = settings.get("model")?;
    let model = given.unwrap_or_else(|| dialect.model.to_owned());
    // The search's own counts, as in Python.
    settings.get::<usize>("top_k")?;
    let mut fields = Map::new();
    let mut in_a_request = dialect.in_a_request;
    match dialect.form {
        Form::Cohere => {
            let returns = settings.get("return_documents")?.unwrap_or(false);
            fields.insert("return_documents".to_owned(), Value::Bool(returns));
            if let Some(most) = settings.get::<u64>("max_chunks_per_doc")? {
                fields.insert("max_chunks_per_doc".to_owned(), most.into());
            }
        }
        Form::ZeroEntropy => {}
        Form::Tei => {
            in_a_request = match settings.get("batch_size")? {
                Some(0) => return Err(settings.error("batch_size", "must be 1 or more")),
                given => given.unwrap_or(in_a_request),
            };
            fields.insert("raw_scores".to_owned(), false.into());
            fields.insert("truncate".to_owned(), true.into());
        }
    }
    if dialect.form != Form::Tei {
        fields.insert("model".to_owned(), model.clone().into());
    }
    let credentials = Credentials::Key(header::AUTHORIZATION, key);
    Ok(Arc::new(Scoring {
        service: Service { connection, credentials },
        dialect,
        name: format!("{}/{model}", dialect.name),
        fields,
        in_a_request,
    }))
}

impl Scoring {
    fn request(&self, query: &str, documents: &[&str]) -> Outgoing {
        let mut body = self.fields.clone();
        body.insert("query".to_owned(), query.into());
        let field = if self.dialect.form == Form::Tei { "texts" } else { "documents" };
        body.insert(field.to_owned(), json!(documents));
        if self.dialect.form == Form::Cohere {
            body.insert("top_n".to_owned(), documents.len().into());
        }
        Outgoing::post(self.dialect.path, &Value::Object(body))
    }

    /// One score for each document: the answer has the best first.
    fn read(&self, documents: usize, body: &[u8]) -> Result<Vec<f64>, ComponentError> {
        let unreadable = |detail: &str| {
            let error = ComponentError::new(self.dialect.name, ComponentErrorKind::Unreadable);
            error.detail(detail)
        };
        // What serde says may repeat the answer.
        let answer: Answer =
            serde_json::from_slice(body).map_err(|_| unreadable("it does not hold scores"))?;
        let (Answer::Named { results } | Answer::Bare(results)) = answer;
        let mut scores = vec![None; documents];
        for Row { index, relevance_score } in results {
            match scores.get_mut(index) {
                Some(place @ None) => *place = Some(relevance_score),
                _ => return Err(unreadable("it scores a document that there is not, or twice")),
            }
        }
        let scores: Option<Vec<f64>> = scores.into_iter().collect();
        let scores = scores.ok_or_else(|| unreadable("a document has no score"))?;
        match scores.iter().all(|score| (0.0..=1.0).contains(score)) {
            true => Ok(scores),
            false => Err(unreadable("a score is not between 0 and 1")),
        }
    }

    async fn ask(&self, query: &str, documents: &[&str]) -> Result<Vec<f64>, ComponentError> {
        let answer = self.service.send(self.request(query, documents)).await?;
        let scores = self.read(documents.len(), &answer);
        scores.map_err(|error| self.service.connection.not_its_answer(error))
    }
}

impl Reranker for Scoring {
    fn name(&self) -> &str {
        &self.name
    }

    fn goes_to(&self) -> Option<String> {
        Some(self.service.connection.goes_to())
    }

    fn rerank<'a>(&'a self, query: &'a str, documents: &'a [&'a str]) -> Reply<'a, Vec<f64>> {
        let requests = documents.chunks(self.in_a_request).map(move |part| self.ask(query, part));
        Box::pin(iter(requests).buffered(AT_ONCE).try_concat())
    }
}

impl fmt::Debug for Scoring {
    /// Without the key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scoring").field("name", &self.name).finish_non_exhaustive()
    }
}
