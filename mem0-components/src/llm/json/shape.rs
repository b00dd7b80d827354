use std::fmt;

/// What is asked of a reply: an object, a list, or an object that holds a list.
///
/// What a reply puts around it or leaves out is mended towards this, as far as that can be told:
/// asked for a list in a field, a list alone is put into that field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonShape {
    pub(super) wanted: Wanted,
    pub(super) keeps_half: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Wanted {
    Object,
    List,
    ListIn(String),
}

impl JsonShape {
    /// An object, of whatever fields.
    ///
    /// ```
    /// use mem0_components::{JsonShape, LlmResponse};
    ///
    /// let reply = LlmResponse::text("Sure:\n```json\n{\"score\": 0.8,}\n```");
    /// assert_eq!(reply.json(&JsonShape::object())?.value["score"], 0.8);
    /// # Ok::<(), mem0_components::JsonFault>(())
    /// ```
    pub fn object() -> Self {
        Self::new(Wanted::Object)
    }

    /// A list, of whatever entries.
    ///
    /// ```
    /// use mem0_components::{JsonShape, LlmResponse};
    ///
    /// let reply = LlmResponse::text("{\"name\": \"Ana\"}\n{\"name\": \"Ben\"}");
    /// let reading = reply.json(&JsonShape::list())?;
    /// assert_eq!(reading.value[1]["name"], "Ben");
    /// # Ok::<(), mem0_components::JsonFault>(())
    /// ```
    pub fn list() -> Self {
        Self::new(Wanted::List)
    }

    /// An object with a list in this field. It may have other fields, too.
    ///
    /// ```
    /// use mem0_components::{JsonShape, LlmResponse};
    ///
    /// let shape = JsonShape::list_in("memory");
    /// let reading = LlmResponse::text(r#"[{"text": "Likes tea"}]"#).json(&shape)?;
    /// assert_eq!(reading.value["memory"][0]["text"], "Likes tea");
    /// # Ok::<(), mem0_components::JsonFault>(())
    /// ```
    pub fn list_in(field: impl Into<String>) -> Self {
        Self::new(Wanted::ListIn(field.into()))
    }

    /// The same, with the entry that a cut-off reply ends in, as far as it goes: its last text may
    /// be half, and fields may be missing. Without this only what is complete is kept.
    ///
    /// ```
    /// use mem0_components::{JsonShape, LlmResponse};
    ///
    /// let reply = LlmResponse::text(r#"{"memory": [{"text": "Likes t"#);
    /// let shape = JsonShape::list_in("memory");
    /// assert!(reply.json(&shape).is_err());
    /// let reading = reply.json(&shape.with_half_entry())?;
    /// assert_eq!(reading.value["memory"][0]["text"], "Likes t");
    /// # Ok::<(), mem0_components::JsonFault>(())
    /// ```
    #[must_use]
    pub fn with_half_entry(self) -> Self {
        Self { keeps_half: true, ..self }
    }

    fn new(wanted: Wanted) -> Self {
        Self { wanted, keeps_half: false }
    }

    /// The field that the list is to be in.
    pub(super) fn field(&self) -> Option<&str> {
        match &self.wanted {
            Wanted::ListIn(field) => Some(field),
            Wanted::Object | Wanted::List => None,
        }
    }
}

impl fmt::Display for JsonShape {
    /// In words, for a prompt.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.wanted {
            Wanted::Object => f.write_str("an object"),
            Wanted::List => f.write_str("a list"),
            Wanted::ListIn(field) => write!(f, "an object whose field {field:?} is a list"),
        }
    }
}
