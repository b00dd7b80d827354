//! How a component elsewhere is waited for, and left alone after it failed.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use std::time::{Duration, Instant};

use futures_timer::Delay;
use mem0_components::{ComponentError, ComponentErrorKind};

/// How long a component is left alone after its first failure. The pause doubles to the longest.
const FIRST_PAUSE: Duration = Duration::from_secs(5);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// The longest that a component is left alone because it asked for it.
const LONGEST_ASKED: Duration = Duration::from_secs(120);

/// How long calls wait for a component elsewhere.
#[doc(hidden)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// A search, which has another way.
    pub search: Duration,
    /// A change, which has none. Clients wait for a minute.
    pub change: Duration,
}

impl Patience {
    const CALLS: Self = Self { search: Duration::from_secs(10), change: Duration::from_secs(50) };

    /// Of queued work: nobody waits for it, and a model may have to be loaded or pulled first.
    pub(crate) const QUEUED: Self = Self { change: Duration::from_secs(60 * 60), ..Self::CALLS };
}

impl Default for Patience {
    fn default() -> Self {
        Self::CALLS
    }
}

/// Whether a component elsewhere answers. One that fails is left alone for a while, so that only
/// one search at a time waits for it in vain.
#[derive(Debug, Default)]
pub(crate) struct Availability(Mutex<Option<Outage>>);

#[derive(Debug, Clone, Copy)]
struct Outage {
    pause: Duration,
    until: Instant,
}

impl Availability {
    fn outage(&self) -> MutexGuard<'_, Option<Outage>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks for a search, which is over after `bound`. `None` while the component is left alone.
    pub(crate) async fn ask_if_up<T>(
        &self,
        bound: Duration,
        name: &str,
        question: impl Future<Output = Result<T, ComponentError>>,
    ) -> Option<Result<T, ComponentError>> {
        match self.may_be_asked(Instant::now(), bound) {
            true => Some(self.ask(bound, name, question).await),
            false => None,
        }
    }

    /// Asks, for at most so long, and remembers how it went.
    pub(crate) async fn ask<T>(
        &self,
        bound: Duration,
        name: &str,
        question: impl Future<Output = Result<T, ComponentError>>,
    ) -> Result<T, ComponentError> {
        let answer = within(bound, name, question).await;
        self.note(Instant::now(), name, answer.as_ref().err());
        answer
    }

    /// Whether somebody may ask who can do without an answer. After a pause, one may; the others
    /// wait for what becomes of it.
    fn may_be_asked(&self, now: Instant, bound: Duration) -> bool {
        match &mut *self.outage() {
            None => true,
            Some(outage) if now < outage.until => false,
            Some(outage) => {
                outage.until = now + bound;
                true
            }
        }
    }

    fn note(&self, now: Instant, name: &str, error: Option<&ComponentError>) {
        let mut outage = self.outage();
        let Some(error) = error else {
            if outage.take().is_some() {
                tracing::warn!("{name} answers again");
            }
            return;
        };
        // It answered; another text may be to its liking.
        if matches!(error.kind(), ComponentErrorKind::TooLong | ComponentErrorKind::Refused) {
            return;
        }
        if outage.is_none() {
            // Once, and not for each search.
            tracing::warn!(%error, "{name} does not answer, so searches do without it");
        }
        let pause = match *outage {
            _ if !error.is_transient() => LONGEST_PAUSE,
            None => FIRST_PAUSE,
            Some(outage) => (outage.pause * 2).min(LONGEST_PAUSE),
        };
        let asked_for = error.wait().unwrap_or_default().min(LONGEST_ASKED);
        *outage = Some(Outage { pause, until: now + pause.max(asked_for) });
    }
}

/// What a component answers, if it does so in time. It needs no runtime.
pub(crate) async fn within<T>(
    bound: Duration,
    name: &str,
    question: impl Future<Output = Result<T, ComponentError>>,
) -> Result<T, ComponentError> {
    let (mut question, mut over) = (pin!(question), pin!(Delay::new(bound)));
    poll_fn(|context| match (question.as_mut().poll(context), over.as_mut().poll(context)) {
        (Poll::Ready(answer), _) => Poll::Ready(answer),
        (Poll::Pending, Poll::Ready(())) => {
            let error = ComponentError::new(name, ComponentErrorKind::Timeout);
            let waited = format!("it was waited for {} s", bound.as_secs_f64());
            Poll::Ready(Err(error.detail(waited)))
        }
        (Poll::Pending, Poll::Pending) => Poll::Pending,
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOUND: Duration = Duration::from_secs(10);

    fn failure(kind: ComponentErrorKind) -> ComponentError {
        ComponentError::new("failing", kind)
    }

    #[test]
    fn what_failed_is_left_alone_and_then_tried_by_one_search() {
        let up = Availability::default();
        let at = |seconds: u64| move |began: Instant| began + Duration::from_secs(seconds);
        let began = Instant::now();
        let may = |seconds| up.may_be_asked(at(seconds)(began), BOUND);
        let fail = |seconds, error: &ComponentError| {
            up.note(at(seconds)(began), "failing", Some(error));
        };
        let down = failure(ComponentErrorKind::Network);
        assert!(may(0) && may(0));
        fail(0, &down);
        assert!(!may(0) && !may(4));
        // The second waits for what becomes of the first.
        assert!(may(5) && !may(5) && !may(14));
        fail(15, &down);
        assert!(!may(24) && may(25));
        // Nothing came of it: its caller went away.
        assert!(!may(34) && may(35));
        up.note(at(36)(began), "failing", None);
        assert!(may(36) && may(36));
        fail(40, &down);
        assert!(!may(44) && may(45), "the pause begins anew");
    }

    #[test]
    fn a_pause_is_as_long_as_the_failure_says() {
        let pause = |error: &ComponentError| {
            let (up, began) = (Availability::default(), Instant::now());
            up.note(began, "failing", Some(error));
            (0..).find(|s| up.may_be_asked(began + Duration::from_secs(*s), BOUND)).unwrap()
        };
        let asking = |seconds| {
            failure(ComponentErrorKind::RateLimited).retry_after(Duration::from_secs(seconds))
        };
        assert_eq!(pause(&failure(ComponentErrorKind::Timeout)), 5);
        assert_eq!(pause(&asking(1)), 5);
        assert_eq!(pause(&asking(30)), 30);
        assert_eq!(pause(&asking(100_000)), 120);
        // A wrong key stays wrong.
        assert_eq!(pause(&failure(ComponentErrorKind::Authentication)), 60);
        // These are of one text.
        assert_eq!(pause(&failure(ComponentErrorKind::TooLong)), 0);
        assert_eq!(pause(&failure(ComponentErrorKind::Refused)), 0);
        let (up, began) = (Availability::default(), Instant::now());
        let mut now = began;
        for expected in [5, 10, 20, 40, 60, 60] {
            up.note(now, "failing", Some(&failure(ComponentErrorKind::Network)));
            assert!(!up.may_be_asked(now + Duration::from_secs(expected - 1), BOUND));
            now += Duration::from_secs(expected);
            assert!(up.may_be_asked(now, BOUND));
        }
    }

    #[test]
    fn a_question_is_given_up_when_its_time_is_over() {
        let up = Availability::default();
        let asked =
            up.ask(Duration::from_millis(1), "silent", std::future::pending::<Result<(), _>>());
        let error = pollster::block_on(asked).unwrap_err();
        assert_eq!(error.kind(), ComponentErrorKind::Timeout);
        assert!(pollster::block_on(up.ask_if_up(BOUND, "silent", async { Ok(()) })).is_none());
        // A change asks all the same.
        pollster::block_on(up.ask(BOUND, "silent", async { Ok(()) })).unwrap();
        assert!(pollster::block_on(up.ask_if_up(BOUND, "silent", async { Ok(()) })).is_some());
    }
}
