//! What is on disk: the schema, its columns, settings, and conditions as SQL.
//!
//! Names only ids, the clock, errors, limits and text. Knows nothing of projects or access.

pub(crate) mod columns;
pub(crate) mod data_folder;
pub(crate) mod error;
pub(crate) mod filter_sql;
pub(crate) mod metadata_match;
pub(crate) mod schema;
pub(crate) mod settings;
pub(crate) mod text_index;
