use super::record::record;

record! {
    /// An answer that has only a message.
    ///
    /// ```
    /// let done: mem0_sdk::MessageResponse =
    ///     serde_json::from_str(r#"{"message": "Webhook deleted successfully"}"#)?;
    /// assert_eq!(done.message.as_deref(), Some("Webhook deleted successfully"));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub struct MessageResponse {
        required {}
        defaulted {}
        optional {
            /// The platform's message.
            message: String = "message",
        }
    }
}
