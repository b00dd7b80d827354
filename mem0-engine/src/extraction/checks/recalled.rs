//! Which parts of a message were recalled from memory, so that they were learned before.

use std::ops::Range;

/// The names of fences around memories in a prompt: ours, `<memories>`, and those of others.
const FENCES: [&str; 12] = [
    "memories",
    "memory",
    "user_memories",
    "user-memories",
    "relevant_memories",
    "relevant-memories",
    "recalled_memories",
    "recalled",
    "mem0",
    "mem0_memories",
    "memory_context",
    "long_term_memory",
];

/// What a line begins with that heads recalled memories, without what Markdown puts before it.
const HEADS: &str = "\
    relevant memories|relevant memory|user memories|user's memories|memories of the user|\
    memories about the user|memories about you|here are memories|here are the memories|\
    here are some memories|here are relevant memories|here are the relevant memories|\
    here are the user's memories|recalled memories|retrieved memories|related memories|\
    previous memories|past memories|existing memories|known memories|long-term memories|\
    memories from previous|memories|memory context|relevant context from memory|\
    context from memory|known facts about the user|what i remember about you|\
    what i know about you|here is what i remember|here's what i remember|\
    based on your memories|from your memories|from memory|according to my memory|\
    user profile from memory|mem0 memories|\
    relevante erinnerungen|erinnerungen|gespeicherte erinnerungen|souvenirs pertinents|souvenirs|\
    mémoires pertinentes|recuerdos relevantes|recuerdos|memorias relevantes|memorias|\
    memorie rilevanti|ricordi rilevanti|ricordi|memórias relevantes|memórias|\
    relevante herinneringen|herinneringen|relevanta minnen|minnen|wspomnienia|\
    релевантные воспоминания|воспоминания|спогади|相关记忆|相關記憶|记忆|記憶|用户记忆|用戶記憶|\
    関連する記憶|関連する思い出|記憶の一覧|관련 기억|기억|ذكريات|זיכרונות";

/// The parts of a message that were recalled, as ranges of its bytes, in order.
pub(crate) fn recalled(text: &str) -> Vec<Range<usize>> {
    let mut found = fenced(text);
    found.extend(headed(text));
    found.sort_by_key(|range| range.start);
    found
}

/// A text without what was recalled.
pub(crate) fn without_recalled(text: &str, recalled: &[Range<usize>]) -> String {
    let mut kept = String::new();
    let mut from = 0;
    for range in recalled {
        kept.push_str(text.get(from..range.start.max(from)).unwrap_or_default());
        kept.push('\n');
        from = from.max(range.end);
    }
    kept.push_str(text.get(from..).unwrap_or_default());
    kept
}

/// Between an opening mark and its closing one, or the end of the text.
fn fenced(text: &str) -> Vec<Range<usize>> {
    let lower = text.to_ascii_lowercase();
    let mut found = Vec::new();
    let mut from = 0;
    while let Some((at, _)) = lower.get(from..).and_then(|rest| rest.match_indices('<').next()) {
        let start = from + at;
        let rest = lower.get(start + 1..).unwrap_or_default();
        let name = FENCES.iter().find(|name| {
            let behind = rest.strip_prefix(**name);
            behind.is_some_and(|behind| behind.starts_with(['>', ' ', '\n']))
        });
        let Some(name) = name else {
            from = start + 1;
            continue;
        };
        let end = format!("</{name}>");
        let length = rest.find(&end).map_or(rest.len(), |at| at + end.len());
        found.push(start..start + 1 + length);
        from = start + 1 + length;
    }
    found
}

/// Below a line that heads memories: the rest of the line, and the list or the block after it.
fn headed(text: &str) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    let mut open: Option<Open> = None;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let range = at..at + line.len();
        at = range.end;
        if let Some(state) = &mut open {
            match state.goes_on(line) {
                true => {
                    if let Some(last) = found.last_mut() {
                        last.end = range.end;
                    }
                    continue;
                }
                false => open = None,
            }
        }
        if let Some(behind) = behind_head(line) {
            let start = range.start + (line.len() - line.trim_start().len());
            found.push(start..range.end);
            open = Some(Open { has_lines: !behind.trim().is_empty(), is_list: None });
        }
    }
    found
}

/// What follows a head.
struct Open {
    has_lines: bool,
    /// Whether its lines are entries of a list; `None` before the first.
    is_list: Option<bool>,
}

impl Open {
    fn goes_on(&mut self, line: &str) -> bool {
        let line = line.trim();
        if line.is_empty() {
            // A blank line may follow the head alone.
            return !self.has_lines;
        }
        let is_entry = is_entry(line);
        match self.is_list {
            // Memories in the line of the head may go on in a list, but not in prose.
            None if self.has_lines && !is_entry => false,
            None => {
                self.is_list = Some(is_entry);
                self.has_lines = true;
                true
            }
            Some(is_list) => !is_list || is_entry,
        }
    }
}

fn is_entry(line: &str) -> bool {
    let rest = line.trim_start_matches(|c: char| c.is_ascii_digit());
    line.starts_with(['-', '*', '•', '–', '·', '+', '{', '['])
        || rest.len() < line.len() && rest.starts_with(['.', ')', ':'])
}

/// What stands behind a head in its line; `None` where the line is none.
fn behind_head(line: &str) -> Option<&str> {
    let is_markup = |c: char| {
        c.is_whitespace() || matches!(c, '#' | '*' | '_' | '>' | '[' | '(' | '=' | '-' | '【')
    };
    let bare = line.trim_start_matches(is_markup);
    let lower = bare.to_lowercase().replace('\u{2019}', "'");
    let head = HEADS.split('|').filter(|head| lower.starts_with(head)).max_by_key(|it| it.len())?;
    // Lower-casing may change the number of bytes, but hardly in a head.
    let rest = bare.get(head.len()..)?;
    // A few words may stand between the head and its colon: "Relevant memories about Ana:".
    let colon = rest.find([':', '：'])?;
    let between = rest.get(..colon)?;
    // One word alone heads a list only where nothing else stands before the colon.
    if !head.contains(' ') && !between.trim().is_empty() && !between.starts_with(" (") {
        return None;
    }
    let is_short =
        between.split_whitespace().count() <= 6 && !between.contains(['.', '\n', '!', '?']);
    let is_word = between
        .starts_with(|c: char| c.is_alphabetic() && !crate::text::letters::is_unsegmented(c));
    let width = if rest.get(colon..)?.starts_with(':') { 1 } else { '：'.len_utf8() };
    (is_short && !is_word).then(|| {
        rest.get(colon + width..).unwrap_or_default().trim_start_matches(['*', '_', ']', '】'])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is left of a text.
    fn left(text: &str) -> String {
        let kept = without_recalled(text, &recalled(text));
        kept.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn recalled_memories_are_found_in_their_usual_forms() {
        for text in [
            "<memories>\n- Likes tea\n- Has a dog\n</memories>\nHello there",
            "Hello there\n<memories>\nLikes tea",
            "<relevant_memories> Likes tea </relevant_memories> Hello there",
            "<MEMORIES>Likes tea</MEMORIES>Hello there",
            "Relevant memories: likes tea; has a dog.\n\nHello there",
            "Relevant memories:\n- Likes tea\n- Has a dog\n\nHello there",
            "Relevant memories:\n\n- Likes tea\n- Has a dog\nHello there",
            "## User memories\n\n", // Without a colon it is a head of a page.
            "Here are the relevant memories about Ana:\n1. Likes tea\n2) Has a dog\n\nHello there",
            "**Relevant memories:**\n* Likes tea\n\nHello there",
            "Hello there\nMemories: likes tea",
            "User memories:\nLikes tea.\nHas a dog.\n\nHello there",
            "相关记忆：喜欢茶\n\nHello there",
            "関連する記憶:\n・お茶が好き\n\nHello there",
            "Relevante Erinnerungen: mag Tee\n\nHello there",
            "> Relevant memories: likes tea\n\nHello there",
            "Воспоминания: любит чай\n\nHello there",
        ] {
            let expected = if text.contains("Hello") { "Hello there" } else { "## User memories" };
            assert_eq!(left(text), expected, "{text}");
        }
    }

    #[test]
    fn what_only_speaks_of_memories_is_not_recalled() {
        for text in [
            "I have good memories of Lisbon: the trams and the sea.",
            "Memories fade, I know.",
            "My memories: none of your business? No, I like Lisbon.",
            "if a < memories then b",
            "The memory is full.",
        ] {
            assert!(recalled(text).is_empty(), "{text}");
        }
    }
}
