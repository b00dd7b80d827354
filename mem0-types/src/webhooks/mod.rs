//! Webhooks: their settings, the payload of a delivery, and its signature.
//!
//! May name `events` for the text of a memory, and `call`, `time` and `wire`.

mod event_type;
mod payload;
#[cfg(feature = "webhook-signature")]
mod secret;
mod webhook;

pub use event_type::WebhookEventType;
pub use payload::{WebhookAction, WebhookEvent, WebhookEventDetails, WebhookPayload};
#[cfg(feature = "webhook-signature")]
pub use secret::{WebhookSecret, WebhookSignatureError};
pub use webhook::{CreateWebhookOptions, UpdateWebhookOptions, Webhook};

/// The requests of this folder, which [`crate::requests`] offers.
pub(crate) mod requests {
    pub use super::webhook::{CreateWebhook, DeleteWebhook, GetWebhooks, UpdateWebhook};
}
