use mem0_engine::{Access, EngineError};
use mem0_types::Filter;
use serde_json::json;

use crate::workbench::*;

fn refused_field<T>(answer: Result<T, EngineError>) -> String {
    match answer {
        Err(EngineError::InvalidInput(refused)) => refused.field().to_owned(),
        Err(other) => panic!("{other:?}"),
        Ok(_) => panic!("it was accepted"),
    }
}

#[test]
fn a_schema_that_leads_back_to_itself_costs_nobody_the_engine() {
    let folder = Folder::new();
    let engine = folder.open();
    store_one(&engine, "alice", "tea");
    let schema = json!({
        "type": "object",
        "properties": {"a": {"$ref": "#/$defs/X"}},
        "$defs": {"X": {"anyOf": [{"$ref": "#/$defs/X"}]}},
    });
    let alices = || Filter::user_id("alice");
    let asked = wait(engine.create_export(alices(), schema.clone()));
    assert_eq!(refused_field(asked), "schema");
    let reader = engine.with_access(Access::default().read_only());
    let asked = wait(reader.create_export(alices(), schema.clone()));
    assert!(matches!(asked, Err(EngineError::ReadOnly)));

    // One that an older version let through says why it cannot be read.
    let fine = json!({"type": "object", "properties": {}});
    let id = wait(engine.create_export(alices(), fine)).unwrap();
    folder.sql().execute("UPDATE exports SET schema = ?", [schema.to_string()]).unwrap();
    assert_eq!(refused_field(wait(engine.export(&id))), "schema");
    assert_eq!(found(&find(&engine, "tea", alices())), ["tea"]);
}
