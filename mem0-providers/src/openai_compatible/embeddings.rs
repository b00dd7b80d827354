use std::fmt;

use http::HeaderMap;
use mem0_components::{ComponentError, Embedder, Embedding, Purpose, Reply};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::connection::{Connection, Outgoing};
use crate::credentials::Credentials;
use crate::model::{Model, Numbers, on_one_line};

/// How a request is written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Form {
    /// The encoding that is asked for; `None` leaves it to the service.
    pub(crate) encoding: Option<&'static str>,
    /// Whether a single text is a list of one, and not a text.
    pub(crate) one_is_a_list: bool,
    /// Whether line breaks are left as they are.
    pub(crate) keeps_lines: bool,
    /// Whether the service is asked for the `embedding_dims` that are set.
    pub(crate) sends_dimensions: bool,
}

/// `/embeddings` of a service.
pub(crate) struct Embeddings {
    pub(crate) connection: Connection,
    pub(crate) path: String,
    pub(crate) credentials: Credentials,
    pub(crate) headers: HeaderMap,
    pub(crate) form: Form,
    /// The model as the request names it; `None` where only the address does.
    pub(crate) sent_model: Option<String>,
    pub(crate) sent_dimensions: Option<usize>,
    /// Further fields of the request, which take the place of ours.
    pub(crate) more: Map<String, Value>,
    pub(crate) model: Model,
}

#[derive(Deserialize)]
struct Answer {
    data: Vec<Row>,
}

#[derive(Deserialize)]
struct Row {
    #[serde(default)]
    index: Option<usize>,
    embedding: Numbers,
}

impl Embeddings {
    fn request(&self, texts: &[&str]) -> Outgoing {
        let text = |text: &&str| match self.form.keeps_lines {
            true => Value::from(*text),
            false => on_one_line(text).into(),
        };
        let input = match texts {
            [one] if !self.form.one_is_a_list => text(one),
            several => several.iter().map(text).collect(),
        };
        let mut body = Map::new();
        body.insert("input".to_owned(), input);
        body.insert("model".to_owned(), json!(self.sent_model));
        if let Some(encoding) = self.form.encoding {
            body.insert("encoding_format".to_owned(), encoding.into());
        }
        if let Some(dimensions) = self.sent_dimensions {
            body.insert("dimensions".to_owned(), dimensions.into());
        }
        body.extend(self.more.clone());
        let mut request = Outgoing::post(self.path.clone(), &Value::Object(body));
        request.headers.extend(self.headers.clone());
        request
    }

    /// The vectors of an answer, in the order of the texts: a service may answer in another one.
    fn read(&self, texts: usize, body: &[u8]) -> Result<Vec<Embedding>, ComponentError> {
        let Answer { mut data } = self.model.read(body)?;
        if data.iter().all(|row| row.index.is_some()) {
            data.sort_by_key(|row| row.index);
            let is_numbered = data.iter().enumerate().all(|(at, row)| row.index == Some(at));
            if data.len() == texts && !is_numbered {
                return Err(self.model.unreadable("it does not say which text a vector is of"));
            }
        }
        self.model.vectors(texts, data.into_iter().map(|row| row.embedding).collect())
    }
}

impl Embedder for Embeddings {
    fn model(&self) -> &str {
        &self.model.name
    }

    fn dimensions(&self) -> usize {
        self.model.dimensions
    }

    fn max_batch(&self) -> usize {
        self.model.max_batch
    }

    fn embed<'a>(&'a self, texts: &'a [&'a str], _: Purpose) -> Reply<'a, Vec<Embedding>> {
        Box::pin(async move {
            let mut embeddings = Vec::with_capacity(texts.len());
            for batch in texts.chunks(self.model.max_batch) {
                let answer = self.credentials.send(&self.connection, self.request(batch)).await?;
                embeddings.extend(self.read(batch.len(), &answer)?);
            }
            Ok(embeddings)
        })
    }
}

impl fmt::Debug for Embeddings {
    /// Without the key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.model.fmt(f)
    }
}
