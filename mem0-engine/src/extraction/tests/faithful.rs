//! 10: a fact says what was said, and no more.

use super::scene::*;
use serde_json::json;

#[test]
fn what_was_not_said_is_refused() {
    let mut misses = Misses::default();
    for (message, text) in [
        ("I'm vegetarian.", "User is vegan"),
        ("I always book the aisle.", "User always books the aisle because of her long legs"),
        ("I always book the aisle.", "User always books the aisle due to claustrophobia"),
        ("I might move to Oslo.", "User lives in Oslo"),
        ("I might move to Oslo.", "User moved to Oslo"),
        ("I might move to Oslo.", "User will move to Oslo"),
        ("I might move to Oslo.", "User is going to move to Oslo"),
        ("I want to learn the harp.", "User is trying to learn the harp"),
        ("I want a dog.", "User has a dog"),
        ("I own a Volvo V60.", "User owns a Volvo V40"),
        ("I own a Volvo.", "User owns a Volvo V60"),
        ("I have two cats.", "User has 3 cats"),
        ("I run 5 km a day.", "User runs 5 miles a day"),
        ("I paid 500 dollars.", "User paid 500 €"),
        ("I live in Oslo.", "User lives in Oslo, Norway"),
        ("I'm not allergic to nuts.", "User is allergic to nuts"),
        ("I'm allergic to nuts.", "User is not allergic to nuts"),
        ("I don't own a boat.", "User owns a boat"),
        ("My friend is called Anna.", "User's friend is called Annabel Lee"),
        ("I like tea.", "User likes coffee and cake"),
        ("Ich esse kein Fleisch.", "Nutzer isst Fleisch"),
        ("Vielleicht ziehe ich nach Oslo.", "Nutzer zieht nach Oslo"),
        ("Je ne mange pas de viande.", "L'utilisateur mange de la viande"),
        ("Quizás me mude a Lima.", "Usuario se muda a Lima"),
        ("Я не ем мясо.", "Пользователь ест мясо"),
        ("我不吃肉。", "用户吃肉"),
        ("我可能搬到上海。", "用户搬到上海"),
        ("引っ越すかもしれない、大阪に。", "ユーザーは大阪に引っ越す"),
        ("肉は食べない。", "ユーザーは肉を食べる"),
        ("고기를 안 먹어요.", "사용자는 고기를 먹어요"),
        ("我喜欢喝茶。", "用户住在北京的公寓里"),
    ] {
        misses.eq(says(message).why(message, text), "unfaithful", text.to_string());
    }
}

#[test]
fn what_was_said_in_other_words_is_believed() {
    let mut misses = Misses::default();
    for (message, text) in [
        ("I'm vegetarian.", "User is vegetarian"),
        ("I always book the aisle.", "User always books the aisle seat"),
        ("I might move to Oslo.", "User is considering a move to Oslo"),
        ("I might move to Oslo.", "User might move to Oslo"),
        ("I want a dog.", "User would like a dog"),
        ("I have two cats.", "User has 2 cats"),
        ("I've 3 kids.", "User has three kids"),
        ("I run 5km a day.", "User runs 5 km every day"),
        ("I paid $500.", "User paid 500 dollars"),
        ("I don't eat meat.", "User does not eat meat"),
        ("I gave up meat.", "User no longer eats meat"),
        ("i work at acme as a nurse", "User works at Acme as a nurse"),
        ("No, I live in Oslo.", "User lives in Oslo"),
        (
            "I took the aisle because my knee hurts.",
            "User took the aisle because of the hurting knee",
        ),
        ("Ich habe eine Katze namens Momo.", "Nutzer hat eine Katze namens Momo"),
        ("I don't eat meat, I'm vegetarian.", "User is vegetarian and does not eat meat"),
        ("Flight BA 117 is mine.", "User's flight is BA117"),
        ("我有两只猫。", "用户有2只猫"),
        ("我可能搬到上海。", "用户可能搬到上海"),
        ("Je n'aime pas le thé.", "L'utilisateur n'aime pas le thé"),
        ("В Москве живу уже год.", "Пользователь живёт в Москве"),
    ] {
        misses.eq(says(message).why(message, text), "", text.to_string());
    }
}

#[test]
fn words_of_earlier_messages_are_said_but_those_of_memories_are_not() {
    let scene = says("Yes, I moved there in May.")
        .earlier([user("I like Bergen"), assistant("Did you move to Bergen?")])
        .known(&["User likes Volvo"]);
    assert_eq!(scene.why("I moved there in May", "User moved to Bergen in May"), "");
    assert_eq!(
        scene.why("I moved there in May", "User moved there in May in the Volvo"),
        "unfaithful"
    );
}

#[test]
fn a_quote_holds_and_stands_as_it_was_written() {
    let mut misses = Misses::default();
    let scene =
        scene([assistant("What do you drive?"), user("I  drive a “red” Volvo, since 2022.")]);
    for quote in ["I drive a \"red\" Volvo", "i drive a red volvo", "I drive a ‘red’ volvo, "] {
        let fact = json!({"message": 1, "quote": quote, "text": "User drives a red Volvo"});
        let fact = scene.fact(fact);
        misses.eq(fact.quote, "I  drive a “red” Volvo", quote.to_string());
        assert_eq!(fact.message, 1);
    }
    for quote in ["I drive a blue Volvo", "drives a red Volvo", "a red Volvo since 2023"] {
        let fact = json!({"message": 2, "quote": quote, "text": "User drives a red Volvo"});
        misses.eq(scene.refusal(fact), "quote", quote.to_string());
    }
    // A quote that bears nothing of the fact, be it asked or not.
    let fact = json!({"message": 2, "quote": "red", "text": "User likes to drive"});
    assert_eq!(scene.refusal(fact), "unfaithful");
    let scene = self::scene([assistant("Do you like jazz?"), user("I'm vegetarian.")]);
    let fact = json!({"message": 2, "quote": "I'm vegetarian", "text": "User likes jazz"});
    assert_eq!(scene.refusal(fact), "unfaithful");
}

#[test]
fn an_answer_stands_on_its_question() {
    let mut misses = Misses::default();
    for (question, answer, text, why) in [
        ("Are you allergic to nuts?", "Yes.", "User is allergic to nuts", ""),
        ("Are you allergic to nuts?", "No.", "User is allergic to nuts", "unfaithful"),
        ("Are you allergic to nuts?", "No.", "User is not allergic to nuts", ""),
        ("Are you allergic to nuts?", "Yes.", "User is not allergic to nuts", "unfaithful"),
        ("You like nuts.", "Yes.", "User is allergic to nuts", "unfaithful"),
        ("你对花生过敏吗？", "是的。", "用户对花生过敏", ""),
        ("你对花生过敏吗？", "不。", "用户对花生过敏", "unfaithful"),
        ("Magst du Jazz?", "Ja", "Nutzer mag Jazz", ""),
    ] {
        let scene = scene([assistant(question), user(answer)]);
        let fact = json!({"message": 2, "quote": answer, "text": text, "about": "user"});
        misses.eq(scene.refusal(fact), why, format!("{answer} {text}"));
    }
}

#[test]
fn a_quote_cut_behind_the_word_that_leaves_it_open_does_not_help() {
    let scene = says("I might move to Oslo, and I play chess.");
    assert_eq!(scene.why("move to Oslo", "User moves to Oslo"), "unfaithful");
    assert_eq!(scene.why("I play chess", "User plays chess"), "");
    let scene = says("I do not eat meat.");
    assert_eq!(scene.why("eat meat", "User eats meat"), "unfaithful");
}

/// A model that quotes a whole turn quotes its question too.
#[test]
fn a_question_behind_what_was_told_costs_no_fact() {
    let mut misses = Misses::default();
    for (message, quote, text, why) in [
        (
            "I'm learning the piano. What made you try pottery?",
            "I'm learning the piano. What made you try pottery?",
            "User is learning the piano",
            "",
        ),
        (
            "How are you? I moved to Oslo in May. And you?",
            "How are you? I moved to Oslo in May. And you?",
            "User moved to Oslo in May",
            "",
        ),
        ("我在学钢琴。你呢？", "我在学钢琴。你呢？", "用户在学钢琴", ""),
        (
            "I like the piano. Do you like jazz?",
            "I like the piano. Do you like jazz?",
            "User likes jazz",
            "question",
        ),
        ("Do you like jazz?", "Do you like jazz?", "User likes jazz", "question"),
    ] {
        misses.eq(says(message).why(quote, text), why, text.to_owned());
    }
}

/// A model may quote a whole turn: what else it holds is not held against the fact.
#[test]
fn what_stands_around_a_fact_does_not_open_or_deny_it() {
    let mut misses = Misses::default();
    for (message, text) in [
        (
            "Hey! We haven't talked in weeks. Been rehearsing hard for the spring recital.",
            "User has been rehearsing hard for the spring recital",
        ),
        (
            "It's a bit scary, but I can't wait! My online shop is open since Monday.",
            "User's online shop is open since Monday",
        ),
        (
            "I just wanted to let you know I joined a travel club. No idea why I waited.",
            "User joined a travel club",
        ),
        (
            "Swimming calms me, so I wanted the garden to have a pond.",
            "User finds swimming calming",
        ),
        ("I've glazed another bowl - want to see a picture?", "User glazed another bowl"),
        ("I opened a bakery last week, pretty cool, huh?", "User opened a bakery last week"),
        ("I got a puppy! Her name is Moss, I hope you like dogs.", "User got a puppy named Moss"),
        ("were stuck on java 8, dont even ask", "User is stuck on Java 8"),
        ("i cant stand lavender", "User can't stand lavender"),
        ("i wanna do marine biology", "User wants to study marine biology"),
        (
            "I started at Birch Clinic on Monday, no more Hale.",
            "User started at Birch Clinic on Monday and is no longer at Hale",
        ),
        ("Kein Problem! Ich lerne seit März Geige.", "Nutzer lernt seit März Geige"),
        ("No hay problema. Trabajo en una librería.", "Usuario trabaja en una librería"),
    ] {
        misses.eq(says(message).why(message, text), "", text.to_owned());
    }
    // What is left open or denied in the clause of the fact stays so.
    for (message, text) in [
        ("I own a red car, but I might sell it.", "User sells the red car"),
        ("I don't smoke, drink or gamble.", "User gambles"),
        ("I don't smoke, drink or gamble.", "User drinks"),
        ("Tea is fine. I don't like coffee, though.", "User likes coffee"),
        ("I'm moving to Lodz, maybe.", "User is moving to Lodz"),
        ("I hope I get the job at Corvane.", "User got the job at Corvane"),
        ("It's late. I hope my sister passes the bar exam.", "User's sister passed the bar exam"),
        ("The shop on Elm Street closes in May, right?", "The shop on Elm Street closes in May"),
        ("I love jazz. Do you think Lodz is nice?", "User thinks Lodz is nice"),
        ("Me gusta el té. No como carne.", "Usuario come carne"),
        ("Ich mag Tee. Vielleicht kaufe ich ein Boot.", "Nutzer kauft ein Boot"),
    ] {
        let why = says(message).why(message, text);
        misses.eq(!why.is_empty(), true, text.to_owned());
    }
}

/// The day on which something is told is its day only where it was just done.
#[test]
fn the_day_of_telling_dates_what_was_just_done_and_nothing_else() {
    let mut misses = Misses::default();
    for (message, text, why) in [
        ("I've taken up tennis.", "User took up tennis on 2026-06-05", "unfaithful"),
        ("I already moved to Lodz.", "User moved to Lodz on 2026-06-05", "unfaithful"),
        ("I just booked the flights.", "User booked the flights on 2026-06-05", ""),
        ("No gluten from now on.", "User eats no gluten from 2026-06-05 on", ""),
    ] {
        misses.eq(says(message).at("2026-06-05T18:20:00Z").why(message, text), why, text.into());
    }
}
