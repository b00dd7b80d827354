use mem0_client::{
    CreateWebhookOptions, ErrorKind, ProjectRef, UpdateWebhookOptions, WebhookEventType,
    WebhookSecret,
};

use super::platform::Client;

pub(super) async fn a_webhook_comes_changes_and_goes(client: &Client) {
    let own = ProjectRef::own;
    let kinds = [WebhookEventType::MemoryAdd, WebhookEventType::MemoryDelete];
    let options = CreateWebhookOptions::new("https://example.com/hook", "Kitchen", kinds.clone());
    let made = ask!(client.create_webhook(own(), options)).unwrap();
    assert_eq!(made.event_types, kinds);
    assert_eq!(made.name.as_deref(), Some("Kitchen"));
    assert_eq!(made.url.as_deref(), Some("https://example.com/hook"));
    assert_eq!(made.owner.as_deref(), Some("local@example.com"));
    assert_eq!(made.project.as_deref(), Some("Default project"));
    assert_eq!(made.is_active, Some(true));
    let secret: String = made.extra().get("secret").unwrap();
    WebhookSecret::new(&secret).unwrap();

    let options = UpdateWebhookOptions::new()
        .name("Pantry")
        .event_types(vec![WebhookEventType::MemoryCategorize]);
    let changed = ask!(client.update_webhook(made.webhook_id.clone(), options)).unwrap();
    assert_eq!(changed.message.as_deref(), Some("Webhook updated successfully"));
    let idle = CreateWebhookOptions::new("https://example.com/idle", "Idle", kinds);
    ask!(client.create_webhook(own(), idle.is_active(false))).unwrap();
    let listed = ask!(client.get_webhooks(own())).unwrap();
    assert_eq!(listed.results.len(), 2);
    let first = &listed.results[0];
    assert_eq!(first.webhook_id, made.webhook_id);
    assert_eq!(first.name.as_deref(), Some("Pantry"));
    assert_eq!(first.url, made.url);
    assert_eq!(first.event_types, [WebhookEventType::MemoryCategorize]);
    assert!(!first.extra().contains("secret"));
    assert_eq!(listed.results[1].is_active, Some(false));

    ask!(client.delete_webhook(made.webhook_id.clone())).unwrap();
    assert_eq!(ask!(client.get_webhooks(own())).unwrap().results.len(), 1);
    let gone = ask!(client.delete_webhook(made.webhook_id.clone())).unwrap_err();
    assert!(matches!(gone.kind(), ErrorKind::NotFound));
}

pub(super) async fn a_webhook_that_cannot_be_is_refused(client: &Client) {
    let kinds = [WebhookEventType::Other("memory:add".to_owned())];
    let options = CreateWebhookOptions::new("https://example.com/hook", "Kitchen", kinds);
    let refused = ask!(client.create_webhook(ProjectRef::own(), options)).unwrap_err();
    assert!(matches!(refused.kind(), ErrorKind::Validation), "{refused}");
    assert!(refused.to_string().contains("event_types"), "{refused}");
    let elsewhere = ProjectRef::in_own_organization("3c90c3cc-0d44-4b50-8888-8dd25736052a");
    let refused = ask!(client.get_webhooks(elsewhere)).unwrap_err();
    assert_eq!(refused.status().map(|status| status.as_u16()), Some(403));
}
