use crate::EngineError;

/// The most rows of one page.
pub const MAX_PAGE_SIZE: u64 = 200;

/// Which page of a list to return.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageRequest {
    /// The page's number, from 1.
    pub page: u64,
    /// Rows on a page: 1 to [`MAX_PAGE_SIZE`], 100 by default.
    pub page_size: u64,
}

impl Default for PageRequest {
    fn default() -> Self {
        Self { page: 1, page_size: 100 }
    }
}

impl PageRequest {
    pub(crate) fn check(self) -> Result<Self, EngineError> {
        if self.page == 0 {
            return Err(EngineError::invalid("page", "must be 1 or more"));
        }
        if !(1..=MAX_PAGE_SIZE).contains(&self.page_size) {
            return Err(EngineError::invalid("page_size", "must be between 1 and 200"));
        }
        Ok(self)
    }

    /// The page as `LIMIT` and `OFFSET`, in a list of `count` rows.
    pub(crate) fn window(self, count: u64) -> Result<(i64, i64), EngineError> {
        let offset = (self.page - 1).saturating_mul(self.page_size);
        // The first page exists even when it is empty.
        if offset > 0 && offset >= count {
            return Err(EngineError::PageOutOfRange);
        }
        let number = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        Ok((number(self.page_size), number(offset)))
    }

    pub(crate) fn of<T>(self, count: u64, results: Vec<T>) -> RecordPage<T> {
        RecordPage { count, page: self.page, page_size: self.page_size, results }
    }
}

/// One page of a list.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct RecordPage<T> {
    /// How many rows the whole list has.
    pub count: u64,
    /// This page's number, from 1.
    pub page: u64,
    /// How many rows a full page has.
    pub page_size: u64,
    /// The rows of this page.
    pub results: Vec<T>,
}

impl<T> RecordPage<T> {
    /// Whether there is a next page.
    pub fn has_next(&self) -> bool {
        self.page.saturating_mul(self.page_size) < self.count
    }

    /// Whether there is a previous page.
    pub fn has_previous(&self) -> bool {
        self.page > 1
    }
}
