//! Memories written into the form of a JSON Schema.
//!
//! Names `filter` and what is below it.

mod export;
#[cfg(feature = "schemars")]
mod export_schema;

pub use export::{
    CreateMemoryExport, CreateMemoryExportResponse, GetMemoryExport, MemoryExportOptions,
};
#[cfg(feature = "schemars")]
pub use export_schema::export_schema;
