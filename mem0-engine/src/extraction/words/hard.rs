//! What in a text can only be right or wrong: names, numbers, codes and units.

use std::collections::HashSet;

use crate::extraction::words::folding::{spaced, word_set};
use crate::text::letters::{continues_word, is_unsegmented, without_accents};
use crate::text::numbers::named;

/// Names, numbers, codes and units of a text.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Hard {
    /// In lower case and without accents, in order: words with a capital inside a sentence, and
    /// runs of Katakana.
    pub(crate) names: Vec<String>,
    /// Numbers in digits, each with the word after it.
    pub(crate) numbers: Vec<(String, String)>,
    /// Words of letters and digits, and addresses.
    pub(crate) codes: Vec<String>,
    /// Signs of currencies, and the per cent sign.
    pub(crate) signs: Vec<char>,
}

/// A word of a text as it stands there.
struct Token {
    text: String,
    /// Whether it is the first of its sentence.
    opens: bool,
}

/// Reads what in a text can only be right or wrong.
pub(crate) fn hard(text: &str) -> Hard {
    let mut hard = Hard::default();
    let tokens = tokens(text);
    for (index, token) in tokens.iter().enumerate() {
        let has_digit = token.text.chars().any(|c| c.is_ascii_digit());
        // Turkish writes the case of a number behind an apostrophe.
        let text = match token.text.split_once(['\'', '\u{2019}']) {
            Some((number, _)) if number.ends_with(|c: char| c.is_ascii_digit()) => number,
            _ => token.text.as_str(),
        };
        let has_letter = text.chars().any(char::is_alphabetic);
        if has_digit {
            let follows = tokens.get(index + 1).map(|next| plain(&next.text)).unwrap_or_default();
            match (number(text), has_letter) {
                (Some((number, "")), _) => hard.numbers.push((number, follows)),
                (Some((number, unit)), _) => hard.numbers.push((number, unit.to_owned())),
                (None, true) => hard.codes.push(code(text)),
                (None, false) => hard.numbers.push((code(text), String::new())),
            }
        } else if is_name(token) {
            hard.names.push(plain(&token.text));
        } else if token.text.contains('@') && token.text.contains('.') {
            hard.codes.push(code(&token.text));
        }
    }
    hard.names.extend(katakana(text));
    hard.signs = text.chars().filter(|c| is_sign(*c)).collect();
    hard
}

fn is_sign(c: char) -> bool {
    matches!(c, '$' | '€' | '£' | '¥' | '₹' | '₽' | '₩' | '%' | '％')
}

fn tokens(text: &str) -> Vec<Token> {
    let letters: Vec<char> = text.chars().collect();
    let mut tokens: Vec<Token> = Vec::new();
    let (mut at, mut opens) = (0, true);
    while let Some(c) = letters.get(at).copied() {
        if !c.is_alphanumeric() || is_unsegmented(c) {
            let ends =
                matches!(c, '.' | '!' | '?' | ':' | '\n' | '。' | '"' | '“' | '„' | '«' | '(');
            opens = opens && !is_unsegmented(c) || ends;
            at += 1;
            continue;
        }
        let start = at;
        while let Some(c) = letters.get(at) {
            let next = letters.get(at + 1);
            let joins = matches!(c, '.' | ',' | '@' | '-' | '_' | ':' | '/')
                && next.is_some_and(|next| next.is_alphanumeric() && !is_unsegmented(*next))
                && (*c != ',' || next.is_some_and(char::is_ascii_digit));
            if !(continues_word(*c)
                || *c == '\u{2019}' && next.is_some_and(|c| c.is_alphabetic())
                || joins)
            {
                break;
            }
            at += 1;
        }
        let word: String =
            letters.get(start..at.max(start + 1)).unwrap_or_default().iter().collect();
        at = at.max(start + 1);
        for (number, part) in parts(&word).into_iter().enumerate() {
            tokens.push(Token { text: part, opens: opens && number == 0 });
        }
        opens = false;
    }
    tokens
}

/// The parts of what is joined by signs: an address, a number or a code stays whole.
fn parts(word: &str) -> Vec<String> {
    let has_digit = word.chars().any(|c| c.is_ascii_digit());
    if word.contains('@') || (has_digit && !word.contains('/')) || word.contains('_') {
        return vec![word.to_owned()];
    }
    word.split(['.', '-', ',', ':', '/']).filter(|it| !it.is_empty()).map(str::to_owned).collect()
}

fn is_name(token: &Token) -> bool {
    let mut letters = token.text.chars();
    let Some(first) = letters.next().filter(|c| c.is_uppercase()) else { return false };
    let rest = letters.as_str();
    let is_acronym = rest.chars().filter(|c| c.is_alphabetic()).count() >= 1
        && rest.chars().all(|c| !c.is_lowercase());
    let plain = plain(&token.text);
    let is_word = first == 'I' && (rest.is_empty() || rest.starts_with(['\'', '\u{2019}']));
    !is_word
        && plain.chars().count() > 1
        && (is_acronym || !token.opens)
        && !super::marks::entries(super::marks::SPEAKERS).any(|name| name == plain)
}

/// A word in lower case, without accents and possessive.
pub(crate) fn plain(word: &str) -> String {
    let lower = word.to_lowercase().replace('\u{2019}', "'");
    let bare = lower.strip_suffix("'s").or_else(|| lower.strip_suffix('\'')).unwrap_or(&lower);
    without_accents(bare)
}

/// Runs of Katakana of at least two, which write names and foreign words.
fn katakana(text: &str) -> impl Iterator<Item = String> {
    let is_katakana = |c: char| matches!(c, '\u{30a1}'..='\u{30fa}' | 'ー');
    text.split(move |c: char| !is_katakana(c))
        .filter(|run| run.chars().count() > 1 && !matches!(*run, "ユーザー" | "アシスタント"))
        .map(str::to_owned)
}

/// A number without what separates its groups, and a unit that is written together with it.
pub(crate) fn number(word: &str) -> Option<(String, &str)> {
    let end = word.find(|c: char| c.is_alphabetic()).unwrap_or(word.len());
    let (digits, unit) = word.split_at(end);
    if digits.is_empty() || !digits.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | ',')) {
        return None;
    }
    let unit = if matches!(unit, "st" | "nd" | "rd" | "th" | "er" | "e" | "º" | "ª") {
        ""
    } else {
        unit
    };
    let is_unit = unit.is_empty()
        || unit.len() <= 3 && unit.chars().all(char::is_lowercase)
        || matches!(unit, "AM" | "PM" | "GB" | "MB" | "TB" | "kWh" | "kW" | "MHz" | "GHz");
    if !is_unit {
        return None;
    }
    Some((normal(digits), unit))
}

/// `1,000` and `1000`, `07` and `7`, `3,5` and `3.5`.
fn normal(digits: &str) -> String {
    let groups: Vec<&str> = digits.split(['.', ',']).filter(|group| !group.is_empty()).collect();
    let is_grouped = groups.len() > 1 && groups.iter().skip(1).all(|group| group.len() == 3);
    let joined = if is_grouped { groups.concat() } else { groups.join(".") };
    match joined.trim_start_matches('0') {
        "" => "0".to_owned(),
        rest if rest.starts_with('.') => format!("0{rest}"),
        rest => rest.to_owned(),
    }
}

/// A code without what joins its parts.
fn code(word: &str) -> String {
    let kept = word.chars().filter(|c| c.is_alphanumeric());
    without_accents(&kept.flat_map(char::to_lowercase).collect::<String>())
}

/// What was said, as names, numbers and codes are looked up in it.
pub(crate) struct Source {
    words: HashSet<String>,
    /// All words in one, for codes that are written apart.
    joined: String,
    numbers: HashSet<String>,
    /// The words and units that follow numbers.
    measures: HashSet<String>,
    text: String,
}

impl Source {
    pub(crate) fn of(text: &str) -> Self {
        let plain_words: HashSet<String> =
            word_set(text).iter().map(|word| without_accents(word)).collect();
        let spaced = spaced(text);
        let (mut numbers, measures): (HashSet<String>, HashSet<String>) =
            hard(text).numbers.into_iter().unzip();
        let mut digits = String::new();
        for c in text.chars().chain([' ']) {
            match c.to_digit(10) {
                Some(_) => digits.push(c),
                None if !digits.is_empty() => {
                    numbers.insert(normal(&digits));
                    digits.clear();
                }
                None => {}
            }
        }
        numbers
            .extend(plain_words.iter().filter_map(|word| number_word(word)).map(|n| n.to_string()));
        numbers.extend(plain_words.iter().filter_map(|word| decade(word)));
        numbers.extend(text.chars().filter_map(han_number).map(|number| number.to_string()));
        let joined = without_accents(&spaced.replace([' ', '\''], ""));
        Self { words: plain_words, joined, numbers, measures, text: text.to_owned() }
    }

    pub(crate) fn has_number(&self, number: &str) -> bool {
        self.numbers.contains(number)
    }

    pub(crate) fn has_code(&self, code: &str) -> bool {
        self.joined.contains(code)
    }

    pub(crate) fn has_sign(&self, sign: char) -> bool {
        let other = match sign {
            '%' => "％",
            '％' => "%",
            _ => "",
        };
        self.text.contains(sign) || !other.is_empty() && self.text.contains(other)
    }

    /// Whether a name is there, or another form of it.
    pub(crate) fn has_name(&self, name: &str) -> bool {
        let is_katakana = name.chars().any(is_unsegmented);
        if is_katakana || self.words.contains(name) {
            return !is_katakana || self.text.contains(name);
        }
        let letters = name.chars().count();
        // Cases and possessives change the end of a name, and not more than three letters of it.
        self.words.iter().any(|word| {
            let alike = name.chars().zip(word.chars()).take_while(|(a, b)| a == b).count();
            let longer = word.chars().count().max(letters);
            alike >= 3 && longer - alike <= 3 && alike * 3 >= longer * 2
        }) || self.joined.contains(name) && letters > 3
    }

    /// Whether a unit stands behind a number, as in `5km`.
    pub(crate) fn has_measure(&self, unit: &str) -> bool {
        self.measures.contains(unit)
    }

    pub(crate) fn has_word(&self, word: &str) -> bool {
        self.words.contains(word)
    }
}

/// The numbers from one to twelve in words.
pub(crate) fn number_word(word: &str) -> Option<usize> {
    const NUMBERS: [&str; 12] = [
        "one ein eine einen einem einer un une uno una um uma een en ett odin один одна odna jeden \
         jedna bir",
        "two zwei deux dos due dois duas twee tva två to kaksi dwa dwie dva dvě два две iki",
        "three drei trois tres tre três drie kolme trzy tři три üç uc",
        "four vier quatre cuatro quattro quatro fyra fire neljä cztery čtyři четыре dört dort",
        "five fünf funf cinq cinco cinque vijf fem viisi pięć piec pět pet пять beş bes",
        "six sechs seis sei zes sex seks kuusi sześć szesc šest sest шесть altı alti",
        "seven sieben sept siete sette sete zeven sju syv seitsemän siedem sedm семь yedi",
        "eight acht huit ocho otto oito åtta atta otte åtte kahdeksan osiem osm восемь sekiz",
        "nine neun neuf nueve nove negen nio ni yhdeksän dziewięć dziewiec devět devet девять dokuz",
        "ten zehn dix diez dieci dez tien tio ti kymmenen dziesięć dziesiec deset десять on",
        "eleven elf onze once undici elva elleve onbir",
        "twelve zwölf zwolf douze doce dodici doze twaalf tolv oniki",
    ];
    let is_it = |list: &&str| list.split_ascii_whitespace().any(|it| it == word);
    named(word).or_else(|| Some(NUMBERS.iter().position(is_it)? + 1))
}

/// The first year of a decade of the last century, of "the sixties".
fn decade(word: &str) -> Option<String> {
    const DECADES: [&str; 8] = [
        "twenties zwanziger",
        "thirties dreissiger dreißiger",
        "forties vierziger",
        "fifties fünfziger funfziger",
        "sixties sechziger",
        "seventies siebziger",
        "eighties achtziger",
        "nineties neunziger",
    ];
    let is_it = |list: &&str| list.split_ascii_whitespace().any(|it| it == word);
    Some((1920 + 10 * DECADES.iter().position(is_it)?).to_string())
}

fn han_number(c: char) -> Option<usize> {
    let c = if matches!(c, '两' | '兩') { '二' } else { c };
    let digit = "一二三四五六七八九十".chars().position(|digit| digit == c)?;
    Some(digit + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_numbers_and_codes_are_read() {
        let found = hard("User owns a red Volvo V60, bought in 2022 for $1,500 at Müller's; USA.");
        assert_eq!(found.names, ["volvo", "muller", "usa"]);
        assert_eq!(found.codes, ["v60"]);
        assert_eq!(found.numbers, [("2022".into(), "for".into()), ("1500".into(), "at".into())]);
        assert_eq!(found.signs, ['$']);
        let found = hard("The 12th, 5km and 3.50 m, BA-117 and x@y.com. They left. I'm OK");
        assert_eq!(found.codes, ["ba117", "xycom"]);
        let numbers: Vec<_> = found.numbers.iter().map(|(number, _)| number.as_str()).collect();
        assert_eq!(numbers, ["12", "5", "3.50"]);
        assert_eq!(found.names, ["ok"]);
        assert_eq!(hard("ケルンに住んでいます").names, ["ケルン"]);
    }

    #[test]
    fn a_source_has_what_was_said_in_another_spelling() {
        let source =
            Source::of("I've two cats, a BA 117 ticket, 1.000 Euro, в Москве, in Köln. 三个");
        for number in ["2", "117", "1000", "3"] {
            assert!(source.has_number(number), "{number}");
        }
        assert!(source.has_code("ba117"));
        for name in ["koln", "москва", "euro"] {
            assert!(source.has_name(name), "{name}");
        }
        assert!(
            !source.has_number("4") && !source.has_name("cologne") && !source.has_name("berlin")
        );
    }
}
