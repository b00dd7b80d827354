use mem0_client::requests::{GenerateProfile, SampleProfiles, UpdateProfileSettings};
use mem0_client::{EntityType, ErrorKind, ProfileStatus};
use serde_json::json;

use super::operations::remember;
use super::platform::Client;

fn schema() -> serde_json::Value {
    json!({"type": "object", "properties": {"diet": {"type": "string", "description": "What she eats"}}})
}

pub(super) async fn settings_are_joined_and_cleared(client: &Client) {
    let settings = ask!(client.get_profile_settings()).unwrap();
    assert_eq!(settings.enabled, Some(false));
    assert!(settings.entities.unwrap().user.unwrap().schema.is_none());

    let first = UpdateProfileSettings::new().enabled(true).custom_instructions("Be brief");
    ask!(client.update_profile_settings(first.clone())).unwrap();
    // What is not named stays.
    let second = UpdateProfileSettings::new().schema(schema());
    ask!(client.update_profile_settings(second.clone())).unwrap();
    let settings = ask!(client.get_profile_settings()).unwrap();
    assert_eq!(settings.enabled, Some(true));
    let user = settings.entities.unwrap().user.unwrap();
    assert_eq!(user.custom_instructions.as_deref(), Some("Be brief"));
    assert_eq!(user.schema.as_ref(), schema().as_object());

    let third = UpdateProfileSettings::new().clear_custom_instructions();
    let settings = ask!(client.update_profile_settings(third.clone())).unwrap();
    let user = settings.entities.unwrap().user.unwrap();
    assert_eq!((user.custom_instructions, user.schema.is_some()), (None, true));
    assert_eq!(settings.enabled, Some(true));
}

pub(super) async fn a_job_ends_without_a_profile_and_is_known_by_its_key(client: &Client) {
    remember(client, "I like tea", "alice").await;
    let profile = ask!(client.get_profile("alice")).unwrap();
    assert_eq!((profile.status, profile.profile.len()), (ProfileStatus::NotEnabled, 0));
    let refused = ask!(client.generate_profile("alice")).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Validation);
    assert!(refused.to_string().contains("must be enabled"), "{refused}");

    let settings = UpdateProfileSettings::new().enabled(true).schema(schema());
    ask!(client.update_profile_settings(settings.clone())).unwrap();
    let request = GenerateProfile::new("alice").idempotency_key("first-one");
    let made = ask!(client.generate_profile(request.clone())).unwrap();
    assert_eq!((made.replayed, made.status.as_deref()), (Some(false), Some("failed")));
    assert_eq!(made.entity_type, Some(EntityType::User));
    let again = ask!(client.generate_profile(request.clone())).unwrap();
    assert_eq!((&again.job_id, again.replayed), (&made.job_id, Some(true)));
    let other = GenerateProfile::new("bob").idempotency_key("first-one");
    let refused = ask!(client.generate_profile(other.clone())).unwrap_err();
    assert!(refused.to_string().contains("Idempotency-Key"), "{refused}");

    for named in [made.job_id.clone(), made.status_url.clone().unwrap()] {
        let job = ask!(client.get_profile_job(named.clone())).unwrap().job;
        assert_eq!(job.id, made.job_id);
        assert_eq!(
            (job.total, job.completed, job.enumeration_complete),
            (Some(1), Some(1), Some(true))
        );
        assert_eq!((job.succeeded, job.failed, job.skipped), (Some(0), Some(1), Some(0)));
    }
    let profile = ask!(client.get_profile("alice")).unwrap();
    assert_eq!((profile.status, profile.generation_count), (ProfileStatus::Failed, Some(0)));
    assert!(profile.error.unwrap().contains("No LLM is configured"));

    let sampled = ask!(client.sample_profiles(SampleProfiles::new().limit(3))).unwrap();
    assert_eq!((sampled.sampled, sampled.entity_ids), (Some(1), vec!["alice".to_owned()]));
    let unknown = ask!(client.get_profile("nobody")).unwrap_err();
    assert_eq!(unknown.kind(), ErrorKind::NotFound);
    let unknown = ask!(client.get_profile_job("3c90c3cc-0d44-4b50-8888-8dd25736052a")).unwrap_err();
    assert_eq!(unknown.kind(), ErrorKind::NotFound);
}
