use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use super::media::Media;
use crate::wire::{from_text, open_enum, record};
use crate::{Argument, InvalidInput};

open_enum! {
    /// Who said a message.
    pub enum Role {
        /// The person.
        User = "user",
        /// The AI.
        Assistant = "assistant",
        /// Instructions to the AI. Not stored with `infer: false`.
        System = "system",
    }
}

impl Role {
    /// Whether such a message instructs the AI: `system`, or `developer` as newer APIs call it, in
    /// any case.
    ///
    /// ```
    /// use mem0_sdk::Role;
    ///
    /// assert!(Role::System.is_instruction() && Role::from("developer").is_instruction());
    /// assert!(Role::from("System").is_instruction());
    /// assert!(!Role::User.is_instruction());
    /// ```
    pub fn is_instruction(&self) -> bool {
        ["system", "developer"].iter().any(|role| self.as_str().eq_ignore_ascii_case(role))
    }
}

impl Default for Role {
    /// No role: of a message that names none, such as an item of a Responses API that is a tool
    /// call.
    fn default() -> Self {
        Self::Other(String::new())
    }
}

record! {
    /// One message of a conversation.
    ///
    /// ```
    /// use mem0_sdk::{Message, Role};
    ///
    /// let message = Message::user("I love hiking").named("Alice");
    /// assert_eq!(message.role, Role::User);
    /// assert_eq!(message.content.as_text(), Some("I love hiking"));
    /// ```
    ///
    /// A conversation that another API has stored can be read and sent as it is: messages of
    /// OpenAI's Chat Completions and items of its Responses, of Anthropic, Bedrock and Gemini, of
    /// LangChain and the Vercel AI SDK. What this version has no name for is kept in
    /// [`extra()`](Self::extra) and sent along. [`text`](Self::text) is what can be remembered of
    /// a message, and [`other_parts`](Self::other_parts) the rest.
    ///
    /// ```
    /// use mem0_sdk::Message;
    ///
    /// let talk: Vec<Message> = serde_json::from_str(
    ///     r#"[
    ///         {"role": "user", "content": [
    ///             {"type": "text", "text": "Which island is this?"},
    ///             {"type": "image_url", "image_url": {"url": "https://example.com/a.jpg"}}
    ///         ]},
    ///         {"role": "assistant", "content": null, "tool_calls": [{"id": "c-1"}]}
    ///     ]"#,
    /// )?;
    /// assert_eq!(talk[0].text().as_deref(), Some("Which island is this?"));
    /// assert_eq!(talk[0].other_parts(), ["image_url"]);
    /// assert_eq!((talk[1].text(), talk[1].other_parts()), (None, vec!["tool_calls".to_owned()]));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub struct Message {
        required {}
        defaulted {
            /// Who said it. Empty where a message names no role;
            /// [`speaker_role`](Message::speaker_role) also knows LangChain's `type`.
            role: Role = "role" in new(role),
            /// What was said or shown.
            content: Content = "content" in new(content) as nullable,
        }
        optional {
            /// The speaker's name. It is context for extraction and not a scope.
            name: String = "name",
        }
    }
}

impl Message {
    /// A message by the person.
    ///
    /// ```
    /// # use mem0_sdk::{Message, Role};
    /// assert_eq!(Message::user("Hi").role, Role::User);
    /// ```
    pub fn user(content: impl Argument<Content>) -> Self {
        Self::new(Role::User, content)
    }

    /// A message by the AI.
    ///
    /// ```
    /// # use mem0_sdk::{Message, Role};
    /// assert_eq!(Message::assistant("Hello!").role, Role::Assistant);
    /// ```
    pub fn assistant(content: impl Argument<Content>) -> Self {
        Self::new(Role::Assistant, content)
    }

    /// Instructions to the AI. Not stored with `infer: false`.
    ///
    /// ```
    /// # use mem0_sdk::{Message, Role};
    /// assert_eq!(Message::system("Be brief").role, Role::System);
    /// ```
    pub fn system(content: impl Argument<Content>) -> Self {
        Self::new(Role::System, content)
    }

    /// Sets the speaker's name.
    ///
    /// ```
    /// # use mem0_sdk::Message;
    /// assert_eq!(Message::user("Hi").named("Alice").name.as_deref(), Some("Alice"));
    /// ```
    #[must_use]
    pub fn named(mut self, name: impl Argument<String>) -> Self {
        self.name = Some(name.into());
        self
    }
}

/// The content of a message: text, one image or document, or what another API has there.
///
/// ```
/// use mem0_sdk::{Content, Media};
///
/// let photo = Content::from(Media::image_url("https://example.com/a.jpg"));
/// assert_eq!(
///     serde_json::to_string(&photo)?,
///     r#"{"type":"image_url","image_url":{"url":"https://example.com/a.jpg"}}"#,
/// );
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, PartialEq, Default)]
#[non_exhaustive]
pub enum Content {
    /// Text.
    Text(String),
    /// An image or a document.
    Media(Media),
    /// JSON of another form, which is sent and kept as it is: a list of parts, for example, whose
    /// texts [`Message::text`] finds.
    Raw(Value),
    /// No content, null on the wire: of an assistant that only calls tools, for example.
    #[default]
    Absent,
}

impl Content {
    /// The text. `None` when the content is not one text; [`Message::text`] knows lists of parts.
    ///
    /// ```
    /// # use mem0_sdk::{Content, Media};
    /// assert_eq!(Content::from("Hi").as_text(), Some("Hi"));
    /// assert_eq!(Content::from(Media::pdf_url("https://example.com/a.pdf")).as_text(), None);
    /// ```
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Media(_) | Self::Raw(_) | Self::Absent => None,
        }
    }
}

from_text!(Content, text => Self::Text(text.into_owned()));

impl From<Media> for Content {
    fn from(media: Media) -> Self {
        Self::Media(media)
    }
}

impl fmt::Debug for Content {
    /// The kind of content, never the content.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => write!(f, "Text({} bytes)", text.len()),
            Self::Media(media) => media.fmt(f),
            Self::Raw(_) => f.write_str("Raw"),
            Self::Absent => f.write_str("Absent"),
        }
    }
}

impl Serialize for Content {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Text(text) => serializer.serialize_str(text),
            Self::Media(media) => media.serialize(serializer),
            Self::Raw(json) => json.serialize(serializer),
            Self::Absent => serializer.serialize_unit(),
        }
    }
}

impl<'de> Deserialize<'de> for Content {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(match Value::deserialize(deserializer)? {
            Value::String(text) => Self::Text(text),
            Value::Null => Self::Absent,
            json => match Media::from_json(&json) {
                Some(media) => Self::Media(media),
                None => Self::Raw(json),
            },
        })
    }
}

/// The messages of one add, at least one.
///
/// A text alone is one message by the user.
///
/// ```
/// use mem0_sdk::{Message, Messages};
///
/// assert_eq!(Messages::from("Hi"), Messages::from([Message::user("Hi")]));
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Messages(Vec<Message>);

impl Messages {
    /// The messages in order.
    ///
    /// ```
    /// # use mem0_sdk::Messages;
    /// assert_eq!(Messages::from("Hi").as_slice().len(), 1);
    /// ```
    pub fn as_slice(&self) -> &[Message] {
        &self.0
    }

    pub(crate) fn check(&self, infer: bool) -> Result<(), InvalidInput> {
        if self.0.is_empty() {
            return Err(InvalidInput::new("messages", "must have at least one message"));
        }
        let is_media = |message: &Message| matches!(message.content, Content::Media(_));
        if !infer && self.0.iter().any(is_media) {
            return Err(InvalidInput::new(
                "messages",
                "must be text when infer is false: only inference reads images and documents",
            ));
        }
        Ok(())
    }
}

from_text!(Messages, text => Self(vec![Message::user(text)]));

impl From<Message> for Messages {
    fn from(message: Message) -> Self {
        Self(vec![message])
    }
}

impl From<Vec<Message>> for Messages {
    fn from(messages: Vec<Message>) -> Self {
        Self(messages)
    }
}

impl<const N: usize> From<[Message; N]> for Messages {
    fn from(messages: [Message; N]) -> Self {
        Self(messages.into())
    }
}

impl From<&Vec<Message>> for Messages {
    fn from(messages: &Vec<Message>) -> Self {
        Self(messages.clone())
    }
}

impl From<&[Message]> for Messages {
    fn from(messages: &[Message]) -> Self {
        Self(messages.to_vec())
    }
}

impl FromIterator<Message> for Messages {
    fn from_iter<I: IntoIterator<Item = Message>>(messages: I) -> Self {
        Self(messages.into_iter().collect())
    }
}
