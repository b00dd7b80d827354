use std::future::Future;

use crate::bare_reqwest::BareReqwest;
use crate::blocking_reqwest::{BlockOn, BlockingReqwest};
use crate::hyper::Hyper;
use crate::ours::{Ours, OursBlocking};
use crate::raw::Raw;
use crate::run::{Counter, run_async, run_blocking};
use crate::ureq::Ureq;
use crate::work::Work;

pub type Error = Box<dyn std::error::Error + Send + Sync>;

/// An asynchronous client.
pub trait AsyncContender: Send + Sync + 'static {
    /// Does the work once. Returns the number of rows.
    fn work(&self, work: Work) -> impl Future<Output = Result<usize, Error>> + Send;
}

/// A blocking client.
pub trait BlockingContender: Send + Sync + 'static {
    /// Does the work once. Returns the number of rows.
    fn work(&self, work: Work) -> Result<usize, Error>;
}

/// The contenders written in Rust.
pub const NAMES: [&str; 9] = [
    "raw",
    "hyper",
    "reqwest",
    "async",
    "async-over-hyper",
    "block_on",
    "blocking",
    "ureq",
    "reqwest-blocking",
];

/// Carries out the orders of standard input until it ends.
pub fn contend(name: &str, base_url: &str, counter: Option<Counter>) -> Result<(), Error> {
    match name {
        "raw" => run_blocking(Raw::new(base_url), counter),
        "hyper" => run_async(Hyper::new(base_url), counter),
        "reqwest" => run_async(BareReqwest::new(base_url), counter),
        "async" => run_async(Ours::new(base_url)?, counter),
        "async-over-hyper" => run_async(Ours::over_hyper(base_url)?, counter),
        "block_on" => run_blocking(BlockOn::new(base_url)?, counter),
        "blocking" => run_blocking(OursBlocking::new(base_url)?, counter),
        "ureq" => run_blocking(Ureq::new(base_url), counter),
        "reqwest-blocking" => run_blocking(BlockingReqwest::new(base_url), counter),
        _ => Err(format!("no such contender: {name}").into()),
    }
}
