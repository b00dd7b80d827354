//! What the language model may be asked for a project and for a job, and what it was asked.

use std::time::Duration;

use mem0_components::{ComponentErrorKind, LlmMessage, LlmRequest};
use rusqlite::{Connection, params};

use crate::components::{Answer, Components, Question};
use crate::{EngineError, LlmLimit, clock};

/// About how many characters a token has, where a provider counts none.
const CHARACTERS_A_TOKEN: usize = 4;

/// Refuses a question to the model when its job or the project has used up what it may.
pub(crate) fn check(
    connection: &Connection,
    seq: i64,
    question: &Question,
    components: &Components,
) -> Result<(), EngineError> {
    let (Question::Llm(..), Some(_)) = (question, &components.llm) else { return Ok(()) };
    let limits = components.llm_use.limits;
    let sql = "SELECT j.llm_tokens, iif(llm_day = ?2, llm_calls, 0), \
               iif(llm_day = ?2, p.llm_tokens, 0) \
               FROM jobs AS j JOIN projects AS p ON p.seq = j.project WHERE j.seq = ?1";
    let used: [i64; 3] =
        connection.prepare_cached(sql)?.query_row(params![seq, clock::today()], |row| {
            Ok([row.get(0)?, row.get(1)?, row.get(2)?])
        })?;
    let limits = [
        (LlmLimit::TokensPerAdd, limits.tokens_per_add),
        (LlmLimit::CallsPerDay, limits.calls_per_day),
        (LlmLimit::TokensPerDay, limits.tokens_per_day),
    ];
    for ((limit, of), used) in limits.into_iter().zip(used) {
        if let Some(of) = of.filter(|of| used.unsigned_abs() >= *of) {
            return Err(EngineError::LlmLimit { limit, of });
        }
    }
    Ok(())
}

/// The tokens that a question to the model took; `None` where it was not read, as far as is known.
pub(crate) fn tokens(question: &Question, answer: &Result<Answer, EngineError>) -> Option<u64> {
    let Question::Llm(_, request, _) = question else { return None };
    match answer {
        Ok(Answer::Llm(told)) => Some(match told.response.usage {
            Some(usage) => usage.input.saturating_add(usage.output),
            None => estimated(request, &told.response.text),
        }),
        // It may have been read and answered in vain.
        Err(EngineError::Component(error)) => match error.kind() {
            ComponentErrorKind::Timeout
            | ComponentErrorKind::Unreadable
            | ComponentErrorKind::Refused => Some(estimated(request, "")),
            _ => None,
        },
        _ => None,
    }
}

fn estimated(request: &LlmRequest, answer: &str) -> u64 {
    let texts = request.messages.iter().map(LlmMessage::text);
    let asked: usize = texts.map(|text| text.chars().count()).sum();
    ((asked + answer.chars().count()) / CHARACTERS_A_TOKEN) as u64
}

/// How long to wait with a job that could not be carried out, where it is known.
pub(crate) fn wait(error: &EngineError) -> Option<Duration> {
    match error {
        EngineError::LlmLimit { .. } => Some(clock::until_tomorrow()),
        error => error.wait(),
    }
}

/// Writes down that a question of a job was answered, by its tokens.
pub(crate) fn note(connection: &Connection, seq: i64, tokens: u64) -> Result<(), EngineError> {
    let tokens = i64::try_from(tokens).unwrap_or(i64::MAX);
    connection
        .prepare_cached("UPDATE jobs SET llm_tokens = llm_tokens + ?2 WHERE seq = ?1")?
        .execute([seq, tokens])?;
    connection
        .prepare_cached(
            "UPDATE projects SET llm_calls = iif(llm_day = ?3, llm_calls, 0) + 1, \
             llm_tokens = iif(llm_day = ?3, llm_tokens, 0) + ?2, llm_day = ?3 \
             WHERE seq = (SELECT project FROM jobs WHERE seq = ?1)",
        )?
        .execute(params![seq, tokens, clock::today()])?;
    Ok(())
}
