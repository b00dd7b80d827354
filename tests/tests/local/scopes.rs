//! Memories of one scope are not seen, and not felt, from another.

use mem0_client::{
    AddMemoryOptions, Filter, GetAllMemoryOptions, Memory, Message, Page, Scope,
    SearchMemoryOptions,
};

use super::platform::{Client, LocalPlatform, at_once, runtime};

const NEEDLE: &str = "The spare key lies under the blue flowerpot";

const QUERIES: [&str; 4] =
    ["Where is the spare key?", "blue flowerpot", "what opens the door?", "鍵はどこ"];

/// Everything about a hit that another's memories could change, its score bit for bit.
type Hit = (String, u64, Option<u64>, Option<u64>);

async fn add_all(client: &Client, scope: Scope, texts: impl Iterator<Item = String>) {
    let messages: Vec<_> = texts.map(Message::user).collect();
    let count = messages.len();
    let options = AddMemoryOptions::new(scope).infer(false);
    let added = ask!(client.add(messages.clone(), options.clone())).unwrap();
    assert_eq!(added.results.len(), count);
}

fn hits(page: Page<Memory>) -> Vec<Hit> {
    let bits = |score: Option<f64>| score.map(f64::to_bits);
    page.into_iter()
        .map(|hit| {
            assert_eq!(hit.user_id.as_deref(), Some("alice"), "a memory of somebody else's");
            let parts = hit.score_breakdown.unwrap();
            (hit.memory, bits(hit.score).unwrap(), bits(parts.semantic), bits(parts.bm25))
        })
        .collect()
}

/// What alice finds, by each way to name her that the index has to carry out differently.
async fn found(client: &Client) -> Vec<Vec<Hit>> {
    let mut found = Vec::new();
    for query in QUERIES {
        for filter in [
            Filter::user_id("alice"),
            Filter::user_id("alice") | Filter::run_id("none"),
            Filter::any_user() & !Filter::user_id_in((0..50).map(|n| format!("u{n}"))),
        ] {
            let options = SearchMemoryOptions::new(filter).threshold(0.0).top_k(50);
            found.push(hits(ask!(client.search(query, options.clone())).unwrap()));
        }
    }
    found
}

/// Rows of others that hold the needle's words, under every kind of id and under alice's name as
/// another kind.
async fn add_foreign(client: &Client, from: usize, to: usize) {
    let words = ["key", "spare", "blue", "flowerpot", "door", "open", "lies", "鍵"];
    let text =
        |n: usize| format!("{} {} {} {n}", words[n % 8], words[n / 8 % 8], words[n / 64 % 8]);
    let mut start = from;
    while start < to {
        let end = (start + 100).min(to);
        let user = Scope::user(format!("u{}", start / 100 % 50));
        let scope = match start / 100 % 4 {
            0 => user,
            1 => user.with_agent("alice"),
            2 => user.with_run("alice").with_app("alice"),
            _ => Scope::agent("alice"),
        };
        add_all(client, scope, (start..end).map(text)).await;
        start = end;
    }
}

#[test]
fn ten_thousand_foreign_rows_are_not_found_and_change_no_score() {
    let platform = LocalPlatform::new();
    let clients = platform.clients();
    let search = || {
        let [client, blocking] = &clients;
        let found = runtime().block_on(found(client));
        assert_eq!(at_once(self::found(blocking)), found);
        found
    };
    let add = |from, to| at_once(add_foreign(&clients[1], from, to));

    let own =
        [NEEDLE, "Alice paints the door green", "鍵は植木鉢の下にあります"].map(str::to_owned);
    at_once(add_all(&clients[1], Scope::user("alice"), own.clone().into_iter()));
    let alone = search();
    assert!(alone.iter().all(|hits| !hits.is_empty()));
    assert!(alone[..6].iter().all(|hits| hits[0].0 == NEEDLE));
    assert!(alone[9..].iter().all(|hits| hits[0].0 == own[2]));
    add(0, 100);
    assert_eq!(search(), alone, "with 100 foreign rows");
    add(100, 10_000);
    assert_eq!(search(), alone, "with 10,000 foreign rows");

    let client = platform.blocking_client();
    let listed = client.get_all(Filter::user_id("alice")).unwrap();
    assert_eq!((listed.count, listed.results.len()), (Some(3), 3));
    let everybody = GetAllMemoryOptions::new(Filter::any_user() | Filter::any_agent()).page_size(1);
    assert_eq!(client.get_all(everybody).unwrap().count, Some(10_003));
}

async fn none_one_and_two(client: &Client) {
    let alice = || Filter::user_id("alice");
    let search = || SearchMemoryOptions::new(alice()).threshold(0.0);
    add_one(client, "bob", "Bob has the spare key").await;
    assert_eq!(ask!(client.search(QUERIES[0], search())).unwrap().results.len(), 0);
    let page = ask!(client.get_all(alice())).unwrap();
    assert_eq!((page.count, page.results.len(), page.next), (Some(0), 0, None));

    add_one(client, "alice", NEEDLE).await;
    let one = hits(ask!(client.search(QUERIES[0], alice())).unwrap());
    assert_eq!((one.len(), one[0].0.as_str()), (1, NEEDLE));
    let score = f64::from_bits(one[0].1);
    assert!((0.1..=1.0).contains(&score), "{score}");

    add_one(client, "alice", "Lunch was soup").await;
    let two = hits(ask!(client.search(QUERIES[0], search())).unwrap());
    assert_eq!((two.len(), two[0].0.as_str()), (2, NEEDLE));
    assert!(f64::from_bits(two[0].1) > f64::from_bits(two[1].1));
    assert_eq!(ask!(client.get_all(alice())).unwrap().count, Some(2));
}

async fn add_one(client: &Client, user: &str, text: &str) {
    add_all(client, Scope::user(user), [text.to_owned()].into_iter()).await;
}

#[test]
fn scopes_of_no_one_and_two_memories() {
    super::under_both_clients(LocalPlatform::clients, none_one_and_two);
}
