//! Codes and names that are written in several ways, with spaces and signs or without.

use crate::text::forms::Forms;
use crate::text::function_words::is_stop_word;
use crate::text::letters::continues_word;
use crate::text::numbers::Number;

/// How many groups of four the number of a bank account has.
const LEAST_GROUPS: usize = 4;
const MOST_GROUPS: usize = 9;

/// Longer words before a number are not part of a code.
const MOST_OF_CODE: usize = 10;

/// Names of what is written with a sign, without it.
const OTHER_NAMES: [(&str, &str); 5] =
    [("csharp", "c#"), ("fsharp", "f#"), ("cpp", "c++"), ("cplusplus", "c++"), ("dotnet", ".net")];

/// The name with a sign of what is written without one, too.
pub(crate) fn other_name(word: &str) -> Option<&'static str> {
    OTHER_NAMES.iter().find(|(name, _)| *name == word).map(|(_, other)| *other)
}

/// The codes that the digits between two places are a part of, with the letters before or after
/// them: `ba117` in `BA 117` and `BA-117`, `22a` in `22 A`.
pub(crate) fn around(text: &[char], start: usize, end: usize) -> impl Iterator<Item = String> {
    let digits = text.get(start..end).unwrap_or_default();
    let is_code = digits.iter().all(char::is_ascii_digit) && digits.len() <= MOST_OF_CODE;
    let digits: String = digits.iter().filter(|_| is_code).collect();
    let joins =
        |at: Option<usize>| at.and_then(|at| text.get(at)).is_some_and(|c| " -".contains(*c));
    let letters = |of: &mut dyn Iterator<Item = &char>| -> String {
        of.take_while(|c| continues_word(**c)).take(MOST_OF_CODE + 1).collect()
    };
    let before = text.get(..start.saturating_sub(1)).filter(|_| joins(start.checked_sub(1)));
    let before = letters(&mut before.unwrap_or_default().iter().rev()).chars().rev().collect();
    let after = text.get(end + 1..).filter(|_| joins(Some(end)));
    let after = letters(&mut after.unwrap_or_default().iter());
    let is_part = |word: &String, most: usize| {
        (1..=most).contains(&word.len())
            && word.bytes().all(|byte| byte.is_ascii_lowercase())
            && (word.len() == 1 || !is_stop_word(word))
    };
    let before = Some(before).filter(|word| is_part(word, MOST_OF_CODE));
    let after = Some(after).filter(|word| is_part(word, 1));
    let joined = [
        before.map(|word: String| format!("{word}{digits}")),
        after.map(|word| format!("{digits}{word}")),
    ];
    joined.into_iter().flatten().filter(move |_| is_code)
}

/// Reads the number of a bank account that begins with a word that ends at `end`. It is written
/// with and without spaces: `DE89 3704 0044 0532 0130 00`.
pub(crate) fn account(word: &str, text: &[char], end: usize) -> Option<Number> {
    let [a, b, c, d] = word.as_bytes() else { return None };
    let begins = a.is_ascii_lowercase() && b.is_ascii_lowercase();
    if !begins || !c.is_ascii_digit() || !d.is_ascii_digit() {
        return None;
    }
    let (mut groups, mut end) = (vec![word.to_owned()], end);
    while text.get(end) == Some(&' ') && groups.len() < MOST_GROUPS {
        let rest = text.get(end + 1..).unwrap_or_default();
        let group: String = rest.iter().take_while(|c| continues_word(**c)).collect();
        let is_group = (1..=4).contains(&group.len())
            && group.bytes().all(|byte| byte.is_ascii_alphanumeric())
            && group.bytes().any(|byte| byte.is_ascii_digit());
        // British ones have letters alone in the first of them.
        let is_bank = groups.len() == 1
            && group.len() == 4
            && group.bytes().all(|byte| byte.is_ascii_lowercase());
        if !is_group && !is_bank {
            break;
        }
        end += 1 + group.len();
        let is_last = group.len() < 4;
        groups.push(group);
        if is_last {
            break;
        }
    }
    if groups.len() < LEAST_GROUPS {
        return None;
    }
    let mut forms = Forms::default();
    groups.iter().for_each(|group| forms.add_like(group.clone(), 2));
    Some(Number { end, words: vec![(groups.concat(), forms)] })
}
