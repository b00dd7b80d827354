use std::error::Error;
use std::fmt;

use crate::{ComponentError, ComponentErrorKind};

/// How the cases of a suite went. `Display` shows a line for each that was refused or failed.
#[derive(Debug, Clone)]
#[must_use]
pub struct CheckReport {
    subject: String,
    cases: Vec<(&'static str, CheckOutcome)>,
}

/// How one case of a suite went.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum CheckOutcome {
    /// The promise is kept.
    Held,
    /// The implementation refused it as [`Unsupported`](ComponentErrorKind::Unsupported), as it may
    /// here. Says what it refused.
    Refused(String),
    /// The promise is broken. Says how.
    Failed(String),
}

/// A suite that failed. `Debug` and `Display` show the report, so that a test may return it or
/// unwrap it.
#[derive(Clone)]
pub struct CheckFailed(CheckReport);

/// What ends a case early.
#[derive(Debug)]
pub(super) enum Ended {
    Refused(String),
    Failed(String),
}

pub(super) type Case = Result<(), Ended>;

impl From<ComponentError> for Ended {
    fn from(error: ComponentError) -> Self {
        Self::Failed(format!("an unexpected error: {error}"))
    }
}

/// Ends a case unless this holds.
pub(super) fn expect(holds: bool, otherwise: impl FnOnce() -> String) -> Case {
    if holds { Ok(()) } else { Err(Ended::Failed(otherwise())) }
}

/// The answer, where it may also be refused as unsupported.
pub(super) fn unless_refused<T>(answer: Result<T, ComponentError>) -> Result<T, Ended> {
    answer.map_err(|error| match error.kind() {
        ComponentErrorKind::Unsupported => Ended::Refused(error.to_string()),
        _ => error.into(),
    })
}

impl CheckReport {
    pub(super) fn new(subject: impl Into<String>) -> Self {
        Self { subject: subject.into(), cases: Vec::new() }
    }

    pub(super) fn add(&mut self, name: &'static str, case: Case) {
        let outcome = match case {
            Ok(()) => CheckOutcome::Held,
            Err(Ended::Refused(what)) => CheckOutcome::Refused(what),
            Err(Ended::Failed(how)) => CheckOutcome::Failed(how),
        };
        self.cases.push((name, outcome));
    }

    pub(super) fn into_result(self) -> Result<Self, CheckFailed> {
        if self.failed().next().is_some() { Err(CheckFailed(self)) } else { Ok(self) }
    }

    /// Each case by its name, in the order in which they ran.
    ///
    /// ```
    /// # use mem0_components::testing::{CheckOutcome, CheckReport};
    /// fn is_perfect(report: &CheckReport) -> bool {
    ///     report.cases().all(|(_, outcome)| *outcome == CheckOutcome::Held)
    /// }
    /// ```
    pub fn cases(&self) -> impl Iterator<Item = (&'static str, &CheckOutcome)> {
        self.cases.iter().map(|(name, outcome)| (*name, outcome))
    }

    /// The names of the cases that failed.
    ///
    /// ```
    /// # use mem0_components::testing::CheckReport;
    /// fn loses_payloads(report: &CheckReport) -> bool {
    ///     report.failed().any(|name| name == "payloads_are_kept")
    /// }
    /// ```
    pub fn failed(&self) -> impl Iterator<Item = &'static str> {
        self.named(|outcome| matches!(outcome, CheckOutcome::Failed(_)))
    }

    /// The names of the cases that were refused. A test may fix them, so that a promise that was
    /// kept once is kept.
    ///
    /// ```
    /// # use mem0_components::testing::CheckReport;
    /// fn refuses_odd_ids_alone(report: &CheckReport) -> bool {
    ///     report.refused().eq(["odd_ids_are_kept"])
    /// }
    /// ```
    pub fn refused(&self) -> impl Iterator<Item = &'static str> {
        self.named(|outcome| matches!(outcome, CheckOutcome::Refused(_)))
    }

    fn named(&self, of: fn(&CheckOutcome) -> bool) -> impl Iterator<Item = &'static str> {
        self.cases.iter().filter(move |(_, outcome)| of(outcome)).map(|(name, _)| *name)
    }
}

impl fmt::Display for CheckReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (failed, refused) = (self.failed().count(), self.refused().count());
        let all = self.cases.len();
        write!(f, "{}: {} of {all} cases hold", self.subject, all - failed - refused)?;
        for (name, outcome) in &self.cases {
            match outcome {
                CheckOutcome::Held => {}
                CheckOutcome::Refused(what) => write!(f, "\n  refused  {name}: {what}")?,
                CheckOutcome::Failed(how) => write!(f, "\n  FAILED   {name}: {how}")?,
            }
        }
        Ok(())
    }
}

impl CheckFailed {
    /// How the cases went.
    ///
    /// ```
    /// # use mem0_components::testing::CheckFailed;
    /// fn first_failure(failed: &CheckFailed) -> Option<&'static str> {
    ///     failed.report().failed().next()
    /// }
    /// ```
    pub fn report(&self) -> &CheckReport {
        &self.0
    }
}

impl fmt::Display for CheckFailed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for CheckFailed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl Error for CheckFailed {}
