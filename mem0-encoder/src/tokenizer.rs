//! WordPiece, as the model was trained with it.
//!
//! The tables of Unicode are those of the official tokenizer, so that every character is treated as
//! there, and not as a newer version of Unicode has it.

use std::borrow::Borrow;
use std::cmp::Reverse;
use std::collections::HashMap;
use std::hash::Hash;

use unicode_categories::UnicodeCategories;
use unicode_normalization::UnicodeNormalization;

use crate::EncoderError;
use crate::sections::Sections;

/// How texts are treated, and the signs that stand for more than a piece of a word.
pub(crate) struct Rules<S> {
    pub(crate) unknown: u32,
    pub(crate) begin: u32,
    pub(crate) end: u32,
    /// Written in a text, these are the model's own signs.
    pub(crate) signs: Vec<(S, u32)>,
    /// Whether letters are made small.
    pub(crate) lowercase: bool,
    /// Whether letters lose their accents.
    pub(crate) strip_accents: bool,
    /// Whether each ideograph is a word.
    pub(crate) part_ideographs: bool,
    /// Whether control characters are left out.
    pub(crate) clean: bool,
    /// A word of more characters is unknown.
    pub(crate) longest_word: usize,
}

/// `S` holds a piece: borrowed from the program, or owned.
pub(crate) struct Tokenizer<S> {
    /// Pieces at the beginning of a word.
    beginnings: HashMap<S, u32>,
    /// Pieces inside a word, without their `##`.
    continuations: HashMap<S, u32>,
    /// The bytes of the longest piece.
    longest: usize,
    rules: Rules<S>,
}

/// The tokens of a text, with those that begin and end it.
#[derive(Debug, PartialEq)]
pub(crate) struct Tokens {
    pub(crate) ids: Vec<u32>,
    /// How many are letters or digits, known or not.
    wordlike: usize,
    /// How many of these the model was trained to understand.
    understood: usize,
}

impl Tokens {
    /// The share of the letters' and digits' tokens that the model was trained to understand.
    pub(crate) fn known(&self) -> f32 {
        if self.wordlike == 0 { 0.0 } else { self.understood as f32 / self.wordlike as f32 }
    }
}

impl Tokenizer<&'static str> {
    /// The built-in model's.
    pub(crate) fn read(sections: &mut Sections, count: usize) -> Result<Self, EncoderError> {
        let length = sections.number()?;
        let text = str::from_utf8(sections.bytes(length)?).map_err(|_| EncoderError::Weights)?;
        let rules = Rules {
            unknown: 100,
            begin: 101,
            end: 102,
            signs: vec![
                ("[PAD]", 0),
                ("[UNK]", 100),
                ("[CLS]", 101),
                ("[SEP]", 102),
                ("[MASK]", 103),
            ],
            lowercase: true,
            strip_accents: true,
            part_ideographs: true,
            clean: true,
            longest_word: 100,
        };
        let tokenizer = Self::of(text.lines().zip(0..), rules);
        if tokenizer.beginnings.len() + tokenizer.continuations.len() != count {
            return Err(EncoderError::Weights);
        }
        Ok(tokenizer)
    }
}

impl<S: Borrow<str> + Eq + Hash> Tokenizer<S> {
    /// From a vocabulary, in which pieces inside a word begin with `##`.
    pub(crate) fn of<'a>(vocabulary: impl Iterator<Item = (&'a str, u32)>, rules: Rules<S>) -> Self
    where
        S: From<&'a str>,
    {
        let (mut beginnings, mut continuations) = (HashMap::new(), HashMap::new());
        let mut longest = 0;
        for (piece, id) in vocabulary {
            match piece.strip_prefix("##") {
                Some(inside) if !inside.is_empty() => continuations.insert(inside.into(), id),
                _ => beginnings.insert(piece.into(), id),
            };
            longest = longest.max(piece.len());
        }
        Self { beginnings, continuations, longest, rules }
    }

    /// The tokens of `text`, at most `limit` of them.
    pub(crate) fn tokens(&self, text: &str, limit: usize) -> Tokens {
        let mut tokens = Tokens { ids: vec![self.rules.begin], wordlike: 0, understood: 0 };
        let mut rest = text;
        while !rest.is_empty() && tokens.ids.len() + 1 < limit {
            // Not further than the next of the model's own signs, of which the longest counts.
            let next = self.rules.signs.iter().filter_map(|(sign, id)| {
                let sign = sign.borrow();
                Some((rest.find(sign)?, Reverse(sign.len()), *id))
            });
            let (before, sign) = match next.min() {
                Some((0, Reverse(length), id)) => {
                    tokens.ids.push(id);
                    rest = &rest[length..];
                    continue;
                }
                Some((at, ..)) => rest.split_at(at),
                None => (rest, ""),
            };
            self.add_words(before, limit, &mut tokens);
            rest = sign;
        }
        tokens.ids.truncate(limit - 1);
        tokens.ids.push(self.rules.end);
        tokens
    }

    fn add_words(&self, text: &str, limit: usize, tokens: &mut Tokens) {
        let mut word = String::new();
        for c in text.chars().filter(|c| !self.rules.clean || !is_left_out(*c)) {
            let is_word = self.rules.part_ideographs && is_chinese(c);
            if c.is_whitespace() || is_word {
                self.end_word(&mut word, tokens);
            }
            // Decomposition and small letters do not reach over these borders.
            if !c.is_whitespace() {
                word.push(c);
            }
            if is_word {
                self.end_word(&mut word, tokens);
            }
            if tokens.ids.len() >= limit {
                return;
            }
        }
        self.end_word(&mut word, tokens);
    }

    /// Adds what stood between two spaces, as the rules have its letters, and empties it.
    fn end_word(&self, word: &mut String, tokens: &mut Tokens) {
        if word.is_empty() {
            return;
        }
        let without_accents = || word.nfd().filter(|c| !c.is_mark_nonspacing());
        let plain: String = match (self.rules.strip_accents, self.rules.lowercase) {
            (true, true) => without_accents().flat_map(char::to_lowercase).collect(),
            (true, false) => without_accents().collect(),
            (false, true) => word.chars().flat_map(char::to_lowercase).collect(),
            (false, false) => word.clone(),
        };
        let mut part = String::new();
        for c in plain.chars() {
            if c.is_whitespace() || is_punctuation(c) {
                self.add_word(&part, tokens);
                part.clear();
            }
            if is_punctuation(c) {
                self.add_word(c.encode_utf8(&mut [0; 4]), tokens);
            } else if !c.is_whitespace() {
                part.push(c);
            }
        }
        self.add_word(&part, tokens);
        word.clear();
    }

    /// Adds the longest pieces that a word is made of, from its beginning on; or the sign for an
    /// unknown word if one of them is missing.
    fn add_word(&self, word: &str, tokens: &mut Tokens) {
        if word.is_empty() {
            return;
        }
        let (first, is_wordlike) = (tokens.ids.len(), word.chars().any(char::is_alphanumeric));
        let mut rest =
            if word.chars().count() > self.rules.longest_word { None } else { Some(word) };
        while let Some(left) = rest.filter(|left| !left.is_empty()) {
            let pieces =
                if tokens.ids.len() == first { &self.beginnings } else { &self.continuations };
            let ends = (1..=left.len().min(self.longest)).rev();
            let mut ends = ends.filter(|end| left.is_char_boundary(*end));
            let found = ends.find_map(|end| Some((*pieces.get(&left[..end])?, end)));
            rest = found.map(|(id, end)| {
                tokens.ids.push(id);
                &left[end..]
            });
        }
        let is_known = rest.is_some();
        if !is_known {
            tokens.ids.truncate(first);
            tokens.ids.push(self.rules.unknown);
        }
        if is_wordlike {
            let pieces = tokens.ids.len() - first;
            tokens.wordlike += pieces;
            // Of other scripts the vocabulary has little more than the letters.
            if is_known && word.chars().all(|c| c.is_ascii_alphanumeric()) {
                tokens.understood += pieces;
            }
        }
    }
}

fn is_left_out(c: char) -> bool {
    let is_space = matches!(c, '\t' | '\n' | '\r');
    c == '\0' || c == char::REPLACEMENT_CHARACTER || (!is_space && c.is_other())
}

fn is_punctuation(c: char) -> bool {
    c.is_ascii_punctuation() || c.is_punctuation()
}

/// The characters that stand for themselves: ideographs, in the blocks that the official tokenizer
/// lists.
fn is_chinese(c: char) -> bool {
    matches!(u32::from(c),
        0x4E00..=0x9FFF
        | 0x3400..=0x4DBF
        | 0x2_0000..=0x2_A6DF
        | 0x2_A700..=0x2_B73F
        | 0x2_B740..=0x2_B81F
        | 0x2_B920..=0x2_CEAF
        | 0xF900..=0xFAFF
        | 0x2_F800..=0x2_FA1F)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn tokenizer() -> Tokenizer<&'static str> {
        let mut file = Sections::of(mem0_encoder_data_1::BYTES, b"M0WORDS1").unwrap();
        let count = file.number().unwrap();
        Tokenizer::read(&mut file, count).unwrap()
    }

    /// What the official tokenizer makes of texts in many scripts: see `tests/record.py`.
    #[test]
    fn tokens_are_those_of_the_official_tokenizer() {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/tokens.json");
        let recorded = std::fs::read_to_string(file).unwrap();
        let recorded: Vec<(String, Vec<u32>)> = serde_json::from_str(&recorded).unwrap();
        assert!(recorded.len() > 500);
        let tokenizer = tokenizer();
        for (text, ids) in recorded {
            assert_eq!(tokenizer.tokens(&text, crate::WINDOW).ids, ids, "{text:?}");
        }
    }

    #[test]
    fn a_limit_is_kept_wherever_it_falls() {
        let tokenizer = tokenizer();
        let text = "unbelievable [SEP] Würzburg, 寿司! [MASK]";
        let all = tokenizer.tokens(text, usize::MAX).ids;
        for limit in 2..=all.len() + 1 {
            let ids = tokenizer.tokens(text, limit).ids;
            assert_eq!(ids.len(), limit.min(all.len()));
            assert_eq!(ids[..ids.len() - 1], all[..ids.len() - 1]);
            assert_eq!(ids.last(), Some(&102));
        }
    }
}
