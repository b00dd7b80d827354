//! The measures: recall of evidence, and how well the score separates answers.

use std::collections::BTreeMap;
use std::error::Error;

use serde::Serialize;

use crate::conversation::{Conversation, Question, Turn};
use crate::platform::{Hit, Platform, said};

/// How much of an LLM's context the memories may fill, in tokens.
const BUDGET: f64 = 1000.0;

/// Enough hits to fill the budget.
const BUDGET_TOP_K: u32 = 200;

/// The tokens of an English word, roughly.
const TOKENS_IN_A_WORD: f64 = 1.3;

/// Means over all questions.
#[derive(Clone, Copy, Default, Serialize)]
pub struct Recall {
    pub questions: usize,
    pub at_10: f64,
    pub at_30: f64,
    /// Within [`BUDGET`] tokens.
    pub in_budget: f64,
}

/// The quantiles of the best hit's score.
#[derive(Serialize)]
pub struct BestScores {
    /// For questions about their own conversation.
    pub own: [f64; 5],
    /// For questions about another conversation, which contains no answer.
    pub other: [f64; 5],
    /// How often the score of the first kind is above that of the second.
    pub auc: f64,
}

pub const QUANTILES: [f64; 5] = [0.1, 0.25, 0.5, 0.75, 0.9];

#[derive(Serialize)]
pub struct Measured {
    pub all: Recall,
    pub categories: BTreeMap<String, Recall>,
    pub conversations: BTreeMap<String, Recall>,
    /// Only with at least two conversations.
    pub best_scores: Option<BestScores>,
}

pub async fn measure(
    platform: &Platform,
    conversations: &[Conversation],
    photos: bool,
    rerank: bool,
) -> Result<Measured, Box<dyn Error>> {
    let mut all = Sum::default();
    let mut categories = BTreeMap::<String, Sum>::new();
    let mut by_conversation = BTreeMap::<String, Sum>::new();
    let (mut own, mut other) = (Vec::new(), Vec::new());
    for (number, conversation) in conversations.iter().enumerate() {
        let turns = conversation.turns().map(|turn| (turn.dia_id.as_str(), turn)).collect();
        let stranger = conversations.get((number + 1) % conversations.len());
        for question in &conversation.questions {
            let ask = |top_k| platform.ask(conversation, &question.text, top_k, rerank);
            let ten = ask(10).await?;
            let budgeted = within_budget(ask(BUDGET_TOP_K).await?, &turns, photos);
            let found = [
                share(question, &ten),
                share(question, &ask(30).await?),
                share(question, &budgeted),
            ];
            all.add(found);
            categories.entry(question.category.clone()).or_default().add(found);
            by_conversation.entry(conversation.name.clone()).or_default().add(found);
            if let Some(stranger) = stranger.filter(|_| conversations.len() > 1) {
                let strange = platform.ask(stranger, &question.text, 1, rerank).await?;
                let best = |hits: &[Hit]| hits.first().map_or(0.0, |hit| hit.score);
                own.push(best(&ten));
                other.push(best(&strange));
            }
        }
    }
    let means = |sums: BTreeMap<String, Sum>| {
        sums.into_iter().map(|(name, sum)| (name, sum.mean())).collect()
    };
    Ok(Measured {
        all: all.mean(),
        categories: means(categories),
        conversations: means(by_conversation),
        best_scores: (!own.is_empty()).then(|| BestScores::of(own, other)),
    })
}

/// The share of the question's evidence that is among the hits.
fn share(question: &Question, hits: &[Hit]) -> f64 {
    let is_found = |id: &&String| hits.iter().any(|hit| hit.dia_id == **id);
    question.evidence.iter().filter(is_found).count() as f64 / question.evidence.len() as f64
}

/// The best hits that fit into the budget, in order.
fn within_budget(mut hits: Vec<Hit>, turns: &BTreeMap<&str, &Turn>, photos: bool) -> Vec<Hit> {
    let mut tokens = 0.0;
    let fits = |hit: &Hit| {
        let Some(turn) = turns.get(hit.dia_id.as_str()) else { return false };
        let line = format!("{}: {}", turn.speaker, said(turn, photos));
        tokens += TOKENS_IN_A_WORD * line.split_whitespace().count() as f64;
        tokens <= BUDGET
    };
    let fitting = hits.iter().map(fits).take_while(|fits| *fits).count();
    hits.truncate(fitting);
    hits
}

#[derive(Clone, Copy, Default)]
struct Sum {
    questions: usize,
    found: [f64; 3],
}

impl Sum {
    fn add(&mut self, found: [f64; 3]) {
        self.questions += 1;
        for (sum, found) in self.found.iter_mut().zip(found) {
            *sum += found;
        }
    }

    fn mean(self) -> Recall {
        let [at_10, at_30, in_budget] = self.found.map(|sum| sum / self.questions.max(1) as f64);
        Recall { questions: self.questions, at_10, at_30, in_budget }
    }
}

impl BestScores {
    fn of(mut own: Vec<f64>, mut other: Vec<f64>) -> Self {
        own.sort_by(f64::total_cmp);
        other.sort_by(f64::total_cmp);
        let above: f64 = own
            .iter()
            .map(|own| {
                let below = other.partition_point(|other| other < own);
                let not_above = other.partition_point(|other| other <= own);
                (below + not_above) as f64 / 2.0
            })
            .sum();
        let auc = above / (own.len() * other.len()) as f64;
        Self { own: quantiles(&own), other: quantiles(&other), auc }
    }
}

fn quantiles(sorted: &[f64]) -> [f64; 5] {
    QUANTILES.map(|share| {
        let place = share * (sorted.len() - 1) as f64;
        sorted[place.round() as usize]
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hits(ids: &[&str]) -> Vec<Hit> {
        ids.iter().map(|id| Hit { dia_id: (*id).to_owned(), score: 0.5 }).collect()
    }

    #[test]
    fn recall_is_the_share_of_the_evidence() {
        let question = Question {
            text: String::new(),
            category: String::new(),
            evidence: ["D1:1", "D1:2"].map(str::to_owned).to_vec(),
        };
        assert_eq!(share(&question, &hits(&["D2:2", "D1:2"])), 0.5);
        assert_eq!(share(&question, &hits(&["D1:1", "D1:2"])), 1.0);
        assert_eq!(share(&question, &hits(&["D1:11"])), 0.0);
    }

    #[test]
    fn the_budget_ends_before_the_hit_that_does_not_fit() {
        let turn = |dia_id: &str, words: usize| Turn {
            dia_id: dia_id.to_owned(),
            speaker: "Ada".to_owned(),
            text: "word ".repeat(words),
            blip_caption: None,
        };
        // With the name, each of them has 390 tokens, and a small one follows those that do not
        // fit.
        let said = [turn("a", 299), turn("b", 299), turn("c", 299), turn("d", 1)];
        let turns = said.iter().map(|turn| (turn.dia_id.as_str(), turn)).collect();
        let kept = within_budget(hits(&["a", "b", "c", "d"]), &turns, false);
        assert_eq!(kept.iter().map(|hit| hit.dia_id.as_str()).collect::<Vec<_>>(), ["a", "b"]);
    }

    #[test]
    fn scores_that_tell_nothing_have_an_auc_of_one_half() {
        let same = BestScores::of(vec![0.1, 0.2, 0.3], vec![0.1, 0.2, 0.3]);
        assert!((same.auc - 0.5).abs() < 1e-9);
        assert_eq!(BestScores::of(vec![0.5, 0.6], vec![0.1, 0.2]).auc, 1.0);
    }
}
