//! The limits of a single request. A request within them is small enough for one transaction, and a
//! result row for an answer with a thousand others.
//!
//! Memories that an older version stored may be larger. They are read, changed and deleted as
//! before.

use std::borrow::Cow;

use mem0_types::{IdField, InvalidInput, Message, Metadata};
use rusqlite::Row;
use serde::Serialize;

use crate::json_size::JsonSize;
use crate::room::Share;
use crate::{EngineError, stored_json};

/// The longest id of a user, agent, app or run in an add, in bytes. It also limits a message's
/// `role` and `name`, and the title of an entity.
pub const MAX_ID: usize = 1024;

/// The longest text of a memory, and the longest query of a search, in bytes.
pub const MAX_TEXT: usize = 256 * 1024;

/// The most metadata of a memory or an entity, in bytes of JSON.
pub const MAX_METADATA: usize = 64 * 1024;

/// The most that a project's settings may take together, in bytes; those of its profiles too.
pub const MAX_SETTINGS: usize = 256 * 1024;

/// The longest schema of an export, in bytes of JSON.
pub const MAX_SCHEMA: usize = 256 * 1024;

/// The most messages in one add.
pub const MAX_MESSAGES: usize = 10_000;

/// The most messages of an add with `infer: false` that become memories: they are stored at once,
/// and everybody who writes waits as long.
pub const MAX_MESSAGES_AT_ONCE: usize = 500;

/// The most that the memories of one add or of one batch may take together, in bytes: each counts
/// its text, ids and metadata. Everybody who writes waits as long.
pub const MAX_TOGETHER: usize = 4 * 1024 * 1024;

/// The most that one page or search may take, in bytes of JSON. The clients of this SDK read no
/// more of an answer. A single row is returned however large it is.
pub const MAX_ANSWER: usize = 64 * 1024 * 1024;

/// The most that an answer may take in memory until it is written as JSON. Metadata of many small
/// keys take 20 times as much there.
const MAX_HELD: usize = 2 * MAX_ANSWER;

/// What a row has besides its texts: fields of fixed size, and the names of all of them in JSON.
const ROW: usize = 1024;

/// What the language model may be asked. Without a limit, it is asked what the work takes.
///
/// Of a project, the day is one of UTC. Questions that were answered count, and those that may have
/// been answered in vain. Where a provider counts no tokens, one counts as four characters. Over a
/// limit of the day, what is queued in the project waits for the next day, in its order. Over the
/// limit of an add, the add fails with a reason.
///
/// ```
/// use mem0_engine::LlmLimits;
///
/// let mut limits = LlmLimits::default();
/// limits.tokens_per_day = Some(1_000_000);
/// assert_eq!(limits.calls_per_day, None);
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct LlmLimits {
    /// How many questions of a project are answered in a day.
    pub calls_per_day: Option<u64>,
    /// After how many tokens no more is asked for a project in a day. The question that reaches it
    /// is answered.
    pub tokens_per_day: Option<u64>,
    /// The same for one add, whatever the day.
    pub tokens_per_add: Option<u64>,
    /// How many questions are out at once, of all projects; at least 1. Never more than 16 are.
    pub in_flight: Option<u64>,
    /// After how many seconds a question counts as not answered, and is asked again later; at most
    /// an hour, which holds without a limit too. A model may give up earlier by itself.
    pub seconds_per_call: Option<u64>,
}

/// Counts the rows of an answer, and takes room for them in the caller's share.
pub(crate) struct Answer {
    /// The argument that asks for so many rows.
    field: &'static str,
    share: Option<Share>,
    taken: RowSize,
}

/// What a row of an answer takes, in bytes.
#[derive(Clone, Copy, Default)]
pub(crate) struct RowSize {
    /// As JSON.
    written: usize,
    /// In memory, before it is written.
    held: usize,
}

impl RowSize {
    pub(crate) fn new() -> Self {
        Self { written: ROW, held: ROW }
    }

    /// Adds a text.
    pub(crate) fn text(self, text: &str) -> Self {
        self.and(written(text.as_bytes()), text.len())
    }

    /// Adds JSON that is read as a tree of values.
    pub(crate) fn json(self, json: &[u8]) -> Self {
        self.and(json.len(), JsonSize::of(json).bytes)
    }

    /// Adds columns of a row: texts, or nulls.
    pub(crate) fn texts(
        self,
        row: &Row<'_>,
        columns: impl IntoIterator<Item = usize>,
    ) -> rusqlite::Result<Self> {
        columns.into_iter().try_fold(self, |size, column| {
            let text = row.get_ref(column)?.as_bytes_or_null()?.unwrap_or_default();
            Ok(size.and(written(text), text.len()))
        })
    }

    /// Adds columns of a row: JSON, or nulls.
    pub(crate) fn jsons(
        self,
        row: &Row<'_>,
        columns: impl IntoIterator<Item = usize>,
    ) -> rusqlite::Result<Self> {
        columns.into_iter().try_fold(self, |size, column| {
            Ok(size.json(row.get_ref(column)?.as_bytes_or_null()?.unwrap_or_default()))
        })
    }

    /// What it takes in memory.
    pub(crate) fn held(self) -> usize {
        self.held
    }

    fn and(self, written: usize, held: usize) -> Self {
        Self { written: self.written + written, held: self.held + held }
    }
}

/// How long a text is in JSON.
fn written(text: &[u8]) -> usize {
    let escaped = |byte: &u8| match byte {
        b'"' | b'\\' | b'\n' | b'\r' | b'\t' | 8 | 12 => 1,
        0..32 => 5,
        _ => 0,
    };
    text.len() + text.iter().map(escaped).sum::<usize>()
}

impl Answer {
    /// An answer whose number of rows this argument sets.
    pub(crate) fn to(field: &'static str, share: Option<Share>) -> Self {
        Self { field, share, taken: RowSize::default() }
    }

    /// Adds a row, unless the answer becomes too large.
    pub(crate) fn take(&mut self, row: RowSize) -> Result<(), EngineError> {
        let is_first = self.taken.written == 0;
        self.taken = self.taken.and(row.written, row.held);
        if !is_first && (self.taken.written > MAX_ANSWER || self.taken.held > MAX_HELD) {
            let message = format!(
                "asks for more than {MAX_ANSWER} bytes at once; ask for fewer memories or rows"
            );
            return Err(InvalidInput::new(self.field, message).into());
        }
        let Some(share) = &self.share else { return Ok(()) };
        // An older version stored larger rows. A single one counts as if it were within the limit,
        // since it could be read in no other way.
        let bytes = row.written.max(row.held);
        share.take(if is_first { bytes.min(MAX_ANSWER) } else { bytes })
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

/// Refuses JSON that takes more bytes than this.
pub(crate) fn check_json(
    field: &'static str,
    json: &(impl Serialize + ?Sized),
    limit: usize,
) -> Result<(), EngineError> {
    Ok(check_length(field, stored_json::write(json)?.len(), limit)?)
}

/// Refuses metadata that is too large; returns its size in bytes.
pub(crate) fn check_metadata(metadata: Option<&Metadata>) -> Result<usize, EngineError> {
    let Some(metadata) = metadata else { return Ok(0) };
    let length = stored_json::write(metadata)?.len();
    check_length("metadata", length, MAX_METADATA)?;
    Ok(length)
}

/// Refuses too many messages, a message that is too long, and messages that would take too much
/// together; the ids take so many bytes. An add that is not queued may have fewer.
pub(crate) fn check_messages(
    messages: &[Message],
    ids: usize,
    metadata: Option<&Metadata>,
    is_queued: bool,
) -> Result<(), EngineError> {
    if messages.len() > MAX_MESSAGES {
        let message = format!("must not be more than {MAX_MESSAGES}; send them in several adds");
        return Err(InvalidInput::new("messages", message).into());
    }
    let with_each = ids + check_metadata(metadata)?;
    let (mut together, mut memories) = (0, 0);
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
        memories += 1;
    }
    if !is_queued && memories > MAX_MESSAGES_AT_ONCE {
        let message = format!(
            "must not be more than {MAX_MESSAGES_AT_ONCE} that become memories when infer is \
             false; send them in several adds, or with infer: true"
        );
        return Err(InvalidInput::new("messages", message).into());
    }
    check_together("messages", together, "adds")
}

/// Refuses a batch whose memories take too much together, in bytes. A single memory may be as large
/// as an older version allowed.
pub(crate) fn check_batch(index: usize, together: usize) -> Result<(), EngineError> {
    match index {
        0 => Ok(()),
        _ => check_together("memories", together, "batches"),
    }
}

fn check_together(field: &'static str, length: usize, several: &str) -> Result<(), EngineError> {
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
        refused_of(messages, metadata, true)
    }

    fn refused_of(
        messages: &[Message],
        metadata: Option<&Metadata>,
        is_queued: bool,
    ) -> Option<String> {
        match check_messages(messages, "alice".len(), metadata, is_queued) {
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
        let row = |written, held| RowSize { written, held };
        let mut answer = Answer::to("page_size", None);
        assert!(answer.take(row(1, 1)).is_ok() && answer.take(row(MAX_ANSWER - 1, 1)).is_ok());
        assert!(answer.take(row(0, 0)).is_ok());
        let why = answer.take(row(1, 1)).unwrap_err().to_string();
        assert!(why.contains("page_size") && why.contains("ask for fewer"), "{why}");
        for large in [row(MAX_ANSWER + 1, 1), row(1, MAX_HELD + 1)] {
            let mut answer = Answer::to("top_k", None);
            assert!(answer.take(large).is_ok());
            assert!(answer.take(row(1, 1)).is_err());
        }
    }

    #[test]
    fn a_row_counts_as_it_is_written_and_as_it_is_held() {
        for text in ["", "tea", "\"\\\n\t\r\u{8}\u{c}", "\u{0}\u{1f}\u{7f}", "寿司 \u{1f600}"] {
            let size = RowSize::default().text(text);
            assert_eq!(size.written + 2, serde_json::to_string(text).unwrap().len(), "{text:?}");
            assert_eq!(size.held, text.len());
        }
        let size = RowSize::default().json(br#"[{"":0},{"":0}]"#);
        assert_eq!(size.written, 15);
        assert!(size.held > 1000, "{}", size.held);
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
        assert!(check_batch(0, MAX_TOGETHER + 1).is_ok());
        assert!(check_batch(1, MAX_TOGETHER).is_ok() && check_batch(1, MAX_TOGETHER + 1).is_err());
    }

    #[test]
    fn an_add_that_is_stored_at_once_has_fewer_messages() {
        // Those that become no memory take no time.
        let mut messages = vec![Message::system("x"); MAX_MESSAGES_AT_ONCE];
        messages.extend(vec![Message::user("x"); MAX_MESSAGES_AT_ONCE]);
        assert_eq!(refused_of(&messages, None, false), None);
        messages.push(Message::user("x"));
        assert_eq!(refused_of(&messages, None, true), None);
        let why = check_messages(&messages, 0, None, false).unwrap_err().to_string();
        assert!(why.contains("infer: true"), "{why}");
    }
}
