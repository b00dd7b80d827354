//! Lists of many pages: whatever the pages contain, each row comes once, the list ends, and no link
//! is followed.

use std::collections::HashSet;

use mem0_client::Filter;

use super::answering::{Answering, wait};

/// Zero bytes separate the pages. After the last page the first follows again.
pub fn check(data: &[u8]) {
    let pages: Vec<Vec<u8>> = data.split(|byte| *byte == 0).take(8).map(<[u8]>::to_vec).collect();
    let count = pages.len();
    let platform = Answering::new(pages);
    let mut list = platform.client().get_all_stream(Filter::user_id("alice"));
    let mut seen = HashSet::new();
    while let Some(row) = wait(list.next()) {
        match row {
            Ok(memory) => assert!(seen.insert(memory.id.clone()), "a row came twice"),
            Err(error) => assert!(!error.is_retryable(), "{error}"),
        }
    }
    let _ = format!("{list:?} {:?}", list.malformed());
    let asked = platform.asked();
    // A list that changes in every reading is read thirty times, each of 100 fruitless pages at
    // most.
    let most = 30 * (count + 100);
    assert!(asked.len() <= most, "{} requests for {count} pages", asked.len());
    let mut next = 1;
    for uri in &asked {
        // Each page follows the one before, or the list is read again.
        if uri == "http://platform.test/v3/memories/" {
            next = 2;
            continue;
        }
        let address = format!("http://platform.test/v3/memories/?page={next}");
        assert!(next > 1 && *uri == *address, "{uri}");
        next += 1;
    }
}
