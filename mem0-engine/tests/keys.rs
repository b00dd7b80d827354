use mem0_engine::{
    Engine, EngineError, KEYS_NOTICED_WITHIN, KeyRecord, Keys, LOCAL_ACCOUNT, NewKey, NewWebhook,
    PageRequest, ProjectChange, WebhookChange,
};
use mem0_types::{EntityRef, Filter, MemberRole, WebhookEventType};

use crate::workbench::*;

fn hash(byte: u8) -> [u8; 32] {
    [byte; 32]
}

/// A new key, and the engine as the key sees it.
fn make(engine: &Engine, key: NewKey) -> (KeyRecord, Engine) {
    let hash = key.hash;
    let made = wait(engine.create_key(key)).unwrap();
    let access = engine.authenticate(&hash).unwrap().unwrap();
    assert_eq!(access, made.access);
    (made, engine.with_access(access))
}

#[test]
fn a_key_opens_its_project_until_it_is_revoked() {
    let folder = Folder::new();
    let engine = folder.open();
    let organization = wait(engine.own_project()).unwrap().organization_id;
    let project = wait(engine.create_project(&organization, "Kitchen", None)).unwrap();
    let mut key = NewKey::new(hash(1), "ci");
    key.project_id = Some(project.id.clone());
    let (made, view) = make(&engine, key.clone());
    assert_eq!((made.project_id.as_str(), made.name.as_str()), (project.id.as_str(), "ci"));
    store_one(&view, "alice", "tea");
    assert!(list(&engine, Filter::user_id("alice")).is_empty());
    assert_eq!(engine.authenticate(&hash(2)).unwrap(), None);
    assert!(wait(engine.create_key(key)).is_err(), "the same key twice");

    wait(engine.revoke_key(&made.id)).unwrap();
    assert_eq!(engine.authenticate(&hash(1)).unwrap(), None);
    assert!(wait(engine.keys()).unwrap()[0].revoked_at.is_some());
    assert!(matches!(wait(engine.revoke_key("nonsense")), Err(EngineError::NotFound(_))));

    let mut key = NewKey::new(hash(3), "second");
    key.project_id = Some(project.id.clone());
    make(&engine, key);
    wait(engine.delete_project(&project.id)).unwrap();
    assert_eq!(engine.authenticate(&hash(3)).unwrap(), None);
}

#[test]
fn a_key_is_what_it_was_made_as_after_reopening() {
    let folder = Folder::new();
    let engine = folder.open();
    let mut key = NewKey::new(hash(1), "alice's");
    key.scopes = vec![EntityRef::user("alice"), EntityRef::run("r")];
    key.read_only = true;
    let (made, _) = make(&engine, key);
    drop(engine);
    let engine = folder.open();
    let access = engine.authenticate(&hash(1)).unwrap().unwrap();
    assert!(access.is_read_only());
    assert_eq!(access, made.access);
    assert_eq!(access.scopes().unwrap(), [EntityRef::run("r"), EntityRef::user("alice")]);
}

#[test]
fn keys_can_be_changed_beside_an_engine_that_is_open() {
    let folder = Folder::new();
    let engine = folder.open();
    let beside = Keys::open(&folder.0).unwrap();
    assert_eq!(engine.authenticate(&hash(1)).unwrap(), None);
    let made = beside.create(&NewKey::new(hash(1), "cli")).unwrap();
    std::thread::sleep(KEYS_NOTICED_WITHIN);
    assert!(engine.authenticate(&hash(1)).unwrap().is_some());
    beside.revoke(&made.id).unwrap();
    std::thread::sleep(KEYS_NOTICED_WITHIN);
    assert_eq!(engine.authenticate(&hash(1)).unwrap(), None);
    assert_eq!(beside.list().unwrap().len(), 1);
    drop(beside);
    store_one(&engine, "alice", "tea");
    drop(engine);
    // Also without an open engine; there is none at the moment.
    let alone = Keys::open(&folder.0).unwrap();
    assert!(matches!(Engine::open(&folder.0), Err(EngineError::Locked { .. })));
    alone.create(&NewKey::new(hash(2), "cli")).unwrap();
    drop(alone);
    assert!(folder.open().authenticate(&hash(2)).unwrap().is_some());
}

#[test]
fn a_key_may_change_what_its_owner_may() {
    let folder = Folder::new();
    let engine = folder.open();
    let own = wait(engine.own_project()).unwrap();
    let sibling = wait(engine.create_project(&own.organization_id, "Sibling", None)).unwrap();
    let foreign = wait(engine.create_organization("Foreign")).unwrap();
    wait(engine.add_organization_member(&foreign.id, "x@y.z", MemberRole::Owner)).unwrap();
    wait(engine.remove_organization_member(&foreign.id, LOCAL_ACCOUNT)).unwrap();
    let hidden = wait(engine.create_project(&foreign.id, "Hidden", None)).unwrap();
    wait(engine.remove_project_member(&hidden.id, LOCAL_ACCOUNT)).unwrap();
    let decay = || ProjectChange { decay: Some(true), ..ProjectChange::default() };

    // The owner's own key can do all that the owner can.
    let mut owner = NewKey::new(hash(1), "owner");
    owner.administers = true;
    let (_, owner) = make(&engine, owner);
    assert_eq!(wait(owner.organizations()).unwrap().len(), 1);
    assert_eq!(wait(owner.projects(&own.organization_id)).unwrap().len(), 2);
    wait(owner.update_project(&sibling.id, decay())).unwrap();
    assert!(matches!(wait(owner.projects(&foreign.id)), Err(EngineError::NotFound(_))));
    assert!(matches!(wait(owner.project(&hidden.id)), Err(EngineError::NotFound(_))));
    let hidden_change = wait(owner.update_project(&hidden.id, decay()));
    assert!(matches!(hidden_change, Err(EngineError::NotFound(_))));
    assert!(matches!(wait(owner.delete_project(&own.id)), Err(EngineError::Forbidden)));
    assert!(matches!(wait(owner.keys()), Err(EngineError::Forbidden)));
    assert!(matches!(wait(owner.access_to(&hidden.id)), Err(EngineError::NotFound(_))));

    // Restricted keys only see their own project and organization.
    let mut scoped = NewKey::new(hash(2), "scoped");
    scoped.scopes = vec![EntityRef::user("alice")];
    let mut reading = NewKey::new(hash(3), "reading");
    reading.read_only = true;
    // A reader of the organization.
    wait(engine.add_organization_member(&own.organization_id, "r@e.d", MemberRole::Reader))
        .unwrap();
    let mut reader = NewKey::new(hash(4), "reader");
    reader.owner = "r@e.d".to_owned();
    reader.administers = true;
    for (key, seen) in [(scoped, 1), (reading, 1), (reader, 2)] {
        let (_, view) = make(&engine, key);
        assert_eq!(wait(view.projects(&own.organization_id)).unwrap().len(), seen);
        assert_eq!(wait(view.organizations()).unwrap().len(), 1);
        let refused = |answer: Result<(), EngineError>| {
            assert!(
                matches!(answer, Err(EngineError::Forbidden | EngineError::ReadOnly)),
                "{answer:?}"
            );
        };
        refused(wait(view.update_project(&own.id, decay())).map(drop));
        refused(wait(view.create_project(&own.organization_id, "x", None)).map(drop));
        refused(wait(view.delete_organization(&own.organization_id)));
        refused(wait(view.add_project_member(&own.id, "x@y.z", MemberRole::Owner)));
        refused(wait(view.access_to(&own.id)).map(drop));
    }
}

#[test]
fn a_key_opens_one_project_alone_unless_it_administers() {
    let folder = Folder::new();
    let engine = folder.open();
    let own = wait(engine.own_project()).unwrap();
    let kitchen = wait(engine.create_project(&own.organization_id, "Kitchen", None)).unwrap();
    let acme = wait(engine.create_organization("Acme")).unwrap();
    let sibling = engine.with_access(wait(engine.access_to(&own.id)).unwrap());
    let hook = NewWebhook::new("hook", "https://example.com", [WebhookEventType::MemoryAdd]);
    let hook = |project: &str| (project.to_owned(), hook.clone());
    let (project, new) = hook(&own.id);
    let theirs = wait(sibling.create_webhook(&project, new)).unwrap();
    let decay = || ProjectChange { decay: Some(true), ..ProjectChange::default() };

    // Its owner owns both projects and both organizations.
    let mut key = NewKey::new(hash(1), "cook");
    key.project_id = Some(kitchen.id.clone());
    let (_, view) = make(&engine, key.clone());
    let seen = wait(view.projects(&own.organization_id)).unwrap();
    assert_eq!(seen.iter().map(|project| &project.id).collect::<Vec<_>>(), [&kitchen.id]);
    let seen = wait(view.organizations()).unwrap();
    assert_eq!(seen.iter().map(|one| &one.id).collect::<Vec<_>>(), [&own.organization_id]);
    assert_eq!(seen[0].role, MemberRole::Reader);
    fn hidden<T: std::fmt::Debug>(answer: Result<T, EngineError>) {
        assert!(matches!(answer, Err(EngineError::NotFound(_))), "{answer:?}");
    }
    hidden(wait(view.project(&own.id)));
    hidden(wait(view.access_to(&own.id)));
    hidden(wait(view.update_project(&own.id, decay())));
    hidden(wait(view.delete_project(&own.id)));
    hidden(wait(view.add_project_member(&own.id, "x@y.z", MemberRole::Owner)));
    hidden(wait(view.webhooks(&own.id)));
    let (project, new) = hook(&own.id);
    hidden(wait(view.create_webhook(&project, new)));
    hidden(wait(view.deliveries(&theirs.id, PageRequest::default())));
    hidden(wait(view.update_webhook(&theirs.id, WebhookChange::default())));
    hidden(wait(view.delete_webhook(&theirs.id)));
    hidden(wait(view.organization(&acme.id)));
    hidden(wait(view.create_project(&acme.id, "x", None)));
    hidden(wait(view.delete_organization(&acme.id)));
    fn refused<T: std::fmt::Debug>(answer: Result<T, EngineError>) {
        assert!(matches!(answer, Err(EngineError::Forbidden)), "{answer:?}");
    }
    refused(wait(view.create_organization("x")));
    refused(wait(view.create_project(&own.organization_id, "x", None)));
    refused(wait(view.add_organization_member(&own.organization_id, "x@y.z", MemberRole::Owner)));
    refused(wait(view.keys()));
    // In its own project it may do what its owner may.
    assert!(wait(view.update_project(&kitchen.id, decay())).unwrap().settings.decay);
    wait(view.add_project_member(&kitchen.id, "x@y.z", MemberRole::Reader)).unwrap();
    let (project, new) = hook(&kitchen.id);
    wait(view.create_webhook(&project, new)).unwrap();

    // A member's key may do what the member may.
    (key.hash, key.owner) = (hash(2), "x@y.z".to_owned());
    let (_, reader) = make(&engine, key.clone());
    refused(wait(reader.update_project(&kitchen.id, decay())));
    refused(wait(reader.webhooks(&kitchen.id)));
    store_one(&reader, "alice", "tea");

    (key.hash, key.owner, key.administers) = (hash(3), LOCAL_ACCOUNT.to_owned(), true);
    let (made, administrator) = make(&engine, key.clone());
    assert!(made.access.administers());
    assert_eq!(wait(administrator.organizations()).unwrap().len(), 2);
    assert_eq!(wait(administrator.webhooks(&own.id)).unwrap().len(), 1);
    assert!(list(&administrator, Filter::user_id("alice")).len() == 1, "of its own project");
    // It is the same after reopening.
    drop((engine, view, sibling, reader, administrator));
    let engine = folder.open();
    let administers = |byte| engine.authenticate(&hash(byte)).unwrap().unwrap().administers();
    assert_eq!([1, 2, 3].map(administers), [false, false, true]);

    key.hash = hash(4);
    let (mut reading, mut bound, mut nobodys) = (key.clone(), key.clone(), key);
    reading.read_only = true;
    bound.scopes = vec![EntityRef::user("alice")];
    nobodys.owner = "nobody".to_owned();
    for (key, field) in [(reading, "administers"), (bound, "administers"), (nobodys, "owner")] {
        match wait(engine.create_key(key)) {
            Err(EngineError::InvalidInput(refused)) => assert_eq!(refused.field(), field),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_key_that_an_older_version_made_opens_its_project_alone() {
    let folder = Folder::of_version_2();
    let engine = folder.open();
    let key = wait(engine.keys()).unwrap().remove(0);
    assert!(!key.access.administers());
    let other = wait(engine.create_organization("Acme")).unwrap();
    let view = engine.with_access(key.access);
    assert!(wait(view.organization(&other.id)).is_err());
    assert_eq!(wait(view.own_project()).unwrap().role, MemberRole::Owner);
}
