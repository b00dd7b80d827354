//! Where the sentences of a text begin and end.

use std::ops::Range;

use crate::text::letters::is_unsegmented;

/// The sentences of a text, as ranges of its bytes, in order. A line is a sentence of its own. What
/// is between them is space.
pub(crate) fn sentences(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut start = 0;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let end = at + c.len_utf8();
        let next = chars.peek().map(|(_, next)| *next);
        let ends = match c {
            '\n' | '\r' | '。' | '！' | '？' | '।' | '؟' | '۔' => !next.is_some_and(closes),
            '.' | '!' | '?' | '…' => next.is_none_or(char::is_whitespace),
            // A closing quote or bracket belongs to the sentence before it.
            c if closes(c) => {
                let before = text.get(start..at).and_then(|text| text.chars().next_back());
                before.is_some_and(is_end)
                    && next.is_none_or(|c| c.is_whitespace() || !c.is_ascii())
            }
            _ => false,
        };
        if ends {
            push_trimmed(text, start..end, &mut found);
            start = end;
        }
    }
    push_trimmed(text, start..text.len(), &mut found);
    found
}

/// The clauses of a sentence where scripts without spaces put commas between them: each says as
/// much as a sentence of another script. Any other sentence is one.
pub(crate) fn clauses(sentence: &str) -> impl Iterator<Item = &str> {
    let mut before = ' ';
    let clauses = sentence.split_inclusive(move |c| {
        let after = std::mem::replace(&mut before, c);
        matches!(c, '，' | '；') || matches!(c, ',' | ';') && is_unsegmented(after)
    });
    clauses.map(str::trim).filter(|clause| !clause.is_empty())
}

fn closes(c: char) -> bool {
    matches!(c, '"' | '\'' | ')' | ']' | '”' | '’' | '»' | '」' | '』' | '）')
}

fn is_end(c: char) -> bool {
    matches!(c, '.' | '!' | '?' | '…' | '。' | '！' | '？' | '।' | '؟' | '۔')
}

fn push_trimmed(text: &str, range: Range<usize>, found: &mut Vec<Range<usize>>) {
    let Some(sentence) = text.get(range.clone()) else { return };
    let start = range.start + sentence.len() - sentence.trim_start().len();
    let length = sentence.trim().len();
    if length > 0 {
        found.push(start..start + length);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(text: &str) -> Vec<&str> {
        sentences(text).into_iter().map(|range| &text[range]).collect()
    }

    #[test]
    fn clauses_of_scripts_without_spaces_are_apart() {
        let split = |text| clauses(text).collect::<Vec<_>>();
        assert_eq!(split("我搬家了，你还记得吗？"), ["我搬家了，", "你还记得吗？"]);
        assert_eq!(split("你好,我的车在哪"), ["你好,", "我的车在哪"]);
        assert_eq!(split("Well, where is 1,000?"), ["Well, where is 1,000?"]);
    }

    #[test]
    fn sentences_end_with_their_marks_and_lines() {
        assert_eq!(split("Hi! Where is it? Thanks"), ["Hi!", "Where is it?", "Thanks"]);
        assert_eq!(split("He said \"go.\" I went."), ["He said \"go.\"", "I went."]);
        assert_eq!(split("one\n\n two \r\nthree"), ["one", "two", "three"]);
        assert_eq!(split("寿司が好き。母も！なぜ？"), ["寿司が好き。", "母も！", "なぜ？"]);
        assert_eq!(split("「行く。」と言った"), ["「行く。」", "と言った"]);
        assert_eq!(
            split("It costs 3.14 at shop.example, v1.2"),
            ["It costs 3.14 at shop.example, v1.2"]
        );
        assert_eq!(split("Wait… what?!"), ["Wait…", "what?!"]);
        assert!(split(" \n ").is_empty() && split("").is_empty());
    }
}
