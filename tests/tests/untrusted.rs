//! The seeds of the fuzz targets, replayed: what `fuzz/` does with each of them must not panic here
//! either.

use std::fs;
use std::path::Path;

#[allow(dead_code, reason = "one of its functions for each test below")]
#[path = "../../fuzz/src/lib.rs"]
mod fuzz;

/// Every seed of the target, each named when it fails.
#[track_caller]
fn replay(target: &str, check: fn(&[u8])) {
    let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/seeds").join(target);
    let mut count = 0;
    for seed in fs::read_dir(seeds).unwrap() {
        let path = seed.unwrap().path();
        let data = fs::read(&path).unwrap();
        println!("{}", path.display());
        check(&data);
        count += 1;
    }
    assert!(count >= 20, "{count} seeds");
}

macro_rules! replays {
    ($($target:ident: $check:path;)+) => {
        $( #[test]
        fn $target() {
            replay(stringify!($target), $check);
        } )+

        /// A target that is not replayed would be found out only by whoever fuzzes next.
        #[test]
        fn every_target_is_replayed() {
            let targets = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/fuzz_targets");
            let mut names: Vec<_> = fs::read_dir(targets)
                .unwrap()
                .map(|target| target.unwrap().path().file_stem().unwrap().to_owned())
                .collect();
            names.sort();
            assert_eq!(names, [$( stringify!($target) ),+]);
        }
    };
}

replays! {
    base_urls: fuzz::base_urls::check;
    error_bodies: fuzz::error_bodies::check;
    filters: fuzz::filters::check;
    listings: fuzz::listings::check;
    responses_arbitrary: fuzz::responses::arbitrary;
    responses_mutated: fuzz::responses::mutated;
    retry_after: fuzz::retry_after::check;
    times: fuzz::times::check;
    webhooks: fuzz::webhooks::check;
}
