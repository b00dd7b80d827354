//! Whether a fact is in the language of its quote.

use crate::extraction::words::folding::spaced;
use crate::extraction::words::languages::{self, Guess, LANGUAGES};
use crate::extraction::words::marks::{SPEAKERS, entries};
use crate::text::letters::{is_hangul, is_unsegmented, is_word_by_itself};

/// Letters that are read by the same people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Script {
    Latin,
    Greek,
    Cyrillic,
    Hebrew,
    Arabic,
    Indic,
    /// Thai and its neighbours.
    SoutheastAsian,
    Chinese,
    Japanese,
    Korean,
    Other,
}

const SCRIPTS: [Script; 11] = [
    Script::Latin,
    Script::Greek,
    Script::Cyrillic,
    Script::Hebrew,
    Script::Arabic,
    Script::Indic,
    Script::SoutheastAsian,
    Script::Chinese,
    Script::Japanese,
    Script::Korean,
    Script::Other,
];

/// How much of a text is in each script: a Han character says as much as three letters.
fn weights(text: &str) -> [f32; 11] {
    let mut text = text.to_lowercase();
    for name in entries(SPEAKERS) {
        if name.is_ascii() {
            text = text.split(' ').filter(|word| word != &name).collect::<Vec<_>>().join(" ");
        } else {
            text = text.replace(name, " ");
        }
    }
    let has_kana = text.chars().any(is_kana);
    let mut weights = [0.0; 11];
    for c in text.chars().filter(|c| c.is_alphabetic()) {
        let script = script(c, has_kana);
        let place = SCRIPTS.iter().position(|it| *it == script).unwrap_or(SCRIPTS.len() - 1);
        if let Some(weight) = weights.get_mut(place) {
            *weight += if is_unsegmented(c) { 3.0 } else { 1.0 };
        }
    }
    weights
}

fn is_kana(c: char) -> bool {
    matches!(c, '\u{3041}'..='\u{30ff}' | '\u{31f0}'..='\u{31ff}')
}

fn script(c: char, has_kana: bool) -> Script {
    match c {
        'a'..='z' | 'A'..='Z' | '\u{c0}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}' => Script::Latin,
        '\u{370}'..='\u{3ff}' | '\u{1f00}'..='\u{1fff}' => Script::Greek,
        '\u{400}'..='\u{52f}' => Script::Cyrillic,
        '\u{590}'..='\u{5ff}' => Script::Hebrew,
        '\u{600}'..='\u{6ff}' | '\u{750}'..='\u{77f}' => Script::Arabic,
        '\u{900}'..='\u{dff}' => Script::Indic,
        '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' => {
            Script::SoutheastAsian
        }
        c if is_hangul(c) => Script::Korean,
        c if is_kana(c) => Script::Japanese,
        c if is_word_by_itself(c) && has_kana => Script::Japanese,
        c if is_word_by_itself(c) => Script::Chinese,
        _ => Script::Other,
    }
}

/// The script of most of a text.
fn main_script(text: &str) -> Option<Script> {
    let weights = weights(text);
    let (place, weight) =
        weights.iter().enumerate().max_by(|(_, one), (_, other)| one.total_cmp(other))?;
    SCRIPTS.get(place).copied().filter(|_| *weight > 0.0)
}

/// Whether two texts are for the most part in different scripts.
pub(crate) fn are_of_other_scripts(one: &str, other: &str) -> bool {
    match (main_script(one), main_script(other)) {
        (Some(one), Some(other)) => one != other,
        _ => false,
    }
}

/// Whether two texts are told to be in different languages.
pub(crate) fn are_of_other_languages(one: &str, other: &str) -> bool {
    are_of_other_scripts(one, other)
        || language(one).zip(language(other)).is_some_and(|(one, other)| one.is_not(&other))
}

/// Whether a fact may be in the language of its quote, or of the sentence that the quote is in, or
/// of its message where these are too short to tell.
pub(crate) fn is_kept(text: &str, quote: &str, sentence: &str, message: &str) -> bool {
    let Some(script) = main_script(text) else { return true };
    let place = SCRIPTS.iter().position(|it| *it == script);
    let share = |of: &str| {
        let weights = weights(of);
        let all: f32 = weights.iter().sum();
        let own = place.and_then(|place| weights.get(place)).copied().unwrap_or_default();
        (all > 0.0).then_some(own / all)
    };
    // Names and code in other letters are in many a quote: half of it must not be those.
    let quote = if share(quote).is_some() { quote } else { sentence };
    let is_written_so = share(quote).is_none_or(|share| share >= 0.5) || is_short_han(text, quote);
    // What a few words seem to be is nothing against a whole message in the fact's own language.
    let same =
        language(text).zip(language(message)).is_some_and(|(one, other)| one.name == other.name);
    if same && language(quote).is_none_or(|it| !it.is_sure) {
        return is_written_so;
    }
    let sure = [quote, sentence, message].into_iter().filter_map(language).find(|it| it.is_sure);
    let spoken = sure.or_else(|| language(quote)).or_else(|| language(sentence));
    let is_foreign = spoken.as_ref().map_or_else(|| is_not_english(sentence), |it| it.name != "en");
    if is_foreign && has_english_of_its_own(text, sentence) {
        return false;
    }
    is_written_so && language(text).zip(spoken).is_none_or(|(one, other)| !one.is_not(&other))
}

/// The language of a text, if it is in Latin letters and its words tell.
fn language(text: &str) -> Option<Guess> {
    match main_script(text) {
        Some(Script::Latin) => languages::language(&spaced(text)),
        _ => None,
    }
}

/// Whether a few words are told not to be English: by their letters, or by a word.
fn is_not_english(text: &str) -> bool {
    if main_script(text).is_some_and(|script| script != Script::Latin) {
        return true;
    }
    let spaced = spaced(text);
    let [(_, english), others @ ..] = &LANGUAGES;
    let has = |list: &str, least: usize| {
        let words = list.split_ascii_whitespace().filter(|word| word.len() >= least);
        words.into_iter().any(|word| spaced.contains(&format!(" {word} ")))
    };
    !has(english, 1) && (has("ich", 1) || others.iter().any(|(_, list)| has(list, 4)))
}

/// Words of English alone that a fact of a few words has: "User works at Acme".
const ENGLISH: &str = "the works lives eats drinks likes wants owns prefers does their \
    whose called born named";

/// Whether a text has a word of English that its sentence does not have, such as of a name.
fn has_english_of_its_own(text: &str, sentence: &str) -> bool {
    let (text, sentence) = (spaced(text), spaced(sentence));
    ENGLISH.split_ascii_whitespace().any(|word| {
        let word = format!(" {word} ");
        text.contains(&word) && !sentence.contains(&word)
    })
}

/// A few Han characters are of both Chinese and Japanese.
fn is_short_han(text: &str, quote: &str) -> bool {
    let is_han = |c: &char| is_word_by_itself(*c) && !is_hangul(*c);
    let count = |text: &str| text.chars().filter(is_han).count();
    let are_han = matches!(main_script(text), Some(Script::Chinese | Script::Japanese))
        && matches!(main_script(quote), Some(Script::Chinese | Script::Japanese));
    let is_bare = |text: &str| count(text) <= 4 && !text.chars().any(is_kana);
    are_han && (is_bare(text) || is_bare(quote))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_script_is_another_language() {
        for (text, quote) in [
            ("User is allergic to peanuts", "我对花生过敏"),
            ("用户对花生过敏", "I'm allergic to peanuts"),
            ("User's friend is Tanaka", "友達は田中さん"),
            ("Пользователь живёт в Риге", "I live in Riga"),
            ("用户住在东京的一个公寓", "東京のアパートに住んでいます"),
            ("ユーザーはピーナッツアレルギーです", "我对花生过敏"),
            ("사용자는 서울에 산다", "I live in Seoul"),
            ("User lives in Cairo", "أعيش في القاهرة"),
            ("User lives in Athens", "Μένω στην Αθήνα"),
            ("User lives in Delhi", "मैं दिल्ली में रहता हूँ"),
            ("User lives in Bangkok", "ฉันอยู่กรุงเทพ"),
            ("User is allergic to peanuts", "Ich bin allergisch gegen Erdnüsse"),
            ("The user lives in the city of Lyon", "J'habite à Lyon et je travaille chez Renault"),
            ("User has two cats and is from Madrid", "Tengo dos gatos y soy de Madrid"),
            ("User works at Zupuno", "Je travaille chez Zupuno"),
            ("User lives in Kadono", "J'habite à Kadono"),
            ("User lives in Lejeti", "Ich wohne in Lejeti"),
            ("User works at 嘉瑞丹", "我在嘉瑞丹公司工作"),
            ("User lives in 파밀도", "저는 파밀도 시에 살아요"),
        ] {
            assert!(!is_kept(text, quote, quote, quote), "{text} {quote}");
        }
    }

    #[test]
    fn the_same_language_is_kept_with_names_of_others() {
        for (text, quote) in [
            ("用户对花生过敏", "我对花生过敏"),
            ("Der Nutzer wohnt im The Works", "Ich wohne jetzt im The Works und bin froh"),
            ("User 对花生过敏", "我对花生过敏"),
            ("友達は田中さん", "友達は田中さん"),
            ("User wohnt in Köln", "Ich wohne in Köln"),
            ("Der Nutzer wohnt in Köln", "Ich wohne in Köln"),
            ("L'utilisateur habite à Lyon", "j'habite à Lyon"),
            ("ユーザーはAcmeで働いている", "Acmeで働いてます"),
            ("User lives in 東京", "I live in 東京"),
            ("User's order number is 4711", "4711"),
            ("用户喜欢 Rust", "我喜欢 Rust"),
            ("User likes sushi (寿司)", "I like sushi (寿司)"),
            ("Usuario vive en Madrid", "Vivo en Madrid"),
            ("User is vegan", "I'm vegan"),
            ("東京在住", "東京に住んでいます"),
        ] {
            assert!(is_kept(text, quote, quote, quote), "{text} {quote}");
        }
    }
}
