//! The contenders with an allocator that counts: `clients-counting NAME BASE_URL`.

use std::alloc::System;

use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

fn counted() -> (u64, u64) {
    let stats = ALLOCATOR.stats();
    let grown = stats.bytes_reallocated.max(0) as usize;
    ((stats.allocations + stats.reallocations) as u64, (stats.bytes_allocated + grown) as u64)
}

fn main() -> Result<(), clients::contender::Error> {
    let mut arguments = std::env::args().skip(1);
    match (arguments.next(), arguments.next()) {
        (Some(name), Some(base_url)) => {
            clients::contender::contend(&name, &base_url, Some(counted))
        }
        _ => Err("usage: clients-counting NAME BASE_URL".into()),
    }
}
