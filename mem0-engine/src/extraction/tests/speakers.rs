//! 9: who said it, about whom.

use super::scene::*;
use serde_json::json;

fn group() -> Scene {
    scene([
        named("Bob", "I'm vegan."),
        named("Carol", "I hate trains."),
        user("My boss loves golf."),
        assistant("I'd recommend the Miele."),
    ])
}

#[test]
fn in_a_group_each_fact_is_of_whoever_said_it() {
    let mut misses = Misses::default();
    let fact = group().fact(
        json!({"message": 1, "quote": "I'm vegan", "text": "User is vegan", "about": "user"}),
    );
    assert_eq!(
        (fact.text.as_str(), fact.subject.as_str(), fact.message),
        ("Bob is vegan", "Bob", 0)
    );
    let fact = group().fact(json!({"message": 2, "quote": "I hate trains", "text": "Carol hates trains", "about": "Carol"}));
    assert_eq!((fact.subject.as_str(), fact.message), ("Carol", 1));
    // By a wrong number, too.
    let fact = group().fact(json!({"message": 1, "quote": "I hate trains", "text": "The user hates trains", "about": "user"}));
    assert_eq!((fact.text.as_str(), fact.message), ("Carol hates trains", 1));
    for (quote, text, about) in [
        ("I'm vegan", "Carol is vegan", "Carol"),
        ("I hate trains", "Bob hates trains", "Bob"),
        ("I hate trains", "User hates trains", "Bob"),
    ] {
        let fact = json!({"quote": quote, "text": text, "about": about});
        misses.eq(group().refusal(fact), "speaker", text.to_string());
    }
}

#[test]
fn what_others_like_is_not_the_users_taste() {
    let mut misses = Misses::default();
    for (message, wrong, right) in [
        ("My boss loves golf.", "User loves golf", "User's boss loves golf"),
        ("My wife works at Acme.", "User works at Acme", "User's wife works at Acme"),
        ("Mein Bruder wohnt in Bonn.", "Nutzer wohnt in Bonn", "Bruder des Nutzers wohnt in Bonn"),
        ("Mi hermana vive en Lima.", "Usuario vive en Lima", "La hermana del usuario vive en Lima"),
        (
            "Ma mère habite à Lyon.",
            "L'utilisateur habite à Lyon",
            "La mère de l'utilisateur habite à Lyon",
        ),
        ("Мой брат живёт в Риге.", "Пользователь живёт в Риге", "Брат пользователя живёт в Риге"),
        ("我妈妈喜欢喝茶。", "用户喜欢喝茶", "用户的妈妈喜欢喝茶"),
        ("姉は京都に住んでいる。", "ユーザーは京都に住んでいる", "ユーザーの姉は京都に住んでいる"),
        (
            "My sister Ida plays the cello.",
            "User plays the cello",
            "User's sister Ida plays the cello",
        ),
    ] {
        misses.eq(says(message).why(message, wrong), "speaker", wrong.to_string());
        misses.eq(says(message).why(message, right), "", right.to_string());
    }
    assert_eq!(
        says("My boss and I play golf").why("My boss and I play golf", "User plays golf with boss"),
        ""
    );
}

#[test]
fn what_the_assistant_recommends_is_the_assistants() {
    let fact = |text: &str, about: &str| json!({"message": 4, "quote": "I'd recommend the Miele", "text": text, "about": about});
    assert_eq!(group().refusal(fact("User recommends the Miele", "user")), "speaker");
    assert_eq!(group().refusal(fact("User likes the Miele", "user")), "speaker");
    let believed = group().fact(fact("Assistant recommended the Miele", "assistant"));
    assert_eq!((believed.subject.as_str(), believed.by_user), ("assistant", false));
    let believed = group().fact(fact("Recommended the Miele", "user"));
    assert_eq!(believed.subject, "assistant");
    // What it tells the user of the user is about the user.
    let scene = scene([assistant("Your table is booked for 4 people at Luigi's.")]);
    let fact = scene
        .fact(json!({"message": 1, "quote": "Your table is booked for 4 people at Luigi's",
        "text": "User's table is booked for 4 people at Luigi's", "about": "user"}));
    assert_eq!(fact.subject, "user");
}

#[test]
fn the_user_has_one_name() {
    let mut misses = Misses::default();
    for about in
        ["user", "User", "the user", "The User", "I", "me", "用户", "Nutzer", "пользователь", ""]
    {
        let fact =
            json!({"message": 1, "quote": "I like tea", "text": "User likes tea", "about": about});
        misses.eq(says("I like tea").fact(fact).subject, "user", about.to_string());
    }
    let fact = json!({"message": 1, "quote": "My sister Ida likes tea",
        "text": "User's sister Ida likes tea", "about": "sister Ida"});
    assert_eq!(says("My sister Ida likes tea").fact(fact).subject, "sister Ida");
}
