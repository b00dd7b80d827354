//! Another form of a word is found, in every language.

use mem0_engine::{Engine, SearchHit, SearchRequest};
use mem0_types::Filter;

use crate::workbench::*;

/// What a memory says, and other forms of one of its words, as a query.
type Pairs = &'static [(&'static str, &'static str)];

const RUSSIAN: Pairs = &[
    ("У меня две собаки", "собака"),
    ("Живу рядом с рекой", "река"),
    ("Люблю читать книги", "книгу"),
    ("Работаю врачом", "врачи"),
    ("Сестра уехала в Казань", "в Казани"),
    ("Каждое утро бегаю", "бегал"),
    ("Купил красную машину", "машины"),
    ("Сын учится в школе", "школа"),
    ("Не ем орехи", "орехов"),
    ("Друг подарил гитару", "на гитаре"),
    ("Отец родился в мае", "отца"),
    ("Пью зелёный чай", "чая"),
    ("Боюсь пауков", "паук"),
    ("Кошку зовут Мурка", "кошек"),
    ("Мечтаю увидеть Японию", "о Японии"),
    ("Играю в шахматы", "шахматами"),
    ("Коллеги любят песни", "песен"),
    ("Вяжу свитера", "свитер"),
];
const UKRAINIAN: Pairs = &[
    ("У мене є собака", "собаку"),
    ("Мешкаю у Львові", "Львів"),
    ("Читаю цікаві книжки", "книжок"),
    ("Працюю лікарем", "лікарі"),
    ("Маю двох котів", "кіт"),
    ("Моя бабуся готує борщ", "борщу"),
    ("Граю на скрипці", "скрипка"),
    ("Не їм горіхів", "горіхи"),
    ("Їжджу велосипедом", "велосипед"),
    ("Сестра вивчає хімію", "хімія"),
    ("Дочка ходить до школи", "школа"),
    ("Люблю плавати в морі", "море"),
    ("Мрію про подорож", "подорожі"),
    ("Батько ремонтує дім", "дому"),
    ("П'ю каву вранці", "кава"),
    ("Боюся темних ночей", "ніч"),
    ("Купила синю сукню", "сукні"),
];
const GREEK: Pairs = &[
    ("Έχω έναν σκύλο", "σκύλος"),
    ("Μένω στην Αθήνα", "της Αθήνας"),
    ("Διαβάζω πολλά βιβλία", "βιβλίο"),
    ("Είμαι γιατρός", "γιατρού"),
    ("Παίζω κιθάρα", "κιθάρας"),
    ("Μου αρέσει η θάλασσα", "θάλασσες"),
    ("Η αδελφή μου σπουδάζει", "αδελφής"),
    ("Δεν τρώω καρύδια", "καρύδι"),
    ("Πίνω καφέ", "καφές"),
    ("Το αυτοκίνητο είναι κόκκινο", "αυτοκίνητα"),
    ("Φοβάμαι τις αράχνες", "αράχνη"),
    ("Ο δάσκαλος ήρθε", "δασκάλου"),
    ("Μαγειρεύω τις Κυριακές", "Κυριακή"),
    ("Η γάτα κοιμάται", "γάτες"),
    ("Δουλεύω σε τράπεζα", "τράπεζες"),
    ("Ταξίδεψα με τρένο", "τρένα"),
];
const ARABIC: Pairs = &[
    ("أحب قراءة الكتب", "كتاب"),
    ("أعمل في المستشفى", "مستشفى"),
    ("لدي سيارة حمراء", "السيارة"),
    ("أسكن في القاهرة", "بالقاهرة"),
    ("عندي قطتان", "قطة"),
    ("أختي طبيبة", "والطبيبة"),
    ("أشرب القهوة صباحا", "قهوة"),
    ("يدرس أخي الهندسة", "هندسة"),
    ("أُحِبُّ الشِّعْرَ", "شعر"),
    ("زرت الأهرامات", "أهرامات"),
    ("لا آكل المكسرات", "مكسرات"),
    ("ألعب الشطرنج", "للشطرنج"),
    ("بيتي قرب البحر", "بحر"),
    ("ابني في المدرسة", "مدرسة"),
    ("أعزف على الجيتار", "جيتار"),
    ("أخاف من العناكب", "عناكب"),
    ("جـــدتي تطبخ", "جدتي"),
];
const FINNISH: Pairs = &[
    ("Asun pienessä talossa", "talo"),
    ("Minulla on kaksi koiraa", "koira"),
    ("Luen paljon kirjoja", "kirja"),
    ("Äitini asuu Helsingissä", "Helsinki"),
    ("Työskentelen sairaalassa", "sairaala"),
    ("Ostin punaisen auton", "autot"),
    ("Soitan kitaraa", "kitara"),
    ("En syö pähkinöitä", "pähkinä"),
    ("Pelkään hämähäkkejä", "hämähäkki"),
    ("Siskoni opiskelee Oulussa", "Oulu"),
    ("Juon kahvia aamulla", "kahvi"),
    ("Käyn usein kaupassa", "kauppa"),
    ("Leivon leipää", "leivän"),
    ("Kävelen kadulla", "katu"),
    ("Kissani nukkuu", "kissat"),
    ("Lapset ovat koulussa", "koulun"),
    ("Kesäisin uin järvessä", "järvi"),
];
const TURKISH: Pairs = &[
    ("Kitaplarımı çok seviyorum", "kitap"),
    ("İstanbul'da yaşıyorum", "İstanbul"),
    ("Köpeğim çok yaşlı", "köpek"),
    ("Hastanede çalışıyorum", "hastane"),
    ("Kırmızı arabam var", "arabası"),
    ("Evimiz deniz kenarında", "evler"),
    ("Kız kardeşim öğretmen", "öğretmenler"),
    ("Her sabah kahve içiyorum", "kahveyi"),
    ("Gitar çalmayı öğreniyorum", "gitarı"),
    ("Örümceklerden korkuyorum", "örümcek"),
    ("Fıstığa alerjim var", "fıstık"),
    ("Oğlum okula gidiyor", "okul"),
    ("Ankara'ya taşındık", "ANKARA"),
    ("Balıkları severim", "balık"),
    ("IRMAK kenarında yürüdük", "ırmakta"),
    ("Arkadaşımın düğünü mayısta", "düğün"),
    ("Kediler uyuyor", "kedim"),
];
const HEBREW: Pairs = &[
    ("יש לי כלב", "הכלב"),
    ("אני גר בתל אביב ליד הים", "ים"),
    ("אני אוהב לקרוא ספרים", "ספר"),
    ("אמא שלי עובדת בבית חולים", "לבית"),
    ("קניתי מכונית אדומה", "המכונית"),
    ("הבן שלי לומד בבית הספר בחיפה", "חיפה"),
    ("אני מנגן בגיטרה", "גיטרה"),
    ("אחותי רופאה", "הרופאה"),
    ("אני לא אוכל אגוזים", "אגוז"),
    ("אני שותה קפה בבוקר", "הקפה"),
    ("יש לנו שני חתולים", "חתול"),
    ("אני מפחד מעכבישים", "עכביש"),
    ("נסענו לירושלים", "בירושלים"),
    ("החבר שלי גר בגרמניה", "וגרמניה"),
    ("המורה בא", "מורים"),
    ("שָׁלוֹם לכולם", "שלום"),
    ("הילדים ישנים", "ילד"),
];
const HINDI: Pairs = &[
    ("मेरे पास दो कुत्ते हैं", "कुत्ता"),
    ("मैं दिल्ली में रहता हूँ", "दिल्ली"),
    ("मुझे किताबें पढ़ना पसंद है", "किताब"),
    ("मेरी बहन डॉक्टर है", "बहनें"),
    ("मैंने लाल गाड़ी खरीदी", "गाड़ियाँ"),
    ("मेरा बेटा स्कूल जाता है", "बेटे"),
    ("मैं गिटार बजाता हूँ", "गिटारों"),
    ("मैं बिल्लियों से डरती हूँ", "बिल्ली"),
    ("मैं मूँगफली नहीं खाता", "मूंगफलियाँ"),
    ("मेरी दादी कहानियाँ सुनाती हैं", "कहानी"),
    ("हम समुद्र के पास रहते हैं", "समुद्रों"),
    ("मुझे चाय पसंद है", "चायें"),
    ("मेरा कमरा नीला है", "कमरे"),
    ("वह नदी के किनारे है", "नदियाँ"),
    ("मेरे दोस्त का जन्मदिन मई में है", "दोस्तों"),
    ("लड़कियाँ खेल रही हैं", "लड़की"),
];
const OTHERS: Pairs = &[
    // Polish, Czech, Croatian.
    ("Mam dwa koty", "kot"),
    ("Mieszkam w Krakowie", "Kraków"),
    ("Lubię czytać książki", "książka"),
    ("Mám psa a kočku", "kočky"),
    ("Bydlím v Praze u řeky", "řeka"),
    ("Živim u Zagrebu", "Zagreb"),
    // German, Dutch, Swedish, Danish, Norwegian.
    ("Ich wohne in einem kleinen Haus", "Häuser"),
    ("Meine Tochter mag Äpfel", "Apfel"),
    ("Ik heb twee katten", "kat"),
    ("Jag har en hund", "hundarna"),
    ("Jeg bor i et stort hus", "husene"),
    // French, Spanish, Italian, Portuguese, Romanian.
    ("J'aime les chevaux", "cheval"),
    ("Elle va à l'école", "écoles"),
    ("Vivo con dos perros", "perro"),
    ("Me gustan las canciones", "canción"),
    ("Mia sorella legge molti libri", "libro"),
    ("Tenho dois irmãos", "irmão"),
    ("Am două pisici", "pisică"),
    // Hungarian, Bulgarian, Serbian.
    ("Budapesten lakom", "Budapest"),
    ("Имам две котки", "котка"),
    ("Волим планине", "планина"),
    // Persian, Urdu, Bengali, Tamil, Georgian, Armenian.
    ("من کتاب‌های زیادی دارم", "کتاب"),
    ("আমি ঢাকায় থাকি", "ঢাকা"),
    ("நான் சென்னையில் வசிக்கிறேன்", "சென்னை"),
    ("მე ვცხოვრობ თბილისში", "თბილისი"),
    ("Ես ապրում եմ Երևանում", "Երևան"),
    // Japanese, Chinese, Korean, Thai.
    ("黒猫を飼っています", "猫"),
    ("我住在上海市中心", "上海"),
    ("서울에서 살아요", "서울"),
    ("책을 많이 읽어요", "책이"),
    ("ผมชอบกินข้าวผัด", "ข้าวผัด"),
];

fn by_words(engine: &Engine, query: &str, user_id: &str) -> Vec<SearchHit> {
    let mut request = SearchRequest::new(query, Filter::user_id(user_id));
    request.keyword_search = true;
    wait(engine.search(request)).unwrap()
}

#[test]
fn another_form_of_a_word_finds_the_memory_with_it() {
    let languages: [(&str, Pairs); 9] = [
        ("russian", RUSSIAN),
        ("ukrainian", UKRAINIAN),
        ("greek", GREEK),
        ("arabic", ARABIC),
        ("finnish", FINNISH),
        ("turkish", TURKISH),
        ("hebrew", HEBREW),
        ("hindi", HINDI),
        ("others", OTHERS),
    ];
    let folder = Folder::new();
    let engine = folder.open();
    let mut missed = Vec::new();
    for (language, pairs) in languages {
        let memories: Vec<_> = pairs.iter().map(|(memory, _)| *memory).collect();
        memories.iter().for_each(|memory| {
            store_one(&engine, language, memory);
        });
        for (memory, query) in pairs {
            let hits = by_words(&engine, query, language);
            let found = hits.first().map(|hit| (hit.memory.memory.as_str(), hit.score));
            if found.is_none_or(|(first, _)| first != *memory) {
                missed.push(format!("{language}: {query} found {found:?}, not {memory}"));
            }
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

/// A word, a word that only begins like it or looks like it, and the word in another form.
const LOOKALIKES: [(&str, &str, &str); 24] = [
    ("кошка", "кошелёк", "кошку"),
    ("столица", "столовая", "столицы"),
    ("мост", "мостовая", "моста"),
    ("школа", "шкода", "школи"),
    ("γάτα", "γάμος", "γάτες"),
    ("σπίτι", "σπίρτα", "σπίτια"),
    ("مكتب", "مكان", "المكتب"),
    ("مدرسة", "مدينة", "المدرسة"),
    ("talo", "talvi", "talossa"),
    ("koira", "koivu", "koiraa"),
    ("kitap", "kitle", "kitaplar"),
    ("deniz", "denge", "denizde"),
    ("מכונית", "מכולת", "המכונית"),
    ("ספר", "ספה", "הספר"),
    ("किताब", "किनारा", "किताबें"),
    ("Katze", "Katalog", "Katzen"),
    ("perro", "persona", "perros"),
    ("książka", "księżyc", "książki"),
    ("hund", "hundra", "hunden"),
    ("банк", "бант", "банком"),
    ("вікно", "вітер", "вікна"),
    ("नदी", "नमक", "नदियाँ"),
    ("maison", "maire", "maisons"),
    ("gitara", "gips", "gitarę"),
];

#[test]
fn a_word_that_only_looks_like_another_is_not_found_as_strongly() {
    let folder = Folder::new();
    let engine = folder.open();
    let mut wrong = Vec::new();
    for (number, (word, other, form)) in LOOKALIKES.iter().enumerate() {
        let user_id = format!("user-{number}");
        store_one(&engine, &user_id, word);
        store_one(&engine, &user_id, other);
        for query in [word, form] {
            let hits = by_words(&engine, query, &user_id);
            let score = |memory: &str| {
                hits.iter().find(|hit| hit.memory.memory == memory).map_or(0.0, |hit| hit.score)
            };
            if score(word) < score(other) + 0.05 {
                wrong.push(format!("{query}: {word} {}, {other} {}", score(word), score(other)));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn signs_numbers_and_joined_words_are_found_in_other_spellings() {
    let pairs: Pairs = &[
        ("I write C++ at work", "C++"),
        ("I write C every day", "C language"),
        ("I teach C# in the evening", "C#"),
        ("My team maintains F# code", "f#"),
        ("We deploy .NET services", "dotnet or .net"),
        ("The frontend uses Node.js", "nodejs"),
        ("My handle is @anna_b", "anna_b"),
        ("Tagged #gardening today", "gardening"),
        ("I worked for AT&T", "AT&T"),
        ("My R&D lead is Ole", "r&d"),
        ("Python 3.11 is installed", "python 3.11"),
        ("Write to kim.lee@example.org", "kim.lee@example.org"),
        ("Logs are in /var/log/nginx", "/var/log/nginx"),
        ("My number is +49 (0)171 123-45 67", "01711234567"),
        ("Her office is (555) 010-4477", "+1 555 010 4477"),
        ("The rent is 1,250 euros", "1250"),
        ("The car cost 18.500 Euro", "18,500"),
        ("The dentist is at 3pm", "15:00"),
        ("The gym opens at 6:30", "6:30 am"),
        ("Her birthday is May 3rd", "2024-05-03"),
        ("The lease ends 2025-11-30", "30 November"),
        ("I finished in 7th place", "seventh"),
        ("I have three cats", "3 cats"),
        ("القطار رقم ٤٢", "42"),
        ("部屋は１０５号室", "105"),
        ("My e-mail is broken", "email broken"),
        ("The well-known cafe", "well known"),
    ];
    let folder = Folder::new();
    let engine = folder.open();
    for (memory, _) in pairs {
        store_one(&engine, "alice", memory);
    }
    let mut missed = Vec::new();
    for (memory, query) in pairs {
        let hits = by_words(&engine, query, "alice");
        let found = hits.first().map(|hit| (hit.memory.memory.as_str(), hit.score));
        if found.is_none_or(|(first, _)| first != *memory) {
            missed.push(format!("{query} found {found:?}, not {memory}"));
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

#[test]
fn a_letter_alone_finds_its_language_before_those_that_add_a_sign() {
    let folder = Folder::new();
    let engine = folder.open();
    for memory in ["I like C", "I like C++", "I like C#"] {
        store_one(&engine, "alice", memory);
    }
    for language in ["C", "C++", "C#"] {
        let hits = by_words(&engine, language, "alice");
        assert_eq!(hits[0].memory.memory, format!("I like {language}"));
        assert!(hits.get(1).is_none_or(|hit| hit.score + 0.05 < hits[0].score), "{language}");
    }
}

/// A name, another name that looks like it, and a form of the name, if it has another.
const NAMES: [(&str, &str, &str); 24] = [
    ("Dina", "Tina", "Dinalle"),
    ("Tina", "Dina", "Tinalle"),
    ("Dasha", "Tasha", "Dasha's"),
    ("Gina", "Kina", "Gina"),
    ("Vera", "Pera", "Vera"),
    ("Dimo", "Timo", "Dimo"),
    ("Bella", "Belta", "Bella"),
    ("Riga", "Rika", "Riga"),
    ("Igor", "Ikor", "Igorin"),
    ("Robert", "Roberta", "Robertille"),
    ("Robert", "Roberto", "Robertin"),
    ("Mario", "Maria", "Mario"),
    ("Viktor", "Viktoria", "Viktorille"),
    ("Gabriel", "Gabriela", "Gabrielille"),
    ("Роман", "Романа", "Романом"),
    ("Александр", "Александра", "Александром"),
    ("Евгений", "Евгения", "Евгений"),
    ("Тина", "Дина", "Тине"),
    ("كريم", "كريمة", "لكريم"),
    ("דניאל", "דניאלה", "לדניאל"),
    ("लड़का", "लड़की", "लड़का"),
    ("pase", "vase", "pase"),
    ("käsi", "kassi", "kädessäni"),
    ("pes", "vesi", "pes"),
];

#[test]
fn a_name_finds_its_own_forms_before_another_name() {
    let folder = Folder::new();
    let engine = folder.open();
    let mut wrong = Vec::new();
    for (number, (name, other, form)) in NAMES.iter().enumerate() {
        let user_id = format!("user-{number}");
        store_one(&engine, &user_id, &format!("{other} kayak"));
        store_one(&engine, &user_id, &format!("{name} kayak"));
        let alone = format!("alone-{number}");
        store_one(&engine, &alone, &format!("{other} gave me a kayak"));
        for (query, nearer) in [(name, 0.05), (form, 0.0)] {
            let hits = by_words(&engine, query, &user_id);
            let score = |of: &str| {
                let hit = hits.iter().find(|hit| hit.memory.memory == format!("{of} kayak"));
                hit.map_or(0.0, |hit| hit.score)
            };
            let (own, another) = (score(name), score(other));
            if own < 0.2 || own < another + nearer {
                wrong.push(format!("{query}: {name} {own}, {other} {another}"));
            }
        }
        let score = by_words(&engine, name, &alone).first().map_or(0.0, |hit| hit.score);
        if score > 0.3 {
            wrong.push(format!("{name}: {other} alone {score}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn codes_numbers_and_spellings_find_their_own_before_another() {
    // What is asked, the memory that has it, and one that has another.
    let triples = [
        ("version 2.1.3", "We pinned version v2.1.3 of the parser", "version 2.1.4 is broken"),
        (
            "address 192.168.1.10",
            "The printer has the address 192.168.1.10",
            "address 192.168.1.11",
        ),
        ("06.12.34.56.78", "Marie : 06 12 34 56 78", "Paul : 06 98 76 54 32"),
        ("0612345678", "Marie : 06.12.34.56.78", "Paul : 06.98.76.54.32"),
        ("12500", "The roof cost 12 500 euros", "The wall cost 13 500 euros"),
        ("12,500", "The roof cost 12\u{a0}500 euros", "The wall cost 13 500 euros"),
        ("12.500", "The roof cost 12\u{202f}500 euros", "The wall cost 13 500 euros"),
        ("1 250", "The rent is 1,250 euros", "The rent is 1,350 euros"),
        ("3 000 000", "It has 3000000 people", "It has 3000 people"),
        ("1234567", "Lakhs: 12,34,567", "Lakhs: 12,34,568"),
        ("BA 117", "My flight is BA117", "My flight is BA118"),
        ("BA-117", "My flight is BA117", "My flight is BA118"),
        ("BA117", "My flight is BA 117", "My flight is BA 118"),
        ("B12", "I take vitamin B 12", "I take vitamin B 6"),
        ("22 A", "Seat 22A by the window", "Seat 22C by the aisle"),
        ("22A", "Seat 22 A by the window", "Seat 22 C by the aisle"),
        ("9783161484100", "ISBN 978-3-16-148410-0", "ISBN 978-3-16-148411-7"),
        ("1234567890123456", "Card 1234 5678 9012 3456", "Card 1234 5678 9012 3457"),
        ("iPhone 15", "我用iPhone15和MacBook", "iPhone 14"),
        ("DE89370400440532013000", "DE89 3704 0044 0532 0130 00", "DE89 3704 0044 0532 0130 01"),
        ("GB29NWBK60161331926819", "GB29 NWBK 6016 1331 9268 19", "GB29 NWBK 6016 1331 9268 18"),
        ("15.30", "The train leaves at 15:30", "The train leaves at 16:30"),
        ("15:30", "Der Zug fährt um 15.30 Uhr", "Der Zug fährt um 16.30 Uhr"),
        (".NET", "I program in C#/.NET and C++/Qt", "I bought a fishing net"),
        (".NET", "Skills: [.NET]", "I bought a fishing net"),
        (".NET", "He said \".NET\"", "I bought a fishing net"),
        ("/.NET", "We deploy .NET", "I bought a fishing net"),
        ("C sharp", "I write C# code", "I write C++ code"),
        ("csharp", "I write C# code", "I write C++ code"),
        ("C#", "I write C sharp code", "I write C code"),
        ("🍕", "🍕🎉 party", "🎂 party"),
        ("👩‍💻", "👩🏽‍💻 at work", "👨 at work"),
        ("🇩🇪", "🇫🇷🇩🇪 trip", "🇫🇷🇪🇪 trip"),
        ("sis\u{200b}ter", "My sister is a nurse", "My brother is a nurse"),
        ("sister", "My sis\u{200b}ter is a nurse", "My brother is a nurse"),
        ("Muenchen", "Ich wohne in München", "Ich wohne in Mainz"),
        ("München", "Ich wohne in Muenchen", "Ich wohne in Mainz"),
        ("Goeteborg", "Jag bor i Göteborg", "Jag bor i Gävle"),
        ("Århus", "Jeg bor i Aarhus", "Jeg bor i Aalborg"),
        ("cães", "Tenho um cão", "Tenho um gato"),
        ("animal", "Gosto de animais", "Gosto de plantas"),
        ("käsi", "Pidän sitä kädessäni", "Pidän sitä laukussa"),
        ("vettä", "Vesi on kylmää", "Jää on kylmää"),
        ("nainen", "Naisen takki", "Miehen takki"),
        ("বোন", "আমার বোনের নাম", "আমার ভাইয়ের নাম"),
        ("ძაღლი", "მიყვარს ძაღლები", "მიყვარს კატები"),
    ];
    let folder = Folder::new();
    let engine = folder.open();
    let mut missed = Vec::new();
    for (number, (query, memory, other)) in triples.iter().enumerate() {
        let user_id = format!("user-{number}");
        store_one(&engine, &user_id, memory);
        store_one(&engine, &user_id, other);
        let hits = by_words(&engine, query, &user_id);
        let found: Vec<_> = hits.iter().map(|hit| (&hit.memory.memory, hit.score)).collect();
        let is_first = hits.first().is_some_and(|hit| hit.memory.memory == *memory);
        if !is_first || hits.get(1).is_some_and(|hit| hit.score + 0.02 > hits[0].score) {
            missed.push(format!("{query} found {found:?}, not {memory}"));
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

#[test]
fn what_stands_in_quotes_is_looked_for_as_it_is() {
    let folder = Folder::new();
    let engine = folder.open();
    for memory in ["My car is red", "A car, red as wine", "The car is a red one"] {
        store_one(&engine, "alice", memory);
    }
    let score = |query: &str, memory: &str| {
        let hits = wait(engine.search(SearchRequest::new(query, Filter::user_id("alice"))));
        let hits = hits.unwrap().into_iter().find(|hit| hit.memory.memory == memory);
        hits.map_or(0.0, |hit| hit.score)
    };
    for query in ["\"car is red\"", "'car is red'", "„car is red”", "»Car is  red«"] {
        assert!(score(query, "My car is red") > score("car is red", "My car is red"), "{query}");
        for other in ["A car, red as wine", "The car is a red one"] {
            assert_eq!(score(query, other), score("car is red", other), "{query}");
        }
    }
}
