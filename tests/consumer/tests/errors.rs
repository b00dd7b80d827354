//! Errors in a program: matched on, passed on, and wrapped.

use std::error::Error as StdError;

use mem0_sdk::testing::{FakeAnswer, FakePlatform};
use mem0_sdk::{AsyncMemoryClient, Error, ErrorKind, Filter, InvalidInput, MemoryClient, Scope};
use serde_json::json;

fn refusing(status: u16, detail: &'static str) -> FakePlatform {
    let fake = FakePlatform::new();
    for operation in ["add", "search"] {
        fake.answer_with(operation, move |_| {
            FakeAnswer::error(status, json!({ "detail": detail }))
        });
    }
    fake
}

/// What the program tells its user.
fn advice(error: &Error) -> &'static str {
    match error.kind() {
        ErrorKind::InvalidInput => "correct it",
        ErrorKind::Authentication => "log in",
        ErrorKind::RateLimit => "slow down",
        _ if error.is_outcome_unknown() => "look first",
        _ if error.is_retryable() => "try again",
        _ => "give up",
    }
}

#[tokio::test]
async fn a_kind_is_matched_on() {
    for (status, expected) in
        [(401, "log in"), (429, "slow down"), (400, "give up"), (500, "look first")]
    {
        let client = refusing(status, "No.").client();
        let error = client.add("I hike", Scope::user("alice")).await.unwrap_err();
        assert_eq!(advice(&error), expected, "{status}");
        assert_eq!(error.status().map(|status| status.as_u16()), Some(status));
    }
    let client = refusing(500, "No.").client();
    let error = client.search("what?", Filter::user_id("alice")).await.unwrap_err();
    assert_eq!(advice(&error), "try again");
    let error = client.add("I hike", Scope::user("")).await.unwrap_err();
    assert_eq!(advice(&error), "correct it");
}

#[tokio::test]
async fn a_question_mark_turns_it_into_any_error() {
    async fn script(client: &AsyncMemoryClient) -> Result<(), Box<dyn StdError + Send + Sync>> {
        let _number: u32 = "7".parse()?;
        client.add("I hike", Scope::user("alice")).await?;
        Ok(())
    }
    let client = refusing(403, "Not yours.").client();
    // On another thread of the runtime, as in a service.
    let error = tokio::spawn(async move { script(&client).await }).await.unwrap().unwrap_err();
    let error: &Error = error.downcast_ref().unwrap();
    assert_eq!(error.kind(), ErrorKind::Authentication);
    assert_eq!(error.to_string(), "add: 403 Forbidden: Not yours.");
}

#[derive(Debug, thiserror::Error)]
enum AppError {
    #[error("the name is no number")]
    Name(#[from] std::num::ParseIntError),
    #[error("the memory does not answer")]
    Memory(#[from] Error),
}

#[test]
fn an_apps_own_error_wraps_it() {
    fn count(client: &MemoryClient, name: &str) -> Result<usize, AppError> {
        let user: u32 = name.parse()?;
        Ok(client.search("what?", Filter::user_id(user.to_string()))?.results.len())
    }
    let fake = refusing(404, "There is no such path.");
    let client = MemoryClient::from(&fake);
    assert!(matches!(count(&client, "x"), Err(AppError::Name(_))));
    let error = count(&client, "7").unwrap_err();
    assert!(matches!(&error, AppError::Memory(inner) if inner.kind() == ErrorKind::NotFound));
    let chain = format!("{error}: {}", error.source().unwrap());
    assert!(chain.starts_with("the memory does not answer: search: 404 Not Found: "), "{chain}");
}

/// What was refused before sending is there as a value.
#[tokio::test]
async fn a_refused_argument_names_its_field() {
    let client = FakePlatform::new().client();
    let error = client.search("", Filter::user_id("alice")).await.unwrap_err();
    assert_eq!(error.invalid_input().map(InvalidInput::field), Some("query"));
}
