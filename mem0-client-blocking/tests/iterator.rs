//! All memories of a list as an iterator.

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
        let rows = json!([{"id": format!("m-{number}")}, {"id": "m-0"}, {"memory": "whose?"}]);
        (200, json!({"next": (number < 3).then_some("more"), "results": rows}))
    });
    let mut all = platform.client().get_all_iter(Filter::user_id("alice"));
    assert!(platform.take().is_empty());
    assert_eq!(all.next().unwrap().unwrap().id, "m-1");
    assert_eq!(platform.take().len(), 1);
    let rest: Vec<String> = all.by_ref().map(|memory| memory.unwrap().id).collect();
    assert_eq!(rest, ["m-0", "m-2", "m-3"]);
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
