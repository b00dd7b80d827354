use http::HeaderMap;
use mem0_components::{ComponentError, Purpose};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::connection::Outgoing;
use crate::embedding::Protocol;
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
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) form: Form,
    /// The model as the request names it; `None` where only the address does.
    pub(crate) sent_model: Option<String>,
    pub(crate) sent_dimensions: Option<usize>,
    /// Further fields of the request, which take the place of ours.
    pub(crate) more: Map<String, Value>,
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

impl Protocol for Embeddings {
    fn request(&self, _: &Model, texts: &[&str], _: Purpose) -> Result<Outgoing, ComponentError> {
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
        Ok(request)
    }

    /// A service may answer in another order than it was asked.
    fn read(&self, model: &Model, body: &[u8]) -> Result<Vec<Numbers>, ComponentError> {
        let Answer { mut data } = model.read(body)?;
        if data.iter().all(|row| row.index.is_some()) {
            data.sort_by_key(|row| row.index);
            if data.iter().enumerate().any(|(at, row)| row.index != Some(at)) {
                return Err(model.unreadable("it does not say which text a vector is of"));
            }
        }
        Ok(data.into_iter().map(|row| row.embedding).collect())
    }
}
