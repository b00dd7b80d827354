//! The words of a text: its analysis into terms, and its vector.
//!
//! May name nothing else of the engine: no disk, no clock, no error.

pub(crate) mod analysed_text;
pub mod analysis;
pub mod built_in;
mod codes;
mod forms;
pub(crate) mod function_words;
pub(crate) mod letters;
pub(crate) mod numbers;
pub(crate) mod passages;
pub(crate) mod pieces;
pub(crate) mod questions;
pub(crate) mod sentences;
pub(crate) mod stems;
pub(crate) mod vector;
pub(crate) mod words;
