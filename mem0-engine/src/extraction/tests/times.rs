//! 6: times, no finer than they were said.

use super::scene::*;
use crate::extraction::{Precision, When};
use serde_json::{Value, json};

/// The believed time of a fact with its quote as its text, said on Saturday, 14 November 2026.
fn when(message: &str, when: Value, recurring: bool) -> String {
    let text = message.replace("I ", "User ").replace("My ", "User's ").replace("I've", "User has");
    let scene = says(message).at("2026-11-14T10:30:00Z");
    let found = scene.read(json!([{"message": 1, "quote": message, "text": text, "about": "user",
        "when": when, "recurring": recurring}]));
    let [fact] = found.facts.as_slice() else { panic!("{message}: {:?}", found.refused) };
    fact.when.map_or_else(String::new, shown)
}

fn shown(when: When) -> String {
    let day = |day: Option<mem0_types::Date>| day.map(|day| day.to_string()).unwrap_or_default();
    let mut shown = format!("{}/{} {:?}", day(when.start), day(when.end), when.precision);
    if let Some(minute) = when.minute {
        shown += &format!(" {:02}:{:02}", minute / 60, minute % 60);
    }
    if when.recurring {
        shown += " again";
    }
    shown
}

#[test]
fn a_time_is_as_fine_as_it_was_said() {
    let mut misses = Misses::default();
    for (message, given, expected) in [
        ("I moved here last spring.", "2026-spring", "2026-03-01/2026-05-31 Season"),
        ("I moved here last spring.", "2026-04-15", "2026-03-01/2026-05-31 Season"),
        ("My exam is on Friday.", "2026-11-20", "2026-11-20/2026-11-20 Day"),
        ("I was born in 1990.", "1990-01-01", "1990-01-01/1990-12-31 Year"),
        ("I was born in 1990.", "1990", "1990-01-01/1990-12-31 Year"),
        ("I moved in May 2022.", "2022-05-01", "2022-05-01/2022-05-31 Month"),
        ("I moved in May.", "2026-05", "2026-05-01/2026-05-31 Month"),
        ("I arrived yesterday.", "2026-11-13", "2026-11-13/2026-11-13 Day"),
        ("I arrived yesterday.", "2026-11-13T00:00:00Z", "2026-11-13/2026-11-13 Day"),
        (
            "I will leave tomorrow at 3 pm.",
            "2026-11-15T15:00",
            "2026-11-15/2026-11-15 Moment 15:00",
        ),
        ("I started three weeks ago.", "2026-10-24", "2026-10-21/2026-10-27 Range"),
        ("I started two years ago.", "2024-11-14", "2024-01-01/2024-12-31 Year"),
        ("I started last month.", "2026-10-14", "2026-10-01/2026-10-31 Month"),
        ("I was ill last week.", "2026-11-04", "2026-11-02/2026-11-08 Range"),
        ("My flight is on the 21st.", "2026-11-21", "2026-11-21/2026-11-21 Day"),
        ("My flight is on 3 December 2026.", "2026-12-03", "2026-12-03/2026-12-03 Day"),
        ("My flight is on 2026-12-03.", "2026-12-03", "2026-12-03/2026-12-03 Day"),
        (
            "I was away from 3 May 2026 to 9 May 2026.",
            "2026-05-03/2026-05-09",
            "2026-05-03/2026-05-09 Range",
        ),
        ("Ich bin letzten Sommer umgezogen.", "2026-07-01", "2026-06-01/2026-08-31 Season"),
        ("Der Termin ist am Freitag.", "2026-11-20", "2026-11-20/2026-11-20 Day"),
        ("J'ai déménagé en mars 2021.", "2021-03-15", "2021-03-01/2021-03-31 Month"),
        ("Nací en 1985.", "1985-06-01", "1985-01-01/1985-12-31 Year"),
        ("Я переехал прошлой весной.", "2026-04-01", "2026-03-01/2026-05-31 Season"),
        ("Экзамен в пятницу.", "2026-11-20", "2026-11-20/2026-11-20 Day"),
        ("我去年搬家了。", "2025-01-01", "2025-01-01/2025-12-31 Year"),
        ("我2022年5月搬家了。", "2022-05-01", "2022-05-01/2022-05-31 Month"),
        ("我昨天买了车。", "2026-11-13", "2026-11-13/2026-11-13 Day"),
        ("試験は金曜日です。", "2026-11-20", "2026-11-20/2026-11-20 Day"),
        ("三年前に引っ越した。", "2023-01-01", "2023-01-01/2023-12-31 Year"),
        ("시험은 금요일이다.", "2026-11-20", "2026-11-20/2026-11-20 Day"),
    ] {
        misses.eq(when(message, json!(given), false), expected, format!("{message} {given}"));
    }
}

#[test]
fn a_time_that_nobody_said_is_none() {
    let mut misses = Misses::default();
    for (message, given) in [
        ("I own a red car.", "2026-11-14"),
        ("I own a red car.", "2026-11-14T10:30:00Z"),
        ("I own a red car.", "2026-01-01"),
        ("My exam is on Friday.", "2026-11-19"),
        ("My exam is on Friday.", "2025-11-21"),
        ("I moved in May.", "2024-05"),
        ("I used a red car in Rome.", "2023"),
        ("My exam is on Friday.", "soon"),
        ("我有一辆红色的车。", "2026-11-14"),
    ] {
        misses.eq(when(message, json!(given), false), "", format!("{message} {given}"));
    }
    // Where one time was said, and the model is off by a year, that one.
    assert_eq!(
        when("I moved here last spring.", json!("2025-spring"), false),
        "2026-03-01/2026-05-31 Season"
    );
    assert_eq!(when("I was born in 1990.", json!("1991"), false), "1990-01-01/1990-12-31 Year");
}

#[test]
fn without_a_time_of_the_messages_there_are_no_times() {
    let scene = says("My exam is on Friday. I was born in 1990.");
    let fact = |quote: &str, text: &str, when: &str| json!({"message": 1, "quote": quote, "text": text, "about": "user", "when": when});
    assert_eq!(
        scene.fact(fact("My exam is on Friday", "User's exam is on Friday", "2026-11-20")).when,
        None
    );
    assert_eq!(scene.fact(fact("I was born in 1990", "User was born in 1990", "1990")).when, None);
    // Nor in the text.
    assert_eq!(
        scene.refusal(fact(
            "My exam is on Friday",
            "User's exam is on 20 November 2026",
            "2026-11-20"
        )),
        "unfaithful"
    );
}

#[test]
fn what_comes_again_begins_no_finer_than_it_was_said() {
    assert_eq!(
        when("I've run every March since 2019.", json!("2019-03-01/.."), true),
        "2019-01-01/ Year again"
    );
    assert_eq!(
        when("I've run every March since 2019.", json!("2019/.."), true),
        "2019-01-01/ Year again"
    );
    // Nothing says that it comes again.
    assert_eq!(when("I was born in 1990.", json!("1990"), true), "1990-01-01/1990-12-31 Year");
}

#[test]
fn what_was_worked_out_may_stand_in_the_text_if_it_is_right() {
    let mut misses = Misses::default();
    let scene = says("I moved here last spring. My exam is on Friday.").at("2026-11-14");
    for (quote, text, given, why) in [
        ("I moved here last spring", "User moved here in spring 2026", "2026-spring", ""),
        ("I moved here last spring", "User moved here in spring 2025", "2025-spring", "unfaithful"),
        ("I moved here last spring", "User moved here in 2024", "2024", "unfaithful"),
        ("My exam is on Friday", "User's exam is on Friday, 20 November 2026", "2026-11-20", ""),
        ("My exam is on Friday", "User's exam is on 2026-11-20", "2026-11-20", ""),
        ("My exam is on Friday", "User's exam is on 20 May 2019", "2019-05-20", "unfaithful"),
    ] {
        let fact = json!({"message": 1, "quote": quote, "text": text, "when": given});
        misses.eq(scene.refusal(fact), why, text.to_string());
    }
}

#[test]
fn days_are_those_of_the_speaker() {
    let mut scene = says("I arrived yesterday.").at("2026-11-14T01:30:00Z");
    let fact = json!({"message": 1, "quote": "I arrived yesterday", "text": "User arrived yesterday",
        "when": "2026-11-12"});
    assert_eq!(
        scene.fact(fact.clone()).when.map(shown).as_deref(),
        Some("2026-11-13/2026-11-13 Day")
    );
    scene.observed.as_mut().unwrap().offset_minutes = -8 * 60;
    let when = scene.fact(fact).when.unwrap();
    assert_eq!(
        (shown(when), when.precision),
        ("2026-11-12/2026-11-12 Day".to_owned(), Precision::Day)
    );
}
