use mem0_engine::{
    AddRequest, BuiltIn, FolderError, MemoryChange, NewKey, NewWebhook, PageRequest, ProjectRecord,
    archive, check_folder,
};
use mem0_types::{EntityType, Filter, Message, WebhookEventType};

use crate::workbench::*;

fn exported(folder: &Folder, project: Option<&str>) -> String {
    let mut bytes = Vec::new();
    let mut told = (0, 0);
    let rows =
        archive::export(&folder.0, project, &mut bytes, &mut |rows, of| told = (rows, of)).unwrap();
    assert_eq!(told, (rows, rows));
    String::from_utf8(bytes).unwrap()
}

fn import(folder: &Folder, archive: &str) -> Result<u64, FolderError> {
    archive::import(&mut archive.as_bytes(), &folder.0, Some(BuiltIn::Static), &mut |_| ())
        .map(|done| done.rows)
}

/// Fills a folder with all kinds of rows: odd texts, missing metadata, deleted memories with their
/// history, a second project, a revoked key, an export, and queued events.
fn odd(folder: &Folder) -> ProjectRecord {
    let engine = folder.open();
    let mut add = verbatim(
        user_and_agent("álice \"1\" \u{1f600}", "b\\ot"),
        &["寿司が好き\r\n\u{0}\u{2028}"],
    );
    add.metadata = serde_json::from_str(r#"{"k":[null,1e2,{"é":"\u0000"}],"n":null}"#).unwrap();
    add.immutable = true;
    wait(engine.add(add)).unwrap();
    let gone = store_one(&engine, "alice", "this one goes");
    wait(engine.delete(&gone, false)).unwrap();
    let changed = store_one(&engine, "alice", "I like tea");
    let change = MemoryChange { text: Some("I like coffee".to_owned()), ..MemoryChange::default() };
    wait(engine.update(&changed, change)).unwrap();
    let added =
        wait(engine.add(AddRequest::new(vec![Message::user("done")], user("bob")))).unwrap();
    finished(&engine, &added.event_id);
    let schema = serde_json::json!({"type": "object", "properties": {"k": {"type": "array"}}});
    wait(engine.create_export(Filter::user_id("alice"), schema)).unwrap();
    let organization = wait(engine.own_project()).unwrap().organization_id;
    let project = wait(engine.create_project(&organization, "Second", None)).unwrap();
    let second = folder_view(&engine, &project.id, 7);
    store(&second, user("alice"), &["in the second project"]);
    let key = wait(engine.create_key(NewKey::new([9; 32], "revoked"))).unwrap();
    wait(engine.revoke_key(&key.id)).unwrap();
    wait(engine.set_setting("mine", "x")).unwrap();
    // The last row of a table is deleted, so that its number is recorded nowhere else.
    let last = store_one(&engine, "carol", "goes with its history");
    assert!(!last.is_empty());
    let deletion = wait(engine.delete_entity(EntityType::User, "carol")).unwrap();
    finished(&engine, &deletion.event_id);
    // Not dropped: another view of it is still in use, and its worker would carry out what is
    // queued below.
    wait(engine.close()).unwrap();
    queue_again(&folder.sql(), "event_type = 'ADD' AND user_id = 'bob'");
    folder
        .sql()
        .execute_batch(
            "DELETE FROM memory_index WHERE seq = (SELECT seq FROM memories \
         WHERE user_id = 'bob'); DELETE FROM memory_vectors WHERE seq = (SELECT seq FROM memories \
         WHERE user_id = 'bob'); DELETE FROM memories WHERE user_id = 'bob'",
        )
        .unwrap();
    project
}

/// The engine as a key to that project sees it.
fn folder_view(engine: &mem0_engine::Engine, project: &str, number: u8) -> mem0_engine::Engine {
    let mut key = NewKey::new([number; 32], "key");
    key.project_id = Some(project.to_owned());
    wait(engine.create_key(key)).unwrap();
    engine.with_access(engine.authenticate(&[number; 32]).unwrap().unwrap())
}

#[test]
fn an_imported_folder_exports_the_same_bytes() {
    let (from, to) = (Folder::new(), Folder::new());
    odd(&from);
    let first = exported(&from, None);
    assert!(first.lines().count() > 30, "{first}");
    assert!(first.contains(r#"{"table":"memories","last_seq":6}"#), "{first}");
    let rows = import(&to, &first).unwrap();
    assert!(first.ends_with(&format!("{{\"end\":true,\"rows\":{rows}}}\n")));
    assert!(first == exported(&to, None), "the second export differs");
    assert_eq!(check_folder(&to.0).unwrap().findings, Vec::<String>::new());

    // The new folder works: queued work continues and everything is found.
    let engine = to.open();
    let filter = Filter::user_id("alice");
    assert_eq!(found(&find(&engine, "coffee", filter.clone())), ["I like coffee"]);
    let view = engine.with_access(engine.authenticate(&[7; 32]).unwrap().unwrap());
    assert_eq!(texts(&list(&view, filter)), ["in the second project"]);
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(20);
    while list(&engine, Filter::user_id("bob")).is_empty() {
        assert!(std::time::Instant::now() < deadline);
    }
}

#[test]
fn a_project_joins_a_folder_that_has_others() {
    let (from, to) = (Folder::new(), Folder::new());
    let project = odd(&from);
    let archive = exported(&from, Some(&project.id));
    assert!(!archive.contains("coffee"), "another project's rows are in it");

    let engine = to.open();
    store_one(&engine, "alice", "was here");
    drop(engine);
    import(&to, &archive).unwrap();
    let engine = to.open();
    let view = engine.with_access(engine.authenticate(&[7; 32]).unwrap().unwrap());
    let filter = Filter::user_id("alice");
    assert_eq!(texts(&list(&view, filter.clone())), ["in the second project"]);
    assert_eq!(found(&find(&view, "second project", filter.clone())), ["in the second project"]);
    assert_eq!(texts(&list(&engine, filter)), ["was here"]);
    assert_eq!(wait(view.own_project()).unwrap().id, project.id);
    drop((engine, view));
    assert_eq!(check_folder(&to.0).unwrap().findings, Vec::<String>::new());

    // Importing it again is a conflict, and changes nothing.
    let before = exported(&to, None);
    assert!(matches!(import(&to, &archive), Err(FolderError::Conflict { .. })));
    assert_eq!(before, exported(&to, None));
}

#[test]
fn a_key_that_joins_a_folder_administers_nothing_of_it() {
    let (from, alone, to) = (Folder::new(), Folder::new(), Folder::new());
    let engine = from.open();
    let organization = wait(engine.own_project()).unwrap().organization_id;
    let project = wait(engine.create_project(&organization, "Kitchen", None)).unwrap();
    let mut key = NewKey::new([8; 32], "administrator");
    (key.project_id, key.administers) = (Some(project.id.clone()), true);
    wait(engine.create_key(key)).unwrap();
    drop(engine);
    let administers = |folder: &Folder| {
        let engine = folder.open();
        engine.authenticate(&[8; 32]).unwrap().unwrap().administers()
    };
    import(&alone, &exported(&from, None)).unwrap();
    assert!(administers(&alone));
    drop(to.open());
    import(&to, &exported(&from, Some(&project.id))).unwrap();
    assert!(!administers(&to));
}

#[test]
fn an_archive_is_taken_whole_or_not_at_all() {
    let from = Folder::new();
    odd(&from);
    let whole = exported(&from, None);
    let lines: Vec<_> = whole.lines().collect();
    let without = |index: usize| {
        let mut lines = lines.clone();
        lines.remove(index);
        lines.join("\n") + "\n"
    };
    let memory =
        lines.iter().position(|line| line.starts_with("{\"table\":\"memories\",\"row\"")).unwrap();
    let project =
        lines.iter().position(|line| line.starts_with("{\"table\":\"projects\",\"row\"")).unwrap();
    for (archive, words) in [
        (String::new(), "empty"),
        (whole[..whole.len() - 1].to_owned(), "cut off"),
        (without(lines.len() - 1), "ends without its end line"),
        (without(memory), "rows are missing"),
        (without(project), "not in the archive"),
        (whole.clone() + "{}\n", "follows"),
        (whole.replace("\"mem0_archive\":1", "\"mem0_archive\":2"), "version 2"),
        (whole.replace("\"schema\":", "\"schema\":9"), "a newer version"),
        (whole.replace("\"table\":\"history\"", "\"table\":\"sqlite_schema\""), "unknown table"),
        (whole.replace("\"position\":", "\"place\":"), "position is missing"),
        (
            whole.replace("\"immutable\":1", "\"immutable\":\"secret\""),
            "immutable has the wrong type",
        ),
        (whole.replace("\"split\":", "\"more\":1,\"split\":"), "has a column"),
        (whole.replace("\"infer", "infer"), "not a line of an archive"),
    ] {
        if archive == whole {
            panic!("{words}: the archive was not changed");
        }
        let to = Folder::new();
        let error = import(&to, &archive).unwrap_err().to_string();
        assert!(error.contains(words) && !error.contains("secret"), "{words}: {error}");
        let left: Vec<_> = std::fs::read_dir(&to.0).into_iter().flatten().collect();
        assert!(left.iter().all(|entry| entry.as_ref().unwrap().file_name() == "mem0.lock"));
    }
}

#[test]
fn an_older_folder_is_exported_as_the_newer_one_that_it_becomes() {
    let (from, to) = (Folder::of_version_2(), Folder::new());
    let first = exported(&from, None);
    import(&to, &first).unwrap();
    assert_eq!(first, exported(&to, None));
}

#[test]
fn an_export_needs_a_folder_and_an_import_needs_it_for_itself() {
    let folder = Folder::new();
    let missing = archive::export(&folder.0, None, &mut Vec::new(), &mut |_, _| ());
    assert!(matches!(missing, Err(FolderError::NoFolder(_))));
    assert!(!folder.0.exists());
    let engine = folder.open();
    let archive = exported(&folder, None);
    assert!(import(&folder, &archive).unwrap_err().to_string().contains("in use"));
    drop(engine);
}

#[test]
fn deliveries_that_are_still_to_be_made_are_made_where_the_project_joins() {
    let make = |engine: &mem0_engine::Engine, name: &str| {
        let webhook = NewWebhook::new(name, "https://example.com", [WebhookEventType::MemoryAdd]);
        let project = wait(engine.own_project()).unwrap().id;
        wait(engine.create_webhook(&project, webhook)).unwrap()
    };
    let (from, to) = (Folder::new(), Folder::new());
    let engine = from.open();
    let organization = wait(engine.own_project()).unwrap().organization_id;
    let project = wait(engine.create_project(&organization, "Second", None)).unwrap();
    let view = engine.with_access(wait(engine.access_to(&project.id)).unwrap());
    let webhooks = ["done", "first", "second"].map(|name| make(&view, name));
    store_one(&view, "alice", "tea");
    wait(engine.close()).unwrap();
    // As a kill leaves it that comes after the delivery for the first of them.
    from.sql()
        .execute_batch(
            "DELETE FROM webhook_deliveries WHERE webhook > 1; \
             UPDATE webhook_changes SET made_to = 1",
        )
        .unwrap();
    let archive = exported(&from, Some(&project.id));

    let engine = to.open();
    for name in ["other", "another"] {
        make(&engine, name);
    }
    store_one(&engine, "alice", "coffee");
    wait(engine.close()).unwrap();
    import(&to, &archive).unwrap();
    assert!(check_folder(&to.0).unwrap().findings.is_empty());
    let engine = to.open();
    let view = engine.with_access(wait(engine.access_to(&project.id)).unwrap());
    for webhook in &webhooks[1..] {
        let began = std::time::Instant::now();
        let log = || wait(view.deliveries(&webhook.id, PageRequest::default())).unwrap().results;
        while log().is_empty() {
            assert!(began.elapsed().as_secs() < 20);
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        let told: Vec<_> = log().into_iter().map(|delivery| delivery.payload).collect();
        assert_eq!(told.len(), 1);
        assert_eq!(told[0]["event_details"]["data"]["memory"], "tea");
    }
    // What was made before the export is there once, if it was made by then.
    let told = "SELECT count(*) FROM webhook_deliveries AS d JOIN webhooks AS w ON w.seq = d.webhook \
                WHERE w.name = 'done'";
    let made: i64 = to.sql().query_row(told, [], |row| row.get(0)).unwrap();
    assert!(made <= 1);
}
