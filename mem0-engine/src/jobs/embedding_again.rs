//! The thread that makes the vectors of the next embedder, and those that memories lack.
//!
//! It reads some texts, embeds them without a database connection, and writes their vectors. Each
//! step is in the folder when it is done, so a crash costs one of them at most.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rusqlite::Connection;
use tokio::sync::watch;

use super::asking::first;
use crate::EngineError;
use crate::components::Components;
use crate::components::embedders::Embedders;
use crate::folder::disk_room;
use crate::folder::open_folder::OpenFolder;
use crate::folder::vectors::{self, Lacking, Whose};
use crate::threads::readers::Readers;
use crate::threads::writer::Writer;
use crate::turns::Owner;
use crate::upkeep::next_embedder::{self, EmbedderChange, Name};

/// New texts wait when no more memories than this lack their next vectors.
const FEW: usize = 256;

/// How long they wait at most, and how long they do not wait after that.
const CLOSING: Duration = Duration::from_secs(2);
const OPEN: Duration = Duration::from_secs(5);

/// How long to wait after a failure that may pass: it doubles with each.
const RETRY: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(30));

/// How often progress is logged.
const LOGGED: Duration = Duration::from_secs(10);

/// Where the change of the embedder stands.
#[derive(Debug, Clone, Default)]
pub(crate) struct Standing {
    pub(crate) change: Option<EmbedderChange>,
    /// Whether there is nothing to do.
    pub(crate) is_idle: bool,
    /// Why there is nothing that can be done.
    pub(crate) halted: Option<EngineError>,
}

/// The thread's end of an engine. Clones share it.
#[derive(Clone)]
pub(crate) struct EmbeddingAgain(Arc<Desk>);

struct Desk {
    signal: Mutex<Signal>,
    changed: Condvar,
    has_ended: watch::Sender<bool>,
    standing: watch::Sender<Standing>,
}

#[derive(Default)]
struct Signal {
    is_woken: bool,
    has_ended: bool,
}

impl EmbeddingAgain {
    /// Starts the thread, which goes on with what the folder has begun.
    pub(crate) fn start(
        writer: Writer,
        readers: Readers,
        embedders: Embedders,
        folder: Arc<OpenFolder>,
        change: Option<EmbedderChange>,
    ) -> Result<(Self, JoinHandle<()>), EngineError> {
        let desk = Arc::new(Desk {
            signal: Mutex::default(),
            changed: Condvar::new(),
            has_ended: watch::Sender::new(false),
            standing: watch::Sender::new(Standing { change, ..Standing::default() }),
        });
        let work = Work { desk: desk.clone(), writer, readers, embedders, folder };
        let thread = thread::Builder::new().name("mem0-embedding".to_owned());
        Ok((Self(desk), thread.spawn(move || work.run())?))
    }

    /// Says that there may be something to do, and which change that is, if it is one.
    pub(crate) fn wake(&self, change: Option<EmbedderChange>) {
        let mut signal = self.0.signal();
        signal.is_woken = true;
        self.0.standing.send_modify(|standing| {
            standing.is_idle = false;
            standing.halted = None;
            if standing.change.is_none() {
                standing.change = change;
            }
        });
        self.0.changed.notify_all();
    }

    /// Ends the thread after its step. The rest waits for the next start.
    pub(crate) fn end(&self) {
        self.0.signal().has_ended = true;
        self.0.has_ended.send_replace(true);
        self.0.changed.notify_all();
    }

    /// Where it stands, now and later.
    pub(crate) fn standing(&self) -> watch::Receiver<Standing> {
        self.0.standing.subscribe()
    }
}

impl Desk {
    fn signal(&self) -> MutexGuard<'_, Signal> {
        self.signal.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Work {
    desk: Arc<Desk>,
    writer: Writer,
    readers: Readers,
    embedders: Embedders,
    folder: Arc<OpenFolder>,
}

/// What there is to do.
enum Task {
    Change(Name),
    Sweep,
    Fill,
    Nothing,
}

/// What came of the attempt to end a change.
enum Exchange {
    Done,
    /// Some memories lack their next vectors.
    NotYet,
    Cancelled,
}

/// Lets new texts in again when it is dropped.
struct Closing<'a>(&'a Embedders);

impl Drop for Closing<'_> {
    fn drop(&mut self) {
        self.0.set_closing(false);
    }
}

impl Work {
    fn run(&self) {
        let mut pause = RETRY.0;
        loop {
            let went = catch_unwind(AssertUnwindSafe(|| self.go_on()));
            let wait = match went.unwrap_or(Err(EngineError::Internal)) {
                Ok(true) => {
                    pause = RETRY.0;
                    Some(Duration::ZERO)
                }
                Ok(false) => {
                    pause = RETRY.0;
                    None
                }
                Err(EngineError::Closed) => return,
                Err(error) if error.may_pass() => {
                    tracing::warn!(%error, "embedding the memories again has to wait");
                    let wait = error.wait().unwrap_or_default().max(pause);
                    pause = (2 * pause).min(RETRY.1);
                    self.note(|standing| {
                        if let Some(change) = &mut standing.change {
                            change.waits_for = Some(error.to_string());
                        }
                    });
                    Some(wait)
                }
                Err(error) => {
                    tracing::error!(%error, "the memories cannot be embedded again");
                    self.halt(error);
                    None
                }
            };
            if !self.wait(wait) {
                return;
            }
        }
    }

    /// Waits until there may be something to do, or for this long. False at the end.
    fn wait(&self, limit: Option<Duration>) -> bool {
        let idle = |signal: &mut Signal| !signal.is_woken && !signal.has_ended;
        let signal = self.desk.signal();
        let mut signal = match limit {
            Some(limit) => {
                let waited = self.desk.changed.wait_timeout_while(signal, limit, idle);
                waited.unwrap_or_else(PoisonError::into_inner).0
            }
            None => {
                let waited = self.desk.changed.wait_while(signal, idle);
                waited.unwrap_or_else(PoisonError::into_inner)
            }
        };
        signal.is_woken = false;
        !signal.has_ended
    }

    fn note(&self, body: impl FnOnce(&mut Standing)) {
        self.desk.standing.send_modify(body);
    }

    /// Notes that nothing can be done, unless there is news.
    fn halt(&self, error: EngineError) {
        let signal = self.desk.signal();
        let is_woken = signal.is_woken;
        self.note(|standing| {
            if let Some(change) = &mut standing.change {
                change.waits_for = Some(error.to_string());
            }
            standing.halted = Some(error).filter(|_| !is_woken);
        });
    }

    fn check_end(&self) -> Result<(), EngineError> {
        if self.desk.signal().has_ended { Err(EngineError::Closed) } else { Ok(()) }
    }

    /// Does what there is to do. Returns whether there may be more.
    fn go_on(&self) -> Result<bool, EngineError> {
        self.check_end()?;
        let task = self.read(|connection| {
            if let Some(goal) = next_embedder::goal(connection)? {
                return Ok(Task::Change(goal));
            }
            if vectors::are_left(connection)? {
                return Ok(Task::Sweep);
            }
            Ok(if vectors::some_lack(connection)? { Task::Fill } else { Task::Nothing })
        })?;
        if !matches!(task, Task::Change(_)) {
            self.embedders.note_lacking(false);
        }
        match task {
            Task::Change(goal) => self.change(&goal)?,
            Task::Sweep => {
                self.note(|standing| standing.change = None);
                while self.shrink(vectors::sweep)? {
                    self.check_end()?;
                }
            }
            Task::Fill if !self.embedders.now().embedder.is_absent() => self.fill()?,
            Task::Fill | Task::Nothing => {
                let signal = self.desk.signal();
                if !signal.is_woken {
                    self.note(|standing| {
                        *standing = Standing { is_idle: true, ..Standing::default() }
                    });
                }
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Gives every memory a vector of the next embedder, and then makes that the embedder in use.
    fn change(&self, goal: &Name) -> Result<(), EngineError> {
        let next = self.embedders.next();
        let next = next.filter(|next| next.embedder.elsewhere() == *goal);
        let (done, memories) = self.read(|connection| {
            let count = "SELECT count(*) FROM memories";
            let count: i64 = connection.prepare_cached(count)?.query_row([], |row| row.get(0))?;
            Ok((vectors::count_next(connection)?, count.unsigned_abs()))
        })?;
        let from = self.embedders.now().embedder.elsewhere();
        let change = EmbedderChange::of(&from, goal, done, memories);
        self.note(|standing| standing.change = Some(change));
        let Some(next) = next else { return Err(next_embedder::changing(&from, goal)) };
        tracing::info!(done, memories, "embedding the memories for another embedder");
        let embedders = self.embedders.clone();
        // On the writer: what was stored before is committed with this, and seen below.
        self.write(move |_| {
            embedders.note_lacking(true);
            Ok(())
        })?;
        let at_once = next_embedder::at_once(&next.embedder);
        let (mut after, mut logged) = (0, Instant::now());
        loop {
            let found =
                self.read(move |c| vectors::lacking_after(c, Whose::Next, after, at_once))?;
            let Some(last) = found.next else { break };
            after = last;
            let seqs = found.lacking.iter().map(|memory| memory.seq).collect();
            if !self.give_next(goal, &next, found.lacking, seqs)? {
                return Ok(());
            }
            if logged.elapsed() >= LOGGED {
                logged = Instant::now();
                if let Some(change) = &self.desk.standing.borrow().change {
                    let (done, memories) = (change.done, change.memories);
                    tracing::info!(done, memories, "embedding the memories for another embedder");
                }
            }
        }
        self.end_change(goal, &next, at_once.0)
    }

    /// Gives the last memories their next vectors, while others change, until none lacks one.
    fn end_change(&self, goal: &Name, next: &Components, most: usize) -> Result<(), EngineError> {
        let mut closing: Option<(Closing<'_>, Instant)> = None;
        let mut opened: Option<Instant> = None;
        loop {
            let seqs = self.embedders.first_lacking(most);
            if seqs.is_empty() {
                match self.exchange(goal)? {
                    Exchange::Done => {
                        self.embedders.exchange();
                        tracing::info!("the folder has another embedder now");
                        return Ok(());
                    }
                    Exchange::Cancelled => return Ok(()),
                    Exchange::NotYet => continue,
                }
            }
            if closing.as_ref().is_some_and(|(_, since)| since.elapsed() > CLOSING) {
                closing = None;
                opened = Some(Instant::now());
            }
            if closing.is_none()
                && self.embedders.count_lacking() <= FEW
                && opened.is_none_or(|since| since.elapsed() > OPEN)
            {
                self.embedders.set_closing(true);
                closing = Some((Closing(&self.embedders), Instant::now()));
            }
            let asked = seqs.clone();
            let lacking = self.read(move |c| vectors::lacking_of(c, Whose::Next, &asked))?;
            if !self.give_next(goal, next, lacking, seqs)? {
                return Ok(());
            }
        }
    }

    /// Gives memories their next vectors. False when the change was cancelled.
    fn give_next(
        &self,
        goal: &Name,
        next: &Components,
        lacking: Vec<Lacking>,
        seqs: Vec<i64>,
    ) -> Result<bool, EngineError> {
        self.check_end()?;
        let vectors = self.embed(next, lacking)?;
        let (goal, embedders) = (goal.clone(), self.embedders.clone());
        let given = self.write(move |connection| {
            if next_embedder::goal(connection)?.as_ref() != Some(&goal) {
                return Ok(None);
            }
            let given = vectors::give(connection, Whose::Next, &vectors)?;
            let still = vectors::still_lacking(connection, Whose::Next, &seqs)?;
            embedders.still_lack(&seqs, &still);
            Ok(Some(given))
        })?;
        if let Some(given) = given {
            self.note(|standing| {
                if let Some(change) = &mut standing.change {
                    change.done += given;
                    change.memories = change.memories.max(change.done);
                    change.waits_for = None;
                }
            });
        }
        Ok(given.is_some())
    }

    /// Makes the next embedder the one in use, if no memory lacks a vector of it.
    fn exchange(&self, goal: &Name) -> Result<Exchange, EngineError> {
        let (goal, embedders) = (goal.clone(), self.embedders.clone());
        let answer = self.writer.send_alone(Owner::JOBS, move |connection| {
            if next_embedder::goal(connection)?.as_ref() != Some(&goal) {
                return Ok(Exchange::Cancelled);
            }
            if embedders.count_lacking() > 0 {
                return Ok(Exchange::NotYet);
            }
            next_embedder::exchange(connection, &goal)?;
            // If this is not committed, the change begins again.
            embedders.note_lacking(false);
            Ok(Exchange::Done)
        });
        self.folder.note(answer.blocking_recv().unwrap_or(Err(EngineError::Closed)))
    }

    /// Gives the memories that have no vector one of the embedder in use.
    fn fill(&self) -> Result<(), EngineError> {
        let current = self.embedders.now();
        let (at_once, mut after) = (next_embedder::at_once(&current.embedder), 0);
        loop {
            self.check_end()?;
            let found =
                self.read(move |c| vectors::lacking_after(c, Whose::Current, after, at_once))?;
            let Some(last) = found.next else { break };
            after = last;
            let vectors = self.embed(&current, found.lacking)?;
            if !vectors.is_empty() {
                self.write(move |c| vectors::give(c, Whose::Current, &vectors))?;
            }
        }
        self.write(vectors::none_lacks)
    }

    /// Embeds with no connection in reach.
    fn embed(
        &self,
        components: &Components,
        lacking: Vec<Lacking>,
    ) -> Result<Vec<(Lacking, Vec<u8>)>, EngineError> {
        if lacking.is_empty() {
            return Ok(Vec::new());
        }
        let mut end = self.desk.has_ended.subscribe();
        let ended = pin!(async move { end.wait_for(|end| *end).await.map(drop) });
        let embedded = pin!(next_embedder::embed(components, lacking));
        pollster::block_on(first(embedded, ended)).unwrap_or(Err(EngineError::Closed))
    }

    fn read<T: Send + 'static>(
        &self,
        body: impl FnOnce(&Connection) -> Result<T, EngineError> + Send + 'static,
    ) -> Result<T, EngineError> {
        let answer = self.readers.send(Owner::JOBS, body).blocking_recv();
        answer.unwrap_or(Err(EngineError::Closed))
    }

    fn write<T: Send + 'static>(
        &self,
        body: impl Fn(&Connection) -> Result<T, EngineError> + Send + 'static,
    ) -> Result<T, EngineError> {
        self.shrink(move |connection| disk_room::grow(connection, &body))
    }

    /// Writes what makes the folder no larger.
    fn shrink<T: Send + 'static>(
        &self,
        body: impl Fn(&Connection) -> Result<T, EngineError> + Send + 'static,
    ) -> Result<T, EngineError> {
        let answer = self.writer.send(Owner::JOBS, body).blocking_recv();
        self.folder.note(answer.unwrap_or(Err(EngineError::Closed)))
    }
}
