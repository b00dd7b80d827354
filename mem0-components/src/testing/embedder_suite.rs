//! What every embedder must do.

use super::memory_store::cosine;
use super::report::{Case, CheckFailed, CheckReport, Ended, expect};
use crate::{ComponentError, ComponentErrorKind, Embedder, Embedding, Purpose, embed_all};

/// Text that is near to nothing else, and must be shown nowhere.
const CONTENT: &str = "The heliotrope grows beside the marble fountain.";

/// Holds an embedder to what [`Embedder`] promises.
///
/// | case | what is promised |
/// |---|---|
/// | `the_model_is_named` | always by one name, which is not empty |
/// | `vectors_have_their_dimensions` | as many as it says, all finite, for each purpose |
/// | `vectors_are_in_order` | of the texts, in one batch and over several |
/// | `the_same_text_has_the_same_direction` | alone, among others, and twice in one batch |
/// | `different_texts_have_different_directions` | what has nothing in common is not one vector |
/// | `a_batch_may_be_full` | with `max_batch` texts, or 512 where it is more |
/// | `a_larger_batch_is_answered_whole_or_refused` | and never cut |
/// | `an_empty_batch_is_answered` | with an empty list |
/// | `a_long_text_is_embedded_or_too_long` | one of 200,000 letters |
/// | `text_of_any_script_is_embedded` | emoji, right to left, control characters |
/// | `a_text_without_words_is_embedded_or_refused` | for good, not as if it might succeed later |
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
/// use mem0_components::testing::{HashEmbedder, check_embedder};
///
/// block_on(check_embedder(&HashEmbedder::new(64)))?;
/// # Ok::<(), mem0_components::testing::CheckFailed>(())
/// ```
pub async fn check_embedder(embedder: &dyn Embedder) -> Result<CheckReport, CheckFailed> {
    let mut report = CheckReport::new(format!("embedder {}", embedder.model()));
    let on = embedder;
    report.add("the_model_is_named", named(on).await);
    report.add("vectors_have_their_dimensions", dimensions(on).await);
    report.add("vectors_are_in_order", in_order(on).await);
    report.add("the_same_text_has_the_same_direction", same_direction(on).await);
    report.add("different_texts_have_different_directions", different_directions(on).await);
    report.add("a_batch_may_be_full", full_batch(on).await);
    report.add("a_larger_batch_is_answered_whole_or_refused", larger_batch(on).await);
    report.add("an_empty_batch_is_answered", empty_batch(on).await);
    report.add("a_long_text_is_embedded_or_too_long", long_text(on).await);
    report.add("text_of_any_script_is_embedded", scripts(on).await);
    report.add("a_text_without_words_is_embedded_or_refused", without_words(on).await);
    report.add("content_stays_out_of_debug_and_errors", hidden(on).await);
    report.into_result()
}

/// Texts that have few words in common.
fn texts(count: usize) -> Vec<String> {
    let subjects = ["Alice", "the neighbour", "my sister", "a colleague", "the old teacher"];
    let verbs = ["paints", "repairs", "sells", "forgets", "collects", "photographs", "describes"];
    let objects = ["bicycles", "lighthouses", "violins", "postcards", "orchids", "maps"];
    let text = |at: usize| {
        let subject = subjects[at % subjects.len()];
        let (verb, object) = (verbs[at % verbs.len()], objects[at % objects.len()]);
        format!("{subject} {verb} {object} {at}")
    };
    (0..count).map(text).collect()
}

fn borrowed(texts: &[String]) -> Vec<&str> {
    texts.iter().map(String::as_str).collect()
}

/// That there is a vector for each text, each whole.
fn expect_vectors(on: &dyn Embedder, found: &[Embedding], texts: usize) -> Case {
    expect(found.len() == texts, || format!("{texts} texts have {} vectors", found.len()))?;
    for vector in found {
        let length = vector.components().len();
        expect(length == on.dimensions(), || {
            format!("a vector has {length} components instead of {}", on.dimensions())
        })?;
        expect(vector.components().iter().all(|part| part.is_finite()), || {
            "a vector has a component that is not a number".to_owned()
        })?;
    }
    Ok(())
}

async fn one(on: &dyn Embedder, text: &str, purpose: Purpose) -> Result<Embedding, Ended> {
    let found = on.embed(&[text], purpose).await?;
    expect_vectors(on, &found, 1)?;
    found.into_iter().next().ok_or_else(|| Ended::Failed("a text has no vector".to_owned()))
}

fn expect_direction(found: &Embedding, wanted: &Embedding, what: &str) -> Case {
    expect(cosine(found, wanted) > 0.999, || format!("{what} has another direction"))
}

async fn named(on: &dyn Embedder) -> Case {
    let name = on.model().to_owned();
    expect(!name.trim().is_empty(), || "the model has no name".to_owned())?;
    on.embed(&[CONTENT], Purpose::Add).await?;
    expect(on.model() == name, || "the model's name changed by a call".to_owned())
}

async fn dimensions(on: &dyn Embedder) -> Case {
    expect(on.dimensions() > 0, || "vectors have 0 dimensions".to_owned())?;
    for purpose in [Purpose::Add, Purpose::Search, Purpose::Update] {
        let vector = one(on, CONTENT, purpose).await?;
        expect(vector.components().iter().any(|part| *part != 0.0), || {
            "the vector of a sentence has no direction".to_owned()
        })?;
    }
    Ok(())
}

async fn in_order(on: &dyn Embedder) -> Case {
    let texts = texts(on.max_batch().clamp(1, 8) * 2 + 1);
    let texts = borrowed(&texts);
    let together = embed_all(on, &texts, Purpose::Add).await?;
    expect_vectors(on, &together, texts.len())?;
    for (at, text) in texts.iter().enumerate() {
        let alone = one(on, text, Purpose::Add).await?;
        expect_direction(&together[at], &alone, "a text among others")?;
    }
    let batch = on.max_batch().clamp(1, 8);
    let found = on.embed(&texts[..batch], Purpose::Add).await?;
    expect_vectors(on, &found, batch)?;
    found.iter().zip(&together).try_for_each(|(found, wanted)| {
        expect_direction(found, wanted, "a text in a batch of another size")
    })
}

async fn same_direction(on: &dyn Embedder) -> Case {
    for purpose in [Purpose::Add, Purpose::Search, Purpose::Update] {
        let (first, second) = (one(on, CONTENT, purpose).await?, one(on, CONTENT, purpose).await?);
        expect_direction(&second, &first, "a text that is embedded again")?;
    }
    let twice = embed_all(on, &[CONTENT, "something else", CONTENT], Purpose::Add).await?;
    expect_vectors(on, &twice, 3)?;
    expect_direction(&twice[2], &twice[0], "a text that is there twice")
}

async fn different_directions(on: &dyn Embedder) -> Case {
    let texts = [CONTENT, "He is allergic to nuts.", "日本で数学を教えている"];
    let found = embed_all(on, &texts, Purpose::Add).await?;
    expect_vectors(on, &found, texts.len())?;
    for (at, vector) in found.iter().enumerate() {
        for other in &found[..at] {
            expect(cosine(vector, other) < 0.999, || {
                "texts that have nothing in common have one direction".to_owned()
            })?;
        }
    }
    Ok(())
}

async fn full_batch(on: &dyn Embedder) -> Case {
    expect(on.max_batch() > 0, || "a batch may have 0 texts".to_owned())?;
    let texts = texts(on.max_batch().min(512));
    let found = on.embed(&borrowed(&texts), Purpose::Add).await?;
    expect_vectors(on, &found, texts.len())
}

async fn larger_batch(on: &dyn Embedder) -> Case {
    if on.max_batch() >= 512 {
        return Err(Ended::Refused(format!("{} texts are not tried", on.max_batch())));
    }
    let texts = texts(on.max_batch() + 1);
    match on.embed(&borrowed(&texts), Purpose::Add).await {
        Ok(found) => expect_vectors(on, &found, texts.len()),
        Err(error) => expect_for_good(&error, "a batch that is too large"),
    }
}

async fn empty_batch(on: &dyn Embedder) -> Case {
    for purpose in [Purpose::Add, Purpose::Search, Purpose::Update] {
        expect_vectors(on, &on.embed(&[], purpose).await?, 0)?;
    }
    Ok(())
}

fn long() -> String {
    CONTENT.repeat(200_000 / CONTENT.len() + 1)
}

async fn long_text(on: &dyn Embedder) -> Case {
    match on.embed(&[&long()], Purpose::Add).await {
        Ok(found) => expect_vectors(on, &found, 1),
        Err(error) if error.kind() == ComponentErrorKind::TooLong => Ok(()),
        Err(error) => Err(error.into()),
    }
}

async fn scripts(on: &dyn Embedder) -> Case {
    let texts = [
        "日本語 😀",
        "é e\u{301} ß ﬁ",
        "\u{202e}مرحبا بالعالم",
        "👩‍👩‍👧‍👦",
        "\"quotes\" 'single' back\\slash",
        "line\nbreak\r\n\ttab",
        "a\u{0}b\u{1}c",
        "𝕄𝕖𝕞𝟘",
    ];
    let found = embed_all(on, &texts, Purpose::Add).await?;
    expect_vectors(on, &found, texts.len())
}

async fn without_words(on: &dyn Embedder) -> Case {
    for text in ["", " ", "\n", "…"] {
        match on.embed(&[text], Purpose::Add).await {
            Ok(found) => expect_vectors(on, &found, 1)?,
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

async fn hidden(on: &dyn Embedder) -> Case {
    let mut shown = vec![format!("{on:?}")];
    let too_many = vec![CONTENT; on.max_batch().min(512) + 1];
    let long = long();
    for texts in [&[CONTENT][..], &too_many, &[&long]] {
        shown.push(match on.embed(texts, Purpose::Add).await {
            Ok(found) => format!("{found:?}"),
            Err(error) => format!("{error:?} {error}"),
        });
        shown.push(format!("{on:?}"));
    }
    expect(!shown.iter().any(|shown| shown.contains("heliotrope")), || {
        "a `Debug` or an error shows what was embedded".to_owned()
    })
}
