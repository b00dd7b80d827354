use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use tokio::sync::watch;

use super::fair_queue::FairQueue;
use super::phases::{self, Prepared};
use super::wake_signal::WakeSignal;
use crate::EngineError;
use crate::components::{Answer, Components, Question};
use crate::job::{self, Next};
use crate::threads::readers::Readers;
use crate::threads::writer::Writer;

/// How many jobs are prepared outside of the writer at once: the most questions that are out.
pub(crate) const AT_ONCE: usize = 16;

/// How long a closing engine waits for the questions that are out. What is cut off is asked again
/// after the next start.
const GRACE: Duration = Duration::from_secs(5);

/// Prepares jobs outside of the writer, each on a thread of its own: what one asks for holds up no
/// other project.
pub(crate) struct Asking {
    shared: Arc<Shared>,
    end: watch::Sender<End>,
    threads: Vec<JoinHandle<()>>,
}

struct Shared {
    /// How many jobs are being prepared.
    under_way: AtomicUsize,
    writer: Writer,
    readers: Readers,
    components: Arc<Components>,
    queue: FairQueue,
    wake: WakeSignal,
    end: watch::Receiver<End>,
    /// Long texts are analysed one after the other.
    analysing: Mutex<()>,
}

/// How near the end is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd)]
enum End {
    Far,
    /// No further question is asked.
    Near,
    /// Questions that are out are given up.
    Now,
}

/// Why the preparing of a job ended before it was carried out.
enum Unfinished {
    /// The engine is closed; the job stays in the queue.
    Closing,
    /// It may be tried again, at the soonest after the time that was asked for.
    Later(EngineError),
}

impl From<EngineError> for Unfinished {
    fn from(error: EngineError) -> Self {
        if matches!(error, EngineError::Closed) { Self::Closing } else { Self::Later(error) }
    }
}

impl Asking {
    pub(crate) fn new(
        writer: Writer,
        readers: Readers,
        components: Arc<Components>,
        queue: FairQueue,
        wake: WakeSignal,
    ) -> Self {
        let (end, ends) = watch::channel(End::Far);
        let analysing = Mutex::new(());
        let under_way = AtomicUsize::new(0);
        let shared =
            Shared { under_way, writer, readers, components, queue, wake, end: ends, analysing };
        Self { shared: Arc::new(shared), end, threads: Vec::new() }
    }

    /// Begins to prepare a job, whose project has been held, and to carry it out. Wakes the worker
    /// when that is over.
    pub(crate) fn begin(&mut self, project: i64, seq: i64) {
        self.threads.retain(|thread| !thread.is_finished());
        let shared = self.shared.clone();
        shared.under_way.fetch_add(1, Ordering::SeqCst);
        let thread = thread::Builder::new().name("mem0-asking".to_owned());
        match thread.spawn(move || shared.carry_out(project, seq)) {
            Ok(thread) => self.threads.push(thread),
            Err(error) => {
                tracing::warn!(%error, "no thread could be started for a job");
                self.shared.under_way.fetch_sub(1, Ordering::SeqCst);
                self.shared.queue.rest(project, None);
            }
        }
    }

    /// Whether a job is being prepared.
    pub(crate) fn is_busy(&self) -> bool {
        self.shared.under_way.load(Ordering::SeqCst) > 0
    }

    /// Lets no further question be asked; how long to wait for those that are out.
    pub(crate) fn wind_down(&self) -> Duration {
        self.end.send_replace(End::Near);
        GRACE
    }

    /// Gives up the questions that are out, and waits for what is being written.
    pub(crate) fn end(self) {
        self.end.send_replace(End::Now);
        // A thread's panic was caught where it happened.
        self.threads.into_iter().for_each(|thread| drop(thread.join()));
    }
}

impl Shared {
    fn carry_out(&self, project: i64, seq: i64) {
        match self.go_through(seq) {
            Ok(()) => self.queue.carried_out(project),
            // Held until the next start.
            Err(Unfinished::Closing) => {}
            Err(Unfinished::Later(error)) => {
                tracing::warn!(%error, "a queued job could not be carried out yet");
                self.queue.rest(project, error.wait());
            }
        }
        self.under_way.fetch_sub(1, Ordering::SeqCst);
        self.wake.wake();
    }

    fn go_through(&self, seq: i64) -> Result<(), Unfinished> {
        loop {
            let components = self.components.clone();
            let prepared =
                self.read(move |connection| phases::prepare(connection, seq, &components));
            let (number, question) = match prepared {
                Ok(None) => return Ok(()),
                Ok(Some((_, Next::Apply(prepared)))) => return self.apply(seq, Ok(prepared)),
                Ok(Some((number, Next::Ask(question)))) => (number, question),
                Err(error) if error.may_pass() => return Err(error.into()),
                Err(error) => return self.apply(seq, Err(error)),
            };
            self.write(move |connection| match job::read(connection, seq)? {
                Some(job) => job::note_running(connection, job.event),
                None => Ok(()),
            })?;
            match self.ask(&question) {
                None => return Err(Unfinished::Closing),
                Some(Ok(answer)) => {
                    let answered = self.components.who_answers(&question);
                    self.write(move |connection| {
                        job::keep_answer(connection, seq, number, &answered, &answer)
                    })?;
                }
                Some(Err(error)) if error.may_pass() => return Err(error.into()),
                Some(Err(error)) => return self.apply(seq, Err(error)),
            }
        }
    }

    /// Asks, with no connection in reach; `None` when the engine ends first.
    fn ask(&self, question: &Question) -> Option<Result<Answer, EngineError>> {
        let mut end = self.end.clone();
        if *end.borrow() >= End::Near {
            return None;
        }
        let ended = pin!(async move { end.wait_for(|end| *end == End::Now).await.map(drop) });
        let asked = pin!(self.components.ask(question));
        let answer = catch_unwind(AssertUnwindSafe(|| pollster::block_on(first(asked, ended))));
        answer.unwrap_or(Some(Err(EngineError::Internal)))
    }

    fn apply(&self, seq: i64, prepared: Result<Prepared, EngineError>) -> Result<(), Unfinished> {
        let ready = prepared.and_then(|prepared| {
            let _one = self.analysing.lock().unwrap_or_else(PoisonError::into_inner);
            prepared.analyse()
        });
        let applied =
            self.writer.send_alone(move |connection| phases::apply(connection, seq, ready));
        Ok(applied.blocking_recv().unwrap_or(Err(EngineError::Closed)).map(drop)?)
    }

    fn read<T: Send + 'static>(
        &self,
        body: impl FnOnce(&rusqlite::Connection) -> Result<T, EngineError> + Send + 'static,
    ) -> Result<T, EngineError> {
        self.readers.send(body).blocking_recv().unwrap_or(Err(EngineError::Closed))
    }

    fn write(
        &self,
        body: impl FnOnce(&rusqlite::Connection) -> Result<(), EngineError> + Send + 'static,
    ) -> Result<(), EngineError> {
        self.writer.send(body).blocking_recv().unwrap_or(Err(EngineError::Closed))
    }
}

/// What the first future answers; `None` when the second ends before.
async fn first<T>(
    mut asked: Pin<&mut impl Future<Output = T>>,
    mut ended: Pin<&mut impl Future>,
) -> Option<T> {
    std::future::poll_fn(|context| {
        if let Poll::Ready(answer) = asked.as_mut().poll(context) {
            return Poll::Ready(Some(answer));
        }
        ended.as_mut().poll(context).map(|_| None)
    })
    .await
}
