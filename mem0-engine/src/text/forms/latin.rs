//! Languages in Latin letters other than English.

use crate::text::forms::form_set::{Forms, without_ending};
use crate::text::letters::without_accents;
use crate::text::stems::{Algorithm, stemmed};

const STEMMERS: [Algorithm; 13] = [
    Algorithm::German,
    Algorithm::French,
    Algorithm::Spanish,
    Algorithm::Italian,
    Algorithm::Portuguese,
    Algorithm::Dutch,
    Algorithm::Swedish,
    Algorithm::Danish,
    Algorithm::Norwegian,
    Algorithm::Finnish,
    Algorithm::Turkish,
    Algorithm::Hungarian,
    Algorithm::Romanian,
];

/// Of Polish, Czech, Slovak, Croatian and Slovene, without accents.
const SLAVIC_ENDINGS: &str = "\
    a e i o u y ie ia iu ii ow om em am ach ech ich ych ami emi imi ymi owi ovi owie ove eho \
    ego ho emu omu im ym ej oj ou uv iem iom iami iach iej ow ami ama ima ov ev ek ka ky ce ze";

/// Of Turkish, without accents.
const TURKISH_VERB_ENDINGS: &str = "\
    iyor uyor iyorum uyorum iyorsun uyorsun iyoruz uyoruz iyorlar uyorlar mek mak medim madim \
    miyor muyor miyorum muyorum dim dum tim tum din dun dik duk tik tuk diler dular tiler tular \
    mis mus misti ecek acak ecegim acagim ecegiz acagiz erim arim irim urum iyordu uyordu \
    iyordum uyordum meyi mayi dugu digi tigi tugu en an";
const TURKISH_CASES: &str = "\
    da de ta te dan den tan ten i u a e yi yu ya ye in un nin nun la le yla yle nda nde ndan \
    nden na ne ni nu daki deki ca ce li lu lik luk ci cu";
const TURKISH_OWNERS: &str = "im um in un i u si su imiz umuz miz muz iniz unuz niz nuz m n larim lerim larin lerin lari leri larimiz lerimiz";

pub(super) fn add(lower: &str, plain: &str, forms: &mut Forms) {
    // Shorter stems are shared by too many words.
    let letters = plain.chars().count();
    let least = if letters > 5 { 4 } else { letters.min(3) };
    let mut add = |stem: String| {
        if stem.len() >= least {
            forms.add_same(stem, 0);
        } else {
            forms.add_like(stem, 3);
        }
    };
    for language in STEMMERS {
        let stem = without_accents(&stemmed(language, lower));
        if matches!(language, Algorithm::Finnish) {
            add(finnish_grade(&stem));
        }
        // What somebody types who lacks the keys for the accents.
        if !lower.is_ascii() {
            add(without_accents(&stemmed(language, plain)));
        }
        add(stem);
    }
    forms.add_same(without_ending(plain, SLAVIC_ENDINGS, 3), least);
    forms.add_same(turkish_root(plain, 3), 3);
    forms.add_like(turkish_root(plain, 2), 2);
    forms.add_beginnings(plain);
}

/// The stem with the weak grade of its last consonants made strong, marked as such: `kadu` and
/// `katu`, `kaup` and `kaupp`, `helsing` and `helsink` are one.
fn finnish_grade(stem: &str) -> String {
    let stem = stem.trim_end_matches(['a', 'e', 'i', 'o', 'u', 'y']);
    let mut graded = String::with_capacity(stem.len() + 1);
    let mut before = None;
    for letter in stem.chars() {
        let strong = match (before, letter) {
            (_, 'd') => 't',
            (_, 'g') => 'k',
            (_, 'v') => 'p',
            // nn, ll and rr stand for nt, lt and rt, mm for mp.
            (Some('n' | 'l' | 'r'), double) if before == Some(double) => 't',
            (Some('m'), 'm') => 'p',
            _ => letter,
        };
        if before != Some(strong) {
            graded.push(strong);
        }
        before = Some(strong);
    }
    graded.push('~');
    graded
}

/// The word without its Turkish endings, with its last consonant as at the end of a word.
fn turkish_root(plain: &str, least: usize) -> String {
    let mut root = plain;
    // Nouns take number, owner and case after each other; verbs end in one of a few ways.
    let verb = without_ending(plain, TURKISH_VERB_ENDINGS, 3);
    if verb == plain {
        for endings in [TURKISH_CASES, TURKISH_OWNERS, "lar ler"] {
            root = without_ending(root, endings, least);
        }
    } else {
        root = verb;
    }
    let mut letters: Vec<char> = root.chars().collect();
    if let Some(last) = letters.last_mut() {
        *last = match *last {
            'b' => 'p',
            'd' => 't',
            'g' => 'k',
            other => other,
        };
    }
    letters.into_iter().collect()
}
