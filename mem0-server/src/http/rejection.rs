use std::borrow::Cow;
use std::error::Error;
use std::marker::PhantomData;
use std::time::Duration;

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use mem0_engine::mem0_components::{ComponentError, ComponentErrorKind};
use mem0_engine::{EngineError, Resource};
use mem0_types::{ErrorBody, InvalidInput, Metadata};
use serde_json::json;

use crate::http::json::{Cause, Json};

/// Said of every change that needs room.
pub(crate) const DISK_FULL: &str = "The disk of this server is full, so nothing was changed. Delete \
                                    memories, which goes on, or make room on the disk.";

/// After what time a change is tried again whose embedder does not answer.
const EMBEDDER_WAIT: Duration = Duration::from_secs(5);

const NO_ROOM: &str = "The server has no room in memory for this at the moment. Try again in a \
                       second, or send or ask for less at once.";

/// Why a request was not carried out.
#[derive(Debug)]
pub(crate) enum Rejection {
    /// The request is not valid: 400, in the operation's own shape.
    Invalid(String),
    /// The key may not do this: 403, as a message if the operation uses messages.
    Forbidden(&'static str),
    /// An answer that has the same shape for every operation.
    Fixed(StatusCode, ErrorBody),
    /// The same request may succeed after this time: 503 with `Retry-After`.
    Later(Cow<'static, str>, Duration),
    /// There is no room in memory for it at the moment: the same, which the metrics count.
    NoRoom,
    /// 500. The cause is for the log and contains no request data.
    Failed(String),
}

/// Marks the answer to a request for which there was no room in memory.
#[derive(Clone, Copy)]
pub(crate) struct NoRoom;

impl Rejection {
    pub(crate) fn new(status: StatusCode, body: ErrorBody) -> Self {
        Self::Fixed(status, body)
    }

    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::Invalid(message.into())
    }

    pub(crate) fn failed(cause: impl Into<String>) -> Self {
        Self::Failed(cause.into())
    }

    pub(crate) fn later(why: impl Into<Cow<'static, str>>) -> Self {
        Self::Later(why.into(), Duration::from_secs(1))
    }

    fn answer(self, spell: fn(String) -> ErrorBody) -> Response {
        let (status, body) = match self {
            Self::Invalid(message) => (StatusCode::BAD_REQUEST, spell(message)),
            Self::Forbidden(why) => {
                let body = match spell(why.to_owned()) {
                    body @ ErrorBody::Message(_) => body,
                    // The same field as for 401, which the official clients show.
                    _ => ErrorBody::Detail(why.to_owned()),
                };
                (StatusCode::FORBIDDEN, body)
            }
            Self::Fixed(status, body) => (status, body),
            Self::Later(why, wait) => {
                let retry = [(header::RETRY_AFTER, wait.as_secs().max(1).to_string())];
                let body = Json(ErrorBody::Detail(why.into_owned()));
                return (StatusCode::SERVICE_UNAVAILABLE, retry, body).into_response();
            }
            Self::NoRoom => {
                let mut response = Self::later(NO_ROOM).answer(spell);
                response.extensions_mut().insert(NoRoom);
                return response;
            }
            Self::Failed(cause) => return Cause(cause).into_response(),
        };
        (status, Json(body)).into_response()
    }
}

impl IntoResponse for Rejection {
    fn into_response(self) -> Response {
        self.answer(ErrorBody::Detail)
    }
}

impl From<InvalidInput> for Rejection {
    fn from(refused: InvalidInput) -> Self {
        Self::Invalid(refused.to_string())
    }
}

impl From<EngineError> for Rejection {
    fn from(error: EngineError) -> Self {
        let not_found = |body| Self::new(StatusCode::NOT_FOUND, body);
        match error {
            EngineError::InvalidInput(refused) => refused.into(),
            EngineError::NotFound(Resource::Memory) => {
                not_found(ErrorBody::Error("Memory not found!".to_owned()))
            }
            EngineError::NotFound(Resource::Event) => not_found(ErrorBody::Error(
                "Event not found or you don't have permission to access it.".to_owned(),
            )),
            EngineError::NotFound(Resource::Export) => {
                not_found(ErrorBody::Error("No memory export request found".to_owned()))
            }
            EngineError::NotFound(Resource::Webhook) => {
                not_found(ErrorBody::Error("Webhook not found".to_owned()))
            }
            EngineError::NotFound(Resource::Delivery) => {
                not_found(ErrorBody::Error("Delivery not found".to_owned()))
            }
            EngineError::NotFound(Resource::Organization) => {
                not_found(ErrorBody::Message("Organization not found".to_owned()))
            }
            EngineError::NotFound(Resource::Project) => {
                not_found(ErrorBody::Message("Organization or project not found".to_owned()))
            }
            EngineError::NotFound(Resource::Member) => {
                not_found(ErrorBody::Message("Member not found".to_owned()))
            }
            EngineError::NotFound(Resource::ProfileJob) => {
                not_found(ErrorBody::Error("Profile job not found".to_owned()))
            }
            EngineError::NotFound(_) => {
                not_found(ErrorBody::Message("Entity not found".to_owned()))
            }
            refused @ EngineError::LlmRequired(_) => Self::invalid(refused.to_string()),
            EngineError::ReadOnly => Self::Forbidden("This API key is read-only."),
            EngineError::OutsideScope => Self::Forbidden(
                "This API key is bound to other entities than those in the request. Each memory must \
                 belong to one of the key's entities.",
            ),
            EngineError::Forbidden => Self::Forbidden("This API key is not allowed to do that."),
            EngineError::Immutable => Self::invalid(
                "This memory was added as immutable: it can be deleted, but not updated.",
            ),
            EngineError::TooMuchWork => Self::invalid(
                "This takes too long. Narrow the filter, give it fewer conditions, or ask for fewer \
                 memories.",
            ),
            EngineError::Busy => {
                Self::later("The server is busy with other calls. Try again in a second.")
            }
            EngineError::PageOutOfRange => not_found(ErrorBody::Detail("Invalid page.".to_owned())),
            EngineError::BatchItem { index, source } => match (*source).into() {
                Self::Invalid(message) => Self::Invalid(format!("memories[{index}]: {message}")),
                // The specification has no 404 for a batch.
                Self::Fixed(StatusCode::NOT_FOUND, body) => {
                    Self::Invalid(format!("memories[{index}]: {}", body.message()))
                }
                other => other,
            },
            EngineError::Component(error) => component(&error),
            EngineError::NoRoom => Self::NoRoom,
            EngineError::DiskFull => {
                Self::new(StatusCode::INSUFFICIENT_STORAGE, ErrorBody::Detail(DISK_FULL.to_owned()))
            }
            EngineError::FolderLost(path) => {
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                let detail = format!(
                    "The data folder is not the one that this server opened: {name} was removed or \
                     replaced. Nothing is read or changed until it is put back or the server is \
                     started again."
                );
                Self::new(StatusCode::SERVICE_UNAVAILABLE, ErrorBody::Detail(detail))
            }
            EngineError::Closed => Self::later("The server is shutting down."),
            other => Self::Failed(cause(&other)),
        }
    }
}

/// An embedder that did not give the vectors of a change. Its address and what is set up wrongly
/// are for whoever reads the log, which the engine writes.
fn component(error: &ComponentError) -> Rejection {
    match error.kind() {
        ComponentErrorKind::TooLong => Rejection::invalid(
            "A text is longer than this server's embedder takes; nothing was changed. Shorten it.",
        ),
        ComponentErrorKind::Refused => Rejection::invalid(
            "This server's embedder declined a text, and nothing was changed. Send another one.",
        ),
        _ if error.is_transient() => {
            let wait = error.wait().unwrap_or(EMBEDDER_WAIT);
            Rejection::Later(
                "This server's embedder does not answer, and nothing was changed. Try again later."
                    .into(),
                wait,
            )
        }
        _ => Rejection::new(
            StatusCode::SERVICE_UNAVAILABLE,
            ErrorBody::Detail(
                "This server's embedder cannot be used, and nothing was changed. The server's log \
                 says why."
                    .to_owned(),
            ),
        ),
    }
}

/// The error and its causes, in one line.
fn cause(error: &EngineError) -> String {
    let mut text = error.to_string();
    let mut source: Option<&dyn Error> = match error {
        // Not `error.source()`: that is the `Arc`, which hides the inner type.
        EngineError::Storage(inner) => Some(&**inner),
        _ => None,
    };
    while let Some(error) = source {
        // These errors quote the JSON that they could not read, which is somebody's memory.
        if error.is::<serde_json::Error>() {
            return "storage failed: a row of the database is damaged".to_owned();
        }
        text = format!("{text}: {error}");
        source = error.source();
    }
    text
}

/// The shape of an operation's 400s, which the specification defines for each.
pub(crate) trait Spelling {
    const SPELL: fn(String) -> ErrorBody;
}

macro_rules! spelling {
    ($($(#[$meta:meta])* $name:ident => $body:ident;)+) => {
        $(
            $(#[$meta])*
            #[derive(Debug)]
            pub(crate) enum $name {}

            impl Spelling for $name {
                const SPELL: fn(String) -> ErrorBody = ErrorBody::$body;
            }
        )+
    };
}

spelling! {
    /// `{"detail": …}`
    InDetail => Detail;
    /// `{"error": …}`
    InError => Error;
    /// `{"message": …}`
    InMessage => Message;
    /// `{"error": "400 Bad Request", "details": {"message": …}}`
    InDetails => BadRequest;
}

/// `{"errors": {field: [message]}}`
#[derive(Debug)]
pub(crate) enum InErrors {}

impl Spelling for InErrors {
    const SPELL: fn(String) -> ErrorBody = |message| ErrorBody::Errors(by_field(&message));
}

/// `{field: [message]}`
#[derive(Debug)]
pub(crate) enum InFields {}

impl Spelling for InFields {
    const SPELL: fn(String) -> ErrorBody = |message| ErrorBody::Fields(by_field(&message));
}

/// Puts a message under its field, whose name it begins with.
fn by_field(message: &str) -> Metadata {
    let (field, why) = match message.split_once(": ") {
        Some((field, why)) if field.bytes().all(|b| b.is_ascii_lowercase() || b == b'_') => {
            (field, why)
        }
        _ => ("non_field_errors", message),
    };
    [(field.to_owned(), json!([why]))].into_iter().collect()
}

/// A rejection in the shape of one operation.
pub(crate) struct Refused<S>(Rejection, PhantomData<fn() -> S>);

/// The answer of an operation.
pub(crate) type Answer<T, S> = Result<Json<T>, Refused<S>>;

impl<S: Spelling> IntoResponse for Refused<S> {
    fn into_response(self) -> Response {
        self.0.answer(S::SPELL)
    }
}

impl<S> From<Rejection> for Refused<S> {
    fn from(rejection: Rejection) -> Self {
        Self(rejection, PhantomData)
    }
}

impl<S> From<InvalidInput> for Refused<S> {
    fn from(refused: InvalidInput) -> Self {
        Self(refused.into(), PhantomData)
    }
}

impl<S> From<EngineError> for Refused<S> {
    fn from(error: EngineError) -> Self {
        Self(error.into(), PhantomData)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn storage(error: impl Error + Send + Sync + 'static) -> Rejection {
        EngineError::Storage(Arc::new(error)).into()
    }

    #[test]
    fn a_cause_says_what_is_wrong_with_the_disk() {
        let full = std::io::Error::from(std::io::ErrorKind::StorageFull);
        let Rejection::Failed(cause) = storage(full) else { panic!("not a failure") };
        assert!(cause.contains("no storage space"), "{cause}");
    }

    #[test]
    fn a_cause_never_quotes_what_could_not_be_read() {
        let quoting = serde_json::from_str::<u8>("\"my secret\"").unwrap_err();
        assert!(quoting.to_string().contains("my secret"));
        let Rejection::Failed(cause) = storage(quoting) else { panic!("not a failure") };
        assert!(!cause.contains("secret"), "{cause}");
    }

    #[test]
    fn what_passes_by_itself_says_when_to_try_again() {
        let answered = |error: EngineError| {
            let response = Rejection::from(error).into_response();
            let retry = response.headers().get(header::RETRY_AFTER).cloned();
            (response.status().as_u16(), retry.map(|value| value.to_str().unwrap().to_owned()))
        };
        let soon = || Some("1".to_owned());
        for error in [EngineError::Busy, EngineError::NoRoom, EngineError::Closed] {
            assert_eq!(answered(error), (503, soon()));
        }
        // Somebody must act first.
        assert_eq!(answered(EngineError::DiskFull), (507, None));
        assert_eq!(answered(EngineError::FolderLost("mem0.db".into())), (503, None));
    }

    #[test]
    fn a_batch_names_the_entry_and_never_answers_404() {
        let source = Box::new(EngineError::NotFound(Resource::Memory));
        let rejection = EngineError::BatchItem { index: 3, source }.into();
        let Rejection::Invalid(message) = rejection else { panic!("no 400") };
        assert_eq!(message, "memories[3]: Memory not found!");
    }
}
