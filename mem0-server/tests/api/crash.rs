//! Kills the binary with SIGKILL at random moments while many clients put load on it. After each
//! kill, `mem0-server check` and the clients' records must agree with the folder.
//!
//! `MEM0_KILLS` sets the number of kills under load; `cargo xtask full` uses 200. The calls and the
//! delays follow from `MEM0_KILLS_SEED`, which a run prints; what a delay hits also depends on the
//! machine.

mod judge;
mod life;
mod tally;
mod told;
mod world;
mod writer;

use std::env;

use life::Life;
use tally::Tally;

/// After this many kills under load, the next folder is used.
const OF_A_FOLDER: u64 = 20;

#[test]
fn kills_at_random_moments_lose_nothing_and_double_nothing() {
    let number = |name| env::var(name).ok().map(|text| text.parse::<u64>().unwrap());
    let kills = number("MEM0_KILLS").unwrap_or(12);
    let seed = number("MEM0_KILLS_SEED").unwrap_or_else(|| fastrand::u64(..));
    println!("MEM0_KILLS={kills} MEM0_KILLS_SEED={seed}");
    let mut rng = fastrand::Rng::with_seed(seed);
    let mut tally = Tally::default();
    let mut left = kills;
    while left > 0 {
        let mut life = Life::begin(fastrand::Rng::with_seed(rng.u64(..)), &mut tally);
        let here = left.min(OF_A_FOLDER);
        for _ in 0..here {
            life.round();
        }
        life.end();
        left -= here;
        println!("{tally}");
    }
    assert!(
        tally.unknown > 0 && tally.acknowledged.min(tally.finished) > kills,
        "that proves little"
    );
}
