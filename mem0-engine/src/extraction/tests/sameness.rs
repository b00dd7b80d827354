//! 11: the same is one, and almost the same is two.

use super::scene::*;
use crate::extraction::{Fact, Polarity, Relation, Settled, Standing, settle};

fn richer(merges: &[usize]) -> Settled {
    Settled::Richer { merges: merges.to_vec(), retires: Vec::new(), links: Vec::new() }
}

#[test]
fn the_same_again_is_one_and_the_richer_swallows_the_barer() {
    let mut misses = Misses::default();
    for (old, new) in [
        ("User owns a red Volvo V60", "User owns a red Volvo V60, bought in 2022"),
        ("User plays the cello", "User plays the cello in an orchestra"),
        ("User likes tea", "User likes tea with milk"),
        ("用户喜欢喝茶", "用户喜欢喝茶加牛奶"),
        ("Nutzer spielt Cello", "Nutzer spielt Cello im Orchester"),
        ("Пользователь любит чай", "Пользователь любит чай с молоком"),
    ] {
        let says = |text: &'static str| stands(text, "");
        misses.eq(settle(&fact(new, ""), &[says(old)]), richer(&[0]), new.to_string());
        misses.eq(settle(&fact(old, ""), &[says(new)]), Settled::Same(0), old.to_string());
        misses.eq(settle(&fact(new, ""), &[says(new)]), Settled::Same(0), new.to_string());
        // A pointer to something else changes nothing of it.
        let tea = stands("User was born in Bonn", "").said(Relation::Repeats);
        let settled = settle(&fact(new, ""), &[tea, says(old)]);
        let expected = Settled::Richer { merges: vec![1], retires: Vec::new(), links: vec![0] };
        misses.eq(settled, expected, new.to_string());
    }
}

#[test]
fn other_words_are_the_same_where_the_model_says_so_and_nothing_keeps_them_apart() {
    let old = stands("User owns a red Volvo V60", "car").said(Relation::Refines);
    let new = fact("User's car is a red V60, bought in 2022", "car");
    assert_eq!(settle(&new, &[old]), richer(&[0]));
    assert!(matches!(
        settle(&new, &[stands("User owns a red Volvo V60", "car")]),
        Settled::New { .. }
    ));
    let tea = stands("User really likes green tea", "likes").said(Relation::Repeats);
    assert_eq!(settle(&fact("User likes tea", "likes"), &[tea]), Settled::Same(0));
}

#[test]
fn a_number_a_code_a_name_a_unit_a_negation_keeps_two_apart() {
    let mut misses = Misses::default();
    for (old, new) in [
        ("User owns a red Volvo V60", "User owns a red Volvo V40"),
        ("User has 2 cats", "User has 3 cats"),
        ("User runs 5 km every day", "User runs 5 miles every day"),
        ("User takes 5 mg of it", "User takes 5 ml of it"),
        ("User's friend is called Ida", "User's friend is called Ada"),
        ("User's aunt is called Maria", "User's aunt is called Mario"),
        ("User paid $500 for it", "User paid €500 for it"),
        ("User likes tea", "User might like tea"),
        ("User lives in Oslo", "User wants to live in Oslo"),
        ("User worked on flight BA117", "User worked on flight BA118"),
        ("用户有2只猫", "用户有3只猫"),
        ("ユーザーはトヨタを持っている", "ユーザーはホンダを持っている"),
        ("User knows Tom better than Anna", "User knows Anna better than Tom"),
    ] {
        stay_beside_each_other(&mut misses, &fact(new, "owns"), stands(old, "owns"));
    }
}

#[test]
fn a_negation_is_never_merged_and_replaces_only_what_it_denies() {
    let mut misses = Misses::default();
    for (old, new) in [
        ("User does not own a boat", "User owns a boat"),
        ("User owns a boat", "User does not own a boat"),
        ("用户吃肉", "用户不吃肉"),
        ("Nutzer isst Fleisch", "Nutzer isst kein Fleisch"),
    ] {
        for relation in [None, Some(Relation::Repeats), Some(Relation::Refines)] {
            let settled =
                settle(&fact(new, "owns"), &[Standing { relation, ..stands(old, "owns") }]);
            misses.eq(settled, Settled::New { links: vec![0] }, format!("{new} {relation:?}"));
        }
        let settled = settle(&fact(new, "owns"), &[stands(old, "owns").said(Relation::Replaces)]);
        misses.eq(settled, Settled::Newer { retires: vec![0], links: vec![] }, new.to_owned());
    }
}

#[test]
fn a_boat_that_was_not_there_and_is_now_is_not_merged() {
    let denied = Standing { denied: true, ..stands("User does not own a boat", "owns") };
    let now = fact("User owns a boat now", "owns");
    assert!(matches!(settle(&now, &[denied]), Settled::New { .. }));
    // Told by the flag alone, too.
    let denied = Standing { denied: true, ..stands("User is without boat ownership", "owns") };
    assert!(matches!(settle(&now, &[denied.said(Relation::Repeats)]), Settled::New { .. }));
    let mut no_boat = fact("User owns a boat", "owns");
    no_boat.polarity = Polarity::Denied;
    assert!(matches!(settle(&no_boat, &[stands("User owns a boat", "owns")]), Settled::New { .. }));
}

#[test]
fn the_same_of_somebody_else_is_another() {
    let mut misses = Misses::default();
    let wifes =
        Fact { subject: "wife".to_owned(), ..fact("User's wife owns a red Volvo V60", "owns") };
    stay_beside_each_other(&mut misses, &wifes, stands("User owns a red Volvo V60", "owns"));
    // Where it is not known whose it is, the words decide, and they must be the same.
    let of_nobody = Standing { subject: None, ..stands("Plays the cello", "") };
    let ida = Fact { subject: "sister Ida".to_owned(), ..fact("Sister Ida plays the cello", "") };
    assert!(matches!(settle(&ida, &[of_nobody]), Settled::New { .. }));
    let same = Standing { subject: None, ..stands("User plays the cello.", "") };
    assert_eq!(settle(&fact("User plays the cello", ""), &[same]), Settled::Same(0));
}

#[test]
fn what_may_not_change_is_neither_merged_nor_retired() {
    let fixed = |text| Standing { immutable: true, ..stands(text, "employer") };
    let settled =
        settle(&fact("User works at Acme in Bonn", "employer"), &[fixed("User works at Acme")]);
    assert_eq!(settled, Settled::New { links: vec![0] });
    let settled = settle(&fact("User works at Birch", "employer"), &[fixed("User works at Acme")]);
    assert_eq!(settled, Settled::New { links: vec![0] });
    let settled = settle(&fact("User works at Acme", "employer"), &[fixed("User works at Acme")]);
    assert_eq!(settled, Settled::Same(0));
}
