//! 2: what only adds contradicts nothing, whatever the pointer says.

use super::scene::*;
use crate::extraction::{Relation, Settled, Standing, settle};

#[test]
fn several_of_one_property_stay_beside_each_other() {
    let mut misses = Misses::default();
    for (old, new, state) in [
        ("User plays the cello", "User has taken up tennis", "hobby"),
        ("User plays the cello", "User has taken up tennis", "hobbies"),
        ("User speaks Finnish", "User speaks Japanese", "language"),
        ("User is allergic to nuts", "User is allergic to cats", "allergy"),
        ("User visited Rome", "User visited Lima", "visited"),
        ("User owns a canoe", "User owns a kayak", "owns"),
        ("User has a cat called Momo", "User has a dog called Bodo", "pets"),
        ("用户喜欢喝茶", "用户喜欢喝咖啡", "likes"),
        ("ユーザーはチェロを弾く", "ユーザーはテニスを始めた", "hobby"),
        ("Nutzer spielt Cello", "Nutzer lernt Tennis", "skills"),
        ("User takes ibuprofen", "User takes melatonin", "medication"),
        ("User's friend is Tom", "User's friend is Jerry", "friend"),
    ] {
        stay_beside_each_other(&mut misses, &fact(new, state), stands(old, state));
    }
}

#[test]
fn properties_of_others_stay_beside_each_other() {
    let mut misses = Misses::default();
    let ada = crate::extraction::Fact {
        subject: "sister Ada".to_owned(),
        ..fact("User's sister Ada lives in Lille", "home_city")
    };
    stay_beside_each_other(
        &mut misses,
        &ada,
        stands("User's sister Ida lives in Lyon", "home_city").of("sister Ida"),
    );
    stay_beside_each_other(&mut misses, &ada, stands("User lives in Lille", "home_city"));
    let wife = crate::extraction::Fact {
        subject: "wife".to_owned(),
        ..fact("User's wife works at Acme", "employer")
    };
    stay_beside_each_other(&mut misses, &wife, stands("User works at Birch", "employer"));
    // Whose it is nobody knows: it is not the user's then.
    let unknown = Standing { subject: None, ..stands("Works at Birch", "employer") };
    stay_beside_each_other(&mut misses, &fact("User works at Acme", "employer"), unknown);
}

#[test]
fn other_properties_of_the_same_stay_beside_each_other() {
    let mut misses = Misses::default();
    for (old, old_state, new, new_state) in [
        ("User works at Acme", "employer", "User lives in Oslo", "home_city"),
        ("User works at Acme", "employer", "User is a nurse", "job_title"),
        ("User works at Acme", "", "User works at Birch", "employer"),
        ("User works at Acme", "employer", "User works at Birch", ""),
        ("User has an exam in Bonn", "", "User has a flight to Rome", ""),
    ] {
        stay_beside_each_other(&mut misses, &fact(new, new_state), stands(old, old_state));
    }
}

#[test]
fn links_are_told_and_change_nothing() {
    let cello = stands("User plays the cello", "hobby").said(Relation::Replaces);
    let settled = settle(&fact("User has taken up tennis", "hobby"), &[cello]);
    assert_eq!(settled, Settled::New { links: vec![0] });
    let far = stands("User was born in Bonn", "birthplace");
    let settled = settle(&fact("User has taken up tennis", "hobby"), &[far]);
    assert_eq!(settled, Settled::New { links: Vec::new() });
}
