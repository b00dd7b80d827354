//! The organization and the project that the API key belongs to.

use mem0_client::{ErrorKind, OrganizationRef, ProjectRef};
use serde_json::json;

use crate::platform::{Asked, Platform, Reply};

fn targets(platform: &Platform) -> Vec<String> {
    platform.asked().iter().map(Asked::target).collect()
}

#[tokio::test(start_paused = true)]
async fn the_keys_own_is_asked_for_once() {
    let platform = Platform::new(|_| Reply::json(json!({"org_id": "o-1", "project_id": "p-1"})));
    let client = platform.client();
    let project = |project_id| format!("/api/v1/orgs/organizations/o-1/projects/{project_id}/");
    client.get_project(ProjectRef::own()).await.unwrap();
    client.clone().get_project(ProjectRef::own()).await.unwrap();
    client.get_project(ProjectRef::in_own_organization("p-2")).await.unwrap();
    client.get_organization(OrganizationRef::own()).await.unwrap();
    let organization = "/api/v1/orgs/organizations/o-1/".to_owned();
    let expected =
        ["/v1/ping/".to_owned(), project("p-1"), project("p-1"), project("p-2"), organization];
    assert_eq!(targets(&platform), expected);
}

#[tokio::test(start_paused = true)]
async fn what_is_named_is_not_asked_for() {
    let platform = Platform::new(|_| Reply::json(json!({})));
    platform.client().get_project(ProjectRef::new("o-3", "p-3")).await.unwrap();
    assert_eq!(targets(&platform), ["/api/v1/orgs/organizations/o-3/projects/p-3/"]);
}

#[tokio::test(start_paused = true)]
async fn a_key_of_nobody_needs_a_name() {
    for owner in [json!({}), json!({"org_id": "", "project_id": ""}), json!({"org_id": "o-1"})] {
        let platform = Platform::new(move |_| Reply::json(owner.clone()));
        let error = platform.client().get_project(ProjectRef::own()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        assert_eq!(targets(&platform), ["/v1/ping/"]);
    }
}
