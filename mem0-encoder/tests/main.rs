//! The encoder against what the model in 32-bit floats was recorded to say: see `record.py`.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod folders;

use std::path::Path;
use std::thread;

use mem0_encoder::{Arithmetic, DIMENSIONS, Encoder, Sentence, WINDOW};

fn file(name: &str) -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)).unwrap()
}

fn texts() -> Vec<String> {
    serde_json::from_slice(&file("texts.json")).unwrap()
}

/// The vectors that the model in floats has for [`texts`].
fn recorded() -> Vec<Vec<f32>> {
    let number = |bytes: &[u8; 2]| f32::from(i16::from_le_bytes(*bytes)) / 32_767.0;
    let bytes = file("vectors.bin");
    let numbers: Vec<f32> = bytes.as_chunks().0.iter().map(number).collect();
    numbers.chunks_exact(DIMENSIONS).map(<[f32]>::to_vec).collect()
}

fn encode(texts: &[&str]) -> Vec<Sentence> {
    Encoder::built_in().unwrap().encode(texts).unwrap()
}

fn cosine(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[test]
fn vectors_are_nearly_those_of_the_model_in_floats() {
    let (texts, recorded) = (texts(), recorded());
    assert!(texts.len() > 200 && texts.len() == recorded.len());
    let sentences = encode(&texts.iter().map(String::as_str).collect::<Vec<_>>());
    let mut sum = 0.0;
    for ((text, sentence), recorded) in texts.iter().zip(&sentences).zip(&recorded) {
        let alike = cosine(&sentence.vector, recorded);
        // A text without a word means next to nothing.
        let least = if sentence.known > 0.0 && sentence.tokens > 3 { 0.99 } else { 0.98 };
        assert!(alike >= least, "{alike} for {text:?}");
        assert!((cosine(&sentence.vector, &sentence.vector) - 1.0).abs() < 1e-5, "{text:?}");
        sum += alike;
    }
    let mean = sum / texts.len() as f32;
    assert!(mean >= 0.9965, "{mean} on average");
}

/// Each pair says the same in other words: the second of each is looked for with the first.
#[test]
fn neighbours_are_those_of_the_model_in_floats() {
    let pairs: Vec<[String; 2]> = serde_json::from_slice(&file("pairs.json")).unwrap();
    let texts = texts();
    assert!(texts.iter().zip(pairs.as_flattened()).all(|(text, part)| text == part));
    let own = encode(&pairs.as_flattened().iter().map(String::as_str).collect::<Vec<_>>());
    let own: Vec<&[f32]> = own.iter().map(|sentence| &sentence.vector[..]).collect();
    let recorded = recorded();
    let recorded: Vec<&[f32]> = recorded[..own.len()].iter().map(Vec::as_slice).collect();
    // For each pair how many other second halves are nearer.
    let nearer = |vectors: &[&[f32]]| -> Vec<usize> {
        let pairs = vectors.as_chunks::<2>().0;
        let nearer = |[first, second]: &[&[f32]; 2]| {
            let right = cosine(first, second);
            pairs.iter().filter(|[_, other]| cosine(first, other) > right).count()
        };
        pairs.iter().map(nearer).collect()
    };
    let (own, recorded) = (nearer(&own), nearer(&recorded));
    let within = |ranks: &[usize], most: usize| ranks.iter().filter(|rank| **rank < most).count();
    for most in [1, 3] {
        let (own, recorded) = (within(&own, most), within(&recorded, most));
        assert!(
            own + 1 >= recorded,
            "among {most}: {own} of {}, in floats {recorded}",
            pairs.len()
        );
    }
    let same = own.iter().zip(&recorded).filter(|(own, recorded)| own == recorded).count();
    assert!(same * 20 >= pairs.len() * 18, "{same} of {} as in floats", pairs.len());
}

#[test]
fn a_text_has_the_same_vector_in_every_batch_and_on_every_thread() {
    let texts = texts();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let together = encode(&texts);
    let mut backwards = encode(&texts.iter().rev().copied().collect::<Vec<_>>());
    backwards.reverse();
    assert!(together == backwards);
    thread::scope(|scope| {
        for part in [0, 1, 2] {
            let (texts, together) = (&texts, &together);
            scope.spawn(move || {
                for at in (part..texts.len()).step_by(7) {
                    assert!(encode(&texts[at..=at]) == together[at..=at], "{:?}", texts[at]);
                }
            });
        }
    });
    assert!(encode(&[]).is_empty());
}

#[test]
fn plain_instructions_give_the_same_vectors() {
    let texts = texts();
    // Plain instructions take long for long texts.
    let texts = texts.iter().filter(|text| text.len() < 120).step_by(11);
    let texts: Vec<&str> = texts.map(String::as_str).collect();
    let plain = Encoder::with(Arithmetic::Plain).unwrap();
    assert!(plain.encode(&texts).unwrap() == encode(&texts));
}

#[test]
fn only_the_beginning_of_a_long_text_counts() {
    let encoder = Encoder::built_in().unwrap();
    let long = "tea ".repeat(25_000);
    assert_eq!(encoder.tokens(&long), 25_002);
    let seen = "tea ".repeat(WINDOW - 2);
    assert_eq!(encoder.tokens(&seen), WINDOW);
    let sentences = encode(&[&long, &seen]);
    assert_eq!(sentences[0].tokens, WINDOW);
    assert!(sentences[0] == sentences[1]);
}

#[test]
fn odd_texts_are_no_trouble() {
    let unbroken = "x".repeat(100_000);
    let marks = "\u{301}".repeat(100_000);
    let punctuation = "!".repeat(100_000);
    let mixed = "Ünïcödé 🍕 寿司 \0\u{202e}\u{fffd} ".repeat(3_000);
    let texts =
        ["", " ", "\0", "\u{301}", "🍕", "##", "[CLS]", &unbroken, &marks, &punctuation, &mixed];
    for (text, sentence) in texts.iter().zip(encode(&texts)) {
        let length = cosine(&sentence.vector, &sentence.vector);
        assert!((length - 1.0).abs() < 1e-5, "{length}: {:?}", text.chars().next());
        assert!((2..=WINDOW).contains(&sentence.tokens));
    }
}

#[test]
fn it_says_what_share_of_a_text_it_knows() {
    for (text, known) in [
        ("I adopted a puppy", 1.0),
        ("Ich wohne in Würzburg, seit 2019!", 1.0),
        ("", 0.0),
        ("?! …", 0.0),
        ("🍕🎻", 0.0),
        ("Я живу в Москве", 0.0),
        ("我住在北京", 0.0),
        ("안녕하세요", 0.0),
    ] {
        assert_eq!(encode(&[text])[0].known, known, "{text:?}");
    }
    // Two of four.
    assert_eq!(encode(&["Anna 我 Bob 你"])[0].known, 0.5);
}

#[test]
fn what_is_shown_has_no_content() {
    let shown = format!("{:?} {:?}", encode(&["secret"]), Encoder::built_in().unwrap());
    assert_eq!(shown, "[Sentence { tokens: 3, known: 1.0, .. }] Encoder { .. }");
}
