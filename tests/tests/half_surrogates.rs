//! Half a character in an answer, as a service sends it that cut a text in two.

use axum::Router;
use axum::routing::post;
use mem0_client::{AsyncMemoryClient, Filter, Memory, Page};
use mem0_client_blocking::MemoryClient;

const ANSWER: &str =
    r#"{"results":[{"id":"a","memory":"cut \ud83d"},{"id":"b","memory":"\ud83d\ude00"}]}"#;

fn service() -> Router {
    Router::new().route("/v3/memories/search/", post(async || ANSWER))
}

fn check(found: Page<Memory>) {
    let texts: Vec<_> = found.iter().map(|memory| memory.memory.as_str()).collect();
    assert_eq!((texts, found.malformed.len()), (vec!["cut \u{fffd}", "😀"], 0));
}

#[tokio::test]
async fn both_clients_read_it_as_a_replacement_character() {
    let client = AsyncMemoryClient::builder().api_key("k").service(service()).build().unwrap();
    check(client.search("x", Filter::user_id("alice")).await.unwrap());
    let blocking = std::thread::spawn(|| {
        let client = MemoryClient::builder().api_key("k").service_with(service).build().unwrap();
        client.search("x", Filter::user_id("alice")).unwrap()
    });
    check(blocking.join().unwrap());
}
