//! The limits of a single request. A request within them is small enough for one transaction, and a
//! result row for an answer with a thousand others.
//!
//! Memories that an older version stored may be larger. They are read, changed and deleted as
//! before.

use std::borrow::Cow;

use mem0_types::{IdField, InvalidInput, Message, Metadata};

use crate::EngineError;
use crate::stored_json;

/// The longest id of a user, agent, app or run in an add, in bytes. It also limits a message's
/// `role` and `name`, and the title of an entity.
pub const MAX_ID: usize = 1024;

/// The longest text of a memory, and the longest query of a search, in bytes.
pub const MAX_TEXT: usize = 256 * 1024;

/// The most metadata of a memory or an entity, in bytes of JSON.
pub const MAX_METADATA: usize = 64 * 1024;

/// The most messages in one add.
pub const MAX_MESSAGES: usize = 10_000;

/// The most that the memories of one add, or of one batch of updates, may take together, in bytes:
/// each counts its text, ids and metadata.
pub const MAX_TOGETHER: usize = 16 * 1024 * 1024;

/// The most that the texts of one page or search may take together, in bytes. The clients of this
/// SDK read no more of an answer. A single row is returned however large it is.
pub const MAX_ANSWER: usize = 64 * 1024 * 1024;

/// Counts the bytes of an answer's rows.
pub(crate) struct Answer {
    /// The argument that asks for so many rows.
    field: &'static str,
    bytes: usize,
}

impl Answer {
    /// An answer whose number of rows this argument sets.
    pub(crate) fn to(field: &'static str) -> Self {
        Self { field, bytes: 0 }
    }

    /// Adds a row of so many bytes, unless the answer becomes too large.
    pub(crate) fn take(&mut self, bytes: usize) -> Result<(), EngineError> {
        let is_first = self.bytes == 0;
        self.bytes = self.bytes.saturating_add(bytes);
        if is_first || self.bytes <= MAX_ANSWER {
            return Ok(());
        }
        let message = format!(
            "asks for more than {MAX_ANSWER} bytes at once; ask for fewer memories or rows"
        );
        Err(InvalidInput::new(self.field, message).into())
    }
}

/// Refuses a text that is longer than the limit, in bytes.
pub(crate) fn check_length(
    field: impl Into<Cow<'static, str>>,
    length: usize,
    limit: usize,
) -> Result<(), InvalidInput> {
    if length <= limit {
        return Ok(());
    }
    Err(InvalidInput::new(field, format!("must not be longer than {limit} bytes")))
}

/// Refuses an id under which nothing could be stored or found again.
pub(crate) fn check_id(field: IdField, id: &str) -> Result<(), InvalidInput> {
    field.check(id)?;
    check_length(field.as_str(), id.len(), MAX_ID)
}

/// Refuses metadata that is too large; returns its size in bytes.
pub(crate) fn check_metadata(metadata: Option<&Metadata>) -> Result<usize, EngineError> {
    let Some(metadata) = metadata else { return Ok(0) };
    let length = stored_json::write(metadata)?.len();
    check_length("metadata", length, MAX_METADATA)?;
    Ok(length)
}

/// Refuses too many messages, a message that is too long, and messages that would take too much
/// together; the ids take so many bytes.
pub(crate) fn check_messages(
    messages: &[Message],
    ids: usize,
    metadata: Option<&Metadata>,
) -> Result<(), EngineError> {
    if messages.len() > MAX_MESSAGES {
        let message = format!("must not be more than {MAX_MESSAGES}; send them in several adds");
        return Err(InvalidInput::new("messages", message).into());
    }
    let with_each = ids + check_metadata(metadata)?;
    let mut together = 0;
    for (index, message) in messages.iter().enumerate() {
        let name = message.name.as_deref().unwrap_or_default();
        let said = [("role", message.role.as_str()), ("name", name)];
        for (part, text) in said {
            check_length(format!("messages[{index}].{part}"), text.len(), MAX_ID)?;
        }
        let becomes_none = message.speaker_role().is_none_or(|role| role.is_instruction());
        let Some(text) = message.text().filter(|_| !becomes_none) else { continue };
        if text.len() > MAX_TEXT {
            let why = format!("must not be longer than {MAX_TEXT} bytes; divide it into several");
            return Err(InvalidInput::new(format!("messages[{index}].content"), why).into());
        }
        together += with_each + name.len() + text.len();
    }
    check_together("messages", together, "adds")
}

/// Refuses memories that would take too much together.
pub(crate) fn check_together(
    field: &'static str,
    length: usize,
    several: &str,
) -> Result<(), EngineError> {
    if length <= MAX_TOGETHER {
        return Ok(());
    }
    let message = format!(
        "must not take more than {MAX_TOGETHER} bytes as memories, each with its text, ids and \
         metadata; send them in several {several}"
    );
    Err(InvalidInput::new(field, message).into())
}

#[cfg(test)]
mod tests {
    use mem0_types::Role;
    use serde_json::json;

    use super::*;

    /// Metadata whose JSON has so many bytes.
    fn metadata(length: usize) -> Metadata {
        let empty = json!({"k": ""}).to_string().len();
        Metadata::from_iter([("k".to_owned(), json!("x".repeat(length - empty)))])
    }

    fn refused(messages: &[Message], metadata: Option<&Metadata>) -> Option<String> {
        match check_messages(messages, "alice".len(), metadata) {
            Ok(()) => None,
            Err(EngineError::InvalidInput(refused)) => Some(refused.field().to_owned()),
            Err(other) => panic!("{other:?}"),
        }
    }

    #[test]
    fn ids_and_texts_are_accepted_up_to_the_limit() {
        assert!(check_id(IdField::RunId, &"r".repeat(MAX_ID)).is_ok());
        let why = check_id(IdField::RunId, &"r".repeat(MAX_ID + 1)).unwrap_err().to_string();
        assert!(why.contains("run_id") && why.contains("1024 bytes"), "{why}");
        assert!(check_id(IdField::RunId, "").is_err());

        let text = |length: usize| Message::user("x".repeat(length));
        assert_eq!(refused(&[text(MAX_TEXT)], None), None);
        let long = [text(1), text(MAX_TEXT + 1)];
        assert_eq!(refused(&long, None).unwrap(), "messages[1].content");
        // A message that does not become a memory is not limited.
        assert_eq!(refused(&[Message::system("x".repeat(MAX_TEXT + 1))], None), None);
        let named = |length: usize| text(1).named("n".repeat(length));
        assert_eq!(refused(&[named(MAX_ID)], None), None);
        assert_eq!(refused(&[named(MAX_ID + 1)], None).unwrap(), "messages[0].name");
        let role = |length: usize| Message::new(Role::from("r".repeat(length).as_str()), "x");
        assert_eq!(refused(&[role(MAX_ID)], None), None);
        assert_eq!(refused(&[role(MAX_ID + 1)], None).unwrap(), "messages[0].role");
    }

    #[test]
    fn an_answer_takes_up_to_the_limit_or_one_row() {
        let mut answer = Answer::to("page_size");
        assert!(answer.take(1).is_ok() && answer.take(MAX_ANSWER - 1).is_ok());
        assert!(answer.take(0).is_ok());
        let why = answer.take(1).unwrap_err().to_string();
        assert!(why.contains("page_size") && why.contains("ask for fewer"), "{why}");
        let mut answer = Answer::to("top_k");
        assert!(answer.take(MAX_ANSWER + 1).is_ok());
        assert!(answer.take(1).is_err());
    }

    #[test]
    fn metadata_is_accepted_up_to_the_limit() {
        assert_eq!(check_metadata(None).unwrap(), 0);
        assert_eq!(check_metadata(Some(&metadata(MAX_METADATA))).unwrap(), MAX_METADATA);
        assert!(check_metadata(Some(&metadata(MAX_METADATA + 1))).is_err());
        let message = [Message::user("x")];
        assert_eq!(refused(&message, Some(&metadata(MAX_METADATA + 1))).unwrap(), "metadata");
    }

    #[test]
    fn an_add_is_accepted_up_to_its_limits() {
        let many = vec![Message::user("x"); MAX_MESSAGES + 1];
        assert_eq!(refused(&many[1..], None), None);
        assert_eq!(refused(&many, None).unwrap(), "messages");

        // Metadata counts once for each message that it is stored with.
        let with_each = MAX_TOGETHER / 300 - "alice".len() - 1;
        let messages = vec![Message::user("x"); 300];
        let rest = MAX_TOGETHER - 300 * (MAX_TOGETHER / 300);
        let full = Message::user("x".repeat(rest + 1)).named("");
        let over = Message::user("x".repeat(rest + 2));
        let last = |message: Message| [&messages[1..], &[message]].concat();
        assert_eq!(refused(&last(full), Some(&metadata(with_each))), None);
        assert_eq!(refused(&last(over), Some(&metadata(with_each))).unwrap(), "messages");
        assert!(check_together("memories", MAX_TOGETHER, "batches").is_ok());
        assert!(check_together("memories", MAX_TOGETHER + 1, "batches").is_err());
    }
}
