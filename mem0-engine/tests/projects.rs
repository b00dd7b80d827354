use mem0_engine::{Engine, EngineError, PageRequest, ProjectChange, ProjectRecord, Resource};
use mem0_types::{Filter, MemberRole};

use crate::workbench::*;

fn make(engine: &Engine, name: &str) -> (ProjectRecord, Engine) {
    let organization = wait(engine.own_project()).unwrap().organization_id;
    let project = wait(engine.create_project(&organization, name, None)).unwrap();
    let view = engine.with_access(wait(engine.access_to(&project.id)).unwrap());
    (project, view)
}

fn no_such_project<T: std::fmt::Debug>(answer: Result<T, EngineError>) -> bool {
    matches!(answer, Err(EngineError::NotFound(Resource::Project)))
}

#[test]
fn a_new_folder_has_one_organization_with_one_project() {
    let folder = Folder::new();
    let engine = folder.open();
    let organizations = wait(engine.organizations()).unwrap();
    assert_eq!(organizations.len(), 1);
    assert!(organizations[0].is_default);
    assert_eq!(organizations[0].members.len(), 1);
    let projects = wait(engine.projects(&organizations[0].id)).unwrap();
    assert_eq!(projects, [wait(engine.own_project()).unwrap()]);
    assert!(projects[0].is_default);
    assert_eq!(projects[0].role, MemberRole::Owner);
    // Another folder has another organization.
    let other = Folder::new();
    assert_ne!(wait(other.open().own_project()).unwrap().id, projects[0].id);
}

#[test]
fn settings_are_kept_and_an_empty_text_clears() {
    let folder = Folder::new();
    let engine = folder.open();
    let (project, _) = make(&engine, "Kitchen");
    let change = ProjectChange {
        custom_instructions: Some("Only food".to_owned()),
        custom_categories: Some(vec!["food".into()]),
        multilingual: Some(true),
        other: serde_json::json!({"new": 1}).as_object().cloned().unwrap(),
        ..ProjectChange::default()
    };
    wait(engine.update_project(&project.id, change)).unwrap();
    let change = ProjectChange { name: Some(" Pantry ".to_owned()), ..ProjectChange::default() };
    let changed = wait(engine.update_project(&project.id, change)).unwrap();
    assert_eq!(changed.name, "Pantry");
    assert_eq!(changed.settings.custom_instructions.as_deref(), Some("Only food"));
    assert_eq!(changed.settings.custom_categories, Some(vec!["food".into()]));
    assert!(changed.settings.multilingual && !changed.settings.decay);
    assert_eq!(changed.settings.other["new"], 1);
    let change = ProjectChange {
        custom_instructions: Some(String::new()),
        custom_categories: Some(Vec::new()),
        ..ProjectChange::default()
    };
    let cleared = wait(engine.update_project(&project.id, change)).unwrap();
    assert_eq!(cleared.settings.custom_instructions, None);
    assert_eq!(cleared.settings.custom_categories, None);
    assert!(wait(engine.update_project(&project.id, ProjectChange::default())).is_err());
    let blank = ProjectChange { name: Some(" ".to_owned()), ..ProjectChange::default() };
    assert!(wait(engine.update_project(&project.id, blank)).is_err());
}

#[test]
fn a_deleted_project_is_gone_at_once_and_from_the_file() {
    let folder = Folder::new();
    let engine = folder.open();
    let (project, view) = make(&engine, "Kitchen");
    let many: Vec<_> = (0..1200).map(|n| format!("swordfish number {n}")).collect();
    let many: Vec<_> = many.iter().map(String::as_str).collect();
    store(&view, user("alice"), &many);
    wait(view.create_export(
        Filter::user_id("alice"),
        serde_json::json!({"type": "object", "properties": {}}),
    ))
    .unwrap();
    store_one(&engine, "alice", "tea");
    wait(engine.delete_project(&project.id)).unwrap();
    assert!(no_such_project(wait(engine.project(&project.id))));
    assert!(no_such_project(wait(view.events(PageRequest::default()))));
    assert!(no_such_project(wait(view.add(verbatim(user("alice"), &["late"])))));
    assert!(no_such_project(wait(engine.delete_project(&project.id))));
    wait(engine.close()).unwrap();
    let sql = folder.sql();
    for table in ["memories", "history", "events", "entities", "exports", "project_members"] {
        let column = format!("SELECT count(*) FROM {table} WHERE project <> 1");
        let left: i64 = sql.query_row(&column, [], |row| row.get(0)).unwrap();
        assert_eq!(left, 0, "{table}");
    }
    let left: i64 = sql.query_row("SELECT count(*) FROM projects", [], |row| row.get(0)).unwrap();
    assert_eq!(left, 1);
    drop(sql);
    let file = std::fs::read(folder.0.join("mem0.db")).unwrap();
    let stem = b"swordfish";
    assert!(!file.windows(stem.len()).any(|bytes| bytes == stem));
    assert_eq!(list(&folder.open(), Filter::user_id("alice")).len(), 1);
}

#[test]
fn an_organization_goes_with_its_projects() {
    let folder = Folder::new();
    let engine = folder.open();
    let organization = wait(engine.create_organization("Acme")).unwrap();
    assert!(wait(engine.projects(&organization.id)).unwrap().is_empty());
    let project = wait(engine.create_project(&organization.id, "One", Some("first"))).unwrap();
    assert_eq!(project.description.as_deref(), Some("first"));
    let view = engine.with_access(wait(engine.access_to(&project.id)).unwrap());
    store_one(&view, "alice", "tea");
    // Not by an access that works in it.
    let own = wait(view.delete_organization(&organization.id));
    assert!(matches!(own, Err(EngineError::Forbidden)));
    wait(engine.delete_organization(&organization.id)).unwrap();
    assert!(no_such_project(wait(view.events(PageRequest::default()))));
    assert_eq!(wait(engine.organizations()).unwrap().len(), 1);
    let empty = wait(engine.create_organization("Empty")).unwrap();
    wait(engine.delete_organization(&empty.id)).unwrap();
    wait(engine.close()).unwrap();
    let count = |table: &str| -> i64 {
        let sql = format!("SELECT count(*) FROM {table}");
        folder.sql().query_row(&sql, [], |row| row.get(0)).unwrap()
    };
    assert_eq!((count("organizations"), count("projects"), count("memories")), (1, 1, 0));
    assert_eq!(count("organization_members"), 1);
}

#[test]
fn the_default_ones_stay() {
    let folder = Folder::new();
    let engine = folder.open();
    let own = wait(engine.own_project()).unwrap();
    let (_, view) = make(&engine, "Kitchen");
    for engine in [&engine, &view] {
        let project = wait(engine.delete_project(&own.id));
        assert!(matches!(project, Err(EngineError::Forbidden)));
        let organization = wait(engine.delete_organization(&own.organization_id));
        assert!(matches!(organization, Err(EngineError::Forbidden)));
    }
}

#[test]
fn members_come_change_and_go() {
    let folder = Folder::new();
    let engine = folder.open();
    let organization = wait(engine.own_project()).unwrap().organization_id;
    let add = |email: &str, role| wait(engine.add_organization_member(&organization, email, role));
    add("a@b.c", MemberRole::Reader).unwrap();
    assert!(add("a@b.c", MemberRole::Owner).is_err());
    assert!(add("nobody", MemberRole::Owner).is_err());
    assert!(add("d@e.f", MemberRole::from("KING")).is_err());
    let roles = || -> Vec<_> {
        let members = wait(engine.organization(&organization)).unwrap().members;
        members.into_iter().map(|member| (member.email, member.role)).collect()
    };
    let local = "local@example.com".to_owned();
    assert_eq!(
        roles(),
        [("a@b.c".to_owned(), MemberRole::Reader), (local.clone(), MemberRole::Owner)]
    );
    // At least one owner must remain.
    let last = wait(engine.remove_organization_member(&organization, &local));
    assert!(matches!(last, Err(EngineError::InvalidInput(_))));
    assert_eq!(roles().len(), 2);
    wait(engine.update_organization_member(&organization, "a@b.c", MemberRole::Owner)).unwrap();
    wait(engine.remove_organization_member(&organization, &local)).unwrap();
    assert_eq!(roles(), [("a@b.c".to_owned(), MemberRole::Owner)]);
    let gone = wait(engine.remove_organization_member(&organization, &local));
    assert!(matches!(gone, Err(EngineError::NotFound(Resource::Member))));

    let (project, _) = make(&engine, "Kitchen");
    wait(engine.add_project_member(&project.id, "x@y.z", MemberRole::Reader)).unwrap();
    wait(engine.update_project_member(&project.id, "x@y.z", MemberRole::Owner)).unwrap();
    assert_eq!(wait(engine.project(&project.id)).unwrap().members.len(), 2);
    wait(engine.remove_project_member(&project.id, "x@y.z")).unwrap();
    assert_eq!(wait(engine.project(&project.id)).unwrap().members.len(), 1);
}
