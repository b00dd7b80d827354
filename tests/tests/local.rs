//! The local platform under both clients: what the operations do, with every answer held against
//! the specification.

#[macro_use]
pub(crate) mod platform;

mod concurrency;
mod deletions;
mod entities;
mod exports;
mod legacy;
mod operations;
mod organizations;
mod profiles;
mod refusals;
mod scopes;
mod speakers;
mod stats;
mod webhooks;

use platform::{Client, LocalPlatform, at_once, runtime};

/// Runs a scenario under each client, each on a platform of its own.
fn under_both_clients(connect: fn(&LocalPlatform) -> [Client; 2], scenario: impl AsyncFn(&Client)) {
    let platform = LocalPlatform::new();
    let [client, _] = connect(&platform);
    runtime().block_on(scenario(&client));
    drop(client);

    let platform = LocalPlatform::new();
    let [_, client] = connect(&platform);
    at_once(scenario(&client));
}

macro_rules! scenarios {
    ($($file:ident: $($name:ident)+;)+) => {
        mod in_process {
            $($(
                #[test]
                fn $name() {
                    super::under_both_clients(super::LocalPlatform::clients, super::$file::$name);
                }
            )+)+
        }

        mod through_a_socket {
            $($(
                #[test]
                fn $name() {
                    super::under_both_clients(
                        super::LocalPlatform::remote_clients,
                        super::$file::$name,
                    );
                }
            )+)+
        }
    };
}

scenarios! {
    operations:
        batches_are_all_or_nothing
        duplicates_are_named
        events_tell_what_happened
        every_page_is_read
        expired_memories_hide
        filters_choose
        history_is_kept
        inferred_messages_are_queued_and_found
        ping_says_whose_platform_it_is
        updates_change_what_they_name
        verbatim_messages_are_there_at_once;
    deletions:
        deleting_one_memory
        erased_memories_leave_no_history
        entities_are_listed_and_deleted
        reset_leaves_nothing
        whole_scopes_are_deleted;
    entities:
        an_entity_lists_its_memories_and_what_they_came_from
        entities_are_made_known_before_they_have_memories
        filters_name_what_there_is
        the_history_of_all_memories_is_paged;
    exports:
        an_export_that_needs_an_llm_names_the_field
        exports_are_filled_from_metadata;
    organizations:
        an_organization_has_members
        organizations_and_projects_come_and_go
        settings_are_kept;
    legacy:
        an_entity_is_deleted_by_its_number
        memories_are_added_and_listed_as_in_v1
        memories_are_found_as_in_v1
        v2_answers_bare_lists;
    profiles:
        a_job_ends_without_a_profile_and_is_known_by_its_key
        settings_are_joined_and_cleared;
    speakers:
        a_conversation_of_another_api_is_added_and_the_rest_is_counted
        a_program_can_show_what_ann_said;
    stats:
        everything_is_counted
        feedback_is_kept_and_taken_back
        summaries_take_an_llm;
    webhooks:
        a_webhook_comes_changes_and_goes
        a_webhook_that_cannot_be_is_refused;
}
