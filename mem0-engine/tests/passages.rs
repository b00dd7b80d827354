//! Long memories, which are found by their passages.

use mem0_engine::{
    Engine, MAX_TEXT, MemoryChange, SearchHit, SearchRequest, UpdateRequest, check_folder,
};
use mem0_types::Filter;

use crate::workbench::*;

fn alice() -> Filter {
    Filter::user_id("alice")
}

/// A phrase, and a question that it answers.
struct Rare {
    phrase: &'static str,
    question: &'static str,
    filler: &'static [&'static str],
}

const ENGLISH: &[&str] = &[
    "The meeting was moved to the afternoon because two people were late.",
    "We talked about the budget for the next quarter and about new chairs.",
    "Somebody will write to the supplier and ask for another price.",
    "It rained all morning, so the walk in the park was put off.",
    "The report is nearly done and will be read by everybody on the team.",
];

const RARE: &[Rare] = &[
    Rare {
        phrase: "Grandmother's harpsichord is stored in a warehouse in Wrocław.",
        question: "Where is the harpsichord of grandmother?",
        filler: ENGLISH,
    },
    Rare {
        phrase: "Бабушкин клавесин хранится на складе во Вроцлаве.",
        question: "Где хранится клавесин?",
        filler: &[
            "Совещание перенесли на вторую половину дня.",
            "Мы говорили о бюджете на следующий квартал.",
            "Всё утро шёл дождь, и прогулку отложили.",
        ],
    },
    Rare {
        phrase: "祖母的羽管键琴存放在华沙的仓库里。",
        question: "羽管键琴在哪里？",
        filler: &["会议改到下午了。", "我们讨论了下个季度的预算。", "早上一直下雨，散步推迟了。"],
    },
    Rare {
        phrase: "بيانو جدتي القديم محفوظ في مستودع في وارسو.",
        question: "أين بيانو جدتي؟",
        filler: &[
            "تأجل الاجتماع إلى المساء.",
            "تحدثنا عن ميزانية الفصل القادم.",
            "نزل المطر طوال الصباح.",
        ],
    },
    Rare {
        phrase: "दादी का हारमोनियम वारसॉ के गोदाम में रखा है।",
        question: "हारमोनियम कहाँ है?",
        filler: &["बैठक दोपहर तक टल गई।", "हमने अगली तिमाही के बजट पर बात की।", "पूरी सुबह बारिश हुई।"],
    },
];

/// About so many bytes of filler, with the phrase in the middle.
fn long(rare: &Rare, bytes: usize, between: &str) -> String {
    let mut text = String::new();
    let mut has_phrase = false;
    for sentence in rare.filler.iter().cycle() {
        if !has_phrase && text.len() >= bytes / 2 {
            text.push_str(rare.phrase);
            text.push_str(between);
            has_phrase = true;
        }
        if text.len() >= bytes {
            return text.trim_end().to_owned();
        }
        text.push_str(sentence);
        text.push_str(between);
    }
    text
}

fn search(engine: &Engine, question: &str, change: impl Fn(&mut SearchRequest)) -> Vec<SearchHit> {
    let mut request = SearchRequest::new(question, alice());
    change(&mut request);
    wait(engine.search(request)).unwrap()
}

/// What `score_breakdown` says where the best passage is.
fn passage(hit: &SearchHit) -> String {
    let passage = hit.score_breakdown.passage.unwrap();
    let (start, end) = (passage.start as usize, passage.end as usize);
    hit.memory.memory.chars().skip(start).take(end - start).collect()
}

/// A phrase in a long text is found as one in a sentence is, and its passage is told.
fn is_found_as_in_a_sentence(rare: &[Rare], bytes: usize, open: impl Fn(&Folder) -> Engine) {
    for rare in rare {
        let (short, whole) = (Folder::new(), Folder::new());
        let (alone, in_long) = (open(&short), open(&whole));
        for engine in [&alone, &in_long] {
            let others: Vec<_> = ENGLISH.iter().chain(rare.filler).copied().collect();
            store(engine, user("alice"), &others);
        }
        store_one(&alone, "alice", rare.phrase);
        let text = long(rare, bytes, " ");
        store_one(&in_long, "alice", &text);
        for keyword_search in [false, true] {
            for rerank in [false, true] {
                let ask = |engine: &Engine| {
                    search(engine, rare.question, |request| {
                        request.keyword_search = keyword_search;
                        request.rerank = rerank;
                    })
                };
                let (short, long) = (ask(&alone), ask(&in_long));
                assert_eq!(short[0].memory.memory, rare.phrase);
                assert!(short[0].score_breakdown.passage.is_none());
                assert!(long[0].memory.memory == text, "{}", rare.question);
                let (score, usual) = (long[0].score, short[0].score);
                assert!(score > 0.6 * usual, "{score}, {usual}: {}", rare.question);
                let passage = passage(&long[0]);
                assert!(passage.contains(rare.phrase), "{passage}");
                assert!(passage.len() < 2_000, "{passage}");
            }
        }
        drop((alone, in_long));
        assert_eq!(check_folder(&whole.0).unwrap().findings, Vec::<String>::new());
    }
}

#[test]
fn a_rare_phrase_in_a_long_text_scores_about_as_in_a_sentence() {
    is_found_as_in_a_sentence(RARE, 50_000, Folder::open);
}

#[cfg(feature = "encoder")]
#[test]
fn a_rare_phrase_scores_about_as_in_a_sentence_with_the_encoder() {
    use mem0_engine::BuiltIn;

    let open = |folder: &Folder| Engine::open_with_built_in(&folder.0, BuiltIn::MiniLm).unwrap();
    is_found_as_in_a_sentence(&RARE[..2], 20_000, open);

    // By the meaning alone, beyond what the model reads of a text.
    let folder = Folder::new();
    let engine = open(&folder);
    let text = long(&RARE[0], 10_000, " ");
    store_one(&engine, "alice", &text);
    let signals = mem0_engine::Signals { keyword: false, ..Default::default() };
    let engine = engine.with_signals(signals);
    let hits = search(&engine, "Which old instrument is kept abroad?", |request| {
        request.threshold = 0.0;
    });
    assert!(passage(&hits[0]).contains("harpsichord"), "{:?}", hits[0].score_breakdown);
}

#[test]
fn a_text_without_the_end_of_a_sentence_has_passages_too() {
    let folder = Folder::new();
    let engine = folder.open();
    for between in [" and ", "、"] {
        let mut text = "tea cups plates spoons ".repeat(500);
        text.push_str(between);
        text.push_str("grandmother's harpsichord");
        text.push_str(between);
        text.push_str(&"forks knives bowls pans ".repeat(500));
        let id = store_one(&engine, "alice", &text);
        let hits = search(&engine, "harpsichord", |_| {});
        assert_eq!(hits[0].memory.id, id);
        let passage = passage(&hits[0]);
        assert!(passage.contains("harpsichord") && passage.len() < 1_000, "{passage}");
        wait(engine.delete(&id, false)).unwrap();
    }
}

/// What is spread over several passages counts at least as it does in the whole text.
#[test]
fn words_of_several_passages_count_together() {
    let folder = Folder::new();
    let engine = folder.open();
    let filler = ENGLISH.join(" ").repeat(3);
    let spread = format!("My harpsichord. {filler} An accordion. {filler} A bassoon. {filler}");
    store(&engine, user("alice"), &[&spread, &format!("{filler} A bassoon. {filler}")]);
    let hits = search(&engine, "harpsichord accordion bassoon", |_| {});
    assert_eq!(hits[0].memory.memory, spread);
    assert!(hits[0].score > hits[1].score, "{} {}", hits[0].score, hits[1].score);
}

#[test]
fn the_longest_memory_has_a_bounded_number_of_passages() {
    let folder = Folder::new();
    let engine = folder.open();
    let (sentences, signs) = (long(&RARE[0], MAX_TEXT - 200, " "), "!x".repeat(MAX_TEXT / 2));
    store(&engine, user("alice"), &[&sentences, &signs]);
    let hits = search(&engine, RARE[0].question, |_| {});
    assert!(hits[0].memory.memory == sentences && passage(&hits[0]).contains("harpsichord"));
    drop(engine);
    let counts = "SELECT json_array_length(passages), length(vector) FROM memory_index \
                  JOIN memory_vectors USING (seq)";
    let sql = folder.sql();
    let mut statement = sql.prepare(counts).unwrap();
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    let rows: Vec<(i64, i64)> = rows.map(Result::unwrap).collect();
    assert_eq!(rows.len(), 2);
    for (passages, vectors) in rows {
        assert!((128..=256).contains(&passages), "{passages}");
        assert_eq!(vectors, passages * 256);
    }
}

#[test]
fn passages_follow_their_text() {
    let folder = Folder::new();
    let engine = folder.open();
    let text = |text: String| MemoryChange { text: Some(text), ..Default::default() };
    let (first, second) = (long(&RARE[0], 5_000, " "), ENGLISH.join("\n").repeat(20));
    let id = store_one(&engine, "alice", &first);
    let other = store_one(&engine, "alice", "I sail");
    let asked = || search(&engine, RARE[0].question, |_| {});
    let has = || asked().iter().any(|hit| hit.memory.memory.contains("harpsichord"));
    assert!(passage(&asked()[0]).contains("harpsichord"));
    wait(engine.update(&id, text(second.clone()))).unwrap();
    assert!(!has());
    let change = UpdateRequest { memory_id: other, change: text(first.clone()) };
    wait(engine.batch_update(vec![change])).unwrap();
    assert!(passage(&asked()[0]).contains("harpsichord"));
    wait(engine.update(&id, text("Tea".to_owned()))).unwrap();
    assert!(search(&engine, "tea", |_| {})[0].score_breakdown.passage.is_none());
    // As an older version left them, with one vector of the whole.
    let before = asked();
    drop(engine);
    folder
        .sql()
        .execute_batch(
            "UPDATE memory_index SET passages = NULL; \
             UPDATE memory_vectors SET vector = substr(vector, 1, 256); \
             UPDATE settings SET value = '3' WHERE key = 'engine.text_index_form'",
        )
        .unwrap();
    let engine = folder.open();
    assert_eq!(search(&engine, RARE[0].question, |_| {}), before);
    wait(engine.delete(&before[0].memory.id, false)).unwrap();
    assert!(search(&engine, RARE[0].question, |_| {}).is_empty());
    drop(engine);
    assert_eq!(check_folder(&folder.0).unwrap().findings, Vec::<String>::new());
}
