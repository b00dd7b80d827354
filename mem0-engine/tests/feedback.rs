use mem0_engine::{EngineError, ProfileRequest, ProfileSettingsChange, Resource};
use mem0_types::{EntityType, Feedback, Filter};
use serde_json::json;

use crate::workbench::*;

#[test]
fn feedback_outlives_a_restart_and_goes_with_its_memory() {
    let folder = Folder::new();
    let engine = folder.open();
    let id = store_one(&engine, "alice", "tea");
    assert_eq!(wait(engine.feedback(&id)).unwrap(), None);
    let reason = Some("It was swordfish".to_owned());
    let given = wait(engine.give_feedback(&id, Some(Feedback::Negative), reason)).unwrap();
    drop(engine);
    let engine = folder.open();
    assert_eq!(wait(engine.feedback(&id)).unwrap().as_ref(), Some(&given));
    let other = Some(Feedback::Other("SO_SO".to_owned()));
    let refused = wait(engine.give_feedback(&id, other, None));
    assert!(matches!(refused, Err(EngineError::InvalidInput(_))));

    wait(engine.delete(&id, false)).unwrap();
    assert!(matches!(wait(engine.feedback(&id)), Err(EngineError::NotFound(Resource::Memory))));
    let left: i64 =
        folder.sql().query_row("SELECT count(*) FROM feedback", [], |row| row.get(0)).unwrap();
    assert_eq!(left, 0);
    wait(engine.close()).unwrap();
    let bytes = std::fs::read(folder.0.join("mem0.db")).unwrap();
    assert!(!bytes.windows(9).any(|part| part == b"swordfish"));
}

#[test]
fn reads_are_counted_without_writing_and_survive_a_restart() {
    let folder = Folder::new();
    let engine = folder.open();
    store_one(&engine, "alice", "tea");
    let changes = |engine: &rusqlite::Connection| -> i64 {
        engine.pragma_query_value(None, "data_version", |row| row.get(0)).unwrap()
    };
    let sql = folder.sql();
    let mut rounds = 0;
    loop {
        rounds += 1;
        let before = changes(&sql);
        for _ in 0..20 {
            find(&engine, "tea", Filter::user_id("alice"));
        }
        if changes(&sql) == before {
            break;
        }
        // The log of an earlier run is emptied once after the start, which shows as a change.
        assert!(rounds < 3, "searches write");
    }
    wait(engine.close()).unwrap();
    drop(engine);
    let engine = folder.open();
    assert_eq!(wait(engine.stats()).unwrap().retrievals, 20 * rounds);
}

#[test]
fn a_project_is_erased_with_its_counts_and_profiles() {
    let folder = Folder::new();
    let engine = folder.open();
    let organization = wait(engine.organizations()).unwrap()[0].id.clone();
    let other = wait(engine.create_project(&organization, "Other", None)).unwrap();
    let view = engine.with_access(wait(engine.access_to(&other.id)).unwrap());
    let id = store_one(&view, "alice", "tea");
    wait(view.give_feedback(&id, Some(Feedback::Positive), None)).unwrap();
    let schema = json!({"properties": {"diet": {"type": "string", "description": "Food"}}});
    let change = ProfileSettingsChange {
        enabled: Some(true),
        schema: Some(schema.as_object().cloned()),
        ..Default::default()
    };
    wait(view.update_profile_settings(change)).unwrap();
    let job = wait(view.make_profiles(ProfileRequest::Sample(1), "12345678")).unwrap();
    assert_eq!((job.total, job.failed), (1, 1));
    // The users of a job are forgotten with the deleted user.
    let deleted = wait(view.delete_entity(EntityType::User, "alice")).unwrap();
    finished(&view, &deleted.event_id);
    assert!(wait(view.profile_job(&job.id)).unwrap().user_ids.is_empty());
    find(&view, "tea", Filter::user_id("alice"));
    assert_eq!(wait(view.stats()).unwrap().retrievals, 1);
    find(&view, "tea", Filter::user_id("alice"));

    wait(engine.delete_project(&other.id)).unwrap();
    wait(engine.close()).unwrap();
    for table in ["feedback", "retrievals", "profile_settings", "profile_jobs"] {
        let sql = format!("SELECT count(*) FROM {table}");
        let left: i64 = folder.sql().query_row(&sql, [], |row| row.get(0)).unwrap();
        assert_eq!(left, 0, "{table}");
    }
}
