use clients::flight::{ADDS, Flight};

use crate::decoding::Decoded;
use crate::report::{Outcome, cpu, p50, throughput};

/// A target, and the measured value.
pub struct Target {
    what: String,
    wanted: f64,
    at_most: bool,
    figure: f64,
}

impl Target {
    fn row(&self) -> String {
        let reached =
            if self.at_most { self.figure <= self.wanted } else { self.figure >= self.wanted };
        format!(
            "| {} | {} {} | {:.2} | {} |",
            self.what,
            if self.at_most { "≤" } else { "≥" },
            self.wanted,
            self.figure,
            if reached { "yes" } else { "**no**" },
        )
    }
}

/// A table of all targets whose contenders took part.
pub fn table(
    outcomes: &[Outcome],
    decoded: &[Decoded],
    flights: Option<&(Flight, Flight)>,
) -> String {
    let mut all = Vec::new();
    let mut add = |what: String, at_most: bool, wanted: f64, figure: f64| {
        if figure.is_finite() {
            all.push(Target { what, wanted, at_most, figure });
        }
    };
    for outcome in outcomes {
        let scenario = &outcome.scenario;
        let of = |work: &str, in_flight: &[usize]| {
            in_flight.iter().any(|number| *scenario == format!("{work} x {number}"))
        };
        if of("search", &[1]) || of("add", &[1]) {
            let more = outcome.difference("async", "reqwest", cpu);
            add(
                format!("{scenario}: CPU of `AsyncMemoryClient` above bare reqwest's, µs"),
                true,
                3.0,
                more,
            );
            if let (Some((ours, _)), Some((bare, _))) =
                (outcome.counted("async"), outcome.counted("reqwest"))
            {
                add(
                    format!("{scenario}: allocations above bare reqwest's"),
                    true,
                    15.0,
                    ours - bare,
                );
            }
        }
        if of("search", &[1, 64]) || of("add", &[1, 64]) {
            let ratio = outcome.ratio("async", "reqwest", cpu);
            add(
                format!("{scenario}: CPU of `AsyncMemoryClient` / bare reqwest's"),
                true,
                1.05,
                ratio,
            );
            let ratio = outcome.ratio("blocking", "block_on", cpu);
            add(
                format!("{scenario}: CPU of `MemoryClient` / `block_on` over bare reqwest"),
                true,
                1.05,
                ratio,
            );
            let ratio = outcome.ratio("blocking", "ureq", p50);
            add(format!("{scenario}: p50 of `MemoryClient` / ureq's"), true, 1.0, ratio);
        }
        let compared = [
            ("async", "python-async", if of("search", &[1]) { 18.0 } else { 40.0 }),
            ("async", "typescript", 15.0),
            ("blocking", "python-sync", 10.0),
        ];
        if of("search", &[1, 64]) {
            for (ours, theirs, wanted) in compared {
                let ratio = outcome.ratio(theirs, ours, cpu);
                add(format!("{scenario}: CPU of {theirs} / ours"), false, wanted, ratio);
            }
        }
    }
    let threads = |number| {
        let scenario = format!("search x {number}");
        outcomes.iter().find(|outcome| outcome.scenario == scenario)
    };
    if let (Some(one), Some(eight)) = (threads(1), threads(8)) {
        let gain = eight.of("blocking", throughput) / one.of("blocking", throughput);
        add(
            "search: throughput of 8 threads on one `MemoryClient` / one thread's".to_owned(),
            false,
            2.0,
            gain,
        );
    }
    for decoded in decoded.iter().filter(|decoded| decoded.what.contains("Page")) {
        add(
            format!("decoding, {} / a derived struct, MB/s", decoded.what),
            false,
            0.9,
            decoded.ratio,
        );
    }
    if let Some((ours, bare)) = flights {
        let more = (ours.grown_kib as f64 - bare.grown_kib as f64) / ADDS as f64;
        add("10,000 adds in flight: KiB each above bare reqwest's".to_owned(), true, 8.0, more);
        add("10,000 adds in flight: adds that failed".to_owned(), true, 0.0, ours.failed as f64);
        add(
            "10,000 adds in flight: file descriptors".to_owned(),
            true,
            300.0,
            ours.descriptors as f64,
        );
        add(
            "10,000 adds in flight: places that an add was overtaken by".to_owned(),
            true,
            512.0,
            ours.overtaken as f64,
        );
    }
    let rows: Vec<_> = all.iter().map(Target::row).collect();
    format!(
        "\n### Targets\n\n| | target | measured | reached |\n|---|---|---|---|\n{}\n",
        rows.join("\n")
    )
}
