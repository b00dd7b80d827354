//! The binary under load from many clients at once, killed with SIGKILL at random moments, and
//! judged after each kill by `mem0-server check` and by what the clients were told.
//!
//! `MEM0_KILLS` says how many times it is killed under load; `cargo xtask full` says 200. The calls
//! and the delays follow from `MEM0_KILLS_SEED`, which a run prints; what a delay meets depends on
//! the machine too.

mod judge;
mod life;
mod tally;
mod told;
mod world;
mod writer;

use std::env;

use life::Life;
use tally::Tally;

/// After so many kills under load a folder has seen enough, and the next one is taken.
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
