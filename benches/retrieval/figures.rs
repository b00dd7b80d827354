//! Means, and how far they could be off.

use fastrand::Rng;

/// How often the questions are drawn anew for an interval of 95 %.
const DRAWS: usize = 2000;
const SEED: u64 = 1;

/// A figure with the ends of its interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Figure {
    pub value: f64,
    pub low: f64,
    pub high: f64,
}

pub fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

/// The mean of the values, each of one question.
pub fn mean_of_draws(values: &[f64]) -> Option<Figure> {
    let value = mean(values)?;
    let mut rng = Rng::with_seed(SEED);
    let draws = (0..DRAWS).map(|_| {
        let drawn = values.iter().map(|_| values[rng.usize(..values.len())]);
        drawn.sum::<f64>() / values.len() as f64
    });
    Some(Figure::of(value, draws.collect()))
}

/// How often a score of the first kind is above one of the second.
pub fn auc_of_draws(above: &[f64], below: &[f64]) -> Option<Figure> {
    if above.is_empty() || below.is_empty() {
        return None;
    }
    let mut rng = Rng::with_seed(SEED);
    let mut draw = |values: &[f64]| -> Vec<f64> {
        values.iter().map(|_| values[rng.usize(..values.len())]).collect()
    };
    let draws = (0..DRAWS).map(|_| auc(&draw(above), &draw(below)));
    let draws = draws.collect();
    Some(Figure::of(auc(above, below), draws))
}

fn auc(above: &[f64], below: &[f64]) -> f64 {
    let mut below = below.to_vec();
    below.sort_by(f64::total_cmp);
    let pairs = above.iter().map(|score| {
        let lower = below.partition_point(|other| other < score);
        let not_higher = below.partition_point(|other| other <= score);
        (lower + not_higher) as f64 / 2.0
    });
    pairs.sum::<f64>() / (above.len() * below.len()) as f64
}

impl Figure {
    fn of(value: f64, mut draws: Vec<f64>) -> Self {
        draws.sort_by(f64::total_cmp);
        let at = |share: f64| draws[(share * (draws.len() - 1) as f64).round() as usize];
        Self { value, low: at(0.025), high: at(0.975) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interval_surrounds_its_mean() {
        let values: Vec<_> = (0..100).map(|number| f64::from(number % 2)).collect();
        let figure = mean_of_draws(&values).unwrap();
        assert_eq!(figure.value, 0.5);
        // The standard deviation of the mean is 0.05.
        assert!((figure.low - 0.4).abs() < 0.02 && (figure.high - 0.6).abs() < 0.02, "{figure:?}");
        assert_eq!(mean_of_draws(&values).unwrap(), figure);
        assert_eq!(mean_of_draws(&[]), None);
    }

    #[test]
    fn scores_that_tell_nothing_have_an_auc_of_one_half() {
        assert!((auc(&[0.1, 0.2, 0.3], &[0.1, 0.2, 0.3]) - 0.5).abs() < 1e-9);
        assert_eq!(auc(&[0.5, 0.6], &[0.1, 0.2]), 1.0);
        let figure = auc_of_draws(&[0.5, 0.6], &[0.1, 0.2]).unwrap();
        assert_eq!((figure.low, figure.high), (1.0, 1.0));
    }
}
