//! What every vector store must do.

mod collections;
mod filters;
mod random_filters;
mod records;
mod searches;
mod subject;

use subject::Subject;

use super::report::{CheckFailed, CheckReport, expect};
use crate::VectorStore;

/// Holds a vector store to what [`VectorStore`] and [`Collection`](crate::Collection) promise.
///
/// It uses the collections `{prefix}` and `{prefix}_entities`, **deletes what they hold**, and
/// deletes them at the end. Choose a prefix that nothing else uses, and another one for each suite
/// that runs at the same time. Vectors have so many `dimensions`, at least 2.
///
/// Every record has a `user_id`, and every id is a UUID, except for a case about odd ids. What the
/// traits let a store refuse as [`Unsupported`](crate::ComponentErrorKind::Unsupported) it may
/// refuse; the report then says so. Equality on `user_id`, `agent_id`, `app_id` and `run_id`, alone
/// and together, cannot be refused: they keep people apart.
///
/// | case | what is promised |
/// |---|---|
/// | `collections_are_listed` | each by its name, once, until it is deleted |
/// | `opening_a_collection_keeps_its_records` | it is made only if there is none |
/// | `another_number_of_dimensions_is_refused` | as a wrong configuration, and nothing is lost |
/// | `collections_are_apart` | even if the name of one begins with the other's |
/// | `a_reset_empties_its_own_collection` | and no other; it can be used afterwards |
/// | `deleting_a_collection_leaves_the_others` | and succeeds a second time |
/// | `records_come_back` | at once, with id, vector and payload; a missing one is `None` |
/// | `inserting_twice_changes_nothing_more` | an insert may be repeated |
/// | `an_insert_replaces_the_record_with_its_id` | whole: no key of the old payload stays |
/// | `a_vector_of_another_length_is_refused` | by insert, update and search; nothing is stored |
/// | `an_empty_batch_succeeds` | for insert and delete |
/// | `odd_ids_are_kept` | letter by letter, or refused |
/// | `payloads_are_kept` | nested, Unicode, large integers, fractions |
/// | `a_thousand_rows_are_paged_once_each` | in pages no longer than asked for |
/// | `an_update_changes_what_it_names` | vector, payload, or both |
/// | `an_update_of_a_missing_record_fails` | and stores nothing |
/// | `deleted_records_are_gone` | from `get`, `search` and `list`; others stay |
/// | `deleting_what_is_missing_succeeds` | beside what is there, too |
/// | `content_stays_out_of_debug_and_errors` | payloads and vectors are shown nowhere |
/// | `the_nearest_come_first` | by scores from 0 to 1 |
/// | `a_search_finds_as_many_as_it_may` | the limit, or all that there are |
/// | `a_filter_does_not_starve_a_search` | nearer records that do not match take no place |
/// | `a_search_for_words_keeps_its_promises` | words, filter, limit, order and scores |
/// | `filters_are_translated_exactly` | 500 records, 300 filters: as `matches` says, or refused |
/// | `filters_tell_types_apart` | `5`, `"5"`, `[5]`, null and absent |
/// | `filters_take_names_and_values_literally` | dots, quotes, wildcards, operators |
/// | `the_suite_leaves_nothing_behind` | its collections can be deleted |
///
/// # Errors
/// When a case fails: with the report of all cases.
///
/// ```
/// # use std::{pin::pin, task::{Context, Poll, Waker}};
/// # fn block_on<F: Future>(future: F) -> F::Output {
/// #     match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
/// #         Poll::Ready(output) => output,
/// #         Poll::Pending => unreachable!(),
/// #     }
/// # }
/// use mem0_components::testing::{MemoryStore, check_vector_store};
///
/// let report = block_on(check_vector_store(&MemoryStore::new(), "checked", 64))?;
/// assert_eq!(report.refused().count(), 0);
/// # Ok::<(), mem0_components::testing::CheckFailed>(())
/// ```
pub async fn check_vector_store(
    store: &dyn VectorStore,
    prefix: &str,
    dimensions: usize,
) -> Result<CheckReport, CheckFailed> {
    let mut report = CheckReport::new(format!("vector store {}", store.name()));
    let enough = expect(dimensions >= 2, || "the suite needs at least 2 dimensions".to_owned());
    if enough.is_err() {
        report.add("dimensions", enough);
        return report.into_result();
    }
    let subject = Subject { store, prefix, dimensions };
    let on = &subject;

    report.add("collections_are_listed", collections::are_listed(on).await);
    report.add("opening_a_collection_keeps_its_records", collections::opening(on).await);
    report.add("another_number_of_dimensions_is_refused", collections::dimensions(on).await);
    report.add("collections_are_apart", collections::are_apart(on).await);
    report.add("a_reset_empties_its_own_collection", collections::reset(on).await);
    report.add("deleting_a_collection_leaves_the_others", collections::deleting(on).await);

    report.add("records_come_back", records::come_back(on).await);
    report.add("inserting_twice_changes_nothing_more", records::inserted_twice(on).await);
    report.add("an_insert_replaces_the_record_with_its_id", records::replaced(on).await);
    report.add("a_vector_of_another_length_is_refused", records::other_length(on).await);
    report.add("an_empty_batch_succeeds", records::empty_batch(on).await);
    report.add("odd_ids_are_kept", records::odd_ids(on).await);
    report.add("payloads_are_kept", records::payloads(on).await);
    report.add("a_thousand_rows_are_paged_once_each", records::paged(on).await);
    report.add("an_update_changes_what_it_names", records::updated(on).await);
    report.add("an_update_of_a_missing_record_fails", records::missing_update(on).await);
    report.add("deleted_records_are_gone", records::deleted(on).await);
    report.add("deleting_what_is_missing_succeeds", records::missing_delete(on).await);
    report.add("content_stays_out_of_debug_and_errors", records::hidden(on).await);

    report.add("the_nearest_come_first", searches::nearest_first(on).await);
    report.add("a_search_finds_as_many_as_it_may", searches::as_many(on).await);
    report.add("a_filter_does_not_starve_a_search", searches::not_starved(on).await);
    report.add("a_search_for_words_keeps_its_promises", searches::words(on).await);

    report.add("filters_are_translated_exactly", filters::random(on).await);
    report.add("filters_tell_types_apart", filters::types(on).await);
    report.add("filters_take_names_and_values_literally", filters::literal(on).await);

    // The last word on collections: what the suite made is gone afterwards.
    report.add("the_suite_leaves_nothing_behind", collections::leaving(on).await);
    report.into_result()
}
