//! Who said it, and about whom.

use crate::extraction::checks::ground::{Ground, Place};
use crate::extraction::conversation::Said;
use crate::extraction::refusal::Refusal;
use crate::extraction::words::folding::{spaced, word_set};
use crate::extraction::words::hard::plain;
use crate::extraction::words::marks::{
    ANSWERS, FIRST_PERSON, RELATIONS, REMINDING, SECOND_PERSON, SPEAKERS, TELLING, THIRD_PERSON,
    entries,
};
use crate::extraction::words::mood::{has, has_in};

/// A fact's text and whom it is about, after both were held against who spoke.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct About {
    pub(crate) text: String,
    pub(crate) subject: String,
}

/// Says whom a fact is about, and in its text too, or refuses it.
pub(crate) fn about(
    ground: &Ground<'_>,
    place: &Place,
    text: &str,
    subject: Option<&str>,
) -> Result<About, Refusal> {
    let Some(said) = ground.said(place) else { return Err(Refusal::Quote) };
    let (quote, sentence) = (ground.quoted(place), ground.sentence(place));
    let subject = normal_subject(subject.unwrap_or_default(), said);
    let mut about = About { text: text.to_owned(), subject };
    if has(sentence, REMINDING) && !said.is_by_assistant() {
        return Err(Refusal::Recalled);
    }
    if said.is_by_assistant() {
        by_assistant(quote, sentence, &mut about)?;
    } else {
        by_person(ground, said, sentence, &mut about)?;
    }
    hides_relation(quote, sentence, &about)?;
    hides_teller(quote, sentence, said, &about)?;
    Ok(about)
}

/// `user` and `assistant` by one name each; any other name as it stands.
fn normal_subject(subject: &str, said: &Said) -> String {
    let lower = subject.trim().to_lowercase();
    let bare = lower.strip_prefix("the ").unwrap_or(&lower);
    let is_assistant =
        matches!(bare, "assistant" | "ai" | "model" | "agent" | "bot" | "ai assistant");
    let is_self = matches!(bare, "i" | "me" | "myself" | "speaker" | "self" | "");
    if is_assistant || is_self && said.is_by_assistant() {
        "assistant".to_owned()
    } else if is_self || is_user_word(bare) {
        "user".to_owned()
    } else {
        subject.trim().to_owned()
    }
}

fn is_user_word(word: &str) -> bool {
    word != "assistant" && entries(SPEAKERS).any(|name| name == word)
}

/// An assistant tells of itself, or tells the user something about the user.
fn by_assistant(quote: &str, sentence: &str, about: &mut About) -> Result<(), Refusal> {
    let speaks_of_user = about.subject == "user" || begins_with_user(&about.text).is_some();
    if !speaks_of_user {
        return Ok(());
    }
    let speaks_to_user = has(quote, SECOND_PERSON) || has(sentence, SECOND_PERSON);
    let speaks_of_itself = has(sentence, FIRST_PERSON);
    if speaks_to_user && !speaks_of_itself {
        return Ok(());
    }
    // "I'd recommend the Miele" is no taste of the user's.
    if begins_with_user(&about.text).is_some() {
        return Err(Refusal::Speaker);
    }
    "assistant".clone_into(&mut about.subject);
    Ok(())
}

/// A person says something of themselves, under a name where there is one.
fn by_person(
    ground: &Ground<'_>,
    said: &Said,
    sentence: &str,
    about: &mut About,
) -> Result<(), Refusal> {
    let speaks_to_assistant = has(sentence, SECOND_PERSON);
    if about.subject == "assistant" && !speaks_to_assistant {
        if has_in(&spaced(&about.text), "assistant") {
            return Err(Refusal::Speaker);
        }
        "user".clone_into(&mut about.subject);
    }
    let Some(name) = said.name.as_deref().map(str::trim).filter(|name| !name.is_empty()) else {
        return Ok(());
    };
    // Somebody else who speaks here is meant only where the words say so.
    let words = word_set(sentence);
    let is_other = |other: &str| {
        plain(other) != plain(name)
            && !has(sentence, THIRD_PERSON)
            && !other.split_whitespace().any(|part| words.contains(&plain(part)))
    };
    let begins = |other: &str| {
        let text = plain(&about.text);
        text.strip_prefix(&plain(other)).is_some_and(|it| !it.starts_with(char::is_alphanumeric))
    };
    let mut speakers = ground.speakers();
    if speakers
        .any(|other| is_other(other) && (plain(other) == plain(&about.subject) || begins(other)))
    {
        return Err(Refusal::Speaker);
    }
    if about.subject == "user" {
        name.clone_into(&mut about.subject);
    }
    if plain(&about.subject) == plain(name)
        && let Some(rest) = begins_with_user(&about.text)
    {
        about.text = format!("{name}{rest}");
    }
    Ok(())
}

/// What follows the word for the user at the beginning of a text.
fn begins_with_user(text: &str) -> Option<&str> {
    let text = text.trim_start();
    let articles =
        ["The ", "the ", "Der ", "Die ", "L'", "L\u{2019}", "El ", "La ", "O ", "A ", "De ", "Il "];
    let bare = articles.iter().find_map(|article| text.strip_prefix(article)).unwrap_or(text);
    let of = |text: &'_ str| -> Option<usize> {
        let lower = text.to_lowercase();
        let names = entries(SPEAKERS).filter(|name| is_user_word(name));
        names
            .filter(|name| {
                lower.strip_prefix(name).is_some_and(|rest| {
                    !name.is_ascii() && name.chars().any(crate::text::letters::is_unsegmented)
                        || !rest.starts_with(char::is_alphanumeric)
                })
            })
            .map(str::len)
            .max()
    };
    let length = of(bare)?;
    // Lower-casing keeps the length of these words.
    bare.get(length..)
}

/// "My boss loves golf" is not about the user, so the boss must be in the text.
fn hides_relation(quote: &str, sentence: &str, about: &About) -> Result<(), Refusal> {
    let (quote, sentence) = (&*without_possessives(quote), &*without_possessives(sentence));
    // Japanese and Korean mark whom a sentence is about; anybody else is only named in it.
    let quote = without_others(quote);
    let sentence = without_others(sentence);
    let (quote, sentence) = (quote.as_str(), sentence.as_str());
    let has_relation =
        has(quote, RELATIONS) || has(sentence, RELATIONS) && !has(quote, FIRST_PERSON);
    // In Spanish and Italian "mi" before a relation is no more than whose it is.
    let tells_of_speaker = |text: &str| has_in(&without_mi(text), FIRST_PERSON);
    if !has_relation || tells_of_speaker(sentence) && tells_of_speaker(quote) {
        return Ok(());
    }
    let is_named = has(&about.text, RELATIONS) || has_related(&about.text, sentence);
    let is_about_speaker = begins_with_user(&about.text)
        .is_some_and(|rest| !rest.trim_start().starts_with(['\'', '\u{2019}']));
    if !is_named && (is_about_speaker || about.subject == "user") {
        return Err(Refusal::Speaker);
    }
    Ok(())
}

/// The words of a text, without the "mi" before a relation.
fn without_mi(text: &str) -> String {
    let mut text = spaced(text);
    for relation in entries(RELATIONS) {
        text = text.replace(&format!(" mi {relation}"), &format!(" {relation}"));
    }
    text
}

/// 我妈妈 and 私の姉 without the word for the speaker, whose they are.
fn without_possessives(text: &str) -> String {
    const MINE: [&str; 12] = [
        "我的",
        "我",
        "私の",
        "僕の",
        "俺の",
        "내 ",
        "우리 ",
        "제 ",
        "나의 ",
        "저희 ",
        "うちの",
        "わたしの",
    ];
    let mut text = text.to_owned();
    for relation in
        entries(RELATIONS).filter(|it| it.chars().any(crate::text::letters::is_unsegmented))
    {
        for mine in MINE {
            let owned = format!("{mine}{relation}");
            if text.contains(&owned) {
                text = text.replace(&owned, relation);
            }
        }
    }
    text
}

/// A Japanese or Korean text without the relations that are not its topic or subject.
fn without_others(text: &str) -> String {
    let mut kept = text.to_owned();
    let is_marked =
        text.chars().any(|c| matches!(c, '\u{3041}'..='\u{30ff}' | '\u{ac00}'..='\u{d7a3}'));
    if !is_marked {
        return kept;
    }
    for relation in entries(RELATIONS).filter(|it| !it.is_ascii() && text.contains(*it)) {
        let is_topic = text.match_indices(relation).any(|(at, _)| {
            let behind = text.get(at + relation.len()..).unwrap_or_default();
            behind
                .trim_start_matches(['さ', 'ん', '님'])
                .starts_with(['は', 'が', 'も', '은', '는', '이', '가', '도'])
        });
        if !is_topic {
            kept = kept.replace(relation, " ");
        }
    }
    kept
}

/// Whether a text has a relation of the sentence in another form of the word.
fn has_related(text: &str, sentence: &str) -> bool {
    let text = word_set(text);
    let is_relation = |word: &&String| has_in(&format!(" {word} "), RELATIONS);
    word_set(sentence).iter().filter(is_relation).any(|relation| {
        text.iter().any(|word| {
            let alike = word.chars().zip(relation.chars()).take_while(|(a, b)| a == b).count();
            alike >= 4 || alike == relation.chars().count()
        })
    })
}

/// "Tom told me the shop closes" stays Tom's.
fn hides_teller(quote: &str, sentence: &str, said: &Said, about: &About) -> Result<(), Refusal> {
    let words: Vec<&str> = sentence
        .split(|c: char| c.is_whitespace() || matches!(c, ',' | ':' | ';' | '"' | '“' | '”'))
        .filter(|word| !word.is_empty())
        .collect();
    let own = said.name.as_deref().map(plain);
    let text = word_set(&about.text);
    for (at, word) in words.iter().enumerate() {
        if !has_in(&spaced(word), TELLING) {
            continue;
        }
        // The name stands before the verb, an auxiliary may stand between, or after it.
        let places = [at.checked_sub(1), at.checked_sub(2), Some(at + 1)];
        let teller = places.into_iter().flatten().filter_map(|at| words.get(at)).find(|word| {
            let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
            bare.chars().next().is_some_and(char::is_uppercase)
                && bare.chars().nth(1).is_some_and(char::is_lowercase)
                && !has_in(&spaced(bare), FIRST_PERSON)
                && !has_in(&spaced(bare), ANSWERS)
                && !crate::text::function_words::is_stop_word(&bare.to_lowercase())
                && !crate::text::function_words::is_grammar(&bare.to_lowercase())
        });
        let Some(teller) =
            teller.map(|word| plain(word.trim_matches(|c: char| !c.is_alphanumeric())))
        else {
            continue;
        };
        let is_named = text.iter().any(|word| {
            let word = plain(word);
            let alike = word.chars().zip(teller.chars()).take_while(|(a, b)| a == b).count();
            word == teller || alike >= 3 && alike + 2 >= teller.chars().count()
        });
        let is_own = own.as_deref() == Some(teller.as_str());
        // The quote must come after the teller: "I live in Oslo, Tom said hello" has two facts.
        let is_told = is_behind(sentence, quote, word);
        if !is_named && !is_own && is_told {
            return Err(Refusal::Speaker);
        }
    }
    Ok(())
}

/// Whether a quote ends behind a word of its sentence.
fn is_behind(sentence: &str, quote: &str, word: &str) -> bool {
    match (sentence.find(quote), sentence.find(word)) {
        (Some(start), Some(at)) => start + quote.len() > at,
        _ => true,
    }
}
