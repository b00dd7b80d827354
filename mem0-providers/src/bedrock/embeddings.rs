use std::sync::Arc;

use mem0_components::{ComponentError, ConfigError, Embedder, Purpose, Settings};
use serde::Deserialize;
use serde_json::{Value, json};

use super::service::{NAME, service, signed};
use super::signature::Keys;
use crate::connection::Outgoing;
use crate::embedding::{Asking, Protocol};
use crate::model::{Model, Numbers, dimensions, given_dimensions};
use crate::place::segment;
use crate::sending::Sending;

/// How many requests of one call are under way at once, of models that take one text each.
const AT_ONCE: usize = 8;

struct Bedrock {
    keys: Arc<Keys>,
    path: String,
    family: Family,
    /// The length that the model is asked for.
    sent_dimensions: Option<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Family {
    /// Amazon's, with one text a request.
    Titan,
    Cohere,
}

#[derive(Deserialize)]
struct OfTitan {
    embedding: Numbers,
}

#[derive(Deserialize)]
struct OfCohere {
    embeddings: Vectors,
}

/// The newest models tell the type of their numbers.
#[derive(Deserialize)]
#[serde(untagged)]
enum Vectors {
    Plain(Vec<Vec<f32>>),
    Named { float: Vec<Vec<f32>> },
}

pub(crate) fn embedder(
    settings: &mut Settings<'_>,
    sending: &Sending,
) -> Result<Arc<dyn Embedder>, ConfigError> {
    let (service, keys) = service(settings, sending)?;
    let given: Option<String> = settings.get("model")?;
    let name = given.unwrap_or_else(|| "amazon.titan-embed-text-v1".to_owned());
    let family = match name.contains("cohere") {
        true => Family::Cohere,
        false => Family::Titan,
    };
    let given = given_dimensions(settings)?;
    let dimensions = dimensions(settings, given, in_a_region(&name))?;
    let takes_dimensions = name.contains("titan-embed-text-v2") || name.contains("cohere.embed-v4");
    let mut model = match family {
        Family::Titan => Model::new(NAME, &name, dimensions, 32),
        Family::Cohere => Model::new(NAME, &name, dimensions, 96),
    };
    model.at_once = AT_ONCE;
    if family == Family::Titan {
        model.in_a_request = 1;
    }
    let protocol = Bedrock {
        keys,
        path: format!("/model/{}/invoke", segment(&name)),
        family,
        sent_dimensions: given.filter(|_| takes_dimensions),
    };
    Ok(Arc::new(Asking { service, model, protocol }))
}

/// A model's name without what says in which regions it runs, such as `us.`.
fn in_a_region(name: &str) -> &str {
    let families = ["amazon.", "cohere."];
    families.iter().find_map(|family| name.find(family)).map_or(name, |at| &name[at..])
}

impl Bedrock {
    fn body(&self, texts: &[&str], purpose: Purpose) -> Value {
        let mut body = match self.family {
            Family::Titan => json!({"inputText": texts.first()}),
            Family::Cohere => json!({
                "texts": texts,
                "input_type": match purpose {
                    Purpose::Search => "search_query",
                    _ => "search_document",
                },
            }),
        };
        if let Some(dimensions) = self.sent_dimensions {
            let field = match self.family {
                Family::Titan => "dimensions",
                Family::Cohere => "output_dimension",
            };
            body[field] = dimensions.into();
        }
        body
    }
}

impl Protocol for Bedrock {
    fn request(
        &self,
        _: &Model,
        texts: &[&str],
        purpose: Purpose,
    ) -> Result<Outgoing, ComponentError> {
        Ok(signed(&self.keys, Outgoing::post(self.path.clone(), &self.body(texts, purpose))))
    }

    fn read(&self, model: &Model, body: &[u8]) -> Result<Vec<Numbers>, ComponentError> {
        Ok(match self.family {
            Family::Titan => vec![model.read::<OfTitan>(body)?.embedding],
            Family::Cohere => match model.read::<OfCohere>(body)?.embeddings {
                Vectors::Plain(found) | Vectors::Named { float: found } => {
                    found.into_iter().map(Numbers).collect()
                }
            },
        })
    }
}
