/// How much one transaction of a long deletion may still do. Other writes get a turn between two
/// such transactions.
pub(crate) struct WorkBudget(i64);

/// Enough for 500 short rows, which take some ten milliseconds.
const WHOLE: i64 = 10_000;

/// The cost of removing or emptying a row, besides its bytes. Looking at a row costs 1.
const ROW: i64 = 20;

/// This many bytes cost 1.
const BYTES: i64 = 2048;

impl WorkBudget {
    pub(crate) fn new() -> Self {
        Self(WHOLE)
    }

    /// Whether the rest is left to another transaction.
    pub(crate) fn is_used_up(&self) -> bool {
        self.0 <= 0
    }

    /// Pays for looking at a row.
    pub(crate) fn look(&mut self) {
        self.0 -= 1;
    }

    /// Pays for removing or emptying a row of so many bytes.
    pub(crate) fn take(&mut self, bytes: i64) {
        self.0 -= ROW + bytes / BYTES;
    }
}
