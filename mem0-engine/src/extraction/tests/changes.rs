//! 1: a change supersedes, and keeps the past.

use super::scene::*;
use crate::extraction::{Kind, Polarity, Precision, Relation, Settled, Standing, When, settle};
use mem0_types::Date;

fn newer(retires: &[usize]) -> Settled {
    Settled::Newer { retires: retires.to_vec(), links: Vec::new() }
}

#[test]
fn the_newest_of_one_property_retires_the_others_with_or_without_a_pointer() {
    let mut misses = Misses::default();
    for (old, new, state) in [
        ("User works at Acme as a nurse", "User started at Birch Clinic on Monday", "employer"),
        ("User lives in Köln", "User moved to Hamburg", "home_city"),
        ("用户住在北京", "用户搬到了上海", "home_city"),
        ("ユーザーは東京に住んでいる", "ユーザーは大阪に引っ越した", "home_city"),
        ("User's favorite color is blue", "User's favourite colour is green now", "favorite_color"),
        ("User prefers the window seat", "User prefers the aisle seat", "seat_preference"),
        ("Пользователь работает в Яндексе", "Пользователь работает в Сбере", "employer"),
        ("User is single", "User is engaged", "relationship_status"),
        ("User weighs 82 kg", "User weighs 78 kg", "weight"),
    ] {
        for relation in [None, Some(Relation::Replaces), Some(Relation::Repeats)] {
            let standing = Standing { relation, ..stands(old, state) };
            misses.eq(
                settle(&fact(new, state), &[standing]),
                newer(&[0]),
                format!("{new} {relation:?}"),
            );
        }
    }
}

#[test]
fn keys_of_one_property_are_one_in_any_spelling() {
    let standing = stands("User works at Acme", "current_employer");
    assert_eq!(settle(&fact("User works at Birch", "Workplace"), &[standing]), newer(&[0]));
}

#[test]
fn who_comes_back_retires_what_was_between_and_is_not_what_was_before() {
    let acme = Standing { replaced: true, ..stands("User works at Acme as a nurse", "employer") };
    let birch = stands("User works at Birch Clinic", "employer");
    let back = fact("User works at Acme again as a nurse", "employer");
    assert_eq!(settle(&back, &[acme, birch]), newer(&[1]));
    // In the very words of before, too.
    let back = fact("User works at Acme as a nurse", "employer");
    assert_eq!(settle(&back, &[acme, birch]), newer(&[1]));
    // A pointer at the replaced one alone does not keep the current one.
    assert_eq!(
        settle(&back, &[acme.said(Relation::Repeats), birch]),
        Settled::Newer { retires: vec![1], links: vec![0] }
    );
    // Had the first change been missed, both would be mended now.
    let missed = Standing { replaced: false, ..acme };
    assert_eq!(
        settle(&back, &[missed, birch]),
        Settled::Richer { merges: vec![0], retires: vec![1], links: Vec::new() }
    );
}

#[test]
fn all_that_stands_of_one_property_is_retired_not_the_first_alone() {
    let standing =
        [stands("User works at Acme", "employer"), stands("User works at Birch", "employer")];
    assert_eq!(settle(&fact("User works at Cedar", "employer"), &standing), newer(&[0, 1]));
}

#[test]
fn what_was_said_later_stays_and_the_older_fact_is_replaced_from_the_start() {
    let later = Standing { said_before: false, ..stands("User works at Birch", "employer") };
    let settled = settle(&fact("User works at Acme", "employer"), &[later]);
    assert_eq!(settled, Settled::Older { by: 0, links: Vec::new() });
}

#[test]
fn the_end_of_one_thing_ends_that_alone() {
    let mut left = fact("User no longer works at Birch", "employer");
    left.polarity = Polarity::Denied;
    let birch = stands("User works at Birch", "employer");
    let acme = stands("User works at Acme", "employer");
    assert_eq!(settle(&left, &[birch]), newer(&[0]));
    assert_eq!(settle(&left, &[acme]), Settled::New { links: vec![0] });
    // Of what there can be several, only with the model's word, and in the same words.
    let mut no_cello = fact("User no longer plays the cello", "hobby");
    no_cello.polarity = Polarity::Denied;
    let cello = stands("User plays the cello", "hobby");
    assert_eq!(settle(&no_cello, &[cello]), Settled::New { links: vec![0] });
    assert_eq!(settle(&no_cello, &[cello.said(Relation::Replaces)]), newer(&[0]));
    let tennis = stands("User plays tennis", "hobby").said(Relation::Replaces);
    assert_eq!(settle(&no_cello, &[tennis]), Settled::New { links: vec![0] });
}

#[test]
fn neither_a_plan_nor_what_was_once_ends_what_is() {
    let mut misses = Misses::default();
    let home = stands("User lives in Köln", "home_city");
    for text in [
        "User might move to Oslo",
        "User wants to move to Oslo",
        "User is considering a move to Oslo",
        "User used to live in Oslo",
        "User previously lived in Oslo",
    ] {
        let settled = settle(&fact(text, "home_city"), &[home.said(Relation::Replaces)]);
        misses.eq(settled, Settled::New { links: vec![0] }, text.to_string());
    }
    let mut plan = fact("User moves to Oslo in May", "home_city");
    plan.kind = Kind::Plan;
    assert_eq!(settle(&plan, &[home]), Settled::New { links: vec![0] });
    // A plan retires another plan.
    let planned =
        Standing { kind: Some(Kind::Plan), ..stands("User moves to Rome in May", "home_city") };
    assert_eq!(settle(&plan, &[planned]), newer(&[0]));
    let mut ended = fact("User worked at Acme from 2015 to 2018", "employer");
    ended.when = Some(When {
        start: Some(Date::new(2015, 1, 1).unwrap()),
        end: Some(Date::new(2018, 12, 31).unwrap()),
        minute: None,
        precision: Precision::Year,
        recurring: false,
    });
    let birch = stands("User works at Birch", "employer");
    assert_eq!(settle(&ended, &[birch]), Settled::New { links: vec![0] });
}

#[test]
fn pointers_that_lead_nowhere_or_round_in_a_circle_change_nothing() {
    let mut misses = Misses::default();
    let scene = says("I started at Birch Clinic").known(&["User works at Acme", "User likes tea"]);
    for (to, relation) in [
        ("3", "replaces"),
        ("0", "replaces"),
        ("-1", "replaces"),
        ("\"9999\"", "retracts"),
        ("\"5f3a-77b2\"", "corrects"),
        ("null", "replaces"),
        ("1", "\"\""),
        ("1e40", "replaces"),
    ] {
        let relation =
            if relation.starts_with('"') { relation.to_owned() } else { format!("\"{relation}\"") };
        let reply = format!(
            "{{\"facts\":[{{\"message\":1,\"quote\":\"I started at Birch Clinic\",\
             \"text\":\"User started at Birch Clinic\",\"about\":\"user\",\"relation\":{relation},\
             \"to\":{to},\"links\":[{to}, 7]}}]}}"
        );
        let found = scene.reply(&reply);
        let [fact] = found.facts.as_slice() else { panic!("{reply}: {:?}", found.refused) };
        misses.eq(fact.relation, None, to.to_string());
        assert!(fact.links.iter().all(|link| *link < 2), "{to}");
    }
    // Two that each replace the other: the second one retires, and nothing more happens.
    let one = fact("User works at Birch", "employer");
    let acme = stands("User works at Acme", "employer").said(Relation::Replaces);
    assert_eq!(settle(&one, &[acme]), newer(&[0]));
}
