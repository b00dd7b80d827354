//! An axum app that receives the platform's webhooks and trusts only those that are signed.
//!
//! ```console
//! $ cargo run --example webhook_receiver
//! ```
//!
//! It serves itself on a loopback port and sends itself three deliveries: a good one, a forged one,
//! and one of an event that did not exist when this was written.

use std::error::Error;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::SystemTime;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use mem0_sdk::{WebhookEvent, WebhookPayload, WebhookSecret};

async fn receive(
    State(secret): State<WebhookSecret>,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    // The bytes as they came: a body that was parsed and written again has another signature.
    if let Err(refused) = secret.verify(&headers, &body, SystemTime::now()) {
        println!("refused: {refused}");
        return StatusCode::UNAUTHORIZED;
    }
    let Ok(payload) = WebhookPayload::parse(&body) else {
        return StatusCode::BAD_REQUEST;
    };
    match payload.event() {
        WebhookEvent::Added { memory_id, text } => println!("added {memory_id}: {text}"),
        WebhookEvent::Updated { memory_id, text } => println!("updated {memory_id}: {text}"),
        WebhookEvent::Deleted { memory_id } => println!("deleted {memory_id}"),
        WebhookEvent::Categorized { memory_id, categories } => {
            println!("sorted {memory_id} into {}", categories.join(", "));
        }
        _ => {
            // `Debug` says how many fields there are; their names come from outside.
            let names: Vec<&str> = payload.extra().names().collect();
            println!("something else, with the fields {}", names.join(", "));
        }
    }
    StatusCode::NO_CONTENT
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let secret = WebhookSecret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")?;
    let app = Router::new().route("/hook", post(receive)).with_state(secret.clone());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    tokio::spawn(async move { axum::serve(listener, app).await });

    let added = r#"{"event_details": {"id": "m-1", "data": {"memory": "Hikes"}, "event": "ADD"}}"#;
    let forged = r#"{"event_details": {"id": "m-1", "event": "DELETE"}}"#;
    let unknown = r#"{"ingest_job": {"id": "j-1"}}"#;
    for (signed, sent) in [(added, added), (added, forged), (unknown, unknown)] {
        let headers = secret.sign("msg_1", SystemTime::now(), signed.as_bytes());
        let answer =
            tokio::task::spawn_blocking(move || deliver(address, &headers, sent)).await??;
        println!("answered with {answer}");
    }
    Ok(())
}

/// What a platform does: posts the body with the headers, and looks at the status.
fn deliver(to: SocketAddr, headers: &HeaderMap, body: &str) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(to)?;
    write!(stream, "POST /hook HTTP/1.1\r\nhost: {to}\r\nconnection: close\r\n")?;
    for (name, value) in headers {
        write!(stream, "{name}: {}\r\n", value.to_str().unwrap_or_default())?;
    }
    write!(stream, "content-length: {}\r\n\r\n{body}", body.len())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer.split(' ').nth(1).unwrap_or_default().to_owned())
}
