//! 5: a retelling is no evidence.

use super::scene::*;
use serde_json::json;

#[test]
fn what_somebody_was_told_stays_with_the_teller() {
    let mut misses = Misses::default();
    for (message, text, why) in [
        ("Tom told me the shop closes in May.", "Tom says the shop closes in May", ""),
        ("Tom told me the shop closes in May.", "Tom told user the shop closes in May", ""),
        ("Tom told me the shop closes in May.", "The shop closes in May", "speaker"),
        ("Tom told me the shop closes in May.", "User says the shop closes in May", "speaker"),
        ("Anna sagte, der Laden schließt im Mai.", "Der Laden schließt im Mai", "speaker"),
        ("Anna sagte, der Laden schließt im Mai.", "Anna sagt, der Laden schließt im Mai", ""),
        ("Marie dit que le magasin ferme en mai.", "Le magasin ferme en mai", "speaker"),
        ("Marie dit que le magasin ferme en mai.", "Marie dit que le magasin ferme en mai", ""),
        ("Том сказал, что магазин закрывается в мае.", "Магазин закрывается в мае", "speaker"),
        (
            "Том сказал, что магазин закрывается в мае.",
            "Том говорит, что магазин закрывается в мае",
            "",
        ),
        ("I said the shop closes in May.", "User said the shop closes in May", ""),
    ] {
        misses.eq(says(message).why(message, text), why, text.to_string());
    }
    // A quote that leaves the teller out does not help.
    let scene = says("Tom told me the shop closes in May.");
    assert_eq!(scene.why("the shop closes in May", "The shop closes in May"), "speaker");
}

#[test]
fn an_assistant_that_repeats_teaches_nothing() {
    let scene = scene([
        user("Tom told me the shop closes in May."),
        assistant("Noted, the shop closes in May."),
        user("You said the shop closes in May, is that sure?"),
        user("No, Tom was wrong."),
    ]);
    let found = scene.read(json!([
        {"message": 1, "quote": "Tom told me the shop closes in May", "text": "Tom says the shop closes in May", "about": "shop"},
        {"message": 2, "quote": "Noted, the shop closes in May", "text": "The shop closes in May", "about": "shop"},
        {"message": 3, "quote": "You said the shop closes in May", "text": "The shop closes in May", "about": "shop"},
        {"message": 3, "quote": "the shop closes in May", "text": "The shop closes in May for sure", "about": "shop"},
        {"message": 4, "quote": "Tom was wrong", "text": "Tom was wrong about the shop closing in May", "about": "shop"},
    ]));
    let texts: Vec<_> = found.facts.iter().map(|fact| fact.text.as_str()).collect();
    assert_eq!(
        texts,
        ["Tom says the shop closes in May", "Tom was wrong about the shop closing in May"]
    );
}

#[test]
fn the_same_words_of_both_are_the_users() {
    let scene = scene([user("I live in Oslo."), assistant("Great, so \"I live in Oslo.\" it is.")]);
    let fact =
        scene.fact(json!({"message": 2, "quote": "I live in Oslo", "text": "User lives in Oslo"}));
    assert_eq!((fact.message, fact.by_user), (0, true));
}

#[test]
fn questions_teach_nothing() {
    let mut misses = Misses::default();
    for (message, text) in [
        ("Do you like jazz?", "User likes jazz"),
        ("Is my flight on Monday?", "User's flight is on Monday"),
        ("where did I put my tent", "User has a tent"),
        ("Magst du Jazz?", "Nutzer mag Jazz"),
        ("我的帐篷在哪里", "用户有帐篷"),
        ("テントはどこですか", "ユーザーはテントを持っている"),
        ("¿Dónde está mi llave?", "Usuario tiene llave"),
        ("Где моя палатка?", "У пользователя есть палатка"),
        ("내 텐트는 어디에 있어?", "사용자는 텐트가 있다"),
        ("أين خيمتي؟", "لدى المستخدم خيمة خيمتي"),
    ] {
        misses.eq(says(message).why(message, text), "question", message.to_string());
    }
    let moved = says("I moved to Oslo, do you like it?");
    assert_eq!(moved.why("I moved to Oslo", "User moved to Oslo"), "");
    // An answer to a question stands on both.
    let scene = scene([assistant("Are you allergic to nuts?"), user("Yes.")]);
    let fact =
        json!({"message": 2, "quote": "Yes", "text": "User is allergic to nuts", "about": "user"});
    assert_eq!(scene.refusal(fact), "");
}
