//! Russian by its stemmer, and Ukrainian, Belarusian, Bulgarian and Serbian by their endings.

use crate::text::forms::form_set::{Forms, without_ending};
use crate::text::stems::{Algorithm, stemmed};

/// Of nouns, adjectives and verbs.
const ENDINGS: &str = "\
    а я о е є и і ї у ю ь й ы э ою ею єю ом ем єм ам ям ах ях ами ями ові еві єві ів їв ев єв \
    ей ий ій ый ой ая яя ое ее ого його ему ому йому им ім ым ими іми ыми их іх ых ую юю ія ії \
    ію ією иях ією ів ія ість ости ості істю ти ть ться тися тись ся сь ла ло ли лася лося лися \
    лась в вся ла є ує ює ають яють ують юють ає яє ять ить їть ать еш єш иш їш ємо имо їмо ете \
    єте ите їте ав ала али ив ила или іла іли ував ювала увала ували ювали увати ювати ати яти \
    ити іти ий енко овий ний ий та то те та ата ото ът ят ът та ове";

/// Of women's names and of men's: Романа is a case of Роман or another name, and Евгения is not
/// Евгений.
const OTHER_NAMES: [&str; 3] = ["а я ія ия на", "й ий ій", "н"];

const VOWELS: &str = "аеёиоуыэюяіїє";

pub(super) fn add(word: &str, forms: &mut Forms) {
    let stem = stemmed(Algorithm::Russian, word);
    let light = without_ending(word, ENDINGS, if word.chars().count() > 4 { 3 } else { 2 });
    for stem in [stem.as_str(), light] {
        forms.add_stem(word, stem, 2, &OTHER_NAMES);
        let ending = word.strip_prefix(stem).unwrap_or("~");
        let plainest = plainest(stem);
        forms.add_stem(&format!("{plainest}{ending}"), &plainest, 2, &OTHER_NAMES);
    }
    forms.add_beginnings(word);
}

/// The stem with what changes inside a word made alike, and marked as such.
fn plainest(stem: &str) -> String {
    let mut letters: Vec<char> = stem.chars().filter(|c| !matches!(c, 'ь' | 'ъ')).collect();
    // Ukrainian кіт and кота, ніч and ночі.
    for letter in &mut letters {
        if *letter == 'і' {
            *letter = 'о';
        }
    }
    // Руці is of рука, нозі of нога, мусі of муха; дружба is of друг.
    if let Some(last) = letters.last_mut() {
        *last = match *last {
            'ц' | 'ч' => 'к',
            'з' | 'ж' => 'г',
            'ш' => 'х',
            other => other,
        };
    }
    // Отец and отца, окно and окон, сестра and сестёр.
    if let [.., before, vowel @ ('о' | 'е' | 'є'), last] = letters.as_slice()
        && !VOWELS.contains(*before)
        && !VOWELS.contains(*last)
        && (letters.len() > 3 || *vowel == 'е')
    {
        letters.remove(letters.len() - 2);
    }
    letters.into_iter().chain(['~']).collect()
}
