use clients::contender::NAMES;
use clients::work::Work;

/// The contenders that are not written in Rust.
pub const OFFICIAL: [&str; 3] = ["python-async", "python-sync", "typescript"];

/// The baseline of the asynchronous clients, and that of the blocking ones.
pub const BASELINE: &str = "reqwest";
pub const BLOCKING_BASELINE: &str = "block_on";

/// Work that all contenders do in turn, with the number of requests per round.
pub struct Scenario {
    pub work: Work,
    pub in_flight: usize,
    pub requests: usize,
    pub rounds: usize,
    pub contenders: Vec<&'static str>,
}

impl Scenario {
    pub fn name(&self) -> String {
        format!("{} x {}", self.work, self.in_flight)
    }
}

pub fn scenarios() -> Vec<Scenario> {
    let all = || NAMES.into_iter().chain(OFFICIAL).collect::<Vec<_>>();
    let awaited = || ["hyper", "reqwest", "async", "async-over-hyper"].to_vec();
    let scenario = |work, in_flight, requests, rounds, contenders| Scenario {
        work,
        in_flight,
        requests,
        rounds,
        contenders,
    };
    let blocking = ["raw", "block_on", "blocking", "ureq", "reqwest-blocking"].to_vec();
    let many = awaited().into_iter().chain(["python-async", "typescript"]).collect();
    vec![
        scenario(Work::Search, 1, 500, 40, all()),
        scenario(Work::Search, 8, 1600, 20, blocking),
        scenario(Work::Search, 64, 2048, 25, all()),
        scenario(Work::Search, 1024, 4096, 10, many),
        scenario(Work::Add, 1, 500, 30, all()),
        scenario(Work::Add, 64, 2048, 20, all()),
        scenario(Work::List(200), 1, 100, 20, all()),
        scenario(Work::List(200), 64, 256, 10, all()),
        scenario(Work::Stream, 1, 1, 8, all()),
    ]
}

/// The numbers of requests in flight, and of rows in an answer, for the plots.
pub const IN_FLIGHT: [usize; 6] = [1, 4, 16, 64, 256, 1024];
pub const ROWS: [u32; 5] = [1, 10, 50, 200, 1000];
pub const PLOTTED: [&str; 5] =
    ["reqwest", "async", "async-over-hyper", "python-async", "typescript"];

pub fn growing() -> (Vec<Scenario>, Vec<Scenario>) {
    let scenario = |work, in_flight: usize, requests| Scenario {
        work,
        in_flight,
        requests,
        rounds: 8,
        contenders: PLOTTED.to_vec(),
    };
    let in_flight = IN_FLIGHT.map(|number| scenario(Work::Search, number, 600.max(number * 3)));
    let rows =
        ROWS.map(|rows| scenario(Work::List(rows), 1, (20_000 / rows as usize).clamp(20, 400)));
    (in_flight.into(), rows.into())
}
