//! Exports: memories in the form of a JSON Schema.
//!
//! May name `filter` and what is below it.

mod export;
#[cfg(feature = "schemars")]
mod export_schema;

pub use export::{CreateMemoryExportResponse, MemoryExportOptions};
#[cfg(feature = "schemars")]
pub use export_schema::export_schema;

/// The requests of this folder, which [`crate::requests`] offers.
pub(crate) mod requests {
    pub use super::export::{CreateMemoryExport, GetMemoryExport};
}
