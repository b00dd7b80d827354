//! Lists that change while they are read: what is there from the first request to the last comes
//! once, or an error says that it may not.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard};

use mem0_client::requests::{GetEntityMemories, GetEvents, GetMemoryEvents, GetUsers};
use mem0_client::{
    AsyncMemoryClient, EntityRef, Error, ErrorKind, Filter, GetAllMemoryOptions, Listing, Paged,
};
use serde_json::{Value, json};

use crate::platform::{Asked, Platform, Reply};

/// The rows of a list in the order in which the platform shows them, the newest first.
#[derive(Clone, Default)]
struct Rows(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    ids: Vec<u32>,
    added: u32,
    /// How often each row was there when the platform was asked.
    seen_by_requests: BTreeMap<u32, usize>,
}

impl State {
    fn add(&mut self) {
        self.added += 1;
        self.ids.insert(0, self.added);
    }

    fn delete(&mut self, id: u32) {
        self.ids.retain(|other| *other != id);
    }

    fn move_to_front(&mut self, id: u32) {
        if self.ids.contains(&id) {
            self.delete(id);
            self.ids.insert(0, id);
        }
    }
}

impl Rows {
    fn new(count: u32) -> Self {
        let rows = Self::default();
        (0..count).for_each(|_| rows.state().add());
        rows
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    fn ids(&self) -> Vec<u32> {
        self.state().ids.clone()
    }

    /// A platform whose pages have this size. `between` happens after each answer.
    fn platform(
        &self,
        size: usize,
        between: impl Fn(&mut State, usize) + Send + Sync + 'static,
    ) -> Platform {
        let rows = self.clone();
        Platform::new(move |asked| {
            let mut state = rows.state();
            for id in state.ids.clone() {
                *state.seen_by_requests.entry(id).or_default() += 1;
            }
            let reply = page(asked, &state.ids, size);
            between(&mut state, asked.index);
            reply
        })
    }
}

fn page(asked: &Asked, ids: &[u32], size: usize) -> Reply {
    let start = (asked.page() - 1) * size;
    if start > 0 && start >= ids.len() {
        return Reply::text(404, r#"{"detail": "Invalid page."}"#);
    }
    let end = ids.len().min(start + size);
    let rows: Vec<Value> = ids[start..end]
        .iter()
        .map(|id| {
            json!({"id": id.to_string(), "name": id.to_string(), "type": "user", "memory": "",
                "status": "SUCCEEDED"})
        })
        .collect();
    let next = (end < ids.len()).then_some("more");
    Reply::json(json!({"count": ids.len(), "next": next, "previous": null, "results": rows}))
}

fn alice() -> Filter {
    Filter::user_id("alice")
}

/// Reads the list to its end, and does this with each row.
async fn walk<E: Paged>(
    mut list: Listing<E>,
    mut visit: impl FnMut(u32),
) -> Result<Vec<u32>, Error> {
    let mut came = Vec::new();
    while let Some(row) = list.next().await {
        let row = row?;
        let (kind, id) = E::key(&row);
        let id = if id.is_empty() { kind } else { id };
        let id = id.parse().unwrap();
        came.push(id);
        visit(id);
    }
    assert!(list.next().await.is_none());
    Ok(came)
}

#[track_caller]
fn assert_once(came: &[u32]) {
    let distinct: BTreeSet<_> = came.iter().collect();
    assert_eq!(distinct.len(), came.len(), "a row came twice");
}

#[tokio::test(start_paused = true)]
async fn a_loop_that_deletes_what_it_gets_leaves_nothing() {
    for (count, size, requests) in
        [(0, 100, 1), (100, 100, 1), (101, 100, 3), (250, 100, 3), (10_000, 100, 106), (7, 1, 10)]
    {
        let rows = Rows::new(count);
        let platform = rows.platform(size, |_, _| {});
        let list = platform.client().get_all_stream(alice());
        let came = walk(list, |id| rows.state().delete(id)).await.unwrap();
        assert_once(&came);
        assert_eq!((came.len(), rows.ids()), (count as usize, Vec::new()), "{count} by {size}");
        assert!(platform.requests() <= requests, "{} for {count}", platform.requests());
    }
}

/// Every list of the platform.
#[tokio::test(start_paused = true)]
async fn no_list_skips_rows_because_of_a_deletion() {
    async fn emptied<E: Paged>(list: impl FnOnce(AsyncMemoryClient) -> Listing<E>) {
        let rows = Rows::new(25);
        let platform = rows.platform(10, |_, _| {});
        let came = walk(list(platform.client()), |id| rows.state().delete(id)).await.unwrap();
        assert_once(&came);
        assert_eq!((came.len(), rows.ids().len()), (25, 0));
    }
    emptied(|client| client.get_all_stream(alice())).await;
    emptied(|client| client.stream(GetUsers::new())).await;
    emptied(|client| client.stream(GetEvents::new())).await;
    emptied(|client| client.stream(GetMemoryEvents::new())).await;
    emptied(|client| client.stream(GetEntityMemories::new(EntityRef::user("alice")))).await;
}

#[tokio::test(start_paused = true)]
async fn a_loop_may_delete_some_update_some_and_add_some() {
    for every in [1, 2, 3, 7, 50] {
        let rows = Rows::new(500);
        let platform = rows.platform(20, |_, _| {});
        let list = platform.client().get_all_stream(alice());
        let came = walk(list, |id| {
            let mut state = rows.state();
            match id % every {
                0 => state.delete(id),
                1 => state.move_to_front(id),
                2 => state.add(),
                _ => {}
            }
        })
        .await
        .unwrap();
        assert_once(&came);
        let came: BTreeSet<_> = came.into_iter().collect();
        assert!((1..=500).all(|id| came.contains(&id)), "one of {every}");
        assert!(platform.requests() <= 5 * 25, "{} for one of {every}", platform.requests());
    }
}

/// A list that is sorted by time, the oldest first, where a changed row becomes the newest.
#[tokio::test(start_paused = true)]
async fn rows_that_move_to_the_end_hide_no_others() {
    let rows = Rows::new(95);
    let platform = rows.platform(10, |_, _| {});
    let came = walk(platform.client().get_all_stream(alice()), |id| {
        let mut state = rows.state();
        state.delete(id);
        state.ids.push(id);
    })
    .await
    .unwrap();
    assert_once(&came);
    assert_eq!(came.len(), 95);
}

/// As many rows come again as are new, so that the counts alone look like a list that grew.
#[tokio::test(start_paused = true)]
async fn a_row_that_moves_back_while_another_is_added_hides_no_third() {
    let rows = Rows::new(30);
    let platform = rows.platform(10, |state, index| {
        if index == 0 {
            let moved = state.ids.remove(3);
            state.ids.insert(14, moved);
            state.ids.push(31);
        }
    });
    let came = walk(platform.client().get_all_stream(alice()), |_| {}).await.unwrap();
    assert_once(&came);
    assert!((1..=30).all(|id| came.contains(&id)), "{came:?}");
}

#[tokio::test(start_paused = true)]
async fn a_list_that_stays_or_grows_is_read_once() {
    for grows_by in [0, 1, 3, 10] {
        let rows = Rows::new(100);
        let platform = rows.platform(10, move |state, index| {
            if index < 9 {
                (0..grows_by).for_each(|_| state.add());
            }
        });
        let came = walk(platform.client().get_all_stream(alice()), |_| {}).await.unwrap();
        assert_eq!(came, (1..=100).rev().collect::<Vec<_>>(), "grows by {grows_by}");
        let pages: Vec<_> = platform.asked().iter().map(Asked::page).collect();
        let expected = rows.ids().len().div_ceil(10);
        assert_eq!(pages, (1..=expected).collect::<Vec<_>>());
    }
}

/// A generator of numbers, the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % below.max(1)
    }
}

/// Others delete, add and change rows between any two requests, and so does the loop.
#[tokio::test(start_paused = true)]
async fn whatever_happens_what_stays_comes_once_or_an_error_says_so() {
    let (mut ended, mut unsettled) = (0, 0);
    for seed in 0..600_u64 {
        let mut dice = Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let rows = Rows::new(dice.roll(120) as u32);
        // Fewer changes than rows on a page: nobody could see that all rows before were replaced.
        let (size, pace) = (6 + dice.roll(20), dice.roll(6));
        // Others rest at last, in most runs.
        let rests_after = if seed % 10 == 0 { usize::MAX } else { dice.roll(60) };
        let others = Mutex::new(Dice(seed ^ 0xABCD));
        let own = dice.roll(4);
        // Where the loop itself moves all rows, those of others cannot be told from them.
        let kinds = if own == 2 { 2 } else { 3 };
        let platform = rows.platform(size, move |state, index| {
            let mut dice = others.lock().unwrap();
            let changes = if index < rests_after { dice.roll(pace + 1) } else { 0 };
            for _ in 0..changes {
                let length = state.ids.len();
                let id = state.ids.get(dice.roll(length)).copied().unwrap_or_default();
                match dice.roll(kinds) {
                    0 => state.add(),
                    1 => state.delete(id),
                    _ => state.move_to_front(id),
                }
            }
        });
        let began: BTreeSet<u32> = rows.ids().into_iter().collect();
        let mut came = Vec::new();
        let mut list = platform.client().get_all_stream(alice());
        let outcome = loop {
            match list.next().await {
                None => break Ok(()),
                Some(Err(error)) => break Err(error),
                Some(Ok(memory)) => {
                    let id: u32 = memory.id.parse().unwrap();
                    came.push(id);
                    match own {
                        0 => rows.state().delete(id),
                        1 if id % 2 == 0 => rows.state().delete(id),
                        2 => rows.state().move_to_front(id),
                        _ => {}
                    }
                }
            }
        };
        assert_once(&came);
        match outcome {
            Ok(()) => {
                ended += 1;
                let came: BTreeSet<u32> = came.into_iter().collect();
                // What happened after the last answer does not count.
                let stayed = began.iter().filter(|id| {
                    rows.state().seen_by_requests.get(id) == Some(&platform.requests())
                });
                let missing: Vec<_> = stayed.filter(|id| !came.contains(id)).collect();
                assert!(missing.is_empty(), "seed {seed}: {missing:?}");
            }
            Err(error) => {
                unsettled += 1;
                assert_eq!(error.kind(), ErrorKind::ListChanged);
                assert!(error.suggestion().contains("delete_all"), "{}", error.suggestion());
            }
        }
    }
    assert!(ended > 400 && unsettled > 2, "{ended} ended, {unsettled} did not");
}

#[tokio::test(start_paused = true)]
async fn a_list_that_never_rests_ends_with_an_error_after_its_rows() {
    let rows = Rows::new(30);
    let platform = rows.platform(10, |state, _| {
        let last = state.ids.last().copied().unwrap_or_default();
        state.delete(last);
        state.add();
    });
    let mut list = platform.client().get_all_stream(alice());
    let mut came = Vec::new();
    let error = loop {
        match list.next().await.unwrap() {
            Ok(memory) => came.push(memory.id),
            Err(error) => break error,
        }
    };
    assert_eq!((error.kind(), error.operation()), (ErrorKind::ListChanged, Some("get_all")));
    assert_eq!(error.code(), "LIST_CHANGED");
    assert!(error.to_string().contains("30 times"), "{error}");
    assert!(!error.is_retryable() && came.len() >= 30);
    assert!(list.next().await.is_none());
    assert_eq!(platform.requests(), 3 * 30);
}

/// A platform that answers faster than somebody writes would be asked 30 times in vain.
#[tokio::test(start_paused = true)]
async fn a_list_that_changes_for_ten_seconds_is_waited_for() {
    let rows = Rows::new(30);
    let began = tokio::time::Instant::now();
    let platform = rows.platform(10, move |state, _| {
        if began.elapsed() < std::time::Duration::from_secs(10) {
            let last = state.ids.last().copied().unwrap_or_default();
            state.delete(last);
            state.add();
        }
    });
    let page = platform.client().get_all_stream(alice()).into_page().await.unwrap();
    let came: BTreeSet<u32> = page.iter().map(|memory| memory.id.parse().unwrap()).collect();
    assert!(rows.ids().iter().all(|id| came.contains(id)));
}

/// Where the platform does not say how many rows there are, a second reading shows whether they
/// have moved.
#[tokio::test(start_paused = true)]
async fn a_list_without_a_count_is_read_twice() {
    for deletes in [false, true] {
        let rows = Rows::new(25);
        let shown = rows.clone();
        let platform = Platform::new(move |asked| {
            let ids = shown.ids();
            let start = (asked.page() - 1) * 10;
            let end = ids.len().min(start + 10);
            let page: Vec<Value> = ids
                .get(start..end)
                .unwrap_or_default()
                .iter()
                .map(|id| json!({"id": id.to_string()}))
                .collect();
            Reply::json(json!({"next": (end < ids.len()).then_some("more"), "results": page}))
        });
        let list = platform.client().get_all_stream(alice());
        let came = walk(list, |id| {
            if deletes {
                rows.state().delete(id);
            }
        });
        assert_eq!(came.await.unwrap().len(), 25);
        assert_eq!(platform.requests(), if deletes { 3 } else { 6 });
    }
}

#[tokio::test(start_paused = true)]
async fn a_list_that_begins_at_a_later_page_is_read_again_from_there() {
    let rows = Rows::new(35);
    let platform = rows.platform(10, |_, _| {});
    let options = GetAllMemoryOptions::new(alice()).page(2).page_size(10);
    let came = walk(platform.client().get_all_stream(options), |id| rows.state().delete(id)).await;
    assert_eq!(came.unwrap().len(), 25);
    assert_eq!(rows.ids(), (26..=35).rev().collect::<Vec<_>>());
    assert!(platform.asked().iter().all(|asked| asked.page() >= 2));
}

#[tokio::test(start_paused = true)]
async fn all_rows_as_one_page_are_all_rows() {
    let rows = Rows::new(30);
    let platform = rows.platform(10, |state, index| {
        if index == 0 {
            (26..=30).for_each(|id| state.delete(id));
        }
    });
    let page = platform.client().get_all_stream(alice()).into_page().await.unwrap();
    assert_eq!((page.results.len(), page.count), (30, Some(30)));
}

/// A list whose pages never end, with new rows on each.
#[tokio::test(start_paused = true)]
async fn ever_new_rows_end_with_an_error() {
    let platform = Platform::new(move |asked| {
        let id = format!("m-{}", asked.page());
        Reply::json(json!({"count": 7, "next": "more", "results": [{"id": id}]}))
    });
    let mut list = platform.client().get_all_stream(alice());
    let mut came = 0;
    let error = loop {
        match list.next().await.unwrap() {
            Ok(_) => came += 1,
            Err(error) => break error,
        }
    };
    assert_eq!((came, error.kind()), (10_000, ErrorKind::Decode));
    assert!(error.to_string().contains("no end"), "{error}");
    assert!(list.next().await.is_none());
}
