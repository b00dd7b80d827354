//! Guides, one topic each. They are the pages of `docs/guides` in the repository.
//!
//! - In every program: a [`chat`] with memory, [`filters`], [`events`] and waiting, [`errors`] and
//!   retries, [`deleting`].
//! - Where you need it: [`categories`], [`multimodal`] messages, [`exports`], [`webhooks`],
//!   [`blocking`] calls and threads, [`testing`].
//! - Coming from elsewhere: [`from_python`], [`integrations`].
//! - The local platform: [`embedders`], [`rerankers`] and [`models`] of your choice,
//!   [`learning`], [`field_names`], [`operating`].

// Of two definitions of a link the first one counts: on GitHub that is the page's own, here the one
// above the page.

#[doc = include_str!("../docs/guides/chat.md")]
pub mod chat {}

#[doc = include_str!("../docs/guides/filters.md")]
pub mod filters {}

#[doc = include_str!("../docs/guides/events.md")]
pub mod events {}

#[doc = include_str!("../docs/guides/errors.md")]
pub mod errors {}

/// [events]: crate::guides::events
#[doc = include_str!("../docs/guides/deleting.md")]
pub mod deleting {}

#[doc = include_str!("../docs/guides/categories.md")]
pub mod categories {}

#[doc = include_str!("../docs/guides/multimodal.md")]
pub mod multimodal {}

#[doc = include_str!("../docs/guides/exports.md")]
pub mod exports {}

#[doc = include_str!("../docs/guides/webhooks.md")]
pub mod webhooks {}

#[doc = include_str!("../docs/guides/blocking.md")]
pub mod blocking {}

/// [performance]: https://github.com/mem0ai/mem0-rust/blob/main/docs/performance.md#clients
#[doc = include_str!("../docs/guides/testing.md")]
pub mod testing {}

/// [compatibility]: https://github.com/mem0ai/mem0-rust/blob/main/docs/compatibility/clients.md
#[doc = include_str!("../docs/guides/from-python.md")]
pub mod from_python {}

/// [compatibility]: https://github.com/mem0ai/mem0-rust/blob/main/docs/compatibility/integrations.md
/// [service]: https://github.com/mem0ai/mem0-rust/blob/main/docs/self-hosting.md#running-it-as-a-service
/// [origins]: https://github.com/mem0ai/mem0-rust/blob/main/docs/self-hosting.md#web-pages-of-other-origins
#[doc = include_str!("../docs/guides/integrations.md")]
pub mod integrations {}

#[doc = include_str!("../docs/guides/embedders.md")]
pub mod embedders {}

/// [embedders]: crate::guides::embedders
/// [models]: crate::guides::models
#[doc = include_str!("../docs/guides/rerankers.md")]
pub mod rerankers {}

/// [learning]: crate::guides::learning
/// [providers]: https://github.com/mem0ai/mem0-rust/blob/main/docs/providers.md
#[doc = include_str!("../docs/guides/models.md")]
pub mod models {}

/// [models]: crate::guides::models
/// [hosting]: https://github.com/mem0ai/mem0-rust/blob/main/docs/self-hosting.md
#[doc = include_str!("../docs/guides/learning.md")]
pub mod learning {}

#[doc = include_str!("../docs/guides/field-names.md")]
pub mod field_names {}

/// [self-hosting]: https://github.com/mem0ai/mem0-rust/blob/main/docs/self-hosting.md
/// [reliability]: https://github.com/mem0ai/mem0-rust/blob/main/docs/reliability.md#faults-of-the-machine
/// [embedders]: crate::guides::embedders#when-something-fails
#[doc = include_str!("../docs/guides/operating.md")]
pub mod operating {}
