/// What one transaction of a long deletion may still do, so that other writes get a turn between
/// two of them.
pub(crate) struct WorkBudget(i64);

/// Enough for 500 short rows, some ten milliseconds.
const WHOLE: i64 = 10_000;

/// What a row costs that is removed or emptied, besides its bytes; one that is looked at costs 1.
const ROW: i64 = 20;

/// How many bytes cost 1.
const BYTES: i64 = 2048;

impl WorkBudget {
    pub(crate) fn new() -> Self {
        Self(WHOLE)
    }

    /// Whether the rest is for another transaction.
    pub(crate) fn is_used_up(&self) -> bool {
        self.0 <= 0
    }

    /// Looks at a row.
    pub(crate) fn look(&mut self) {
        self.0 -= 1;
    }

    /// Removes or empties a row with so many bytes.
    pub(crate) fn take(&mut self, bytes: i64) {
        self.0 -= ROW + bytes / BYTES;
    }
}
