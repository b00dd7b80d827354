//! Whether a text asks, with or without a question mark.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::LazyLock;

use crate::text::letters::lower_case;

/// A longer text says something beside what it asks.
const MOST_WORDS: usize = 24;
const MOST_BYTES: usize = 512;

/// Words with which a question begins, whatever follows.
const OPENING: &str = "\
    who whose why who's \
    wer wohin woher warum wieso weshalb pourquoi combien quién quien quiénes dónde donde cuándo \
    cuánto cuánta cuántos cuántas onde quem quantos quantas chi dove quanti quante perché waar \
    waarom hoeveel gdzie kto dlaczego hvem hvor hvorfor vem varför missä kuka milloin miksi nerede \
    siapa kapan dimana berapa kenapa mengapa \
    где кто куда откуда почему зачем сколько чей чья чьё чьи де хто куди звідки чому скільки \
    πού ποιος ποια ποιο γιατί πόσο πόσα أين متى كيف لماذا ماذا هل كم איפה מתי למה כמה מי क्या";

/// The same in English, if a verb follows: "when I was small" doesn't ask.
const ENGLISH_OPENING: &str = "what where when how which";
const ENGLISH_CONTRACTED: &str = "what's where's when's how's";

/// The verbs that stand before their subject in an English question.
const ENGLISH_VERBS: &str = "\
    is are am was were do does did can could should shall will would has have had may might must \
    isn't aren't wasn't weren't don't doesn't didn't can't couldn't shouldn't won't wouldn't hasn't \
    haven't hadn't about come";

/// Before whom they ask where they begin the sentence: "Has a cat" and "Do the dishes" don't.
const ENGLISH_PEOPLE: &str = "i you he she we they";
const ENGLISH_ARTICLES: &str = "his her its their the this that these those a an";
const ENGLISH_OWN: &str = "it my your our there";

/// Words of other languages with which a question begins, if no subject follows.
const OTHER_OPENING: &str = "\
    wo wann wie welche welcher welches wessen wem wen où quand comment quel quelle quels quelles \
    qué cómo cuál cuáles quando qual quais quale quali wat wie wanneer welke hur när vilken kiedy \
    jak jaki jaka jakie ile когда что как какой какая какое какие кого кому коли що як який яка \
    яке які";
const OTHER_SUBJECTS: &str = "\
    ich du er sie wir ihr es man der die das gesagt je tu il elle on nous vous ils elles le la les \
    yo tú él ella nosotros eu você ele ela nós ero eravamo ik jij hij zij wij de het een jag du \
    han hon vi ja ty on ona my я ты он она мы вы они ти він вона ми ви вони";

/// What comes before a question that is put in other words.
const WONDERING: &[&str] = &[
    "i wonder",
    "i was wondering",
    "i am wondering",
    "i'm wondering",
    "wondering",
    "i keep asking myself",
    "do you know",
    "can you tell me",
    "could you tell me",
    "tell me",
    "remind me",
    "i forgot",
    "ich frage mich",
    "weißt du",
    "sag mir",
    "erinnere mich",
    "je me demande",
    "dis moi",
    "rappelle moi",
    "me pregunto",
    "dime",
    "recuérdame",
    "mi chiedo",
    "dimmi",
    "ricordami",
    "me diga",
    "me lembre",
    "vertel me",
    "säg mig",
    "powiedz mi",
    "przypomnij mi",
    "интересно",
    "скажи",
    "напомни",
    "нагадай",
    "πες μου",
    "أخبرني",
    "ذكرني",
];
const WONDERED: &str = "if whether ob si se";

/// Words that ask wherever they stand, in scripts whose words have no fixed place or no spaces.
const ANYWHERE: &str = "\
    什么 什麼 哪里 哪裡 哪儿 哪兒 哪个 哪個 哪天 在哪 谁 誰 怎么 怎麼 几点 幾點 几号 多少 \
    何时 多久 どこ だれ いつ 何時 何が 何を どんな 어디 누구 누가 언제 무엇 뭐 뭘 어떻게 \
    ที่ไหน อะไร ใคร เมื่อไหร่ เมื่อไร ทำไม ยังไง เท่าไหร่ कहाँ कहां कौन कैसे क्यों कितने \
    कितना कितनी";

/// Words that ask somebody to tell something, in those scripts.
const TELLING: &str = "告诉我 告訴我 提醒我 教えて 思い出させて 알려 บอกฉัน บอกหน่อย बताओ बताइए";

/// What makes them say "any" or "none": before and after them.
const NONE: &str = "没沒无無";
const ANY: &str = "都也もか나든도라냐ก";

/// With what a question ends, in languages that put its mark there.
const ENDING: &str = "\
    吗 嗎 么 ですか ますか ましたか でしたか ませんか かな かしら っけ 何 \
    습니까 입니까 나요 을까 ไหม มั้ย หรือเปล่า";

/// Whether a text ends in a question, or is one without its mark.
pub(crate) fn asks(text: &str) -> bool {
    has_mark(text) || Sentence::read(text).is_some_and(|it| it.asks_what() || it.asks_whether())
}

/// Whether a query asks for something that it does not say: what, who or where, rather than
/// whether.
pub(crate) fn asks_what(query: &str) -> bool {
    Sentence::read(query).is_some_and(|it| it.asks_what() || has_mark(query) && it.has_opening())
}

/// The words of whoever asks about himself.
const OWN: &str = "\
    i i'm i've me my mine we us our ich mir mich mein meine meinen meinem meiner wir uns unser \
    unsere je j'ai moi mon ma mes nous notre nos yo mi mis mío mía nosotros nuestro nuestra io mio \
    mia miei mie noi nostro eu meu minha meus minhas nós nosso ik mij mijn wij ons onze jag mig \
    min mitt mina vi vår jeg mit mine mitt minun minulla minä olen mój moja moje moim mnie mam \
    benim bana ben saya aku я мне меня мной мой моя моё мое мои мою моего моей мы нам нас наш мені \
    мене мій моє мої моєї εγώ μου με εμείς μας أنا لي عندي אני לי שלי मैं मुझे मेरा मेरी मेरे";
const OWN_ANYWHERE: &str = "我 私 僕 俺 나 내 저 제 ฉัน ผม";

/// From here on [`asking`] has no doubt.
pub(crate) const SURELY_ASKS: u8 = 4;

/// How much a piece of a text looks like what somebody asks about himself: 0 where it does not
/// ask, and most where it has the mark or the form of a question and words for himself.
pub(crate) fn asking(piece: &str) -> u8 {
    // "Who is my dentist": after these words a piece may go on with something else.
    const NEAR: usize = 5;

    let is_marked = is_marked(piece);
    let Some(read) = Sentence::read(piece) else { return if is_marked { 4 } else { 0 } };
    let own = read.words.iter().position(|word| is_one(OWN, word));
    let own = own.or_else(|| read.has_any(OWN_ANYWHERE).then_some(0));
    let is_near = own.is_some_and(|at| at < NEAR);
    let is_of_form = read.asks_what()
        || read.asks_whether()
        || read.wondered().is_some()
        || read.has_any(TELLING);
    match (is_marked, is_of_form) {
        (true, _) => {
            if own.is_some() {
                6
            } else {
                4
            }
        }
        (false, true) if is_near => 5,
        (false, true) => {
            if own.is_some() {
                3
            } else {
                2
            }
        }
        (false, false) => u8::from(read.has_opening()),
    }
}

/// Whether a question mark is among the signs at the end of a text.
pub(crate) fn is_marked(text: &str) -> bool {
    text.chars().rev().take_while(|c| !c.is_alphanumeric()).any(is_mark)
}

/// Whether a question, or a request to tell something, begins with a text that goes on after it.
pub(crate) fn begins_question(text: &str) -> bool {
    static FIRST: LazyLock<HashSet<&str>> = LazyLock::new(|| {
        let lists = [OPENING, ENGLISH_OPENING, ENGLISH_CONTRACTED, ENGLISH_VERBS, OTHER_OPENING];
        let words = lists.into_iter().flat_map(str::split_ascii_whitespace);
        words.chain(WONDERING.iter().filter_map(|phrase| phrase.split(' ').next())).collect()
    });
    const WORDS: usize = 8;
    const LETTERS: usize = 160;

    if text.starts_with('¿') {
        return true;
    }
    let first = text.chars().take_while(|c| !c.is_whitespace()).take(LETTERS);
    let first = first.flat_map(char::to_lowercase).collect::<String>().replace('\u{2019}', "'");
    let first = first.trim_matches(|c: char| !c.is_alphanumeric());
    let part = first.split('-').next().unwrap_or_default();
    if !FIRST.contains(first) && !FIRST.contains(part) {
        return false;
    }
    let begin: String = text.chars().take(LETTERS).collect();
    let begin: Vec<_> = begin.split_whitespace().take(WORDS).collect();
    Sentence::read(&begin.join(" ")).is_some_and(|it| {
        let asks_somebody = is_one(ENGLISH_VERBS, it.word(0)) && is_one(ENGLISH_PEOPLE, it.word(1));
        it.opens_at(0) || it.wondered().is_some() || asks_somebody
    })
}

/// Where a text has the words that ask wherever they stand.
pub(crate) fn question_words(text: &str) -> Vec<Range<usize>> {
    if text.is_ascii() {
        return Vec::new();
    }
    let words = [ANYWHERE, TELLING].into_iter().flat_map(str::split_ascii_whitespace);
    let ranges = words.flat_map(|word| {
        let found = text.match_indices(word).filter(|(at, _)| asks_at(text, *at, word));
        found.map(|(at, word)| at..at + word.len())
    });
    let endings = ENDING.split_ascii_whitespace().filter(|ending| ending.chars().count() > 2);
    let endings = endings
        .chain(["吗", "嗎"])
        .flat_map(|ending| text.match_indices(ending).map(|(at, word)| at..at + word.len()));
    ranges.chain(endings).collect()
}

/// Whether a text ends in a question mark. Closing quotes, brackets and emoji after it are ignored.
fn has_mark(text: &str) -> bool {
    let last = text.chars().rev().find(|c| c.is_alphanumeric() || is_sentence_end(*c));
    last.is_some_and(is_mark)
}

fn is_mark(c: char) -> bool {
    matches!(c, '?' | '？' | '؟' | '⁇' | '⁈')
}

fn is_sentence_end(c: char) -> bool {
    is_mark(c) || matches!(c, '.' | '!' | '…' | '。' | '！' | '۔' | '।')
}

/// A text that is one short sentence.
struct Sentence {
    /// In lower case.
    text: String,
    words: Vec<String>,
    has_comma: bool,
}

impl Sentence {
    fn read(text: &str) -> Option<Self> {
        let text = text.trim_end_matches(|c: char| !c.is_alphanumeric() && !is_vowel_sign(c));
        if text.len() > MOST_BYTES || text.contains('\n') {
            return None;
        }
        let mut after_end = false;
        for c in text.chars() {
            if after_end && c.is_whitespace() || matches!(c, '。' | '！' | '？') {
                return None;
            }
            after_end = is_sentence_end(c);
        }
        let text: String = lower_case(text).into_iter().collect();
        let is_word = |c: char| c.is_alphanumeric() || c == '\'' || is_vowel_sign(c);
        let words = text.split(|c| !is_word(c)).filter(|word| !word.is_empty());
        let words: Vec<_> = words.map(str::to_owned).collect();
        let has_comma = text.contains([',', '،', '、', '，']);
        (words.len() <= MOST_WORDS).then_some(Self { text, words, has_comma })
    }

    fn word(&self, at: usize) -> &str {
        self.words.get(at).map_or("", String::as_str)
    }

    fn asks_what(&self) -> bool {
        self.opens_at(0)
            || self.wondered().is_some_and(|at| {
                is_one(OPENING, self.word(at))
                    || is_one(ENGLISH_OPENING, self.word(at))
                    || is_one(OTHER_OPENING, self.word(at))
            })
            || self.text.starts_with('¿')
            || self.asks_anywhere()
    }

    /// Whether it has a word that asks, wherever it stands: "my key, where is it".
    fn has_opening(&self) -> bool {
        let asks = |word: &String| {
            is_one(OPENING, word)
                || is_one(ENGLISH_CONTRACTED, word)
                || word != "when" && is_one(ENGLISH_OPENING, word)
        };
        self.words.iter().any(asks)
    }

    fn asks_whether(&self) -> bool {
        let (first, second) = (self.word(0), self.word(1));
        let asks_for_help = second == "you" && matches!(first, "can" | "could" | "will" | "would");
        let is_order = matches!(first, "do" | "has" | "have" | "had" | "may" | "come" | "about");
        is_one(ENGLISH_VERBS, first)
            && !asks_for_help
            && (is_one(ENGLISH_PEOPLE, second) || !is_order && is_one(ENGLISH_OWN, second))
            || self.wondered().is_some_and(|at| is_one(WONDERED, self.word(at)))
            || ENDING.split_ascii_whitespace().any(|ending| self.text.ends_with(ending))
    }

    /// Where the sentence goes on that begins with wondering.
    fn wondered(&self) -> Option<usize> {
        let begins = |phrase: &&&str| {
            let mut words = self.words.iter();
            phrase.split(' ').all(|word| words.next().is_some_and(|it| it == word))
        };
        Some(WONDERING.iter().find(begins)?.split(' ').count())
    }

    fn opens_at(&self, at: usize) -> bool {
        let (first, second) = (self.word(at), self.word(at + 1));
        if is_one(OPENING, first) || is_one(ENGLISH_CONTRACTED, first) {
            // "That is why we were late".
            return first != "why" || !is_one(ENGLISH_PEOPLE, second);
        }
        if is_one(ENGLISH_OPENING, first) {
            let has_noun = first != "where"
                && first != "when"
                && !is_one(ENGLISH_PEOPLE, second)
                && !is_one(ENGLISH_OWN, second)
                && !is_one(ENGLISH_ARTICLES, second);
            let until = if has_noun { at + 5 } else { at + 2 };
            // "Which is good" goes on from a sentence before.
            if first == "which" && is_one(ENGLISH_VERBS, second) {
                return false;
            }
            let mut verbs = (at + 1..until).map(|at| self.word(at));
            return verbs.any(|word| is_one(ENGLISH_VERBS, word));
        }
        is_one(OTHER_OPENING, first)
            && !second.is_empty()
            && !is_one(OTHER_SUBJECTS, second)
            && !self.has_comma
    }

    fn asks_anywhere(&self) -> bool {
        ANYWHERE
            .split_ascii_whitespace()
            .any(|word| self.text.match_indices(word).any(|(at, _)| asks_at(&self.text, at, word)))
    }

    fn has_any(&self, words: &str) -> bool {
        !self.text.is_ascii() && words.split_ascii_whitespace().any(|word| self.text.contains(word))
    }
}

/// Whether a word of [`ANYWHERE`] asks at a place where it stands.
fn asks_at(text: &str, at: usize, word: &str) -> bool {
    let before = text.get(..at).unwrap_or_default().chars().rev().take(2);
    let after = text.get(at + word.len()..).and_then(|it| it.chars().next());
    !before.into_iter().any(|c| NONE.contains(c)) && !after.is_some_and(|c| ANY.contains(c))
}

/// Signs that go on with a word and are no letters.
fn is_vowel_sign(c: char) -> bool {
    matches!(c, '\u{0900}'..='\u{0963}' | '\u{0e30}'..='\u{0e4e}')
}

fn is_one(list: &str, word: &str) -> bool {
    list.split_ascii_whitespace().any(|it| it == word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_end_in_a_question_mark_of_their_script() {
        for question in ["The tent?", "“The tent?”", "The tent? 🍕", "寿司が好き？", "أنا؟", "I?!?"]
        {
            assert!(asks(question), "{question}");
        }
        for other in ["", "There.", "Where? There!", "Where? There", "寿司が好き？はい。", "🍕"]
        {
            assert!(!asks(other), "{other}");
        }
    }

    #[test]
    fn a_question_needs_no_mark() {
        for question in [
            "where is my spare key",
            "Where did I put the tent",
            "what's my blood type",
            "How many cats do I have",
            "which car do I drive.",
            "What time is my flight",
            "who is my dentist",
            "I wonder where the tent is",
            "I forgot when my sister was born",
            "wo ist mein Zelt",
            "Wie heißt mein Hund",
            "où est ma tente",
            "dónde está mi llave",
            "¿Dónde está mi llave",
            "где моя палатка",
            "Как зовут мою собаку",
            "我的帐篷在哪里",
            "我的钥匙放在什么地方",
            "テントはどこですか",
            "テントはどこ",
            "내 텐트는 어디에 있어",
            "เต็นท์อยู่ที่ไหน",
            "أين خيمتي",
            "मेरा तंबू कहाँ है",
        ] {
            assert!(asks(question), "{question}");
            assert!(asks_what(question), "{question}");
        }
        for question in [
            "am I allergic to nuts",
            "is my flight on Monday",
            "Did I lock the door",
            "I wonder if the tent is dry",
            "我对花生过敏吗",
            "ピーナッツは好きですか",
        ] {
            assert!(asks(question), "{question}");
            assert!(!asks_what(question), "{question}");
        }
    }

    #[test]
    fn what_says_something_does_not_ask() {
        for statement in [
            "The spare key is under the flowerpot",
            "When I was small, I lived in Oslo",
            "What I like best is tea",
            "What a lovely day this was",
            "How I cook rice is a secret",
            "Where I live it is cold",
            "Do the dishes on Monday",
            "Has a three-legged cat called Bodo",
            "Is a vet near Aachen",
            "Was the captain of the team",
            "Does the dishes",
            "Which is good",
            "我妈妈在上海工作呢。",
            "Have a dentist appointment on Friday",
            "Can you note that my dentist is Dr. Okafor",
            "Remind me to call Anna",
            "Will lives in Oslo",
            "May is my favourite month",
            "Where is the key? Under the flowerpot.",
            "Wie gesagt, ich esse kein Fleisch",
            "Wo ich wohne, ist es kalt",
            "Quand j'étais petit, j'habitais à Lyon",
            "Когда я был маленьким, я жил в Риге",
            "我什么都吃",
            "谁都喜欢寿司",
            "我没什么爱好",
            "毎朝静かな公園を歩く",
            "娘の名前ははるか",
            "나는 언제나 커피를 마셔",
        ] {
            assert!(!asks(statement), "{statement}");
        }
    }
}
