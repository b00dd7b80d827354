//! Hebrew and Arabic, whose particles are written together with the word that follows.

use crate::text::forms::form_set::{Forms, without_beginning, without_ending};
use crate::text::stems::{Algorithm, stemmed};

const HEBREW_ENDINGS: &str = "ימ ות יה ית תי תמ תנ נו ינ כמ כנ המ הנ יכ יו ה ת י ו כ נ מ";

/// Particles that may follow each other, in the order of a word.
const HEBREW_PARTICLES: [&str; 3] = ["ו", "כש מש לכש ש", "ה ב ל מ כ"];

const ARABIC_ENDINGS: &str =
    "ها ان ات ون ين يه ه ي هم هن كم نا وا ت ك تي ته تها اتي اته اتها اتهم ا تين تان";

pub(super) fn add_hebrew(word: &str, forms: &mut Forms) {
    // Most words have three letters or more, which ends what could be a particle.
    let mut bases = vec![word];
    let mut rest = word;
    for particles in HEBREW_PARTICLES {
        rest = without_beginning(rest, particles, 2);
        if !bases.contains(&rest) {
            bases.push(rest);
        }
        let once = without_beginning(word, particles, 2);
        if !bases.contains(&once) {
            bases.push(once);
        }
    }
    for base in bases {
        let stem = without_ending(base, HEBREW_ENDINGS, 2);
        let is_root = base.chars().count() >= 3;
        if is_root || base.len() == word.len() {
            forms.add_same(base, 2);
        } else {
            forms.add_like(base, 2);
        }
        if stem.chars().count() >= 3 {
            // Daniela is not Daniel.
            forms.add_stem(base, stem, 3, &["ה"]);
        } else {
            forms.add_like(stem, 2);
        }
        forms.add_beginnings(base);
    }
}

pub(super) fn add_arabic(lower: &str, word: &str, forms: &mut Forms) {
    let stem = stemmed(Algorithm::Arabic, word);
    forms.add_stem(word, &stem, 2, &["ه"]);
    // As the stemmer has it with the letters that were made alike.
    if !word.contains(stemmed(Algorithm::Arabic, lower).as_str()) {
        forms.add_same(stemmed(Algorithm::Arabic, lower), 2);
    }
    let base = without_beginning(word, "ال لل وال فال بال كال ولل", 2);
    let further = without_beginning(base, "و ف ب ل ك", 3);
    for base in [base, further] {
        let stem = without_ending(base, ARABIC_ENDINGS, 3);
        forms.add_same(base, 2);
        // Karima is not Karim.
        forms.add_stem(base, stem, 3, &["ه"]);
        forms.add_like(without_ending(base, ARABIC_ENDINGS, 2), 2);
        // Many plurals change the long vowels inside: كتاب and كتب, بيت and بيوت.
        let (first, rest) = stem.split_at(stem.chars().next().map_or(0, char::len_utf8));
        let mut consonants: Vec<char> =
            first.chars().chain(rest.chars().filter(|c| !matches!(c, 'ا' | 'و' | 'ي'))).collect();
        consonants.dedup();
        consonants.push('~');
        forms.add_like(consonants.into_iter().collect::<String>(), 3);
    }
    // Persian and Urdu are written in the same letters.
    forms.add_same(without_ending(word, "ها های هایی ان ی ي وں یں ے", 3), 3);
    forms.add_beginnings(base);
}
