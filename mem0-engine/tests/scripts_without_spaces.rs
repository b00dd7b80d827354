//! Search where words are not written apart: by pairs of characters, and by characters.

use mem0_engine::{Engine, SearchHit, SearchRequest};
use mem0_types::Filter;

use crate::workbench::*;

/// Memories of one person, each with a question that it answers, and a question that none answers.
type Language = (&'static [(&'static str, &'static str)], &'static [&'static str]);

const CHINESE: Language = (
    &[
        ("我对花生过敏，吃了会起疹子。", "我吃什么会过敏？"),
        ("我的女儿叫小雨，今年上三年级。", "你好，请问我女儿读几年级了？谢谢"),
        ("我每周二晚上去游泳。", "我星期几去游泳？"),
        ("我的车停在地下二层B区。", "我的车停在哪儿了？"),
        ("我最喜欢的菜是麻婆豆腐。", "我爱吃什么菜？"),
        ("我养了一只叫团子的橘猫。", "我家的猫叫什么名字？"),
        ("我的护照明年三月到期。", "护照什么时候过期？"),
        (
            "我正在学弹吉他，老师姓陈。",
            "早上好！今天出门的时候下雨了，地铁也很挤。我的吉他老师姓什么来着？提前感谢！",
        ),
        ("我哥哥在深圳开了一家面馆。", "我哥哥在哪儿开店？"),
        ("我有轻微的恐高症，不敢坐摩天轮。", "你还记得我为什么不坐摩天轮吗？"),
    ],
    &["我的血型是什么？", "我大学学的是什么专业？", "我上次看牙医是什么时候？"],
);
const JAPANESE: Language = (
    &[
        ("娘は来年の春に小学校へ入学します。", "娘が入学するのはいつ？"),
        ("卵アレルギーがあるので、プリンは食べられません。", "私は何のアレルギーがある？"),
        (
            "毎週水曜日にヨガ教室に通っています。",
            "こんにちは！質問があります。ヨガは何曜日でしたか？よろしくお願いします。",
        ),
        ("車の鍵は玄関の引き出しに入れています。", "車の鍵、どこに置いた？"),
        ("黒い猫を飼っていて、名前はクロです。", "飼っている猫の名前は？"),
        ("コーヒーは苦手で、いつも紅茶を飲みます。", "いつも飲んでいるのは何？"),
        ("大阪のマンションの七階に住んでいます。", "私は何階に住んでいる？"),
        ("スペイン語を独学で勉強しています。", "今、勉強している言語は何ですか？"),
    ],
    &["私の血液型は何ですか？", "大学の専攻は何だった？", "祖母の職業は？"],
);
const KOREAN: Language = (
    &[
        ("나는 새우 알레르기가 있다.", "내가 알레르기 있는 음식이 뭐야?"),
        ("딸은 내년에 초등학교에 입학한다.", "딸이 언제 초등학교에 들어가지?"),
        ("매주 화요일 저녁에 수영장에 간다.", "안녕하세요! 수영은 무슨 요일에 가? 감사합니다."),
        ("아내는 시립 병원에서 간호사로 일한다.", "아내 직업이 뭐였지?"),
        ("치즈라는 이름의 고양이를 키운다.", "우리 고양이 이름이 뭐야?"),
        ("부산 해운대 근처 아파트에 산다.", "내가 사는 아파트는 어디 근처야?"),
    ],
    &["내 혈액형이 뭐야?", "대학 전공이 뭐였지?", "할머니는 어디 사셔?"],
);
const THAI: Language = (
    &[
        ("ลูกสาวของฉันจะเข้าโรงเรียนประถมปีหน้า", "ลูกสาวเข้าโรงเรียนเมื่อไหร่?"),
        ("ทุกวันอังคารตอนเย็นฉันไปว่ายน้ำ", "สวัสดีค่ะ ฉันไปว่ายน้ำวันไหนนะ? ขอบคุณค่ะ"),
        ("สามีของฉันทำงานเป็นวิศวกรที่ระยอง", "สามีทำงานอะไร?"),
        ("ฉันเลี้ยงแมวสีส้มชื่อข้าวปั้น", "แมวของฉันชื่ออะไร?"),
        ("ฉันกำลังเรียนกีตาร์กับครูสมชาย", "ใครสอนกีตาร์ฉัน?"),
        ("เดือนหน้าวันที่ 15 ฉันจะผ่าตัดเข่า", "ฉันจะผ่าตัดเข่าวันที่เท่าไหร่?"),
    ],
    &["กรุ๊ปเลือดของฉันคืออะไร?", "ฉันเรียนจบคณะอะไร?", "วันเกิดของฉันวันไหน?"],
);

fn stored(engine: &Engine, user_id: &str, memories: impl Iterator<Item = &'static str>) {
    memories.for_each(|memory| {
        store_one(engine, user_id, memory);
    });
}

fn ask(engine: &Engine, question: &str, user_id: &str) -> Vec<SearchHit> {
    find(engine, question, Filter::user_id(user_id))
}

#[test]
fn what_answers_comes_first_above_the_default_threshold_and_what_is_not_known_is_low() {
    let folder = Folder::new();
    let engine = folder.open();
    let languages =
        [("chinese", CHINESE), ("japanese", JAPANESE), ("korean", KOREAN), ("thai", THAI)];
    let mut wrong = Vec::new();
    for (language, (facts, unknown)) in languages {
        stored(&engine, language, facts.iter().map(|(fact, _)| *fact));
        for (fact, question) in facts {
            let hits = ask(&engine, question, language);
            let first = hits.first().map(|hit| (hit.memory.memory.as_str(), hit.score));
            if first.is_none_or(|(first, score)| first != *fact || score < 0.1) {
                wrong.push(format!("{question} found {first:?}, not {fact}"));
            }
        }
        for question in unknown {
            let hits = ask(&engine, question, language);
            let best = hits.first().map(|hit| (hit.memory.memory.as_str(), hit.score));
            if best.is_some_and(|(_, score)| score > 0.3) {
                wrong.push(format!("{question} found {best:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A score says the same in every language.
#[test]
fn the_same_fact_and_question_score_alike_with_and_without_spaces() {
    let folder = Folder::new();
    let engine = folder.open();
    for (user_id, fact, around) in [
        ("english", "My daughter plays the violin in the orchestra", "The fence is green"),
        ("chinese", "我女儿在乐团拉小提琴", "篱笆是绿色"),
        ("japanese", "娘はオーケストラでバイオリンを弾く", "柵は緑色だ"),
        ("thai", "ลูกสาวเล่นไวโอลินในวงออร์เคสตรา", "รั้วเป็นสีเขียว"),
    ] {
        stored(&engine, user_id, [fact, around].into_iter());
    }
    let score = |question: &str, user_id: &str| {
        let mut request = SearchRequest::new(question, Filter::user_id(user_id));
        request.keyword_search = true;
        wait(engine.search(request)).unwrap()[0].score
    };
    let english = score("My daughter plays the violin in the orchestra", "english");
    for (question, user_id) in [
        ("我女儿在乐团拉小提琴", "chinese"),
        ("娘はオーケストラでバイオリンを弾く", "japanese"),
        ("ลูกสาวเล่นไวโอลินในวงออร์เคสตรา", "thai"),
    ] {
        let other = score(question, user_id);
        assert!((other - english).abs() < 0.1, "{user_id}: {other}, and {english} in English");
    }
}

#[test]
fn a_character_in_common_is_found_behind_a_word_in_common() {
    let folder = Folder::new();
    let engine = folder.open();
    stored(&engine, "alice", ["他养了黑猫", "我的狗会游泳", "篱笆是绿色"].into_iter());
    let mut request = SearchRequest::new("小猫和我的狗", Filter::user_id("alice"));
    request.threshold = 0.0;
    let hits = wait(engine.search(request)).unwrap();
    assert_eq!(found(&hits), ["我的狗会游泳", "他养了黑猫"]);
}

#[test]
fn a_rare_character_in_common_is_shown_where_nothing_reaches_the_default_threshold() {
    let folder = Folder::new();
    let engine = folder.open();
    stored(&engine, "alice", ["我妹妹在花店上班", "篱笆是绿色"].into_iter());
    let parcels: Vec<_> = (0..30).map(|n| format!("第{n}个包裹离开了仓库")).collect();
    store(&engine, user("alice"), &parcels.iter().map(String::as_str).collect::<Vec<_>>());
    let question = "周末想去郊外采一些花回来装饰客厅还有卧室";
    let hits = ask(&engine, question, "alice");
    assert_eq!(found(&hits), ["我妹妹在花店上班"]);
    assert!(hits[0].score < 0.1, "{hits:?}");
    assert!(ask(&engine, "第几个包裹", "alice").len() > 3);
    let mut request = SearchRequest::new(question, Filter::user_id("alice"));
    request.threshold = 0.11;
    assert!(wait(engine.search(request)).unwrap().is_empty());
}
