use std::collections::HashSet;
use std::sync::LazyLock;

use crate::text::analysis::query_words;

/// Words that hardly say what a query is about: greetings and thanks, verbs and nouns that go with
/// everything.
const LIGHT_WORDS: &str = "\
    hi hello hey dear thank thanks please sorry quick question advance ask asking wondering wonder \
    cheers regards morning afternoon evening help appreciate welcome ok okay let nice day good \
    bother go get make take want need know think like tell say give see look come keep use call \
    live thing way new one time people lot really much just also well still remember mind remind \
    anything something anyone \
    hallo danke bitte guten tag grüße hola gracias favor buenos días saludos bonjour merci salut \
    ciao grazie prego olá obrigado привет спасибо пожалуйста здравствуйте привіт дякую будь ласка \
    你好 您好 早上好 下午好 晚上好 请问 請問 问一下 谢谢 謝謝 先谢谢你 提前感谢 非常感谢 麻烦你 麻煩你 \
    不好意思 打扰一下 告诉我 告訴我 おはよう御座います 有難うございます お願いします 質問 教えて \
    안녕하세요 감사합니다 고마워요 질문이 알려주세요 부탁해요 สวัสดี ขอบคุณ ขอถามหน่อย ครับ ค่ะ นะคะ";

/// Whether a term is of a light word.
pub(crate) fn is_light(term: &str) -> bool {
    static TERMS: LazyLock<HashSet<String>> = LazyLock::new(|| {
        let words = LIGHT_WORDS.split_whitespace().flat_map(query_words);
        // Not each of their characters.
        words.filter(|word| word.portion > 0.0).map(|word| word.term).collect()
    });
    TERMS.contains(term)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::analysis::query_terms;

    #[test]
    fn light_words_are_known_in_each_of_their_forms() {
        for text in ["Thanks", "going", "calls", "Grüße", "Спасибо", "ขอบคุณ"]
        {
            assert!(query_terms(text).iter().all(|term| is_light(term)), "{text}");
        }
        for text in ["harpsichord", "allergy", "phone", "麻婆", "早"] {
            assert!(!query_terms(text).iter().any(|term| is_light(term)), "{text}");
        }
    }
}
