//! A data folder as lines of JSON: to move it, to read it with other programs, to keep it for long.
//!
//! [`export`] writes everything that cannot be made again from the rest, and [`import`] takes it
//! back: a new folder that an archive of a whole folder was imported into exports the same bytes.
//! Both need little memory, however large the folder.
//!
//! # The form
//!
//! One JSON object a line, in this order:
//!
//! - `{"mem0_archive":1,"schema":3}`: the version of this form, which grows when a reader of the
//!   old one could misunderstand the new one, and that of the tables. An archive of one project
//!   has its id as `project`.
//! - For each table, parents before what refers to them: `{"table":"memories","last_seq":7}` with
//!   the largest number that a row ever had, which an archive of one project leaves out; then
//!   `{"table":"memories","row":{…}}` for each row, in the order of its primary key.
//! - `{"end":true,"rows":12}`: without it the archive was cut off.
//!
//! A row has the table's columns under their names: integers as numbers, texts as strings, bytes
//! as hex, null as null. Times are microseconds since 1970, and columns of JSON hold its text as it
//! is stored. Of API keys there is the hash only; it lets the same keys in where it is imported.
//! Vectors and words are not there: an import makes them again.

mod read;
mod table;
mod write;

pub use read::{Imported, import};
pub use write::export;

/// The version of the form.
const VERSION: u64 = 1;
