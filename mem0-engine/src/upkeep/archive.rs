//! A data folder as lines of JSON, for moving it, reading it with other programs, or archiving it.
//!
//! [`export`] writes everything that cannot be computed from the rest, and [`import`] reads it
//! back. If an archive of a whole folder is imported into a new folder, that folder exports the
//! same bytes. Both need little memory, however large the folder is.
//!
//! # The format
//!
//! One JSON object a line, in this order:
//!
//! - `{"mem0_archive":1,"schema":3}`: the version of this format, and the version of the tables.
//!   The first grows when an older reader could misunderstand a new archive. An archive of one
//!   project has its id as `project`.
//! - For each table, parents before the tables that refer to them:
//!   `{"table":"memories","last_seq":7}` with the largest number that a row ever had, which an
//!   archive of one project leaves out; then `{"table":"memories","row":{…}}` for each row, in the
//!   order of its primary key.
//! - `{"end":true,"rows":12}`. Without this line, the archive is incomplete.
//!
//! A row has the table's columns under their names: integers as numbers, texts as strings, bytes as
//! hex, null as null. Times are microseconds since 1970, and a column of JSON is given as its
//! stored text. An API key is exported as its hash, so the same key is valid where it is imported.
//! Vectors and words are left out; an import computes them again.

mod read;
mod table;
mod write;

pub use read::{Imported, import};
pub use write::export;

/// The version of the format.
const VERSION: u64 = 1;
