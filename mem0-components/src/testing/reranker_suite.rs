//! What every reranker must do.

use super::report::{Case, CheckFailed, CheckReport, Ended, expect};
use crate::{ComponentError, ComponentErrorKind, Reranker};

/// Text that must be shown nowhere.
const QUERY: &str = "Where does the heliotrope grow?";
const ANSWER: &str = "The heliotrope grows beside the marble fountain: there does the heliotrope \
                      grow.";
const OTHER: &str = "Trains to Porto leave twice an hour on weekdays.";

/// Holds a reranker to what [`Reranker`] promises.
///
/// | case | what is promised |
/// |---|---|
/// | `the_reranker_is_named` | always by one name, which is not empty |
/// | `each_document_has_its_score` | one, between 0 and 1, in the order of the documents |
/// | `what_answers_scores_higher` | than what has nothing in common with the question |
/// | `the_same_document_has_the_same_score` | twice in one call, and in two |
/// | `a_call_may_be_full` | with `max_documents`, or 512 where it is more |
/// | `a_larger_call_is_answered_whole_or_refused` | and never cut |
/// | `no_documents_are_answered` | with an empty list |
/// | `long_texts_are_scored_or_too_long` | a question and a document of 200,000 letters |
/// | `text_of_any_script_is_scored` | emoji, right to left, control characters |
/// | `a_text_without_words_is_scored_or_refused` | for good, not as if it might succeed later |
/// | `content_stays_out_of_debug_and_errors` | texts are shown nowhere |
///
/// # Errors
/// When a case fails: with the report of all cases.
///
/// ```
/// # use std::{pin::pin, task::{Context, Poll, Waker}};
/// # fn block_on<F: Future>(future: F) -> F::Output {
/// #     match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
/// #         Poll::Ready(output) => output,
/// #         Poll::Pending => unreachable!(),
/// #     }
/// # }
/// use mem0_components::testing::{WordReranker, check_reranker};
///
/// block_on(check_reranker(&WordReranker::new()))?;
/// # Ok::<(), mem0_components::testing::CheckFailed>(())
/// ```
pub async fn check_reranker(reranker: &dyn Reranker) -> Result<CheckReport, CheckFailed> {
    let mut report = CheckReport::new(format!("reranker {}", reranker.name()));
    let on = reranker;
    report.add("the_reranker_is_named", named(on).await);
    report.add("each_document_has_its_score", in_order(on).await);
    report.add("what_answers_scores_higher", higher(on).await);
    report.add("the_same_document_has_the_same_score", same(on).await);
    report.add("a_call_may_be_full", full(on).await);
    report.add("a_larger_call_is_answered_whole_or_refused", larger(on).await);
    report.add("no_documents_are_answered", empty(on).await);
    report.add("long_texts_are_scored_or_too_long", long_texts(on).await);
    report.add("text_of_any_script_is_scored", scripts(on).await);
    report.add("a_text_without_words_is_scored_or_refused", without_words(on).await);
    report.add("content_stays_out_of_debug_and_errors", hidden(on).await);
    report.into_result()
}

/// Documents, of which only one answers.
fn documents(count: usize, answer: usize) -> Vec<String> {
    let document = |at: usize| match at == answer {
        true => ANSWER.to_owned(),
        false => format!("{OTHER} {at}"),
    };
    (0..count).map(document).collect()
}

fn borrowed(texts: &[String]) -> Vec<&str> {
    texts.iter().map(String::as_str).collect()
}

fn expect_scores(found: &[f64], documents: usize) -> Case {
    expect(found.len() == documents, || {
        format!("{documents} documents have {} scores", found.len())
    })?;
    expect(found.iter().all(|score| (0.0..=1.0).contains(score)), || {
        "a score is not between 0 and 1".to_owned()
    })
}

async fn scores(on: &dyn Reranker, query: &str, documents: &[&str]) -> Result<Vec<f64>, Ended> {
    let found = on.rerank(query, documents).await?;
    expect_scores(&found, documents.len())?;
    Ok(found)
}

async fn named(on: &dyn Reranker) -> Case {
    let name = on.name().to_owned();
    expect(!name.trim().is_empty(), || "the reranker has no name".to_owned())?;
    on.rerank(QUERY, &[ANSWER]).await?;
    expect(on.name() == name, || "the name changed by a call".to_owned())
}

async fn in_order(on: &dyn Reranker) -> Case {
    for answer in 0..4 {
        let found = scores(on, QUERY, &borrowed(&documents(4, answer))).await?;
        let is_best = |(at, score): (usize, &f64)| at == answer || *score < found[answer];
        expect(found.iter().enumerate().all(is_best), || {
            format!("the best score is not that of the document which answers, number {answer}")
        })?;
    }
    Ok(())
}

async fn higher(on: &dyn Reranker) -> Case {
    let found = scores(on, QUERY, &[OTHER, ANSWER]).await?;
    expect(found[1] > found[0], || {
        "what has nothing in common with the question scores as high".to_owned()
    })
}

async fn same(on: &dyn Reranker) -> Case {
    let near = |one: f64, other: f64| (one - other).abs() < 1e-3;
    let twice = scores(on, QUERY, &[ANSWER, OTHER, ANSWER]).await?;
    expect(near(twice[0], twice[2]), || {
        "a document that is there twice has two scores".to_owned()
    })?;
    let alone = scores(on, QUERY, &[ANSWER]).await?;
    expect(near(twice[0], alone[0]), || "a document has another score alone".to_owned())
}

async fn full(on: &dyn Reranker) -> Case {
    expect(on.max_documents() > 0, || "a call may have 0 documents".to_owned())?;
    let count = on.max_documents().min(512);
    scores(on, QUERY, &borrowed(&documents(count, 0))).await.map(drop)
}

async fn larger(on: &dyn Reranker) -> Case {
    if on.max_documents() >= 512 {
        return Err(Ended::Refused(format!("{} documents are not tried", on.max_documents())));
    }
    let documents = documents(on.max_documents() + 1, 0);
    match on.rerank(QUERY, &borrowed(&documents)).await {
        Ok(found) => expect_scores(&found, documents.len()),
        Err(error) => expect_for_good(&error, "a call that is too large"),
    }
}

async fn empty(on: &dyn Reranker) -> Case {
    expect_scores(&on.rerank(QUERY, &[]).await?, 0)
}

async fn long_texts(on: &dyn Reranker) -> Case {
    let long = ANSWER.repeat(200_000 / ANSWER.len() + 1);
    for (query, document) in [(QUERY, long.as_str()), (&long, ANSWER)] {
        match on.rerank(query, &[document]).await {
            Ok(found) => expect_scores(&found, 1)?,
            Err(error) if error.kind() == ComponentErrorKind::TooLong => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

async fn scripts(on: &dyn Reranker) -> Case {
    let texts = [
        "日本語 😀",
        "é e\u{301} ß ﬁ",
        "\u{202e}مرحبا بالعالم",
        "\"quotes\" 'single' back\\slash {braces}",
        "line\nbreak\r\n\ttab",
        "a\u{0}b\u{1}c",
    ];
    for query in texts {
        scores(on, query, &texts).await?;
    }
    Ok(())
}

async fn without_words(on: &dyn Reranker) -> Case {
    for (query, document) in [(QUERY, ""), (QUERY, " "), ("…", ANSWER), (" ", "\n")] {
        match on.rerank(query, &[document]).await {
            Ok(found) => expect_scores(&found, 1)?,
            Err(error) => expect_for_good(&error, "a text without words")?,
        }
    }
    Ok(())
}

fn expect_for_good(error: &ComponentError, what: &str) -> Case {
    expect(!error.is_transient(), || {
        format!("{what} is refused as if it might succeed later: {error}")
    })
}

async fn hidden(on: &dyn Reranker) -> Case {
    let mut shown = vec![format!("{on:?}")];
    let (long, too_many) = (ANSWER.repeat(10_000), vec![ANSWER; on.max_documents().min(512) + 1]);
    for documents in [&[ANSWER][..], &too_many, &[&long]] {
        if let Err(error) = on.rerank(QUERY, documents).await {
            shown.push(format!("{error:?} {error}"));
        }
        shown.push(format!("{on:?}"));
    }
    expect(!shown.iter().any(|shown| shown.contains("heliotrope")), || {
        "a `Debug` or an error shows what was sent".to_owned()
    })
}
