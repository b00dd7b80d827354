use std::error::Error;
use std::fmt;

use super::shape::{JsonShape, Wanted};
use super::value::Why;

/// Why a reply could not be read as the JSON that was asked for, or not to its end.
///
/// It says what is wrong and where, and holds nothing of the reply.
///
/// ```
/// use mem0_components::{JsonFaultKind, JsonShape, LlmResponse};
///
/// let shape = JsonShape::list_in("memory");
/// let fault = LlmResponse::text("I cannot help with that.").json(&shape).unwrap_err();
/// assert_eq!(fault.kind(), JsonFaultKind::NoJson);
/// assert_eq!(fault.to_string(), "the answer does not hold JSON");
/// assert_eq!(
///     fault.instruction(),
///     "Your answer does not hold JSON. Answer again, with nothing but JSON: an object whose \
///      field \"memory\" is a list.",
/// );
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonFault {
    kind: JsonFaultKind,
    what: &'static str,
    character: Option<usize>,
    entries: usize,
    shape: JsonShape,
}

/// What kind of fault it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum JsonFaultKind {
    /// The reply is empty.
    Empty,
    /// The model thought aloud, and did not come to an answer.
    OnlyThinking,
    /// The reply is text without JSON, such as a refusal.
    NoJson,
    /// The reply ends in the middle of its JSON.
    CutOff,
    /// The JSON is wrong in a way that cannot be mended.
    Malformed,
    /// More than 127 lists and objects are inside each other.
    TooDeep,
    /// It is JSON, but not what was asked for.
    OtherShape,
}

impl JsonFault {
    pub(super) fn new(kind: JsonFaultKind, what: &'static str, shape: &JsonShape) -> Self {
        Self { kind, what, character: None, entries: 0, shape: shape.clone() }
    }

    pub(super) fn stopped(why: Why, character: usize, entries: usize, shape: &JsonShape) -> Self {
        let (kind, what) = match why {
            Why::Ended(what) => (JsonFaultKind::CutOff, what),
            Why::Unclosed => (JsonFaultKind::CutOff, ""),
            Why::Broken(what) => (JsonFaultKind::Malformed, what),
            Why::TooDeep => (JsonFaultKind::TooDeep, ""),
        };
        Self { kind, what, character: Some(character), entries, shape: shape.clone() }
    }

    /// What kind of fault it is.
    ///
    /// ```
    /// use mem0_components::{JsonFaultKind, JsonShape, LlmResponse};
    ///
    /// let fault = LlmResponse::text("").json(&JsonShape::object()).unwrap_err();
    /// assert_eq!(fault.kind(), JsonFaultKind::Empty);
    /// ```
    pub fn kind(&self) -> JsonFaultKind {
        self.kind
    }

    /// At which character of the reply it is, counted from 0; `None` where it is of the whole.
    /// Inside of JSON in a JSON string, where that string begins.
    ///
    /// ```
    /// use mem0_components::{JsonShape, LlmResponse};
    ///
    /// let reply = LlmResponse::text(r#"{"é": [1, oops]}"#);
    /// let fault = reply.json(&JsonShape::object()).unwrap_err();
    /// assert_eq!(fault.character(), Some(10));
    /// ```
    pub fn character(&self) -> Option<usize> {
        self.character
    }

    /// How many entries of the list, or fields of the object, are complete before it.
    ///
    /// ```
    /// use mem0_components::{JsonShape, LlmResponse};
    ///
    /// let reading = LlmResponse::text(r#"["a", "b", "c"#).json(&JsonShape::list())?;
    /// assert_eq!(reading.cut.map(|cut| cut.entries()), Some(2));
    /// # Ok::<(), mem0_components::JsonFault>(())
    /// ```
    pub fn entries(&self) -> usize {
        self.entries
    }

    /// What to ask of the model for one repair, after its own answer.
    ///
    /// ```
    /// use mem0_components::{JsonShape, LlmResponse};
    ///
    /// let reply = LlmResponse::text(r#"{"memory": [{"text": "Likes tea"}, {"text": "Has a d"#);
    /// let reading = reply.json(&JsonShape::list_in("memory"))?;
    /// assert_eq!(
    ///     reading.cut.map(|cut| cut.instruction()).as_deref(),
    ///     Some(
    ///         "Your answer ended in the middle of a string, at character 52, after 1 complete \
    ///          entry. Answer again, with nothing but JSON: an object whose field \"memory\" is a \
    ///          list."
    ///     ),
    /// );
    /// # Ok::<(), mem0_components::JsonFault>(())
    /// ```
    pub fn instruction(&self) -> String {
        let (what, shape) = (self.words(), &self.shape);
        format!("Your answer {what}. Answer again, with nothing but JSON: {shape}.")
    }

    fn words(&self) -> String {
        let what = self.what;
        match self.kind {
            JsonFaultKind::Empty => "is empty".to_owned(),
            JsonFaultKind::OnlyThinking => "is nothing but thinking aloud".to_owned(),
            JsonFaultKind::NoJson => "does not hold JSON".to_owned(),
            JsonFaultKind::CutOff if what.is_empty() => {
                format!("ended before its JSON did{}", self.place())
            }
            JsonFaultKind::CutOff => format!("ended in the middle of {what}{}", self.place()),
            JsonFaultKind::Malformed => {
                format!("holds JSON that cannot be read: {what}{}", self.place())
            }
            JsonFaultKind::TooDeep => {
                format!("has too many lists and objects inside each other{}", self.place())
            }
            JsonFaultKind::OtherShape => format!("holds JSON, but {what}"),
        }
    }

    /// Where it is, and what is complete before it.
    fn place(&self) -> String {
        let unit = match self.shape.wanted {
            Wanted::Object => ["field", "fields"],
            Wanted::List | Wanted::ListIn(_) => ["entry", "entries"],
        };
        let complete = match self.entries {
            0 => format!("before the first {} was complete", unit[0]),
            1 => format!("after 1 complete {}", unit[0]),
            entries => format!("after {entries} complete {}", unit[1]),
        };
        match self.character {
            Some(character) => format!(", at character {character}, {complete}"),
            None => format!(", {complete}"),
        }
    }
}

impl fmt::Display for JsonFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the answer {}", self.words())
    }
}

impl Error for JsonFault {}
