//! How much memory a call takes while it waits.

use mem0_client::{AsyncMemoryClient, Filter, Message, Scope};

/// With thousands of calls in flight there are as many futures, each of which is copied on its way
/// to where it is polled.
#[test]
fn a_call_that_waits_takes_less_than_2_kib() {
    let client = AsyncMemoryClient::new("m0-key").unwrap();
    let add = client.add([Message::user("a"), Message::assistant("b")], Scope::user("alice"));
    let search = client.search("dinner", Filter::user_id("alice"));
    assert!(size_of_val(&add) < 2048, "add: {} bytes", size_of_val(&add));
    assert!(size_of_val(&search) < 2048, "search: {} bytes", size_of_val(&search));
}
