//! The embedder in use and the one that is to follow it, which change while the engine runs.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use crate::components::{Components, EmbedderInUse};

/// The components in use. Clones share them.
///
/// Whoever embeds takes the components once, and carries their generation with the vectors. Where
/// the vectors meet the folder, its generation decides: with another one, the work begins again.
#[derive(Clone)]
pub(crate) struct Embedders(Arc<Shared>);

struct Shared {
    state: Mutex<State>,
    /// The numbers of the memories that were stored or changed and have no next vector yet.
    lacking: Mutex<BTreeSet<i64>>,
    /// Whether they are noted.
    is_noting: AtomicBool,
    /// Whether new texts wait, so that the last memories get their next vectors.
    is_closing: watch::Sender<bool>,
}

struct State {
    current: Arc<Components>,
    next: Option<Arc<Components>>,
    former: Option<Arc<Components>>,
}

impl Embedders {
    pub(crate) fn new(current: Components) -> Self {
        let state = State { current: Arc::new(current), next: None, former: None };
        Self(Arc::new(Shared {
            state: Mutex::new(state),
            lacking: Mutex::default(),
            is_noting: AtomicBool::new(false),
            is_closing: watch::Sender::new(false),
        }))
    }

    /// The components to begin with. The folder may have got others since.
    pub(crate) fn now(&self) -> Arc<Components> {
        self.state().current.clone()
    }

    /// The components that the folder has in this generation.
    pub(crate) fn of(&self, generation: i64) -> Arc<Components> {
        let state = self.state();
        let mut others = state.next.iter().chain(&state.former);
        let found = others.find(|components| components.generation == generation);
        found.unwrap_or(&state.current).clone()
    }

    /// The components for texts that become memories. While the embedder changes it may wait for a
    /// moment, but not for long.
    pub(crate) async fn to_store(&self) -> Arc<Components> {
        // The sender lives as long as this value, so waiting cannot fail.
        let _ = self.0.is_closing.subscribe().wait_for(|is_closing| !is_closing).await;
        self.now()
    }

    /// Whether new texts wait.
    pub(crate) fn is_closing(&self) -> bool {
        *self.0.is_closing.borrow()
    }

    pub(crate) fn set_closing(&self, is_closing: bool) {
        self.0.is_closing.send_replace(is_closing);
    }

    /// The components that are to follow.
    pub(crate) fn next(&self) -> Option<Arc<Components>> {
        self.state().next.clone()
    }

    /// Sets the embedder that is to follow.
    pub(crate) fn set_next(&self, embedder: EmbedderInUse) {
        let mut state = self.state();
        let current = state.current.as_ref().clone();
        let generation = current.generation + 1;
        state.next = Some(Arc::new(Components { embedder, generation, ..current }));
    }

    /// Makes the next embedder the one in use.
    pub(crate) fn exchange(&self) {
        let mut state = self.state();
        if let Some(next) = state.next.take() {
            state.former = Some(std::mem::replace(&mut state.current, next));
        }
    }

    /// Begins to note the memories that lack a next vector, or ends it. Runs on the writer, or
    /// before there is one.
    pub(crate) fn note_lacking(&self, is_noting: bool) {
        self.0.is_noting.store(is_noting, Ordering::SeqCst);
        self.lacking().clear();
    }

    /// Must be called on the writer for each row that is inserted.
    pub(crate) fn row_inserted(&self, table: &str, seq: i64) {
        if self.0.is_noting.load(Ordering::SeqCst) && table == "memory_index" {
            self.lacking().insert(seq);
        }
    }

    /// The smallest numbers of the memories that lack a next vector.
    pub(crate) fn first_lacking(&self, most: usize) -> Vec<i64> {
        self.lacking().iter().take(most).copied().collect()
    }

    /// How many memories lack a next vector, of those that were stored or changed since noting
    /// began.
    pub(crate) fn count_lacking(&self) -> usize {
        self.lacking().len()
    }

    /// Of these memories, only those lack it that still do. Runs on the writer, so that a change
    /// that follows is noted again.
    pub(crate) fn still_lack(&self, of: &[i64], still: &[i64]) {
        let mut lacking = self.lacking();
        for seq in of {
            if !still.contains(seq) {
                lacking.remove(seq);
            }
        }
    }

    fn lacking(&self) -> MutexGuard<'_, BTreeSet<i64>> {
        self.0.lacking.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
