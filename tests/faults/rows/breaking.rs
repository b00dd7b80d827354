//! Connections that break or stall, at each point of an exchange.

use std::time::Duration;

use crate::certificates;
use crate::fault::{BROKEN, Expected, STALLED, Scene, UNREAD, faults};
use crate::script::Step::{Close, Drip, Flood, Part, Read, Reset, Stall};
use crate::script::{head, send, well};

/// The first half of an answer's head.
const HALF_A_HEAD: &str = "HTTP/1.1 200 OK\r\ncontent-le";

/// The head of an answer whose body has a hundred bytes.
fn a_hundred() -> Vec<u8> {
    head("200 OK", &["content-length: 100"])
}

/// The head, and the first half of the body.
fn half_a_body() -> Vec<u8> {
    [a_hundred(), b"{\"id\": \"m-1\", \"memory\": \"".to_vec()].concat()
}

faults! {
    /// The connection is reset when the request begins to arrive.
    reset_at_the_first_byte: Scene::always([Part(1), Reset]) => BROKEN.unheard();
    /// The connection is reset in the middle of the request.
    reset_within_the_request: Scene::always([Part(20), Reset]) => BROKEN.unheard();
    /// The connection is closed in the middle of the request.
    closed_within_the_request: Scene::always([Part(20), Close]) => BROKEN.unheard();
    /// The connection is reset before the answer's head.
    reset_before_the_head: Scene::always([Read, Reset]) => BROKEN;
    /// The connection is closed before the answer's head.
    closed_before_the_head: Scene::always([Read, Close]) => BROKEN;
    /// The connection is reset within the answer's head.
    reset_within_the_head: Scene::always([Read, send(HALF_A_HEAD), Reset]) => BROKEN;
    /// The connection is closed within the answer's head.
    closed_within_the_head: Scene::always([Read, send(HALF_A_HEAD), Close]) => BROKEN;
    /// The connection is reset after the answer's head.
    reset_after_the_head: Scene::always([Read, send(a_hundred()), Reset]) => BROKEN;
    /// The connection is reset within the answer's body.
    reset_within_the_body: Scene::always([Read, send(half_a_body()), Reset]) => BROKEN;
    /// The connection is closed within a body of a known length.
    body_cut_with_a_length: Scene::always([Read, send(half_a_body()), Close]) => BROKEN;
    /// The connection is closed within a body in chunks.
    body_cut_in_chunks: Scene::always([
        Read,
        send([head("200 OK", &["transfer-encoding: chunked"]), b"b\r\n{\"id\": \"m-1".to_vec()].concat()),
        Close,
    ]) => BROKEN;
    /// The connection is closed within a body with neither a length nor chunks.
    body_cut_without_a_length: Scene::always([
        Read,
        send([head("200 OK", &[]), b"{\"id\": \"m-1\", \"mem".to_vec()].concat()),
        Close,
    ]) => UNREAD.says("it ends too early", "Check the base URL");
    /// The connection is closed within a body over TLS.
    body_cut_over_tls: {
        let (config, authority) = certificates::trusted();
        Scene::tls(config, [Read, send(half_a_body()), Close]).trusting(authority)
    } => BROKEN.says("the connection to localhost:", "Check that the server is running");
    /// Nothing is answered.
    stalled_before_the_head: Scene::always([Read, Stall]).hasty() => STALLED;
    /// Nothing more comes within the answer's head.
    stalled_within_the_head: Scene::always([Read, send(HALF_A_HEAD), Stall]).hasty() => STALLED;
    /// Nothing more comes after the answer's head.
    stalled_after_the_head: Scene::always([Read, send(a_hundred()), Stall]).hasty() => STALLED;
    /// Nothing more comes within the answer's body.
    stalled_within_the_body: Scene::always([Read, send(half_a_body()), Stall]).hasty() => STALLED;
    /// The answer comes a byte at a time, and in time.
    slow_bytes: Scene::always([Read, Drip(well(), Duration::from_millis(1))]) => Expected::well(1);
    /// The answer comes a byte at a time, without end.
    slow_bytes_without_end: Scene::always([
        Read,
        send(head("200 OK", &["content-length: 90000"])),
        Flood(b" ".to_vec(), Duration::from_millis(20)),
    ])
    .hasty() => STALLED;
}
