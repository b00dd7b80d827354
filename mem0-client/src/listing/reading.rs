use std::collections::HashSet;
use std::hash::{BuildHasher, Hash, RandomState};
use std::time::Duration;

use mem0_types::{Page, Paged};

/// After this many pages in a row without a new row, a reading has no end.
const FRUITLESS_PAGES: u64 = 100;

/// After this many pages, a reading has no end, unless the list says that it has more rows.
const PAGES: u64 = 10_000;

/// After this many pages, a reading has no end, whatever the list says.
const MOST_PAGES: u64 = 100_000;

/// How often a list that changes is read.
pub(super) const READINGS: u32 = 30;

/// How many of its readings follow each other at once. Most lists rest by then.
const READINGS_AT_ONCE: u32 = 5;

/// What is waited before the reading after them. It doubles with each reading, to the most.
const FIRST_PAUSE: Duration = Duration::from_millis(10);
const MOST_PAUSE: Duration = Duration::from_secs(1);

/// A list, which is read from its first page to its last until nothing changes meanwhile.
///
/// All rows are remembered, as hashes of 16 bytes each.
#[derive(Default)]
pub(super) struct Reading {
    /// The rows that came in any reading.
    came: HashSet<u128>,
    /// The rows of this reading, unless it is the first, whose rows are the ones above.
    came_again: HashSet<u128>,
    hashers: [RandomState; 2],
    /// Which reading this is, from 0.
    number: u32,
    pages: u64,
    fruitless: u64,
    rows: u64,
    /// How often a row came that had come before in this reading.
    repeated: u64,
    /// How many rows the list had by its first page, and by the last one so far.
    first_count: Option<u64>,
    last_count: Option<u64>,
    /// The rows of the last page, in its order.
    last_page: Vec<u128>,
    /// Whether a row moved from an earlier page to a later one, other than by new rows before it,
    /// or a page was missing that the page before had promised.
    torn: bool,
    /// What came, in one number.
    trace: u64,
    trace_before: Option<u64>,
}

/// What follows a page.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Then {
    Continue,
    ReadAgain {
        after: Duration,
    },
    End,
    /// The list seems to have no end.
    Endless,
    /// The list changed in every reading.
    Unsettled,
}

impl Reading {
    /// Takes a page, and leaves the rows in it that come for the first time.
    pub(super) fn take<E: Paged>(&mut self, page: &mut Page<E::Row>) -> Then {
        let rows = self.rows;
        self.take_rows::<E>(&mut page.results);
        let is_first = self.number == 0;
        let mut is_fruitful = self.rows > rows;
        page.malformed.retain(|row| {
            let hash = self.hash(&("malformed", row.json()));
            self.note(hash);
            let is_new = self.came.insert(hash);
            is_fruitful |= is_new;
            // Rows without ids cannot be told apart, unless they come in another reading.
            is_new || is_first
        });
        self.fruitless = if is_fruitful { 0 } else { self.fruitless + 1 };
        self.pages += 1;
        if self.pages == 1 {
            self.first_count = page.count;
        }
        self.last_count = page.count;
        self.note(page.count.map_or(0, u128::from));
        // A row that was added and pushed nothing on is itself behind the pages that were read.
        self.torn |= self.grown().is_some_and(|grown| grown > self.repeated);
        if page.next.is_none() {
            return self.end();
        }
        let has_more = self.first_count.is_some_and(|count| self.rows < count);
        let is_endless = self.fruitless == FRUITLESS_PAGES
            || self.pages >= MOST_PAGES
            || self.pages >= PAGES && !has_more;
        if is_endless { Then::Endless } else { Then::Continue }
    }

    /// Takes note that a page is missing which the page before had promised.
    pub(super) fn miss_page(&mut self) -> Then {
        self.torn = true;
        self.end()
    }

    fn end(&mut self) -> Then {
        if self.is_quiet() || self.trace_before == Some(self.trace) {
            return Then::End;
        }
        self.number += 1;
        self.came_again.clear();
        (self.pages, self.fruitless, self.rows, self.repeated) = (0, 0, 0, 0);
        self.torn = false;
        self.last_page.clear();
        self.trace_before = Some(std::mem::take(&mut self.trace));
        match self.number {
            READINGS => Then::Unsettled,
            number => Then::ReadAgain { after: pause_before(number) },
        }
    }

    /// Whether the rows of this reading are known to be all that were there from its beginning to
    /// its end.
    ///
    /// In a list that grows at its front, a new row pushes one row onto the next page, where it
    /// comes again, and adds one to the count. A deleted row takes one from the count, and pulls
    /// the others back if it is before them. A row that moves to the front pushes one on and leaves
    /// the count. So none went unseen if as many rows came again as the count has grown.
    fn is_quiet(&self) -> bool {
        !self.torn && (self.pages == 1 || self.grown() == Some(self.repeated))
    }

    /// By how many rows the list has grown in this reading; `None` if it shrank or does not say.
    fn grown(&self) -> Option<u64> {
        self.last_count?.checked_sub(self.first_count?)
    }

    fn take_rows<E: Paged>(&mut self, rows: &mut Vec<E::Row>) {
        let hashes: Vec<u128> = rows.iter().map(|row| self.hash(&E::key(row))).collect();
        let mut repeated = 0;
        let mut each = hashes.iter();
        rows.retain(|_| {
            let Some(hash) = each.next().copied() else { return false };
            self.note(hash);
            let is_new = self.came.insert(hash);
            let is_new_here = if self.number == 0 { is_new } else { self.came_again.insert(hash) };
            repeated += usize::from(!is_new_here);
            is_new
        });
        self.rows += (hashes.len() - repeated) as u64;
        self.repeated += repeated as u64;
        // New rows at the front push the end of a page to the beginning of the next.
        let pushed_on = self.last_page.len().checked_sub(repeated).map(|at| &self.last_page[at..]);
        self.torn |= pushed_on != hashes.get(..repeated);
        self.last_page = hashes;
    }

    fn hash(&self, row: &impl Hash) -> u128 {
        let [first, second] = &self.hashers;
        u128::from(first.hash_one(row)) << 64 | u128::from(second.hash_one(row))
    }

    fn note(&mut self, hash: u128) {
        self.trace = self.trace.rotate_left(1).wrapping_mul(31).wrapping_add(hash as u64);
    }
}

/// What is waited before a reading, so that whoever changes the list may come to an end.
fn pause_before(reading: u32) -> Duration {
    match reading.checked_sub(READINGS_AT_ONCE) {
        None => Duration::ZERO,
        Some(late) => FIRST_PAUSE.saturating_mul(1 << late.min(20)).min(MOST_PAUSE),
    }
}

#[cfg(test)]
mod tests {
    use mem0_types::Memory;
    use mem0_types::requests::GetAllMemories;

    use super::*;

    /// Reads pages of one new row each, and says after which one it ended and how.
    fn read(pages: u64, count: Option<u64>) -> (u64, Then) {
        let mut reading = Reading::default();
        for number in 1..=pages {
            let mut page = Page::new(vec![Memory::new(number.to_string(), "")]);
            (page.count, page.next) = (count, Some("more".into()));
            match reading.take::<GetAllMemories>(&mut page) {
                Then::Continue => {}
                then => return (number, then),
            }
        }
        (pages, Then::Continue)
    }

    #[test]
    fn a_list_goes_on_as_long_as_its_count_promises_and_not_forever() {
        assert_eq!(read(20_000, None), (10_000, Then::Endless));
        assert_eq!(read(20_000, Some(7)), (10_000, Then::Endless));
        assert_eq!(read(20_000, Some(15_000)), (15_000, Then::Endless));
        assert_eq!(read(20_000, Some(30_000)), (20_000, Then::Continue));
        assert_eq!(read(200_000, Some(u64::MAX)), (100_000, Then::Endless));
    }
}
