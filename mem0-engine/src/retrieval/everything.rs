//! Whether a query asks for all that is known, as "what do you know about me?" does.

use std::collections::HashSet;
use std::sync::LazyLock;

use crate::text::sentences::sentences;

/// A longer clause asks for something of its own.
const MOST_WORDS: usize = 14;

/// An English clause asks for everything if one of these is in it, and nothing but them and
/// [`BESIDE`].
const SIGNS: [&str; 26] = [
    "about me",
    "about myself",
    "of myself",
    "on me",
    "you have saved",
    "you have stored",
    "your notes",
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
    a about across actually all already am an and any anything are as at based be been bio \
    biography bit brief briefly bullet bullets by can chat chats collected complete conversation \
    conversations could data describe details display do down dump entire ever everything facts \
    far few file files for from full gathered general get give go got had has have heard hello \
    hey hi how i i've important in information introduce is it just key kind know known learned \
    learnt let's like list long look main me mean memories memory most my myself note notes now \
    of ok okay on one or our out overview paragraph person picture please point points portrait \
    profile quick quickly read recall recalled recap record recorded records remember remembered \
    remind review right rundown said saved sentences shared short should show sketch so some \
    stored sum summarise summarize summary tell thanks that the there things think this through \
    to together told trace up us use want was we were what what's whatever which who whole with \
    would write written yet you you've your yourself";

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
            "can you show me all of your notes on me",
            "Give me a short portrait of myself, based on our chats.",
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
            "Did the coat look good on me?",
            "Read me your notes on the lease",
            "Did Anna tell you about me and the car?",
            "Wer bin ich geworden, seit ich in der großen Stadt an der Elbe wohne und arbeite?",
            "soup",
            "",
        ] {
            assert!(!asks_for_everything(query), "{query}");
        }
    }
}
