//! The folder as a vector store: collections of vectors that a program keeps beside its memories.
//!
//! Names tenancy, the folder and what stands below them; never a memory.

mod record;
pub(crate) mod store;
