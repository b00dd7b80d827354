//! The data folder on disk: its lock, its room, its schema, its settings, and filters as SQL.
//!
//! May name ids, the clock, errors, limits and text. It knows nothing of projects or access.

pub(crate) mod columns;
pub(crate) mod data_folder;
pub(crate) mod disk_room;
pub(crate) mod duplicate_key;
pub(crate) mod error;
pub(crate) mod filter_sql;
pub(crate) mod found_by;
pub(crate) mod metadata_filter;
pub(crate) mod metadata_match;
pub(crate) mod open_folder;
pub(crate) mod private_file;
pub(crate) mod schema;
pub(crate) mod settings;
pub(crate) mod text_index;
pub(crate) mod vectors;
