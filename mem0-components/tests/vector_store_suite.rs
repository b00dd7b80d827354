//! The suite of vector stores: a store that keeps its promises passes, and each lie is caught by
//! the case that is about it.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::thread;

use mem0_components::testing::{
    CheckOutcome, HashEmbedder, Lie, LyingStore, MemoryStore, ScriptedLlm, check_embedder,
    check_llm, check_vector_store,
};

use crate::block_on;

#[test]
fn a_store_in_memory_keeps_every_promise() {
    for dimensions in [2, 64] {
        let report =
            block_on(check_vector_store(&MemoryStore::new(), "suite", dimensions)).unwrap();
        for (name, outcome) in report.cases() {
            assert_eq!(*outcome, CheckOutcome::Held, "{name}");
        }
    }
}

#[test]
fn suites_may_run_on_any_thread() {
    fn is_send(_: impl Send) {}
    let (store, embedder) = (MemoryStore::new(), HashEmbedder::new(8));
    let llm = ScriptedLlm::replying("yes");
    is_send(check_vector_store(&store, "suite", 8));
    is_send(check_embedder(&embedder));
    is_send(check_llm(&llm, || 0));
}

#[test]
fn fewer_than_two_dimensions_are_refused() {
    let failed = block_on(check_vector_store(&MemoryStore::new(), "suite", 1)).unwrap_err();
    assert_eq!(failed.report().failed().collect::<Vec<_>>(), ["dimensions"]);
}

/// Each lie, and the case that catches it.
const LIES: [(Lie, &str); 40] = [
    (Lie::LosesInserts, "records_come_back"),
    (Lie::AppliesLate, "records_come_back"),
    (Lie::GetsAnything, "records_come_back"),
    (Lie::KeepsTheFirst, "an_insert_replaces_the_record_with_its_id"),
    (Lie::MergesPayloads, "an_insert_replaces_the_record_with_its_id"),
    (Lie::DoublesRecords, "inserting_twice_changes_nothing_more"),
    (Lie::TakesAnyLength, "a_vector_of_another_length_is_refused"),
    (Lie::StoresHalfABatch, "a_vector_of_another_length_is_refused"),
    (Lie::RefusesEmptyBatches, "an_empty_batch_succeeds"),
    (Lie::TidiesIds, "odd_ids_are_kept"),
    (Lie::RoundsNumbers, "payloads_are_kept"),
    (Lie::FlattensPayloads, "payloads_are_kept"),
    (Lie::RepeatsRows, "a_thousand_rows_are_paged_once_each"),
    (Lie::EndsAfterOnePage, "a_thousand_rows_are_paged_once_each"),
    (Lie::IgnoresPageSize, "a_thousand_rows_are_paged_once_each"),
    (Lie::LosesPayloadOnUpdate, "an_update_changes_what_it_names"),
    (Lie::LosesPayloadUpdates, "an_update_changes_what_it_names"),
    (Lie::AcknowledgesMissingUpdates, "an_update_of_a_missing_record_fails"),
    (Lie::FindsDeleted, "deleted_records_are_gone"),
    (Lie::RefusesMissingDeletes, "deleting_what_is_missing_succeeds"),
    (Lie::ShowsPayloads, "content_stays_out_of_debug_and_errors"),
    (Lie::ShowsVectors, "content_stays_out_of_debug_and_errors"),
    (Lie::ReversesOrder, "the_nearest_come_first"),
    (Lie::ScoresByDistance, "the_nearest_come_first"),
    (Lie::ScoresAboveOne, "the_nearest_come_first"),
    (Lie::ReturnsFewer, "a_search_finds_as_many_as_it_may"),
    (Lie::IgnoresLimit, "a_search_finds_as_many_as_it_may"),
    (Lie::FiltersAfterwards, "a_filter_does_not_starve_a_search"),
    (Lie::DropsWordFilters, "a_search_for_words_keeps_its_promises"),
    (Lie::DropsFilters, "filters_are_translated_exactly"),
    (Lie::RefusesIdFilters, "filters_are_translated_exactly"),
    (Lie::ConfusesTypes, "filters_tell_types_apart"),
    (Lie::FollowsPaths, "filters_take_names_and_values_literally"),
    (Lie::SharesCollections, "collections_are_apart"),
    (Lie::ResetsByPrefix, "a_reset_empties_its_own_collection"),
    (Lie::DeletesByPrefix, "deleting_a_collection_leaves_the_others"),
    (Lie::EmptiesOnOpening, "opening_a_collection_keeps_its_records"),
    (Lie::OpensWithAnyDimensions, "another_number_of_dimensions_is_refused"),
    (Lie::HidesCollections, "collections_are_listed"),
    (Lie::ListsDeletedCollections, "the_suite_leaves_nothing_behind"),
];

/// On all cores, since each suite takes half a second.
#[test]
fn each_lie_is_caught_by_its_case() {
    thread::scope(|scope| {
        for (lie, case) in LIES {
            scope.spawn(move || {
                let store = LyingStore::new(Arc::new(MemoryStore::new()), lie);
                let failed = block_on(check_vector_store(&store, "suite", 8)).expect_err(case);
                println!("{lie:?}\n{failed}\n");
                assert!(failed.report().failed().any(|failed| failed == case), "{lie:?}: {failed}");
            });
        }
    });
}

#[test]
fn each_case_catches_a_lie() {
    let report = block_on(check_vector_store(&MemoryStore::new(), "suite", 8)).unwrap();
    let cases: BTreeSet<&str> = report.cases().map(|(name, _)| name).collect();
    assert_eq!(cases, LIES.map(|(_, case)| case).into());
}

#[test]
fn a_report_names_what_failed_and_how() {
    let store = LyingStore::new(Arc::new(MemoryStore::new()), Lie::HidesCollections);
    let failed = block_on(check_vector_store(&store, "suite", 8)).unwrap_err();
    let shown = "vector store memory: 26 of 27 cases hold\n  \
                 FAILED   collections_are_listed: \"suite\" is listed 0 times";
    assert_eq!(failed.to_string(), shown);
    assert_eq!(format!("{failed:?}"), shown);
}
