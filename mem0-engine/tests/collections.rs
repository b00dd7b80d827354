use std::sync::Arc;

use mem0_components::testing::check_vector_store;
use mem0_components::{
    Collection, ComponentErrorKind, Embedding, StoreFilter, StorePage, VectorRecord, VectorStore,
};
use mem0_engine::{Access, BuiltIn, Engine, archive, check_folder};
use mem0_types::EntityRef;

use crate::workbench::*;

#[test]
fn the_folder_passes_the_suite_of_vector_stores() {
    let folder = Folder::new();
    let engine = folder.open();
    let report = wait(check_vector_store(&engine.vector_store(), "suite", 12));
    let report = report.unwrap_or_else(|failed| panic!("{failed}"));
    // The folder can search words in memories, but not in collections.
    let refused: Vec<_> = report.refused().collect();
    assert_eq!(refused, ["a_search_for_words_keeps_its_promises"]);
    drop(engine);
    assert_eq!(check_folder(&folder.0).unwrap().findings, Vec::<String>::new());
}

fn notes(engine: &Engine) -> Arc<dyn Collection> {
    wait(engine.vector_store().collection("notes", 2)).unwrap()
}

fn ids(collection: &dyn Collection) -> Vec<String> {
    let page = StorePage::first(100);
    let rows = wait(collection.list(&StoreFilter::All, &page)).unwrap();
    rows.records.into_iter().map(|record| record.id).collect()
}

#[test]
fn collections_are_the_projects_own_and_go_with_it() {
    let folder = Folder::new();
    let engine = folder.open();
    let organization = wait(engine.own_project()).unwrap().organization_id;
    let second = wait(engine.create_project(&organization, "Second", None)).unwrap();
    let view = engine.with_access(wait(engine.access_to(&second.id)).unwrap());
    let record = |id: &str| VectorRecord::new(id, Embedding::new([1.0, 0.0]), Default::default());
    wait(notes(&engine).insert(&[record("first")])).unwrap();
    wait(notes(&view).insert(&[record("first"), record("second")])).unwrap();
    assert_eq!(ids(&*notes(&engine)), ["first"]);
    assert_eq!(ids(&*notes(&view)), ["first", "second"]);

    let bound = engine.with_access(Access::default().only([EntityRef::user("alice")]).unwrap());
    let refused = wait(bound.vector_store().collections()).unwrap_err();
    assert_eq!(refused.kind(), ComponentErrorKind::Authentication);
    let reading = engine.with_access(Access::default().read_only());
    assert_eq!(wait(reading.vector_store().collections()).unwrap(), ["notes"]);
    let refused = wait(reading.vector_store().collection("notes", 2)).unwrap_err();
    assert_eq!(refused.kind(), ComponentErrorKind::Authentication);

    wait(engine.delete_project(&second.id)).unwrap();
    wait(engine.close()).unwrap();
    let left =
        "SELECT (SELECT count(*) FROM collections), (SELECT count(*) FROM collection_records)";
    let left = folder.sql().query_row(left, [], |row| Ok((row.get(0)?, row.get(1)?)));
    assert_eq!(left.unwrap(), (1_i64, 1_i64));
}

#[test]
fn collections_outlive_the_process_and_an_archive() {
    let (folder, other) = (Folder::new(), Folder::new());
    let engine = folder.open();
    let payload = serde_json::json!({"user_id": "alice", "n": 18_446_744_073_709_551_615_u64});
    let payload = payload.as_object().cloned().unwrap();
    let record = VectorRecord::new("a", Embedding::new([0.1, -3.5e7]), payload);
    wait(notes(&engine).insert(std::slice::from_ref(&record))).unwrap();
    wait(engine.close()).unwrap();
    let engine = folder.open();
    assert_eq!(wait(notes(&engine).get("a")).unwrap(), Some(record.clone()));
    wait(engine.close()).unwrap();
    let mut lines = Vec::new();
    archive::export(&folder.0, None, &mut lines, &mut |_, _| ()).unwrap();
    archive::import(&mut lines.as_slice(), &other.0, Some(BuiltIn::Static), &mut |_| ()).unwrap();
    assert_eq!(wait(notes(&other.open()).get("a")).unwrap(), Some(record));
}

#[test]
fn a_record_that_could_not_be_read_or_compared_is_refused() {
    let folder = Folder::new();
    let engine = folder.open();
    let collection = notes(&engine);
    let mut deep = serde_json::json!(1);
    for _ in 0..200 {
        deep = serde_json::json!([deep]);
    }
    let payload = [("deep".to_owned(), deep)].into_iter().collect();
    let deep = VectorRecord::new("deep", Embedding::new([1.0, 0.0]), payload);
    let why = wait(collection.insert(&[deep])).unwrap_err().to_string();
    assert!(why.contains("payload") && why.contains("100 levels"), "{why}");
    for component in [f32::NAN, f32::INFINITY] {
        let vector = Embedding::new([component, 0.0]);
        let record = VectorRecord::new("odd", vector.clone(), Default::default());
        let refused = wait(collection.insert(&[record])).unwrap_err();
        assert_eq!(refused.kind(), ComponentErrorKind::Configuration);
        let query = mem0_components::VectorQuery::new(vector, 1);
        assert!(wait(collection.search(&query)).is_err());
    }
    assert!(ids(&*collection).is_empty());
}
