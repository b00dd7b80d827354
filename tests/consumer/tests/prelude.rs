//! A program that begins with the prelude, beside other globs and names of its own.

#[allow(unused_imports)]
use std::collections::*;
#[allow(unused_imports)]
use std::io::prelude::*;
#[allow(unused_imports)]
use std::prelude::rust_2024::*;

use mem0_sdk::prelude::*;
use mem0_sdk::testing::FakePlatform;

/// `Result`, `Option` and the like are those of the standard library.
fn names(client: &MemoryClient, scope: Scope) -> Result<Option<String>, Error> {
    let options = SearchMemoryOptions::new(Filter::any_of(&scope)).top_k(1);
    let hits: Page<Memory> = client.search("breakfast", options)?;
    Ok(hits.first().map(|memory: &Memory| memory.memory.clone()))
}

#[test]
fn the_prelude_is_enough_for_a_normal_program() {
    let fake = FakePlatform::new();
    fake.answer("search", Page::from(vec![Memory::new("m-1", "Oats")]));
    let client = MemoryClient::from(&fake);
    assert_eq!(names(&client, Scope::user("alice")).unwrap().as_deref(), Some("Oats"));

    fake.answer("add", serde_json::json!({"event_id": "e-1", "status": "PENDING"}));
    let talk: Messages = Message::user("Oats again").into();
    client.add(talk, AddMemoryOptions::new(Scope::user("alice")).infer(false)).unwrap();
    let error = client.get("m-2").unwrap_err();
    assert_ne!(error.kind(), ErrorKind::NotFound);
    let quick = CallOptions::new().timeout(std::time::Duration::from_secs(1));
    let _: AsyncMemoryClient = AsyncMemoryClient::from(&fake).with(quick);
}

mod own_names {
    use mem0_sdk::prelude::*;
    use thiserror::Error;

    /// A name of one's own goes before those of a glob.
    #[derive(Debug, Error)]
    #[error("no breakfast")]
    pub struct Memory;

    #[test]
    fn go_before_those_of_the_prelude() {
        assert_eq!(Memory.to_string(), "no breakfast");
        assert!(Filter::user_id("alice").names_an_entity());
    }
}
