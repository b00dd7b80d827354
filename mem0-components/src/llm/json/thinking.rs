//! How models mark what they think aloud before they answer.

use super::cursor::Cursor;

/// What begins it and what ends it, in any case.
const TAGS: &[(&str, &str)] = &[
    ("<think>", "</think>"),
    ("<thinking>", "</thinking>"),
    ("<thought>", "</thought>"),
    ("<thoughts>", "</thoughts>"),
    ("<reasoning>", "</reasoning>"),
    ("<reflection>", "</reflection>"),
    ("<scratchpad>", "</scratchpad>"),
    ("<analysis>", "</analysis>"),
    ("<seed:think>", "</seed:think>"),
    ("<|begin_of_thought|>", "<|end_of_thought|>"),
    ("<|START_THINKING|>", "<|END_THINKING|>"),
    ("<|channel>thought", "<channel|>"),
    ("<unused94>thought", "<unused95>"),
    ("[THINK]", "[/THINK]"),
    ("◁think▷", "◁/think▷"),
];

const CHANNEL: &str = "<|channel|>";
const MESSAGE: &str = "<|message|>";

/// What a mark at the beginning of a text says of what follows; lengths in bytes.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Thinking {
    /// Thinking, which ends behind so much.
    Skip(usize),
    /// Thinking without an end; it begins behind so much.
    Unended(usize),
    /// What came before was thinking, too; what follows, behind so much, is not.
    Over(usize),
}

/// The first letters of all marks.
pub(super) fn may_begin(c: char) -> bool {
    matches!(c, '<' | '[' | '◁')
}

/// What the mark is that this text begins with. Inside of thinking that does not end, nothing else
/// begins.
pub(super) fn mark(text: &str, is_unended: bool) -> Option<Thinking> {
    if begins(text, CHANNEL) {
        return channel(text).filter(|mark| !is_unended || matches!(mark, Thinking::Over(_)));
    }
    for (begin, end) in TAGS {
        if !is_unended && begins(text, begin) {
            let thought = text.get(begin.len()..).unwrap_or_default();
            return Some(match find(thought, end) {
                Some(length) => Thinking::Skip(begin.len() + length + end.len()),
                None => Thinking::Unended(begin.len()),
            });
        }
        if begins(text, end) {
            return Some(Thinking::Over(end.len()));
        }
    }
    None
}

/// `<|channel|>analysis<|message|>…<|end|>…<|channel|>final<|message|>`.
fn channel(text: &str) -> Option<Thinking> {
    let mut cursor = Cursor::new(text, CHANNEL.len());
    let header = cursor.take_while(|c| !matches!(c, '\n' | '{' | '['));
    let (header, _) = header.split_once(MESSAGE)?;
    let begin = CHANNEL.len() + header.len() + MESSAGE.len();
    let rest = text.get(begin..)?;
    // A tool is called in the channel of comments.
    if begins(header.trim_start(), "final") || header.contains("to=") {
        return Some(Thinking::Over(begin));
    }
    let end = [CHANNEL, "<|start|>", "<|end|>"].iter().filter_map(|end| rest.find(end)).min();
    Some(end.map_or(Thinking::Unended(begin), |end| Thinking::Skip(begin + end)))
}

/// How much of the text is thinking whose marks were lost: `analysis…assistantfinal`.
pub(super) fn unmarked(text: &str) -> Option<usize> {
    let rest = text.trim_start();
    let end = "assistantfinal";
    begins(rest, "analysis").then(|| find(text, end).map(|at| at + end.len()))?
}

/// Whether a line begins with a mark that ends thinking: in the text of JSON none does.
pub(super) fn has_end(text: &str) -> bool {
    let mut lines = text.split('\n').skip(1);
    lines.any(|line| TAGS.iter().any(|(_, end)| begins(line, end)))
}

fn begins(text: &str, mark: &str) -> bool {
    text.as_bytes().get(..mark.len()).is_some_and(|b| b.eq_ignore_ascii_case(mark.as_bytes()))
}

fn find(text: &str, mark: &str) -> Option<usize> {
    let marks = text.as_bytes().windows(mark.len());
    marks.enumerate().find(|(_, bytes)| bytes.eq_ignore_ascii_case(mark.as_bytes())).map(|m| m.0)
}
