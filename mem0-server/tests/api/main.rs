//! The platform's API over a real engine: every operation and every refusal, in-process, and the
//! binary as a process.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a broken expectation fails the test")]

mod add;
mod app;
mod authentication;
mod batch;
mod chat_messages;
mod clients;
mod cors;
mod delete_all;
mod deletions;
mod described;
mod doors;
mod effects;
mod entities;
mod events;
mod folder;
mod ignored_fields;
mod kept;
mod legacy;
mod lifecycle;
mod list;
mod memory;
mod openapi;
mod organizations;
mod outages;
mod receiver;
mod requests;
mod search;
mod service;
mod speakers;
mod webhooks;

#[cfg(target_os = "linux")]
mod attacks;
#[cfg(unix)]
mod binary;
#[cfg(all(target_os = "linux", feature = "providers"))]
mod broken_models;
#[cfg(unix)]
mod crash;
#[cfg(unix)]
mod crowded;
#[cfg(unix)]
mod disk;
#[cfg(all(unix, feature = "providers"))]
mod embedders;
#[cfg(unix)]
mod examples;
#[cfg(unix)]
mod faults;
#[cfg(unix)]
mod full_disk;
#[cfg(all(unix, feature = "providers"))]
mod llms;
#[cfg(all(target_os = "linux", feature = "providers"))]
mod model;
#[cfg(unix)]
mod operating;
#[cfg(unix)]
mod server;
#[cfg(unix)]
mod startup;
