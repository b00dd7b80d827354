//! Spellings that mean the same: widths, cases, accents, digits.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::decompose_canonical;

/// The characters of a text in one width and one case, with ASCII digits. Accents stay, and so
/// does everything that separates words.
pub(crate) fn lower_case(text: &str) -> Vec<char> {
    let mut letters = Vec::with_capacity(text.len());
    for c in text.nfkc().flat_map(char::to_lowercase) {
        match c {
            '\u{2019}' | '\u{02bc}' | '\u{2018}' | '\u{05f3}' => letters.push('\''),
            '\u{05f4}' => letters.push('"'),
            '\u{266f}' => letters.push('#'),
            '\u{2010}' | '\u{2011}' => letters.push('-'),
            // A dot that lower-casing leaves above an i, and what is not seen: joiners, places to
            // break a line, directions, and variants of one character.
            '\u{0307}' | '\u{200d}' => {}
            c if is_unseen(c) => {}
            // A non-joiner ends a word in Persian only.
            '\u{200c}' if letters.last().is_none_or(|c| ('\u{900}'..'\u{e00}').contains(c)) => {}
            c if c.is_ascii() => letters.push(c),
            c => letters.push(ascii_digit(c).unwrap_or(c)),
        }
    }
    letters
}

/// Whether a character has neither width nor meaning.
fn is_unseen(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180b}'..='\u{180e}' | '\u{200b}'
        | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{e0000}'..='\u{e0fff}'
    )
}

/// Whether a character is a picture that stands for a word, or a half of a flag.
pub(crate) fn is_emoji(c: char) -> bool {
    matches!(c,
        '\u{1f1e6}'..='\u{1f1ff}' | '\u{1f300}'..='\u{1f3fa}' | '\u{1f400}'..='\u{1faff}'
        | '\u{2600}'..='\u{27bf}' | '\u{2b50}' | '\u{2b55}' | '\u{231a}' | '\u{231b}'
    ) && !c.is_alphanumeric()
}

/// Whether an emoji is a half of a flag.
pub(crate) fn is_half_of_flag(c: char) -> bool {
    ('\u{1f1e6}'..='\u{1f1ff}').contains(&c)
}

/// Whether an emoji says how somebody feels: faces, hands, hearts.
pub(crate) fn is_feeling(c: char) -> bool {
    matches!(c,
        '\u{1f600}'..='\u{1f64f}' | '\u{1f910}'..='\u{1f92f}' | '\u{1f970}'..='\u{1f97a}'
        | '\u{1f446}'..='\u{1f450}' | '\u{1f493}'..='\u{1f49f}'
        | '\u{263a}' | '\u{2639}' | '\u{2728}' | '\u{2763}' | '\u{2764}' | '\u{270a}'..='\u{270d}'
    )
}

/// The zeros of the scripts with digits of their own; their other digits follow.
const ZEROS: &str = "٠۰߀०০੦૦୦௦౦೦൦෦๐໐༠၀႐០᠐";

fn ascii_digit(c: char) -> Option<char> {
    if !c.is_numeric() {
        return None;
    }
    let zero = ZEROS
        .chars()
        .find(|zero| (u32::from(*zero)..=u32::from(*zero) + 9).contains(&u32::from(c)))?;
    char::from_digit(u32::from(c) - u32::from(zero), 10)
}

/// A word without what writers leave out: accents of Latin and Greek letters, vowel signs and
/// different shapes of one letter in Hebrew and Arabic.
pub(crate) fn without_accents(word: &str) -> String {
    if word.is_ascii() {
        return word.to_owned();
    }
    let mut plain = String::with_capacity(word.len());
    word.chars().for_each(|c| add_plain(c, &mut plain));
    plain
}

fn add_plain(c: char, plain: &mut String) {
    let letter = match c {
        c if c.is_ascii() => c,
        '\u{0300}'..='\u{036f}' => return,
        'ß' => return plain.push_str("ss"),
        'æ' => return plain.push_str("ae"),
        'œ' => return plain.push_str("oe"),
        'ø' => 'o',
        'ł' => 'l',
        'đ' => 'd',
        'ı' => 'i',
        'ς' => 'σ',
        'ё' => 'е',
        'ґ' => 'г',
        // Hebrew points, and the letters that look different at the end of a word.
        '\u{0591}'..='\u{05c7}' => return,
        'ך' => 'כ',
        'ם' => 'מ',
        'ן' => 'נ',
        'ף' => 'פ',
        'ץ' => 'צ',
        // Arabic vowel signs, and the line that stretches a word.
        '\u{0610}'..='\u{061a}' | '\u{064b}'..='\u{065f}' | '\u{0670}' | 'ـ' => return,
        'أ' | 'إ' | 'آ' | 'ٱ' => 'ا',
        'ى' | 'ی' | 'ئ' => 'ي',
        'ؤ' => 'و',
        'ة' | 'ہ' | 'ە' => 'ه',
        'ک' => 'ك',
        // Devanagari's dot below, and two signs of the same sound.
        '\u{093c}' => return,
        'ँ' => 'ं',
        // Vietnamese đ and the like have no parts.
        '\u{c0}'..='\u{24f}' | '\u{370}'..='\u{3ff}' | '\u{1e00}'..='\u{1fff}' => {
            let mut base = None;
            decompose_canonical(c, |part| {
                base.get_or_insert(part);
            });
            base.unwrap_or(c)
        }
        c => c,
    };
    plain.push(letter);
}

/// Whether a character goes on with a word of a script that is written with spaces.
pub(crate) fn continues_word(c: char) -> bool {
    (c == '\'' || c.is_alphanumeric() || is_mark(c)) && !is_unsegmented(c)
}

fn is_mark(c: char) -> bool {
    !c.is_ascii() && unicode_normalization::char::is_combining_mark(c)
}

/// Whether a character is of a script that is written without spaces, or Hangul.
pub(crate) fn is_unsegmented(c: char) -> bool {
    matches!(c,
        '\u{0e00}'..='\u{0fff}' // Thai, Lao, Tibetan
        | '\u{1000}'..='\u{109f}' | '\u{a9e0}'..='\u{a9ff}' | '\u{aa60}'..='\u{aa7f}' // Myanmar
        | '\u{1780}'..='\u{17ff}' // Khmer
        | '\u{3041}'..='\u{312f}' | '\u{31a0}'..='\u{31bf}' | '\u{31f0}'..='\u{31ff}' // kana, Bopomofo
        | '\u{1b000}'..='\u{1b16f}' // historic kana
    ) && (c.is_alphanumeric() || is_mark(c))
        || is_word_by_itself(c)
}

/// Han ideographs and Hangul syllables, which can be whole words.
pub(crate) fn is_word_by_itself(c: char) -> bool {
    matches!(c,
        '\u{3005}'..='\u{3007}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}'
        | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}'
    ) && c.is_alphanumeric()
        || is_hangul(c)
}

/// How many letters a word has in a script that is written without spaces.
pub(crate) fn letters_of_a_word(c: char) -> f32 {
    // Thai, Lao, Tibetan, Myanmar and Khmer have an alphabet.
    if c < '\u{3000}' { 4.0 } else { 2.0 }
}

pub(crate) fn is_hangul(c: char) -> bool {
    ('\u{ac00}'..='\u{d7a3}').contains(&c)
}
