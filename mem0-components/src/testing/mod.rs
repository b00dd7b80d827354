//! Components for tests, and the suites that every implementation must pass. Requires the feature
//! `testing`.
//!
//! [`ScriptedLlm`], [`HashEmbedder`], [`WordReranker`] and [`MemoryStore`] stand in for a model, an
//! embedder, a reranker and a store. [`LyingStore`] is a store that breaks one promise, to see what
//! stands on it.
//!
//! [`check_llm`], [`check_embedder`], [`check_reranker`] and [`check_vector_store`] hold an
//! implementation to what the traits promise. An implementation is done when its suite passes:
//!
//! ```
//! use mem0_components::testing::{CheckFailed, MemoryStore, check_vector_store};
//! # use std::{pin::pin, sync::Arc, task::{Context, Poll, Wake, Waker}, thread::{self, Thread}};
//! # struct Unpark(Thread);
//! # impl Wake for Unpark { fn wake(self: Arc<Self>) { self.0.unpark(); } }
//! # fn block_on<F: Future>(future: F) -> F::Output {
//! #     let mut future = pin!(future);
//! #     let waker = Waker::from(Arc::new(Unpark(thread::current())));
//! #     loop {
//! #         match future.as_mut().poll(&mut Context::from_waker(&waker)) {
//! #             Poll::Ready(output) => return output,
//! #             Poll::Pending => thread::park(),
//! #         }
//! #     }
//! # }
//!
//! // #[test]
//! fn the_store_keeps_its_promises() -> Result<(), CheckFailed> {
//!     let store = MemoryStore::new();
//!     block_on(check_vector_store(&store, "checked", 64))?;
//!     Ok(())
//! }
//! # the_store_keeps_its_promises().unwrap();
//! ```
//!
//! A suite runs all of its cases and names each that fails. It needs no async runtime of its own;
//! the future is polled by whatever the implementation needs.

mod embedder_suite;
mod hash_embedder;
mod llm_suite;
mod lying_store;
mod memory_store;
mod random;
mod report;
mod reranker_suite;
mod scripted_llm;
mod vector_store_suite;
mod word_reranker;

pub use embedder_suite::check_embedder;
pub use hash_embedder::HashEmbedder;
pub use llm_suite::check_llm;
pub use lying_store::{Lie, LyingStore};
pub use memory_store::MemoryStore;
pub use report::{CheckFailed, CheckOutcome, CheckReport};
pub use reranker_suite::check_reranker;
pub use scripted_llm::{Hold, ScriptedLlm};
pub use vector_store_suite::check_vector_store;
pub use word_reranker::WordReranker;
