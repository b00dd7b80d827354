//! That a search of the documentation finds what people look for.

use crate::parity::found_by;

/// The names in the official clients, and what other SDKs and people call it.
const SEARCHED: &[(&str, &[&str])] = &[
    ("add", &["remember", "store", "insert"]),
    ("add_many", &["addMany", "bulk_add", "bulkAdd", "batch_add", "batchAdd", "import"]),
    ("search", &["query", "recall", "search_all"]),
    ("get_all", &["getAll", "list", "get_memories"]),
    ("get_all_stream", &["getAll", "list_all", "paginate", "search_all"]),
    ("update", &["edit"]),
    ("delete", &["forget", "remove"]),
    ("delete_all", &["deleteAll", "clear"]),
    ("history", &["changes"]),
    ("batch_update", &["batchUpdate", "bulk_update", "update_many"]),
    ("batch_delete", &["batchDelete", "bulk_delete", "delete_many"]),
    ("users", &["list_users", "get_users", "entities"]),
    (
        "delete_users",
        &["deleteUsers", "deleteUser", "delete_user", "delete_entity", "delete_agent"],
    ),
    ("reset", &["delete_everything", "delete_all_users", "wipe"]),
    ("get_summary", &["getSummary", "summarize"]),
    ("event", &["get_event", "getEvent"]),
    ("events", &["get_events", "getEvents"]),
    ("wait_for_event", &["waitForEvent", "poll"]),
    ("create_memory_export", &["createMemoryExport"]),
    ("get_memory_export", &["getMemoryExport"]),
    ("get_project", &["getProject"]),
    ("update_project", &["updateProject"]),
    ("get_webhooks", &["getWebhooks"]),
    ("create_webhook", &["createWebhook"]),
    ("update_webhook", &["updateWebhook"]),
    ("delete_webhook", &["deleteWebhook"]),
    ("execute", &["request", "send"]),
];

#[test]
fn each_method_is_found_by_what_people_look_for() {
    let missed: Vec<_> = SEARCHED
        .iter()
        .flat_map(|(method, names)| names.iter().map(move |name| (*method, *name)))
        .filter(|(method, name)| !found_by(name).iter().any(|found| found == method))
        .collect();
    assert_eq!(missed, []);
}
