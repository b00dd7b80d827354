use std::fmt;
use std::panic::catch_unwind;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::Request;
use http::response::Parts;
use tokio::runtime::Handle;
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep_until, timeout_at};

use crate::budget::RetryBudget;
use crate::cause::{NoIo, is_setup};
use crate::{
    Answer, Body, Cause, Failed, Limits, NetworkError, Repeat, RetryPolicy, ServiceError,
    Transport, later, retry_after, trace,
};

/// What all calls of a client share: the way to the service, and limits on its use.
pub struct Channel {
    transport: Arc<dyn Transport>,
    connections: Semaphore,
    budget: RetryBudget,
    response_limit: usize,
}

impl Channel {
    /// A channel that has at most `max_connections` requests under way, and takes answers of at
    /// most `response_limit` bytes.
    pub fn new(
        transport: Arc<dyn Transport>,
        max_connections: usize,
        response_limit: usize,
    ) -> Self {
        Self {
            transport,
            connections: Semaphore::new(max_connections.min(Semaphore::MAX_PERMITS)),
            budget: RetryBudget::new(),
            response_limit,
        }
    }

    /// How many bytes an answer may have.
    pub fn response_limit(&self) -> usize {
        self.response_limit
    }

    /// The attempts of one call, none of which is made yet.
    pub fn attempts(&self, plan: Plan) -> Attempts<'_> {
        Attempts { channel: self, plan, made: 0, may_have_acted: false }
    }
}

impl fmt::Debug for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Channel")
            .field("connections", &self.connections)
            .field("budget", &self.budget)
            .field("response_limit", &self.response_limit)
            .finish_non_exhaustive()
    }
}

/// How one call is sent.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Whether it may be sent twice.
    pub repeat: Repeat,
    /// How a failed attempt is repeated.
    pub policy: RetryPolicy,
    /// How long an attempt may take from when the service takes the request.
    pub timeout: Duration,
    /// When the call ends, whatever its state.
    pub deadline: Instant,
}

/// The attempts of one call.
#[derive(Debug)]
pub struct Attempts<'a> {
    channel: &'a Channel,
    plan: Plan,
    made: u32,
    /// Whether the service may have acted on an attempt that was made.
    may_have_acted: bool,
}

/// Why a call ended without an answer.
#[derive(Debug)]
pub enum CallError<E> {
    /// The request could not be written down.
    Request(E),
    /// The attempts failed.
    Failed(Failed),
}

impl Attempts<'_> {
    /// How many attempts were handed to the service.
    pub fn made(&self) -> u32 {
        self.made
    }

    /// Sends the request until an attempt succeeds, must not be repeated, or is out of time.
    ///
    /// The request is made anew for each attempt. Most calls have only one attempt, so that keeping
    /// a copy would cost more.
    ///
    /// Dropping the future ends the call at any point; nothing goes on in the background.
    ///
    /// # Errors
    /// The error of the closure, or the way the last attempt ended.
    pub async fn run<E>(
        &mut self,
        request: impl Fn() -> Result<Request<Body>, E>,
    ) -> Result<(Parts, Bytes), CallError<E>> {
        // The first timer would panic.
        if let Some(missing) = missing_runtime() {
            return Err(CallError::Failed(self.failed(missing)));
        }
        loop {
            let request = request().map_err(CallError::Request)?;
            // The permit is held until the body is read, and given back before the call waits.
            let permit = timeout_at(self.plan.deadline, self.channel.connections.acquire()).await;
            let cause = match permit {
                Ok(Ok(_permit)) => {
                    self.made += 1;
                    match answer(self.channel.transport.send(request, self.limits()).await) {
                        Ok(answer) => {
                            self.channel.budget.give_back();
                            return Ok(answer);
                        }
                        Err(cause) => cause,
                    }
                }
                Ok(Err(_)) | Err(_) => Cause::NoFreeConnection,
            };
            let failed = self.failed(cause);
            let Some(resume) = self.resume(&failed) else {
                return Err(CallError::Failed(failed));
            };
            sleep_until(resume).await;
        }
    }

    fn limits(&self) -> Limits {
        let Plan { timeout, deadline, .. } = self.plan;
        Limits { deadline, timeout, bytes: self.channel.response_limit }
    }

    fn failed(&mut self, cause: Cause) -> Failed {
        if matches!(cause, Cause::Busy) {
            self.made -= 1;
        }
        let outcome = cause.failure().outcome(self.plan.repeat, self.may_have_acted);
        self.may_have_acted = outcome.is_unknown();
        Failed { cause, outcome }
    }

    /// When to make the next attempt; `None` to give up.
    fn resume(&self, failed: &Failed) -> Option<Instant> {
        let asked = match &failed.cause {
            // The deadline has passed.
            Cause::NoFreeConnection | Cause::Busy => return None,
            Cause::Refused(parts, _) => retry_after(&parts.headers),
            _ => None,
        };
        if !failed.outcome.is_retryable() {
            return None;
        }
        let delay = self.plan.policy.delay(self.made - 1, asked)?;
        let resume = later(Instant::now(), delay);
        if resume >= self.plan.deadline || !self.channel.budget.take() {
            return None;
        }
        trace::retrying(self.made, delay);
        Some(resume)
    }
}

/// What is not there that timers need. A runtime does not say whether it has timers, other than by
/// a panic.
fn missing_runtime() -> Option<Cause> {
    if Handle::try_current().is_err() {
        return Some(Cause::NoRuntime);
    }
    let timer = catch_unwind(|| drop(tokio::time::sleep(Duration::ZERO)));
    timer.is_err().then_some(Cause::NoTimers)
}

/// The answer if it is a success, or else the reason why it is not.
fn answer(answer: Answer) -> Result<(Parts, Bytes), Cause> {
    match answer {
        Ok((parts, bytes)) => {
            trace::answered(parts.status);
            match parts.status.is_success() {
                true => Ok((parts, bytes)),
                false => Err(Cause::Refused(Box::new(parts), bytes)),
            }
        }
        Err(ServiceError::Busy) => Err(Cause::Busy),
        Err(ServiceError::Slow) => Err(Cause::Slow),
        Err(ServiceError::TooLarge(parts)) if parts.status.is_success() => {
            Err(Cause::TooLarge(parts))
        }
        Err(ServiceError::TooLarge(parts)) => Err(Cause::Refused(parts, Bytes::new())),
        Err(ServiceError::Closed(source)) => Err(Cause::Closed(NetworkError::new(source))),
        Err(ServiceError::Failed(source)) if source.is::<NoIo>() => Err(Cause::NoIo),
        Err(ServiceError::Failed(source)) if is_setup(&*source) => Err(Cause::NoClient(source)),
        Err(ServiceError::Failed(source)) => Err(Cause::Network(NetworkError::new(source))),
        Err(ServiceError::CutOff(source)) => Err(Cause::Network(NetworkError::of_answer(source))),
    }
}
