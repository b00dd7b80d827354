//! A contender's process. It reads `WORK IN_FLIGHT REQUESTS` from standard input, does the work,
//! and writes its measurements as a line of JSON. The contenders in Python and TypeScript use the
//! same protocol.

use std::io::{BufRead, Write};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};
use std::time::Instant;

use rustix::time::{ClockId, clock_gettime};
use serde::{Deserialize, Serialize};

use crate::contender::{AsyncContender, BlockingContender, Error};
use crate::work::Work;

/// The number of allocations so far, and their bytes.
pub type Counter = fn() -> (u64, u64);

/// The measurements of a round: totals in nanoseconds, unless a name says otherwise.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Measured {
    pub requests: usize,
    /// User and system time of all threads of the process.
    pub cpu: u64,
    pub wall: u64,
    pub p50: u64,
    pub p99: u64,
    /// The largest amount of memory in RAM during the round, in KiB.
    pub peak_kib: u64,
    /// Allocations and growths, and their bytes; 0 if they were not counted.
    pub allocations: u64,
    pub allocated: u64,
}

/// User and system time of this process so far, like `getrusage` but in nanoseconds.
pub fn cpu_time() -> u64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as u64 * 1_000_000_000 + time.tv_nsec as u64
}

/// The largest amount of memory in RAM since [`reset_peak`], in KiB.
pub fn peak_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
    line.trim().trim_end_matches(" kB").parse().unwrap_or_default()
}

pub fn reset_peak() {
    // Where this is not permitted, the peak is that of all rounds so far.
    let _ = std::fs::write("/proc/self/clear_refs", "5");
}

struct Clock {
    counter: Option<Counter>,
    counted: (u64, u64),
    cpu: u64,
    wall: Instant,
}

impl Clock {
    fn start(counter: Option<Counter>) -> Self {
        reset_peak();
        let counted = counter.map_or((0, 0), |count| count());
        Self { counter, counted, cpu: cpu_time(), wall: Instant::now() }
    }

    fn stop(self, requests: usize, mut latencies: Vec<u64>) -> Measured {
        let (cpu, wall) = (cpu_time() - self.cpu, self.wall.elapsed().as_nanos() as u64);
        let counted = self.counter.map_or((0, 0), |count| count());
        latencies.sort_unstable();
        let at = |share: f64| {
            let index = (latencies.len() as f64 * share) as usize;
            latencies.get(index.min(latencies.len().saturating_sub(1))).copied().unwrap_or_default()
        };
        Measured {
            requests,
            cpu,
            wall,
            p50: at(0.5),
            p99: at(0.99),
            peak_kib: peak_kib(),
            allocations: counted.0 - self.counted.0,
            allocated: counted.1 - self.counted.1,
        }
    }
}

struct Order {
    work: Work,
    in_flight: usize,
    requests: usize,
}

impl Order {
    fn parse(line: &str) -> Result<Self, Error> {
        let mut words = line.split_whitespace();
        let mut word = || words.next().ok_or("an order has three words");
        Ok(Self { work: word()?.parse()?, in_flight: word()?.parse()?, requests: word()?.parse()? })
    }

    /// Enough requests to open the connections.
    fn warm_up(&self) -> usize {
        match self.work {
            Work::Stream => 1,
            _ => self.in_flight * 2 + 20,
        }
    }
}

fn obey(mut order: impl FnMut(Order) -> Result<Measured, Error>) -> Result<(), Error> {
    for line in std::io::stdin().lock().lines() {
        let measured = order(Order::parse(&line?)?)?;
        let mut out = std::io::stdout().lock();
        writeln!(out, "{}", serde_json::to_string(&measured)?)?;
        out.flush()?;
    }
    Ok(())
}

/// All requests of an asynchronous client, on one thread.
pub fn run_async(contender: impl AsyncContender, counter: Option<Counter>) -> Result<(), Error> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let contender = Arc::new(contender);
    obey(|order| {
        runtime.block_on(async {
            flights(&contender, order.work, order.in_flight, order.warm_up()).await?;
            let clock = Clock::start(counter);
            let latencies =
                flights(&contender, order.work, order.in_flight, order.requests).await?;
            Ok(clock.stop(order.requests, latencies))
        })
    })
}

/// Runs this many tasks, each sending one request after another. Returns the duration of each
/// request.
async fn flights<C: AsyncContender>(
    contender: &Arc<C>,
    work: Work,
    in_flight: usize,
    requests: usize,
) -> Result<Vec<u64>, Error> {
    let left = Arc::new(AtomicUsize::new(requests));
    let flight = |capacity: usize| {
        let (contender, left) = (Arc::clone(contender), Arc::clone(&left));
        async move {
            let mut latencies = Vec::with_capacity(capacity);
            while take(&left) {
                let began = Instant::now();
                expect_rows(contender.work(work).await?)?;
                latencies.push(began.elapsed().as_nanos() as u64);
            }
            Ok::<_, Error>(latencies)
        }
    };
    if in_flight == 1 {
        return flight(requests).await;
    }
    let flights: Vec<_> =
        (0..in_flight).map(|_| tokio::spawn(flight(requests / in_flight * 2))).collect();
    let mut all = Vec::with_capacity(requests);
    for flight in flights {
        all.extend(flight.await??);
    }
    Ok(all)
}

fn take(left: &AtomicUsize) -> bool {
    left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok()
}

fn expect_rows(rows: usize) -> Result<(), Error> {
    if rows == 0 { Err("an answer without rows".into()) } else { Ok(()) }
}

/// Runs a thread for each request in flight.
pub fn run_blocking(
    contender: impl BlockingContender,
    counter: Option<Counter>,
) -> Result<(), Error> {
    obey(|order| {
        if order.in_flight == 1 {
            let flight = |requests: usize| {
                let mut latencies = Vec::with_capacity(requests);
                for _ in 0..requests {
                    let began = Instant::now();
                    expect_rows(contender.work(order.work)?)?;
                    latencies.push(began.elapsed().as_nanos() as u64);
                }
                Ok::<_, Error>(latencies)
            };
            flight(order.warm_up())?;
            let clock = Clock::start(counter);
            let latencies = flight(order.requests)?;
            return Ok(clock.stop(order.requests, latencies));
        }
        let left = AtomicUsize::new(order.requests);
        let ready = Barrier::new(order.in_flight + 1);
        let flight = || {
            let warm_up = (0..3).try_for_each(|_| expect_rows(contender.work(order.work)?));
            ready.wait();
            ready.wait();
            warm_up?;
            let mut latencies = Vec::with_capacity(order.requests / order.in_flight * 2);
            while take(&left) {
                let began = Instant::now();
                expect_rows(contender.work(order.work)?)?;
                latencies.push(began.elapsed().as_nanos() as u64);
            }
            Ok::<_, Error>(latencies)
        };
        std::thread::scope(|scope| {
            let threads: Vec<_> = (0..order.in_flight).map(|_| scope.spawn(flight)).collect();
            ready.wait();
            let clock = Clock::start(counter);
            ready.wait();
            let mut all = Vec::with_capacity(order.requests);
            for thread in threads {
                all.extend(thread.join().map_err(|_| "a thread panicked")??);
            }
            Ok(clock.stop(order.requests, all))
        })
    })
}
