//! Language models, held to what the official classes were recorded to send and to be answered.

mod cases;
mod conformance;
mod deviations;
mod failures;
mod live;
mod replay;
mod requests;
mod settings;

use std::sync::Arc;

use mem0_components::{ConfigError, Llm};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::script::{Script, components};

/// The language model of a provider, over a script.
fn llm(
    script: &Script,
    runtime: &Runtime,
    provider: &str,
    config: &Value,
    variables: &Value,
) -> Result<Arc<dyn Llm>, ConfigError> {
    let given = json!({"llm": {"provider": provider, "config": config}});
    Ok(components(script, Some(runtime), &given, variables)?.llm.unwrap())
}
