use http::Method;

use super::event_type::WebhookEventType;
use crate::InvalidInput;
use crate::call::{Call, Endpoint, Repeat, request};
use crate::time::Timestamp;
use crate::wire::{MessageResponse, Page, Record, check_name, options, path, record};

request! {
    /// Lists a project's webhooks: `GET /api/v1/webhooks/projects/{project_id}/`.
    #[doc(alias = "getWebhooks")]
    pub struct GetWebhooks {
        /// the project's id
        project_id: String,
    }
    example "GetWebhooks::new(\"p-1\")" sends "GET" "/api/v1/webhooks/projects/p-1/";
}

impl Endpoint for GetWebhooks {
    type Response = Page<Webhook>;

    fn into_call(self) -> Result<Call, InvalidInput> {
        Call::new("get_webhooks", Method::GET, path::WEBHOOKS, Repeat::Read)
            .segment("project_id", self.project_id)
    }

    fn read_response(json: &str) -> Result<Self::Response, serde_json::Error> {
        Record::from_json(json)
    }
}

request! {
    /// Has the platform call an address of yours when something happens:
    /// `POST /api/v1/webhooks/projects/{project_id}/`.
    #[doc(alias = "createWebhook")]
    pub struct CreateWebhook {
        /// the project's id
        project_id: String,
        /// where to call, and when
        options: CreateWebhookOptions,
    }
    example "CreateWebhook::new(\"p-1\", CreateWebhookOptions::new(\
        \"https://example.com/hook\", \"Kitchen\", [WebhookEventType::MemoryAdd]))"
        sends "POST" "/api/v1/webhooks/projects/p-1/";
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
    /// Where a webhook calls, and when.
    ///
    /// ```
    /// use mem0_types::{CreateWebhookOptions, WebhookEventType};
    ///
    /// let options = CreateWebhookOptions::new(
    ///     "https://example.com/hook",
    ///     "Kitchen",
    ///     [WebhookEventType::MemoryAdd, WebhookEventType::MemoryDelete],
    /// );
    /// # let _ = options;
    /// ```
    pub struct CreateWebhookOptions {
        url: String,
        name: String,
        event_types: Vec<WebhookEventType>,
    }
    example "CreateWebhookOptions::new(\"https://example.com/hook\", \"Kitchen\", [WebhookEventType::MemoryAdd])";
    body {
        /// Whether it calls from the start. Default `true`.
        #[doc(alias = "isActive")]
        is_active: bool as value = "false",
    }
}

impl CreateWebhookOptions {
    /// The address, a name for people, and what it is called for: at least one kind of event.
    ///
    /// ```
    /// # use mem0_types::{CreateWebhookOptions, Endpoint, requests::CreateWebhook};
    /// let never = CreateWebhookOptions::new("https://example.com/hook", "Kitchen", []);
    /// assert!(CreateWebhook::new("p-1", never).into_call().is_err());
    /// ```
    pub fn new(
        url: impl Into<String>,
        name: impl Into<String>,
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
        options: UpdateWebhookOptions,
    }
    example "UpdateWebhook::new(\"wh-1\", UpdateWebhookOptions::new().name(\"Kitchen\"))"
        sends "PUT" "/api/v1/webhooks/wh-1/";
}

impl Endpoint for UpdateWebhook {
    type Response = MessageResponse;

    fn into_call(self) -> Result<Call, InvalidInput> {
        let options = &self.options;
        options.check_extra(&[])?;
        if *options == UpdateWebhookOptions::new() {
            return Err(InvalidInput::new("webhook", "must have a setting that is to be changed"));
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
    /// What to change about a webhook. What is not set stays as it is.
    ///
    /// ```
    /// let options = mem0_types::UpdateWebhookOptions::new().url("https://example.com/new");
    /// # let _ = options;
    /// ```
    pub struct UpdateWebhookOptions {}
    example "UpdateWebhookOptions::new()";
    body {
        /// Its name for people.
        name: String as into = "\"Kitchen\"",
        /// Where it calls.
        url: String as into = "\"https://example.com/hook\"",
        /// What it is called for; replaces the kinds before.
        #[doc(alias = "eventTypes")]
        event_types: Vec<WebhookEventType> as value = "vec![WebhookEventType::MemoryAdd]",
    }
}

impl UpdateWebhookOptions {
    /// Changes nothing yet.
    ///
    /// ```
    /// # use mem0_types::{Endpoint, UpdateWebhookOptions, requests::UpdateWebhook};
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
    /// Ends a webhook: `DELETE /api/v1/webhooks/{webhook_id}/`.
    #[doc(alias = "deleteWebhook")]
    pub struct DeleteWebhook {
        /// the webhook's id
        webhook_id: String,
    }
    example "DeleteWebhook::new(\"wh-1\")" sends "DELETE" "/api/v1/webhooks/wh-1/";
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
    /// use mem0_types::{Webhook, WebhookEventType};
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
            /// What it is called for.
            #[doc(alias = "eventTypes")]
            event_types: Vec<WebhookEventType> = "event_types",
        }
        optional {
            /// Its name for people.
            name: String = "name",
            /// Where it calls.
            url: String = "url",
            /// Whose it is.
            owner: String = "owner",
            /// Whether it calls.
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
