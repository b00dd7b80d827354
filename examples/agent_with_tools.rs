//! An agent whose model remembers, recalls and forgets by tools, for several users whose memories
//! never mix, on a local platform, with no account, key or network.
//!
//! ```console
//! $ cargo run --example agent_with_tools
//! ```
//!
//! The model is a script. What it asks for is as untrusted as a model's: the tools take the user
//! from the session, never from the arguments, and look at whose a memory is before they delete it.

use std::error::Error as StdError;
use std::time::SystemTime;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use mem0_sdk::prelude::*;
use mem0_sdk::requests::DeleteMemory;
use mem0_sdk::testing::{FakeAnswer, FakePlatform};
use mem0_sdk::{CreateWebhookOptions, ProjectRef, WebhookEventType, WebhookPayload, WebhookSecret};
use mem0_server::{Authentication, Engine, Receivers, deliver, router};
use serde::Serialize;
use serde_json::{Value, json};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

/// What the agent notes beside each memory.
#[derive(Serialize)]
struct Note {
    topic: String,
    /// The call of the tool, so that an add whose answer was lost can be looked for.
    call: String,
}

/// One user's session: everything in it is about this user.
struct Session {
    client: AsyncMemoryClient,
    user: String,
    calls: u32,
    deletion_asked: bool,
}

impl Session {
    fn new(client: &AsyncMemoryClient, user: &str) -> Self {
        Self { client: client.clone(), user: user.to_owned(), calls: 0, deletion_asked: false }
    }

    fn mine(&self) -> Filter {
        Filter::user_id(&self.user)
    }

    /// Runs what the model asked for. A model can go on after an error, so it is told of it.
    async fn tool(&mut self, name: &str, arguments: Value) -> Value {
        self.calls += 1;
        let text = |name: &str| arguments[name].as_str().unwrap_or_default().to_owned();
        let done = match name {
            "remember" => self.remember(text("text"), text("topic")).await,
            "recall" => self.recall(text("query")).await,
            "forget" => self.forget(text("id")).await,
            "list_mine" => self.list().await.map(|memories| json!(memories.len())),
            "forget_me" => self.forget_me(arguments["confirmed"] == true).await,
            _ => Ok(json!("There is not a tool of this name.")),
        };
        done.unwrap_or_else(|error| match error.kind() {
            ErrorKind::NotFound => json!("This user has not a memory with this id."),
            ErrorKind::RateLimit => json!({"busy": error.retry_after().map(|time| time.as_secs())}),
            _ if error.is_outcome_unknown() => json!("It may be stored or not: ask the user."),
            _ => json!({"failed": error.code(), "advice": error.suggestion()}),
        })
    }

    async fn remember(&self, text: String, topic: String) -> Result<Value, Error> {
        let call = format!("{}-{}", self.user, self.calls);
        let note = Note { topic, call: call.clone() };
        let options = AddMemoryOptions::new(Scope::user(&self.user)).metadata(note).infer(false);
        match self.client.add(text, options).await {
            Ok(added) => Ok(json!(added.results.len())),
            Err(error) if error.is_outcome_unknown() => {
                let written = self.mine() & Filter::metadata("call").eq(call);
                let found = self.client.get_all(written).await?;
                if found.is_empty() { Err(error) } else { Ok(json!(found.len())) }
            }
            Err(error) => Err(error),
        }
    }

    async fn recall(&self, query: String) -> Result<Value, Error> {
        let hits =
            self.client.search(query, SearchMemoryOptions::new(self.mine()).top_k(3)).await?;
        Ok(hits.iter().map(|hit| json!({"id": hit.id, "text": hit.memory})).collect())
    }

    async fn forget(&self, id: String) -> Result<Value, Error> {
        // An id is enough to delete a memory of anybody, and this one comes from the model.
        if self.client.get(&id).await?.user_id.as_deref() != Some(&self.user) {
            return Ok(json!("This user has not a memory with this id."));
        }
        self.client.delete(DeleteMemory::new(id).erase(true)).await?;
        Ok(json!("forgotten"))
    }

    /// All memories, each once, whatever is added and deleted meanwhile.
    async fn list(&self) -> Result<Vec<Memory>, Error> {
        let all = self.client.get_all_stream(GetAllMemoryOptions::new(self.mine()).page_size(20));
        Ok(all.into_page().await?.results)
    }

    async fn forget_me(&mut self, confirmed: bool) -> Result<Value, Error> {
        if !(confirmed && self.deletion_asked) {
            self.deletion_asked = true;
            return Ok(json!("Ask the user to confirm."));
        }
        let before = self.list().await?;
        let queued = self.client.delete_users(EntityRef::user(&self.user)).await?;
        if let Some(event_id) = queued.event_id {
            self.client.wait_for_event(event_id, WaitOptions::new()).await?;
        }
        // The proof: not a memory, not a line of history, not the user.
        let mut left = self.client.get_all(self.mine()).await?.len();
        for memory in &before {
            match self.client.history(&memory.id).await {
                Ok(changes) => left += changes.len(),
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        let user = self.client.get_entity(EntityRef::user(&self.user)).await;
        let unknown = user.is_err_and(|error| error.kind() == ErrorKind::NotFound);
        Ok(json!({"deleted": before.len(), "left": left, "user unknown": unknown}))
    }
}

/// Takes deliveries that are signed, and passes on the ids of memories that were deleted.
async fn receive(
    State((secret, deleted)): State<(WebhookSecret, UnboundedSender<String>)>,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    if secret.verify(&headers, &body, SystemTime::now()).is_err() {
        return StatusCode::UNAUTHORIZED;
    }
    let Ok(payload) = WebhookPayload::parse(&body) else { return StatusCode::BAD_REQUEST };
    if let mem0_sdk::WebhookEvent::Deleted { memory_id } = payload.event() {
        let _ = deleted.send(memory_id.to_owned());
    }
    StatusCode::NO_CONTENT
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn StdError>> {
    let folder = tempfile::tempdir()?;
    let engine = Engine::open(folder.path())?;
    let _delivering = deliver(&engine, Receivers::Anywhere)?;
    let platform = router(engine, Authentication::Off);
    let client = AsyncMemoryClient::builder().service(platform).build()?;

    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let address = format!("http://{}/hook", listener.local_addr()?);
    let options = CreateWebhookOptions::new(address, "Agent", [WebhookEventType::MemoryDelete]);
    let webhook = client.create_webhook(ProjectRef::own(), options).await?;
    let secret: String = webhook.extra().get("secret").ok_or("this platform does not sign")?;
    let (sender, mut deleted) = unbounded_channel();
    let state = (WebhookSecret::new(&secret)?, sender);
    let app = Router::new().route("/hook", post(receive)).with_state(state);
    tokio::spawn(async move { axum::serve(listener, app).await });

    let (mut alice, mut bob) = (Session::new(&client, "alice"), Session::new(&client, "bob"));
    let note = json!({"text": "I am allergic to nuts", "topic": "food"});
    println!("alice remembers {}", alice.tool("remember", note).await);
    println!("bob remembers {}", bob.tool("remember", json!({"text": "I eat nuts"})).await);
    let hers = alice.tool("recall", json!({"query": "nuts"})).await;
    println!("alice recalls {}", hers[0]["text"]);
    println!("bob recalls {}", bob.tool("recall", json!({"query": "nuts"})).await[0]["text"]);
    println!("bob forgets hers: {}", bob.tool("forget", json!({"id": hers[0]["id"]})).await);

    for day in 1..=100 {
        alice.tool("remember", json!({"text": format!("Day {day}"), "topic": "days"})).await;
    }
    let kept: Vec<_> = alice.list().await?.into_iter().map(|memory| memory.id).skip(50).collect();
    let new = alice.list().await?;
    let reader = Session::new(&client, "alice");
    let (listed, ()) = tokio::join!(reader.list(), async {
        for memory in new.iter().take(50) {
            alice.tool("forget", json!({"id": memory.id})).await;
            alice.tool("remember", json!({"text": format!("Instead of {}", memory.memory)})).await;
        }
    });
    let listed = listed?;
    let found = kept.iter().filter(|id| listed.iter().any(|memory| memory.id == **id)).count();
    println!("listed meanwhile: {found} of {}", kept.len());
    println!("alice has {}", alice.tool("list_mine", json!({})).await);

    println!("delete me: {}", alice.tool("forget_me", json!({"confirmed": true})).await);
    println!("yes: {}", alice.tool("forget_me", json!({"confirmed": true})).await);
    println!("bob has {}", bob.tool("list_mine", json!({})).await);
    let mut heard = 0;
    while heard < 151 && deleted.recv().await.is_some() {
        heard += 1;
    }
    println!("the webhook heard of {heard} deletions");

    // What a test does: an answer is lost, and the memory is there or not.
    let fake = FakePlatform::new();
    let mut carol = Session::new(&fake.client(), "carol");
    fake.answer_with("add", |_| FakeAnswer::failure(std::io::ErrorKind::ConnectionReset));
    fake.answer("get_all", Page::from(vec![Memory::new("m-1", "I moved")]));
    println!("lost, and stored: {}", carol.tool("remember", json!({"text": "I moved"})).await);
    fake.answer("get_all", Page::<Memory>::from(Vec::new()));
    println!("lost: {}", carol.tool("remember", json!({"text": "I moved"})).await);
    Ok(())
}
