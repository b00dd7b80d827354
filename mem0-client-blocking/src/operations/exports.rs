use mem0_client::requests::{CreateMemoryExport, GetMemoryExport};
use mem0_client::{CreateMemoryExportResponse, Error, MemoryExportOptions, WaitOptions};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::{Argument, MemoryClient};

/// Exports of memories in a structure of your own.
impl MemoryClient {
    /// Exports memories in the form of a JSON Schema: `POST /v1/exports/`. The work is queued;
    /// [`get_memory_export`](Self::get_memory_export) reads the result.
    ///
    /// A language model writes the export. To get the memories as they are, list them.
    ///
    /// # Errors
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) for a schema that is not an object, or a
    /// filter that names no entity; otherwise as for every method.
    ///
    /// ```
    /// # use mem0_sdk::{MemoryClient, Error, Filter};
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
        schema: impl Argument<Value>,
        options: impl Argument<MemoryExportOptions>,
    ) -> Result<CreateMemoryExportResponse, Error> {
        self.value(CreateMemoryExport::new(schema, options))
    }

    /// Reads an export by its id, or the latest one of a filter: `POST /v1/exports/get/`. It has
    /// the form of the schema, and is kept for seven days.
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound) while the work goes on, and when there is no such
    /// export; otherwise as for every method.
    ///
    /// ```
    /// # use mem0_sdk::{MemoryClient, Error};
    /// # fn example(client: MemoryClient) -> Result<(), Error> {
    /// let export = client.get_memory_export("0f1c8fb4-6d20-4a5e-9d62-0a4c7b1f5f10")?;
    /// println!("{}", export["allergies"]);
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "getMemoryExport")]
    pub fn get_memory_export(
        &self,
        export: impl Argument<GetMemoryExport>,
    ) -> Result<Value, Error> {
        self.value(export.into())
    }

    /// Waits until an export is there, and decodes it into a type of your own or a
    /// [`serde_json::Value`].
    ///
    /// The platform answers 404 both while the work goes on and when there is no such export. A
    /// retryable error, such as a platform that is away for a while, does not end the wait.
    ///
    /// # Errors
    /// [`EventPending`](crate::ErrorKind::EventPending) when the export is not there at the end of
    /// the wait; [`Decode`](crate::ErrorKind::Decode) when it is not a `T`; otherwise as for
    /// [`get_memory_export`](Self::get_memory_export). The error's
    /// [`memory_export_id`](Error::memory_export_id) names the export.
    ///
    /// ```
    /// # use mem0_sdk::{MemoryClient, Error, Filter, WaitOptions};
    /// # fn example(client: MemoryClient) -> Result<(), Error> {
    /// let city = serde_json::json!({"city": {"type": "string"}});
    /// let schema = serde_json::json!({"type": "object", "properties": city});
    /// let asked = client.create_memory_export(schema, Filter::user_id("alice"))?;
    /// let export: std::collections::HashMap<String, Option<String>> =
    ///     client.wait_for_export(&asked.id, WaitOptions::new())?;
    /// println!("{:?}", export["city"]);
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "waitForExport")]
    pub fn wait_for_export<T: DeserializeOwned + Send + 'static>(
        &self,
        memory_export_id: impl Argument<String>,
        wait: impl Argument<WaitOptions>,
    ) -> Result<T, Error> {
        let wait: WaitOptions = wait.into();
        let memory_export_id: String = memory_export_id.into();
        self.run(self.inner.wait_for_export(memory_export_id, wait))
    }

    /// Exports memories into a type of your own: makes a JSON Schema from the type, starts the
    /// export, waits for it and decodes it. Requires the feature `schemars`.
    ///
    /// The doc comment of a field tells the platform what to fill in. Use an `Option` for a field
    /// that may stay empty. The local platform fills fields from metadata of the same name, and
    /// needs no LLM for that.
    ///
    /// # Errors
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) for a type that is not a struct; otherwise
    /// as for [`create_memory_export`](Self::create_memory_export) and
    /// [`wait_for_export`](Self::wait_for_export). When the wait fails, the export has been started
    /// already: the error is not retryable, and its [`memory_export_id`](Error::memory_export_id)
    /// says what to wait for.
    ///
    /// ```
    /// # use mem0_sdk::{MemoryClient, Error, Filter, WaitOptions};
    /// # fn example(client: MemoryClient) -> Result<(), Error> {
    /// use schemars::JsonSchema;
    /// use serde::Deserialize;
    ///
    /// #[derive(Deserialize, JsonSchema)]
    /// struct Diet {
    ///     /// What she must not eat.
    ///     allergies: Vec<String>,
    ///     favourite: Option<String>,
    /// }
    ///
    /// let diet: Diet = client.export(Filter::user_id("alice"), WaitOptions::new())?;
    /// println!("{} allergies, likes {:?}", diet.allergies.len(), diet.favourite);
    /// # Ok(())
    /// # }
    /// ```
    #[cfg(feature = "schemars")]
    pub fn export<T: schemars::JsonSchema + DeserializeOwned + Send + 'static>(
        &self,
        options: impl Argument<MemoryExportOptions>,
        wait: impl Argument<WaitOptions>,
    ) -> Result<T, Error> {
        let wait: WaitOptions = wait.into();
        let options: MemoryExportOptions = options.into();
        self.run(self.inner.export(options, wait))
    }
}
