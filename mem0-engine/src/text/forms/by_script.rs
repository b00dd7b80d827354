use std::cell::RefCell;
use std::collections::HashMap;

use crate::text::forms::form_set::Forms;
use crate::text::forms::{cyrillic, hindi, latin, semitic};
use crate::text::stems::{Algorithm, stemmed};
use crate::text::words::WordTable;

/// Words with more letters have no other forms.
const MAX_LETTERS: usize = 32;

/// So many of the most frequent English words have no other forms than their stem.
const ENGLISH_WORDS: usize = 6_000;

thread_local! {
    static REMEMBERING: RefCell<HashMap<Box<str>, Forms>> = RefCell::default();
}

/// How many words a thread remembers the forms of. They take microseconds each, and come again.
const REMEMBERED: usize = 2_048;

/// The forms of a word. `lower` is the word in lower-case letters, `plain` the same without
/// accents, and `term` is its term.
pub(crate) fn forms_of(lower: &str, plain: &str, term: &str) -> Forms {
    let mut forms = Forms::default();
    let Some(first) = plain.chars().next() else { return forms };
    let is_short = (2..=MAX_LETTERS).contains(&plain.chars().count());
    if !is_short || plain.bytes().any(|byte| byte.is_ascii_digit()) {
        return forms;
    }
    let is_usual = lower.is_ascii() && WordTable::shared().is_among_the_first(ENGLISH_WORDS, plain);
    if is_usual {
        return forms;
    }
    REMEMBERING.with_borrow_mut(|remembered| {
        if let Some(known) = remembered.get(lower) {
            return known.clone();
        }
        add(first, lower, plain, &mut forms);
        // Names and rare words of English begin like many others.
        if lower.is_ascii() && WordTable::shared().is_among_the_first(usize::MAX, plain) {
            // What a Finnish word has before its ending is not a beginning.
            let is_grade =
                |form: &String| form.strip_suffix('~').is_some_and(|it| plain.starts_with(it));
            forms.like.retain(is_grade);
        }
        // The term is looked up by itself.
        forms.same.retain(|form| form != term);
        forms.like.retain(|form| form != term);
        if remembered.len() == REMEMBERED {
            remembered.clear();
        }
        remembered.insert(lower.into(), forms.clone());
        forms
    })
}

fn add(first: char, lower: &str, plain: &str, forms: &mut Forms) {
    match first {
        'a'..='z' | '\u{df}'..='\u{24f}' => latin::add(lower, plain, forms),
        '\u{370}'..='\u{3ff}' => {
            forms.add_same(stemmed(Algorithm::Greek, plain), 2);
            forms.add_beginnings(plain);
        }
        '\u{400}'..='\u{52f}' => cyrillic::add(plain, forms),
        '\u{590}'..='\u{5ff}' => semitic::add_hebrew(plain, forms),
        '\u{600}'..='\u{6ff}' => semitic::add_arabic(lower, plain, forms),
        '\u{900}'..='\u{97f}' => hindi::add(plain, forms),
        '\u{b80}'..='\u{bff}' => {
            forms.add_same(stemmed(Algorithm::Tamil, plain), 2);
            forms.add_beginnings(plain);
        }
        _ => forms.add_more_beginnings(plain),
    }
}
