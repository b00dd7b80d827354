use mem0_types::requests::{CreateWebhook, DeleteWebhook, GetWebhooks, UpdateWebhook};
use mem0_types::{CreateWebhookOptions, MessageResponse, Page, UpdateWebhookOptions, Webhook};

use crate::{Answer, Argument, AsyncMemoryClient, ProjectRef};

/// Webhooks.
impl AsyncMemoryClient {
    /// Lists a project's webhooks: `GET /api/v1/webhooks/projects/{project_id}/`.
    ///
    /// # Errors
    /// [`Authentication`](crate::ErrorKind::Authentication) when the account may not do that;
    /// otherwise as for every method.
    ///
    /// ```
    /// # use mem0_sdk::{AsyncMemoryClient, Error, ProjectRef};
    /// # async fn example(client: AsyncMemoryClient) -> Result<(), Error> {
    /// for webhook in client.get_webhooks(ProjectRef::own()).await? {
    ///     println!("{:?} {:?}", webhook.name, webhook.event_types);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "getWebhooks")]
    pub fn get_webhooks(&self, project: impl Argument<ProjectRef>) -> Answer<'_, Page<Webhook>> {
        let project: ProjectRef = project.into();
        Answer::new(async move {
            let project_id = self.project_id(project).await?;
            self.value(GetWebhooks::new(project_id)).await
        })
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
    /// # use mem0_sdk::{AsyncMemoryClient, CreateWebhookOptions, Error};
    /// # use mem0_sdk::{ProjectRef, WebhookEventType};
    /// # async fn example(client: AsyncMemoryClient) -> Result<(), Error> {
    /// let events = [WebhookEventType::MemoryAdd, WebhookEventType::MemoryDelete];
    /// let options = CreateWebhookOptions::new("https://example.com/hook", "Kitchen", events);
    /// let webhook = client.create_webhook(ProjectRef::own(), options).await?;
    /// println!("{}", webhook.webhook_id);
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "createWebhook")]
    pub fn create_webhook(
        &self,
        project: impl Argument<ProjectRef>,
        options: impl Argument<CreateWebhookOptions>,
    ) -> Answer<'_, Webhook> {
        let (project, options): (ProjectRef, CreateWebhookOptions) =
            (project.into(), options.into());
        Answer::new(async move {
            let project_id = self.project_id(project).await?;
            self.value(CreateWebhook::new(project_id, options)).await
        })
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
    /// # use mem0_sdk::{AsyncMemoryClient, Error, UpdateWebhookOptions};
    /// # async fn example(client: AsyncMemoryClient) -> Result<(), Error> {
    /// let options = UpdateWebhookOptions::new().url("https://example.com/new");
    /// client.update_webhook("wh_123", options).await?;
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "updateWebhook")]
    pub fn update_webhook(
        &self,
        webhook_id: impl Argument<String>,
        options: impl Argument<UpdateWebhookOptions>,
    ) -> Answer<'_, MessageResponse> {
        self.answer(UpdateWebhook::new(webhook_id, options))
    }

    /// Deletes a webhook: `DELETE /api/v1/webhooks/{webhook_id}/`.
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound) when there is none; otherwise as for every method.
    ///
    /// ```
    /// # use mem0_sdk::{AsyncMemoryClient, Error};
    /// # async fn example(client: AsyncMemoryClient) -> Result<(), Error> {
    /// client.delete_webhook("wh_123").await?;
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "deleteWebhook")]
    pub fn delete_webhook(&self, webhook_id: impl Argument<String>) -> Answer<'_, MessageResponse> {
        self.answer(DeleteWebhook::new(webhook_id))
    }
}
