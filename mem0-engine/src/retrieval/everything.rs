//! Whether a query asks for all that is known, as "what do you know about me?" does.

use std::collections::HashSet;
use std::sync::LazyLock;

use crate::text::sentences::sentences;

/// A longer clause asks for something of its own.
const MOST_WORDS: usize = 14;

/// An English clause asks for everything if one of these is in it, and nothing but them and
/// [`BESIDE`].
const SIGNS: [&str; 21] = [
    "about me",
    "about myself",
    "who am i",
    "who i am",
    "you know",
    "already know",
    "you remember",
    "told you",
    "summarise",
    "summarize",
    "summary",
    "recap",
    "overview",
    "profile",
    "rundown",
    "everything",
    "describe me",
    "introduce me",
    "memories",
    "know me",
    "learned",
];

const BESIDE: &str = "\
    a about actually all already am an and any anything are as at be been bit brief briefly \
    bullet bullets by can could data details do down everything facts far few for from full \
    general get give got had has have heard how i i've in information introduce is it just kind \
    know known learned learnt let's like list long me mean memories memory my myself now of on \
    one or our out overview paragraph person picture please point points profile quick quickly \
    recap remember remembered remind rundown saved sentences short should show so some stored sum \
    summarise summarize summary tell that the there things think this to told up us use want we \
    what what's whatever which who whole with would write yet you you've your yourself hi hello \
    hey ok okay thanks describe shared said were was";

/// In other languages, a short sentence with one of these.
const ELSEWHERE: [&str; 66] = [
    "über mich",
    "wer bin ich",
    "zusammenfass",
    "fasse zusammen",
    "fass zusammen",
    "fasse alles zusammen",
    "fass alles zusammen",
    "alles, was du",
    "sur moi",
    "qui suis-je",
    "qui suis je",
    "résume",
    "ce que tu sais",
    "sobre mí",
    "sobre mi",
    "quién soy",
    "quien soy",
    "resumen",
    "lo que sabes",
    "de mí",
    "su di me",
    "chi sono",
    "riassumi",
    "quello che sai",
    "sobre mim",
    "quem sou eu",
    "quem eu sou",
    "resuma",
    "over mij",
    "wie ben ik",
    "vat samen",
    "om mig",
    "vem är jag",
    "o mnie",
    "kim jestem",
    "podsumuj",
    "обо мне",
    "кто я",
    "подытожь",
    "про мене",
    "хто я",
    "підсумуй",
    "για μένα",
    "για εμένα",
    "ποιος είμαι",
    "ποια είμαι",
    "minusta",
    "kuka olen",
    "kuka minä olen",
    "hakkımda",
    "ben kimim",
    "عني",
    "من أنا",
    "עליי",
    "עלי",
    "מי אני",
    "मेरे बारे में",
    "मैं कौन",
    "关于我",
    "關於我",
    "我是谁",
    "我是誰",
    "私について",
    "私のこと",
    "나에 대해",
    "저에 대해",
];
const ELSEWHERE_MOST_WORDS: usize = 9;
const ELSEWHERE_MOST_CHARS: usize = 60;

pub(crate) fn asks_for_everything(query: &str) -> bool {
    sentences(query).into_iter().filter_map(|range| query.get(range)).any(|sentence| {
        let sentence = sentence.to_lowercase().replace('’', "'");
        let words = words(&sentence);
        let plain = format!(" {} ", words.join(" "));
        sentence.split([',', ':', ';']).any(asks_in_english)
            || words.len() <= ELSEWHERE_MOST_WORDS
                && sentence.chars().count() <= ELSEWHERE_MOST_CHARS
                && ELSEWHERE.iter().any(|sign| match sign.is_ascii() || sign.contains(' ') {
                    true => plain.contains(&format!(" {}", sign.replace(',', ""))),
                    false => sentence.contains(sign),
                })
    })
}

fn asks_in_english(clause: &str) -> bool {
    static ALLOWED: LazyLock<HashSet<&str>> = LazyLock::new(|| BESIDE.split_whitespace().collect());
    let words = words(clause);
    let plain = format!(" {} ", words.join(" "));
    words.len() <= MOST_WORDS
        && SIGNS.iter().any(|sign| plain.contains(&format!(" {sign} ")))
        && words.iter().all(|word| ALLOWED.contains(word))
}

fn words(text: &str) -> Vec<&str> {
    let words = text.split(|c: char| !c.is_alphanumeric() && c != '\'');
    words.filter(|word| !word.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_about_everything_are_told_from_others() {
        for query in [
            "What do you know about me?",
            "So what do you already know?",
            "What is there to know about me?",
            "Before the move, could you tell me everything that you remember about me?",
            "It knows nothing yet. Could you write down what it should know about me, in a few lines?",
            "Hi! Who am I? Thanks",
            "Summarise everything you have learned about me so far.",
            "tell me everything you remember",
            "Give me a short summary of my memories, please",
            "Was weißt du über mich?",
            "Que sais-tu sur moi ?",
            "¿Qué sabes sobre mí?",
            "Что ты знаешь обо мне?",
            "你知道关于我的什么？",
            "私について何を知っていますか？",
            "나에 대해 뭘 알아?",
            "ماذا تعرف عني؟",
            "Benim hakkımda ne biliyorsun?",
        ] {
            assert!(asks_for_everything(query), "{query}");
        }
        for query in [
            "What do you know about my sister?",
            "Who am I meeting on Friday?",
            "Summarise the article about bees",
            "Is everything ready for the party?",
            "Did Anna tell you about me and the car?",
            "Wer bin ich geworden, seit ich in der großen Stadt an der Elbe wohne und arbeite?",
            "soup",
            "",
        ] {
            assert!(!asks_for_everything(query), "{query}");
        }
    }
}
