//! How the methods of an engine reach its threads.

use std::sync::Arc;

use rusqlite::Connection;
use tokio::sync::oneshot;

use super::Engine;
use crate::folder::disk_room;
use crate::folder::open_folder::OpenFolder;
use crate::jobs::wake_signal::WakeSignal;
use crate::memories::stats::Retrievals;
use crate::threads::writer::Writer;
use crate::turns::Owner;
use crate::{Access, EngineError};

impl Engine {
    /// Reads what the access allows.
    pub(crate) async fn read<T, F>(&self, body: F) -> Result<T, EngineError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection, &Access) -> Result<T, EngineError> + Send + 'static,
    {
        let access = self.access.clone();
        let answer = self.begin_to_read(access.owner(), move |connection| {
            access.check(connection)?;
            body(connection, &access)
        })?;
        answer.await.unwrap_or(Err(EngineError::Closed))
    }

    /// Reads what the access allows, and counts it as a retrieval.
    pub(crate) async fn retrieve<T, F>(&self, body: F) -> Result<T, EngineError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection, &Access) -> Result<T, EngineError> + Send + 'static,
    {
        let found = self.read(body).await?;
        self.inner.retrievals.count(&self.access);
        Ok(found)
    }

    pub(crate) fn retrievals(&self) -> &Retrievals {
        &self.inner.retrievals
    }

    /// Reads without regard to the access.
    pub(crate) async fn read_folder<T, F>(&self, body: F) -> Result<T, EngineError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, EngineError> + Send + 'static,
    {
        self.begin_to_read(Owner::ENGINE, body)?.await.unwrap_or(Err(EngineError::Closed))
    }

    /// Begins to read without regard to the access, in the owner's turn, and does not wait. The
    /// read ends if the answer is dropped first.
    pub(crate) fn begin_to_read<T, F>(
        &self,
        owner: Owner,
        body: F,
    ) -> Result<oneshot::Receiver<Result<T, EngineError>>, EngineError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, EngineError> + Send + 'static,
    {
        let (folder, share) = (self.folder()?, self.share.clone());
        let body = move |connection: &Connection| {
            let _held = share;
            // What is still open may be what somebody has removed for good.
            folder.check()?;
            body(connection)
        };
        match self.inner.running().as_ref().and_then(|running| running.read.as_ref()) {
            Some((readers, _)) => Ok(readers.send(owner, body)),
            None => Err(EngineError::Closed),
        }
    }

    /// Changes what the access allows. Refused when the disk is full.
    pub(crate) async fn write<T, F>(&self, body: F) -> Result<T, EngineError>
    where
        T: Send + 'static,
        F: Fn(&Connection, &Access) -> Result<T, EngineError> + Send + 'static,
    {
        self.grow_as(self.access.owner(), self.allowed(body)?).await
    }

    /// Like `write`, for a change that removes something: it goes on when the disk is full.
    pub(crate) async fn make_room<T, F>(&self, body: F) -> Result<T, EngineError>
    where
        T: Send + 'static,
        F: Fn(&Connection, &Access) -> Result<T, EngineError> + Send + 'static,
    {
        self.write_as(self.access.owner(), self.allowed(body)?).await
    }

    fn allowed<T, F>(
        &self,
        body: F,
    ) -> Result<impl Fn(&Connection) -> Result<T, EngineError> + use<T, F>, EngineError>
    where
        F: Fn(&Connection, &Access) -> Result<T, EngineError>,
    {
        self.access.check_writable()?;
        let access = self.access.clone();
        Ok(move |connection: &Connection| {
            access.check(connection)?;
            body(connection, &access)
        })
    }

    /// Changes the folder without regard to the access. Refused when the disk is full.
    pub(crate) async fn write_folder<T, F>(&self, body: F) -> Result<T, EngineError>
    where
        T: Send + 'static,
        F: Fn(&Connection) -> Result<T, EngineError> + Send + 'static,
    {
        self.grow_as(Owner::ENGINE, body).await
    }

    async fn grow_as<T, F>(&self, owner: Owner, body: F) -> Result<T, EngineError>
    where
        T: Send + 'static,
        F: Fn(&Connection) -> Result<T, EngineError> + Send + 'static,
    {
        let folder = self.folder()?;
        let grown =
            self.write_as(owner, move |connection| disk_room::grow(connection, &body)).await?;
        folder.note_room();
        Ok(grown)
    }

    /// Like `write_folder`, for a change that removes something or needs next to no room.
    pub(crate) async fn make_room_in_folder<T, F>(&self, body: F) -> Result<T, EngineError>
    where
        T: Send + 'static,
        F: Fn(&Connection) -> Result<T, EngineError> + Send + 'static,
    {
        self.write_as(Owner::ENGINE, body).await
    }

    async fn write_as<T, F>(&self, owner: Owner, body: F) -> Result<T, EngineError>
    where
        T: Send + 'static,
        F: Fn(&Connection) -> Result<T, EngineError> + Send + 'static,
    {
        let (folder, kept, share) = (self.folder()?, self.folder()?, self.share.clone());
        let body = move |connection: &Connection| {
            let _held = &share;
            Ok((kept.keep_reserve()?, body(connection)?))
        };
        let answer = self.with_writer(|writer| match self.is_alone {
            true => writer.send_alone(owner, body),
            false => writer.send(owner, body),
        })?;
        match folder.note(answer.await.unwrap_or(Err(EngineError::Closed))) {
            Ok((is_tight, value)) => {
                if is_tight {
                    // It has no room to grow until the worker comes to it.
                    if let Ok(emptied) = self.with_writer(Writer::empty_log) {
                        let _ = emptied.await;
                    }
                }
                Ok(value)
            }
            Err(error) => {
                if let EngineError::DiskFull = error {
                    // The worker gives the reserve up and empties the log.
                    let _ = self.wake_signal().map(|wake| wake.wake());
                }
                Err(error)
            }
        }
    }

    /// The writer must not be kept: it ends when nobody has it any more.
    fn with_writer<T>(&self, body: impl FnOnce(&Writer) -> T) -> Result<T, EngineError> {
        match self.inner.running().as_ref().and_then(|running| running.write.as_ref()) {
            Some((writer, _)) => Ok(body(writer)),
            None => Err(EngineError::Closed),
        }
    }

    /// Like `write`, for a change that queues an event.
    pub(crate) async fn queue<T, F>(&self, body: F) -> Result<T, EngineError>
    where
        T: Send + 'static,
        F: Fn(&Connection, &Access) -> Result<T, EngineError> + Send + 'static,
    {
        self.write(self.waking(body)?).await
    }

    /// Like `make_room`, for a change that queues the event of a deletion.
    pub(crate) async fn queue_deletion<T, F>(&self, body: F) -> Result<T, EngineError>
    where
        T: Send + 'static,
        F: Fn(&Connection, &Access) -> Result<T, EngineError> + Send + 'static,
    {
        self.make_room(self.waking(body)?).await
    }

    fn waking<T, F>(
        &self,
        body: F,
    ) -> Result<impl Fn(&Connection, &Access) -> Result<T, EngineError> + use<T, F>, EngineError>
    where
        F: Fn(&Connection, &Access) -> Result<T, EngineError>,
    {
        let wake = self.wake_signal()?;
        Ok(move |connection: &Connection, access: &Access| {
            let queued = body(connection, access)?;
            // Woken here rather than after the answer: a dropped future would not get that far. The
            // worker's own writes come after this one.
            wake.wake();
            Ok(queued)
        })
    }

    pub(super) fn wake_signal(&self) -> Result<WakeSignal, EngineError> {
        match self.inner.running().as_ref() {
            Some(running) => Ok(running.wake.clone()),
            None => Err(EngineError::Closed),
        }
    }

    pub(super) fn folder(&self) -> Result<Arc<OpenFolder>, EngineError> {
        match self.inner.running().as_ref() {
            Some(running) => Ok(running.folder.clone()),
            None => Err(EngineError::Closed),
        }
    }
}
