//! An app's unit tests, with the fake platform in the place of the real one.

use mem0_sdk::testing::{FakeAnswer, FakePlatform};
use mem0_sdk::{AsyncMemoryClient, Error, ErrorKind, Filter, Memory, MemoryClient, Page, Scope};
use serde_json::json;

/// An app that shares one client among its requests.
struct Kitchen {
    memories: AsyncMemoryClient,
}

impl Kitchen {
    async fn greet(&self, user: &str) -> Result<String, Error> {
        let hits = self.memories.search("what is she called?", Filter::user_id(user)).await?;
        let name = hits.first().map(|hit| hit.memory.as_str());
        Ok(format!("Hello, {}!", name.unwrap_or("stranger")))
    }

    /// Whether there was anything to forget.
    async fn forget(&self, memory_id: &str) -> Result<bool, Error> {
        match self.memories.delete(memory_id).await {
            Ok(_) => Ok(true),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }
}

#[tokio::test]
async fn an_async_app_is_tested_without_a_platform() {
    let fake = FakePlatform::new();
    let kitchen = Kitchen { memories: fake.client() };

    let name = Memory::new("m-1", "Alice");
    fake.answer_each(
        "search",
        [FakeAnswer::json(Page::new(vec![name])), FakeAnswer::json(json!({"results": []}))],
    );
    assert_eq!(kitchen.greet("alice").await.unwrap(), "Hello, Alice!");
    assert_eq!(kitchen.greet("bob").await.unwrap(), "Hello, stranger!");
    let asked: Vec<_> = fake.requests_to("search").into_iter().map(|asked| asked.body).collect();
    assert_eq!(asked[0]["filters"], json!({"user_id": "alice"}));
    assert_eq!(asked[1]["filters"], json!({"user_id": "bob"}));

    fake.answer("delete", json!({"message": "Memory deleted successfully!"}));
    assert!(kitchen.forget("m-1").await.unwrap());
    fake.answer_with("delete", |_| FakeAnswer::error(404, json!({"error": "Memory not found!"})));
    assert!(!kitchen.forget("m-1").await.unwrap());
}

/// A script's function.
fn remember_all(client: &MemoryClient, user: &str, facts: &[&str]) -> Result<usize, Error> {
    for fact in facts {
        client.add(*fact, Scope::user(user))?;
    }
    client
        .get_all_iter(Filter::user_id(user))
        .try_fold(0, |count, memory| memory.map(|_| count + 1))
}

#[test]
fn a_script_is_tested_without_a_platform() {
    let fake = FakePlatform::new();
    let mut added = 0;
    fake.answer_with("add", move |_| {
        added += 1;
        FakeAnswer::json(json!({"event_id": format!("e-{added}"), "status": "PENDING"}))
    });
    fake.answer(
        "get_all",
        Page::from(vec![Memory::new("m-1", "Hikes"), Memory::new("m-2", "Sings")]),
    );
    let client = MemoryClient::from(&fake);
    assert_eq!(remember_all(&client, "alice", &["Hikes", "Sings"]).unwrap(), 2);
    let said: Vec<_> = fake
        .requests_to("add")
        .into_iter()
        .map(|request| request.body["messages"][0]["content"].clone())
        .collect();
    assert_eq!(said, ["Hikes", "Sings"]);
}
