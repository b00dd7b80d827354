use std::collections::BTreeSet;

use fastrand::Rng;
use mem0_engine::analysis::{index_terms, query_terms};
use rusqlite::Connection;

/// The text index as the engine declares it, with a view of the words that it really holds.
fn text_index() -> Connection {
    let connection = Connection::open_in_memory().unwrap();
    connection
        .execute_batch(
            "CREATE VIRTUAL TABLE words USING fts5 (
                 terms, content = '', tokenize = 'unicode61 remove_diacritics 0'
             );
             CREATE VIRTUAL TABLE held USING fts5vocab (words, 'row');",
        )
        .unwrap();
    connection
}

fn odd_texts() -> Vec<String> {
    let mut rng = Rng::with_seed(7);
    let pieces = [
        "NEAR(a b, 2)",
        "AND OR NOT",
        "^start",
        "col : x",
        "-minus",
        "pre*",
        "\"quoted\"",
        "'",
        "(",
        ")",
        "{a b}",
        "a+b",
        "\0",
        "\u{85}",
        "é",
        "e\u{301}",
        "ẞ",
        "İ",
        "ﬁ",
        "寿司",
        "すし",
        "スシ",
        "한국어",
        "ภาษา",
        "עברית",
        "العربية",
        "😀",
        "🏳️‍🌈",
        "\u{200d}",
        "\u{feff}",
        "½",
        "①",
        "Ⅷ",
        "a_b",
        "a.b@c.de",
        "https://x.y/?q=1",
        "don't",
        "o’clock",
        "C++",
        "C#",
        "3.14",
        "１２３",
        "𝒳",
        "\u{10ffff}",
        "x\u{fffd}y",
        "word",
    ];
    let mut texts: Vec<String> = pieces.iter().map(|piece| (*piece).to_owned()).collect();
    for _ in 0..300 {
        let mut text = String::new();
        for _ in 0..rng.usize(1..12) {
            text.push_str(pieces[rng.usize(..pieces.len())]);
            text.push_str([" ", "", "-", "\n"][rng.usize(..4)]);
        }
        texts.push(text);
        texts.push((0..rng.usize(1..20)).map(|_| rng.char(..)).collect());
    }
    texts
}

#[test]
fn every_term_is_one_word_of_the_text_index_and_safe_in_a_query() {
    let connection = text_index();
    for (rowid, text) in odd_texts().iter().enumerate() {
        let terms = index_terms(text);
        connection
            .execute(
                "INSERT INTO words (rowid, terms) VALUES (?, ?)",
                (rowid as i64, terms.join(" ")),
            )
            .unwrap();
        let matches = |expression: String| -> bool {
            connection
                .prepare_cached("SELECT 1 FROM words WHERE words MATCH ? AND rowid = ?")
                .unwrap()
                .exists((format!("terms : ({expression})"), rowid as i64))
                .unwrap()
        };
        for term in &terms {
            assert!(matches(format!("\"{term}\"")), "{term:?} of {text:?} is not found");
        }
        let asked: Vec<_> = query_terms(text).iter().map(|term| format!("\"{term}\"")).collect();
        if !asked.is_empty() {
            matches(asked.join(" OR "));
        }
    }
    let expected: BTreeSet<String> =
        odd_texts().iter().flat_map(|text| index_terms(text)).collect();
    let mut statement = connection.prepare("SELECT term FROM held").unwrap();
    let held: BTreeSet<String> =
        statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    assert_eq!(held, expected);
    assert!(expected.len() > 100);
}
