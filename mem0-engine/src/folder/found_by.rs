//! What a memory is found by: its text, and the words that it was learned from.

use std::borrow::Cow;

use rusqlite::{Connection, Row};

use crate::EngineError;
use crate::text::passages::passages;
use crate::text::sentences::sentences;

/// What a memory is found by.
#[derive(Clone, Copy)]
pub(crate) struct FoundBy<'a> {
    /// The name of its speaker is indexed with it, since a question about Anna is better answered
    /// by Anna's own words.
    pub(crate) actor: Option<&'a str>,
    pub(crate) text: &'a str,
    pub(crate) sources: &'a [SourceText],
}

impl<'a> FoundBy<'a> {
    /// What a memory is found by that was stored as it was said.
    pub(crate) fn said(actor: Option<&'a str>, text: &'a str) -> Self {
        Self { actor, text, sources: &[] }
    }

    /// The texts to embed: the passages of its text and then of its sources, each with who said it.
    pub(crate) fn embedded(self) -> Vec<Cow<'a, str>> {
        let of_text = passages(self.text).into_iter();
        let of_text = of_text
            .map(|range| spoken(self.actor, self.text.get(range).unwrap_or_default()))
            .collect::<Vec<_>>();
        let of_sources = self
            .sources
            .iter()
            .flat_map(|source| source.passages().map(|passage| spoken(source.actor(), passage)));
        of_text.into_iter().chain(of_sources).collect()
    }
}

/// The sentences of a message that a memory stands on, and who said them.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct SourceText {
    actor: Option<String>,
    text: String,
}

impl SourceText {
    /// Those of a message that its quote is in, if they are no more than a passage, or else the
    /// quote.
    pub(crate) fn of(actor: Option<&str>, message: &str, quote: &str) -> Self {
        let around = around(message, quote).filter(|text| passages(text).len() == 1);
        Self { actor: actor.map(str::to_owned), text: around.unwrap_or(quote).to_owned() }
    }

    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        let texts = (row.get_ref(1)?.as_str()?, row.get_ref(2)?.as_str()?);
        Ok(Self::of(row.get_ref(0)?.as_str_or_null()?, texts.0, texts.1))
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    pub(crate) fn actor(&self) -> Option<&str> {
        self.actor.as_deref()
    }

    /// Its passages.
    pub(crate) fn passages(&self) -> impl Iterator<Item = &str> {
        passages(&self.text).into_iter().filter_map(|range| self.text.get(range))
    }
}

/// The sources of a memory, as they are found.
pub(crate) fn sources_of(
    connection: &Connection,
    seq: i64,
) -> Result<Vec<SourceText>, EngineError> {
    let mut statement = connection.prepare_cached(
        "SELECT actor, text, quote FROM memory_sources WHERE memory = ? ORDER BY seq",
    )?;
    let sources = statement.query_map([seq], SourceText::from_row)?;
    Ok(sources.collect::<Result<_, _>>()?)
}

/// The whole sentences of a message that a quote is in.
fn around<'a>(message: &'a str, quote: &str) -> Option<&'a str> {
    let start = message.find(quote)?;
    let end = start + quote.len();
    let sentences = sentences(message).into_iter();
    let touched: Vec<_> = sentences.filter(|it| it.start < end && start < it.end).collect();
    let (first, last) = (touched.first()?, touched.last()?);
    message.get(first.start.min(start)..last.end.max(end))
}

/// A text with who said it, as it is embedded.
fn spoken<'a>(actor: Option<&str>, text: &'a str) -> Cow<'a, str> {
    match actor {
        Some(actor) => Cow::Owned(format!("{actor}: {text}")),
        None => Cow::Borrowed(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_is_the_sentences_of_its_quote_or_the_quote() {
        let message = "Hi there. I moved to Porto. It was in May! Do you like it?";
        for (quote, text) in [
            ("to Porto", "I moved to Porto."),
            ("Porto. It was", "I moved to Porto. It was in May!"),
            ("not there", "not there"),
            (message, message),
        ] {
            assert_eq!(SourceText::of(None, message, quote).text, text);
        }
        // A sentence without an end is not what the fact stands on.
        let page = "one and ".repeat(500);
        assert_eq!(SourceText::of(None, &page, "and one").text, "and one");
        let quoted = SourceText::of(Some("Ann"), &page, &page);
        assert!(quoted.passages().count() > 1 && quoted.actor() == Some("Ann"));
    }
}
