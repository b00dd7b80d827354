//! 10,000 adds in flight on one client: how much memory they take, and in which order they end.
//! Delayed answers keep all of them in flight at once.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use tokio::sync::Semaphore;

use crate::bare_reqwest::BareReqwest;
use crate::contender::{AsyncContender, Error};
use crate::ours::Ours;
use crate::run::{peak_kib, reset_peak};
use crate::work::Work;

pub const ADDS: usize = 10_000;

/// The most connections of the SDK's client by default.
const CONNECTIONS: usize = 256;

#[derive(Debug, Serialize, Deserialize)]
pub struct Flight {
    /// The largest growth of memory in RAM, in KiB.
    pub grown_kib: u64,
    pub descriptors: usize,
    pub wall_ms: u64,
    pub failed: usize,
    /// For the add that was overtaken most, by how many places it ended later than it began.
    pub overtaken: usize,
}

/// The SDK's client (`async`), or bare reqwest behind a semaphore. Without that, reqwest would open
/// 10,000 connections.
pub fn fly(name: &str, base_url: &str) -> Result<Flight, Error> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    match name {
        "async" => {
            let client = Arc::new(Ours::new(base_url)?.holding("20"));
            runtime.block_on(flown(move || {
                let client = Arc::clone(&client);
                async move { client.work(Work::Add).await }
            }))
        }
        "reqwest" => {
            let client = Arc::new(BareReqwest::new(base_url).holding("20"));
            let permits = Arc::new(Semaphore::new(CONNECTIONS));
            runtime.block_on(flown(move || {
                let (client, permits) = (Arc::clone(&client), Arc::clone(&permits));
                async move {
                    let _permit = permits.acquire().await?;
                    client.work(Work::Add).await
                }
            }))
        }
        _ => Err(format!("nobody flies {name}").into()),
    }
}

async fn flown<F>(add: impl Fn() -> F) -> Result<Flight, Error>
where
    F: Future<Output = Result<usize, Error>> + Send + 'static,
{
    add().await?;
    reset_peak();
    let (before, began) = (peak_kib(), Instant::now());
    let ended = Arc::new(Mutex::new(Vec::with_capacity(ADDS)));
    let failed = Arc::new(AtomicUsize::new(0));
    let adds: Vec<_> = (0..ADDS)
        .map(|index| {
            let (add, ended, failed) = (add(), Arc::clone(&ended), Arc::clone(&failed));
            tokio::spawn(async move {
                if add.await.is_err() {
                    failed.fetch_add(1, Ordering::Relaxed);
                }
                if let Ok(mut ended) = ended.lock() {
                    ended.push(index);
                }
            })
        })
        .collect();
    tokio::time::sleep(Duration::from_millis(300)).await;
    let descriptors = std::fs::read_dir("/proc/self/fd")?.count();
    for add in adds {
        add.await?;
    }
    let overtaken = ended
        .lock()
        .map_err(|_| "a task panicked")?
        .iter()
        .enumerate()
        .fold(0, |most, (place, index)| most.max(place.saturating_sub(*index)));
    Ok(Flight {
        grown_kib: peak_kib() - before,
        descriptors,
        wall_ms: began.elapsed().as_millis() as u64,
        failed: failed.load(Ordering::Relaxed),
        overtaken,
    })
}
