use std::fmt;
use std::time::{Duration, Instant};

use futures_util::{StreamExt as _, TryStreamExt as _, stream};

use crate::Failure;

/// The durations of some calls.
#[derive(Default)]
pub struct Timings(Vec<Duration>);

impl Timings {
    pub fn push(&mut self, took: Duration) {
        self.0.push(took);
    }

    pub fn time<T, E>(&mut self, call: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
        let began = Instant::now();
        let answer = call()?;
        self.push(began.elapsed());
        Ok(answer)
    }

    /// A percentile in milliseconds; 0 without calls.
    pub fn millis(&self, percent: usize) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        let at = (sorted.len() * percent / 100).min(sorted.len().saturating_sub(1));
        sorted.get(at).map_or(0.0, |took| took.as_secs_f64() * 1000.0)
    }
}

/// Two columns of a table: p50 and p99 in milliseconds.
impl fmt::Display for Timings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.3} | {:.3}", self.millis(50), self.millis(99))
    }
}

/// Makes `count` calls, some at once, each timed from its start. Returns the timings and the calls
/// per second.
pub async fn at_once<T, F>(
    at_once: usize,
    calls: usize,
    call: impl Fn(usize) -> F,
) -> Result<(Timings, f64), Failure>
where
    F: Future<Output = Result<T, Failure>> + Send + 'static,
    T: Send + 'static,
{
    let began = Instant::now();
    let timed = stream::iter(0..calls).map(|turn| {
        let call = call(turn);
        async move {
            let began = Instant::now();
            tokio::spawn(call).await??;
            Ok::<_, Failure>(began.elapsed())
        }
    });
    let timings = Timings(timed.buffer_unordered(at_once).try_collect().await?);
    let rate = calls as f64 / began.elapsed().as_secs_f64();
    Ok((timings, rate))
}
