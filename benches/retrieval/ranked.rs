//! What was found for a question, and how good that is.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use crate::set::{Question, Scope};

/// Places of memories in their scope with their scores, best first.
#[derive(Clone, Default)]
pub struct Ranking(pub Vec<(usize, f64)>);

/// What one contender found for one question.
pub struct Ranked {
    pub ranking: Ranking,
    /// With the default settings, for a contender that has some.
    pub shown: Option<Ranking>,
    /// The best score of the same question in a scope that does not contain the answer.
    pub elsewhere: Option<f64>,
}

/// How good it is, as it is written to a file and compared.
#[derive(Clone, Deserialize, Serialize)]
pub struct Outcome {
    pub scope: String,
    pub question: String,
    pub category: String,
    #[serde(default)]
    pub has_filler: bool,
    pub answerable: bool,
    /// The share of the evidence among the first 1, 5, 10 and 30.
    pub recall: [f64; 4],
    /// The rank of the first evidence among the first 30, from 1.
    pub rank: Option<usize>,
    pub best_score: f64,
    /// The share of the evidence that the default settings show.
    pub shown: Option<f64>,
    /// How many memories the default settings show.
    pub hits_shown: Option<usize>,
    pub best_score_elsewhere: Option<f64>,
}

pub const DEPTHS: [usize; 4] = [1, 5, 10, 30];

impl Ranking {
    /// From a score for each memory, those above zero.
    pub fn of(scores: impl IntoIterator<Item = f64>) -> Self {
        let mut ranked: Vec<_> =
            scores.into_iter().enumerate().filter(|(_, score)| *score > 0.0).collect();
        ranked.sort_by(|a, b| b.1.total_cmp(&a.1));
        Self(ranked)
    }

    pub fn best(&self) -> f64 {
        self.0.first().map_or(0.0, |(_, score)| *score)
    }

    pub fn first(mut self, count: usize) -> Self {
        self.0.truncate(count);
        self
    }

    /// Without what had not been said when the question was asked.
    pub fn of_turns_before(mut self, scope: &Scope, question: &Question) -> Self {
        if let Some(upto) = question.upto {
            self.0.retain(|(at, _)| scope.memories[*at].place < upto);
        }
        self
    }

    /// The share of the evidence among the first `depth`.
    fn recall(&self, scope: &Scope, question: &Question, depth: usize) -> f64 {
        let hits = self.0.iter().take(depth);
        let found: HashSet<_> = hits.flat_map(|(at, _)| &scope.memories[*at].ids).collect();
        let evidence = &question.evidence;
        evidence.iter().filter(|id| found.contains(id)).count() as f64
            / evidence.len().max(1) as f64
    }
}

impl Outcome {
    pub fn of(scope: &Scope, question: &Question, ranked: &Ranked) -> Self {
        let Ranked { ranking, shown, elsewhere } = ranked;
        let is_right =
            |at: usize| scope.memories[at].ids.iter().any(|id| question.evidence.contains(id));
        Self {
            scope: scope.name.clone(),
            question: question.text.clone(),
            category: question.category.clone(),
            has_filler: question.has_filler,
            answerable: !question.evidence.is_empty(),
            recall: DEPTHS.map(|depth| ranking.recall(scope, question, depth)),
            rank: ranking.0.iter().position(|(at, _)| is_right(*at)).map(|at| at + 1),
            best_score: ranking.best(),
            shown: shown.as_ref().map(|shown| shown.recall(scope, question, usize::MAX)),
            hits_shown: shown.as_ref().map(|shown| shown.0.len()),
            best_score_elsewhere: *elsewhere,
        }
    }

    pub fn is_about_everything(&self) -> bool {
        self.category == "everything"
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::set::{Filling, Scope};

    #[test]
    fn recall_is_the_share_of_the_evidence_among_the_first() {
        let mut scope = Scope::new("", Vec::new());
        let mut filling = Filling::of(&mut scope);
        for id in ["a", "b", "c"] {
            filling.put("", id, vec![id.to_owned()]);
        }
        let mut question = Question {
            text: String::new(),
            category: String::new(),
            has_filler: false,
            evidence: ["a", "c", "nothing"].map(str::to_owned).to_vec(),
            upto: None,
        };
        let ranking = Ranking::of([0.2, 0.0, 0.5]);
        assert_eq!(ranking.0, [(2, 0.5), (0, 0.2)]);
        assert_eq!(ranking.recall(&scope, &question, 1), 1.0 / 3.0);
        assert_eq!(ranking.recall(&scope, &question, 10), 2.0 / 3.0);
        question.upto = Some(2);
        let ranking = ranking.of_turns_before(&scope, &question);
        let shown = Some(Ranking::default());
        let outcome = Outcome::of(&scope, &question, &Ranked { ranking, shown, elsewhere: None });
        assert_eq!((outcome.recall[3], outcome.rank), (1.0 / 3.0, Some(1)));
        assert_eq!((outcome.best_score, outcome.shown), (0.2, Some(0.0)));
    }
}
