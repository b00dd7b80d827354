//! The first line of a request as it is on the socket, which a server's parser no longer shows.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::thread;

use mem0_client::{AsyncMemoryClient, DeleteScope, RetryPolicy};
use mem0_client_blocking::MemoryClient;

use super::KEY;
use crate::both_clients::Call;

const ANSWER: &str = r#"{"id": "m-1", "memory": "x"}"#;

/// Takes one request, answers it, and tells its first line.
fn serve_one(listener: &TcpListener) -> String {
    let (stream, _) = listener.accept().unwrap();
    let mut head = BufReader::new(&stream).lines().map(Result::unwrap);
    let first = head.next().unwrap();
    while head.next().is_some_and(|line| !line.is_empty()) {}
    let length = ANSWER.len();
    write!(
        &stream,
        "HTTP/1.1 200 OK\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{ANSWER}"
    )
    .unwrap();
    first
}

/// The first line that each client sends, below a base URL with a path of its own.
fn first_lines(call: &Call) -> [String; 2] {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base_url = format!("http://{}/mem0/", listener.local_addr().unwrap());
    let none = RetryPolicy::none;
    thread::scope(|scope| {
        let served = scope.spawn(|| [serve_one(&listener), serve_one(&listener)]);
        let client = AsyncMemoryClient::builder().api_key(KEY).base_url(&base_url).retry(none());
        let client = client.build().unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on((call.on_async)(&client)).unwrap();
        let client = MemoryClient::builder().api_key(KEY).base_url(&base_url).retry(none());
        (call.on_blocking)(&client.build().unwrap()).unwrap();
        served.join().unwrap()
    })
}

#[test]
fn ids_are_encoded_byte_for_byte() {
    for (call, line) in [
        (call!(get("a/b c?d#e%é")), "GET /mem0/v1/memories/a%2Fb%20c%3Fd%23e%25%C3%A9/ HTTP/1.1"),
        (call!(get("%2e%2E/%2f")), "GET /mem0/v1/memories/%252e%252E%2F%252f/ HTTP/1.1"),
        (
            call!(get("a\\b..c~_-.'(!)*+;")),
            "GET /mem0/v1/memories/a%5Cb..c~_-.%27%28%21%29%2A%2B%3B/ HTTP/1.1",
        ),
        (
            call!(delete_all(DeleteScope::user("r 1&x=é+"))),
            "DELETE /mem0/v1/memories/?user_id=r%201%26x%3D%C3%A9%2B HTTP/1.1",
        ),
    ] {
        assert_eq!(first_lines(&call), [line, line]);
    }
}
