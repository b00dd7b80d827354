use std::time::{Duration, Instant};

/// How much one transaction of a long deletion may still do, in rows, bytes and time. Other writes
/// get a turn between two such transactions.
pub(crate) struct WorkBudget {
    left: i64,
    /// When the first row was looked at. Each transaction does some of the work, however slow.
    began: Option<Instant>,
}

/// Enough for 500 short rows, which take some ten milliseconds.
const WHOLE: i64 = 10_000;

/// The cost of removing or emptying a row, besides its bytes. Looking at a row costs 1.
const ROW: i64 = 20;

/// This many bytes cost 1.
const BYTES: i64 = 2048;

/// How long it may take. Only the disk or a large filter makes it take that long.
const TIME: Duration = Duration::from_millis(20);

impl WorkBudget {
    pub(crate) fn new() -> Self {
        Self { left: WHOLE, began: None }
    }

    /// The budget when the log may take this many bytes: a step that does not fit would be tried
    /// again and again. Small steps still do something.
    pub(crate) fn within(log: u64) -> Self {
        // Most of the log is what a text costs: its old place is overwritten, and history has it.
        let bytes = i64::try_from(log / 4).unwrap_or(i64::MAX);
        Self { left: (bytes / BYTES).clamp(1, WHOLE), began: None }
    }

    /// Whether the rest is left to another transaction.
    pub(crate) fn is_used_up(&self) -> bool {
        self.left <= 0 || self.began.is_some_and(|began| began.elapsed() > TIME)
    }

    /// Leaves the rest to another transaction.
    pub(crate) fn use_up(&mut self) {
        self.left = 0;
    }

    /// Pays for looking at a row.
    pub(crate) fn look(&mut self) {
        self.pay(1);
    }

    /// Pays for removing or emptying a row of so many bytes.
    pub(crate) fn take(&mut self, bytes: i64) {
        self.pay(ROW + bytes / BYTES);
    }

    fn pay(&mut self, cost: i64) {
        self.began.get_or_insert_with(Instant::now);
        self.left -= cost;
    }
}
