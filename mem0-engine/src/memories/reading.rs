//! What an add takes of its messages, and what it counts as skipped.
//!
//! Text becomes memories. Instructions and whole images and documents are kept with the event, for
//! a model. Nothing else of a message is stored: calls of tools and their files may hold anything.

use std::collections::BTreeMap;

use mem0_types::{Content, InvalidInput, MediaKind, Message, Role, Skipped};

/// The most kinds of parts that are counted by name.
const MOST: usize = 16;

/// The longest name of a kind, in bytes.
const LONGEST: usize = 64;

/// Messages, as an add takes them.
pub(crate) struct Taken {
    /// Role, name, and text or medium of those that have one.
    pub(crate) messages: Vec<Message>,
    pub(crate) skipped: Skipped,
    /// Whether a message has text that becomes a memory.
    pub(crate) has_text: bool,
    /// The first message that looks like a mistake.
    mistake: Option<InvalidInput>,
}

impl Taken {
    /// Refuses messages without anything to take, if one of them looks like a mistake. One mistake
    /// does not cost the others.
    pub(crate) fn check(&self) -> Result<(), InvalidInput> {
        let has_media = self.messages.iter().any(|message| message.content.as_text().is_none());
        match &self.mistake {
            Some(mistake) if !self.has_text && !has_media => Err(mistake.clone()),
            _ => Ok(()),
        }
    }
}

/// What becomes of a message.
enum Fate {
    Remembered,
    /// Kept for a model, but no memory.
    Kept(&'static str),
    Dropped(&'static str),
    Mistaken(&'static str, InvalidInput),
}

pub(crate) fn take(messages: &[Message]) -> Taken {
    let mut taken = Taken {
        messages: Vec::with_capacity(messages.len()),
        skipped: Skipped::new(),
        has_text: false,
        mistake: None,
    };
    for (index, message) in messages.iter().enumerate() {
        let (role, text, others) = (message.speaker_role(), message.text(), message.other_parts());
        let content = match (text, &message.content) {
            (Some(text), _) => Some(Content::Text(text.into_owned())),
            (None, media @ Content::Media(_)) => Some(media.clone()),
            (None, _) => None,
        };
        let fate = fate(index, message, role.as_ref(), content.as_ref(), &others);
        for kind in &others {
            count(&mut taken.skipped.parts, kind);
        }
        let is_kept = match fate {
            Fate::Remembered => {
                taken.has_text = true;
                true
            }
            Fate::Kept(why) => {
                count(&mut taken.skipped.messages, why);
                true
            }
            Fate::Dropped(why) => {
                count(&mut taken.skipped.messages, why);
                false
            }
            Fate::Mistaken(why, mistake) => {
                count(&mut taken.skipped.messages, why);
                taken.mistake.get_or_insert(mistake);
                false
            }
        };
        if let (true, Some(role), Some(content)) = (is_kept, role, content) {
            let mut kept = Message::new(role, content);
            kept.name = message.name.clone();
            taken.messages.push(kept);
        }
    }
    taken
}

fn fate(
    index: usize,
    message: &Message,
    role: Option<&Role>,
    content: Option<&Content>,
    others: &[String],
) -> Fate {
    let mistake =
        |part: &str, why: &'static str| InvalidInput::new(format!("messages[{index}].{part}"), why);
    let is_absent = message.content == Content::Absent;
    let Some(role) = role else {
        // An item of a Responses API that is no message.
        if content.is_none() && is_absent && !others.is_empty() {
            return Fate::Dropped("no_text");
        }
        let why = "is required, for example user, assistant or tool";
        return Fate::Mistaken("no_role", mistake("role", why));
    };
    match content {
        Some(_) if role.is_instruction() => Fate::Kept("system"),
        Some(Content::Text(text)) if text.trim().is_empty() => Fate::Dropped("blank"),
        Some(Content::Text(_)) => Fate::Remembered,
        Some(_) => Fate::Kept("no_text"),
        None => {
            let why = "is required and must be a string, a list of parts, or one image_url, \
                       pdf_url, mdx_url or txt_url object";
            match &message.content {
                Content::Absent if !others.is_empty() => Fate::Dropped("no_text"),
                Content::Absent if *role != Role::User => Fate::Dropped("no_content"),
                Content::Absent => Fate::Mistaken("no_content", mistake("content", why)),
                Content::Raw(json) if json.is_array() || json.is_object() => {
                    Fate::Dropped("no_text")
                }
                _ => Fate::Mistaken("no_text", mistake("content", why)),
            }
        }
    }
}

/// Counts one more of a kind. Kinds are named by whoever sent them, so only a few, with characters
/// that are common in names, are repeated.
fn count(counts: &mut BTreeMap<String, u64>, kind: &str) {
    let is_common = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    let is_name = (1..=LONGEST).contains(&kind.len()) && kind.bytes().all(is_common);
    let is_counted = is_name && (counts.contains_key(kind) || counts.len() < MOST);
    let counted = counts.entry(if is_counted { kind } else { "other" }.to_owned()).or_default();
    *counted += 1;
}

/// Whether images or documents that the platform takes were skipped.
pub(crate) fn has_media(skipped: &Skipped) -> bool {
    [MediaKind::Image, MediaKind::Pdf, MediaKind::Mdx, MediaKind::Text]
        .iter()
        .any(|kind| skipped.parts.contains_key(kind.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_counted_by_name_up_to_a_limit() {
        let mut counts = BTreeMap::new();
        for number in 0..100 {
            count(&mut counts, &format!("kind-{number}"));
        }
        for odd in ["", "a b", "é", &"k".repeat(LONGEST + 1)] {
            count(&mut counts, odd);
        }
        count(&mut counts, "kind-3");
        assert_eq!((counts.len(), counts["kind-3"]), (MOST + 1, 2));
        assert_eq!(counts.values().sum::<u64>(), 105);
    }
}
