use std::sync::atomic::{AtomicU32, Ordering};

/// How many retries all clones of a client may make together while nothing succeeds.
///
/// A broken service then gets little more requests than without retries. A retry takes ten parts
/// from the budget, and a success gives one back.
#[derive(Debug)]
pub(crate) struct RetryBudget(AtomicU32);

impl RetryBudget {
    const FULL: u32 = 1000;
    const RETRY: u32 = 10;

    pub(crate) fn new() -> Self {
        Self(AtomicU32::new(Self::FULL))
    }

    /// Takes one retry from the budget, if it has one.
    pub(crate) fn take(&self) -> bool {
        let take = |left: u32| left.checked_sub(Self::RETRY);
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).is_ok()
    }

    pub(crate) fn give_back(&self) {
        let give = |left: u32| (left < Self::FULL).then_some(left + 1);
        // A full budget takes nothing back.
        let _ = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, give);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_budget_takes_nothing_back() {
        let budget = RetryBudget::new();
        for _ in 0..20 {
            budget.give_back();
        }
        assert_eq!((0..1000).filter(|_| budget.take()).count(), 100);
        for _ in 0..9 {
            budget.give_back();
        }
        assert!(!budget.take());
        budget.give_back();
        assert!(budget.take() && !budget.take());
    }

    #[test]
    fn a_budget_runs_dry_and_refills_with_success() {
        let budget = RetryBudget::new();
        assert_eq!((0..200).filter(|_| budget.take()).count(), 100);
        (0..9).for_each(|_| budget.give_back());
        assert!(!budget.take());
        budget.give_back();
        assert!(budget.take());
        (0..5000).for_each(|_| budget.give_back());
        assert_eq!((0..200).filter(|_| budget.take()).count(), 100);
    }
}
