use std::collections::HashSet;
use std::sync::LazyLock;

use crate::text::analysis::query_terms;

/// Words that hardly say what a query is about: greetings and thanks, verbs and nouns that go with
/// everything.
const LIGHT_WORDS: &str = "\
    hi hello hey dear thank thanks please sorry quick question advance ask asking wondering wonder \
    cheers regards morning afternoon evening help appreciate welcome ok okay let nice day good \
    bother go get make take want need know think like tell say give see look come keep use call \
    live thing way new one time people lot really much just also well still remember mind remind \
    anything something anyone \
    hallo danke bitte guten tag grüße hola gracias favor buenos días saludos bonjour merci salut \
    ciao grazie prego olá obrigado привет спасибо пожалуйста здравствуйте привіт дякую будь ласка";

/// Whether a term is of a light word.
pub(crate) fn is_light(term: &str) -> bool {
    static TERMS: LazyLock<HashSet<String>> =
        LazyLock::new(|| LIGHT_WORDS.split_whitespace().flat_map(query_terms).collect());
    TERMS.contains(term)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn light_words_are_known_in_each_of_their_forms() {
        for text in ["Thanks", "going", "calls", "Grüße", "Спасибо"] {
            assert!(query_terms(text).iter().all(|term| is_light(term)), "{text}");
        }
        for text in ["harpsichord", "allergy", "phone"] {
            assert!(!query_terms(text).iter().any(|term| is_light(term)), "{text}");
        }
    }
}
