use mem0_client::requests::{DeleteWebhook, UpdateWebhook};
use mem0_client::{
    CreateWebhookOptions, Error, MessageResponse, Page, ProjectRef, UpdateWebhookOptions, Webhook,
};

use crate::{Argument, MemoryClient};

/// Webhooks.
impl MemoryClient {
    /// Lists a project's webhooks: `GET /api/v1/webhooks/projects/{project_id}/`.
    ///
    /// # Errors
    /// [`Authentication`](crate::ErrorKind::Authentication) when the account may not do that;
    /// otherwise as for every method.
    ///
    /// ```
    /// # use mem0_sdk::{MemoryClient, Error, ProjectRef};
    /// # fn example(client: MemoryClient) -> Result<(), Error> {
    /// for webhook in client.get_webhooks(ProjectRef::own())? {
    ///     println!("{:?} {:?}", webhook.name, webhook.event_types);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "getWebhooks")]
    pub fn get_webhooks(&self, project: impl Argument<ProjectRef>) -> Result<Page<Webhook>, Error> {
        let project: ProjectRef = project.into();
        self.run(self.inner.get_webhooks(project))
    }

    /// Creates a webhook, so that the platform calls this address when something happens: `POST
    /// /api/v1/webhooks/projects/{project_id}/`.
    ///
    /// # Errors
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) for an address that is not a web address,
    /// an empty name, or no kind of event; [`Authentication`](crate::ErrorKind::Authentication)
    /// when the account may not do that; otherwise as for every method.
    ///
    /// ```
    /// # use mem0_sdk::{MemoryClient, CreateWebhookOptions, Error};
    /// # use mem0_sdk::{ProjectRef, WebhookEventType};
    /// # fn example(client: MemoryClient) -> Result<(), Error> {
    /// let events = [WebhookEventType::MemoryAdd, WebhookEventType::MemoryDelete];
    /// let options = CreateWebhookOptions::new("https://example.com/hook", "Kitchen", events);
    /// let webhook = client.create_webhook(ProjectRef::own(), options)?;
    /// println!("{}", webhook.webhook_id);
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "createWebhook")]
    pub fn create_webhook(
        &self,
        project: impl Argument<ProjectRef>,
        options: impl Argument<CreateWebhookOptions>,
    ) -> Result<Webhook, Error> {
        let project: ProjectRef = project.into();
        let options: CreateWebhookOptions = options.into();
        self.run(self.inner.create_webhook(project, options))
    }

    /// Changes a webhook: `PUT /api/v1/webhooks/{webhook_id}/`. Settings that are not given stay as
    /// they are.
    ///
    /// # Errors
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) when nothing is changed;
    /// [`NotFound`](crate::ErrorKind::NotFound) when there is no such webhook; otherwise as for
    /// every method.
    ///
    /// ```
    /// # use mem0_sdk::{MemoryClient, Error, UpdateWebhookOptions};
    /// # fn example(client: MemoryClient) -> Result<(), Error> {
    /// let options = UpdateWebhookOptions::new().url("https://example.com/new");
    /// client.update_webhook("wh_123", options)?;
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "updateWebhook")]
    pub fn update_webhook(
        &self,
        webhook_id: impl Argument<String>,
        options: impl Argument<UpdateWebhookOptions>,
    ) -> Result<MessageResponse, Error> {
        self.value(UpdateWebhook::new(webhook_id, options))
    }

    /// Deletes a webhook: `DELETE /api/v1/webhooks/{webhook_id}/`.
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound) when there is none; otherwise as for every method.
    ///
    /// ```
    /// # use mem0_sdk::{MemoryClient, Error};
    /// # fn example(client: MemoryClient) -> Result<(), Error> {
    /// client.delete_webhook("wh_123")?;
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "deleteWebhook")]
    pub fn delete_webhook(
        &self,
        webhook_id: impl Argument<String>,
    ) -> Result<MessageResponse, Error> {
        self.value(DeleteWebhook::new(webhook_id))
    }
}
