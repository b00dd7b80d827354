//! The JSON in a model's reply, read tolerantly.

mod cursor;
mod fault;
mod fitting;
mod mend;
mod reading;
mod scan;
mod shape;
mod text;
mod thinking;
mod value;

use serde_json::Value;

use cursor::is_invisible;
pub use fault::{JsonFault, JsonFaultKind};
use fitting::{Fit, Rank, fits};
pub use mend::JsonMend;
use mend::Mends;
pub use reading::JsonReading;
use scan::{Found, Run, scan};
pub use shape::JsonShape;
use value::{Parsed, Stop};

use super::response::{FinishReason, LlmResponse};

impl LlmResponse {
    /// The JSON that its text holds, in the shape that was asked for.
    ///
    /// A text that is JSON is read as serde_json reads it. Else what models do to JSON is mended,
    /// and each mend named: thinking aloud, text and code fences around it, several objects one
    /// after the other, a tool call as text, JSON in a JSON string, single or typographic quotes,
    /// words of Python, missing or superfluous commas and brackets, comments, raw line breaks,
    /// quotes without a backslash, wrong escapes, half surrogates, full-width punctuation. Texts
    /// inside the JSON stay as they are but for these. Of several answers the last of those that
    /// fit best is taken, and of a field that stands twice in an object the last.
    ///
    /// A reply that was cut off gives the entries that are complete, and says in
    /// [`cut`](JsonReading::cut) that it was. Where the text holds nothing that fits, the arguments
    /// of a tool call do.
    ///
    /// ```
    /// use mem0_components::{JsonMend, JsonShape, LlmResponse};
    ///
    /// let reply = LlmResponse::text(
    ///     "<think>A fact.</think>\n```json\n{'memory': [{'text': 'Likes tea', 'id': None}]}\n```",
    /// );
    /// let reading = reply.json(&JsonShape::list_in("memory"))?;
    /// assert_eq!(
    ///     reading.value,
    ///     serde_json::json!({"memory": [{"text": "Likes tea", "id": null}]}),
    /// );
    /// assert_eq!(
    ///     reading.mends,
    ///     [JsonMend::Thinking, JsonMend::Fence, JsonMend::Quotes, JsonMend::Literals],
    /// );
    /// assert_eq!(reading.cut, None);
    /// # Ok::<(), mem0_components::JsonFault>(())
    /// ```
    ///
    /// # Errors
    ///
    /// A [`JsonFault`] says why nothing could be read, in words that a request for a repair may
    /// use, and without content. A reply that was cut off before its first entry was complete is
    /// one, too.
    pub fn json(&self, shape: &JsonShape) -> Result<JsonReading, JsonFault> {
        let fault = match read(&self.text, self.finish == FinishReason::Length, shape) {
            Ok(reading) => return Ok(reading),
            Err(fault) => fault,
        };
        let calls = self.tool_calls.iter().rev().map(|call| {
            let mut mends = Mends::default();
            mends.add(JsonMend::ToolCall);
            let value = Value::Object(call.arguments.clone());
            let item = Parsed { value, stop: None, mends, end: 0, is_meant: true };
            Run { items: vec![item], is_fenced: false, end: 0 }
        });
        let mut fitting = calls.flat_map(|run| fits(&run, shape, false));
        match fitting.find(|fit| fit.rank >= Rank::Near) {
            Some(Fit { value, mends, .. }) => Ok(JsonReading { value, mends: mends.0, cut: None }),
            None => Err(fault),
        }
    }
}

fn read(text: &str, is_length: bool, shape: &JsonShape) -> Result<JsonReading, JsonFault> {
    let found = scan(text);
    let best = best(&found.runs, shape, |run| is_length && run.end == text.trim_end().len());
    // What is broken was the answer, unless another one is what was asked for.
    let best = best.filter(|fit| found.broken.is_none() || fit.rank >= Rank::Near);
    // Thinking that the limit cut off has not come to an answer.
    let draft = || {
        let drafts = if is_length { &[] } else { found.drafts.as_slice() };
        best_of_drafts(drafts, shape)
    };
    let Some(fit) = best.or_else(draft) else {
        return Err(fault(text, &found, shape));
    };
    let cut = fit.cut.as_ref().map(|cut| stopped(text, cut, fit.entries, shape));
    let is_nothing = fit.entries == 0 && !fit.mends.0.contains(&JsonMend::HalfEntry);
    if let Some(cut) = cut.clone().filter(|_| is_nothing) {
        return Err(cut);
    }
    let mut mends = Mends::default();
    for (is_so, mend) in [
        (found.is_thinking, JsonMend::Thinking),
        (found.has_prose, JsonMend::Prose),
        (fit.is_fenced, JsonMend::Fence),
        (found.runs.len() > 1 || found.broken.is_some(), JsonMend::OtherJson),
    ] {
        if is_so {
            mends.add(mend);
        }
    }
    mends.add_all(&fit.mends);
    Ok(JsonReading { value: fit.value, mends: mends.0, cut })
}

/// The last of those that fit best.
fn best(runs: &[Run], shape: &JsonShape, is_length: impl Fn(&Run) -> bool) -> Option<Fit> {
    let fitting = runs.iter().flat_map(|run| fits(run, shape, is_length(run)));
    fitting.max_by_key(|fit| (fit.rank, fit.cut.is_none(), fit.is_fenced))
}

fn best_of_drafts(drafts: &[Run], shape: &JsonShape) -> Option<Fit> {
    best(drafts, shape, |_| false).filter(|fit| fit.rank >= Rank::Near && fit.cut.is_none())
}

fn fault(text: &str, found: &Found, shape: &JsonShape) -> JsonFault {
    if let Some(broken) = &found.broken
        && let Some(stop) = &broken.stop
    {
        let run = Run { items: vec![broken.clone()], is_fenced: false, end: broken.end };
        let entries = fits(&run, shape, false).first().map_or(0, |fit| fit.entries);
        return stopped(text, stop, entries, shape);
    }
    let cut = found.runs.iter().flat_map(|run| &run.items).find_map(|item| item.stop.as_ref());
    if let Some(cut) = cut {
        return stopped(text, cut, 0, shape);
    }
    let other = found.runs.last().and_then(|run| run.items.last());
    let (kind, what) = match other.map(|item| &item.value) {
        Some(Value::Object(_)) => {
            (JsonFaultKind::OtherShape, "an object that is not what was asked")
        }
        Some(_) => (JsonFaultKind::OtherShape, "a list that is not what was asked"),
        None if found.has_prose => (JsonFaultKind::NoJson, ""),
        None if found.is_thinking => (JsonFaultKind::OnlyThinking, ""),
        None if text.chars().all(|c| c.is_whitespace() || is_invisible(c)) => {
            (JsonFaultKind::Empty, "")
        }
        None => (JsonFaultKind::NoJson, ""),
    };
    JsonFault::new(kind, what, shape)
}

fn stopped(text: &str, stop: &Stop, entries: usize, shape: &JsonShape) -> JsonFault {
    let character = text.get(..stop.at).map_or(0, |before| before.chars().count());
    JsonFault::stopped(stop.why, character, entries, shape)
}
