//! What requests send, and what they refuse.

use std::time::{Duration, UNIX_EPOCH};

use mem0_types::requests::{
    AddMemory, BatchDelete, BatchUpdate, CreateMemoryExport, GetAllMemories, GetEvents,
    GetMemoryEvents, GetUsers, SearchMemories, UpdateMemory, UpdateProfileSettings,
};
use mem0_types::{
    AddMemoryOptions, BATCH_LIMIT, Date, Endpoint, Filter, GetAllMemoryOptions, InvalidInput,
    Media, MemoryExportOptions, MemoryUpdate, Message, Messages, Paged, Scope, SearchMemoryOptions,
    Timestamp, UpdateMemoryOptions,
};
use serde_json::{Value, json};

pub(crate) fn body(request: impl Endpoint) -> Value {
    let call = request.into_call().unwrap();
    serde_json::from_slice(call.body().unwrap()).unwrap()
}

fn refusal(request: impl Endpoint) -> InvalidInput {
    request.into_call().unwrap_err()
}

fn alice() -> Filter {
    Filter::user_id("alice")
}

#[test]
fn a_search_needs_a_query_an_entity_and_numbers_in_range() {
    let search = |options| SearchMemories::new("q", options);
    let options = || SearchMemoryOptions::new(alice());
    for query in ["", "  ", "\n\t"] {
        assert_eq!(refusal(SearchMemories::new(query, alice())).field(), "query");
    }
    for top_k in [0, 1001, u32::MAX] {
        assert_eq!(refusal(search(options().top_k(top_k))).field(), "top_k");
    }
    for threshold in [-0.001, 1.001, f64::NAN, f64::INFINITY] {
        assert_eq!(refusal(search(options().threshold(threshold))).field(), "threshold");
    }
    for metadata in [json!("text"), json!([1]), Value::Null] {
        assert_eq!(refusal(search(options().metadata(metadata))).field(), "metadata");
    }
    let edges = options().top_k(1000).threshold(0.0);
    assert_eq!(body(search(edges))["threshold"], json!(0.0));
    assert!(search(options().top_k(1).threshold(1.0)).into_call().is_ok());
}

#[test]
fn a_search_has_no_condition_on_the_text() {
    let keywords = || Filter::keywords().contains("Rome");
    for filter in [alice() & keywords(), alice() | !keywords()] {
        assert_eq!(refusal(SearchMemories::new("q", filter.clone())).field(), "filters");
        assert!(GetAllMemories::new(filter).into_call().is_ok());
    }
}

#[test]
fn a_condition_on_a_list_has_members() {
    let none: [&str; 0] = [];
    let list = |filter: Filter| GetAllMemories::new(alice() & filter);
    assert_eq!(refusal(list(Filter::categories().is_in(none))).field(), "categories");
    assert_eq!(refusal(list(Filter::created_at().is_in(none))).field(), "created_at");
    for filter in [Filter::categories().is_in(["food"]), Filter::created_at().is_in(["2026-03-01"])]
    {
        assert!(list(filter).into_call().is_ok());
    }
}

#[test]
fn a_time_must_be_one() {
    let search = SearchMemoryOptions::new(alice()).reference_date("last week");
    assert_eq!(refusal(SearchMemories::new("q", search)).field(), "reference_date");
    let list = GetAllMemoryOptions::new(alice());
    let from = list.clone().start_date("yesterday");
    assert_eq!(refusal(GetAllMemories::new(from)).field(), "start_date");
    assert_eq!(refusal(GetAllMemories::new(list.end_date("2026-02-30"))).field(), "end_date");
    let update = UpdateMemoryOptions::new().timestamp("soon");
    assert_eq!(refusal(UpdateMemory::new("m-1", update)).field(), "timestamp");
}

#[test]
fn an_add_is_dated_in_whole_seconds() {
    let dated = |moment: Timestamp| {
        AddMemory::new("Hi", AddMemoryOptions::new(Scope::user("alice")).timestamp(moment))
    };
    let moment = UNIX_EPOCH + Duration::from_millis(1_700_000_000_900);
    for moment in [
        Timestamp::from(1_700_000_000),
        Timestamp::from("2023-11-14T22:13:20.900Z"),
        Timestamp::from("2023-11-14T23:13:20+01:00"),
        Timestamp::from(moment),
    ] {
        assert_eq!(body(dated(moment))["timestamp"], 1_700_000_000);
    }
    assert_eq!(body(dated(Timestamp::from("1969-12-31T23:59:59.5Z")))["timestamp"], -1);
    for odd in ["soon", "", "1700000000"] {
        assert_eq!(refusal(dated(odd.into())).field(), "timestamp");
    }
    let undated = AddMemory::new("Hi", Scope::user("alice"));
    assert_eq!(body(undated).get("timestamp"), None);
}

/// The published specification has texts there, not numbers.
#[test]
fn seconds_are_sent_as_a_text_where_the_platform_takes_texts() {
    let observed = |moment: Timestamp| {
        let options = AddMemoryOptions::new(Scope::user("alice")).observation_datetime(moment);
        body(AddMemory::new("Hi", options))["observation_datetime"].clone()
    };
    let listed = |moment: Timestamp| {
        let options = GetAllMemoryOptions::new(Filter::user_id("alice"));
        let body = body(GetAllMemories::new(options.start_date(moment.clone()).end_date(moment)));
        assert_eq!(body["start_date"], body["end_date"]);
        body["end_date"].clone()
    };
    for (moment, sent) in [
        (Timestamp::from(1_700_000_000), "2023-11-14T22:13:20.000000Z"),
        (Timestamp::from("2023-11-14T23:13:20.5+01:00"), "2023-11-14T23:13:20.5+01:00"),
        (Timestamp::from("2026-03-01"), "2026-03-01"),
    ] {
        assert_eq!((observed(moment.clone()), listed(moment)), (sent.into(), sent.into()));
    }
}

#[test]
fn searches_and_lists_need_an_entity() {
    let metadata = || Filter::metadata("a").eq(1);
    for filter in [
        metadata(),
        !alice(),
        Filter::user_id_ne("alice"),
        metadata() & !alice(),
        Filter::memory_ids(["m-1"]),
        Filter::all([]),
        Filter::any([]),
    ] {
        assert_eq!(refusal(SearchMemories::new("q", filter.clone())).field(), "filters");
        assert_eq!(refusal(GetAllMemories::new(filter)).field(), "filters");
    }
    for filter in [
        alice(),
        Filter::any_run(),
        Filter::user_id_in(["a", "b"]),
        !Filter::user_id_ne("alice"),
        metadata() | alice(),
    ] {
        assert!(SearchMemories::new("q", filter.clone()).into_call().is_ok());
        assert!(GetAllMemories::new(filter).into_call().is_ok());
    }
}

#[test]
fn a_filter_is_checked_to_its_last_condition() {
    for (odd, field) in [
        (Filter::created_at().gt("soon"), "created_at"),
        (Filter::created_at().is("*"), "created_at"),
        (Filter::expiration_date().is_in(["2027-01-31", "2027-02-30"]), "expiration_date"),
        (Filter::timestamp().is_in::<&str>([]), "timestamp"),
        (Filter::updated_at().between("2026-01-01", ""), "updated_at"),
        (Filter::categories().is_in::<&str>([]), "categories"),
        (Filter::metadata("").eq(1), "metadata"),
        (Filter::memory_ids::<&str>([]), "memory_ids"),
        (Filter::agent_id_in::<&str>([]), "agent_id"),
        (Filter::all([]), "filters"),
        (Filter::raw(json!("x")), "filters"),
    ] {
        for filter in [
            alice() & odd.clone(),
            alice() | odd.clone(),
            alice() & !odd.clone(),
            Filter::any([Filter::all([!odd.clone(), alice()])]),
        ] {
            assert_eq!(refusal(GetAllMemories::new(filter)).field(), field, "{odd}");
        }
    }
    for fine in [
        Filter::created_at().gt(0),
        Filter::created_at().is("2026-03-01T09:30:00.5-07:00"),
        Filter::expiration_date().exists(),
        Filter::categories().contains(""),
        Filter::raw(json!({"new": 1})),
    ] {
        assert!(GetAllMemories::new(alice() & fine).into_call().is_ok());
    }
}

#[test]
fn an_add_needs_messages() {
    let scope = || Scope::user("alice");
    assert_eq!(refusal(AddMemory::new(Vec::new(), scope())).field(), "messages");
    let none = Messages::from_iter([]);
    assert_eq!(refusal(AddMemory::new(none, scope())).field(), "messages");
    let options = AddMemoryOptions::new(scope()).metadata(json!([1]));
    assert_eq!(refusal(AddMemory::new("Hi", options)).field(), "metadata");
    let options = AddMemoryOptions::new(scope()).structured_data_schema("x");
    assert_eq!(refusal(AddMemory::new("Hi", options)).field(), "structured_data_schema");
}

#[test]
fn media_need_inference() {
    let photo = || [Message::user("Look"), Message::user(Media::image_url("https://a.example"))];
    let stored = AddMemoryOptions::new(Scope::user("alice")).infer(false);
    assert_eq!(refusal(AddMemory::new(photo(), stored)).field(), "messages");
    let inferred = AddMemoryOptions::new(Scope::user("alice")).infer(true);
    assert!(AddMemory::new(photo(), inferred).into_call().is_ok());
    assert!(AddMemory::new(photo(), Scope::user("alice")).into_call().is_ok());
}

#[test]
fn an_update_changes_something() {
    let update = |options: UpdateMemoryOptions| UpdateMemory::new("m-1", options);
    assert_eq!(refusal(update(UpdateMemoryOptions::new())).field(), "text");
    assert_eq!(refusal(update("".into())).field(), "text");
    assert_eq!(refusal(update(" \n".into())).field(), "text");
    let list = UpdateMemoryOptions::new().metadata(json!([1]));
    assert_eq!(refusal(update(list)).field(), "metadata");
    let cleared = update(UpdateMemoryOptions::new().clear_expiration_date());
    assert_eq!(body(cleared), json!({"expiration_date": null}));
    assert_eq!(body(update(UpdateMemoryOptions::new().extra("a", 1))), json!({"a": 1}));
}

#[test]
fn a_batch_has_one_to_a_thousand_memories() {
    let ids = |count: usize| (0..count).map(|index| format!("m-{index}"));
    let updates = |count| BatchUpdate::new(ids(count).map(|id| MemoryUpdate::new(id).text("x")));
    for count in [0, BATCH_LIMIT + 1] {
        assert_eq!(refusal(BatchDelete::new(ids(count))).field(), "memories");
        assert_eq!(refusal(updates(count)).field(), "memories");
    }
    assert_eq!(body(updates(BATCH_LIMIT))["memories"].as_array().unwrap().len(), BATCH_LIMIT);
    let deleted = body(BatchDelete::new(ids(BATCH_LIMIT)));
    assert_eq!(deleted["memories"][999], json!({"memory_id": "m-999"}));

    let one = |update| refusal(BatchUpdate::new([MemoryUpdate::new("a").text("x"), update]));
    assert_eq!(one(MemoryUpdate::new("b")).field(), "memories[1].text");
    assert_eq!(one(MemoryUpdate::new("b").text(" ")).field(), "memories[1].text");
    assert_eq!(one(MemoryUpdate::new("b").metadata(3)).field(), "memories[1].metadata");
}

#[test]
fn a_split_batch_keeps_order_and_places() {
    for (count, sizes) in [
        (0, vec![]),
        (1, vec![1]),
        (BATCH_LIMIT, vec![1000]),
        (BATCH_LIMIT + 1, vec![1000, 1]),
        (2500, vec![1000, 1000, 500]),
    ] {
        let ids: Vec<String> = (0..count).map(|index| format!("m-{index}")).collect();
        let parts = BatchDelete::new(ids.clone()).split();
        let sent: Vec<Vec<String>> = parts
            .into_iter()
            .map(|part| {
                let sent = body(part);
                let memories = sent["memories"].as_array().unwrap();
                memories.iter().map(|one| one["memory_id"].as_str().unwrap().to_owned()).collect()
            })
            .collect();
        assert_eq!(sent.iter().map(Vec::len).collect::<Vec<_>>(), sizes);
        assert_eq!(sent.concat(), ids);
    }
    let updates = (0..2500).map(|index| {
        MemoryUpdate::new(format!("m-{index}")).text(if index == 2001 { "" } else { "Climbs" })
    });
    let mut parts = BatchUpdate::new(updates).split();
    assert_eq!(refusal(parts.pop().unwrap()).field(), "memories[2001].text");
    assert!(parts.into_iter().all(|part| part.into_call().is_ok()));
}

#[test]
fn pages_count_from_one() {
    let list = || GetAllMemoryOptions::new(alice());
    assert_eq!(refusal(GetAllMemories::new(list().page(0))).field(), "page");
    assert_eq!(refusal(GetAllMemories::new(list().page_size(0))).field(), "page_size");
    assert_eq!(refusal(GetUsers::new().page(0)).field(), "page");
    assert_eq!(refusal(GetUsers::new().page_size(0)).field(), "page_size");
    assert_eq!(refusal(GetEvents::new().page(0)).field(), "page");
    assert_eq!(refusal(GetEvents::new().page_size(0)).field(), "page_size");
    assert_eq!(GetAllMemories::new(list().page(7)).first_page(), 7);
    assert_eq!(refusal(GetMemoryEvents::new().limit(0)).field(), "limit");
}

#[test]
fn users_keys_are_never_rewritten() {
    let keys = json!({"userId": 1, "UPPER_case": {"camelCase": null, "": [1, {"x y": true}]}});
    let add = AddMemoryOptions::new(Scope::user("alice"))
        .metadata(keys.clone())
        .structured_data_schema(keys.clone());
    let sent = body(AddMemory::new("Hi", add));
    assert_eq!((&sent["metadata"], &sent["structured_data_schema"]), (&keys, &keys));
    let update = UpdateMemoryOptions::new().metadata(keys.clone());
    assert_eq!(body(UpdateMemory::new("m-1", update))["metadata"], keys);
    let filter = alice() & Filter::metadata("userId").eq(keys.clone());
    assert_eq!(
        body(GetAllMemories::new(filter))["filters"]["AND"][1],
        json!({"metadata": {"userId": {"eq": keys}}}),
    );
}

#[test]
fn profile_settings_say_what_changes() {
    let sent = |settings: UpdateProfileSettings| body(settings)["entities"]["user"].clone();
    let settings = UpdateProfileSettings::new().clear_schema().custom_instructions("Only food");
    let both = json!({"custom_instructions": "Only food", "schema": null});
    assert_eq!(sent(settings.clone()), both);
    assert_eq!(sent(settings.schema(json!({"a": 1})).clear_schema()), both);
}

#[test]
fn an_export_wraps_a_bare_condition() {
    let filters = |filter| {
        let schema = json!({"type": "object", "properties": {}});
        body(CreateMemoryExport::new(schema, MemoryExportOptions::new(filter)))["filters"].clone()
    };
    assert_eq!(filters(alice()), json!({"AND": [{"user_id": "alice"}]}));
    let either = json!({"OR": [{"user_id": "alice"}, {"agent_id": "bot"}]});
    assert_eq!(filters(alice() | Filter::agent_id("bot")), either);
    let not = !Filter::user_id_ne("alice");
    assert_eq!(filters(not.clone()), json!({"AND": [json!(not)]}));
}

#[test]
fn days_and_moments_at_their_edges() {
    for (year, month, last) in [
        (2023, 2, 28),
        (2024, 2, 29),
        (1900, 2, 28),
        (2000, 2, 29),
        (2100, 2, 28),
        (2400, 2, 29),
        (2023, 4, 30),
        (2023, 6, 30),
        (2023, 9, 30),
        (2023, 11, 30),
        (2023, 12, 31),
    ] {
        let last_day = Date::new(year, month, last).unwrap();
        assert_eq!((last_day.year(), last_day.month(), last_day.day()), (year, month, last));
        assert!(Date::new(year, month, last + 1).is_err(), "{year}-{month}");
    }
    let micros = |text: &str| Timestamp::from(text).unix_micros();
    assert_eq!(micros("2026-03-01T09:30:00+07"), micros("2026-03-01T02:30:00Z"));
    for odd in ["2026-03-01T9:30:00Z", "2026-03-01T09:3:00Z", "2026-03-01T09:30:00+7:00"] {
        assert_eq!(micros(odd), None, "{odd}");
    }
    let before = UNIX_EPOCH - Duration::from_millis(1500);
    assert_eq!(Timestamp::from(before).unix_micros(), Some(-1_500_000));
    let beyond: Timestamp = serde_json::from_str("9223372036854.775807").unwrap();
    assert_eq!(beyond.unix_micros(), None);
}

#[cfg(feature = "legacy")]
#[test]
fn an_old_list_has_1_to_200_memories() {
    use mem0_types::legacy::{GetAllV1, GetAllV1Options};
    let list = |limit| GetAllV1::new(GetAllV1Options::new(Scope::user("alice")).limit(limit));
    assert!(list(1).into_call().is_ok() && list(200).into_call().is_ok());
    assert_eq!((refusal(list(0)).field(), refusal(list(201)).field()), ("limit", "limit"));
}

#[cfg(feature = "legacy")]
#[test]
fn an_add_by_v1_takes_documents_only_with_inference() {
    use mem0_types::legacy::{AddV1, AddV1Options};
    let add = |infer: Option<bool>| {
        let image = Message::user(Media::image_url("https://example.com/a.png"));
        let options = AddV1Options::new(Scope::user("alice"));
        AddV1::new(
            image,
            match infer {
                Some(infer) => options.infer(infer),
                None => options,
            },
        )
    };
    assert!(add(None).into_call().is_ok() && add(Some(true)).into_call().is_ok());
    assert_eq!(refusal(add(Some(false))).field(), "messages");
}

#[cfg(feature = "schemars")]
#[test]
fn a_field_that_may_be_null_is_an_any_of_at_every_depth() {
    #[derive(schemars::JsonSchema)]
    #[allow(dead_code, reason = "only its schema is of interest")]
    struct Diet {
        favourite: Option<String>,
        pair: (Option<u8>, String),
    }
    let schema = mem0_types::export_schema::<Diet>().unwrap();
    let favourite = &schema["properties"]["favourite"];
    assert_eq!(*favourite, json!({"anyOf": [{"type": "string"}, {"type": "null"}]}));
    let first = &schema["properties"]["pair"]["prefixItems"][0];
    assert_eq!(first["anyOf"][0]["type"], "integer");
    assert_eq!(first["anyOf"][1], json!({"type": "null"}));
}
