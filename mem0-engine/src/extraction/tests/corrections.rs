//! 3: a correction, a change and a retraction are three things.

use super::scene::*;
use crate::extraction::{Fact, Relation, Settled, Standing, settle};
use serde_json::json;

fn quoted(text: &str, state: &str, quote: &str) -> Fact {
    Fact { quote: quote.to_owned(), ..fact(text, state) }
}

fn forget(quote: &str) -> Fact {
    Fact { relation: Some((0, Relation::Retracts)), ..quoted("User wants it forgotten", "", quote) }
}

#[test]
fn a_correction_is_one_in_the_words_of_a_correction() {
    let mut misses = Misses::default();
    for (old, new, quote) in [
        (
            "User's flight is on the 12th",
            "User's flight is on the 21st",
            "Sorry, I mistyped: the 21st.",
        ),
        ("User's dog is called Bodo", "User's dog is called Bobo", "I meant Bobo"),
        ("Der Flug geht am 12.", "Der Flug geht am 21.", "Tippfehler, ich meinte den 21."),
        ("Le vol est le 12", "Le vol est le 21", "Pardon, erreur : le 21"),
        ("用户的航班是12号", "用户的航班是21号", "说错了，是21号"),
        ("フライトは12日", "フライトは21日", "間違えました、21日です"),
        ("Рейс 12 мая", "Рейс 21 мая", "Я ошибся, 21 мая"),
        ("Tom says the shop closes in May", "Tom was wrong about the shop", "No, Tom was wrong."),
    ] {
        let standing = stands(old, "").said(Relation::Corrects);
        misses.eq(
            settle(&quoted(new, "", quote), &[standing]),
            Settled::Corrects(0),
            quote.to_string(),
        );
    }
    // Of the same property of which there is one, the model's word is enough.
    let standing = stands("User weighs 82 kg", "weight").said(Relation::Corrects);
    assert_eq!(settle(&fact("User weighs 28 kg", "weight"), &[standing]), Settled::Corrects(0));
}

#[test]
fn what_is_called_a_correction_and_is_none_changes_nothing() {
    let flight = stands("User's flight is on the 12th", "").said(Relation::Corrects);
    // Not the words of one.
    let other =
        quoted("User's flight to Rome is on the 21st", "", "My flight to Rome is on the 21st");
    assert!(matches!(settle(&other, &[flight]), Settled::New { .. }));
    // The words of one, but of something else.
    let knee = quoted("User's knee hurts", "", "Sorry, my knee hurts");
    assert!(matches!(settle(&knee, &[flight]), Settled::New { .. }));
    // Of somebody else.
    let sisters = Fact {
        subject: "sister".to_owned(),
        ..quoted("User's sister has a flight on the 21st", "", "Sorry, I meant my sister's flight")
    };
    assert!(matches!(settle(&sisters, &[flight]), Settled::New { .. }));
    // Not by the user.
    let by_assistant = Fact {
        by_user: false,
        ..quoted("User's flight is on the 21st", "", "Sorry, your flight is on the 21st")
    };
    assert!(matches!(settle(&by_assistant, &[flight]), Settled::New { .. }));
    // What may not be changed.
    let fixed = Standing { immutable: true, ..flight };
    let correction = quoted("User's flight is on the 21st", "", "Sorry, I mistyped: the 21st.");
    assert!(matches!(settle(&correction, &[fixed]), Settled::New { .. }));
}

#[test]
fn a_change_is_not_a_correction() {
    let standing = stands("User eats meat", "diet");
    let vegetarian = quoted("User gave up meat", "diet", "I gave up meat");
    let settled = settle(&vegetarian, &[standing.said(Relation::Replaces)]);
    assert!(matches!(settled, Settled::Newer { .. }), "{settled:?}");
}

#[test]
fn what_is_to_be_forgotten_is_deleted_with_what_is_about_it() {
    let mut misses = Misses::default();
    let knee = stands("User's knee hurts on stairs", "");
    let surgery = stands("User had knee surgery in 2020", "");
    let tea = stands("User likes tea", "");
    let settled = settle(
        &forget("Forget what I said about my knee."),
        &[knee.said(Relation::Retracts), surgery, tea],
    );
    assert_eq!(settled, Settled::Retracts(vec![0, 1]));
    for (old, quote) in [
        ("User hat Schmerzen im Knie", "Vergiss, was ich über mein Knie gesagt habe"),
        ("L'utilisateur a mal au genou", "Oublie ce que j'ai dit sur mon genou"),
        ("Al usuario le duele la rodilla", "Olvida lo de mi rodilla"),
        ("У пользователя болит колено", "Забудь про моё колено"),
        ("用户膝盖疼", "忘了我说的膝盖的事"),
        ("ユーザーは膝が痛い", "膝のことは忘れて"),
        ("User lives with sister Ida in Lyon", "Please delete everything about Ida"),
    ] {
        let settled = settle(&forget(quote), &[stands(old, "").said(Relation::Retracts)]);
        misses.eq(settled, Settled::Retracts(vec![0]), quote.to_string());
    }
    // All of a subject's, where it is named.
    let ida = stands("Lives in Lyon", "").of("sister Ida");
    let ada = stands("Lives in Lille", "").of("sister Ada");
    let settled = settle(&forget("Forget Ida"), &[ada, ida]);
    assert_eq!(settled, Settled::Retracts(vec![1]));
}

#[test]
fn nothing_is_deleted_by_a_wrong_pointer() {
    let knee = stands("User's knee hurts", "");
    let tea = stands("User likes tea", "");
    // The wish is about something else than the pointer.
    let settled =
        settle(&forget("Forget what I said about my knee"), &[tea.said(Relation::Retracts)]);
    assert_eq!(settled, Settled::Retracts(Vec::new()));
    // It is not a wish.
    let told =
        Fact { relation: Some((0, Relation::Retracts)), ..fact("User's knee is fine now", "") };
    assert!(matches!(settle(&told, &[knee.said(Relation::Retracts)]), Settled::New { .. }));
    // It is not the user's.
    let by_assistant = Fact { by_user: false, ..forget("Forget your knee") };
    assert!(matches!(settle(&by_assistant, &[knee.said(Relation::Retracts)]), Settled::New { .. }));
    // Everything is too much to be meant by one sentence.
    let settled = settle(&forget("Forget everything"), &[knee.said(Relation::Retracts), tea]);
    assert_eq!(settled, Settled::Retracts(Vec::new()));
    // What may not be deleted.
    let fixed = Standing { immutable: true, ..knee.said(Relation::Retracts) };
    assert_eq!(settle(&forget("Forget my knee"), &[fixed]), Settled::Retracts(Vec::new()));
}

#[test]
fn the_wish_to_forget_is_believed_without_being_a_fact() {
    let scene = says("Forget what I said about my knee.").known(&["User's knee hurts"]);
    let fact = scene.fact(json!({
        "message": 1, "quote": "Forget what I said about my knee", "text": "Remove it.",
        "about": "user", "relation": "retracts", "to": 1,
    }));
    assert_eq!(fact.relation, Some((0, Relation::Retracts)));
}
