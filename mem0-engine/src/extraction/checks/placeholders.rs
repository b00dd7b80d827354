//! What is not a fact at all: placeholders, words of our own prompt, a time alone.

use std::collections::HashSet;
use std::sync::LazyLock;

use crate::extraction::request::{FORM, PROMPT};
use crate::extraction::times::is_time_word;
use crate::extraction::words::content::Content;
use crate::extraction::words::folding::spaced;
use crate::extraction::words::marks::entries;
use crate::text::letters::is_unsegmented;

/// People that models make up.
const NOBODIES: [&str; 8] = [
    "john doe",
    "jane doe",
    "max mustermann",
    "erika mustermann",
    "john q public",
    "joe bloggs",
    "lorem ipsum",
    "foo bar",
];

/// What stands where something is to be put in.
const FILLERS: [&str; 16] = [
    "name",
    "user name",
    "username",
    "first name",
    "last name",
    "your name",
    "city",
    "company",
    "date",
    "insert",
    "placeholder",
    "value",
    "text",
    "topic",
    "redacted",
    "unknown",
];

/// So many words of the prompt in a row are not said by chance.
const ROW: usize = 6;

/// Whether a text is a placeholder, or has one that nobody said.
pub(crate) fn is_placeholder(text: &str, said: &str) -> bool {
    !text.chars().any(char::is_alphabetic)
        || is_time_alone(text)
        || is_small_talk(text)
        || has_nobody(text, said)
        || has_filler(text, said)
}

fn has_nobody(text: &str, said: &str) -> bool {
    let (text, said) = (spaced(text), spaced(said));
    NOBODIES.iter().any(|name| {
        let name = format!(" {name} ");
        text.contains(&name) && !said.contains(&name)
    })
}

/// Whether a text tells of nothing but greetings and thanks.
fn is_small_talk(text: &str) -> bool {
    const SMALL_TALK: &str = "\
        thank thanks thanked thanking greet greets greeted greeting hello hi hey bye goodbye ok okay \
        welcome says said told tells chat chats chatted conversation talked asked asks question \
        responded replied answered grateful gratitude expressed expresses acknowledged confirmed \
        agreed good great fine morning evening night help helped assist message messages sent \
        danke dankt bedankt grüßt gruß gern geschehen merci remercie bonjour gracias hola agradece \
        grazie ringrazia ciao obrigado obrigada olá спасибо благодарит привет здравствуйте";
    const SMALL_RUNS: &str = "感谢 感謝 谢谢 謝謝 表示 问候 你好 您好 不客气 道谢 ありがとう お礼 挨拶 こんにちは 감사 인사 안녕";
    let mut rest = text.to_owned();
    for name in entries(SMALL_RUNS) {
        rest = rest.replace(name, " ");
    }
    let has_runs = text.chars().any(is_unsegmented);
    Content::of(&rest).without(&Content::of(SMALL_TALK)).is_empty() && (!has_runs || rest != text)
}

/// `<name>`, `[city]`, `{{date}}`, `___`.
fn has_filler(text: &str, said: &str) -> bool {
    if text.contains("___") && !said.contains("___") || text.contains("{{") && !said.contains("{{")
    {
        return true;
    }
    let pairs = [('<', '>'), ('[', ']'), ('{', '}')];
    pairs.iter().any(|(open, close)| {
        text.split(*open).skip(1).filter_map(|part| part.split_once(*close)).any(|(inner, _)| {
            let whole = format!("{open}{inner}{close}");
            let words = spaced(inner);
            let is_filler = FILLERS.iter().any(|filler| words.trim() == *filler)
                || *open == '<' && words.trim().split(' ').count() <= 4
                || inner.chars().any(char::is_alphabetic)
                    && inner.chars().all(|c| c.is_uppercase() || matches!(c, '_' | ' '));
            is_filler && !said.contains(&whole)
        })
    })
}

/// Whether nothing but a date or a time of the day is left.
fn is_time_alone(text: &str) -> bool {
    const MORE: [&str; 16] = [
        "am",
        "pm",
        "utc",
        "gmt",
        "z",
        "t",
        "at",
        "on",
        "the",
        "of",
        "date",
        "time",
        "timestamp",
        "uhr",
        "um",
        "est",
    ];
    let spaced = spaced(text);
    if spaced.chars().any(is_unsegmented) {
        let left = spaced
            .chars()
            .filter(|c| !" 年月日时時分秒点點년월일시분초上午下午오전오후".contains(*c));
        return left.into_iter().all(|c| c.is_ascii_digit());
    }
    spaced.split(' ').filter(|word| !word.is_empty()).all(|word| {
        let digits = word.chars().filter(|c| c.is_ascii_digit()).count();
        digits * 2 >= word.chars().count() && digits > 0
            || MORE.contains(&word)
            || is_time_word(word)
    })
}

/// Whether a text repeats words of the prompt that nobody said.
pub(crate) fn is_of_the_prompt(text: &str, said: &str) -> bool {
    static ROWS: LazyLock<HashSet<String>> = LazyLock::new(|| {
        let mut rows = HashSet::new();
        for part in [PROMPT, FORM] {
            rows.extend(rows_of(part));
        }
        rows
    });
    let said = spaced(said);
    rows_of(text).any(|row| ROWS.contains(&row) && !said.contains(&row))
}

fn rows_of(text: &str) -> impl Iterator<Item = String> + use<> {
    let words: Vec<String> =
        spaced(text).split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect();
    let rows: Vec<String> = words.windows(ROW).map(|row| format!(" {} ", row.join(" "))).collect();
    rows.into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_found() {
        for text in [
            "<name> lives in Oslo",
            "[name] lives in Oslo",
            "User's name is {{name}}",
            "User's name is [NAME]",
            "User's name is John Doe",
            "User works at [COMPANY]",
            "User lives in <insert city here>",
            "...",
            "2026-11-14",
            "14 November 2026, 10:30",
            "Friday",
            "2026-11-14T10:30:00Z",
            "2026年11月14日",
            "42",
            "Lorem ipsum dolor",
        ] {
            assert!(is_placeholder(text, "I live in Oslo"), "{text}");
        }
        for (text, said) in [
            ("User uses Vec<String> in the code", "I use Vec<String> in the code"),
            ("User's test account is John Doe", "my test account is John Doe"),
            ("User's exam is on Friday", "My exam is on Friday"),
            ("User was born in 1990", "born in 1990"),
            ("User has an array [1]", "an array [1]"),
        ] {
            assert!(!is_placeholder(text, said), "{text}");
        }
    }

    #[test]
    fn words_of_the_prompt_are_found_unless_somebody_said_them() {
        let row = "greetings, thanks, questions and small talk hold none";
        assert!(is_of_the_prompt(row, "hello"));
        assert!(!is_of_the_prompt(row, &format!("I said: {row}.")));
        assert!(!is_of_the_prompt("User lives in Oslo with two cats and a dog", ""));
    }
}
