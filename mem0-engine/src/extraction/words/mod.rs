//! Words of messages and facts, as far as they decide what is believed.

pub(crate) mod content;
pub(crate) mod folding;
pub(crate) mod hard;
pub(crate) mod languages;
pub(crate) mod marks;
pub(crate) mod mood;
