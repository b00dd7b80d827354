//! 8: language and script stay, and twins are seen across them.

use super::scene::*;
use crate::extraction::{Relation, Settled, Standing, settle};

#[test]
fn a_fact_stays_in_the_language_of_its_message() {
    let mut misses = Misses::default();
    for (message, own, other) in [
        ("我对花生过敏。", "用户对花生过敏", "User is allergic to peanuts"),
        ("I'm allergic to peanuts.", "User is allergic to peanuts", "用户对花生过敏"),
        ("Ich wohne in Köln.", "Nutzer wohnt in Köln", "The user lives in Cologne"),
        ("友達は田中さん。", "ユーザーの友達は田中さん", "User's friend is Tanaka"),
        (
            "ピーナッツアレルギーがあります。",
            "ユーザーはピーナッツアレルギーがある",
            "User has a peanut allergy",
        ),
        ("저는 서울에 살아요.", "사용자는 서울에 살아요", "User lives in Seoul"),
        ("Я живу в Риге.", "Пользователь живёт в Риге", "User lives in Riga"),
        (
            "Я живу в Риге, работаю врачом.",
            "Пользователь работает врачом",
            "Nutzer arbeitet als Arzt",
        ),
        (
            "J'habite à Lyon avec mon frère.",
            "L'utilisateur habite à Lyon avec son frère",
            "The user lives in Lyon with his brother",
        ),
        (
            "Vivo en Madrid y soy médico.",
            "Usuario vive en Madrid y es médico",
            "The user lives in Madrid and is a doctor",
        ),
        (
            "Abito a Roma con mia moglie.",
            "L'utente abita a Roma con sua moglie",
            "The user lives in Rome with his wife",
        ),
        (
            "Moro em Lisboa e tenho dois gatos.",
            "O usuário mora em Lisboa e tem dois gatos",
            "The user lives in Lisbon and has two cats",
        ),
        ("أعيش في القاهرة.", "المستخدم يعيش في القاهرة", "User lives in Cairo"),
        ("אני גר בחיפה.", "המשתמש גר בחיפה", "User lives in Haifa"),
        ("मैं दिल्ली में रहता हूँ।", "उपयोगकर्ता दिल्ली में रहता है", "User lives in Delhi"),
        ("Μένω στην Αθήνα.", "Ο χρήστης μένει στην Αθήνα", "User lives in Athens"),
        ("ฉันอยู่ที่กรุงเทพ", "ผู้ใช้อยู่ที่กรุงเทพ", "User lives in Bangkok"),
        (
            "Mieszkam w Krakowie i mam psa.",
            "Użytkownik mieszka w Krakowie i ma psa",
            "The user lives in Krakow and has a dog",
        ),
        (
            "Ankara'da yaşıyorum.",
            "Kullanıcı Ankara'da yaşıyor",
            "The user lives in Ankara and is happy",
        ),
        (
            "Ik woon in Utrecht met mijn zus.",
            "Gebruiker woont in Utrecht met zijn zus",
            "The user lives in Utrecht with his sister",
        ),
        (
            "Jag bor i Lund och har en katt.",
            "Användaren bor i Lund och har en katt",
            "The user lives in Lund and has a cat",
        ),
        ("Asun Turussa.", "Käyttäjä asuu Turussa", "User lives in Turku"),
        ("Tôi sống ở Huế.", "Người dùng sống ở Huế", "The user lives in the city of Hue"),
    ] {
        misses.eq(says(message).why(message, own), "", own.to_string());
        let why = says(message).why(message, other);
        assert!(["language", "unfaithful", "speaker"].contains(&why), "{other}: {why:?}");
    }
}

#[test]
fn a_message_of_two_languages_has_facts_in_both() {
    let scene = says("Ich wohne in Köln, 友達は田中さん。");
    assert_eq!(scene.why("Ich wohne in Köln", "Nutzer wohnt in Köln"), "");
    assert_eq!(scene.why("友達は田中さん", "友達は田中さん"), "");
    assert_eq!(scene.why("友達は田中さん", "Freund heißt Tanaka"), "language");
}

#[test]
fn names_stay_as_they_were_written() {
    for (message, text) in [
        ("Ich wohne in Köln.", "Nutzer wohnt in Cologne"),
        ("I live in München.", "User lives in Munich"),
        ("My friend is called Björn.", "User's friend is called Bjarne"),
        ("我住在东京。", "用户住在Tokyo"),
    ] {
        assert_ne!(says(message).why(message, text), "", "{text}");
    }
    assert_eq!(says("I live in München.").why("I live in München", "User lives in München"), "");
}

#[test]
fn twins_across_languages_are_one_where_subject_and_state_are() {
    let mut misses = Misses::default();
    for (new, old) in [
        ("User is allergic to peanuts", "用户对花生过敏"),
        ("用户对花生过敏", "User is allergic to peanuts"),
        ("ユーザーはピーナッツアレルギー", "User is allergic to peanuts"),
        ("Пользователь любит чай", "User likes tea"),
        (
            "Der Nutzer ist gegen die Nüsse allergisch und das ist schade",
            "The user is allergic to the nuts",
        ),
    ] {
        let twin = stands(old, "allergy").said(Relation::Repeats);
        misses.eq(settle(&fact(new, "allergy"), &[twin]), Settled::Same(0), new.to_string());
        // Without a state, or of somebody else, it is a link.
        let settled = settle(&fact(new, ""), &[Standing { state: None, ..twin }]);
        misses.eq(settled, Settled::New { links: vec![0] }, new.to_string());
        let settled = settle(&fact(new, "allergy"), &[twin.of("sister")]);
        misses.eq(settled, Settled::New { links: vec![0] }, new.to_string());
        // And nothing without the model's word, since there can be several.
        let settled = settle(&fact(new, "allergy"), &[stands(old, "allergy")]);
        misses.eq(settled, Settled::New { links: vec![0] }, new.to_string());
    }
}
