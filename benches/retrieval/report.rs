//! The table of a run, and the comparison of two.

use std::collections::BTreeSet;
use std::error::Error;
use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::figures::{Figure, auc_of_draws, mean, mean_of_draws};
use crate::ranked::Outcome;

/// A loss of a set's recall among ten that is not accepted, if it is beyond its interval.
const LOSS: f64 = 0.01;

/// A score at which something that has no answer seems to have one.
const MISLEADING: f64 = 0.3;

/// What one contender reached on one set.
#[derive(Deserialize, Serialize)]
pub struct Measured {
    pub set: String,
    pub contender: String,
    pub outcomes: Vec<Outcome>,
}

pub fn head() {
    println!(
        "| set | ranked by | n | @1 | @5 | @10 | @30 | first | shown | nothing shown | AUC \
         | misleading |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|---|---|");
}

impl Measured {
    pub fn print(&self, by_category: bool) {
        row(&self.set, &self.contender, &self.outcomes.iter().collect::<Vec<_>>());
        if by_category {
            let kinds: BTreeSet<_> =
                self.outcomes.iter().map(|one| one.category.as_str()).collect();
            for kind in kinds {
                self.print_part(kind, |one| one.category == kind);
            }
            if self.outcomes.iter().any(|one| one.has_filler) {
                self.print_part("with filler", |one| one.has_filler);
            }
        }
    }

    fn print_part(&self, part: &str, is_part: impl Fn(&Outcome) -> bool) {
        let outcomes: Vec<_> = self.outcomes.iter().filter(|one| is_part(one)).collect();
        row(&format!("{}: {part}", self.set), &self.contender, &outcomes);
    }
}

fn row(set: &str, contender: &str, outcomes: &[&Outcome]) {
    let answerable: Vec<_> = outcomes
        .iter()
        .copied()
        .filter(|one| one.answerable && !one.is_about_everything())
        .collect();
    let values = |value: &dyn Fn(&Outcome) -> Option<f64>| -> Vec<f64> {
        answerable.iter().filter_map(|one| value(one)).collect()
    };
    let recall = |at: usize| values(&|one| Some(one.recall[at]));
    let share = |values: Vec<f64>| mean(&values).map_or("–".to_owned(), short);
    let shown = |is_all: bool| -> Vec<f64> {
        let shown = outcomes.iter().filter(|one| one.is_about_everything() == is_all);
        let shown = shown.filter(|one| one.answerable).filter_map(|one| one.hits_shown);
        shown.map(|hits| f64::from(hits == 0)).collect()
    };
    let mut nothing = share(shown(false));
    if let Some(empty) = mean(&shown(true)) {
        nothing += &format!("; everything {}", short(empty));
    }
    let without: Vec<_> = outcomes
        .iter()
        .filter_map(
            |one| if one.answerable { one.best_score_elsewhere } else { Some(one.best_score) },
        )
        .collect();
    let auc = auc_of_draws(&values(&|one| Some(one.best_score)), &without);
    let misleads =
        |scores: &[f64]| share(scores.iter().map(|score| f64::from(*score > MISLEADING)).collect());
    // Scores of other contenders have other scales.
    let misleading = if shown(false).is_empty() { "–".to_owned() } else { misleads(&without) };
    println!(
        "| {set} | {contender} | {} | {} | {} | {} | {} | {} | {} | {nothing} | {} | {misleading} |",
        answerable.len(),
        share(recall(0)),
        share(recall(1)),
        mean_of_draws(&recall(2)).map_or("–".to_owned(), with_interval),
        share(recall(3)),
        share(values(&|one| Some(f64::from(one.rank == Some(1))))),
        share(values(&|one| one.shown)),
        auc.map_or("–".to_owned(), with_interval),
    );
}

fn short(value: f64) -> String {
    let text = format!("{value:.3}");
    text.strip_prefix('0').unwrap_or(&text).to_owned()
}

fn with_interval(Figure { value, low, high }: Figure) -> String {
    format!("{} ({}–{})", short(value), short(low), short(high))
}

/// Prints what changed between two runs, question by question.
pub fn compare(before: &Path, after: &Path) -> Result<(), Box<dyn Error>> {
    let read = |path: &Path| -> Result<Vec<Measured>, Box<dyn Error>> {
        Ok(serde_json::from_slice(&fs::read(path)?)?)
    };
    let (before, after) = (read(before)?, read(after)?);
    println!("| set | ranked by | n | @1 | @10 | change | @30 | first | shown | nothing shown |");
    println!("|---|---|---|---|---|---|---|---|---|---|");
    let mut losses = Vec::new();
    for new in &after {
        let same = |old: &&Measured| (&old.set, &old.contender) == (&new.set, &new.contender);
        let Some(old) = before.iter().find(same) else { continue };
        let pairs: Vec<_> = old.outcomes.iter().zip(&new.outcomes).collect();
        let is_same = |(old, new): &(&Outcome, &Outcome)| {
            (&old.scope, &old.question) == (&new.scope, &new.question)
        };
        if old.outcomes.len() != new.outcomes.len() || !pairs.iter().all(is_same) {
            return Err(format!("{}: the runs asked other questions", new.set).into());
        }
        let pairs: Vec<_> = pairs
            .into_iter()
            .filter(|(old, _)| old.answerable && !old.is_about_everything())
            .collect();
        let both = |value: &dyn Fn(&Outcome) -> Option<f64>| {
            let means = [
                mean(&pairs.iter().filter_map(|(old, _)| value(old)).collect::<Vec<_>>()),
                mean(&pairs.iter().filter_map(|(_, new)| value(new)).collect::<Vec<_>>()),
            ];
            let [old, new] = means.map(|mean| mean.map_or("–".to_owned(), short));
            format!("{old} → {new}")
        };
        let changes: Vec<_> =
            pairs.iter().map(|(old, new)| new.recall[2] - old.recall[2]).collect();
        let Some(change) = mean_of_draws(&changes) else { continue };
        let Figure { value, low, high } = change;
        let change = format!("{value:+.3} ({low:+.3} to {high:+.3})");
        println!(
            "| {} | {} | {} | {} | {} | {change} | {} | {} | {} | {} |",
            new.set,
            new.contender,
            pairs.len(),
            both(&|one| Some(one.recall[0])),
            both(&|one| Some(one.recall[2])),
            both(&|one| Some(one.recall[3])),
            both(&|one| Some(f64::from(one.rank == Some(1)))),
            both(&|one| one.shown),
            both(&|one| one.hits_shown.map(|hits| f64::from(hits == 0))),
        );
        if value < -LOSS && high < 0.0 {
            losses.push(format!(
                "{}, {}: loses beyond its interval: {change}",
                new.set, new.contender
            ));
        }
    }
    println!();
    for loss in &losses {
        println!("{loss}");
    }
    if losses.is_empty() {
        println!(
            "Each set keeps its recall among ten, but for {LOSS} and what its interval allows."
        );
    }
    Ok(())
}
