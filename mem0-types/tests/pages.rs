//! Pages with odd rows, or with odd fields around them.

use mem0_types::requests::{
    GetAllMemories, GetEntity, GetEntityMemories, GetEvents, GetHistory, GetMemoryEvents,
    GetOrganizations, GetProjects, GetUsers, GetWebhooks, SearchMemories,
};
use mem0_types::{
    Call, Endpoint, Entity, Event, History, InvalidInput, Memory, Page, Paged, Record,
};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// Reads in all three ways, which must agree.
fn read<T: Record + DeserializeOwned + PartialEq>(json: &str) -> Page<T> {
    let page: Page<T> = serde_json::from_str(json).unwrap();
    let from_slice: Page<T> = serde_json::from_slice(json.as_bytes()).unwrap();
    assert!(from_slice == page);
    if let Ok(value) = serde_json::from_str::<Value>(json) {
        let from_value: Page<T> = serde_json::from_value(value).unwrap();
        assert!(from_value == page);
    }
    page
}

#[test]
fn half_a_character_costs_nothing() {
    let sent = r#"{"results":[
        {"id":"a","memory":"cut \ud83d","metadata":{"\ude00":["\ud83d","\ud83d\ude00"]},"mood":"\ud83d"},
        {"id":"b","memory":"two","user_id":"\uD83D"}
    ],"notice":"\udfff"}"#;
    let page: Page<Memory> = serde_json::from_str(sent).unwrap();
    assert!(SearchMemories::read_response(sent).unwrap() == page);
    assert_eq!((page.len(), page.malformed.len()), (2, 0));
    assert_eq!(page[0].memory, "cut \u{fffd}");
    assert_eq!(page[0].metadata.as_ref().unwrap()["\u{fffd}"], json!(["\u{fffd}", "😀"]));
    assert_eq!(page[0].extra().get::<String>("mood").as_deref(), Some("\u{fffd}"));
    assert_eq!(page[0].extra().raw("mood"), Some(r#""\ud83d""#));
    assert_eq!(page[1].user_id.as_deref(), Some("\u{fffd}"));
    assert_eq!(page.extra().get::<String>("notice").as_deref(), Some("\u{fffd}"));
    // Answers that are no record, errors and deliveries too.
    let json = r#"["\ud83d"]"#;
    assert_eq!(<Call as Endpoint>::read_response(json).unwrap(), json!(["\u{fffd}"]));
    let error = mem0_types::ErrorBody::decode(br#"{"detail": "no \ud83d"}"#);
    assert_eq!(error.message(), "no \u{fffd}");
    let body = br#"{"event_details":{"id":"m","data":{"memory":"\ud83d"},"event":"ADD"}}"#;
    let payload = mem0_types::WebhookPayload::parse(body).unwrap();
    assert_eq!(
        payload.event(),
        mem0_types::WebhookEvent::Added { memory_id: "m", text: "\u{fffd}" }
    );
}

#[test]
fn one_malformed_row_of_three_costs_only_itself() {
    for odd in [
        r#"{"memory":"no id"}"#,
        r#"{"id":5,"memory":"NEEDLE-7f3a"}"#,
        r#"{"id":null}"#,
        "null",
        "17",
        "1e400",
        r#""NEEDLE-7f3a""#,
        r#"["NEEDLE-7f3a"]"#,
    ] {
        for place in 0..3 {
            let mut rows = vec![r#"{"id":"a","memory":"one"}"#, r#"{"id":"b","memory":"two"}"#];
            rows.insert(place, odd);
            let sent = format!(r#"{{"count":3,"next":null,"results":[{}]}}"#, rows.join(","));
            let page = read::<Memory>(&sent);
            let ids: Vec<_> = page.results.iter().map(|memory| memory.id.as_str()).collect();
            assert_eq!(ids, ["a", "b"], "{sent}");
            assert_eq!(page.malformed.len(), 1);
            assert_eq!(page.malformed[0].index(), place);
            assert_eq!(page.malformed[0].json(), odd);
            assert!(!page.malformed[0].reason().contains("NEEDLE"), "{:?}", page.malformed[0]);
            assert_eq!(serde_json::to_string(&page).unwrap(), sent.replace(r#""next":null,"#, ""),);
        }
    }
}

#[test]
fn malformed_rows_go_back_to_their_places() {
    let sent = r#"{"results":[1,{"id":"a"},2,3,{"id":"b"},4]}"#;
    let page = read::<Memory>(sent);
    let places: Vec<_> = page.malformed.iter().map(|row| row.index()).collect();
    assert_eq!(places, [0, 2, 3, 5]);
    assert_eq!(serde_json::to_string(&page).unwrap(), sent);
}

#[test]
fn a_score_that_no_float_holds_costs_only_itself() {
    let page = read::<Memory>(
        r#"{"results":[{"id":"a","score":0.5},{"id":"b","score":1e400},{"id":"c","score":0.1}]}"#,
    );
    let scores: Vec<_> = page.results.iter().map(|memory| memory.score).collect();
    assert_eq!(scores, [Some(0.5), None, Some(0.1)]);
    assert_eq!(page.results[1].extra().raw("score"), Some("1e400"));
    assert!(page.malformed.is_empty());
}

#[test]
fn both_names_of_a_run_cost_nothing() {
    let page = read::<Memory>(
        r#"{"results":[
            {"id":"a","session_id":"r","run_id":"r"},
            {"id":"b","session_id":"s","run_id":"r"},
            {"id":"c","run_id":"r","session_id":"s"}
        ]}"#,
    );
    assert!(page.malformed.is_empty());
    for memory in &page {
        assert_eq!(memory.run_id.as_deref(), Some("r"), "{}", memory.id);
    }
    assert_eq!(page.results[1].extra().get::<String>("session_id").as_deref(), Some("s"));
}

#[test]
fn a_bare_list_is_a_page() {
    let page = read::<History>(r#" [{"id":"h-1","event":"ADD"},{"event":"?"},{"id":"h-2"}]"#);
    assert_eq!(page.results.len(), 2);
    assert_eq!((page.malformed.len(), page.count), (1, None));
    let ids: Vec<_> = page.into_iter().map(|change| change.id).collect();
    assert_eq!(ids, ["h-1", "h-2"]);
    assert_eq!(read::<Memory>("[]"), Page::new(Vec::new()));
}

#[test]
fn every_kind_of_row_may_be_malformed() {
    assert_eq!(read::<Entity>(r#"{"results":[{"id":"1"}]}"#).malformed.len(), 1);
    assert_eq!(read::<Event>(r#"{"results":[{"id":"1"}]}"#).malformed.len(), 1);
    assert_eq!(read::<History>(r#"{"results":[{}]}"#).malformed.len(), 1);
}

#[test]
fn without_rows_there_is_no_page() {
    for sent in [
        "{}",
        r#"{"count":0}"#,
        r#"{"results":null}"#,
        r#"{"results":"NEEDLE-7f3a"}"#,
        r#"{"results":{"NEEDLE-7f3a":[]}}"#,
        r#""NEEDLE-7f3a""#,
        "null",
    ] {
        let error = serde_json::from_str::<Page<Memory>>(sent).unwrap_err().to_string();
        assert!(!error.contains("NEEDLE"), "{error}");
        if sent.starts_with('{') {
            assert!(error.contains("results"), "{sent}: {error}");
        }
    }
}

#[test]
fn odd_surroundings_stay_among_the_extras() {
    let sent = r#"{"count":"3","next":5,"previous":[],"results":[],"mem0_notice":"claim me"}"#;
    let page = read::<Memory>(sent);
    assert_eq!((page.count, &page.next, &page.previous), (None, &None, &None));
    let names: Vec<_> = page.extra().names().collect();
    assert_eq!(names, ["count", "next", "previous", "mem0_notice"]);
    let written: Value = serde_json::from_str(&serde_json::to_string(&page).unwrap()).unwrap();
    assert_eq!(written, serde_json::from_str::<Value>(sent).unwrap());
}

#[test]
fn a_set_field_is_written_once() {
    let mut page = read::<Memory>(r#"{"count":"3","results":[]}"#);
    page.count = Some(4);
    assert_eq!(serde_json::to_string(&page).unwrap(), r#"{"count":4,"results":[]}"#);
    assert_eq!(serde_json::to_value(&page).unwrap(), json!({"count": 4, "results": []}));
}

#[test]
fn the_totals_of_an_entity_list_have_accessors() {
    let page = read::<Entity>(
        r#"{"count":9,"results":[],"total_users":1,"total_agents":2,"total_apps":3,"total_runs":4}"#,
    );
    let totals = [page.total_users(), page.total_agents(), page.total_apps(), page.total_runs()];
    assert_eq!(totals, [Some(1), Some(2), Some(3), Some(4)]);
    let names: Vec<_> = page.extra().names().collect();
    assert_eq!(names, crate::left_over::BY_ACCESSOR);
}

#[test]
fn the_first_list_named_results_has_the_rows() {
    for (sent, ids) in [
        (r#"{"results":[{"id":"a"}],"results":[{"id":"b"}]}"#, ["a"]),
        (r#"{"results":null,"results":[{"id":"a"}]}"#, ["a"]),
        (r#"{"results":7,"results":[{"id":"a"}],"results":[]}"#, ["a"]),
    ] {
        let page: Page<Memory> = serde_json::from_str(sent).unwrap();
        let read: Vec<_> = page.results.iter().map(|memory| memory.id.as_str()).collect();
        assert_eq!(read, ids, "{sent}");
        // Other values with that name are not lost.
        let written = serde_json::to_string(&page).unwrap();
        assert!(serde_json::from_str::<Page<Memory>>(&written).unwrap() == page, "{written}");
    }
    for (sent, why) in [
        (r#"{"results":null}"#, "missing field `results`"),
        (r#"{"results":"NEEDLE","results":{}}"#, "`results` is not a list"),
    ] {
        let error = serde_json::from_str::<Page<Memory>>(sent).unwrap_err().to_string();
        assert!(error.contains(why) && !error.contains("NEEDLE"), "{error}");
    }
}

#[test]
fn a_page_is_used_as_the_list_of_its_rows() {
    let mut page =
        read::<Memory>(r#"{"next":"https://x?page=2","results":[{"id":"a"},1,{"id":"b"}]}"#);
    assert_eq!((page.len(), page.is_empty(), page.has_more()), (2, false, true));
    assert_eq!((page.first().unwrap().id.as_str(), page[1].id.as_str()), ("a", "b"));
    for memory in &mut page {
        memory.memory = "Hikes".to_owned();
    }
    assert!(page.iter().all(|memory| memory.memory == "Hikes"));

    let rows = vec![Memory::new("a", "Hikes"), Memory::new("b", "Hikes")];
    let made = Page::from(rows.clone());
    assert_eq!(made.results, page.results);
    assert_eq!(rows.into_iter().collect::<Page<Memory>>(), made);
    assert!(!made.has_more() && Page::<Memory>::default().is_empty());
}

/// The clients read an answer straight from its text, while serde scans the whole text first. Both
/// must accept the same texts and read the same from them.
#[test]
fn a_page_is_read_from_its_text_as_serde_reads_it() {
    let agree = |text: &str| {
        let by_serde = serde_json::from_str::<Page<Memory>>(text).ok();
        let read = GetAllMemories::read_response(text).ok();
        assert!(read == by_serde, "{text}");
        read.is_some()
    };
    let sent = concat!(
        r#" { "count" : 2 , "next":null,"n\u0065w":[1,{"a":[]}],"results":[ {"id":"a","memory":"M\"é","#,
        r#""session_id":"s","metadata":{"k":1e3},"score":0.5,"score_breakdown":{"bm25":-0.0},"x":true},{"id":7},"#,
        r#"{"id":"b","categories":[],"created_at":17,"run_id":null}, null ] } "#,
    );
    assert!(agree(sent));
    let places = || sent.char_indices().map(|(place, _)| place);
    let mut taken = 0;
    for place in places() {
        assert!(!agree(&sent[..place]) || sent[place..].trim().is_empty());
        let rest = &sent[place..];
        let after = &rest[rest.chars().next().map_or(0, char::len_utf8)..];
        for other in
            ["", "{", "}", "[", "]", ",", ":", "\"", "\\", "0", "-", ".", "n", " ", "\n", "\u{1}"]
        {
            taken += usize::from(agree(&format!("{}{other}{after}", &sent[..place])));
            taken += usize::from(agree(&format!("{}{other}{rest}", &sent[..place])));
        }
    }
    // If few of these were still JSON, only refusals would be compared.
    assert!((1000..6000).contains(&taken), "{taken}");
}

/// As above, for every list.
#[test]
fn every_list_is_read_as_serde_reads_it() {
    fn agrees<E: Endpoint>()
    where
        E::Response: PartialEq,
    {
        for text in
            [r#"{"count": 3, "message": "x", "results": [{"id": "a"}, 7]}"#, r#"[{"id": "a"}, 7]"#]
        {
            let by_serde = serde_json::from_str::<E::Response>(text).ok();
            assert!(E::read_response(text).ok() == by_serde, "{}", std::any::type_name::<E>());
        }
    }
    agrees::<SearchMemories>();
    agrees::<GetAllMemories>();
    agrees::<GetHistory>();
    agrees::<GetUsers>();
    agrees::<GetEntity>();
    agrees::<GetEntityMemories>();
    agrees::<GetEvents>();
    agrees::<GetMemoryEvents>();
    agrees::<GetOrganizations>();
    agrees::<GetProjects>();
    agrees::<GetWebhooks>();
    #[cfg(feature = "legacy")]
    {
        use mem0_types::legacy::{AddV1, GetAllV1, GetAllV2, SearchV1, SearchV2};
        agrees::<AddV1>();
        agrees::<GetAllV1>();
        agrees::<GetAllV2>();
        agrees::<SearchV1>();
        agrees::<SearchV2>();
    }
}

/// An endpoint of the user's own, with any answer.
struct Asking<T>(std::marker::PhantomData<T>);

impl<T: DeserializeOwned + Send + 'static> Endpoint for Asking<T> {
    type Response = T;

    fn into_call(self) -> Result<Call, InvalidInput> {
        Err(InvalidInput::new("call", "must not be sent"))
    }
}

#[test]
fn answers_of_any_type_are_read_as_serde_reads_them() {
    #[derive(PartialEq, serde::Deserialize)]
    #[serde(transparent)]
    struct Only(Page<Memory>);

    #[derive(PartialEq, serde::Deserialize)]
    struct Around {
        page: Page<Memory>,
        note: Option<String>,
    }

    #[derive(PartialEq, serde::Deserialize)]
    enum Kind {
        Small,
        Large(u64),
    }

    #[derive(PartialEq, serde::Deserialize)]
    #[serde(untagged)]
    enum Untagged {
        Number(u64),
        Texts(Vec<String>),
    }

    /// How many of the texts are answers of this type.
    fn agrees<T: DeserializeOwned + Send + PartialEq + 'static>() -> usize {
        let texts = [
            r#"{"results": [{"id": "m-1", "mood": "sunny"}, {}], "next": null}"#,
            r#"{"page": {"results": [{"id": "m-1"}]}, "note": "x"}"#,
            r#"{"id": "m-1"}"#,
            r#"{"Large": 7}"#,
            r#" "Small" "#,
            "[7, [8, 9]]",
            r#"["a"]"#,
            "[]",
            "null",
            "7",
            "7.5",
            "true",
            "",
            "7 8",
            "{",
        ];
        let read = texts.map(|text| {
            let by_serde = serde_json::from_str::<T>(text).ok();
            let ours = Asking::<T>::read_response(text).ok();
            assert!(ours == by_serde, "{}: {text}", std::any::type_name::<T>());
            ours.is_some()
        });
        read.into_iter().filter(|is_read| *is_read).count()
    }

    let read = [
        agrees::<Memory>(),
        agrees::<Page<Memory>>(),
        agrees::<Only>(),
        agrees::<Around>(),
        agrees::<Option<Page<Memory>>>(),
        agrees::<Vec<String>>(),
        agrees::<Value>(),
        agrees::<serde_json::Map<String, Value>>(),
        agrees::<Kind>(),
        agrees::<Untagged>(),
        agrees::<()>(),
        agrees::<(u64, Vec<u64>)>(),
        agrees::<Option<u64>>(),
        agrees::<String>(),
        agrees::<f64>(),
        agrees::<bool>(),
    ];
    assert!(read.iter().all(|answers| *answers > 0), "{read:?}");
}

/// Rows that move to another page in the meantime are recognised by their keys.
#[test]
fn every_paged_list_has_page_numbers_and_keys() {
    fn turns<E: Paged>(list: E, row: &str) -> (String, String)
    where
        E::Row: serde::de::DeserializeOwned,
    {
        assert_eq!(list.first_page(), 1);
        assert_eq!(list.at_page(7).first_page(), 7);
        let row: E::Row = serde_json::from_str(row).unwrap();
        let (kind, id) = E::key(&row);
        (kind.to_owned(), id.to_owned())
    }
    let own = |kind: &str, id: &str| (kind.to_owned(), id.to_owned());
    let all = GetAllMemories::new(mem0_types::Filter::user_id("u"));
    assert_eq!(turns(all, r#"{"id": "m-1", "memory": "Hikes"}"#), own("", "m-1"));
    assert_eq!(turns(GetEvents::new(), r#"{"id": "e-1", "status": "PENDING"}"#), own("", "e-1"));
    assert_eq!(turns(GetMemoryEvents::new(), r#"{"id": "h-1"}"#), own("", "h-1"));
    let of_alice = GetEntityMemories::new(mem0_types::EntityRef::user("alice"));
    assert_eq!(turns(of_alice, r#"{"id": "m-1", "memory": "Hikes"}"#), own("", "m-1"));
    assert_eq!(turns(GetUsers::new(), r#"{"name": "a", "type": "agent"}"#), own("agent", "a"));
}

#[test]
fn a_link_that_is_set_replaces_an_odd_one() {
    let mut page: Page<Memory> =
        serde_json::from_str(r#"{"next": 5, "previous": [], "count": "x", "results": []}"#)
            .unwrap();
    assert!(!page.extra().is_empty());
    (page.next, page.previous, page.count) = (Some("n".into()), Some("p".into()), Some(1));
    let written = serde_json::to_string(&page).unwrap();
    assert_eq!(written, r#"{"count":1,"next":"n","previous":"p","results":[]}"#);
}

#[test]
fn rows_that_do_not_fit_are_equal_by_place_and_json() {
    let rows = |json: &str| serde_json::from_str::<Page<Memory>>(json).unwrap().malformed;
    assert_eq!(rows("[7, 8]"), rows("[7,  8]"));
    assert_ne!(rows("[7, 8]"), rows("[7, 9]"));
    assert_ne!(rows("[7, 7]")[0], rows("[7, 7]")[1]);
    let page: Page<Memory> = serde_json::from_str(r#"[{"id": "a", "memory": "b"}]"#).unwrap();
    assert_eq!((&page).into_iter().count(), 1);
}
