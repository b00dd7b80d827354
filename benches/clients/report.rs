use std::fmt::Write as _;

use clients::run::Measured;
use serde::Serialize;

use crate::scenario::{BASELINE, BLOCKING_BASELINE};

/// The measurements of one scenario.
#[derive(Serialize)]
pub struct Outcome {
    pub scenario: String,
    pub measured: Vec<(String, Vec<Measured>)>,
    pub counted: Vec<(String, Measured)>,
}

pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    match values.len() {
        0 => f64::NAN,
        length if length % 2 == 1 => values[length / 2],
        length => (values[length / 2 - 1] + values[length / 2]) / 2.0,
    }
}

impl Outcome {
    fn rounds(&self, name: &str) -> &[Measured] {
        self.measured.iter().find(|(there, _)| there == name).map_or(&[], |(_, rounds)| rounds)
    }

    /// The median over the rounds of a figure per request.
    pub fn of(&self, name: &str, figure: impl Fn(&Measured) -> f64) -> f64 {
        median(self.rounds(name).iter().map(figure).collect())
    }

    /// The median of the rounds' ratios: a disturbance of a round affects both sides.
    pub fn ratio(&self, name: &str, base: &str, figure: impl Fn(&Measured) -> f64) -> f64 {
        let pairs = self.rounds(name).iter().zip(self.rounds(base));
        median(pairs.map(|(one, other)| figure(one) / figure(other)).collect())
    }

    /// The median of the rounds' differences.
    pub fn difference(&self, name: &str, base: &str, figure: impl Fn(&Measured) -> f64) -> f64 {
        let pairs = self.rounds(name).iter().zip(self.rounds(base));
        median(pairs.map(|(one, other)| figure(one) - figure(other)).collect())
    }

    /// Allocations and their bytes, per request.
    pub fn counted(&self, name: &str) -> Option<(f64, f64)> {
        let (_, counted) = self.counted.iter().find(|(there, _)| there == name)?;
        let requests = counted.requests as f64;
        Some((counted.allocations as f64 / requests, counted.allocated as f64 / requests))
    }

    pub fn table(&self) -> String {
        let mut table = format!(
            "\n### {}\n\n| | CPU, µs | / {BASELINE} | / {BLOCKING_BASELINE} | requests/s | p50, µs | p99, µs | \
             allocations | KiB allocated | peak, MiB |\n|---|---|---|---|---|---|---|---|---|---|\n",
            self.scenario,
        );
        for (name, _) in &self.measured {
            let ratio = |base| self.ratio(name, base, cpu);
            let _ = write!(
                table,
                "| {name} | {:.1} | {:.3} | {:.3} | {:.0} | {:.1} | {:.1} |",
                self.of(name, cpu),
                ratio(BASELINE),
                ratio(BLOCKING_BASELINE),
                self.of(name, throughput),
                self.of(name, p50),
                self.of(name, |round| round.p99 as f64 / 1e3),
            );
            let _ = match self.counted(name) {
                Some((count, bytes)) => write!(table, " {count:.1} | {:.1} |", bytes / 1024.0),
                None => write!(table, " | |"),
            };
            let _ =
                writeln!(table, " {:.1} |", self.of(name, |round| round.peak_kib as f64 / 1024.0));
        }
        table
    }
}

pub fn cpu(round: &Measured) -> f64 {
    round.cpu as f64 / 1e3 / round.requests as f64
}

pub fn p50(round: &Measured) -> f64 {
    round.p50 as f64 / 1e3
}

pub fn throughput(round: &Measured) -> f64 {
    round.requests as f64 / round.wall as f64 * 1e9
}
