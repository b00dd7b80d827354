//! A question is found wherever it stands in a pasted page, whatever separates its parts.

use mem0_engine::Engine;
use mem0_types::Filter;

use crate::workbench::*;

/// Memories, questions that the first ones answer, and the sentences of a page.
struct Language {
    facts: &'static [&'static str],
    questions: &'static [&'static str],
    page: &'static [&'static str],
    /// What may stand between two sentences.
    between: &'static [&'static str],
    thanks: &'static str,
}

const MARKS: &[&str] =
    &[". ", "\n", " ", " - ", "; ", ", ", " | ", ": ", "\t", " • ", " — ", "… ", "! "];

const ENGLISH: Language = Language {
    facts: &[
        "The dentist of my sister is Doctor Moreau",
        "The spare key is under the flowerpot",
        "The train to Berlin leaves at nine",
        "We had pasta for lunch and it rained",
        "I play the violin in an orchestra",
    ],
    questions: &["who is the dentist of my sister", "tell me where I hid the spare key"],
    page: &[
        "The committee approved the minutes of the meeting and moved on to the library roof",
        "Nobody who was there could say how much the new windows had cost the town so far",
        "A man from the harbour office showed us the plans of the bridge which will be built",
        "Then the choir sang two songs and the mayor thanked everybody for coming to the hall",
        "When the lights went out the caretaker brought candles and we told each other stories",
    ],
    between: MARKS,
    thanks: "Thanks a lot, you are great!",
};

const GERMAN: Language = Language {
    facts: &[
        "Der Zahnarzt meiner Schwester heißt Moreau",
        "Mein Ersatzschlüssel liegt unter dem Blumentopf",
        "Der Zug nach Berlin fährt um neun",
        "Zum Mittagessen gab es Nudeln",
        "Ich spiele Geige im Orchester",
    ],
    questions: &["wie heißt der Zahnarzt meiner Schwester", "wo ist mein Ersatzschlüssel"],
    page: &[
        "Der Ausschuss billigte das Protokoll der Sitzung und sprach danach über das neue Dach",
        "Niemand im Saal konnte sagen was die Fenster die Stadt bisher gekostet haben sollen",
        "Ein Mann vom Hafenamt zeigte uns die Pläne der Brücke die bald gebaut werden soll",
        "Danach sang der Chor zwei Lieder und die Bürgermeisterin dankte allen Gästen herzlich",
        "Als das Licht ausging brachte der Hausmeister Kerzen und wir erzählten Geschichten",
    ],
    between: MARKS,
    thanks: "Vielen Dank, das war es schon!",
};

const CHINESE: Language = Language {
    facts: &[
        "我妹妹的牙医姓陈",
        "我的备用钥匙放在花盆下面",
        "去北京的火车九点开",
        "中午吃了面条",
        "我在乐团拉小提琴",
    ],
    questions: &["我妹妹的牙医姓什么", "我的备用钥匙在哪里"],
    page: &[
        "委员会批准了会议记录然后讨论了图书馆屋顶的修理计划",
        "当时没有人能说清新窗户花了市里多少预算",
        "港口办公室的人给大家看了大桥的图纸明年就要动工",
        "合唱团唱了两首歌市长感谢所有来宾",
        "灯灭了以后看门人拿来蜡烛大家轮流讲故事",
    ],
    between: &["。", "\n", " ", " - ", "；", "，", " | ", "：", "\t", " • ", " — ", "、", "！", ""],
    thanks: "非常感谢，你真棒！",
};

/// The sentences of a page of so many, no two of which are the same.
fn page(language: &Language, sentences: usize) -> Vec<String> {
    let sentences = language.page.iter().cycle().take(sentences).enumerate();
    sentences
        .map(|(number, sentence)| match sentence.contains(' ') {
            true => format!("{sentence} {number}"),
            false => format!("{sentence}{number}"),
        })
        .collect()
}

fn is_first(engine: &Engine, language: &Language, number: usize, query: &str, what: &str) {
    let hits = find(engine, query, Filter::user_id("alice"));
    let first = hits.first().map(|hit| hit.memory.memory.as_str());
    assert_eq!(first, Some(language.facts[number]), "{what}");
}

/// Asks each question at each place of a page of so many sentences, with the marks between them.
fn are_found(language: &Language, sentences: usize, places: &[usize], between: &[&str]) {
    let folder = Folder::new();
    let engine = folder.open();
    for fact in language.facts {
        store_one(&engine, "alice", fact);
    }
    for (number, question) in language.questions.iter().enumerate() {
        is_first(&engine, language, number, question, question);
        for between in between {
            for at in places {
                let mut page = page(language, sentences);
                page.insert(*at, (*question).to_owned());
                let what = format!("{question} at {at} between {between:?}");
                is_first(&engine, language, number, &page.join(between), &what);
            }
        }
        let mut page = page(language, sentences);
        page.extend([format!("{question}?"), language.thanks.to_owned()]);
        let what = format!("{question}, with thanks");
        is_first(&engine, language, number, &page.join("\n"), &what);
    }
}

#[test]
fn a_question_is_found_whatever_separates_it() {
    for language in [ENGLISH, GERMAN, CHINESE] {
        are_found(&language, 4, &[0, 2, 4], language.between);
    }
}

#[test]
fn a_question_is_found_in_the_middle_of_a_long_page() {
    for language in [ENGLISH, GERMAN, CHINESE] {
        are_found(&language, 140, &[70], &[". ", " ", ", "]);
    }
}
