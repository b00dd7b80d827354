//! The suite of rerankers: one that keeps its promises passes, and each broken one is caught.

use std::fmt;
use std::sync::Mutex;

use mem0_components::testing::{CheckOutcome, WordReranker, check_reranker};
use mem0_components::{ComponentError, ComponentErrorKind, Reply, Reranker, rerank_all};

use crate::block_on;

#[test]
fn a_reranker_of_words_keeps_every_promise() {
    for reranker in [WordReranker::new(), WordReranker::new().with_max_documents(1)] {
        let report = block_on(check_reranker(&reranker)).unwrap();
        for (name, outcome) in report.cases() {
            assert_eq!(*outcome, CheckOutcome::Held, "{name}");
        }
    }
    let huge = WordReranker::new().with_max_documents(100_000);
    let report = block_on(check_reranker(&huge)).unwrap();
    assert!(report.refused().eq(["a_larger_call_is_answered_whole_or_refused"]), "{report}");
}

#[derive(Clone, Copy, PartialEq, Debug)]
enum Fault {
    None,
    HasNoName,
    RenamesItself,
    Reverses,
    SortsByScore,
    PrefersNothing,
    IsAbove1,
    IsNotANumber,
    LooksAtTheOthers,
    CutsLargeCalls,
    FailsOnFullCalls,
    IsBusyForLargeCalls,
    RefusesNoDocuments,
    FailsOnLongTexts,
    FailsOnControlCharacters,
    IsBusyForEmptyTexts,
    ShowsTexts,
    TellsTexts,
}

/// Refuses more than 8 documents, and texts that are long or empty, but for its fault.
struct Broken {
    fault: Fault,
    asked: Mutex<Vec<String>>,
}

impl Broken {
    fn new(fault: Fault) -> Self {
        Self { fault, asked: Mutex::default() }
    }

    fn answer(&self, query: &str, documents: &[&str]) -> Result<Vec<f64>, ComponentError> {
        use ComponentErrorKind as Kind;

        self.asked.lock().unwrap().push(query.to_owned());
        let refused = |kind| Err(ComponentError::new("broken", kind));
        let texts = || documents.iter().chain([&query]);
        let is = |fault| self.fault == fault;
        let is_long = texts().any(|text| text.len() > 8_000);
        let is_empty = texts().any(|text| text.trim().is_empty());
        if documents.len() > 8 && is(Fault::IsBusyForLargeCalls)
            || is_empty && is(Fault::IsBusyForEmptyTexts)
        {
            return refused(Kind::Unavailable);
        }
        if documents.len() == 8 && is(Fault::FailsOnFullCalls)
            || documents.is_empty() && is(Fault::RefusesNoDocuments)
            || texts().any(|text| text.contains('\u{1}')) && is(Fault::FailsOnControlCharacters)
            || is_long && is(Fault::FailsOnLongTexts)
        {
            return refused(Kind::Other);
        }
        if is_long && is(Fault::TellsTexts) {
            return Err(ComponentError::new("broken", Kind::TooLong).detail(query));
        }
        if is_long {
            return refused(Kind::TooLong);
        }
        if is_empty || documents.len() > 8 && !is(Fault::CutsLargeCalls) {
            return refused(Kind::Refused);
        }
        let right = WordReranker::new();
        let mut scores: Vec<f64> =
            documents.iter().map(|document| right.score(query, document)).collect();
        match self.fault {
            Fault::Reverses => scores.reverse(),
            Fault::SortsByScore => scores.sort_by(|one, other| other.total_cmp(one)),
            Fault::PrefersNothing => scores.fill(0.5),
            Fault::IsAbove1 => scores.iter_mut().for_each(|score| *score *= 10.0),
            Fault::IsNotANumber => scores.fill(f64::NAN),
            Fault::LooksAtTheOthers => {
                scores.iter_mut().for_each(|score| *score /= documents.len() as f64);
            }
            Fault::CutsLargeCalls => scores.truncate(8),
            _ => {}
        }
        Ok(scores)
    }
}

impl Reranker for Broken {
    fn name(&self) -> &str {
        match self.fault {
            Fault::HasNoName => " ",
            Fault::RenamesItself if !self.asked.lock().unwrap().is_empty() => "another",
            _ => "broken",
        }
    }

    fn max_documents(&self) -> usize {
        8
    }

    fn rerank<'a>(&'a self, query: &'a str, documents: &'a [&'a str]) -> Reply<'a, Vec<f64>> {
        Box::pin(async move { self.answer(query, documents) })
    }
}

impl fmt::Debug for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.fault {
            Fault::ShowsTexts => self.asked.lock().unwrap().fmt(f),
            _ => f.write_str("Broken"),
        }
    }
}

#[test]
fn each_broken_promise_is_caught() {
    const ORDER: &str = "each_document_has_its_score";
    const ANSWERS: &str = "what_answers_scores_higher";
    for (fault, case) in [
        (Fault::HasNoName, "the_reranker_is_named"),
        (Fault::RenamesItself, "the_reranker_is_named"),
        (Fault::Reverses, ORDER),
        (Fault::SortsByScore, ORDER),
        (Fault::PrefersNothing, ANSWERS),
        (Fault::IsAbove1, ANSWERS),
        (Fault::IsNotANumber, ORDER),
        (Fault::LooksAtTheOthers, "the_same_document_has_the_same_score"),
        (Fault::CutsLargeCalls, "a_larger_call_is_answered_whole_or_refused"),
        (Fault::FailsOnFullCalls, "a_call_may_be_full"),
        (Fault::IsBusyForLargeCalls, "a_larger_call_is_answered_whole_or_refused"),
        (Fault::RefusesNoDocuments, "no_documents_are_answered"),
        (Fault::FailsOnLongTexts, "long_texts_are_scored_or_too_long"),
        (Fault::FailsOnControlCharacters, "text_of_any_script_is_scored"),
        (Fault::IsBusyForEmptyTexts, "a_text_without_words_is_scored_or_refused"),
        (Fault::ShowsTexts, "content_stays_out_of_debug_and_errors"),
        (Fault::TellsTexts, "content_stays_out_of_debug_and_errors"),
    ] {
        let failed = block_on(check_reranker(&Broken::new(fault))).unwrap_err();
        assert!(failed.report().failed().any(|name| name == case), "{fault:?}: {failed}");
    }
    let report = block_on(check_reranker(&Broken::new(Fault::None))).unwrap();
    assert_eq!(report.refused().count(), 0, "{report}");
}

#[test]
fn an_answer_that_is_not_a_score_for_each_document_is_unreadable() {
    for fault in [Fault::IsAbove1, Fault::IsNotANumber] {
        let broken = Broken::new(fault);
        let error = block_on(rerank_all(&broken, "green tea", &["tea", "soup"])).unwrap_err();
        assert_eq!(
            error.to_string(),
            "broken: the answer does not have the form that was asked for: 2 scores between 0 and \
             1 were expected",
        );
    }
    let cut = Broken::new(Fault::CutsLargeCalls);
    let error = block_on(rerank_all(&cut, "tea", &["tea"; 9])).unwrap_err();
    assert_eq!(error.kind(), ComponentErrorKind::Unreadable);
    // Nobody is asked about nothing.
    let none = Broken::new(Fault::RefusesNoDocuments);
    assert!(block_on(rerank_all(&none, "tea", &[])).unwrap().is_empty());
}
