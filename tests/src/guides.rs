//! The guides of `docs/guides`, whose code is compiled and run as doctests.

#[doc = include_str!("../../docs/guides/blocking.md")]
struct Blocking;

#[doc = include_str!("../../docs/guides/categories.md")]
struct Categories;

#[doc = include_str!("../../docs/guides/chat.md")]
pub mod chat {}

#[doc = include_str!("../../docs/guides/deleting.md")]
struct Deleting;

#[doc = include_str!("../../docs/guides/errors.md")]
struct Errors;

#[doc = include_str!("../../docs/guides/events.md")]
struct Events;

#[doc = include_str!("../../docs/guides/exports.md")]
struct Exports;

#[doc = include_str!("../../docs/guides/filters.md")]
struct Filters;

#[doc = include_str!("../../docs/guides/from-python.md")]
struct FromPython;

#[doc = include_str!("../../docs/guides/multimodal.md")]
struct Multimodal;

#[doc = include_str!("../../docs/guides/testing.md")]
struct Testing;

#[doc = include_str!("../../docs/guides/webhooks.md")]
struct Webhooks;
