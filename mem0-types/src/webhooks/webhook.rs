use http::Method;

use super::event_type::WebhookEventType;
use crate::call::{Call, Endpoint, Repeat, request};
use crate::time::Timestamp;
use crate::wire::{MessageResponse, Page, check_name, options, path, record};
use crate::{Argument, InvalidInput};

request! {
    /// Lists a project's webhooks: `GET /api/v1/webhooks/projects/{project_id}/`.
    #[doc(alias = "getWebhooks")]
    pub struct GetWebhooks {
        /// the project's id
        project_id: String,
    }
    example GetWebhooks::new("p-1") => GET "/api/v1/webhooks/projects/p-1/";
}

impl Endpoint for GetWebhooks {
    type Response = Page<Webhook>;

    fn into_call(self) -> Result<Call, InvalidInput> {
        Call::new("get_webhooks", Method::GET, path::WEBHOOKS, Repeat::Read)
            .segment("project_id", self.project_id)
    }
}

request! {
    /// Creates a webhook, an address that the platform calls when something happens:
    /// `POST /api/v1/webhooks/projects/{project_id}/`.
    #[doc(alias = "createWebhook")]
    pub struct CreateWebhook {
        /// the project's id
        project_id: String,
        /// the address, the name, and the kinds of events
        options: CreateWebhookOptions as shown,
    }
    example CreateWebhook::new("p-1", CreateWebhookOptions::new(
        "https://example.com/hook", "Kitchen", [WebhookEventType::MemoryAdd],
    )) => POST "/api/v1/webhooks/projects/p-1/"
        with r#"{"url":"https://example.com/hook","name":"Kitchen","event_types":["memory_add"]}"#;
}

impl Endpoint for CreateWebhook {
    type Response = Webhook;

    fn into_call(self) -> Result<Call, InvalidInput> {
        #[derive(serde::Serialize)]
        struct Body<'a> {
            url: &'a str,
            name: &'a str,
            event_types: &'a [WebhookEventType],
            #[serde(flatten)]
            options: &'a CreateWebhookOptions,
        }

        let options = &self.options;
        options.check_extra(&["url", "name", "event_types"])?;
        check_name(&options.name)?;
        check_url(&options.url)?;
        check_event_types(&options.event_types)?;
        Call::new("create_webhook", Method::POST, path::WEBHOOKS, Repeat::Once)
            .segment("project_id", self.project_id)?
            .json(&Body {
                url: &options.url,
                name: &options.name,
                event_types: &options.event_types,
                options,
            })
    }
}

options! {
    /// The address, the name and the kinds of events of a new webhook.
    ///
    /// ```
    /// use mem0_sdk::requests::CreateWebhook;
    /// use mem0_sdk::{CreateWebhookOptions, Endpoint, WebhookEventType};
    ///
    /// let options = CreateWebhookOptions::new(
    ///     "https://example.com/hook",
    ///     "Kitchen",
    ///     [WebhookEventType::MemoryAdd, WebhookEventType::MemoryDelete],
    /// );
    /// let call = CreateWebhook::new("p-1", options).into_call()?;
    /// assert_eq!(call.path()?, "/api/v1/webhooks/projects/p-1/");
    /// # Ok::<(), mem0_sdk::InvalidInput>(())
    /// ```
    pub struct CreateWebhookOptions {
        url: String,
        name: String,
        event_types: Vec<WebhookEventType>,
    }
    example CreateWebhookOptions::new(
        "https://example.com/hook", "Kitchen", [WebhookEventType::MemoryAdd],
    );
    body {
        /// Whether it is called from the start. Default `true`.
        #[doc(alias = "isActive")]
        is_active: bool as value = false,
    }
}

impl CreateWebhookOptions {
    /// The address, a display name, and at least one kind of event.
    ///
    /// ```
    /// # use mem0_sdk::{CreateWebhookOptions, Endpoint};
    /// use mem0_sdk::requests::CreateWebhook;
    ///
    /// let never = CreateWebhookOptions::new("https://example.com/hook", "Kitchen", []);
    /// assert!(CreateWebhook::new("p-1", never).into_call().is_err());
    /// ```
    pub fn new(
        url: impl Argument<String>,
        name: impl Argument<String>,
        event_types: impl IntoIterator<Item = WebhookEventType>,
    ) -> Self {
        Self::unset(url.into(), name.into(), event_types.into_iter().collect())
    }
}

request! {
    /// Changes a webhook: `PUT /api/v1/webhooks/{webhook_id}/`.
    #[doc(alias = "updateWebhook")]
    pub struct UpdateWebhook {
        /// the webhook's id
        webhook_id: String,
        /// what to change
        options: UpdateWebhookOptions as shown,
    }
    example UpdateWebhook::new("wh-1", UpdateWebhookOptions::new().name("Kitchen"))
        => PUT "/api/v1/webhooks/wh-1/" with r#"{"name":"Kitchen"}"#;
}

impl Endpoint for UpdateWebhook {
    type Response = MessageResponse;

    fn into_call(self) -> Result<Call, InvalidInput> {
        let options = &self.options;
        options.check_extra(&[])?;
        if *options == UpdateWebhookOptions::new() {
            return Err(InvalidInput::new("webhook", "must have a setting to change"));
        }
        options.name.as_deref().map_or(Ok(()), check_name)?;
        options.url.as_deref().map_or(Ok(()), check_url)?;
        options.event_types.as_deref().map_or(Ok(()), check_event_types)?;
        Call::new("update_webhook", Method::PUT, path::WEBHOOK, Repeat::Idempotent)
            .segment("webhook_id", self.webhook_id)?
            .json(options)
    }
}

options! {
    /// The settings of a webhook to change. The others stay as they are.
    ///
    /// ```
    /// let options = mem0_sdk::UpdateWebhookOptions::new().url("https://example.com/new");
    /// assert_eq!(serde_json::json!(options)["url"], "https://example.com/new");
    /// ```
    pub struct UpdateWebhookOptions {}
    example UpdateWebhookOptions::new();
    body {
        /// Its display name.
        name: String as into = "Kitchen",
        /// The address to call.
        url: String as into = "https://example.com/hook",
        /// The kinds of events that it is called for. Replace the earlier ones.
        #[doc(alias = "eventTypes")]
        event_types: Vec<WebhookEventType> as value = vec![WebhookEventType::MemoryAdd],
    }
}

impl UpdateWebhookOptions {
    /// No changes yet.
    ///
    /// ```
    /// # use mem0_sdk::{Endpoint, UpdateWebhookOptions};
    /// use mem0_sdk::requests::UpdateWebhook;
    ///
    /// assert!(UpdateWebhook::new("wh-1", UpdateWebhookOptions::new()).into_call().is_err());
    /// ```
    pub fn new() -> Self {
        Self::unset()
    }
}

impl Default for UpdateWebhookOptions {
    fn default() -> Self {
        Self::new()
    }
}

fn check_url(url: &str) -> Result<(), InvalidInput> {
    let is_web = url.starts_with("https://") || url.starts_with("http://");
    if !is_web || url.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return Err(InvalidInput::new("url", "must be an https:// or http:// address"));
    }
    Ok(())
}

fn check_event_types(event_types: &[WebhookEventType]) -> Result<(), InvalidInput> {
    if event_types.is_empty() {
        return Err(InvalidInput::new("event_types", "must name at least one kind of event"));
    }
    Ok(())
}

request! {
    /// Deletes a webhook: `DELETE /api/v1/webhooks/{webhook_id}/`.
    #[doc(alias = "deleteWebhook")]
    pub struct DeleteWebhook {
        /// the webhook's id
        webhook_id: String,
    }
    example DeleteWebhook::new("wh-1") => DELETE "/api/v1/webhooks/wh-1/";
}

impl Endpoint for DeleteWebhook {
    type Response = MessageResponse;

    fn into_call(self) -> Result<Call, InvalidInput> {
        Call::new("delete_webhook", Method::DELETE, path::WEBHOOK, Repeat::Idempotent)
            .segment("webhook_id", self.webhook_id)
    }
}

record! {
    /// An address that the platform calls when something happens.
    ///
    /// ```
    /// use mem0_sdk::{Webhook, WebhookEventType};
    ///
    /// let webhook: Webhook = serde_json::from_str(
    ///     r#"{"webhook_id": "wh-1", "event_types": ["memory_add"], "is_active": true}"#,
    /// )?;
    /// assert_eq!(webhook.event_types, [WebhookEventType::MemoryAdd]);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub struct Webhook {
        required {
            /// Its id.
            #[doc(alias = "webhookId")]
            webhook_id: String = "webhook_id",
        }
        defaulted {
            /// The kinds of events that it is called for.
            #[doc(alias = "eventTypes")]
            event_types: Vec<WebhookEventType> = "event_types",
        }
        optional {
            /// Its display name.
            name: String = "name",
            /// The address that is called.
            url: String = "url",
            /// The account that owns it.
            owner: String = "owner",
            /// Whether it is called.
            #[doc(alias = "isActive")]
            is_active: bool = "is_active",
            /// The project's name.
            project: String = "project",
            /// When it was created.
            #[doc(alias = "createdAt")]
            created_at: Timestamp = "created_at",
            /// When it last changed.
            #[doc(alias = "updatedAt")]
            updated_at: Timestamp = "updated_at",
        }
    }
}
