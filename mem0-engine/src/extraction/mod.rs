//! What a model is asked of messages, and what of its reply is believed.
//!
//! Pure: a conversation becomes a request, a reply becomes facts, and a fact beside those that are
//! there becomes a decision. Asking, storing and waiting are others' work.
//!
//! May name `text` and the vocabulary alone.

mod checks;
mod chunks;
mod conversation;
mod fact;
mod reading;
mod refusal;
mod reply;
mod request;
mod settling;
mod times;
mod words;

#[cfg(test)]
mod tests;

pub(crate) use checks::secrets::has_secret;
pub(crate) use chunks::{Chunk, chunks};
pub(crate) use conversation::{Category, Conversation, Known, Observed, Rules, Said};
pub(crate) use fact::{Fact, Kind, Polarity};
#[cfg(test)]
pub(crate) use fact::{Precision, Relation, When};
pub(crate) use reading::{Extracted, read};
pub(crate) use refusal::Refusal;
#[cfg(test)]
pub(crate) use refusal::Unreadable;
pub(crate) use request::{PROMPT_VERSION, repair, request};
pub(crate) use settling::{Settled, Standing, settle};
