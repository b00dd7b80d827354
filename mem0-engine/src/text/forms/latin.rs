//! Languages in Latin letters other than English.

use crate::text::forms::form_set::{Forms, without_ending};
use crate::text::letters::without_accents;
use crate::text::stems::{Algorithm, stem, stemmed};

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

/// Of names of women and men: Roberta and Roberto are not Robert.
const OTHER_NAMES: [&str; 2] = ["a ia ina", "o io ino"];

const VOWELS: [char; 6] = ['a', 'e', 'i', 'o', 'u', 'y'];

/// How German and the northern languages write a letter without the key for it.
const SPELT_OUT: [(char, &str); 5] =
    [('ä', "ae"), ('ö', "oe"), ('ü', "ue"), ('å', "aa"), ('ø', "oe")];

pub(super) fn add(lower: &str, plain: &str, forms: &mut Forms) {
    // Shorter stems are shared by too many words.
    let letters = plain.chars().count();
    let least = if letters > 5 { 4 } else { letters.min(3) };
    let mut add = |stem: String| {
        if far_ending(plain, &stem).is_some_and(|ending| ending.ends_with(VOWELS)) {
            return;
        }
        let is_far = far_ending(plain, &stem).is_some();
        if stem.len() >= if is_far { least.max(4) } else { least } {
            forms.add_stem(plain, &stem, 0, &OTHER_NAMES);
        } else {
            forms.add_like(stem, 3);
        }
    };
    if let Some(spelt) = spelt_out(lower) {
        add(stem(&spelt));
        add(stemmed(Algorithm::German, &spelt));
        add(spelt);
    }
    for language in STEMMERS {
        let stem = without_accents(&stemmed(language, lower));
        // What somebody types who lacks the keys for the accents.
        if !lower.is_ascii() {
            add(without_accents(&stemmed(language, plain)));
        }
        add(stem);
    }
    forms.add_stem(plain, without_ending(plain, SLAVIC_ENDINGS, 3), least, &OTHER_NAMES);
    let root = turkish_root(plain, 3);
    let hardened = with_hard_end(root);
    if hardened == root {
        forms.add_stem(plain, root, letters.min(4), &OTHER_NAMES);
    }
    // Another letter at the end may as well be of another word.
    forms.add_like(hardened, 3);
    forms.add_like(with_hard_end(turkish_root(plain, 2)), 2);
    let finnish = without_accents(&stemmed(Algorithm::Finnish, lower));
    // Only the vowels at its end differ in many cases.
    let trimmed = finnish.trim_end_matches(VOWELS);
    let is_far = far_ending(plain, trimmed).is_some_and(|ending| !ending.starts_with('t'));
    if trimmed.len() >= least && !is_far {
        let ending = plain.strip_prefix(trimmed).unwrap_or("~");
        forms.add_stem(&format!("{trimmed}~{ending}"), &format!("{trimmed}~"), 0, &OTHER_NAMES);
    }
    for graded in finnish_grades(plain, &finnish).filter(|_| !is_far) {
        forms.add_like(graded, 4);
    }
    if let Some(singular) = portuguese_singular(lower) {
        forms.add_same(singular, 0);
    }
    forms.add_beginnings(plain);
}

/// What a short stem lacks of its word, if that is a syllable or more: what is left of `kassi` and
/// `belta` without `si` and `ta` may be of anything.
fn far_ending<'a>(word: &'a str, stem: &str) -> Option<&'a str> {
    let ending = word.strip_prefix(stem).filter(|ending| stem.len() < 4 && ending.len() > 1)?;
    (!ending.starts_with(VOWELS)).then_some(ending)
}

/// The word as it is written without its letters of German and the northern languages, if it has
/// any: `muenchen`.
fn spelt_out(lower: &str) -> Option<String> {
    let spelt = |letter| SPELT_OUT.iter().find(|(other, _)| *other == letter).map(|(_, it)| *it);
    let mut word = String::with_capacity(lower.len() + 2);
    for letter in lower.chars() {
        match spelt(letter) {
            Some(letters) => word.push_str(letters),
            None => word.push(letter),
        }
    }
    (word != lower).then(|| without_accents(&word))
}

/// What singular and plural of a Portuguese noun share where both change: `cão` and `cães`,
/// `animal` and `animais`, `homem` and `homens`.
fn portuguese_singular(lower: &str) -> Option<String> {
    const PLURALS: [(&str, &str); 9] = [
        ("ão", "ao~"),
        ("ões", "ao~"),
        ("ães", "ao~"),
        ("ãos", "ao~"),
        ("ais", "al"),
        ("éis", "el"),
        ("eis", "el"),
        ("óis", "ol"),
        ("ns", "m"),
    ];
    PLURALS.iter().find_map(|(ending, shared)| {
        let start = lower.strip_suffix(ending).filter(|start| !start.is_empty())?;
        Some(without_accents(start) + shared)
    })
}

/// The Finnish stems of a word with the last consonants in the strong grade, marked as such:
/// `kadu` and `katu`, `kaup` and `kaupp`, `helsing` and `helsink` are one; so are `vesi` and
/// `vede`, `nainen` and `naise`.
fn finnish_grades(plain: &str, stem: &str) -> impl Iterator<Item = String> {
    let of_si = plain.strip_suffix("si").filter(|start| start.ends_with(|c| c != 's'));
    let of_nen = plain.strip_suffix("nen").map(|start| format!("{start}s"));
    let others = [of_si.map(|start| format!("{start}t")), of_nen];
    let stems = [Some(stem.to_owned())].into_iter().chain(others).flatten();
    stems.map(|stem| {
        let stem = stem.trim_end_matches(VOWELS);
        let start = stem.trim_end_matches(|c: char| !VOWELS.contains(&c));
        let last = stem.get(start.len()..).unwrap_or_default();
        // A word has no grade where it begins.
        let strong = if start.is_empty() { last } else { strong_grade(last) };
        format!("{start}{strong}~")
    })
}

/// Consonants in the strong grade, each of them once.
fn strong_grade(consonants: &str) -> &str {
    match consonants {
        "d" | "tt" => "t",
        "g" | "kk" => "k",
        "v" | "pp" => "p",
        "ng" => "nk",
        "nn" => "nt",
        "ll" | "ld" => "lt",
        "rr" | "rd" => "rt",
        "mm" => "mp",
        "lv" => "lp",
        "rv" => "rp",
        "hd" => "ht",
        other => other,
    }
}

/// The word without its Turkish endings.
fn turkish_root(plain: &str, least: usize) -> &str {
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
    root
}

/// A Turkish root with its last consonant as at the end of a word.
fn with_hard_end(root: &str) -> String {
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
