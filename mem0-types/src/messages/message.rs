use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use super::media::Media;
use crate::InvalidInput;
use crate::wire::{from_text, open_enum, record};

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

record! {
    /// One message of a conversation.
    ///
    /// ```
    /// use mem0_types::{Message, Role};
    ///
    /// let message = Message::user("I love hiking").named("Alice");
    /// assert_eq!(message.role, Role::User);
    /// assert_eq!(message.content.as_text(), Some("I love hiking"));
    /// ```
    pub struct Message {
        required {
            /// Who said it.
            role: Role = "role",
            /// What was said or shown.
            content: Content = "content",
        }
        defaulted {}
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
    /// # use mem0_types::{Message, Role};
    /// assert_eq!(Message::user("Hi").role, Role::User);
    /// ```
    pub fn user(content: impl Into<Content>) -> Self {
        Self::new(Role::User, content)
    }

    /// A message by the AI.
    ///
    /// ```
    /// # use mem0_types::{Message, Role};
    /// assert_eq!(Message::assistant("Hello!").role, Role::Assistant);
    /// ```
    pub fn assistant(content: impl Into<Content>) -> Self {
        Self::new(Role::Assistant, content)
    }

    /// Instructions to the AI. Not stored with `infer: false`.
    ///
    /// ```
    /// # use mem0_types::{Message, Role};
    /// assert_eq!(Message::system("Be brief").role, Role::System);
    /// ```
    pub fn system(content: impl Into<Content>) -> Self {
        Self::new(Role::System, content)
    }

    /// Sets the speaker's name.
    ///
    /// ```
    /// # use mem0_types::Message;
    /// assert_eq!(Message::user("Hi").named("Alice").name.as_deref(), Some("Alice"));
    /// ```
    #[must_use]
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }
}

/// The content of a message: text, or one image or document.
///
/// ```
/// use mem0_types::{Content, Media};
///
/// let photo = Content::from(Media::image_url("https://example.com/a.jpg"));
/// assert_eq!(
///     serde_json::to_string(&photo)?,
///     r#"{"type":"image_url","image_url":{"url":"https://example.com/a.jpg"}}"#,
/// );
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub enum Content {
    /// Text.
    Text(String),
    /// An image or a document.
    Media(Media),
    /// JSON of another form, which is sent and kept as it is.
    Raw(Value),
}

impl Content {
    /// The text. `None` when the content is not text.
    ///
    /// ```
    /// # use mem0_types::{Content, Media};
    /// assert_eq!(Content::from("Hi").as_text(), Some("Hi"));
    /// assert_eq!(Content::from(Media::pdf_url("https://example.com/a.pdf")).as_text(), None);
    /// ```
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Media(_) | Self::Raw(_) => None,
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
        }
    }
}

impl Serialize for Content {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Text(text) => serializer.serialize_str(text),
            Self::Media(media) => media.serialize(serializer),
            Self::Raw(json) => json.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Content {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(match Value::deserialize(deserializer)? {
            Value::String(text) => Self::Text(text),
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
/// use mem0_types::{Message, Messages};
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
    /// # use mem0_types::Messages;
    /// assert_eq!(Messages::from("Hi").as_slice().len(), 1);
    /// ```
    pub fn as_slice(&self) -> &[Message] {
        &self.0
    }

    pub(crate) fn check(&self, infer: bool) -> Result<(), InvalidInput> {
        if self.0.is_empty() {
            return Err(InvalidInput::new("messages", "must have at least one message"));
        }
        if !infer && self.0.iter().any(|message| message.content.as_text().is_none()) {
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
