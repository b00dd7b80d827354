//! All memories of a list as an iterator.

use std::sync::{Arc, Mutex};

use mem0_client_blocking::{ErrorKind, Filter};
use serde_json::json;

use crate::platform::Platform;

fn page(target: &str) -> usize {
    let page = target.split(['?', '&']).find_map(|pair| pair.strip_prefix("page="));
    page.map_or(1, |page| page.parse().unwrap())
}

#[test]
fn it_reads_page_after_page_as_asked_for() {
    let platform = Platform::new(|asked| {
        let number = page(&asked.target);
        // Each page begins with the row that a new one has pushed on.
        let [last, new] = [number - 1, number].map(|number| format!("m-{number}"));
        let rows = json!([{"id": last}, {"id": new}, {"memory": "whose?"}]);
        let next = (number < 3).then_some("more");
        (200, json!({"count": 8 + number, "next": next, "results": rows}))
    });
    let mut all = platform.client().get_all_iter(Filter::user_id("alice"));
    assert!(platform.take().is_empty());
    assert_eq!(all.next().unwrap().unwrap().id, "m-0");
    assert_eq!(platform.take().len(), 1);
    let rest: Vec<String> = all.by_ref().map(|memory| memory.unwrap().id).collect();
    assert_eq!(rest, ["m-1", "m-2", "m-3"]);
    assert!(all.next().is_none());
    assert_eq!(all.malformed().len(), 3);
    assert_eq!(platform.take().len(), 2);
}

#[test]
fn it_goes_on_after_an_error() {
    let failed = std::sync::atomic::AtomicBool::new(false);
    let platform = Platform::new(move |asked| match page(&asked.target) {
        2 if !failed.swap(true, std::sync::atomic::Ordering::SeqCst) => (500, json!({})),
        number => {
            let next = (number < 2).then_some("more");
            (200, json!({"next": next, "results": [{"id": format!("m-{number}")}]}))
        }
    });
    let all: Vec<_> = platform
        .client()
        .get_all_iter(Filter::user_id("alice"))
        .map(|memory| memory.map(|memory| memory.id).map_err(|error| error.kind()))
        .collect();
    assert_eq!(all, [Ok("m-1".to_owned()), Err(ErrorKind::Server), Ok("m-2".to_owned())]);
}

#[test]
fn taking_a_few_asks_for_no_more() {
    let platform = Platform::new(|asked| {
        let number = page(&asked.target);
        (200, json!({"next": "more", "results": [{"id": format!("m-{number}")}]}))
    });
    assert_eq!(platform.client().get_all_iter(Filter::user_id("alice")).take(2).count(), 2);
    assert_eq!(platform.take().len(), 2);
}

/// What is there and stays comes once, although each deletion pulls the others onto earlier pages.
#[test]
fn a_loop_that_deletes_what_it_gets_leaves_nothing() {
    let ids = Arc::new(Mutex::new((0..250).collect::<Vec<_>>()));
    let left = Arc::clone(&ids);
    let platform = Platform::new(move |asked| {
        let mut ids = ids.lock().unwrap();
        if asked.method == "DELETE" {
            let id: usize =
                asked.target.trim_matches('/').rsplit('/').next().unwrap().parse().unwrap();
            ids.retain(|other| *other != id);
            return (200, json!({"message": "Memory deleted successfully!"}));
        }
        let start = (page(&asked.target) - 1) * 100;
        let end = ids.len().min(start + 100);
        let rows = ids.get(start..end).unwrap_or_default().iter();
        let rows: Vec<_> = rows.map(|id| json!({"id": id.to_string(), "memory": ""})).collect();
        let next = (end < ids.len()).then_some("more");
        (200, json!({"count": ids.len(), "next": next, "results": rows}))
    });
    let client = platform.client();
    let mut deleted = 0;
    for memory in client.get_all_iter(Filter::user_id("alice")) {
        client.delete(memory.unwrap().id).unwrap();
        deleted += 1;
    }
    assert_eq!((deleted, left.lock().unwrap().len()), (250, 0));
    let lists = platform.take().iter().filter(|asked| asked.method != "DELETE").count();
    assert_eq!(lists, 3);
}
