//! Whether a query asks for all that is known, as "what do you know about me?" does.

use std::collections::HashSet;
use std::sync::LazyLock;

use crate::text::sentences::sentences;

/// A longer clause asks for something of its own.
const MOST_WORDS: usize = 14;

/// An English clause that asks begins with one of these, behind [`BEFORE`].
const OPENERS: &str = "\
    all anything are can could describe display do dump everything facts give how i'd introduce is \
    let let's list might notes print read recall recap remind review show sum summarise summarize \
    tell what what's whatever which who who's whom will would write";

/// What may come before an opener.
const BEFORE: &str = "\
    a actually again ah and anyway btw but hello hey hi hmm just kindly now oh ok okay please \
    quick quickly right so thanks then well yes";

/// What a clause asks about, if it is said to somebody: a person, or what is kept of one.
const ABOUT: [&str; 27] = [
    "about me",
    "about myself",
    "about the user",
    "am i",
    "describe me",
    "i am",
    "i told you",
    "i've told you",
    "introduce me",
    "know me",
    "learned so far",
    "my memories",
    "my profile",
    "of me",
    "of myself",
    "on me",
    "stored memories",
    "sum me up",
    "summarise me",
    "summarize me",
    "the user",
    "who i'm",
    "you have saved",
    "you have stored",
    "your memories",
    "your memory",
    "your notes",
];

/// What somebody who is asked may be asked for, if it is all of it.
const KNOWING: [&str; 8] = [
    "you know",
    "you already know",
    "you remember",
    "you recall",
    "you've learned",
    "you have learned",
    "you learned",
    "you've got",
];

/// That it is all of it.
const ALL: &str =
    "what what's whatever everything all anything facts things summarise summarize recap sum";

/// Requests that need no more than themselves.
const ALONE: &str = "summarise summarize everything recap dump memories";

/// Names of what is kept of a person, which ask by themselves with nothing but [`WITH_NAMES`].
const NAMES: &str = "memories notes overview portrait profile recap rundown summary";

const WITH_NAMES: &str = "\
    a about all an brief complete everything full give let's me my myself of on please quick short \
    the user user's whole";

/// The words that a clause about everything has.
const WORDS: &str = "\
    a about across actually again all already am an and any anything are as at based be been bio \
    biography bit brief briefly bullet bullets by can chat chats collected complete conversation \
    conversations could data describe details did display do down dump entire ever everything \
    facts family far few file files for from full gathered general get give go got had has have \
    heard hello hey hi how i i'd i'm i've important in information introduce is it just key kind \
    know known learned learnt let let's life like list long look main me mean memories memory \
    might most much my myself note notes now of ok okay on one or our out overview paragraph \
    person picture please point points portrait print profile quick quickly read recall recalled \
    recap record recorded records remember remembered remind review right rundown said saved \
    sentences shared short should show sketch so some stored sum summarise summarize summary tell \
    thanks that the there things think this through to together told trace up us use user user's \
    want was we well were what what's whatever which who who's whole will with would write written \
    yes yet you you've your yourself";

/// How people write in a hurry.
const SHORT: [(&str, &str); 8] = [
    ("u", "you"),
    ("ur", "your"),
    ("r", "are"),
    ("abt", "about"),
    ("whats", "what's"),
    ("pls", "please"),
    ("plz", "please"),
    ("im", "i'm"),
];

/// The same in another language: a clause with a word that begins as one of `knowing`, and with one
/// of `about`, or a short clause with one of `whole`.
struct Language {
    knowing: &'static [&'static str],
    about: &'static [&'static str],
    whole: &'static [&'static str],
}

const fn language(
    knowing: &'static [&'static str],
    about: &'static [&'static str],
    whole: &'static [&'static str],
) -> Language {
    Language { knowing, about, whole }
}

/// German, Dutch, French, Spanish, Portuguese, Italian, Swedish, Danish and Norwegian, Finnish,
/// Polish, Czech, Slovak, Hungarian, Romanian, Croatian and Serbian, Russian, Ukrainian, Bulgarian,
/// Greek, Turkish, Indonesian, Vietnamese, Arabic, Persian, Hebrew, Hindi, Thai, Japanese, Korean.
const ELSEWHERE: [Language; 29] = [
    language(
        &[
            "weißt",
            "weisst",
            "wisst",
            "wissen",
            "merk",
            "gemerkt",
            "gespeichert",
            "erinner",
            "gelernt",
            "fass",
            "zusammenfass",
            "beschreib",
            "erzähl",
            "liste",
            "zeig",
        ],
        &["über mich", "ueber mich", "von mir", "zu mir", "alles zusammen", "alles was du"],
        &["wer bin ich"],
    ),
    language(
        &["weet", "herinner", "onthoud", "onthouden", "geleerd", "vat", "beschrijf", "vertel"],
        &["over mij", "van mij", "over me", "alles samen"],
        &["wie ben ik"],
    ),
    language(
        &[
            "sais", "savez", "souvien", "souvenez", "appris", "retenu", "résum", "resum", "décri",
            "connais",
        ],
        &["sur moi", "de moi", "à mon sujet", "me concernant", "ce que tu sais"],
        &["qui suis-je", "qui suis je", "résume tout"],
    ),
    language(
        &[
            "sabes", "sabe", "recuerda", "conoces", "aprendid", "guardad", "resum", "resúm",
            "describ", "dime", "cuénta",
        ],
        &["sobre mí", "de mí", "acerca de mí", "sobre mi$", "de mi$", "lo que sabes"],
        &["quién soy", "quien soy"],
    ),
    language(
        &["sabe", "lembra", "aprende", "guard", "resum", "descrev", "conhece", "diga", "conta"],
        &["sobre mim", "de mim", "a meu respeito"],
        &["quem sou eu", "quem eu sou"],
    ),
    language(
        &[
            "sai", "sapete", "ricordi", "imparat", "riassum", "descriv", "dimmi", "raccont",
            "conosci",
        ],
        &["di me", "su di me", "sul mio conto", "quello che sai"],
        &["chi sono"],
    ),
    language(
        &["vet", "minns", "lärt", "sammanfatta", "beskriv", "berätta"],
        &["om mig"],
        &["vem är jag"],
    ),
    language(
        &["ved", "vet", "husker", "lært", "opsummer", "oppsummer", "fortæl", "fortell", "beskriv"],
        &["om mig", "om meg"],
        &["hvem er jeg"],
    ),
    language(
        &["tiedä", "muista", "kerro", "tiivistä", "kuvaile", "opi"],
        &["minusta", "itsestäni"],
        &["kuka olen", "kuka minä olen"],
    ),
    language(
        &["wiesz", "wiecie", "pamięta", "opowiedz", "podsumuj", "opisz", "zapamięta"],
        &["o mnie", "mnie$"],
        &["kim jestem"],
    ),
    language(&["víš", "víte", "pamatuj", "shrň", "popiš", "řekni"], &["o mně"], &["kdo jsem"]),
    language(&["vieš", "viete", "pamätá", "zhrň", "opíš", "povedz"], &["o mne"], &["kto som"]),
    language(
        &["tud", "emlék", "foglal", "mesél", "jegyez", "mondj"],
        &["rólam", "magamról"],
        &["ki vagyok"],
    ),
    language(
        &["știi", "stii", "ştii", "știți", "aminte", "rezum", "descri", "spune"],
        &["despre mine"],
        &["cine sunt"],
    ),
    language(
        &["znaš", "znate", "sjeća", "seća", "pamti", "opiši", "sažmi", "reci"],
        &["o meni"],
        &["tko sam", "ko sam ja"],
    ),
    language(
        &[
            "знаеш",
            "знаешь",
            "знаете",
            "помни",
            "известно",
            "расскаж",
            "опиши",
            "запомн",
            "подытож",
            "узнал",
        ],
        &["обо мне", "про меня", "мне известно"],
        &["кто я"],
    ),
    language(
        &["знаєш", "знаєте", "пам'ята", "памʼята", "розкаж", "опиши", "підсумуй", "запам"],
        &["про мене"],
        &["хто я"],
    ),
    language(
        &["знаеш", "знаете", "помни", "разкаж", "опиши", "обобщи"],
        &["за мен"],
        &["кой съм", "коя съм"],
    ),
    language(
        &["ξέρ", "γνωρίζ", "θυμ", "περίγραψ", "πες", "έμαθ", "σύνοψ"],
        &["για μένα", "για εμένα", "για μενα"],
        &["ποιος είμαι", "ποια είμαι"],
    ),
    language(
        &["bili", "bildi", "hatırl", "öğren", "özetle", "anlat", "tanı", "sakla"],
        &["hakkımda", "benimle ilgili"],
        &["ben kimim"],
    ),
    language(
        &["tahu", "ketahui", "ingat", "kenal", "rangkum", "ceritakan", "jelaskan"],
        &["tentang saya", "tentang aku", "tentangku", "mengenai saya"],
        &["siapa saya", "siapa aku"],
    ),
    language(
        &["biết", "nhớ", "tóm", "mô"],
        &["về tôi", "về mình", "về em"],
        &["tôi là ai", "mình là ai"],
    ),
    language(
        &["تعرف", "تعلم", "تتذكر", "تذكر", "لخص", "أخبر", "حفظت"],
        &["عني", "عنّي"],
        &["من أنا", "من انا"],
    ),
    language(
        &["می‌دان", "میدان", "می", "یاد", "خلاصه"],
        &["درباره من", "دربارهٔ من", "درباره‌ی من", "در مورد من"],
        &["من کیستم", "من کی هستم"],
    ),
    language(
        &["יודע", "זוכר", "ספר", "תאר", "סכם", "למדת"],
        &["עליי", "עלי", "אודותיי"],
        &["מי אני"],
    ),
    language(&["जान", "पता", "याद", "बता", "सारांश", "मालूम"], &["मेरे बारे में"], &["मैं कौन"]),
    language(
        &["รู้", "จำ", "สรุป", "เล่า"],
        &["เกี่ยวกับฉัน", "เกี่ยวกับผม", "เกี่ยวกับตัวฉัน", "เกี่ยวกับตัวผม", "เกี่ยวกับหนู"],
        &["ฉันเป็นใคร", "ฉันคือใคร", "ผมเป็นใคร", "ผมคือใคร"],
    ),
    language(
        &["知って", "覚えて", "教えて", "まとめ", "要約", "説明", "把握"],
        &[
            "私について",
            "私のこと",
            "私の何",
            "私に関して",
            "僕について",
            "僕のこと",
            "俺のこと",
            "自分について",
        ],
        &["私は誰", "私って誰", "僕は誰", "私は何者"],
    ),
    language(
        &["알아", "알고", "아는", "아세요", "기억", "요약", "설명", "말해", "알려"],
        &["나에 대해", "저에 대해", "나에 관해", "저에 관해", "내 정보", "제 정보"],
        &["내가 누구", "제가 누구", "나는 누구"],
    ),
];

/// Chinese has no spaces, and its word for "me" is also in "my".
const CHINESE_KNOWING: [&str; 16] = [
    "知道",
    "了解",
    "记得",
    "記得",
    "记住",
    "記住",
    "总结",
    "總結",
    "介绍",
    "介紹",
    "概括",
    "描述",
    "瞭解",
    "告诉我",
    "告訴我",
    "说说",
];
const CHINESE_BEFORE: [&str; 15] = [
    "关于", "關於", "对", "對", "知道", "了解", "一下", "记得", "記得", "介绍", "介紹", "总结",
    "總結", "描述", "说说",
];
const CHINESE_AFTER: [&str; 22] = [
    "什",
    "甚",
    "多少",
    "哪些",
    "的什",
    "的哪",
    "的一切",
    "的所有",
    "的信息",
    "的資訊",
    "的资料",
    "的事",
    "吗",
    "嗎",
    "了解",
    "瞭解",
    "知道",
    "有",
    "你",
    "所",
    "记",
    "這",
];
const CHINESE_WHOLE: [&str; 4] = ["我是谁", "我是誰", "我是什么样的人", "我是怎样的人"];

const ELSEWHERE_MOST_WORDS: usize = 9;
const ELSEWHERE_MOST_CHARS: usize = 60;
/// A clause with nothing but "who am I?" and little around it.
const WHOLE_MOST_WORDS: usize = 5;

pub(crate) fn asks_for_everything(query: &str) -> bool {
    sentences(query).into_iter().filter_map(|range| query.get(range)).any(|sentence| {
        let sentence = sentence.to_lowercase().replace('’', "'");
        let mut clauses =
            sentence.split_inclusive([',', ':', ';', '，', '、', '：', '；', '،', '؛']);
        clauses.any(|clause| {
            // What stands before a colon is the name of what follows.
            !clause.ends_with([':', '：'])
                && (asks_in_english(clause) || asks_elsewhere(clause) || asks_in_chinese(clause))
        })
    })
}

fn asks_in_english(clause: &str) -> bool {
    static KNOWN: LazyLock<HashSet<&str>> = LazyLock::new(|| list(WORDS).collect());
    let words = words(clause).map(|word| {
        SHORT.iter().find(|(short, _)| *short == word).map_or(word, |(_, whole)| whole)
    });
    let words: Vec<&str> = words.collect();
    if words.is_empty()
        || words.len() > MOST_WORDS
        || !words.iter().all(|word| KNOWN.contains(word))
    {
        return false;
    }
    let has = |of: &'static str| list(of).any(|one| words.contains(&one));
    let only = |of: &'static str, and: &'static str| {
        words.iter().all(|word| list(of).chain(list(and)).any(|one| one == *word))
    };
    if has(NAMES) && only(NAMES, WITH_NAMES) || has(ALONE) && only(ALONE, BEFORE) {
        return true;
    }
    let plain = format!(" {} ", words.join(" "));
    let says = |signs: &[&str]| signs.iter().any(|sign| plain.contains(&format!(" {sign} ")));
    let opener = words.iter().find(|word| !list(BEFORE).any(|before| before == **word));
    opener.is_some_and(|opener| list(OPENERS).any(|one| one == *opener))
        && (says(&ABOUT)
            || has(ALL) && says(&KNOWING)
            || has("dump display list print show tell give") && has("all everything"))
}

fn asks_elsewhere(clause: &str) -> bool {
    let words: Vec<&str> = words(clause).collect();
    if words.len() > ELSEWHERE_MOST_WORDS || clause.chars().count() > ELSEWHERE_MOST_CHARS {
        return false;
    }
    let plain = format!(" {} ", words.join(" "));
    let says = |sign: &str| match sign.strip_suffix('$') {
        Some(sign) => plain.ends_with(&format!(" {sign} ")),
        // Words are written together in some languages.
        None if has_spaces(sign) => plain.contains(&format!(" {sign}")),
        None => plain.contains(sign),
    };
    ELSEWHERE.iter().any(|language| {
        words.len() <= WHOLE_MOST_WORDS
            && !clause.ends_with(',')
            && language.whole.iter().any(|sign| says(sign))
            || language.about.iter().any(|sign| says(sign))
                && language.knowing.iter().any(|sign| says(sign))
    })
}

fn asks_in_chinese(clause: &str) -> bool {
    let clause: String = clause.chars().filter(|letter| letter.is_alphanumeric()).collect();
    if clause.chars().count() > ELSEWHERE_MOST_CHARS / 3 {
        return false;
    }
    if CHINESE_WHOLE.iter().any(|whole| clause.ends_with(whole)) {
        return true;
    }
    CHINESE_KNOWING.iter().any(|knowing| clause.contains(knowing))
        && clause.match_indices('我').any(|(at, me)| {
            let (before, after) = clause.split_at(at);
            let after = after.strip_prefix(me).unwrap_or_default();
            CHINESE_BEFORE.iter().any(|one| before.ends_with(one))
                && (after.is_empty() || CHINESE_AFTER.iter().any(|one| after.starts_with(one)))
        })
}

/// Whether the language of a word puts spaces between words: not Chinese, Japanese, Thai.
fn has_spaces(word: &str) -> bool {
    !word.chars().any(|letter| matches!(letter, '\u{e00}'..='\u{e7f}' | '\u{3040}'..='\u{9fff}'))
}

fn list(words: &'static str) -> impl Iterator<Item = &'static str> {
    words.split_whitespace()
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    let words = text.split(|c: char| !is_of_word(c));
    words.filter(|word| !word.is_empty())
}

/// Letters, digits, apostrophes, and the marks that vowels of Hindi and Thai are written with.
fn is_of_word(letter: char) -> bool {
    let is_mark = matches!(
        letter,
        '\u{300}'..='\u{36f}'
            | '\u{64b}'..='\u{65f}'
            | '\u{93a}'..='\u{94f}'
            | '\u{e31}'..='\u{e4e}'
            | '\u{200c}'
    );
    is_mark || letter.is_alphanumeric() || matches!(letter, '\'' | '-')
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
            "It knows nothing yet. Could you write down what it should know about me, briefly?",
            "Hi! Who am I? Thanks",
            "Summarise everything you have learned about me so far.",
            "tell me everything you remember",
            "Give me a short summary of my memories, please",
            "can you show me all of your notes on me",
            "Give me a short portrait of myself, based on our chats.",
            "How would you describe me?",
            "What kind of person am I?",
            "Whats everything u remember abt me?",
            "What do you have on me?",
            "Who is the user?",
            "What's in your memory?",
            "user profile",
            "facts about the user",
            "dump all",
            "Summarise",
            "Summarize me",
            "what do you remember of me and my family and life, all of it",
            "recap please",
            "Was weißt du über mich?",
            "Was weißt du alles über mich?",
            "Que sais-tu sur moi ?",
            "Que sais-tu de moi ?",
            "¿Qué sabes sobre mí?",
            "que sabes de mi",
            "Cosa sai di me?",
            "O que você sabe sobre mim?",
            "Wat weet je over mij?",
            "Hva vet du om meg?",
            "Mitä tiedät minusta?",
            "Co o mně víš?",
            "Mit tudsz rólam?",
            "Ce știi despre mine?",
            "Что ты знаешь обо мне?",
            "Що ти про мене знаєш?",
            "Τι ξέρεις για μένα;",
            "Apa yang kamu ketahui tentang saya?",
            "Bạn biết gì về tôi?",
            "你知道关于我的什么？",
            "你知道我什么？",
            "你对我了解多少？",
            "总结一下我",
            "介绍一下我",
            "我是谁？",
            "私について何を知っていますか？",
            "私の何を知っていますか？",
            "私は誰？",
            "나에 대해 뭘 알아?",
            "내가 누구야?",
            "คุณรู้อะไรเกี่ยวกับฉันบ้าง",
            "ماذا تعرف عني؟",
            "מה אתה יודע עליי?",
            "आप मेरे बारे में क्या जानते हैं?",
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
            "Thanks for everything! See you tomorrow.",
            "You know what I mean?",
            "you know what? what's my locker code",
            "Have I told you so already?",
            "I already know that",
            "I have everything. What is my locker code?",
            "my profile picture",
            "ok, overview: which dentist do I see?",
            "Summary: Tuesday",
            "Write a short summary",
            "Over mij gesproken: waar woont mijn zus?",
            "Что мама думает обо мне?",
            "Wer bin ich denn, dass ich das weiß?",
            "Wer bin ich geworden, seit ich in der großen Stadt an der Elbe wohne und arbeite?",
            "Weißt du, ob Anna über mich lacht?",
            "¿Qué sabes de mi hermana?",
            "你知道我的生日吗？",
            "关于我姐姐你知道什么？",
            "对我来说，知道答案很重要",
            "私の母について何を知っていますか？",
            "soup",
            "",
        ] {
            assert!(!asks_for_everything(query), "{query}");
        }
    }
}
