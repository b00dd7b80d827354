//! Changing the embedder of a folder.

use std::path::Path;

use tokio::sync::watch;

use super::Engine;
use crate::EngineError;
use crate::components::EmbedderChoice;
use crate::components::options::EngineOptions;
use crate::jobs::embedding_again::{EmbeddingAgain, Standing};
use crate::upkeep::next_embedder::{self, Begun, EmbedderChange};

impl Engine {
    /// Opens a data folder like [`open`](Self::open), and [changes its
    /// embedder](Self::change_embedder) to this one, if it has another. What has begun before goes
    /// on.
    ///
    /// If the embedder that the folder has is not built in, it is not here: until the change is
    /// done, searches go by words.
    ///
    /// ```
    /// # use mem0_engine::{BuiltIn, Engine};
    /// # let name = format!("mem0-open-change-doc-{}", std::process::id());
    /// # let folder = std::env::temp_dir().join(name);
    /// let engine = Engine::open_and_change_embedder(&folder, BuiltIn::Static)?;
    /// # drop(engine);
    /// # std::fs::remove_dir_all(&folder).ok();
    /// # Ok::<(), mem0_engine::EngineError>(())
    /// ```
    ///
    /// # Errors
    /// As for [`open`](Self::open); [`EngineError::ChangingEmbedder`] when the embedder is being
    /// changed to another one.
    pub fn open_and_change_embedder(
        data_dir: impl AsRef<Path>,
        to: impl Into<EmbedderChoice>,
    ) -> Result<Self, EngineError> {
        Self::open_with(data_dir, EngineOptions::default().change_embedder(to))
    }

    /// Begins to change the embedder of the data folder, and does not wait for the end, which
    /// [`embedder_changed`](Self::embedder_changed) does.
    ///
    /// The memories are embedded in the background, behind what anybody else asks for. Meanwhile
    /// searches use the former embedder, then all use the new one. The change goes on when the
    /// folder is opened again with either embedder; one that is not built in must be given. A
    /// repeated call goes on with a change that a failure has halted.
    ///
    /// [`plan_embedder_change`](crate::plan_embedder_change) says beforehand what it takes.
    ///
    /// ```
    /// # async fn change(engine: mem0_engine::Engine) -> Result<(), mem0_engine::EngineError> {
    /// engine.change_embedder(mem0_engine::BuiltIn::Static).await?;
    /// engine.embedder_changed().await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`EngineError::ChangingEmbedder`] when it is being changed to another one;
    /// [`EngineError::DiskFull`]; [`EngineError::Closed`]; [`EngineError::Storage`].
    pub async fn change_embedder(&self, to: impl Into<EmbedderChoice>) -> Result<(), EngineError> {
        let to = to.into();
        let name = to.elsewhere();
        let embedder = to.start()?;
        loop {
            let name = name.clone();
            let begun =
                self.write_folder(move |connection| next_embedder::begin(connection, &name));
            match begun.await? {
                Begun::HasIt => return Ok(()),
                Begun::Noted => break,
                Begun::MustBeSwept => {
                    self.again()?.wake(None);
                    self.embedder_changed().await?;
                }
            }
        }
        let from = self.embedders().now().embedder.elsewhere();
        self.embedders().set_next(embedder);
        self.again()?.wake(Some(EmbedderChange::of(&from, &name, 0, 0)));
        Ok(())
    }

    /// How far the change of the embedder has come; `None` when there is none.
    ///
    /// ```
    /// # fn show(engine: mem0_engine::Engine) -> Result<(), mem0_engine::EngineError> {
    /// if let Some(change) = engine.embedder_change()? {
    ///     println!("{} of {} memories", change.done, change.memories);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`EngineError::Closed`].
    pub fn embedder_change(&self) -> Result<Option<EmbedderChange>, EngineError> {
        Ok(self.standing()?.borrow().change.clone())
    }

    /// Waits until every memory has a vector of the embedder in use, and what a change has left is
    /// removed.
    ///
    /// ```
    /// # async fn wait(engine: mem0_engine::Engine) -> Result<(), mem0_engine::EngineError> {
    /// engine.embedder_changed().await?;
    /// assert_eq!(engine.embedder_change()?, None);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`EngineError::ChangingEmbedder`] when the new embedder is not here;
    /// [`EngineError::Component`] when it failed in a way that does not pass;
    /// [`EngineError::Closed`]; [`EngineError::Storage`].
    pub async fn embedder_changed(&self) -> Result<(), EngineError> {
        let mut standing = self.standing()?;
        let done = standing.wait_for(|standing| standing.is_idle || standing.halted.is_some());
        match done.await {
            Ok(standing) => standing.halted.clone().map_or(Ok(()), Err),
            Err(_) => Err(EngineError::Closed),
        }
    }

    /// Cancels the change of the embedder: the folder keeps the one that it has. What was made of
    /// the new one is removed in the background. Returns whether there was a change.
    ///
    /// ```
    /// # async fn cancel(engine: mem0_engine::Engine) -> Result<(), mem0_engine::EngineError> {
    /// engine.cancel_embedder_change().await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`EngineError::Closed`]; [`EngineError::Storage`].
    pub async fn cancel_embedder_change(&self) -> Result<bool, EngineError> {
        let cancelled = self.make_room_in_folder(|connection| {
            let is_begun = next_embedder::goal(connection)?.is_some();
            next_embedder::cancel(connection)?;
            Ok(is_begun)
        });
        let was_begun = cancelled.await?;
        self.again()?.wake(None);
        Ok(was_begun)
    }

    fn again(&self) -> Result<EmbeddingAgain, EngineError> {
        match self.inner.running().as_ref().and_then(|running| running.again.as_ref()) {
            Some((again, _)) => Ok(again.clone()),
            None => Err(EngineError::Closed),
        }
    }

    fn standing(&self) -> Result<watch::Receiver<Standing>, EngineError> {
        Ok(self.again()?.standing())
    }
}
