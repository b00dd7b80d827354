use mem0_engine::{
    Engine, EngineError, KEYS_NOTICED_WITHIN, KeyRecord, Keys, LOCAL_ACCOUNT, NewKey, ProjectChange,
};
use mem0_types::{EntityRef, Filter, MemberRole};

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
    // And without one, of which there is none meanwhile.
    let alone = Keys::open(&folder.0).unwrap();
    assert!(matches!(Engine::open(&folder.0), Err(EngineError::Locked(_))));
    alone.create(&NewKey::new(hash(2), "cli")).unwrap();
    drop(alone);
    assert!(folder.open().authenticate(&hash(2)).unwrap().is_some());
}

#[test]
fn what_a_key_may_administrate() {
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

    // The owner's own key: all that the owner has.
    let (_, owner) = make(&engine, NewKey::new(hash(1), "owner"));
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

    // Restricted ones: their own project and organization, to look at.
    let mut scoped = NewKey::new(hash(2), "scoped");
    scoped.scopes = vec![EntityRef::user("alice")];
    let mut reading = NewKey::new(hash(3), "reading");
    reading.read_only = true;
    // And somebody who reads the organization.
    wait(engine.add_organization_member(&own.organization_id, "r@e.d", MemberRole::Reader))
        .unwrap();
    let mut reader = NewKey::new(hash(4), "reader");
    reader.owner = "r@e.d".to_owned();
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
