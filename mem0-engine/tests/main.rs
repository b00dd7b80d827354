//! The engine through its public API, on real folders.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a broken expectation fails the test, and some say what they measured"
)]

mod adds;
mod answers;
mod archive;
mod backups;
mod changes;
mod collections;
mod concurrency;
mod conversations;
mod crashes;
mod data_folder;
mod deletions;
mod embedder_change;
mod embedders;
#[cfg(feature = "encoder")]
mod encoder;
mod erasing;
mod feedback;
mod filters;
mod isolation;
mod kept_scopes;
mod keys;
mod languages;
mod learning;
mod learning_kills;
mod learning_stream;
mod limits;
mod lists;
#[cfg(unix)]
mod lost_folder;
mod old_folder;
mod outages;
mod passages;
mod projects;
mod questions_in_pages;
mod reranking;
mod scopes;
mod scripts_without_spaces;
mod search;
mod speakers;
mod webhooks;
mod workbench;
