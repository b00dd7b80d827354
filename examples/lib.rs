//! What the examples share: a conversation to remember, and the crowd among which it is stored.

pub mod conversation;
pub mod crowd;
