//! Why a fact, or a whole reply, is not believed.

use std::fmt;

use mem0_components::JsonFault;

/// Why a fact is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// It has no text, or is not in the form of a fact.
    Empty,
    /// Its quote is in none of the new messages.
    Quote,
    /// Its quote was recalled from memory, or repeats what is known: it was learned before.
    Recalled,
    /// Its quote asks.
    Question,
    /// It has a name, a number or words that nobody said, or says for sure what was left open.
    Unfaithful,
    /// It is about somebody else than its quote, or hides who told it.
    Speaker,
    /// It is in another language or script than its quote.
    Language,
    /// It holds a password, a key or the like.
    Secret,
    /// It is an instruction to the model.
    Instruction,
    /// It is a placeholder, words of the prompt, or a time alone.
    Placeholder,
    /// The same reply has it already.
    Twice,
}

impl Refusal {
    /// In one word, for an event or a counter.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Quote => "quote",
            Self::Recalled => "recalled",
            Self::Question => "question",
            Self::Unfaithful => "unfaithful",
            Self::Speaker => "speaker",
            Self::Language => "language",
            Self::Secret => "secret",
            Self::Instruction => "instruction",
            Self::Placeholder => "placeholder",
            Self::Twice => "twice",
        }
    }
}

/// Why a reply cannot be read. `Display` says it without content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unreadable(pub(crate) JsonFault);

impl Unreadable {
    /// What to say to the model for one repair.
    pub(crate) fn instruction(&self) -> String {
        self.0.instruction()
    }
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
