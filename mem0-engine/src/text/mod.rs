//! What a text holds: words, their analysis, vectors.
//!
//! Names nothing else of the engine: no disk, no clock, no error.

pub(crate) mod analysed_text;
pub mod analysis;
pub mod built_in;
pub(crate) mod vector;
pub(crate) mod words;
