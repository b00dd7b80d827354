use std::borrow::Cow;

use serde_json::{Map, Value};

use super::message::{Content, Message, Role};

/// The types of parts whose text was said: those of Chat Completions and Anthropic, and the two of
/// the Responses API.
const TEXTS: [&str; 3] = ["text", "input_text", "output_text"];

/// The fields in which chat APIs keep what a message has besides its content.
const FIELDS: [&str; 6] =
    ["tool_calls", "function_call", "audio", "refusal", "reasoning_content", "reasoning"];

/// One part of what a message has.
enum Part<'a> {
    Text(Cow<'a, str>),
    /// Something that is not text, by the name of its kind.
    Other(Cow<'a, str>),
}

impl Message {
    /// The role, or what LangChain's `type` says where there is no role: `human` is the user, `ai`
    /// the assistant. `None` where neither says who said it.
    ///
    /// ```
    /// use mem0_sdk::{Message, Role};
    ///
    /// let said: Message = serde_json::from_str(r#"{"type": "human", "content": "Hi"}"#)?;
    /// assert_eq!(said.speaker_role(), Some(Role::User));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn speaker_role(&self) -> Option<Role> {
        if !self.role.as_str().trim().is_empty() {
            return Some(self.role.clone());
        }
        match self.kind()?.as_str() {
            "human" | "HumanMessageChunk" => Some(Role::User),
            "ai" | "AIMessageChunk" => Some(Role::Assistant),
            role @ ("system" | "developer" | "tool" | "function") => Some(Role::from(role)),
            _ => None,
        }
    }

    /// What was said in words: the content, or the parts of it that are text, joined by line
    /// breaks. `None` where there is no text.
    ///
    /// Text are a string and parts of type `text`, `input_text` and `output_text`. Where there is
    /// no `content`, `parts` are read instead. Neither a refusal nor thinking nor what a tool was
    /// asked and answered is text, unless it is the content of a message of its own.
    ///
    /// ```
    /// use mem0_sdk::Message;
    ///
    /// let said: Message = serde_json::from_str(
    ///     r#"{"role": "assistant", "content": [
    ///         {"type": "thinking", "thinking": "Which one?"},
    ///         {"type": "text", "text": "Zanzibar."}
    ///     ]}"#,
    /// )?;
    /// assert_eq!(said.text().as_deref(), Some("Zanzibar."));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn text(&self) -> Option<Cow<'_, str>> {
        if let Content::Text(text) = &self.content {
            return Some(Cow::Borrowed(text));
        }
        let json = self.content_json()?;
        let texts: Vec<_> = parts(&json)
            .into_iter()
            .filter_map(|part| match part {
                Part::Text(text) => Some(text),
                Part::Other(_) => None,
            })
            .collect();
        if texts.is_empty() { None } else { Some(Cow::Owned(texts.join("\n"))) }
    }

    /// The kinds of what the message has besides text, one name for each part: `image_url`,
    /// `tool_use`, `thinking` and so on. Calls of tools, audio, a refusal and reasoning that stand
    /// beside the content are named as their fields are.
    ///
    /// ```
    /// use mem0_sdk::{Media, Message};
    ///
    /// let photo = Message::user(Media::image_url("https://example.com/a.jpg"));
    /// assert_eq!(photo.other_parts(), ["image_url"]);
    /// assert!(Message::user("Hi").other_parts().is_empty());
    /// ```
    pub fn other_parts(&self) -> Vec<String> {
        let mut kinds = Vec::new();
        if let Content::Media(media) = &self.content {
            kinds.push(media.kind().as_str().to_owned());
        } else if let Some(json) = self.content_json() {
            kinds.extend(parts(&json).into_iter().filter_map(|part| match part {
                Part::Other(kind) => Some(kind.into_owned()),
                Part::Text(_) => None,
            }));
        }
        for field in FIELDS {
            let times = match self.extra().get::<Value>(field) {
                None | Some(Value::Null | Value::Bool(false)) => 0,
                Some(Value::String(text)) => usize::from(!text.is_empty()),
                Some(Value::Array(calls)) => calls.len(),
                Some(_) => 1,
            };
            kinds.extend(std::iter::repeat_n(field.to_owned(), times));
        }
        // An item of a Responses API that is no message: a call of a tool, or its output.
        if self.speaker_role().is_none() {
            kinds.extend(self.kind().filter(|kind| kind != "message"));
        }
        kinds
    }

    /// What the message says that it is.
    fn kind(&self) -> Option<String> {
        self.extra().get("type")
    }

    /// The content that is not one text or medium, as JSON.
    fn content_json(&self) -> Option<Cow<'_, Value>> {
        match &self.content {
            Content::Raw(json) => Some(Cow::Borrowed(json)),
            Content::Text(_) | Content::Media(_) => None,
            // Content with an integer of more than 64 bits in it is among the extras.
            Content::Absent => {
                let json = |field| self.extra().get(field).map(Cow::Owned);
                json("content").or_else(|| json("parts"))
            }
        }
    }
}

fn parts(content: &Value) -> Vec<Part<'_>> {
    match content {
        Value::Null => Vec::new(),
        Value::Array(list) => list.iter().map(part).collect(),
        one => vec![part(one)],
    }
}

fn part(json: &Value) -> Part<'_> {
    match json {
        Value::String(text) => Part::Text(Cow::Borrowed(text)),
        Value::Object(fields) => part_of(fields),
        _ => Part::Other(Cow::Borrowed("unknown")),
    }
}

fn part_of(fields: &Map<String, Value>) -> Part<'_> {
    let kind = fields.get("type").and_then(Value::as_str);
    // Bedrock and Gemini have no types; a part is named by its only field. Gemini marks thinking.
    let is_thought = fields.get("thought") == Some(&Value::Bool(true));
    let is_text = kind.is_none_or(|kind| TEXTS.contains(&kind)) && !is_thought;
    let text = match fields.get("text") {
        // The texts of OpenAI's Assistants have annotations beside them.
        Some(Value::Object(text)) => text.get("value"),
        text => text,
    };
    match text {
        Some(Value::String(text)) if is_text => Part::Text(Cow::Borrowed(text)),
        _ if is_thought => Part::Other(Cow::Borrowed("thought")),
        _ => {
            let named = kind.or_else(|| fields.keys().next().map(String::as_str));
            Part::Other(Cow::Borrowed(named.unwrap_or("unknown")))
        }
    }
}
