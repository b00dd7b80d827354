//! What one call to the model is made of.

use std::fmt;

use mem0_types::{Date, Timestamp};

const MICROS_PER_MINUTE: i64 = 60_000_000;

/// What one call to the model is made of.
#[derive(Clone, Copy)]
pub(crate) struct Conversation<'a> {
    /// The last messages of the run before these, oldest first: to understand the new ones by.
    /// Nothing is learned from them.
    pub(crate) earlier: &'a [Said],
    /// The nearest memories that there are; shown under the numbers 1, 2, …
    pub(crate) known: &'a [Known],
    /// The new messages: one chunk.
    pub(crate) messages: &'a [Said],
    /// When they were said. Where nobody said so, facts have no dates at all.
    pub(crate) observed: Option<Observed>,
    pub(crate) rules: &'a Rules,
}

/// One message.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Said {
    pub(crate) role: String,
    /// The speaker's name, where the message has one.
    pub(crate) name: Option<String>,
    pub(crate) text: String,
}

impl Said {
    /// Whether a person says it, rather than a model, a tool or whoever instructs them.
    pub(crate) fn is_by_user(&self) -> bool {
        !self.is_by_assistant() && !self.is_by_system()
    }

    pub(crate) fn is_by_assistant(&self) -> bool {
        matches!(self.role.as_str(), "assistant" | "model" | "ai" | "bot")
    }

    /// Whether it is an instruction or the output of a tool, of which nothing is learned.
    pub(crate) fn is_by_system(&self) -> bool {
        matches!(self.role.as_str(), "system" | "developer" | "tool" | "function")
    }
}

/// Sizes alone: what was said is content.
impl fmt::Debug for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Said")
            .field("role", &self.role)
            .field("bytes", &self.text.len())
            .finish_non_exhaustive()
    }
}

/// A memory that there is.
#[derive(Clone, Default)]
pub(crate) struct Known {
    pub(crate) text: String,
    pub(crate) subject: Option<String>,
    pub(crate) state: Option<String>,
}

/// When messages were said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Observed {
    /// Microseconds since 1970-01-01T00:00:00Z.
    pub(crate) at: i64,
    /// How far their clock is ahead of UTC; 0 where the timestamp had no offset.
    pub(crate) offset_minutes: i32,
}

impl Observed {
    /// When a caller says that it was; `None` for a time that cannot be read.
    pub(crate) fn of(time: &Timestamp) -> Option<Self> {
        let offset_minutes = offset_minutes(&time.to_string()).unwrap_or_default();
        Some(Self { at: time.unix_micros()?, offset_minutes })
    }

    /// The day on the speaker's calendar.
    pub(crate) fn day(self) -> Option<Date> {
        Timestamp::from_unix_micros(self.local())?.date()
    }

    /// The minute of that day.
    pub(crate) fn minute(self) -> u16 {
        let minutes = self.local().div_euclid(MICROS_PER_MINUTE).rem_euclid(24 * 60);
        u16::try_from(minutes).unwrap_or_default()
    }

    fn local(self) -> i64 {
        self.at.saturating_add(i64::from(self.offset_minutes) * MICROS_PER_MINUTE)
    }
}

/// What the project or the call wants of facts.
#[derive(Clone, Default)]
pub(crate) struct Rules {
    pub(crate) instructions: Option<String>,
    pub(crate) includes: Option<String>,
    pub(crate) excludes: Option<String>,
    pub(crate) categories: Vec<Category>,
}

/// A category that a fact may have.
#[derive(Clone)]
pub(crate) struct Category {
    pub(crate) name: String,
    /// What belongs to it; may be empty.
    pub(crate) description: String,
}

impl Category {
    pub(crate) fn new(name: &str, description: &str) -> Self {
        Self { name: name.to_owned(), description: description.to_owned() }
    }
}

/// The offset at the end of a written time, such as `+02:00`.
fn offset_minutes(time: &str) -> Option<i32> {
    let (_, time) = time.split_once(['T', 't', ' '])?;
    let at = time.rfind(['+', '-'])?;
    let (sign, offset) = (if time.as_bytes()[at] == b'-' { -1 } else { 1 }, &time[at + 1..]);
    let digits: String = offset.chars().filter(char::is_ascii_digit).collect();
    let hours: i32 = digits.get(..2)?.parse().ok()?;
    let minutes: i32 = digits.get(2..4).map_or(Some(0), |minutes| minutes.parse().ok())?;
    Some(sign * (60 * hours + minutes))
}
