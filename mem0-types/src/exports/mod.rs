//! Exports: memories in the form of a JSON Schema.
//!
//! Names `filter` and what is below it.

mod export;
#[cfg(feature = "schemars")]
mod export_schema;

pub use export::{CreateMemoryExportResponse, MemoryExportOptions};
#[cfg(feature = "schemars")]
pub use export_schema::export_schema;

/// The requests among them, which `requests` at the root shows.
pub(crate) mod requests {
    pub use super::export::{CreateMemoryExport, GetMemoryExport};
}
