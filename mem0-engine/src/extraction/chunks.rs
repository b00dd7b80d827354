//! Long adds, cut into what one call holds.

use std::ops::Range;

use crate::extraction::conversation::Said;
use crate::text::letters::is_unsegmented;
use crate::text::sentences::sentences;

/// What a message costs beside its text.
const TOKENS_OF_A_MESSAGE: usize = 12;

/// Messages that one call holds.
pub(crate) struct Chunk {
    pub(crate) messages: Vec<Said>,
    /// Which message of the add each of them is, or is a piece of.
    pub(crate) from: Vec<usize>,
}

/// Cuts messages into chunks of at most so many tokens each, at messages; a message that is longer
/// is cut at its sentences, and a sentence that is longer between its characters.
///
/// Tokens are [guessed](tokens). A chunk has at least one piece, however few tokens it may have.
pub(crate) fn chunks(messages: &[Said], most_tokens: usize) -> Vec<Chunk> {
    let most = most_tokens.saturating_sub(TOKENS_OF_A_MESSAGE).max(1);
    let mut chunks: Vec<Chunk> = Vec::new();
    let mut used = 0;
    for (index, said) in messages.iter().enumerate() {
        for piece in pieces(&said.text, most) {
            let text = said.text.get(piece).unwrap_or_default();
            let cost = tokens(text) + TOKENS_OF_A_MESSAGE;
            let said = Said { text: text.to_owned(), ..said.clone() };
            match chunks.last_mut() {
                Some(chunk) if used + cost <= most_tokens => {
                    chunk.messages.push(said);
                    chunk.from.push(index);
                    used += cost;
                }
                _ => {
                    chunks.push(Chunk { messages: vec![said], from: vec![index] });
                    used = cost;
                }
            }
        }
    }
    chunks
}

/// About how many tokens a text has, rather too many than too few: four ASCII characters, two
/// others, or one of a script that is written without spaces.
pub(crate) fn tokens(text: &str) -> usize {
    let quarters: usize = text.chars().map(quarters).sum();
    quarters.div_ceil(4)
}

fn quarters(c: char) -> usize {
    match c {
        c if c.is_ascii_alphabetic() || c == ' ' => 1,
        // Digits and signs are seldom joined.
        c if c.is_ascii() => 2,
        c if is_unsegmented(c) => 5,
        _ => 2,
    }
}

/// The pieces of a text, as ranges of its bytes.
fn pieces(text: &str, most: usize) -> Vec<Range<usize>> {
    let whole = 0..text.len();
    if tokens(text) <= most {
        return vec![whole];
    }
    let mut pieces: Vec<Range<usize>> = Vec::new();
    for sentence in sentences(text) {
        let fits = pieces.last().is_some_and(|last| {
            text.get(last.start..sentence.end).is_some_and(|joined| tokens(joined) <= most)
        });
        match pieces.last_mut() {
            Some(last) if fits => last.end = sentence.end,
            _ => pieces.extend(cut(text, sentence, most)),
        }
    }
    if pieces.is_empty() { vec![whole] } else { pieces }
}

/// Cuts one sentence after a space where there is one, and anywhere else otherwise.
fn cut(text: &str, sentence: Range<usize>, most: usize) -> Vec<Range<usize>> {
    let mut pieces = Vec::new();
    let (mut start, mut spent, mut space) = (sentence.start, 0, None);
    for (at, c) in text.get(sentence.clone()).unwrap_or_default().char_indices() {
        let at = sentence.start + at;
        if spent + quarters(c) > most * 4 && at > start {
            let end = space.filter(|space| *space > start).unwrap_or(at);
            pieces.push(start..end);
            spent = text.get(end..at).unwrap_or_default().chars().map(quarters).sum();
            (start, space) = (end, None);
        }
        spent += quarters(c);
        if c.is_whitespace() {
            space = Some(at + c.len_utf8());
        }
    }
    pieces.push(start..sentence.end);
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> Said {
        Said { role: "user".to_owned(), name: None, text: text.to_owned() }
    }

    fn texts(chunks: &[Chunk]) -> Vec<Vec<&str>> {
        let of = |chunk: &'_ Chunk| -> Vec<String> {
            chunk.messages.iter().map(|said| said.text.clone()).collect()
        };
        let _ = of;
        chunks
            .iter()
            .map(|chunk| chunk.messages.iter().map(|said| said.text.as_str()).collect())
            .collect()
    }

    #[test]
    fn messages_stay_whole_where_they_fit() {
        let messages = [said("One and two."), said("Three and four."), said("Five.")];
        let all = chunks(&messages, 1_000);
        assert_eq!(texts(&all), [["One and two.", "Three and four.", "Five."]]);
        let few = chunks(&messages, 20);
        assert_eq!(texts(&few), [["One and two."], ["Three and four."], ["Five."]]);
        assert_eq!(few[2].from, [2]);
        assert!(chunks(&[], 100).is_empty());
    }

    #[test]
    fn a_long_message_is_cut_at_its_sentences_and_loses_nothing() {
        let long = "The first sentence is here. The second one follows. 第三句在这里。第四句也在。";
        let found = chunks(&[said("Hi."), said(long)], 26);
        assert!(found.len() > 2);
        let joined: String = found
            .iter()
            .flat_map(|chunk| &chunk.messages)
            .skip(1)
            .flat_map(|said| said.text.chars())
            .filter(|c| !c.is_whitespace())
            .collect();
        let whole: String = long.chars().filter(|c| !c.is_whitespace()).collect();
        assert_eq!(joined, whole);
        assert!(found.iter().flat_map(|chunk| &chunk.from).skip(1).all(|from| *from == 1));
    }

    #[test]
    fn no_piece_has_more_than_its_tokens_however_long_a_word_is() {
        for text in ["x".repeat(5_000), "猫".repeat(900), "ab ".repeat(3_000), "é🏳️‍🌈".repeat(500)]
        {
            let found = chunks(&[said(&text)], 100);
            for said in found.iter().flat_map(|chunk| &chunk.messages) {
                assert!(tokens(&said.text) <= 100, "{}", tokens(&said.text));
            }
            let length: usize =
                found.iter().flat_map(|chunk| &chunk.messages).map(|said| said.text.len()).sum();
            assert_eq!(length, text.trim_end().len());
        }
        // However small the limit is, everything is asked.
        assert_eq!(chunks(&[said("abc")], 0).len(), 1);
    }
}
