//! Words that say how others belong together, and are in every sentence.

use std::collections::HashSet;
use std::sync::LazyLock;

use crate::text::letters::{is_feeling, without_accents};
use crate::text::stems::stem;

/// Whether an English word, in lower case, is in every sentence and never a term.
pub(crate) fn is_stop_word(word: &str) -> bool {
    static STOP_WORDS: LazyLock<HashSet<&str>> =
        LazyLock::new(|| ENGLISH_STOP_WORDS.split_whitespace().collect());
    STOP_WORDS.contains(word)
}

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

/// Whether the term is mostly grammar, and so weighs little: a function word of another language, a
/// term in Hiragana alone (in Japanese, particles and endings, seldom the subject), one with one of
/// the most common Chinese function words, or an emoji that says how somebody feels.
pub(crate) fn is_grammar(term: &str) -> bool {
    static OTHERS: LazyLock<HashSet<String>> =
        LazyLock::new(|| FUNCTION_WORDS.split_whitespace().map(term_of).collect());
    fn term_of(word: &str) -> String {
        let plain = without_accents(word);
        if plain.is_ascii() { stem(&plain) } else { plain }
    }
    let is_hiragana = |c: char| ('\u{3041}'..='\u{309f}').contains(&c);
    !term.is_empty() && term.chars().all(is_hiragana)
        || term.chars().any(|c| !c.is_ascii() && CHINESE_FUNCTION_WORDS.contains(c))
        || term.chars().any(is_feeling)
        || OTHERS.contains(term)
}

/// Particles, pronouns and question words, in both spellings.
const CHINESE_FUNCTION_WORDS: &str = "的了吗嗎呢吧么麼什们們我你您他她它谁誰哪这這那是在对對";

/// Of other languages. Those that are English words, or names, are missing.
const FUNCTION_WORDS: &str = "\
    и в во не что он на я с со как а то все она так его но да ты к у же вы за бы по только ее \
    мне было вот от меня еще нет о из ему теперь когда даже ну ли если уже или ни быть был него \
    до вас нибудь опять уж вам ведь там потом себя ей может они тут где есть надо ней для мы \
    тебя их чем была сам чтоб без будто чего раз тоже себе под будет ж тогда кто этот того \
    потому этого какой какая какие мой моя моё мои мою моего моей моих наш ваш свой свою этом \
    эта это эти тебе тобой мной нас был были й та що я ти ви ми він вона воно вони це цей ця ці \
    як коли де хто чи або але бо якщо від до для про при із зі у в мій моя моє мої мене мені \
    тебе тобі його її їх нас вас був була було були є не ні так дуже який яка яке які свій свою \
    ο η το οι τα του της των τον την και κι να θα δε δεν μη μην με σε για από στο στη στον στην \
    στα στις στους που πως πού πώς τι ποιος ποια ποιο ποιοι είναι ήταν είχε έχει έχω είμαι εγώ \
    εσύ αυτός αυτή αυτό μου σου μας σας τους μια ένα ένας في من على إلى عن مع هذا هذه ذلك تلك \
    التي الذي ما ماذا متى أين كيف هل لماذا من هو هي هم أنا نحن أنت كان كانت يكون أن إن لا لم لن \
    قد و أو ثم كل של את על אל עם אני אתה היא הוא הם הן אנחנו זה זאת זו יש אין מה מי איפה מתי \
    איך למה כן לא גם או אבל כי אם לי לך לו לה है हैं था थी थे हो हूँ हूं का की के को में से पर \
    ने और या कि यह वह ये वे मैं मेरा मेरी मेरे मुझे तुम आप हम क्या कौन कब कहाँ कहां कैसे क्यों \
    नहीं भी तो ही जो एक der das ein eine einen einem einer und oder ist sind nicht ich du er \
    sie wir ihr mein meine meinen meiner dein deine mit von zu auf für im dem des wie wo wer \
    wann was warum auch noch sehr aber dass wird wurde habe haben le la les un une des du et ou \
    est sont je tu il elle nous vous ils mon ma mes ta tes ses sur avec dans qui que quoi quel \
    quelle où quand ne pas au aux el los las una unos y es son yo tú él ella nosotros mi mis tu \
    su sus en por para qué quién cuál dónde cuándo cómo lo se del al il gli uno e è sono io lui \
    lei noi voi mio mia miei di da che chi cosa quale quando nel della dello per non si o as um \
    uma uns é são eu ele ela nós meu minha meus em no na por quem qual onde quando como seu sua \
    ao de het een en zijn niet ik je jij hij zij wij mijn jouw met op aan voor wie wat waar \
    wanneer hoe ook och att det som en ett är jag han hon vi ni min mitt din på för med vem vad \
    var när hur inte av til til og jeg ikke er ja ei se hän minä sinä me te he oli ovat olen \
    mikä mitä kuka missä milloin miten että mutta minun sinun myös kun ve bir bu şu ne da de mi \
    mı mu mü için ile çok ama sen biz siz onlar benim senin onun nerede nasıl hangi var yok i w \
    z na do się nie jest są że co to jak kto gdzie kiedy mój moja moje mam ma ty on ona oni czy \
    dla po od za a se že je jsem jsou ve na s co jak kdo kde kdy můj moje mám od do za az egy \
    és hogy nem is van én te ő mi ki hol mikor mit și este sunt nu cu pe la din ce cine unde \
    când meu mea di yang ini itu saya aku kamu dia apa siapa mana kapan untuk dengan dari ke \
    tidak tôi là của và có không ở cho với này đó gì ai đâu khi nào";
