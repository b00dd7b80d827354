use std::fmt;

/// What had to be mended in a reply before its JSON could be read. `Display` says it in words.
///
/// ```
/// use mem0_components::JsonMend;
///
/// assert_eq!(JsonMend::Fence.to_string(), "a code fence was taken off");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum JsonMend {
    /// What the model thought aloud was left out.
    Thinking,
    /// Text before or after the JSON was left out.
    Prose,
    /// A code fence was taken off.
    Fence,
    /// There was other JSON, which was not what was asked for.
    OtherJson,
    /// Several values, one after the other, were joined to one list.
    Lines,
    /// The JSON was inside a JSON string.
    DoubleEncoded,
    /// The arguments were taken out of a tool call.
    ToolCall,
    /// What was asked for was inside another object or list.
    Unwrapped,
    /// A list stood alone, where a field was to hold it.
    Wrapped,
    /// The field of the list had another name.
    Renamed,
    /// What is no list was read as one: a single entry, or nothing.
    OneEntry,
    /// The half entry at the end was kept, as the caller allows.
    HalfEntry,
    /// Quotes of another kind than `"` stood around names or texts.
    Quotes,
    /// Names or dates stood without quotes.
    Unquoted,
    /// Quotes inside a text stood without a backslash; they were kept.
    InnerQuotes,
    /// Raw line breaks or other control characters inside a text were kept.
    ControlCharacters,
    /// A backslash stood before what JSON does not escape.
    Escapes,
    /// Halves of surrogate pairs became U+FFFD.
    Surrogates,
    /// Words such as `None` and `True` became `null` and `true`.
    Literals,
    /// Numbers were spelled otherwise, or became `null`: infinite, not a number, or too large.
    Numbers,
    /// Commas were missing, or too many.
    Commas,
    /// Brackets were missing, too many, or of the wrong kind.
    Brackets,
    /// Comments were left out.
    Comments,
    /// Invisible characters between values were left out.
    Invisible,
    /// Full-width punctuation was read as JSON's.
    FullWidth,
}

impl fmt::Display for JsonMend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Thinking => "what was thought aloud was left out",
            Self::Prose => "text around the JSON was left out",
            Self::Fence => "a code fence was taken off",
            Self::OtherJson => "other JSON beside the answer was left out",
            Self::Lines => "several values were joined to one list",
            Self::DoubleEncoded => "JSON inside a JSON string was unpacked",
            Self::ToolCall => "the arguments were taken out of a tool call",
            Self::Unwrapped => "the answer was taken out of what was put around it",
            Self::Wrapped => "a list alone was put into its field",
            Self::Renamed => "the list was taken from a field of another name",
            Self::OneEntry => "what is not a list was read as one",
            Self::HalfEntry => "the half entry at the end was kept",
            Self::Quotes => "other quotes were read as double quotes",
            Self::Unquoted => "names or dates without quotes were read as texts",
            Self::InnerQuotes => "quotes inside a text were kept",
            Self::ControlCharacters => "raw line breaks or tabs inside a text were kept",
            Self::Escapes => "backslashes that JSON does not know were read as they were meant",
            Self::Surrogates => "half surrogates became U+FFFD",
            Self::Literals => "words of another language were read as true, false or null",
            Self::Numbers => "numbers that JSON does not know were respelled or became null",
            Self::Commas => "commas were added or left out",
            Self::Brackets => "brackets were added or left out",
            Self::Comments => "comments were left out",
            Self::Invisible => "invisible characters were left out",
            Self::FullWidth => "full-width punctuation was read as JSON's",
        })
    }
}

/// The mends of a reading, each once, in the order in which they came up.
#[derive(Debug, Clone, Default)]
pub(super) struct Mends(pub(super) Vec<JsonMend>);

impl Mends {
    pub(super) fn add(&mut self, mend: JsonMend) {
        if !self.0.contains(&mend) {
            self.0.push(mend);
        }
    }

    pub(super) fn add_all(&mut self, others: &Self) {
        others.0.iter().for_each(|mend| self.add(*mend));
    }
}
