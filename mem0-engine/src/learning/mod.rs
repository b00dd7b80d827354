//! An add with a language model: what it is asked, and what is stored of its answers.
//!
//! The phases are those of every job. [`prepare`] runs on a reader, asks for what is missing, and
//! ends in a [`plan`]; [`store`] carries that out on the writer, in one transaction.

mod earlier;
mod known;
pub(crate) mod plan;
pub(crate) mod prepare;
mod rules;
pub(crate) mod store;
