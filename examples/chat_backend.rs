//! A chat backend with memory: an axum app that answers with what was said before, lists it page by
//! page, and forgets a user who asks for it.
//!
//! ```console
//! $ cargo run --example chat_backend
//! ```
//!
//! A script stands for the language model, and the local platform in this process for the hosted
//! one. The program sends itself some requests; `axum::serve` would take them from others.

use std::error::Error;

use axum::body::{Body, to_bytes};
use axum::extract::{Path, Query, State};
use axum::http::{Request, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use mem0_sdk::{
    AsyncMemoryClient, EntityRef, ErrorKind, Filter, GetAllMemoryOptions, Memory, Message, Scope,
    SearchMemoryOptions, WaitOptions,
};
use mem0_server::{Authentication, Engine, router};
use serde::Deserialize;
use serde_json::{Value, json};
use tower::ServiceExt;

fn app(memory: AsyncMemoryClient) -> Router {
    Router::new()
        .route("/users/{user}/chat", post(chat))
        .route("/users/{user}/memories", get(memories).delete(forget))
        .with_state(memory)
}

#[derive(Deserialize)]
struct Said {
    text: String,
}

async fn chat(
    State(memory): State<AsyncMemoryClient>,
    Path(user): Path<String>,
    Json(said): Json<Said>,
) -> Result<Json<Value>, Refused> {
    let options = SearchMemoryOptions::new(Filter::user_id(&user)).top_k(5);
    let known = memory.search(&said.text, options).await?;
    let answer = model(&prompt(&known, &said.text));
    // Queued, so that nobody waits for it.
    let talk = [Message::user(said.text), Message::assistant(&answer)];
    let event = memory.add(talk, Scope::user(user)).await?.event_id;
    Ok(Json(json!({"text": answer, "event_id": event})))
}

/// What the model is told. Without their speakers, the assistant's own lines would be facts about
/// the user.
fn prompt(known: &[Memory], text: &str) -> String {
    let mut prompt = String::from("You plan dinners. This was said before:\n");
    for memory in known {
        // The hosted platform sends facts about the user, and no speaker.
        let speaker = memory.speaker().unwrap_or("user");
        prompt += &format!("- {speaker}: {}\n", memory.memory);
    }
    prompt + "Now the user says: " + text
}

/// Stands for a language model: it knows of the user what the prompt says that the user said.
fn model(prompt: &str) -> String {
    match prompt.lines().find_map(|line| line.strip_prefix("- user: ")) {
        Some(fact) => format!("You told me: {fact}."),
        None => "I see. I love nuts, by the way.".to_owned(),
    }
}

#[derive(Deserialize)]
struct Asked {
    page: Option<u64>,
}

async fn memories(
    State(memory): State<AsyncMemoryClient>,
    Path(user): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Json<Value>, Refused> {
    let number = asked.page.unwrap_or(1);
    let options = GetAllMemoryOptions::new(Filter::user_id(user)).page(number).page_size(3);
    let page = memory.get_all(options).await?;
    let row = |memory: &Memory| json!({"speaker": memory.speaker(), "text": memory.memory});
    let rows: Vec<_> = page.iter().map(row).collect();
    Ok(Json(json!({"memories": rows, "next": page.has_more().then_some(number + 1)})))
}

async fn forget(
    State(memory): State<AsyncMemoryClient>,
    Path(user): Path<String>,
) -> Result<Response, Refused> {
    // With the memories go their history and the texts of the user's events.
    match memory.delete_users(EntityRef::user(user)).await {
        Ok(queued) => {
            Ok((StatusCode::ACCEPTED, Json(json!({"event_id": queued.event_id}))).into_response())
        }
        Err(error) if error.kind() == ErrorKind::NotFound => {
            Ok(StatusCode::NO_CONTENT.into_response())
        }
        Err(error) => Err(error.into()),
    }
}

/// The platform's errors, as this app answers them.
struct Refused(mem0_sdk::Error);

impl From<mem0_sdk::Error> for Refused {
    fn from(error: mem0_sdk::Error) -> Self {
        Self(error)
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let status = match self.0.kind() {
            ErrorKind::InvalidInput | ErrorKind::Validation => StatusCode::BAD_REQUEST,
            _ if self.0.is_retryable() => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::BAD_GATEWAY,
        };
        (status, Json(json!({"error": self.0.code()}))).into_response()
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let engine = Engine::open(folder.path())?;
    let platform = router(engine.clone(), Authentication::Off);
    let memory = AsyncMemoryClient::builder().service(platform).build()?;
    let app = app(memory.clone());

    for text in ["I am allergic to nuts", "Can I eat peanuts?"] {
        let (_, answer) = send(&app, "POST", "/users/alice/chat", json!({"text": text})).await?;
        println!("alice: {text}\nassistant: {}", answer["text"]);
        // People type more slowly than this program.
        remembered(&memory, &answer).await?;
    }

    let mut next = Some(1);
    while let Some(number) = next {
        let path = format!("/users/alice/memories?page={number}");
        let (_, page) = send(&app, "GET", &path, json!(null)).await?;
        for row in page["memories"].as_array().into_iter().flatten() {
            println!("page {number}: {}: {}", row["speaker"], row["text"]);
        }
        next = page["next"].as_u64();
    }

    let (status, _) = send(&app, "POST", "/users/*/chat", json!({"text": "Hello"})).await?;
    println!("everybody: {status}");
    let (status, queued) = send(&app, "DELETE", "/users/alice/memories", json!(null)).await?;
    remembered(&memory, &queued).await?;
    println!("forget me: {status}, {} left", memory.get_all(Filter::user_id("alice")).await?.len());
    let (status, _) = send(&app, "DELETE", "/users/alice/memories", json!(null)).await?;
    println!("once more: {status}");
    engine.close().await?;
    Ok(())
}

/// Waits until what an answer names is done.
async fn remembered(memory: &AsyncMemoryClient, answer: &Value) -> Result<(), mem0_sdk::Error> {
    let event = answer["event_id"].as_str().unwrap_or_default();
    memory.wait_for_event(event, WaitOptions::default()).await.map(drop)
}

/// Sends the app a request, as a browser would.
async fn send(
    app: &Router,
    method: &str,
    path: &str,
    body: Value,
) -> Result<(StatusCode, Value), Box<dyn Error>> {
    let request = Request::builder().method(method).uri(path);
    let request = request.header(header::CONTENT_TYPE, "application/json");
    let answer = app.clone().oneshot(request.body(Body::from(body.to_string()))?).await?;
    let status = answer.status();
    let body = to_bytes(answer.into_body(), 1_000_000).await?;
    Ok((status, serde_json::from_slice(&body).unwrap_or_default()))
}
