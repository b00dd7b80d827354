//! The suite of embedders: one that keeps its promises passes, and each broken one is caught.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Mutex;

use mem0_components::testing::{CheckOutcome, HashEmbedder, check_embedder};
use mem0_components::{ComponentError, ComponentErrorKind, Embedder, Embedding, Purpose, Reply};

use crate::block_on;

#[test]
fn an_embedder_of_hashes_keeps_every_promise() {
    for embedder in [HashEmbedder::new(64), HashEmbedder::new(16).with_max_batch(1)] {
        let report = block_on(check_embedder(&embedder)).unwrap();
        for (name, outcome) in report.cases() {
            assert_eq!(*outcome, CheckOutcome::Held, "{name}");
        }
    }
}

#[test]
fn a_batch_that_is_too_large_may_be_refused_and_a_huge_one_is_not_tried() {
    let broken = Broken::new(Fault::None);
    let report = block_on(check_embedder(&Strict(broken))).unwrap();
    assert_eq!(report.failed().count() + report.refused().count(), 0, "{report}");
    let huge = HashEmbedder::new(16).with_max_batch(100_000);
    let report = block_on(check_embedder(&huge)).unwrap();
    assert!(report.refused().eq(["a_larger_batch_is_answered_whole_or_refused"]), "{report}");
}

/// Refuses what an official interface refuses: large batches, empty texts, long ones.
#[derive(Debug)]
struct Strict(Broken);

impl Embedder for Strict {
    fn model(&self) -> &str {
        "strict"
    }

    fn dimensions(&self) -> usize {
        self.0.dimensions()
    }

    fn max_batch(&self) -> usize {
        8
    }

    fn embed<'a>(&'a self, texts: &'a [&'a str], purpose: Purpose) -> Reply<'a, Vec<Embedding>> {
        let refused = match () {
            () if texts.len() > 8 => Some(ComponentErrorKind::Configuration),
            () if texts.iter().any(|text| text.trim().is_empty()) => {
                Some(ComponentErrorKind::Refused)
            }
            () if texts.iter().any(|text| text.len() > 8_000) => Some(ComponentErrorKind::TooLong),
            () => None,
        };
        match refused {
            Some(kind) => Box::pin(async move { Err(ComponentError::new("strict", kind)) }),
            None => self.0.embed(texts, purpose),
        }
    }
}

#[derive(Clone, Copy, PartialEq, Debug)]
enum Fault {
    None,
    HasNoName,
    RenamesItself,
    SaysOtherDimensions,
    CountsUp,
    HasNoDirection,
    IsNotANumber,
    Reverses,
    Sorts,
    MixesTheBatch,
    Drifts,
    KnowsOneDirection,
    FailsOnFullBatches,
    CutsLargeBatches,
    IsBusyForLargeBatches,
    RefusesEmptyBatches,
    AnswersEmptyBatches,
    FailsOnLongTexts,
    FailsOnControlCharacters,
    IsBusyForEmptyTexts,
    DropsEmptyTexts,
    ShowsTexts,
    TellsTexts,
}

struct Broken {
    fault: Fault,
    name: &'static str,
    right: HashEmbedder,
    calls: Mutex<Vec<String>>,
}

impl Broken {
    fn new(fault: Fault) -> Self {
        let name = if fault == Fault::HasNoName { " " } else { "broken" };
        Self {
            fault,
            name,
            right: HashEmbedder::new(16).with_max_batch(8),
            calls: Mutex::default(),
        }
    }

    fn error(kind: ComponentErrorKind) -> ComponentError {
        ComponentError::new("broken", kind)
    }

    fn answer(&self, texts: &[&str]) -> Result<Vec<Embedding>, ComponentError> {
        let calls = {
            let mut calls = self.calls.lock().unwrap();
            calls.extend(texts.iter().map(|text| (*text).to_owned()));
            calls.len()
        };
        let embedded = |text: &&str| self.right.embedding(text);
        let mut right: Vec<Embedding> = texts.iter().map(embedded).collect();
        match self.fault {
            Fault::CountsUp => {
                let more = right.iter().map(|right| [right.components(), &[0.0]].concat());
                right = more.map(Embedding::new).collect();
            }
            Fault::HasNoDirection => right.fill(Embedding::new(vec![0.0; 16])),
            Fault::IsNotANumber => right.fill(Embedding::new(vec![f32::NAN; 16])),
            Fault::Reverses => right.reverse(),
            Fault::Sorts => {
                let mut sorted = texts.to_vec();
                sorted.sort_unstable();
                right = sorted.iter().map(embedded).collect();
            }
            Fault::MixesTheBatch if texts.len() > 1 => {
                let all = texts.join(" ");
                right.fill(self.right.embedding(&all));
            }
            Fault::Drifts => {
                let drifted = |text: &&str| self.right.embedding(&format!("{text} {calls}"));
                right = texts.iter().map(drifted).collect();
            }
            Fault::KnowsOneDirection => right.fill(self.right.embedding("one")),
            Fault::FailsOnFullBatches if texts.len() == 8 && texts[0].ends_with(" 0") => {
                return Err(Self::error(ComponentErrorKind::Other));
            }
            Fault::CutsLargeBatches => right.truncate(8),
            Fault::IsBusyForLargeBatches if texts.len() > 8 => {
                return Err(Self::error(ComponentErrorKind::Unavailable));
            }
            Fault::RefusesEmptyBatches if texts.is_empty() => {
                return Err(Self::error(ComponentErrorKind::Other));
            }
            Fault::AnswersEmptyBatches if texts.is_empty() => right.push(embedded(&"")),
            Fault::FailsOnLongTexts if texts.iter().any(|text| text.len() > 8_000) => {
                return Err(Self::error(ComponentErrorKind::Other));
            }
            Fault::FailsOnControlCharacters if texts.iter().any(|text| text.contains('\u{0}')) => {
                return Err(Self::error(ComponentErrorKind::Refused));
            }
            Fault::IsBusyForEmptyTexts if texts.contains(&"") => {
                return Err(Self::error(ComponentErrorKind::Unavailable));
            }
            Fault::DropsEmptyTexts => {
                let kept = texts.iter().filter(|text| !text.trim().is_empty());
                right = kept.map(embedded).collect();
            }
            Fault::TellsTexts if texts.len() > 8 || texts.iter().any(|text| text.len() > 8_000) => {
                return Err(Self::error(ComponentErrorKind::TooLong).detail(texts[0]));
            }
            _ => {}
        }
        Ok(right)
    }
}

impl Embedder for Broken {
    fn model(&self) -> &str {
        let calls = self.calls.lock().unwrap().len();
        if self.fault == Fault::RenamesItself && calls > 0 { "another" } else { self.name }
    }

    fn dimensions(&self) -> usize {
        if self.fault == Fault::SaysOtherDimensions { 17 } else { 16 }
    }

    fn max_batch(&self) -> usize {
        8
    }

    fn embed<'a>(&'a self, texts: &'a [&'a str], _: Purpose) -> Reply<'a, Vec<Embedding>> {
        Box::pin(async move { self.answer(texts) })
    }
}

impl fmt::Debug for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let calls = self.calls.lock().unwrap().clone();
        let shown = if self.fault == Fault::ShowsTexts { calls } else { Vec::new() };
        f.debug_struct("Broken").field("fault", &self.fault).field("calls", &shown).finish()
    }
}

/// Each fault, and the case that catches it.
const FAULTS: [(Fault, &str); 22] = [
    (Fault::HasNoName, "the_model_is_named"),
    (Fault::RenamesItself, "the_model_is_named"),
    (Fault::SaysOtherDimensions, "vectors_have_their_dimensions"),
    (Fault::CountsUp, "vectors_have_their_dimensions"),
    (Fault::HasNoDirection, "vectors_have_their_dimensions"),
    (Fault::IsNotANumber, "vectors_have_their_dimensions"),
    (Fault::Reverses, "vectors_are_in_order"),
    (Fault::Sorts, "vectors_are_in_order"),
    (Fault::MixesTheBatch, "vectors_are_in_order"),
    (Fault::Drifts, "the_same_text_has_the_same_direction"),
    (Fault::KnowsOneDirection, "different_texts_have_different_directions"),
    (Fault::FailsOnFullBatches, "a_batch_may_be_full"),
    (Fault::CutsLargeBatches, "a_larger_batch_is_answered_whole_or_refused"),
    (Fault::IsBusyForLargeBatches, "a_larger_batch_is_answered_whole_or_refused"),
    (Fault::RefusesEmptyBatches, "an_empty_batch_is_answered"),
    (Fault::AnswersEmptyBatches, "an_empty_batch_is_answered"),
    (Fault::FailsOnLongTexts, "a_long_text_is_embedded_or_too_long"),
    (Fault::FailsOnControlCharacters, "text_of_any_script_is_embedded"),
    (Fault::IsBusyForEmptyTexts, "a_text_without_words_is_embedded_or_refused"),
    (Fault::DropsEmptyTexts, "a_text_without_words_is_embedded_or_refused"),
    (Fault::ShowsTexts, "content_stays_out_of_debug_and_errors"),
    (Fault::TellsTexts, "content_stays_out_of_debug_and_errors"),
];

#[test]
fn each_fault_is_caught_by_its_case() {
    for (fault, case) in FAULTS {
        let failed = block_on(check_embedder(&Broken::new(fault))).expect_err(case);
        println!("{fault:?}\n{failed}\n");
        assert!(failed.report().failed().any(|failed| failed == case), "{fault:?}: {failed}");
    }
}

#[test]
fn each_case_catches_a_fault() {
    let report = block_on(check_embedder(&HashEmbedder::new(64))).unwrap();
    let cases: BTreeSet<&str> = report.cases().map(|(name, _)| name).collect();
    assert_eq!(cases, FAULTS.map(|(_, case)| case).into());
}
