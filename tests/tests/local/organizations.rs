use mem0_client::{
    CreateProjectOptions, CustomCategory, DeleteEverything, ErrorKind, MemberRole, Members,
    OrganizationRef, ProjectRef, UpdateProjectOptions,
};

use super::platform::Client;

fn roles(members: &Members) -> Vec<(Option<&str>, Option<&MemberRole>)> {
    members
        .members
        .iter()
        .map(|member| {
            (member.user_id.as_deref().or(member.username.as_deref()), member.role.as_ref())
        })
        .collect()
}

pub(super) async fn organizations_and_projects_come_and_go(client: &Client) {
    let own = ask!(client.get_organization(OrganizationRef::own())).unwrap();
    assert_eq!(own.user_role, Some(MemberRole::Owner));
    let made = ask!(client.create_organization("Research")).unwrap();
    let all = ask!(client.get_organizations()).unwrap();
    let names: Vec<_> = all.results.iter().map(|found| found.name.as_deref()).collect();
    assert_eq!(names, [Some("Default organization"), Some("Research")]);

    let options = CreateProjectOptions::new("Kitchen").description("What people like to eat");
    let kitchen = ask!(client.create_project(made.org_id.clone(), options)).unwrap();
    let kitchen = || ProjectRef::new(made.org_id.clone(), kitchen.project_id.clone());
    let read = ask!(client.get_project(kitchen())).unwrap();
    assert_eq!(read.name.as_deref(), Some("Kitchen"));
    assert_eq!(read.description.as_deref(), Some("What people like to eat"));
    let listed = ask!(client.get_projects(made.org_id.clone())).unwrap();
    assert_eq!(listed.results.len(), 1);
    // Under another organization it is not there.
    let wrong = ProjectRef::in_own_organization(read.project_id.clone().unwrap());
    let refused = ask!(client.get_project(wrong)).unwrap_err();
    assert!(matches!(refused.kind(), ErrorKind::NotFound));

    ask!(client.delete_project(kitchen(), DeleteEverything)).unwrap();
    let gone = ask!(client.get_project(kitchen())).unwrap_err();
    assert!(matches!(gone.kind(), ErrorKind::NotFound));
    ask!(client.delete_organization(made.org_id.clone(), DeleteEverything)).unwrap();
    let gone = ask!(client.get_projects(made.org_id.clone())).unwrap_err();
    assert!(matches!(gone.kind(), ErrorKind::NotFound));
    // The key lives in its own ones.
    let kept = ask!(client.delete_project(ProjectRef::own(), DeleteEverything)).unwrap_err();
    assert_eq!(kept.status().map(|status| status.as_u16()), Some(403));
    let kept = ask!(client.delete_organization(OrganizationRef::own(), DeleteEverything));
    assert_eq!(kept.unwrap_err().status().map(|status| status.as_u16()), Some(403));
}

pub(super) async fn an_organization_has_members(client: &Client) {
    let own = OrganizationRef::own;
    ask!(client.add_organization_member(own(), "x@y.z", MemberRole::Reader)).unwrap();
    let twice = ask!(client.add_organization_member(own(), "x@y.z", MemberRole::Reader));
    assert!(matches!(twice.unwrap_err().kind(), ErrorKind::Validation));
    ask!(client.update_organization_member(own(), "x@y.z", MemberRole::Owner)).unwrap();
    let members = ask!(client.get_organization_members(own())).unwrap();
    assert_eq!(
        roles(&members),
        [
            (Some("local@example.com"), Some(&MemberRole::Owner)),
            (Some("x@y.z"), Some(&MemberRole::Owner))
        ]
    );
    ask!(client.remove_organization_member(own(), "x@y.z")).unwrap();
    let gone = ask!(client.remove_organization_member(own(), "x@y.z")).unwrap_err();
    assert!(matches!(gone.kind(), ErrorKind::NotFound));

    let own = ProjectRef::own;
    ask!(client.add_project_member(own(), "x@y.z", MemberRole::Owner)).unwrap();
    ask!(client.update_project_member(own(), "x@y.z", MemberRole::Reader)).unwrap();
    let members = ask!(client.get_project_members(own())).unwrap();
    assert_eq!(roles(&members)[1], (Some("x@y.z"), Some(&MemberRole::Reader)));
    ask!(client.remove_project_member(own(), "x@y.z")).unwrap();
    assert_eq!(ask!(client.get_project_members(own())).unwrap().members.len(), 1);
}

pub(super) async fn settings_are_kept(client: &Client) {
    let own = ProjectRef::own;
    let food = CustomCategory::new("food", "What people like to eat");
    let options = UpdateProjectOptions::new()
        .custom_instructions("Only food")
        .agent_custom_instructions("Only promises")
        .custom_categories(vec![food.clone().into()])
        .multilingual(true)
        .decay(true)
        .memory_depth("deep");
    ask!(client.update_project(own(), options)).unwrap();
    let project = ask!(client.get_project(own())).unwrap();
    assert_eq!(project.custom_instructions.as_deref(), Some("Only food"));
    assert_eq!(project.agent_custom_instructions.as_deref(), Some("Only promises"));
    assert_eq!(project.custom_categories, [food.into()]);
    assert_eq!((project.multilingual, project.decay), (Some(true), Some(true)));
    assert_eq!(project.memory_depth.as_deref(), Some("deep"));
    let options =
        UpdateProjectOptions::new().agent_custom_instructions("").custom_categories(vec![]);
    ask!(client.update_project(own(), options)).unwrap();
    let project = ask!(client.get_project(own())).unwrap();
    assert_eq!(project.agent_custom_instructions, None);
    assert!(project.custom_categories.is_empty());
    assert_eq!(project.custom_instructions.as_deref(), Some("Only food"));
}
