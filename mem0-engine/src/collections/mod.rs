//! The folder as a vector store: collections of vectors that a program keeps next to its memories.
//!
//! May name tenancy, the folder and what is below, but no memories.

mod record;
pub(crate) mod store;
