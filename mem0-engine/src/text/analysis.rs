//! Text to index terms: the one analysis that memories and queries share.
//!
//! - **Words** (scripts written with spaces) are compatibility-normalised (NFKC, so full-width
//!   `Ｐｉｚｚａ` is `pizza`), lower-cased, freed of Latin accents (`café` and `cafe` are one term;
//!   other scripts keep theirs), checked against an English stop list and stemmed with Snowball's
//!   English stemmer. Apostrophes don't split: `Anna's` is `anna`, `O'Brien` is `obrien`. Numbers
//!   stay.
//! - **Unsegmented scripts** (Han, Hiragana, Katakana, Hangul, Thai, Lao, Khmer, Myanmar, Tibetan)
//!   become overlapping pairs of characters, so that 寿司 is found inside a sentence. A character
//!   that stands alone is a term of its own; Han and Hangul characters, which can be words by
//!   themselves, are also indexed one by one, so that the query 猫 finds 黒猫.
//! - **Everything else** (punctuation, emoji, controls) separates.
//!
//! Each term is spelled in `a-z0-9` only: any other character is written as `u` and its hexadecimal
//! code point. SQLite's tokenizers know Unicode 6.1 and split words at the combining vowels of Thai
//! or Hindi, but all of them leave ASCII terms whole.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::sync::LazyLock;

use rust_stemmers::{Algorithm, Stemmer};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::{decompose_canonical, is_combining_mark};

use crate::giving_way::give_way_for_now;

/// The longest term, in bytes. Longer ones are cut, in memories and queries alike.
pub const MAX_TERM_BYTES: usize = 64;

/// The most terms of a query. Any further terms are ignored.
pub const MAX_QUERY_TERMS: usize = 64;

/// How many words are analysed between two looks at whether others go first.
const STRIDE: usize = 256;

/// The terms of a memory, in order, repeats kept.
///
/// Empty when the text has no word outside the stop list.
pub fn index_terms(text: &str) -> Vec<String> {
    let mut terms = Vec::new();
    for (number, segment) in segments(text).into_iter().enumerate() {
        if number % STRIDE == 0 {
            give_way_for_now();
        }
        match segment {
            Segment::Word(word) => terms.extend(word_term(&word)),
            Segment::Run(run) => {
                terms.extend(pairs(&run));
                if run.len() > 1 {
                    let words = run.iter().filter(|c| is_word_by_itself(**c));
                    terms.extend(words.map(|c| spell([*c])));
                }
            }
        }
    }
    terms
}

/// The distinct terms to look for, in the order of the query, at most [`MAX_QUERY_TERMS`].
///
/// Empty when the query has no word outside the stop list. Such a query finds nothing by keywords.
pub fn query_terms(text: &str) -> Vec<String> {
    let mut seen = HashSet::new();
    segments(text)
        .into_iter()
        .flat_map(|segment| match segment {
            Segment::Word(word) => word_term(&word).into_iter().collect(),
            Segment::Run(run) => pairs(&run).collect::<Vec<_>>(),
        })
        .filter(|term| seen.insert(term.clone()))
        .take(MAX_QUERY_TERMS)
        .collect()
}

/// The Latin words and the numbers of a text, in order, lower-cased and without accents: all that
/// the embedder's English vocabulary can know. Stop words are left out unless the text has only
/// stop words. An apostrophe separates words.
pub(crate) fn latin_words(text: &str) -> Vec<String> {
    let words: Vec<_> = segments(text)
        .into_iter()
        .filter_map(|segment| match segment {
            Segment::Word(word) => Some(word),
            Segment::Run(_) => None,
        })
        .collect();
    let parts = |skip: fn(&str) -> bool| -> Vec<String> {
        let kept = words.iter().filter(|word| !skip(word));
        let parts = kept.flat_map(|word| word.split('\'')).filter(|part| !skip(part));
        parts.filter(|part| !part.is_empty() && part.is_ascii()).map(str::to_owned).collect()
    };
    let content = parts(is_stop_word);
    if content.is_empty() { parts(|_| false) } else { content }
}

/// Stems one lower-case ASCII word.
pub(crate) fn stem(word: &str) -> String {
    static STEMMER: LazyLock<Stemmer> = LazyLock::new(|| Stemmer::create(Algorithm::English));
    STEMMER.stem(word).into_owned()
}

/// Whether the term is mostly grammar. That is a term in Hiragana alone (in Japanese, particles and
/// endings, seldom the subject), or with one of the most common Chinese function words.
pub(crate) fn is_grammar(term: &str) -> bool {
    let Some(codes) = term.strip_prefix('u') else { return false };
    let chars = || codes.split('u').map(|code| char::from_u32(u32::from_str_radix(code, 16).ok()?));
    chars().all(|c| c.is_some_and(|c| ('\u{3041}'..='\u{309f}').contains(&c)))
        || chars().flatten().any(|c| CHINESE_FUNCTION_WORDS.contains(c))
}

/// Particles, pronouns and question words, in both spellings.
const CHINESE_FUNCTION_WORDS: &str = "的了吗嗎呢吧么麼什们們我你您他她它谁誰哪这這那是在对對";

/// Grammar and question words, which are in every sentence and so distinguish none.
const ENGLISH_STOP_WORDS: &str = "\
    a about above after again against all am an and any are aren't as at be because been before \
    being below between both but by can can't cannot could couldn't did didn't do does doesn't \
    doing don't down during each few for from further had hadn't has hasn't have haven't having \
    he he'd he'll he's her here here's hers herself him himself his how how's i i'd i'll i'm \
    i've if in into is isn't it it's its itself let's me more most mustn't my myself no nor not \
    of off on once only or other ought our ours ourselves out over own same shan't she she'd \
    she'll she's should shouldn't so some such than that that's the their theirs them themselves \
    then there there's these they they'd they'll they're they've this those through to too under \
    until up very was wasn't we we'd we'll we're we've were weren't what what's when when's \
    where where's which while who who's whom why why's will with won't would wouldn't you you'd \
    you'll you're you've your yours yourself yourselves";

enum Segment {
    /// Letters and digits of a script written with spaces, apostrophes included.
    Word(String),
    /// Neighbouring characters of scripts written without spaces.
    Run(Vec<char>),
}

fn segments(text: &str) -> Vec<Segment> {
    let mut chars = text.nfkc().flat_map(char::to_lowercase).flat_map(fold).peekable();
    let mut segments = Vec::new();
    while let Some(first) = chars.next() {
        if !first.is_alphanumeric() {
            continue;
        }
        if segments.len() % STRIDE == 0 {
            give_way_for_now();
        }
        if is_unsegmented(first) {
            let mut run = vec![first];
            while let Some(c) = chars.next_if(|c| is_unsegmented(*c)) {
                run.push(c);
            }
            segments.push(Segment::Run(run));
        } else {
            let mut word = String::from(first);
            while let Some(c) = chars.next_if(|c| continues_word(*c)) {
                word.push(c);
            }
            segments.push(Segment::Word(word));
        }
    }
    segments
}

/// Removes the accents of Latin letters, and unifies spellings that NFKC keeps apart.
fn fold(c: char) -> impl Iterator<Item = char> {
    let (first, second) = match c {
        '\u{2019}' | '\u{02bc}' => (Some('\''), None),
        '\u{0300}'..='\u{036f}' => (None, None),
        'ς' => (Some('σ'), None),
        'ß' => (Some('s'), Some('s')),
        'æ' => (Some('a'), Some('e')),
        'œ' => (Some('o'), Some('e')),
        'ø' => (Some('o'), None),
        'ł' => (Some('l'), None),
        c if c.is_ascii() => (Some(c), None),
        c => {
            let mut base = None;
            decompose_canonical(c, |part| {
                base.get_or_insert(part);
            });
            (Some(base.filter(char::is_ascii).unwrap_or(c)), None)
        }
    };
    first.into_iter().chain(second)
}

fn continues_word(c: char) -> bool {
    (c == '\'' || c.is_alphanumeric() || is_combining_mark(c)) && !is_unsegmented(c)
}

fn is_unsegmented(c: char) -> bool {
    matches!(c,
        '\u{0e00}'..='\u{0fff}' // Thai, Lao, Tibetan
        | '\u{1000}'..='\u{109f}' | '\u{a9e0}'..='\u{a9ff}' | '\u{aa60}'..='\u{aa7f}' // Myanmar
        | '\u{1780}'..='\u{17ff}' // Khmer
        | '\u{3041}'..='\u{312f}' | '\u{31a0}'..='\u{31bf}' | '\u{31f0}'..='\u{31ff}' // kana, Bopomofo
        | '\u{1b000}'..='\u{1b16f}' // historic kana
    ) && (c.is_alphanumeric() || is_combining_mark(c))
        || is_word_by_itself(c)
}

/// Han ideographs and Hangul syllables, which can be whole words.
fn is_word_by_itself(c: char) -> bool {
    matches!(c,
        '\u{3005}'..='\u{3007}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}'
        | '\u{ac00}'..='\u{d7a3}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}'
    ) && c.is_alphanumeric()
}

/// The term of a word, unless it is a stop word.
fn word_term(word: &str) -> Option<String> {
    let word = word.trim_end_matches('\'');
    if is_stop_word(word) {
        return None;
    }
    let word = word.strip_suffix("'s").unwrap_or(word);
    if is_stop_word(word) {
        return None;
    }
    let spelled = spell(word.chars().filter(|c| *c != '\''));
    Some(if word.is_ascii() { stem(&spelled) } else { spelled })
}

/// Overlapping pairs of a run, or its single character.
fn pairs(run: &[char]) -> impl Iterator<Item = String> {
    run.windows(run.len().min(2)).map(|pair| spell(pair.iter().copied()))
}

/// Writes a term in `a-z0-9`, cut to [`MAX_TERM_BYTES`].
fn spell(chars: impl IntoIterator<Item = char>) -> String {
    let mut term = String::new();
    for c in chars {
        if term.len() >= MAX_TERM_BYTES {
            break;
        }
        if c.is_ascii_alphanumeric() {
            term.push(c);
        } else {
            // Writing to a String cannot fail.
            let _ = write!(term, "u{:x}", u32::from(c));
        }
    }
    term.truncate(MAX_TERM_BYTES);
    term
}

fn is_stop_word(word: &str) -> bool {
    static STOP_WORDS: LazyLock<HashSet<&str>> =
        LazyLock::new(|| ENGLISH_STOP_WORDS.split_whitespace().collect());
    STOP_WORDS.contains(word)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use rusqlite::Connection;

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
        assert_eq!(index("Room 101, the N4 on 2024-05-24"), "room 101 n4 2024 05 24");
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
    fn other_alphabets_are_words_in_hexadecimal() {
        assert_eq!(index("Привет"), query("ПРИВЕТ"));
        assert_eq!(query("да"), "u434u430");
        assert_eq!(query("ΛΌΓΟΣ"), query("λόγος"));
        assert_eq!(query("हिन्दी").split(' ').count(), 1);
        assert_eq!(query("हिन्दी"), index("हिन्दी"));
    }

    #[test]
    fn unsegmented_scripts_become_pairs() {
        assert_eq!(query("寿司"), "u5bffu53f8");
        let sentence = index_terms("昨日は寿司を食べた");
        assert!(sentence.contains(&"u5bffu53f8".to_owned()));
        assert_eq!(query("ﾋﾟｻﾞ"), query("ピザ"));
        assert_eq!(query("iPhoneを買う"), "iphon u3092u8cb7 u8cb7u3046");
        assert_eq!(query("กิน").split(' ').count(), 2);
    }

    #[test]
    fn a_single_character_finds_itself_in_a_longer_run() {
        for (character, sentence) in [("猫", "黒猫です"), ("猫", "猫"), ("책", "책을 읽었다")]
        {
            let terms = index_terms(sentence);
            assert!(query_terms(character).iter().all(|term| terms.contains(term)));
        }
        assert_eq!(query("猫"), "u732b");
        assert!(!index_terms("ねこ").contains(&spell(['ね'])));
    }

    #[test]
    fn grammar_is_told_from_other_terms() {
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
        for text in ["", " ", "!?", "🍕", "\0\u{1b}", "\u{301}", "'"] {
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
    fn full_text_search_keeps_every_term_whole() {
        let database = Connection::open_in_memory().unwrap();
        database
            .execute_batch(
                "CREATE VIRTUAL TABLE texts USING fts5(terms, tokenize = 'unicode61 remove_diacritics 0');
                 CREATE VIRTUAL TABLE words USING fts5vocab(texts, 'row');",
            )
            .unwrap();
        let mut state = 7;
        for _ in 0..100 {
            let text = random_text(&mut state);
            let terms = index_terms(&text);
            assert!(terms.iter().all(|term| {
                !term.is_empty()
                    && term.len() <= MAX_TERM_BYTES
                    && term.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
            }));
            database.execute("DELETE FROM texts", []).unwrap();
            database.execute("INSERT INTO texts VALUES (?)", [terms.join(" ")]).unwrap();
            let stored: BTreeSet<String> = database
                .prepare("SELECT term FROM words")
                .unwrap()
                .query_map([], |row| row.get(0))
                .unwrap()
                .collect::<Result<_, _>>()
                .unwrap();
            assert_eq!(stored, terms.into_iter().collect(), "{text:?}");
            for term in query_terms(&text) {
                let matches: u32 = database
                    .query_row("SELECT count(*) FROM texts(?)", [format!("\"{term}\"")], |row| {
                        row.get(0)
                    })
                    .unwrap();
                assert_eq!(matches, 1, "{term} of {text:?}");
            }
        }
    }
}
