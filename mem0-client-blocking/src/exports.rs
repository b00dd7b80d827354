use mem0_client::{
    CreateMemoryExport, CreateMemoryExportResponse, Error, GetMemoryExport, MemoryExportOptions,
};
use serde_json::Value;

use crate::MemoryClient;

impl MemoryClient {
    /// Has memories written into the form of a JSON Schema: `POST /v1/exports/`. The work is queued;
    /// ask for the result with [`get_memory_export`](Self::get_memory_export).
    ///
    /// An export is made by a language model. For the memories as they are, list them.
    ///
    /// # Errors
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) for a schema that is no object, or a filter
    /// that names no entity; else as every method.
    ///
    /// ```
    /// # use mem0_client_blocking::{MemoryClient, Error, Filter};
    /// # fn example(client: MemoryClient) -> Result<(), Error> {
    /// let schema = serde_json::json!({
    ///     "type": "object",
    ///     "properties": {"allergies": {"type": "array", "items": {"type": "string"}}},
    /// });
    /// let export = client.create_memory_export(schema, Filter::user_id("alice"))?;
    /// println!("{}", export.id);
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "createMemoryExport")]
    pub fn create_memory_export(
        &self,
        schema: impl Into<Value>,
        options: impl Into<MemoryExportOptions>,
    ) -> Result<CreateMemoryExportResponse, Error> {
        self.value(CreateMemoryExport::new(schema, options))
    }

    /// Reads an export, by its id or the latest of a filter: `POST /v1/exports/get/`. It is kept for
    /// seven days, and has the form of the schema that was given.
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound) while the work goes on, and for an export that never
    /// was; else as every method.
    ///
    /// ```
    /// # use mem0_client_blocking::{MemoryClient, Error};
    /// # fn example(client: MemoryClient) -> Result<(), Error> {
    /// let export = client.get_memory_export("0f1c8fb4-6d20-4a5e-9d62-0a4c7b1f5f10")?;
    /// println!("{}", export["allergies"]);
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "getMemoryExport")]
    pub fn get_memory_export(&self, export: impl Into<GetMemoryExport>) -> Result<Value, Error> {
        self.value(export.into())
    }
}
