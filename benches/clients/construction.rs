//! Making a client, which causes no I/O in either of ours, and its first request.

use std::hint::black_box;
use std::time::Instant;

use clients::bare_reqwest::BareReqwest;
use clients::blocking_reqwest::BlockOn;
use clients::canned;
use clients::contender::{AsyncContender, BlockingContender, Error};
use clients::ours::{Ours, OursBlocking};
use clients::run::cpu_time;
use clients::work::Work;
use mem0_client::AsyncMemoryClient;
use mem0_client_blocking::MemoryClient;

/// Plain HTTP, since these programs are built without TLS.
const NOWHERE: &str = "http://127.0.0.1:9";

/// The CPU time to make and drop each client, in microseconds.
pub fn construct() -> Result<Vec<(&'static str, usize, f64)>, Error> {
    fn timed(times: usize, make: impl Fn() -> Result<(), Error>) -> Result<(usize, f64), Error> {
        let began = cpu_time();
        for _ in 0..times {
            make()?;
        }
        Ok((times, (cpu_time() - began) as f64 / 1e3 / times as f64))
    }

    let (asynchronous, blocking, bare) = (
        timed(10_000, || {
            let builder = AsyncMemoryClient::builder().api_key(canned::API_KEY);
            black_box(builder.base_url(NOWHERE).build()?);
            Ok(())
        })?,
        timed(10_000, || {
            let builder = MemoryClient::builder().api_key(canned::API_KEY);
            black_box(builder.base_url(NOWHERE).build()?);
            Ok(())
        })?,
        timed(100, || {
            black_box(reqwest::Client::new());
            Ok(())
        })?,
    );
    Ok(vec![
        ("`AsyncMemoryClient`", asynchronous.0, asynchronous.1),
        ("`MemoryClient`", blocking.0, blocking.1),
        ("`reqwest::Client`", bare.0, bare.1),
    ])
}

/// Each of our clients after its baseline.
pub const FIRST: [&str; 4] = ["reqwest", "async", "block_on", "blocking"];

/// How long this process takes to make a client and to search with it, in microseconds. Nothing
/// else runs before.
pub fn first(name: &str, base_url: &str) -> Result<f64, Error> {
    fn awaited<C: AsyncContender>(make: impl Fn() -> Result<C, Error>) -> Result<f64, Error> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let began = Instant::now();
        runtime.block_on(async { make()?.work(Work::Search).await })?;
        Ok(began.elapsed().as_secs_f64() * 1e6)
    }

    fn blocking<C: BlockingContender>(make: impl Fn() -> Result<C, Error>) -> Result<f64, Error> {
        let began = Instant::now();
        make()?.work(Work::Search)?;
        Ok(began.elapsed().as_secs_f64() * 1e6)
    }

    match name {
        "reqwest" => awaited(|| Ok(BareReqwest::new(base_url))),
        "async" => awaited(|| Ours::new(base_url)),
        "block_on" => blocking(|| BlockOn::new(base_url)),
        "blocking" => blocking(|| OursBlocking::new(base_url)),
        _ => Err(format!("no such contender: {name}").into()),
    }
}
