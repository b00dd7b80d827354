//! What was learned.

use std::fmt;

use mem0_types::{Date, Timestamp};
use serde::{Deserialize, Serialize};

/// One fact, with the words that it stands on.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Fact {
    pub(crate) text: String,
    /// Which of the new messages holds the quote: role and name of the memory come from it.
    pub(crate) message: usize,
    /// Words of that message, as they stand there.
    pub(crate) quote: String,
    /// Whether a user said them, rather than an assistant.
    pub(crate) by_user: bool,
    /// Whom or what it is about: `user`, `assistant`, or a name such as `sister Ida`.
    pub(crate) subject: String,
    /// The property that it tells, in ASCII and snake case, such as `employer`.
    pub(crate) state: Option<String>,
    pub(crate) kind: Kind,
    pub(crate) polarity: Polarity,
    pub(crate) when: Option<When>,
    /// Only of the names that the rules have.
    pub(crate) categories: Vec<String>,
    /// What the model says that it is to one of the known memories, by its index.
    pub(crate) relation: Option<(usize, Relation)>,
    /// Other known memories that belong to it, by their indices.
    pub(crate) links: Vec<usize>,
}

/// Sizes alone: a fact is content.
impl fmt::Debug for Fact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fact")
            .field("bytes", &self.text.len())
            .field("message", &self.message)
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}

/// What kind of fact it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    Plan,
    State,
    Event,
    Relationship,
    Preference,
    Absence,
    #[default]
    Other,
}

impl Kind {
    const ALL: [Self; 7] = [
        Self::Plan,
        Self::State,
        Self::Event,
        Self::Relationship,
        Self::Preference,
        Self::Absence,
        Self::Other,
    ];

    /// Its name where it is stored.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Plan => "plan",
            Self::State => "state",
            Self::Event => "event",
            Self::Relationship => "relationship",
            Self::Preference => "preference",
            Self::Absence => "absence",
            Self::Other => "other",
        }
    }

    /// The kind of this name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// Whether it says that something is so, or that it is not.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Polarity {
    #[default]
    Affirmed,
    Denied,
}

impl Polarity {
    /// Its name where it is stored.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Affirmed => "affirmed",
            Self::Denied => "denied",
        }
    }
}

/// When it was or will be, no finer than it was said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct When {
    /// The first day. `None` where only the end was said.
    pub(crate) start: Option<Date>,
    /// The last day, inclusive. `None` where it goes on.
    pub(crate) end: Option<Date>,
    /// For a [`Moment`](Precision::Moment): the minute of the day, on the speaker's clock.
    pub(crate) minute: Option<u16>,
    pub(crate) precision: Precision,
    /// Whether it comes again, as each March does.
    pub(crate) recurring: bool,
}

impl When {
    /// When it begins: a day, or a minute of it.
    pub(crate) fn begins(&self) -> Option<Timestamp> {
        let day = self.start?;
        Some(match self.minute {
            Some(minute) => {
                Timestamp::from(format!("{day}T{:02}:{:02}:00", minute / 60, minute % 60))
            }
            None => Timestamp::from(day.to_string()),
        })
    }

    /// The last day of it.
    pub(crate) fn ends(&self) -> Option<Timestamp> {
        self.end.map(|day| Timestamp::from(day.to_string()))
    }
}

/// How exactly a time was said. The coarsest comes last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Precision {
    Moment,
    Day,
    /// Some days, such as a week or from one day to another.
    Range,
    Month,
    Season,
    Year,
}

impl Precision {
    /// Its name where it is stored.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Moment => "moment",
            Self::Day => "day",
            Self::Range => "range",
            Self::Month => "month",
            Self::Season => "season",
            Self::Year => "year",
        }
    }
}

/// What a fact is to one that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Relation {
    /// It says the same.
    Repeats,
    /// It says the same and more.
    Refines,
    /// It was so, and now this is.
    Replaces,
    /// It never was so.
    Corrects,
    /// It is to be forgotten.
    Retracts,
}
