//! Text to index terms: the one analysis that memories and queries share.
//!
//! - **Words** (scripts written with spaces) are compatibility-normalised (NFKC, so full-width
//!   `Ｐｉｚｚａ` is `pizza`), lower-cased, freed of accents (`café` and `cafe` are one term), and
//!   checked against an English stop list. Those in ASCII are stemmed with Snowball's English
//!   stemmer. Apostrophes don't split: `Anna's` is `anna`, `O'Brien` is `obrien`. What is not an
//!   English word also has forms, looser terms by which another form of it is found.
//! - **Signs** that make another word of it stay: `c++`, `c#`, `.net`, `@anna`, `#hiking`, `at&t`.
//!   The word without them is a form.
//! - **Codes** are one term in all their spellings: `BA117` and `BA 117`.
//! - **Numbers** are one term in all their spellings: `1,000` and `1000`.
//! - **Unsegmented scripts** (Han, Hiragana, Katakana, Hangul, Thai, Lao, Khmer, Myanmar, Tibetan)
//!   become overlapping pairs of characters, so that 寿司 is found inside a sentence. A character
//!   that stands alone is a term of its own; Han and Hangul characters, which can be words by
//!   themselves, are also terms one by one, so that 猫 finds 黒猫 and the other way round.
//! - **Emoji** are words of one character, without their colours. A query that has other words is
//!   about those alone.
//! - **Everything else** (punctuation, controls) separates.

use std::collections::HashSet;

use crate::giving_way::give_way_for_now;
use crate::text::codes::{self, other_name};
use crate::text::forms::{Forms, forms_of};
use crate::text::function_words::{is_grammar, is_stop_word};
use crate::text::letters::{
    continues_word, is_emoji, is_half_of_flag, is_hangul, is_unsegmented, is_word_by_itself,
    letters_of_a_word, lower_case, without_accents,
};
use crate::text::numbers;
use crate::text::stems::stem;

/// The longest term, in bytes. Longer ones are cut, in memories and queries alike.
pub const MAX_TERM_BYTES: usize = 64;

/// The most words of a query, as many terms where words are written with spaces. Any further ones
/// are ignored.
pub const MAX_QUERY_TERMS: usize = 64;

/// What a character in common says, when a word in common says 1.
const CHARACTER: f32 = 0.25;

/// How many words are analysed between two looks at whether others go first.
const STRIDE: usize = 256;

/// Longer words that a hyphen joins are not one word in another spelling.
const MAX_JOINED: usize = 24;

/// The terms of a memory, in order, repeats kept.
///
/// Empty when the text has no word outside the stop list.
pub fn index_terms(text: &str) -> Vec<String> {
    index_words(text).into_iter().map(|word| word.term).collect()
}

/// The distinct terms to look for, in the order of the query, of at most [`MAX_QUERY_TERMS`] words.
///
/// Empty when the query has no word outside the stop list. Such a query finds nothing by keywords.
pub fn query_terms(text: &str) -> Vec<String> {
    query_words(text).into_iter().map(|word| word.term).collect()
}

/// A word of a memory or a query.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Word {
    pub(crate) term: String,
    /// By what else it is found.
    pub(crate) forms: Forms,
    /// How much of a word it stands for: 1, or less for each of the overlapping pairs of a run, and
    /// 0 for each of its characters.
    pub(crate) portion: f32,
    /// What it says that it is in a memory, too: 1, or less for a part of a word.
    pub(crate) worth: f32,
}

/// The words of a memory: its [terms](index_terms) with their forms.
pub(crate) fn index_words(text: &str) -> Vec<Word> {
    let mut words = Vec::new();
    for (number, segment) in segments(text).into_iter().enumerate() {
        if number % STRIDE == 0 {
            give_way_for_now();
        }
        match segment {
            Segment::Word(word) => words.push(word),
            Segment::Run(run) => {
                words.extend(pairs(&run));
                if run.len() > 1 {
                    let alone = run.iter().filter(|c| is_word_by_itself(**c));
                    words.extend(alone.map(|c| Word::plain(c.to_string())));
                }
            }
        }
    }
    words
}

/// The words of a query: its [terms](query_terms) with their forms.
pub(crate) fn query_words(text: &str) -> Vec<Word> {
    let mut seen = HashSet::new();
    let (mut counted, mut characters) = (0.0, 0);
    let mut segments = segments(text);
    let is_picture = |segment: &Segment| matches!(segment, Segment::Word(word) if word.is_emoji());
    if !segments.iter().all(is_picture) {
        segments.retain(|segment| !is_picture(segment));
    }
    segments
        .into_iter()
        .flat_map(|segment| match segment {
            Segment::Word(word) => vec![word],
            Segment::Run(run) => {
                let mut words: Vec<_> = pairs(&run).collect();
                // A noun of one syllable with a particle, as 책을 is of 책.
                if let ([noun, last], [word]) = (run.as_slice(), words.as_mut_slice())
                    && is_hangul(*noun)
                    && KOREAN_PARTICLES.contains(*last)
                {
                    word.forms.add_same(*noun, 1);
                }
                if run.len() > 1 {
                    let alone = run.iter().filter(|c| is_word_by_itself(**c)).map(char::to_string);
                    let alone = alone.filter(|c| !is_grammar(c)).map(Word::plain);
                    words.extend(alone.map(|it| Word { portion: 0.0, worth: CHARACTER, ..it }));
                }
                words
            }
        })
        .filter(|word| seen.insert(word.term.clone()))
        .filter(|word| {
            characters += usize::from(word.portion == 0.0);
            word.portion > 0.0 || characters <= MAX_QUERY_TERMS
        })
        .take_while(|word| {
            counted += word.portion;
            counted <= MAX_QUERY_TERMS as f32
        })
        .collect()
}

/// How many words a term of a memory stands for.
pub(crate) fn words_of(term: &str) -> f32 {
    let mut letters = term.chars();
    match (letters.next(), letters.next()) {
        (Some(c), None) if is_word_by_itself(c) => 0.0,
        (Some(c), Some(_)) if is_unsegmented(c) => 1.0 / letters_of_a_word(c),
        _ => 1.0,
    }
}

/// The Latin words and the numbers of a text, in order, lower-cased and without accents: all that
/// the embedder's English vocabulary can know. Stop words are left out unless the text has only
/// stop words. An apostrophe separates words.
///
/// Empty where they are less than half of the text, since the vector would stand for all of it.
pub(crate) fn latin_words(text: &str) -> Vec<String> {
    let (mut latin, mut others) = (Vec::new(), 0);
    let letters = lower_case(text);
    let mut at = 0;
    while let Some(c) = letters.get(at) {
        let word = letters.get(at..).unwrap_or_default();
        let length = if is_unsegmented(*c) {
            let length = word.iter().take_while(|c| is_unsegmented(**c)).count();
            // A word has about two characters.
            others += length.div_ceil(2);
            length
        } else if c.is_alphanumeric() {
            let length = word.iter().take_while(|c| continues_word(**c)).count();
            let word = without_accents(&word.iter().take(length).collect::<String>());
            if word.is_ascii() {
                latin.push(word)
            } else {
                others += 1
            }
            length
        } else {
            1
        };
        at += length.max(1);
    }
    if others > latin.len() {
        return Vec::new();
    }
    let parts = |skip: fn(&str) -> bool| -> Vec<String> {
        let kept = latin.iter().filter(|word| !skip(word));
        let parts = kept.flat_map(|word| word.split('\'')).filter(|part| !skip(part));
        parts.filter(|part| !part.is_empty()).map(str::to_owned).collect()
    };
    let content = parts(is_stop_word);
    if content.is_empty() { parts(|_| false) } else { content }
}

/// Particles of one syllable.
const KOREAN_PARTICLES: &str = "은는이가을를에의도로과와만";

impl Word {
    fn new(term: String, forms: Forms) -> Self {
        Self { term: cut(term), forms, portion: 1.0, worth: 1.0 }
    }

    fn plain(term: String) -> Self {
        Self::new(term, Forms::default())
    }

    fn is_emoji(&self) -> bool {
        self.term.chars().all(is_emoji)
    }
}

enum Segment {
    /// A word of a script written with spaces, outside the stop list.
    Word(Word),
    /// Neighbouring characters of scripts written without spaces.
    Run(Vec<char>),
}

fn segments(text: &str) -> Vec<Segment> {
    let letters = lower_case(text);
    let mut reader = Reader { letters: &letters, at: 0, segments: Vec::new() };
    while let Some(c) = letters.get(reader.at) {
        if is_emoji(*c) {
            reader.emoji(*c);
            continue;
        }
        if !c.is_alphanumeric() {
            reader.at += 1;
            continue;
        }
        if reader.segments.len().is_multiple_of(STRIDE) {
            give_way_for_now();
        }
        if is_unsegmented(*c) {
            let run = reader.taken(is_unsegmented);
            reader.segments.push(Segment::Run(run));
        } else if c.is_ascii_digit() {
            let mut number = numbers::read(&letters, reader.at);
            for code in codes::around(&letters, reader.at, number.end) {
                if let Some((_, forms)) = number.words.first_mut() {
                    forms.add_same(code, 2);
                }
            }
            reader.at = number.end.max(reader.at + 1);
            let words = number.words.into_iter();
            reader
                .segments
                .extend(words.map(|(term, forms)| Segment::Word(Word::new(term, forms))));
        } else {
            reader.joined_words();
        }
    }
    reader.segments
}

/// Reads a text from one word to the next.
struct Reader<'a> {
    letters: &'a [char],
    at: usize,
    segments: Vec<Segment>,
}

impl Reader<'_> {
    fn next(&self, distance: usize) -> Option<char> {
        self.letters.get(self.at + distance).copied()
    }

    fn taken(&mut self, is_part: fn(char) -> bool) -> Vec<char> {
        let rest = self.letters.get(self.at..).unwrap_or_default();
        let part: Vec<_> = rest.iter().copied().take_while(|c| is_part(*c)).collect();
        self.at += part.len().max(1);
        part
    }

    /// Reads a word, and those that a hyphen, a full stop or a line joins to it. The first of them
    /// is also found by all of them as one word: `e-mail` and `email`, `node.js` and `nodejs`.
    fn joined_words(&mut self) {
        let first = self.segments.len();
        let mut joined = String::new();
        let mut count = 0;
        loop {
            let word = self.word();
            if joined.len() <= MAX_JOINED {
                joined.push_str(&word);
            }
            count += 1;
            let is_joined = matches!(self.next(0), Some('-' | '.' | '_'))
                && self.next(1).is_some_and(|c| c.is_alphabetic() && !is_unsegmented(c));
            if !is_joined {
                break;
            }
            self.at += 1;
        }
        if count > 1
            && joined.len() <= MAX_JOINED
            && let Some(Segment::Word(word)) = self.segments.get_mut(first)
        {
            word.forms.add_same(term_of(&joined), 2);
            if let Some(other) = other_name(&joined) {
                word.forms.add_same(other, 0);
            }
        }
    }

    /// Reads an emoji, or the two halves of a flag.
    fn emoji(&mut self, c: char) {
        let other_half = self.next(1).filter(|next| is_half_of_flag(c) && is_half_of_flag(*next));
        let term: String = [Some(c), other_half].into_iter().flatten().collect();
        self.at += 1 + usize::from(other_half.is_some());
        self.segments.push(Segment::Word(Word::plain(term)));
    }

    /// Reads a word and the signs that belong to it, and returns the word without accents.
    fn word(&mut self) -> String {
        let before = self.at.checked_sub(1).and_then(|at| self.letters.get(at)).copied();
        let further = self.at.checked_sub(2).and_then(|at| self.letters.get(at)).copied();
        // The `v` of a version.
        if self.next(0) == Some('v')
            && self.next(1).is_some_and(|c| c.is_ascii_digit())
            && !before.is_some_and(char::is_alphanumeric)
        {
            let digits = self.letters.iter().skip(self.at + 1).take_while(|c| c.is_ascii_digit());
            if self.next(1 + digits.count()) == Some('.') {
                self.at += 1;
                return String::new();
            }
        }
        let lower: String = self.taken(continues_word).into_iter().collect();
        let plain = without_accents(&lower);
        let sign_before = match before {
            Some(sign @ ('@' | '#')) if !further.is_some_and(char::is_alphanumeric) => Some(sign),
            // Not the last dot of several, nor what a word goes on with.
            Some('.') if further.is_none_or(|c| !continues_word(c) && c != '.') => Some('.'),
            _ => None,
        };
        if let Some(account) = codes::account(&plain, self.letters, self.at) {
            self.at = account.end;
            let words = account.words.into_iter();
            self.segments.extend(words.map(|(term, forms)| Segment::Word(Word::new(term, forms))));
            return plain;
        }
        let sign_after = self.sign_after(&plain);
        if let Some(and) = self.with_ampersand(&plain) {
            self.segments.push(Segment::Word(and));
        } else if sign_before.is_some() && !is_stop_word(&plain) || sign_after.is_some() {
            let term = sign_before
                .into_iter()
                .chain(plain.chars())
                .chain(sign_after.unwrap_or_default().chars());
            let mut word = Word::plain(term.collect());
            if !is_stop_word(&plain) {
                let bare = term_of(&plain);
                match sign_before {
                    Some('@' | '#') => word.forms.add_same(bare, 1),
                    _ => word.forms.add_like(bare, 1),
                }
            }
            self.segments.push(Segment::Word(word));
        } else {
            let mut word = word(&lower, &plain);
            if let Some(word) = &mut word {
                let sharp = [' ', 's', 'h', 'a', 'r', 'p'];
                let ahead = self.letters.get(self.at..).unwrap_or_default();
                let is_sharp = plain.len() == 1
                    && ahead.starts_with(&sharp)
                    && !ahead.get(sharp.len()).is_some_and(|c| continues_word(*c));
                if is_sharp {
                    word.forms.add_same(format!("{plain}#"), 0);
                }
            }
            self.segments.extend(word.map(Segment::Word));
        }
        plain
    }

    /// Reads the sign that makes another word of this one: `c++`, `c#`, `disney+`.
    fn sign_after(&mut self, word: &str) -> Option<&'static str> {
        if !word.bytes().all(|byte| byte.is_ascii_lowercase()) {
            return None;
        }
        let ends =
            |distance| !self.next(distance).is_some_and(|c: char| c.is_alphanumeric() || c == '+');
        let (sign, length) = match self.next(0)? {
            '+' if self.next(1) == Some('+') && ends(2) => ("++", 2),
            '+' if ends(1) => ("+", 1),
            '#' if ends(1) && word.len() <= 2 => ("#", 1),
            _ => return None,
        };
        self.at += length;
        Some(sign)
    }

    /// Reads what an ampersand joins to a word: `at&t`.
    fn with_ampersand(&mut self, word: &str) -> Option<Word> {
        if !word.is_ascii() {
            return None;
        }
        let mut parts = vec![word.to_owned()];
        while self.next(0) == Some('&') && self.next(1).is_some_and(|c| c.is_ascii_lowercase()) {
            self.at += 1;
            parts.push(self.taken(|c| c.is_ascii_alphanumeric()).into_iter().collect());
        }
        if parts.len() == 1 {
            return None;
        }
        let mut joined = Word::plain(parts.join("&"));
        joined.forms.add_same(term_of(&parts.concat()), 2);
        for part in parts.iter().filter(|part| !is_stop_word(part)) {
            joined.forms.add_like(term_of(part), 1);
        }
        Some(joined)
    }
}

/// A word, unless it is a stop word.
fn word(lower: &str, plain: &str) -> Option<Word> {
    let plain = plain.trim_end_matches('\'');
    if plain.is_empty() || is_stop_word(plain) {
        return None;
    }
    let plain = plain.strip_suffix("'s").unwrap_or(plain);
    if is_stop_word(plain) {
        return None;
    }
    let term = term_of(plain);
    let lower = lower.trim_end_matches('\'');
    let lower = lower.strip_suffix("'s").unwrap_or(lower);
    let mut forms = if plain.contains('\'') {
        let without = |word: &str| word.replace('\'', "");
        forms_of(&without(lower), &without(plain), &term)
    } else {
        forms_of(lower, plain, &term)
    };
    // L'école is of école, dell'arte of arte.
    if let (Some((start, rest)), Some((_, lower_rest))) =
        (plain.split_once('\''), lower.split_once('\''))
        && start.len() <= 5
        && rest.len() >= 3
    {
        let rest_term = term_of(rest);
        let of_rest = forms_of(lower_rest, rest, &rest_term);
        forms.add_same(rest_term, 3);
        of_rest.same.into_iter().for_each(|form| forms.add_same(form, 3));
        of_rest.like.into_iter().for_each(|form| forms.add_like(form, 3));
    }
    if let Some(number) = numbers::named(plain) {
        forms.add_same(number.to_string(), 0);
    }
    if let Some(other) = other_name(plain) {
        forms.add_same(other, 0);
    }
    // Of a code: iPhone15.
    let letters = plain.trim_end_matches(|c: char| c.is_ascii_digit());
    if letters.len() < plain.len() && !is_stop_word(letters) {
        forms.add_like(term_of(letters), 1);
        forms.add_same(term_of(letters), 3);
    }
    Some(Word::new(term, forms))
}

/// The term of a word without accents.
fn term_of(plain: &str) -> String {
    let term = cut(plain.replace('\'', ""));
    if term.is_ascii() { stem(&term) } else { term }
}

/// Overlapping pairs of a run, or its single character.
fn pairs(run: &[char]) -> impl Iterator<Item = Word> {
    let alone = if run.len() == 1 { run } else { &[] };
    let pairs = run.windows(2).map(String::from_iter);
    // Of the pairs, only those that are not of two words can be found elsewhere: one alone is as
    // much of a word as it has letters.
    let of_word = run.first().map_or(1.0, |c| letters_of_a_word(*c));
    let portion = run.len() as f32 / (of_word * (run.len() - 1).max(1) as f32);
    let worth = 2.0 / of_word;
    let pairs = pairs.map(move |pair| Word { portion, worth, ..Word::plain(pair) });
    pairs.chain(alone.iter().map(|c| Word::plain(c.to_string())))
}

/// The term, cut to [`MAX_TERM_BYTES`].
fn cut(mut term: String) -> String {
    let end = (0..=MAX_TERM_BYTES).rev().find(|end| term.is_char_boundary(*end));
    if term.len() > MAX_TERM_BYTES {
        term.truncate(end.unwrap_or_default());
    }
    term
}

#[cfg(test)]
mod tests {
    use super::*;

    fn index(text: &str) -> String {
        index_terms(text).join(" ")
    }

    fn query(text: &str) -> String {
        query_terms(text).join(" ")
    }

    #[test]
    fn words_are_stemmed_and_stop_words_dropped() {
        assert_eq!(index("The arguing about arguments went on"), "argu argument went");
        assert_eq!(query("What do they argue about?"), "argu");
        assert_eq!(query("what is it that they don't do"), "");
        assert_eq!(index("pizza, Pizza; PIZZA"), "pizza pizza pizza");
        assert_eq!(query("pizza, Pizza; PIZZA"), "pizza");
    }

    #[test]
    fn numbers_and_codes_stay() {
        assert_eq!(index("Room 101, the N4 on 2024-05-24"), "room 101 n4 24 5 2024");
        assert_eq!(index("foo_bar@example.com"), "foo bar exampl com");
    }

    #[test]
    fn apostrophes_do_not_split() {
        assert_eq!(index("Anna's O\u{2019}Brien's rock'n'roll"), "anna obrien rocknrol");
        assert_eq!(index("'quoted' ''"), "quot");
        assert_eq!(index("I don\u{2019}t"), "");
        assert_eq!(index("what's who's"), "");
    }

    #[test]
    fn latin_accents_and_widths_fold() {
        assert_eq!(index("Café CAFE\u{301} ｃａｆｅ"), "cafe cafe cafe");
        assert_eq!(index("Straße Łódź Øre œuvre"), "strass lodz ore oeuvr");
        assert_eq!(index("İstanbul"), "istanbul");
    }

    #[test]
    fn other_alphabets_are_words() {
        assert_eq!(index("Привет"), query("ПРИВЕТ"));
        assert_eq!(query("Да"), "да");
        assert_eq!(query("ΛΌΓΟΣ"), query("λόγος"));
        assert_eq!(query("हिन्दी").split(' ').count(), 1);
        assert_eq!(query("हिन्दी"), index("हिन्दी"));
    }

    #[test]
    fn unsegmented_scripts_become_pairs() {
        assert_eq!(query("寿司"), "寿司 寿 司");
        let sentence = index_terms("昨日は寿司を食べた");
        assert!(sentence.contains(&"寿司".to_owned()));
        assert_eq!(query("ﾋﾟｻﾞ"), query("ピザ"));
        assert_eq!(query("iPhoneを買う"), "iphon を買 買う 買");
        assert_eq!(query("กิน").split(' ').count(), 2);
    }

    #[test]
    fn a_single_character_finds_itself_in_a_longer_run() {
        for (character, sentence) in [("猫", "黒猫です"), ("猫", "猫"), ("책", "책을 읽었다")]
        {
            let terms = index_terms(sentence);
            assert!(query_terms(character).iter().all(|term| terms.contains(term)));
        }
        assert_eq!(query("猫"), "猫");
        assert_eq!(query("黒猫"), "黒猫 黒 猫");
        assert_eq!(query("你的猫"), "你的 的猫 猫");
        assert!(!index_terms("ねこ").contains(&"ね".to_owned()));
    }

    #[test]
    fn a_memory_has_as_many_words_in_each_script() {
        let words = |text: &str| index_terms(text).iter().map(|term| words_of(term)).sum::<f32>();
        assert_eq!(words("a red car at sea"), 3.0);
        for (text, about) in [("我养了一只橘猫", 3.5), ("ฉันเลี้ยงแมวสีส้ม", 4.5), ("고양이를", 2.0)]
        {
            assert!((words(text) - about).abs() <= 0.5, "{text}: {}", words(text));
        }
        let portions = |text: &str| query_words(text).iter().map(|it| it.portion).sum::<f32>();
        assert!((portions("我养了一只橘猫") - 3.5).abs() < 0.01);
        assert!((portions("แมวสีส้ม") - 2.0).abs() < 0.01);
    }

    #[test]
    fn grammar_is_told_from_other_terms() {
        use crate::text::function_words::is_grammar;

        for text in ["です", "什么", "你在", "誰"] {
            assert!(query_terms(text).iter().all(|term| is_grammar(term)), "{text}");
        }
        for text in ["寿司", "食べ", "ピザ", "过敏", "pizza", "u", "ukulele", "만두"] {
            assert!(!query_terms(text).iter().any(|term| is_grammar(term)), "{text}");
        }
        assert!(!is_grammar("u"));
        assert!(!is_grammar(""));
    }

    #[test]
    fn texts_without_words_have_no_terms() {
        for text in ["", " ", "!?", "\u{fe0f}", "\0\u{1b}", "\u{301}", "'"] {
            assert_eq!(index(text), "", "{text:?}");
            assert_eq!(query(text), "", "{text:?}");
        }
    }

    #[test]
    fn sizes_are_bounded() {
        let long = "a".repeat(50_000);
        assert_eq!(index_terms(&long), query_terms(&long));
        assert_eq!(query(&long).len(), MAX_TERM_BYTES);
        assert!(query(&"д".repeat(1000)).len() <= MAX_TERM_BYTES);
        let many: String = (0..1000).map(|number| format!("{number} ")).collect();
        assert_eq!(query_terms(&many).len(), MAX_QUERY_TERMS);
        let apart: String = ('一'..'龥').map(|c| format!("{c}丁，")).collect();
        assert_eq!(query_terms(&apart).len(), 2 * MAX_QUERY_TERMS);
        let run: String = ('一'..'龥').collect();
        assert_eq!(query_terms(&run).len(), 2 * MAX_QUERY_TERMS - 1);
    }

    /// Characters from all of Unicode, with more ASCII and unsegmented scripts.
    fn random_text(state: &mut u64) -> String {
        let mut next = |below: u32| {
            *state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            u32::try_from(*state >> 33).unwrap() % below
        };
        let length = next(40);
        (0..length)
            .filter_map(|_| {
                let code = match next(5) {
                    0 => next(0x80),
                    1 => 0x0e00 + next(0x900),
                    2 => 0x3000 + next(0x7000),
                    3 => next(0x600),
                    _ => next(0x11_0000),
                };
                char::from_u32(code)
            })
            .collect()
    }

    #[test]
    fn analysing_any_text_ends_and_a_term_is_its_own_term() {
        let mut state = 7;
        for _ in 0..300 {
            let text = random_text(&mut state);
            for word in index_words(&text).into_iter().chain(query_words(&text)) {
                let all = [&word.term].into_iter().chain(&word.forms.same).chain(&word.forms.like);
                assert!(all.clone().all(|term| !term.is_empty()), "{text:?}");
                let mark = |c: char| c.is_whitespace() || matches!(c, '|' | '^' | ':' | '?');
                assert!(!all.clone().any(|term| term.contains(mark)), "{text:?}: {word:?}");
                assert!(word.term.len() <= MAX_TERM_BYTES);
            }
            // What a query finds is indexed.
            let indexed = index_terms(&text);
            assert!(query_terms(&text).iter().all(|term| indexed.contains(term)), "{text:?}");
        }
    }

    #[test]
    fn a_word_has_the_same_forms_whatever_stands_around_it() {
        let words = ["kitaplarımızdan", "Häuser", "собаками", "الكتاب", "לספרים", "puppy"];
        for word in words {
            let alone = query_words(word);
            for around in ["the {} of my uncle", "и {} в доме", "Ich habe {} gern", "我{}你"]
            {
                let found = index_words(&around.replace("{}", word));
                assert!(found.contains(&alone[0]), "{around} {word}");
            }
        }
    }
}
