use crate::wire::open_enum;

open_enum! {
    /// A kind of event that a webhook is called for.
    #[doc(alias = "WebhookEvent")]
    pub enum WebhookEventType {
        /// A memory was added.
        MemoryAdd = "memory_add",
        /// A memory was changed.
        MemoryUpdate = "memory_update",
        /// A memory was deleted.
        MemoryDelete = "memory_delete",
        /// A memory was sorted into categories.
        MemoryCategorize = "memory_categorize",
        /// An import has succeeded.
        IngestJobCompleted = "ingest_job_completed",
        /// An import has succeeded in part.
        IngestJobPartiallyCompleted = "ingest_job_partially_completed",
        /// An import has failed.
        IngestJobFailed = "ingest_job_failed",
        /// An import was cancelled.
        IngestJobCancelled = "ingest_job_cancelled",
    }
}
