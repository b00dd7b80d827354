//! All memories of a list, page by page.

use std::collections::HashSet;
use std::io;
use std::time::Duration;

use futures_core::Stream;
use mem0_client::{
    CallOptions, Error, ErrorKind, Filter, GetAllMemoryOptions, Memories, RetryPolicy,
};
use serde_json::{Value, json};

use crate::platform::{Asked, Platform, Reply};

/// The requested page of a list of rows with these ids.
fn page(asked: &Asked, pages: &[&[&str]]) -> Reply {
    let number = asked.page();
    let Some(rows) = number.checked_sub(1).and_then(|index| pages.get(index)) else {
        return Reply::text(404, r#"{"detail": "Invalid page."}"#);
    };
    let rows: Vec<Value> = rows.iter().map(|id| json!({"id": id, "memory": "Hikes"})).collect();
    let next = (number < pages.len()).then_some("http://platform.test/elsewhere?page=900");
    Reply::json(json!({"count": 9, "next": next, "previous": null, "results": rows}))
}

fn alice() -> Filter {
    Filter::user_id("alice")
}

async fn ids(mut all: Memories) -> Vec<String> {
    let mut ids = Vec::new();
    while let Some(memory) = all.next().await {
        ids.push(memory.unwrap().id);
    }
    // After its end, the stream stays at its end.
    assert!(all.next().await.is_none());
    ids
}

#[tokio::test(start_paused = true)]
async fn every_page_is_asked_for_once_and_in_order() {
    let platform = Platform::new(|asked| page(asked, &[&["a", "b"], &["c"], &["d", "e"]]));
    let options = GetAllMemoryOptions::new(alice()).page_size(2).show_expired(true);
    let mut all = platform.client().get_all_stream(options);
    assert_eq!(platform.requests(), 0);
    // A page is read when its first memory is needed.
    for (id, requests) in [("a", 1), ("b", 1), ("c", 2), ("d", 3), ("e", 3)] {
        assert_eq!(all.next().await.unwrap().unwrap().id, id);
        assert_eq!(platform.requests(), requests);
    }
    assert!(all.next().await.is_none());
    let asked = platform.asked();
    let targets: Vec<String> = asked.iter().map(Asked::target).collect();
    let expected =
        ["", "page=2&", "page=3&"].map(|page| format!("/v3/memories/?{page}page_size=2"));
    assert_eq!(targets, expected);
    for one in &asked {
        assert_eq!(one.json(), json!({"filters": {"user_id": "alice"}, "show_expired": true}));
        assert_eq!(one.uri.host(), Some("platform.test"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_list_may_begin_at_a_later_page() {
    let platform = Platform::new(|asked| page(asked, &[&["a"], &["b"], &["c"]]));
    let options = GetAllMemoryOptions::new(alice()).page(2);
    assert_eq!(ids(platform.client().get_all_stream(options)).await, ["b", "c"]);
    assert_eq!(platform.requests(), 2);
}

#[tokio::test(start_paused = true)]
async fn memories_that_move_to_a_later_page_come_once() {
    let platform = Platform::new(|asked| {
        page(asked, &[&["a", "b", "b"], &["b", "c"], &["a", "b", "c"], &["c", "d"]])
    });
    assert_eq!(ids(platform.client().get_all_stream(alice())).await, ["a", "b", "c", "d"]);
    // Rows came again although the list did not grow: a second reading shows that nothing moves.
    assert_eq!(platform.requests(), 2 * 4);
}

#[tokio::test(start_paused = true)]
async fn an_empty_page_is_not_the_end() {
    let platform = Platform::new(|asked| page(asked, &[&[], &["a"], &[], &[], &["b"], &[]]));
    assert_eq!(ids(platform.client().get_all_stream(alice())).await, ["a", "b"]);
    assert_eq!(platform.requests(), 6);
}

#[tokio::test(start_paused = true)]
async fn a_page_that_has_gone_meanwhile_is_the_end() {
    let platform = Platform::new(|asked| match asked.page() {
        1 => page(asked, &[&["a", "b"], &[]]),
        _ => Reply::text(404, r#"{"detail": "Invalid page."}"#),
    });
    assert_eq!(ids(platform.client().get_all_stream(alice())).await, ["a", "b"]);
    // The second reading is like the first.
    assert_eq!(platform.requests(), 2 * 2);
    // If even the first page is missing, that is an error, and not the end of a list.
    for page_1 in [r#"{"detail": "Invalid page."}"#, r#"{"detail": "No."}"#] {
        let platform = Platform::new(move |_| Reply::text(404, page_1));
        let error = platform.client().get_all_stream(alice()).next().await.unwrap().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound);
    }
}

#[tokio::test(start_paused = true)]
async fn a_404_of_anybody_else_is_no_end_of_a_list() {
    for page_2 in
        ["<html>404</html>", "", r#"{"detail": "Not found."}"#, r#"{"error": "Invalid page."}"#]
    {
        let platform = Platform::new(move |asked| match asked.page() {
            1 => page(asked, &[&["a"], &[]]),
            _ => Reply::text(404, page_2),
        });
        let mut all = platform.client().get_all_stream(alice());
        assert_eq!(all.next().await.unwrap().unwrap().id, "a");
        assert_eq!(all.next().await.unwrap().unwrap_err().kind(), ErrorKind::NotFound, "{page_2}");
        assert!(all.next().await.is_none());
    }
}

#[tokio::test(start_paused = true)]
async fn who_passes_over_errors_comes_to_an_end() {
    // Nine errors in a row do not end the list, however often they come; the tenth does.
    let platform = Platform::new(|asked| match (asked.page(), asked.index) {
        (1..=3, index) if index % 10 == 9 => page(asked, &[&["a"], &["b"], &["c"], &[]]),
        _ => Reply::status(500),
    });
    let client = platform.client().with(CallOptions::new().retry(RetryPolicy::none()));
    let mut all = client.get_all_stream(alice());
    let mut errors = 0;
    let mut ids = Vec::new();
    while let Some(row) = all.next().await {
        match row {
            Ok(memory) => ids.push(memory.id),
            Err(error) => errors += usize::from(error.is_retryable()),
        }
    }
    assert_eq!((ids.join(""), errors), ("abc".to_owned(), 3 * 9 + 10));
    assert!(all.next().await.is_none());
    assert_eq!(platform.requests(), 3 * 10 + 10);
}

#[tokio::test(start_paused = true)]
async fn the_list_goes_on_after_an_error_that_may_pass() {
    let platform = Platform::new(|asked| match asked.index {
        1..=3 => Reply::fail(io::ErrorKind::ConnectionReset),
        _ => page(asked, &[&["a"], &["b"]]),
    });
    let mut all = platform.client().get_all_stream(alice());
    assert_eq!(all.next().await.unwrap().unwrap().id, "a");
    assert_eq!(all.next().await.unwrap().unwrap_err().kind(), ErrorKind::Network);
    assert_eq!(all.next().await.unwrap().unwrap().id, "b");
    assert!(all.next().await.is_none());
    let pages: Vec<usize> = platform.asked().iter().map(Asked::page).collect();
    assert_eq!(pages, [1, 2, 2, 2, 2]);
}

#[tokio::test(start_paused = true)]
async fn any_other_error_is_the_last() {
    let platform = Platform::new(|_| Reply::status(401));
    let mut all = platform.client().get_all_stream(alice());
    assert_eq!(all.next().await.unwrap().unwrap_err().kind(), ErrorKind::Authentication);
    assert!(all.next().await.is_none());
    assert_eq!(platform.requests(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_list_without_end_is_cut() {
    for rows in [json!([{"id": "a"}]), json!([])] {
        let platform = Platform::new(move |_| {
            Reply::json(json!({"next": "http://platform.test/", "results": rows}))
        });
        let mut all = platform.client().get_all_stream(alice());
        let mut results = Vec::new();
        while let Some(result) = all.next().await {
            results.push(result);
            assert!(results.len() < 10);
        }
        let error = results.pop().unwrap().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode);
        assert_eq!(error.operation(), Some("get_all"));
        assert!(platform.requests() <= 101, "{}", platform.requests());
        assert!(all.next().await.is_none());
    }
}

#[tokio::test(start_paused = true)]
async fn a_long_list_is_read_in_constant_requests() {
    const PAGES: usize = 300;
    let platform = Platform::new(|asked| {
        let number = asked.page();
        let rows: Vec<Value> =
            (0..100).map(|row| json!({"id": format!("m-{number}-{row}")})).collect();
        let next = (number < PAGES).then_some("more");
        Reply::json(json!({"count": PAGES * 100, "next": next, "results": rows}))
    });
    let all = ids(platform.client().get_all_stream(alice())).await;
    assert_eq!(all.len(), PAGES * 100);
    assert_eq!(all.iter().collect::<HashSet<_>>().len(), all.len());
    assert_eq!(platform.requests(), PAGES);
}

#[tokio::test(start_paused = true)]
async fn a_dropped_list_asks_for_nothing_more() {
    let platform = Platform::new(|asked| match asked.page() {
        1 => page(asked, &[&["a"], &["b"]]),
        _ => Reply::status(500).header("retry-after", "5"),
    });
    let mut all = platform.client().get_all_stream(alice());
    assert_eq!(all.next().await.unwrap().unwrap().id, "a");
    // In the middle of a retry of the second page.
    assert!(tokio::time::timeout(Duration::from_secs(1), all.next()).await.is_err());
    assert_eq!(platform.requests(), 2);
    drop(all);
    tokio::time::sleep(Duration::from_secs(3600)).await;
    assert_eq!(platform.requests(), 2);
}

#[tokio::test(start_paused = true)]
async fn dropping_the_next_memory_loses_none() {
    let platform =
        Platform::new(|asked| page(asked, &[&["a"], &["b"]]).after(Duration::from_secs(10)));
    let mut all = platform.client().get_all_stream(alice());
    let mut ids = Vec::new();
    let mut waits = 0;
    loop {
        match tokio::time::timeout(Duration::from_secs(3), all.next()).await {
            Err(_) => waits += 1,
            Ok(None) => break,
            Ok(Some(memory)) => ids.push(memory.unwrap().id),
        }
    }
    assert_eq!((ids, waits), (vec!["a".to_owned(), "b".to_owned()], 6));
    assert_eq!(platform.requests(), 2);
}

#[tokio::test(start_paused = true)]
async fn rows_that_cannot_be_read_are_kept_aside() {
    let platform = Platform::new(|asked| {
        let next = (asked.page() == 1).then_some("more");
        Reply::json(json!({
            "count": 6,
            "next": next,
            "results": [{"id": format!("m-{}", asked.page())}, {"memory": "whose?"}, 7],
        }))
    });
    let mut all = platform.client().get_all_stream(alice());
    assert!(all.malformed().is_empty());
    assert_eq!(all.next().await.unwrap().unwrap().id, "m-1");
    assert_eq!(all.malformed().len(), 2);
    assert_eq!(all.next().await.unwrap().unwrap().id, "m-2");
    assert!(all.next().await.is_none());
    assert_eq!(all.malformed().len(), 4);
    assert_eq!(all.malformed()[0].json(), r#"{"memory":"whose?"}"#);
}

#[tokio::test(start_paused = true)]
async fn a_refused_filter_sends_nothing() {
    let platform = Platform::new(|asked| page(asked, &[&["a"]]));
    let nobody = Filter::categories().contains("work");
    let error = platform.client().get_all_stream(nobody).next().await.unwrap().unwrap_err();
    assert_eq!((error.kind(), platform.requests()), (ErrorKind::InvalidInput, 0));
}

#[tokio::test(start_paused = true)]
async fn it_is_a_stream_like_any_other() {
    async fn collect<S>(mut stream: S) -> Vec<String>
    where
        S: Stream<Item = Result<mem0_client::Memory, Error>> + Unpin + Send + 'static,
    {
        let mut all = Vec::new();
        let mut stream = std::pin::Pin::new(&mut stream);
        while let Some(memory) = std::future::poll_fn(|cx| stream.as_mut().poll_next(cx)).await {
            all.push(memory.unwrap().id);
        }
        all
    }
    let platform = Platform::new(|asked| page(asked, &[&["a"], &["b"]]));
    let all = platform.client().get_all_stream(alice());
    assert_eq!(tokio::spawn(collect(all)).await.unwrap(), ["a", "b"]);
}
