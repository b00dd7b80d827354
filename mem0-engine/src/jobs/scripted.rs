//! A job of tests: it asks the embedder, then the model twice, and writes down what it was told.

use mem0_components::{LlmMessage, LlmRequest, Purpose};
use rusqlite::Connection;
use serde_json::json;

use super::phases::Prepared;
use crate::components::{Answer, Question};
use crate::folder::settings;
use crate::job::Next;
use crate::memories::events::Outcome;
use crate::{EngineError, LlmTask};

/// What it writes down is read by this.
pub(crate) const SETTING: &str = "test.told";

pub(crate) fn next(answers: &[Answer]) -> Next<Prepared> {
    let ask = |text: &str| {
        Next::Ask(Question::Llm(
            LlmTask::Summary,
            Box::new(LlmRequest::new([LlmMessage::user(text)])),
            Vec::new(),
        ))
    };
    match answers {
        [] => Next::Ask(Question::Embed(vec!["first".to_owned()], Purpose::Search)),
        [_] => ask("second"),
        [_, _] => ask("third"),
        told => Next::Apply(Prepared::Scripted(told.to_vec())),
    }
}

pub(crate) fn apply(connection: &Connection, told: &[Answer]) -> Result<Outcome, EngineError> {
    let told: Vec<_> = told
        .iter()
        .map(|answer| match answer {
            Answer::Llm(told) => json!(told.response.text),
            answer => json!(answer.embedded()),
        })
        .collect();
    let before = settings::get(connection, SETTING)?.unwrap_or_default();
    settings::set(connection, SETTING, &format!("{before}{}", json!(told)))?;
    Ok(Outcome::Succeeded { results: Vec::new(), metadata: None })
}
