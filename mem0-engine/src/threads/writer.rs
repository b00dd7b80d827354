use std::cell::Cell;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rusqlite::{Connection, TransactionBehavior};
use tokio::sync::oneshot;

use crate::EngineError;
use crate::folder::schema;
use crate::turns::{Owner, Turns};

/// The most commands that share one commit: enough to make its sync cheap.
const GROUP: usize = 128;

/// How long commands join a group, so that the first of them does not wait long for its answer.
const GROUPING: Duration = Duration::from_millis(10);

/// How long emptying the log waits for reads that began before it. Nothing is written meanwhile.
const READS: Duration = Duration::from_millis(20);

/// How long emptying the log waits for commands.
const LOG_WAITS: Duration = Duration::from_secs(1);

/// Sends commands to the single thread that writes.
///
/// Those of one key run in the order in which they were sent. The next one is of the project that
/// has used the writer least. Each has its own savepoint, and many share one transaction. Each is
/// answered only after that transaction is on disk. When the transaction cannot be committed, each
/// is run again in one of its own, so that nobody is refused for what somebody else wrote.
#[derive(Clone)]
pub(crate) struct Writer(Arc<Ending>);

/// Ends the thread when it is dropped.
struct Ending(Arc<Queue>);

#[derive(Default)]
struct Queue {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    commands: Turns<Box<dyn Command>>,
    logs: VecDeque<(Instant, oneshot::Sender<Result<bool, EngineError>>)>,
    is_ending: bool,
}

enum Task {
    Run(Owner, Box<dyn Command>),
    EmptyLog(oneshot::Sender<Result<bool, EngineError>>),
}

impl Drop for Ending {
    fn drop(&mut self) {
        self.0.state().is_ending = true;
        self.0.changed.notify_one();
    }
}

impl Writer {
    /// Starts the thread. It calls `committing` last in each transaction and `committed` after it.
    /// It ends when every `Writer` is gone and all commands are done.
    pub(crate) fn start(
        connection: Connection,
        committing: impl Fn(&Connection) -> Result<(), EngineError> + Send + 'static,
        committed: impl Fn() + Send + 'static,
    ) -> Result<(Self, JoinHandle<()>), EngineError> {
        let queue = Arc::<Queue>::default();
        let writer = Self(Arc::new(Ending(Arc::clone(&queue))));
        let thread = thread::Builder::new()
            .name("mem0-writer".to_owned())
            .spawn(move || run(connection, &queue, committing, committed))?;
        Ok((writer, thread))
    }

    /// Queues `body`. The answer comes when its effects are on disk, or were undone because it
    /// failed. It runs a second time when the transaction that it shared was undone.
    pub(crate) fn send<T, F>(
        &self,
        owner: Owner,
        body: F,
    ) -> oneshot::Receiver<Result<T, EngineError>>
    where
        T: Send + 'static,
        F: Fn(&Connection) -> Result<T, EngineError> + Send + 'static,
    {
        self.command(owner, body, false)
    }

    /// The same in a transaction of its own, for a command that may make its whole transaction
    /// fail.
    pub(crate) fn send_alone<T, F>(
        &self,
        owner: Owner,
        body: F,
    ) -> oneshot::Receiver<Result<T, EngineError>>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, EngineError> + Send + 'static,
    {
        let body = Cell::new(Some(body));
        let once = move |connection: &Connection| match body.take() {
            Some(body) => body(connection),
            None => Err(EngineError::Internal),
        };
        self.command(owner, once, true)
    }

    fn command<T, F>(
        &self,
        owner: Owner,
        body: F,
        is_alone: bool,
    ) -> oneshot::Receiver<Result<T, EngineError>>
    where
        T: Send + 'static,
        F: Fn(&Connection) -> Result<T, EngineError> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let command = Write { body, outcome: None, reply, is_alone };
        self.queue().state().commands.push(owner, Box::new(command));
        self.queue().changed.notify_one();
        answer
    }

    /// Truncates the write-ahead log once all of it is in the database; until then it contains what
    /// was deleted. The answer is false when a read that began before is in the way.
    pub(crate) fn empty_log(&self) -> oneshot::Receiver<Result<bool, EngineError>> {
        let (reply, answer) = oneshot::channel();
        self.queue().state().logs.push_back((Instant::now(), reply));
        self.queue().changed.notify_one();
        answer
    }

    fn queue(&self) -> &Queue {
        &self.0.0
    }
}

impl Queue {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for the next task; `None` when every `Writer` is gone.
    fn next(&self) -> Option<Task> {
        let mut state = self.state();
        loop {
            let is_late = state.logs.front().is_some_and(|(since, _)| since.elapsed() > LOG_WAITS);
            if !is_late && let Some((owner, command)) = state.commands.next(|_, _| true) {
                return Some(Task::Run(owner, command));
            }
            if let Some((_, reply)) = state.logs.pop_front() {
                return Some(Task::EmptyLog(reply));
            }
            if state.is_ending {
                return None;
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn is_empty(&self) -> bool {
        self.state().commands.is_empty()
    }

    /// The next command, if it may share a transaction.
    fn joining(&self) -> Option<(Owner, Box<dyn Command>)> {
        self.state().commands.next_if(|command| !command.is_alone())
    }

    fn charge(&self, owner: Owner, time: Duration) {
        self.state().commands.charge(owner, time);
    }
}

trait Command: Send {
    /// Whether it wants a transaction of its own.
    fn is_alone(&self) -> bool;
    /// Runs in a savepoint of its own, unless it is alone in its transaction. Returns whether to
    /// keep its effects.
    fn run(&mut self, connection: &Connection, alone: bool) -> bool;
    fn answer(self: Box<Self>, committed: Result<(), EngineError>);
}

struct Write<T, F> {
    body: F,
    /// What came of it the last time.
    outcome: Option<Result<T, EngineError>>,
    reply: oneshot::Sender<Result<T, EngineError>>,
    is_alone: bool,
}

impl<T, F> Command for Write<T, F>
where
    T: Send,
    F: Fn(&Connection) -> Result<T, EngineError> + Send,
{
    fn is_alone(&self) -> bool {
        self.is_alone
    }

    fn run(&mut self, connection: &Connection, alone: bool) -> bool {
        let body = &self.body;
        let outcome = if alone { caught(connection, body) } else { in_savepoint(connection, body) };
        self.outcome.insert(outcome).is_ok()
    }

    fn answer(self: Box<Self>, committed: Result<(), EngineError>) {
        let Self { body, outcome, reply, .. } = *self;
        // What it holds is free by the time that its caller goes on.
        drop(body);
        let answer = match (outcome, committed) {
            (Some(Err(error)), _) | (_, Err(error)) => Err(error),
            (Some(Ok(value)), Ok(())) => Ok(value),
            (None, Ok(())) => Err(EngineError::Internal),
        };
        // A dropped future does not wait for its answer.
        let _ = reply.send(answer);
    }
}

/// Runs `body`. Its effects are kept when it succeeds, and undone when it fails or panics.
pub(crate) fn in_savepoint<T>(
    connection: &Connection,
    body: impl FnOnce(&Connection) -> Result<T, EngineError>,
) -> Result<T, EngineError> {
    connection.execute_batch("SAVEPOINT command")?;
    let outcome = caught(connection, body);
    let end = match outcome {
        Ok(_) => connection.execute_batch("RELEASE command"),
        Err(_) => connection.execute_batch("ROLLBACK TO command; RELEASE command"),
    };
    outcome.and_then(|value| end.map(|()| value).map_err(EngineError::from))
}

fn caught<T>(
    connection: &Connection,
    body: impl FnOnce(&Connection) -> Result<T, EngineError>,
) -> Result<T, EngineError> {
    catch_unwind(AssertUnwindSafe(|| body(connection))).unwrap_or(Err(EngineError::Internal))
}

fn run(
    mut connection: Connection,
    queue: &Queue,
    committing: impl Fn(&Connection) -> Result<(), EngineError>,
    after_commit: impl Fn(),
) {
    while let Some(task) = queue.next() {
        let first = match task {
            Task::Run(owner, first) => (owner, first),
            Task::EmptyLog(reply) => {
                let _ = reply.send(empty_log(&connection, READS));
                continue;
            }
        };
        let is_alone = first.1.is_alone() || queue.is_empty();
        let mut group = Group { commands: Vec::new(), queue };
        let committed = group.commit(&mut connection, first, is_alone, &committing);
        after_commit();
        if committed.is_ok() || group.commands.len() == 1 {
            group.answer(committed);
            continue;
        }
        for command in group.commands {
            let mut alone = Group { commands: Vec::new(), queue };
            let committed = alone.commit(&mut connection, command, true, &committing);
            after_commit();
            alone.answer(committed);
        }
    }
    // Leaves a single tidy file behind. Not needed for correctness, since the next start recovers
    // the log.
    let _ = empty_log(&connection, schema::PATIENCE);
}

fn empty_log(connection: &Connection, patience: Duration) -> Result<bool, EngineError> {
    connection.busy_timeout(patience)?;
    let busy = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0));
    connection.busy_timeout(schema::PATIENCE)?;
    Ok(!busy?)
}

/// Commands that share a transaction.
struct Group<'a> {
    commands: Vec<(Owner, Box<dyn Command>)>,
    queue: &'a Queue,
}

impl Group<'_> {
    fn commit(
        &mut self,
        connection: &mut Connection,
        first: (Owner, Box<dyn Command>),
        is_alone: bool,
        committing: impl Fn(&Connection) -> Result<(), EngineError>,
    ) -> Result<(), EngineError> {
        let began = Instant::now();
        let mut next = Some(first);
        let transaction = match connection.transaction_with_behavior(TransactionBehavior::Immediate)
        {
            Ok(transaction) => transaction,
            Err(error) => {
                self.commands.extend(next);
                return Err(error.into());
            }
        };
        while let Some((owner, mut command)) = next.take() {
            let since = Instant::now();
            let succeeded = command.run(&transaction, is_alone);
            self.commands.push((owner, command));
            self.queue.charge(owner, since.elapsed());
            if !succeeded && is_alone {
                // The command answers with its own error.
                return Ok(transaction.rollback()?);
            }
            // A full disk makes SQLite undo the whole transaction. Commands that ran after that
            // would be committed on their own, although they are answered with an error.
            if transaction.is_autocommit() {
                return Err(std::io::Error::other("the database undid the transaction").into());
            }
            if !is_alone && self.commands.len() < GROUP && began.elapsed() < GROUPING {
                next = self.queue.joining();
            }
        }
        committing(&transaction)?;
        Ok(transaction.commit()?)
    }

    fn answer(self, committed: Result<(), EngineError>) {
        self.commands.into_iter().for_each(|(_, command)| command.answer(committed.clone()));
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    const ENGINE: Owner = Owner::ENGINE;

    fn writer() -> (Writer, JoinHandle<()>) {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch("CREATE TABLE t (n INTEGER PRIMARY KEY)").unwrap();
        Writer::start(connection, |_| Ok(()), || ()).unwrap()
    }

    fn insert(n: i64) -> impl Fn(&Connection) -> Result<(), EngineError> + Send + 'static {
        move |connection| Ok(connection.execute("INSERT INTO t VALUES (?)", [n]).map(drop)?)
    }

    fn rows(writer: &Writer) -> Vec<i64> {
        let rows = writer.send(ENGINE, |connection| {
            let mut statement = connection.prepare("SELECT n FROM t ORDER BY n")?;
            Ok(statement.query_map([], |row| row.get(0))?.collect::<Result<Vec<i64>, _>>()?)
        });
        rows.blocking_recv().unwrap().unwrap()
    }

    type Answer = oneshot::Receiver<Result<(), EngineError>>;

    /// Keeps the writer busy, so that the commands sent meanwhile share one transaction.
    fn block(writer: &Writer) -> (mpsc::Sender<()>, Answer) {
        let (go, wait) = mpsc::channel();
        let (begun, begins) = mpsc::channel();
        let held = writer.send(ENGINE, move |_| {
            begun.send(()).unwrap();
            wait.recv().unwrap();
            Ok(())
        });
        begins.recv().unwrap();
        (go, held)
    }

    #[test]
    fn a_command_that_fails_or_panics_is_undone_alone() {
        let (writer, _thread) = writer();
        let (go, held) = block(&writer);
        let first = writer.send(ENGINE, insert(1));
        let failed = writer.send(ENGINE, |connection| {
            insert(2)(connection)?;
            insert(1)(connection)
        });
        let panicked = writer.send(ENGINE, |connection| -> Result<(), EngineError> {
            insert(3)(connection)?;
            panic!("on purpose")
        });
        let last = writer.send(ENGINE, insert(4));
        go.send(()).unwrap();
        assert!(held.blocking_recv().unwrap().is_ok());
        assert!(first.blocking_recv().unwrap().is_ok());
        assert!(matches!(failed.blocking_recv().unwrap(), Err(EngineError::Storage(_))));
        assert!(matches!(panicked.blocking_recv().unwrap(), Err(EngineError::Internal)));
        assert!(last.blocking_recv().unwrap().is_ok());
        assert_eq!(rows(&writer), [1, 4]);
    }

    #[test]
    fn when_the_transaction_is_lost_each_command_is_tried_alone() {
        let (writer, _thread) = writer();
        let (go, held) = block(&writer);
        let before = writer.send(ENGINE, insert(1));
        let lost = writer.send(ENGINE, |connection| Ok(connection.execute_batch("ROLLBACK")?));
        let after = writer.send(ENGINE, insert(2));
        go.send(()).unwrap();
        assert!(held.blocking_recv().unwrap().is_ok());
        assert!(before.blocking_recv().unwrap().is_ok());
        assert!(matches!(lost.blocking_recv().unwrap(), Err(EngineError::Storage(_))));
        assert!(after.blocking_recv().unwrap().is_ok());
        assert_eq!(rows(&writer), [1, 2]);
        assert!(writer.send(ENGINE, insert(5)).blocking_recv().unwrap().is_ok());
        assert_eq!(rows(&writer), [1, 2, 5]);
    }

    #[test]
    fn a_command_that_the_disk_is_too_full_for_is_refused_alone() {
        let (writer, _thread) = writer();
        let few_pages = writer.send_alone(ENGINE, |connection| {
            let sql = "CREATE TABLE long (text BLOB); PRAGMA max_page_count = 16";
            Ok(connection.execute_batch(sql)?)
        });
        assert!(few_pages.blocking_recv().unwrap().is_ok());
        let (go, held) = block(&writer);
        let before = writer.send(ENGINE, insert(1));
        let too_large = writer.send(ENGINE, |connection| {
            Ok(connection.execute("INSERT INTO long VALUES (zeroblob(1000000))", [])?)
        });
        let after = writer.send(ENGINE, insert(2));
        go.send(()).unwrap();
        assert!(held.blocking_recv().unwrap().is_ok());
        assert!(before.blocking_recv().unwrap().is_ok());
        let refused = too_large.blocking_recv().unwrap().unwrap_err();
        assert!(refused.is_out_of_room(), "{refused:?}");
        assert!(after.blocking_recv().unwrap().is_ok());
        assert_eq!(rows(&writer), [1, 2]);
    }

    #[test]
    fn emptying_the_log_loses_nothing_that_was_sent_around_it() {
        let (writer, thread) = writer();
        let (go, held) = block(&writer);
        let before = writer.send(ENGINE, insert(1));
        let emptied = [writer.empty_log(), writer.empty_log()];
        let after = writer.send(ENGINE, insert(2));
        go.send(()).unwrap();
        for answer in [held, before, after] {
            assert!(answer.blocking_recv().unwrap().is_ok());
        }
        for answer in emptied {
            assert!(answer.blocking_recv().unwrap().unwrap());
        }
        assert_eq!(rows(&writer), [1, 2]);
        drop(writer);
        thread.join().unwrap();
    }

    #[test]
    fn a_transaction_of_its_own_is_lost_alone() {
        let (writer, _thread) = writer();
        let (go, held) = block(&writer);
        let before = writer.send(ENGINE, insert(1));
        let lost =
            writer.send_alone(ENGINE, |connection| Ok(connection.execute_batch("ROLLBACK")?));
        let after = writer.send(ENGINE, insert(2));
        let own = writer.send_alone(ENGINE, insert(3));
        go.send(()).unwrap();
        assert!(matches!(lost.blocking_recv().unwrap(), Err(EngineError::Storage(_))));
        for kept in [held, before, after, own] {
            assert!(kept.blocking_recv().unwrap().is_ok());
        }
        assert_eq!(rows(&writer), [1, 2, 3]);
    }

    #[test]
    fn commands_are_done_before_the_thread_ends() {
        let (writer, thread) = writer();
        let answers: Vec<_> = (0..500).map(|n| writer.send(ENGINE, insert(n))).collect();
        drop(writer);
        thread.join().unwrap();
        for answer in answers {
            assert!(answer.blocking_recv().unwrap().is_ok());
        }
    }
}
